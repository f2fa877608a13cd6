package desk_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/desk/desktest"
	"mingzhi/backoffice/intake"
	"mingzhi/portal/exchange"
)

// tips is a duty room with two tips, one of them handed to a case's team.
func tips(t *testing.T) (d *desktest.Desk, duty *desktest.Browser) {
	d = desktest.New(t)
	judge := d.Person(court, "zhang", "enforcement_1", "judge")
	d.Person(court, "li", "enforcement_2", "judge")
	d.Person(court, "deng", "command_centre", "duty_officer")
	d.Case(court, "（2026）琼02执101号", "enforcement_1", judge.ID, backofficetest.Party{Role: "debtor", Name: "王五"}, backofficetest.Party{Role: "applicant", Name: "三和建材有限公司", Company: true})
	duty = d.SignIn(court, "deng")
	first := d.Tip(court, "XS260310-000041", false, intake.Content{What: "货车", Channel: "portal"}, exchange.Contact{}).String()
	m := "/matters/" + matterOf(t, duty.Get("/tips/"+first))
	want(t, duty.Post(m+"/take", nil), 303)
	want(t, duty.Post(m+"/complete", url.Values{"step": {"match"}, "outcome": {"matched"}, "case": {"2026琼02执101"}, "party": {"other"}}), 303)
	want(t, duty.Post(m+"/complete", url.Values{"step": {"hand_over"}}), 303)
	d.Clock.Add(time.Hour)
	d.Tip(court, "XS260310-000042", true, intake.Content{What: "酒店", Channel: "wechat"}, exchange.Contact{})
	return d, duty
}

func TestRegisterShowsFiltersAndKeepsViews(t *testing.T) {
	t.Parallel()
	d, duty := tips(t)
	want(t, duty.Get("/process/tip"), 200, "XS260310-000041", "XS260310-000042", "已确定", "紧急", "全部")
	for query, finds := range map[string]string{
		"q=XS260310-000042": "42", "q=王五": "41", "q=王": "41", "q=三和": "41", "q=2026琼02执101": "41", "q=101": "41", "f.outcome=matched": "41", "f.outcome=not_found": "",
		"step=take": "42", "state=open": "42 41", "state=done": "", "from=2026-03-10&until=2026-03-10": "42 41", "until=2026-03-09": "", "sort=due": "42 41", "sort=old": "41 42", "sort=case": "41 42",
		"q=赵六": "", "team=enforcement_1": "41", "due=over": "", "late=no": "42 41",
	} {
		p := duty.Get("/process/tip?" + (&url.URL{RawQuery: query}).Query().Encode())
		want(t, p, 200)
		order, at := "", 0
		for _, end := range strings.Fields(finds) {
			i := strings.Index(p.Body[at:], "XS260310-0000"+end)
			if i < 0 {
				t.Errorf("%s does not find %s in order: %s", query, end, p.Text())
				break
			}
			at += i
			order += end
		}
		for _, end := range []string{"41", "42"} {
			if !strings.Contains(finds, end) && p.Has(`>XS260310-0000`+end) {
				t.Errorf("%s finds %s", query, end)
			}
		}
	}
	want(t, duty.Post("/process/tip/views", url.Values{"query": {"step=take"}, "name": {""}}), 422, "名字")
	want(t, duty.Post("/process/tip/views", url.Values{"query": {"step=take"}, "name": {"待接收"}}), 303)
	p := duty.Get("/process/tip?step=take")
	want(t, p, 200, "待接收", "删除视图")
	_, rest, _ := strings.Cut(p.Body, "/views/")
	other := d.SignIn(court, "zhang")
	if other.Get("/process/tip").Has("待接收") {
		t.Error("a view is shown to somebody else")
	}
	want(t, other.Post("/views/"+rest[:36]+"/delete", nil), 404)
	want(t, duty.Post("/views/"+rest[:36]+"/delete", nil), 303)
	if duty.Get("/process/tip").Has("待接收") {
		t.Error("the view is still there")
	}
}

