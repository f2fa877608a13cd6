package signin

import (
	"net/url"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
)

// beside are the inputs that stand beside a book's forms.
var beside = []rulebook.Field{{ID: "reason", Label: "理由"}, {ID: "why", Label: "理由"}, {ID: "question", Label: "提问"}, {ID: "comment", Label: "备注"}, {ID: "text", Label: "答复"},
	{ID: "assign_reason", Label: "改派理由"}, {ID: "withdraw_reason", Label: "撤回理由"}, {ID: "reopen_reason", Label: "重新办理的理由"}, {ID: "name", Label: "名称"}}

// waiting is what a form that is to be sent on was about, and what was filled in, in words; a form of no book shows what can be named.
func waiting(r *frame.Request, a staff.Actor, next string, kept []frame.Kept) (about string, out []casework.Fact) {
	given := map[string]string{}
	for _, k := range kept {
		given[k.Name] = k.Value
	}
	about, fields, names := form(r, a, next, given)
	for _, f := range append(fields, beside...) {
		if f.Type == "rows" {
			for n := range f.Lines(given) {
				for _, col := range f.Rows {
					out = spoken(out, rulebook.Field{ID: f.Cell(n, col), Label: f.Label + "：" + col.Label, Type: col.Type, Of: col.Of}, given, names)
				}
			}
			continue
		}
		out = spoken(out, f, given, names)
	}
	return about, out
}

func spoken(out []casework.Fact, f rulebook.Field, given map[string]string, names casework.Choices) []casework.Fact {
	raw := given[f.ID]
	if raw == "" {
		return out
	}
	switch f.Type {
	case "choice":
		if label := casework.Name(f.Of, raw); label != "" {
			raw = label
		}
	case "yesno":
		raw = map[string]string{"yes": "是", "no": "否"}[raw]
	case "money":
		raw += " 元"
	}
	said, _ := names.Spoken(f, raw).(string)
	return append(out, casework.Fact{Field: rulebook.Field{ID: f.ID, Label: f.Label, Type: "long"}, Value: said})
}

// form finds the fields behind an address of the desk, with the names that its ids stand for.
func form(r *frame.Request, a staff.Actor, next string, given map[string]string) (about string, fields []rulebook.Field, names casework.Choices) {
	to, query, _ := strings.Cut(strings.TrimPrefix(next, r.At("/")), "?")
	path := append(strings.Split(to, "/"), "", "", "", "")
	id, _ := uuid.Parse(path[1])
	switch {
	case path[0] == "cases" && path[2] == "record":
		if file, err := r.House.Reads.RecordableEvents(r.C(), a, id, ""); err == nil {
			about, names = file.Number, file.Choices
		}
		if e, ok := r.Book.Event(path[3]); ok {
			return strings.TrimSpace(e.Name + " " + about), e.Form, names
		}
	case path[0] == "process":
		if p, ok := r.Book.Process(path[1]); ok {
			asked, _ := url.ParseQuery(query)
			of, _ := uuid.Parse(asked.Get("case"))
			if o, err := r.House.Reads.Opening(r.C(), a, p.ID, matter.About{Case: of}); err == nil {
				names = o.Choices
				if o.File != nil {
					about = o.File.Number
				}
			}
			return strings.TrimSpace(p.Name + " " + about), p.Fields(), names
		}
	case path[0] == "matters":
		if m, err := r.House.Reads.Matter(r.C(), a, id); err == nil {
			about, fields, names = strings.TrimSpace(m.Process.Name+" "+m.Serial), m.Process.Fields(), m.Choices
			if s, ok := m.Process.Step(given["step"]); ok {
				return about + "：" + s.Name, s.Fields(), names
			}
		}
	}
	return about, fields, names
}
