package public

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"mingzhi/storage/public/internal/edgedb"
)

// NewLogin begins a log-in or, with an openid, a binding. Everything in it is there for a miss as well.
type NewLogin struct {
	ID          uuid.UUID
	Persons     [][]byte // blind indexes of the ID number in the forms it may be on file
	QueryCodes  [][]byte // blind indexes of the query code under every key
	Code        []byte   // blind index of the six digits
	OpenIDIndex []byte
	Until       time.Time
	Message     Outward
}

// StartLogin counts the client and the named person and, within both limits, begins; where the data are on file the message
// with the six digits goes to the mobile there. What it returns does not tell a hit from a miss.
func (s *Store) StartLogin(ctx context.Context, court string, l NewLogin, client, named Limit) (byClient, byNamed Count, err error) {
	provider, params, _, err := l.Message.packed()
	if err != nil {
		return byClient, byNamed, err
	}
	now := s.now()
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.StartLogin(ctx, edgedb.StartLoginParams{Court: court, Now: now,
			Client: client.Client, ClientUntil: now.Add(client.Window), ClientMost: int32(client.Most),
			Named: named.Client, NamedUntil: now.Add(named.Window), NamedMost: int32(named.Most),
			Persons: l.Persons, QueryCodes: l.QueryCodes, ID: l.ID, Code: l.Code, OpenidIndex: l.OpenIDIndex, Until: l.Until,
			Message: uuid.Must(uuid.NewV7()), Template: l.Message.Template, TemplateName: l.Message.Name, ProviderIds: provider, Params: params,
			Text: l.Message.Text, CheckCode: l.Message.CheckCode, Clause: l.Message.Clause})
		byClient, byNamed = Count{int(row.ClientTries), row.ClientOver}, Count{int(row.NamedTries), row.NamedOver}
		return err
	})
	return byClient, byNamed, err
}

// Tried is what one try at the six digits led to.
type Tried struct {
	Open    bool // the log-in was still open: not expired, used up or used
	Tries   int  // this one included
	Matched bool
	Alive   bool // the person still has a case to look into
}

// NewSession is a session to begin when the digits are right. Old is the hash of the browser's former cookie: it ends then.
type NewSession struct {
	Token, Old []byte
	Until      time.Time
	Kiosk      bool
}

// FinishLogin tries the digits (as blind indexes) and begins the session, in one statement.
func (s *Store) FinishLogin(ctx context.Context, court string, id uuid.UUID, codes [][]byte, most int, n NewSession) (t Tried, err error) {
	if n.Old == nil {
		n.Old = []byte{}
	}
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.FinishLogin(ctx, edgedb.FinishLoginParams{Court: court, ID: id, Codes: codes, Most: int32(most), Now: s.now(),
			Token: n.Token, OldToken: n.Old, Until: n.Until, Kiosk: n.Kiosk})
		t = Tried{true, int(row.Tries), row.Matched, row.Alive}
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return Tried{}, nil
	}
	return t, err
}

// ErrCodeBound says that the query code has bound another WeChat account already.
var ErrCodeBound = errors.New("query code is bound")

// NewBinding is a WeChat account to bind.
type NewBinding struct {
	OpenIDIndex, OpenID []byte // the openid is sealed
	Message             Outward
}

// FinishBinding tries the digits and binds the account, in one statement.
func (s *Store) FinishBinding(ctx context.Context, court string, id uuid.UUID, codes [][]byte, most int, b NewBinding) (t Tried, err error) {
	provider, params, data, err := b.Message.packed()
	if err != nil {
		return t, err
	}
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.FinishBinding(ctx, edgedb.FinishBindingParams{Court: court, ID: id, Codes: codes, Most: int32(most), Now: s.now(),
			OpenidIndex: b.OpenIDIndex, Openid: b.OpenID, Message: uuid.Must(uuid.NewV7()), Template: b.Message.Template, TemplateName: b.Message.Name,
			ProviderIds: provider, Params: params, Data: data, Text: b.Message.Text, CheckCode: b.Message.CheckCode, Clause: b.Message.Clause})
		t = Tried{true, int(row.Tries), row.Matched, row.Alive}
		return err
	})
	var pg *pgconn.PgError
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Tried{}, nil
	case errors.As(err, &pg) && pg.Code == "23505" && pg.ConstraintName == "wechat_code_once":
		return Tried{}, ErrCodeBound
	}
	return t, err
}

// Unbind ends an account's binding, of person when one is given; bound is false when there was none.
func (s *Store) Unbind(ctx context.Context, court string, openIDIndex, person []byte, m Outward) (bound bool, err error) {
	provider, params, data, err := m.packed()
	if err != nil {
		return false, err
	}
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) (err error) {
		bound, err = q.Unbind(ctx, edgedb.UnbindParams{Court: court, OpenidIndex: openIDIndex, Person: person, Now: s.now(), Message: uuid.Must(uuid.NewV7()),
			Template: m.Template, TemplateName: m.Name, ProviderIds: provider, Params: params, Data: data, Text: m.Text, CheckCode: m.CheckCode, Clause: m.Clause})
		return err
	})
	return bound, err
}

// WeChatUser is what is known of a WeChat account; Person is nil while it is bound to nobody.
type WeChatUser struct {
	Known, Subscribed bool
	Person            []byte
	BoundAt           time.Time
}

// WeChatUser looks one up.
func (s *Store) WeChatUser(ctx context.Context, court string, openIDIndex []byte) (u WeChatUser, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.WeChatUser(ctx, edgedb.WeChatUserParams{Court: court, OpenidIndex: openIDIndex})
		u.Known, u.Subscribed = err == nil, row.Subscribed
		if len(row.Person) > 0 && row.BoundAt != nil {
			u.Person, u.BoundAt = row.Person, *row.BoundAt
		}
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return WeChatUser{}, nil
	}
	return u, err
}

// SetSubscribed notes that an account follows the court's, or no longer does.
func (s *Store) SetSubscribed(ctx context.Context, court string, openIDIndex, openID []byte, subscribed bool) error {
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.SetSubscribed(ctx, edgedb.SetSubscribedParams{Court: court, OpenidIndex: openIDIndex, Openid: openID, Subscribed: subscribed, ChangedAt: s.now()})
	})
}
