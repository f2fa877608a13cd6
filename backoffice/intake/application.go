package intake

import (
	"context"
	"fmt"
	"slices"
	"time"

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
		if err := sender(ctx, tx, meta, row.ReceivedAt, &a); err != nil {
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
// The internet half has asked for his right; the court asks again, as of the instant he sent it.
func sender(ctx context.Context, tx *storage.Tx, meta exchange.ApplicationMeta, at time.Time, a *matter.Application) error {
	form, ok := tx.Book.Process(meta.Process)
	if !ok {
		return mayNot
	}
	if meta.Viewer == uuid.Nil {
		tip, err := tx.TipByReceipt(ctx, courtdb.TipByReceiptParams{Court: tx.Court, ReceiptHmac: meta.ReceiptHMAC})
		if storage.NoRows(err) {
			return notYet
		}
		if err == nil && !slices.Contains(form.Opens.By, "tipster") {
			err = mayNot
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
	if over(party.LeftAt, at) || over(party.MandateUntil, at) {
		return mayNot
	}
	a.Case, a.Sender, a.Party = party.CaseID, party.ID, party.ID
	role := party.Role
	if party.Represents != nil && (party.Role == "agent" || party.Role == "legal_guardian") {
		principal, err := tx.PartyByID(ctx, courtdb.PartyByIDParams{Court: tx.Court, ID: *party.Represents})
		if err != nil {
			return err
		}
		a.Party, role = principal.ID, principal.Role
	}
	if !slices.Contains(form.Opens.By, role) {
		return mayNot
	}
	return nil
}

var mayNot = problem.New(problem.Refused, "intake.may_not", "提交人没有提交这种申请的资格，或者委托、代理在提交时已经终止。")

func over(end *time.Time, at time.Time) bool { return end != nil && !end.After(at) }

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
