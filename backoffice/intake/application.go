package intake

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// application admits a form that a party or a tipster sent.
func (in *Intake) application(ctx context.Context, court string, row courtdb.InboxToAdmitRow) (func(*storage.Tx) error, error) {
	var meta exchange.ApplicationMeta
	var body exchange.Application
	if err := in.open(row, &meta, &body); err != nil {
		return nil, err
	}
	files, err := in.bring(ctx, court, row.ID, body.Files)
	if err != nil {
		return nil, err
	}
	return func(tx *storage.Tx) error {
		a := matter.Application{Process: meta.Process, Ticket: meta.Ticket, Values: body.Values, Source: "inbox:" + row.ID.String()}
		if err := sender(ctx, tx, meta, &a); err != nil {
			return err
		}
		id, err := in.matter.Apply(ctx, tx, a)
		if err != nil || id == uuid.Nil {
			return err
		}
		for _, f := range files {
			err := tx.InsertApplicationFile(ctx, courtdb.InsertApplicationFileParams{Court: tx.Court, ID: f.id, MatterID: id, Name: f.Name, Mime: f.MIME,
				Size: f.Size, Sha256: f.SHA256, StoreKey: f.key})
			if err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// sender finds whose application it is: the party, or whom he stands for; or the tip behind a receipt.
func sender(ctx context.Context, tx *storage.Tx, meta exchange.ApplicationMeta, a *matter.Application) error {
	if meta.Viewer == uuid.Nil {
		tip, err := tx.TipByReceipt(ctx, courtdb.TipByReceiptParams{Court: tx.Court, ReceiptHmac: meta.ReceiptHMAC})
		if storage.NoRows(err) {
			return notYet
		}
		a.Tip, a.Case = tip.ID, storage.Deref(tip.CaseID)
		return err
	}
	party, err := tx.PartyByID(ctx, courtdb.PartyByIDParams{Court: tx.Court, ID: meta.Viewer})
	if storage.NoRows(err) {
		return problem.New(problem.Refused, "intake.no_party", "提交申请的人不在本案当事人之列。")
	}
	if err != nil {
		return err
	}
	a.Case, a.Sender, a.Party = party.CaseID, party.ID, party.ID
	if party.Represents != nil && (party.Role == "agent" || party.Role == "legal_guardian") {
		a.Party = *party.Represents
	}
	return nil
}

// reads keeps who saw what first when, for the day something turns out to have been disclosed wrongly.
func reads(ctx context.Context, tx *storage.Tx, r exchange.Read) error {
	for _, item := range r.Items {
		if err := tx.InsertItemRead(ctx, courtdb.InsertItemReadParams{Court: tx.Court, ItemID: item, Viewer: r.Viewer, At: r.At}); err != nil {
			return err
		}
	}
	return nil
}

// chat admits what a WeChat user said to an officer (人工).
func (in *Intake) chat(ctx context.Context, court string, row courtdb.InboxToAdmitRow) (func(*storage.Tx) error, error) {
	var meta exchange.ChatMeta
	var body exchange.Chat
	if err := in.open(row, &meta, &body); err != nil {
		return nil, err
	}
	return func(tx *storage.Tx) error {
		p := courtdb.TouchChatParams{Court: tx.Court, ID: meta.Chat, At: row.ReceivedAt}
		if meta.Viewer != uuid.Nil {
			party, err := tx.PartyByID(ctx, courtdb.PartyByIDParams{Court: tx.Court, ID: meta.Viewer})
			if err == nil {
				p.PartyID, p.CaseID = &party.ID, &party.CaseID
			} else if !storage.NoRows(err) {
				return err
			}
		}
		if meta.Close {
			p.ClosedAt = &row.ReceivedAt
		}
		if err := tx.TouchChat(ctx, p); err != nil {
			return err
		}
		sealed, err := tx.Keys.Seal("chat_message.body:"+row.ID.String(), []byte(body.Text))
		if err != nil {
			return fmt.Errorf("intake: chat: %w", err)
		}
		err = tx.InsertChatMessage(ctx, courtdb.InsertChatMessageParams{Court: tx.Court, ID: row.ID, ChatID: meta.Chat, Body: sealed, At: row.ReceivedAt})
		if err != nil || meta.Close {
			return err
		}
		_, err = in.docket.Record(ctx, tx, docket.Event{Code: "chat_message_received", Occurred: row.ReceivedAt, SourceKey: "inbox:" + row.ID.String(),
			Facts: map[string]any{"chat": meta.Chat.String()}})
		return err
	}, nil
}
