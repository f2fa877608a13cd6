package docket

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Ring is a clock that warns before it is due, or is overdue.
type Ring struct {
	Overdue  bool
	Deadline courtdb.CourtDeadline
}

// On is the ring's name in the book's alerts: "warning:RULE" or "overdue:RULE".
func (r Ring) On() string {
	if r.Overdue {
		return "overdue:" + r.Deadline.Rule
	}
	return "warning:" + r.Deadline.Rule
}

// deadlines starts and stops the clocks that the book hangs on events.
type deadlines struct{}

func (deadlines) Clock(context.Context, *storage.Tx, Ring) error { return nil }

func (deadlines) Follow(ctx context.Context, tx *storage.Tx, e *Recorded) error {
	if err := end(ctx, tx, e); err != nil {
		return err
	}
	if err := standStill(ctx, tx, e); err != nil {
		return err
	}
	if e.NoClocks {
		return nil
	}
	for _, rule := range tx.Book.DeadlinesStartedBy(e.Code) {
		ok, err := tx.Book.Holds(rule.When, e.Vars)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		clock, err := clockOf(tx, e, rule)
		if err != nil {
			return err
		}
		if err := Start(ctx, tx, clock); err != nil {
			return err
		}
	}
	return nil
}

// end closes the clocks that an event ends; of a rule that keeps assets or persons apart, only those the event is about.
func end(ctx context.Context, tx *storage.Tx, e *Recorded) error {
	var all []string
	for _, rule := range tx.Book.DeadlinesStoppedBy(e.Code) {
		ok, err := tx.Book.Holds(rule.StopWhen, e.Vars)
		if err != nil {
			return err
		}
		switch {
		case !ok:
		case len(rule.Same) == 0 || e.Case == uuid.Nil:
			all = append(all, rule.ID)
		default:
			if err := endSame(ctx, tx, rule, e); err != nil {
				return err
			}
		}
	}
	return stop(ctx, tx, all, e)
}

func endSame(ctx context.Context, tx *storage.Tx, rule rulebook.Deadline, e *Recorded) error {
	rows, err := tx.DeadlinesOfCase(ctx, courtdb.DeadlinesOfCaseParams{Court: tx.Court, CaseID: e.Case})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Rule != rule.ID || row.ClosedAt != nil {
			continue
		}
		same, err := about(ctx, tx, rule, row, e)
		if err != nil {
			return err
		}
		if !same {
			continue
		}
		if err := tx.CloseDeadline(ctx, courtdb.CloseDeadlineParams{Court: tx.Court, ID: row.ID, At: e.Occurred, Event: &e.ID}); err != nil {
			return err
		}
	}
	return nil
}

// about holds what started a clock against the event that would end it.
func about(ctx context.Context, tx *storage.Tx, rule rulebook.Deadline, row courtdb.CourtDeadline, e *Recorded) (bool, error) {
	if row.StartedBy == nil {
		return true, nil
	}
	start, err := tx.DocketByID(ctx, courtdb.DocketByIDParams{Court: tx.Court, ID: *row.StartedBy})
	if err != nil {
		return false, err
	}
	facts, err := Facts(tx, start.ID, start.Body)
	if err != nil {
		return false, err
	}
	for from, to := range rule.Same {
		was, is := facts[from], e.Facts[to]
		if was != nil && is != nil && was != is {
			return false, nil
		}
	}
	return true, nil
}

