package calendar

import (
	"slices"
	"time"

	"mingzhi/backoffice/problem"
)

// Kind says what the yearly notice of the State Council makes of a day.
type Kind string

const (
	Off  Kind = "off"  // 放假
	Work Kind = "work" // 调休上班
)

// Valid reports whether k is one of AllKinds.
func (k Kind) Valid() bool { return k == Off || k == Work }

// Name is the Chinese name, "" when k is not valid.
func (k Kind) Name() string {
	return map[Kind]string{Off: "放假", Work: "调休上班"}[k]
}

// AllKinds lists the closed set.
func AllKinds() []Kind { return []Kind{Off, Work} }

// Day is one day that the yearly holiday notice names.
type Day struct {
	Date Date   `json:"date"`
	Kind Kind   `json:"kind"`
	Name string `json:"name"` // the holiday, e.g. 国庆节
}

// CheckDays says what is wrong with days that are to be imported: Invalid,
// calendar.day_invalid (no real date, no kind, or no name) or calendar.day_twice.
func CheckDays(days []Day) error {
	seen := map[Date]bool{}
	for _, d := range days {
		if d.Date.IsZero() || d.Date.Add(0) != d.Date || !d.Kind.Valid() || d.Name == "" {
			return problem.New(problem.Invalid, "calendar.day_invalid",
				"节假日表中有一行的日期、类型或者名称不对，请核对。", "Date", d.Date.String())
		}
		if seen[d.Date] {
			return problem.New(problem.Invalid, "calendar.day_twice",
				"节假日表中有一天出现了两次，请核对。", "Date", d.Date.String())
		}
		seen[d.Date] = true
	}
	return nil
}

// Calendar knows which days are worked. It never changes and is safe for concurrent use.
type Calendar struct {
	special map[Date]Day
	years   map[int]bool
}

// New builds a calendar of the days that yearly notices name; of two entries for one day the
// later counts. Entries that CheckDays would refuse for their kind or date are left out.
func New(days []Day) *Calendar {
	c := &Calendar{special: map[Date]Day{}, years: map[int]bool{}}
	for _, d := range days {
		if d.Kind.Valid() && d.Date.Add(0) == d.Date {
			c.special[d.Date] = d
			c.years[d.Date.Year] = true
		}
	}
	return c
}

// LastPublished is the last year with any special day, 0 when there is none.
func (c *Calendar) LastPublished() int {
	last := 0
	for year := range c.years {
		last = max(last, year)
	}
	return last
}

// Days lists the special days in order.
func (c *Calendar) Days() []Day {
	days := make([]Day, 0, len(c.special))
	for _, d := range c.special {
		days = append(days, d)
	}
	slices.SortFunc(days, func(a, b Day) int { return a.Date.noon().Compare(b.Date.noon()) })
	return days
}

// Status is what the calendar says of a day.
type Status struct {
	Working     bool   `json:"working"`
	Reason      string `json:"reason"`      // 周六, 国庆节, 调休上班, 工作日
	Provisional bool   `json:"provisional"` // its year has no published notice: weekends only
}

// Workday tells whether d is worked, and why. A year without any special day is computed by
// weekends and marked provisional.
func (c *Calendar) Workday(d Date) Status {
	if day, ok := c.special[d]; ok {
		if day.Kind == Work {
			return Status{Working: true, Reason: Work.Name()}
		}
		return Status{Reason: day.Name}
	}
	s := Status{Working: true, Reason: "工作日", Provisional: !c.years[d.Year]}
	switch d.Weekday() {
	case time.Saturday:
		s.Working, s.Reason = false, "周六"
	case time.Sunday:
		s.Working, s.Reason = false, "周日"
	}
	return s
}

// Remaining counts for the chips on a page. Before due: the working days after the day of
// now up to and with the day of due (0 on the last day itself). Overdue: the working days
// since due. Both instants may be in any zone; a zero due (suspended) gives 0, false.
func (c *Calendar) Remaining(now, due time.Time) (workdays int, overdue bool) {
	if due.IsZero() {
		return 0, false
	}
	overdue = now.Truncate(time.Second).After(due)
	from, to := On(now), On(due)
	if overdue {
		from, to = to, from
	}
	for d := from.Add(1); !d.After(to); d = d.Add(1) {
		if c.Workday(d).Working {
			workdays++
		}
	}
	return workdays, overdue
}
