package dialogue

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/words"
)

// longest is how many bytes one message holds, below what WeChat takes (2,048).
const longest = 1900

// join puts what is said into as few messages as hold it, and parts what is longer at its lines.
func join(parts []string) (out []string) {
	for _, part := range parts {
		if n := len(out); n > 0 && len(out[n-1])+2+len(part) <= longest {
			out[n-1] += "\n\n" + part
			continue
		}
		for len(part) > longest {
			at := cut(part)
			out = append(out, strings.TrimRight(part[:at], "\n"))
			part = strings.TrimLeft(part[at:], "\n")
		}
		out = append(out, part)
	}
	return out
}

func cut(text string) int {
	if at := strings.LastIndexByte(text[:longest], '\n'); at > longest/2 {
		return at
	}
	at := longest
	for !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

func sorted(fields map[string]*problem.Error) []string { return slices.Sorted(maps.Keys(fields)) }

// lines joins what is not empty.
func lines(list ...string) string {
	return strings.Join(slices.DeleteFunc(list, func(s string) bool { return s == "" }), "\n")
}

// day is a date as a person reads it; the year is left out in the running one.
func day(ctx context.Context, t, now time.Time) string {
	t, now = t.In(calendar.Shanghai), now.In(calendar.Shanghai)
	if words.Lang(ctx) != words.Chinese {
		return t.Format("2 January 2006")
	}
	if t.Year() == now.Year() {
		return fmt.Sprintf("%d月%d日", t.Month(), t.Day())
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
}

func clock(ctx context.Context, t, now time.Time) string {
	return day(ctx, t, now) + " " + t.In(calendar.Shanghai).Format("15:04")
}

// shorten cuts a text for a summary.
func shorten(text string, n int) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n]) + "…"
	}
	return text
}

func count(text string) int { return utf8.RuneCountInString(text) }

// degrees is a coordinate as people read it, to about ten metres.
func degrees(f float64) string { return strconv.FormatFloat(f, 'f', 4, 64) }
