package portal

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/enforcement"
	"mingzhi/portal/exchange"
)

// market is what a court has announced: lots in every state, notices, a list of dishonest debtors.
type market struct {
	upcoming, live, stopped, sold, withdrawn uuid.UUID
	slot, full, picture                      uuid.UUID
	reward, other                            uuid.UUID
	entries                                  []uuid.UUID
}

func photo(t testing.TB, hue uint8) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			picture.Set(x, y, color.RGBA{hue, uint8(90 + y/4), uint8(120 + x/8), 255})
		}
	}
	var b bytes.Buffer
	check(t, jpeg.Encode(&b, picture, nil))
	return b.Bytes()
}

// lot announces one; nothing in the body is left out that a page may show.
func (w *world) lot(t testing.TB, court, title, state string, change func(*exchange.Lot)) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	body := exchange.Lot{Title: title, CaseNumber: "（2026）某01执1234号", Address: "某市吉阳区迎宾路100号凤凰花园3栋1201房", Description: "住宅一套，建筑面积 89.5 平方米，位于十二层，共十八层。\n2015 年建成。",
		PlatformURL: "https://sf.example.com/item/1", Contact: "吴书记员 0898-11112222", Notice: "某市中级人民法院将于公告载明的时间在网络司法拍卖平台上进行公开拍卖活动。\n一、拍卖标的……\n二、竞买人条件……",
		Facts: []exchange.LotFact{{Fact: "ownership", Label: "权属和权证", Value: "登记在被执行人名下，有不动产权证书", Source: "不动产登记中心查询", On: "2026-09-01"},
			{Fact: "lease", Label: "租赁", Source: "承办人现场调查", On: "2026-09-02"}, {Fact: "taxes", Label: "税费负担", Value: "依照税法规定由各自承担", Source: "税务机关复函", On: "2026-09-03"},
			{Fact: "arrears", Label: "欠费（水、电、物业）", Value: "物业费约 3,200 元，截至 2026 年 8 月", Source: "物业公司", On: "2026-09-03"}},
		Rounds: []exchange.LotRound{{Round: 1, Name: "第一次拍卖", Reference: 100_000_000, StartingPrice: 70_000_000, Deposit: 7_000_000, Increment: 500_000,
			StartsAt: w.now.AddDate(0, 0, 3).Add(4 * time.Hour), EndsAt: w.now.AddDate(0, 0, 4).Add(4 * time.Hour), BalanceDays: 10, AnnouncedAt: w.now.AddDate(0, 0, -5)}},
		Warnings:  []string{"竞买人应当具备完全民事行为能力。", "拍卖财产以实物现状为准，竞买人可以申请实地看样。", "买受人悔拍后保证金不予退还。"},
		Questions: []exchange.LotQA{{Question: "是否有车位？", Answer: "没有附属车位。", At: w.now.AddDate(0, 0, -1)}}}
	if change != nil {
		change(&body)
	}
	text, err := json.Marshal(body)
	check(t, err)
	last := exchange.LotRound{Round: 1, StartsAt: w.now, EndsAt: w.now.Add(time.Hour)}
	if n := len(body.Rounds); n > 0 {
		last = body.Rounds[n-1]
	}
	w.exec(t, `INSERT INTO disclosed.lot (court, id, kind, district, state, round, starting_price, starts_at, ends_at, title, body, clause, grams, published_at, changed_at, version)
		VALUES ($1, $2, 'real_estate', '吉阳区', $3, $4, $5, $6, $7, $8, $9, 'S-2.6', $10::text::tsvector, $11, $11, 1)`,
		court, id, state, last.Round, last.StartingPrice, last.StartsAt, last.EndsAt, title, text, enforcement.Grams(title, "吉阳区", body.Description), w.now)
	return id
}

func (w *world) slot(t testing.TB, lot uuid.UUID, days, capacity int) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.exec(t, `INSERT INTO disclosed.slot (court, id, lot_id, starts_at, place, contact, capacity) VALUES ('sanya', $1, $2, $3, '小区东门岗亭', '吴书记员 0898-11112222', $4)`,
		id, lot, w.now.AddDate(0, 0, days).Truncate(time.Hour), capacity)
	return id
}

func (w *world) notice(t testing.TB, code, title, name string, until *time.Time, fields ...exchange.Shown) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	text, err := json.Marshal(exchange.Notice{Fields: fields})
	check(t, err)
	var index []byte
	if name != "" {
		index = w.keys.Public().BlindIndex("notice.name", enforcement.NormalizeForIndex(name))
	}
	w.exec(t, `INSERT INTO disclosed.notice (court, id, code, title, body, clause, name_index, grams, published_at, until) VALUES ('sanya', $1, $2, $3, $4, 'S-2.6', $5, $6::text::tsvector, $7, $8)`,
		id, code, title, text, index, enforcement.Grams(title), w.now, until)
	return id
}

