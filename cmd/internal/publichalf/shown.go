package publichalf

import (
	"context"
	"time"

	"mingzhi/notify/channel"
	"mingzhi/storage/public"
)

// shown is a sender whose messages also lie in the demonstration's tray.
type shown struct {
	channel.Sender
	store *public.Store
	now   func() time.Time
}

// Send sends; what was taken is shown with the end of the account's id only.
func (s shown) Send(ctx context.Context, m channel.Message) (channel.Accepted, error) {
	accepted, err := s.Sender.Send(ctx, m)
	if err != nil {
		return accepted, err
	}
	address := "微信用户"
	if n := len(m.Address); n > 4 {
		address += " …" + m.Address[n-4:]
	}
	_ = s.store.PutTray(ctx, m.Court, public.TrayMessage{ID: m.ID, Channel: m.Channel, Address: address, Text: m.Text, CheckCode: m.CheckCode, At: s.now()}) // it went out all the same
	return accepted, nil
}
