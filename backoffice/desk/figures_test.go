package desk_test

import (
	"bytes"
	"context"
	"io/fs"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/xuri/excelize/v2"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/desk/desktest"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/notify/disclosure"
)

// publish puts the court's seed book in force with these files in the place of its own.
func publish(t *testing.T, d *desktest.Desk, files map[string]string) {
	t.Helper()
	seed, err := rulebook.Folder(rulebook.Seeds(), court)
	if err != nil {
		t.Fatal(err)
	}
	book := fstest.MapFS{}
	err = fs.WalkDir(seed, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(seed, path)
		book[path] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if more, added := strings.CutPrefix(name, "+"); added {
			if own := book[more]; own != nil {
				text = string(own.Data) + "\n" + text
			}
			name = more
		}
		book[name] = &fstest.MapFile{Data: []byte(text)}
	}
	packed, hash, err := rulebook.Pack(book)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := disclosure.Publish(context.Background(), d.Store, packed, hash, staff.Machine(court)); err != nil {
		t.Fatal(err)
	}
}

const boards = `
- id: try_nodes
  name: 节点看板
  clauses: [S-4.1.0]
  tiles:
    - {name: 发出执行通知书, of: deadlines, only: [enforcement_notice], count: [running, soon, overdue, met, late]}
    - {name: 各期限, of: deadlines, count: [running, overdue, met, late, total], by: rule, rate: {above: met, below: total, target: 95, source: court}}
    - {name: 收结案, of: cases, count: [filed, closed, pending, terminated, performed, applied, realised], by: team, span: year}
    - {name: 执行完毕率, of: cases, rate: {above: performed, below: closed, target: 40, source: S-4.1.0}, span: year}
    - {name: 冻结, of: events, only: [asset_frozen], count: [total, cases], sum: amount, by: month, span: year}
    - {name: 冻结的财产, of: events, only: [asset_frozen], count: [total, cases], sum: amount, by: "field:class", span: year}
    - {name: 线索, of: matters, only: [tip], count: [opened, open, done, late, total], by: step}
    - {name: 谁的线索, of: matters, only: [tip], count: [opened, open, in_time], by: person}
    - {name: 每日线索, of: matters, only: [tip], count: [opened, done, refused, returned, total], by: day, span: week, rate: {above: done, below: opened, target: 10, least: true, source: court}}
    - {name: 团队期限, of: deadlines, count: [soon, overdue], by: team, span: month}
    - {name: 案件类型, of: cases, count: [filed], by: type, span: quarter}
    - {name: 法官, of: cases, count: [pending], by: person}
    - {name: 阶段, of: cases, count: [pending], by: step, span: today}
    - {name: 事项, of: events, count: [total], by: rule, span: today}
    - {name: 谁登记, of: events, count: [total], by: person}
    - {name: 线索结果, of: matters, only: [tip], count: [opened, open], by: "field:outcome"}
- id: try_leaders
  name: 领导看板
  clauses: [S-4.1.0]
  view: [leader_on_duty]
  tiles:
    - {name: 本月收案, of: cases, count: [filed], span: month}
`

