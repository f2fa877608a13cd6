package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// asks sends ready requests over keep-alive connections; each connection walks through all of them from a place of its own.
// A mark in a request becomes its number.
type asks struct {
	address  string
	requests [][]byte
	want     string // in every connection's first answer; "": anything
	sent     atomic.Int64
}

func (a *asks) run(ctx context.Context, st *stage) (sample, error) {
	began, spent := time.Now(), st.spent()
	until := began.Add(st.length)
	waits, errs := make([][]time.Duration, st.conns), make([]error, st.conns)
	var hands sync.WaitGroup
	for i := range st.conns {
		hands.Go(func() { waits[i], errs[i] = a.hand(ctx, i*len(a.requests)/st.conns, until) })
	}
	hands.Wait()
	s := sample{took: time.Since(began), cpu: st.spent().since(spent)}
	for i := range waits {
		if errs[i] != nil {
			return s, errs[i]
		}
		s.waits = append(s.waits, waits[i]...)
	}
	s.n = len(s.waits)
	return s, nil
}

func (a *asks) hand(ctx context.Context, at int, until time.Time) (waits []time.Duration, err error) {
	conn, err := net.Dial("tcp", a.address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 16<<10)
	if err := a.check(conn, in, at); err != nil {
		return nil, err
	}
	for ; time.Now().Before(until) && ctx.Err() == nil; at++ {
		out := a.ready(at)
		began := time.Now()
		if _, err := conn.Write(out); err != nil {
			return waits, err
		}
		if err := answer(in); err != nil {
			return waits, err
		}
		waits = append(waits, time.Since(began))
	}
	return waits, ctx.Err()
}

func (a *asks) ready(at int) []byte {
	out := a.requests[at%len(a.requests)]
	if i := bytes.Index(out, []byte(mark)); i >= 0 {
		out = bytes.Clone(out)
		copy(out[i:], number(a.sent.Add(1)))
	}
	return out
}

// check sends one request before the clock counts and looks into its answer: a polite refusal is a 200 too.
func (a *asks) check(conn net.Conn, in *bufio.Reader, at int) error {
	if a.want == "" {
		return nil
	}
	if _, err := conn.Write(a.ready(at + len(a.requests)/2)); err != nil {
		return err
	}
	if _, err := in.Peek(1); err != nil {
		return err
	}
	time.Sleep(50 * time.Millisecond) // the rest of it is on its way
	text, err := in.Peek(in.Buffered())
	if err == nil && !bytes.Contains(text, []byte(a.want)) {
		err = fmt.Errorf("the answer says nothing of %s: %s", a.want, text)
	}
	if err != nil {
		return err
	}
	return answer(in)
}
