package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"mingzhi/notify/channel"
	"mingzhi/notify/courier"
	"mingzhi/storage/public"
)

var dispatchRow = row{
	name: "dispatch", goal: 0.7,
	subject:   "the courier: lease, POST, attempt, receipt to the inbox, 32 connections to a local HTTP provider",
	reference: "the same POSTs over the same connections, and nothing kept",
	below:     "two updates of the queue's row, an attempt and a receipt in PostgreSQL, about 60 µs more here (docs/performance.md)",
	set:       setDispatch,
}

const wires = 32

// mail is a queue, its courier and a provider that takes everything.
type mail struct {
	st       *stage
	owner    *pgxpool.Pool
	courier  *courier.Courier
	url      string
	taken    atomic.Int64
	provider *http.Server
}

func setDispatch(ctx context.Context, st *stage) (pair, error) {
	owner, err := st.database(ctx, "bench_dispatch")
	if err != nil {
		return pair{}, err
	}
	if _, err := owner.Exec(ctx, `INSERT INTO disclosed.court (court, profile, version, changed_at) VALUES ($1, '{"name":"基准法院"}', 1, now())`, st.court); err != nil {
		return pair{}, err
	}
	store, err := public.Open(ctx, st.dsn("mingzhi_public", "bench_dispatch"), st.public, nil, st.now)
	if err != nil {
		return pair{}, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return pair{}, err
	}
	m := &mail{st: st, owner: owner, url: "http://" + l.Addr().String()}
	m.provider = &http.Server{Handler: http.HandlerFunc(m.take)}
	go m.provider.Serve(l)
	sender := channel.NewHTTP(channel.HTTPOptions{Name: "gateway", URL: m.url, Conns: wires})
	m.courier = courier.New(store, st.public, map[string]channel.Sender{"sms": sender}, courier.Options{Workers: wires, Now: st.now})
	return pair{subject: m.send, reference: func(ctx context.Context) (sample, error) { return barePosts(ctx, st, m.url) },
		close: func() { m.provider.Close(); store.Close(); owner.Close() }}, nil
}

func (m *mail) take(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	m.taken.Add(1)
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, `{"id":"p-`+r.Header.Get("Idempotency-Key")+`"}`)
}

// send empties a queue of so many messages with three batches under way, as the courier does by itself.
func (m *mail) send(ctx context.Context) (sample, error) {
	if err := m.queue(ctx); err != nil {
		return sample{}, err
	}
	m.taken.Store(0)
	var lanes sync.WaitGroup
	errs := make([]error, 3)
	began, spent := time.Now(), m.st.spent()
	for i := range errs {
		lanes.Go(func() {
			for n := 1; n > 0 && errs[i] == nil; {
				n, errs[i] = m.courier.Pass(ctx, m.st.court)
			}
		})
	}
	lanes.Wait()
	s := sample{n: m.st.messages, took: time.Since(began), cpu: m.st.spent().since(spent)}
	for _, err := range errs {
		if err != nil {
			return s, err
		}
	}
	return s, m.check(ctx)
}

func (m *mail) check(ctx context.Context) error {
	var sent, receipts, attempts int
	err := m.owner.QueryRow(ctx, `SELECT (SELECT count(*) FROM edge.delivery WHERE state = 'sent'), (SELECT count(*) FROM inbox.submission),
		(SELECT count(*) FROM edge.attempt)`).Scan(&sent, &receipts, &attempts)
	if n := m.st.messages; err == nil && (sent != n || receipts != n || attempts != n || int(m.taken.Load()) != n) {
		err = fmt.Errorf("of %d: sent %d, receipts %d, attempts %d, taken %d", n, sent, receipts, attempts, m.taken.Load())
	}
	return err
}

// queue writes messages as the court half does: the trigger makes them the courier's work.
func (m *mail) queue(ctx context.Context) error {
	if _, err := m.owner.Exec(ctx, `TRUNCATE disclosed.outgoing, edge.delivery, edge.attempt, inbox.submission`); err != nil {
		return err
	}
	now := m.st.now()
	rows := make([][]any, m.st.messages)
	for i := range rows {
		id := uuid.Must(uuid.NewV7())
		address, err := m.st.public.SealCourier("outgoing.address:"+id.String(), []byte("13800001234"))
		if err != nil {
			return err
		}
		rows[i] = []any{m.st.court, id, []string{"sms"}, address, "progress", 1, "进展通知", []byte(`{"sms.gateway":"T1"}`), []byte(`["甲","乙"]`),
			"正文", "123456", "3.1", false, now, now}
	}
	_, err := m.owner.CopyFrom(ctx, pgx.Identifier{"disclosed", "outgoing"}, []string{"court", "id", "channels", "address", "template",
		"template_version", "template_name", "provider_ids", "params", "text", "check_code", "clause", "urgent", "created_at", "not_before"}, pgx.CopyFromRows(rows))
	if err == nil {
		_, err = m.owner.Exec(ctx, `ANALYZE`)
	}
	return err
}
