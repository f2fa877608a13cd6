package channel

import (
	"context"
	"encoding/hex"
	"errors"

	"mingzhi/bots/wechat"
)

// WeChat sends by the official account of each message's court.
type WeChat struct {
	account func(court string) *wechat.Client
}

// NewWeChat makes the sender; account answers nil for a court that has none.
func NewWeChat(account func(court string) *wechat.Client) *WeChat { return &WeChat{account: account} }

// Name is how attempts name this provider.
func (w *WeChat) Name() string { return "wechat" }

// Send sends a template message when the message has one, and otherwise a text, which only reaches
// people who wrote within two days.
func (w *WeChat) Send(ctx context.Context, m Message) (Accepted, error) {
	client := w.account(m.Court)
	template := m.ProviderIDs["wechat.template"]
	switch {
	case client == nil:
		return Accepted{}, Refused("本院没有接入公众号")
	case template != "" && len(m.Data) > 0:
		id, err := client.SendTemplate(ctx, wechat.TemplateMessage{To: m.Address, TemplateID: template, URL: m.URL, Data: m.Data,
			ClientID: hex.EncodeToString(m.ID[:])}) // WeChat takes 32 characters
		return Accepted{ProviderID: id}, weighWeChat(err)
	case m.Text == "":
		return Accepted{}, Refused("没有可发的内容")
	}
	err := client.SendText(ctx, m.Address, m.Text)
	return Accepted{Delivered: err == nil}, weighWeChat(err)
}

// weighWeChat keeps the reason; its quota of the day is a refusal, so that the rules can choose another channel in time.
func weighWeChat(err error) error {
	var e *wechat.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &e):
		return Failed("微信发送出错", nil)
	case !e.Permanent():
		return Failed(e.Detail, err)
	case e.Lasts == wechat.ForQuota:
		return Refused("当日模板消息额度已用完")
	}
	return Refused(e.Detail)
}
