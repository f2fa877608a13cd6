package calendar

import (
	"fmt"
	"time"
	_ "time/tzdata" // the court's servers carry no zone files

	"mingzhi/backoffice/problem"
)

// Shanghai is the legal time zone of every day and deadline here.
var Shanghai = mustLoad("Asia/Shanghai")

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // impossible with the embedded zone data
	}
	return zone
}

// Date is a day without time or zone. Dates compare with ==; the zero value is no day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day t shows in its own zone; use it for dates that come as midnight of any
// zone, for example from a database.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// On is the day it is in Shanghai at the instant t.
func On(t time.Time) Date { return DateOf(t.In(Shanghai)) }

// ParseDate reads 2006-01-02. Error: Invalid, calendar.date_format.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, problem.New(problem.Invalid, "calendar.date_format",
			"日期的写法不对，请照2026-01-31的样子填写。").Because(err)
	}
	return DateOf(t), nil
}

// IsZero reports that there is no day.
func (d Date) IsZero() bool { return d == Date{} }

// String is 2006-01-02, "" for the zero value.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// Time is midnight in Shanghai at the beginning of the day.
func (d Date) Time() time.Time { return d.at(0, 0, 0) }

func (d Date) at(hour, minute, second int) time.Time {
	return time.Date(d.Year, d.Month, d.Day, hour, minute, second, 0, Shanghai)
}

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.noon().Weekday() }

// noon serves day arithmetic: UTC has no gaps, while midnight did not exist in Shanghai on
// the days when summer time began (until 1991).
func (d Date) noon() time.Time { return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC) }

// Add is the day n natural days later, or earlier when n is negative.
func (d Date) Add(n int) Date { return DateOf(d.noon().AddDate(0, 0, n)) }

// AddMonths is the same day n months later; where that month is too short, its last day
// (民法典第202条).
func (d Date) AddMonths(n int) Date {
	first := time.Date(d.Year, d.Month+time.Month(n), 1, 12, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Date{first.Year(), first.Month(), min(d.Day, last)}
}

// Before reports that d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.noon().Before(e.noon()) }

// After reports that d is a later day than e.
func (d Date) After(e Date) bool { return e.Before(d) }

// DaysUntil is the number of natural days from d to e, negative when e is earlier.
func (d Date) DaysUntil(e Date) int { return int((e.noon().Unix() - d.noon().Unix()) / (24 * 60 * 60)) }

// MarshalText gives String; JSON uses it too.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 2006-01-02; "" gives the zero value.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	got, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = got
	return nil
}

// UnmarshalYAML reads what UnmarshalText reads; without it the YAML reader prints the whole file anew for each date.
func (d *Date) UnmarshalYAML(read func(any) error) error {
	var text string
	if err := read(&text); err != nil {
		return err
	}
	return d.UnmarshalText([]byte(text))
}
