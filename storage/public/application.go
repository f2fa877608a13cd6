package public

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"mingzhi/portal/exchange"
	"mingzhi/storage/public/internal/edgedb"
)

// NewApplication is a sealed form with what may be read of it.
type NewApplication struct {
	ID     uuid.UUID
	Mark   []byte // follows from the form's key and content: sent twice it is the same
	Meta   exchange.ApplicationMeta
	Sealed []byte
	Person []byte   // a party's, asked again when it is stored; nil for a tipster
	Roles  []string // who may send this form
	DayEnd time.Time
}

// Applied is what became of a form.
type Applied struct {
	Allowed            bool
	Ticket             string // of this or of the first sending
	At                 time.Time
	ByClient, BySender Count
}

// SubmitApplication stores a form once and counts its sender. An application over a limit, or whose sender may not send it, is not
// stored: Ticket is empty then.
func (s *Store) SubmitApplication(ctx context.Context, court string, a NewApplication, client, sender Limit) (out Applied, err error) {
	meta, err := json.Marshal(a.Meta)
	if err != nil {
		return out, err
	}
	now := s.now()
	stored := false
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.SubmitApplication(ctx, edgedb.SubmitApplicationParams{Court: court, Person: a.Person, Viewer: a.Meta.Viewer, Roles: a.Roles, Now: now, Mark: a.Mark,
			Client: client.Client, ClientUntil: now.Add(client.Window), ClientMost: int32(client.Most),
			Sender: sender.Client, SenderUntil: a.DayEnd, SenderMost: int32(sender.Most), Ticket: a.Meta.Ticket, ID: a.ID, Meta: meta, Sealed: a.Sealed})
		stored = row.Stored
		out = Applied{Allowed: row.Allowed, Ticket: row.Ticket, At: row.GivenAt, ByClient: Count{int(row.ClientTries), row.ClientOver}, BySender: Count{int(row.SenderTries), row.SenderOver}}
		return err
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" && pg.ConstraintName == "receipt_court_ticket_key" {
		return out, ErrTicketTaken
	}
	if stored {
		out.Ticket, out.At = a.Meta.Ticket, now
	}
	return out, err
}

// PutDraft keeps a sealed form for who comes back with its cookie.
func (s *Store) PutDraft(ctx context.Context, court string, key, body []byte, until time.Time) error {
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.PutDraft(ctx, edgedb.PutDraftParams{Court: court, Key: key, Body: body, Until: until})
	})
}

// Draft is a form that was kept; nil when there is none.
func (s *Store) Draft(ctx context.Context, court string, key []byte) (body []byte, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) (err error) {
		body, err = q.Draft(ctx, edgedb.DraftParams{Court: court, Key: key, Now: s.now()})
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return body, err
}

// DropDraft forgets it.
func (s *Store) DropDraft(ctx context.Context, court string, key []byte) error {
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.DropDraft(ctx, edgedb.DropDraftParams{Court: court, Key: key})
	})
}
