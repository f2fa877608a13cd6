package matters

import (
	"strconv"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/desk/piece"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/webkit"
	"mingzhi/storage"
)

// submission is the form's hidden key: the same form sent twice opens one matter.
const submission = "_submission"

// New is the form that opens a process.
func New(r *frame.Request) error { return opening(r, webkit.Form{}) }

// Open opens a process about a case, a tip, a lot, or nothing.
func Open(r *frame.Request) error {
	if r.FormValue("_refresh") != "" {
		return opening(r, webkit.Form{Values: r.Values()})
	}
	id, err := open(r)
	if err != nil {
		return r.Again(err, func(f webkit.Form) error { return opening(r, f) })
	}
	return onward(r, id, "opened")
}

func open(r *frame.Request) (uuid.UUID, error) {
	a, err := answers(r)
	if err != nil {
		return uuid.Nil, err
	}
	to, err := about(r)
	if err != nil {
		return uuid.Nil, err
	}
	key := ""
	if s, err := uuid.Parse(a.Values[submission]); err == nil {
		key = s.String()
	}
	return r.House.Engine.Open(r.C(), r.Actor, r.Params("process"), to, a, key)
}

// about is what the run is about: named in the address, or a case number typed into the form.
func about(r *frame.Request) (matter.About, error) {
	var to matter.About
	for name, into := range map[string]*uuid.UUID{"case": &to.Case, "tip": &to.Tip, "lot": &to.Lot} {
		if id, err := uuid.Parse(r.Query(name)); err == nil {
			*into = id
		}
	}
	number := r.FormValue("_case")
	if to.Case != uuid.Nil || number == "" {
		return to, nil
	}
	id, err := r.House.Reads.CaseNumbered(r.C(), r.Actor, number)
	if p, ok := problem.As(err); ok {
		form := problem.Form{}
		form.Add("_case", p)
		return to, form.Err()
	}
	to.Case = id
	return to, err
}

func opening(r *frame.Request, f webkit.Form) error {
	to, err := about(r)
	if err != nil && f.Problem == nil {
		return err
	}
	o, err := r.House.Reads.Opening(r.C(), r.Actor, r.Params("process"), to)
	if err != nil {
		return err
	}
	f = piece.Prefill(r.C(), o.Fields, f, nil)
	if _, err := uuid.Parse(f.Value(submission)); err != nil {
		f.Values[submission] = storage.NewID().String()
	}
	r.Current = "process:" + o.Process.ID
	return r.Show("新建"+o.Process.Name, openingPage(o, f, string(r.Request().URI().QueryString())))
}

// subjects of processes that are asked for on the form when the address names none.
func asksCase(o *casework.Opening) bool { return o.Process.On == "case" && o.File == nil }

func caseLine(f *docket.File) string {
	return f.Number + "　" + enforcement.CaseStage(f.Stage).Name()
}

// headline is what a matter is known by: its number in the register, its case, how often it came back.
func headline(m *casework.Matter) string {
	var parts []string
	for _, p := range []string{m.Serial, m.CaseNumber} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if m.Returns > 0 {
		parts = append(parts, "退回过"+strconv.Itoa(int(m.Returns))+"次")
	}
	return strings.Join(parts, " · ")
}
