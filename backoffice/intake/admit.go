package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Intake admits the inbox of every court.
type Intake struct {
	store  *storage.Store
	docket *docket.Docket
	matter *matter.Engine
	log    *slog.Logger
	mu     sync.Mutex
	marks  map[string]int64 // by court: everything up to here is admitted
}

// New makes the intake and lets it keep tips in step with their events.
func New(store *storage.Store, d *docket.Docket, m *matter.Engine, log *slog.Logger) *Intake {
	d.Follow(tips{})
	return &Intake{store: store, docket: d, matter: m, log: log, marks: map[string]int64{}}
}

const (
	batch = 50
	// margin of numbers below the mark that are looked at again: a lower number may commit after a higher one.
	margin = 1000
	// tries after which a row is set aside for a person.
	tries = 10
)

// Admit takes what is new in a court's inbox and returns how many rows were admitted. The same
// row twice, out of order, or a process killed between leaves each row admitted once.
func (in *Intake) Admit(ctx context.Context, court string) (int, error) {
	mark, err := in.mark(ctx, court)
	if err != nil {
		return 0, err
	}
	var rows []courtdb.InboxToAdmitRow
	err = in.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) (err error) {
		rows, err = tx.InboxToAdmit(ctx, courtdb.InboxToAdmitParams{Court: court, After: mark - margin, Now: tx.At, Most: batch})
		return err
	})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, row := range rows {
		err := in.one(ctx, court, row)
		switch {
		case err == nil:
			n++
			in.advance(court, row.Seq)
		case problem.Is(err, problem.Unavailable) || ctx.Err() != nil:
			return n, err // the house is down, not the row wrong
		default:
			if err := in.poison(ctx, court, row, err); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// mark is where reading starts: below the oldest row not admitted yet.
func (in *Intake) mark(ctx context.Context, court string) (int64, error) {
	in.mu.Lock()
	mark, ok := in.marks[court]
	in.mu.Unlock()
	if ok {
		return mark, nil
	}
	err := in.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		h, err := tx.InboxHorizon(ctx, court)
		mark = h.Newest
		if h.Oldest > 0 {
			mark = h.Oldest - 1
		}
		return err
	})
	if err == nil {
		in.mu.Lock()
		in.marks[court] = mark
		in.mu.Unlock()
	}
	return mark, err
}

func (in *Intake) advance(court string, seq int64) {
	in.mu.Lock()
	in.marks[court] = max(in.marks[court], seq)
	in.mu.Unlock()
}

// Rescan forgets the mark, so that the next Admit looks at everything not admitted.
func (in *Intake) Rescan(court string) {
	in.mu.Lock()
	delete(in.marks, court)
	in.mu.Unlock()
}

// one admits a row: its kind decides how. Files are brought over first, under keys that follow
// from the row, so that a repeat overwrites them with the same.
func (in *Intake) one(ctx context.Context, court string, row courtdb.InboxToAdmitRow) error {
	admit, err := in.prepare(ctx, court, row)
	if err != nil {
		return err
	}
	return in.store.InTx(ctx, staff.Actor{Court: court, Kind: staff.Public}, func(tx *storage.Tx) error {
		n, err := tx.Admit(ctx, courtdb.AdmitParams{Court: court, InboxID: row.ID, Kind: row.Kind, AdmittedAt: tx.At, ObjectID: &row.ID})
		if err != nil || n == 0 {
			return err
		}
		if err := tx.ForgetPoison(ctx, courtdb.ForgetPoisonParams{Court: court, InboxID: row.ID}); err != nil {
			return err
		}
		return admit(tx)
	})
}

