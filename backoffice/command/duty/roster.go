package duty

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// dutyRoles are those a court may put on the roster; a book has some of them. The first answers
// the telephone, so its hours must have no gap (S-3.1.0a, W-30a).
var dutyRoles = []string{"duty_officer", "leader_on_duty", "technical_duty"}

// Roles are the duty roles of a court.
func Roles(book *rulebook.Book) []string {
	return slices.DeleteFunc(slices.Clone(dutyRoles), func(id string) bool { _, ok := book.Role(id); return !ok })
}

// Shift is one person on duty in one role.
type Shift struct {
	Role, RoleName string
	Staff          uuid.UUID
	Name, Phone    string
	From, Until    time.Time
}

// Gap is a span without a duty officer.
type Gap struct{ From, Until time.Time }

// Plan is the roster of some days.
type Plan struct {
	From   calendar.Date
	Days   int
	Roles  []rulebook.Choice
	People map[string][]rulebook.Choice // by role: who holds it
	Shifts []Shift
	Gaps   []Gap
	MaySet bool
}

func onDuty(ctx context.Context, tx *storage.Tx) (now, next []Shift, err error) {
	rows, err := tx.DutyRoster(ctx, courtdb.DutyRosterParams{Court: tx.Court, FromAt: tx.At, UntilAt: tx.At.Add(36 * time.Hour)})
	for _, r := range rows {
		s := shift(tx.Book, r)
		switch {
		case !s.From.After(tx.At):
			now = append(now, s)
		case !slices.ContainsFunc(next, func(x Shift) bool { return x.Role == s.Role && x.From.Before(s.From) }):
			next = append(next, s)
		}
	}
	return now, next, err
}

func shift(book *rulebook.Book, r courtdb.DutyRosterRow) Shift {
	s := Shift{Role: r.Role, RoleName: r.Role, Staff: r.Staff, Name: r.Name, Phone: r.Phone, From: r.StartsAt, Until: r.EndsAt}
	if role, ok := book.Role(r.Role); ok {
		s.RoleName = role.Name
	}
	return s
}

// Roster shows who is on duty on some days.
func (r *Room) Roster(ctx context.Context, actor staff.Actor, from calendar.Date, days int) (*Plan, error) {
	if err := actor.Require(rulebook.MayViewDuty); err != nil {
		return nil, err
	}
	p := &Plan{From: from, Days: days, People: map[string][]rulebook.Choice{}, MaySet: maySet(actor) == nil}
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		for _, id := range Roles(tx.Book) {
			role, _ := tx.Book.Role(id)
			p.Roles = append(p.Roles, rulebook.Choice{ID: id, Label: role.Name})
			people, err := tx.StaffWithRole(ctx, courtdb.StaffWithRoleParams{Court: tx.Court, Role: id})
			if err != nil {
				return err
			}
			for _, one := range people {
				p.People[id] = append(p.People[id], rulebook.Choice{ID: one.ID.String(), Label: one.Name})
			}
		}
		rows, err := tx.DutyRoster(ctx, courtdb.DutyRosterParams{Court: tx.Court, FromAt: from.Time(), UntilAt: from.Add(days).Time()})
		for _, row := range rows {
			p.Shifts = append(p.Shifts, shift(tx.Book, row))
		}
		p.Gaps = gaps(p.Shifts, later(from.Time(), tx.At), from.Add(days).Time()) // what is past cannot be filled any more
		return err
	})
	return p, err
}

// gaps are the spans in which nobody is on duty in the first role.
func gaps(shifts []Shift, from, until time.Time) []Gap {
	var out []Gap
	covered := from
	if !from.Before(until) {
		return nil
	}
	for _, s := range shifts { // in order of their beginning
		if s.Role != dutyRoles[0] {
			continue
		}
		if s.From.After(covered) {
			out = append(out, Gap{covered, s.From})
		}
		if s.Until.After(covered) {
			covered = s.Until
		}
	}
	if covered.Before(until) {
		out = append(out, Gap{covered, until})
	}
	return out
}

func maySet(a staff.Actor) error {
	if a.Can(rulebook.MayTakeTip) && a.Is("leader_on_duty", "centre_director") {
		return nil
	}
	return problem.New(problem.Forbidden, "duty.roster_role", "排班由带班局领导或者执行指挥中心主任安排。")
}

// SetRoster replaces the roster of whole days by shifts; what was on the roster before from and
// after these days stays. It returns the gaps that are left, for a warning.
func (r *Room) SetRoster(ctx context.Context, actor staff.Actor, from calendar.Date, days int, shifts []Shift) ([]Gap, error) {
	if err := maySet(actor); err != nil {
		return nil, err
	}
	start, end := from.Time(), from.Add(days).Time()
	var now time.Time
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		now = tx.At
		if from.Before(calendar.On(tx.At)) {
			return problem.New(problem.Invalid, "duty.roster_past", "已经过去的班次不能更改，请从今天起排班。")
		}
		if err := checkShifts(ctx, tx, shifts, start, end); err != nil {
			return err
		}
		old, err := tx.ClearRoster(ctx, courtdb.ClearRosterParams{Court: tx.Court, Roles: Roles(tx.Book), FromAt: start, UntilAt: end})
		if err != nil {
			return err
		}
		for _, o := range old { // the parts of old shifts that reach beyond these days
			if o.StartsAt.Before(start) {
				shifts = append(shifts, Shift{Role: o.Role, Staff: o.Staff, From: o.StartsAt, Until: start})
			}
			if o.EndsAt.After(end) && !within(shifts, o.Role, end) {
				shifts = append(shifts, Shift{Role: o.Role, Staff: o.Staff, From: end, Until: o.EndsAt})
			}
		}
		for _, s := range shifts {
			if err := tx.InsertRoster(ctx, courtdb.InsertRosterParams{Court: tx.Court, ID: storage.NewID(), Role: s.Role, Staff: s.Staff, StartsAt: s.From, EndsAt: s.Until}); err != nil {
				return err
			}
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "roster:set", Object: "roster", Detail: map[string]any{"from": from.String(), "days": days, "shifts": len(shifts)}})
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(shifts, func(a, b Shift) int { return a.From.Compare(b.From) })
	return gaps(shifts, later(start, now), end), nil
}

func within(shifts []Shift, role string, at time.Time) bool {
	return slices.ContainsFunc(shifts, func(s Shift) bool { return s.Role == role && !s.From.After(at) && s.Until.After(at) })
}

func checkShifts(ctx context.Context, tx *storage.Tx, shifts []Shift, start, end time.Time) error {
	people, err := tx.StaffNames(ctx, tx.Court)
	if err != nil {
		return err
	}
	for _, s := range shifts {
		if !slices.Contains(Roles(tx.Book), s.Role) || s.From.Before(start) || !s.From.Before(end) || !s.Until.After(s.From) {
			return problem.New(problem.Invalid, "duty.shift", "有一个班次的岗位或者时间不对，请刷新后重新排班。")
		}
		if !slices.ContainsFunc(people, func(p courtdb.StaffNamesRow) bool { return p.ID == s.Staff && slices.Contains(p.Roles, s.Role) }) {
			return problem.New(problem.Invalid, "duty.shift_person", "班次里的人员没有这个值班岗位的角色，请重新选择。")
		}
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
