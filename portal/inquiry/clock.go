package inquiry

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/storage/public"
)

// Clock is something that comes next: who owes it, by when, and how the day was counted.
type Clock struct {
	Name, Owner, Clause string
	Due                 time.Time
	Left                int // units left, or over when Over
	Unit                calendar.Unit
	Over, Soon          bool
	Paused              bool // nothing runs: Due is zero
	Why                 calendar.Explanation
	Also                []Clock // later limits of another rule on the same act

	rule string
}

func (c *Case) clocks(rows []public.Clock, account *ledger) error {
	for i := range rows {
		r := &rows[i]
		account.clock(r)
		if !r.Open {
			continue
		}
		k := Clock{Name: r.Name, Owner: r.Owner, Clause: r.Clause, Due: r.DueAt, rule: r.Rule}
		if err := json.Unmarshal(r.Explanation, &k.Why); err != nil {
			return fmt.Errorf("clock %s: %w", r.ID, err)
		}
		k.count(c.At, r.WarnAt)
		c.Next = append(c.Next, k)
	}
	slices.SortFunc(c.Next, func(a, b Clock) int {
		if a.Paused != b.Paused {
			return map[bool]int{true: 1, false: -1}[a.Paused]
		}
		return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.Name, b.Name))
	})
	c.Next = merged(c.Next)
	return nil
}

// merged lays the later limits of one act behind the first. Two clocks of one rule are two acts: two freezes run out.
func merged(list []Clock) []Clock {
	var out []Clock
	for _, k := range list {
		i := slices.IndexFunc(out, func(first Clock) bool {
			same := func(o Clock) bool { return o.rule == k.rule }
			return first.Name == k.Name && !first.Paused && !k.Paused && !same(first) && !slices.ContainsFunc(first.Also, same)
		})
		if i < 0 {
			out = append(out, k)
			continue
		}
		out[i].Also = append(out[i].Also, k)
	}
	return out
}

// count says what is left, in the unit the period itself is counted in; what is over is said in days, as people count it.
func (k *Clock) count(now, warn time.Time) {
	if k.Due.Year() < 1990 {
		k.Paused = true
		return
	}
	today, last := calendar.On(now), calendar.On(k.Due)
	k.Over = now.Truncate(time.Second).After(k.Due)
	k.Soon = !k.Over && !now.Before(warn)
	k.Unit, k.Left = calendar.NaturalDay, today.DaysUntil(last)
	switch {
	case k.Over:
		k.Left = max(last.DaysUntil(today), 1)
	case len(k.Why.Days) == 0:
		if left := k.Due.Sub(now); left < 48*time.Hour {
			k.Unit, k.Left = calendar.HourUnit, int(left/time.Hour)
			if left < 2*time.Hour {
				k.Unit, k.Left = calendar.MinuteUnit, max(int(left/time.Minute), 1)
			}
		}
	case strings.Contains(k.Why.Text, calendar.Workday.Name()):
		k.Unit, k.Left = calendar.Workday, 0
		for _, d := range k.Why.Days {
			if d.Counted && later(d.Date, today) {
				k.Left++
			}
		}
	}
}

func later(a, b calendar.Date) bool {
	return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Day, b.Day)) > 0
}
