package casework

import (
	"context"
	"slices"
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
	Matter, Case, Tip  uuid.UUID // zero when it is about none
	Title, About       string    // the step or the clock; the process, or whose clock it is
	CaseNumber, Ticket string
	Holder             string
	Mine, Urgent       bool
	Next               string // take, complete, receive, record
	Due                *Due
}

// Group is the work that is due in one span.
type Group struct {
	Name string
	Rows []Work
}

// Later is the name of the group of what is not due this week.
const Later = "之后"

// MyWork is what waits for the actor, by when it is due.
func (r *Reads) MyWork(ctx context.Context, actor staff.Actor) ([]Group, error) {
	if err := actor.Require(rulebook.MayWorkMatter); err != nil {
		return nil, err
	}
	var rows []Work
	var now time.Time
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		now = tx.At
		matters, err := mine(ctx, tx)
		if err != nil {
			return err
		}
		clocks, err := clocks(ctx, tx)
		rows = append(matters, clocks...)
		return err
	})
	return grouped(rows, now), err
}

func mine(ctx context.Context, tx *storage.Tx) ([]Work, error) {
	a := tx.Actor
	list, err := tx.DeskMatters(ctx, courtdb.DeskMattersParams{Court: tx.Court, Me: a.ID, Team: a.Team, Everywhere: a.Scope == rulebook.ScopeCourt,
		Steps: stepsOf(tx.Book, a), Roles: a.Roles})
	if err != nil {
		return nil, err
	}
	out := make([]Work, 0, len(list))
	for _, m := range list {
		w := Work{Matter: m.ID, Case: storage.Deref(m.CaseID), Tip: storage.Deref(m.TipID), Title: m.Step, About: m.Process, CaseNumber: m.CaseNumber,
			Ticket: m.Ticket, Holder: m.HolderName, Mine: storage.Deref(m.Holder) == a.ID, Urgent: m.Urgent, Next: "complete"}
		if !onTip(tx.Book, m.TipID, m.Process) {
			w.Tip = uuid.Nil
		}
		if p, ok := tx.Book.Process(m.Process); ok {
			w.About = p.Name
			if s, ok := p.Step(m.Step); ok {
				w.Title = s.Name
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

// stepsOf lists "PROCESS.STEP" of every step that the actor's roles may do.
func stepsOf(book *rulebook.Book, a staff.Actor) []string {
	out := []string{}
	for _, p := range book.Processes {
		for _, s := range p.Steps {
			if a.Is(s.By...) {
				out = append(out, p.ID+"."+s.ID)
			}
		}
	}
	return out
}

// clocks are the deadlines of cases that the actor answers for; without a view of cases there are none.
func clocks(ctx context.Context, tx *storage.Tx) ([]Work, error) {
	a := tx.Actor
	if !a.Can(rulebook.MayViewCase) {
		return nil, nil
	}
	list, err := tx.DeskDeadlines(ctx, courtdb.DeskDeadlinesParams{Court: tx.Court, Me: a.ID, Roles: a.Roles, Everywhere: a.Scope == rulebook.ScopeCourt, Team: a.Team})
	if err != nil {
		return nil, err
	}
	out := make([]Work, len(list))
	for i, d := range list {
		out[i] = Work{Case: storage.Deref(d.CaseID), Title: d.Name, About: "案件期限", CaseNumber: d.CaseNumber, Holder: d.OwnerName,
			Mine: storage.Deref(d.Owner) == a.ID, Next: "record", Due: dueOf(d.ID, d.Name, d.Clause, d.DueAt, d.Explanation)}
	}
	return out, nil
}

func grouped(rows []Work, now time.Time) []Group {
	slices.SortStableFunc(rows, func(a, b Work) int {
		switch {
		case a.Due == nil && b.Due == nil:
			return 0
		case a.Due == nil:
			return 1
		case b.Due == nil:
			return -1
		}
		return a.Due.At.Compare(b.Due.At)
	})
	today := calendar.On(now)
	sunday := today.Add((7 - int(today.Weekday())) % 7)
	groups := []Group{{Name: "逾期"}, {Name: "今天"}, {Name: "本周"}, {Name: Later}}
	for _, w := range rows {
		i := 3
		switch {
		case w.Due == nil && w.Urgent: // handed over in a hurry: no clock runs until the receipt
			i = 1
		case w.Due == nil:
		case w.Due.At.Before(now):
			i = 0
		case calendar.On(w.Due.At) == today:
			i = 1
		case !calendar.On(w.Due.At).After(sunday):
			i = 2
		}
		groups[i].Rows = append(groups[i].Rows, w)
	}
	return slices.DeleteFunc(groups, func(g Group) bool { return len(g.Rows) == 0 })
}
