package publichalf

import (
	"context"
	"crypto/subtle"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/problem"
	"mingzhi/notify/channel"
	"mingzhi/notify/courier"
)

// outside are the addresses that providers call, beside the portal's pages.
func (h *Half) outside(r fiber.Router) {
	h.bot.Routes(r)
	if h.sms != nil && h.sms.account.Reports != "" {
		r.Post("/sms/:secret", h.smsReports)
	}
}

// smsReports takes what the SMS provider says became of messages. The secret in the address is all that shows who asks.
func (h *Half) smsReports(c *fiber.Ctx) error {
	if subtle.ConstantTimeCompare([]byte(c.Params("secret")), []byte(h.sms.account.Reports)) != 1 {
		return c.SendStatus(http.StatusNotFound)
	}
	reports, err := h.sms.parse(c.Body())
	if err != nil {
		return c.SendStatus(http.StatusBadRequest)
	}
	for _, r := range reports {
		if err := h.note(c.UserContext(), r); err != nil {
			h.options.Log.Error("短信回执没有记下，等服务商重发", "err", err)
			return c.SendStatus(http.StatusServiceUnavailable)
		}
	}
	return c.Type("json").SendString(h.sms.thanks)
}

// note finds the court whose message it was: one account serves all of them.
func (h *Half) note(ctx context.Context, r channel.Report) error {
	courts, err := h.Store.Courts(ctx)
	if err != nil {
		return err
	}
	for _, court := range courts {
		err := h.courier.Report(ctx, court.ID, courier.Report{MessageID: r.MessageID, ProviderID: r.ProviderID, State: r.State, Detail: r.Detail, At: r.At})
		if !problem.Is(err, problem.NotFound) {
			return err
		}
	}
	h.options.Log.Warn("短信回执对不上任何消息", "provider_id", r.ProviderID)
	return nil
}

// wechatReport takes what WeChat says became of a template message.
func (h *Half) wechatReport(ctx context.Context, court, providerID string, delivered bool, detail string) error {
	r := courier.Report{ProviderID: providerID, State: "failed", Detail: detail}
	if delivered {
		r.State = "delivered"
	}
	return h.courier.Report(ctx, court, r)
}
