package calendar

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"mingzhi/backoffice/problem"
)

var court = New(Seed())

func day(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func keyOf(err error) string {
	if e, ok := problem.As(err); ok {
		return e.Key
	}
	return ""
}

func TestDate(t *testing.T) {
	// 16:30 UTC is the next day in Shanghai.
	at := time.Date(2026, 12, 31, 16, 30, 0, 0, time.UTC)
	if DateOf(at) != (Date{2026, 12, 31}) || On(at) != (Date{2027, 1, 1}) {
		t.Error(DateOf(at), On(at))
	}
	d := Date{2024, 1, 31}
	if d.AddMonths(1) != (Date{2024, 2, 29}) || d.AddMonths(13) != (Date{2025, 2, 28}) || d.AddMonths(-2) != (Date{2023, 11, 30}) ||
		d.AddMonths(11) != (Date{2024, 12, 31}) || d.Add(30) != (Date{2024, 3, 1}) || d.Add(-31) != (Date{2023, 12, 31}) {
		t.Error("arithmetic")
	}
	if !d.Before(d.Add(1)) || d.Before(d) || !d.Add(1).After(d) || d.DaysUntil(Date{2025, 1, 31}) != 366 || d.DaysUntil(d.Add(-3)) != -3 {
		t.Error("order")
	}
	if got := d.Time().Format(time.RFC3339); got != "2024-01-31T00:00:00+08:00" || d.Weekday() != time.Wednesday {
		t.Error(got)
	}
	// Shanghai kept summer time from 1986 to 1991: days must not slip there.
	for d := (Date{1986, 1, 1}); d.Year < 1992; d = d.Add(1) {
		if On(d.at(23, 59, 59)) != d || d.Add(1).Add(-1) != d {
			t.Fatal(d)
		}
	}
	raw, _ := json.Marshal([]Date{d, {}})
	var back []Date
	if err := json.Unmarshal(raw, &back); err != nil || string(raw) != `["2024-01-31",""]` || !slices.Equal(back, []Date{d, {}}) {
		t.Error(string(raw), back, err)
	}
	if keyOf(json.Unmarshal([]byte(`"2026-02-30"`), &d)) != "calendar.date_format" {
		t.Error("2026-02-30 was read")
	}
}

func TestSeed(t *testing.T) {
	days := Seed()
	if err := CheckDays(days); err != nil {
		t.Fatal(err)
	}
	perYear := map[int]int{}
	for _, d := range days {
		perYear[d.Date.Year]++
		if d.Kind == Work && d.Date.Weekday() != time.Saturday && d.Date.Weekday() != time.Sunday {
			t.Errorf("%v is a working day anyhow", d)
		}
	}
	for year := 2019; year <= 2026; year++ {
		if perYear[year] < 30 {
			t.Errorf("%d: only %d days", year, perYear[year])
		}
	}
	if court.LastPublished() < 2026 || perYear[2018] != 0 || len(court.Days()) != len(days) || New(nil).LastPublished() != 0 {
		t.Error(perYear)
	}
}

func TestWorkday(t *testing.T) {
	for in, want := range map[string]Status{
		"2025-09-28": {true, "调休上班", false}, "2025-10-11": {true, "调休上班", false},
		"2025-10-01": {false, "国庆节、中秋节", false}, "2025-10-08": {false, "国庆节、中秋节", false},
		"2025-10-09": {true, "工作日", false}, "2026-10-03": {false, "国庆节", false}, "2026-01-01": {false, "元旦", false},
		"2026-03-07": {false, "周六", false}, "2026-03-08": {false, "周日", false}, "2026-02-28": {true, "调休上班", false},
		"2018-10-01": {true, "工作日", true}, "2049-10-01": {true, "工作日", true}, "2049-10-02": {false, "周六", true},
	} {
		if got := court.Workday(day(t, in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

func TestCheckDays(t *testing.T) {
	good := Day{Date{2027, 1, 1}, Off, "元旦"}
	for want, days := range map[string][]Day{
		"":                     {good},
		"calendar.day_twice":   {good, good},
		"calendar.day_invalid": {{Date{2027, 2, 30}, Off, "元旦"}},
	} {
		if err := CheckDays(days); keyOf(err) != want {
			t.Error(want, err)
		}
	}
	if CheckDays([]Day{{Date{2027, 1, 1}, "half", "元旦"}}) == nil || CheckDays([]Day{{Date{2027, 1, 1}, Off, ""}}) == nil || CheckDays([]Day{{}}) == nil {
		t.Error("a bad day passed")
	}
	if New([]Day{{Date{2027, 1, 1}, "half", "元旦"}}).LastPublished() != 0 {
		t.Error("a bad day made a year published")
	}
	for _, k := range AllKinds() {
		if !k.Valid() || k.Name() == "" {
			t.Error(k)
		}
	}
	if Kind("").Valid() || Kind("").Name() != "" {
		t.Error("kind is not closed")
	}
}

func TestRemaining(t *testing.T) {
	due := court.Due(Workdays(5), Date{2026, 2, 12}.at(10, 0, 0)).At // 2026-02-26
	for now, want := range map[time.Time]struct {
		n       int
		overdue bool
	}{
		Date{2026, 2, 13}.at(9, 0, 0):                         {4, false}, // 14, 24, 25, 26
		Date{2026, 2, 26}.at(23, 59, 59):                      {0, false},
		Date{2026, 2, 26}.at(23, 59, 59).Add(999999999):       {0, false},
		Date{2026, 2, 27}.at(0, 0, 0):                         {1, true},
		Date{2026, 3, 2}.at(0, 0, 0):                          {3, true},
		time.Date(2026, 2, 24, 20, 0, 0, 0, time.UTC).Local(): {1, false}, // 25 in Shanghai
	} {
		if n, overdue := court.Remaining(now, due); n != want.n || overdue != want.overdue {
			t.Errorf("%s: %d %v", now, n, overdue)
		}
	}
	if n, overdue := court.Remaining(due, time.Time{}); n != 0 || overdue {
		t.Error("a suspended deadline ran")
	}
}
