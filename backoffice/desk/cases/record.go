package cases

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/portal/webkit"
	"mingzhi/storage"
)

// submission is the form's hidden key: the same form sent twice records once.
const submission = "_submission"

// Choose lists the events that the reader may record on a case.
func Choose(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	file, err := r.House.Reads.RecordableEvents(r.C(), r.Actor, id, "")
	if err != nil {
		return err
	}
	r.Current = "cases"
	return r.Show("登记事项", choose(file, strings.TrimSpace(r.Query("q"))))
}

// Form is the form of one event, made from the book's declaration.
func Form(r *frame.Request) error { return form(r, webkit.Form{Values: map[string]string{}}) }

func form(r *frame.Request, f webkit.Form) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	file, err := r.House.Reads.RecordableEvents(r.C(), r.Actor, id, r.Params("event"))
	if err != nil {
		return err
	}
	e, ok := find(file, r.Params("event"))
	if !ok {
		return problem.New(problem.Forbidden, "docket.role", "本院规则书没有让您的角色登记这个事项。")
	}
	if _, err := uuid.Parse(f.Value(submission)); err != nil {
		if f.Values == nil {
			f.Values = map[string]string{}
		}
		f.Values[submission] = storage.NewID().String()
	}
	r.Current = "cases"
	return r.Show(e.Name, record(file, e, f))
}

// Record records the event; what is wrong comes back with everything that was typed.
func Record(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if r.FormValue("_refresh") != "" {
		return form(r, webkit.Form{Values: r.Values()})
	}
	key := ""
	if s, err := uuid.Parse(r.FormValue(submission)); err == nil {
		key = "desk:" + r.Actor.ID.String() + ":" + s.String()
	}
	if _, err := r.House.Docket.RecordByHand(r.C(), r.Actor, r.Params("event"), id, r.Values(), key); err != nil {
		return r.Again(err, func(f webkit.Form) error { return form(r, f) })
	}
	return r.Done("/cases/"+id.String(), "recorded")
}

func find(file *casework.Recordable, code string) (rulebook.Event, bool) {
	for _, e := range file.Events {
		if e.ID == code {
			return e, true
		}
	}
	return rulebook.Event{}, false
}

type part struct {
	Name   string
	Events []rulebook.Event
}

// parted are the events that are asked for: those that move the case, in the order of its stages, then the others in the book's order.
func parted(events []rulebook.Event, asked string) []part {
	moves, rest := part{Name: "改变案件阶段的"}, part{Name: "其他事项"}
	for _, e := range events {
		switch {
		case !strings.Contains(enforcement.NormalizeForIndex(e.Name), enforcement.NormalizeForIndex(asked)):
		case e.Stage != "":
			moves.Events = append(moves.Events, e)
		default:
			rest.Events = append(rest.Events, e)
		}
	}
	order := enforcement.AllCaseStages()
	slices.SortStableFunc(moves.Events, func(a, b rulebook.Event) int {
		return slices.Index(order, enforcement.CaseStage(a.Stage)) - slices.Index(order, enforcement.CaseStage(b.Stage))
	})
	return slices.DeleteFunc([]part{moves, rest}, func(p part) bool { return len(p.Events) == 0 })
}

// outside says in a word whether an event is told to anybody.
func outside(book *rulebook.Book, code string) string {
	rule, ok := book.DisclosureOf(code)
	switch {
	case !ok || !rule.On:
		return "内部"
	case rule.Release == rulebook.ReleaseGate:
		return "生效后告知"
	case rule.Release == rulebook.ReleaseJudge, rule.Release == rulebook.ReleasePub:
		return "经决定后告知"
	}
	return "自动告知"
}

// told says, before recording, whom the book tells of the event.
func told(book *rulebook.Book, code string) string {
	rule, ok := book.DisclosureOf(code)
	if !ok || !rule.On {
		return "这个事项只作内部记录，不对外公开。"
	}
	switch rule.Release {
	case rulebook.ReleaseGate:
		return "登记后，在生效以前不会告知任何人；生效后按规则书自动告知。"
	case rulebook.ReleaseJudge, rulebook.ReleasePub:
		return "登记后须经决定才对外告知；由有权决定的人登记的，登记即告知。"
	}
	return "登记后按规则书自动告知应当告知的人。"
}

// choicesFor keeps the persons in the roles that the event is about.
func choicesFor(file *casework.Recordable, e rulebook.Event) casework.Choices {
	c := file.Choices
	if len(e.About) == 0 {
		return c
	}
	c.Parties = nil
	for i, p := range file.Parties {
		for _, role := range e.About {
			if p.Role == role {
				c.Parties = append(c.Parties, file.Choices.Parties[i])
			}
		}
	}
	return c
}

// startable are the processes on a case that the reader may open.
func startable(ctx context.Context) []rulebook.Process {
	r := frame.Of(ctx)
	return slices.DeleteFunc(slices.Clone(r.Book.Processes), func(p rulebook.Process) bool { return p.On != "case" || !matter.MayOpen(&p, r.Actor) })
}
