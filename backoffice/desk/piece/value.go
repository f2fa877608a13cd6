package piece

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/rulebook"
)

// Value puts a fact into words, rows as one line each.
func Value(f casework.Fact) string {
	switch v := f.Value.(type) {
	case []any:
		lines := make([]string, 0, len(v))
		for _, row := range v {
			if cells, ok := row.(map[string]any); ok {
				lines = append(lines, rowOf(f.Field, cells))
			} else {
				lines = append(lines, fmt.Sprint(row))
			}
		}
		return strings.Join(lines, "\n")
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for i, k := range keys {
			keys[i] = fmt.Sprint(v[k])
		}
		return strings.Join(keys, " ")
	}
	return Fact(f)
}

func rowOf(f rulebook.Field, cells map[string]any) string {
	var parts []string
	for _, col := range f.Rows {
		v, ok := cells[col.ID]
		if !ok || v == "" {
			continue
		}
		if n, ok := v.(float64); ok {
			v = int64(n)
		}
		parts = append(parts, col.Label+" "+Fact(casework.Fact{Field: col, Value: v}))
	}
	return strings.Join(parts, "，")
}

// Cell is a value on a line of a table: dates stand in their short form, as everywhere in tables.
func Cell(f casework.Fact) string {
	text, _ := f.Value.(string)
	switch f.Field.Type {
	case "date":
		if d, err := calendar.ParseDate(text); err == nil {
			return d.String()
		}
	case "datetime":
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return t.In(calendar.Shanghai).Format("2006-01-02 15:04")
		}
	}
	return Value(f)
}

// Short is the day of an instant in a table.
func Short(t time.Time) string { return calendar.On(t).String() }
