package wechat_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"mingzhi/backoffice/problem"
	"mingzhi/bots/wechat"
	"mingzhi/bots/wechat/wechattest"
)

const person = "oTestPerson-0123456789abcdefg"

var modes = []wechat.Mode{wechat.Plain, wechat.Compatible, wechat.Safe}

// clock is a clock that only tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// tokens keeps tokens as the database will.
type tokens struct {
	mu   sync.Mutex
	kept map[string]string
	ttl  time.Duration
	err  error
}

func (k *tokens) Get(_ context.Context, key string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept[key], k.err
}

func (k *tokens) Set(_ context.Context, key, token string, ttl time.Duration) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil {
		k.kept = map[string]string{}
	}
	k.kept[key], k.ttl = token, ttl
	return nil
}

// bot is a webhook with a server around it, as the real one has.
type bot struct {
	clock    *clock
	platform *wechattest.Platform
	hook     *wechat.Webhook
	client   *wechat.Client
	tokens   *tokens

	mu    sync.Mutex
	got   []wechat.Message
	reply func(wechat.Message) wechat.Reply
}

func newBot(t testing.TB, o wechattest.Options) *bot {
	t.Helper()
	b := &bot{clock: newClock(), tokens: &tokens{}}
	if o.Now == nil {
		o.Now = b.clock.now
	}
	platform, api := wechattest.Start(t, o)
	hook, err := wechat.NewWebhook(platform.Account(), wechat.WebhookOptions{Now: b.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	platform.BotAt(server.URL)
	b.platform, b.hook = platform, hook
	b.client = wechat.NewClient(platform.Account(), wechat.ClientOptions{BaseURL: api, Tokens: b.tokens})
	return b
}

func (b *bot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := wechat.ReadQuery(r.URL.Query().Get)
	if r.Method == http.MethodGet {
		echo, err := b.hook.Verify(q)
		if err != nil {
			w.WriteHeader(status(err))
			return
		}
		io.WriteString(w, echo)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	m, err := b.hook.Receive(q, body)
	if err != nil {
		w.WriteHeader(status(err))
		return
	}
	b.mu.Lock()
	b.got = append(b.got, m)
	reply := b.reply
	b.mu.Unlock()
	say := wechat.Reply{}
	if reply != nil {
		say = reply(m)
	}
	answer, contentType, err := b.hook.Answer(m, say)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Write(answer)
}

func status(err error) int {
	switch {
	case problem.Is(err, problem.TooLarge):
		return http.StatusRequestEntityTooLarge
	case problem.Is(err, problem.Invalid):
		return http.StatusBadRequest
	}
	return http.StatusForbidden
}

func (b *bot) answers(f func(wechat.Message) wechat.Reply) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reply = f
}

func (b *bot) messages() []wechat.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]wechat.Message(nil), b.got...)
}

func (b *bot) last(t *testing.T) wechat.Message {
	t.Helper()
	all := b.messages()
	if len(all) == 0 {
		t.Fatal("nothing came in")
	}
	return all[len(all)-1]
}

func (b *bot) follow(t *testing.T, openID string) {
	t.Helper()
	if _, err := b.platform.Subscribe(t.Context(), openID, ""); err != nil {
		t.Fatal(err)
	}
}

func refusal(t *testing.T, err error) *wechat.Error {
	t.Helper()
	var e *wechat.Error
	if !errors.As(err, &e) {
		t.Fatalf("not a refusal: %v", err)
	}
	return e
}
