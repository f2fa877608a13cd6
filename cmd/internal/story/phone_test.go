package story

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestOnTheWeChatPhone: the demonstration's phone, which speaks WeChat's own protocol to the bot.
func TestOnTheWeChatPhone(t *testing.T) {
	s := begin(t)
	s.workday(t)
	s.tell(t, []step{
		{"1 an applicant scans the notice, is bound, and asks where the case stands", s.binds},
		{"2 a tip in odd order, corrected, sent; the officer's question and its answer come and go", s.talks},
	})
}

// wechat opens the phone of the nth person at a court.
func (s *tale) wechat(t *testing.T) *page {
	t.Helper()
	return s.phone.on(t).visit(s.url(s.tray, "/phone?court=sanya")).unfold()
}

// act presses one of the phone's buttons with what its form needs.
func (s *tale) act(t *testing.T, form, act string, values map[string]string) *page {
	t.Helper()
	p := s.wechat(t)
	js := `(() => {
		const b = [...document.querySelectorAll('button[name=act]')].find(b => b.value === ` + quote(act) + ` && (!` + quote(form) + ` || b.closest('form').querySelector('[name="' + ` + quote(form) + ` + '"]:not([type=hidden])')));
		if (!b) return false;
		const f = b.closest('form');
		for (const [k, v] of Object.entries(VALUES)) f.querySelector('[name="' + k + '"]').value = v;
		window.stillHere = true;
		const i = document.createElement('input'); i.type = 'hidden'; i.name = 'act'; i.value = ` + quote(act) + `; f.appendChild(i);
		setTimeout(() => f.submit(), 0);
		return true })()`
	pairs := []string{}
	for k, v := range values {
		pairs = append(pairs, quote(k)+":"+quote(v))
	}
	if !eval[bool](p, strings.ReplaceAll(js, "VALUES", "{"+strings.Join(pairs, ",")+"}")) {
		t.Fatalf("the phone has no %s\n%s", act, p.seen())
	}
	p.await("the phone after "+act, `!window.stillHere && document.readyState === 'complete'`)
	return s.wechat(t)
}

func (s *tale) says(t *testing.T, text string) *page {
	t.Helper()
	return s.act(t, "text", "text", map[string]string{"text": text})
}

// binds is journey 1.
func (s *tale) binds(t *testing.T) {
	s.bring(t, "sanya", s.number(9401), wang, zhao)
	code := s.code(t, "sanya", s.number(9401), wang.name, false)
	s.act(t, "", "follow", nil).reads("查案")
	s.says(t, "查案").reads("绑定")
	s.says(t, "绑定")
	s.says(t, wang.id)
	s.says(t, code)
	var sent string
	for end := time.Now().Add(15 * time.Second); sent == "" && time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if m := loginCode.FindStringSubmatch(s.desk.on(t).visit(s.url(s.tray, "/?court=sanya")).seen()); m != nil {
			sent = m[1]
		}
	}
	s.says(t, sent).reads("绑定")
	s.says(t, "查案").reads(s.number(9401), "向被执行人发出执行通知书", "工作日").lacks(zhao.id).picture("wechat")
}

// talks is journey 2.
func (s *tale) talks(t *testing.T) {
	s.says(t, "线索")
	s.says(t, "财产")
	s.act(t, "file", "sample", nil)
	s.says(t, "赵欠款")
	s.act(t, "heard", "voice", nil)
	s.says(t, "看到一辆货车停在院子里")
	p := s.says(t, "看一看").reads("看到一辆货车")
	for range 8 {
		if strings.Contains(p.text("body"), "同意") && strings.Contains(p.text("body"), "法律责任") {
			break
		}
		p = s.says(t, "跳过")
	}
	s.says(t, "同意")
	p = s.says(t, "提交")
	p.reads("XS")
	s.ticket = regexp.MustCompile(`XS\d{6}-\d{6}`).FindString(p.text("body"))
	d := s.signIn(t, "sanya", "duty1")
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if strings.Contains(d.visit(s.url(s.program.desk, "/sanya/duty")).seen(), s.ticket) {
			break
		}
	}
	d.press(s.ticket).reads("看到一辆货车", "微信").fill(map[string]string{"question": "车牌看清了吗？"}).press("登记问题")
	s.signIn(t, "sanya", "judge1").visit(s.url(s.program.desk, "/sanya/release")).reads("车牌看清了吗").press("决定告知")
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		if strings.Contains(s.wechat(t).text("body"), "新的提问") {
			break
		}
	}
	s.wechat(t).reads("新的提问")
	s.says(t, "人工")
	s.says(t, "我想当面说")
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if d.visit(s.url(s.program.desk, "/sanya/chats")); strings.Contains(d.seen(), "条") {
			break
		}
	}
	d.press("王申请").reads("我想当面说")
}
