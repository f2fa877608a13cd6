package courier_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mingzhi/notify/channel"
	"mingzhi/notify/channel/channeltest"
	"mingzhi/notify/courier"
)

func TestSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{})
	ids := w.queue(3, w.clock.Now())
	w.pass(w.courier, 3)
	for _, id := range ids {
		taken := w.provider.Taken(id.String())
		if taken.Times != 1 || taken.To != "13800001234" || taken.Template != "T1" || taken.Params[1] != "乙" {
			t.Errorf("%+v", taken)
		}
		w.expect(id, "sent 1")
		w.told(id, "sent")
	}
	w.pass(w.courier, 0)
}

func TestBackOffReachesAnEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{})
	w.provider.Always(channeltest.Behaviour{Status: 500})
	id, began := w.queue(1, w.clock.Now())[0], w.clock.Now()
	w.pass(w.courier, 1)
	w.clock.add(9 * time.Second)
	w.pass(w.courier, 0)
	for tries := 2; ; tries++ {
		var next time.Time
		if err := w.owner.QueryRow(t.Context(), `SELECT next_at FROM edge.delivery`).Scan(&next); err != nil {
			t.Fatal(err)
		}
		w.clock.add(next.Sub(w.clock.Now()))
		w.pass(w.courier, 1)
		if w.state(id)[0] == 'f' {
			break
		}
		w.told(id)
		if tries > 20 {
			t.Fatal("no end")
		}
	}
	if took := w.clock.Now().Sub(began); took < 4*time.Hour || took > 12*time.Hour {
		t.Errorf("given up after %v", took)
	}
	w.told(id, "failed")
	w.clock.add(24 * time.Hour)
	w.pass(w.courier, 0)
	if got := w.attempts(id); len(got) != 9 || got[0] != "error" {
		t.Error(got)
	}
}

func TestRecoversAfterOutage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{})
	w.provider.Behave(func(_ string, nth int) channeltest.Behaviour {
		return []channeltest.Behaviour{{Status: 500}, {Hang: true}, {Drop: true}, {Twice: true}}[min(nth, 4)-1]
	})
	id := w.queue(1, w.clock.Now())[0]
	for range 4 {
		w.pass(w.courier, 1)
		w.clock.add(10 * time.Minute)
	}
	w.expect(id, "sent 4")
	w.told(id, "sent")
	if taken := w.provider.Taken(id.String()); taken.Times != 3 || w.provider.Keys() != 1 {
		t.Errorf("taken %d times under %d keys", taken.Times, w.provider.Keys())
	}
}

func TestPermanentRefusalIsNotRepeated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{})
	w.provider.Always(channeltest.Behaviour{Status: 422})
	id := w.queue(1, w.clock.Now())[0]
	w.pass(w.courier, 1)
	w.expect(id, "failed 1")
	w.told(id, "failed")
	w.clock.add(24 * time.Hour)
	w.pass(w.courier, 0)
}

// dying sends, and then its courier's database is gone: the process was killed before it wrote anything down.
type dying struct {
	channel.Sender
	die func()
}

func (d dying) Send(ctx context.Context, m channel.Message) (channel.Accepted, error) {
	a, err := d.Sender.Send(ctx, m)
	d.die()
	return a, err
}

func TestKilledBetweenSendAndFinishRepeatsTheKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{Lease: time.Minute})
	id := w.queue(1, w.clock.Now())[0]
	doomed := w.open()
	ctx, cancel := context.WithCancel(t.Context())
	sender := dying{channel.NewHTTP(channel.HTTPOptions{Name: "gateway", URL: w.provider.URL}), func() { cancel(); doomed.Close() }}
	if _, err := w.with(doomed, sender, courier.Options{Lease: time.Minute}).Pass(ctx, court); err == nil {
		t.Fatal("the end was written down")
	}
	w.expect(id, "queued 1")
	w.clock.add(59 * time.Second)
	w.pass(w.courier, 0)
	w.clock.add(time.Second)
	w.pass(w.courier, 1)
	w.expect(id, "sent 2")
	w.told(id, "sent")
	if taken := w.provider.Taken(id.String()); taken.Times != 2 || w.provider.Keys() != 1 {
		t.Errorf("%d times, %d keys", taken.Times, w.provider.Keys())
	}
}

