package wechat_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"mingzhi/backoffice/problem"
	"mingzhi/bots/wechat"
	"mingzhi/bots/wechat/wechattest"
)

func inModes(t *testing.T, f func(*testing.T, *bot)) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			f(t, newBot(t, wechattest.Options{Account: wechat.Account{Mode: mode}}))
		})
	}
}

func TestHandshake(t *testing.T) {
	inModes(t, func(t *testing.T, b *bot) {
		if err := b.platform.Handshake(t.Context()); err != nil {
			t.Error(err)
		}
		if echo, err := b.hook.Verify(wechat.Query{Signature: "x", Timestamp: "1", Echo: "boo"}); !errors.Is(err, wechat.ErrSignature) || echo != "" {
			t.Error(echo, err)
		}
		old := b.platform.Callback(person, wechattest.Outgoing{Text: "x"}, wechattest.Old)
		if _, err := b.hook.Verify(wechat.ReadQuery(old.Query.Get)); !errors.Is(err, wechat.ErrStale) {
			t.Error(err)
		}
	})
}

func TestEveryKindArrives(t *testing.T) {
	long := strings.Repeat("判", 2000)
	cases := map[string]struct {
		out  wechattest.Outgoing
		want wechat.Message
	}{
		"text":       {wechattest.Outgoing{Text: "（2026）甲01执1号 ]]> & <b> 😀𠮷"}, wechat.Message{Kind: wechat.Text, Text: "（2026）甲01执1号 ]]> & <b> 😀𠮷"}},
		"long":       {wechattest.Outgoing{Text: long}, wechat.Message{Kind: wechat.Text, Text: long}},
		"markup":     {wechattest.Outgoing{Text: "<!DOCTYPE html><xml><MsgType>event</MsgType></xml>"}, wechat.Message{Kind: wechat.Text, Text: "<!DOCTYPE html><xml><MsgType>event</MsgType></xml>"}},
		"forbidden":  {wechattest.Outgoing{Text: "甲\x01乙\x0b丙"}, wechat.Message{Kind: wechat.Text, Text: "甲 乙 丙"}},
		"image":      {wechattest.Outgoing{Image: []byte("jpeg")}, wechat.Message{Kind: wechat.Image}},
		"voice":      {wechattest.Outgoing{Voice: []byte("amr"), Format: "amr", Recognition: "查案件"}, wechat.Message{Kind: wechat.Voice, Format: "amr", Recognition: "查案件"}},
		"video":      {wechattest.Outgoing{Video: []byte("mp4")}, wechat.Message{Kind: wechat.Video}},
		"shortvideo": {wechattest.Outgoing{Kind: "shortvideo", Video: []byte("mp4")}, wechat.Message{Kind: wechat.Video}},
		"location":   {wechattest.Outgoing{Lat: 18.25, Lon: 109.5, Label: "某路 1 号"}, wechat.Message{Kind: wechat.Location, Lat: 18.25, Lon: 109.5, Label: "某路 1 号"}},
		"nowhere":    {wechattest.Outgoing{Kind: "location", Lat: 900, Lon: 1}, wechat.Message{Kind: wechat.Location, Lon: 1}},
		"link":       {wechattest.Outgoing{URL: "https://example.org/?a=1&b=2", Title: "题", Text: "述"}, wechat.Message{Kind: wechat.Link, URL: "https://example.org/?a=1&b=2", Title: "题", Text: "述"}},
		"sticker":    {wechattest.Outgoing{Kind: "sticker", Raw: "<Emoji><Pack>7</Pack><MsgId>1</MsgId></Emoji>"}, wechat.Message{Kind: wechat.Other}},
		"music":      {wechattest.Outgoing{Kind: "music", Raw: "<Location_X>NaN</Location_X><isrisky>maybe</isrisky>"}, wechat.Message{Kind: wechat.Other}},
		"click":      {wechattest.Outgoing{Event: "CLICK", EventKey: "query"}, wechat.Message{Kind: wechat.Event, Event: wechat.EventClick, EventKey: "query"}},
		"view":       {wechattest.Outgoing{Event: "VIEW", EventKey: "https://example.org/"}, wechat.Message{Kind: wechat.Event, Event: wechat.EventView, EventKey: "https://example.org/"}},
		"scan":       {wechattest.Outgoing{Event: "SCAN", EventKey: "case:42", Ticket: "T"}, wechat.Message{Kind: wechat.Event, Event: wechat.EventScan, EventKey: "case:42", Ticket: "T"}},
		"place":      {wechattest.Outgoing{Event: "LOCATION", Lat: 18.5, Lon: -109.25}, wechat.Message{Kind: wechat.Event, Event: wechat.EventLocation, Lat: 18.5, Lon: -109.25}},
		"unheard of": {wechattest.Outgoing{Event: "view_miniprogram", EventKey: "p"}, wechat.Message{Kind: wechat.Event, Event: "view_miniprogram", EventKey: "p"}},
	}
	inModes(t, func(t *testing.T, b *bot) {
		b.follow(t, person)
		for name, c := range cases {
			if _, err := b.platform.Send(t.Context(), person, c.out); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			got := b.last(t)
			if got.FromUser != person || got.ToUser == "" || !got.CreatedAt.Equal(b.clock.now()) || (got.MsgID == "") != (got.Kind == wechat.Event) {
				t.Errorf("%s: %+v", name, got)
			}
			if media := got.MediaID != ""; media != (c.out.Image != nil || c.out.Voice != nil || c.out.Video != nil) || (got.PicURL != "") != (c.out.Image != nil) {
				t.Errorf("%s: media %q, picture %q", name, got.MediaID, got.PicURL)
			}
			if a, b := shape(got), shape(c.want); a != b {
				t.Errorf("%s:\ngot  %s\nwant %s", name, a, b)
			}
		}
	})
}

