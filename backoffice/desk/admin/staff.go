package admin

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/support/account"
	"mingzhi/portal/webkit"
)

type person struct {
	ID                 uuid.UUID
	Login, Name, Phone string
	Roles              []string // ids
	RoleNames          []string
	Team, TeamName     string
	Active, Code       bool
	Locked             *time.Time
}

type session struct {
	Name, Login, IP, Agent string
	Created, Seen          time.Time
	Staff                  uuid.UUID
}

func people(r *frame.Request) ([]person, []session, error) {
	list, open, err := r.House.Accounts.List(r.C(), r.Actor)
	if err != nil {
		return nil, nil, err
	}
	var out []person
	for _, x := range list {
		p := person{ID: x.ID, Login: x.Login, Name: x.Name, Phone: x.Phone, Roles: x.Roles, Team: x.Team, TeamName: casework.TeamName(r.Book, x.Team), Active: x.Active, Code: x.HasTotp}
		for _, role := range x.Roles {
			p.RoleNames = append(p.RoleNames, casework.RoleName(r.Book, role))
		}
		if x.LockedUntil != nil && x.LockedUntil.After(r.Now) {
			p.Locked = x.LockedUntil
		}
		out = append(out, p)
	}
	var sessions []session
	for _, s := range open {
		sessions = append(sessions, session{s.Name, s.Login, s.Ip, s.Agent, s.CreatedAt, s.SeenAt, s.Staff})
	}
	return out, sessions, nil
}

// Staff lists people and their roles, with the form of a new account.
func Staff(r *frame.Request) error { return staffPage(r, staffForm{}) }

// staffForm is what an act on the page left: a form that came back, or a new account's code.
type staffForm struct {
	form    webkit.Form
	roles   []string
	otpauth string
	name    string
}

func staffPage(r *frame.Request, f staffForm) error {
	list, _, err := people(r)
	if err != nil {
		return err
	}
	r.Current = "staff"
	return r.Show("人员与角色", staffView(list, f))
}

// AddStaff makes an account; the code for the authenticator is shown once.
func AddStaff(r *frame.Request) error {
	roles := r.All("roles")
	p := account.Person{Login: r.FormValue("login"), Name: r.FormValue("name"), Password: r.FormValue("password"), Team: r.FormValue("team"),
		Phone: r.FormValue("phone"), Mobile: r.FormValue("mobile"), Roles: roles}
	_, otpauth, err := r.House.Accounts.Add(r.C(), r.Actor, p)
	if err != nil {
		return r.Again(err, func(form webkit.Form) error { return staffPage(r, staffForm{form: form, roles: roles}) })
	}
	return staffPage(r, staffForm{otpauth: otpauth, name: p.Name})
}

// Person is the page of one account's roles.
func Person(r *frame.Request) error { return personPage(r, webkit.Form{}, nil) }

func personPage(r *frame.Request, form webkit.Form, roles []string) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	list, _, err := people(r)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(p person) bool { return p.ID == id })
	if i < 0 {
		return problem.New(problem.NotFound, "account.not_found", "没有这个账号。")
	}
	if roles != nil {
		list[i].Roles = roles
	}
	r.Current = "staff"
	return r.Show(list[i].Name, personView(list[i], form))
}

// SetRoles changes roles, team and whether the account is active.
func SetRoles(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	roles := r.All("roles")
	err = r.House.Accounts.SetRoles(r.C(), r.Actor, id, roles, r.FormValue("team"), r.FormValue("active") == "yes")
	if err != nil {
		return r.Again(err, func(form webkit.Form) error { return personPage(r, form, append([]string{}, roles...)) })
	}
	return r.Done("/staff", "staff")
}

// Security lists sessions and locked accounts.
func Security(r *frame.Request) error {
	list, sessions, err := people(r)
	if err != nil {
		return err
	}
	r.Current = "security"
	return r.Show("安全", securityView(list, sessions))
}

// Unlock ends a lock-out.
func Unlock(r *frame.Request) error { return secure(r, "unlocked", r.House.Accounts.Unlock) }

// Revoke ends every session of an account.
func Revoke(r *frame.Request) error { return secure(r, "revoked", r.House.Accounts.RevokeAll) }
