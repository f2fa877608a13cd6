package casework

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Work is one line of 我的工作: a matter that the actor holds or may take, or a clock of a case.
type Work struct {
	Matter, Case, Tip          uuid.UUID // zero when it is about none
	Title, About               string    // the step or the clock; the process, or whose clock it is
	CaseNumber, Ticket, Serial string
	Holder                     string
	Mine, Urgent               bool
	Next                       string // take, complete, receive, record
	Clause                     string // under which it is done
	Due                        *Due

	id   uuid.UUID
	sort time.Time
}

// Group is the work that is due in one span.
type Group struct {
	ID, Name string
	Rows     []Work
}

// WorkFilter narrows 我的工作.
type WorkFilter struct {
	Process string // a process, or CaseClocks
	Due     string // the id of a group
	After   string // where the page before ended
}

// CaseClocks stands for the deadlines of cases among the processes of the filter.
const CaseClocks = "-"

// Agenda is a page of 我的工作.
type Agenda struct {
	Groups    []Group
	Next      string            // where the next page begins; empty at the end
	Processes []rulebook.Choice // that the actor works on
}

// Spans are the groups by when work is due.
var Spans = []rulebook.Choice{{ID: "over", Label: "逾期"}, {ID: "today", Label: "今天"}, {ID: "week", Label: "本周"}, {ID: "later", Label: "之后"}}

// endless is the due time of a matter without a clock.
var endless = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// within is from and until when the work of a group is due.
func within(span string, now time.Time) (from, until time.Time) {
	today := calendar.On(now)
	tomorrow, monday := today.Add(1).Time(), today.Add((7-int(today.Weekday()))%7+1).Time()
	switch span {
	case "over":
		return time.Unix(0, 0), now
	case "today":
		return now, tomorrow
	case "week":
		return tomorrow, monday
	case "later":
		return monday, endless.Add(time.Hour)
	}
	return time.Unix(0, 0), endless.Add(time.Hour)
}

// mark is where a page ends: the instant and the id of its last line.
func (w Work) mark() string { return w.sort.UTC().Format(time.RFC3339Nano) + "_" + w.id.String() }

func readMark(raw string) (time.Time, uuid.UUID) {
	at, id, _ := strings.Cut(raw, "_")
	t, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return time.Unix(0, 0), uuid.Nil
	}
	last, _ := uuid.Parse(id)
	return t, last
}

// MyWork is what waits for the actor, by when it is due, a page at a time.
func (r *Reads) MyWork(ctx context.Context, actor staff.Actor, f WorkFilter) (*Agenda, error) {
	if err := actor.Require(rulebook.MayWorkMatter); err != nil {
		return nil, err
	}
	out := &Agenda{}
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		rows, err := mine(ctx, tx, f)
		if err != nil {
			return err
		}
		clocks, err := clocks(ctx, tx, f)
		if err != nil {
			return err
		}
		rows = append(rows, clocks...)
		slices.SortFunc(rows, func(a, b Work) int {
			return cmp.Or(a.sort.Compare(b.sort), strings.Compare(a.id.String(), b.id.String()))
		})
		if len(rows) > page {
			rows = rows[:page]
			out.Next = rows[page-1].mark()
		}
		out.Groups, out.Processes = grouped(rows, tx.At), workedOn(tx.Book, actor)
		return nil
	})
	return out, err
}

// workedOn are the processes of which the actor may do a step.
func workedOn(book *rulebook.Book, a staff.Actor) []rulebook.Choice {
	var out []rulebook.Choice
	for i := range book.Processes {
		if p := &book.Processes[i]; TakesPart(a, p) {
			out = append(out, rulebook.Choice{ID: p.ID, Label: p.Name})
		}
	}
	if a.Can(rulebook.MayViewCase) {
		out = append(out, rulebook.Choice{ID: CaseClocks, Label: "案件期限"})
	}
	return out
}

