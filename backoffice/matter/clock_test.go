package matter_test

import (
	"strings"
	"testing"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

func (s *shop) clock(rule string) (d courtdb.CourtDeadline) {
	s.T.Helper()
	s.must(s.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		rows, err := tx.DeadlinesOfCase(ctx, courtdb.DeadlinesOfCaseParams{Court: court, CaseID: s.caseID})
		for _, r := range rows {
			if r.Rule == rule {
				d = r
			}
		}
		return err
	}))
	return d
}

func TestAClockStandsStillAndGoesOn(t *testing.T) {
	s := newShop(t)
	_, err := s.Matters.Open(ctx, s.clerk, "service", matter.About{Case: s.caseID}, with(nil2), "")
	s.refused(err, problem.Invalid, "请选择已送达")
	s.must(s.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error { return s.Matters.Begin(ctx, tx, "service", s.caseID) }))
	at := func(d courtdb.CourtDeadline) string { return d.DueAt.In(calendar.Shanghai).Format("01-02") }
	if d := s.clock("service.serve"); at(d) != "03-17" || d.WarnAt.In(calendar.Shanghai).Format("01-02") != "03-12" {
		t.Fatalf("due %s, warns %s", at(d), d.WarnAt)
	}
	s.Clock.Set(time.Date(2026, 3, 12, 10, 0, 0, 0, calendar.Shanghai)) // one working day is used up
	s.record("case_suspended")
	if d := s.clock("service.serve"); d.State != "paused" {
		t.Fatal(d.State)
	}
	s.Clock.Set(time.Date(2026, 6, 1, 10, 0, 0, 0, calendar.Shanghai))
	if n, err := s.Docket.Sweep(ctx, court); err != nil || n != 0 {
		t.Fatalf("rang %d times while it stood still, %v", n, err)
	}
	s.record("suspension_ended")
	if d := s.clock("service.serve"); d.State != "open" || at(d) != "06-04" { // 11 March, then 1, 2, 3, 4 June
		t.Fatalf("%s due %s", d.State, at(d))
	}
	id, err := s.Matters.Open(ctx, s.clerk, "more_time", matter.About{Case: s.caseID}, with(nil2, "deadline", s.clock("service.serve").ID.String(), "new_due", "2026-06-03"), "")
	s.must(err)
	s.refused(s.Matters.Complete(ctx, s.director, id, "approve", with(nil2, "approve_decision", "agree")), problem.Refused, "不晚于原来的届满日")
	s.must(s.Matters.Withdraw(ctx, s.clerk, id, "写错了", s.see))
	id, err = s.Matters.Open(ctx, s.clerk, "more_time", matter.About{Case: s.caseID}, with(nil2, "deadline", s.clock("service.serve").ID.String(), "new_due", "2026-06-15"), "")
	s.must(err)
	s.must(s.Matters.Complete(ctx, s.director, id, "approve", with(nil2, "approve_decision", "agree")))
	if d := s.clock("service.serve"); at(d) != "06-15" || !strings.Contains(string(d.Explanation), "经批准，延长至2026-06-15") {
		t.Fatalf("due %s: %s", at(d), d.Explanation)
	}
}

// suspended begins a service and lets its case stand still from 12 March.
func suspended(t *testing.T, begins time.Time) *shop {
	s := newShop(t)
	s.Clock.Set(begins)
	s.must(s.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error { return s.Matters.Begin(ctx, tx, "service", s.caseID) }))
	s.Clock.Set(time.Date(2026, 3, 20, 10, 0, 0, 0, calendar.Shanghai))
	_, err := s.Docket.Sweep(ctx, court)
	s.must(err)
	s.record("case_suspended")
	s.Clock.Set(time.Date(2026, 6, 1, 10, 0, 0, 0, calendar.Shanghai))
	s.must(s.Matters.Complete(ctx, s.clerk, s.find("service"), "serve", with(nil2, "done", "yes")))
	return s
}

func TestWhatIsDoneDuringASuspensionIsInTime(t *testing.T) {
	if d := suspended(t, time.Date(2026, 3, 18, 10, 0, 0, 0, calendar.Shanghai)).clock("service.serve"); d.State != "met" {
		t.Errorf("done while the clock stood still: %s", d.State)
	}
}

func TestWhatWasLateBeforeASuspensionIsLate(t *testing.T) {
	if d := suspended(t, time.Date(2026, 3, 10, 10, 0, 0, 0, calendar.Shanghai)).clock("service.serve"); d.State != "late" {
		t.Errorf("overdue before the clock stood still: %s", d.State)
	}
}

func TestAClockThatBeginsDuringASuspensionWaits(t *testing.T) {
	s := newShop(t)
	s.record("case_suspended")
	s.Clock.Set(time.Date(2026, 3, 12, 10, 0, 0, 0, calendar.Shanghai))
	s.must(s.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error { return s.Matters.Begin(ctx, tx, "service", s.caseID) }))
	if d := s.clock("service.serve"); d.State != "paused" || !strings.Contains(string(d.Explanation), "停止计算") {
		t.Fatalf("%s: %s", d.State, d.Explanation)
	}
	s.Clock.Set(time.Date(2026, 6, 1, 10, 0, 0, 0, calendar.Shanghai))
	s.record("suspension_ended")
	if d := s.clock("service.serve"); d.State != "open" || calendar.On(d.DueAt).String() != "2026-06-05" { // 1 to 5 June
		t.Fatalf("%s due %s", d.State, d.DueAt)
	}
}

func TestAnHourOfTheDayAndAnHourThatIsWrittenDown(t *testing.T) {
	s := newShop(t)
	clock := func(hour int) (due, warn string) {
		t.Helper()
		s.Clock.Set(time.Date(2026, 3, 10, hour, 0, 0, 0, calendar.Shanghai))
		id, err := s.Matters.Open(ctx, s.clerk, "sitting", matter.About{Case: s.caseID}, with(nil2, "starts_at", "2026-03-12T15:00"), "")
		s.must(err)
		s.must(s.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
			rows, err := tx.DeadlinesOfMatter(ctx, courtdb.DeadlinesOfMatterParams{Court: court, MatterID: id})
			if err == nil && len(rows) != 2 {
				t.Fatalf("%d clocks", len(rows))
			}
			for _, r := range rows {
				at, ahead := r.DueAt.In(calendar.Shanghai).Format("02 15:04:05"), r.WarnAt.In(calendar.Shanghai).Format("02 15:04")
				if r.Rule == "sitting.prepare" {
					if at != "12 15:00:00" || ahead != "12 13:00" {
						t.Errorf("the hour written down: due %s, warns %s", at, ahead)
					}
					continue
				}
				due, warn = at, ahead
			}
			return err
		}))
		return due, warn
	}
	if due, warn := clock(9); due != "10 18:00:00" || warn != "10 16:00" {
		t.Errorf("of the same day: due %s, warns %s", due, warn)
	}
	if due, _ := clock(18); due != "11 18:00:00" {
		t.Errorf("begun when the hour had struck: due %s", due)
	}
}