func TestRegisterShowsOnlyWhatOneMaySee(t *testing.T) {
	t.Parallel()
	d, duty := tips(t)
	mine := d.SignIn(court, "zhang").Get("/process/tip")
	want(t, mine, 200, "XS260310-000041") // his team has it now
	if mine.Has("XS260310-000042") {
		t.Error("the team sees a tip that nobody handed it")
	}
	if p := d.SignIn(court, "li").Get("/process/tip"); p.Has("XS2603") {
		t.Errorf("another team sees: %s", p.Text())
	}
	want(t, duty.Get("/process/none"), 404)
}

func TestRegisterAsWorkbookAndPaper(t *testing.T) {
	t.Parallel()
	d, duty := tips(t)
	p := duty.Get("/process/tip/register.xlsx?step=take")
	want(t, p, 200)
	book, err := excelize.OpenReader(bytes.NewReader([]byte(p.Body)))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil || len(rows) != 2 || rows[1][1] != "XS260310-000042" {
		t.Errorf("got %v %v", rows, err)
	}
	if n := d.Rows(`SELECT count(*) FROM court.audit WHERE action = 'register:exported'`); n != 1 {
		t.Errorf("audited %d times", n)
	}
	paper := duty.Get("/process/tip/print?from=2026-03-01")
	want(t, paper, 200, "执行线索", "共 2 条", "自 2026-03-01 起", "审核人", "三亚市中级人民法院")
	all := duty.Get("/process/tip").Body
	_, rest, _ := strings.Cut(all, "/matters/")
	want(t, duty.Get("/matters/"+rest[:36]+"/print"), 200, "执行线索", "线索编号", "办理人", "签名")
	want(t, d.SignIn(court, "li").Get("/matters/"+rest[:36]+"/print"), 404)
}

func TestWorkIsTakenTogetherFilteredAndPaged(t *testing.T) {
	t.Parallel()
	d, duty := tips(t)
	for i := range 60 {
		d.Tip(court, "XS260310-0001"+string(rune('0'+i/10))+string(rune('0'+i%10)), false, intake.Content{What: "线索", Channel: "portal"}, exchange.Contact{})
	}
	p := duty.Get("/work")
	want(t, p, 200, "接手勾选的", "怎么算", "下一页", "XS260310-000042")
	if i, j := strings.Index(p.Body, "XS260310-000042"), strings.Index(p.Body, "XS260310-000100"); i > j {
		t.Error("what is due first does not stand first")
	}
	_, rest, _ := strings.Cut(p.Body, "/work?after=")
	rest, _, _ = strings.Cut(rest, `"`)
	second := duty.Get("/work?after=" + strings.ReplaceAll(rest, "&amp;", "&"))
	want(t, second, 200, "回到最前")
	seen := strings.Count(p.Body, "XS260310-0001") + strings.Count(second.Body, "XS260310-0001")
	if first, next := strings.Count(p.Body, `class="work-what"`), strings.Count(second.Body, `class="work-what"`); first != 50 || next != 11 {
		t.Errorf("pages of %d and %d lines, %d mentions", first, next, seen)
	}
	want(t, duty.Get("/work?process=tip&due=now"), 200, "XS260310-000042")
	want(t, duty.Get("/work?process=party_message"), 200, "没有符合条件的事项")
	want(t, duty.Get("/work?due=over"), 200, "没有符合条件的事项")
	ids := []string{}
	for _, part := range strings.Split(p.Body, `name="matter" value="`)[1:] {
		ids = append(ids, part[:36])
	}
	if len(ids) < 3 {
		t.Fatalf("%d can be taken: %s", len(ids), p.Text())
	}
	d.Person(court, "zhou", "command_centre", "leader_on_duty")
	leader := d.SignIn(court, "zhou")
	want(t, leader.Get("/work"), 200)
	want(t, leader.Post("/matters/"+ids[2]+"/take", nil), 303)
	got := duty.Post("/work/take", url.Values{"matter": ids[:3], "name." + ids[2]: {"接收线索"}})
	want(t, got, 200, "已接手 2 项", "1 项没有接手", "接收线索：")
	want(t, duty.Post("/work/take", nil), 200, "没有勾选事项")
	if n := d.Rows(`SELECT count(*) FROM court.matter_step WHERE act = 'taken' AND matter_id = ANY($1::uuid[])`, ids[:3]); n != 3 {
		t.Errorf("%d taken", n)
	}
}