func mine(ctx context.Context, tx *storage.Tx, f WorkFilter) ([]Work, error) {
	if f.Process == CaseClocks {
		return nil, nil
	}
	a := tx.Actor
	p := courtdb.WorkMattersParams{Court: tx.Court, Me: a.ID, Team: a.Team, Everywhere: a.Scope == rulebook.ScopeCourt, Process: f.Process,
		Steps: stepsOf(tx.Book, a, f.Process), Roles: a.Roles, Most: page + 1}
	p.FromAt, p.UntilAt = within(f.Due, tx.At)
	p.AfterAt, p.After = readMark(f.After)
	list, err := tx.WorkMatters(ctx, p)
	if err != nil {
		return nil, err
	}
	out := make([]Work, 0, len(list))
	for _, m := range list {
		w := Work{Matter: m.ID, Case: storage.Deref(m.CaseID), Tip: storage.Deref(m.TipID), Title: m.Step, About: m.Process, CaseNumber: m.CaseNumber, Serial: m.Serial,
			Ticket: m.Ticket, Holder: m.HolderName, Mine: storage.Deref(m.Holder) == a.ID, Urgent: m.Urgent, Next: "complete", Clause: m.Clause, id: m.ID, sort: m.SortAt}
		if !onTip(tx.Book, m.TipID, m.Process) {
			w.Tip = uuid.Nil
		}
		if p, ok := tx.Book.Process(m.Process); ok {
			w.About = p.Name
			if s, ok := p.Step(m.Step); ok {
				w.Title = s.Name
				if w.Clause == "" {
					w.Clause = s.Clause
				}
			}
		}
		switch {
		case m.Awaiting != "":
			w.Next = "receive"
		case !w.Mine:
			w.Next = "take"
		}
		if m.HasDue {
			w.Due = dueOf(m.DeadlineID, w.Title, m.Clause, m.DueAt, m.Explanation)
		}
		out = append(out, w)
	}
	return out, nil
}

// stepsOf lists "PROCESS.STEP" of every step that the actor's roles may do, of one process or of all.
func stepsOf(book *rulebook.Book, a staff.Actor, process string) []string {
	out := []string{}
	for _, p := range book.Processes {
		if process != "" && p.ID != process {
			continue
		}
		for _, s := range p.Steps {
			if a.Is(s.By...) && len(s.Parallel) == 0 {
				out = append(out, p.ID+"."+s.ID)
			}
		}
	}
	return out
}

// clocks are the deadlines of cases that the actor answers for; without a view of cases there are none.
func clocks(ctx context.Context, tx *storage.Tx, f WorkFilter) ([]Work, error) {
	a := tx.Actor
	if !a.Can(rulebook.MayViewCase) || f.Process != "" && f.Process != CaseClocks {
		return nil, nil
	}
	p := courtdb.WorkClocksParams{Court: tx.Court, Me: a.ID, Roles: a.Roles, Everywhere: a.Scope == rulebook.ScopeCourt, Team: a.Team, Most: page + 1}
	p.FromAt, p.UntilAt = within(f.Due, tx.At)
	p.AfterAt, p.After = readMark(f.After)
	list, err := tx.WorkClocks(ctx, p)
	if err != nil {
		return nil, err
	}
	out := make([]Work, len(list))
	for i, d := range list {
		out[i] = Work{Case: storage.Deref(d.CaseID), Title: d.Name, About: "案件期限", CaseNumber: d.CaseNumber, Holder: d.OwnerName, Clause: d.Clause,
			Mine: storage.Deref(d.Owner) == a.ID, Next: "record", Due: dueOf(d.ID, d.Name, d.Clause, d.DueAt, d.Explanation), id: d.ID, sort: d.DueAt}
	}
	return out, nil
}

// grouped puts sorted lines under when they are due; the urgent without a running clock are today's.
func grouped(rows []Work, now time.Time) []Group {
	groups := make([]Group, len(Spans))
	for i, s := range Spans {
		groups[i] = Group{ID: s.ID, Name: s.Label}
	}
	for _, w := range rows {
		at, i := w.sort, len(Spans)-1
		if w.Due == nil && w.Urgent {
			at = now
		}
		for j, s := range Spans {
			if _, until := within(s.ID, now); at.Before(until) {
				i = j
				break
			}
		}
		groups[i].Rows = append(groups[i].Rows, w)
	}
	return slices.DeleteFunc(groups, func(g Group) bool { return len(g.Rows) == 0 })
}
