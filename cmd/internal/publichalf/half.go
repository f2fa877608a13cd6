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
	"mingzhi/bots"
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
	Demo    bool                    // messages go to the tray instead of a provider
	WeChat  map[string]bots.Account // the demonstration's, by court; else those of the file
	Metrics *boot.Metrics
	Outward
}

// Outward are the settings of what faces the internet, the same for both programs.
type Outward struct {
	PortalURL      string   `help:"公众访问门户的网址，例如 https://zx.example.gov.cn：消息和告知单里的链接用它。" env:"MINGZHI_PORTAL_URL" name:"portal-url"`
	TrustedProxies []string `help:"反向代理的地址或网段：只信它们转交的访问者地址。" env:"MINGZHI_TRUSTED_PROXIES"`
	SMSURL         string   `help:"短信网关的地址（HTTP JSON）；不填则短信留在队列里等待。" env:"MINGZHI_SMS_URL" name:"sms-url"`
	SMSTokenFile   string   `help:"短信网关令牌所在的文件。" env:"MINGZHI_SMS_TOKEN_FILE" name:"sms-token-file" type:"existingfile"`
	SMSAccounts    string   `help:"短信服务商（腾讯云、阿里云）的账号文件（YAML：provider、key_id、secret、app_id、sign、reports）；与短信网关只能用一种。" env:"MINGZHI_SMS_ACCOUNTS" name:"sms-accounts" type:"path"`
	WeChatAccounts string   `help:"公众号账号文件（YAML：每个法院一段，app_id、secret、token、aes_key、mode、api）；不填则没有公众号。" env:"MINGZHI_WECHAT_ACCOUNTS" name:"wechat-accounts" type:"path"`
}

// Half is the open public half.
type Half struct {
	Store   *public.Store
	options Options
	inquiry *inquiry.Service
	sms     *sms
	bot     *bots.Bot
	courier *courier.Courier
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
	h := &Half{Store: store, options: o, inquiry: service}
	if err := h.wire(); err != nil {
		store.Close()
		return nil, err
	}
	return h, nil
}

// wire joins the bot and the courier: one answers, the other sends, over the same accounts.
func (h *Half) wire() (err error) {
	o := h.options
	if o.WeChat == nil {
		if o.WeChat, err = readWeChat(o.WeChatAccounts); err != nil {
			return err
		}
	}
	if h.sms, err = readSMS(o.SMSAccounts); err != nil {
		return err
	}
	if h.bot, err = bots.New(bots.Options{Inquiry: h.inquiry, Store: h.Store, Accounts: o.WeChat, Portal: o.PortalURL, Log: o.Log, Report: h.wechatReport}); err != nil {
		return err
	}
	senders, err := h.senders()
	if err != nil {
		return err
	}
	h.courier = courier.New(h.Store, o.Keys, senders, courier.Options{Log: o.Log, Now: o.Now, Portal: o.PortalURL})
	return nil
}

// senders by channel: the tray in demonstration mode, else the provider or gateway that was named. Messages
// of a channel without one wait in the queue.
func (h *Half) senders() (map[string]channel.Sender, error) {
	o, all := h.options, map[string]channel.Sender{}
	if h.bot.Serves() {
		all["wechat"] = channel.NewWeChat(h.bot.Client)
	}
	switch {
	case o.Demo:
		all["sms"] = courier.NewTray(h.Store, o.Now)
		if all["wechat"] != nil {
			all["wechat"] = shown{all["wechat"], h.Store, o.Now}
		}
	case h.sms != nil && o.SMSURL != "":
		return nil, problem.New(problem.Invalid, "sms.two", "短信网关（--sms-url）和短信账号文件（--sms-accounts）只能设一个，请去掉一个。")
	case h.sms != nil:
		all["sms"] = h.sms.sender
	case o.SMSURL != "":
		token := ""
		if o.SMSTokenFile != "" {
			raw, err := os.ReadFile(o.SMSTokenFile)
			if err != nil {
				return nil, problem.New(problem.Invalid, "sms.token", "短信网关令牌文件 {file} 读不到，请检查路径和权限。", "file", o.SMSTokenFile).Because(err)
			}
			token = strings.TrimSpace(string(raw))
		}
		all["sms"] = channel.NewHTTP(channel.HTTPOptions{Name: "gateway", URL: o.SMSURL, Token: token})
	}
	return all, nil
}

// Close gives the connections back.
func (h *Half) Close() { h.Store.Close() }

// Portal is the public web.
func (h *Half) Portal() *fiber.App {
	return portal.New(portal.Options{Inquiry: h.inquiry, Ready: h.Store.Ping, Log: h.options.Log, Secure: h.options.Secure,
		TrustedProxies: h.options.TrustedProxies, Before: []fiber.Handler{h.options.Metrics.Requests("portal")}, Outside: h.outside, WeChat: h.bot})
}

// Jobs is the table of the public half's own background work.
func (h *Half) Jobs() []boot.Job {
	return []boot.Job{
		{Name: "forget", Sentence: "清除已经失效的登录、会话和草稿", Every: 10 * time.Minute, Limit: time.Minute, Run: h.each(func(ctx context.Context, court string) (int, error) {
			return 0, h.Store.ForgetParties(ctx, court)
		})},
		{Name: "watch", Sentence: "告诉关注标的的人有什么变化", Every: time.Minute, Limit: time.Minute, Run: h.each(h.inquiry.TellWatchers)},
		{Name: "visitors", Sentence: "清除过期的验证图片、关注和看样预约", Every: time.Hour, Limit: time.Minute, Run: h.each(func(ctx context.Context, court string) (int, error) {
			return 0, h.Store.ForgetVisitors(ctx, court)
		})},
		{Name: "bot", Sentence: "清除公众号不再需要的应答和过期的对话", Every: time.Minute, Limit: time.Minute, Run: h.bot.Forget},
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
func (h *Half) Courier() *courier.Courier { return h.courier }

// Menus lays the menu into every account, once the platform can be reached; a failure is noted only.
func (h *Half) Menus(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Second):
		h.bot.CreateMenus(ctx)
	}
}
