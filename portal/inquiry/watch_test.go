package inquiry

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/portal/exchange"
)

// watching is a world whose book has words for watchers.
func watching(t *testing.T) *world {
	t.Helper()
	w := partyWorld(t)
	w.exec(t, `UPDATE disclosed.court SET profile = jsonb_set(profile, '{messages,watched_lot_changed}', $1)`,
		`{"name":"关注的拍品有变化","text":"您关注的“{title}”有变化：{change}。","params":["title","change"],"wechat":{"thing1":"{title}","thing2":"{change}"},"sign":"法院"}`)
	return w
}

// alter changes a lot as the court's half does: the version counts on.
func (w *world) alter(t *testing.T, lot uuid.UUID, set string, args ...any) {
	t.Helper()
	w.exec(t, `UPDATE disclosed.lot SET version = version + 1, changed_at = now(), `+set+` WHERE id = '`+lot.String()+`'`, args...)
}

func (w *world) tell(t *testing.T) int {
	t.Helper()
	n, err := w.TellWatchers(t.Context(), "sanya")
	check(t, err)
	return n
}

type told struct {
	channels, params, data, url, text string
	address                           []byte
	urgent                            bool
}

func (w *world) lastTold(t *testing.T) (m told) {
	t.Helper()
	check(t, w.owner.QueryRow(t.Context(), `SELECT channels::text, params::text, COALESCE(data::text, ''), url, text, address, urgent FROM edge.message WHERE template = 'watched_lot_changed' ORDER BY id DESC LIMIT 1`).
		Scan(&m.channels, &m.params, &m.data, &m.url, &m.text, &m.address, &m.urgent))
	return m
}

func TestWatchersAreToldOncePerVersion(t *testing.T) {
	w := watching(t)
	w.party(t, "sanya", number, code, "applicant")
	p, err := w.Party(t.Context(), "sanya", w.signIn(t, "sanya"))
	check(t, err)
	lot := w.lot(t, "吉阳区迎宾路凤凰花园三期三栋一单元一二零一房及附属地下车位", nil)
	party, user := Watcher{Person: p.Session.Person}, Watcher{OpenID: "o-9"}
	for _, who := range []Watcher{party, user, party} {
		check(t, w.Watch(t.Context(), "sanya", who, lot))
	}
	if n := w.tell(t); n != 0 {
		t.Error("told of nothing:", n)
	}
	w.alter(t, lot, `starting_price = 56000000`)
	if n := w.tell(t); n != 2 {
		t.Fatal(n)
	}
	if n := w.tell(t); n != 0 {
		t.Error("told twice:", n)
	}
	var channels []string
	rows, err := w.owner.Query(t.Context(), `SELECT channels::text FROM edge.message WHERE template = 'watched_lot_changed' ORDER BY 1`)
	check(t, err)
	for rows.Next() {
		var c string
		check(t, rows.Scan(&c))
		channels = append(channels, c)
	}
	if strings.Join(channels, " ") != "{sms} {wechat}" {
		t.Error(channels)
	}
	m := w.lastTold(t)
	if !strings.Contains(m.text, "降价，起拍价560,000.00元") || m.url != "/lots/"+lot.String() || m.urgent {
		t.Errorf("%+v", m)
	}
	var data map[string]string
	check(t, json.Unmarshal([]byte(m.data), &data))
	if len([]rune(data["thing1"])) > 20 || len([]rune(data["thing2"])) > 20 {
		t.Error("longer than WeChat takes:", data)
	}
	for _, c := range []struct{ set, want string }{
		{`state = 'stopped'`, "拍卖暂缓"}, {`state = 'announced'`, "恢复拍卖"}, {`state = 'unsold'`, "流拍"}, {`state = 'announced', round = 2, starting_price = 44800000`, "进入二拍，起拍价448,000.00元"},
		{`starts_at = starts_at + interval '2 days'`, "改期"}, {`body = jsonb_set(body, '{notice}', '"x"')`, ""}, {`state = 'sold', body = jsonb_set(body, '{rounds,0,result_price}', '61500000')`, "已成交，成交价615,000.00元"}, {`state = 'withdrawn'`, "拍卖已撤回"},
	} {
		before := w.count(t, "edge.message WHERE template = 'watched_lot_changed'")
		w.alter(t, lot, c.set)
		n := w.tell(t)
		if c.want == "" {
			if n != 0 || w.count(t, "edge.message WHERE template = 'watched_lot_changed'") != before {
				t.Error("told of what the book does not tell")
			}
			continue
		}
		if m := w.lastTold(t); n != 2 || !strings.Contains(m.text, c.want) || !strings.Contains(m.params, c.want) {
			t.Errorf("%s: %d %s", c.want, n, m.text)
		}
	}
	check(t, w.Unwatch(t.Context(), "sanya", user, lot))
	w.alter(t, lot, `state = 'announced'`)
	if n := w.tell(t); n != 1 {
		t.Error(n)
	}
}

