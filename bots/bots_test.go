package bots_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/command/chat"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/staff"
	"mingzhi/bots"
	"mingzhi/bots/wechat/wechattest"
	"mingzhi/notify/channel"
	"mingzhi/notify/courier"
	"mingzhi/portal"
	"mingzhi/portal/inquiry"
	"mingzhi/storage"
	"mingzhi/storage/public"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

var ctx = context.Background()

const (
	court  = "sanya"
	me     = "oPersonOne-0123456789abcdefgh"
	myID   = "11010519491231002X"
	mobile = "13800000001"
)

// world is both halves with a WeChat platform before the bot, as the program wires them.
type world struct {
	*backofficetest.House
	t        *testing.T
	store    *public.Store
	service  *inquiry.Service
	bot      *bots.Bot
	courier  *courier.Courier
	platform *wechattest.Platform
	api, url string
	judge    staff.Actor
	caseID   uuid.UUID
	parties  []uuid.UUID
	sms      *tray
}

// tray keeps what would have gone out by SMS.
type tray struct {
	mu    sync.Mutex
	texts []string
}

func (s *tray) Name() string { return "tray" }
func (s *tray) Send(_ context.Context, m channel.Message) (channel.Accepted, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = append(s.texts, m.Text)
	return channel.Accepted{Delivered: true}, nil
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{House: backofficetest.New(t), t: t, sms: &tray{}}
	var err error
	w.store, err = public.Open(ctx, w.DB.PublicDSN, w.Keys.Public(), w.Files.Inbox, w.Clock.Now)
	w.check(err)
	t.Cleanup(w.store.Close)
	w.service, err = inquiry.New(w.store)
	w.check(err)
	w.platform, w.api = wechattest.Start(t, wechattest.Options{Now: w.Clock.Now})
	w.bot, w.url = w.node(bots.Options{Report: func(ctx context.Context, court, id string, delivered bool, detail string) error {
		state := map[bool]string{true: "delivered", false: "failed"}[delivered]
		return w.courier.Report(ctx, court, courier.Report{ProviderID: id, State: state, Detail: detail})
	}})
	w.courier = courier.New(w.store, w.Keys.Public(), map[string]channel.Sender{"wechat": channel.NewWeChat(w.bot.Client), "sms": w.sms},
		courier.Options{Now: w.Clock.Now, Portal: "https://portal.example"})
	w.platform.BotAt(w.url)
	w.judge = w.Person(court, "judge1", "enforcement_1", "judge")
	w.caseID, w.parties = w.Case(court, "（2026）琼02执1号", "enforcement_1", w.judge.ID,
		backofficetest.Party{Role: "applicant", Name: "张三", Mobile: mobile, ID: myID},
		backofficetest.Party{Role: "debtor", Name: "李四光", Mobile: "13800000002", ID: "110101199003071233"})
	return w
}

