package matter

import (
	"context"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/rulebook"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// begin starts a step: its clocks, and the processes that run beside each other. A step taken up again goes on with the clocks it had.
func (e *Engine) begin(ctx context.Context, tx *storage.Tx, s *state, step *rulebook.Step, again bool) error {
	if again {
		n, err := tx.ReopenMatterDeadlines(ctx, courtdb.ReopenMatterDeadlinesParams{Court: tx.Court, MatterID: s.ID, Rule: s.Process + "." + step.ID})
		if err != nil {
			return err
		}
		if n > 0 {
			return e.beside(ctx, tx, s, step)
		}
	}
	main, err := tx.Book.Limit(step, s.vars())
	if err != nil {
		return err
	}
	if main != nil {
		if err := s.start(ctx, tx, step, main); err != nil {
			return err
		}
	}
	for i := range step.Also {
		ok, err := tx.Book.Holds(step.Also[i].When, s.vars())
		if err != nil {
			return err
		}
		if ok {
			if err := s.start(ctx, tx, step, &step.Also[i]); err != nil {
				return err
			}
		}
	}
	return e.beside(ctx, tx, s, step)
}

// start runs one clock of a step under the name PROCESS.STEP or PROCESS.STEP.ID.
func (s *state) start(ctx context.Context, tx *storage.Tx, step *rulebook.Step, w *rulebook.Within) error {
	c := docket.Clock{Rule: w.Clock(s.Process, step.ID), Name: step.Name, Clause: w.Source, Length: w.Rule(s.Urgent), Start: s.StepAt, Matter: s.ID,
		Case: storage.Deref(s.CaseID), Tip: storage.Deref(s.TipID), Owner: s.Holder, Team: s.Team, Escalate: w.Escalate}
	if c.Clause == "" || c.Clause == rulebook.SourceCourt {
		c.Clause = step.Clause
	}
	if len(step.By) > 0 {
		c.OwnerRole = step.By[0]
	}
	switch w.Of {
	case "", "step":
	case "opened":
		c.Start = s.OpenedAt
	default:
		if day, at, ok := s.instant(w.Of); ok && at != nil {
			c.Start = *at
		} else if ok {
			c.Start = day.Time()
		}
	}
	if w.By != "" {
		c.DueAt, c.DueWhy = sameDay(c.Start, w.By)
	}
	if w.Until != "" {
		day, at, ok := s.instant(w.Until)
		switch {
		case ok && at != nil:
			c.DueAt = at
		case ok:
			c.Due = &day
		case w.Length.IsZero():
			return nil // nobody has set a day
		}
	}
	return docket.Start(ctx, tx, c)
}

// sameDay is an hour of the day on which a clock starts (当日); where that hour has struck, of the next.
func sameDay(start time.Time, by string) (*time.Time, string) {
	day, why := calendar.On(start), "时限到当日"+by+"为止。"
	at := rulebook.HourOf(day, by)
	if !start.Before(at) {
		at, why = rulebook.HourOf(day.Add(1), by), "起算时已过"+by+"，时限到次日"+by+"为止。"
	}
	return &at, why
}

// instant reads a date or datetime that was filled in; at is nil for a date.
func (s *state) instant(field string) (day calendar.Date, at *time.Time, ok bool) {
	raw := text(s.form[field])
	if t, err := time.Parse(time.RFC3339, raw); err == nil {
		return calendar.On(t), &t, true
	}
	day, err := calendar.ParseDate(raw)
	return day, nil, err == nil
}

func (e *Engine) stopClock(ctx context.Context, tx *storage.Tx, s *state, step string) error {
	return tx.CloseMatterDeadlines(ctx, courtdb.CloseMatterDeadlinesParams{Court: tx.Court, MatterID: s.ID, Rule: s.Process + "." + step, At: tx.At})
}
