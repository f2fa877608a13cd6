package courier_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/notify/channel"
	"mingzhi/notify/channel/channeltest"
	"mingzhi/notify/courier"
	"mingzhi/storage/public"
)

// chat is a WeChat sender whose platform answers as told.
type chat struct {
	mu   sync.Mutex
	says error
	got  []string
}

func (c *chat) Name() string { return "chat" }

func (c *chat) Send(_ context.Context, m channel.Message) (channel.Accepted, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.says != nil {
		return channel.Accepted{}, c.says
	}
	c.got = append(c.got, m.Address)
	return channel.Accepted{ProviderID: "wx-" + m.ID.String()}, nil
}

// routes is a world with a bound person and both senders.
type routes struct {
	*world
	chat   *chat
	viewer uuid.UUID
}

func newRoutes(t *testing.T) *routes {
	w := newWorld(t, channeltest.New(t), courier.Options{})
	r := &routes{world: w, chat: &chat{}, viewer: uuid.Must(uuid.NewV7())}
	sms := channel.NewHTTP(channel.HTTPOptions{Name: "gateway", URL: w.provider.URL, Timeout: 500 * time.Millisecond})
	w.courier = courier.New(w.store, w.keys, map[string]channel.Sender{"sms": sms, "wechat": r.chat}, courier.Options{Now: w.clock.Now})
	w.exec(`INSERT INTO disclosed.viewer (court, id, case_id, case_no, role, stands_for, person, code, changed_at) VALUES ($1, $2, $2, '', 'applicant', 'applicant', 'p', 'c', now())`, court, r.viewer)
	sealed, err := w.keys.SealCourier(public.OpenIDAAD([]byte("ix")), []byte("openid-1"))
	if err != nil {
		t.Fatal(err)
	}
	w.exec(`INSERT INTO edge.wechat (court, openid_index, openid, person, subscribed, bound_at, changed_at) VALUES ($1, 'ix', $2, 'p', true, now(), now())`, court, sealed)
	return r
}

// send queues one message to the person over both channels.
func (r *routes) send() uuid.UUID {
	r.t.Helper()
	id := r.queue(1, r.clock.Now())[0]
	r.exec(`UPDATE disclosed.outgoing SET channels = '{wechat,sms}', subject = $2 WHERE id = $1`, id, r.viewer)
	return id
}

func (r *routes) bySMS(id uuid.UUID) bool { return r.provider.Taken(id.String()).Times > 0 }

func TestTheBoundAccountComesFirst(t *testing.T) {
	t.Parallel()
	r := newRoutes(t)
	id := r.send()
	r.pass(r.courier, 1)
	if r.bySMS(id) || len(r.chat.got) != 1 || r.chat.got[0] != "openid-1" {
		t.Fatalf("by SMS %v, by WeChat %v", r.bySMS(id), r.chat.got)
	}
	r.report(courier.Report{ProviderID: "wx-" + id.String(), State: "delivered"})
	r.told(id, "sent", "delivered")
}

func TestAPersonsOwnOrderGoesFirst(t *testing.T) {
	t.Parallel()
	r := newRoutes(t)
	r.exec(`INSERT INTO edge.preference (court, person, channels, changed_at) VALUES ($1, 'p', '{sms}', now())`, court)
	id := r.send()
	r.pass(r.courier, 1)
	if !r.bySMS(id) || len(r.chat.got) != 0 {
		t.Fatal("not by the channel the person chose")
	}
}

func TestWhatWeChatRefusesGoesBySMS(t *testing.T) {
	t.Parallel()
	r := newRoutes(t)
	r.chat.says = channel.Refused("用户已取消关注")
	id := r.send()
	r.pass(r.courier, 1)
	r.expect(id, "queued 0")
	r.pass(r.courier, 1)
	if !r.bySMS(id) {
		t.Fatal("the SMS did not follow")
	}
	r.told(id, "sent")
}

func TestUnsubscribedIsNotTried(t *testing.T) {
	t.Parallel()
	r := newRoutes(t)
	r.exec(`UPDATE edge.wechat SET subscribed = false`)
	id := r.send()
	r.pass(r.courier, 1)
	if !r.bySMS(id) || len(r.chat.got) != 0 {
		t.Fatal("sent to somebody who left")
	}
}

func TestAReportThatWeChatFailedMakesTheSMSFollowOnce(t *testing.T) {
	t.Parallel()
	r := newRoutes(t)
	id := r.send()
	r.pass(r.courier, 1)
	r.report(courier.Report{ProviderID: "wx-" + id.String(), State: "failed", Detail: "用户拒收"})
	r.told(id, "sent")
	r.pass(r.courier, 1)
	if !r.bySMS(id) {
		t.Fatal("the SMS did not follow")
	}
	_ = r.courier.Report(t.Context(), court, courier.Report{ProviderID: "wx-" + id.String(), State: "failed"}) // said again, late
	r.pass(r.courier, 0)
	r.expect(id, "sent 1")
}

func TestBothRefusingIsTheEndAndIsTold(t *testing.T) {
	t.Parallel()
	r := newRoutes(t)
	r.chat.says = channel.Refused("当日模板消息额度已用完")
	r.provider.Always(channeltest.Behaviour{Status: 422})
	id := r.send()
	r.pass(r.courier, 1)
	r.pass(r.courier, 1)
	r.expect(id, "failed 1")
	r.told(id, "failed")
}

func TestNobodyToSendToIsTold(t *testing.T) {
	t.Parallel()
	r := newRoutes(t)
	r.exec(`UPDATE edge.wechat SET subscribed = false`)
	id := r.send()
	r.exec(`UPDATE disclosed.outgoing SET address = NULL`)
	r.pass(r.courier, 1)
	r.told(id, "failed")
}

func TestAnExpiredLoginCodeIsNotSent(t *testing.T) {
	t.Parallel()
	r := newRoutes(t)
	id := uuid.Must(uuid.NewV7())
	address, err := r.keys.SealCourier("viewer.mobile:x", []byte("13800001234"))
	if err != nil {
		t.Fatal(err)
	}
	r.exec(`INSERT INTO edge.message (court, id, channels, address, address_aad, template, template_name, params, text, check_code, created_at, until)
		VALUES ($1, $2, '{sms}', $3, 'viewer.mobile:x', 'login_code', '登录验证码', '[]', '正文', '123456', $4, $5)`, court, id, address, r.clock.Now(), r.clock.Now().Add(5*time.Minute))
	r.pass(r.courier, 1)
	if !r.bySMS(id) {
		t.Fatal("the code was not sent")
	}
	r.told(id)
	late := uuid.Must(uuid.NewV7())
	r.exec(`INSERT INTO edge.message SELECT court, $1, channels, address, address_aad, openid_index, template, template_name, provider_ids, params, data, url, text, check_code, clause, urgent, created_at, until FROM edge.message`, late)
	r.clock.add(6 * time.Minute)
	r.pass(r.courier, 0)
	if r.bySMS(late) {
		t.Fatal("an expired code went out")
	}
}
