package matter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Calendar opens what the calendar calls for: for the court each day, week, month …, and what recurs on cases. It returns how many
// runs it opened. Any number of nodes may run it: a span is opened once. One that cannot be opened keeps no other from opening; the
// errors come together.
func (e *Engine) Calendar(ctx context.Context, court string) (int, error) {
	book, _, err := e.store.Book(ctx, court)
	if err != nil {
		return 0, err
	}
	days, err := e.store.Calendar(ctx)
	if err != nil {
		return 0, err
	}
	now := e.store.Now().In(calendar.Shanghai)
	opened := 0
	var failed []error
	for _, p := range book.On(calendar.On(now)).ProcessesEvery() {
		if p.Opens.Every.Each == "" {
			continue
		}
		span, ok := spanOf(p.Opens.Every, now, days)
		held := court + ":" + p.ID
		if last, _ := e.spans.Load(held); !ok || last == span {
			continue
		}
		n, err := e.each(ctx, court, p.ID, span)
		if err != nil {
			failed = append(failed, fmt.Errorf("calendar: %s %s: %w", p.ID, span, err))
			continue
		}
		opened += n
		e.spans.Store(held, span)
	}
	n, err := e.again(ctx, court)
	return opened + n, errors.Join(append(failed, err)...)
}

func (e *Engine) each(ctx context.Context, court, process, span string) (n int, err error) {
	err = e.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		p, ok := tx.Book.Process(process)
		if !ok {
			return nil
		}
		s, err := e.open(ctx, tx, p, begin{source: "every:" + process + ":" + span}, nil)
		if s != nil {
			n = 1
		}
		return err
	})
	return n, err
}

// spanOf names the span an instant lies in; ok is false before its hour, and on days off where only working days count.
func spanOf(every *rulebook.Every, now time.Time, days *calendar.Calendar) (span string, ok bool) {
	day := calendar.On(now)
	first := day
	switch every.Each {
	case "workday":
		if !days.Workday(day).Working {
			return "", false
		}
		span = day.String()
	case "day":
		span = day.String()
	case "week":
		year, week := now.ISOWeek()
		span, first = fmt.Sprintf("%d-W%02d", year, week), day.Add(-((int(day.Weekday()) + 6) % 7))
	case "month":
		span, first = now.Format("2006-01"), calendar.Date{Year: day.Year, Month: day.Month, Day: 1}
	case "quarter":
		q := (int(day.Month) - 1) / 3
		span, first = fmt.Sprintf("%d-Q%d", day.Year, q+1), calendar.Date{Year: day.Year, Month: time.Month(q*3 + 1), Day: 1}
	case "half_year":
		h := (int(day.Month) - 1) / 6
		span, first = fmt.Sprintf("%d-H%d", day.Year, h+1), calendar.Date{Year: day.Year, Month: time.Month(h*6 + 1), Day: 1}
	case "year":
		span, first = fmt.Sprint(day.Year), calendar.Date{Year: day.Year, Month: 1, Day: 1}
	}
	hour, err := time.Parse("15:04", every.At)
	if every.At == "" || err != nil {
		return span, true
	}
	begins := first.Time().In(calendar.Shanghai).Add(time.Duration(hour.Hour())*time.Hour + time.Duration(hour.Minute())*time.Minute)
	return span, !now.Before(begins)
}

