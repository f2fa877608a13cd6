package wechat_test

import (
	"testing"

	"mingzhi/bots/wechat"
	"mingzhi/bots/wechat/wechattest"
)

func BenchmarkReceive(b *testing.B) {
	for _, mode := range []wechat.Mode{wechat.Plain, wechat.Safe} {
		b.Run(string(mode), func(b *testing.B) {
			at := newClock()
			p := wechattest.New(wechattest.Options{Account: wechat.Account{Mode: mode}, Now: at.now})
			hook, err := wechat.NewWebhook(p.Account(), wechat.WebhookOptions{Now: at.now})
			if err != nil {
				b.Fatal(err)
			}
			c := p.Callback(person, wechattest.Outgoing{Text: "（2026）甲01执1号"})
			q := wechat.ReadQuery(c.Query.Get)
			b.ReportAllocs()
			for b.Loop() {
				m, err := hook.Receive(q, c.Body)
				if err != nil {
					b.Fatal(err)
				}
				if _, _, err := hook.Answer(m, wechat.Reply{Text: "收到"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
