package wechat_test

import (
	"encoding/base64"
	"strconv"
	"testing"

	"github.com/silenceper/wechat/v2/util"

	"mingzhi/backoffice/problem"
	"mingzhi/bots/wechat"
	"mingzhi/bots/wechat/wechattest"
)

// FuzzReceive hands in rightly signed rubbish: as a body, as a cipher, and inside one.
func FuzzReceive(f *testing.F) {
	at := newClock()
	var hooks []*wechat.Webhook
	var account wechat.Account
	for _, mode := range modes {
		p := wechattest.New(wechattest.Options{Account: wechat.Account{Mode: mode}, Now: at.now})
		account = p.Account()
		hook, err := wechat.NewWebhook(account, wechat.WebhookOptions{Now: at.now})
		if err != nil {
			f.Fatal(err)
		}
		hooks = append(hooks, hook)
		for _, forge := range []wechattest.Forgery{"", wechattest.Truncated, wechattest.Entities, wechattest.Doctype, wechattest.ShortCipher} {
			f.Add(p.Callback(person, wechattest.Outgoing{Text: "你好"}, forge).Body)
		}
	}
	f.Add([]byte(`<xml><FromUserName>o</FromUserName><CreateTime>99999999999999999999</CreateTime><SubscribeMsgSentEvent><List><MsgID>1</MsgID></List></SubscribeMsgSentEvent></xml>`))
	f.Add(make([]byte, 64))
	f.Fuzz(func(t *testing.T, data []byte) {
		inside, err := util.EncryptMsg([]byte("0123456789abcdef"), data, account.AppID, account.AESKey)
		if err != nil {
			t.Fatal(err)
		}
		q := wechat.Query{Timestamp: strconv.FormatInt(at.now().Unix(), 10), Nonce: "n"}
		q.Signature = util.Signature(account.Token, q.Timestamp, q.Nonce)
		for _, hook := range hooks {
			take(t, hook, q, data)
			for _, encrypted := range []string{base64.StdEncoding.EncodeToString(data), string(inside)} {
				q.MsgSignature = util.Signature(account.Token, q.Timestamp, q.Nonce, encrypted)
				take(t, hook, q, []byte("<xml><Encrypt>"+encrypted+"</Encrypt></xml>"))
			}
		}
	})
}

// take wants a sentence for people, or a message that can be answered.
func take(t *testing.T, hook *wechat.Webhook, q wechat.Query, body []byte) {
	m, err := hook.Receive(q, body)
	if err != nil {
		if _, is := problem.As(err); !is {
			t.Fatalf("no sentence for people: %v", err)
		}
		return
	}
	if m.FromUser == "" || m.Kind == "" || m.Key() == "" {
		t.Fatalf("%+v", m)
	}
	if _, _, err := hook.Answer(m, wechat.Reply{Text: m.Text}); err != nil {
		t.Fatal(err)
	}
}
