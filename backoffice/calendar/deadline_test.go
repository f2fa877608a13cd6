package calendar

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestVectors(t *testing.T) {
	for _, v := range []struct {
		event string
		rule  Rule
		due   string
	}{
		{"2026-02-12", Workdays(10), "2026-03-04"}, {"2026-02-12", Workdays(5), "2026-02-26"},
		{"2026-04-30", Workdays(10), "2026-05-18"}, {"2026-09-18", Workdays(5), "2026-09-24"},
		{"2026-09-30", Workdays(1), "2026-10-08"}, {"2026-01-20", Days(30), "2026-02-24"},
		{"2026-04-02", Days(30), "2026-05-06"}, {"2026-04-02", Rule{Unit: NaturalDay, N: 30}, "2026-05-02"},
		{"2026-01-31", Months(1), "2026-02-28"}, {"2026-03-31", Rule{Unit: MonthUnit, N: 6}, "2026-09-30"},
		{"2025-11-15", Months(3), "2026-02-24"}, {"2024-02-29", Months(24), "2026-02-28"},
		{"2026-02-15", Workdays(0), "2026-02-24"}, {"2026-03-04", Days(-1), "2026-03-04"},
	} {
		got := court.Due(v.rule, day(t, v.event).at(16, 30, 0))
		if got.Day() != day(t, v.due) || got.At != day(t, v.due).at(23, 59, 59) || got.Explanation.Provisional {
			t.Errorf("%s + %d %s: %s, want %s", v.event, v.rule.N, v.rule.Unit, got.Day(), v.due)
		}
	}
}

func TestClock(t *testing.T) {
	event := Date{2026, 9, 30}.at(14, 20, 30)
	for _, v := range []struct {
		rule  Rule
		event time.Time
		due   time.Time
	}{
		{Hours(48), event, Date{2026, 10, 2}.at(15, 0, 0)},
		{Hours(1), Date{2026, 9, 30}.at(14, 0, 0), Date{2026, 9, 30}.at(16, 0, 0)},
		{Hours(24), Date{2026, 9, 30}.at(23, 59, 59).UTC(), Date{2026, 10, 2}.at(0, 0, 0)},
		{Minutes(30), event, Date{2026, 9, 30}.at(14, 50, 30)},
	} {
		if got := court.Due(v.rule, v.event); !got.At.Equal(v.due) || !strings.Contains(got.Explanation.Text, "届满") {
			t.Errorf("%d %s: %s %s", v.rule.N, v.rule.Unit, got.At, got.Explanation.Text)
		}
	}
}

func TestExplanation(t *testing.T) {
	for _, v := range []struct {
		event string
		rule  Rule
		text  string
	}{
		{"2026-02-12", Workdays(10), "自2026-02-12次日起算10个工作日，跳过2026-02-15至2026-02-23（春节）、2026-03-01（周日），2026-02-14、2026-02-28调休上班计入，2026-03-04届满。"},
		{"2026-01-20", Days(30), "自2026-01-20次日起算30日，最后一日遇春节顺延，2026-02-24届满。"},
		{"2026-03-02", Workdays(2), "自2026-03-02次日起算2个工作日，2026-03-04届满。"},
		{"2026-03-02", Months(3), "自2026-03-02次日起算3个月，2026-06-02届满。"},
	} {
		e := court.Due(v.rule, day(t, v.event).at(9, 0, 0)).Explanation
		if e.Text != v.text {
			t.Errorf("%s", e.Text)
		}
		if e.Start != day(t, v.event) || e.StartAt != e.Start.Add(1).Time() || e.Days[0].Date != e.Start || e.Days[0].Counted {
			t.Error(e)
		}
	}
	e := court.Due(Days(30), Date{2026, 1, 20}.at(9, 0, 0)).Explanation
	last := e.Days[len(e.Days)-5:]
	if n := e.Days[30]; n.N != 30 || !n.Counted || n.Why != "春节，届满日顺延" || last[4].Counted || last[4].Why != "顺延至此日届满" || last[0].Why != "春节，届满日顺延" {
		t.Errorf("%+v", last)
	}
	far := court.Due(Workdays(3), Date{2049, 12, 30}.at(9, 0, 0)).Explanation
	if !far.Provisional || !strings.HasSuffix(far.Text, "（尚无2050年放假安排，暂按周末推算）。") {
		t.Error(far.Text)
	}
	raw, err := json.Marshal(court.Due(Workdays(1), Date{2026, 9, 30}.at(9, 0, 0)))
	if err != nil || !strings.Contains(string(raw), `{"date":"2026-10-01","counted":false,"n":0,"why":"国庆节"}`) {
		t.Error(string(raw), err)
	}
	if raw, _ := json.Marshal(court.Due(Minutes(1), Date{2026, 9, 30}.at(9, 0, 0))); !strings.Contains(string(raw), `"days":[]`) {
		t.Error(string(raw))
	}
}