func TestSearchFindsWhatOneMaySee(t *testing.T) {
	t.Parallel()
	d, duty := tips(t)
	d.Person(court, "guan", "", "system_admin")
	judge, other := d.SignIn(court, "zhang"), d.SignIn(court, "li")
	for _, q := range []string{"王五", "王", "三和", "101"} {
		want(t, judge.Get("/search?q="+url.QueryEscape(q)), 200, "（2026）琼02执101号")
		if p := other.Get("/search?q=" + url.QueryEscape(q)); p.Has("执101号") {
			t.Errorf("%s finds another team's case: %s", q, p.Text())
		}
	}
	p := judge.Get("/search?q=2026%E7%90%BC02%E6%89%A7101")
	if p.Status != 303 || !strings.Contains(p.Location, "/cases/") {
		t.Errorf("a case number leads to %d %s", p.Status, p.Location)
	}
	if p := duty.Get("/search?q=XS260310-000042"); p.Status != 303 || !strings.Contains(p.Location, "/tips/") {
		t.Errorf("a ticket leads to %d %s", p.Status, p.Location)
	}
	if p := judge.Get("/search?q=XS260310-000042"); p.Has("/tips/") || p.Status != 200 {
		t.Errorf("a ticket is found by who may not: %d", p.Status)
	}
	want(t, judge.Get("/search?q=王五"), 200, "事项", "移送执行团队") // handed to his team
	if p := judge.Get("/search?q=XS260310-000041"); p.Status != 303 || judge.Get(strings.TrimPrefix(p.Location, "/"+court)).Status != 200 {
		t.Errorf("the ticket of his team's tip leads to %d %s", p.Status, p.Location)
	}
	for q, found := range map[string]string{"xs2603": "41 42", "XS260310-00004": "41 42", "XS2604": ""} {
		p, mine := duty.Get("/search?all=1&q="+q), judge.Get("/search?all=1&q="+q)
		for _, end := range []string{"41", "42"} {
			if p.Has("线索 XS260310-0000"+end) != strings.Contains(found, end) || mine.Has("线索 XS260310-0000"+end) != (end == "41" && found != "") {
				t.Errorf("%s finds the wrong tips: %s / %s", q, p.Text(), mine.Text())
			}
		}
	}
	want(t, judge.Get("/search?q="+url.QueryEscape("执行线索")), 200, "登记簿", "/process/tip")
	want(t, judge.Get("/search?q="+url.QueryEscape("终本约谈")), 200, "条款")
	if p := judge.Get("/search?q=s-3.1.2f"); p.Status != 303 || !strings.HasSuffix(p.Location, "/clauses/S-3.1.2f") {
		t.Errorf("a clause leads to %d %s", p.Status, p.Location)
	}
	want(t, judge.Get("/search?q="+url.QueryEscape(`%_\'"`+strings.Repeat("长", 500))), 200, "没有找到")
	want(t, judge.Get("/search"), 200)
	want(t, d.SignIn(court, "guan").Get("/search?q=x"), 200) // keeps the book
}

