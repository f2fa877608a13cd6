package registers

import (
	"bytes"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/desk/piece"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/management/register"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/rulebook"
	"mingzhi/portal/webkit"
)

// printed is how many rows a printed register takes.
const printed = 1000

// Print is the register in its official form.
func Print(r *frame.Request) error {
	q := asked(r)
	if q.Sort == "" { // a book is read from its first page
		q.Sort = "old"
	}
	list, err := r.House.Registers.Whole(r.C(), r.Actor, r.Params("process"), q, printed)
	if err != nil {
		return err
	}
	v := view{List: list, query: asked(r)}
	return webkit.Render(r.Ctx, frame.Paper(title(list.Process), v.address(""), len(list.Columns) > 3, sheet(v)))
}

// Form is one run as its official form.
func Form(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	m, err := r.House.Reads.Matter(r.C(), r.Actor, id)
	if err != nil {
		return err
	}
	return webkit.Render(r.Ctx, frame.Paper(title(m.Process), "/matters/"+id.String(), false, form(m)))
}

// Export is the register as a workbook.
func Export(r *frame.Request) error {
	var out bytes.Buffer
	if err := r.House.Registers.Export(r.C(), r.Actor, r.Params("process"), asked(r), piece.Cell, &out); err != nil {
		return err
	}
	p, _ := r.Book.Process(r.Params("process"))
	return send(r, register.FileName(p, calendar.On(r.Now)), out.Bytes())
}

func send(r *frame.Request, name string, content []byte) error {
	r.Set(fiber.HeaderContentType, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	r.Set(fiber.HeaderContentDisposition, "attachment; filename*=UTF-8''"+url.PathEscape(name))
	r.Set(fiber.HeaderCacheControl, "no-store")
	return r.Send(content)
}

// title is what the official form is called.
func title(p *rulebook.Process) string {
	if p.Print != "" {
		return p.Print
	}
	return p.Name
}

// answers are all fields of a form with what was filled in; what was not stays to be written by hand.
func answers(m *casework.Matter, fields []rulebook.Field) []casework.Fact {
	var out []casework.Fact
	for _, f := range fields {
		if f.Type == "open_items" || f.Type == "deadline" {
			continue
		}
		found := casework.FactsOf([]rulebook.Field{f}, m.Values, m.Choices)
		if f.Type == "attachment" {
			found = piece.FileFact(m, f)
		}
		if len(found) == 0 {
			found = []casework.Fact{{Field: f, Value: ""}}
		}
		out = append(out, found...)
	}
	return out
}

// signature is who did a step and when.
type signature struct{ Step, Who, When, Said string }

// signatures are the steps in their order; one that nobody did yet is a line to sign on.
func signatures(m *casework.Matter) []signature {
	var out []signature
	for _, s := range m.Process.Steps {
		line := signature{Step: s.Name}
		said := opinion(m, s)
		for _, h := range m.History {
			if h.Step == s.ID && (h.Act == "done" || h.Act == "handed_over" || h.Act == "agreed" || h.Act == "refused") {
				line = signature{s.Name, h.ActorName, h.At.In(calendar.Shanghai).Format("2006-01-02 15:04"), said}
			}
		}
		out = append(out, line)
	}
	return out
}

// opinion is an approval's answer with its reason.
func opinion(m *casework.Matter, s rulebook.Step) string {
	if !s.Approve {
		return ""
	}
	word := map[any]string{rulebook.Agree: "同意", rulebook.Refuse: "不同意"}[m.Values[s.Decision()]]
	if reason, ok := m.Values[s.ID+"_opinion"].(string); ok && reason != "" {
		word += "：" + reason
	}
	return word
}

// materials are the papers that came, and how, and those that the step under way still lacks.
func materials(m *casework.Matter) []string {
	var out []string
	came, _ := m.Values["materials"].(map[string]any)
	for _, set := range m.Process.Materials {
		for _, name := range set.Need {
			how, in := came[name]
			if !in {
				continue
			}
			line := name + "（文件）"
			if how == matter.Paper {
				line = name + "（纸质）"
			}
			if !slices.Contains(out, line) {
				out = append(out, line)
			}
		}
	}
	for _, n := range m.Materials {
		if n.Have == "" && !n.Maybe {
			out = append(out, n.Name+"（未收到）")
		}
	}
	return out
}

// returns say who gave it back, from where and why.
func returns(m *casework.Matter) []string {
	var out []string
	for _, h := range m.History {
		if h.Act != "returned" {
			continue
		}
		at := h.Step
		if s, ok := m.Process.Step(h.Step); ok {
			at = s.Name
		}
		why, _ := h.Words["reason"].(string)
		out = append(out, h.At.In(calendar.Shanghai).Format("2006-01-02 15:04")+" "+h.ActorName+" 在“"+at+"”退回："+why)
	}
	return out
}

// fields are the fields of a form without those of approvals, whose answers stand beside the signatures.
func fields(p *rulebook.Process) []rulebook.Field {
	out := slices.Clone(p.Form)
	for _, s := range p.Steps {
		out = append(out, s.Form...)
	}
	return out
}

// wide fields take the whole width of the sheet.
func wide(f rulebook.Field) bool { return f.Type == "long" || f.Type == "rows" }

func opened(m *casework.Matter) string {
	for _, h := range m.History {
		if h.Act == "opened" && h.ActorName != "" {
			return h.ActorName
		}
	}
	return ""
}