// shape is what a table of messages can say beforehand.
func shape(m wechat.Message) string {
	return fmt.Sprintf("%s %q %q %q %q %q %v %v %q %q %q %q", m.Kind, m.Text, m.Title, m.URL, m.Format, m.Recognition, m.Lat, m.Lon, m.Label, m.Event, m.EventKey, m.Ticket)
}

func TestComingAndGoing(t *testing.T) {
	inModes(t, func(t *testing.T, b *bot) {
		b.platform.Scan(t.Context(), person, "case:7")
		if m := b.last(t); m.Event != wechat.EventSubscribe || m.EventKey != "case:7" || m.Ticket == "" {
			t.Errorf("%+v", m)
		}
		b.platform.Scan(t.Context(), person, "case:8")
		if m := b.last(t); m.Event != wechat.EventScan || m.EventKey != "case:8" {
			t.Errorf("%+v", m)
		}
		b.platform.Answer(t.Context(), person, "N1", false)
		if m := b.last(t); m.Event != wechat.EventNoticeAsked || len(m.Notices) != 1 || m.Notices[0] != (wechat.Notice{TemplateID: "N1", Status: "reject"}) {
			t.Errorf("%+v", m)
		}
		if err := b.platform.Unsubscribe(t.Context(), person); err != nil || b.last(t).Event != wechat.EventUnsubscribe {
			t.Errorf("%+v %v", b.last(t), err)
		}
		if _, err := b.platform.Send(t.Context(), person, wechattest.Outgoing{Text: "x"}); !errors.Is(err, wechattest.ErrStranger) {
			t.Error(err)
		}
	})
}

