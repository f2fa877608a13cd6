package staff

import (
	"slices"

	"github.com/google/uuid"

	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
)

// Kind is the sort of actor; the database's CHECK constraints say the same.
type Kind string

// The four kinds of actor.
const (
	Person Kind = "staff"
	System Kind = "system"
	Public Kind = "public"
	Import Kind = "import"
)

// Actor is who acts in one transaction. The zero Actor may do nothing.
type Actor struct {
	Court   string
	Kind    Kind
	ID      uuid.UUID // zero unless Kind is Person
	Session uuid.UUID
	Name    string
	Roles   []string
	Team    string
	Scope   rulebook.Scope
	may     map[rulebook.Permission]bool
}

// Machine is the system acting for a court on its own: sweeps, admission, sealing.
func Machine(court string) Actor {
	return Actor{Court: court, Kind: System, Scope: rulebook.ScopeCourt}
}

// Importer is an import run by a person or at the command line.
func Importer(court string, by uuid.UUID) Actor {
	return Actor{Court: court, Kind: Import, ID: by, Scope: rulebook.ScopeCourt}
}

// New is a person of the court with the rights that the book gives the roles; unknown roles give none.
func New(book *rulebook.Book, id, session uuid.UUID, name string, roles []string, team string) Actor {
	a := Actor{Court: book.Court.ID, Kind: Person, ID: id, Session: session, Name: name, Roles: roles, Team: team,
		Scope: rulebook.ScopeOwn, may: map[rulebook.Permission]bool{}}
	for _, id := range roles {
		role, ok := book.Role(id)
		if !ok {
			continue
		}
		for _, p := range role.May {
			a.may[p] = true
		}
		a.Scope = wider(a.Scope, role.Scope)
	}
	return a
}

func wider(a, b rulebook.Scope) rulebook.Scope {
	order := []rulebook.Scope{rulebook.ScopeOwn, rulebook.ScopeTeam, rulebook.ScopeCourt}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// Can reports whether the actor may do this. The system and imports act under the code that started them.
func (a Actor) Can(p rulebook.Permission) bool {
	return a.may[p] || a.Kind == System || a.Kind == Import
}

// Require refuses an actor without the permission.
func (a Actor) Require(p rulebook.Permission) error {
	if a.Can(p) {
		return nil
	}
	return problem.New(problem.Forbidden, "staff.forbidden", "您的角色没有这项权限。如确有需要，请联系系统管理员调整角色。")
}

// Is reports whether the actor holds one of the roles.
func (a Actor) Is(roles ...string) bool {
	return slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(a.Roles, r) })
}

// Person returns the actor's id, or nil for everybody who is not a person of the court.
func (a Actor) Person() *uuid.UUID {
	if a.ID == uuid.Nil {
		return nil
	}
	id := a.ID
	return &id
}

// InSession returns the session's id, or nil.
func (a Actor) InSession() *uuid.UUID {
	if a.Session == uuid.Nil {
		return nil
	}
	id := a.Session
	return &id
}
