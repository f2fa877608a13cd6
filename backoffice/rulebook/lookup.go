package rulebook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"mingzhi/backoffice/calendar"
)

// On is the book as it holds on a day: of each entry the version in force, if any.
func (b *Book) On(day calendar.Date) *Book {
	view := *b
	view.Events = inForce(b.Events, day)
	view.Processes = inForce(b.Processes, day)
	view.Deadlines = inForce(b.Deadlines, day)
	view.Disclosures = inForce(b.Disclosures, day)
	view.Alerts = inForce(b.Alerts, day)
	view.Templates = inForce(b.Templates, day)
	view.Remedies = inForce(b.Remedies, day)
	view.Figures = inForce(b.Figures, day)
	view.LotItems = inForce(b.LotItems, day)
	view.Gates = inForce(b.Gates, day)
	view.Boards = inForce(b.Boards, day)
	return &view
}

// dated is an entry that can have versions.
type dated interface {
	id() string
	period() (from, until *calendar.Date)
}

func (e Entry) period() (from, until *calendar.Date) { return e.From, e.Until }

// inForce keeps what holds on a day; both the first and the last day count.
func inForce[T dated](entries []T, day calendar.Date) []T {
	out := make([]T, 0, len(entries))
	for _, e := range entries {
		from, until := e.period()
		if (from == nil || !day.Before(*from)) && (until == nil || !until.Before(day)) {
			out = append(out, e)
		}
	}
	return out
}

// find gives the youngest version of an id; in a view made by On there is only one.
func find[T dated](entries []T, id string) (*T, bool) {
	var best *T
	var youngest *calendar.Date
	for i := range entries {
		if entries[i].id() != id {
			continue
		}
		from, _ := entries[i].period()
		if best == nil || from != nil && (youngest == nil || youngest.Before(*from)) {
			best, youngest = &entries[i], from
		}
	}
	return best, best != nil
}

// Event finds an event by id; PROCESS.STEP and the like are events of the process.
func (b *Book) Event(id string) (*Event, bool) {
	if process, what, dotted := strings.Cut(id, "."); dotted {
		return b.eventOf(process, what)
	}
	return find(b.Events, id)
}

// runs are the events of a run as a whole.
var runs = map[string]string{"opened": "启动", "done": "办结", "refused": "不同意", "withdrawn": "撤回"}

// eventOf is the event that a finished step, or a run, of a process is.
func (b *Book) eventOf(process, what string) (*Event, bool) {
	p, ok := b.Process(process)
	if !ok {
		return nil, false
	}
	e := &Event{Entry: p.Entry, On: p.On, Effect: EffectAtOnce, Form: p.Fields()}
	e.ID = process + "." + what
	if word, ok := runs[what]; ok {
		e.Name = p.Name + word
		return e, true
	}
	s, ok := p.Step(what)
	if ok {
		e.Name = p.Name + "：" + s.Name
		e.Clauses = append([]string{s.Clause}, s.Clauses...)
	}
	return e, ok
}

// Watched reports whether something in the book hangs on an event of a process, so that it is worth a row on the docket.
func (b *Book) Watched(event string) bool { return b.watched[event] }

// watched gathers the dotted events that triggers, clocks, alerts, disclosures and gates name.
func watched(b *Book) map[string]bool {
	out := map[string]bool{}
	note := func(ids ...string) {
		for _, id := range ids {
			if strings.Contains(id, ".") && !strings.Contains(id, ":") {
				out[id] = true
			}
		}
	}
	pauses := func(list []Pausing) {
		for _, p := range list {
			note(p.From, p.To)
		}
	}
	for _, p := range b.Processes {
		note(p.Opens.Event)
		if e := p.Opens.Every; e != nil {
			note(append([]string{e.After}, e.Until...)...)
		}
		for _, s := range p.Steps {
			for _, w := range append(append(deref(s.Within), s.Limits...), s.Also...) {
				pauses(w.Pauses)
			}
		}
	}
	for _, d := range b.Deadlines {
		note(append([]string{d.Start}, d.Stop...)...)
		pauses(d.Pauses)
	}
	for _, a := range b.Alerts {
		note(a.On)
	}
	for _, d := range b.Disclosures {
		note(append([]string{d.Event}, d.Removes...)...)
		for _, a := range d.Audiences {
			note(a.After...)
		}
	}
	for _, g := range b.Gates {
		for _, quoted := range dotted.FindAllStringSubmatch(g.When+" "+g.That, -1) {
			note(quoted[1])
		}
	}
	return out
}

var dotted = regexp.MustCompile(`"([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)"`)

// Fields are all inputs of a process: of the opening form and of every step; an approval's say whose they are.
func (p *Process) Fields() []Field {
	out := slices.Clone(p.Form)
	for _, s := range p.Steps {
		fields := s.Fields()
		for i := len(s.Form); i < len(fields); i++ {
			fields[i].Label = s.Name + "：" + fields[i].Label
		}
		out = append(out, fields...)
	}
	return out
}

