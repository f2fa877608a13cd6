package account

import (
	"context"
	"regexp"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Person is a new account.
type Person struct {
	Login, Name, Password, Team, Phone, Mobile string
	Roles                                      []string
	Secret                                     string // of the one-time codes; empty makes one
}

var loginShape = regexp.MustCompile(`^[a-z][a-z0-9_.]{1,31}$`)

func (p Person) check(tx *storage.Tx) error {
	form := problem.Form{}
	if !loginShape.MatchString(p.Login) {
		form.Add("login", problem.New(problem.Invalid, "account.login_shape", "账号由小写字母开头，可含数字、点和下划线，二至三十二位。"))
	}
	if p.Name == "" {
		form.Add("name", problem.New(problem.Invalid, "account.name_missing", "请填写姓名。"))
	}
	if utf8.RuneCountInString(p.Password) < 12 {
		form.Add("password", problem.New(problem.Invalid, "account.password_short", "密码至少十二位。"))
	}
	if err := checkRoles(tx, p.Roles); err != nil {
		form.Add("roles", err)
	}
	if p.Mobile != "" {
		if _, err := enforcement.ParseMobile(p.Mobile); err != nil {
			e, _ := problem.As(err)
			form.Add("mobile", e)
		}
	}
	if _, ok := tx.Book.Team(p.Team); p.Team != "" && !ok {
		form.Add("team", problem.New(problem.Invalid, "account.team_unknown", "规则书里没有这个团队，请从列表中选择。"))
	}
	return form.Err()
}

// checkRoles keeps the three administrators apart: nobody holds two of them, or one and casework (等保2.0三级).
func checkRoles(tx *storage.Tx, roles []string) *problem.Error {
	if len(roles) == 0 {
		return problem.New(problem.Invalid, "account.role_missing", "请至少选择一个角色。")
	}
	admin, other := 0, 0
	for _, id := range roles {
		r, ok := tx.Book.Role(id)
		if !ok {
			return problem.New(problem.Invalid, "account.role_unknown", "规则书里没有角色{role}，请从列表中选择。", "role", id)
		}
		if r.Can(rulebook.MayManageStaff) || r.Can(rulebook.MayManageSecurity) || r.Can(rulebook.MayViewAudit) {
			admin++
		} else {
			other++
		}
	}
	if admin > 1 || admin == 1 && other > 0 {
		return problem.New(problem.Refused, "account.three_admins", "系统、安全、审计三类管理员必须由不同的人担任，也不能兼任办案角色。").By("GB/T 22239-2019")
	}
	return nil
}

// Add makes an account; it returns the otpauth address for the person's authenticator.
func (d *Desk) Add(ctx context.Context, actor staff.Actor, p Person) (id uuid.UUID, otpauth string, err error) {
	if err := actor.Require(rulebook.MayManageStaff); err != nil {
		return uuid.Nil, "", err
	}
	err = d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if err := p.check(tx); err != nil {
			return err
		}
		_, err := tx.StaffByLogin(ctx, courtdb.StaffByLoginParams{Court: tx.Court, Login: p.Login})
		if err == nil {
			form := problem.Form{}
			form.Add("login", problem.New(problem.Conflict, "account.login_taken", "这个账号已经有人使用，请换一个。"))
			return form.Err()
		}
		if !storage.NoRows(err) {
			return err
		}
		id = storage.NewID()
		row, uri, err := d.row(tx, id, p)
		if err != nil {
			return err
		}
		otpauth = uri
		if err := tx.InsertStaff(ctx, row); err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "staff:added", Object: "staff", ID: id, Detail: map[string]any{"roles": p.Roles, "team": p.Team}})
	})
	return id, otpauth, err
}

func (d *Desk) row(tx *storage.Tx, id uuid.UUID, p Person) (courtdb.InsertStaffParams, string, error) {
	row := courtdb.InsertStaffParams{Court: tx.Court, ID: id, Login: p.Login, Name: p.Name, Roles: p.Roles, Team: p.Team, Phone: p.Phone, CreatedAt: tx.At}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: tx.Book.Court.Short, AccountName: p.Login})
	if err != nil {
		return row, "", err
	}
	secret, uri := key.Secret(), key.URL()
	if p.Secret != "" {
		secret = p.Secret
	}
	if row.PasswordHash, err = argon2id.CreateHash(p.Password, params); err != nil {
		return row, "", err
	}
	if row.TotpSecret, err = tx.Keys.Seal("staff.totp_secret:"+id.String(), []byte(secret)); err != nil {
		return row, "", err
	}
	if p.Mobile != "" {
		m, err := enforcement.ParseMobile(p.Mobile)
		if err != nil {
			return row, "", err
		}
		if row.Mobile, err = tx.Keys.Seal("staff.mobile:"+id.String(), []byte(m.Full())); err != nil {
			return row, "", err
		}
	}
	return row, uri, nil
}

