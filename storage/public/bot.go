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

// accountKey carries the WeChat account behind a tip to the statement that stores it.
type accountKey struct{}

// WithAccount says whose tips are stored in ctx: the tip and who is behind it are kept in one statement,
// so that an officer's question finds him whatever happens in between.
func WithAccount(ctx context.Context, openIDIndex []byte) context.Context {
	return context.WithValue(ctx, accountKey{}, openIDIndex)
}

func account(ctx context.Context) []byte {
	index, _ := ctx.Value(accountKey{}).([]byte)
	return index
}

// atWork is how long a callback belongs to the node that took it; WeChat asks again after five seconds.
const atWork = 4500 * time.Millisecond

// ClaimCallback takes a callback, once: mine is false for a repeat, which gets what was answered; nil
// while that is not known.
func (s *Store) ClaimCallback(ctx context.Context, court, key string) (mine bool, reply []byte, err error) {
	now := s.now()
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.ClaimCallback(ctx, edgedb.ClaimCallbackParams{Court: court, Key: key, Now: now, Stale: now.Add(-atWork)})
		mine, reply = row.Mine, row.Reply
		return err
	})
	return mine, reply, err
}

// AnswerCallback keeps what a callback was answered.
func (s *Store) AnswerCallback(ctx context.Context, court, key string, reply []byte) error {
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.AnswerCallback(ctx, edgedb.AnswerCallbackParams{Court: court, Key: key, Reply: reply})
	})
}

// DropCallback gives a callback back that could not be done, so that a repeat does it.
func (s *Store) DropCallback(ctx context.Context, court, key string) error {
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.DropCallback(ctx, edgedb.DropCallbackParams{Court: court, Key: key})
	})
}

// Dialogue is where a conversation stands, sealed; version 0 when there is none.
func (s *Store) Dialogue(ctx context.Context, court string, openIDIndex []byte) (state []byte, version int, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.Dialogue(ctx, edgedb.DialogueParams{Court: court, OpenidIndex: openIDIndex})
		state, version = row.State, int(row.Version)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, 0, nil
	}
	return state, version, err
}

// SaveDialogue keeps a state that came of the one with this version, and the answer of the callback (key)
// that led to it; kept is false when somebody else was faster: then neither is.
func (s *Store) SaveDialogue(ctx context.Context, court string, openIDIndex, state []byte, version int, key string, reply []byte) (kept bool, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) (err error) {
		kept, err = q.SaveDialogue(ctx, edgedb.SaveDialogueParams{Court: court, OpenidIndex: openIDIndex, State: state, Version: int32(version), Now: s.now(), Key: key, Reply: reply})
		return err
	})
	return kept, err
}

// OwnTip is a tip that came from a WeChat account.
type OwnTip struct {
	ID          uuid.UUID
	ReceiptHMAC []byte
	TipStatus
}

// OwnTips are the newest of an account.
func (s *Store) OwnTips(ctx context.Context, court string, openIDIndex []byte) (list []OwnTip, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		rows, err := q.OwnTips(ctx, edgedb.OwnTipsParams{Court: court, OpenidIndex: openIDIndex})
		for _, r := range rows {
			t := OwnTip{ID: r.ID, ReceiptHMAC: r.ReceiptHmac, TipStatus: TipStatus{Ticket: r.Ticket, Stage: r.Stage, Result: r.Result, ReceivedAt: r.At}}
			if err := json.Unmarshal(r.Messages, &t.Questions); err != nil {
				return fmt.Errorf("questions of %s: %w", r.Ticket, err)
			}
			list = append(list, t)
		}
		return err
	})
	return list, err
}

// SubmitChat stores what a WeChat user said to an officer; an id seen before stores nothing.
func (s *Store) SubmitChat(ctx context.Context, court string, id uuid.UUID, openIDIndex []byte, meta exchange.ChatMeta, sealed []byte) error {
	text, err := json.Marshal(meta)
	if err != nil {
		return err
	}
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.SubmitChat(ctx, edgedb.SubmitChatParams{Court: court, ID: id, Now: s.now(), Meta: text, Sealed: sealed, Chat: meta.Chat, OpenidIndex: openIDIndex})
	})
}

// textLasts is how long a late answer may still be sent: WeChat takes it for two days after the person wrote.
const textLasts = 47 * time.Hour

// QueueText lets the courier bring a text to an account; o.Text is what it says.
func (s *Store) QueueText(ctx context.Context, court string, id uuid.UUID, openIDIndex []byte, o Outward) error {
	now := s.now()
	until := now.Add(textLasts)
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.QueueText(ctx, edgedb.QueueTextParams{Court: court, ID: id, OpenidIndex: openIDIndex, Template: o.Template, TemplateName: o.Name, Text: o.Text,
			CheckCode: o.CheckCode, CreatedAt: now, Until: &until})
	})
}

// LotLine is an announced lot as the bot lists it.
type LotLine struct {
	ID               uuid.UUID
	Title, District  string
	Round            int
	StartingPrice    int64 // fen
	StartsAt, EndsAt time.Time
}

// NewestLots are the lots that were announced last.
func (s *Store) NewestLots(ctx context.Context, court string, most int) (list []LotLine, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		rows, err := q.NewestLots(ctx, edgedb.NewestLotsParams{Court: court, Most: int32(most)})
		for _, r := range rows {
			list = append(list, LotLine{r.ID, r.Title, r.District, int(r.Round), r.StartingPrice, r.StartsAt, r.EndsAt})
		}
		return err
	})
	return list, err
}

// Token is a provider's access token, sealed; nil when none holds.
func (s *Store) Token(ctx context.Context, court, key string) (value []byte, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) (err error) {
		value, err = q.Token(ctx, edgedb.TokenParams{Court: court, Key: key, Now: s.now()})
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return value, err
}

// SetToken keeps one for ttl.
func (s *Store) SetToken(ctx context.Context, court, key string, value []byte, ttl time.Duration) error {
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.SetToken(ctx, edgedb.SetTokenParams{Court: court, Key: key, Value: value, Until: s.now().Add(ttl)})
	})
}

// ForgetBot removes what the bot no longer needs: answers after minutes, callbacks after a day, talks after a month.
func (s *Store) ForgetBot(ctx context.Context, court string) error {
	now := s.now()
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.ForgetBot(ctx, edgedb.ForgetBotParams{Court: court, Now: now, Answered: now.Add(-2 * time.Minute), DayAgo: now.AddDate(0, 0, -1), MonthAgo: now.AddDate(0, 0, -30)})
	})
}
