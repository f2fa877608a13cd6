package desk_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/desk/desktest"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
)

var (
	code = regexp.MustCompile(`[a-z]+_[a-z_]+|\b(menu|process|role|step|board|gate|deadline|alert|event)\b`)
	anID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
)

func TestEveryClauseOpensAndSaysWhatCarriesIt(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	for _, at := range []string{court, other} {
		book, _, err := d.Store.Book(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range book.Processes {
			for _, s := range p.Steps {
				for _, w := range s.Also {
					if name := casework.ClockName(book, w.Clock(p.ID, s.ID)); code.MatchString(name) || name == p.Name+"："+s.Name {
						t.Errorf("a clock of %s.%s is called %s", p.ID, s.ID, name)
					}
				}
			}
		}
		d.Person(at, "guan", "", "system_admin")
		b := d.SignIn(at, "guan")
		var ids []string
		for _, c := range book.Clauses {
			ids = append(ids, c.ID)
		}
		for _, l := range book.Laws {
			ids = append(ids, l.ID)
		}
		for _, id := range ids {
			p := b.Get("/clauses/" + url.PathEscape(id))
			want(t, p, 200, id)
			_, carried, _ := strings.Cut(p.Text(), "由什么承载")
			carried, _, _ = strings.Cut(carried, "规则书第")
			if raw := code.FindString(carried); raw != "" {
				t.Errorf("%s: %q stands among what carries it: %s", id, raw, carried)
			}
		}
		want(t, b.Get("/rulebook"), 200)
		if p := b.Get("/search?q=" + url.QueryEscape(ids[0])); p.Status == 303 && b.Get(strings.TrimPrefix(p.Location, "/"+at)).Status != 200 {
			t.Errorf("the search leads to %s", p.Location)
		}
	}
}

const named = `
- id: try_payee
  name: 试付
  clauses: [S-5.1.0]
  on: case
  opens: {staff: [judge]}
  register: true
  columns: [payee, officer, file, debtor]
  form:
    - {field: payee, label: 收款人, type: party, required: true}
    - {field: officer, label: 承办人, type: staff, required: true}
    - {field: file, label: 凭据, type: attachment}
    - {field: debtor, label: 被执行人, type: party}
  steps:
    - {id: pay, name: 发还, by: [judge], within: {days: 30, source: court}, clause: S-5.1.0}
    - {id: check, name: 复核, by: [judge_assistant], return: pay, clause: S-5.1.0}
`

func sendFile(t *testing.T, b *desktest.Browser, path string, values map[string]string, field, name string, content []byte) desktest.Page {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("_csrf", b.Token())
	for k, v := range values {
		_ = w.WriteField(k, v)
	}
	part, err := w.CreateFormFile(field, name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = w.Close()
	return b.Send(path, w.FormDataContentType(), &body)
}

func TestNamesStandInThePlaceOfIds(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	publish(t, d, map[string]string{"+processes.yaml": named, "+boards.yaml": boards})
	judge := d.Person(court, "zhang", "enforcement_1", "judge")
	d.Person(court, "zhou", "command_centre", "leader_on_duty")
	d.Person(court, "guan", "", "system_admin")
	gone := d.Person(court, "li", "enforcement_2", "judge")
	id, parties := d.Case(court, "（2026）琼02执101号", "enforcement_1", judge.ID, backofficetest.Party{Role: "applicant", Name: "李四"}, backofficetest.Party{Role: "debtor", Name: "王五"})
	b := d.SignIn(court, "zhang")
	form := b.Get("/process/try_payee/new?case=" + id.String())
	want(t, form, 200, "测试zhang（")
	if form.Has("测试guan") {
		t.Error("an administrator is offered as 承办人")
	}
	p := sendFile(t, b, "/process/try_payee/new?case="+id.String(), map[string]string{"payee": parties[0].String(), "officer": gone.ID.String(),
		"debtor": parties[1].String()}, "file", "说明.txt", []byte("案款说明"))
	want(t, p, 303)
	matter := strings.TrimPrefix(strings.Split(p.Location, "?")[0], "/"+court)
	if err := d.Store.InTx(context.Background(), staff.Machine(court), func(tx *storage.Tx) error {
		_, err := tx.Exec(context.Background(), `UPDATE court.staff SET active = false WHERE court = $1 AND id = $2`, court, gone.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	list := b.Get("/process/try_payee")
	want(t, list, 200, "李四", "王五", "测试li")
	pages := map[string]desktest.Page{"list": list}
	for _, path := range []string{"/process/try_payee/print", matter, matter + "/print", "/cases/" + id.String(), "/boards/try_nodes", "/work"} {
		pages[path] = b.Get(path)
	}
	for name, p := range pages {
		if raw := anID.FindString(p.Text()); p.Status != 200 || raw != "" {
			t.Errorf("%s (%d) shows %s", name, p.Status, raw)
		}
	}
	sheet, err := excelize.OpenReader(strings.NewReader(b.Get("/process/try_payee/register.xlsx").Body))
	if err != nil {
		t.Fatal(err)
	}
	rows, _ := sheet.GetRows(sheet.GetSheetName(0))
	for _, row := range rows {
		if raw := anID.FindString(strings.Join(row, " ")); raw != "" {
			t.Errorf("the workbook shows %s", raw)
		}
	}
	_, file, _ := strings.Cut(b.Get(matter).Body, matter+"/files/")
	if got := b.Get(matter + "/files/" + file[:36]).Header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("a text is sent as %s", got)
	}
	want(t, list, 200, "天")
	if list.Has("个工作日") {
		t.Errorf("thirty days are counted in working days: %s", list.Text())
	}
	d.Clock.Add(45 * 24 * time.Hour)
	want(t, d.SignIn(court, "zhang").Get("/work"), 200, "逾期 15 天")
}

func TestWorkPutsWhatCameBackAndWhatBurnsFirst(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	publish(t, d, map[string]string{"+processes.yaml": named})
	judge := d.Person(court, "zhang", "enforcement_1", "judge")
	d.Person(court, "zhou", "enforcement_1", "judge_assistant")
	id, parties := d.Case(court, "（2026）琼02执101号", "enforcement_1", judge.ID, backofficetest.Party{Role: "applicant", Name: "李四"})
	b := d.SignIn(court, "zhang")
	open := func() string {
		p := b.Post("/process/try_payee/new?case="+id.String(), url.Values{"payee": {parties[0].String()}, "officer": {judge.ID.String()}})
		want(t, p, 303)
		return strings.TrimPrefix(strings.Split(p.Location, "?")[0], "/"+court)
	}
	late, back := open(), open()
	want(t, b.Post(back+"/complete", url.Values{"step": {"pay"}}), 303)
	leader := d.SignIn(court, "zhou")
	want(t, leader.Get(back), 200)
	want(t, leader.Post(back+"/return", url.Values{"reason": {"收款账号不全"}}), 303)
	d.Clock.Add(40*24*time.Hour + 14*time.Hour) // near midnight
	b = d.SignIn(court, "zhang")
	p := b.Get("/work")
	want(t, p, 200, "退回：收款账号不全")
	inOrder(t, p, `aria-label="退回"`, back, `aria-label="逾期"`, late)
	if p.Has(">我<") {
		t.Error("one's own list says of each line that it is one's own")
	}
	if len(p.Body) > 100_000 || p.Has("strip-box") {
		t.Errorf("the list is %d long", len(p.Body))
	}
	want(t, b.Get("/work?due=back"), 200, back)
	if b.Get("/work?due=over").Has(back) {
		t.Error("what came back stands twice")
	}
	d.Tip(court, "XS260420-000001", true, intake.Content{What: "酒店", Channel: "portal"}, exchange.Contact{})
	d.Person(court, "wang", "command_centre", "duty_officer", "judge")
	duty := d.SignIn(court, "wang")
	want(t, duty.Get("/work"), 200, "紧急和24小时内", "XS260420-000001")
}

// inOrder holds a page to say these one after the other.
func inOrder(t *testing.T, p desktest.Page, says ...string) {
	t.Helper()
	_, rest, _ := strings.Cut(p.Body, "<main")
	for _, s := range says {
		_, after, ok := strings.Cut(rest, s)
		if !ok {
			t.Fatalf("%q does not stand there in the order of %v: %s", s, says, p.Text())
		}
		rest = after
	}
}