// node is one program of the public half.
func (w *world) node(o bots.Options) (*bots.Bot, string) {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	w.check(err)
	o.Inquiry, o.Store, o.Portal = w.service, w.store, "http://"+l.Addr().String()
	o.Accounts = map[string]bots.Account{court: {Account: w.platform.Account(), API: w.api}}
	b, err := bots.New(o)
	w.check(err)
	app := portal.New(portal.Options{Inquiry: w.service, Ready: w.store.Ping, Outside: func(r fiber.Router) { b.Routes(r) }, WeChat: b})
	go func() { _ = app.Listener(l) }()
	w.t.Cleanup(func() { b.Wait(); _ = app.Shutdown() })
	return b, "http://" + l.Addr().String() + "/wechat/" + court
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// send lets a person do something and returns everything the bot says to it.
func (w *world) send(person string, out wechattest.Outgoing) string {
	w.t.Helper()
	before := len(w.platform.Chat(person))
	if _, err := w.platform.Send(ctx, person, out); err != nil {
		w.t.Fatalf("%+v: %v", out, err)
	}
	return w.said(person, before)
}

func (w *world) said(person string, since int) string {
	w.bot.Wait()
	var all []string
	for _, b := range w.platform.Chat(person)[since:] {
		if b.FromBot {
			all = append(all, b.Text)
			for _, value := range b.Data {
				all = append(all, value)
			}
		}
	}
	return strings.Join(all, "\n\n")
}

func (w *world) says(person, text string) string {
	w.t.Helper()
	return w.send(person, wechattest.Outgoing{Text: text})
}

// talk sends words one after the other and looks into the answers.
func (w *world) talk(person string, script ...[2]string) {
	w.t.Helper()
	for _, line := range script {
		if got := w.says(person, line[0]); !strings.Contains(got, line[1]) {
			w.t.Fatalf("%q is answered %q, want %q", line[0], got, line[1])
		}
	}
}

func (w *world) follow(person string) {
	w.t.Helper()
	_, err := w.platform.Subscribe(ctx, person, "")
	w.check(err)
	w.bot.Wait()
}

// deliver lets the courier send until nothing is due.
func (w *world) deliver() {
	w.t.Helper()
	for {
		n, err := w.courier.Pass(ctx, court)
		w.check(err)
		if n == 0 {
			return
		}
	}
}

func (w *world) record(e docket.Event) {
	w.t.Helper()
	w.check(w.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		_, err := w.Docket.Record(ctx, tx, e)
		return err
	}))
}

func (w *world) admit() {
	w.t.Helper()
	_, err := w.Intake.Admit(ctx, court)
	w.check(err)
}

// filed tells the applicant of the filing, so that he may look.
func (w *world) filed() {
	w.t.Helper()
	w.record(docket.Event{Code: "case_filed", Case: w.caseID, SourceKey: "filed", Facts: map[string]any{"filed_on": "2026-03-10", "applied_on": "2026-03-09"}})
}

func (w *world) code(party uuid.UUID) string {
	w.t.Helper()
	code, err := w.Disclosure.QueryCode(ctx, w.judge, w.caseID, party, false)
	w.check(err)
	return code
}

var digits = regexp.MustCompile(`验证码(\d{6})`)

// digits are the six that came by SMS.
func (w *world) digits() string {
	w.t.Helper()
	w.deliver()
	w.sms.mu.Lock()
	defer w.sms.mu.Unlock()
	for i := len(w.sms.texts) - 1; i >= 0; i-- {
		if m := digits.FindStringSubmatch(w.sms.texts[i]); m != nil {
			return m[1]
		}
	}
	w.t.Fatalf("no digits in %q", w.sms.texts)
	return ""
}

func (w *world) bind(person, id string, party uuid.UUID) {
	w.t.Helper()
	w.talk(person, [2]string{"绑定", "身份证件号码"}, [2]string{id, "删除"}, [2]string{w.code(party), "6 位验证码"})
	w.talk(person, [2]string{w.digits(), "绑定成功"})
}

// row reads one value as the owner.
func (w *world) row(query string, into any, args ...any) {
	w.t.Helper()
	c, err := pgx.Connect(ctx, w.DB.OwnerDSN)
	w.check(err)
	defer c.Close(ctx)
	w.check(c.QueryRow(ctx, query, args...).Scan(into))
}

// ask lets an officer ask a tipster, and the judge release it.
func (w *world) ask(tip uuid.UUID, question string) {
	w.t.Helper()
	w.check(w.Intake.Ask(ctx, w.Person(court, "duty1", "", "duty_officer"), tip, question))
	var waiting uuid.UUID
	w.row(`SELECT id FROM court.disclosure WHERE code = 'tip_question_asked' AND state = 'awaiting_release'`, &waiting)
	w.check(w.Disclosure.Release(ctx, w.judge, waiting, true, ""))
}

// reply lets an officer answer in a talk.
func (w *world) reply(talk uuid.UUID, text string) {
	w.t.Helper()
	w.check(chat.New(w.Store, w.Docket).Reply(ctx, w.Person(court, "director", "", "centre_director"), talk, text))
}

