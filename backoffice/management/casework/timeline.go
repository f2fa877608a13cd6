package casework

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/rulebook"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Entry is one event of the docket with its facts.
type Entry struct {
	ID               uuid.UUID
	Code, Name       string
	Clause, Actor    string
	At, Recorded     time.Time
	Effect           *time.Time
	Imported, Erased bool
	Facts            []Fact
}

// Fact is a declared field with its value; ids of persons, staff and teams are already names.
type Fact struct {
	Field rulebook.Field
	Value any
}

func entry(tx *storage.Tx, row courtdb.DocketByIDRow, names Choices, tipReadable bool) (Entry, error) {
	e := Entry{ID: row.ID, Code: row.Code, Name: EventName(tx.Book, row.Code), Clause: row.Clause, Actor: actorName(row.ActorName, row.ActorKind),
		At: row.OccurredAt, Recorded: row.RecordedAt, Effect: row.EffectAt, Imported: row.Imported, Erased: row.Body == nil}
	if row.TipID != nil && !tipReadable {
		return e, nil // what a tip's checking brought stays with those who may read the tip
	}
	values, err := docket.Facts(tx, row.ID, row.Body)
	e.Facts = facts(fieldsOf(tx.Book, row.Code), values, names)
	return e, err
}

func actorName(name, kind string) string {
	if name != "" {
		return name
	}
	return map[string]string{"system": "系统", "public": "公众", "import": "导入"}[kind]
}

// EventName is an event in the court's words.
func EventName(book *rulebook.Book, code string) string {
	if e, ok := book.Event(code); ok {
		return e.Name
	}
	return code
}

// ClockName is a rule's clock in the court's words: a deadline, a step's, or one of several that a step has, with what it is for.
func ClockName(book *rulebook.Book, rule string) string {
	if d, ok := book.Deadline(rule); ok {
		return d.Name
	}
	parts := strings.SplitN(rule, ".", 3)
	p, ok := book.Process(parts[0])
	if !ok || len(parts) < 3 {
		return EventName(book, rule)
	}
	s, ok := p.Step(parts[1])
	if !ok {
		return p.Name
	}
	return p.Name + "：" + s.Name + besides(s, parts[2])
}

// besides says what a further clock of a step is for: the field of the form that it waits for, else its clause, else what the book notes.
func besides(s *rulebook.Step, id string) string {
	for _, f := range s.Form {
		if f.ID == id {
			return "（" + f.Label + "）"
		}
	}
	for _, w := range s.Also {
		head, _, _ := strings.Cut(w.Note, "；")
		if w.ID != id {
			continue
		}
		if w.Source != rulebook.SourceCourt && w.Source != "" {
			head = w.Source
		}
		if head = strings.TrimRight(head, "。"); head != "" {
			return "（" + head + "）"
		}
	}
	return ""
}

// fieldsOf are the fields an event may carry: its own form, and those of the steps that record it.
func fieldsOf(book *rulebook.Book, code string) []rulebook.Field {
	var out []rulebook.Field
	add := func(fields []rulebook.Field) {
		for _, f := range fields {
			if !slices.ContainsFunc(out, func(have rulebook.Field) bool { return have.ID == f.ID }) {
				out = append(out, f)
			}
		}
	}
	if e, ok := book.Event(code); ok {
		add(e.Form)
	}
	for _, p := range book.Processes {
		for _, s := range p.Steps {
			if s.Records == code {
				add(s.Form)
			}
		}
	}
	return out
}

func facts(fields []rulebook.Field, values map[string]any, names Choices) []Fact {
	var out []Fact
	for _, f := range fields {
		v, ok := values[f.ID]
		if !ok || v == "" {
			continue
		}
		out = append(out, Fact{f, names.Spoken(f, v)})
	}
	return out
}

// Told is the decision for one person: told, or not and why.
type Told struct {
	ID, Event          uuid.UUID
	Code, Name         string
	To                 string // the circle, in words
	Person             string
	State, Why, Basis  string
	Clause             string
	Channels           []string
	NotBefore          *time.Time
	Decided            time.Time
	At                 *time.Time
	By, Deliveries     string
	Read               *time.Time // when the person first saw it in the portal or the bot
	Service            string     // of the document behind it: none, pending, recorded
	CanRelease, Recall bool
}

func toldOfCase(tx *storage.Tx, d courtdb.DisclosuresOfCaseRow) Told {
	t := told(tx, courtdb.CourtDisclosure{ID: d.ID, EventID: d.EventID, Code: d.Code, Audience: d.Audience, State: d.State, Why: d.Why, Basis: d.Basis,
		Clause: d.Clause, Channels: d.Channels, NotBefore: d.NotBefore, DecidedAt: d.DecidedAt, ToldAt: d.ToldAt})
	t.Person, t.By, t.Deliveries, t.Service = d.PartyName, d.ReleasedByName, deliveries(d.Deliveries), d.Service
	if d.ReadAt.Unix() > 0 {
		t.Read = &d.ReadAt
	}
	if role := enforcement.Role(d.PartyRole).Name(); role != "" {
		t.To = role
	}
	return t
}

func toldOfTip(tx *storage.Tx, d courtdb.DisclosuresOfTipRow) Told {
	t := told(tx, courtdb.CourtDisclosure{ID: d.ID, EventID: d.EventID, Code: d.Code, Audience: d.Audience, State: d.State, Why: d.Why, Basis: d.Basis,
		Clause: d.Clause, Channels: d.Channels, NotBefore: d.NotBefore, DecidedAt: d.DecidedAt, ToldAt: d.ToldAt})
	t.By, t.Deliveries = d.ReleasedByName, deliveries(d.Deliveries)
	return t
}

func told(tx *storage.Tx, d courtdb.CourtDisclosure) Told {
	may := tx.Actor.Can(rulebook.MayRelease)
	return Told{ID: d.ID, Event: d.EventID, Code: d.Code, Name: EventName(tx.Book, d.Code), To: audience(tx.Book, d.Code, d.Audience), State: d.State, Why: d.Why,
		Basis: d.Basis, Clause: d.Clause, Channels: d.Channels, NotBefore: d.NotBefore, Decided: d.DecidedAt, At: d.ToldAt,
		CanRelease: may && d.State == "awaiting_release" && slices.Contains(approvable(tx), d.Code),
		Recall:     may && slices.Contains([]string{"told", "held", "awaiting_release"}, d.State)}
}

// audience is the circle of a decision in words; two audiences of one circle carry their own id.
func audience(book *rulebook.Book, code, id string) string {
	to := id
	if rule, ok := book.DisclosureOf(code); ok {
		for _, a := range rule.Audiences {
			if a.ID == id {
				to = a.To
			}
		}
	}
	if to == "public" {
		return "社会公众"
	}
	if name := enforcement.Role(to).Name(); name != "" {
		return name
	}
	return to
}

// deliveries puts what providers reported into words.
func deliveries(list string) string {
	return strings.NewReplacer("sent ", "发出 ", "delivered ", "送达 ", "failed ", "未送达 ", "; ", "；").Replace(list)
}

// approvable are the events whose disclosures the actor may release (G14).
func approvable(tx *storage.Tx) []string {
	out := []string{}
	for _, d := range tx.Book.Disclosures {
		if d.Approver == "" || tx.Actor.Is(d.Approver) {
			out = append(out, d.Event)
		}
	}
	return out
}
