package wechattest

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mingzhi/bots/wechat"
)

// Options say which account the platform serves; what is left out gets a sensible value.
type Options struct {
	Account        wechat.Account
	OriginalID     string // the account's gh_…
	BotURL         string // where callbacks go; BotAt changes it
	Now            func() time.Time
	Patience       time.Duration // WeChat waits 5 s for each try
	Templates      []string      // known template ids; none: every one
	TemplatesADay  int           // 0: 100,000
	MediaKept      time.Duration // 0: 3 days
	FinishAtOnce   bool          // tell the bot what became of each template message by itself
	CustomerWindow time.Duration // 0: 48 hours
	CustomerTexts  int           // after each word of the person; 0: 20
	FirstID        int64         // message ids go on from here: a platform that starts anew before an old bot must not repeat them
}

// Bubble is one thing in a person's chat window.
type Bubble struct {
	Seq     int
	Person  string
	FromBot bool
	Kind    string // text, image, voice, location, event, news, template, notice, transfer, system and what else was sent
	Text    string
	Title   string
	URL     string
	PicURL  string
	MediaID string
	Data    map[string]string // a template's fields
	ID      string            // MsgId, or a template message's
	Passive bool              // the answer to a callback
	At      time.Time
}

// Person is somebody with a phone.
type Person struct {
	OpenID     string
	Subscribed bool
	Blocked    bool // switched the account's messages off
}

type person struct {
	Person
	bubbles  []Bubble
	notices  map[string]int // how many of each template the person allowed
	wrote    time.Time      // the customer-service window counts from here
	answered int
}

// Platform plays WeChat. It is an http.Handler for the API; callbacks go to the bot's address.
type Platform struct {
	o      Options
	caller *http.Client

	mu       sync.Mutex
	bot      string
	people   map[string]*person
	seq      int
	lastID   int64
	token    string
	tokens   int // given out so far
	refusals int
	failures []int64
	media    map[string]medium
	jobs     map[string]*Job
	byClient map[string]string // job by person and client_msg_id
	day      string
	today    int
	menu     []byte
	calls    map[string]int
	codes    map[string]string // of the log-in page, by code
	watchers map[int]func(Bubble)
	watched  int
	late     sync.WaitGroup
}

type medium struct {
	data []byte
	mime string
	till time.Time
}

// New makes a platform without people.
func New(o Options) *Platform {
	defaults := wechat.Account{AppID: "wx1234567890abcdef", Secret: "0123456789abcdef0123456789abcdef", Token: "mingzhi", AESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", Mode: wechat.Safe}
	if o.Account.AppID == "" {
		mode := o.Account.Mode
		if o.Account = defaults; mode != "" {
			o.Account.Mode = mode
		}
	}
	set(&o.OriginalID, "gh_0123456789ab")
	set(&o.Patience, 5*time.Second)
	set(&o.TemplatesADay, 100_000)
	set(&o.MediaKept, 72*time.Hour)
	set(&o.CustomerWindow, 48*time.Hour)
	set(&o.CustomerTexts, 20)
	set(&o.FirstID, 23456789012345678)
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Platform{o: o, bot: o.BotURL, people: map[string]*person{}, media: map[string]medium{}, jobs: map[string]*Job{}, byClient: map[string]string{},
		calls: map[string]int{}, watchers: map[int]func(Bubble){}, lastID: o.FirstID,
		caller: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func set[T comparable](value *T, standard T) {
	var none T
	if *value == none {
		*value = standard
	}
}

// Start serves a new platform until the test ends, and says where.
func Start(t testing.TB, o Options) (p *Platform, url string) {
	p = New(o)
	server := httptest.NewServer(p)
	t.Cleanup(func() {
		p.Wait()
		server.CloseClientConnections()
		server.Close()
	})
	return p, server.URL
}

// Account is what the bot is set up with.
func (p *Platform) Account() wechat.Account { return p.o.Account }

// BotAt sets where callbacks go.
func (p *Platform) BotAt(url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bot = url
}

// Wait returns when no callback is under way that nobody waits for.
func (p *Platform) Wait() { p.late.Wait() }

// Join puts people there who do not follow the account yet; who is there already stays as he is.
func (p *Platform) Join(openIDs ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range openIDs {
		p.person(id)
	}
}

// person is called under the lock.
func (p *Platform) person(openID string) *person {
	one := p.people[openID]
	if one == nil {
		one = &person{Person: Person{OpenID: openID}, notices: map[string]int{}}
		p.people[openID] = one
	}
	return one
}

// Block switches the account's messages off for a person, or on again.
func (p *Platform) Block(openID string, blocked bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.person(openID).Blocked = blocked
}

// Allow lets the account send a person n notices of a template.
func (p *Platform) Allow(openID, template string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.person(openID).notices[template] += n
}

// People are all persons in the order of their ids.
func (p *Platform) People() (all []Person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(p.people)) {
		all = append(all, p.people[id].Person)
	}
	return all
}

// Chat is what stands in a person's window, oldest first.
func (p *Platform) Chat(openID string) []Bubble {
	p.mu.Lock()
	defer p.mu.Unlock()
	if one := p.people[openID]; one != nil {
		return slices.Clone(one.bubbles)
	}
	return nil
}

// Watch calls f with every new bubble, in order, until stop is called. f must neither block nor call the platform.
func (p *Platform) Watch(f func(Bubble)) (stop func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watched++
	n := p.watched
	p.watchers[n] = f
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.watchers, n)
	}
}

// show adds a bubble; it is called under the lock, so that watchers see the order.
func (p *Platform) show(b Bubble) Bubble {
	p.seq++
	b.Seq, b.At = p.seq, p.o.Now()
	one := p.person(b.Person)
	one.bubbles = append(one.bubbles, b)
	for _, n := range slices.Sorted(maps.Keys(p.watchers)) {
		p.watchers[n](b)
	}
	return b
}

func (p *Platform) nextID() string {
	p.lastID++
	return strconv.FormatInt(p.lastID, 10)
}

// Keep stores a file as if a person had sent it.
func (p *Platform) Keep(data []byte, mime string) (mediaID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keep(data, mime)
}

func (p *Platform) keep(data []byte, mime string) string {
	id := "media_" + p.nextID()
	p.media[id] = medium{data: slices.Clone(data), mime: mime, till: p.o.Now().Add(p.o.MediaKept)}
	return id
}

// File is a stored file, for a page that shows the chat.
func (p *Platform) File(mediaID string) (data []byte, mime string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m, ok := p.media[mediaID]
	return m.data, m.mime, ok && p.o.Now().Before(m.till)
}

// Calls is how often a path of the API was called.
func (p *Platform) Calls(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[strings.TrimPrefix(path, "/cgi-bin/")]
}

// Menu is the account's menu as it was last created, in JSON.
func (p *Platform) Menu() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.menu)
}