// amr is a voice message of one second.
func amr() []byte {
	return append([]byte("#!AMR\n"), bytes.Repeat(append([]byte{7<<3 | 4}, bytes.Repeat([]byte{0x5A}, 31)...), 50)...)
}

func photo(shade uint8) []byte {
	m := image.NewGray(image.Rect(0, 0, 60, 40))
	for i := range m.Pix {
		m.Pix[i] = shade + uint8(i%7)
	}
	m.Set(1, 1, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func TestBindAndCases(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.filed()
	w.follow(me)
	w.check(w.platform.Handshake(ctx))
	w.talk(me, [2]string{"查案", "8 位查询码"}, [2]string{"（2026）琼02执1号", "8 位查询码"})
	w.bind(me, myID, w.parties[0])
	got := w.says(me, "查 案")
	for _, want := range []string{"（2026）琼02执1号", "申请执行人", "下一步：", "办理", "最迟", "还有", "个工作日", strings.Replace(w.url, "/wechat/sanya", "/sanya/case/", 1) + w.parties[0].String()} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, myID) || strings.Contains(got, "李四光") {
		t.Error("a message holds what it must not")
	}
	for _, typed := range []string{"(2026)琼02执1号", "查案 （2026）琼02执1号", "（２０２６）琼０２执１号"} {
		w.talk(me, [2]string{typed, "下一步"})
	}
	w.talk(me, [2]string{"（2026）琼02执2号", "没有找到这个案号"}, [2]string{"解绑", "确认解绑"}, [2]string{"算了", "没有解绑"},
		[2]string{"解绑", "确认解绑"}, [2]string{"确认解绑", "已经解绑"}, [2]string{"查案", "8 位查询码"})
	var state []byte
	w.row(`SELECT state FROM edge.dialogue`, &state)
	for _, secret := range []string{myID, "李四", "查案", me} {
		if bytes.Contains(state, []byte(secret)) {
			t.Errorf("the kept state shows %q", secret)
		}
	}
}

func TestBindingFromTheNoticesCodeAndItsTries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.filed()
	code := w.code(w.parties[0])
	b, err := w.platform.Subscribe(ctx, me, code)
	w.check(err)
	if b == nil || !strings.Contains(b.Text, "第一步") {
		t.Fatalf("the notice's code does not lead to binding: %+v", b)
	}
	w.talk(me, [2]string{myID, "第三步"})
	right := w.digits()
	wrong := map[bool]string{true: "000001", false: "000000"}[right == "000000"]
	for range 5 {
		w.talk(me, [2]string{wrong, "验证码不对"})
	}
	w.talk(me, [2]string{right, "重新绑定"}, [2]string{"绑定", "第一步"}, [2]string{myID, "第二步"}, [2]string{"1234", "8 位数字"}, [2]string{code, "第三步"})
	w.talk(me, [2]string{w.digits(), "绑定成功"})
	const other = "oPersonTwo"
	w.follow(other)
	w.talk(other, [2]string{"绑定", "第一步"}, [2]string{myID, "第二步"}, [2]string{code, "第三步"})
	w.talk(other, [2]string{w.digits(), "已经绑定了另一个微信号"}, [2]string{"查案", "8 位查询码"})
}

var receiptNumber = regexp.MustCompile(`\d{4} \d{4} \d{4} \d{4}`)

func TestATipInOddOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.follow(me)
	if got := w.send(me, wechattest.Outgoing{Image: photo(10)}); !strings.Contains(got, "发“线索”") {
		t.Fatal(got)
	}
	w.talk(me, [2]string{"线索", "1. 人还是财产"}, [2]string{"财产", "被执行人的姓名"})
	if got := w.send(me, wechattest.Outgoing{Lat: 18.2528, Lon: 109.5119, Label: "解放路1号"}); !strings.Contains(got, "地点记下了：解放路1号（18.2528,109.5119）") {
		t.Fatal(got)
	}
	w.talk(me, [2]string{"（2026）琼02执1号", "看到了什么"})
	if got := w.send(me, wechattest.Outgoing{Voice: amr(), Format: "amr", Recognition: "门口停着一辆红色轿车"}); !strings.Contains(got, "听到的是：“门口停着一辆红色轿车”") {
		t.Fatal(got)
	}
	w.talk(me, [2]string{"用", "什么时候看到的"}, [2]string{"暂停", "什么也不会丢"})
	w.Clock.Add(7 * time.Hour)
	w.talk(me, [2]string{"验真 123456", "没有发过"}, [2]string{"继续", "什么时候看到的"}, [2]string{"今天上午", "紧急"})
	if got := w.send(me, wechattest.Outgoing{Image: photo(90)}); !strings.Contains(got, "共 3 个") {
		t.Fatal(got)
	}
	w.talk(me, [2]string{"2", "照片或者语音"}, [2]string{"修改 2", "被执行人的姓名"}, [2]string{"李四光", "照片或者语音"}, [2]string{"下一步", "联系方式"},
		[2]string{"看一看", "红色轿车"}, [2]string{"王五 13812345678", "法律责任告知"}, [2]string{"提交", "先回答"}, [2]string{"好", "同意"}, [2]string{"同意", "发“提交”"})
	got := w.says(me, "提交")
	if !receiptNumber.MatchString(got) || !regexp.MustCompile(`XS260310-\d{6}`).MatchString(got) {
		t.Fatal(got)
	}
	if n := w.Rows(`SELECT count(*) FROM inbox.submission WHERE kind = 'tip'`); n != 1 {
		t.Fatal(n, "tips")
	}
	if n := w.Rows(`SELECT count(*) FROM edge.draft`); n != 0 {
		t.Error(n, "files stay behind")
	}
	w.admit()
	if n := w.Rows(`SELECT count(*) FROM court.tip_file`); n != 3 {
		t.Error(n, "files at the court")
	}
	if n := w.Rows(`SELECT count(*) FROM court.tip t JOIN edge.subject s ON s.id = t.id AND s.receipt_hmac = t.receipt_hmac`); n != 1 {
		t.Error("nobody is behind the tip")
	}
	w.talk(me, [2]string{"回执", "已收到"}, [2]string{receiptNumber.FindString(got), "已收到"})
}

func TestATipIsCancelledAndTooLongTextIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.follow(me)
	long := strings.Repeat("长", 2050)
	w.talk(me, [2]string{"线索", "人，还是财产"}, [2]string{"1", "姓名"}, [2]string{"李四光", "看到了什么"}, [2]string{long, "要删去 50 字"}, [2]string{"看一看", "长长长"},
		[2]string{"短一些", "在哪里"}, [2]string{"取消", "确认取消"}, [2]string{"等等", "没有取消"}, [2]string{"取消", "确认取消"}, [2]string{"确认取消", "已取消"},
		[2]string{"继续", "可以发送"})
	if n := w.Rows(`SELECT count(*) FROM inbox.submission`); n != 0 {
		t.Error("something was sent")
	}
}

func TestRepeatsAreDoneOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.follow(me)
	w.talk(me, [2]string{"人工", "已转人工"})
	var calls []wechattest.Callback
	for i := range 3 {
		calls = append(calls, w.platform.Callback(me, wechattest.Outgoing{Text: fmt.Sprint("第", i, "句")}))
	}
	var all sync.WaitGroup
	for _, i := range []int{2, 0, 1, 2, 2, 0, 1, 1, 0} {
		all.Go(func() {
			status, _, err := w.platform.Post(ctx, calls[i])
			if err != nil || status != http.StatusOK {
				t.Error(status, err)
			}
		})
	}
	all.Wait()
	w.bot.Wait()
	if n := w.Rows(`SELECT count(*) FROM inbox.submission WHERE kind = 'chat'`); n != 3 {
		t.Errorf("%d rows, want 3", n)
	}
	again := w.platform.Callback(me, wechattest.Outgoing{Text: "结束"})
	_, first, err := w.platform.Post(ctx, again)
	w.check(err)
	_, second, err := w.platform.Post(ctx, again)
	if err != nil || len(first) < 100 || len(second) < 100 {
		t.Errorf("a repeat is not answered: %s %s %v", first, second, err)
	}
}

