package public

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"mingzhi/portal/exchange"
	"mingzhi/storage/public/internal/edgedb"
)

// ErrTicketTaken says that another tip of the day has this ticket; draw again.
var ErrTicketTaken = errors.New("ticket is taken")

// NewTip is a sealed tip with what may be read of it.
type NewTip struct {
	ID     uuid.UUID
	Meta   exchange.TipMeta
	Sealed []byte
}

// Limit counts tries of one client, named by a hash: Most in a Window.
type Limit struct {
	Client string
	Most   int
	Window time.Duration
}

// Count is where a client stands.
type Count struct {
	Tries int
	Until time.Time
}

// Over says that the client has to wait.
func (c Count) Over(l Limit) bool { return c.Tries > l.Most }

// SubmitTip counts the client, gives the receipt out and stores the tip in one statement and
// one round trip. stored is false when the limit is over, or when this receipt was given out
// before: then nothing is stored again.
func (s *Store) SubmitTip(ctx context.Context, court string, tip NewTip, limit Limit) (stored bool, count Count, err error) {
	meta, err := json.Marshal(tip.Meta)
	if err != nil {
		return false, Count{}, err
	}
	now := s.now()
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.SubmitTip(ctx, edgedb.SubmitTipParams{
			Court: court, Client: limit.Client, Until: now.Add(limit.Window), Most: int32(limit.Most), ReceivedAt: now,
			ReceiptHmac: tip.Meta.ReceiptHMAC, Ticket: tip.Meta.Ticket, ID: tip.ID, Meta: meta, Sealed: tip.Sealed, OpenidIndex: account(ctx)})
		stored, count = row.Stored, Count{int(row.Tries), row.Over}
		return err
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" && pg.ConstraintName == "receipt_court_ticket_key" {
		return false, count, ErrTicketTaken
	}
	return stored, count, err
}

// SubmitMessage stores an answer or addition by receipt; an id seen before stores nothing.
func (s *Store) SubmitMessage(ctx context.Context, court string, id uuid.UUID, meta exchange.MessageMeta, sealed []byte) error {
	text, err := json.Marshal(meta)
	if err != nil {
		return err
	}
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.Submit(ctx, edgedb.SubmitParams{Court: court, ID: id, Kind: "tip_message", ReceivedAt: s.now(), Meta: text, Sealed: sealed})
	})
}

// Receipt is the ticket behind a receipt given out on this half; pgx.ErrNoRows stays inside: ok is false.
func (s *Store) Receipt(ctx context.Context, court string, hmacs ...[]byte) (ticket string, at time.Time, ok bool, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.Receipt(ctx, edgedb.ReceiptParams{Court: court, Hmacs: hmacs})
		ticket, at = row.Ticket, row.At
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return "", at, false, nil
	}
	return ticket, at, err == nil, err
}

// TipStatus is what a receipt tells.
type TipStatus struct {
	Ticket     string
	Stage      string // received until the court has admitted it, then as enforcement.TipStage
	Result     string // "" while there is none
	Questions  []exchange.Question
	ReceivedAt time.Time
	Reward     *exchange.Reward // of a claim by this receipt, or nil
}

// TipStatus looks a receipt up and counts the client's wrong ones, both in one statement. A
// hit and a miss cost the same; found is false for a miss.
func (s *Store) TipStatus(ctx context.Context, court string, hmacs [][]byte, limit Limit) (status TipStatus, found bool, count Count, err error) {
	if hmacs == nil {
		hmacs = [][]byte{}
	}
	now := s.now()
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.TipStatus(ctx, edgedb.TipStatusParams{Court: court, Hmacs: hmacs, Client: limit.Client, Until: now.Add(limit.Window), Now: now})
		if err != nil {
			return err
		}
		count, found = Count{int(row.Tries), row.Over}, row.Stage != ""
		status = TipStatus{Ticket: row.Ticket, Stage: row.Stage, Result: row.Result, ReceivedAt: row.ReceivedAt}
		if err := json.Unmarshal(row.Messages, &status.Questions); err != nil {
			return fmt.Errorf("questions of %s: %w", row.Ticket, err)
		}
		if err := json.Unmarshal(row.Reward, &status.Reward); err != nil {
			return fmt.Errorf("reward of %s: %w", row.Ticket, err)
		}
		return nil
	})
	return status, found, count, err
}

// CountTry counts one try of a client and tells where he stands.
func (s *Store) CountTry(ctx context.Context, court string, limit Limit) (Count, error) {
	var count Count
	now := s.now()
	err := s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.CountTry(ctx, edgedb.CountTryParams{Court: court, Key: limit.Client, Until: now.Add(limit.Window), Now: now})
		count = Count{int(row.Count), row.Until}
		return err
	})
	return count, err
}

// Tries is how many tries a client has made in the window that runs.
func (s *Store) Tries(ctx context.Context, court, client string) (int, error) {
	var n int32
	err := s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) (err error) {
		n, err = q.Tries(ctx, edgedb.TriesParams{Court: court, Key: client, Now: s.now()})
		return err
	})
	return int(n), err
}

// ForgetTries starts a client's count anew.
func (s *Store) ForgetTries(ctx context.Context, court, client string) error {
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.ForgetTries(ctx, edgedb.ForgetTriesParams{Court: court, Key: client})
	})
}
