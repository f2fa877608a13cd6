package casework

import (
	"cmp"
	"context"
	"maps"
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
	Back                       string // why it was given back; empty: it was not
	Due                        *Due

	span string
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

// Spans are the groups in their order: what came back, what burns, what is late, what comes.
var Spans = []rulebook.Choice{{ID: "back", Label: "退回"}, {ID: "now", Label: "紧急和24小时内"}, {ID: "over", Label: "逾期"}, {ID: "week", Label: "本周"}, {ID: "later", Label: "之后"}}

// endless is the due time of a matter without a clock.
var endless = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// within is from and until when the work of a span is due, what is urgent and what came back left aside.
func within(span string, now time.Time) (from, until time.Time) {
	today := calendar.On(now)
	soon, monday := now.Add(24*time.Hour), today.Add((7-int(today.Weekday()))%7+1).Time()
	if monday.Before(soon) {
		monday = soon
	}
	switch span {
	case "now":
		return now, soon
	case "over":
		return time.Unix(0, 0), now
	case "week":
		return soon, monday
	case "later":
		return monday, endless.Add(time.Hour)
	}
	return time.Unix(0, 0), endless.Add(time.Hour)
}

// mark is where a page ends: the span, and the instant and the id of its last line.
func (w Work) mark() string {
	return w.span + "_" + w.sort.UTC().Format(time.RFC3339Nano) + "_" + w.id.String()
}

// place is where a page begins.
type place struct {
	span string
	at   time.Time
	id   uuid.UUID
}

func readMark(raw string) place {
	parts := append(strings.SplitN(raw, "_", 3), "", "")
	at, err := time.Parse(time.RFC3339Nano, parts[1])
	if err != nil {
		return place{at: time.Unix(0, 0)}
	}
	id, _ := uuid.Parse(parts[2])
	return place{parts[0], at, id}
}

// MyWork is what waits for the actor, by when it is due, a page at a time.
func (r *Reads) MyWork(ctx context.Context, actor staff.Actor, f WorkFilter) (*Agenda, error) {
	if err := actor.Require(rulebook.MayWorkMatter); err != nil {
		return nil, err
	}
	out := &Agenda{}
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		var rows []Work
		back, err := givenBack(ctx, tx)
		if err != nil {
			return err
		}
		from := readMark(f.After)
		for _, s := range Spans {
			if f.Due != "" && f.Due != s.ID || from.span != "" && from.span != s.ID {
				continue
			}
			more, err := inSpan(ctx, tx, f.Process, from, s.ID, back)
			if err != nil {
				return err
			}
			rows, from = append(rows, more...), place{at: time.Unix(0, 0)}
			if len(rows) > page {
				rows = rows[:page]
				out.Next = rows[page-1].mark()
				break
			}
		}
		out.Groups, out.Processes = grouped(rows), workedOn(tx.Book, actor)
		return nil
	})
	return out, err
}

// inSpan is the work of one span behind a place, by when it is due.
func inSpan(ctx context.Context, tx *storage.Tx, process string, after place, span string, back map[uuid.UUID]string) ([]Work, error) {
	rows, err := mine(ctx, tx, process, after, span, back)
	if err != nil {
		return nil, err
	}
	more, err := clocks(ctx, tx, process, after, span)
	rows = append(rows, more...)
	slices.SortFunc(rows, func(a, b Work) int {
		return cmp.Or(a.sort.Compare(b.sort), strings.Compare(a.id.String(), b.id.String()))
	})
	for i := range rows {
		rows[i].span = span
	}
	return rows, err
}

// givenBack is why what the actor holds was given back to him, by matter.
func givenBack(ctx context.Context, tx *storage.Tx) (map[uuid.UUID]string, error) {
	rows, err := tx.GivenBack(ctx, courtdb.GivenBackParams{Court: tx.Court, Me: tx.Actor.ID})
	if err != nil {
		return nil, err
	}
	out := map[uuid.UUID]string{}
	for _, r := range rows {
		words, err := openWords(tx, "matter_step.notes:"+r.Act.String(), r.Notes)
		if err != nil {
			return nil, err
		}
		out[r.ID], _ = words["reason"].(string)
	}
	return out, nil
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

func mine(ctx context.Context, tx *storage.Tx, process string, after place, span string, back map[uuid.UUID]string) ([]Work, error) {
	if process == CaseClocks || span == "back" && len(back) == 0 {
		return nil, nil
	}
	a := tx.Actor
	p := courtdb.WorkMattersParams{Court: tx.Court, Me: a.ID, Team: a.Team, Everywhere: a.Scope == rulebook.ScopeCourt, Process: process,
		Steps: stepsOf(tx.Book, a, process), Roles: a.Roles, GivenBack: slices.AppendSeq([]uuid.UUID{}, maps.Keys(back)), OnlyGivenBack: span == "back",
		UrgentToo: span == "now" || span == "back", AfterAt: after.at, After: after.id, Most: page + 1}
	p.CalmFrom, p.CalmUntil = within(span, tx.At)
	p.FromAt, p.UntilAt = p.CalmFrom, p.CalmUntil
	if p.UrgentToo {
		p.FromAt, p.UntilAt = within("", tx.At)
	}
	list, err := tx.WorkMatters(ctx, p)
	if err != nil {
		return nil, err
	}
	out := make([]Work, 0, len(list))
	for _, m := range list {
		w := Work{Matter: m.ID, Case: storage.Deref(m.CaseID), Tip: storage.Deref(m.TipID), Title: m.Step, About: m.Process, CaseNumber: m.CaseNumber, Serial: m.Serial,
			Ticket: m.Ticket, Holder: m.HolderName, Mine: storage.Deref(m.Holder) == a.ID, Urgent: m.Urgent, Next: "complete", Clause: m.Clause, Back: back[m.ID], id: m.ID, sort: m.SortAt}
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
			w.Due = dueOf(m.DeadlineID, w.Title, m.Clause, m.DueAt, m.Unit)
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
func clocks(ctx context.Context, tx *storage.Tx, process string, after place, span string) ([]Work, error) {
	a := tx.Actor
	if !a.Can(rulebook.MayViewCase) || process != "" && process != CaseClocks || span == "back" {
		return nil, nil
	}
	p := courtdb.WorkClocksParams{Court: tx.Court, Me: a.ID, Roles: a.Roles, Everywhere: a.Scope == rulebook.ScopeCourt, Team: a.Team, AfterAt: after.at, After: after.id, Most: page + 1}
	p.FromAt, p.UntilAt = within(span, tx.At)
	list, err := tx.WorkClocks(ctx, p)
	if err != nil {
		return nil, err
	}
	out := make([]Work, len(list))
	for i, d := range list {
		out[i] = Work{Case: storage.Deref(d.CaseID), Title: d.Name, About: "案件期限", CaseNumber: d.CaseNumber, Holder: d.OwnerName, Clause: d.Clause,
			Mine: storage.Deref(d.Owner) == a.ID, Next: "record", Due: dueOf(d.ID, d.Name, d.Clause, d.DueAt, d.Unit), id: d.ID, sort: d.DueAt}
	}
	return out, nil
}

// grouped puts sorted lines under their spans.
func grouped(rows []Work) []Group {
	var groups []Group
	for _, s := range Spans {
		g := Group{ID: s.ID, Name: s.Label}
		for _, w := range rows {
			if w.span == s.ID {
				g.Rows = append(g.Rows, w)
			}
		}
		if len(g.Rows) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}
