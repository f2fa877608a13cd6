package story

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"mingzhi/backoffice/intake"
)

// person is a party as the workbook brings it.
type person struct{ key, role, name, id, mobile, stands, until string }

// id17 completes the first seventeen digits of an identity number.
func id17(digits string) string {
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(digits[i]-'0') * w
	}
	return digits + string("10X98765432"[sum%11])
}

// bring imports one case with its persons.
func (s *tale) bring(t *testing.T, court, number string, people ...person) {
	t.Helper()
	rows := map[string][]map[string]string{"案件": {{"案号": number, "案由": "买卖合同纠纷", "立案日期": s.now.AddDate(0, 0, -3).Format("2006-01-02"), "案件阶段": "已立案",
		"执行团队": "enforcement_1", "承办法官": "judge1", "法官助理": "assistant1", "书记员": "clerk1", "申请执行标的额": "100000"}}}
	for _, p := range people {
		rows["当事人"] = append(rows["当事人"], map[string]string{"案号": number, "当事人编号": p.key, "诉讼地位": p.role, "类型": "自然人", "姓名或名称": p.name, "证件号码": p.id,
			"手机号": p.mobile, "代表的当事人编号": p.stands, "代理期限至": p.until})
	}
	f := excelize.NewFile()
	for name, columns := range intake.Sheets() {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, row := range append([]map[string]string{nil}, rows[name]...) {
			cells := columns
			if row != nil {
				cells = nil
				for _, c := range columns {
					cells = append(cells, row[c])
				}
			}
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &cells); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	if out, err := s.run("import", "cases", write(t, "parties.xlsx", b.Bytes()), "--court", court, "--cut-over", s.now.AddDate(0, 0, -30).Format("2006-01-02")); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// file opens a case's page at the desk for somebody.
func (s *tale) file(t *testing.T, court, login, number string) *page {
	t.Helper()
	j := s.signIn(t, court, login)
	return j.visit(s.url(s.program.desk, "/"+court+"/cases?q="+number)).reads("当事人")
}

// record fills in an event's form on a case's page.
func (s *tale) record(t *testing.T, court, login, number, event string, choose, values map[string]string) {
	t.Helper()
	j := s.file(t, court, login, number).press("登记事项").press(event)
	for name, words := range choose {
		j.choose(name, words)
	}
	for name := range values {
		j.has(name)
	}
	j.fill(values).press("登记").reads(event)
}

var spaced = regexp.MustCompile(`查询码\s*(\d{4}) (\d{4})`)

// code is the query code on the sheet that the desk prints for a person.
func (s *tale) code(t *testing.T, court, number, name string, anew bool) string {
	t.Helper()
	j := s.file(t, court, "judge1", number)
	ok := eval[bool](j, `(() => {
		const li = [...document.querySelectorAll('li')].find(l => l.innerText.trim().startsWith(`+quote(name)+`) && l.querySelector('form[action$="/code"]'));
		if (!li) return false;
		window.stillHere = true;
		setTimeout(() => li.querySelector('form[action$="/code"] button').click(), 0);
		return true })()`)
	if !ok {
		t.Fatalf("no query code for %s\n%s", name, j.seen())
	}
	j.await("the sheet", `!window.stillHere && document.readyState === 'complete'`).reads("告知单", name)
	if anew {
		j.press("作废并换发").reads("告知单", name)
	}
	m := spaced.FindStringSubmatch(j.seen())
	if m == nil {
		t.Fatalf("no query code on the sheet\n%s", j.seen())
	}
	return m[1] + m[2]
}

var loginCode = regexp.MustCompile(`验证码(\d{6})，`)

// see is a person's own phone at his case; he logs in where he is not, or not any more.
func (s *tale) see(t *testing.T, who person, code string) *page {
	return s.seeAt(t, "sanya", who, code)
}

func (s *tale) seeAt(t *testing.T, court string, who person, code string) *page {
	t.Helper()
	if s.phones[who.id] == nil {
		s.phones[who.id] = open(s.t, 390)
	}
	p := s.phones[who.id].on(t)
	p.visit(s.url(s.portal, "/"+court+"/case"))
	if eval[bool](p, `!!document.querySelector('main [name=id_number]')`) {
		s.enter(t, p, court, who.id, code)
	}
	return p
}

// enter fills in both steps of the log-in page that stands open.
func (s *tale) enter(t *testing.T, p *page, court, id, code string) *page {
	t.Helper()
	newest := func() string {
		if m := loginCode.FindStringSubmatch(s.desk.on(t).visit(s.url(s.tray, "/?court="+court)).seen()); m != nil {
			return m[1]
		}
		return ""
	}
	before := newest()
	p.fill(map[string]string{"id_number": id, "query_code": code}).press("获取验证码").reads("如果填写的信息与登记一致")
	sent := newest()
	for end := time.Now().Add(15 * time.Second); sent == before; sent = newest() {
		if time.Now().After(end) {
			t.Fatalf("no login code came\n%s", s.desk.seen())
		}
		time.Sleep(200 * time.Millisecond)
	}
	return p.fill(map[string]string{"code": sent}).press("登录")
}

func (s *tale) forward(t *testing.T, to time.Time) {
	t.Helper()
	s.desk.on(t).visit(s.url(s.tray, "/")).fill(map[string]string{"to": to.Format("2006-01-02 15:04")}).press("拨到这个时间")
	s.now = to
}

var (
	wang  = person{key: "A", role: "申请执行人", name: "王申请", id: id17("46020019850615123"), mobile: "19912340101"}
	zhao  = person{key: "D", role: "被执行人", name: "赵欠款", id: id17("41048119850615123"), mobile: "19912340102"}
	agent = person{key: "L", role: "委托代理人", name: "钱律师", id: id17("46020019880315009"), mobile: "19912340103", stands: "A"}
	child = person{key: "M", role: "申请执行人", name: "小孙", id: id17("46020020200315009"), mobile: "19912340104"}
	guard = person{key: "G", role: "法定代理人", name: "孙监护", id: id17("46020019800315009"), mobile: "19912340105", stands: "M"}
	twinA = person{key: "A", role: "申请执行人", name: "王申诉", id: id17("46020019850715123"), mobile: "19912340111"}
	twinD = person{key: "D", role: "被执行人", name: "赵欠债", id: id17("41048119850715123"), mobile: "19912340112"}
)

func (s *tale) number(n int) string { return fmt.Sprintf("（%d）琼02执%d号", s.now.Year(), n) }

// TestAPartyFollowsTheCase: who is entitled sees everything that may be known and nothing else, at every instant.
func TestAPartyFollowsTheCase(t *testing.T) {
	s := begin(t)
	s.workday(t)
	s.tell(t, []step{
		{"1 a party logs in, follows the case, writes to the judge, loses nothing when the session ends", s.follows},
		{"2 a freeze before and after its effect; the debtor's twin; an agent, a minor; what is withdrawn", s.effect},
	})
}

// follows is journey 3: a party logs in, sees the case, writes to the judge, loses the session in a form and nothing of it.
func (s *tale) follows(t *testing.T) {
	lawyer := agent
	lawyer.until = s.now.Format("2006-01-02")
	s.bring(t, "sanya", s.number(9101), wang, zhao, lawyer, child, guard)
	s.bring(t, "sanya", s.number(9102), twinA, twinD)
	code := s.code(t, "sanya", s.number(9101), wang.name, false)

	p := s.phone.on(t).visit(s.url(s.portal, "/sanya/login")).fill(map[string]string{"id_number": wang.id, "query_code": "00000000"}).press("获取验证码")
	miss := p.text("main")
	p = s.see(t, wang, code).reads(s.number(9101), "下一步", "向被执行人发出执行通知书", "工作日", "案已于").lacks(zhao.id, wang.id, zhao.mobile).picture("case")
	hit := s.phone.on(t).visit(s.url(s.portal, "/sanya/login")).fill(map[string]string{"id_number": wang.id, "query_code": code}).press("获取验证码").text("main")
	if hit != miss {
		t.Errorf("a hit and a miss look different:\n%s\n%s", hit, miss)
	}

	p.visit(s.url(s.portal, "/sanya/case")).press("给法官留言").fill(map[string]string{"v_text": "请问冻结的款项何时发放"}).press("提交").reads("SQ")
	j := s.signIn(t, "sanya", "judge1")
	s.matter(t, j, "party_message", s.number(9101)).reads("请问冻结的款项何时发放", wang.name).press("接手")
	j.fill(map[string]string{"answer": "核算后十日内发放。"}).press("办结")
	p.visit(s.url(s.portal, "/sanya/case")).unfold().reads("核算后十日内发放", "请问冻结的款项何时发放")

	p.press("申请查看网络查控结果").fill(map[string]string{"v_text": "想知道还有什么财产，以便提供线索"})
	fresh := s.code(t, "sanya", s.number(9101), wang.name, true)
	p.press("提交").reads("登录")
	s.enter(t, p, "sanya", wang.id, fresh).reads("申请查看网络查控结果")
	if got := eval[string](p, `document.querySelector('main [name=v_text]')?.value || ""`); !strings.Contains(got, "想知道还有什么财产") {
		t.Fatalf("the form came back without what was typed: %q\n%s", got, p.seen())
	}
	p.press("提交").reads("SQ")
	j = s.signIn(t, "sanya", "judge1")
	s.matter(t, j, "inquiry_result_view", s.number(9101)).press("接手").choose("decision", "准许查看").has("content")
	j.fill(map[string]string{"content": "名下有小型轿车一辆，已查封。"}).press("办结")
	p.visit(s.url(s.portal, "/sanya/case")).unfold().reads("小型轿车一辆", "保密")
	if !eval[bool](p, `!!document.querySelector('.watermark')`) {
		t.Error("what may not be passed on carries no mark of the reader")
	}
	s.codes[wang.id] = fresh
}

// matter opens the newest matter of a process on a case, waiting until the inbox has been admitted.
func (s *tale) matter(t *testing.T, p *page, process, about string) *page {
	t.Helper()
	at := regexp.MustCompile(`/\w+/`).FindString(strings.TrimPrefix(eval[string](p, `location.pathname`), "")) + "process/" + process
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		p.visit(s.url(s.program.desk, at))
		if strings.Contains(p.seen(), about) {
			return p.press(about)
		}
	}
	t.Fatalf("no %s about %s\n%s", process, about, p.seen())
	return nil
}

// same makes two persons' pages comparable: names, case numbers and what is drawn anew for each page.
func (s *tale) same(text string) string {
	return strings.NewReplacer(s.number(9102), s.number(9101), twinD.name, zhao.name, twinA.name, wang.name).Replace(text)
}

// effect is journey 4: the debtor's twin worlds, agents, a minor, and what was disclosed wrongly.
func (s *tale) effect(t *testing.T) {
	day := s.now.Format("2006-01-02")
	for n, d := range map[int]person{9101: zhao, 9102: twinD} {
		s.record(t, "sanya", "clerk1", s.number(n), "执行通知书、报告财产令发出", map[string]string{"debtor": d.name, "method": "直接送达"},
			map[string]string{"document_no": "执行通知", "issued_on": day})
	}
	mine, twin := s.code(t, "sanya", s.number(9101), zhao.name, false), s.code(t, "sanya", s.number(9102), twinD.name, false)
	look := func(d person, code string) string {
		return s.same(s.see(t, d, code).reads("执行通知书").text("main"))
	}
	if a, b := look(zhao, mine), look(twinD, twin); a != b {
		t.Fatalf("the twins differ before anything happened:\n%s\n%s", a, b)
	}
	s.record(t, "sanya", "judge1", s.number(9101), "网上冻结", map[string]string{"debtor": zhao.name, "class": "银行存款"}, map[string]string{"amount": "5万",
		"ordered_at": day + "T09:00", "effect_at": day + "T15:00", "expires_on": s.now.AddDate(1, 0, -1).Format("2006-01-02"), "document_no": "冻结裁定"})
	if a, b := look(zhao, mine), look(twinD, twin); a != b {
		t.Fatalf("the debtor can tell that something is hidden:\n%s\n%s", a, b)
	}
	s.see(t, wang, s.codes[wang.id]).lacks("冻结被执行人名下")
	lawyer := s.code(t, "sanya", s.number(9101), agent.name, false)
	guardian := s.code(t, "sanya", s.number(9101), guard.name, false)
	s.forward(t, time.Date(s.now.Year(), s.now.Month(), s.now.Day(), 15, 1, 0, 0, s.now.Location()))
	tray := s.desk.on(t).visit(s.url(s.tray, "/?court=sanya")).reads("已依法冻结被执行人名下银行存款")
	tray.lacks(zhao.name + "：" + s.number(9101) + "案已依法冻结")
	s.see(t, wang, s.codes[wang.id]).reads("已于", "冻结被执行人名下银行存款", "到期")
	s.see(t, agent, lawyer).reads("冻结被执行人名下银行存款")
	s.see(t, guard, guardian).reads("冻结被执行人名下银行存款")
	if a, b := look(zhao, mine), look(twinD, twin); a != b {
		t.Fatalf("after the effect, before service, the debtor can tell:\n%s\n%s", a, b)
	}
	s.record(t, "sanya", "clerk1", s.number(9101), "裁定书送达", map[string]string{"debtor": zhao.name, "method": "直接送达"}, map[string]string{"document_no": "冻结裁定", "served_on": day})
	s.see(t, zhao, mine).reads("冻结你名下银行存款", "书面异议")

	s.withdrawn(t)
	s.see(t, agent, lawyer).lacks("冻结被执行人名下")
	midnight := s.now.AddDate(0, 0, 1)
	s.forward(t, time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, 1, 0, 0, midnight.Location()))
	p := s.phones[agent.id].on(t).visit(s.url(s.portal, "/sanya/case")).reads("获取验证码").lacks(s.number(9101))
	p.visit(s.url(s.portal, "/sanya/login")).fill(map[string]string{"id_number": agent.id, "query_code": lawyer}).press("获取验证码").reads("如果填写的信息与登记一致")
	s.desk.on(t).visit(s.url(s.tray, "/?court=sanya"))
	if at := strings.Index(s.desk.seen(), "用于登录"); at >= 0 && strings.Contains(s.desk.seen()[max(0, at-300):at], "199****0103") {
		t.Error("a code went to an agent whose mandate had ended")
	}
}

// withdrawn: what was told wrongly is taken back from everybody at once, and the desk knows who had read it.
func (s *tale) withdrawn(t *testing.T) {
	j := s.file(t, "sanya", "judge1", s.number(9101)).reads("本人首次查看")
	for _, name := range []string{wang.name, agent.name} {
		ok := eval[bool](j, `(() => {
			const li = [...document.querySelectorAll('.told')].find(l => l.textContent.includes(`+quote(name)+`) && l.textContent.includes('网上冻结') && l.querySelector('form[action$="/withdraw"]'));
			if (!li) return false;
			li.querySelector('[name=why]').value = '登记有误';
			window.stillHere = true;
			setTimeout(() => li.querySelector('form[action$="/withdraw"] button').click(), 0);
			return true })()`)
		if !ok {
			t.Fatalf("nothing to withdraw for %s\n%s", name, j.seen())
		}
		j.await("the page after the withdrawal", `!window.stillHere && document.readyState === 'complete'`)
	}
	s.see(t, wang, s.codes[wang.id]).lacks("冻结被执行人名下")
}