// clockOf is the clock a rule starts at an event: from the day the rule counts from or the day it
// occurred, or to the day a document orders.
func clockOf(tx *storage.Tx, e *Recorded, rule rulebook.Deadline) (Clock, error) {
	clock := Clock{Rule: rule.ID, Name: rule.Name, Clause: rule.Source, Length: rule.Rule(), Start: e.Occurred,
		Case: e.Case, Tip: storage.Deref(tipScope(e)), StartedBy: e.ID, OwnerRole: rule.Owner, Escalate: rule.Escalate, History: e.Imported}
	if len(rule.Entry.Clauses) > 0 {
		clock.Clause = rule.Entry.Clauses[0]
	}
	if d, ok := dateFact(e, rule.Counts); ok {
		clock.Start = d.Time()
	}
	if e.File != nil {
		clock.Owner, clock.Team = e.File.Holder(rule.Owner), e.File.Team
	}
	d, ok := dateFact(e, rule.Due)
	if !ok {
		return clock, nil
	}
	clock.Due = &d
	if day := calendar.On(e.Occurred); d.Before(day) && !e.Imported {
		form := problem.Form{}
		form.Add(rule.Due, problem.New(problem.Invalid, "docket.due_before", "届满日不能早于{day}，请核对文书。", "day", day.String()))
		return clock, form.Err()
	}
	if longest := tx.Days.Due(clock.Length, clock.Start).Day(); d.After(longest) && !e.Imported {
		form := problem.Form{}
		form.Add(rule.Due, problem.New(problem.Refused, "docket.beyond_cap", "期限最长{length}，届满日不能晚于{day}。", "length", rule.Length.String(), "day", longest.String()).By(rule.Source))
		return clock, form.Err()
	}
	return clock, nil
}

// stop closes clocks of the case, or of the tip where there is no case.
func stop(ctx context.Context, tx *storage.Tx, rules []string, e *Recorded) error {
	switch {
	case len(rules) == 0:
		return nil
	case e.Case != uuid.Nil:
		return tx.CloseDeadlinesOfCase(ctx, courtdb.CloseDeadlinesOfCaseParams{Court: tx.Court, Rules: rules, At: e.Occurred, Event: &e.ID, CaseID: e.Case})
	case e.Tip != uuid.Nil:
		return tx.CloseDeadlinesOfTip(ctx, courtdb.CloseDeadlinesOfTipParams{Court: tx.Court, Rules: rules, At: e.Occurred, Event: &e.ID, TipID: e.Tip})
	}
	return nil
}

func dateFact(e *Recorded, field string) (calendar.Date, bool) {
	s, _ := e.Facts[field].(string)
	if field == "" || s == "" {
		return calendar.Date{}, false
	}
	d, err := calendar.ParseDate(s)
	return d, err == nil
}

// tipScope: a clock of a case is not a clock of a tip that happens to be matched to it.
func tipScope(e *Recorded) *uuid.UUID {
	if e.Case != uuid.Nil {
		return nil
	}
	return storage.Ref(e.Tip)
}

// Clock is a time limit to start: whose, how long, from when, under which clause.
type Clock struct {
	Rule, Name, Clause string
	Length             calendar.Rule
	Start              time.Time
	Case, Matter, Tip  uuid.UUID
	StartedBy          uuid.UUID
	OwnerRole, Team    string
	Owner              *uuid.UUID
	Escalate           string
	Due                *calendar.Date // a due day that was ordered, instead of counting
	DueAt              *time.Time     // the same, to the minute
	DueWhy             string         // what DueAt comes from; empty: somebody wrote it down
	History            bool           // imported: what is past does not ring any more
}

// Start writes an open deadline with the explanation of its days.
func Start(ctx context.Context, tx *storage.Tx, c Clock) error {
	due := tx.Days.Due(c.Length, c.Start)
	var length []byte
	var err error
	switch {
	case c.Due != nil:
		due = ordered(tx.Days, c, *c.Due)
	case c.DueAt != nil:
		due = orderedAt(tx.Days, c, *c.DueAt)
	default:
		length, err = json.Marshal(c.Length)
	}
	if err != nil {
		return err
	}
	explanation, err := json.Marshal(due.Explanation)
	if err != nil {
		return err
	}
	id := storage.NewID()
	err = tx.InsertDeadline(ctx, courtdb.InsertDeadlineParams{Court: tx.Court, ID: id, Rule: c.Rule, Name: c.Name, Clause: c.Clause,
		CaseID: storage.Ref(c.Case), MatterID: storage.Ref(c.Matter), TipID: storage.Ref(c.Tip), StartedBy: storage.Ref(c.StartedBy), StartedAt: c.Start,
		WarnAt: due.WarnAt, DueAt: due.At, Explanation: explanation, OwnerRole: c.OwnerRole, Owner: c.Owner, Team: c.Team,
		EscalateRole: c.Escalate, RuleVersion: int32(tx.Version), Length: length})
	if err != nil {
		return err
	}
	if err := startPaused(ctx, tx, c, id); err != nil || !c.History {
		return err
	}
	return silence(ctx, tx, id)
}

