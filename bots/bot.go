package bots

import (
	"context"
	"encoding/hex"
	"log/slog"
	"sync"
	"time"

	"mingzhi/bots/wechat"
	"mingzhi/portal/inquiry"
	"mingzhi/storage/public"
)

// Account is one court's official account and where its platform is.
type Account struct {
	wechat.Account
	API string // "": WeChat itself
}

// Options say whom the bot serves. Inquiry, Store and Accounts are required.
type Options struct {
	Inquiry  *inquiry.Service
	Store    *public.Store
	Accounts map[string]Account // by court
	Portal   string             // the portal's own domain, for links
	Log      *slog.Logger
	// Report takes what WeChat says became of a template message; NotFound while the message is not known yet.
	Report func(ctx context.Context, court, providerID string, delivered bool, detail string) error

	Budget time.Duration // for an answer; 0: 4 s, as WeChat waits five
	Fetch  time.Duration // for a picture within it; 0: 2.5 s
}

// Bot answers the callbacks of every court that has an account.
type Bot struct {
	Options
	lines map[string]*line
	late  sync.WaitGroup

	mu    sync.Mutex
	turns map[string]*turns
}

// line is one court's account.
type line struct {
	account Account
	hook    *wechat.Webhook
	client  *wechat.Client
}

// New makes a bot; it refuses an account that is not set up rightly.
func New(o Options) (*Bot, error) {
	if o.Budget <= 0 {
		o.Budget = 4 * time.Second
	}
	if o.Fetch <= 0 {
		o.Fetch = 2500 * time.Millisecond
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	b := &Bot{Options: o, lines: map[string]*line{}, turns: map[string]*turns{}}
	for court, account := range o.Accounts {
		hook, err := wechat.NewWebhook(account.Account, wechat.WebhookOptions{Now: o.Store.Now})
		if err != nil {
			return nil, err
		}
		b.lines[court] = &line{account: account, hook: hook,
			client: wechat.NewClient(account.Account, wechat.ClientOptions{BaseURL: account.API, Tokens: tokens{o.Store, court}})}
	}
	return b, nil
}

// Client calls the platform for a court; nil when the court has no account.
func (b *Bot) Client(court string) *wechat.Client {
	if l := b.lines[court]; l != nil {
		return l.client
	}
	return nil
}

// Serves says that a court has an account.
func (b *Bot) Serves() bool { return len(b.lines) > 0 }

// Wait returns when nothing is under way any more that nobody waits for.
func (b *Bot) Wait() { b.late.Wait() }

// menu is the same at every court; a click says the word.
var menu = []wechat.Button{{Name: "查案", Key: "查案"}, {Name: "线索", Key: "线索"}, {Name: "拍卖", Key: "拍卖"}}

// CreateMenus lays the menu into every account. An account without the right to have one still answers words: it is only noted.
func (b *Bot) CreateMenus(ctx context.Context) {
	for court, l := range b.lines {
		if err := l.client.CreateMenu(ctx, menu); err != nil {
			b.Log.Warn("公众号菜单没有建成", "court", court, "err", err)
		}
	}
}

// Forget removes what the bot no longer needs, at every court.
func (b *Bot) Forget(ctx context.Context) (int, error) {
	for court := range b.lines {
		if err := b.Store.ForgetBot(ctx, court); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// turns lets one person's messages pass one after the other on this node; between nodes the state's version decides.
type turns struct {
	sync.Mutex
	waiting int
}

func (b *Bot) turn(court string, index []byte) (leave func()) {
	key := court + "\x00" + hex.EncodeToString(index)
	b.mu.Lock()
	t := b.turns[key]
	if t == nil {
		t = &turns{}
		b.turns[key] = t
	}
	t.waiting++
	b.mu.Unlock()
	t.Lock()
	return func() {
		t.Unlock()
		b.mu.Lock()
		defer b.mu.Unlock()
		if t.waiting--; t.waiting == 0 {
			delete(b.turns, key)
		}
	}
}

// tokens keeps a court's access tokens where every node sees them, sealed.
type tokens struct {
	store *public.Store
	court string
}

func (k tokens) Get(ctx context.Context, key string) (string, error) {
	sealed, err := k.store.Token(ctx, k.court, key)
	if err != nil || sealed == nil {
		return "", err
	}
	plain, err := k.store.Keys.OpenCourier("token.value:"+key, sealed)
	if err != nil {
		return "", nil // sealed under a key that is gone: a new one is fetched
	}
	return string(plain), nil
}

func (k tokens) Set(ctx context.Context, key, token string, ttl time.Duration) error {
	sealed, err := k.store.Keys.SealCourier("token.value:"+key, []byte(token))
	if err != nil {
		return err
	}
	return k.store.SetToken(ctx, k.court, key, sealed, ttl)
}
