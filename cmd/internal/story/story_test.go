package story

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/xuri/excelize/v2"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/intake"
)

// tale is what the steps of the story hand on.
type tale struct {
	*program
	t           *testing.T // of the whole story
	phone, desk *page
	phones      map[string]*page // of the parties, by ID number
	desks       map[string]*page // of the staff, by court and login
	now         time.Time        // of the demonstration's clock
	caseNumber  string
	receipt     string
	ticket      string
	checkCode   string
	codes       map[string]string // query codes by ID number
	steps       map[string]int64  // the last one-time code each person used
}

// TestATipTravelsFromAPhoneToTheDeskAndAnEventToThePeopleEntitled is the whole loop once, as
// people do it, against the program as it is run.
func TestATipTravelsFromAPhoneToTheDeskAndAnEventToThePeopleEntitled(t *testing.T) {
	s := begin(t)
	s.tell(t, []step{
		{"1 the program says where to go, and helps when it cannot", s.goesUp},
		{"2 cases come in through Excel, dry run first, again without duplicates", s.imports},
		{"3 a stranger gives a tip on the phone", s.tips},
		{"4 the duty board rings, the officer takes it, the team receives it", s.duty},
		{"5 the tipster answers a question by receipt", s.answers},
		{"6 a freeze is known to nobody before its effect, then to whom the book names", s.freezes},
		{"7 the message can be checked", s.checks},
		{"8 the other court's book differs", s.differs},
		{"9 the tip is adopted, a reward is announced, claimed by receipt and paid; nobody is named", s.rewards},
	})
}

// step is one part of a story.
type step struct {
	name string
	do   func(*testing.T)
}

// begin starts the program as make run does, with a phone and a desk to look at it.
func begin(t *testing.T) *tale {
	t.Helper()
	s := &tale{t: t, phones: map[string]*page{}, desks: map[string]*page{}, program: start(t, build(t), filepath.Join(t.TempDir(), "data")), steps: map[string]int64{}, codes: map[string]string{}}
	s.phone, s.desk = open(t, 390), open(t, 1440)
	return s
}

// tell runs the steps in order; what follows a failure would only fail too.
func (s *tale) tell(t *testing.T, steps []step) {
	t.Helper()
	for _, step := range steps {
		if !t.Run(step.name, step.do) {
			t.FailNow()
		}
	}
}

// workday moves the clock to ten o'clock of the next working day, whenever the test runs.
func (s *tale) workday(t *testing.T) {
	t.Helper()
	day := s.now
	if day.IsZero() {
		day = time.Now().In(calendar.Shanghai)
	}
	for day = day.AddDate(0, 0, 1); day.Weekday() == time.Saturday || day.Weekday() == time.Sunday; {
		day = day.AddDate(0, 0, 1)
	}
	s.forward(t, time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, calendar.Shanghai))
}

func (s *tale) goesUp(t *testing.T) {
	s.mu.Lock()
	text := strings.Join(s.lines, "\n")
	s.mu.Unlock()
	for _, want := range []string{s.portal, s.program.desk, s.tray, "duty1", "judge1", "assistant1"} {
		if !strings.Contains(text, want) {
			t.Errorf("the terminal does not name %s:\n%s", want, text)
		}
	}
	out, err := s.run("serve", "--demo", "--portal", port(t), "--desk", port(t), "--tray", port(t), "--ops", port(t))
	if err == nil || !strings.Contains(out, "另一个明执正在使用") {
		t.Errorf("a second copy: %v\n%s", err, out)
	}
	out, err = s.run("serve", "--demo", "--portal", s.portal, "--desk", port(t), "--tray", port(t), "--ops", port(t))
	if err == nil || !strings.Contains(out, "已被其他程序占用") {
		t.Errorf("a taken port: %v\n%s", err, out)
	}
	s.workday(t)
	s.desk.on(t).reads("10:0")
	s.desk.on(t).fill(map[string]string{"to": "2020-01-01 00:00"}).press("拨到这个时间").reads("只能往前拨")
}

func (s *tale) imports(t *testing.T) {
	s.caseNumber = fmt.Sprintf("（%d）琼02执9001号", s.now.Year())
	good := write(t, "cases.xlsx", s.workbook(t, "李欠款"))
	bad := write(t, "bad.xlsx", s.workbook(t, ""))
	out, err := s.run("import", "cases", bad, "--court", "sanya", "--dry-run")
	if err == nil || !strings.Contains(out, "工作表“当事人”第3行“姓名或名称”列：不能为空") {
		t.Errorf("a missing name: %v\n%s", err, out)
	}
	for _, c := range []struct {
		want string
		args []string
	}{
		{"检查通过：1 件，其中新增 1", []string{"--dry-run"}}, {"新增 1", nil}, {"新增 0，变化 0，不变 1", nil},
	} {
		out, err := s.run(append([]string{"import", "cases", good, "--court", "sanya"}, c.args...)...)
		if err != nil || !strings.Contains(out, c.want) {
			t.Errorf("want %q: %v\n%s", c.want, err, out)
		}
	}
}

