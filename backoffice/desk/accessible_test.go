package desk_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/desk/desktest"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// scene is a desk with something on every page.
type scene struct {
	*desktest.Desk
	caseID, lot, tip, taken, deadline, staff, chat, matter, back, visit string
}

func newScene(t *testing.T) *scene {
	d := desktest.New(t)
	publish(t, d, map[string]string{"+processes.yaml": window, "+boards.yaml": boards})
	judge := d.Person(court, "zhang", "enforcement_1", "judge")
	d.Person(court, "qian", "enforcement_1", "judge_assistant")
	d.Person(court, "zhou", "command_centre", "leader_on_duty")
	d.Person(court, "deng", "command_centre", "duty_officer")
	d.Person(court, "xi", "filing", "filing")
	d.Person(court, "guan", "", "system_admin")
	d.Person(court, "an", "", "security_admin")
	d.Person(court, "ji", "", "audit_admin")
	id, parties := d.Case(court, "（2026）琼02执101号", "enforcement_1", judge.ID,
		backofficetest.Party{Role: "applicant", Name: "三和建材有限公司", Company: true, Mobile: "19900000002"},
		backofficetest.Party{Role: "debtor", Name: "王五", Mobile: "19900000003", ID: "110101199003070417"})
	d.Case(court, "（2026）琼02执102号", "enforcement_1", judge.ID, backofficetest.Party{Role: "debtor", Name: "赵六"})
	s := &scene{Desk: d, caseID: id.String()}
	filing, clerk := d.SignIn(court, "xi"), d.SignIn(court, "zhang")
	want(t, filing.Get("/import"), 200)
	want(t, filing.Post("/cases/"+s.caseID+"/record/case_filed", url.Values{"filed_on": {"2026-03-02"}, "amount_applied": {"100000.00"}}), 303)
	want(t, clerk.Get("/cases/"+s.caseID), 200)
	want(t, clerk.Post("/cases/"+s.caseID+"/record/enforcement_notice_issued", url.Values{"debtor": {parties[1].String()}, "document_no": {"（2026）琼02执101号"},
		"issued_on": {"2026-03-05"}, "perform_by": {"2026-03-15"}, "method": {"direct"}}), 303)
	want(t, clerk.Post("/cases/"+s.caseID+"/record/asset_frozen", url.Values{"debtor": {parties[1].String()}, "class": {"deposit"}, "amount": {"56000"},
		"ordered_at": {"2026-03-09T09:00"}, "effect_at": {"2026-03-09T15:30"}, "expires_on": {"2027-03-08"}, "document_no": {"（2026）琼02执101号之一"}}), 303)
	s.taken = d.Tip(court, "SY-20260310-0041", false, intake.Content{What: "被执行人王五的货车每天早上停在市场门口，车身蓝色。", Where: "某市场北门", When: "每天早上六点",
		Debtor: "王五", CaseNumber: "2026琼02执101", Channel: "portal"}, exchange.Contact{Name: "孙七", Mobile: "19900000005"}).String()
	duty := d.SignIn(court, "zhou")
	m := "/matters/" + matterOf(t, duty.Get("/tips/"+s.taken))
	want(t, duty.Post(m+"/take", nil), 303)
	want(t, duty.Post(m+"/complete", url.Values{"step": {"match"}, "outcome": {"matched"}, "case": {"2026琼02执101"}, "party": {"other"}}), 303)
	want(t, duty.Post("/tips/"+s.taken+"/question", url.Values{"question": {"货车的车牌号码是多少？"}}), 303)
	s.tip = d.Tip(court, "SY-20260310-0042", true, intake.Content{What: "刚刚看见王五进了酒店大堂。", Where: "海边酒店", When: "十分钟前", Channel: "wechat"}, exchange.Contact{}).String()
	d.Tip(court, "SY-20260310-0043", false, intake.Content{What: "被执行人常在这里出现。", Where: "某小区", Channel: "portal"}, exchange.Contact{})
	made := clerk.Post("/lots", url.Values{"case": {"2026琼02执101"}, "title": {"海边小区1幢101室"}, "kind": {"real_estate"}, "district": {"天涯区"}, "contact": {"0000-1234567"}})
	want(t, made, 303)
	s.lot = strings.TrimPrefix(strings.Split(made.Location, "?")[0], "/"+court)
	_, rest, _ := strings.Cut(clerk.Get("/cases/"+s.caseID).Body, "/deadlines/")
	s.deadline = rest[:36]
	want(t, clerk.Get("/process/try_visit/import"), 200)
	head := []any{"来访人", "来访事项", "来访日期", "涉及金额", "案号", "备注"}
	want(t, sendBook(t, clerk, "/process/try_visit/import", rowsOf(t, head, []any{"周八", "咨询", "2026-03-09", "12000.50", "2026琼02执101", "问何时拍卖"}, []any{"吴九", "提供线索", "2026-03-10"})), 303)
	want(t, clerk.Post("/process/try_visit/views", url.Values{"query": {"f.topic=ask"}, "name": {"只看咨询"}}), 303)
	_, rest, _ = strings.Cut(clerk.Get("/process/try_visit").Body, "/matters/")
	s.visit = rest[:36]
	chat, message := storage.NewID(), storage.NewID()
	err := d.Store.InTx(t.Context(), staff.Machine(court), func(tx *storage.Tx) error {
		if err := tx.TouchChat(t.Context(), courtdb.TouchChatParams{Court: court, ID: chat, At: tx.At, CaseID: &id, PartyID: &parties[0]}); err != nil {
			return err
		}
		body, err := tx.Keys.Seal("chat_message.body:"+message.String(), []byte("请问案款什么时候可以领取？我上周已经提交了账户确认书。"))
		if err != nil {
			return err
		}
		return tx.InsertChatMessage(t.Context(), courtdb.InsertChatMessageParams{Court: court, ID: message, ChatID: chat, Body: body, At: tx.At})
	})
	if err != nil {
		t.Fatal(err)
	}
	s.chat = chat.String()
	entrusted := clerk.Post("/process/entrust_out/new?case="+s.caseID, url.Values{"kind": {"service"},
		"to_court": {"海口市中级人民法院"}, "object": {"被执行人王五，住海口市某区"}, "material.2.0": {"paper"}})
	want(t, entrusted, 303)
	s.matter = strings.TrimPrefix(strings.Split(entrusted.Location, "?")[0], "/"+court+"/matters/")
	again := clerk.Post("/process/entrust_out/new?case="+s.caseID, url.Values{"kind": {"service"}, "to_court": {"海口市中级人民法院"}, "object": {"被执行人王五"}})
	want(t, again, 303)
	s.back = strings.TrimPrefix(strings.Split(again.Location, "?")[0], "/"+court+"/matters/")
	d.Person(court, "xie", "collaboration", "collaboration")
	want(t, clerk.Post("/matters/"+s.back+"/complete", url.Values{"step": {"request"}, "material.2.0": {"paper"}}), 303)
	helper := d.SignIn(court, "xie")
	want(t, helper.Get("/matters/"+s.back), 200)
	want(t, helper.Post("/matters/"+s.back+"/return", url.Values{"reason": {"没有写明被执行人的住址。"}}), 303)
	people, _, err := d.Accounts.List(t.Context(), staff.Machine(court))
	if err != nil {
		t.Fatal(err)
	}
	s.staff = people[0].ID.String()
	return s
}

