package public

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

type fixture struct {
	*Store
	owner *pgx.Conn
	at    time.Time
}

func open(t testing.TB) *fixture {
	t.Helper()
	db := storagetest.New(t)
	f := &fixture{at: time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)}
	var err error
	if f.Store, err = Open(t.Context(), db.PublicDSN, nil, nil, func() time.Time { return f.at }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Store.Close)
	if f.owner, err = pgx.Connect(t.Context(), db.OwnerDSN); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.owner.Close(context.Background()) })
	f.exec(t, `INSERT INTO disclosed.court (court, profile, version, changed_at) VALUES ('sanya', '{"name":"甲"}', 1, now()), ('wugang', '{"name":"乙"}', 1, now())`)
	return f
}

func (f *fixture) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if _, err := f.owner.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) count(t testing.TB, table string) (n int) {
	t.Helper()
	if err := f.owner.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func newTip(ticket string) NewTip {
	hmac := make([]byte, 32)
	rand.Read(hmac)
	return NewTip{ID: uuid.Must(uuid.NewV7()), Meta: exchange.TipMeta{Ticket: ticket, ReceiptHMAC: hmac, Kind: "person"}, Sealed: []byte("sealed")}
}

var twenty = Limit{Client: "tip:x", Most: 20, Window: time.Hour}

func TestCourts(t *testing.T) {
	f := open(t)
	all, err := f.Courts(t.Context())
	if err != nil || len(all) != 2 || all[0].Name != "甲" {
		t.Fatal(all, err)
	}
	for _, id := range []string{"nowhere", "", "x'; DROP", "Sanya"} {
		if _, err := f.Court(t.Context(), id); !problem.Is(err, problem.NotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
	first, err := f.Court(t.Context(), "sanya")
	if err != nil || first.ID != "sanya" {
		t.Fatal(first, err)
	}
	f.exec(t, `UPDATE disclosed.court SET profile = '{"name":"丙"}'`)
	if again, _ := f.Court(t.Context(), "sanya"); again.Name != "甲" {
		t.Error("not cached")
	}
	f.profiles["sanya"].read = time.Now().Add(-fresh)
	if again, _ := f.Court(t.Context(), "sanya"); again.Name != "丙" {
		t.Error("cached for too long")
	}
}

func TestSubmitTipStoresOnce(t *testing.T) {
	f := open(t)
	tip := newTip("XS261123-000001")
	var stored atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			ok, _, err := f.SubmitTip(t.Context(), "sanya", tip, twenty)
			if err != nil {
				t.Error(err)
			}
			if ok {
				stored.Add(1)
			}
		})
	}
	all.Wait()
	if stored.Load() != 1 || f.count(t, "inbox.submission") != 1 || f.count(t, "edge.receipt") != 1 {
		t.Error(stored.Load(), f.count(t, "inbox.submission"))
	}
	ticket, _, ok, err := f.Receipt(t.Context(), "sanya", tip.Meta.ReceiptHMAC)
	if ticket != tip.Meta.Ticket || !ok || err != nil {
		t.Error(ticket, ok, err)
	}
	if _, _, err := f.SubmitTip(t.Context(), "sanya", newTip("XS261123-000001"), twenty); !errors.Is(err, ErrTicketTaken) {
		t.Error(err)
	}
	if _, _, err := f.SubmitTip(t.Context(), "wugang", newTip("XS261123-000001"), twenty); err != nil {
		t.Error("another court's ticket:", err)
	}
}

func TestSubmitTipKeepsTheLimit(t *testing.T) {
	f := open(t)
	limit := Limit{Client: "tip:y", Most: 2, Window: time.Hour}
	for i, want := range []bool{true, true, false} {
		ok, count, err := f.SubmitTip(t.Context(), "sanya", newTip("XS261123-00000"+string(rune('0'+i))), limit)
		if ok != want || count.Tries != i+1 || !count.Until.Equal(f.at.Add(time.Hour)) || err != nil {
			t.Error(i, ok, count, err)
		}
	}
	f.at = f.at.Add(time.Hour)
	if ok, count, err := f.SubmitTip(t.Context(), "sanya", newTip("XS261123-000009"), limit); !ok || count.Tries != 1 || err != nil {
		t.Error("the window did not end:", ok, count, err)
	}
}