// ordered is a due day fixed in a document, such as the term of a freeze.
func ordered(days *calendar.Calendar, c Clock, day calendar.Date) calendar.Deadline {
	at := day.Add(1).Time().Add(-time.Second)
	warn := at.AddDate(0, 0, -1)
	switch {
	case c.Length.Unit == calendar.MonthUnit:
		warn = at.AddDate(0, 0, -30)
	case c.Length.WarnN > 0:
		warn = days.WarnBefore(c.Length, c.Start, at)
	}
	return fixed(c, at, warn, "期限届满日由文书确定："+day.String()+"。")
}

// orderedAt is a due instant that somebody wrote down, or that a rule names; unless the book says more, it warns when a quarter of the
// time is left.
func orderedAt(days *calendar.Calendar, c Clock, at time.Time) calendar.Deadline {
	warn := at.Add(-max(at.Sub(c.Start)/4, 0))
	if c.Length.WarnN > 0 {
		warn = days.WarnBefore(c.Length, c.Start, at)
	}
	why := c.DueWhy
	if why == "" {
		why = "时限由登记的时间确定：" + at.In(calendar.Shanghai).Format("2006-01-02 15:04") + "。"
	}
	return fixed(c, at, warn, why)
}

func fixed(c Clock, at, warn time.Time, why string) calendar.Deadline {
	if warn.Before(c.Start) { // ordered for today or tomorrow
		warn = c.Start
	}
	if warn.After(at) {
		warn = at
	}
	return calendar.Deadline{At: at, WarnAt: warn, Explanation: calendar.Explanation{Start: calendar.On(c.Start), StartAt: c.Start, Due: at, Text: why}}
}

// silence marks what had already rung before the import.
func silence(ctx context.Context, tx *storage.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE court.deadline SET warned_at = CASE WHEN warn_at <= $3 THEN $3 END, overdue_at = CASE WHEN due_at < $3 THEN $3 END
		WHERE court = $1 AND id = $2`, tx.Court, id, tx.At)
	return err
}

// Sweep rings every clock of a court that newly warns or is overdue; it returns how many rang.
// What it costs grows with what is due, not with what is on file.
func (d *Docket) Sweep(ctx context.Context, court string) (int, error) {
	rang := 0
	err := d.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		rings, err := due(ctx, tx)
		if err != nil {
			return err
		}
		for _, r := range rings {
			for _, f := range d.followers {
				if err := f.Clock(ctx, tx, r); err != nil {
					return err
				}
			}
		}
		rang = len(rings)
		return nil
	})
	return rang, err
}

const sweepMost = 500

func due(ctx context.Context, tx *storage.Tx) ([]Ring, error) {
	warn, err := tx.DeadlinesToWarn(ctx, courtdb.DeadlinesToWarnParams{Court: tx.Court, Now: tx.At, Most: sweepMost})
	if err != nil {
		return nil, err
	}
	late, err := tx.DeadlinesToEscalate(ctx, courtdb.DeadlinesToEscalateParams{Court: tx.Court, Now: tx.At, Most: sweepMost})
	if err != nil {
		return nil, err
	}
	var rings []Ring
	for _, row := range warn {
		rings = append(rings, Ring{Deadline: row})
	}
	for _, row := range late {
		rings = append(rings, Ring{Overdue: true, Deadline: row})
	}
	return rings, nil
}

// Recompute moves open clocks whose days were provisional, after the calendar was imported or edited.
func (d *Docket) Recompute(ctx context.Context, court string) (int, error) {
	moved := 0
	err := d.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		rows, err := tx.RecomputableDeadlines(ctx, court)
		if err != nil {
			return err
		}
		for _, row := range rows {
			due, _, err := counted(tx, row)
			if err != nil {
				return err
			}
			text, err := json.Marshal(due.Explanation)
			if err != nil {
				return err
			}
			if err := tx.MoveDeadline(ctx, courtdb.MoveDeadlineParams{Court: court, ID: row.ID, WarnAt: due.WarnAt, DueAt: due.At, Explanation: text}); err != nil {
				return err
			}
			moved++
		}
		return nil
	})
	return moved, err
}