func TestForgedCallbacksAreRefused(t *testing.T) {
	cases := []struct {
		forge wechattest.Forgery
		plain error // nil: taken
		safe  error
	}{
		{wechattest.WrongSignature, wechat.ErrSignature, wechat.ErrSignature},
		{wechattest.NoSignature, wechat.ErrSignature, wechat.ErrSignature},
		{wechattest.WrongMsgSignature, nil, wechat.ErrSignature},
		{wechattest.Old, wechat.ErrStale, wechat.ErrStale},
		{wechattest.Ahead, wechat.ErrStale, wechat.ErrStale},
		{wechattest.NoTime, wechat.ErrStale, wechat.ErrStale},
		{wechattest.Truncated, wechat.ErrGarbled, wechat.ErrGarbled},
		{wechattest.TwoRoots, wechat.ErrGarbled, wechat.ErrGarbled},
		{wechattest.Nobody, wechat.ErrGarbled, wechat.ErrGarbled},
		{wechattest.Entities, wechat.ErrGarbled, wechat.ErrGarbled},
		{wechattest.Doctype, wechat.ErrGarbled, wechat.ErrGarbled},
		{wechattest.Oversized, wechat.ErrTooLarge, wechat.ErrTooLarge},
		{wechattest.WrongKey, nil, wechat.ErrSealed},
		{wechattest.WrongAppID, nil, wechat.ErrSealed},
		{wechattest.NotBase64, nil, wechat.ErrSealed},
		{wechattest.ShortCipher, nil, wechat.ErrSealed},
		{wechattest.PlainBody, nil, wechat.ErrMode},
	}
	inModes(t, func(t *testing.T, b *bot) {
		mode := b.platform.Account().Mode
		for _, c := range cases {
			want := c.safe
			if mode == wechat.Plain || mode == wechat.Compatible && c.forge == wechattest.PlainBody {
				want = c.plain
			}
			forged := b.platform.Callback(person, wechattest.Outgoing{Text: "你好"}, c.forge)
			m, err := b.hook.Receive(wechat.ReadQuery(forged.Query.Get), forged.Body)
			if want == nil && (err != nil || m.Text != "你好") || want != nil && !errors.Is(err, want) {
				t.Errorf("%s: %+v, %v, want %v", c.forge, m, err, want)
			}
			if err != nil && (m.Kind != "" || m.FromUser != "" || m.Text != "") {
				t.Errorf("%s: a refused message came through: %+v", c.forge, m)
			}
			if _, is := problem.As(err); err != nil && !is {
				t.Errorf("%s: no sentence for people: %v", c.forge, err)
			}
			code, _, err := b.platform.Post(t.Context(), forged)
			if err != nil || (code == http.StatusOK) != (want == nil) {
				t.Errorf("%s: HTTP %d %v", c.forge, code, err)
			}
		}
	})
}

