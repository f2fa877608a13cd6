package piece

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/rulebook"
	"mingzhi/portal/webkit"
)

// applying are the fields of a form that apply to what was filled in, with required as it stands now.
func applying(ctx context.Context, fields []rulebook.Field, form webkit.Form, before map[string]any) []rulebook.Field {
	r := frame.Of(ctx)
	given := rulebook.Given(fields, form.Values, before, r.Now)
	var out []rulebook.Field
	for _, f := range fields {
		if !r.Book.Holding(f.When, given) {
			continue
		}
		f.Required = f.Required || f.RequiredWhen != "" && r.Book.Holding(f.RequiredWhen, given)
		out = append(out, f)
	}
	return out
}

// Prefill is a form that nobody has filled in yet: what was filled in before (after a return), else the book's defaults.
func Prefill(ctx context.Context, fields []rulebook.Field, form webkit.Form, before map[string]any) webkit.Form {
	if form.Values != nil {
		return form
	}
	form.Values = map[string]string{}
	r := frame.Of(ctx)
	for _, f := range fields {
		if v, ok := before[f.ID]; ok {
			written(f, v, form.Values)
			if why, ok := before[f.ID+"_reason"].(string); ok {
				form.Values[f.ID+"_reason"] = why
			}
			continue
		}
		switch f.Default {
		case "":
		case "today":
			form.Values[f.ID] = calendar.On(r.Now).String()
		case "now":
			form.Values[f.ID] = r.Now.In(calendar.Shanghai).Format(rulebook.DatetimeForm)
		case "me":
			form.Values[f.ID] = r.Actor.ID.String()
		default:
			form.Values[f.ID] = f.Default
		}
	}
	return form
}

// written puts a kept value into a form as somebody would write it.
func written(f rulebook.Field, v any, into map[string]string) {
	switch v := v.(type) {
	case string:
		if t, err := time.Parse(time.RFC3339, v); err == nil && f.Type == "datetime" {
			v = t.In(calendar.Shanghai).Format(rulebook.DatetimeForm)
		}
		into[f.ID] = v
	case bool:
		into[f.ID] = map[bool]string{true: "yes", false: "no"}[v]
	case float64:
		into[f.ID] = strconv.FormatInt(int64(v), 10)
		if f.Type == "money" {
			into[f.ID] = fmt.Sprintf("%d.%02d", int64(v)/100, int64(v)%100)
		}
	case []any:
		for n, row := range v {
			cells, _ := row.(map[string]any)
			for _, col := range f.Rows {
				one := map[string]string{}
				written(col, cells[col.ID], one)
				into[f.Cell(n, col)] = one[col.ID]
			}
		}
	}
}

// blankRows is how many empty rows stand below what was filled in.
const blankRows = 3

func lines(f rulebook.Field, form webkit.Form) int {
	return min(f.Lines(form.Values)+blankRows, rulebook.MaxRows)
}

// cellField is one input of a table; its label is for those who hear the page.
func cellField(f, col rulebook.Field, n int, choices casework.Choices) webkit.Field {
	out := input(col, choices)
	out.Name, out.Label, out.Required, out.Optional = f.Cell(n, col), fmt.Sprintf("%s第%d行：%s", f.Label, n+1, out.Label), false, false
	out.Hint = ""
	return out
}

func reasonField(f rulebook.Field) webkit.Field {
	word := map[string]string{"yes": "是", "no": "否"}[f.Reason]
	return webkit.Field{Name: f.ID + "_reason", Label: f.Label + "：理由", Hint: "选“" + word + "”的必须写明理由。", Type: "textarea", Rows: 2, Max: 500, Optional: true}
}

// Asked reports that other fields depend on what is chosen here, so that the form is asked for anew.
func Asked(fields []rulebook.Field) bool {
	return slices.ContainsFunc(fields, func(f rulebook.Field) bool { return f.When != "" || f.RequiredWhen != "" })
}

func input(f rulebook.Field, choices casework.Choices) webkit.Field {
	out := webkit.Field{Name: f.ID, Label: f.Label, Hint: hint(f), Type: f.Type, Required: f.Required, Optional: !f.Required, Max: f.Max}
	switch f.Type {
	case "long":
		out.Type = "textarea"
	case "money":
		out.Type, out.Mode = "text", "decimal"
		out.Label += "（元）"
	case "number":
		out.Type, out.Mode = "text", "numeric"
	case "datetime":
		out.Type = "datetime-local"
	case "choice":
		out.Type, out.Choices = "select", pick(f.Of)
	case "yesno":
		out.Type, out.Choices = "select", pick([]rulebook.Choice{{ID: "yes", Label: "是"}, {ID: "no", Label: "否"}})
	case "recording":
		out.Type, out.Choices = "select", pick(choices.Recordings)
	case "party":
		out.Type, out.Choices = "select", pick(choices.Parties)
	case "staff":
		out.Type, out.Choices = "select", pick(choices.Staff)
	case "team":
		out.Type, out.Choices = "select", pick(choices.Teams)
	case "deadline":
		out.Type, out.Choices = "select", pick(choices.Deadlines)
	case "attachment":
		out.Type = "file"
	case "phone":
		out.Type, out.Mode = "text", "tel"
	case "case", "location", "person", "court":
		out.Type = "text"
	}
	return out
}

func hint(f rulebook.Field) string {
	var parts []string
	if f.Help != "" {
		parts = append(parts, strings.TrimRight(f.Help, "。")+"。")
	}
	if f.Example != "" {
		parts = append(parts, "例如 "+f.Example)
	}
	if f.Type == "attachment" {
		parts = append(parts, "可以上传PDF、Word、Excel、图片、录音和录像。")
	}
	if f.Type == "case" {
		parts = append(parts, "填写案号，各种写法都可以。")
	}
	return strings.Join(parts, "")
}

func pick(of []rulebook.Choice) []webkit.Choice {
	out := []webkit.Choice{{Label: "请选择"}}
	for _, c := range of {
		out = append(out, webkit.Choice{Value: c.ID, Label: c.Label})
	}
	return out
}

// Order names the fields of a form for the summary of its problems.
func Order(fields []rulebook.Field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.ID
	}
	return out
}

func columnLabel(col rulebook.Field) string {
	label := col.Label
	if col.Type == "money" {
		label += "（元）"
	}
	if col.Required {
		label += "＊"
	}
	return label
}

// maybe counts the papers that only other answers ask for.
func maybe(list []matter.Material) (n int) {
	for _, m := range list {
		if m.Maybe {
			n++
		}
	}
	return n
}

func maybeWrong(list []matter.Material, form webkit.Form) bool {
	return slices.ContainsFunc(list, func(m matter.Material) bool { return m.Maybe && form.Wrong(m.Key) != nil })
}
