package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// brought is a file that lies in the court's own store now.
type brought struct {
	exchange.File
	id  uuid.UUID
	key string
}

// bring opens a tip's files and seals them again for the court's store.
func (in *Intake) bring(ctx context.Context, court string, inbox uuid.UUID, list []exchange.File) ([]brought, error) {
	out := make([]brought, len(list))
	for i, f := range list {
		r, err := in.store.Inbox.Get(ctx, f.Key)
		if err != nil {
			return nil, err
		}
		sealed, err := io.ReadAll(r)
		_ = r.Close()
		if err != nil {
			return nil, err
		}
		plain, err := in.store.Keys.Unseal("inbox_file:"+f.Key, sealed)
		if err != nil {
			return nil, fmt.Errorf("intake: file %d: %w", i, err)
		}
		b := brought{File: f, id: storage.NewID(), key: fmt.Sprintf("%s/tip/%s/%d", court, inbox, i)}
		if sealed, err = in.store.Keys.Seal("court_file:"+b.key, plain); err != nil {
			return nil, err
		}
		if err := in.store.Files.Put(ctx, b.key, bytes.NewReader(sealed)); err != nil {
			return nil, err
		}
		out[i] = b
	}
	return out, nil
}

// Content is what a tip says, as it is sealed in tip.content: everything but who gave it.
type Content struct {
	Debtor     string `json:"debtor"`
	CaseNumber string `json:"case_number"`
	What       string `json:"what"`
	Where      string `json:"where"`
	When       string `json:"when"`
	Applicant  bool   `json:"applicant"`
	Channel    string `json:"channel"`
	Language   string `json:"language"`
}

func (in *Intake) tip(ctx context.Context, tx *storage.Tx, row courtdb.InboxToAdmitRow, meta exchange.TipMeta, tip exchange.Tip, files []brought) error {
	content, err := json.Marshal(Content{tip.Debtor, tip.CaseNumber, tip.What, tip.Where, tip.When, tip.Applicant, tip.Channel, tip.Language})
	if err != nil {
		return err
	}
	sealed, err := tx.Keys.Seal("tip.content:"+row.ID.String(), content)
	if err != nil {
		return err
	}
	err = tx.InsertTip(ctx, courtdb.InsertTipParams{Court: tx.Court, ID: row.ID, Ticket: meta.Ticket, ReceiptHmac: meta.ReceiptHMAC, Kind: meta.Kind,
		Urgent: meta.Urgent, ReceivedAt: row.ReceivedAt, WarningVersion: meta.WarningVersion, Content: sealed})
	if err != nil {
		return err
	}
	if !tip.Contact.Empty() {
		if err := identity(ctx, tx, row.ID, tip.Contact); err != nil {
			return err
		}
	}
	if err := keepFiles(ctx, tx, row.ID, nil, files); err != nil {
		return err
	}
	_, err = in.docket.Record(ctx, tx, docket.Event{Code: "tip_received", Tip: row.ID, Occurred: row.ReceivedAt, SourceKey: "inbox:" + row.ID.String()})
	return err
}

// identity keeps who gave the tip apart from what the tip says (财产调查规定23).
func identity(ctx context.Context, tx *storage.Tx, tip uuid.UUID, c exchange.Contact) error {
	plain, err := json.Marshal(c)
	if err != nil {
		return err
	}
	sealed, err := tx.Keys.Seal("tip_identity.body:"+tip.String(), plain)
	if err != nil {
		return err
	}
	return tx.InsertTipIdentity(ctx, courtdb.InsertTipIdentityParams{Court: tx.Court, TipID: tip, Body: sealed})
}

func keepFiles(ctx context.Context, tx *storage.Tx, tip uuid.UUID, message *uuid.UUID, files []brought) error {
	for _, f := range files {
		err := tx.InsertTipFile(ctx, courtdb.InsertTipFileParams{Court: tx.Court, ID: f.id, TipID: tip, MessageID: message, Name: f.Name, Mime: f.MIME,
			Size: f.Size, Sha256: f.SHA256, StoreKey: f.key})
		if err != nil {
			return err
		}
	}
	return nil
}

