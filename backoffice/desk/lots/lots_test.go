package lots_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/desk/desktest"
	"mingzhi/storage/courtdb"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

const court = "sanya"

func want(t *testing.T, p desktest.Page, status int, says ...string) {
	t.Helper()
	if p.Status != status {
		t.Fatalf("got %d, want %d: %s", p.Status, status, p.Text())
	}
	for _, s := range says {
		if !p.Has(s) {
			t.Fatalf("the page does not say %q: %s", s, p.Text())
		}
	}
}

func open(t *testing.T) (d *desktest.Desk, assistant, judge, aid *desktest.Browser) {
	d = desktest.New(t)
	j := d.Person(court, "zhang", "enforcement_1", "judge")
	d.Person(court, "qian", "enforcement_1", "judge_assistant")
	d.Person(court, "fu", "disposal", "disposal")
	d.Case(court, "（2026）琼02执101号", "enforcement_1", j.ID, backofficetest.Party{Role: "applicant", Name: "三和建材有限公司", Company: true, Mobile: "19900000002"},
		backofficetest.Party{Role: "debtor", Name: "王小五", Mobile: "19900000003"},
		backofficetest.Party{Role: "preemptive_holder", Name: "赵共有", Change: func(p *courtdb.UpsertPartyParams) { p.Unreachable = true }})
	return d, d.SignIn(court, "qian"), d.SignIn(court, "zhang"), d.SignIn(court, "fu")
}

func at(t time.Time) string { return t.In(calendar.Shanghai).Format("2006-01-02T15:04") }

func TestALotFromTheFirstFormToItsResult(t *testing.T) {
	t.Parallel()
	d, assistant, judge, aid := open(t)
	want(t, assistant.Get("/lots"), 200, "还没有拍卖标的", "新建标的", `aria-current="page"`)
	want(t, assistant.Get("/lots?q=没有"), 200, "没有找到标的")
	want(t, assistant.Get("/lots/new"), 200, "标的名称")
	form := url.Values{"case": {"2026琼02执999"}, "title": {"海边小区1幢101室"}, "kind": {"real_estate"}, "district": {"天涯区"}, "contact": {"0000-1234567"}, "description": {"毛坯"}}
	want(t, assistant.Post("/lots", form), 422, "没有找到这个案件", "海边小区1幢101室", "毛坯")
	form.Set("case", "2026琼02执101")
	p := assistant.Post("/lots", form)
	want(t, p, 303)
	here := strings.TrimPrefix(strings.Split(p.Location, "?")[0], "/"+court)
	want(t, assistant.Get(here+"?said=lot_made"), 200, "标的已建立", "还差", "公告前必须填写", "（2026）琼02执101号")

	// A form that is refused loses nothing, and every problem stands beside its field.
	p = assistant.Get(here + "/do/plan")
	want(t, p, 200, "第一次拍卖", "起拍价")
	start := d.Clock.Now().AddDate(0, 0, 50)
	plan := url.Values{"seen": {p.Field("seen")}, "reference_price": {"1,000,000"}, "starting_price": {"600000"}, "deposit": {"10"}, "increment": {"5000"},
		"starts_at": {at(start)}, "ends_at": {at(start.Add(time.Hour))}}
	want(t, assistant.Post(here+"/do/plan", plan), 422, "e-starting_price", "e-deposit", "e-ends_at", "第十条", "第十七条", "第二十条", `value="1,000,000"`, `value="600000"`)
	plan.Set("starting_price", "700000")
	plan.Set("deposit", "70000")
	plan.Set("ends_at", at(start.Add(24*time.Hour)))
	want(t, assistant.Post(here+"/do/plan", plan), 303)
	want(t, assistant.Post(here+"/do/plan", plan), 409, "刚刚被别人改动过")
	want(t, assistant.Post(here+"/do/prenotice", nil), 303)
	want(t, judge.Get(here), 200, "王小五", "签发公告", "还没有填写：", "下落不明，还没有公示")
	p = aid.Get(here)
	want(t, p, 200, "王*五", "登记通知")
	if p.Has("王小五") || p.Has("签发公告</button>") {
		t.Error("the auxiliary group sees a name, or may sign")
	}
	survey(t, aid, here, p)
	_, rest, _ := strings.Cut(p.Body, "/do/note/")
	note := here + "/do/note/" + rest[:36]
	for _, id := range notes(p) {
		if strings.Contains(aid.Get(here+"/do/note/"+id).Body, "赵*有") {
			note = here + "/do/note/" + id
		}
	}
	want(t, aid.Post(note, url.Values{"method": {"posted"}, "noticed_on": {"2026-03-10"}}), 422, "e-note", "理由", "赵*有")
	want(t, aid.Post(note, url.Values{"method": {"posted"}, "noticed_on": {"2026-03-10"}, "note": {"下落不明"}}), 303)
	want(t, judge.Post(here+"/do/approve", nil), 303)
	want(t, aid.Get(here), 200, "公告已经签发", "的通知还不满3日", "2026-03-14")
	want(t, aid.Post(here+"/do/announce", nil), 409, "公告还不能发布", "第十六条")

	d.Clock.Set(time.Date(2026, 3, 16, 9, 0, 0, 0, calendar.Shanghai))
	aid = d.SignIn(court, "fu")
	want(t, aid.Get(here), 200, "条件都已满足，可以发布公告")
	want(t, aid.Post(here+"/do/announce", nil), 303)
	want(t, aid.Get(here), 200, "公告已发布", "暂缓或者中止")
	want(t, aid.Get("/lots?state=announced&kind=real_estate"), 200, "海边小区1幢101室", "700,000.00")
	parts(t, d, aid, here)

	d.Clock.Set(start.Add(25 * time.Hour))
	aid = d.SignIn(court, "fu")
	want(t, aid.Get(here), 200, "登记成交", "登记流拍")
	p = aid.Get(here + "/do/unsold")
	want(t, p, 200, "再次拍卖")
	if p.Has(`value="sell_off"`) {
		t.Error("a sell-off is offered after the first auction")
	}
	want(t, aid.Post(here+"/do/unsold", url.Values{"next": {"second_auction"}}), 303)
	want(t, aid.Get(here), 200, "已流拍", "再次拍卖应在", "安排第二次拍卖")
	want(t, aid.Get(here+"/do/plan"), 200, "前一轮起拍价 700,000.00元")
	want(t, aid.Get(here+"/do/sold"), 404)
}

