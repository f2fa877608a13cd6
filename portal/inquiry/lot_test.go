package inquiry

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/enforcement"
	"mingzhi/portal/exchange"
)

// lot announces one; change may alter it first.
func (w *world) lot(t testing.TB, title string, change func(*exchange.Lot)) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	body := exchange.Lot{Title: title, Rounds: []exchange.LotRound{{Round: 1, Name: "第一次拍卖", Reference: 100, StartingPrice: 70_000_000, Deposit: 7_000_000, Increment: 500_000,
		StartsAt: w.at.AddDate(0, 0, 20), EndsAt: w.at.AddDate(0, 0, 21), BalanceDays: 10}}}
	if change != nil {
		change(&body)
	}
	text, err := json.Marshal(body)
	check(t, err)
	last := body.Rounds[len(body.Rounds)-1]
	_, err = w.owner.Exec(t.Context(), `INSERT INTO disclosed.lot (court, id, kind, district, state, round, starting_price, starts_at, ends_at, title, body, clause, grams, published_at, changed_at, version)
		VALUES ('sanya', $1, 'real_estate', '天涯区', 'announced', $2, $3, $4, $5, $6, $7, 'S-5.4', $8::text::tsvector, $9, $9, 1)`,
		id, last.Round, last.StartingPrice, last.StartsAt, last.EndsAt, title, text, enforcement.Grams(title, "天涯区"), w.at)
	check(t, err)
	return id
}

func (w *world) slot(t testing.TB, lot uuid.UUID, days, capacity int) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	_, err := w.owner.Exec(t.Context(), `INSERT INTO disclosed.slot (court, id, lot_id, starts_at, place, contact, capacity) VALUES ('sanya', $1, $2, $3, '小区东门', '吴某 0898-1', $4)`,
		id, lot, w.at.AddDate(0, 0, days), capacity)
	check(t, err)
	return id
}

func TestSearchFindsEveryWord(t *testing.T) {
	w := newWorld(t)
	titles := []string{"吉阳区迎宾路凤凰花园3栋1201房", "天涯区解放路商铺一层", "丰田牌小型轿车一辆", "海棠湾别墅及附属车位", "某某酒店管理有限公司30%股权", "一批办公家具及电脑", "渔船“琼渔00012”号",
		"（2026）某01执12号案扣押黄金首饰", "解放军路二手挖掘机", "国有建设用地使用权（工业）", "A座1508号办公用房", "商标专用权第1234567号", "𠮷田牌钢琴一架", "解放路停车位 B-17"}
	for _, title := range titles {
		w.lot(t, title, nil)
	}
	words := map[string]bool{}
	for _, title := range titles { // every run of two to four characters is a word somebody may type
		runes := []rune(enforcement.NormalizeForIndex(title))
		for n := 2; n <= 4; n++ {
			for i := 0; i+n <= len(runes); i++ {
				if word := string(runes[i : i+n]); !strings.Contains(word, " ") {
					words[word] = true
				}
			}
		}
	}
	if len(words) < 300 {
		t.Fatal(len(words))
	}
	for word := range words {
		page, err := w.Lots(t.Context(), "sanya", LotQuery{Text: word})
		check(t, err)
		found := []string{}
		for _, l := range page.Lots {
			found = append(found, l.Title)
		}
		for _, title := range titles {
			if has := strings.Contains(enforcement.NormalizeForIndex(title), word); has != slices.Contains(found, title) && (has || !strings.Contains("天涯区", word)) {
				t.Errorf("%q: %s found %v", word, title, !has)
			}
		}
	}
	for text, want := range map[string]int{"解放路": 2, "解放 停车": 1, "涯 铺": 1, "没有的": 0, "！！": 0, "'&|:*<->": 0, strings.Repeat("路", 50): 0} {
		if page, err := w.Lots(t.Context(), "sanya", LotQuery{Text: text}); err != nil || len(page.Lots) != want {
			t.Error(text, len(page.Lots), err)
		}
	}
}

