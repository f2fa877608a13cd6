package registers

import (
	"context"
	"net/url"
	"strings"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/desk/piece"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/management/register"
	"mingzhi/backoffice/rulebook"
	"mingzhi/portal/webkit"
)

// view is a page of a register with the filter it was asked for.
type view struct {
	*register.List
	query  register.Query
	number int
	form   webkit.Form // of a view's name that came back
}

// Show is the register of a process.
func Show(r *frame.Request) error { return show(r, asked(r), webkit.Form{}) }

func asked(r *frame.Request) register.Query {
	v, _ := url.ParseQuery(string(r.Request().URI().QueryString()))
	return register.Read(v)
}

func show(r *frame.Request, q register.Query, form webkit.Form) error {
	list, err := r.House.Registers.List(r.C(), r.Actor, r.Params("process"), q, r.PageNumber())
	if err != nil {
		return err
	}
	r.Current = "process:" + list.Process.ID
	return r.Show(list.Process.Name, page(view{list, q, r.PageNumber(), form}))
}

// Save keeps the filter as a view of the reader's own.
func Save(r *frame.Request) error {
	v, _ := url.ParseQuery(r.FormValue("query"))
	q := register.Read(v)
	if err := r.House.Registers.Save(r.C(), r.Actor, r.Params("process"), r.FormValue("name"), q); err != nil {
		return r.Again(err, func(form webkit.Form) error { return show(r, q, form) })
	}
	return r.Done("/process/"+r.Params("process")+"?"+q.Values().Encode(), "view_saved")
}

// Forget deletes a view.
func Forget(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	process, err := r.House.Registers.Forget(r.C(), r.Actor, id)
	if err != nil {
		return err
	}
	return r.Done("/process/"+process, "view_deleted")
}

// address is a page of this register, with the filter.
func (v view) address(what string) string {
	out := "/process/" + v.Process.ID + what
	if q := v.query.Values().Encode(); q != "" {
		out += "?" + q
	}
	return out
}

// more is the address that page numbers are added to.
func (v view) more() string {
	if q := v.query.Values().Encode(); q != "" {
		return "?" + q + "&"
	}
	return "?"
}

// further reports that a filter beyond the first line is set.
func (v view) further() bool {
	q := v.query
	return q.Step != "" || q.Holder != "" || q.Team != "" || q.Due != "" || q.Late != "" || q.Sort != "" || len(q.Fields) > 0
}

func (v view) about() string {
	if v.Process.Log {
		return "只增不改：写错的另记一条更正。"
	}
	return v.Process.Intro
}

// subject is what the runs are about, as the column's heading; empty when they are about nothing.
func (v view) subject() string {
	switch v.Process.On {
	case "none":
		return ""
	case "tip":
		return "线索编号"
	}
	return "案号"
}

func subjectOf(l register.Line) string {
	if l.Ticket != "" {
		return l.Ticket
	}
	return l.CaseNumber
}

// leads is by which column a run is opened: its number, what it is about, or the day it began.
func (v view) leads() string {
	switch {
	case v.Process.Serial != "":
		return "serial"
	case v.subject() != "":
		return "subject"
	}
	return "opened"
}

// cell is a value of a column in words.
func cell(ctx context.Context, l register.Line, f rulebook.Field) string {
	fact, ok := l.Fact(f.ID)
	if !ok {
		return ""
	}
	return piece.Cell(fact)
}

func numeric(f rulebook.Field) bool { return f.Type == "money" || f.Type == "number" }

// whole values are never broken over two lines.
func whole(f rulebook.Field) bool {
	return f.Type == "date" || f.Type == "datetime" || f.Type == "case"
}

// whose is in whose hands a run is, or who began what is closed.
func whose(l register.Line) string {
	switch {
	case l.Holder != "":
		return l.Holder
	case l.State == "open":
		return l.Team + "待接手"
	}
	return l.Opener
}

// values are what a filter offers for a column.
func values(f rulebook.Field) []rulebook.Choice {
	if f.Type == "yesno" {
		return []rulebook.Choice{{ID: "yes", Label: "是"}, {ID: "no", Label: "否"}}
	}
	return f.Of
}

// steps are the steps a run may stand at.
func steps(p *rulebook.Process) []rulebook.Choice {
	out := make([]rulebook.Choice, len(p.Steps))
	for i, s := range p.Steps {
		out[i] = rulebook.Choice{ID: s.ID, Label: s.Name}
	}
	return out
}

func date(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// isThis reports that a saved view is what is shown.
func (v view) isThis(query string) bool { return query == v.query.Values().Encode() }

// said puts the filter into words for a printed page.
func (v view) said() string {
	var parts []string
	q := v.query
	add := func(label, value string) {
		if value != "" {
			parts = append(parts, label+value)
		}
	}
	add("查找 ", q.Text)
	add("状态 ", casework.Name(register.States, q.State))
	add("步骤 ", casework.Name(steps(v.Process), q.Step))
	add("办理人 ", casework.Name(v.Names.Staff, q.Holder))
	add("团队 ", casework.Name(v.Names.Teams, q.Team))
	for _, f := range v.Filters {
		add(f.Label+" ", casework.Name(values(f), q.Fields[f.ID]))
	}
	return strings.Join(parts, "；")
}

// period is the span of days in words.
func period(q register.Query) string {
	switch {
	case q.From.IsZero() && q.Until.IsZero():
		return "全部"
	case q.Until.IsZero():
		return "自 " + q.From.String() + " 起"
	case q.From.IsZero():
		return "至 " + q.Until.String() + " 止"
	}
	return q.From.String() + " 至 " + q.Until.String()
}
