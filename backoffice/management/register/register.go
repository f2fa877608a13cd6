package register

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Desk keeps the registers.
type Desk struct {
	store  *storage.Store
	engine *matter.Engine
}

// New makes the desk; the engine opens what a workbook brings in.
func New(store *storage.Store, e *matter.Engine) *Desk { return &Desk{store, e} }

var none = problem.New(problem.NotFound, "register.none", "没有这个登记簿，或者您无权查看。")

// page is how many rows stand on a page; one more is asked for, to know whether there is a next.
const page = 50

// Line is one run of the process.
type Line struct {
	ID, Case, Tip      uuid.UUID
	Serial             string
	CaseNumber, Ticket string
	Step               string // where it stands, in words; empty once closed
	State              string
	Holder, Team       string
	Opener             string
	Urgent, Late       bool
	Returns            int
	Opened             time.Time
	Closed             *time.Time
	Facts              []casework.Fact
	Due                *casework.Due
}

// StateName is the state in words.
func (l Line) StateName() string { return casework.Name(States, l.State) }

// Fact is the value of a column in words.
func (l Line) Fact(field string) (casework.Fact, bool) {
	for _, f := range l.Facts {
		if f.Field.ID == field {
			return f, true
		}
	}
	return casework.Fact{}, false
}

// List is a page of a register with what its filter may choose from.
type List struct {
	Process *rulebook.Process
	Columns []rulebook.Field
	Filters []rulebook.Field // columns that a filter may ask for a value of
	Rows    []Line
	More    bool
	Views   []courtdb.CourtSavedView
	Names   casework.Choices
	MayOpen bool
}

// List reads a page of a process's register, as far as the actor may see it.
func (d *Desk) List(ctx context.Context, actor staff.Actor, process string, q Query, number int) (*List, error) {
	var out *List
	err := d.store.InTx(ctx, actor, func(tx *storage.Tx) (err error) {
		if out, err = begin(ctx, tx, process, false); err != nil {
			return err
		}
		if out.Rows, err = out.read(ctx, tx, q, out.Columns, max(number-1, 0)*page, page+1); err != nil {
			return err
		}
		if out.More = len(out.Rows) > page; out.More {
			out.Rows = out.Rows[:page]
		}
		out.Views, err = tx.SavedViews(ctx, courtdb.SavedViewsParams{Court: tx.Court, Staff: actor.ID, Process: process})
		return err
	})
	return out, err
}

// begin is an empty page of a register that the actor may see; whole takes every field as a column.
func begin(ctx context.Context, tx *storage.Tx, process string, whole bool) (*List, error) {
	if err := tx.Actor.Require(rulebook.MayWorkMatter); err != nil {
		return nil, err
	}
	p, ok := tx.Book.Process(process)
	if !ok || !casework.Sees(tx.Actor, p) && !tx.Actor.Is(p.Opens.Staff...) {
		return nil, none
	}
	out := &List{Process: p, Columns: columns(p, whole), MayOpen: matter.MayOpen(p, tx.Actor)}
	for _, f := range columns(p, false) {
		if f.Type == "choice" || f.Type == "yesno" {
			out.Filters = append(out.Filters, f)
		}
	}
	var err error
	out.Names, err = casework.Named(ctx, tx)
	return out, err
}

// columns are the declared ones in their order, or all fields; what is only a note on the form is none.
func columns(p *rulebook.Process, whole bool) []rulebook.Field {
	var out []rulebook.Field
	seen := map[string]bool{}
	all := p.Fields()
	add := func(f rulebook.Field) {
		if !seen[f.ID] && f.Type != "deadline" && f.Type != "open_items" {
			seen[f.ID] = true
			out = append(out, f)
		}
	}
	for _, id := range p.Columns {
		for _, f := range all {
			if f.ID == id {
				add(f)
			}
		}
	}
	if whole || len(p.Columns) == 0 && len(p.Steps) == 1 && len(all) <= 6 {
		for _, f := range all {
			add(f)
		}
	}
	return out
}

func (l *List) read(ctx context.Context, tx *storage.Tx, q Query, fields []rulebook.Field, skip, most int) ([]Line, error) {
	p, err := l.statement(ctx, tx, q)
	if err != nil {
		return nil, err
	}
	p.Skip, p.Most = int32(skip), int32(most)
	rows, err := tx.RegisterRows(ctx, p)
	if err != nil {
		return nil, err
	}
	values := make([]map[string]any, len(rows))
	for i, m := range rows {
		if values[i], err = casework.Values(tx, m.ID, m.Form, m.Notes); err != nil {
			return nil, err
		}
	}
	if err := l.Names.KnowThoseIn(ctx, tx, fields, values); err != nil {
		return nil, err
	}
	out := make([]Line, len(rows))
	for i, m := range rows {
		out[i] = line(tx, l, fields, m, values[i])
	}
	return out, nil
}