// signalling tells when a message is on the wire.
type signalling struct {
	channel.Sender
	began func()
}

func (s signalling) Send(ctx context.Context, m channel.Message) (channel.Accepted, error) {
	s.began()
	return s.Sender.Send(ctx, m)
}

func TestShutdownFinishesTheWireAndGivesBackTheRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{})
	w.provider.Always(channeltest.Behaviour{Late: 50 * time.Millisecond})
	w.queue(20, w.clock.Now())
	ctx, cancel := context.WithCancel(t.Context())
	sender := signalling{channel.NewHTTP(channel.HTTPOptions{Name: "gateway", URL: w.provider.URL}), cancel}
	c := w.with(w.store, sender, courier.Options{Workers: 2})
	if _, err := c.Pass(ctx, court); err != nil {
		t.Fatal(err)
	}
	var sent, back int
	err := w.owner.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE state = 'sent' AND tries = 1), count(*) FILTER (WHERE state = 'queued' AND tries = 0)
		FROM edge.delivery`).Scan(&sent, &back)
	if err != nil || sent < 1 || sent > 4 || sent+back != 20 {
		t.Errorf("sent %d, given back %d, %v", sent, back, err)
	}
	w.pass(w.courier, back)
}

func TestWithdrawnLeavesTheQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{})
	ids := w.queue(2, w.clock.Now())
	w.exec(`UPDATE disclosed.outgoing SET withdrawn = true WHERE id = $1`, ids[0])
	w.pass(w.courier, 1)
	w.expect(ids[0], "")
	w.expect(ids[1], "sent 1")
	if w.provider.Taken(ids[0].String()).Times != 0 {
		t.Error("sent all the same")
	}
	w.told(ids[0])
}

func TestWithdrawnBetweenTries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{})
	w.provider.Always(channeltest.Behaviour{Status: 500})
	id := w.queue(1, w.clock.Now())[0]
	w.pass(w.courier, 1)
	w.exec(`UPDATE disclosed.outgoing SET withdrawn = true`)
	w.clock.add(time.Hour)
	w.pass(w.courier, 0)
	w.expect(id, "")
}

func TestNotBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{})
	morning := w.clock.Now().Add(10 * time.Hour)
	id := w.queue(1, morning)[0]
	w.clock.add(10*time.Hour - time.Second)
	w.pass(w.courier, 0)
	w.clock.add(time.Second)
	w.pass(w.courier, 1)
	w.expect(id, "sent 1")
}

func TestUrgentGoesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{Batch: 5})
	ids := w.queue(50, w.clock.Now())
	w.exec(`UPDATE edge.delivery SET urgent = true, next_at = next_at + interval '1 s' WHERE message_id = $1`, ids[49])
	w.clock.add(time.Second)
	w.pass(w.courier, 5)
	w.expect(ids[49], "sent 1")
}

func TestTwoCouriersSendEachOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{Batch: 7})
	w.queue(300, w.clock.Now())
	other := w.another(w.open(), courier.Options{Batch: 11})
	var both sync.WaitGroup
	var sum atomic.Int64
	for _, c := range []*courier.Courier{w.courier, other} {
		both.Go(func() {
			for range 300 {
				n, err := c.Pass(context.Background(), court)
				if err != nil {
					t.Error(err)
				}
				if n == 0 {
					return
				}
				sum.Add(int64(n))
			}
		})
	}
	both.Wait()
	var sent, receipts int
	err := w.owner.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM edge.delivery WHERE state = 'sent' AND tries = 1), (SELECT count(*) FROM inbox.submission)`).Scan(&sent, &receipts)
	if err != nil || sum.Load() != 300 || sent != 300 || receipts != 300 || w.provider.Requests() != 300 || w.provider.Keys() != 300 {
		t.Errorf("taken %d, sent %d, receipts %d, requests %d, keys %d, %v", sum.Load(), sent, receipts, w.provider.Requests(), w.provider.Keys(), err)
	}
}

func TestRunServesCourtsUntilTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{Batch: 10})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- w.courier.Run(ctx) }()
	ids := w.queue(25, w.clock.Now())
	for began := time.Now(); w.provider.Keys() < 25; time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > 10*time.Second {
			t.Fatal("nothing is sent")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		w.expect(id, "sent 1")
	}
}
