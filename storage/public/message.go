package public

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mingzhi/storage/public/internal/edgedb"
)

// SentMessage is what anybody who holds its check code may know of a message: nothing of whom
// it was for or what it said.
type SentMessage struct {
	Channel      string
	TemplateName string
	Clause       string
	State        string // sent, delivered, failed
	CreatedAt    time.Time
}

// MessagesByCheckCode finds the newest messages with a check code that went out after since.
func (s *Store) MessagesByCheckCode(ctx context.Context, court, code string, since time.Time) ([]SentMessage, error) {
	var list []SentMessage
	err := s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		rows, err := q.MessagesByCheckCode(ctx, edgedb.MessagesByCheckCodeParams{Court: court, CheckCode: code, Since: since})
		for _, r := range rows {
			m := SentMessage{Channel: r.Channel, TemplateName: r.TemplateName,
				Clause: r.Clause, State: r.State, CreatedAt: r.CreatedAt}
			list = append(list, m)
		}
		return err
	})
	return list, err
}

// TrayMessage is a message a real provider would have sent.
type TrayMessage struct {
	ID                                uuid.UUID
	Channel, Address, Text, CheckCode string
	At                                time.Time
}

// PutTray lays a message into the development tray, once.
func (s *Store) PutTray(ctx context.Context, court string, m TrayMessage) error {
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.InsertTray(ctx, edgedb.InsertTrayParams{Court: court, ID: m.ID, Channel: m.Channel, Address: m.Address,
			Text: m.Text, CheckCode: m.CheckCode, At: m.At})
	})
}

// Tray lists the newest hundred messages in it.
func (s *Store) Tray(ctx context.Context, court string) ([]TrayMessage, error) {
	var list []TrayMessage
	err := s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		rows, err := q.Tray(ctx, court)
		for _, r := range rows {
			list = append(list, TrayMessage{r.ID, r.Channel, r.Address, r.Text, r.CheckCode, r.At})
		}
		return err
	})
	return list, err
}