// List shows accounts to the system and security administrators.
func (d *Desk) List(ctx context.Context, actor staff.Actor) (people []courtdb.ListStaffRow, sessions []courtdb.ListSessionsRow, err error) {
	if !actor.Can(rulebook.MayManageStaff) && !actor.Can(rulebook.MayManageSecurity) {
		return nil, nil, actor.Require(rulebook.MayManageStaff)
	}
	err = d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if people, err = tx.ListStaff(ctx, tx.Court); err != nil {
			return err
		}
		sessions, err = tx.ListSessions(ctx, courtdb.ListSessionsParams{Court: tx.Court, Now: tx.At})
		return err
	})
	return people, sessions, err
}

// SetRoles changes roles, team and whether the account is active; sessions end, so that the change holds at once.
func (d *Desk) SetRoles(ctx context.Context, actor staff.Actor, id uuid.UUID, roles []string, team string, active bool) error {
	if err := actor.Require(rulebook.MayManageStaff); err != nil {
		return err
	}
	return d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if err := checkRoles(tx, roles); err != nil {
			form := problem.Form{}
			form.Add("roles", err)
			return form.Err()
		}
		n, err := tx.SetStaffRoles(ctx, courtdb.SetStaffRolesParams{Court: tx.Court, ID: id, Roles: roles, Team: team, Active: active})
		if err != nil {
			return err
		}
		if n == 0 {
			return problem.New(problem.NotFound, "account.not_found", "没有这个账号。")
		}
		if _, err := tx.RevokeSessionsOf(ctx, courtdb.RevokeSessionsOfParams{Court: tx.Court, Staff: id, RevokedAt: &tx.At}); err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "staff:changed", Object: "staff", ID: id, Detail: map[string]any{"roles": roles, "team": team, "active": active}})
	})
}

// Unlock ends a lock-out; the security administrator's.
func (d *Desk) Unlock(ctx context.Context, actor staff.Actor, id uuid.UUID) error {
	return d.secure(ctx, actor, id, "staff:unlocked", func(tx *storage.Tx) error {
		_, err := tx.UnlockStaff(ctx, courtdb.UnlockStaffParams{Court: tx.Court, ID: id})
		return err
	})
}

// RevokeAll ends every session of an account; the security administrator's.
func (d *Desk) RevokeAll(ctx context.Context, actor staff.Actor, id uuid.UUID) error {
	return d.secure(ctx, actor, id, "staff:sessions_revoked", func(tx *storage.Tx) error {
		_, err := tx.RevokeSessionsOf(ctx, courtdb.RevokeSessionsOfParams{Court: tx.Court, Staff: id, RevokedAt: &tx.At})
		return err
	})
}

func (d *Desk) secure(ctx context.Context, actor staff.Actor, id uuid.UUID, action string, do func(*storage.Tx) error) error {
	if err := actor.Require(rulebook.MayManageSecurity); err != nil {
		return err
	}
	return d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: action, Object: "staff", ID: id})
	})
}

// Reset gives an account a new password and a new authenticator and ends its sessions; the
// system administrator's.
func (d *Desk) Reset(ctx context.Context, actor staff.Actor, login, password string) (otpauth string, err error) {
	if err := actor.Require(rulebook.MayManageStaff); err != nil {
		return "", err
	}
	err = d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		old, err := tx.StaffByLogin(ctx, courtdb.StaffByLoginParams{Court: tx.Court, Login: login})
		if storage.NoRows(err) {
			return problem.New(problem.NotFound, "account.not_found", "没有这个账号。")
		}
		if err != nil {
			return err
		}
		fresh, uri, err := d.row(tx, old.ID, Person{Login: login, Password: password})
		if err != nil {
			return err
		}
		otpauth = uri
		err = tx.ResetStaff(ctx, courtdb.ResetStaffParams{Court: tx.Court, ID: old.ID, PasswordHash: fresh.PasswordHash, TotpSecret: fresh.TotpSecret})
		if err != nil {
			return err
		}
		if _, err := tx.RevokeSessionsOf(ctx, courtdb.RevokeSessionsOfParams{Court: tx.Court, Staff: old.ID, RevokedAt: &tx.At}); err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "staff:reset", Object: "staff", ID: old.ID})
	})
	return otpauth, err
}
