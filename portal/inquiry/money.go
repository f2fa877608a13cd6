package inquiry

import (
	"slices"
	"strings"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public"
)

// Money is where the last money that came in stands, as stops from its arrival to its payment (S-4.3.2②).
type Money struct {
	Amount string
	Stops  []Stop
	Waits  *Entry // the approved reason why it is not paid yet
	Paid   bool
	Over   bool
}

// Stop is one station; Day is which day of the period it is, 0 for arrival and payment.
type Stop struct {
	Kind  string // arrived, day, paid
	Day   int
	On    calendar.Date // zero while nobody knows it
	State string        // past, now, next
}

// ledger gathers what the items and clocks of a case say of money; items come newest first.
type ledger struct {
	arrived, deferred, paid *Entry
	period                  *public.Clock
}

func (l *ledger) take(e Entry) {
	for _, known := range []struct {
		code string
		into **Entry
	}{{"funds_received", &l.arrived}, {"funds_deferred", &l.deferred}, {"funds_paid", &l.paid}} {
		if e.Code == known.code && *known.into == nil {
			*known.into = &e
		}
	}
}

func (l *ledger) clock(c *public.Clock) {
	if c.Rule == "funds_payout" && (l.period == nil || c.StartedAt.After(l.period.StartedAt)) {
		l.period = c
	}
}

func (l *ledger) money(now time.Time) *Money {
	if l.arrived == nil {
		return nil
	}
	m := &Money{}
	if f, ok := l.arrived.field("amount"); ok {
		m.Amount = f.Value
	}
	came := day(l.arrived, "arrived_on")
	m.Stops = append(m.Stops, Stop{Kind: "arrived", On: came})
	if p := l.period; p != nil && p.DueAt.Year() > 1990 {
		start := calendar.On(p.StartedAt)
		for _, at := range []time.Time{p.WarnAt, p.DueAt} {
			on := calendar.On(at)
			if n := start.DaysUntil(on); n > 0 && (len(m.Stops) == 1 || on != m.Stops[len(m.Stops)-1].On) {
				m.Stops = append(m.Stops, Stop{Kind: "day", Day: n, On: on})
			}
		}
		m.Over = p.Open && now.Truncate(time.Second).After(p.DueAt)
	}
	last := Stop{Kind: "paid"}
	if l.paid != nil && !l.paid.At.Before(l.arrived.At) {
		m.Paid, m.Over, last.On = true, false, day(l.paid, "paid_on")
	} else if l.deferred != nil && !l.deferred.At.Before(l.arrived.At) {
		m.Waits = l.deferred
	}
	m.Stops = append(m.Stops, last)
	m.stand(calendar.On(now))
	return m
}

// stand marks where the money is: at the last stop whose day has come.
func (m *Money) stand(today calendar.Date) {
	at := 0
	for i, s := range m.Stops {
		if s.Kind == "day" && !s.On.After(today) || s.Kind == "paid" && m.Paid {
			at = i
		}
	}
	for i := range m.Stops {
		switch {
		case i < at:
			m.Stops[i].State = "past"
		case i == at:
			m.Stops[i].State = "now"
		default:
			m.Stops[i].State = "next"
		}
	}
}

// day is a disclosed date, else the day of the entry.
func day(e *Entry, field string) calendar.Date {
	if f, ok := e.field(field); ok {
		if d, err := calendar.ParseDate(f.Raw); err == nil {
			return d
		}
	}
	return calendar.On(e.At)
}

// Measure is a control measure with the day it runs out.
type Measure struct {
	What    string
	Expires calendar.Date
	Left    int  // days, negative when over
	Doubt   bool // a release came after it that does not say of which measure
}

// measure takes an entry that names an expiry, or a release of earlier ones.
func (c *Case) measure(e Entry) {
	if f, ok := e.field("expires_on"); ok {
		d, err := calendar.ParseDate(f.Raw)
		if err != nil {
			return
		}
		m := Measure{What: e.Title, Expires: d, Left: calendar.On(c.At).DaysUntil(d)}
		class, _ := e.field("class")
		for _, r := range c.Track { // newer than this one
			if _, released := r.field("released_on"); !released {
				continue
			}
			of, named := r.field("class")
			if named && same(of, class) {
				return
			}
			m.Doubt = m.Doubt || !named
		}
		c.Measures = append(c.Measures, m)
		slices.SortStableFunc(c.Measures, func(a, b Measure) int { return strings.Compare(a.Expires.String(), b.Expires.String()) })
	}
}

func same(a, b exchange.Shown) bool { return a.Value == b.Value }
