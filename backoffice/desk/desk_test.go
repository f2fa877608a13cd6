package desk_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/desk/desktest"
	"mingzhi/backoffice/intake"
	"mingzhi/portal/exchange"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

const court, other = "sanya", "wugang"

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

func TestSignIn(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	d.Person(court, "zhang", "enforcement_1", "judge")
	b := d.Browser(court)
	code := d.Code()
	in := url.Values{"login": {"zhang"}, "password": {backofficetest.Password}, "code": {code}}
	p := b.Post("/signin", in)
	want(t, p, http.StatusSeeOther)
	if c := strings.Join(p.Header.Values("Set-Cookie"), ";"); !strings.Contains(c, "HttpOnly") || !strings.Contains(strings.ToLower(c), "samesite=lax") {
		t.Errorf("the session's cookie is %q", c)
	}
	want(t, b.Get("/work"), 200, "我的工作")

	again := d.Browser(court)
	want(t, again.Post("/signin", in), 401, "不正确") // a code is used once
	d.Clock.Add(time.Minute)
	for range 4 {
		want(t, again.Post("/signin", url.Values{"login": {"zhang"}, "password": {"wrong"}, "code": {"000000"}}), 401)
	}
	p = again.Post("/signin", url.Values{"login": {"zhang"}, "password": {backofficetest.Password}, "code": {d.Code()}})
	want(t, p, 429, "已锁定", "安全管理员")
	d.Clock.Add(16 * time.Minute)
	want(t, again.Post("/signin", url.Values{"login": {"zhang"}, "password": {backofficetest.Password}, "code": {d.Code()}}), 303)

	want(t, b.Post("/signout", nil), 303)
	want(t, b.Get("/work"), 303)
}

func TestAFormSurvivesTheEndOfTheSession(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	me := d.Person(court, "zhang", "enforcement_1", "judge")
	id, _ := d.Case(court, "（2026）琼02执101号", "enforcement_1", me.ID, backofficetest.Party{Role: "debtor", Name: "王五"})
	b := d.SignIn(court, "zhang")
	path := "/cases/" + id.String() + "/record/traditional_investigation_started"
	form := b.Get(path)
	want(t, form, 200, "传统查控启动")
	key := form.Field("_submission")
	d.Clock.Add(3 * time.Hour)
	p := b.Post(path, url.Values{"_submission": {key}, "method": {"search"}, "started_on": {"2026-03-09"}})
	want(t, p, 401, "登录已失效", "keep.method", "2026-03-09")
	p = b.Post("/signin", url.Values{"login": {"zhang"}, "password": {backofficetest.Password}, "code": {d.Code()}, "next": {p.Field("next")},
		"keep.method": {p.Field("keep.method")}, "keep.started_on": {p.Field("keep.started_on")}, "keep._submission": {key}})
	want(t, p, 200, "已重新登录", "继续提交", "传统查控启动", "（2026）琼02执101号", "搜查")
	want(t, b.Post(path, url.Values{"_submission": {p.Field("_submission")}, "method": {p.Field("method")}, "started_on": {p.Field("started_on")}}), 303)
	want(t, b.Get("/cases/"+id.String()), 200, "传统查控启动", "搜查")

	for _, next := range []string{"https://elsewhere.example/", "//elsewhere.example/", "/" + other + "/work", "/" + court + "/\\elsewhere"} {
		d.Clock.Add(time.Minute)
		out := d.Browser(court)
		p = out.Post("/signin", url.Values{"login": {"zhang"}, "password": {backofficetest.Password}, "code": {d.Code()}, "next": {next}})
		if p.Location != "/"+court+"/" {
			t.Errorf("%s leads to %s", next, p.Location)
		}
	}
}

func TestRecordAnEvent(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	me := d.Person(court, "zhang", "enforcement_1", "judge")
	id, parties := d.Case(court, "（2026）琼02执101号", "enforcement_1", me.ID,
		backofficetest.Party{Role: "applicant", Name: "李四", Mobile: "19900000002"}, backofficetest.Party{Role: "debtor", Name: "王五", Mobile: "19900000003"})
	b := d.SignIn(court, "zhang")
	want(t, b.Get("/cases/"+id.String()+"/record"), 200, "网上冻结")
	path := "/cases/" + id.String() + "/record/asset_frozen"
	p := b.Get(path)
	want(t, p, 200, "王五（被执行人）")
	if p.Has("李四（") {
		t.Error("the form offers somebody whom the event cannot concern")
	}
	values := url.Values{"_submission": {p.Field("_submission")}, "debtor": {parties[1].String()}, "class": {"deposit"}, "amount": {"许多"},
		"ordered_at": {"2026-03-10T09:00"}, "effect_at": {"2026-03-10T09:30"}, "expires_on": {"2027-03-09"}, "document_no": {"（2026）琼02执101号之一"}}
	p = b.Post(path, values)
	want(t, p, 422, "f-amount", "（2026）琼02执101号之一", `value="2027-03-09"`, "请看标出的项目")
	values.Set("amount", "5000.50")
	want(t, b.Post(path, values), 303)
	want(t, b.Post(path, values), 303) // the same form twice records once
	if n := d.Rows(`SELECT count(*) FROM court.docket WHERE code = 'asset_frozen'`); n != 1 {
		t.Errorf("recorded %d times", n)
	}
	p = b.Get("/cases/" + id.String())
	want(t, p, 200, "网上冻结", "5,000.50元", "已告知", "暂缓告知")
	want(t, b.Get("/cases?q=王五"), 200, "（2026）琼02执101号")
	p = b.Get("/cases?q=" + url.QueryEscape("(2026)琼02执101号"))
	want(t, p, 303)
	if p.Location != "/"+court+"/cases/"+id.String() {
		t.Errorf("an exact number leads to %s", p.Location)
	}
}