func TestTipStatusCountsOnlyMisses(t *testing.T) {
	f := open(t)
	tip := newTip("XS261123-000001")
	if _, _, err := f.SubmitTip(t.Context(), "sanya", tip, twenty); err != nil {
		t.Fatal(err)
	}
	limit := Limit{Client: "receipt:x", Most: 5, Window: time.Minute}
	ask := func(court string, hmac []byte) (TipStatus, bool, Count) {
		t.Helper()
		status, found, count, err := f.TipStatus(t.Context(), court, [][]byte{hmac}, limit)
		if err != nil {
			t.Fatal(err)
		}
		return status, found, count
	}
	if s, found, count := ask("sanya", tip.Meta.ReceiptHMAC); !found || s.Stage != "received" || s.Ticket != tip.Meta.Ticket || count.Tries != 0 {
		t.Error(s, found, count)
	}
	if _, found, count := ask("sanya", []byte("wrong")); found || count.Tries != 1 {
		t.Error(found, count)
	}
	if _, found, _ := ask("wugang", tip.Meta.ReceiptHMAC); found {
		t.Error("another court knows the receipt")
	}
	f.exec(t, `INSERT INTO disclosed.tip VALUES ('sanya', $1, 'XS261123-000001', 'verified', 'adopted', '[{"text":"哪里？"}]', now(), 1)`, tip.Meta.ReceiptHMAC)
	if s, found, _ := ask("sanya", tip.Meta.ReceiptHMAC); !found || s.Stage != "verified" || s.Result != "adopted" || len(s.Questions) != 1 {
		t.Error(s, found)
	}
}

func TestMessagesAndTray(t *testing.T) {
	f := open(t)
	id := uuid.Must(uuid.NewV7())
	for range 2 {
		if err := f.SubmitMessage(t.Context(), "sanya", id, exchange.MessageMeta{ReceiptHMAC: []byte("x")}, []byte("s")); err != nil {
			t.Fatal(err)
		}
		if err := f.PutTray(t.Context(), "sanya", TrayMessage{ID: id, Channel: "sms", Text: "x", CheckCode: "123456", At: f.at}); err != nil {
			t.Fatal(err)
		}
	}
	if tray, err := f.Tray(t.Context(), "sanya"); f.count(t, "inbox.submission") != 1 || len(tray) != 1 || err != nil {
		t.Error(tray, err)
	}
	f.exec(t, `INSERT INTO disclosed.outgoing (court, id, channels, address, template, template_version, template_name, provider_ids, params, text, check_code, clause, urgent, created_at, not_before)
		VALUES ('sanya', $1, '{sms}', '\x00', 't', 2, '立案通知', '{}', '[]', 'x', '123456', 'S-1', false, now(), now())`, id)
	f.exec(t, `UPDATE edge.delivery SET state = 'sent', route = 'sms'`)
	since := time.Now().Add(-time.Hour)
	if m, err := f.MessagesByCheckCode(t.Context(), "sanya", "123456", since); err != nil || len(m) != 1 || m[0].State != "sent" {
		t.Error(m, err)
	}
	if m, err := f.MessagesByCheckCode(t.Context(), "wugang", "123456", since); err != nil || len(m) != 0 {
		t.Error(m, err)
	}
}

func TestTries(t *testing.T) {
	f := open(t)
	l := Limit{Client: "k", Most: 1, Window: time.Minute}
	for i := range 3 {
		if c, err := f.CountTry(t.Context(), "sanya", l); err != nil || c.Tries != i+1 || c.Over(l) != (i > 0) {
			t.Error(c, err)
		}
	}
	if n, err := f.Tries(t.Context(), "sanya", "k"); n != 3 || err != nil {
		t.Error(n, err)
	}
	if err := f.ForgetTries(t.Context(), "sanya", "k"); err != nil {
		t.Fatal(err)
	}
	if n, _ := f.Tries(t.Context(), "sanya", "k"); n != 0 {
		t.Error(n)
	}
}