// visit is a page as somebody sees it; act fills in and sends something first.
type visit struct{ login, name, path, act string }

func (s *scene) visits() []visit {
	send := func(selector string) string {
		return `; HTMLFormElement.prototype.submit.call(document.querySelector('` + selector + `')); 0`
	}
	return []visit{
		{"", "signin", "/signin", ""}, {"", "signin-wrong", "/signin", "0" + send("main form")},
		{"zhang", "work", "/work", ""}, {"zhang", "cases", "/cases", ""}, {"zhang", "case", "/cases/" + s.caseID, ""},
		{"zhang", "choose", "/cases/" + s.caseID + "/record", ""}, {"zhang", "record", "/cases/" + s.caseID + "/record/asset_frozen", ""},
		{"zhang", "record-wrong", "/cases/" + s.caseID + "/record/asset_frozen", "document.querySelector('[name=class]').value='deposit'; document.querySelector('[name=amount]') && 0" + send("main form")},
		{"zhang", "lots", "/lots", ""}, {"zhang", "lot", s.lot, ""}, {"zhang", "lot-plan", s.lot + "/do/plan", ""},
		{"zhang", "release", "/release", ""}, {"zhang", "deadline", "/deadlines/" + s.deadline, ""}, {"zhang", "clause", "/clauses/S-3.1.2f", ""},
		{"zhang", "register-log", "/process/try_visit?f.topic=ask", ""}, {"zhang", "register-import", "/process/try_visit/import", ""}, {"zhang", "register-import-wrong", "/process/try_visit/import", "0" + send(".two form")},
		{"zhang", "register-print", "/process/try_visit/print", ""}, {"zhang", "matter-print", "/matters/" + s.visit + "/print", ""}, {"zhang", "board-figures", "/boards/try_nodes", ""},
		{"zhang", "search", "/search?q=" + url.QueryEscape("王"), ""}, {"zhang", "search-none", "/search?q=" + url.QueryEscape("没有的东西"), ""},
		{"zhang", "opening", "/process/payout/new?case=" + s.caseID, ""}, {"zhang", "opening-rows", "/process/action/new?case=" + s.caseID, ""},
		{"zhang", "opening-wrong", "/process/payout/new?case=" + s.caseID, "0" + send("main form")}, {"zhang", "record-gates", "/cases/" + s.caseID + "/record/termination_ruled", ""},
		{"zhou", "standby", "/process/standby/new", ""}, {"deng", "handover", "/process/shift_handover/new", ""}, {"zhou", "emergency", "/process/emergency/new", ""},
		{"zhou", "chats", "/chats", ""}, {"zhou", "chat", "/chats/" + s.chat, ""}, {"zhang", "code-sheet", "/cases/" + s.caseID, "0" + send(`form[action$="/code"]`)},
		{"qian", "matter", "/matters/" + s.matter, ""}, {"zhang", "matter-back", "/matters/" + s.back, ""}, {"zhang", "missing", "/cases/" + uuid.NewString(), ""}, {"zhang", "refused", "/audit", ""},
		{"zhou", "duty", "/duty", ""}, {"zhou", "roster", "/duty/roster", ""}, {"zhou", "tip", "/tips/" + s.tip, ""}, {"zhou", "tip-working", "/tips/" + s.taken, ""},
		{"zhou", "work-many", "/work", ""}, {"zhou", "work-taken", "/work", "0" + send("#bulk")}, {"zhou", "register", "/process/tip", ""}, {"xi", "import", "/import", ""}, {"xi", "import-wrong", "/import", "0" + send(".two form")},
		{"guan", "calendar", "/calendar", ""}, {"guan", "rulebook", "/rulebook?only=open", ""}, {"guan", "staff", "/staff", ""}, {"guan", "person", "/staff/" + s.staff, ""},
		{"an", "security", "/security", ""}, {"ji", "audit", "/audit", ""}, {"ji", "verify", "/audit", "0" + send(`form[action$="/verify"]`)},
	}
}

