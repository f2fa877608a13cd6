package public

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"mingzhi/storage/public/internal/edgedb"
)

// Session is who is signed in: a person, by the blind index of his ID number.
type Session struct {
	Person []byte
	Kiosk  bool
	SeenAt time.Time
	Until  time.Time
}

// Viewer is a case a person may look into, and as what.
type Viewer struct {
	ID        uuid.UUID
	CaseNo    string
	Role      string
	StandsFor string
}

// Item is one thing a person may know; Body is an exchange.Item as JSON.
type Item struct {
	ID, Viewer          uuid.UUID
	Code, Title, Clause string
	At                  time.Time
	Read                bool
	Body                []byte
}

// Clock is one clock the person may see; Explanation is a calendar.Explanation as JSON.
type Clock struct {
	ID, Viewer                uuid.UUID
	Rule, Name, Owner, Clause string
	StartedAt, WarnAt, DueAt  time.Time
	Open                      bool
	Explanation               []byte
}

// Party is what one statement tells of a person: the session, his cases, and of one or all of them what is known.
type Party struct {
	Session Session
	Viewers []Viewer
	Items   []Item
	Clocks  []Clock
}

// Idle is how long a session may rest.
type Idle struct{ Session, Kiosk time.Duration }

// payout is the rule behind the money clock; it stays in sight after it was met.
const payout = "funds_payout"

// PartyBySession is who is behind a cookie (token is its hash) and what he may know of the case of one viewer; uuid.Nil asks for
// no case. ok is false when nobody is signed in by it any more.
func (s *Store) PartyBySession(ctx context.Context, court string, token []byte, viewer uuid.UUID, idle Idle) (p Party, ok bool, err error) {
	now := s.now()
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		rows, err := q.CaseOf(ctx, edgedb.CaseOfParams{Court: court, Token: token, Now: now, KioskSince: now.Add(-idle.Kiosk), Since: now.Add(-idle.Session),
			Viewer: viewer, Payout: payout})
		for i := range rows {
			p.take(&rows[i])
		}
		return err
	})
	return p, p.Session.Person != nil, err
}

// PartyByPerson is everything a person may know of all his cases.
func (s *Store) PartyByPerson(ctx context.Context, court string, person []byte) (Party, error) {
	p := Party{Session: Session{Person: person}}
	err := s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		rows, err := q.CasesOf(ctx, edgedb.CasesOfParams{Court: court, Person: person, Now: s.now(), Payout: payout})
		for i := range rows {
			p.take((*edgedb.CaseOfRow)(&rows[i]))
		}
		return err
	})
	return p, err
}

// The parts of the statement's rows.
const (
	partCase  = 1 // with the session, where one was asked for; without id when no case is left
	partItem  = 2
	partClock = 3
)

func (p *Party) take(r *edgedb.CaseOfRow) {
	switch r.Part {
	case partCase:
		if len(r.Person) > 0 {
			p.Session = Session{Person: r.Person, Kiosk: r.Flag, SeenAt: r.At, Until: r.DueAt}
		}
		if r.ID != uuid.Nil {
			p.Viewers = append(p.Viewers, Viewer{ID: r.ID, CaseNo: r.A, Role: r.B, StandsFor: r.C})
		}
	case partItem:
		p.Items = append(p.Items, Item{ID: r.ID, Viewer: r.Viewer, Code: r.A, Title: r.B, Clause: r.C, At: r.At, Read: r.Flag, Body: r.Body})
	case partClock:
		p.Clocks = append(p.Clocks, Clock{ID: r.ID, Viewer: r.Viewer, Rule: r.A, Name: r.B, Clause: r.C, Owner: r.D, StartedAt: r.At, WarnAt: r.WarnAt,
			DueAt: r.DueAt, Open: r.Flag, Explanation: r.Body})
	}
}

// TouchSession notes that a session is in use.
func (s *Store) TouchSession(ctx context.Context, court string, token []byte) error {
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.TouchSession(ctx, edgedb.TouchSessionParams{Court: court, Token: token, Now: s.now()})
	})
}

// EndSession ends one; with onlyKiosk, one of a machine in the hall.
func (s *Store) EndSession(ctx context.Context, court string, token []byte, onlyKiosk bool) error {
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.EndSession(ctx, edgedb.EndSessionParams{Court: court, Token: token, OnlyKiosk: onlyKiosk})
	})
}

// NoteReads reports the items a viewer was shown; those reported before are left out.
func (s *Store) NoteReads(ctx context.Context, court string, viewer uuid.UUID, items []uuid.UUID) error {
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.NoteReads(ctx, edgedb.NoteReadsParams{Court: court, ID: uuid.Must(uuid.NewV7()), Now: s.now(), Viewer: viewer, Items: items})
	})
}

// Preference is what a person chose for the court's messages, and the WeChat accounts bound to him.
type Preference struct {
	Channels []string
	Language string
	Accounts []Account
}

// Account is a bound WeChat account by the hash of its openid.
type Account struct {
	ID      string
	BoundAt time.Time
}

// PreferenceOf is a person's.
func (s *Store) PreferenceOf(ctx context.Context, court string, person []byte) (p Preference, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.PreferenceOf(ctx, edgedb.PreferenceOfParams{Court: court, Person: person})
		p.Channels, p.Language = row.Channels, row.Language
		for i, id := range row.Accounts {
			p.Accounts = append(p.Accounts, Account{id, row.BoundAt[i]})
		}
		return err
	})
	return p, err
}

// SetPreference keeps it.
func (s *Store) SetPreference(ctx context.Context, court string, person []byte, channels []string, language string) error {
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.SetPreference(ctx, edgedb.SetPreferenceParams{Court: court, Person: person, Channels: channels, Language: language, ChangedAt: s.now()})
	})
}

// ForgetParties removes what has run out of a court's log-ins, sessions and drafts.
func (s *Store) ForgetParties(ctx context.Context, court string) error {
	now := s.now()
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.ForgetParties(ctx, edgedb.ForgetPartiesParams{Court: court, Now: now, DayAgo: now.Add(-24 * time.Hour)})
	})
}

// Outward is a message of the public half's own, ready but for its address. The zero value is none.
type Outward struct {
	Template, Name  string
	Provider        map[string]string
	Params          []string
	Data            map[string]string // of the WeChat template
	Text, CheckCode string
	Clause          string
}

// packed are the parts the database keeps as JSON.
func (o Outward) packed() (provider, params, data []byte, err error) {
	if o.Provider == nil {
		o.Provider = map[string]string{}
	}
	if o.Params == nil {
		o.Params = []string{}
	}
	if provider, err = json.Marshal(o.Provider); err != nil {
		return nil, nil, nil, err
	}
	if params, err = json.Marshal(o.Params); err != nil || o.Data == nil {
		return provider, params, nil, err
	}
	data, err = json.Marshal(o.Data)
	return provider, params, data, err
}