func TestLotListIsNarrowedAndPaged(t *testing.T) {
	w := newWorld(t)
	for i := range 45 {
		w.at = w.at.Add(time.Duration(i%3) * time.Second) // some at the same instant
		w.lot(t, fmt.Sprint("房屋", i), func(l *exchange.Lot) { l.Rounds[0].StartingPrice = int64(i+1) * 1_000_000 })
	}
	seen := map[uuid.UUID]bool{}
	q, pages := LotQuery{}, 0
	for {
		page, err := w.Lots(t.Context(), "sanya", q)
		check(t, err)
		for _, l := range page.Lots {
			if seen[l.ID] {
				t.Error("twice:", l.Title)
			}
			seen[l.ID] = true
		}
		pages++
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if len(seen) != 45 || pages != 3 {
		t.Error(len(seen), pages)
	}
	w.lot(t, "小轿车", nil)
	w.exec(t, `UPDATE disclosed.lot SET kind = 'vehicle', district = '海棠区', round = 2 WHERE title = '小轿车'`)
	w.exec(t, `UPDATE disclosed.lot SET state = 'sold' WHERE title = '房屋3'`)
	w.exec(t, `UPDATE disclosed.lot SET starts_at = $1 WHERE title IN ('房屋4', '房屋5')`, w.at.Add(-time.Hour))
	tomorrow := w.at.AddDate(0, 0, 20).Format("2006-01-02")
	for _, c := range []struct {
		q    LotQuery
		want int
	}{
		{LotQuery{Kind: "vehicle"}, 1}, {LotQuery{District: "海棠区"}, 1}, {LotQuery{District: "没有区"}, 0}, {LotQuery{Round: "2"}, 1}, {LotQuery{State: "sold"}, 1}, {LotQuery{State: "history"}, 1},
		{LotQuery{State: "live"}, 2}, {LotQuery{State: "live", Text: "房屋4"}, 1}, {LotQuery{State: "upcoming", Text: "房屋4"}, 5}, {LotQuery{Min: "10,000", Max: "30000"}, 3}, {LotQuery{Max: "30000", State: "upcoming"}, 3}, {LotQuery{Min: "440000"}, 3},
		{LotQuery{From: tomorrow, To: tomorrow, Kind: "vehicle"}, 1}, {LotQuery{To: "2026-01-01"}, 0}, {LotQuery{After: "zz"}, 20}, {LotQuery{Kind: "x"}, 20},
	} {
		page, err := w.Lots(t.Context(), "sanya", c.q)
		n := len(page.Lots)
		if page.Next != "" && c.want > 20 {
			c.q.After = page.Next
			more, _ := w.Lots(t.Context(), "sanya", c.q)
			n += len(more.Lots)
		}
		if err != nil || n != c.want {
			t.Errorf("%+v: %d %v", c.q, n, err)
		}
	}
	for field, q := range map[string]LotQuery{"min": {Min: "许多"}, "max": {Min: "5", Max: "2"}, "from": {From: "明天"}, "to": {From: "2026-02-02", To: "2026-02-01"}, "q": {Text: strings.Repeat("长", 51)}} {
		if _, err := w.Lots(t.Context(), "sanya", q); err == nil {
			t.Error(field, "is not refused")
		}
	}
	if list, err := w.LotDistricts(t.Context(), "sanya"); err != nil || !slices.Equal(list, []string{"天涯区", "海棠区"}) {
		t.Error(list, err)
	}
	if list, err := w.LotDistricts(t.Context(), "wugang"); err != nil || len(list) != 0 {
		t.Error(list, err)
	}
	if page, err := w.Lots(t.Context(), "wugang", LotQuery{}); err != nil || len(page.Lots) != 0 {
		t.Error("the other court's lots:", len(page.Lots), err)
	}
}

func TestSearchUsesItsIndex(t *testing.T) {
	w := newWorld(t)
	w.exec(t, `INSERT INTO disclosed.lot (court, id, kind, district, state, round, starting_price, starts_at, ends_at, title, body, clause, grams, published_at, changed_at, version)
		SELECT 'sanya', gen_random_uuid(), 'movable', '区', 'announced', 1, 1, now(), now(), '甲', '{}', '', to_tsvector('simple', 'w' || i || ' x' || i % 7), now(), now(), 1 FROM generate_series(1, 5000) i`)
	w.exec(t, `ANALYZE disclosed.lot`)
	w.exec(t, `SET ROLE mingzhi_public`)
	rows, err := w.owner.Query(t.Context(), `EXPLAIN SELECT id FROM disclosed.lot WHERE court = 'sanya' AND grams @@ '''w77'''::tsquery ORDER BY published_at DESC, id DESC LIMIT 20`)
	check(t, err)
	plan := ""
	for rows.Next() {
		var line string
		check(t, rows.Scan(&line))
		plan += line + "\n"
	}
	check(t, rows.Err())
	w.exec(t, `RESET ROLE`)
	if !strings.Contains(plan, "lot_grams") {
		t.Error(plan)
	}
}

func TestLastSeatGoesToOne(t *testing.T) {
	w := newWorld(t)
	lot := w.lot(t, "房屋", nil)
	slot, other := w.slot(t, lot, 3, 3), w.slot(t, lot, 4, 1)
	book := func(i int, slot uuid.UUID) (string, error) {
		return w.BookViewing(t.Context(), "sanya", Client{"portal", fmt.Sprint(i)}, NewBooking{Key: fmt.Sprint("k", i), Lot: lot, Slot: slot, Name: "某甲", Mobile: fmt.Sprintf("138001380%02d", i)})
	}
	numbers := make([]string, 20)
	var all sync.WaitGroup
	for i := range numbers {
		all.Go(func() {
			var err error
			if numbers[i], err = book(i, slot); err != nil && keyOf(err) != "viewing.full" {
				t.Error(err)
			}
		})
	}
	all.Wait()
	numbers = slices.DeleteFunc(numbers, func(n string) bool { return n == "" })
	if len(numbers) != 3 || w.count(t, "edge.booking") != 3 || w.count(t, "inbox.submission WHERE kind = 'viewing'") != 3 {
		t.Fatal(len(numbers), w.count(t, "edge.booking"), w.count(t, "inbox.submission"))
	}
	l, err := w.Lot(t.Context(), "sanya", lot.String())
	if err != nil || len(l.Slots) != 2 || l.Slots[0].ID != slot || l.Slots[0].Left != 0 || l.Slots[1].ID != other || l.Slots[1].Left != 1 {
		t.Errorf("%+v %v", l.Slots, err)
	}
	b, err := w.Viewing(t.Context(), "sanya", me, numbers[0][:3]+" "+numbers[0][3:])
	if err != nil || b.Cancelled || b.Title != "房屋" || b.Place != "小区东门" || !b.At.Equal(l.Slots[0].At) {
		t.Errorf("%+v %v", b, err)
	}
	for range 2 { // given back once, however often it is sent
		if b, err := w.CancelViewing(t.Context(), "sanya", me, numbers[0]); err != nil || !b.Cancelled {
			t.Errorf("%+v %v", b, err)
		}
	}
	var meta string
	check(t, w.owner.QueryRow(t.Context(), `SELECT meta FROM inbox.submission ORDER BY seq DESC LIMIT 1`).Scan(&meta))
	if w.count(t, "inbox.submission WHERE kind = 'viewing'") != 4 || !strings.Contains(meta, `"cancel": true`) {
		t.Error(meta)
	}
	if _, err := book(21, slot); err != nil {
		t.Error("the seat did not come back:", err)
	}
	if _, err := book(22, slot); keyOf(err) != "viewing.full" {
		t.Error(err)
	}
	w.at = w.at.AddDate(0, 0, 4)
	if _, err := book(23, other); keyOf(err) != "viewing.closed" {
		t.Error("a viewing that has begun is booked:", err)
	}
}

func TestBookingIsSealedAndOnce(t *testing.T) {
	w := newWorld(t)
	lot := w.lot(t, "房屋", nil)
	slot := w.slot(t, lot, 3, 9)
	b := NewBooking{Key: "k", Lot: lot, Slot: slot, Name: " 某甲 ", Mobile: "138 0013 8000", OpenID: "o-1"}
	first, err := w.BookViewing(t.Context(), "sanya", me, b)
	check(t, err)
	if again, err := w.BookViewing(t.Context(), "sanya", me, b); err != nil || again != first || w.count(t, "edge.booking") != 1 {
		t.Error(again, first, err)
	}
	var id, booking uuid.UUID
	var meta, sealed []byte
	check(t, w.owner.QueryRow(t.Context(), `SELECT id, meta, sealed FROM inbox.submission`).Scan(&id, &meta, &sealed))
	check(t, w.owner.QueryRow(t.Context(), `SELECT id FROM edge.booking WHERE openid_index IS NOT NULL`).Scan(&booking))
	plain, err := w.keys.Unseal("submission.sealed:"+id.String(), sealed)
	check(t, err)
	var m exchange.ViewingMeta
	check(t, json.Unmarshal(meta, &m))
	if string(plain) != `{"name":"某甲","mobile":"13800138000"}` || m != (exchange.ViewingMeta{Booking: booking, Slot: slot}) || strings.Contains(string(sealed), "某甲") {
		t.Errorf("%s %+v", plain, m)
	}
	if len(first) != 10 || w.count(t, "edge.booking WHERE encode(code, 'escape') LIKE '%"+first+"%'") != 0 {
		t.Error(first)
	}
	for field, wrong := range map[string]NewBooking{"name": {Key: "k", Lot: lot, Slot: slot, Mobile: b.Mobile}, "mobile": {Key: "k", Lot: lot, Slot: slot, Name: "某", Mobile: "1"},
		"slot": {Key: "k", Lot: lot, Name: "某", Mobile: b.Mobile}, "key": {Lot: lot, Slot: slot, Name: "某", Mobile: b.Mobile}} {
		if _, err := w.BookViewing(t.Context(), "sanya", me, wrong); keyOf(err) == "" {
			t.Error(field, err)
		}
	}
	if _, err := w.BookViewing(t.Context(), "wugang", me, b); keyOf(err) != "viewing.closed" {
		t.Error("booked through another court:", err)
	}
	for i := range 4 {
		b.Key = fmt.Sprint(i)
		_, err = w.BookViewing(t.Context(), "sanya", me, b)
	}
	if keyOf(err) != "inquiry.too_many" {
		t.Error("one mobile takes all seats:", err)
	}
	for range 6 {
		_, err = w.CancelViewing(t.Context(), "sanya", me, "0000000000")
	}
	if keyOf(err) != "inquiry.too_many" {
		t.Error(err)
	}
	if _, err := w.CancelViewing(t.Context(), "sanya", me, first); keyOf(err) != "inquiry.too_many" || w.count(t, "edge.booking WHERE cancelled_at IS NOT NULL") != 0 {
		t.Error("the right one passes when the door is closed:", err)
	}
}

func TestQuestionIsSealedAndOnce(t *testing.T) {
	w := newWorld(t)
	lot := w.lot(t, "房屋", nil)
	for range 2 {
		check(t, w.AskAboutLot(t.Context(), "sanya", me, lot, LotQuestion{Key: "k", Text: " 是否有租赁？ "}))
	}
	var id uuid.UUID
	var kind, meta string
	var sealed []byte
	check(t, w.owner.QueryRow(t.Context(), `SELECT id, kind, meta, sealed FROM inbox.submission`).Scan(&id, &kind, &meta, &sealed))
	plain, err := w.keys.Unseal("submission.sealed:"+id.String(), sealed)
	if err != nil || kind != "question" || string(plain) != `{"text":"是否有租赁？"}` || meta != `{"lot": "`+lot.String()+`"}` || strings.Contains(string(sealed), "租赁") {
		t.Error(kind, string(plain), meta, err)
	}
	for text, want := range map[string]string{"": "lots.question_empty", strings.Repeat("字", 501): "lots.question_long"} {
		if err := w.AskAboutLot(t.Context(), "sanya", me, lot, LotQuestion{Text: text}); keyOf(err) != want {
			t.Error(err)
		}
	}
	for i := range 4 {
		err = w.AskAboutLot(t.Context(), "sanya", me, lot, LotQuestion{Key: fmt.Sprint(i), Text: "问"})
	}
	if keyOf(err) != "inquiry.too_many" || w.count(t, "inbox.submission") != 4 {
		t.Error(err, w.count(t, "inbox.submission"))
	}
	w.exec(t, `UPDATE disclosed.lot SET state = 'sold'`)
	if err := w.AskAboutLot(t.Context(), "sanya", Client{"portal", "2"}, lot, LotQuestion{Text: "问"}); keyOf(err) != "lots.question_closed" {
		t.Error(err)
	}
}
