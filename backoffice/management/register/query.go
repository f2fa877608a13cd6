package register

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/rulebook"
)

// Query narrows and sorts a register; the address of the page holds it whole.
type Query struct {
	Text         string // serial, case number in any writing, name of a party, ticket of a tip
	State, Step  string
	Holder, Team string
	Due          string // over, soon
	Late         string // yes, no
	Sort         string // "" the newest first, old, due, serial, case
	From, Until  calendar.Date
	Fields       map[string]string // FIELD → value, of choice and yesno columns
}

// States of a run in words, in the order of a filter.
var States = []rulebook.Choice{{ID: "open", Label: "办理中"}, {ID: "done", Label: "已办结"}, {ID: "refused", Label: "不同意"}, {ID: "withdrawn", Label: "已撤回"}}

// Sorts are the orders of a register.
var Sorts = []rulebook.Choice{{ID: "", Label: "最新的在前"}, {ID: "old", Label: "最早的在前"}, {ID: "due", Label: "按到期时间"}, {ID: "serial", Label: "按编号"}, {ID: "case", Label: "按案号"}}

// plain are the query's own names in an address; a column's begins with "f.".
func (q *Query) plain() map[string]*string {
	return map[string]*string{"q": &q.Text, "state": &q.State, "step": &q.Step, "holder": &q.Holder, "team": &q.Team, "due": &q.Due, "late": &q.Late, "sort": &q.Sort}
}

// Read takes a query from an address; what is not understood is left out.
func Read(v url.Values) Query {
	q := Query{Fields: map[string]string{}}
	for name, to := range q.plain() {
		*to = strings.TrimSpace(v.Get(name))
	}
	q.From, _ = calendar.ParseDate(v.Get("from"))
	q.Until, _ = calendar.ParseDate(v.Get("until"))
	for name := range v {
		if id, ok := strings.CutPrefix(name, "f."); ok && v.Get(name) != "" {
			q.Fields[id] = v.Get(name)
		}
	}
	return q
}

// Values is the query as an address keeps it.
func (q Query) Values() url.Values {
	v := url.Values{}
	for name, from := range q.plain() {
		if *from != "" {
			v.Set(name, *from)
		}
	}
	if !q.From.IsZero() {
		v.Set("from", q.From.String())
	}
	if !q.Until.IsZero() {
		v.Set("until", q.Until.String())
	}
	for id, value := range q.Fields {
		v.Set("f."+id, value)
	}
	return v
}

// Narrowed reports whether the query leaves anything out.
func (q Query) Narrowed() bool {
	q.Sort = ""
	return len(q.Values()) > 0
}

// spans are the instants of the days of opening.
func (q Query) spans(now time.Time) (from, until time.Time) {
	from, until = time.Unix(0, 0), now.AddDate(100, 0, 0)
	if !q.From.IsZero() {
		from = q.From.Time()
	}
	if !q.Until.IsZero() {
		until = q.Until.Add(1).Time()
	}
	return from, until
}

// dueBefore is the instant before which an open run must be due.
func (q Query) dueBefore(now time.Time) *time.Time {
	switch q.Due {
	case "over":
		return &now
	case "soon":
		week := calendar.On(now).Add(8).Time()
		return &week
	}
	return nil
}

func (q Query) holder() *uuid.UUID {
	id, err := uuid.Parse(q.Holder)
	if err != nil {
		return nil
	}
	return &id
}

func (q Query) late() *bool {
	yes := q.Late == "yes"
	if !yes && q.Late != "no" {
		return nil
	}
	return &yes
}

// form is what the declared values must contain, as JSON.
func (q Query) form(fields []rulebook.Field) ([]byte, error) {
	out := map[string]any{}
	for _, f := range fields {
		switch v := q.Fields[f.ID]; {
		case v == "":
		case f.Type == "yesno":
			out[f.ID] = v == "yes"
		case f.Type == "choice":
			out[f.ID] = v
		}
	}
	return json.Marshal(out)
}
