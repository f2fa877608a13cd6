package work

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/webkit"
)

// view is the list with its filter and, after taking several, what became of them.
type view struct {
	*casework.Agenda
	filter casework.WorkFilter
	taken  *taken
}

// taken is what came of taking several: how many, and which not and why.
type taken struct {
	Done   int
	Failed []string
}

// Home is the first page of the desk that the reader may open.
func Home(r *frame.Request) error {
	if to := r.Home(); to != "" {
		return webkit.Redirect303(r.Ctx, to)
	}
	return r.Show("工作台", nothing())
}

// Show is the list.
func Show(r *frame.Request) error {
	return show(r, casework.WorkFilter{Process: r.Query("process"), Due: r.Query("due"), After: r.Query("after")}, nil)
}

func show(r *frame.Request, f casework.WorkFilter, t *taken) error {
	agenda, err := r.House.Reads.MyWork(r.C(), r.Actor, f)
	if err != nil {
		return err
	}
	r.Current = "work"
	return r.Show("我的工作", page(view{agenda, f, t}))
}

// most matters taken at once: a page of the list.
const most = 50

// Take puts the chosen matters into the reader's hands, each by itself, and says which could not be taken.
func Take(r *frame.Request) error {
	out := &taken{}
	chosen := r.All("matter")
	for i, raw := range chosen[:min(len(chosen), most)] {
		id, err := uuid.Parse(raw)
		if err != nil {
			continue
		}
		err = r.House.Engine.Take(r.C(), r.Actor, id, nil)
		if err == nil {
			out.Done++
			continue
		}
		p, ok := problem.As(err)
		if !ok {
			return err
		}
		name := r.FormValue("name." + raw)
		if name == "" {
			name = "第 " + strconv.Itoa(i+1) + " 项"
		}
		out.Failed = append(out.Failed, name+"："+p.Sentence())
	}
	return show(r, casework.WorkFilter{Process: r.FormValue("process"), Due: r.FormValue("due"), After: r.FormValue("after")}, out)
}

// open is where a line leads.
func open(w casework.Work) string {
	switch {
	case w.Tip != uuid.Nil && w.Matter != uuid.Nil:
		return "/tips/" + w.Tip.String()
	case w.Matter != uuid.Nil:
		return "/matters/" + w.Matter.String()
	}
	return "/cases/" + w.Case.String()
}

// about is what kind of work it is, with its own number or the tip's.
func about(w casework.Work) string {
	return strings.TrimSpace(w.About + " " + w.Serial + " " + w.Ticket)
}

func tone(group string) string {
	return map[string]string{"back": "over", "over": "over", "now": "soon"}[group]
}

// address is the list with this filter, from the start.
func address(f casework.WorkFilter) string {
	v := url.Values{}
	for name, value := range map[string]string{"process": f.Process, "due": f.Due, "after": f.After} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return "/work"
	}
	return "/work?" + v.Encode()
}

func (v view) due(id string) string {
	return address(casework.WorkFilter{Process: v.filter.Process, Due: id})
}

func (v view) next() string {
	f := v.filter
	f.After = v.Next
	return address(f)
}

func (v view) first() string {
	f := v.filter
	f.After = ""
	return address(f)
}

// count of a group's lines; the page may end within it.
func (v view) count(i int) string {
	n := strconv.Itoa(len(v.Groups[i].Rows))
	if v.Next != "" && i == len(v.Groups)-1 || v.filter.After != "" && i == 0 {
		return ""
	}
	return n
}

// several reports that something on the page can be taken together.
func (v view) several() bool {
	n := 0
	for _, g := range v.Groups {
		for _, w := range g.Rows {
			if w.Next == "take" {
				n++
			}
		}
	}
	return n > 1
}

// named is a line in a few words, for whoever hears it read or reads what went wrong.
func named(w casework.Work) string { return strings.TrimSpace(w.Title + " " + w.CaseNumber + w.Ticket) }
