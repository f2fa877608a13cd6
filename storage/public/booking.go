package public

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"mingzhi/storage/public/internal/edgedb"
)

// NewBooking is a seat somebody asks for, with the sealed row for the court.
type NewBooking struct {
	ID, Inbox, Lot, Slot uuid.UUID
	Code                 []byte // blind index of the booking number
	OpenIDIndex          []byte
	Sealed               []byte
}

// Booked is what became of it.
type Booked struct {
	Open            bool      // the viewing can be booked at all
	Booked          bool      // now
	Given           uuid.UUID // the booking that has this code already
	Held            bool      // and was not given back
	Client, Visitor Count
}

// BookSeat gives a seat out and stores who comes, or does neither. The last seat goes to one, however many ask at once.
func (s *Store) BookSeat(ctx context.Context, court string, b NewBooking, client, visitor Limit) (out Booked, err error) {
	now := s.now()
	err = s.onceBy(ctx, trip{pool: s.pool, court: court, lock: "viewing/" + b.Slot.String()}, func(ctx context.Context, q *edgedb.Queries) error {
		r, err := q.BookSeat(ctx, edgedb.BookSeatParams{Court: court, Slot: b.Slot, Lot: b.Lot, Now: now, Code: b.Code, ID: b.ID, Inbox: b.Inbox, OpenidIndex: b.OpenIDIndex, Sealed: b.Sealed,
			Client: client.Client, ClientUntil: now.Add(client.Window), ClientMost: int32(client.Most),
			Named: visitor.Client, NamedUntil: now.Add(visitor.Window), NamedMost: int32(visitor.Most)})
		out = Booked{Open: r.Open, Booked: r.Booked, Given: r.Given, Held: r.Held, Client: Count{int(r.ClientTries), r.ClientOver}, Visitor: Count{int(r.NamedTries), r.NamedOver}}
		return err
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" && pg.ConstraintName == "booking_court_code_key" {
		return out, ErrTicketTaken // at another viewing, in the same instant
	}
	return out, err
}

// Booking is a seat by its number.
type Booking struct {
	Found, Cancelled bool
	Freed            bool // by this very call
	Lot, Slot        uuid.UUID
	Title            string
	At               time.Time // zero when the court has taken the viewing back, or it is over
	Place, Contact   string
}

// Booking looks one up and counts the client's wrong numbers; with cancel the seat is given back and the court is told, once.
func (s *Store) Booking(ctx context.Context, court string, codes [][]byte, cancel bool, inbox uuid.UUID, sealed []byte, limit Limit) (b Booking, count Count, err error) {
	if codes == nil {
		codes = [][]byte{}
	}
	now := s.now()
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		r, err := q.Booking(ctx, edgedb.BookingParams{Court: court, Codes: codes, Client: limit.Client, Until: now.Add(limit.Window), Now: now, Cancel: cancel, Most: int32(limit.Most),
			Inbox: inbox, Sealed: sealed})
		count = Count{int(r.Tries), r.Over}
		b = Booking{Found: r.Found, Cancelled: r.Cancelled, Freed: r.Freed, Lot: r.LotID, Slot: r.SlotID, Title: r.Title, Place: r.Place, Contact: r.Contact}
		if r.StartsAt.Unix() > 0 {
			b.At = r.StartsAt
		}
		return err
	})
	return b, count, err
}
