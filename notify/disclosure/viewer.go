package disclosure

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Purposes of the blind indexes by which the public half finds a viewer.
const (
	personIndex = "viewer.person"
	codeIndex   = "viewer.code"
)

// view lets a person look into the case: who was told something may see it, nobody else (G2, G4, G10).
// Without an ID number on file there is no log-in; the window shows it instead.
func view(ctx context.Context, tx *storage.Tx, f *docket.File, p person, caseID uuid.UUID) error {
	if p.party.IDNo == nil || f == nil {
		return nil
	}
	known, err := tx.ViewerExists(ctx, courtdb.ViewerExistsParams{Court: tx.Court, ID: p.party.ID})
	if err != nil || known {
		return err
	}
	code, err := validCode(ctx, tx, p.party.ID)
	if err != nil {
		return err
	}
	return putViewer(ctx, tx, f, p, caseID, code)
}

func putViewer(ctx context.Context, tx *storage.Tx, f *docket.File, p person, caseID uuid.UUID, code string) error {
	id, err := tx.Keys.Open("party.id_no:"+p.party.ID.String(), p.party.IDNo)
	if err != nil {
		return err
	}
	var mobile []byte
	if p.party.Mobile != nil {
		plain, err := tx.Keys.Open("party.mobile:"+p.party.ID.String(), p.party.Mobile)
		if err != nil {
			return err
		}
		if mobile, err = tx.Keys.Public().SealCourier("viewer.mobile:"+p.party.ID.String(), plain); err != nil {
			return err
		}
	}
	keys := tx.Keys.Public()
	return tx.UpsertViewer(ctx, courtdb.UpsertViewerParams{Court: tx.Court, ID: p.party.ID, CaseID: caseID, CaseNo: f.Number, Role: p.party.Role,
		StandsFor: p.principal.Role, Person: keys.BlindIndex(personIndex, enforcement.NormalizeForIndex(string(id))), Code: keys.BlindIndex(codeIndex, code),
		Mobile: mobile, Until: ends(p.party), ChangedAt: tx.At})
}

// ends is when a person's right to look ends: the mandate, or the day he left the case.
func ends(p *courtdb.CourtParty) *time.Time {
	if p.LeftAt != nil && (p.MandateUntil == nil || p.LeftAt.Before(*p.MandateUntil)) {
		return p.LeftAt
	}
	return p.MandateUntil
}

// validCode is the query code that holds for a party, made when there is none yet.
func validCode(ctx context.Context, tx *storage.Tx, party uuid.UUID) (string, error) {
	row, err := tx.ValidQueryCode(ctx, courtdb.ValidQueryCodeParams{Court: tx.Court, PartyID: party})
	if err == nil {
		plain, err := tx.Keys.Open("query_code.code:"+row.ID.String(), row.Code)
		return string(plain), err
	}
	if !storage.NoRows(err) {
		return "", err
	}
	return newCode(ctx, tx, party)
}

func newCode(ctx context.Context, tx *storage.Tx, party uuid.UUID) (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	if err != nil {
		return "", err
	}
	code, id := fmt.Sprintf("%08d", n), storage.NewID()
	sealed, err := tx.Keys.Seal("query_code.code:"+id.String(), []byte(code))
	if err != nil {
		return "", err
	}
	return code, tx.InsertQueryCode(ctx, courtdb.InsertQueryCodeParams{Court: tx.Court, ID: id, PartyID: party, Code: sealed, IssuedAt: tx.At, IssuedBy: tx.Actor.Person()})
}

// QueryCode is the code to print on a party's notice. anew revokes the one that was given out
// before; log-ins and bindings by it end at once.
func (d *Desk) QueryCode(ctx context.Context, actor staff.Actor, caseID, party uuid.UUID, anew bool) (code string, err error) {
	if err := actor.Require(rulebook.MayRevealPerson); err != nil {
		return "", err
	}
	err = d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		f, err := docket.OpenFile(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if !f.VisibleTo(actor) {
			return problem.New(problem.NotFound, "case.not_found", "没有找到这个案件，或者您无权查看。")
		}
		p := whoIs(f, party)
		if p.party == nil {
			return problem.New(problem.NotFound, "party.not_found", "本案没有这个当事人。")
		}
		if anew {
			if err := tx.RevokeQueryCodes(ctx, courtdb.RevokeQueryCodesParams{Court: tx.Court, PartyID: party, RevokedAt: &tx.At}); err != nil {
				return err
			}
		}
		if code, err = validCode(ctx, tx, party); err != nil {
			return err
		}
		known, err := tx.ViewerExists(ctx, courtdb.ViewerExistsParams{Court: tx.Court, ID: party})
		if err == nil && known {
			err = putViewer(ctx, tx, f, p, caseID, code)
		}
		if err != nil {
			return err
		}
		action := "query_code:shown"
		if anew {
			action = "query_code:reissued"
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: action, Object: "party", ID: party, Case: caseID})
	})
	return code, err
}

// whoIs finds a party of a case with the principal it stands for.
func whoIs(f *docket.File, id uuid.UUID) person {
	var p person
	for i := range f.Parties {
		if f.Parties[i].ID == id {
			p.party = &f.Parties[i]
		}
	}
	if p.party == nil {
		return p
	}
	p.principal = p.party
	for i := range f.Parties {
		if p.party.Represents != nil && f.Parties[i].ID == *p.party.Represents {
			p.principal = &f.Parties[i]
		}
	}
	return p
}

// refresh brings the viewers of a case in step with its parties, after these changed.
func refresh(ctx context.Context, tx *storage.Tx, f *docket.File, caseID uuid.UUID) error {
	for i := range f.Parties {
		known, err := tx.ViewerExists(ctx, courtdb.ViewerExistsParams{Court: tx.Court, ID: f.Parties[i].ID})
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		if p := &f.Parties[i]; p.IDNo == nil || p.MinorUntil != nil && calendar.On(tx.At).Before(calendar.DateOf(*p.MinorUntil)) {
			if err := tx.EndViewer(ctx, courtdb.EndViewerParams{Court: tx.Court, ID: p.ID, Until: &tx.At}); err != nil {
				return err
			}
			continue
		}
		code, err := validCode(ctx, tx, f.Parties[i].ID)
		if err != nil {
			return err
		}
		if err := putViewer(ctx, tx, f, whoIs(f, f.Parties[i].ID), caseID, code); err != nil {
			return err
		}
	}
	return nil
}