// Fields are a step's inputs; an approval asks for the decision, and for the reason when it is no.
func (s *Step) Fields() []Field {
	if !s.Approve {
		return s.Form
	}
	return append(slices.Clone(s.Form),
		Field{ID: s.Decision(), Label: "审批意见", Type: "choice", Required: true, Of: []Choice{{ID: Agree, Label: "同意"}, {ID: Refuse, Label: "不同意"}}},
		Field{ID: s.ID + "_opinion", Label: "理由", Type: "long", Max: 500, Help: "不同意的必须写明理由", RequiredWhen: fmt.Sprintf("has(form.%[1]s) && form.%[1]s == %[2]q", s.Decision(), Refuse)})
}

// Decision is the field that holds an approval's answer, Agree or Refuse.
func (s *Step) Decision() string { return s.ID + "_decision" }

// The two answers of an approval.
const (
	Agree  = "agree"
	Refuse = "refuse"
)

// PausedBy and ResumedBy list the clocks that an event stops for a while, or sets going again: ids of deadlines, and PROCESS.STEP of steps.
func (b *Book) PausedBy(event string) []string {
	return b.clocksWith(func(p Pausing) bool { return p.From == event })
}

// ResumedBy is the other side of PausedBy.
func (b *Book) ResumedBy(event string) []string {
	return b.clocksWith(func(p Pausing) bool { return p.To == event })
}

// PausingsOf lists between which events a clock stands still.
func (b *Book) PausingsOf(clock string) (out []Pausing) {
	b.pausings(func(id string, list []Pausing) {
		if id == clock {
			out = append(out, list...)
		}
	})
	return out
}

func (b *Book) clocksWith(is func(Pausing) bool) (out []string) {
	b.pausings(func(id string, list []Pausing) {
		if slices.ContainsFunc(list, is) {
			out = append(out, id)
		}
	})
	return out
}

// pausings goes through every clock of the book: ids of deadlines, and PROCESS.STEP of steps.
func (b *Book) pausings(each func(clock string, list []Pausing)) {
	for _, d := range b.Deadlines {
		each(d.ID, d.Pauses)
	}
	for _, p := range b.Processes {
		for _, s := range p.Steps {
			for _, w := range append(append(deref(s.Within), s.Limits...), s.Also...) {
				each(w.Clock(p.ID, s.ID), w.Pauses)
			}
		}
	}
}

// Extends reports whether an event is the step of a process that gives a clock more time.
func (b *Book) Extends(event string) bool {
	process, step, dotted := strings.Cut(event, ".")
	p, ok := b.Process(process)
	if !dotted || !ok {
		return false
	}
	s, ok := p.Step(step)
	return ok && s.Does == "extend_deadline"
}

// Clock is the rule name of a step's clock: PROCESS.STEP, or PROCESS.STEP.ID of a further one.
func (w *Within) Clock(process, step string) string {
	if w.ID == "" {
		return process + "." + step
	}
	return process + "." + step + "." + w.ID
}

// GatesOn lists the gates before an act: an event recorded by hand or PROCESS.STEP.
func (b *Book) GatesOn(act string) []Gate {
	return filter(b.Gates, func(g Gate) bool { return slices.Contains(g.On, act) })
}

// Board finds a board by id.
func (b *Book) Board(id string) (*Board, bool) { return find(b.Boards, id) }

// ProcessesEvery lists the processes that the calendar opens.
func (b *Book) ProcessesEvery() []Process {
	return filter(b.Processes, func(p Process) bool { return p.Opens.Every != nil })
}

// Process finds a process by id.
func (b *Book) Process(id string) (*Process, bool) { return find(b.Processes, id) }

// Deadline finds a deadline by id.
func (b *Book) Deadline(id string) (*Deadline, bool) { return find(b.Deadlines, id) }

// Template finds a message template by id.
func (b *Book) Template(id string) (*Template, bool) { return find(b.Templates, id) }

// Remedy finds a remedy by its code.
func (b *Book) Remedy(id string) (*Remedy, bool) { return find(b.Remedies, id) }

// Figure finds a number of the law by id.
func (b *Book) Figure(id string) (*Figure, bool) { return find(b.Figures, id) }

// Basis is where a figure comes from, for a refusal: the title and article of the law, the clause, or the court itself.
func (b *Book) Basis(f *Figure) string {
	if c, ok := b.Clause(f.Source); ok && c.Article != "" {
		return c.Article
	}
	if f.Source == SourceCourt {
		return b.Court.Name + "自定"
	}
	return f.Source
}

// ProcessesFrom lists the forms that people outside may send: those with opens.by whose feature is on.
func (b *Book) ProcessesFrom() []Process {
	return filter(b.Processes, func(p Process) bool {
		return len(p.Opens.By) > 0 && (p.Opens.Feature == "" || b.Court.Has(p.Opens.Feature))
	})
}