func (w *world) listed(t testing.TB, name, shownName, number string) uuid.UUID {
	return w.notice(t, "dishonest_listed", shownName+"　"+number, name, nil, shown("case_no", "案号", number, "", "name_public", "被执行人", shownName, "", "id_masked", "证件号码", "4602************1X", "",
		"ground", "失信情形", "以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行", "", "listed_on", "纳入日期", "2026年9月1日", "2026-09-01")...)
}

// market fills the court's public pages.
func (w *world) market(t testing.TB) (m market) {
	t.Helper()
	p := offering("sanya", "某市中级人民法院")
	p.Features, p.Events = []string{"feed"}, map[string]string{"asset_search_notice": "财产查找公告"}
	p.Hall = exchange.Hall{Clause: "S-2.6", Texts: []exchange.HallText{{Title: "申请执行人的权利和义务", Text: "您有权了解执行进展、提供财产线索、申请采取执行措施、对执行行为提出异议；应当如实提供被执行人的财产线索和联系方式，按时领取案款。"},
		{Title: "诉讼和执行风险提示", Text: "被执行人没有可供执行的财产的，生效法律文书确定的权利可能暂时不能实现。查封、冻结有期限，期满未续行的，效力消灭。"}}}
	w.publish(t, p)
	m.picture = uuid.Must(uuid.NewV7())
	second := uuid.Must(uuid.NewV7())
	m.withdrawn = w.lot(t, "sanya", "丰田牌小型轿车一辆", "withdrawn", func(l *exchange.Lot) {
		*l = exchange.Lot{Title: l.Title, Description: "本院已撤回这次拍卖。原因：案外人异议成立"}
	})
	m.sold = w.lot(t, "sanya", "天涯区解放路商铺一层102号", "sold", func(l *exchange.Lot) {
		at := w.now.AddDate(0, 0, -2)
		l.Rounds[0].Result, l.Rounds[0].ResultAt = "unsold", &at
		second := l.Rounds[0]
		second.Round, second.StartingPrice, second.Result, second.ResultPrice = 2, 56_000_000, "sold", 61_500_000
		l.Rounds = append(l.Rounds, second)
	})
	m.stopped = w.lot(t, "sanya", "海棠湾办公用房两间", "stopped", nil)
	m.live = w.lot(t, "sanya", "某某酒店管理有限公司百分之三十股权", "announced", func(l *exchange.Lot) {
		l.Rounds[0].StartsAt, l.Rounds[0].EndsAt = w.now.Add(-2*time.Hour), w.now.Add(22*time.Hour)
	})
	m.upcoming = w.lot(t, "sanya", "吉阳区迎宾路凤凰花园3栋1201房", "announced", func(l *exchange.Lot) {
		l.Pictures = []exchange.LotPicture{{ID: m.picture, Caption: "客厅"}, {ID: second, Caption: "外立面"}}
	})
	w.exec(t, `UPDATE disclosed.lot SET kind = 'equity' WHERE id = $1`, m.live)
	w.exec(t, `UPDATE disclosed.lot SET kind = 'vehicle', starting_price = 0 WHERE id = $1`, m.withdrawn)
	for i, id := range []uuid.UUID{m.picture, second} {
		w.exec(t, `INSERT INTO disclosed.picture (court, id, lot_id, mime, content) VALUES ('sanya', $1, $2, 'image/jpeg', $3)`, id, m.upcoming, photo(t, uint8(120+90*i)))
	}
	m.slot, m.full = w.slot(t, m.upcoming, 1, 3), w.slot(t, m.upcoming, 2, 1)
	until := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	m.reward = w.notice(t, "reward_notice_published", "（2026）某01执1234号案悬赏公告：按执行到位金额的百分之十", "", &until, shown("case_no", "案号", "（2026）某01执1234号", "", "basis", "悬赏金额", "按执行到位金额的百分之十", "",
		"conditions", "领取条件", "提供的线索本院尚未掌握，并因此实际执行到位", "", "expires_on", "有效期至", "2026年12月31日", "2026-12-31")...)
	m.other = w.notice(t, "asset_search_notice", "查找（2026）某01执77号案被执行人车辆", "", nil, shown("case_no", "案号", "（2026）某01执77号", "")...)
	for _, e := range [][3]string{{"王小明", "王某某", "（2026）某01执1号"}, {"王小明", "王某某", "（2026）某01执2号"}, {"海南某某实业有限公司", "海南某某实业有限公司", "（2026）某01执12号"}, {"李四", "李某", "（2026）某01执123号"},
		{"欧阳某", "欧阳某", "（2025）某01执恢9号"}, {"赵六", "赵某", "（2026）某01执33号"}, {"钱七", "钱某", "（2026）某01执34号"}, {"孙八", "孙某", "（2026）某01执35号"}} {
		m.entries = append(m.entries, w.listed(t, e[0], e[1], e[2]))
	}
	return m
}

// digits are those of the newest captcha.
func (w *world) digits(t testing.TB) string {
	t.Helper()
	var digits []byte
	check(t, w.owner.QueryRow(t.Context(), `SELECT digits FROM edge.captcha ORDER BY until DESC, ctid DESC LIMIT 1`).Scan(&digits))
	for i := range digits {
		digits[i] += '0'
	}
	return string(digits)
}
