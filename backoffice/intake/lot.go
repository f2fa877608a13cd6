package intake

import (
	"context"
	"encoding/json"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// lotQuestion admits a question about a lot; it becomes public only with the answer.
func (in *Intake) lotQuestion(ctx context.Context, row courtdb.InboxToAdmitRow) (func(*storage.Tx) error, error) {
	var meta exchange.LotQuestionMeta
	var body exchange.LotQuestion
	if err := in.open(row, &meta, &body); err != nil {
		return nil, err
	}
	return func(tx *storage.Tx) error {
		lot, err := tx.LotByID(ctx, courtdb.LotByIDParams{Court: tx.Court, ID: meta.Lot})
		if err != nil {
			return err
		}
		sealed, err := tx.Keys.Seal("lot_question.question:"+row.ID.String(), []byte(body.Text))
		if err != nil {
			return err
		}
		if err := tx.InsertLotQuestion(ctx, courtdb.InsertLotQuestionParams{Court: tx.Court, ID: row.ID, LotID: meta.Lot, Question: sealed, AskedAt: row.ReceivedAt}); err != nil {
			return err
		}
		_, err = in.docket.Record(ctx, tx, docket.Event{Code: "lot_question_received", Case: lot.CaseID, Lot: lot.ID, Occurred: row.ReceivedAt,
			SourceKey: "inbox:" + row.ID.String(), Facts: map[string]any{"question": row.ID.String()}})
		return err
	}, nil
}

// viewing admits a seat taken at a viewing, or given back.
func (in *Intake) viewing(ctx context.Context, row courtdb.InboxToAdmitRow) (func(*storage.Tx) error, error) {
	var meta exchange.ViewingMeta
	var body exchange.Viewing
	if err := in.open(row, &meta, &body); err != nil {
		return nil, err
	}
	return func(tx *storage.Tx) error {
		slot, err := tx.SlotByID(ctx, courtdb.SlotByIDParams{Court: tx.Court, ID: meta.Slot})
		if err != nil {
			return err
		}
		lot, err := tx.LotByID(ctx, courtdb.LotByIDParams{Court: tx.Court, ID: slot.LotID})
		if err != nil {
			return err
		}
		code := "viewing_confirmed"
		if meta.Cancel {
			code = "viewing_cancelled"
			n, err := tx.CancelViewing(ctx, courtdb.CancelViewingParams{Court: tx.Court, ID: meta.Booking, CancelledAt: &tx.At})
			if err != nil {
				return err
			}
			if n == 0 {
				if _, err := tx.ViewingByID(ctx, courtdb.ViewingByIDParams{Court: tx.Court, ID: meta.Booking}); err == nil {
					return nil // the court had cancelled it already
				}
				return problem.New(problem.NotFound, "intake.viewing_not_yet", "取消先于预约到达，等待预约。")
			}
		} else if err := in.book(ctx, tx, row, meta, body); err != nil {
			return err
		}
		_, err = in.docket.Record(ctx, tx, docket.Event{Code: code, Case: lot.CaseID, Lot: lot.ID, SourceKey: "inbox:" + row.ID.String(),
			Facts: map[string]any{"viewing": meta.Booking.String(), "slot": slot.ID.String()}})
		return err
	}, nil
}

func (in *Intake) book(ctx context.Context, tx *storage.Tx, row courtdb.InboxToAdmitRow, meta exchange.ViewingMeta, body exchange.Viewing) error {
	plain, err := json.Marshal(body)
	if err != nil {
		return err
	}
	sealed, err := tx.Keys.Seal("viewing.person:"+meta.Booking.String(), plain)
	if err != nil {
		return err
	}
	return tx.InsertViewing(ctx, courtdb.InsertViewingParams{Court: tx.Court, ID: meta.Booking, SlotID: meta.Slot, Person: sealed, BookedAt: row.ReceivedAt})
}
