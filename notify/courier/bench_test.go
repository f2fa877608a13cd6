package courier_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"mingzhi/notify/channel"
	"mingzhi/notify/channel/channeltest"
	"mingzhi/notify/courier"
)

const conns = 32

// go test -run '^$' -bench . -benchtime 100000x ./notify/courier

// BenchmarkDispatch is the whole road: lease, send, attempt, receipt. It reads like BenchmarkBarePost's
// loop with everything that makes it safe.
func BenchmarkDispatch(b *testing.B) {
	w := newWorld(b, channeltest.Light(b), courier.Options{})
	for left := b.N; left > 0; left -= 10_000 {
		w.queue(min(left, 10_000), w.clock.Now())
	}
	w.exec(`ANALYZE`)
	c := w.with(w.store, channel.NewHTTP(channel.HTTPOptions{Name: "gateway", URL: w.provider.URL, Conns: conns}), courier.Options{Workers: conns})
	b.ResetTimer()
	var lanes sync.WaitGroup
	for range 3 {
		lanes.Go(func() {
			for {
				if n, err := c.Pass(context.Background(), court); err != nil || n == 0 {
					if err != nil {
						b.Error(err)
					}
					return
				}
			}
		})
	}
	lanes.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	var sent, receipts, attempts int
	err := w.owner.QueryRow(context.Background(), `SELECT (SELECT count(*) FROM edge.delivery WHERE state = 'sent'), (SELECT count(*) FROM inbox.submission),
		(SELECT count(*) FROM edge.attempt)`).Scan(&sent, &receipts, &attempts)
	if err != nil || sent != b.N || receipts != b.N || attempts != b.N || w.provider.Requests() != b.N {
		b.Fatalf("of %d: sent %d, receipts %d, attempts %d, requests %d, %v", b.N, sent, receipts, attempts, w.provider.Requests(), err)
	}
}

// BenchmarkBarePost is the reference: the same requests over the same connections, and nothing kept.
func BenchmarkBarePost(b *testing.B) {
	p := channeltest.Light(b)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost, transport.DisableCompression = conns, conns, true
	client := &http.Client{Transport: transport}
	var next atomic.Int64
	var hands sync.WaitGroup
	b.ResetTimer()
	for range conns {
		hands.Go(func() {
			for next.Add(1) <= int64(b.N) {
				id := uuid.New().String()
				body, _ := json.Marshal(channel.HTTPBody{ID: id, Channel: "sms", To: "13800001234", Template: "T1", Params: []string{"甲", "乙"}, Text: "正文"})
				request, _ := http.NewRequest(http.MethodPost, p.URL, bytes.NewReader(body))
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("Idempotency-Key", id)
				response, err := client.Do(request)
				if err != nil || response.StatusCode != http.StatusOK {
					b.Error(err)
					return
				}
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		})
	}
	hands.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
