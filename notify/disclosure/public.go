package disclosure

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/rulebook"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// public puts a notice where everybody can read it.
func (t *telling) public(ctx context.Context, tx *storage.Tx, rule *rulebook.Disclosure, a *rulebook.Audience, e *docket.Recorded, id uuid.UUID) error {
	if e.Lot != uuid.Nil {
		return t.publishLot(ctx, tx, rule, e)
	}
	params := parameters(tx, a, e, person{})
	var index []byte
	if p := concerned(e); p != nil {
		masks(params, p)
		if d, err := tx.Keys.Open("party.id_no:"+p.ID.String(), p.IDNo); err == nil && p.IDNo != nil {
			params["id_masked"] = enforcement.MaskIDNumber(string(d), enforcement.AudienceOwner)
		}
		index = tx.Keys.Public().BlindIndex("notice.name", enforcement.NormalizeForIndex(p.Name))
	}
	body := exchange.Notice{}
	for _, f := range a.Fields {
		if v := params[f]; v != "" {
			body.Fields = append(body.Fields, exchange.Shown{ID: f, Label: label(e.Entry, f), Value: v, Raw: raw(e, f)})
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	until := (*calendar.Date)(nil)
	if day, ok := e.Facts[a.Expires].(string); ok {
		if d, err := calendar.ParseDate(day); err == nil {
			until = &d
		}
	}
	p := courtdb.UpsertNoticeParams{Court: tx.Court, ID: id, Code: e.Code, Title: rulebook.Expand(a.Title, params), Body: text, Clause: clauseOf(rule),
		NameIndex: index, PublishedAt: tx.At}
	if until != nil {
		at := until.Time()
		p.Until = &at
	}
	p.Grams = enforcement.Grams(p.Title)
	t.item, t.channels = &id, append(t.channels, "portal")
	return tx.UpsertNotice(ctx, p)
}

// masks are the ways the public may see a name: a company's whole, a natural person's by the mask.
func masks(params map[string]string, p *courtdb.CourtParty) {
	params["name_masked"] = enforcement.MaskName(p.Name, enforcement.AudiencePublic)
	params["name_public"] = p.Name
	if p.Kind == "natural" {
		params["name_public"] = params["name_masked"]
	}
	for _, own := range []string{"name", "reader", "you"} {
		delete(params, own)
	}
}

func concerned(e *docket.Recorded) *courtdb.CourtParty {
	if e.File == nil || e.Party == uuid.Nil {
		return nil
	}
	return whoIs(e.File, e.Party).party
}

// takeDown removes the public notices that this event ends, in the same transaction: the page and
// the hall's screen drop them at the next look.
func (d *Desk) takeDown(ctx context.Context, tx *storage.Tx, rule *rulebook.Disclosure, e *docket.Recorded) error {
	if len(rule.Removes) == 0 || e.Case == uuid.Nil {
		return nil
	}
	if err := tx.EndWaitingNotices(ctx, courtdb.EndWaitingNoticesParams{Court: tx.Court, CaseID: e.Case, Codes: rule.Removes, PartyID: storage.Ref(e.Party), At: tx.At}); err != nil {
		return err
	}
	rows, err := tx.PublicNoticesOf(ctx, courtdb.PublicNoticesOfParams{Court: tx.Court, CaseID: e.Case, Codes: rule.Removes, PartyID: storage.Ref(e.Party)})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if _, err := tx.DeleteNotice(ctx, courtdb.DeleteNoticeParams{Court: tx.Court, ID: row}); err != nil {
			return err
		}
		if err := tx.InsertTombstone(ctx, courtdb.InsertTombstoneParams{Court: tx.Court, ID: row, At: tx.At}); err != nil {
			return err
		}
	}
	return nil
}

// closePublic takes back what was public of a case, or of a person, that has become one nothing is public of.
func (d *Desk) closePublic(ctx context.Context, tx *storage.Tx, caseID uuid.UUID) error {
	rows, err := tx.PublicToldOf(ctx, courtdb.PublicToldOfParams{Court: tx.Court, CaseID: caseID})
	if err != nil {
		return err
	}
	for _, row := range rows {
		k, err := d.reopen(ctx, tx, row)
		if err != nil {
			return err
		}
		why, basis := closed(k.event, tx.At)
		if why == "" {
			continue
		}
		if err := unpublish(ctx, tx, row); err != nil {
			return err
		}
		if err := d.move(ctx, tx, row, k, verdict{state: withdrawn, why: why, basis: basis}); err != nil {
			return err
		}
	}
	return nil
}
