package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	silenceper "github.com/silenceper/wechat/v2"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/officialaccount/config"
	"github.com/silenceper/wechat/v2/officialaccount/message"
	"github.com/sirupsen/logrus"

	"mingzhi/bots/wechat"
	"mingzhi/bots/wechat/wechattest"
)

var botRow = row{
	name: "bot", goal: 1,
	subject:   "bot reply, protocol, plain: signature, replay window, parse, fixed reply",
	reference: "silenceper's own server behind Fiber's adaptor, without window and checks of ours",
	set:       func(ctx context.Context, st *stage) (pair, error) { return setBot(st, wechat.Plain) },
}

var botSafeRow = row{
	name: "bot-aes", goal: 1,
	subject:   "the same in safe mode: both signatures, AES in and out",
	reference: botRow.reference,
	set:       func(ctx context.Context, st *stage) (pair, error) { return setBot(st, wechat.Safe) },
}

const fixedReply = "您好，您查询的案件正在办理中，请在公众号菜单查看进度。"

func setBot(st *stage, mode wechat.Mode) (pair, error) {
	platform := wechattest.New(wechattest.Options{Account: wechat.Account{Mode: mode}, Now: time.Now})
	account := platform.Account()
	hook, err := wechat.NewWebhook(account, wechat.WebhookOptions{Window: time.Hour})
	if err != nil {
		return pair{}, err
	}
	whole, wholeAddress, err := listen(ownBot(hook))
	if err != nil {
		return pair{}, err
	}
	bare, bareAddress, err := listen(bareBot(account))
	if err != nil {
		return pair{}, err
	}
	subject, reference := &asks{address: wholeAddress}, &asks{address: bareAddress}
	for i := range 256 {
		c := platform.Callback("oBench"+strconv.Itoa(i), wechattest.Outgoing{Text: fmt.Sprintf("查询 （2026）某01执%d号 进度", i)})
		request := fmt.Appendf(nil, "POST /bot?%s HTTP/1.1\r\nHost: bench\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", c.Query.Encode(), len(c.Body), c.Body)
		subject.requests, reference.requests = append(subject.requests, request), append(reference.requests, request)
	}
	return pair{
		subject:   func(ctx context.Context) (sample, error) { return subject.run(ctx, st) },
		reference: func(ctx context.Context) (sample, error) { return reference.run(ctx, st) },
		close:     func() { whole.Shutdown(); bare.Shutdown() },
	}, nil
}

func ownBot(hook *wechat.Webhook) *fiber.App {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Post("/bot", func(c *fiber.Ctx) error {
		m, err := hook.Receive(wechat.ReadQuery(func(name string) string { return c.Query(name) }), c.Body())
		if err != nil {
			return err
		}
		body, contentType, err := hook.Answer(m, wechat.Reply{Text: fixedReply})
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, contentType)
		return c.Send(body)
	})
	return app
}

// bareBot is the reference.
func bareBot(a wechat.Account) *fiber.App {
	logrus.SetLevel(logrus.ErrorLevel) // the library would write every message to the terminal
	official := silenceper.NewWechat().GetOfficialAccount(&config.Config{AppID: a.AppID, AppSecret: "x", Token: a.Token, EncodingAESKey: a.AESKey, Cache: cache.NewMemory()})
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Post("/bot", adaptor.HTTPHandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := official.GetServer(r, w)
		s.SetMessageHandler(func(*message.MixMessage) *message.Reply {
			return &message.Reply{MsgType: message.MsgTypeText, MsgData: message.NewText(fixedReply)}
		})
		if err := s.Serve(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if err := s.Send(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}))
	return app
}