// recur starts what repeats on a case after an event, and ends it when another stands.
func (e *Engine) recur(ctx context.Context, tx *storage.Tx, r *docket.Recorded) error {
	if r.Case == uuid.Nil {
		return nil
	}
	var over []string
	for _, p := range tx.Book.ProcessesEvery() {
		every := p.Opens.Every
		if slices.Contains(every.Until, r.Code) {
			over = append(over, p.ID)
		}
		if every.After != r.Code {
			continue
		}
		ok, err := tx.Book.Holds(p.Opens.When, r.Vars)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		row := courtdb.RecurParams{Court: tx.Court, Process: p.ID, CaseID: r.Case, Since: r.Occurred, NextAt: later(r.Occurred, every.Step, 1)}
		for k := 2; !row.NextAt.After(tx.At); k++ {
			row.NextAt = later(r.Occurred, every.Step, k)
		}
		if !every.For.IsZero() {
			until := later(r.Occurred, every.For, 1)
			row.UntilAt = &until
		}
		if err := tx.Recur(ctx, row); err != nil {
			return err
		}
	}
	if len(over) == 0 {
		return nil
	}
	return tx.StopRecurring(ctx, courtdb.StopRecurringParams{Court: tx.Court, CaseID: r.Case, Processes: over})
}

// later is the beginning of the day n lengths after an instant.
func later(from time.Time, l rulebook.Length, n int) time.Time {
	day := calendar.On(from)
	switch {
	case l.Months > 0:
		day = day.AddMonths(l.Months * n)
	case l.Days > 0:
		day = day.Add(l.Days * n)
	default:
		return from.Add(time.Duration(l.Hours)*time.Hour*time.Duration(n) + time.Duration(l.Minutes)*time.Minute*time.Duration(n))
	}
	return day.Time()
}

// again opens what is due on cases, each by itself; what it costs grows with what is due.
func (e *Engine) again(ctx context.Context, court string) (n int, err error) {
	var rows []courtdb.CourtRecurrence
	err = e.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) (err error) {
		rows, err = tx.DueRecurrences(ctx, courtdb.DueRecurrencesParams{Court: tx.Court, Now: tx.At})
		return err
	})
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, row := range rows {
		err := e.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
			row, err := tx.DueRecurrence(ctx, courtdb.DueRecurrenceParams{Court: tx.Court, Process: row.Process, CaseID: row.CaseID, Now: tx.At})
			if storage.NoRows(err) {
				return nil // another node was quicker
			}
			if err != nil {
				return err
			}
			return e.onceMore(ctx, tx, row)
		})
		if err != nil {
			failed = append(failed, fmt.Errorf("calendar: %s on case %s: %w", row.Process, row.CaseID, err), e.putOff(ctx, court, row))
			continue
		}
		n++
	}
	return n, errors.Join(failed...)
}

// putOff tries what failed again in an hour, so that it never stands before what can be opened.
func (e *Engine) putOff(ctx context.Context, court string, row courtdb.CourtRecurrence) error {
	return e.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		return tx.MoveRecurrence(ctx, courtdb.MoveRecurrenceParams{Court: tx.Court, Process: row.Process, CaseID: row.CaseID, NextAt: tx.At.Add(time.Hour)})
	})
}

func (e *Engine) onceMore(ctx context.Context, tx *storage.Tx, row courtdb.CourtRecurrence) error {
	p, ok := tx.Book.Process(row.Process)
	if !ok || p.Opens.Every == nil || row.UntilAt != nil && row.NextAt.After(*row.UntilAt) {
		return tx.StopRecurring(ctx, courtdb.StopRecurringParams{Court: tx.Court, CaseID: row.CaseID, Processes: []string{row.Process}})
	}
	file, err := docket.OpenFile(ctx, tx, row.CaseID)
	if err != nil {
		return err
	}
	b := begin{About: About{Case: row.CaseID}, file: file, source: "every:" + row.Process + ":" + row.CaseID.String() + ":" + calendar.On(row.NextAt).String()}
	if _, err := e.open(ctx, tx, p, b, nil); err != nil {
		return err
	}
	next := row.NextAt
	for k := 1; !next.After(tx.At); k++ { // a machine that stood still opens one run, not one for each span it missed
		next = later(row.Since, p.Opens.Every.Step, k)
	}
	return tx.MoveRecurrence(ctx, courtdb.MoveRecurrenceParams{Court: tx.Court, Process: row.Process, CaseID: row.CaseID, NextAt: next})
}