func TestTwoMessagesAtOnceOnTwoNodesAreBothKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.follow(me)
	other, url := w.node(bots.Options{})
	w.talk(me, [2]string{"线索", "人，还是财产"})
	const n = 8
	var all sync.WaitGroup
	for i := range n {
		if i%2 == 0 {
			w.platform.BotAt(url)
		} else {
			w.platform.BotAt(w.url)
		}
		c := w.platform.Callback(me, wechattest.Outgoing{Image: photo(uint8(20 * i))})
		address := map[bool]string{true: url, false: w.url}[i%2 == 0]
		all.Go(func() {
			r, err := http.Post(address+"?"+c.Query.Encode(), "text/xml", bytes.NewReader(c.Body))
			if err != nil || r.StatusCode != http.StatusOK {
				t.Error(err, r)
			}
		})
	}
	all.Wait()
	other.Wait()
	w.bot.Wait()
	w.platform.BotAt(w.url)
	w.talk(me, [2]string{"看一看", fmt.Sprintf("照片 %d 张", n)})
}

func TestAnOfficersQuestionComesAndIsAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.follow(me)
	w.talk(me, [2]string{"线索 看到李四光在饭店", "人，还是财产"}, [2]string{"1", "姓名"}, [2]string{"李四光", "在哪里"}, [2]string{"跳过", "什么时候"}, [2]string{"跳过", "紧急"},
		[2]string{"1", "照片"}, [2]string{"下一步", "联系方式"}, [2]string{"匿名", "同意"}, [2]string{"同意", "提交"}, [2]string{"提交", "线索编号"})
	w.admit()
	var tip uuid.UUID
	w.row(`SELECT id FROM court.tip`, &tip)
	w.ask(tip, "饭店叫什么名字？")
	before := len(w.platform.Chat(me))
	w.deliver()
	if got := w.said(me, before); !strings.Contains(got, "有一条新的提问") {
		t.Fatalf("the question does not reach the phone: %q", got)
	}
	w.talk(me, [2]string{"答复", "饭店叫什么名字？"}, [2]string{"海边饭店", "记下了"})
	w.send(me, wechattest.Outgoing{Image: photo(1)})
	w.talk(me, [2]string{"提交", "已经送到法院"}, [2]string{"答复", "补充线索"})
	w.admit()
	if n := w.Rows(`SELECT count(*) FROM court.tip_message WHERE NOT outward`); n != 1 {
		t.Error(n, "answers at the court")
	}
	if n := w.Rows(`SELECT count(*) FROM court.tip_file`); n != 1 {
		t.Error(n, "files at the court")
	}
}

func TestTalkToAnOfficerAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.filed()
	w.follow(me)
	w.bind(me, myID, w.parties[0])
	w.talk(me, [2]string{"转人工", "结束请发“结束”"}, [2]string{"查案", "已转给值班人员"}, [2]string{"什么时候发钱", ""})
	w.admit()
	var talk uuid.UUID
	w.row(`SELECT id FROM court.chat WHERE case_id = $1`, &talk, w.caseID)
	if n := w.Rows(`SELECT count(*) FROM court.chat_message WHERE chat_id = $1`, talk); n != 2 {
		t.Fatal(n, "messages")
	}
	w.reply(talk, "本周内发放。")
	before := len(w.platform.Chat(me))
	w.deliver()
	if got := w.said(me, before); !strings.Contains(got, "本周内发放。") {
		t.Fatalf("the officer's answer: %q", got)
	}
	w.talk(me, [2]string{"结束", "已结束"}, [2]string{"查案", "下一步"})
	w.admit()
	if n := w.Rows(`SELECT count(*) FROM court.chat WHERE closed_at IS NOT NULL`); n != 1 {
		t.Error("the talk is open at the court")
	}
}

