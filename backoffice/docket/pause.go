package docket

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/problem"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// standStill stops clocks of the case for a while, or sets them going again with as much time as they had left (审限规定9).
func standStill(ctx context.Context, tx *storage.Tx, e *Recorded) error {
	if e.Case == uuid.Nil {
		return nil
	}
	if rules := tx.Book.ResumedBy(e.Code); len(rules) > 0 {
		rows, err := tx.PausedDeadlines(ctx, courtdb.PausedDeadlinesParams{Court: tx.Court, CaseID: e.Case, Rules: rules})
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := resume(ctx, tx, row, e); err != nil {
				return err
			}
		}
	}
	rules := tx.Book.PausedBy(e.Code)
	if len(rules) == 0 {
		return nil
	}
	pause, err := json.Marshal([]calendar.Pause{{From: calendar.On(e.Occurred), Reason: e.Entry.Name}})
	if err != nil {
		return err
	}
	rows, err := tx.PauseDeadlines(ctx, courtdb.PauseDeadlinesParams{Court: tx.Court, CaseID: e.Case, Rules: rules, Pause: pause})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := explainPause(ctx, tx, row); err != nil {
			return err
		}
	}
	return nil
}

func explainPause(ctx context.Context, tx *storage.Tx, row courtdb.CourtDeadline) error {
	due, _, err := counted(tx, row)
	if err != nil {
		return err
	}
	text, err := json.Marshal(due.Explanation)
	if err != nil {
		return err
	}
	return tx.ExplainDeadline(ctx, courtdb.ExplainDeadlineParams{Court: tx.Court, ID: row.ID, Explanation: text})
}

// startPaused lets a clock that begins while its case stands still wait from the beginning.
func startPaused(ctx context.Context, tx *storage.Tx, c Clock, id uuid.UUID) error {
	pausings := tx.Book.PausingsOf(c.Rule)
	if len(pausings) == 0 || c.Case == uuid.Nil {
		return nil
	}
	rows, err := tx.PastOfCase(ctx, courtdb.PastOfCaseParams{Court: tx.Court, CaseID: c.Case})
	if err != nil {
		return err
	}
	last := map[string]time.Time{}
	for _, r := range rows {
		if r.Last.After(last[r.Code]) {
			last[r.Code] = r.Last
		}
	}
	var pauses []calendar.Pause
	for _, p := range pausings {
		if from := last[p.From]; from.After(last[p.To]) {
			event, _ := tx.Book.Event(p.From)
			pauses = append(pauses, calendar.Pause{From: calendar.On(from), Reason: event.Name})
		}
	}
	if len(pauses) == 0 {
		return nil
	}
	pause, err := json.Marshal(pauses)
	if err != nil {
		return err
	}
	row, err := tx.PauseDeadline(ctx, courtdb.PauseDeadlineParams{Court: tx.Court, ID: id, Pause: pause})
	if err != nil {
		return err
	}
	return explainPause(ctx, tx, row)
}

// counted is a clock counted anew from its start over its pauses. A day that a document fixed is no count: it is
// pushed by as many days as the pauses held.
func counted(tx *storage.Tx, row courtdb.CourtDeadline) (calendar.Deadline, []calendar.Pause, error) {
	var pauses []calendar.Pause
	if err := json.Unmarshal(row.Pauses, &pauses); err != nil {
		return calendar.Deadline{}, nil, err
	}
	var rule calendar.Rule
	if row.Length != nil {
		if err := json.Unmarshal(row.Length, &rule); err != nil {
			return calendar.Deadline{}, nil, err
		}
	} else {
		start := calendar.On(row.StartedAt)
		rule = calendar.Rule{Unit: calendar.NaturalDay, N: max(start.DaysUntil(calendar.On(row.DueAt)), 1)}
	}
	return tx.Days.DueWithPauses(rule, row.StartedAt, pauses), pauses, nil
}

// resume ends the pause on the day before the one on which things go on; where another still lasts, the clock goes on standing still.
func resume(ctx context.Context, tx *storage.Tx, row courtdb.CourtDeadline, e *Recorded) error {
	_, pauses, err := counted(tx, row)
	if err != nil {
		return err
	}
	var ended []string // the reasons that end with this event
	for _, p := range tx.Book.PausingsOf(row.Rule) {
		if from, ok := tx.Book.Event(p.From); ok && p.To == e.Code {
			ended = append(ended, from.Name)
		}
	}
	lasts := false
	for i := range pauses {
		if pauses[i].To != (calendar.Date{}) {
			continue
		}
		if slices.Contains(ended, pauses[i].Reason) {
			pauses[i].To = calendar.On(e.Occurred).Add(-1)
		} else {
			lasts = true
		}
	}
	kept, err := json.Marshal(pauses)
	if err != nil {
		return err
	}
	row.Pauses = kept
	if lasts {
		return tx.KeepPauses(ctx, courtdb.KeepPausesParams{Court: tx.Court, ID: row.ID, Pauses: kept})
	}
	due, _, err := counted(tx, row)
	if err != nil {
		return err
	}
	text, err := json.Marshal(due.Explanation)
	if err != nil {
		return err
	}
	return tx.ResumeDeadline(ctx, courtdb.ResumeDeadlineParams{Court: tx.Court, ID: row.ID, Pauses: kept, WarnAt: due.WarnAt, DueAt: due.At, Explanation: text, Now: tx.At})
}

// Extend gives a running clock more time, as an approval decided; by is the matter of the approval.
func Extend(ctx context.Context, tx *storage.Tx, id uuid.UUID, until calendar.Date, by uuid.UUID) error {
	row, err := tx.DeadlineByID(ctx, courtdb.DeadlineByIDParams{Court: tx.Court, ID: id})
	if storage.NoRows(err) {
		return problem.New(problem.NotFound, "deadline.not_found", "没有找到这个期限，或者您无权查看。")
	}
	if err != nil {
		return err
	}
	if rule, ok := tx.Book.Deadline(row.Rule); ok && rule.Fixed {
		return problem.New(problem.Refused, "deadline.fixed", "“{name}”是法律规定的效力期间，到期即消灭，不能延长；请办理续行。", "name", rule.Name).By(rule.Source)
	}
	var why calendar.Explanation
	if err := json.Unmarshal(row.Explanation, &why); err != nil {
		return err
	}
	due := ordered(tx.Days, Clock{Start: tx.At}, until)
	why.Provisional = false // the day was decided, not counted
	why.Due, why.Text = due.At, why.Text+"经批准，延长至"+until.String()+"。"
	text, err := json.Marshal(why)
	if err != nil {
		return err
	}
	n, err := tx.ExtendDeadline(ctx, courtdb.ExtendDeadlineParams{Court: tx.Court, ID: id, WarnAt: due.WarnAt, DueAt: due.At, Explanation: text, ExtendedBy: &by})
	if err == nil && n == 0 {
		return problem.New(problem.Refused, "deadline.extend", "期限已经结束、正在中止，或者新的届满日不晚于原来的届满日（{day}），不能延长。", "day", calendar.On(row.DueAt).String())
	}
	return err
}
