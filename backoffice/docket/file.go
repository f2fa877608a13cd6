package docket

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// File is a case with its persons, as acts and followers see it.
type File struct {
	courtdb.CaseByIDRow
	Parties []courtdb.CourtParty
}

var notFound = problem.New(problem.NotFound, "case.not_found", "没有找到这个案件，或者您无权查看。请核对案号，或联系承办团队。")

// OpenFile loads a case and its persons; an unknown id is NotFound.
func OpenFile(ctx context.Context, tx *storage.Tx, id uuid.UUID) (*File, error) {
	row, err := tx.CaseByID(ctx, courtdb.CaseByIDParams{Court: tx.Court, ID: id})
	if storage.NoRows(err) {
		return nil, notFound
	}
	if err != nil {
		return nil, err
	}
	parties, err := tx.PartiesOfCase(ctx, courtdb.PartiesOfCaseParams{Court: tx.Court, CaseID: id})
	return &File{row, parties}, err
}

// VisibleTo applies the actor's scope to one case: own, team or court. Lists do the same in SQL.
func (f *File) VisibleTo(a staff.Actor) bool {
	switch {
	case a.Kind != staff.Person:
		return true
	case !a.Can(rulebook.MayViewCase):
		return false
	case a.Scope == rulebook.ScopeCourt:
		return true
	case a.Scope == rulebook.ScopeTeam && a.Team != "" && a.Team == f.Team:
		return true
	}
	return slices.ContainsFunc([]*uuid.UUID{f.Judge, f.Assistant, f.Clerk}, func(id *uuid.UUID) bool { return id != nil && *id == a.ID })
}

// Party finds a person of the case.
func (f *File) Party(id uuid.UUID) (courtdb.CourtParty, bool) {
	for _, p := range f.Parties {
		if p.ID == id {
			return p, true
		}
	}
	return courtdb.CourtParty{}, false
}

func (f *File) has(id uuid.UUID, roles []string) bool {
	p, ok := f.Party(id)
	return ok && (len(roles) == 0 || slices.Contains(roles, p.Role))
}

// Holder is the person of the case who answers for a role of the book, if the case names one.
func (f *File) Holder(role string) *uuid.UUID {
	switch role {
	case "judge":
		return f.Judge
	case "judge_assistant":
		return f.Assistant
	case "clerk":
		return f.Clerk
	}
	return nil
}

// Vars are what conditions may ask of the case.
func (f *File) Vars() map[string]any {
	mode := ""
	if f.ClosureMode != nil {
		mode = *f.ClosureMode
	}
	return map[string]any{"type": f.Type, "stage": f.Stage, "closure_mode": mode, "cause": f.Cause, "team": f.Team,
		"closed": f.ClosedOn != nil, "terminated": mode == "termination_of_current_procedure", "non_litigation": f.NonLitigation, "secrecy": f.Secrecy, "amount_applied": f.AmountApplied, "amount_realised": f.AmountRealised}
}