func (s *tale) workbook(t *testing.T, debtor string) []byte {
	t.Helper()
	f := excelize.NewFile()
	filed := s.now.AddDate(0, 0, -3).Format("2006-01-02")
	rows := map[string][][]string{
		"案件":  {{s.caseNumber, "买卖合同纠纷", filed, "已立案", "enforcement_1", "judge1", "assistant1", "clerk1", "", "100000", "", "", "", "", "", ""}},
		"当事人": {{s.caseNumber, "A", "申请执行人", "自然人", "张申请", applicantID, "19912340001", "", "", "", "", ""}, {s.caseNumber, "D", "被执行人", "自然人", debtor, "", "19912340002", "", "", "", "", ""}},
	}
	for name, columns := range intake.Sheets() {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, row := range append([][]string{columns}, rows[name]...) {
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// photo is a small picture as a phone takes it.
func photo(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 120, 90))
	for i := range 120 * 90 {
		img.Set(i%120, i/120, color.RGBA{uint8(i), uint8(i / 7), 90, 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return write(t, "照片.jpg", b.Bytes())
}

var applicantID = id17("46020019850915123")

const secretWords = "他每天上午在海边洗车店"

func (s *tale) tips(t *testing.T) {
	p := s.phone.on(t).visit(s.url(s.portal, "/sanya/tip"))
	p.fill(map[string]string{"kind": "person", "debtor": "李欠款", "what": secretWords, "where": "滨海路一号", "when": "今天上午", "urgent": "on",
		"mobile": "19912340009", "warning": "on"})
	p.upload("files", photo(t))
	for range 12 {
		if !p.step() {
			break
		}
	}
	p.press("提交线索").reads("线索编号", "只显示一次")
	text := strings.Join(strings.Fields(p.seen()), "")
	s.ticket = regexp.MustCompile(`XS\d{6}-\d{6}`).FindString(text)
	s.receipt = regexp.MustCompile(`\d{16}`).FindString(strings.ReplaceAll(text, s.ticket, "|"))
	if s.ticket == "" || s.receipt == "" {
		t.Fatalf("no ticket or no receipt:\n%s", p.seen())
	}
	// a mistyped digit is a clear sentence
	wrong := s.receipt[:15] + string('0'+(s.receipt[15]-'0'+1)%10)
	s.phone.on(t).visit(s.url(s.portal, "/sanya/receipt")).fill(map[string]string{"receipt": wrong}).press("查询").reads("逐位核对")
}

// signIn signs a person in at the desk with the code an authenticator would show.
func (s *tale) signIn(t *testing.T, court, login string) *page {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(s.data, "demo-accounts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var accounts []struct{ Court, Login, Password, Secret string }
	if err := json.Unmarshal(raw, &accounts); err != nil {
		t.Fatal(err)
	}
	if s.desks[court+login] == nil {
		s.desks[court+login] = open(s.t, 1440)
	}
	p := s.desks[court+login].on(t)
	p.visit(s.url(s.program.desk, "/"+court+"/"))
	if !eval[bool](p, `!!document.querySelector('main [name=password]')`) {
		return p // still signed in
	}
	for _, a := range accounts {
		if a.Court == court && a.Login == login {
			code, err := totp.GenerateCode(a.Secret, s.unused(t, court+login))
			if err != nil {
				t.Fatal(err)
			}
			p.visit(s.url(s.program.desk, "/"+court+"/signin")).fill(map[string]string{"login": login, "password": a.Password, "code": code}).press("登录")
			return p
		}
	}
	t.Fatalf("no demonstration account %s", login)
	return nil
}

// unused is an instant whose one-time code this person has not used yet: a code opens one session.
func (s *tale) unused(t *testing.T, who string) time.Time {
	t.Helper()
	step := max(s.clock(t).Unix()/30, s.steps[who]+1)
	for step > s.clock(t).Unix()/30+1 { // the next one is accepted half a minute early
		time.Sleep(time.Second)
	}
	s.steps[who] = step
	return time.Unix(step*30, 0)
}

// clock is the demonstration's instant: the machine's and what it was moved by.
func (s *tale) clock(t *testing.T) time.Time {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(s.data, "clock"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := time.ParseDuration(strings.TrimSpace(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return time.Now().Add(d)
}

func (s *tale) duty(t *testing.T) {
	p := s.signIn(t, "sanya", "duty1")
	p.visit(s.url(s.program.desk, "/sanya/duty")).reads(s.ticket, "紧急")
	s.phone.on(t).visit(s.url(s.tray, "/?court=sanya")).reads("紧急线索", s.ticket)
	p.press(s.ticket).reads(secretWords, "滨海路一号", "可能的案件", s.caseNumber)
	p.press("接手").reads("确定案件")
	p.choose("outcome", "已确定").has("case")
	p.fill(map[string]string{"case": strings.NewReplacer("（", "(", "）", ")").Replace(s.caseNumber)}).press("办结“确定案件")
	p.reads(s.caseNumber).press("办结“移送").reads("签收")
	a := s.signIn(t, "sanya", "assistant1")
	a.visit(s.url(s.program.desk, "/sanya/duty"))
	a.visit(s.url(s.program.desk, "/sanya")).reads(s.ticket)
	a.press("移送执行团队").press("签收").reads("调查核实")
	a.press("这个期限怎么算").reads("工作日", "届满")
}

func (s *tale) answers(t *testing.T) {
	a := s.signIn(t, "sanya", "assistant1")
	a.visit(s.url(s.program.desk, "/sanya")).press("调查核实")
	a.fill(map[string]string{"question": "请问您是几点看到的？"}).press("登记问题").reads("请问您是几点看到的")
	see := func() *page {
		return s.phone.on(t).visit(s.url(s.portal, "/sanya/receipt")).fill(map[string]string{"receipt": s.receipt}).press("查询")
	}
	see().reads("核实中").lacks("几点看到的", s.caseNumber, "张申请")
	j := s.signIn(t, "sanya", "judge1")
	j.visit(s.url(s.program.desk, "/sanya/release")).reads("几点看到的").press("决定告知")
	see().reads("请问您是几点看到的").fill(map[string]string{"text": "上午九点半，车是白色的"}).upload("files", photo(t)).press("提交")
	s.phone.on(t).lacks("没有收到")
	a = s.signIn(t, "sanya", "assistant1")
	a.visit(s.url(s.program.desk, "/sanya")).press("调查核实").reads("上午九点半，车是白色的")
}

func (s *tale) freezes(t *testing.T) {
	j := s.signIn(t, "sanya", "judge1")
	j.visit(s.url(s.program.desk, "/sanya/cases?q="+s.caseNumber)).reads("张申请")
	j.press("登记事项").press("网上冻结")
	day := s.now.Format("2006-01-02")
	j.choose("debtor", "李欠款").choose("class", "银行存款").has("amount")
	j.fill(map[string]string{"amount": "5万", "ordered_at": day + "T09:00", "effect_at": day + "T15:00", "expires_on": s.now.AddDate(1, 0, -1).Format("2006-01-02"), "document_no": s.caseNumber + "之一"})
	j.press("登记").reads("网上冻结", "15:00")
	caseURL := eval[string](j, `location.href`)
	tray := s.phone.on(t).visit(s.url(s.tray, "/?court=sanya"))
	tray.lacks("冻结")
	tray.fill(map[string]string{"to": day + " 15:00"}).press("拨到这个时间").reads("已依法冻结被执行人名下银行存款")
	tray.lacks("冻结你名下")
	code := regexp.MustCompile(`已依法冻结被执行人名下银行存款[\s\S]*?核验码\s*(\d{6})`).FindStringSubmatch(tray.seen())
	if code == nil {
		t.Fatalf("no check code:\n%s", tray.seen())
	}
	s.checkCode = code[1]
	j = s.signIn(t, "sanya", "judge1")
	j.visit(caseURL).reads("张申请", "李欠款", "S-4.7.1②")
	j.press("登记事项").press("裁定书送达")
	j.choose("debtor", "李欠款").choose("method", "直接送达").fill(map[string]string{"document_no": s.caseNumber + "之一", "served_on": day}).press("登记")
	s.phone.on(t).visit(s.url(s.tray, "/?court=sanya")).reads("已依法冻结你名下银行存款")
}

func (s *tale) checks(t *testing.T) {
	p := s.phone.on(t).visit(s.url(s.portal, "/sanya/message")).fill(map[string]string{"code": s.checkCode}).press("查验")
	p.reads("S-4.7.1②", "冻结告知").lacks(s.caseNumber, "张申请", "李欠款", "申请执行人", "已送达")
	unknown := "000000"
	if s.checkCode == unknown {
		unknown = "000001"
	}
	p.visit(s.url(s.portal, "/sanya/message")).fill(map[string]string{"code": unknown}).press("查验").reads("本院没有发过", "0898-88000001")
}

func (s *tale) differs(t *testing.T) {
	p := s.phone.on(t).visit(s.url(s.portal, "/wugang/tip"))
	p.fill(map[string]string{"kind": "asset", "debtor": "某人", "what": "厂房里有设备", "warning": "on"})
	for range 12 {
		if !p.step() {
			break
		}
	}
	p.press("提交线索").reads("线索编号")
	ticket := regexp.MustCompile(`XS\d{6}-\d{6}`).FindString(p.seen())
	d := s.signIn(t, "wugang", "duty1")
	d.reads("集约事务办理", "指挥调度")
	d.visit(s.url(s.program.desk, "/wugang/duty")).reads(ticket).lacks(s.ticket)
	d.press(ticket).reads("W-5e", "移交终本团队").press("接手").reads("确定案件")
	d.visit(s.url(s.program.desk, "/sanya/duty")).lacks(ticket)
}
