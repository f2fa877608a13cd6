package courier

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"mingzhi/backoffice/problem"
	"mingzhi/notify/channel"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public"
	"mingzhi/storage/sealing"

	"github.com/google/uuid"
)

const (
	idle        = 200 * time.Millisecond // between looks at an empty queue
	pause       = time.Second            // after the database failed
	refresh     = 5 * time.Second        // a court that goes live is served within this
	inFlight    = 3                      // batches of a court under way: claiming and finishing overlap with sending
	finishLimit = 10 * time.Second
	unsent      = 5 * time.Minute // between looks at messages of a channel without a sender
)

// Options say how hard the courier works; the zero value is right for one machine.
type Options struct {
	Batch   int           // messages under one lease; 0: 500
	Workers int           // messages of one court on the wire at once; 0: 32
	Lease   time.Duration // how long a claimed message is nobody else's; 0: 2 minutes
	Portal  string        // own domain, for links in messages, e.g. https://portal.example; empty: no links
	Log     *slog.Logger
	Now     func() time.Time // the one clock
}

// Courier sends what lies in the queue. Any number of them may work on one database.
type Courier struct {
	store   *public.Store
	keys    *sealing.PublicKeyring
	senders map[string]channel.Sender
	o       Options

	mu    sync.Mutex
	wires map[string]chan struct{} // per court, so that one court's slow provider holds up no other
}

// New makes a courier; senders are by channel.
func New(store *public.Store, keys *sealing.PublicKeyring, senders map[string]channel.Sender, o Options) *Courier {
	if o.Batch <= 0 {
		o.Batch = 500
	}
	if o.Workers <= 0 {
		o.Workers = 32
	}
	if o.Lease <= 0 {
		o.Lease = 2 * time.Minute
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Courier{store: store, keys: keys, senders: senders, o: o, wires: map[string]chan struct{}{}}
}

// Run serves every court until ctx ends; what is on the wire then is finished first.
func (c *Courier) Run(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	served := map[string]bool{}
	for {
		courts, err := c.store.Courts(ctx)
		if err != nil && ctx.Err() == nil {
			c.o.Log.Error("发送：读不到法院名单", "err", err)
		}
		for _, court := range courts {
			if !served[court.ID] {
				served[court.ID] = true
				all.Go(func() { c.serve(ctx, court.ID) })
			}
		}
		if !sleep(ctx, refresh) {
			return nil
		}
	}
}

func (c *Courier) serve(ctx context.Context, court string) {
	var batches sync.WaitGroup
	defer batches.Wait()
	turns := make(chan struct{}, inFlight)
	for ctx.Err() == nil {
		select {
		case turns <- struct{}{}:
		case <-ctx.Done():
			return
		}
		b, err := c.claim(ctx, court)
		if err != nil || len(b.claims) == 0 {
			<-turns
			wait := idle
			if err != nil && ctx.Err() == nil {
				c.o.Log.Error("发送：取不到待发消息", "court", court, "err", err)
				wait = pause
			}
			sleep(ctx, wait)
			continue
		}
		batches.Go(func() {
			defer func() { <-turns }()
			if err := c.deliver(ctx, b); err != nil {
				c.o.Log.Error("发送：结果没有记下，租约到期后以同一编号重发", "court", court, "messages", len(b.claims), "err", err)
			}
		})
		if len(b.claims) < c.o.Batch {
			sleep(ctx, idle)
		}
	}
}

// Pass sends one batch of a court and says how many messages it took.
func (c *Courier) Pass(ctx context.Context, court string) (int, error) {
	b, err := c.claim(ctx, court)
	if err != nil || len(b.claims) == 0 {
		return 0, err
	}
	return len(b.claims), c.deliver(ctx, b)
}

// Report notes what a provider says became of a message, named by its id or by the provider's.
// Reports may come twice and in any order. A message not known (yet) is NotFound: the provider
// should say it again.
func (c *Courier) Report(ctx context.Context, court string, r Report) error {
	if r.State != "sent" && r.State != "delivered" && r.State != "failed" {
		return problem.New(problem.Invalid, "delivery.state", "发送回执的状态不正确。")
	}
	if r.At.IsZero() {
		r.At = c.o.Now()
	}
	return c.store.ReportDelivery(ctx, court, r.ProviderID, exchange.Delivery{MessageID: r.MessageID, State: r.State, Detail: r.Detail, At: r.At})
}

// Report is a provider's delivery report.
type Report struct {
	MessageID  uuid.UUID // or
	ProviderID string
	State      string    // sent, delivered, failed
	Detail     string    // never the address
	At         time.Time // zero: now
}

// batch is what was claimed together and is finished together.
type batch struct {
	court  string
	lease  time.Time
	claims []public.Claim
}

func (c *Courier) claim(ctx context.Context, court string) (batch, error) {
	now := c.o.Now()
	// The lease is compared for equality later, and the database keeps microseconds.
	b := batch{court: court, lease: now.Add(c.o.Lease).Truncate(time.Microsecond)}
	var err error
	b.claims, err = c.store.ClaimBatch(ctx, court, now, b.lease, c.o.Batch)
	return b, err
}

func (c *Courier) wire(court string) chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wires[court] == nil {
		c.wires[court] = make(chan struct{}, c.o.Workers)
	}
	return c.wires[court]
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
