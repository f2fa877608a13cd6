package courier

import (
	"context"
	"time"

	"mingzhi/backoffice/enforcement"
	"mingzhi/notify/channel"
	"mingzhi/storage/public"
)

// Tray is the development provider: what would have gone out lies in a tray on the screen.
type Tray struct {
	store *public.Store
	now   func() time.Time
}

// NewTray makes the sender for every channel of a demonstration.
func NewTray(store *public.Store, now func() time.Time) *Tray { return &Tray{store: store, now: now} }

// Name is how attempts name the tray.
func (t *Tray) Name() string { return "tray" }

// Send lays the message into the tray, once whatever happens: its id is the tray's key. The
// number is kept only masked, as its owner would see it.
func (t *Tray) Send(ctx context.Context, m channel.Message) (channel.Accepted, error) {
	address := enforcement.MaskMobile(m.Address, enforcement.AudienceOwner)
	err := t.store.PutTray(ctx, m.Court, public.TrayMessage{ID: m.ID, Channel: m.Channel, Address: address, Text: m.Text, CheckCode: m.CheckCode, At: t.now()})
	if err != nil {
		return channel.Accepted{}, channel.Failed("托盘写不进去", err)
	}
	return channel.Accepted{ProviderID: "tray-" + m.ID.String(), Delivered: true}, nil
}
