package piece

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/management/casework"
	"mingzhi/notify/disclosure"
	"mingzhi/portal/webkit"
)

// Day is an instant as a legal day, without the year when it is this one.
func Day(ctx context.Context, t time.Time) string {
	local := t.In(calendar.Shanghai)
	if local.Year() != frame.Of(ctx).Now.In(calendar.Shanghai).Year() {
		return local.Format("2006年1月2日")
	}
	return local.Format("1月2日")
}

// Minute is an instant to the minute.
func Minute(ctx context.Context, t time.Time) string {
	return Day(ctx, t) + " " + t.In(calendar.Shanghai).Format("15:04")
}

// Fact puts a fact of the docket into words.
func Fact(f casework.Fact) string { return disclosure.Show(f.Field, f.Value) }

// Clause is a chip that opens the clause's text in place; what is no clause of the book stays plain.
func Clause(ctx context.Context, id string) webkit.Clause {
	c := Link(ctx, id)
	if found, ok := frame.Of(ctx).Book.Clause(id); ok {
		c.Article, c.Text = found.Article, found.Text
		if c.Text == "" {
			c.Text = found.Gist
		}
	}
	return c
}

// Link is a chip that leads to the clause's page.
func Link(ctx context.Context, id string) webkit.Clause {
	c := webkit.Clause{ID: id}
	if _, ok := frame.Of(ctx).Book.Clause(id); ok {
		c.Href = frame.Of(ctx).At("/clauses/", id)
	}
	return c
}

// Due is a clock with its strip of days.
func Due(ctx context.Context, d casework.Due) webkit.Due {
	out := Face(ctx, d)
	if out.State != webkit.DueDone && d.Clause != "" {
		c := Link(ctx, d.Clause)
		out.Chip = &c
	}
	out.Days, out.Start = strip(ctx, d.Explanation), start(ctx, d.Explanation)
	return out
}

// Face is a clock without its days: the date, and what is left in the clock's own unit.
func Face(ctx context.Context, d casework.Due) webkit.Due {
	r := frame.Of(ctx)
	out := webkit.Due{Date: Day(ctx, d.At), State: webkit.DueLater}
	if d.State != "open" {
		out.State = webkit.DueDone
		return out
	}
	workdays, over := r.Days.Remaining(r.Now, d.At)
	days, left := calendar.On(r.Now).DaysUntil(calendar.On(d.At)), d.At.Sub(r.Now).Abs()
	running := d.Unit == calendar.HourUnit || d.Unit == calendar.MinuteUnit || d.Unit == "" && len(d.Explanation.Days) == 0
	switch {
	case running && left < 72*time.Hour:
		out.Date = Minute(ctx, d.At)
		out.Left, out.Unit = span(left)
	case d.Unit == calendar.Workday:
		out.Left, out.Unit = workdays, "个工作日"
	default:
		out.Left, out.Unit = max(days, -days), "天"
	}
	switch {
	case over:
		out.State, out.Left = webkit.DueOver, -max(out.Left, 1)
	case d.At.Sub(r.Now) < 24*time.Hour || workdays <= 1:
		out.State = webkit.DueSoon
	}
	return out
}

// span is how long in the unit that a person in a hurry reads.
func span(d time.Duration) (int, string) {
	if d >= 2*time.Hour {
		return int(d / time.Hour), "小时"
	}
	return max(int(d/time.Minute), 1), "分钟"
}

func start(ctx context.Context, e calendar.Explanation) string {
	if e.Text != "" {
		return e.Text
	}
	if e.StartAt.IsZero() {
		return ""
	}
	return "自" + Minute(ctx, e.StartAt) + "起算"
}

var weekdays = []string{"日", "一", "二", "三", "四", "五", "六"}

// longest strip that is drawn day by day; beyond it the sentence says enough.
const longest = 62

func strip(ctx context.Context, e calendar.Explanation) []webkit.Day {
	if len(e.Days) > longest {
		return nil
	}
	today := calendar.On(frame.Of(ctx).Now)
	out := make([]webkit.Day, len(e.Days))
	for i, d := range e.Days {
		label := fmt.Sprintf("%d日", d.Date.Day)
		if i == 0 || d.Date.Day == 1 {
			label = fmt.Sprintf("%d月%d日", int(d.Date.Month), d.Date.Day)
		}
		out[i] = webkit.Day{Label: label, Weekday: "周" + weekdays[int(d.Date.Weekday())], Counted: d.Counted, Reason: d.Why, Today: d.Date == today,
			Last: i == len(e.Days)-1}
	}
	return out
}

// Channel is a way of telling in words.
func Channel(id string) string {
	if name := map[string]string{"sms": "短信", "wechat": "微信", "portal": "门户", "email": "邮件"}[id]; name != "" {
		return name
	}
	return id
}

// Channels are several ways in words.
func Channels(ids []string) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = Channel(id)
	}
	return strings.Join(out, "、")
}

// State is a decision in words.
func State(state string) string {
	return map[string]string{"told": "已告知", "held": "暂缓告知", "awaiting_release": "等待决定", "withheld": "不告知", "refused": "决定不告知",
		"withdrawn": "已撤回"}[state]
}

// short values (numbers, dates, case numbers) are never broken over two lines.
func short(value string) bool { return utf8.RuneCountInString(value) <= 20 }
