package rulebook

import (
	"fmt"
	"time"

	"mingzhi/backoffice/calendar"
)

// IsZero reports that there is no length.
func (l Length) IsZero() bool { return l == Length{} }

// Rule is the length as the calendar counts it, rolling over days off (民诉法85).
func (l Length) Rule() calendar.Rule {
	switch {
	case l.Workdays > 0:
		return calendar.Workdays(l.Workdays)
	case l.Days > 0:
		return calendar.Days(l.Days)
	case l.Hours > 0:
		return calendar.Hours(l.Hours)
	case l.Minutes > 0:
		return calendar.Minutes(l.Minutes)
	}
	return calendar.Months(l.Months)
}

// String is the length in words: 10个工作日, 24小时.
func (l Length) String() string {
	rule := l.Rule()
	return fmt.Sprintf("%d%s", rule.N, rule.Unit.Name())
}

// Rule is the limit's own rule with its warning.
func (w *Within) Rule(urgent bool) calendar.Rule {
	rule := w.For(urgent).Rule()
	if w.Length.IsZero() { // the day is written in the form, or the hour in the book
		rule = calendar.Rule{Unit: w.Warn.Rule().Unit}
		if w.Warn.IsZero() {
			rule.Unit = calendar.NaturalDay
		}
	}
	if !w.Warn.IsZero() && (!urgent || w.Urgent == nil) {
		rule.WarnN = w.Warn.Rule().N
	}
	return rule
}

// Rule is the deadline's own rule with its warning; Warn is in the same unit as Length, which Check sees to.
func (d *Deadline) Rule() calendar.Rule {
	rule := d.Length.Rule()
	rule.Roll = rule.Roll && !d.Fixed
	if !d.Warn.IsZero() {
		rule.WarnN = d.Warn.Rule().N
	}
	return rule
}

// HourOf is an hour of a day as a book writes it, 18:00; 24:00 is the last second of the day.
func HourOf(day calendar.Date, hour string) time.Time {
	if hour == "24:00" {
		return day.Add(1).Time().Add(-time.Second)
	}
	at, err := time.Parse("15:04", hour)
	if err != nil {
		return day.Time()
	}
	return day.Time().Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
}

// Words are the limit in words: 10个工作日内, 当日18:00以前; empty where a field of the form says it.
func (w *Within) Words() string {
	switch {
	case w.By != "":
		return "当日" + w.By + "以前"
	case w.Length.IsZero():
		return ""
	}
	return w.Length.String() + "内"
}

// For is the length that applies: the other one when the tip is urgent.
func (w *Within) For(urgent bool) Length {
	if urgent && w.Urgent != nil {
		return *w.Urgent
	}
	return w.Length
}
