package public

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mingzhi/storage/public/internal/edgedb"
)

// Watcher is who wants to hear of lots: a WeChat user or a signed-in party.
type Watcher struct{ OpenIDIndex, Person []byte }

func (w Watcher) key() []byte {
	if w.OpenIDIndex != nil {
		return w.OpenIDIndex
	}
	return w.Person
}

// Watch begins to watch a lot as it is now; known is false when there is no such lot, watching when he watches most already.
func (s *Store) Watch(ctx context.Context, court string, w Watcher, lot uuid.UUID, most int) (known, watching bool, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		r, err := q.Watch(ctx, edgedb.WatchParams{Court: court, Lot: lot, Watcher: w.key(), OpenidIndex: w.OpenIDIndex, Person: w.Person, Now: s.now(), Most: int32(most)})
		known, watching = r.Known, r.Watching
		return err
	})
	return known, watching, err
}

// Unwatch ends it.
func (s *Store) Unwatch(ctx context.Context, court string, w Watcher, lot uuid.UUID) error {
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.Unwatch(ctx, edgedb.UnwatchParams{Court: court, LotID: lot, Watcher: w.key()})
	})
}

// Watches reports whether he watches a lot.
func (s *Store) Watches(ctx context.Context, court string, w Watcher, lot uuid.UUID) (yes bool, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		yes, err = q.Watches(ctx, edgedb.WatchesParams{Court: court, LotID: lot, Watcher: w.key()})
		return err
	})
	return yes, err
}

// Watched are the lots he watches, the last one first.
func (s *Store) Watched(ctx context.Context, court string, w Watcher) (list []LotCard, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		rows, err := q.WatchedLots(ctx, edgedb.WatchedLotsParams{Court: court, Watcher: w.key(), Now: s.now()})
		for i := range rows {
			list = append(list, card((*edgedb.LotsRow)(&rows[i])))
		}
		return err
	})
	return list, err
}

// LotFace is what a watcher is told of when it changes.
type LotFace struct {
	State    string    `json:"state"`
	Round    int       `json:"round"`
	Price    int64     `json:"price"`
	StartsAt time.Time `json:"starts_at"`
}

// Change is a lot that has changed since one watcher last heard of it.
type Change struct {
	Lot         uuid.UUID
	Title       string
	Before, Now LotFace
	Result      int64
}

// TellWatchers looks at every watch that is behind its lot, once per version: say makes the message, or nil when what changed is
// nothing a watcher is told. What was seen and what is sent are kept together. It returns how many were looked at and how many told.
func (s *Store) TellWatchers(ctx context.Context, court string, most int, say func(Change) (*Outward, error)) (seen, told int, err error) {
	err = s.inCourt(ctx, court, func(tx pgx.Tx) error {
		seen, told = 0, 0
		q := edgedb.New(tx)
		rows, err := q.WatchesBehind(ctx, edgedb.WatchesBehindParams{Court: court, Most: int32(most)})
		if err != nil || len(rows) == 0 {
			return err
		}
		mobiles, err := s.mobiles(ctx, q, court, rows)
		if err != nil {
			return err
		}
		p := edgedb.SeenWatchesParams{Court: court}
		for i := range rows {
			r := &rows[i]
			sent, err := s.tell(ctx, q, court, r, mobiles[string(r.Person)], say)
			if err != nil {
				return err
			}
			if sent {
				told++
			}
			face, err := json.Marshal(faceOf(r))
			if err != nil {
				return err
			}
			p.Lots, p.Watchers, p.Versions, p.Seen = append(p.Lots, r.LotID), append(p.Watchers, r.Watcher), append(p.Versions, r.Version), append(p.Seen, string(face))
		}
		seen = len(rows)
		return q.SeenWatches(ctx, p)
	})
	return seen, told, err
}

func faceOf(r *edgedb.WatchesBehindRow) LotFace {
	return LotFace{State: r.State, Round: int(r.Round), Price: r.StartingPrice, StartsAt: r.StartsAt}
}

// mobile is a number on file, sealed for the courier under the viewer's id.
type mobile struct {
	viewer uuid.UUID
	sealed []byte
}

func (s *Store) mobiles(ctx context.Context, q *edgedb.Queries, court string, rows []edgedb.WatchesBehindRow) (map[string]mobile, error) {
	persons := [][]byte{}
	for i := range rows {
		if len(rows[i].Person) > 0 {
			persons = append(persons, rows[i].Person)
		}
	}
	found, err := q.MobilesOf(ctx, edgedb.MobilesOfParams{Court: court, Persons: persons, Now: s.now()})
	out := map[string]mobile{}
	for _, m := range found {
		out[string(m.Person)] = mobile{m.ID, m.Mobile}
	}
	return out, err
}

// longTold is how long word of a lot is worth sending.
const longTold = 3 * 24 * time.Hour

func (s *Store) tell(ctx context.Context, q *edgedb.Queries, court string, r *edgedb.WatchesBehindRow, to mobile, say func(Change) (*Outward, error)) (bool, error) {
	change := Change{Lot: r.LotID, Title: r.Title, Now: faceOf(r), Result: r.ResultPrice}
	if err := json.Unmarshal(r.Seen, &change.Before); err != nil {
		return false, fmt.Errorf("watch of %s: %w", r.LotID, err)
	}
	message, err := say(change)
	if err != nil || message == nil {
		return false, err
	}
	provider, params, data, err := message.packed()
	if err != nil {
		return false, err
	}
	now := s.now()
	until := now.Add(longTold)
	m := edgedb.QueueOwnParams{Court: court, ID: uuid.Must(uuid.NewV7()), OpenidIndex: r.OpenidIndex, Template: message.Template, TemplateName: message.Name, ProviderIds: provider,
		Params: params, Data: data, Url: "/lots/" + r.LotID.String(), Text: message.Text, CheckCode: message.CheckCode, Clause: message.Clause, CreatedAt: now, Until: &until}
	if len(r.OpenidIndex) > 0 {
		m.Channels = append(m.Channels, "wechat")
	}
	if to.sealed != nil {
		m.Channels, m.Address, m.AddressAad = append(m.Channels, "sms"), to.sealed, "viewer.mobile:"+to.viewer.String()
	}
	if len(m.Channels) == 0 {
		return false, nil // nobody can be reached there any more
	}
	return true, q.QueueOwn(ctx, m)
}

// ForgetVisitors removes what has run out of a court's captchas, bookings and watches.
func (s *Store) ForgetVisitors(ctx context.Context, court string) error {
	now := s.now()
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.ForgetVisitors(ctx, edgedb.ForgetVisitorsParams{Court: court, Now: now, HalfYearAgo: now.AddDate(0, -6, 0), DayAgo: now.AddDate(0, 0, -1), MonthAgo: now.AddDate(0, -1, 0)})
	})
}
