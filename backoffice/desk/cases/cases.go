package cases

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/management/casework"
	"mingzhi/portal/webkit"
)

// List searches the cases; one exact hit by number opens at once.
func List(r *frame.Request) error {
	f := casework.Filter{Text: strings.TrimSpace(r.Query("q")), Stage: r.Query("stage"), Judge: r.Query("judge"), Due: r.Query("due"), Rule: r.Query("rule"), Team: r.Query("team"), Pending: r.Query("open") == "yes", Page: r.PageNumber()}
	found, err := r.House.Reads.List(r.C(), r.Actor, f)
	if err != nil {
		return err
	}
	if _, err := enforcement.ParseCaseNumber(f.Text, r.Now); err == nil && len(found.Rows) == 1 {
		return webkit.Redirect303(r.Ctx, r.At("/cases/", found.Rows[0].ID.String()))
	}
	r.Current = "cases"
	return r.Show("案件", list(f, found))
}

// query is the list's address with its filter, ready for a page number.
func query(f casework.Filter) string {
	v := url.Values{}
	for name, value := range map[string]string{"q": f.Text, "stage": f.Stage, "judge": f.Judge, "due": f.Due, "rule": f.Rule, "team": f.Team, "open": map[bool]string{true: "yes"}[f.Pending]} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return "?"
	}
	return "?" + v.Encode() + "&"
}

// narrowed is what a board asked for beyond the form's own inputs, in words.
func narrowed(ctx context.Context, f casework.Filter) string {
	var parts []string
	book := frame.Of(ctx).Book
	if f.Pending {
		parts = append(parts, "未结")
	}
	if f.Team != "" {
		parts = append(parts, casework.TeamName(book, f.Team))
	}
	if f.Rule != "" {
		name := f.Rule
		if d, ok := book.Deadline(f.Rule); ok {
			name = d.Name
		}
		parts = append(parts, "期限“"+name+"”"+map[string]string{"over": "已逾期", "soon": "即将到期", "running": "正在走"}[f.Due])
	}
	return strings.Join(parts, "，")
}

// view is a case page with what an act on it left.
type view struct {
	*casework.Case
	reveal   webkit.Form
	of       string // the person whose reveal came back
	revealed *casework.Revealed
	upload   webkit.Form
}

// Show is the page of a case; reading it is audited by the act that opens it.
func Show(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	return show(r, id, view{})
}

func show(r *frame.Request, id uuid.UUID, v view) error {
	c, err := r.House.Reads.Case(r.C(), r.Actor, id)
	if err != nil {
		return err
	}
	v.Case = c
	r.Current = "cases"
	return r.Show(c.Number, page(v))
}

// Reveal shows a person's number, mobile and address whole, once.
func Reveal(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	party, err := r.ID("party")
	if err != nil {
		return err
	}
	out, err := r.House.Reads.Reveal(r.C(), r.Actor, party, r.FormValue("reason"))
	if err != nil {
		return r.Again(err, func(form webkit.Form) error { return show(r, id, view{reveal: form, of: party.String()}) })
	}
	return show(r, out.Case, view{revealed: &out, of: party.String()})
}

func (v view) isOf(p casework.Person) bool { return v.of == p.ID.String() }

// judge is who answers for the case, with the office telephone.
func (v view) judge() string {
	if v.JudgeName == "" {
		return "承办法官未确定"
	}
	return strings.TrimSpace("承办 " + v.JudgeName + " " + v.JudgePhone)
}

func (v view) stage() string {
	out := enforcement.CaseStage(v.Stage).Name()
	if v.ClosureMode != nil {
		out += " · " + enforcement.ClosureMode(*v.ClosureMode).Name()
	}
	return out
}

func (v view) secrecy() []string {
	var out []string
	for _, s := range v.Secrecy {
		if name := enforcement.Secrecy(s).Name(); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// clocks are those that run, or those that have ended.
func clocks(v view, running bool) []casework.Due {
	var out []casework.Due
	for _, d := range v.Deadlines {
		if (d.State == "open") == running {
			out = append(out, d)
		}
	}
	return out
}

// outward are the decisions that one event brought.
func outward(v view, e casework.Entry) []casework.Told {
	var out []casework.Told
	for _, t := range v.Told {
		if t.Event == e.ID {
			t.Name = "" // the entry says it
			out = append(out, t)
		}
	}
	return out
}

// elsewhere are decisions about events that the timeline does not show the reader.
func elsewhere(v view) []casework.Told {
	return slices.DeleteFunc(slices.Clone(v.Told), func(t casework.Told) bool {
		return slices.ContainsFunc(v.Timeline, func(e casework.Entry) bool { return e.ID == t.Event })
	})
}

type tally struct {
	State string
	N     int
}

// states count the decisions, in the order in which they need somebody.
func states(v view) []tally {
	var out []tally
	for _, s := range []string{"awaiting_release", "held", "told", "withheld", "refused", "withdrawn"} {
		n := 0
		for _, t := range v.Told {
			if t.State == s {
				n++
			}
		}
		if n > 0 {
			out = append(out, tally{s, n})
		}
	}
	return out
}

func money(fen int64) string { return enforcement.Money(fen).Yuan() }

func closedState(d casework.Due) string {
	return map[string]string{"met": "按期完成", "late": "逾期完成", "cancelled": "已取消"}[d.State]
}