func notes(p desktest.Page) []string {
	var out []string
	for _, part := range strings.Split(p.Body, "/do/note/")[1:] {
		out = append(out, part[:36])
	}
	return out
}

// survey answers what the page says is missing; one of it stays unknown.
func survey(t *testing.T, b *desktest.Browser, here string, p desktest.Page) {
	t.Helper()
	want(t, b.Post(here+"/do/fact/lease", url.Values{"value": {"有租约"}, "unknown": {"yes"}, "source": {"现场调查"}, "known_on": {"2026-03-09"}}), 422, "e-value", "有租约")
	want(t, b.Post(here+"/do/fact/none", nil), 404)
	for _, part := range strings.Split(p.Body, "/do/fact/")[1:] {
		id, _, _ := strings.Cut(part, `"`)
		v := url.Values{"value": {"已查明"}, "unknown": {"no"}, "source": {"现场调查"}, "known_on": {"2026-03-09"}}
		if id == "lease" {
			v = url.Values{"unknown": {"yes"}, "source": {"现场调查，邻居不清楚"}, "known_on": {"2026-03-09"}}
		}
		want(t, b.Post(here+"/do/fact/"+id, v), 303)
	}
	want(t, b.Get(here), 200, "lot-unknown", "邻居不清楚", "2026-03-09")
}

// parts adds a picture and a viewing time to a lot that bidders see.
func parts(t *testing.T, d *desktest.Desk, b *desktest.Browser, here string) {
	t.Helper()
	want(t, b.Get(here+"/do/picture"), 200, `type="file"`)
	var picture, body bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	w := multipart.NewWriter(&body)
	w.WriteField("_csrf", b.Token())
	w.WriteField("caption", "正面")
	file, _ := w.CreateFormFile("picture", "正面.png")
	file.Write(picture.Bytes())
	w.Close()
	want(t, b.Send(here+"/do/picture", w.FormDataContentType(), &body), 303)
	p := b.Get(here)
	want(t, p, 200, "正面", "/pictures/")
	_, rest, _ := strings.Cut(p.Body, here+"/pictures/")
	if got := b.Get(here + "/pictures/" + rest[:36]); got.Status != http.StatusOK || got.Header.Get("Content-Type") != "image/png" {
		t.Errorf("the picture: %d %s", got.Status, got.Header.Get("Content-Type"))
	}
	slot := url.Values{"starts_at": {"2026-03-01T10:00"}, "place": {"南门"}, "contact": {"0000-1234567"}, "capacity": {"x"}}
	want(t, b.Post(here+"/do/slot", slot), 422, "e-starts_at", "e-capacity", "南门")
	slot.Set("starts_at", at(d.Clock.Now().AddDate(0, 0, 7)))
	slot.Set("capacity", "5")
	want(t, b.Post(here+"/do/slot", slot), 303)
	p = b.Get(here)
	want(t, p, 200, "已约0人，共5人", "取消这个时间")
	_, rest, _ = strings.Cut(p.Body, here+"/do/cancel/")
	want(t, b.Post(here+"/do/cancel/"+rest[:36], nil), 303)
	want(t, b.Get(here), 200, "已取消")
}

func TestAStopAndAWithdrawal(t *testing.T) {
	t.Parallel()
	_, assistant, judge, _ := open(t)
	p := assistant.Post("/lots", url.Values{"case": {"2026琼02执101"}, "title": {"小型客车一辆"}, "kind": {"vehicle"}, "district": {"天涯区"}, "contact": {"0000-1234567"}})
	want(t, p, 303)
	here := strings.TrimPrefix(strings.Split(p.Location, "?")[0], "/"+court)
	want(t, assistant.Get(here+"/do/stop"), 404)
	want(t, assistant.Get(here+"/do/nothing"), 404)
	want(t, assistant.Post(here+"/do/approve", nil), 403)
	want(t, judge.Post(here+"/do/withdraw", url.Values{"reason": {""}}), 422, "请填写撤回的原因")
	want(t, judge.Post(here+"/do/withdraw", url.Values{"reason": {"录入有误"}}), 303)
	want(t, judge.Get(here), 200, "标的已撤回")
	want(t, judge.Get("/lots"), 200, "小型客车一辆", "撤回")
}
