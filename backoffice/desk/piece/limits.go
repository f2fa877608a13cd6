package piece

import (
	"context"
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
	if w := s.Within; w != nil && !w.Length.IsZero() {
		parts = append(parts, w.Length.String()+"内")
	}
	for _, w := range s.Also {
		if !w.Length.IsZero() {
			parts = append(parts, w.Length.String()+"内（"+w.Source+"）")
		}
	}
	return strings.Join(parts, " · ")
}
