package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// load posts one form over keep-alive connections. It writes and reads the bytes itself: an
// HTTP client would cost more than what is measured.
type load struct {
	address, path string
	form          []byte
	headers       string
	sent          atomic.Int64 // over all rounds
}

var (
	csrfValue  = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)
	csrfCookie = regexp.MustCompile(`(?i)set-cookie: (csrf=[^;\r]+)`)
)

// newLoad asks for the form once, as a browser does, and keeps cookie and token.
func newLoad(address, path string, form []byte) (*load, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, address)
	page, err := io.ReadAll(conn)
	if err != nil {
		return nil, err
	}
	token, cookie := csrfValue.FindSubmatch(page), csrfCookie.FindSubmatch(page)
	if token == nil || cookie == nil {
		return nil, fmt.Errorf("the form at %s has no CSRF token", path)
	}
	field := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\n" + string(token[1]) + "\r\n"
	return &load{address: address, path: path, form: append([]byte(field), form...), headers: "Cookie: " + string(cookie[1]) + "\r\n"}, nil
}

// request is the whole request; every mark in it becomes the request's number.
func (l *load) request() []byte {
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: multipart/form-data; boundary=%s\r\nContent-Length: %d\r\n"+
		"Accept-Encoding: gzip, deflate, br\r\nX-Forwarded-For: @@@@@@@@@@@@@@\r\n%s\r\n", l.path, l.address, boundary, len(l.form), l.headers)
	return append([]byte(head), l.form...)
}

// run is one round: as many requests as go through, each answered with 2xx, or it fails. stored
// must have grown by what was acknowledged.
func (l *load) run(ctx context.Context, st *stage, stored func() (int, error)) (sample, error) {
	before, err := stored()
	if err != nil {
		return sample{}, err
	}
	began, spent := time.Now(), st.spent()
	until := began.Add(st.length)
	waits, errs := make([][]time.Duration, st.conns), make([]error, st.conns)
	var hands sync.WaitGroup
	for i := range st.conns {
		hands.Go(func() { waits[i], errs[i] = l.hand(ctx, until) })
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
	after, err := stored()
	if err == nil && after-before != s.n {
		err = fmt.Errorf("%d acknowledged, %d stored", s.n, after-before)
	}
	return s, err
}

func (l *load) hand(ctx context.Context, until time.Time) (waits []time.Duration, err error) {
	conn, err := net.Dial("tcp", l.address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	in, out := bufio.NewReaderSize(conn, 16<<10), l.request()
	key, client := bytes.Index(out, []byte(mark)), bytes.Index(out, []byte("@@@@@@@@@@@@@@"))
	for time.Now().Before(until) && ctx.Err() == nil {
		n := l.sent.Add(1)
		copy(out[key:], number(n))
		copy(out[client:], fmt.Sprintf("10.%03d.%03d.%03d", 100+n/10000%100, 100+n/100%100, 100+n%100))
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

// answer reads one answer to its end and wants it to be a yes.
func answer(in *bufio.Reader) error {
	status, err := in.ReadString('\n')
	if err != nil {
		return err
	}
	length := 0
	for {
		header, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		if header = strings.TrimSpace(header); header == "" {
			break
		}
		if name, value, _ := strings.Cut(header, ": "); strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(value); err != nil {
				return err
			}
		}
	}
	if _, err := in.Discard(length); err != nil {
		return err
	}
	if code := strings.Fields(status); len(code) < 2 || code[1][0] != '2' {
		return fmt.Errorf("answered %s", strings.TrimSpace(status))
	}
	return nil
}
