package storage_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

const walled = "sanya"

func alert(tx *storage.Tx, id uuid.UUID) error {
	return tx.InsertAlert(ctx, courtdb.InsertAlertParams{Court: tx.Court, ID: id, Rule: "r", Role: "judge", Text: "甲", RaisedAt: tx.At})
}

func TestWhatIsWrittenIsSeenByWhatIsAskedNext(t *testing.T) {
	h := backofficetest.New(t)
	id := storage.NewID()
	err := h.Store.InTx(ctx, staff.Machine(walled), func(tx *storage.Tx) error {
		if err := alert(tx, id); err != nil {
			return err
		}
		latest, err := tx.LatestAlert(ctx, tx.Court)
		if err != nil || latest != id {
			t.Errorf("the latest alert is %v, %v", latest, err)
		}
		if err := alert(tx, storage.NewID()); err != nil {
			return err
		}
		rows, err := tx.AlertsAfter(ctx, courtdb.AlertsAfterParams{Court: tx.Court, ID: id})
		if err != nil || len(rows) != 1 {
			t.Errorf("%d alerts after it, %v", len(rows), err)
		}
		return alert(tx, storage.NewID())
	})
	if n := h.Rows(`SELECT count(*) FROM court.alert`); err != nil || n != 3 {
		t.Errorf("%d alerts, %v", n, err)
	}
}

func TestAWriteThatFailsFailsTheActWhateverComesAfterIt(t *testing.T) {
	h := backofficetest.New(t)
	id := storage.NewID()
	for name, then := range map[string]func(*storage.Tx) error{
		"nothing":     func(*storage.Tx) error { return nil },
		"a read":      func(tx *storage.Tx) error { _, _ = tx.LatestAlert(ctx, tx.Court); return nil },
		"a savepoint": func(tx *storage.Tx) error { _, _ = tx.Begin(ctx); return nil },
	} {
		err := h.Store.InTx(ctx, staff.Machine(walled), func(tx *storage.Tx) error {
			if err := alert(tx, id); err != nil {
				return err
			}
			_ = alert(tx, id) // the same id again
			return then(tx)
		})
		if n := h.Rows(`SELECT count(*) FROM court.alert`); err == nil || n != 0 {
			t.Errorf("then %s: %d alerts, %v", name, n, err)
		}
	}
}

// Every act of a busy moment holds a connection; none may wait for a second one.
func TestActsThatStartClocksDoNotWaitForEachOther(t *testing.T) {
	h := backofficetest.New(t)
	var all sync.WaitGroup
	for i := range 12 {
		id, _ := h.Case(walled, fmt.Sprintf("（2026）琼02执%d号", i+1), "enforcement_1", uuid.Nil, backofficetest.Party{Role: "applicant", Name: "甲"})
		all.Go(func() {
			err := h.Store.InTx(ctx, staff.Machine(walled), func(tx *storage.Tx) error {
				h.Store.CalendarChanged()
				_, err := h.Docket.Record(ctx, tx, docket.Event{Code: "case_filed", Case: id, Facts: map[string]any{"filed_on": "2026-03-10"}})
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