func TestWhoLeftGetsAnSMS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.filed()
	w.deliver()
	w.follow(me)
	w.bind(me, myID, w.parties[0])
	w.deliver()
	w.check(w.platform.Unsubscribe(ctx, me))
	before := len(w.sms.texts)
	w.record(docket.Event{Code: "enforcement_notice_issued", Case: w.caseID, Party: w.parties[1], SourceKey: "notice",
		Facts: map[string]any{"debtor": w.parties[1].String(), "issued_on": "2026-03-10", "document_no": "1"}})
	w.deliver()
	found := false
	for _, text := range w.sms.texts[before:] {
		found = found || strings.Contains(text, "执行通知书、报告财产令已于")
	}
	if !found {
		t.Errorf("no SMS: %q", w.sms.texts[before:])
	}
}

func TestForgedCallbacksDoNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.follow(me)
	w.talk(me, [2]string{"人工", "已转人工"})
	var callbacks int
	w.row(`SELECT count(*) FROM edge.callback`, &callbacks)
	for forgery, want := range map[wechattest.Forgery]int{wechattest.WrongSignature: 403, wechattest.WrongMsgSignature: 403, wechattest.NoSignature: 403, wechattest.Old: 403,
		wechattest.Ahead: 403, wechattest.NoTime: 403, wechattest.Truncated: 400, wechattest.Oversized: 413, wechattest.Entities: 400, wechattest.Doctype: 400,
		wechattest.WrongKey: 403, wechattest.WrongAppID: 403, wechattest.NotBase64: 403, wechattest.ShortCipher: 403, wechattest.PlainBody: 403, wechattest.TwoRoots: 400, wechattest.Nobody: 400} {
		status, body, err := w.platform.Post(ctx, w.platform.Callback(me, wechattest.Outgoing{Text: "你好"}, forgery))
		if err != nil || status != want && status != 403 && status != 400 && status != 413 {
			t.Errorf("%s: %d %v", forgery, status, err)
		}
		if bytes.Contains(body, []byte("xml")) {
			t.Errorf("%s is answered %s", forgery, body)
		}
	}
	status, _, err := w.platform.Post(ctx, w.platform.Callback(me, wechattest.Outgoing{Text: "你好"}))
	w.Clock.Add(11 * time.Minute)
	if err != nil || status != 200 {
		t.Error(status, err)
	}
	var after int
	w.row(`SELECT count(*) FROM edge.callback`, &after)
	if after != callbacks+1 || w.Rows(`SELECT count(*) FROM inbox.submission`) != 1 {
		t.Error("something was done", callbacks, after)
	}
	r, err := http.Post(strings.Replace(w.url, court, "nowhere", 1), "text/xml", strings.NewReader("<xml/>"))
	if err != nil || r.StatusCode != http.StatusNotFound {
		t.Error(r, err)
	}
}

