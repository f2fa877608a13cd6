package courier_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/problem"
	"mingzhi/notify/channel/channeltest"
	"mingzhi/notify/courier"
)

func (w *world) report(r courier.Report) {
	w.t.Helper()
	if err := w.courier.Report(w.t.Context(), court, r); err != nil {
		w.t.Fatal(err)
	}
}

func TestReportsTwiceAndOutOfOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{})
	id := w.queue(1, w.clock.Now())[0]
	w.pass(w.courier, 1)
	at := w.clock.Now().Add(time.Minute)
	for range 2 {
		w.report(courier.Report{ProviderID: "p-" + id.String(), State: "delivered", At: at})
	}
	w.report(courier.Report{MessageID: id, State: "sent", At: at})
	w.report(courier.Report{MessageID: id, State: "failed", At: at})
	w.expect(id, "delivered 1")
	w.told(id, "sent", "delivered")
}

func TestDeliveredAfterGivenUpCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{})
	w.provider.Always(channeltest.Behaviour{Status: 400})
	id := w.queue(1, w.clock.Now())[0]
	w.pass(w.courier, 1)
	w.report(courier.Report{MessageID: id, State: "delivered"})
	w.expect(id, "delivered 1")
	w.told(id, "failed", "delivered")
}

func TestReportBeforeTheAnswerStopsFurtherTries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{})
	w.provider.Always(channeltest.Behaviour{Drop: true}) // taken, and the answer lost
	id := w.queue(1, w.clock.Now())[0]
	w.pass(w.courier, 1)
	w.report(courier.Report{MessageID: id, State: "delivered"})
	w.clock.add(time.Hour)
	w.pass(w.courier, 0)
	w.expect(id, "delivered 1")
	w.told(id, "delivered")
}

func TestUnknownReports(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{})
	w.queue(1, w.clock.Now())
	for _, r := range []courier.Report{{ProviderID: "nobody", State: "delivered"}, {MessageID: uuid.New(), State: "failed"}, {State: "sent"}} {
		if err := w.courier.Report(t.Context(), court, r); !problem.Is(err, problem.NotFound) {
			t.Errorf("%+v: %v", r, err)
		}
	}
	if err := w.courier.Report(t.Context(), court, courier.Report{ProviderID: "x", State: "queued"}); !problem.Is(err, problem.Invalid) {
		t.Error(err)
	}
}

func TestTray(t *testing.T) {
	t.Parallel()
	w := newWorld(t, channeltest.New(t), courier.Options{})
	id := w.queue(1, w.clock.Now())[0]
	c := w.with(w.store, courier.NewTray(w.store, w.clock.Now), courier.Options{})
	w.pass(c, 1)
	w.expect(id, "delivered 1")
	w.told(id, "delivered")
	list, err := w.store.Tray(t.Context(), court)
	if err != nil || len(list) != 1 || list[0].Address != "138****1234" || list[0].Text != "正文" || list[0].CheckCode != "123456" || !list[0].At.Equal(w.clock.Now()) {
		t.Errorf("%+v %v", list, err)
	}
}