func (in *Intake) prepare(ctx context.Context, court string, row courtdb.InboxToAdmitRow) (func(*storage.Tx) error, error) {
	switch row.Kind {
	case "tip":
		var meta exchange.TipMeta
		var tip exchange.Tip
		if err := in.open(row, &meta, &tip); err != nil {
			return nil, err
		}
		files, err := in.bring(ctx, court, row.ID, tip.Files)
		if err != nil {
			return nil, err
		}
		return func(tx *storage.Tx) error { return in.tip(ctx, tx, row, meta, tip, files) }, nil
	case "tip_message":
		var meta exchange.MessageMeta
		var msg exchange.Message
		if err := in.open(row, &meta, &msg); err != nil {
			return nil, err
		}
		files, err := in.bring(ctx, court, row.ID, msg.Files)
		if err != nil {
			return nil, err
		}
		return func(tx *storage.Tx) error { return in.message(ctx, tx, row, meta, msg, files) }, nil
	case "application":
		return in.application(ctx, court, row)
	case "question":
		return in.lotQuestion(ctx, row)
	case "viewing":
		return in.viewing(ctx, row)
	case "chat":
		return in.chat(ctx, court, row)
	case "read":
		var read exchange.Read
		if err := json.Unmarshal(row.Meta, &read); err != nil {
			return nil, fmt.Errorf("intake: read: %w", err)
		}
		return func(tx *storage.Tx) error { return reads(ctx, tx, read) }, nil
	case "delivery":
		var report exchange.Delivery
		if err := json.Unmarshal(row.Meta, &report); err != nil {
			return nil, fmt.Errorf("intake: delivery report: %w", err)
		}
		return func(tx *storage.Tx) error { return in.delivery(ctx, tx, row, report) }, nil
	}
	return nil, problem.New(problem.Invalid, "intake.kind", "收件箱里有不认识的类型{kind}。", "kind", row.Kind)
}

// open reads the plain part and opens the sealed one with the court's private key.
func (in *Intake) open(row courtdb.InboxToAdmitRow, meta, body any) error {
	if err := json.Unmarshal(row.Meta, meta); err != nil {
		return fmt.Errorf("intake: meta: %w", err)
	}
	plain, err := in.store.Keys.Unseal("submission.sealed:"+row.ID.String(), row.Sealed)
	if err != nil {
		return fmt.Errorf("intake: unseal: %w", err)
	}
	if err := json.Unmarshal(plain, body); err != nil {
		return fmt.Errorf("intake: body: %w", err)
	}
	return nil
}

// poison notes a row that could not be admitted; after ten tries it is set aside for a person.
func (in *Intake) poison(ctx context.Context, court string, row courtdb.InboxToAdmitRow, cause error) error {
	in.log.Error("inbox row not admitted", "court", court, "inbox", row.ID, "kind", row.Kind, "error", cause)
	return in.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		n, err := tx.NotePoison(ctx, courtdb.NotePoisonParams{Court: court, InboxID: row.ID, Problem: sentence(cause), FirstAt: tx.At})
		if err != nil || n < tries {
			return err
		}
		if _, err := tx.SetAside(ctx, courtdb.SetAsideParams{Court: court, InboxID: row.ID, Kind: row.Kind, AdmittedAt: tx.At}); err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "inbox:set_aside", Object: "inbox", ID: row.ID, Refused: true, Reason: sentence(cause)})
	})
}

func sentence(err error) string {
	if p, ok := problem.As(err); ok {
		return p.Text
	}
	return "内容无法打开或者格式不对（详情见运行日志）"
}

// delivery keeps what a provider reported; a message that finally failed is an event.
func (in *Intake) delivery(ctx context.Context, tx *storage.Tx, row courtdb.InboxToAdmitRow, r exchange.Delivery) error {
	n, err := tx.NoteDelivery(ctx, courtdb.NoteDeliveryParams{Court: tx.Court, MessageID: r.MessageID, State: r.State, Channel: r.Channel, At: r.At, Detail: r.Detail})
	if err != nil || n == 0 || r.State != "failed" {
		return err
	}
	caseID, party, err := aboutMessage(ctx, tx, r.MessageID)
	if err != nil {
		return err
	}
	_, err = in.docket.Record(ctx, tx, docket.Event{Code: "message_undeliverable", Case: caseID, Party: party, SourceKey: "undeliverable:" + r.MessageID.String(),
		Facts: map[string]any{"channel": r.Channel, "why": r.Detail}})
	return err
}

// aboutMessage is the case and the person a message was for, as far as it was for any.
func aboutMessage(ctx context.Context, tx *storage.Tx, id uuid.UUID) (caseID, party uuid.UUID, err error) {
	row, err := tx.DisclosureOfMessage(ctx, courtdb.DisclosureOfMessageParams{Court: tx.Court, MessageID: &id})
	if storage.NoRows(err) {
		return uuid.Nil, uuid.Nil, nil
	}
	return storage.Deref(row.CaseID), storage.Deref(row.PartyID), err
}
