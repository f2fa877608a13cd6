package story

import (
	"regexp"
	"strings"
	"testing"
)

// TestTheMarketAndTheOtherCourt: what bidders do with a lot, and what only Wugang's book offers.
func TestTheMarketAndTheOtherCourt(t *testing.T) {
	s := begin(t)
	s.workday(t)
	s.tell(t, []step{
		{"1 a lot is found, asked about, viewed; an unlawful round is refused with its article", s.market},
		{"2 recordings by approval, the hotline's workbook and the feed, each only where the book says so", s.differsByBook},
	})
}

// market is journey 5 as a bidder and the desk walk it; the notice periods are driven in the court half's own tests.
func (s *tale) market(t *testing.T) {
	p := s.phone.on(t).visit(s.url(s.portal, "/sanya/lots?q=花园")).reads("碧海花园").lacks("小型普通客车")
	p.press("碧海花园").reads("未知", "现场调查", "起拍价", "保证金").lacks("买受人：", "某买受人").picture("lot")
	lot := eval[string](p, `location.href`)
	p.visit(lot + "/question").fill(map[string]string{"text": "物业费由谁承担？"}).press("提交问题").reads("法院已收到您的问题")
	p.visit(lot).lacks("物业费由谁承担")
	a := s.signIn(t, "sanya", "assistant1")
	a.visit(s.url(s.program.desk, "/sanya/lots")).press("碧海花园").reads("物业费由谁承担").press("答复")
	field := eval[string](a, `[...document.querySelectorAll('main textarea')].pop()?.name || ""`)
	a.fill(map[string]string{field: "成交以前的欠费由本院核实后公示，成交以后的由买受人承担。"}).press("答复")
	p.visit(lot).reads("物业费由谁承担", "成交以后的由买受人承担")

	p.visit(lot + "/viewing")
	slot := eval[string](p, `document.querySelector('main [name=slot]')?.value || ""`)
	p.fill(map[string]string{"slot": slot, "name": "林看样", "mobile": "19912340201"}).press("确认").reads("已预约", "预约编号")
	number := regexp.MustCompile(`\d{4} ?\d{4}( ?\d{2,8})*`).FindString(strings.ReplaceAll(p.text("main"), "\u00a0", " "))
	s.desk.on(t).visit(s.url(s.tray, "/?court=sanya")).reads("看样")
	if number == "" {
		t.Errorf("no booking number\n%s", p.seen())
	}

	s.phone.on(t).visit(s.url(s.portal, "/sanya/feed.xml"))
	if text := eval[string](s.phone, `document.documentElement.textContent`); !strings.Contains(text, "碧海花园") {
		t.Errorf("the feed does not carry the lot: %.300s", text)
	}
	a.visit(s.url(s.program.desk, "/sanya/lots")).press("小型普通客车")
	a.lacks("某买受人")
	p.visit(s.url(s.portal, "/sanya/lots?state=sold")).reads("临街商铺", "731,000").lacks("某买受人")
}

// differsByBook is journey 9.
func (s *tale) differsByBook(t *testing.T) {
	number := strings.NewReplacer("琼02", "豫0481").Replace(s.number(9301))
	s.bring(t, "wugang", number, wang, zhao)
	code := s.code(t, "wugang", number, wang.name, false)
	j := s.file(t, "wugang", "judge1", number).unfold()
	j.fill(map[string]string{"title": "三月五日现场执行", "taken_at": s.now.AddDate(0, 0, -1).Format("2006-01-02") + "T09:00"}).upload("file", photo(t)).submit(`form[action$="/recordings"]`).reads("三月五日现场执行")
	p := s.seeAt(t, "wugang", wang, code).press("申请查阅执行音视频")
	p.fill(map[string]string{"v_occasion": "三月五日现场执行", "v_text": "了解执行经过"}).press("提交").reads("SQ")
	s.matter(t, j, "media_view", number).press("接手").choose("decision", "准许查阅").has("recording")
	j.choose("recording", "三月五日现场执行").fill(map[string]string{"valid_until": s.now.AddDate(0, 0, 3).Format("2006-01-02")}).press("办结")
	p.visit(s.url(s.portal, "/wugang/case")).reads("已获准").press("查阅音视频").reads("不得复制", "三月五日现场执行")
	p.await("the picture", `document.querySelector('img.recording')?.naturalWidth > 0`)
	page := eval[string](p, `location.href`)
	s.forward(t, s.now.AddDate(0, 0, 5))
	s.seeAt(t, "wugang", wang, code).visit(page).reads("有效期已过")

	d := s.signIn(t, "wugang", "director")
	d.visit(s.url(s.program.desk, "/wugang/release")).reads("导出12368可告知内容")
	if got := eval[float64](d, `(() => { const x = new XMLHttpRequest(); x.open('GET', '/wugang/release/12368.xlsx', false); x.send(); return x.status })()`); got != 200 {
		t.Errorf("the hotline's workbook: %v", got)
	}
	s.signIn(t, "sanya", "director").visit(s.url(s.program.desk, "/sanya/release")).lacks("12368")
	s.phone.on(t).visit(s.url(s.portal, "/wugang/feed.xml")).lacks("碧海花园")
	s.phone.on(t).visit(s.url(s.portal, "/sanya/hall")).reads("三亚市中级人民法院")
}
