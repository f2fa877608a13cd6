package disclosure

import (
	"context"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// served is the event that records the service of a document.
const served = "ruling_served"

// The states of the service behind a push; the database's CHECK says the same.
const (
	unserved = "none" // there is no document, or nobody of the case to serve it on
	pending  = "pending"
	recorded = "recorded"
)

// serve notes whether the document behind a push has been served on this person: a push is no
// service, and the document is to be served at the same time (S-4.7.1.0, G5).
func (t *telling) serve(ctx context.Context, tx *storage.Tx, e *docket.Recorded, p person) error {
	if number, _ := e.Facts["document_no"].(string); number == "" || p.party == nil || e.Case == uuid.Nil || e.Imported ||
		e.Code == served && e.Party != p.principal.ID { // to the others, that it was served is news and no document
		return nil
	}
	t.service = pending
	rows, err := tx.EventsOnCase(ctx, courtdb.EventsOnCaseParams{Court: tx.Court, CaseID: e.Case})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.Code != served || storage.Deref(r.PartyID) != p.principal.ID {
			continue
		}
		same, err := sameDocument(ctx, tx, e, r.ID)
		if err != nil {
			return err
		}
		if same {
			t.service, t.serviceEvent = recorded, &r.ID
			return nil
		}
	}
	return nil
}

// noteService finds the pushes whose document has now been served on the person this event names.
func noteService(ctx context.Context, tx *storage.Tx, e *docket.Recorded) error {
	if e.Code != served || e.File == nil {
		return nil
	}
	rows, err := tx.UnservedOnCase(ctx, courtdb.UnservedOnCaseParams{Court: tx.Court, CaseID: e.Case})
	if err != nil {
		return err
	}
	for _, r := range rows {
		p, ok := e.File.Party(storage.Deref(r.PartyID))
		if !ok || p.ID != e.Party && storage.Deref(p.Represents) != e.Party {
			continue
		}
		same, err := sameDocument(ctx, tx, e, r.EventID)
		if err != nil {
			return err
		}
		if !same {
			continue
		}
		if err := tx.NoteService(ctx, courtdb.NoteServiceParams{Court: tx.Court, ID: r.ID, ServiceEvent: &e.ID}); err != nil {
			return err
		}
	}
	return nil
}
