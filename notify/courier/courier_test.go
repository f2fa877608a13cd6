package courier_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mingzhi/notify/channel"
	"mingzhi/notify/channel/channeltest"
	"mingzhi/notify/courier"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public"
	"mingzhi/storage/sealing"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

const court = "alpha"

// clock is the one clock, moved by the test.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is one court with a queue, a provider and a courier.
type world struct {
	t        testing.TB
	db       *storagetest.DB
	owner    *pgx.Conn
	clock    *clock
	keys     *sealing.PublicKeyring
	store    *public.Store
	provider *channeltest.Provider
	courier  *courier.Courier
}

func newWorld(t testing.TB, provider *channeltest.Provider, o courier.Options) *world {
	t.Helper()
	w := &world{t: t, db: storagetest.New(t), clock: &clock{at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}, provider: provider}
	dir := t.TempDir()
	if err := sealing.Create(dir); err != nil {
		t.Fatal(err)
	}
	keys, err := sealing.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	w.keys = keys.Public()
	if w.owner, err = pgx.Connect(context.Background(), w.db.OwnerDSN); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.owner.Close(context.Background()) })
	w.exec(`INSERT INTO disclosed.court (court, profile, version, changed_at) VALUES ($1, '{"name":"甲法院"}', 1, $2)`, court, w.clock.Now())
	w.store = w.open()
	w.courier = w.another(w.store, o)
	return w
}

func (w *world) open() *public.Store {
	store, err := public.Open(context.Background(), w.db.PublicDSN, w.keys, nil, w.clock.Now)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(store.Close)
	return store
}

func (w *world) another(store *public.Store, o courier.Options) *courier.Courier {
	sender := channel.NewHTTP(channel.HTTPOptions{Name: "gateway", URL: w.provider.URL, Timeout: 500 * time.Millisecond})
	return w.with(store, sender, o)
}

func (w *world) with(store *public.Store, sender channel.Sender, o courier.Options) *courier.Courier {
	o.Now = w.clock.Now
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return courier.New(store, w.keys, map[string]channel.Sender{"sms": sender}, o)
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.owner.Exec(context.Background(), sql, args...); err != nil {
		w.t.Fatal(err)
	}
}

// queue writes messages as the court half does: one statement, the trigger enqueues.
func (w *world) queue(n int, notBefore time.Time) []uuid.UUID {
	w.t.Helper()
	ids := make([]uuid.UUID, n)
	var rows [][]any
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7())
		address, err := w.keys.SealCourier("outgoing.address:"+ids[i].String(), []byte("13800001234"))
		if err != nil {
			w.t.Fatal(err)
		}
		rows = append(rows, []any{court, ids[i], []string{"sms"}, address, "progress", 1, "进展通知", []byte(`{"sms.gateway":"T1"}`), []byte(`["甲","乙"]`),
			"正文", "123456", "3.1", false, w.clock.Now(), notBefore})
	}
	_, err := w.owner.CopyFrom(context.Background(), pgx.Identifier{"disclosed", "outgoing"}, []string{"court", "id", "channels", "address", "template",
		"template_version", "template_name", "provider_ids", "params", "text", "check_code", "clause", "urgent", "created_at", "not_before"}, pgx.CopyFromRows(rows))
	if err != nil {
		w.t.Fatal(err)
	}
	return ids
}

func (w *world) pass(c *courier.Courier, want int) {
	w.t.Helper()
	n, err := c.Pass(context.Background(), court)
	if err != nil || n != want {
		w.t.Fatalf("passed %d, want %d: %v", n, want, err)
	}
}

// state is "state tries" of a message, "" when it left the queue.
func (w *world) state(id uuid.UUID) string {
	w.t.Helper()
	var state string
	var tries int
	err := w.owner.QueryRow(context.Background(), `SELECT state, tries FROM edge.delivery WHERE court = $1 AND message_id = $2`, court, id).Scan(&state, &tries)
	if err == pgx.ErrNoRows {
		return ""
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprint(state, " ", tries)
}

func (w *world) expect(id uuid.UUID, want string) {
	w.t.Helper()
	if got := w.state(id); got != want {
		w.t.Fatalf("state %q, want %q", got, want)
	}
}

// receipts are the states the inbox was told of a message, in order.
func (w *world) receipts(id uuid.UUID) (states []string) {
	w.t.Helper()
	rows, _ := w.owner.Query(context.Background(), `SELECT meta FROM inbox.submission WHERE court = $1 AND kind = 'delivery' ORDER BY seq`, court)
	metas, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		w.t.Fatal(err)
	}
	for _, raw := range metas {
		var d exchange.Delivery
		if err := json.Unmarshal(raw, &d); err != nil {
			w.t.Fatal(err)
		}
		if d.Channel == "" || d.At.IsZero() {
			w.t.Errorf("receipt %s", raw)
		}
		if d.MessageID == id {
			states = append(states, d.State)
		}
	}
	return states
}

func (w *world) told(id uuid.UUID, want ...string) {
	w.t.Helper()
	if got := w.receipts(id); fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Fatalf("receipts %v, want %v", got, want)
	}
}

func (w *world) attempts(id uuid.UUID) (outcomes []string) {
	w.t.Helper()
	rows, _ := w.owner.Query(context.Background(), `SELECT outcome FROM edge.attempt WHERE court = $1 AND message_id = $2 ORDER BY at, id`, court, id)
	outcomes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		w.t.Fatal(err)
	}
	return outcomes
}
