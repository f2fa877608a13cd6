package bots

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/problem"
	"mingzhi/bots/wechat"
)

// Path is where WeChat calls; the court's id stands for :court.
const Path = "/wechat/:court"

// Routes puts the webhook on the portal's listener, beside its pages.
func (b *Bot) Routes(r fiber.Router) {
	r.Get(Path, b.handshake)
	r.Post(Path, b.receive)
}

func (b *Bot) handshake(c *fiber.Ctx) error {
	l := b.lines[c.Params("court")]
	if l == nil {
		return c.SendStatus(http.StatusNotFound)
	}
	echo, err := l.hook.Verify(query(c))
	if err != nil {
		return b.turnAway(c, err)
	}
	return c.Type("txt").SendString(echo)
}

func query(c *fiber.Ctx) wechat.Query {
	return wechat.ReadQuery(func(name string) string { return strings.Clone(c.Query(name)) })
}

// turnAway says nothing but a number to who is not WeChat.
func (b *Bot) turnAway(c *fiber.Ctx, err error) error {
	status := http.StatusForbidden
	switch {
	case problem.Is(err, problem.TooLarge):
		status = http.StatusRequestEntityTooLarge
	case problem.Is(err, problem.Invalid):
		status = http.StatusBadRequest
	}
	if p, ok := problem.As(err); ok {
		b.Log.Warn("公众号回调没有接受", "court", c.Params("court"), "why", p.Key)
	}
	return c.SendStatus(status)
}

func (b *Bot) receive(c *fiber.Ctx) error {
	court := strings.Clone(c.Params("court"))
	l := b.lines[court]
	if l == nil {
		return c.SendStatus(http.StatusNotFound)
	}
	m, err := l.hook.Receive(query(c), c.Body())
	if err != nil {
		return b.turnAway(c, err)
	}
	reply, err := b.answer(c.UserContext(), court, m)
	if err != nil {
		b.Log.Error("公众号消息没有处理，等微信重发", "court", court, "err", err)
		return c.SendStatus(http.StatusServiceUnavailable)
	}
	body, contentType, err := l.hook.Answer(m, wechat.Reply{Text: reply})
	if err != nil {
		return c.SendStatus(http.StatusInternalServerError)
	}
	c.Set(fiber.HeaderContentType, contentType)
	return c.Send(body)
}

// patience is how long a report of a message that is not known yet is asked for again: it may be faster than the courier's note.
const patience = 30 * time.Second

// answer does what a callback asks for and says what the person reads at once.
func (b *Bot) answer(ctx context.Context, court string, m wechat.Message) (string, error) {
	if m.Kind != wechat.Event {
		return b.converse(ctx, court, m)
	}
	switch m.Event {
	case wechat.EventTemplate:
		return "", b.report(ctx, court, m)
	case wechat.EventUnsubscribe:
		return "", b.Inquiry.SetSubscribed(ctx, court, m.FromUser, false)
	case wechat.EventSubscribe:
		if err := b.Inquiry.SetSubscribed(ctx, court, m.FromUser, true); err != nil {
			return "", err
		}
		return b.converse(ctx, court, m)
	case wechat.EventScan, wechat.EventClick:
		return b.converse(ctx, court, m)
	}
	return "", nil
}

// report hands on what became of a template message. It needs no note of its own: told twice it changes nothing.
func (b *Bot) report(ctx context.Context, court string, m wechat.Message) error {
	if b.Report == nil {
		return nil
	}
	var err error
	for range 10 { // the report may be faster than the courier's own note
		err = b.Report(ctx, court, m.TemplateMsgID, m.Status == "success", outcome(m.Status))
		if !problem.Is(err, problem.NotFound) || b.Store.Now().Sub(m.CreatedAt) > patience {
			break
		}
		time.Sleep(200 * time.Millisecond)
	}
	if problem.Is(err, problem.NotFound) && b.Store.Now().Sub(m.CreatedAt) > patience {
		return nil
	}
	return err
}

func outcome(status string) string {
	switch {
	case status == "success":
		return ""
	case strings.Contains(status, "user block"):
		return "收件人拒收公众号消息"
	}
	return "微信没有送达"
}