func TestBoundWatcherIsReachedBothWays(t *testing.T) {
	w := watching(t)
	w.party(t, "sanya", number, code, "applicant")
	login, err := w.StartBinding(t.Context(), "sanya", "o-1", number, code)
	check(t, err)
	check(t, w.FinishBinding(t.Context(), "sanya", "o-1", login, w.sms(t)))
	u, err := w.WeChatUser(t.Context(), "sanya", "o-1")
	check(t, err)
	lot := w.lot(t, "房屋", nil)
	for _, who := range []Watcher{{Person: u.Person}, {OpenID: "o-1"}} {
		check(t, w.Watch(t.Context(), "sanya", who, lot))
		if yes, err := w.Watches(t.Context(), "sanya", who, lot); err != nil || !yes {
			t.Error(yes, err)
		}
		if list, err := w.Watched(t.Context(), "sanya", who); err != nil || len(list) != 1 || list[0].ID != lot {
			t.Error(list, err)
		}
	}
	w.alter(t, lot, `state = 'stopped'`)
	if n := w.tell(t); n != 2 {
		t.Fatal(n)
	}
	m := w.lastTold(t)
	if m.channels != "{wechat,sms}" || len(m.address) == 0 {
		t.Errorf("%+v", m)
	}
	if n := w.count(t, "edge.delivery WHERE own AND NOT urgent"); n != 2 {
		t.Error("the courier does not know of them:", n)
	}
}

func TestWatchHasItsLimits(t *testing.T) {
	w := watching(t)
	lot := w.lot(t, "房屋", nil)
	if err := w.Watch(t.Context(), "sanya", Watcher{}, lot); keyOf(err) != "login.needed" {
		t.Error(err)
	}
	if err := w.Watch(t.Context(), "sanya", Watcher{OpenID: "o"}, uuid.New()); keyOf(err) != "lots.no_lot" {
		t.Error(err)
	}
	if err := w.Watch(t.Context(), "wugang", Watcher{OpenID: "o"}, lot); keyOf(err) != "lots.no_lot" {
		t.Error(err)
	}
	var err error
	for range 52 {
		err = w.Watch(t.Context(), "sanya", Watcher{OpenID: "o"}, w.lot(t, "房", func(*exchange.Lot) {}))
	}
	if keyOf(err) != "watch.too_many" || w.count(t, "edge.watch") != 50 {
		t.Error(err, w.count(t, "edge.watch"))
	}
	w.exec(t, `UPDATE disclosed.lot SET version = 2, state = 'sold'`)
	w.at = w.at.Add(10 * time.Hour) // 22:00
	if n := w.tell(t); n != 0 {
		t.Error("told by night:", n)
	}
	w.at = w.at.Add(11 * time.Hour)
	if n := w.tell(t); n != 50 {
		t.Error(n)
	}
	w.at = w.at.AddDate(0, 2, 0)
	check(t, w.store.ForgetVisitors(t.Context(), "sanya"))
	if n := w.count(t, "edge.watch"); n != 0 {
		t.Error("watches of closed lots are kept:", n)
	}
}
