package matter_test

import (
	"context"
	"testing"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
	"mingzhi/storage/storagetest"

	"github.com/google/uuid"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

func TestTakingTwiceTakesOnce(t *testing.T) {
	t.Parallel()
	h, ctx := backofficetest.New(t), context.Background()
	duty := h.Person("sanya", "duty1", "", "duty_officer")
	tip, id := storage.NewID(), uuid.Nil
	err := h.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		err := tx.InsertTip(ctx, courtdb.InsertTipParams{Court: "sanya", ID: tip, Ticket: "XS260310-000001", ReceiptHmac: []byte("r"), Kind: "asset", ReceivedAt: tx.At, WarningVersion: "1"})
		if err != nil {
			return err
		}
		if _, err := h.Docket.Record(ctx, tx, docket.Event{Code: "tip_received", Tip: tip, SourceKey: "tip"}); err != nil {
			return err
		}
		m, err := tx.MatterOfTip(ctx, courtdb.MatterOfTipParams{Court: "sanya", TipID: tip})
		id = m.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := h.Matters.Take(ctx, duty, id, nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := h.Rows(`SELECT count(*) FROM court.matter_step WHERE act = 'taken'`); n != 1 {
		t.Fatalf("taken %d times", n)
	}
	if n := h.Rows(`SELECT count(*) FROM court.matter_step WHERE act = 'done'`); n != 1 {
		t.Fatalf("%d steps done by taking once", n)
	}
}