// Has reports whether the court has switched a feature on.
func (c Court) Has(f Feature) bool { return slices.Contains(c.Features, f) }

// Step finds a step of a process by id.
func (p *Process) Step(id string) (*Step, bool) {
	for i := range p.Steps {
		if p.Steps[i].ID == id {
			return &p.Steps[i], true
		}
	}
	return nil, false
}

// DeadlinesStartedBy lists the clocks an event starts; whether When holds is for the caller to ask.
func (b *Book) DeadlinesStartedBy(event string) []Deadline {
	return filter(b.Deadlines, func(d Deadline) bool { return d.Start == event })
}

// DeadlinesStoppedBy lists the clocks an event closes.
func (b *Book) DeadlinesStoppedBy(event string) []Deadline {
	return filter(b.Deadlines, func(d Deadline) bool { return slices.Contains(d.Stop, event) })
}

// ProcessesOpenedBy lists the processes an event opens; whether Opens.When holds is for the caller to ask.
func (b *Book) ProcessesOpenedBy(event string) []Process {
	return filter(b.Processes, func(p Process) bool { return event != "" && p.Opens.Event == event })
}

// DisclosureOf finds what may be told of an event. None means: nothing (G1).
func (b *Book) DisclosureOf(event string) (*Disclosure, bool) {
	for i := range b.Disclosures {
		if b.Disclosures[i].Event == event {
			return find(b.Disclosures, b.Disclosures[i].ID)
		}
	}
	return nil, false
}

// AlertsOn lists the alerts of an event id, "overdue:…" or "warning:…".
func (b *Book) AlertsOn(on string) []Alert {
	return filter(b.Alerts, func(a Alert) bool { return a.On == on })
}

// Role finds a role of the court.
func (b *Book) Role(id string) (*Role, bool) {
	for i := range b.Court.Roles {
		if b.Court.Roles[i].ID == id {
			return &b.Court.Roles[i], true
		}
	}
	return nil, false
}

// Can reports whether a role may do something.
func (r *Role) Can(p Permission) bool { return slices.Contains(r.May, p) }

// RolesMay lists the roles that may do something.
func (b *Book) RolesMay(p Permission) []string {
	var out []string
	for _, r := range b.Court.Roles {
		if r.Can(p) {
			out = append(out, r.ID)
		}
	}
	return out
}

// EndsAtTeam reports whether some of these roles see no further than their team, and none less.
func (b *Book) EndsAtTeam(roles []string) bool {
	ends := false
	for _, id := range roles {
		if r, ok := b.Role(id); ok {
			if r.Scope == ScopeOwn {
				return false
			}
			ends = ends || r.Scope == ScopeTeam
		}
	}
	return ends
}

// Team finds a team by id, name or one of its other names in the same text (C-7).
func (b *Book) Team(name string) (*Team, bool) {
	for i, t := range b.Court.Teams {
		if t.ID == name || t.Name == name || slices.Contains(t.Aliases, name) {
			return &b.Court.Teams[i], true
		}
	}
	return nil, false
}

// Clause finds a clause of the court or, in the same shape, an article of a law.
func (b *Book) Clause(id string) (*Clause, bool) {
	for i := range b.Clauses {
		if b.Clauses[i].ID == id {
			return &b.Clauses[i], true
		}
	}
	for _, l := range b.Laws {
		if l.ID == id {
			return &Clause{ID: l.ID, Gist: l.Gist, Article: l.Title + l.Article, Text: l.Gist, Kind: "law", At: l.At}, true
		}
	}
	return nil, false
}

// Limit is the clock of a step under these facts: the first special limit that holds, else Within, else nil.
func (b *Book) Limit(s *Step, vars map[string]any) (*Within, error) {
	for i := range s.Limits {
		yes, err := b.Holds(s.Limits[i].When, vars)
		if err != nil {
			return nil, err
		}
		if yes {
			return &s.Limits[i], nil
		}
	}
	return s.Within, nil
}

// Word is a text in another language, or the Chinese one with false: the page then marks its language.
func (b *Book) Word(lang, id, fallback string) (text string, translated bool) {
	if text, ok := b.Words[lang][id]; ok && text != "" {
		return text, true
	}
	return fallback, false
}

// TitleKey is the word id of an audience's title.
func (d *Disclosure) TitleKey(a Audience) string {
	if a.ID != "" {
		return fmt.Sprintf("%s.%s.title", d.ID, a.ID)
	}
	return fmt.Sprintf("%s.%s.title", d.ID, a.To)
}

func filter[T any](in []T, keep func(T) bool) []T {
	var out []T
	for _, v := range in {
		if keep(v) {
			out = append(out, v)
		}
	}
	return out
}

// Expand puts values into {placeholders}; a placeholder without a value stays visible, so that it is noticed.
func Expand(text string, params map[string]string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		if v, ok := params[strings.Trim(p, "{}")]; ok {
			return v
		}
		return p
	})
}
