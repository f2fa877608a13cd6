package publichalf

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/problem"
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
	Outward
}

// Outward are the settings of what faces the internet, the same for both programs.
type Outward struct {
	PortalURL      string   `help:"公众访问门户的网址，例如 https://zx.example.gov.cn：消息和告知单里的链接用它。" env:"MINGZHI_PORTAL_URL" name:"portal-url"`
	TrustedProxies []string `help:"反向代理的地址或网段：只信它们转交的访问者地址。" env:"MINGZHI_TRUSTED_PROXIES"`
	SMSURL         string   `help:"短信网关的地址（HTTP JSON）；不填则短信留在队列里等待。" env:"MINGZHI_SMS_URL" name:"sms-url"`
	SMSTokenFile   string   `help:"短信网关令牌所在的文件。" env:"MINGZHI_SMS_TOKEN_FILE" name:"sms-token-file" type:"existingfile"`
}

// Half is the open public half.
type Half struct {
	Store   *public.Store
	options Options
	inquiry *inquiry.Service
	senders map[string]channel.Sender
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
	senders, err := o.senders(store)
	if err != nil {
		store.Close()
		return nil, err
	}
	return &Half{Store: store, options: o, inquiry: service, senders: senders}, nil
}

// senders by channel: the tray in demonstration mode, else the gateway that was named. Messages
// of a channel without one wait in the queue.
func (o Options) senders(store *public.Store) (map[string]channel.Sender, error) {
	if o.Demo {
		return map[string]channel.Sender{"sms": courier.NewTray(store, o.Now)}, nil
	}
	if o.SMSURL == "" {
		return nil, nil
	}
	token := ""
	if o.SMSTokenFile != "" {
		raw, err := os.ReadFile(o.SMSTokenFile)
		if err != nil {
			return nil, problem.New(problem.Invalid, "sms.token", "短信网关令牌文件 {file} 读不到，请检查路径和权限。", "file", o.SMSTokenFile).Because(err)
		}
		token = strings.TrimSpace(string(raw))
	}
	return map[string]channel.Sender{"sms": channel.NewHTTP(channel.HTTPOptions{Name: "gateway", URL: o.SMSURL, Token: token})}, nil
}

// Close gives the connections back.
func (h *Half) Close() { h.Store.Close() }

// Portal is the public web.
func (h *Half) Portal() *fiber.App {
	return portal.New(portal.Options{Inquiry: h.inquiry, Ready: h.Store.Ping, Log: h.options.Log, Secure: h.options.Secure,
		TrustedProxies: h.options.TrustedProxies, Before: []fiber.Handler{h.options.Metrics.Requests("portal")}})
}

// Jobs is the table of the public half's own background work.
func (h *Half) Jobs() []boot.Job {
	return []boot.Job{
		{Name: "forget", Sentence: "清除已经失效的登录、会话和草稿", Every: 10 * time.Minute, Limit: time.Minute, Run: h.each(func(ctx context.Context, court string) (int, error) {
			return 0, h.Store.ForgetParties(ctx, court)
		})},
	}
}

// each runs work for every court; one court's fault does not starve the others.
func (h *Half) each(do func(ctx context.Context, court string) (int, error)) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		courts, err := h.Store.Courts(ctx)
		total := 0
		for _, c := range courts {
			n, one := do(ctx, c.ID)
			total, err = total+n, errors.Join(err, one)
		}
		return total, err
	}
}

// Courier sends what lies in the queue.
func (h *Half) Courier() *courier.Courier {
	return courier.New(h.Store, h.options.Keys, h.senders, courier.Options{Log: h.options.Log, Now: h.options.Now, Portal: h.options.PortalURL})
}
