package wechat_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mingzhi/backoffice/problem"
	"mingzhi/bots/wechat"
	"mingzhi/bots/wechat/wechattest"
)

func template(to string) wechat.TemplateMessage {
	return wechat.TemplateMessage{To: to, TemplateID: "T1", URL: "https://court.example/c/1", Data: map[string]string{"thing1": "冻结存款", "character_string2": "2026-1"}}
}

func TestTemplateReachesThePhone(t *testing.T) {
	t.Parallel()
	b := newBot(t, wechattest.Options{})
	b.follow(t, person)
	m := template(person)
	m.ClientID = "one"
	id, err := b.client.SendTemplate(t.Context(), m)
	again, err2 := b.client.SendTemplate(t.Context(), m)
	if err != nil || err2 != nil || id == "" || id != again {
		t.Fatal(id, again, err, err2)
	}
	chat := b.platform.Chat(person)
	got := chat[len(chat)-1]
	if len(chat) != 2 || got.Kind != "template" || got.ID != id || got.Title != "T1" || got.URL != m.URL || !maps.Equal(got.Data, m.Data) {
		t.Errorf("%+v", chat)
	}
	if b.platform.Calls("/cgi-bin/stable_token") != 1 || b.tokens.ttl != 115*time.Minute {
		t.Error("tokens:", b.platform.Calls("stable_token"), b.tokens.ttl)
	}
}

func TestNoticesAreAllowedOneByOne(t *testing.T) {
	t.Parallel()
	b := newBot(t, wechattest.Options{})
	b.follow(t, person)
	if _, err := b.client.SendNotice(t.Context(), template(person)); !wechat.Is(err, wechat.RefusedByPerson) {
		t.Error(err)
	}
	b.platform.Answer(t.Context(), person, "T1", true)
	if _, err := b.client.SendNotice(t.Context(), template(person)); err != nil {
		t.Error(err)
	}
	if _, err := b.client.SendNotice(t.Context(), template(person)); !wechat.Is(err, wechat.RefusedByPerson) {
		t.Error("a second one went through:", err)
	}
}

func TestCustomerTextsHaveAWindow(t *testing.T) {
	t.Parallel()
	b := newBot(t, wechattest.Options{CustomerTexts: 2})
	b.platform.Join(person)
	say := func() error { return b.client.SendText(t.Context(), person, "您好") }
	if err := say(); !wechat.Is(err, wechat.Unsubscribed) {
		t.Error(err)
	}
	b.follow(t, person)
	if err := errors.Join(say(), say()); err != nil {
		t.Error(err)
	}
	if err := say(); !wechat.Is(err, wechat.WindowClosed) {
		t.Error(err)
	}
	b.platform.Send(t.Context(), person, wechattest.Outgoing{Text: "?"})
	if err := say(); err != nil {
		t.Error(err)
	}
	b.clock.move(49 * time.Hour)
	if err := say(); !wechat.Is(err, wechat.WindowClosed) || refusal(t, err).Lasts != wechat.ForPerson {
		t.Error(err)
	}
	calls := b.platform.Calls("message/custom/send")
	for _, text := range []string{"", strings.Repeat("字", 700)} {
		if err := b.client.SendText(t.Context(), person, text); !wechat.Is(err, wechat.BadContent) {
			t.Error(err)
		}
	}
	if b.platform.Calls("message/custom/send") != calls {
		t.Error("WeChat was asked")
	}
}

func TestRefusedTokensAreReplacedOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before  func(*bot)
		fetches int
		want    wechat.Reason
	}{
		"all well":           {func(*bot) {}, 1, ""},
		"refused (40001)":    {func(b *bot) { b.platform.RefuseTokens(1) }, 3, ""}, // the stable endpoint gives the same one first
		"expired (42001)":    {func(b *bot) { b.platform.Revoke() }, 2, ""},
		"invalid (40014)":    {func(b *bot) { b.platform.Fail(40014) }, 3, ""},
		"another node's":     {func(b *bot) { b.platform.Revoke(); b.tokens.kept = nil }, 2, ""},
		"refused for ever":   {func(b *bot) { b.platform.RefuseTokens(100) }, 3, wechat.TokenRefused},
		"cannot be read":     {func(b *bot) { b.tokens.err = errors.New("down") }, 1, wechat.Unknown},
		"busy in the middle": {func(b *bot) { b.platform.Fail(-1) }, 1, wechat.Busy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBot(t, wechattest.Options{})
			b.follow(t, person)
			if err := b.client.SendText(t.Context(), person, "one"); err != nil {
				t.Fatal(err)
			}
			c.before(b)
			err := b.client.SendText(t.Context(), person, "two")
			if (err == nil) != (c.want == "") || err != nil && !wechat.Is(err, c.want) {
				t.Error(err)
			}
			if n := b.platform.Calls("stable_token"); n != c.fetches {
				t.Errorf("%d fetches, want %d", n, c.fetches)
			}
		})
	}
}

