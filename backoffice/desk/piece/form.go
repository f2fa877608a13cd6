package piece

import (
	"context"
	"slices"
	"strings"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/rulebook"
	"mingzhi/portal/webkit"
)

// Inputs are a book's fields as inputs, as far as they apply to what was filled in.
func Inputs(ctx context.Context, fields []rulebook.Field, form webkit.Form, choices casework.Choices) []webkit.Field {
	given := map[string]any{}
	for _, f := range fields {
		if v := strings.TrimSpace(form.Value(f.ID)); v != "" {
			given[f.ID] = v
		}
	}
	var out []webkit.Field
	for _, f := range fields {
		yes, err := frame.Of(ctx).Book.Holds(f.When, map[string]any{"form": given})
		if err != nil || !yes || f.Type == "file" && !f.Required {
			continue
		}
		out = append(out, input(f, choices))
	}
	return out
}

// Asked reports that other fields depend on what is chosen here, so that the form is asked for anew.
func Asked(fields []rulebook.Field) bool {
	return slices.ContainsFunc(fields, func(f rulebook.Field) bool { return f.When != "" })
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
	case "case":
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
