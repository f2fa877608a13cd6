package disclosure

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// clocks shows the parties what comes next: the clocks of the case that the book lets them see.
func clocks(ctx context.Context, tx *storage.Tx, e *docket.Recorded) error {
	moved := tx.Book.Extends(e.Code) || len(tx.Book.PausedBy(e.Code))+len(tx.Book.ResumedBy(e.Code)) > 0
	for _, d := range tx.Book.DeadlinesStartedBy(e.Code) {
		moved = moved || len(d.Told) > 0
	}
	for _, d := range tx.Book.DeadlinesStoppedBy(e.Code) {
		moved = moved || len(d.Told) > 0
	}
	if !moved {
		return nil
	}
	return allClocks(ctx, tx, e.Case, len(e.File.Secrecy) > 0)
}

// allClocks brings the clocks outside in step; of a case that is not open nothing runs there (G7).
func allClocks(ctx context.Context, tx *storage.Tx, caseID uuid.UUID, secret bool) error {
	rows, err := tx.DeadlinesOfCase(ctx, courtdb.DeadlinesOfCaseParams{Court: tx.Court, CaseID: caseID})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := clock(ctx, tx, r, secret); err != nil {
			return err
		}
	}
	return nil
}

func clock(ctx context.Context, tx *storage.Tx, r courtdb.CourtDeadline, secret bool) error {
	rule, ok := tx.Book.Deadline(r.Rule)
	if !ok || len(rule.Told) == 0 {
		return nil
	}
	if r.State == "cancelled" || secret {
		return tx.DeleteClock(ctx, courtdb.DeleteClockParams{Court: tx.Court, ID: r.ID})
	}
	if r.State == "paused" { // nothing runs: without an end
		r.State, r.WarnAt, r.DueAt = "open", time.Unix(0, 0), time.Unix(0, 0)
	}
	name, by := rule.Public, rule.By
	if name == "" {
		name = rule.Name
	}
	if role, ok := tx.Book.Role(rule.Owner); ok && by == "" {
		by = role.Name
	}
	return tx.UpsertClock(ctx, courtdb.UpsertClockParams{Court: tx.Court, ID: r.ID, CaseID: storage.Deref(r.CaseID), Rule: r.Rule, Roles: rule.Told, Name: name,
		Owner: by, Clause: r.Clause, StartedAt: r.StartedAt, WarnAt: r.WarnAt, DueAt: r.DueAt, State: r.State, ClosedAt: r.ClosedAt, Explanation: r.Explanation})
}