func TestSealedBodyMeetsPlainAccount(t *testing.T) {
	t.Parallel()
	b := newBot(t, wechattest.Options{})
	account := b.platform.Account()
	account.Mode, account.AESKey = wechat.Plain, ""
	hook, err := wechat.NewWebhook(account, wechat.WebhookOptions{Now: b.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	c := b.platform.Callback(person, wechattest.Outgoing{Text: "x"})
	if _, err := hook.Receive(wechat.ReadQuery(c.Query.Get), c.Body); !errors.Is(err, wechat.ErrMode) {
		t.Error(err)
	}
}

// In compatible mode anybody may write plain elements around a cipher: only the cipher counts.
func TestWhatStandsAroundACipherDoesNotCount(t *testing.T) {
	t.Parallel()
	for _, mode := range []wechat.Mode{wechat.Compatible, wechat.Safe} {
		b := newBot(t, wechattest.Options{Account: wechat.Account{Mode: mode}})
		c := b.platform.Callback(person, wechattest.Outgoing{Text: "真"})
		body := strings.Replace(string(c.Body), "<xml>", "<xml><Content>假</Content><FromUserName>oOther</FromUserName>", 1)
		m, err := b.hook.Receive(wechat.ReadQuery(c.Query.Get), []byte(body))
		if err != nil || m.Text != "真" || m.FromUser != person {
			t.Errorf("%s: %+v %v", mode, m, err)
		}
	}
}

func TestTwentyThousandCharactersDoNoHarm(t *testing.T) {
	inModes(t, func(t *testing.T, b *bot) {
		c := b.platform.Callback(person, wechattest.Outgoing{Text: strings.Repeat("字", 20_000)})
		m, err := b.hook.Receive(wechat.ReadQuery(c.Query.Get), c.Body)
		if len(c.Body) <= wechat.MaxBody {
			if err != nil || len(m.Text) != 60_000 {
				t.Errorf("%d bytes, %v", len(m.Text), err)
			}
		} else if !errors.Is(err, wechat.ErrTooLarge) {
			t.Error(err)
		}
	})
}

func TestReplies(t *testing.T) {
	article := &wechat.Article{Title: "案件 ]]> & <b>", Description: "说明", URL: "https://court.example/c?a=1&b=2"}
	cases := map[string]struct {
		reply wechat.Reply
		want  *wechattest.Bubble
	}{
		"text":      {wechat.Reply{Text: "您好 ]]> & <a href=\"x\">y</a>"}, &wechattest.Bubble{Kind: "text", Text: "您好 ]]> & <a href=\"x\">y</a>"}},
		"forbidden": {wechat.Reply{Text: "甲\x00乙"}, &wechattest.Bubble{Kind: "text", Text: "甲乙"}},
		"too long":  {wechat.Reply{Text: strings.Repeat("执", 3000)}, &wechattest.Bubble{Kind: "text", Text: strings.Repeat("执", 681) + "…"}},
		"article":   {wechat.Reply{Article: article}, &wechattest.Bubble{Kind: "news", Title: article.Title, Text: article.Description, URL: article.URL}},
		"image":     {wechat.Reply{ImageID: "media_1"}, &wechattest.Bubble{Kind: "image", MediaID: "media_1"}},
		"staff":     {wechat.Reply{Staff: true}, &wechattest.Bubble{Kind: "transfer", Text: "已转人工"}},
		"nothing":   {wechat.Reply{}, nil},
	}
	inModes(t, func(t *testing.T, b *bot) {
		b.follow(t, person)
		for name, c := range cases {
			b.answers(func(wechat.Message) wechat.Reply { return c.reply })
			got, err := b.platform.Send(t.Context(), person, wechattest.Outgoing{Text: "?"})
			if err != nil || (got == nil) != (c.want == nil) {
				t.Errorf("%s: %+v %v", name, got, err)
				continue
			}
			if got != nil && (got.Kind != c.want.Kind || got.Text != c.want.Text || got.Title != c.want.Title || got.URL != c.want.URL || got.MediaID != c.want.MediaID || !got.Passive) {
				t.Errorf("%s: %+v", name, *got)
			}
		}
		if body, contentType, _ := b.hook.Answer(b.last(t), wechat.Reply{}); string(body) != "success" || !strings.HasPrefix(contentType, "text/plain") {
			t.Errorf("%q %s", body, contentType)
		}
	})
}

func TestRepeatsHaveOneKey(t *testing.T) {
	t.Parallel()
	b := newBot(t, wechattest.Options{Patience: 2 * time.Second})
	b.follow(t, person)
	before := len(b.messages())
	var mu sync.Mutex
	asked := 0
	b.answers(func(wechat.Message) wechat.Reply {
		mu.Lock()
		defer mu.Unlock()
		if asked++; asked < 3 {
			panic(http.ErrAbortHandler)
		}
		return wechat.Reply{Text: "到"}
	})
	for _, out := range []wechattest.Outgoing{{Text: "在吗"}, {Event: "CLICK", EventKey: "k"}} {
		asked = 0
		got, err := b.platform.Send(t.Context(), person, out)
		if err != nil || got == nil || got.Text != "到" {
			t.Fatalf("%+v %v", got, err)
		}
	}
	all := b.messages()[before:]
	if len(all) != 6 || all[0].Key() != all[2].Key() || all[3].Key() != all[5].Key() || all[0].Key() == all[3].Key() {
		t.Errorf("%d messages", len(all))
	}
	for _, m := range all {
		if strings.Contains(m.Key(), person) {
			t.Error("the key holds an openid")
		}
	}
}

func TestTemplateResultsOfOneSecondStayApart(t *testing.T) {
	t.Parallel()
	b := newBot(t, wechattest.Options{})
	b.follow(t, person)
	ids := []string{}
	for range 2 {
		id, err := b.client.SendTemplate(t.Context(), wechat.TemplateMessage{To: person, TemplateID: "T", Data: map[string]string{"thing1": "x"}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	for i, id := range []string{ids[1], ids[0], ids[1]} { // out of order, and one again, late
		if i == 2 {
			b.clock.move(time.Minute)
		}
		if err := b.platform.Finish(t.Context(), id, wechattest.UserBlock); err != nil {
			t.Fatal(err)
		}
	}
	all := b.messages()[1:]
	if len(all) != 3 || all[0].TemplateMsgID != ids[1] || all[1].TemplateMsgID != ids[0] || all[0].Status != "failed:user block" || all[0].Event != wechat.EventTemplate {
		t.Fatalf("%+v", all)
	}
	if all[0].Key() == all[1].Key() || all[0].Key() != all[2].Key() {
		t.Error("keys do not tell repeats from others")
	}
}

func TestManyWriteAtOnce(t *testing.T) {
	inModes(t, func(t *testing.T, b *bot) {
		b.answers(func(m wechat.Message) wechat.Reply { return wechat.Reply{Text: m.FromUser + ":" + m.Text} })
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				one := fmt.Sprintf("oPerson%d", i)
				b.platform.Subscribe(t.Context(), one, "")
				for j := range 10 {
					got, err := b.platform.Send(t.Context(), one, wechattest.Outgoing{Text: fmt.Sprint(j)})
					if err != nil || got.Text != fmt.Sprintf("%s:%d", one, j) {
						t.Errorf("%+v %v", got, err)
					}
				}
			})
		}
		all.Wait()
		keys := map[string]bool{}
		for _, m := range b.messages() {
			keys[m.Key()] = true
		}
		if len(keys) != 88 {
			t.Errorf("%d keys for 88 messages", len(keys))
		}
	})
}

func TestAccountCheck(t *testing.T) {
	t.Parallel()
	good := wechattest.New(wechattest.Options{}).Account()
	for name, c := range map[string]struct {
		change func(*wechat.Account)
		field  string
	}{
		"good":         {func(*wechat.Account) {}, ""},
		"plain":        {func(a *wechat.Account) { a.Mode, a.AESKey = wechat.Plain, "" }, ""},
		"short key":    {func(a *wechat.Account) { a.AESKey = a.AESKey[1:] }, "aes_key"},
		"bad key":      {func(a *wechat.Account) { a.AESKey = "%" + a.AESKey[1:] }, "aes_key"},
		"wrong in use": {func(a *wechat.Account) { a.Mode, a.AESKey = wechat.Plain, "x" }, "aes_key"},
		"no key":       {func(a *wechat.Account) { a.AESKey = "" }, "aes_key"},
		"no mode":      {func(a *wechat.Account) { a.Mode = "" }, "mode"},
		"no token":     {func(a *wechat.Account) { a.Token = "" }, "token"},
		"blank":        {func(a *wechat.Account) { a.AppID += " " }, "app_id"},
		"no secret":    {func(a *wechat.Account) { a.Secret = "" }, "secret"},
	} {
		a := good
		c.change(&a)
		err := a.Check()
		p, _ := problem.As(err)
		if (err == nil) != (c.field == "") || err != nil && (p == nil || len(p.Fields) != 1 || p.Fields[c.field] == nil) {
			t.Errorf("%s: %v", name, err)
		}
		if _, hookErr := wechat.NewWebhook(a, wechat.WebhookOptions{}); (hookErr == nil) != (err == nil) {
			t.Errorf("%s: %v", name, hookErr)
		}
	}
}