func TestPauses(t *testing.T) {
	event := Date{2026, 3, 2}.at(9, 0, 0)
	stop := []Pause{{Date{2026, 3, 6}, Date{2026, 3, 10}, "中止执行"}, {Date{2026, 3, 5}, Date{2026, 3, 7}, "评估"}, {Date{2026, 3, 9}, Date{2026, 3, 8}, "颠倒"}}
	for _, v := range []struct {
		rule Rule
		due  Date
	}{{Workdays(5), Date{2026, 3, 13}}, {Days(10), Date{2026, 3, 18}}, {Months(1), Date{2026, 4, 8}}, {Workdays(2), Date{2026, 3, 4}}} {
		got := court.DueWithPauses(v.rule, event, stop)
		if got.Day() != v.due {
			t.Errorf("%d %s: %s %s", v.rule.N, v.rule.Unit, got.Day(), got.Explanation.Text)
		}
	}
	e := court.DueWithPauses(Workdays(5), event, stop).Explanation
	if e.Text != "自2026-03-02次日起算5个工作日，跳过2026-03-05至2026-03-10（评估、中止执行），2026-03-13届满。" {
		t.Error(e.Text)
	}
	h := court.DueWithPauses(Hours(24), Date{2026, 3, 4}.at(20, 10, 0), stop)
	if !h.At.Equal(Date{2026, 3, 11}.at(21, 0, 0)) {
		t.Error(h.At, h.Explanation.Text)
	}
	open := []Pause{{From: Date{2026, 3, 5}, Reason: "中止执行"}}
	for _, rule := range []Rule{Workdays(5), Days(30), Months(6), Hours(100)} {
		got := court.DueWithPauses(rule, event, open)
		if !got.Suspended || !got.At.IsZero() || !got.WarnAt.IsZero() || got.Overdue(event.AddDate(9, 0, 0)) || !got.Day().IsZero() ||
			!strings.Contains(got.Explanation.Text, "2026-03-05起因中止执行停止计算") {
			t.Error(got.At, got.Explanation.Text)
		}
	}
	if got := court.DueWithPauses(Workdays(2), event, open); got.Suspended || got.Day() != (Date{2026, 3, 4}) {
		t.Error("a pause after the end changed the deadline")
	}
}

func TestOverdue(t *testing.T) {
	d := court.Due(Workdays(1), Date{2026, 9, 30}.at(9, 0, 0))
	if d.Overdue(d.At) || d.Overdue(d.At.Add(999*time.Millisecond)) || !d.Overdue(d.At.Add(time.Second)) {
		t.Error("24:00 is the border")
	}
}