func TestBoardCountsWhatTheBookDeclares(t *testing.T) {
	t.Parallel()
	d, duty := tips(t)
	publish(t, d, map[string]string{"+boards.yaml": boards})
	d.Person(court, "xi", "filing", "filing")
	d.Person(court, "zhou", "command_centre", "leader_on_duty")
	other := d.Person(court, "sun", "enforcement_2", "judge")
	id, parties := d.Case(court, "（2026）琼02执201号", "enforcement_2", other.ID, backofficetest.Party{Role: "debtor", Name: "赵六"})
	filing, judge, leader := d.SignIn(court, "xi"), d.SignIn(court, "sun"), d.SignIn(court, "zhou")
	path := "/cases/" + id.String() + "/record/"
	want(t, filing.Get("/cases/"+id.String()), 200)
	want(t, filing.Post(path+"case_filed", url.Values{"filed_on": {"2026-03-02"}, "amount_applied": {"100000.00"}}), 303)
	want(t, judge.Get("/cases/"+id.String()), 200)
	want(t, judge.Post(path+"asset_frozen", url.Values{"debtor": {parties[0].String()}, "class": {"deposit"}, "amount": {"56000.50"}, "ordered_at": {"2026-03-09T09:00"},
		"effect_at": {"2026-03-09T15:30"}, "expires_on": {"2027-03-08"}, "document_no": {"（2026）琼02执201号之一"}}), 303)
	p := leader.Get("/boards/try_nodes")
	want(t, p, 200, "节点看板", "全院", "各期限", "56,000.50", "2026-03", "移送执行团队", "未达到", "目标 不低于 95%", "本院自定")
	row := func(p desktest.Page, tile, group string) string {
		_, rest, _ := strings.Cut(p.Body, `aria-label="`+tile+`"`)
		_, rest, found := strings.Cut(rest, group)
		if !found {
			t.Fatalf("%s has no %s: %s", tile, group, p.Text())
		}
		rest, _, _ = strings.Cut(rest, "</tr>")
		return desktest.Page{Body: rest}.Text()
	}
	if got := row(p, "收结案", "第二执行团队"); !strings.HasPrefix(got, "1 0 1 0 0 0.00 0.00") {
		t.Errorf("收结案 %q", got)
	}
	if got := row(p, "冻结的财产", "银行存款"); !strings.HasPrefix(got, "1 1 56,000.50") {
		t.Errorf("冻结的财产 %q", got)
	}
	if got := row(p, "线索", "移送执行团队"); !strings.HasPrefix(got, "1 1 0") {
		t.Errorf("线索 %q", got)
	}
	if got := row(p, "线索结果", "已确定"); !strings.HasPrefix(got, "1 1") {
		t.Errorf("线索结果 %q", got)
	}
	for tile, group := range map[string]string{"谁的线索": "未定", "每日线索": "2026-03-10", "案件类型": "执行案件", "法官": "测试sun", "阶段": "已立案", "事项": "财产线索受理", "谁登记": "测试xi"} {
		row(p, tile, group)
	}
	if !p.Has("/process/tip?state=open&amp;step=take") {
		t.Error("the board does not lead to the register")
	}
	// Ten working days from 2 March end on the 16th.
	d.Clock.Set(time.Date(2026, 3, 17, 9, 0, 0, 0, backofficetest.Start.Location()))
	judge = d.SignIn(court, "sun")
	p = judge.Get("/boards/try_nodes")
	want(t, p, 200, "/cases?due=over&amp;rule=enforcement_notice")
	want(t, judge.Get("/cases?due=over&rule=enforcement_notice"), 200, "（2026）琼02执201号", "发出执行通知书", "看全部案件")
	if got := row(p, "各期限", "发出执行通知书"); !strings.HasPrefix(got, "0 1 0 0 1 0.0%") {
		t.Errorf("各期限 %q", got)
	}
	want(t, judge.Post(path+"enforcement_notice_issued", url.Values{"debtor": {parties[0].String()}, "document_no": {"（2026）琼02执201号"}, "issued_on": {"2026-03-17"},
		"perform_by": {"2026-03-27"}, "method": {"direct"}}), 303)
	if got := row(judge.Get("/boards/try_nodes"), "各期限", "发出执行通知书"); !strings.HasPrefix(got, "0 0 0 1 1 0.0%") {
		t.Errorf("what has just happened is not counted: %q", got)
	}

	book, err := excelize.OpenReader(strings.NewReader(judge.Get("/boards/try_nodes/board.xlsx").Body))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	rows, _ := book.GetRows("看板")
	for _, r := range rows {
		out.WriteString(strings.Join(r, " ") + "\n")
	}
	if !strings.Contains(out.String(), "发出执行通知书") || !strings.Contains(out.String(), "56000.5") {
		t.Errorf("the workbook says %s", out.String())
	}
	want(t, judge.Get("/boards/try_leaders"), 404)
	want(t, d.SignIn(court, "zhou").Get("/boards/try_leaders"), 200, "本月收案")
	_ = duty
}

func TestBoardCountsWithinTheReadersReach(t *testing.T) {
	t.Parallel()
	d, duty := tips(t)
	publish(t, d, map[string]string{"+boards.yaml": boards})
	mine, others := d.SignIn(court, "zhang").Get("/boards/try_nodes"), d.SignIn(court, "li").Get("/boards/try_nodes")
	want(t, mine, 200, "第一执行团队", "移送执行团队")
	want(t, others, 200)
	if others.Has("移送执行团队") || others.Has("第一执行团队</th>") {
		t.Errorf("another team counts: %s", others.Text())
	}
	want(t, duty.Get("/boards/none"), 404)
}
