package casework

import (
	"context"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// AuditFilter narrows the audit list; Until is the last day shown.
type AuditFilter struct {
	Action, Actor, Number string
	Refused               bool
	From, Until           calendar.Date
	Page                  int
}

// Trail is a page of the audit.
type Trail struct {
	Rows []courtdb.DeskAuditRow
	More bool
}

// Audit lists who did or read what; looking at it is itself audited.
func (r *Reads) Audit(ctx context.Context, actor staff.Actor, f AuditFilter) (*Trail, error) {
	if err := actor.Require(rulebook.MayViewAudit); err != nil {
		return nil, err
	}
	out := &Trail{}
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		p := courtdb.DeskAuditParams{Court: tx.Court, Action: f.Action, ActorName: f.Actor, Refused: f.Refused, FromAt: time.Unix(0, 0), UntilAt: tx.At.Add(time.Minute),
			Skip: skip(f.Page), Most: page + 1}
		if f.Number != "" {
			number, err := enforcement.ParseCaseNumber(f.Number, tx.At)
			if err != nil {
				return err
			}
			p.Number = number.String()
		}
		if !f.From.IsZero() {
			p.FromAt = f.From.Time()
		}
		if !f.Until.IsZero() {
			p.UntilAt = f.Until.Add(1).Time()
		}
		rows, err := tx.DeskAudit(ctx, p)
		if err != nil {
			return err
		}
		if out.More = len(rows) > page; out.More {
			rows = rows[:page]
		}
		out.Rows = rows
		return docket.Audit(ctx, tx, docket.Trace{Action: "read:audit", Object: "audit"})
	})
	return out, err
}

// Poisoned lists inbox rows that could not be admitted, for a person to look at.
func (r *Reads) Poisoned(ctx context.Context, actor staff.Actor) (rows []courtdb.ListPoisonRow, err error) {
	if err := actor.Require(rulebook.MayImport); err != nil {
		return nil, err
	}
	err = r.store.InTx(ctx, actor, func(tx *storage.Tx) (err error) {
		rows, err = tx.ListPoison(ctx, tx.Court)
		return err
	})
	return rows, err
}

// ImportRuns lists the imports done.
func (r *Reads) ImportRuns(ctx context.Context, actor staff.Actor) (rows []courtdb.ListImportRunsRow, err error) {
	if err := actor.Require(rulebook.MayImport); err != nil {
		return nil, err
	}
	err = r.store.InTx(ctx, actor, func(tx *storage.Tx) (err error) {
		rows, err = tx.ListImportRuns(ctx, tx.Court)
		return err
	})
	return rows, err
}

// Versions lists the published rulebooks, the one in force first.
func (r *Reads) Versions(ctx context.Context, actor staff.Actor) (rows []courtdb.ListRulebooksRow, err error) {
	if err := actor.Require(rulebook.MayPublishBook); err != nil {
		return nil, err
	}
	err = r.store.InTx(ctx, actor, func(tx *storage.Tx) (err error) {
		rows, err = tx.ListRulebooks(ctx, tx.Court)
		return err
	})
	return rows, err
}

// SetDays writes special days into the calendar of all courts and recomputes the clocks that
// rested on a year without a holiday notice; it returns how many moved.
func (r *Reads) SetDays(ctx context.Context, actor staff.Actor, days []calendar.Day, source string) (moved int, err error) {
	if err := actor.Require(rulebook.MayEditCalendar); err != nil {
		return 0, err
	}
	if err := calendar.CheckDays(days); err != nil {
		return 0, err
	}
	return r.editCalendar(ctx, actor, func(tx *storage.Tx) error {
		for _, d := range days {
			row := courtdb.UpsertCalendarDayParams{Day: d.Date.Time(), Kind: string(d.Kind), Name: d.Name, Source: source, ChangedAt: tx.At}
			if err := tx.UpsertCalendarDay(ctx, row); err != nil {
				return err
			}
		}
		return traceDays(ctx, tx, "calendar:set", days)
	})
}

// DeleteDay makes a day an ordinary one again.
func (r *Reads) DeleteDay(ctx context.Context, actor staff.Actor, day calendar.Date) (moved int, err error) {
	if err := actor.Require(rulebook.MayEditCalendar); err != nil {
		return 0, err
	}
	return r.editCalendar(ctx, actor, func(tx *storage.Tx) error {
		n, err := tx.DeleteCalendarDay(ctx, day.Time())
		if err == nil && n == 0 {
			return problem.New(problem.NotFound, "calendar.no_day", "日历里没有这一天，可能已被删除，请刷新查看。")
		}
		if err != nil {
			return err
		}
		return traceDays(ctx, tx, "calendar:deleted", []calendar.Day{{Date: day}})
	})
}

// traceDays names the days when they are few: a whole year is named by its count.
func traceDays(ctx context.Context, tx *storage.Tx, action string, days []calendar.Day) error {
	detail := map[string]any{"count": len(days)}
	if len(days) > 0 {
		detail["from"], detail["until"] = days[0].Date.String(), days[len(days)-1].Date.String()
	}
	return docket.Audit(ctx, tx, docket.Trace{Action: action, Object: "calendar", Detail: detail})
}

func (r *Reads) editCalendar(ctx context.Context, actor staff.Actor, edit func(*storage.Tx) error) (moved int, err error) {
	if err := r.store.InTx(ctx, actor, edit); err != nil {
		return 0, err
	}
	r.store.CalendarChanged()
	courts, err := r.store.Courts(ctx)
	if err != nil {
		return 0, err
	}
	for _, c := range courts {
		n, err := r.docket.Recompute(ctx, c.ID)
		if err != nil {
			return moved, err
		}
		moved += n
	}
	return moved, nil
}