const window = `
- id: try_visit
  name: 来访登记
  clauses: [S-5.1.0]
  on: none
  opens: {staff: [judge]}
  register: true
  log: true
  serial: LF
  print: 来访登记簿
  columns: [visitor, topic, came_on, amount]
  steps:
    - id: write
      name: 登记来访
      by: [judge]
      form:
        - {field: visitor, label: 来访人, type: person, required: true}
        - {field: topic, label: 来访事项, type: choice, required: true, of: [{id: ask, label: 咨询}, {id: lead, label: 提供线索}]}
        - {field: came_on, label: 来访日期, type: date, required: true}
        - {field: amount, label: 涉及金额, type: money}
        - {field: informed, label: 已告知风险, type: yesno, reason: "no"}
        - {field: case, label: 案号, type: case}
        - {field: note, label: 备注, type: long, max: 100}
      clause: S-5.1.0
- id: try_breach
  name: 违规线索
  clauses: [S-3.5a]
  on: none
  opens: {staff: [judge]}
  register: true
  view: [leader_on_duty]
  columns: [what]
  form: [{field: what, label: 内容, type: text, required: true}]
  steps:
    - {id: look, name: 核查, by: [centre_director], clause: S-3.5a}
`

// rowsOf is the register's template with these rows under its headings.
func rowsOf(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func sendBook(t *testing.T, b *desktest.Browser, path string, content []byte) desktest.Page {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("_csrf", b.Token())
	part, err := w.CreateFormFile("file", "登记.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = w.Close()
	return b.Send(path, w.FormDataContentType(), &body)
}

func TestRegisterTakesAWorkbook(t *testing.T) {
	t.Parallel()
	d, _ := tips(t)
	publish(t, d, map[string]string{"+processes.yaml": window, "+gates.yaml": `
- id: try_small
  name: 小额
  clauses: [S-3.5a]
  on: [try_visit.opened]
  that: '!has(form.amount) || form.amount < 100000000'
  say: 金额太大，请到立案庭办理。
`})
	judge := d.SignIn(court, "zhang")
	want(t, judge.Get("/process/try_visit"), 200, "新建", "从 Excel 导入", "还没有记录", "只增不改")
	book, err := excelize.OpenReader(strings.NewReader(judge.Get("/process/try_visit/template.xlsx").Body))
	if err != nil {
		t.Fatal(err)
	}
	heads, _ := book.GetRows("来访登记")
	how, _ := book.GetRows("填写说明")
	if got := strings.Join(heads[0], " "); got != "来访人* 来访事项* 来访日期* 涉及金额 已告知风险 已告知风险的说明 案号 备注" {
		t.Errorf("the template asks for %s", got)
	}
	if got := fmt.Sprint(how); !strings.Contains(got, "选一个：咨询、提供线索") || !strings.Contains(got, "2026-03-04") {
		t.Errorf("the template says %s", got)
	}
	head := []any{"来访人", "来访事项*", "来访日期", "涉及金额", "案号", "备注", "已告知风险", "已告知风险的说明"}
	want(t, judge.Get("/process/try_visit/import"), 200, "下载模板")
	p := sendBook(t, judge, "/process/try_visit/import", rowsOf(t, head,
		[]any{"甲", "咨询", "2026-03-04", "1,200.50", "2026琼02执101", "", "是"},
		[]any{"", "提问", "三月", "许多", "2026琼02执999", strings.Repeat("长", 101), "否"}))
	want(t, p, 422, "一行也没有导入", "第3行“来访人”列", "第3行“来访事项”列：请填写其中一个：咨询、提供线索", "第3行“来访日期”列", "第3行“涉及金额”列", "第3行“案号”列", "第3行“备注”列", "第3行“已告知风险")
	shut := rowsOf(t, head, []any{"甲", "咨询", "2026-03-04", "", "2026琼02执101", "", "是"}, []any{"丁", "咨询", "2026-03-04", "1,000,000", "", "", "是"})
	want(t, sendBook(t, judge, "/process/try_visit/import", shut), 422, "一行也没有导入", "第3行：还不能办理：金额太大，请到立案庭办理")
	if n := d.Rows(`SELECT count(*) FROM court.matter WHERE process = 'try_visit'`); n != 0 {
		t.Errorf("%d opened by a wrong workbook", n)
	}
	want(t, sendBook(t, judge, "/process/try_visit/import", []byte("no workbook")), 422, "不是可以读取的 Excel")
	want(t, sendBook(t, judge, "/process/try_visit/import", rowsOf(t, []any{"来访人", "别的"})), 422, "不认识这一列", "第1行“来访事项”列：缺少这一列")
	good := rowsOf(t, head, []any{"甲", "咨询", "2026-03-04", "1,200.50", "2026琼02执101", "", "是"}, []any{}, []any{"乙", "提供线索", 46085, "", "", "写明", "否", "赶时间"})
	for range 2 { // the second time opens nothing
		want(t, sendBook(t, judge, "/process/try_visit/import", good), 303)
	}
	if n := d.Rows(`SELECT count(*) FROM court.matter WHERE process = 'try_visit' AND state = 'done'`); n != 2 {
		t.Errorf("%d stand", n)
	}
	want(t, judge.Get("/process/try_visit"), 200, "LF-2026-0001", "LF-2026-0002", "1,200.50元", "提供线索", "2026-03-04")
	want(t, judge.Get("/process/try_visit?f.topic=ask"), 200, "LF-2026-0001")
	if p := judge.Get("/search?q=lf-2026-0002"); p.Status != 303 || !strings.Contains(p.Location, "/matters/") {
		t.Errorf("a number leads to %d %s", p.Status, p.Location)
	}
	want(t, d.SignIn(court, "deng").Get("/process/try_visit/import"), 404)
	paper := judge.Get("/process/try_visit/print")
	want(t, paper, 200, "来访登记簿", "制表人")
}

func TestWhatABookShowsOnlyToSome(t *testing.T) {
	t.Parallel()
	d, duty := tips(t)
	publish(t, d, map[string]string{"+processes.yaml": window, "+boards.yaml": `
- id: try_all
  name: 总览
  clauses: [S-4.1.0]
  tiles:
    - {name: 违规, of: matters, only: [try_breach], count: [opened]}
    - {name: 全部, of: matters, count: [opened], by: rule}
`})
	d.Person(court, "zhou", "command_centre", "leader_on_duty")
	d.Person(court, "ju", "", "centre_director")
	judge, leader, director := d.SignIn(court, "zhang"), d.SignIn(court, "zhou"), d.SignIn(court, "ju")
	want(t, judge.Get("/process/try_breach/import"), 200)
	want(t, sendBook(t, judge, "/process/try_breach/import", rowsOf(t, []any{"内容"}, []any{"拖延"})), 303)
	p := judge.Get("/process/try_breach")
	want(t, p, 200, "拖延") // he wrote it
	_, rest, _ := strings.Cut(p.Body, "/matters/")
	id := rest[:36]
	for _, b := range []*desktest.Browser{judge, leader, director} {
		want(t, b.Get("/matters/"+id), 200, "违规线索")
		want(t, b.Get("/process/try_breach"), 200, "拖延")
	}
	want(t, duty.Get("/process/try_breach"), 404)
	want(t, duty.Get("/matters/"+id), 404)
	want(t, duty.Get("/matters/"+id+"/print"), 404)
	if p := duty.Get("/search?q=" + url.QueryEscape("违规线索")); p.Has("/process/try_breach") {
		t.Error("the search names what may not be seen")
	}
	board := duty.Get("/boards/try_all")
	want(t, board, 200, "不在您可以查看的范围内")
	if board.Has("违规线索") {
		t.Error("the board counts what may not be seen")
	}
	want(t, leader.Get("/boards/try_all"), 200, "违规线索")
	if p := d.SignIn(court, "li").Get("/process/try_breach"); p.Has("拖延") {
		t.Error("another judge reads what he did not write")
	}
}
