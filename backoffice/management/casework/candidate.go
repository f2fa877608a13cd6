package casework

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/rulebook"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Candidate is a case that a tip may be about.
type Candidate struct {
	ID                    uuid.UUID
	Number, Debtor, Stage string
}

// Candidates finds the cases a tipster's words point to: the number as typed, and debtors of
// exactly this name (S-3.1.2d). For those who match tips to cases; others get none.
func Candidates(ctx context.Context, tx *storage.Tx, debtor, number string) ([]Candidate, error) {
	if !tx.Actor.Can(rulebook.MayTakeTip) {
		return nil, nil
	}
	var out []Candidate
	if no, err := enforcement.ParseCaseNumber(number, tx.At); err == nil {
		id, err := tx.CaseByNumber(ctx, courtdb.CaseByNumberParams{Court: tx.Court, Number: no.String()})
		if err != nil && !storage.NoRows(err) {
			return nil, err
		}
		if err == nil {
			file, err := docket.OpenFile(ctx, tx, id)
			if err != nil {
				return nil, err
			}
			c := Candidate{ID: id, Number: file.Number, Stage: enforcement.CaseStage(file.Stage).Name()}
			if i := slices.IndexFunc(file.Parties, func(p courtdb.CourtParty) bool { return p.Role == string(enforcement.RoleDebtor) }); i >= 0 {
				c.Debtor = file.Parties[i].Name
			}
			out = append(out, c)
		}
	}
	if debtor == "" {
		return out, nil
	}
	rows, err := tx.CasesOfDebtor(ctx, courtdb.CasesOfDebtorParams{Court: tx.Court, NameIndex: tx.Keys.BlindIndex("party.name", enforcement.NormalizeForIndex(debtor))})
	for _, r := range rows {
		if !slices.ContainsFunc(out, func(c Candidate) bool { return c.ID == r.ID }) {
			out = append(out, Candidate{ID: r.ID, Number: r.Number, Debtor: r.Debtor, Stage: enforcement.CaseStage(r.Stage).Name()})
		}
	}
	return out, err
}