func TestRevealLeavesATrace(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	me := d.Person(court, "zhang", "enforcement_1", "judge")
	id, parties := d.Case(court, "（2026）琼02执101号", "enforcement_1", me.ID, backofficetest.Party{Role: "debtor", Name: "王五", Mobile: "19900000003"})
	b := d.SignIn(court, "zhang")
	p := b.Get("/cases/" + id.String())
	want(t, p, 200, "199****0003")
	if p.Has("19900000003") {
		t.Error("the page shows the whole mobile")
	}
	path := "/cases/" + id.String() + "/persons/" + parties[0].String() + "/reveal"
	want(t, b.Post(path, url.Values{"reason": {" "}}), 422, "请写明")
	want(t, b.Post(path, url.Values{"reason": {"电话通知到庭"}}), 200, "19900000003")
	if n := d.Rows(`SELECT count(*) FROM court.audit WHERE action = 'reveal:person' AND reason = '电话通知到庭'`); n != 1 {
		t.Errorf("%d traces", n)
	}
}

// strangers are objects of another court, team and case: each is refused without saying that it exists.
func TestNobodySeesWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	mine := d.Person(court, "zhang", "enforcement_1", "judge")
	theirs := d.Person(court, "liu", "enforcement_2", "judge")
	d.Person(court, "chu", "disposal", "disposal")
	d.Person(other, "zhao", "enforcement_1", "judge")
	own, ownParties := d.Case(court, "（2026）琼02执101号", "enforcement_1", mine.ID, backofficetest.Party{Role: "debtor", Name: "王五", Mobile: "19900000003"})
	foreign, foreignParties := d.Case(court, "（2026）琼02执102号", "enforcement_2", theirs.ID, backofficetest.Party{Role: "debtor", Name: "赵六", Mobile: "19900000004"})
	tip := d.Tip(court, "SY-0001", true, intake.Content{What: "看见一辆车"}, exchange.Contact{Name: "孙七", Mobile: "19900000005"})

	judge, aid, stranger := d.SignIn(court, "zhang"), d.SignIn(court, "chu"), d.SignIn(other, "zhao")
	want(t, judge.Get("/cases/"+own.String()), 200)
	for _, path := range []string{"/cases/" + foreign.String(), "/cases/" + foreign.String() + "/record", "/tips/" + tip.String(), "/cases/" + uuid.NewString(),
		"/matters/" + uuid.NewString(), "/deadlines/" + uuid.NewString(), "/cases/none"} {
		want(t, judge.Get(path), 404)
	}
	if judge.Get("/cases").Has("102号") || judge.Get("/cases?q=赵六").Has("102号") {
		t.Error("the list shows another team's case")
	}
	want(t, judge.Post("/cases/"+own.String()+"/persons/"+foreignParties[0].String()+"/reveal", url.Values{"reason": {"试"}}), 404)
	want(t, judge.Post("/cases/"+foreign.String()+"/record/traditional_investigation_started", url.Values{"method": {"search"}, "started_on": {"2026-03-09"}}), 404)
	want(t, judge.Post("/cases/"+own.String()+"/record/asset_frozen", url.Values{"debtor": {foreignParties[0].String()}, "class": {"deposit"},
		"ordered_at": {"2026-03-10T09:00"}, "effect_at": {"2026-03-10T09:30"}, "expires_on": {"2027-03-09"}, "document_no": {"一号"}}), 422)
	want(t, aid.Get("/cases/"+own.String()), 403)
	want(t, stranger.Get("/cases/"+own.String()), 404)
	stranger.Court = court // the session of another court is none here
	want(t, stranger.Get("/cases/"+own.String()), 303)
	_ = ownParties
}

