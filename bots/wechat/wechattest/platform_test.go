package wechattest_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"mingzhi/bots/wechat"
	"mingzhi/bots/wechat/wechattest"
)

const person = "oPerson"

// with starts a platform whose bot is a plain handler.
func with(t *testing.T, o wechattest.Options, bot http.HandlerFunc) *wechattest.Platform {
	p, _ := wechattest.Start(t, o)
	server := httptest.NewServer(bot)
	t.Cleanup(server.Close)
	p.BotAt(server.URL)
	return p
}

func TestThreeTriesThenAnApology(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bot   http.HandlerFunc
		tries int32
		want  error
	}{
		"slow":       {func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body); <-r.Context().Done() }, 3, wechattest.ErrNoAnswer},
		"broken":     {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, 3, wechattest.ErrNoAnswer},
		"cut off":    {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 3, wechattest.ErrNoAnswer},
		"refuses":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }, 1, wechattest.ErrBadAnswer},
		"redirects":  {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", 302) }, 1, wechattest.ErrBadAnswer},
		"says html":  {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }, 1, wechattest.ErrBadAnswer},
		"says ok":    {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }, 1, wechattest.ErrBadAnswer},
		"is content": {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "success") }, 1, nil},
		"is silent":  {func(http.ResponseWriter, *http.Request) {}, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var tries atomic.Int32
			p := with(t, wechattest.Options{Patience: 200 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
				tries.Add(1)
				c.bot(w, r)
			})
			got, err := p.Subscribe(t.Context(), person, "")
			if !errors.Is(err, c.want) || got != nil || tries.Load() != c.tries {
				t.Errorf("%+v %v after %d tries", got, err, tries.Load())
			}
			chat := p.Chat(person)
			if sorry := strings.Contains(chat[len(chat)-1].Text, "故障"); sorry != (c.want != nil) {
				t.Errorf("%+v", chat)
			}
		})
	}
}

func TestAnswersAreReadAsWeChatDoes(t *testing.T) {
	t.Parallel()
	account := wechattest.New(wechattest.Options{}).Account()
	plain := func(to, kind, rest string) string {
		return `<xml><ToUserName>` + to + `</ToUserName><FromUserName>gh_0123456789ab</FromUserName><CreateTime>1</CreateTime><MsgType>` + kind + `</MsgType>` + rest + `</xml>`
	}
	sealed := func(text, appID, signature string) string {
		cipher, err := util.EncryptMsg([]byte("0123456789abcdef"), []byte(text), appID, account.AESKey)
		if err != nil {
			t.Fatal(err)
		}
		if signature == "" {
			signature = util.Signature(account.Token, "1", "n", string(cipher))
		}
		out, _ := xml.Marshal(struct {
			XMLName                                 xml.Name `xml:"xml"`
			Encrypt, MsgSignature, TimeStamp, Nonce string
		}{Encrypt: string(cipher), MsgSignature: signature, TimeStamp: "1", Nonce: "n"})
		return string(out)
	}
	good := plain(person, "text", "<Content>好</Content>")
	for name, c := range map[string]struct {
		mode   wechat.Mode
		answer string
		ok     bool
	}{
		"plain":                {wechat.Plain, good, true},
		"compatible takes one": {wechat.Compatible, good, true},
		"and the other":        {wechat.Compatible, sealed(good, account.AppID, ""), true},
		"safe":                 {wechat.Safe, sealed(good, account.AppID, ""), true},
		"plain in safe":        {wechat.Safe, good, false},
		"sealed in plain":      {wechat.Plain, sealed(good, account.AppID, ""), false},
		"wrong signature":      {wechat.Safe, sealed(good, account.AppID, "0"), false},
		"another account":      {wechat.Safe, sealed(good, "wx0", ""), false},
		"rubbish inside":       {wechat.Safe, sealed("rubbish", account.AppID, ""), false},
		"to somebody else":     {wechat.Plain, plain("oOther", "text", "<Content>好</Content>"), false},
		"empty text":           {wechat.Plain, plain(person, "text", "<Content></Content>"), false},
		"too long":             {wechat.Plain, plain(person, "text", "<Content>"+strings.Repeat("a", 2049)+"</Content>"), false},
		"two articles":         {wechat.Plain, plain(person, "news", "<ArticleCount>2</ArticleCount><Articles><item/><item/></Articles>"), false},
		"a video":              {wechat.Plain, plain(person, "video", ""), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := account
			a.Mode = c.mode
			p := with(t, wechattest.Options{Account: a}, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, c.answer) })
			got, err := p.Subscribe(t.Context(), person, "")
			if c.ok != (err == nil) || c.ok && (got == nil || got.Text != "好") || !c.ok && !errors.Is(err, wechattest.ErrBadAnswer) {
				t.Errorf("%+v %v", got, err)
			}
		})
	}
}

func TestWatchersSeeEveryBubbleInOrder(t *testing.T) {
	t.Parallel()
	p := with(t, wechattest.Options{}, func(http.ResponseWriter, *http.Request) {})
	var seen []wechattest.Bubble
	stop := p.Watch(func(b wechattest.Bubble) { seen = append(seen, b) })
	p.Subscribe(t.Context(), person, "")
	p.Send(t.Context(), person, wechattest.Outgoing{Text: "甲"})
	p.Send(t.Context(), person, wechattest.Outgoing{Voice: []byte("x"), Recognition: "乙"})
	stop()
	p.Send(t.Context(), person, wechattest.Outgoing{Text: "丙"})
	if len(seen) != 3 || seen[1].Text != "甲" || seen[2].Text != "乙" || seen[2].MediaID == "" || seen[0].Seq >= seen[1].Seq {
		t.Errorf("%+v", seen)
	}
	if people := p.People(); len(people) != 1 || !people[0].Subscribed || len(p.Chat(person)) != 4 {
		t.Errorf("%+v", people)
	}
}

func TestWhatBecameOfATemplateIsToldAtOnce(t *testing.T) {
	t.Parallel()
	var told atomic.Int32
	p, api := wechattest.Start(t, wechattest.Options{Account: wechat.Account{Mode: wechat.Plain}, FinishAtOnce: true})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), "<![CDATA[failed:user block]]>") {
			told.Add(1)
		}
	}))
	t.Cleanup(server.Close)
	p.BotAt(server.URL)
	p.Subscribe(t.Context(), person, "")
	p.Block(person, true)
	client := wechat.NewClient(p.Account(), wechat.ClientOptions{BaseURL: api, Tokens: &wechattest.Tokens{}})
	id, err := client.SendTemplate(t.Context(), wechat.TemplateMessage{To: person, TemplateID: "T", Data: map[string]string{"thing1": "x"}})
	p.Wait()
	if err != nil || told.Load() != 1 || len(p.Chat(person)) != 1 {
		t.Errorf("%v, told %d times, %+v", err, told.Load(), p.Chat(person))
	}
	if jobs := p.Jobs(); len(jobs) != 1 || jobs[0].ID != id || jobs[0].Status != wechattest.UserBlock {
		t.Errorf("%+v", jobs)
	}
	if p.Finish(t.Context(), "0", "") == nil {
		t.Error("a job that is not there was finished")
	}
}

func TestTokensEnd(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	kept := wechattest.Tokens{Now: func() time.Time { return at }}
	kept.Set(t.Context(), "k", "v", time.Hour)
	if v, _ := kept.Get(t.Context(), "k"); v != "v" {
		t.Error(v)
	}
	at = at.Add(time.Hour)
	if v, _ := kept.Get(t.Context(), "k"); v != "" {
		t.Error(v)
	}
}
