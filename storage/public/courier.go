package public

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public/internal/edgedb"
)

// Claim is a message under lease: for that long nobody else sends it.
type Claim struct {
	ID              uuid.UUID
	Own             bool     // the public half's own: the court is not told what became of it
	Tries           int      // this one included
	Channels        []string // those the rule allows
	Preferred       []string // the person's own order
	GivenUp         []string // those that refused it
	Address         []byte   // sealed for the courier under AddressAAD; nil: no number
	AddressAAD      string
	OpenID          []byte // sealed; nil: no WeChat account to send to
	OpenIDIndex     []byte
	Template        string
	ProviderIDs     map[string]string
	Params          []string
	Data            map[string]string
	URL             string
	Text, CheckCode string
}

// Outcome is what one try led to.
type Outcome struct {
	ID         uuid.UUID
	State      string    // queued (try again), sent, delivered, failed
	NextAt     time.Time // of the next try; without one, any instant
	At         time.Time
	Provider   string
	ProviderID string
	Route      string // the channel it was tried on
	GivenUp    []string
	Anew       bool   // the tries of the next channel are counted anew
	Result     string // accepted, refused, error; empty: not tried, the lease is given back
	Detail     string
	Receipt    *exchange.Delivery // for the inbox; nil while it is still on its way
}

// ClaimBatch leases at most so many due messages until lease and takes the withdrawn ones out of the queue.
func (s *Store) ClaimBatch(ctx context.Context, court string, now, lease time.Time, most int) ([]Claim, error) {
	var claims []Claim
	err := s.inQueue(ctx, court, func(tx pgx.Tx) error {
		rows, err := edgedb.New(tx).ClaimBatch(ctx, edgedb.ClaimBatchParams{Court: court, Now: now, LeaseUntil: lease, Most: int32(most)})
		if err != nil {
			return err
		}
		claims = make([]Claim, len(rows))
		for i, r := range rows {
			c := Claim{ID: r.MessageID, Own: r.Own, Tries: int(r.Tries), Channels: r.Channels, Preferred: r.Preferred, GivenUp: r.GivenUp, Address: r.Address,
				AddressAAD: r.AddressAad, OpenID: r.Openid, OpenIDIndex: r.OpenidIndex, Template: r.Template, URL: r.Url, Text: r.Text, CheckCode: r.CheckCode}
			if c.AddressAAD == "" {
				c.AddressAAD = "outgoing.address:" + c.ID.String()
			}
			if err := json.Unmarshal(r.ProviderIds, &c.ProviderIDs); err != nil {
				return fmt.Errorf("message %s: provider_ids: %w", c.ID, err)
			}
			if err := json.Unmarshal(r.Params, &c.Params); err != nil {
				return fmt.Errorf("message %s: params: %w", c.ID, err)
			}
			if r.Data != nil {
				if err := json.Unmarshal(r.Data, &c.Data); err != nil {
					return fmt.Errorf("message %s: data: %w", c.ID, err)
				}
			}
			claims[i] = c
		}
		return nil
	})
	return claims, err
}

// FinishBatch writes a batch's outcomes, attempts and receipts together; lease is the one they were claimed under.
func (s *Store) FinishBatch(ctx context.Context, court string, lease time.Time, outcomes []Outcome) error {
	n := len(outcomes)
	p := edgedb.FinishBatchParams{Court: court, Lease: lease, Ids: make([]uuid.UUID, n), States: make([]string, n), NextAt: make([]time.Time, n),
		ProviderIds: make([]string, n), Attempts: make([]uuid.UUID, n), Ats: make([]time.Time, n), Providers: make([]string, n),
		Outcomes: make([]string, n), Details: make([]string, n), Receipts: make([]uuid.UUID, n), Metas: make([]string, n),
		Routes: make([]string, n), GivenUp: make([]string, n), Anew: make([]bool, n)}
	for i, o := range outcomes {
		p.Ids[i], p.States[i], p.NextAt[i], p.ProviderIds[i], p.Ats[i] = o.ID, o.State, o.NextAt, o.ProviderID, o.At
		p.Attempts[i], p.Receipts[i] = uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
		p.Providers[i], p.Outcomes[i], p.Details[i] = o.Provider, o.Result, o.Detail
		p.Routes[i], p.GivenUp[i], p.Anew[i] = o.Route, strings.Join(o.GivenUp, ","), o.Anew
		if o.Receipt == nil {
			continue
		}
		meta, err := json.Marshal(o.Receipt)
		if err != nil {
			return err
		}
		p.Metas[i] = string(meta)
	}
	return s.inQueue(ctx, court, func(tx pgx.Tx) error {
		_, err := edgedb.New(tx).FinishBatch(ctx, p)
		return err
	})
}

// inQueue is inCourt where a batch meets tables of millions. The planner takes a LIMIT it cannot
// see for a tenth of the table and would read all of it, ten times slower at 50,000 messages.
func (s *Store) inQueue(ctx context.Context, court string, fn func(pgx.Tx) error) error {
	return s.inCourt(ctx, court, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off"); err != nil {
			return err
		}
		return fn(tx)
	})
}

// ReportDelivery notes what a provider says became of a message, named by its id or by the
// provider's. The channel of d is filled in here. A message that goes on by another channel is
// not told of yet, and of the public half's own messages the court is not told.
func (s *Store) ReportDelivery(ctx context.Context, court, providerID string, d exchange.Delivery) error {
	return s.inCourt(ctx, court, func(tx pgx.Tx) error {
		q := edgedb.New(tx)
		rows, err := q.NoteReport(ctx, edgedb.NoteReportParams{Court: court, MessageID: d.MessageID, ProviderID: providerID, State: d.State, Now: s.now()})
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Own || r.State != d.State {
				continue
			}
			d.MessageID, d.Channel = r.MessageID, r.Route
			meta, err := json.Marshal(d)
			if err != nil {
				return err
			}
			err = q.Submit(ctx, edgedb.SubmitParams{Court: court, ID: uuid.Must(uuid.NewV7()), Kind: "delivery", ReceivedAt: d.At, Meta: meta})
			if err != nil {
				return err
			}
		}
		if len(rows) > 0 {
			return nil
		}
		known, err := q.KnownReport(ctx, edgedb.KnownReportParams{Court: court, MessageID: d.MessageID, ProviderID: providerID})
		if err == nil && !known {
			err = problem.New(problem.NotFound, "delivery.unknown", "没有这条消息的发送记录。")
		}
		return err
	})
}

// OpenIDAAD binds a sealed openid to its row.
func OpenIDAAD(index []byte) string { return "wechat.openid:" + hex.EncodeToString(index) }