func TestManyRefusedAtOnceFetchOneToken(t *testing.T) {
	t.Parallel()
	b := newBot(t, wechattest.Options{CustomerTexts: 100})
	b.follow(t, person)
	if err := b.client.SendText(t.Context(), person, "first"); err != nil {
		t.Fatal(err)
	}
	b.platform.Revoke()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := b.client.SendText(t.Context(), person, "many"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := b.platform.Calls("stable_token"); n != 2 {
		t.Errorf("%d tokens were fetched", n)
	}
}

func TestWrongSecretIsNotARefusedToken(t *testing.T) {
	t.Parallel()
	p, api := wechattest.Start(t, wechattest.Options{})
	a := p.Account()
	a.Secret = "wrong"
	client := wechat.NewClient(a, wechat.ClientOptions{BaseURL: api, Tokens: &tokens{}})
	if err := client.SendText(t.Context(), person, "x"); !wechat.Is(err, wechat.NotAllowed) || refusal(t, err).Permanent() {
		t.Error(err)
	}
}

func TestRefusalsAreSorted(t *testing.T) {
	t.Parallel()
	b := newBot(t, wechattest.Options{})
	for code, want := range map[int64]struct {
		reason wechat.Reason
		lasts  wechat.Lasts
	}{
		-1: {wechat.Busy, wechat.ForNow}, 43004: {wechat.Unsubscribed, wechat.ForPerson}, 43101: {wechat.RefusedByPerson, wechat.ForPerson},
		43019: {wechat.RefusedByPerson, wechat.ForPerson}, 48002: {wechat.RefusedByPerson, wechat.ForPerson}, 45015: {wechat.WindowClosed, wechat.ForPerson},
		45047: {wechat.WindowClosed, wechat.ForPerson}, 40003: {wechat.BadOpenID, wechat.ForPerson}, 40037: {wechat.TemplateUnknown, wechat.ForTemplate},
		45009: {wechat.QuotaUsed, wechat.ForQuota}, 45011: {wechat.TooFast, wechat.ForNow}, 47003: {wechat.BadContent, wechat.ForMessage},
		40164: {wechat.NotAllowed, wechat.ForNow}, 99999: {wechat.Unknown, wechat.ForNow}, -500: {wechat.Busy, wechat.ForNow}, -302: {wechat.Busy, wechat.ForNow},
	} {
		b.platform.Fail(code)
		_, err := b.client.SendTemplate(t.Context(), template(person))
		e := refusal(t, err)
		if e.Reason != want.reason || e.Lasts != want.lasts || e.Permanent() != (want.lasts != wechat.ForNow) || e.Detail == "" || code >= -1 && e.Code != code {
			t.Errorf("%d: %+v", code, e)
		}
		if text := err.Error(); strings.Contains(text, person) || strings.Contains(text, "冻结") || strings.Contains(text, "AT_") {
			t.Errorf("%d: the error tells too much: %s", code, text)
		}
	}
}

func TestTheWireIsKeptOutOfErrors(t *testing.T) {
	t.Parallel()
	answers := map[string]struct {
		serve  http.HandlerFunc
		reason wechat.Reason
	}{
		"down":    {nil, wechat.Network},
		"cut off": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, wechat.Network},
		"html":    {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>" + person)) }, wechat.Unknown},
		"a list":  {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`[1]`)) }, wechat.Unknown},
		"empty":   {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{}`)) }, ""},
		"endless": {func(w http.ResponseWriter, _ *http.Request) { w.Write(bytes.Repeat([]byte(" "), 2<<20)) }, wechat.BadContent},
		"never":   {func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body); <-r.Context().Done() }, wechat.Network},
	}
	for name, c := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(c.serve)
			defer server.Close()
			if c.serve == nil {
				server.Close()
			}
			kept := &tokens{kept: map[string]string{"wechat.token.wx1": "AT_secret"}}
			client := wechat.NewClient(wechat.Account{AppID: "wx1", Secret: "hush"}, wechat.ClientOptions{BaseURL: server.URL, Tokens: kept, Timeout: 300 * time.Millisecond})
			err := client.SendText(t.Context(), person, "正文内容")
			if c.reason == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !wechat.Is(err, c.reason) {
				t.Errorf("%v", err)
			}
			for _, secret := range []string{person, "正文", "AT_secret", "hush"} {
				if strings.Contains(fmt.Sprintf("%v %+v", err, err), secret) {
					t.Errorf("the error tells %s: %v", secret, err)
				}
			}
		})
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBot(t, wechattest.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.client.SendText(ctx, person, "x"); !errors.Is(err, context.Canceled) || !wechat.Is(err, wechat.Network) {
		t.Error(err)
	}
}

func TestMedia(t *testing.T) {
	t.Parallel()
	b := newBot(t, wechattest.Options{})
	b.follow(t, person)
	picture := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{7}, 1000)...)
	b.platform.Send(t.Context(), person, wechattest.Outgoing{Image: picture})
	id := b.last(t).MediaID
	b.platform.RefuseTokens(1)
	data, mime, err := b.client.Media(t.Context(), id)
	if err != nil || mime != "image/jpeg" || !bytes.Equal(data, picture) {
		t.Errorf("%d bytes, %s, %v", len(data), mime, err)
	}
	if json := b.platform.Keep([]byte(`{"a":1}`), "application/json"); json != "" {
		if data, _, err := b.client.Media(t.Context(), json); err != nil || string(data) != `{"a":1}` {
			t.Errorf("%q %v", data, err)
		}
	}
	b.clock.move(73 * time.Hour)
	for _, gone := range []string{id, "media_x"} {
		if data, _, err := b.client.Media(t.Context(), gone); !wechat.Is(err, wechat.MediaGone) || data != nil {
			t.Error(err)
		}
	}
	uploaded, err := b.client.UploadImage(t.Context(), "码.png", picture)
	if data, mime, ok := b.platform.File(uploaded); err != nil || !ok || mime != "image/png" || !bytes.Equal(data, picture) {
		t.Error(uploaded, err)
	}
	if _, err := b.client.UploadImage(t.Context(), "x", []byte("text")); err == nil {
		t.Error("a text went as an image")
	}
}

func TestMediaHasALimitAndVideosAnAddress(t *testing.T) {
	t.Parallel()
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/video":
			if r.URL.RawQuery != "" {
				t.Error("the token went to the video's address")
			}
			w.Header().Set("Content-Type", "video/mp4; x=y")
			w.Write([]byte("film"))
		case r.URL.Query().Get("media_id") == "video":
			fmt.Fprintf(w, `{"video_url":%q}`, server.URL+"/video")
		case r.URL.Query().Get("media_id") == "file":
			w.Write([]byte(`{"video_url":"file:///etc/passwd"}`))
		default:
			w.Write(make([]byte, 101))
		}
	}))
	t.Cleanup(server.Close)
	kept := &tokens{kept: map[string]string{"wechat.token.wx1": "AT"}}
	client := wechat.NewClient(wechat.Account{AppID: "wx1"}, wechat.ClientOptions{BaseURL: server.URL, Tokens: kept, MaxMedia: 100})
	if data, _, err := client.Media(t.Context(), "big"); !wechat.Is(err, wechat.BadContent) || data != nil {
		t.Error(err)
	}
	if data, mime, err := client.Media(t.Context(), "video"); err != nil || string(data) != "film" || mime != "video/mp4" {
		t.Errorf("%q %s %v", data, mime, err)
	}
	if data, _, err := client.Media(t.Context(), "file"); err != nil || !strings.HasPrefix(string(data), "{") {
		t.Errorf("%q %v", data, err)
	}
}

func TestMenuAndCode(t *testing.T) {
	t.Parallel()
	b := newBot(t, wechattest.Options{})
	good := []wechat.Button{{Name: "查询", Key: "query"}, {Name: "服务", Sub: []wechat.Button{{Name: "首页", URL: "https://court.example/?a=1&b=2"}}}}
	want := `{"button":[{"type":"click","name":"查询","key":"query"},{"name":"服务","sub_button":[{"type":"view","name":"首页","url":"https://court.example/?a=1&b=2"}]}]}`
	if err := b.client.CreateMenu(t.Context(), good); err != nil || strings.TrimSpace(string(b.platform.Menu())) != want {
		t.Errorf("%s %v", b.platform.Menu(), err)
	}
	for name, bad := range map[string][]wechat.Button{
		"none": nil, "four": slices.Repeat(good[:1], 4), "nameless": {{Key: "k"}}, "idle": {{Name: "x"}}, "long": {{Name: strings.Repeat("长", 6), Key: "k"}},
		"six below": {{Name: "x", Sub: slices.Repeat(good[:1], 6)}}, "too deep": {{Name: "x", Sub: []wechat.Button{{Name: "y", Sub: good[:1]}}}},
	} {
		if err := b.client.CreateMenu(t.Context(), bad); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	code, err := b.client.QR(t.Context(), "case:42", time.Hour)
	if err != nil || code.Lasts != time.Hour || !strings.HasSuffix(code.Content, "case:42") || code.Image != "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=ticket%3D%2F%2Bcase%3A42" {
		t.Errorf("%+v %v", code, err)
	}
	if code, err := b.client.QR(t.Context(), "door", 0); err != nil || code.Lasts != 0 {
		t.Errorf("%+v %v", code, err)
	}
	if _, err := b.client.QR(t.Context(), "", time.Hour); !problem.Is(err, problem.Invalid) {
		t.Error(err)
	}
}
