package calendar

import (
	"fmt"
	"strings"
	"time"
)

// Deadline is the end of a period. Periods of days and months end at 24:00 of their last
// day; At is then 23:59:59 Shanghai of that day, the last second in time. For hours and
// minutes At is the exact end. A deadline is overdue when now, cut to the second, is after
// At. With an open pause At and WarnAt are zero and nothing can be overdue.
type Deadline struct {
	At          time.Time   `json:"at"`
	WarnAt      time.Time   `json:"warnAt"`
	Suspended   bool        `json:"suspended"` // a pause without end stands before the end of the period
	Explanation Explanation `json:"explanation"`
}

// Overdue reports that the period is over at the instant now.
func (d Deadline) Overdue(now time.Time) bool {
	return !d.Suspended && now.Truncate(time.Second).After(d.At)
}

// Day is the last day of the period in Shanghai, zero while suspended.
func (d Deadline) Day() Date {
	if d.Suspended {
		return Date{}
	}
	return On(d.At)
}

// Due counts rule from event (any zone): the day of the event is not counted (民诉法第85条第2款);
// working days leave out days off; natural days and months count them, and with Roll a last
// day off moves to the next working day (第3款); hours begin with the next full hour
// (民诉法解释第125条), minutes at the instant. Rules that Check refuses are held to 0…100 years.
func (c *Calendar) Due(rule Rule, event time.Time) Deadline {
	return c.DueWithPauses(rule, event, nil)
}

// DueWithPauses is Due with the days of pauses (中止、评估、公告 and the like) left out. Pauses
// may come in any order and overlap.
func (c *Calendar) DueWithPauses(rule Rule, event time.Time, pauses []Pause) Deadline {
	pauses = merge(pauses)
	var d Deadline
	if rule.Unit == HourUnit || rule.Unit == MinuteUnit {
		d = clockDue(rule, event, pauses)
	} else {
		d = c.dayDue(rule, event, pauses)
	}
	if !d.Suspended {
		d.Explanation.Due = d.At
		d.WarnAt = c.WarnBefore(rule, event, d.At)
	}
	return d
}

// dayDue walks day by day, so that every day can be shown with its reason.
func (c *Calendar) dayDue(rule Rule, event time.Time, pauses []Pause) Deadline {
	start := On(event)
	w := walk{calendar: c, rule: rule, pauses: pauses}
	w.note(DayNote{Date: start, Why: whyEvent})
	need := rule.length()
	if rule.Unit == MonthUnit {
		// Months become the natural days up to the same day of the last month, so that a
		// pause pushes the end by as many days as it held.
		need = start.DaysUntil(start.AddMonths(need))
	}
	last, open := w.count(start, need)
	if !open.From.IsZero() {
		return w.suspended(start, open)
	}
	if rule.Roll || rule.Unit == Workday {
		last = w.roll(last)
	}
	e := Explanation{Start: start, StartAt: start.Add(1).Time(), Days: w.days, Provisional: w.guessed != 0}
	e.Text = e.sentence(rule, last, w.guessed)
	return Deadline{At: last.at(23, 59, 59), Explanation: e}
}

// walk is one count from day to day.
type walk struct {
	calendar *Calendar
	rule     Rule
	pauses   []Pause
	days     []DayNote
	guessed  int // the last year asked that has no holiday notice, 0 for none
}

func (w *walk) note(n DayNote) { w.days = append(w.days, n) }

// status asks the calendar and remembers when the answer was provisional.
func (w *walk) status(d Date) Status {
	s := w.calendar.Workday(d)
	if s.Provisional {
		w.guessed = d.Year
	}
	return s
}

// count goes on until need days are counted; open is a pause without end that stopped it.
func (w *walk) count(d Date, need int) (last Date, open Pause) {
	for n := 0; n < need; {
		d = d.Add(1)
		if p, ok := pausedOn(w.pauses, d); ok {
			if p.To.IsZero() {
				return d, p
			}
			w.note(DayNote{Date: d, Why: p.reason()})
			continue
		}
		why := whyCounted
		if w.rule.Unit == Workday {
			s := w.status(d)
			if why = s.Reason; !s.Working {
				w.note(DayNote{Date: d, Why: why})
				continue
			}
		}
		n++
		w.note(DayNote{Date: d, Counted: true, N: n, Why: why})
	}
	return d, Pause{}
}

// roll moves a last day off to the next working day (民诉法第85条第3款).
func (w *walk) roll(d Date) Date {
	s := w.status(d)
	if s.Working {
		return d
	}
	w.days[len(w.days)-1].Why = s.Reason + "，" + whyRoll
	for {
		d = d.Add(1)
		if s = w.status(d); s.Working {
			w.note(DayNote{Date: d, Why: "顺延至此日届满"})
			return d
		}
		w.note(DayNote{Date: d, Why: s.Reason + "，" + whyRoll})
	}
}

// suspended is the answer while a pause has no end.
func (w *walk) suspended(start Date, open Pause) Deadline {
	text := fmt.Sprintf("自%s次日起算%d%s，%s起因%s停止计算，恢复后继续计算。",
		start, w.rule.length(), w.rule.Unit.Name(), open.From, open.reason())
	return Deadline{Suspended: true, Explanation: Explanation{
		Start: start, StartAt: start.Add(1).Time(), Days: w.days, Provisional: w.guessed != 0, Text: text}}
}

// clockDue counts hours and minutes; the clock stands still from the beginning of a pause's
// first day to the end of its last.
func clockDue(rule Rule, event time.Time, pauses []Pause) Deadline {
	unit, at := time.Minute, event.In(Shanghai)
	if rule.Unit == HourUnit {
		unit = time.Hour
		at = at.Truncate(time.Hour).Add(time.Hour)
	}
	e := Explanation{Start: On(event), StartAt: at, Days: []DayNote{}}
	left := time.Duration(rule.length()) * unit
	var b strings.Builder
	fmt.Fprintf(&b, "自%s起算%d%s", at.Format("2006-01-02 15:04"), rule.length(), rule.Unit.Name())
	for _, p := range pauses {
		from := p.From.Time()
		if !at.Add(left).After(from) {
			break
		}
		if !p.To.IsZero() && !p.To.Add(1).Time().After(at) {
			continue
		}
		if p.To.IsZero() {
			fmt.Fprintf(&b, "，%s起因%s停止计算，恢复后继续计算。", p.From, p.reason())
			e.Text = b.String()
			return Deadline{Suspended: true, Explanation: e}
		}
		if from.After(at) {
			left -= from.Sub(at)
		}
		at = p.To.Add(1).Time()
		fmt.Fprintf(&b, "，扣除%s", p)
	}
	at = at.Add(left)
	fmt.Fprintf(&b, "，%s届满。", at.Format("2006-01-02 15:04"))
	e.Text = b.String()
	return Deadline{At: at, Explanation: e}
}
