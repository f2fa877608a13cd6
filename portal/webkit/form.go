package webkit

import (
	"context"
	"sort"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/words"
)

// Form is what a person typed and what is wrong with it; the zero value is an empty form.
type Form struct {
	Values  map[string]string
	Problem *problem.Error // of the whole; its Fields belong to the fields
}

// NewForm keeps values and takes err apart. An error that is no problem of the input is the
// caller's to return: ok is false then.
func NewForm(values map[string]string, err error) (f Form, ok bool) {
	f.Values = values
	if err == nil {
		return f, true
	}
	p, is := problem.As(err)
	if !is || p.Kind == problem.Unavailable {
		return f, false
	}
	f.Problem = p
	return f, true
}

// Value is what was typed into a field.
func (f Form) Value(name string) string { return f.Values[name] }

// Wrong is the field's own problem, or nil.
func (f Form) Wrong(name string) *problem.Error {
	if f.Problem == nil {
		return nil
	}
	return f.Problem.Fields[name]
}

// Field describes one input; Label, Hint are sentences already in the page's language.
type Field struct {
	Name, Label, Hint string
	Type              string // text (default), tel, date, password, number, file, textarea, select, checkbox
	Required          bool
	Optional          bool // says "(可以不填)" beside the label
	Mode              string
	Complete          string
	Max               int
	Rows              int
	Accept            string
	Multiple          bool
	Choices           []Choice
}

// Choice is one answer of a choice field.
type Choice struct {
	Value, Label, Hint string
	Icon               string
}

func (f Field) id() string { return "f-" + f.Name }

func (f Field) described(form Form) string {
	ids := ""
	if f.Hint != "" {
		ids = "h-" + f.Name
	}
	if form.Wrong(f.Name) != nil {
		if ids != "" {
			ids += " "
		}
		ids += "e-" + f.Name
	}
	return ids
}

type summaryLine struct{ id, text, lang string }

// summary lists the fields' problems in the order the page names its fields; unknown ones follow.
func (f Form) summary(ctx context.Context, order []string) []summaryLine {
	if f.Problem == nil {
		return nil
	}
	seen := map[string]bool{}
	var lines []summaryLine
	add := func(name string) {
		// A problem of the whole that belongs to one field is not said twice.
		if p := f.Wrong(name); p != nil && !seen[name] && p.Key != f.Problem.Key {
			seen[name] = true
			text, lang := words.ProblemIn(ctx, p)
			lines = append(lines, summaryLine{"#f-" + name, text, lang})
		}
	}
	for _, name := range order {
		add(name)
	}
	var rest []string
	for name := range f.Problem.Fields {
		rest = append(rest, name)
	}
	sort.Strings(rest)
	for _, name := range rest {
		add(name)
	}
	return lines
}
