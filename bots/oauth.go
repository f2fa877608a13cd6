package bots

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"mingzhi/backoffice/problem"
)

// ticketLasts is how long a browser may take to bind after WeChat said whose phone it is.
const ticketLasts = 30 * time.Minute

// ticket is what a browser keeps, sealed.
type ticket struct {
	OpenID string    `json:"openid"`
	Until  time.Time `json:"until"`
}

// Authorize is where WeChat's browser learns whose phone it is and comes back to a path of the portal.
func (b *Bot) Authorize(court, back, state string) (address string, ok bool) {
	l := b.lines[court]
	if l == nil || b.Portal == "" {
		return "", false
	}
	return l.client.AuthorizeURL(b.Portal+back, state), true
}

// Identify turns WeChat's code into a ticket that only this half can open.
func (b *Bot) Identify(ctx context.Context, court, code string) (string, error) {
	client := b.Client(court)
	if client == nil {
		return "", problem.New(problem.NotFound, "court.unknown", "没有这个法院的入口，请核对网址。")
	}
	openID, err := client.OpenID(ctx, code)
	if err != nil {
		return "", problem.New(problem.Unavailable, "bot.oauth", "微信没有说明您是谁，请退回去重新打开链接。").Because(err)
	}
	plain, err := json.Marshal(ticket{openID, b.Store.Now().Add(ticketLasts)})
	if err != nil {
		return "", err
	}
	sealed, err := b.Store.Keys.SealCourier("bind.ticket:"+court, plain)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// Account opens a ticket.
func (b *Bot) Account(court, text string) (openID string, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || text == "" {
		return "", false
	}
	plain, err := b.Store.Keys.OpenCourier("bind.ticket:"+court, sealed)
	var t ticket
	if err != nil || json.Unmarshal(plain, &t) != nil || !b.Store.Now().Before(t.Until) {
		return "", false
	}
	return t.OpenID, t.OpenID != ""
}
