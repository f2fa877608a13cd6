package message_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/staff"
	"mingzhi/notify/message"
	"mingzhi/storage"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

var ctx = context.Background()

func queue(t *testing.T, h *backofficetest.House, m message.Message) (id uuid.UUID, text, code string, params []string, notBefore time.Time) {
	t.Helper()
	err := h.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) (err error) {
		if id, err = message.Queue(ctx, tx, m); err != nil {
			return err
		}
		var raw []byte
		err = tx.QueryRow(ctx, `SELECT text, check_code, params, not_before FROM disclosed.outgoing WHERE id = $1`, id).Scan(&text, &code, &raw, &notBefore)
		if err != nil {
			return err
		}
		return json.Unmarshal(raw, &params)
	})
	if err != nil {
		t.Fatal(err)
	}
	return id, text, code, params, notBefore
}

func funds() message.Message {
	return message.Message{Channels: []string{"sms"}, Address: "19900000001", Template: "funds_received_applicant", Clause: "S-4.3.2②e",
		Params: map[string]string{"case_no": "（2026）琼02执1号", "amount": "1,234.50元", "name": "不在模板里"}}
}

func TestAMessageIsTemplateParametersAndText(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	id, text, code, params, _ := queue(t, h, funds())
	if !strings.HasPrefix(text, "【三亚中院】（2026）琼02执1号案已到账案款1,234.50元") || !strings.HasSuffix(text, "核验码"+code) || len(code) != 6 {
		t.Errorf("text %q, code %q", text, code)
	}
	if !strings.Contains(text, "法院不会短信要求转账") {
		t.Error("money without the anti-fraud line (G15)")
	}
	if len(params) != 2 || params[0] != "（2026）琼02执1号" || params[1] != "1,234.50元" {
		t.Errorf("parameters in the template's order: %v", params)
	}
	if n := h.Rows(`SELECT count(*) FROM edge.delivery WHERE message_id = $1 AND state = 'queued'`, id); n != 1 {
		t.Error("not the courier's work in the same transaction")
	}
	if n := h.Rows(`SELECT count(*) FROM disclosed.outgoing WHERE address::text LIKE '%19900000001%' OR encode(address, 'escape') LIKE '%19900000001%'`); n != 0 {
		t.Error("the address lies open")
	}
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, 3, day, hour, minute, 0, 0, calendar.Shanghai)
	}
	for _, c := range []struct {
		now, want time.Time
		urgent    bool
	}{
		{at(10, 20, 59), at(10, 20, 59), false}, {at(10, 21, 0), at(11, 8, 0), false}, {at(10, 23, 59), at(11, 8, 0), false},
		{at(11, 0, 30), at(11, 8, 0), false}, {at(11, 7, 59), at(11, 8, 0), false}, {at(11, 8, 0), at(11, 8, 0), false}, {at(11, 3, 0), at(11, 3, 0), true},
	} {
		h.Clock.Set(c.now)
		m := funds()
		m.Urgent = c.urgent
		if _, _, _, _, got := queue(t, h, m); !got.Equal(c.want) {
			t.Errorf("at %s urgent %v: not before %s, want %s", c.now.Format("15:04"), c.urgent, got.In(calendar.Shanghai), c.want)
		}
	}
}

func TestAnUnknownTemplateSendsNothing(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	err := h.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		_, err := message.Queue(ctx, tx, message.Message{Channels: []string{"sms"}, Address: "1", Template: "nowhere"})
		return err
	})
	if !problem.Is(err, problem.Refused) {
		t.Errorf("%v", err)
	}
}