func TestTipFromTheBoardToTheTeam(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	judge := d.Person(court, "zhang", "enforcement_1", "judge")
	d.Person(court, "qian", "enforcement_1", "judge_assistant")
	d.Person(court, "zhou", "command_centre", "duty_officer")
	d.Case(court, "（2026）琼02执101号", "enforcement_1", judge.ID, backofficetest.Party{Role: "debtor", Name: "王五"})
	tip := d.Tip(court, "SY-0001", true, intake.Content{What: "看见一辆车", Where: "某小区地下车库"}, exchange.Contact{Name: "孙七", Mobile: "19900000005"})
	duty := d.SignIn(court, "zhou")
	p := duty.Get("/duty")
	want(t, p, 200, "SY-0001", "新到", "紧急")
	if p.Has("看见一辆车") {
		t.Error("the board shows what the tip says")
	}
	here := "/tips/" + tip.String()
	want(t, duty.Get(here), 200, "看见一辆车", "接手", "查看身份")
	want(t, duty.Post(here+"/identity", url.Values{"why": {""}}), 422, "请写明")
	want(t, duty.Post(here+"/identity", url.Values{"why": {"核实位置"}}), 200, "孙七", "19900000005")

	m := "/matters/" + matterOf(t, duty.Get("/duty"), duty.Get(here))
	want(t, duty.Post(m+"/take", nil), 303)
	want(t, duty.Get(here), 200, "确定案件和执行团队")
	p = duty.Post(m+"/complete", url.Values{"step": {"match"}, "outcome": {"matched"}, "_refresh": {"1"}})
	want(t, p, 200, "f-case") // the field that the choice asks for
	want(t, duty.Post(m+"/complete", url.Values{"step": {"match"}, "outcome": {"matched"}}), 422, "请填写案件")
	want(t, duty.Post(m+"/complete", url.Values{"step": {"match"}, "outcome": {"matched"}, "case": {"2026琼02执101"}, "party": {"other"}}), 303)
	p = duty.Get(here)
	want(t, p, 200, "移送执行团队")
	if p.Has("办结“移送执行团队”") {
		want(t, duty.Post(m+"/complete", url.Values{"step": {"hand_over"}}), 303)
	} else {
		want(t, duty.Post(m+"/take", nil), 303)
	}
	want(t, duty.Get("/duty"), 200, "签收")
	team := d.SignIn(court, "qian")
	want(t, team.Get("/work"), 200, "签收", "SY-0001")
	want(t, team.Post(m+"/receive", nil), 303)
	want(t, team.Get(here), 200, "调查核实")
}

func matterOf(t *testing.T, pages ...desktest.Page) string {
	t.Helper()
	for _, p := range pages {
		if _, after, ok := strings.Cut(p.Body, "/matters/"); ok {
			return after[:36]
		}
	}
	t.Fatal("no matter on the page")
	return ""
}

func TestRelease(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	d.Person(court, "zhang", "enforcement_1", "judge")
	d.Person(court, "zhou", "command_centre", "duty_officer")
	tip := d.Tip(court, "SY-0001", false, intake.Content{What: "看见一辆车"}, exchange.Contact{})
	duty := d.SignIn(court, "zhou")
	for i := range 2 {
		want(t, duty.Get("/tips/"+tip.String()), 200)
		want(t, duty.Post("/tips/"+tip.String()+"/question", url.Values{"question": {fmt.Sprintf("第%d问：车牌是什么", i)}}), 303)
	}
	waiting := approver(t, d)
	p := waiting.Get("/release")
	want(t, p, 200, "第0问", "第1问", "线索提供人")
	_, rest, _ := strings.Cut(p.Body, `action="/`+court+"/release/")
	first := rest[:36]
	want(t, waiting.Post("/release/"+first, url.Values{}), 422, "请写明不予告知的理由")
	want(t, waiting.Post("/release/"+first, url.Values{"yes": {"yes"}}), 303)
	want(t, waiting.Post("/release/"+first, url.Values{"yes": {"yes"}}), 409)
	p = waiting.Get("/release")
	_, rest, _ = strings.Cut(p.Body, `action="/`+court+"/release/")
	want(t, waiting.Post("/release/"+rest[:36], url.Values{"why": {"涉及案情"}}), 303)
	want(t, waiting.Get("/release"), 200, "没有等您决定的内容")
	if n := d.Rows(`SELECT jsonb_array_length(messages) FROM disclosed.tip`); n != 1 {
		t.Errorf("the tipster sees %d questions", n)
	}
}

// approver signs in whoever the book lets decide about questions.
func approver(t *testing.T, d *desktest.Desk) *desktest.Browser {
	t.Helper()
	book, _, err := d.Store.Book(t.Context(), court)
	if err != nil {
		t.Fatal(err)
	}
	rule, ok := book.DisclosureOf("tip_question_asked")
	if !ok {
		t.Fatal("the book has no rule for questions")
	}
	role := rule.Approver
	if role == "" || role == "judge" {
		return d.SignIn(court, "zhang")
	}
	d.Person(court, "jue", "command_centre", role)
	return d.SignIn(court, "jue")
}
