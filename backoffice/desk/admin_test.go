package desk_test

import (
	"bytes"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"mingzhi/backoffice/desk/desktest"
	"mingzhi/backoffice/intake"
)

func TestRosterIsSetByTheLeader(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	d.Person(court, "zhou", "command_centre", "leader_on_duty")
	officer := d.Person(court, "deng", "command_centre", "duty_officer")
	leader, duty := d.SignIn(court, "zhou"), d.SignIn(court, "deng")
	want(t, leader.Get("/duty/roster"), 200, "值班员有空档")
	values := url.Values{"from": {"2026-03-10"}}
	for _, day := range []string{"10", "11", "12", "13", "14", "15", "16"} {
		for _, shift := range []string{"day", "night"} {
			values.Set("2026-03-"+day+"."+shift+".duty_officer", officer.ID.String())
		}
	}
	want(t, duty.Get("/duty/roster"), 200)
	want(t, duty.Post("/duty/roster", values), 403, "带班局领导")
	want(t, leader.Post("/duty/roster", values), 303)
	p := leader.Get("/duty/roster")
	want(t, p, 200)
	if p.Has("值班员有空档") {
		t.Error("there is still a gap: " + p.Text())
	}
	want(t, leader.Get("/duty"), 200, "现在值班", "测试deng")
	values.Set("from", "2026-03-01")
	want(t, leader.Post("/duty/roster", values), 422, "已经过去的班次不能更改")
}

func TestAnEditOfTheCalendarMovesWhatWasGuessed(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	d.Person(court, "guan", "", "system_admin")
	admin := d.SignIn(court, "guan")
	want(t, admin.Get("/calendar"), 200, "下一年的放假安排还没有录入")
	want(t, admin.Post("/calendar/day", url.Values{"day": {"昨天"}, "kind": {"off"}, "name": {""}}), 422, "f-day", "f-name")
	want(t, admin.Post("/calendar/day", url.Values{"day": {"2026-12-31"}, "kind": {"off"}, "name": {"试"}}), 303)
	want(t, admin.Get("/calendar"), 200, "2026-12-31")
	want(t, admin.Post("/calendar/day/delete", url.Values{"day": {"2026-12-31"}}), 303)
	want(t, admin.Post("/calendar/day/delete", url.Values{"day": {"2026-12-31"}}), 404)
	want(t, admin.Post("/calendar/import?year=2027", url.Values{"lines": {"2027-01-01 放假 元旦\n不知道"}}), 422, "第2行看不懂")
	want(t, admin.Post("/calendar/import?year=2027", url.Values{"lines": {"2027-02-05 至 2027-02-11 放假 春节\n2027-02-14 调休上班 春节"}}), 303)
	p := admin.Get("/calendar?year=2027")
	want(t, p, 200, "2027-02-11", "调休上班")
	if p.Has("下一年的放假安排还没有录入") {
		t.Error("the page still misses the next year")
	}
}

