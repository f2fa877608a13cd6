package public

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mingzhi/portal/exchange"
	"mingzhi/storage/public/internal/edgedb"
)

// LotCard is a lot as a list shows it. Money is fen.
type LotCard struct {
	ID                     uuid.UUID
	Kind, District, State  string
	Round                  int
	Price, Deposit, Result int64
	StartsAt, EndsAt       time.Time
	Title                  string
	PublishedAt, ChangedAt time.Time
	Picture                string    // id of the first one, or ""
	Viewing                time.Time // the next one, or zero
}

// LotFilter narrows a list; zero values ask for nothing. Query is a tsquery literal.
type LotFilter struct {
	Query, Kind, District string
	Round                 int
	States                []string
	PriceFrom, PriceTo    int64
	StartsFrom, StartsTo  time.Time
	EndsAfter, EndsUntil  time.Time
	Before                time.Time // the last row of the page before
	BeforeID              uuid.UUID
	Most                  int
}

var (
	always = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	never  = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	lastID = uuid.Max
)

// bounds fills what was not asked for with what excludes nothing.
func (f LotFilter) bounds() LotFilter {
	for at, otherwise := range map[*time.Time]time.Time{&f.StartsFrom: always, &f.StartsTo: never, &f.EndsAfter: always, &f.EndsUntil: never} {
		if at.IsZero() {
			*at = otherwise
		}
	}
	if f.PriceTo == 0 {
		f.PriceTo = 1<<63 - 1
	}
	if f.Before.IsZero() {
		f.Before, f.BeforeID = never, lastID
	}
	return f
}

// Lots lists announced lots, the newest first.
func (s *Store) Lots(ctx context.Context, court string, f LotFilter) (list []LotCard, err error) {
	f = f.bounds()
	p := edgedb.LotsParams{Court: court, Now: s.now(), States: f.States, Kind: f.Kind, District: f.District, Round: int32(f.Round), PriceFrom: f.PriceFrom, PriceTo: f.PriceTo,
		StartsFrom: f.StartsFrom, StartsTo: f.StartsTo, EndsAfter: f.EndsAfter, EndsUntil: f.EndsUntil, Before: f.Before, BeforeID: f.BeforeID, Most: int32(f.Most)}
	err = s.onceBy(ctx, trip{pool: s.pool, court: court, fresh: true}, func(ctx context.Context, q *edgedb.Queries) error {
		if f.Query == "" {
			rows, err := q.Lots(ctx, p)
			for i := range rows {
				list = append(list, card(&rows[i]))
			}
			return err
		}
		rows, err := q.SearchLots(ctx, edgedb.SearchLotsParams{Court: p.Court, Now: p.Now, Query: f.Query, States: p.States, Kind: p.Kind, District: p.District, Round: p.Round,
			PriceFrom: p.PriceFrom, PriceTo: p.PriceTo, StartsFrom: p.StartsFrom, StartsTo: p.StartsTo, EndsAfter: p.EndsAfter, EndsUntil: p.EndsUntil,
			Before: p.Before, BeforeID: p.BeforeID, Most: p.Most})
		for i := range rows {
			list = append(list, card((*edgedb.LotsRow)(&rows[i])))
		}
		return err
	})
	return list, err
}

func card(r *edgedb.LotsRow) LotCard {
	c := LotCard{ID: r.ID, Kind: r.Kind, District: r.District, State: r.State, Round: int(r.Round), Price: r.StartingPrice, Deposit: r.Deposit, Result: r.ResultPrice,
		StartsAt: r.StartsAt, EndsAt: r.EndsAt, Title: r.Title, PublishedAt: r.PublishedAt, ChangedAt: r.ChangedAt, Picture: r.Picture}
	if r.Viewing.Unix() > 0 {
		c.Viewing = r.Viewing
	}
	return c
}

// LotDistricts are the districts in which there are lots.
func (s *Store) LotDistricts(ctx context.Context, court string) (list []string, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		list, err = q.LotDistricts(ctx, court)
		return err
	})
	return list, err
}

// Slot is a time at which a lot can be viewed.
type Slot struct {
	ID      uuid.UUID `json:"id"`
	At      time.Time `json:"at"`
	Place   string    `json:"place"`
	Contact string    `json:"contact"`
	Left    int       `json:"left"`
}

// Lot is a lot with everything a bidder may know.
type Lot struct {
	LotCard
	Clause  string
	Version int
	Body    exchange.Lot
	Slots   []Slot
}

// Lot reads one; ok is false when nothing of it is announced.
func (s *Store) Lot(ctx context.Context, court string, id uuid.UUID) (l Lot, ok bool, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		r, err := q.Lot(ctx, edgedb.LotParams{Court: court, ID: id, Now: s.now()})
		if err != nil {
			return err
		}
		l.LotCard = LotCard{ID: r.ID, Kind: r.Kind, District: r.District, State: r.State, Round: int(r.Round), Price: r.StartingPrice, StartsAt: r.StartsAt, EndsAt: r.EndsAt,
			Title: r.Title, PublishedAt: r.PublishedAt, ChangedAt: r.ChangedAt}
		l.Clause, l.Version = r.Clause, int(r.Version)
		if err := json.Unmarshal(r.Body, &l.Body); err != nil {
			return fmt.Errorf("lot %s: %w", id, err)
		}
		return json.Unmarshal(r.Slots, &l.Slots)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return l, false, nil
	}
	if n := len(l.Body.Rounds); n > 0 {
		l.Deposit, l.Result = l.Body.Rounds[n-1].Deposit, l.Body.Rounds[n-1].ResultPrice
	}
	if len(l.Body.Pictures) > 0 {
		l.Picture = l.Body.Pictures[0].ID.String()
	}
	if len(l.Slots) > 0 {
		l.Viewing = l.Slots[0].At
	}
	return l, err == nil, err
}

// Picture is one of an announced lot; ok is false when there is none.
func (s *Store) Picture(ctx context.Context, court string, id uuid.UUID) (mime string, content []byte, ok bool, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.Picture(ctx, edgedb.PictureParams{Court: court, ID: id})
		mime, content = row.Mime, row.Content
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil, false, nil
	}
	return mime, content, err == nil, err
}

// SubmitQuestion stores a sealed question once; open is false when the lot takes none.
func (s *Store) SubmitQuestion(ctx context.Context, court string, id uuid.UUID, meta exchange.LotQuestionMeta, sealed []byte, limit Limit) (open bool, count Count, err error) {
	text, err := json.Marshal(meta)
	if err != nil {
		return false, count, err
	}
	now := s.now()
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.SubmitQuestion(ctx, edgedb.SubmitQuestionParams{Court: court, Lot: meta.Lot, Client: limit.Client, Until: now.Add(limit.Window), Now: now, Most: int32(limit.Most),
			ID: id, Meta: text, Sealed: sealed})
		open, count = row.Open, Count{int(row.Tries), row.Over}
		return err
	})
	return open, count, err
}