func TestWarnAt(t *testing.T) {
	event := Date{2026, 2, 12}.at(9, 30, 0)
	for _, v := range []struct {
		rule Rule
		warn time.Time
	}{
		{Range(Workday, 2, 5), Date{2026, 2, 14}.at(9, 0, 0)}, // due 02-26, second working day
		{Workdays(5), Date{2026, 2, 25}.at(9, 0, 0)},
		{Workdays(1), Date{2026, 2, 12}.at(9, 30, 0)},                          // 09:00 of the same day was before the event
		{Days(12), Date{2026, 2, 14}.at(9, 0, 0)},                              // due 02-24; 02-22 is off
		{Months(6), Date{2026, 7, 28}.at(9, 0, 0)},                             // due 08-12
		{Rule{Unit: MonthUnit, N: 6, WarnN: 1}, Date{2026, 7, 10}.at(9, 0, 0)}, // 07-12 is a Sunday
		{Hours(8), Date{2026, 2, 12}.at(16, 0, 0)},
		{Minutes(20), Date{2026, 2, 12}.at(9, 45, 0)},
		{Workdays(0), event},
	} {
		if got := court.Due(v.rule, event).WarnAt; !got.Equal(v.warn) {
			t.Errorf("%+v: %s, want %s", v.rule, got, v.warn)
		}
	}
	if r := Range(Workday, 2, 5); r.WarnFrom() != 2 || r.N != 5 || r.WarnN != 3 {
		t.Error(r)
	}
}

func TestRuleCheck(t *testing.T) {
	for want, r := range map[string]Rule{
		"": Workdays(5), "calendar.rule_unit": {Unit: "week", N: 1}, "calendar.rule_length": Days(0), "calendar.rule_warn": {Unit: Workday, N: 1, WarnN: 2},
	} {
		if got := keyOf(r.Check()); got != want {
			t.Errorf("%+v: %s", r, got)
		}
	}
	if Months(9999).Check() == nil || Months(1<<62).Check() == nil {
		t.Error("a thousand years passed")
	}
	for _, u := range AllUnits() {
		if !u.Valid() || u.Name() == "" || (Rule{Unit: u, N: 1}).Check() != nil {
			t.Error(u)
		}
	}
}

// properties holds for every rule and event.
func properties(t *testing.T, unit Unit, n, warn int, event time.Time) {
	t.Helper()
	rule := Rule{Unit: unit, N: n, Roll: true, WarnN: warn}
	got := court.Due(rule, event)
	if rule.N++; court.Due(rule, event).At.Before(got.At) {
		t.Errorf("%s + %d %s: one more is earlier", event, n, unit)
	}
	if unit != HourUnit && unit != MinuteUnit {
		days := got.Explanation.Days
		if !court.Workday(got.Day()).Working {
			t.Errorf("%s + %d %s ends on a day off", event, n, unit)
		}
		if days[0].Date != On(event) || days[len(days)-1].Date != got.Day() || len(days) != On(event).DaysUntil(got.Day())+1 {
			t.Errorf("%s + %d %s: the strip has gaps", event, n, unit)
		}
	}
	if !got.WarnAt.Before(got.At) {
		t.Errorf("%s + %d %s: warned at %s, due %s", event, n, unit, got.WarnAt, got.At)
	}
	if n > 0 && got.WarnAt.Before(event) {
		t.Errorf("%s + %d %s: warned before the event", event, n, unit)
	}
	if got.Explanation.Text == "" || !got.Explanation.Due.Equal(got.At) {
		t.Error("no explanation")
	}
}

func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	from := Date{2018, 6, 1}.Time()
	for range 2000 {
		event := from.Add(time.Duration(r.Int64N(int64(10 * 365 * 24 * time.Hour))))
		unit := AllUnits()[r.IntN(5)]
		n := r.IntN(60)
		if unit == MonthUnit {
			n = r.IntN(25)
		}
		properties(t, unit, n, r.IntN(70), event)
	}
}

func FuzzDue(f *testing.F) {
	f.Add(int64(1770000000), uint8(0), 10, 2)
	f.Add(int64(1790000000), uint8(4), 6, 0)
	f.Fuzz(func(t *testing.T, unix int64, unit uint8, n, warn int) {
		event := time.Unix(unix%4102444800, 0)
		if event.Year() < 1950 || n < 0 || n > 400 || warn < 0 {
			return
		}
		properties(t, AllUnits()[unit%5], n, warn, event)
	})
}

func FuzzParseDate(f *testing.F) {
	f.Add("2026-02-28")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDate(s)
		if err != nil {
			return
		}
		if again, err := ParseDate(d.String()); err != nil || again != d || d.Add(0) != d {
			t.Errorf("%q: %v", s, d)
		}
	})
}
