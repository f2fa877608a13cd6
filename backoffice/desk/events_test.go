package desk_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"mingzhi/backoffice/desk/desktest"
	"mingzhi/backoffice/intake"
	"mingzhi/portal/exchange"
)

// serve runs the desk on a port of its own; a stream needs a real connection.
func serve(t *testing.T, d *desktest.Desk) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = d.App.Listener(l) }()
	t.Cleanup(func() { _ = d.App.ShutdownWithTimeout(time.Second) })
	return "http://" + l.Addr().String()
}

// listen reads a stream's alerts; each line is "ID DATA".
func listen(t *testing.T, base string, b *desktest.Browser, last string) <-chan [2]string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, _ := http.NewRequestWithContext(ctx, "GET", base+"/"+court+"/duty/events", nil)
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Accept-Encoding", "gzip")
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	for name, value := range b.Cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("Content-Encoding") != "" {
		t.Fatalf("the stream is %d %v", res.StatusCode, res.Header)
	}
	out := make(chan [2]string, 16)
	go func() {
		defer res.Body.Close()
		lines := bufio.NewScanner(res.Body)
		var id string
		for lines.Scan() {
			if v, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				id = v
			}
			if v, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				out <- [2]string{id, v}
			}
		}
	}()
	return out
}

func next(t *testing.T, c <-chan [2]string) [2]string {
	t.Helper()
	select {
	case got := <-c:
		return got
	case <-time.After(10 * time.Second):
		t.Fatal("nothing rang")
		return [2]string{}
	}
}

func TestAlertsRingAndAreReplayed(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	d.Person(court, "zhou", "command_centre", "duty_officer")
	b := d.SignIn(court, "zhou")
	base := serve(t, d)
	first := listen(t, base, b, "")
	d.Tip(court, "SY-0001", true, intake.Content{What: "看见一辆车"}, exchange.Contact{})
	one := next(t, first)
	if !strings.Contains(one[1], "SY-0001") || !strings.Contains(one[1], `"sound":true`) || strings.Contains(one[1], "看见") {
		t.Errorf("rang %s", one[1])
	}
	d.Tip(court, "SY-0002", false, intake.Content{What: "另一辆车"}, exchange.Contact{})
	two := next(t, first)
	if !strings.Contains(two[1], "SY-0002") {
		t.Errorf("rang %s", two[1])
	}
	replay := listen(t, base, b, one[0])
	if got := next(t, replay); got[0] != two[0] {
		t.Errorf("after %s came %s, want %s", one[0], got[0], two[0])
	}
	select {
	case extra := <-first:
		t.Errorf("rang again: %s", extra[1])
	case <-time.After(1200 * time.Millisecond):
	}
}