// TestTheDebtorsTalkIsTheSameWithAndWithoutAHiddenFreeze is the twin world: what the debtor reads and what lies at the public
// half's do not tell whether the court has frozen something.
func TestTheDebtorsTalkIsTheSameWithAndWithoutAHiddenFreeze(t *testing.T) {
	t.Parallel()
	var said [2]string
	var rows [2]int
	for i := range said {
		w := newWorld(t)
		w.record(docket.Event{Code: "enforcement_notice_issued", Case: w.caseID, Party: w.parties[1], SourceKey: "notice",
			Facts: map[string]any{"debtor": w.parties[1].String(), "issued_on": "2026-03-10", "document_no": "1"}})
		w.deliver()
		if i == 1 {
			_, err := w.Docket.RecordByHand(ctx, w.judge, "asset_frozen", w.caseID, map[string]string{"debtor": w.parties[1].String(), "class": "deposit", "amount": "50000",
				"ordered_at": "2026-03-10T09:00", "effect_at": "2026-03-10T15:00", "expires_on": "2027-03-09", "document_no": "（2026）琼02执1号之一"}, "freeze")
			w.check(err)
		}
		const debtor = "oDebtor"
		w.follow(debtor)
		w.bind(debtor, "110101199003071233", w.parties[1])
		w.talk(debtor, [2]string{"查案", "最近进展"}, [2]string{"线索 我名下的房子", "人，还是财产"}, [2]string{"暂停", "不会丢"}, [2]string{"拍卖", "没有正在公告"}, [2]string{"人工", "已转人工"}, [2]string{"我的账户冻结了吗", "已转给"}, [2]string{"结束", "已结束"})
		for _, b := range w.platform.Chat(debtor) {
			text := strings.NewReplacer(w.parties[1].String(), "VIEWER", w.bot.Portal, "PORTAL").Replace(b.Text)
			said[i] += regexp.MustCompile(`\d{6,8}`).ReplaceAllString(text, "N") + "\n"
		}
		for _, table := range []string{"edge.wechat", "edge.dialogue", "edge.callback", "edge.subject", "edge.message", "edge.delivery", "edge.read", "inbox.submission"} {
			rows[i] = rows[i]*100 + w.Rows("SELECT count(*) FROM "+table)
		}
	}
	if said[0] != said[1] {
		t.Errorf("without:\n%s\nwith:\n%s", said[0], said[1])
	}
	if rows[0] != rows[1] {
		t.Errorf("rows %d and %d", rows[0], rows[1])
	}
}

func TestTheBindingPageInsideWeChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.filed()
	w.follow(me)
	code, base := w.code(w.parties[0]), strings.TrimSuffix(w.url, "/wechat/"+court)+"/"+court
	jar, err := cookiejar.New(nil)
	w.check(err)
	home, _ := url.Parse(w.api)
	jar.SetCookies(home, []*http.Cookie{{Name: wechattest.Cookie, Value: me}})
	browser := &http.Client{Jar: jar}
	do := func(method, address, agent string, form url.Values) (string, string) {
		t.Helper()
		r, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
		w.check(err)
		r.Header.Set("User-Agent", agent)
		if form != nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		answer, err := browser.Do(r)
		w.check(err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		w.check(err)
		return answer.Request.URL.String(), string(body)
	}
	const phone, desk = "Mozilla/5.0 MicroMessenger/8.0", "Mozilla/5.0"
	if at, _ := do("GET", base+"/bind?code="+code, desk, nil); at != base+"/login?code="+code {
		t.Error("an ordinary browser is led to", at)
	}
	if _, page := do("GET", base+"/bind/person", phone, nil); !strings.Contains(page, "这次绑定已经中断") {
		t.Error("the form opens without WeChat's word")
	}
	if _, page := do("GET", base+"/bind/back?code=oauth_1&state=made-up", phone, nil); !strings.Contains(page, "这次绑定已经中断") {
		t.Error("a made-up return is taken")
	}
	at, page := do("GET", base+"/bind?code="+code, phone, nil)
	if !strings.HasPrefix(at, base+"/bind/person") || !strings.Contains(page, code) {
		t.Fatal(at, page)
	}
	token := func() string { return regexp.MustCompile(`name="_csrf" value="([^"]+)"`).FindStringSubmatch(page)[1] }
	if _, refused := do("POST", base+"/bind/person", phone, url.Values{"id_number": {myID}, "query_code": {code}}); strings.Contains(refused, "6 位") {
		t.Error("taken without a token")
	}
	at, page = do("POST", base+"/bind/person", phone, url.Values{"_csrf": {token()}, "id_number": {myID}, "query_code": {code}})
	if at != base+"/bind/code" {
		t.Fatal(at, page)
	}
	_, page = do("POST", base+"/bind/code", phone, url.Values{"_csrf": {token()}, "code": {w.digits()}})
	if !strings.Contains(page, "绑定成功") {
		t.Fatal(page)
	}
	w.talk(me, [2]string{"查案", "下一步"})
}