// guise is how a page is looked at; each width and each theme is in one of them.
type guise struct {
	name, theme   string
	width, height int64
}

// TestPagesAreAccessible runs axe on every page in every guise. MINGZHI_SHOTS=DIR also keeps pictures.
func TestPagesAreAccessible(t *testing.T) {
	axe, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("这个测试需要 axe-core，请先运行 npm ci：%v", err)
	}
	s := newScene(t)
	address, ctx := serve(t, s.Desk), browser(t)
	guises := []guise{{"phone", "light", 390, 844}, {"wide-dark", "dark", 1440, 900}}
	if os.Getenv("MINGZHI_SHOTS") != "" {
		guises = append(guises, guise{"phone-dark", "dark", 390, 844}, guise{"wide", "light", 1440, 900})
	}
	in := ""
	for _, v := range s.visits() {
		if v.login != in {
			in = v.login
			s.enter(t, ctx, address, v.login)
		}
		for _, g := range guises {
			t.Run(v.name+"/"+g.name, func(t *testing.T) {
				do(t, ctx, chromedp.EmulateViewport(g.width, g.height), chromedp.Navigate(themed(address, v.path, g.theme)))
				if v.act != "" {
					_, err := chromedp.RunResponse(ctx, chromedp.Evaluate[chromedp.Void](v.act))
					if err != nil {
						t.Fatal(err)
					}
				}
				shoot(t, ctx, v.name+"-"+g.name)
				inspect(t, ctx, string(axe))
			})
		}
	}
}

func themed(address, path, theme string) string {
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	return address + "/" + court + path + mark + "theme=" + theme
}

// enter signs a person in through the page itself, after whoever was in has left.
func (s *scene) enter(t *testing.T, ctx context.Context, address, login string) {
	t.Helper()
	if login == "" {
		return
	}
	s.Clock.Add(31 * time.Second)
	do(t, ctx, chromedp.Navigate(address+"/"+court+"/"))
	_, err := chromedp.RunResponse(ctx, chromedp.Evaluate[chromedp.Void](`(f => f ? f.submit() : location.reload())(document.querySelector('form[action$="/signout"]'))`))
	if err == nil {
		_, err = chromedp.RunResponse(ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(v => { for (const k in v) document.querySelector('[name='+k+']').value = v[k];
			document.querySelector('main form').submit() })({login: %q, password: %q, code: %q})`, login, backofficetest.Password, s.Code())))
	}
	if err != nil {
		t.Fatal(err)
	}
	at, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.pathname"))
	if err != nil || strings.Contains(at, "signin") {
		t.Fatalf("%s did not get in: %s %v", login, at, err)
	}
}

func browser(t *testing.T) context.Context {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(chromium(t)), chromedp.Headless, chromedp.NoFirstRun, chromedp.DisableGPU,
		chromedp.WindowSize(1440, 900)}
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func chromium(t *testing.T) string {
	t.Helper()
	if given := os.Getenv("CHROME_BIN"); given != "" {
		return given
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	t.Fatal("这个测试需要 Chromium：请安装 chromium 与 fonts-noto-cjk，或者用 CHROME_BIN 指明浏览器程序。")
	return ""
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func inspect(t *testing.T, ctx context.Context, axe string) {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int](axe+";0")); err != nil {
		t.Fatal(err)
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`axe.run().then(r => r.violations.map(v =>
		v.id + ": " + v.help + "\n  " + v.nodes.slice(0, 4).map(n => n.html + " " + n.any.map(a => a.message).join("; ")).join("\n  ")))`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	for _, violation := range found {
		t.Error(violation)
	}
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	if err != nil || wide > 0 {
		t.Errorf("the page is %d px wider than the screen %v", wide, err)
	}
}

func shoot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("MINGZHI_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
