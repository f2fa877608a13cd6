package docket

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// projection keeps the case's own columns in step with its docket.
type projection struct{}

func (projection) Follow(ctx context.Context, tx *storage.Tx, e *Recorded) error {
	if e.File == nil || e.Imported { // an import brings the case's state with it
		return nil
	}
	switch e.Code {
	case "case_closed":
		return closeCase(ctx, tx, e)
	case "handler_changed":
		if err := handOver(ctx, tx, e); err != nil {
			return err
		}
	case "funds_received":
		amount, _ := e.Facts["amount"].(int64)
		n, err := tx.AddRealised(ctx, courtdb.AddRealisedParams{Court: tx.Court, ID: e.Case, Amount: amount, Now: tx.At})
		if err == nil && n == 0 {
			return problem.New(problem.Refused, "funds.beyond_claim", "到账后，执行到位标的额与放弃标的额之和将超过申请执行标的额。请核对金额，或先更正申请执行标的额。").By("S-4.1.1⑤b")
		}
		return err
	}
	if !onward(e.File.Stage, e.Entry.Stage) {
		return nil
	}
	return tx.SetCaseStage(ctx, courtdb.SetCaseStageParams{Court: tx.Court, ID: e.Case, Stage: e.Entry.Stage, ChangedAt: tx.At})
}

// handOver gives the case to the judge the event names, and to his team; what runs on it goes with it.
func handOver(ctx context.Context, tx *storage.Tx, e *Recorded) (err error) {
	judge, err := uuid.Parse(fmt.Sprint(e.Facts["judge"]))
	if err != nil {
		return nil // recorded without naming anybody
	}
	row, err := tx.StaffByID(ctx, courtdb.StaffByIDParams{Court: tx.Court, ID: judge})
	if err != nil {
		return err
	}
	p := courtdb.SetHandlersParams{Court: tx.Court, ID: e.Case, Judge: &judge, Team: row.Team, Now: tx.At}
	if clerk, err := uuid.Parse(fmt.Sprint(e.Facts["clerk"])); err == nil {
		p.Clerk = &clerk
	}
	if err := tx.SetHandlers(ctx, p); err != nil {
		return err
	}
	old, team := e.File.Team, row.Team
	if team == "" {
		team = old
	}
	err = tx.HandDeadlinesOver(ctx, courtdb.HandDeadlinesOverParams{Court: tx.Court, CaseID: e.Case, Old: storage.Deref(e.File.Judge), New: judge, OldTeam: old, NewTeam: team})
	if err != nil {
		return err
	}
	if err := tx.HandMattersOver(ctx, courtdb.HandMattersOverParams{Court: tx.Court, CaseID: e.Case, OldTeam: old, NewTeam: team}); err != nil {
		return err
	}
	e.File, err = OpenFile(ctx, tx, e.Case) // who is told learns the new names
	return err
}

// onward: a stage is only ever followed by a later one; an inquiry repeated after a freeze does not turn the case back.
func onward(from, to string) bool {
	stages := enforcement.AllCaseStages()
	return slices.Index(stages, enforcement.CaseStage(to)) > slices.Index(stages, enforcement.CaseStage(from)) && from != string(enforcement.StageClosed)
}

func closeCase(ctx context.Context, tx *storage.Tx, e *Recorded) error {
	realised, _ := e.Facts["amount_realised"].(int64)
	waived, _ := e.Facts["amount_waived"].(int64)
	if e.File.AmountApplied > 0 && realised+waived > e.File.AmountApplied {
		return problem.New(problem.Refused, "closure.sum", "执行到位标的额与申请人放弃标的额之和不能超过申请执行标的额，请核对。").By("S-4.1.1⑤b")
	}
	mode, _ := e.Facts["closure_mode"].(string)
	day := calendar.On(e.Occurred).Time()
	n, err := tx.CloseCase(ctx, courtdb.CloseCaseParams{Court: tx.Court, ID: e.Case, ClosedOn: &day, ClosureMode: &mode,
		AmountRealised: realised, AmountWaived: waived, ChangedAt: tx.At})
	if err == nil && n == 0 {
		return problem.New(problem.Conflict, "case.closed_already", "这个案件已经结案，不能再次登记结案。")
	}
	if err != nil {
		return err
	}
	if err := end(ctx, tx, e); err != nil { // what ends with the closing was met, or late; the rest is cancelled
		return err
	}
	return tx.CancelCaseDeadlines(ctx, courtdb.CancelCaseDeadlinesParams{Court: tx.Court, CaseID: e.Case, At: tx.At, Event: &e.ID})
}

func (projection) Clock(context.Context, *storage.Tx, Ring) error { return nil }