// turns counts how often a connection was written to after it had been read: the round trips.
type turns struct {
	net.Conn
	n    *atomic.Int64
	read *atomic.Bool
}

func (c turns) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.read.Store(true)
	}
	return n, err
}

func (c turns) Write(p []byte) (int, error) {
	if c.read.Swap(false) {
		c.n.Add(1)
	}
	return c.Conn.Write(p)
}

func TestTipTakesOneRoundTrip(t *testing.T) {
	f := open(t)
	config, err := pgxpool.ParseConfig(f.pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	config.MaxConns = 1
	config.ConnConfig.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		return turns{c, &n, new(atomic.Bool)}, err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	store := &Store{pool: pool, now: f.now, profiles: map[string]*cached{}}
	f.exec(t, `INSERT INTO disclosed.viewer (court, id, case_id, case_no, role, stands_for, person, code, mobile, changed_at)
		VALUES ('sanya', gen_random_uuid(), gen_random_uuid(), 'x', 'applicant', 'applicant', 'person', 'code', 'sealed', now())`)
	uses := map[string]func() error{
		"SubmitTip": func() error {
			_, _, err := store.SubmitTip(t.Context(), "sanya", newTip("XS261123-"+uuid.NewString()[:6]), twenty)
			return err
		},
		"TipStatus":          func() error { _, _, _, err := store.TipStatus(t.Context(), "sanya", nil, twenty); return err },
		"Tray":               func() error { _, err := store.Tray(t.Context(), "sanya"); return err },
		"CountTry":           func() error { _, err := store.CountTry(t.Context(), "sanya", twenty); return err },
		"StartLogin, a hit":  func() error { return startLogin(t, store, "person") },
		"StartLogin, a miss": func() error { return startLogin(t, store, "nobody") },
		"PartyBySession": func() error {
			_, _, err := store.PartyBySession(t.Context(), "sanya", []byte("token"), uuid.New(), Idle{})
			return err
		},
		"NoteReads": func() error { return store.NoteReads(t.Context(), "sanya", uuid.New(), []uuid.UUID{uuid.New()}) },
		"SubmitApplication": func() error {
			_, err := store.SubmitApplication(t.Context(), "sanya", NewApplication{ID: uuid.New(), Mark: []byte(uuid.NewString()), Meta: exchange.ApplicationMeta{Ticket: uuid.NewString()},
				Sealed: []byte("s"), DayEnd: f.at.Add(time.Hour)}, twenty, Limit{Client: "sender", Most: 9})
			return err
		},
	}
	for name, use := range uses {
		for range 2 { // the first use prepares the statements
			n.Store(0)
			if err := use(); err != nil {
				t.Fatal(name, err)
			}
		}
		if n.Load() != 1 {
			t.Errorf("%s took %d round trips", name, n.Load())
		}
	}
	if n := f.count(t, "edge.message"); n != 2 { // the hit's two
		t.Error(n, "messages")
	}
}

func startLogin(t *testing.T, store *Store, person string) error {
	_, _, err := store.StartLogin(t.Context(), "sanya", NewLogin{ID: uuid.New(), Persons: [][]byte{[]byte(person)}, QueryCodes: [][]byte{[]byte("code")}, Code: []byte("c"),
		Until: store.now().Add(time.Minute), Message: Outward{Template: "login_code", Text: "x", CheckCode: "123456"}}, twenty, Limit{Client: person, Most: 20, Window: time.Hour})
	return err
}

func BenchmarkSubmitTip(b *testing.B) {
	f := open(b)
	limit := Limit{Client: "bench", Most: 1 << 30, Window: time.Hour}
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			limit := limit
			limit.Client = uuid.NewString()
			if _, _, err := f.SubmitTip(b.Context(), "sanya", newTip(uuid.NewString()), limit); err != nil {
				b.Error(err)
			}
		}
	})
}
