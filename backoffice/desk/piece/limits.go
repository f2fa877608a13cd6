package piece

import (
	"context"
	"slices"
	"strings"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/rulebook"
)

// Limits say who does a step and within what time.
func Limits(ctx context.Context, s rulebook.Step) string {
	book := frame.Of(ctx).Book
	var parts []string
	names := make([]string, len(s.By))
	for i, id := range s.By {
		names[i] = casework.RoleName(book, id)
	}
	if len(names) > 0 && len(s.Parallel) == 0 {
		parts = append(parts, strings.Join(names, "、"))
	}
	if s.Within != nil {
		parts = append(parts, s.Within.Words())
	}
	for _, w := range s.Also {
		source := w.Source
		if source == rulebook.SourceCourt {
			source = "本院自定"
		}
		if words := w.Words(); words != "" {
			parts = append(parts, words+"（"+source+"）")
		}
	}
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	return strings.Join(parts, " · ")
}
