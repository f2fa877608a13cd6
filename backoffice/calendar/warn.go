package calendar

import "time"

// WarnBefore is the instant of rule's warning before due. It is always before the deadline and, if
// the period leaves room, not before the event. Day rules warn at 09:00 of a working day, so that whoever must
// act is at work; months without WarnN warn 15 days ahead.
func (c *Calendar) WarnBefore(rule Rule, event, due time.Time) time.Time {
	back := min(rule.warn(), longestSpan)
	last := On(due)
	var at time.Time
	switch rule.Unit {
	case HourUnit:
		at = due.Add(-time.Duration(back) * time.Hour)
	case MinuteUnit:
		at = due.Add(-time.Duration(back) * time.Minute)
	case Workday:
		at = c.workdaysBefore(last, back).at(9, 0, 0)
	case MonthUnit:
		day := last.Add(-15)
		if rule.WarnN > 0 {
			day = last.AddMonths(-back)
		}
		at = c.workdayUpTo(day).at(9, 0, 0)
	default:
		at = c.workdayUpTo(last.Add(-back)).at(9, 0, 0)
	}
	if at.Before(event) {
		at = event.In(Shanghai)
	}
	if !at.Before(due) {
		at = due.Add(-time.Second)
	}
	return at
}

// workdaysBefore is the n-th working day before d.
func (c *Calendar) workdaysBefore(d Date, n int) Date {
	for n > 0 {
		d = d.Add(-1)
		if c.Workday(d).Working {
			n--
		}
	}
	return d
}

// workdayUpTo is d or the last working day before it.
func (c *Calendar) workdayUpTo(d Date) Date {
	for !c.Workday(d).Working {
		d = d.Add(-1)
	}
	return d
}
