package channeltest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mingzhi/notify/channel"
)

// Behaviour is how the provider answers one request.
type Behaviour struct {
	Status    int           // 0: 200
	Late      time.Duration // takes the message, then answers so much later
	Hang      bool          // takes the message and never answers
	Drop      bool          // takes the message and breaks the connection
	Twice     bool          // answers, and answers again on the same connection
	Delivered bool          // says that it already lies with the person
}

// Taken is what the provider holds of one message.
type Taken struct {
	channel.HTTPBody
	Times int // how often it was handed over
}

// Provider is a running provider.
type Provider struct {
	URL    string
	server *httptest.Server
	next   atomic.Pointer[func(key string, nth int) Behaviour]
	count  atomic.Int64

	mu    sync.Mutex
	taken map[string]*Taken // by idempotency key
	tries map[string]int
	light bool
	done  chan struct{}
}

// New starts a provider that takes everything; it stops after the test.
func New(t testing.TB) *Provider {
	p := &Provider{taken: map[string]*Taken{}, tries: map[string]int{}, done: make(chan struct{})}
	p.server = httptest.NewServer(http.HandlerFunc(p.serve))
	p.URL = p.server.URL
	t.Cleanup(func() {
		close(p.done)
		p.server.CloseClientConnections()
		p.server.Close()
	})
	return p
}

// Light makes a provider that only counts, for benchmarks.
func Light(t testing.TB) *Provider {
	p := New(t)
	p.light = true
	return p
}

// Behave decides, from the key and how often it came (from 1), how to answer.
func (p *Provider) Behave(f func(key string, nth int) Behaviour) { p.next.Store(&f) }

// Always answers every request the same way.
func (p *Provider) Always(b Behaviour) { p.Behave(func(string, int) Behaviour { return b }) }

// Taken is what the provider holds under a key; Times is 0 when it holds nothing.
func (p *Provider) Taken(key string) Taken {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.taken[key]; t != nil {
		return *t
	}
	return Taken{}
}

// Keys is how many different messages the provider holds.
func (p *Provider) Keys() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.taken)
}

// Requests is how often anything was handed over.
func (p *Provider) Requests() int { return int(p.count.Load()) }

func (p *Provider) serve(w http.ResponseWriter, r *http.Request) {
	p.count.Add(1)
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	key := r.Header.Get("Idempotency-Key")
	if p.light {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"id":"p-`+key+`"}`)
		return
	}
	var body channel.HTTPBody
	if json.Unmarshal(raw, &body) != nil || key == "" || body.ID != key {
		http.Error(w, "unreadable", http.StatusBadRequest)
		return
	}
	p.answer(w, r, key, p.take(key, body))
}

// take keeps the message unless the behaviour refuses it.
func (p *Provider) take(key string, body channel.HTTPBody) Behaviour {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries[key]++
	b := Behaviour{}
	if f := p.next.Load(); f != nil {
		b = (*f)(key, p.tries[key])
	}
	if b.Status == 0 {
		b.Status = http.StatusOK
	}
	if b.Status < 300 {
		t := p.taken[key]
		if t == nil {
			t = &Taken{HTTPBody: body}
			p.taken[key] = t
		}
		t.Times++
	}
	return b
}

func (p *Provider) answer(w http.ResponseWriter, r *http.Request, key string, b Behaviour) {
	switch {
	case b.Hang:
		select {
		case <-r.Context().Done():
		case <-p.done:
		}
		panic(http.ErrAbortHandler)
	case b.Drop:
		panic(http.ErrAbortHandler)
	case b.Late > 0:
		select {
		case <-time.After(b.Late):
		case <-p.done:
		}
	}
	text, _ := json.Marshal(channel.HTTPAnswer{ID: "p-" + key, Delivered: b.Delivered})
	if b.Twice {
		p.twice(w, text)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(b.Status)
	if b.Status < 300 {
		w.Write(text)
	}
}

// twice writes a second whole answer that nobody asked for.
func (p *Provider) twice(w http.ResponseWriter, text []byte) {
	conn, buf, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	for range 2 {
		buf.WriteString("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ")
		buf.WriteString(strconv.Itoa(len(text)) + "\r\n\r\n")
		buf.Write(text)
	}
	buf.Flush()
}