var notYet = problem.New(problem.NotFound, "intake.tip_not_yet", "补充说明先于线索到达，等待线索。")

// message adds what a tipster answered by receipt.
func (in *Intake) message(ctx context.Context, tx *storage.Tx, row courtdb.InboxToAdmitRow, meta exchange.MessageMeta, msg exchange.Message, files []brought) error {
	tip, err := tx.TipByReceipt(ctx, courtdb.TipByReceiptParams{Court: tx.Court, ReceiptHmac: meta.ReceiptHMAC})
	if storage.NoRows(err) {
		return notYet
	}
	if err != nil {
		return err
	}
	sealed, err := tx.Keys.Seal("tip_message.body:"+row.ID.String(), []byte(msg.Text))
	if err != nil {
		return err
	}
	if err := tx.InsertTipMessage(ctx, courtdb.InsertTipMessageParams{Court: tx.Court, ID: row.ID, TipID: tip.ID, Body: sealed, At: row.ReceivedAt}); err != nil {
		return err
	}
	if err := keepFiles(ctx, tx, tip.ID, &row.ID, files); err != nil {
		return err
	}
	_, err = in.docket.Record(ctx, tx, docket.Event{Code: "tip_answered", Tip: tip.ID, Case: storage.Deref(tip.CaseID), Occurred: row.ReceivedAt,
		SourceKey: "inbox:" + row.ID.String()})
	return err
}

// tips keeps a tip's own columns in step with its docket.
type tips struct{}

func (tips) Clock(context.Context, *storage.Tx, docket.Ring) error { return nil }

func (tips) Follow(ctx context.Context, tx *storage.Tx, e *docket.Recorded) error {
	if e.Tip == uuid.Nil {
		return nil
	}
	switch e.Code {
	case "tip_matched":
		if e.Case == uuid.Nil {
			return nil
		}
		return tx.SetTipCase(ctx, courtdb.SetTipCaseParams{Court: tx.Court, ID: e.Tip, CaseID: &e.Case, ApplicantLead: e.Facts["party"] == "applicant"})
	case "tip_verified":
		if s, ok := e.Facts["status"].(string); ok {
			return tx.SetTipStage(ctx, courtdb.SetTipStageParams{Court: tx.Court, ID: e.Tip, Stage: s})
		}
	case "tip_result":
		if s, ok := e.Facts["result"].(string); ok {
			return tx.SetTipResult(ctx, courtdb.SetTipResultParams{Court: tx.Court, ID: e.Tip, Result: &s})
		}
	}
	return nil
}

const maxQuestion = 500

// Ask puts a question to the tipster. It goes out when released, like any JUDGE item; no case,
// asset or measure belongs in it (G8).
func (in *Intake) Ask(ctx context.Context, actor staff.Actor, tip uuid.UUID, text string) error {
	if err := actor.Require(rulebook.MayWorkMatter); err != nil {
		return err
	}
	form := problem.Form{}
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		form.Add("question", problem.New(problem.Invalid, "tip.question_missing", "请写下要问的问题。"))
	case n > maxQuestion:
		form.Add("question", problem.New(problem.Invalid, "tip.question_long", "问题请不要超过{max}字。", "max", maxQuestion))
	}
	if err := form.Err(); err != nil {
		return err
	}
	return in.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		v, err := See(ctx, tx, tip)
		if err != nil {
			return err
		}
		id := storage.NewID()
		sealed, err := tx.Keys.Seal("tip_message.body:"+id.String(), []byte(text))
		if err != nil {
			return err
		}
		if err := tx.InsertTipMessage(ctx, courtdb.InsertTipMessageParams{Court: tx.Court, ID: id, TipID: tip, Outward: true, Body: sealed, At: tx.At, Actor: actor.Person()}); err != nil {
			return err
		}
		_, err = in.docket.Record(ctx, tx, docket.Event{Code: "tip_question_asked", Tip: tip, Case: storage.Deref(v.CaseID), SourceKey: "question:" + id.String(),
			Facts: map[string]any{"message": id.String()}})
		return err
	})
}
