package publichalf

import (
	"context"
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"

	"mingzhi/cmd/internal/boot"
	"mingzhi/notify/channel"
	"mingzhi/notify/courier"
	"mingzhi/portal"
	"mingzhi/portal/inquiry"
	"mingzhi/storage/files"
	"mingzhi/storage/public"
	"mingzhi/storage/sealing"
)

// Options say what the half stands on.
type Options struct {
	DSN     string // account mingzhi_public
	Keys    *sealing.PublicKeyring
	Files   *files.Stores
	Log     *slog.Logger
	Now     func() time.Time
	Secure  bool
	Demo    bool // messages go to the tray instead of a provider
	Metrics *boot.Metrics
}

// Half is the open public half.
type Half struct {
	Store   *public.Store
	options Options
	inquiry *inquiry.Service
}

// Open connects the public store and makes the use cases.
func Open(ctx context.Context, o Options) (*Half, error) {
	store, err := public.Open(ctx, o.DSN, o.Keys, o.Files.Inbox, o.Now)
	if err != nil {
		return nil, err
	}
	service, err := inquiry.New(store)
	if err != nil {
		store.Close()
		return nil, err
	}
	return &Half{Store: store, options: o, inquiry: service}, nil
}

// Close gives the connections back.
func (h *Half) Close() { h.Store.Close() }

// Portal is the public web.
func (h *Half) Portal() *fiber.App {
	return portal.New(portal.Options{Inquiry: h.inquiry, Ready: h.Store.Ping, Log: h.options.Log, Secure: h.options.Secure,
		Before: []fiber.Handler{h.options.Metrics.Requests("portal")}})
}

// Courier sends what lies in the queue: to the tray in demonstration mode. Without a provider
// configured a channel's messages wait in the queue.
func (h *Half) Courier() *courier.Courier {
	senders := map[string]channel.Sender{}
	if h.options.Demo {
		senders["sms"] = courier.NewTray(h.Store, h.options.Now)
	}
	return courier.New(h.Store, h.options.Keys, senders, courier.Options{Log: h.options.Log, Now: h.options.Now})
}