func TestAdministratorsOfPeopleSecurityAndAudit(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	d.Person(court, "guan", "", "system_admin")
	d.Person(court, "an", "", "security_admin")
	d.Person(court, "ji", "", "audit_admin")
	zhang := d.Person(court, "zhang", "enforcement_1", "judge")
	system, security, audit, judge := d.SignIn(court, "guan"), d.SignIn(court, "an"), d.SignIn(court, "ji"), d.SignIn(court, "zhang")

	want(t, system.Get("/staff"), 200, "测试zhang")
	want(t, system.Post("/staff", url.Values{"login": {"xin"}, "name": {"新人"}, "password": {"short"}, "roles": {"judge", "audit_admin"}}), 422, "至少十二位", "三类管理员")
	p := system.Post("/staff", url.Values{"login": {"xin"}, "name": {"新人"}, "password": {"a-long-password"}, "roles": {"judge"}, "team": {"enforcement_1"}})
	want(t, p, 200, "已新增 新人", "otpauth://")
	want(t, judge.Get("/work"), 200)
	want(t, system.Post("/staff/"+zhang.ID.String(), url.Values{"roles": {"clerk"}, "team": {"enforcement_1"}, "active": {"yes"}}), 303)
	want(t, judge.Get("/work"), 303) // the change holds at once

	lost := d.Browser(court)
	for range 5 {
		want(t, lost.Post("/signin", url.Values{"login": {"zhang"}, "password": {"wrong"}, "code": {"000000"}}), 401)
	}
	want(t, security.Get("/security"), 200, "解锁")
	want(t, security.Post("/security/"+zhang.ID.String()+"/unlock", nil), 303)
	d.SignIn(court, "zhang")
	want(t, security.Post("/security/"+zhang.ID.String()+"/revoke", nil), 303)

	want(t, audit.Get("/audit?action=staff"), 200, "解锁账号", "变更人员")
	want(t, audit.Get("/audit?case=1"), 200, "没有符合条件的记录")
	want(t, audit.Post("/audit/verify", nil), 200, "审计链完整")
	want(t, system.Get("/rulebook"), 200, "第 1 版", "尚未承载")
}

func TestImportIsCheckedBeforeItIsDone(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	d.Person(court, "xi", "filing", "filing")
	b := d.SignIn(court, "xi")
	want(t, b.Get("/import"), 200, "还没有导入过")
	wrong := send(t, b, workbook(t, "不是案号"))
	want(t, wrong, 200, "需要改正", "案号")
	p := send(t, b, workbook(t, "（2026）琼02执101号"))
	want(t, p, 200, "新增 1")
	_, rest, _ := strings.Cut(p.Body, `action="/`+court+"/import/")
	if len(rest) < 36 {
		t.Fatal(p.Text())
	}
	path := "/import/" + rest[:36]
	want(t, b.Post(path, url.Values{"name": {"案件.xlsx"}, "cut_over": {"2026-03-10"}}), 303)
	want(t, b.Get("/import"), 200, "案件.xlsx", "1 件案件：新增 1")
	want(t, b.Post(path, url.Values{"name": {"案件.xlsx"}}), 404)
	want(t, b.Get("/cases"), 200, "（2026）琼02执101号")
	d.Clock.Add(time.Minute)
	want(t, send(t, b, workbook(t, "（2026）琼02执101号")), 200, "未变 1")
}

func workbook(t *testing.T, number string) []byte {
	t.Helper()
	f := excelize.NewFile()
	values := map[string]map[string]string{
		"案件":  {"案号": number, "案由": "买卖合同纠纷", "立案日期": "2026-03-02", "案件阶段": "已立案", "执行团队": "第一执行团队", "申请执行标的额": "100000.00"},
		"当事人": {"案号": number, "当事人编号": "1", "诉讼地位": "被执行人", "类型": "自然人", "姓名或名称": "王五"},
	}
	second := map[string]string{"案号": number, "当事人编号": "2", "诉讼地位": "申请执行人", "类型": "自然人", "姓名或名称": "李四"}
	for sheet, columns := range intake.Sheets() {
		if _, err := f.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		for i, name := range columns {
			head, _ := excelize.CoordinatesToCellName(i+1, 1)
			cell, _ := excelize.CoordinatesToCellName(i+1, 2)
			_ = f.SetCellStr(sheet, head, name)
			_ = f.SetCellStr(sheet, cell, values[sheet][name])
			if sheet == "当事人" {
				below, _ := excelize.CoordinatesToCellName(i+1, 3)
				_ = f.SetCellStr(sheet, below, second[name])
			}
		}
	}
	_ = f.DeleteSheet("Sheet1")
	out, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func send(t *testing.T, b *desktest.Browser, data []byte) desktest.Page {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("_csrf", b.Token())
	part, err := w.CreateFormFile("file", "案件.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(data)
	_ = w.Close()
	return b.Send("/import", w.FormDataContentType(), &body)
}
