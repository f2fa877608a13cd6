package courier

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"mingzhi/notify/channel"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public"
)

// waits are the pauses after each failed try: a provider may be down for more than five hours
// before a message is given up.
var waits = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 2 * time.Hour}

// wait spreads the next tries by up to a tenth, so that a provider that comes back is not met by all at once.
func wait(tries int, id uuid.UUID) (time.Duration, bool) {
	if tries < 1 || tries > len(waits) {
		return 0, false
	}
	d := waits[tries-1]
	return d + d/10*time.Duration(id[15])/256, true
}

// deliver sends a batch and finishes it. A shutdown lets what is on the wire end and gives back the rest.
func (c *Courier) deliver(ctx context.Context, b batch) error {
	outcomes := make([]public.Outcome, len(b.claims))
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.o.Lease/2)
	defer cancel()
	wire := c.wire(b.court)
	var next atomic.Int64
	var hands sync.WaitGroup
	for range min(c.o.Workers, len(b.claims)) {
		hands.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(b.claims)); i = next.Add(1) - 1 {
				outcomes[i] = c.one(ctx, sending, wire, b.court, b.claims[i])
			}
		})
	}
	hands.Wait()
	finishing, done := context.WithTimeout(context.WithoutCancel(ctx), finishLimit)
	defer done()
	return c.store.FinishBatch(finishing, b.court, b.lease, outcomes)
}

// one waits for its turn on the wire and sends; without a turn the message was not tried.
func (c *Courier) one(ctx, sending context.Context, wire chan struct{}, court string, m public.Claim) public.Outcome {
	back := public.Outcome{ID: m.ID, State: "queued", NextAt: c.o.Now(), At: c.o.Now()}
	if ctx.Err() != nil || sending.Err() != nil {
		return back
	}
	route, waits := c.route(m)
	if waits { // nobody sends on this channel yet: the message waits
		back.NextAt = c.o.Now().Add(unsent)
		return back
	}
	if route == "" {
		return c.stranded(m)
	}
	select {
	case wire <- struct{}{}:
	case <-ctx.Done():
		return back
	case <-sending.Done():
		return back
	}
	defer func() { <-wire }()
	accepted, provider, err := c.send(sending, court, m, route)
	return c.weigh(m, route, accepted, provider, err)
}

// route is the channel to try: the person's own order first, then the rule's; none that refused
// the message, none without an address. It waits when only a sender is missing.
func (c *Courier) route(m public.Claim) (route string, waits bool) {
	for _, ch := range append(slices.Clone(m.Preferred), m.Channels...) {
		if !slices.Contains(m.Channels, ch) || slices.Contains(m.GivenUp, ch) || !reachable(m, ch) {
			continue
		}
		if c.senders[ch] != nil {
			return ch, false
		}
		waits = true
	}
	return "", waits
}

func reachable(m public.Claim, ch string) bool {
	if ch == "wechat" {
		return m.OpenID != nil
	}
	return m.Address != nil
}

// stranded is a message that no channel can bring to anybody.
func (c *Courier) stranded(m public.Claim) public.Outcome {
	now, detail := c.o.Now(), "没有可用的手机号码，也没有绑定微信"
	out := public.Outcome{ID: m.ID, State: "failed", NextAt: now, At: now, Provider: "none", Result: "refused", Detail: detail, GivenUp: m.GivenUp}
	if !m.Own {
		out.Receipt = &exchange.Delivery{MessageID: m.ID, State: "failed", Channel: m.Channels[0], Detail: detail, At: now}
	}
	return out
}

func (c *Courier) send(ctx context.Context, court string, m public.Claim, route string) (channel.Accepted, string, error) {
	sender := c.senders[route]
	sealed, aad := m.Address, m.AddressAAD
	if route == "wechat" {
		sealed, aad = m.OpenID, public.OpenIDAAD(m.OpenIDIndex)
	}
	address, err := c.keys.OpenCourier(aad, sealed)
	if err != nil {
		return channel.Accepted{}, sender.Name(), channel.Failed("地址打不开，请检查投递密钥", err)
	}
	accepted, err := sender.Send(ctx, channel.Message{Court: court, ID: m.ID, Channel: route, Address: string(address), ProviderIDs: m.ProviderIDs,
		Template: m.Template, Params: m.Params, Text: m.Text, CheckCode: m.CheckCode, Data: m.Data, URL: c.link(court, m.URL)})
	return accepted, sender.Name(), err
}

// weigh turns a sender's answer into what is written down.
func (c *Courier) weigh(m public.Claim, route string, accepted channel.Accepted, provider string, err error) public.Outcome {
	now := c.o.Now()
	out := public.Outcome{ID: m.ID, NextAt: now, At: now, Provider: provider, ProviderID: accepted.ProviderID, Result: "accepted", State: "sent",
		Route: route, GivenUp: m.GivenUp}
	if accepted.Delivered {
		out.State = "delivered"
	}
	if err != nil {
		permanent, detail := channel.Why(err)
		out.Detail, out.Result, out.State = detail, "error", "queued"
		pause, more := wait(m.Tries, m.ID)
		out.NextAt = now.Add(pause)
		if permanent {
			out.Result = "refused"
		}
		if permanent || !more {
			out.State = "failed"
			m.GivenUp = append(slices.Clone(m.GivenUp), route)
			if next, waits := c.route(m); next != "" || waits { // another channel may still bring it
				out.State, out.NextAt, out.GivenUp, out.Anew = "queued", now, m.GivenUp, true
			}
		}
	}
	if out.State != "queued" && !m.Own {
		out.Receipt = &exchange.Delivery{MessageID: m.ID, State: out.State, Channel: route, Detail: out.Detail, At: now}
	}
	return out
}

// link makes a path on the court's portal whole; without a known portal there is no link.
func (c *Courier) link(court, path string) string {
	if c.o.Portal == "" || path == "" {
		return ""
	}
	return c.o.Portal + "/" + court + path
}