func (l *List) statement(ctx context.Context, tx *storage.Tx, q Query) (courtdb.RegisterRowsParams, error) {
	at := casework.ReachOf(tx.Actor)
	sees := casework.Sees(tx.Actor, l.Process)
	p := courtdb.RegisterRowsParams{Court: tx.Court, Process: l.Process.ID, Me: at.Me, Team: at.Team, WholeTeam: at.WholeTeam, Sees: sees, SeesCases: at.Cases,
		TakesPart: casework.TakesPart(tx.Actor, l.Process), AllRows: sees && (at.Everywhere && l.Process.On != "tip" || l.Process.On == "tip" && at.Tips),
		State: q.State, Step: q.Step, Holder: q.holder(), OfTeam: q.Team, DueBefore: q.dueBefore(tx.At), Late: q.late(), Sort: q.Sort, Cases: []uuid.UUID{}, Tips: []uuid.UUID{}}
	p.FromAt, p.UntilAt = q.spans(tx.At)
	var err error
	if p.Form, err = q.form(l.Process.Fields()); err != nil || q.Text == "" {
		return p, err
	}
	p.ByText = true
	p.Serial, p.SerialEnd = casework.Begins(strings.ToUpper(q.Text))
	if p.Cases, err = casework.CasesMeant(ctx, tx, q.Text); err != nil {
		return p, err
	}
	tips, err := casework.TipsMeant(ctx, tx, q.Text, page)
	for _, t := range tips {
		p.Tips = append(p.Tips, t.ID)
	}
	return p, err
}

func line(tx *storage.Tx, of *List, fields []rulebook.Field, m courtdb.RegisterRowsRow, values map[string]any) Line {
	l := Line{ID: m.ID, Case: storage.Deref(m.CaseID), Tip: storage.Deref(m.TipID), Serial: m.Serial, CaseNumber: m.CaseNumber, Ticket: m.Ticket, State: m.State,
		Holder: m.HolderName, Team: casework.TeamName(tx.Book, m.Team), Opener: m.OpenerName, Urgent: m.Urgent, Late: m.Late, Returns: int(m.Returns), Opened: m.OpenedAt, Closed: m.ClosedAt}
	if s, ok := of.Process.Step(m.Step); ok && m.State == "open" {
		l.Step = s.Name
	}
	l.Facts = casework.FactsOf(fields, values, of.Names)
	if m.HasDue && m.State == "open" {
		l.Due = casework.Running(m.DeadlineID, l.Step, m.Clause, m.DueAt, m.Unit)
	}
	return l
}

// Save keeps a filter under a name; the same name takes the new filter.
func (d *Desk) Save(ctx context.Context, actor staff.Actor, process, name string, q Query) error {
	name = strings.TrimSpace(name)
	if n := len([]rune(name)); n == 0 || n > 30 {
		form := problem.Form{}
		form.Add("name", problem.New(problem.Invalid, "register.view_name", "请给这个视图起一个名字，不超过三十个字。"))
		return form.Err()
	}
	return d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if _, err := begin(ctx, tx, process, false); err != nil {
			return err
		}
		_, err := tx.InsertSavedView(ctx, courtdb.InsertSavedViewParams{Court: tx.Court, ID: storage.NewID(), Staff: actor.ID, Process: process, Name: name,
			Query: q.Values().Encode(), At: tx.At})
		return err
	})
}

// Forget deletes one's own view and says of which register it was.
func (d *Desk) Forget(ctx context.Context, actor staff.Actor, id uuid.UUID) (process string, err error) {
	err = d.store.InTx(ctx, actor, func(tx *storage.Tx) (err error) {
		process, err = tx.DeleteSavedView(ctx, courtdb.DeleteSavedViewParams{Court: tx.Court, Staff: actor.ID, ID: id})
		if storage.NoRows(err) {
			return problem.New(problem.NotFound, "register.no_view", "没有这个视图，可能已经删除。")
		}
		return err
	})
	return process, err
}

// Day is a legal day as registers write it.
func Day(t time.Time) string { return calendar.On(t).String() }
