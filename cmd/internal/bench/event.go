package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"mingzhi/notify/channel"
	"mingzhi/notify/courier"
	"mingzhi/storage/public"
)

var eventRow = row{
	name: "event", ceiling: time.Second,
	subject: "50 acts a second (case_filed): from the act's instant to the provider's being called with its message, by the courier as it runs",
	set:     setEvent,
}

const actsASecond = 50

// event is both halves on one database, and a provider that notes when it was called.
type event struct {
	acts   *acts
	owner  *pgxpool.Pool
	now    func() time.Time
	mu     sync.Mutex
	called map[uuid.UUID]time.Time
}

func setEvent(ctx context.Context, st *stage) (pair, error) {
	e := &event{called: map[uuid.UUID]time.Time{}}
	// Books keep messages for the morning; so the row lives at ten o'clock, whenever it runs.
	east := time.FixedZone("", 8*60*60)
	today := st.now().In(east)
	shift := time.Date(today.Year(), today.Month(), today.Day(), 10, 0, 0, 0, east).Sub(today)
	e.now = func() time.Time { return st.now().Add(shift) }
	var err error
	if e.owner, err = st.database(ctx, "bench_event"); err != nil {
		return pair{}, err
	}
	if e.acts, err = openActs(ctx, st, "bench_event", e.now); err != nil {
		return pair{}, err
	}
	if err := e.acts.prepare(ctx, (int(st.length.Seconds())*actsASecond+1)*(st.rounds+1)); err != nil {
		return pair{}, err
	}
	store, err := public.Open(ctx, st.dsn("mingzhi_public", "bench_event"), st.public, nil, e.now)
	if err != nil {
		return pair{}, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return pair{}, err
	}
	provider := &http.Server{Handler: http.HandlerFunc(e.take)}
	go provider.Serve(l)
	sender := channel.NewHTTP(channel.HTTPOptions{Name: "gateway", URL: "http://" + l.Addr().String(), Conns: wires})
	running, stop := context.WithCancel(ctx)
	var ended sync.WaitGroup
	ended.Go(func() {
		_ = courier.New(store, st.public, map[string]channel.Sender{"sms": sender}, courier.Options{Now: e.now}).Run(running)
	})
	return pair{
		subject: func(ctx context.Context) (sample, error) { return e.round(ctx, st) },
		close: func() {
			stop()
			ended.Wait()
			provider.Close()
			store.Close()
			e.acts.store.Close()
			e.owner.Close()
		},
	}, nil
}

func (e *event) take(w http.ResponseWriter, r *http.Request) {
	if id, err := uuid.Parse(r.Header.Get("Idempotency-Key")); err == nil {
		e.mu.Lock()
		e.called[id] = e.now()
		e.mu.Unlock()
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"id":"p"}`)
}

// round records at an even pace, waits until the provider has everything and asks how long each took.
func (e *event) round(ctx context.Context, st *stage) (sample, error) {
	from, began, spent := e.now(), time.Now(), st.spent()
	errs := make(chan error, int(st.length.Seconds())*actsASecond)
	pace := time.NewTicker(time.Second / actsASecond)
	defer pace.Stop()
	for range cap(errs) {
		<-pace.C
		go func() { errs <- e.acts.one(ctx) }()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			return sample{}, err
		}
	}
	s := sample{took: time.Since(began), cpu: st.spent().since(spent)}
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var missing int
		var err error
		if s.waits, missing, err = e.waits(ctx, from); err != nil {
			return s, err
		}
		s.n = len(s.waits)
		if missing == 0 && s.n >= cap(errs) {
			return s, nil
		}
		if time.Now().After(until) {
			return s, fmt.Errorf("%d acts, %d messages with the provider, %d on their way after 10 s", cap(errs), s.n, missing)
		}
	}
}

func (e *event) waits(ctx context.Context, from time.Time) (waits []time.Duration, missing int, err error) {
	rows, err := e.owner.Query(ctx, `SELECT id, created_at FROM disclosed.outgoing WHERE created_at >= $1`, from)
	if err != nil {
		return nil, 0, err
	}
	var id uuid.UUID
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &at}, func() error {
		e.mu.Lock()
		defer e.mu.Unlock()
		if came, ok := e.called[id]; ok {
			waits = append(waits, came.Sub(at))
		} else {
			missing++
		}
		return nil
	})
	return waits, missing, err
}
