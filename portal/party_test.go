package portal

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/portal/exchange"
)

const (
	partyID   = "11010519491231002X"
	partyCode = "12345678"
)

// offering is a profile whose book lets parties in and takes forms of every type of field.
func offering(id, name string) exchange.Profile {
	p := profile(id, name)
	p.Roles = map[string]string{"applicant": "申请执行人", "debtor": "被执行人", "agent": "委托代理人"}
	p.Messages = map[string]exchange.Template{
		"login_code":      {Name: "登录验证码", Text: "验证码{code}，{minutes}分钟内有效，请勿告诉他人。", Params: []string{"code", "minutes"}, Sign: name, Clause: "S-2.6"},
		"account_bound":   {Name: "微信绑定", Text: "您的案件已于{time}绑定{account}。", Params: []string{"time", "account"}, Sign: name},
		"account_unbound": {Name: "微信解绑", Text: "您的案件已于{time}解绑{account}。", Params: []string{"time", "account"}, Sign: name},
	}
	every := []exchange.Field{
		{ID: "subject", Label: "标题", Type: "text", Required: true, Max: 20, Help: "一句话说明要办什么。", Example: "请求尽快发放案款"},
		{ID: "text", Label: "内容", Type: "long", Required: true, Max: 200},
		{ID: "amount", Label: "金额", Type: "money"},
		{ID: "day", Label: "日期", Type: "date"},
		{ID: "hour", Label: "时间", Type: "datetime"},
		{ID: "kind", Label: "种类", Type: "choice", Of: []exchange.Choice{{ID: "a", Label: "甲类"}, {ID: "b", Label: "乙类"}}},
		{ID: "class", Label: "财产类别", Type: "choice", Of: []exchange.Choice{{ID: "1", Label: "存款"}, {ID: "2", Label: "房产"}, {ID: "3", Label: "车辆"}, {ID: "4", Label: "股权"}, {ID: "5", Label: "债权"}, {ID: "6", Label: "其他"}}},
		{ID: "agreed", Label: "是否同意网上办理", Type: "yesno", Required: true},
		{ID: "count", Label: "份数", Type: "number"},
	}
	p.Forms = []exchange.Form{
		{Process: "party_message", Name: "给承办法官留言", Intro: "写给承办法官和法官助理，随案保存。", By: []string{"applicant", "debtor"}, PerDay: 2, Fields: every, Files: 2, Answer: "收到后五个工作日内答复", Clause: "S-2.6"},
		{Process: "urge", Name: "催办", Intro: "请求法院尽快办理下一步。", By: []string{"applicant"}, Fields: every[:2], Answer: "三个工作日内答复", Clause: "S-2.6"},
		{Process: "reward_claim", Name: "申领悬赏奖金", Intro: "符合悬赏公告条件的，凭回执申领。", By: []string{"tipster"}, Fields: every[1:2], Answer: "十五日内答复", Clause: "S-2.6"},
	}
	return p
}

// party lets somebody look into a case; the id is that of the viewer.
func (w *world) party(t testing.TB, court, number, code, caseNo, role string) uuid.UUID {
	t.Helper()
	id, keys := uuid.Must(uuid.NewV7()), w.keys.Public()
	mobile, err := keys.SealCourier("viewer.mobile:"+id.String(), []byte("13800138000"))
	check(t, err)
	w.exec(t, `INSERT INTO disclosed.viewer (court, id, case_id, case_no, role, stands_for, person, code, mobile, changed_at) VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, now())`,
		court, id, uuid.Must(uuid.NewV7()), caseNo, role, keys.BlindIndex("viewer.person", enforcement.NormalizeForIndex(number)), keys.BlindIndex("viewer.code", code), mobile)
	return id
}

func (w *world) item(t testing.TB, viewer uuid.UUID, code, title string, at time.Time, body exchange.Item) uuid.UUID {
	t.Helper()
	text, err := json.Marshal(body)
	check(t, err)
	id := uuid.Must(uuid.NewV7())
	w.exec(t, `INSERT INTO disclosed.item (court, id, viewer, case_id, code, title, body, clause, at, version)
		SELECT court, $1, id, case_id, $3, $4, $5, 'S-2.6', $6, 1 FROM disclosed.viewer WHERE id = $2`, id, viewer, code, title, text, at)
	return id
}

func (w *world) clock(t testing.TB, viewer uuid.UUID, rule, name, owner string, roles []string, period calendar.Rule, from time.Time) {
	t.Helper()
	due := calendar.New(nil).Due(period, from)
	text, err := json.Marshal(due.Explanation)
	check(t, err)
	w.exec(t, `INSERT INTO disclosed.clock (court, id, case_id, rule, roles, name, owner, clause, started_at, warn_at, due_at, state, explanation)
		SELECT court, $1, case_id, $3, $4, $5, $6, 'S-2.6', $7, $8, $9, 'open', $10 FROM disclosed.viewer WHERE id = $2`,
		uuid.Must(uuid.NewV7()), viewer, rule, roles, name, owner, from, due.WarnAt, due.At, text)
}

func shown(pairs ...string) (list []exchange.Shown) {
	for i := 0; i < len(pairs); i += 4 {
		list = append(list, exchange.Shown{ID: pairs[i], Label: pairs[i+1], Value: pairs[i+2], Raw: pairs[i+3]})
	}
	return list
}

// story is a case in the middle of its life, with everything the page can show.
func (w *world) story(t testing.TB, court, number string) uuid.UUID {
	t.Helper()
	v := w.party(t, court, number, partyCode, "（2026）某01执1234号", "applicant")
	day := func(n int) time.Time { return noon.AddDate(0, 0, -n) }
	w.item(t, v, "case_filed", "（2026）某01执1234号案已于2026年9月1日立案，执行法官林某，电话0898-11112222。", day(83), exchange.Item{Role: "applicant",
		Fields: shown("case_no", "案号", "（2026）某01执1234号", "", "filed_on", "立案日期", "2026年9月1日", "2026-09-01", "cause", "案由", "买卖合同纠纷", "", "judge", "承办法官", "林某", "", "clerk", "书记员", "吴某", "", "phone", "联系电话", "0898-11112222", "", "query_code", "查询码", "12345678", "")})
	w.item(t, v, "asset_frozen", "（2026）某01执1234号案已于2026年9月20日依法冻结被执行人名下银行存款，到期日2027年9月19日。", day(64), exchange.Item{Role: "applicant",
		Fields: shown("class", "财产类别", "银行存款", "deposit", "amount", "冻结金额", "1,280,000.00元", "128000000", "effect_on", "生效日期", "2026年9月20日", "2026-09-20", "expires_on", "期限届满日", "2027年9月19日", "2027-09-19")})
	w.item(t, v, "dishonest_listed", "被执行人某某实业集团（海南）新能源汽车零部件制造有限责任公司已被纳入失信被执行人名单，信息同步推送至各联合惩戒单位，期间不得乘坐飞机、高铁一等以上座位。", day(50), exchange.Item{Role: "applicant",
		Service: "pending", Remedies: []string{"认为纳入错误的，可书面申请纠正，本院十五日内审查；对驳回决定不服的，可自决定书送达之日起十日内向上一级人民法院申请复议，复议期间不停止执行。"},
		Fields: shown("document_no", "决定文号", "（2026）某01执1234号之二", "")})
	w.item(t, v, "online_inquiry_returned", "网络查控结果已反馈，经准许向您公开。", day(40), exchange.Item{Role: "applicant", Secret: "财产查询结果仅供本案使用，不得向他人透露。", Fields: shown("result", "结果", "发现存款、车辆各一", "")})
	w.item(t, v, "funds_received", "（2026）某01执1234号案已到账案款50,000.00元（扣划）。", day(23), exchange.Item{Role: "applicant",
		Fields: shown("amount", "到账金额", "50,000.00元", "5000000", "arrived_on", "到账日期", "2026年10月31日", "2026-10-31")})
	w.item(t, v, "party_message_answered", "承办法官答复了您的留言：案款正在核算，预计本月内发放。", day(5), exchange.Item{Role: "applicant", Fields: shown("ticket", "编号", "SQ261115-204518", "")})
	w.clock(t, v, "funds_payout", "案款核算、发放", "承办法官", []string{"applicant"}, calendar.Rule{Unit: calendar.NaturalDay, N: 30, Roll: true, WarnN: 10}, day(23))
	w.clock(t, v, "assess", "确定财产处置参考价", "执行实施组", []string{"applicant", "debtor"}, calendar.Workdays(10), day(20))
	w.clock(t, v, "secret_step", "只给被执行人看的期限", "承办法官", []string{"debtor"}, calendar.Days(3), day(1))
	return v
}

// sms is the newest six digits that went out.
func (w *world) sms(t testing.TB) string {
	t.Helper()
	var text string
	check(t, w.owner.QueryRow(t.Context(), `SELECT text FROM edge.message WHERE template = 'login_code' ORDER BY created_at DESC, id DESC LIMIT 1`).Scan(&text))
	return regexp.MustCompile(`验证码([0-9]{6})`).FindStringSubmatch(text)[1]
}

// signIn goes the whole way.
func (v *visitor) signIn(number, code string) *http.Response {
	v.t.Helper()
	res, body := v.post("/sanya/login", "/sanya/login", map[string]string{"id_number": number, "query_code": code})
	if res.StatusCode != 303 {
		v.t.Fatal(res.StatusCode, body)
	}
	res, body = v.post("/sanya/login/code", "/sanya/login/code", map[string]string{"code": v.w.sms(v.t)})
	if res.StatusCode != 303 {
		v.t.Fatal(res.StatusCode, body)
	}
	return res
}

var changing = regexp.MustCompile(`(name="_csrf" value|name="key" value)="[^"]*"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

func strip(page string) string { return changing.ReplaceAllString(page, "") }

func TestHitAndMissLookTheSame(t *testing.T) {
	w := newWorld(t)
	w.story(t, "sanya", partyID)
	ask := func(number, code string) (string, string) {
		v := w.visitor(t)
		res, body := v.post("/sanya/login", "/sanya/login", map[string]string{"id_number": number, "query_code": code})
		_, page := v.get("/sanya/login/code")
		_, wrong := v.post("/sanya/login/code", "/sanya/login/code", map[string]string{"code": "000000"})
		header := strings.Builder{}
		for _, name := range []string{"Location", "Cache-Control", "Content-Type"} {
			header.WriteString(res.Header.Get(name))
		}
		if len(v.jar["login_sanya"]) != 36 {
			t.Error(v.jar)
		}
		return header.String() + strip(body) + strip(page), strip(wrong)
	}
	hit, hitWrong := ask(partyID, "1234 5678")
	for _, miss := range [][2]string{{partyID, "87654321"}, {"110105194912310038", partyCode}, {"E12345678", partyCode}, {"91460000MA5T1234XX", "00000000"}} {
		got, wrong := ask(miss[0], miss[1])
		if got != hit || wrong != hitWrong {
			t.Error("a miss looks different:", miss)
		}
	}
	if !strings.Contains(hit, "如果填写的信息与登记一致，验证码已发到登记的手机号码") {
		t.Error(hit)
	}
}

func TestSignInLookOnAndSignOut(t *testing.T) {
	w := newWorld(t)
	id := w.story(t, "sanya", partyID)
	v := w.visitor(t)
	v.jar["case_sanya"] = "fixed-by-somebody-else"
	v.signIn(partyID, partyCode)
	token := v.jar["case_sanya"]
	if token == "fixed-by-somebody-else" || len(token) < 20 {
		t.Error("the session was not renewed:", token)
	}
	res, page := v.get("/sanya/case")
	if res.StatusCode != 303 || res.Header.Get("Location") != "/sanya/case/"+id.String() {
		t.Fatal(res.StatusCode, page)
	}
	res, page = v.get("/sanya/case/" + id.String())
	for _, want := range []string{"（2026）某01执1234号", "林某", "tel:089811112222", "吴某", "买卖合同纠纷", "确定财产处置参考价", "逾期", "还有", "文书送达情况：待送达", "请保密", "watermark",
		"第 20 天", "第 30 天", "提交的内容与法院的答复", "SQ261115-204518", "给承办法官留言", "催办", "2027年9月19日"} {
		if !strings.Contains(page, want) {
			t.Errorf("not on the page: %s", want)
		}
	}
	for _, not := range []string{"只给被执行人看的期限", partyID, partyCode, "13800138000", "申领悬赏奖金", "no value", "style="} {
		if strings.Contains(page, not) {
			t.Errorf("on the page: %s", not)
		}
	}
	if res.Header.Get("Cache-Control") != "no-store" {
		t.Error("the page may be kept")
	}
	old := v.jar["case_sanya"]
	if res, _ := v.post("/sanya/case/"+id.String(), "/sanya/logout", nil); res.StatusCode != 303 {
		t.Error(res.StatusCode)
	}
	v.jar["case_sanya"] = old
	if res, _ := v.get("/sanya/case/" + id.String()); res.StatusCode != 303 || !strings.HasPrefix(res.Header.Get("Location"), "/sanya/login") {
		t.Error("the session lives on:", res.StatusCode)
	}
}

func TestOtherPeoplesCasesAndCourtsAreClosed(t *testing.T) {
	w := newWorld(t)
	w.story(t, "sanya", partyID)
	other := w.party(t, "sanya", "91460000MA5T12345X", "87654321", "（2026）某01执9号", "applicant")
	elsewhere := w.party(t, "wugang", partyID, partyCode, "（2026）某02执7号", "applicant")
	v := w.visitor(t)
	v.signIn(partyID, partyCode)
	for path, want := range map[string]int{"/sanya/case/" + other.String(): 404, "/sanya/case/" + elsewhere.String(): 404, "/sanya/case/x": 404,
		"/sanya/case/" + uuid.NewString(): 404, "/sanya/case/" + other.String() + "/apply/urge": 404, "/wugang/case": 303, "/wugang/case/" + elsewhere.String(): 303} {
		if res, page := v.get(path); res.StatusCode != want || strings.Contains(page, "某01执9号") {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	v.jar["case_wugang"] = v.jar["case_sanya"]
	if res, _ := v.get("/wugang/case"); res.StatusCode != 303 || !strings.HasPrefix(res.Header.Get("Location"), "/wugang/login") {
		t.Error("the cookie opens another court")
	}
}

func TestMandateEnds(t *testing.T) {
	w := newWorld(t)
	id := w.story(t, "sanya", partyID)
	v := w.visitor(t)
	v.signIn(partyID, partyCode)
	w.exec(t, `UPDATE disclosed.viewer SET until = $1`, noon.Add(10*time.Minute))
	w.now = noon.Add(10*time.Minute - time.Second)
	if res, _ := v.get("/sanya/case/" + id.String()); res.StatusCode != 200 {
		t.Error("refused too early:", res.StatusCode)
	}
	w.now = noon.Add(10 * time.Minute)
	res, _ := v.get("/sanya/case/" + id.String())
	if res.StatusCode != 303 || res.Header.Get("Location") != "/sanya/login?why=over" {
		t.Fatal(res.StatusCode, res.Header)
	}
	if _, page := v.get("/sanya/login?why=over"); !strings.Contains(page, "委托期限届满") {
		t.Error("no plain sentence")
	}
	v = w.visitor(t)
	v.post("/sanya/login", "/sanya/login", map[string]string{"id_number": partyID, "query_code": partyCode})
	var n int
	check(t, w.owner.QueryRow(t.Context(), `SELECT count(*) FROM edge.message`).Scan(&n))
	if n != 1 {
		t.Error("a code went out after the mandate had ended")
	}
}

func TestIdleAndKiosk(t *testing.T) {
	w := newWorld(t)
	id := w.story(t, "sanya", partyID)
	v, hall := w.visitor(t), w.visitor(t)
	v.signIn(partyID, partyCode)
	hall.post("/sanya/login?kiosk=1", "/sanya/login", map[string]string{"id_number": partyID, "query_code": partyCode, "kiosk": "1"})
	hall.post("/sanya/login/code?kiosk=1", "/sanya/login/code", map[string]string{"code": w.sms(t), "kiosk": "1"})
	path := "/sanya/case/" + id.String()
	if res, _ := hall.get(path); res.StatusCode != 200 || res.Header.Get("Refresh") != "180; url=/sanya/logout/idle" {
		t.Error(res.StatusCode, res.Header.Get("Refresh"))
	}
	if res, _ := v.get(path); res.Header.Get("Refresh") != "" {
		t.Error("a person at home is sent away")
	}
	w.now = noon.Add(4 * time.Minute)
	if res, _ := hall.get(path); res.StatusCode != 303 {
		t.Error("the hall's machine stays open:", res.StatusCode)
	}
	w.now = noon
	for range 3 {
		w.now = w.now.Add(29 * time.Minute)
		if res, _ := v.get(path); res.StatusCode != 200 {
			t.Error("a session in use ended:", res.StatusCode)
		}
	}
	w.now = w.now.Add(31 * time.Minute)
	if res, _ := v.get(path); res.StatusCode != 303 || !strings.Contains(res.Header.Get("Location"), "why=ended") {
		t.Error("a resting session stays open:", res.Header)
	}
}

func TestHiddenRowsLeaveNoTrace(t *testing.T) {
	w := newWorld(t)
	id := w.story(t, "sanya", partyID)
	v := w.visitor(t)
	v.signIn(partyID, partyCode)
	v.get("/sanya/case/" + id.String()) // everything is read
	_, before := v.get("/sanya/case/" + id.String())
	// The same case of another person in it, a clock for others, a case of others, a tombstone.
	other := w.party(t, "sanya", "91460000MA5T12345X", "87654321", "（2026）某01执1234号", "debtor")
	w.exec(t, `UPDATE disclosed.viewer SET case_id = (SELECT case_id FROM disclosed.viewer WHERE id = $1) WHERE id = $2`, id, other)
	w.item(t, other, "asset_frozen", "不该看到", noon, exchange.Item{})
	w.clock(t, other, "hidden", "不该看到的期限", "某某", []string{"debtor"}, calendar.Days(9), noon)
	w.exec(t, `INSERT INTO disclosed.tombstone (court, id, at) VALUES ('sanya', $1, now())`, uuid.New())
	_, after := v.get("/sanya/case/" + id.String())
	if strip(before) != strip(after) {
		t.Error("the page tells that there is more")
	}
}

func good() map[string]string {
	return map[string]string{"v_subject": "请尽快发放", "v_text": "案款已到账，请发放。", "v_agreed": "yes", "v_amount": "1,200.50", "v_day": "2026-12-01", "v_hour": "2026-12-01T09:30",
		"v_kind": "a", "v_class": "6", "v_count": "3"}
}

var ticket = regexp.MustCompile(`SQ261123-[0-9]{6}`)

func TestApplicationIsSealedAndSentOnce(t *testing.T) {
	w := newWorld(t)
	id := w.story(t, "sanya", partyID)
	v := w.visitor(t)
	v.signIn(partyID, partyCode)
	path := "/sanya/case/" + id.String() + "/apply/party_message"
	fields := good()
	fields["key"] = "fixed"
	res, page := v.post(path, path, fields)
	number := ticket.FindString(page)
	if res.StatusCode != 200 || number == "" || !strings.Contains(page, "收到后五个工作日内答复") {
		t.Fatal(res.StatusCode, page)
	}
	if _, again := v.post(path, path, fields); ticket.FindString(again) != number {
		t.Error("sent twice, two numbers")
	}
	var row uuid.UUID
	var meta, sealed []byte
	check(t, w.owner.QueryRow(t.Context(), `SELECT id, meta, sealed FROM inbox.submission WHERE kind = 'application'`).Scan(&row, &meta, &sealed))
	if strings.Contains(string(meta), "案款") || strings.Contains(string(sealed), "案款") || strings.Contains(string(meta), partyID) {
		t.Error("readable on this half")
	}
	plain, err := w.keys.Unseal("submission.sealed:"+row.String(), sealed)
	check(t, err)
	var a exchange.Application
	var m exchange.ApplicationMeta
	check(t, json.Unmarshal(plain, &a))
	check(t, json.Unmarshal(meta, &m))
	if a.Values["text"] != "案款已到账，请发放。" || a.Values["class"] != "6" || a.Channel != "portal" || m.Viewer != id || m.Ticket != number || m.Process != "party_message" {
		t.Errorf("%+v %+v", a, m)
	}
	for i, want := range []int{200, 429} { // two a day
		fields["key"] = string(rune('a' + i))
		if res, page := v.post(path, path, fields); res.StatusCode != want || want == 429 && !strings.Contains(page, "一天最多提交 2 次") {
			t.Error(i, res.StatusCode)
		}
	}
	w.now = noon.Add(12*time.Hour + time.Minute)
	w.exec(t, `UPDATE edge.session SET seen_at = $1, until = $2`, w.now, w.now.Add(time.Hour))
	fields["key"] = "tomorrow"
	if res, _ := v.post(path, path, fields); res.StatusCode != 200 {
		t.Error("the next day is not a new day:", res.StatusCode)
	}
}

func TestFormGallery(t *testing.T) {
	w := newWorld(t)
	id := w.story(t, "sanya", partyID)
	v := w.visitor(t)
	v.signIn(partyID, partyCode)
	path := "/sanya/case/" + id.String() + "/apply/party_message"
	for _, c := range []struct{ field, value, want string }{
		{"subject", "", "请填写标题"}, {"subject", strings.Repeat("字", 21), "最多 20 字，现在有 21 字"}, {"text", strings.Repeat("字", 201), "最多 200 字"}, {"amount", "-3", "不能是负数"},
		{"amount", "许多", "金额的写法"}, {"day", "明天", "2026-03-04的样子"}, {"hour", "2026-12-01", "2026-03-04T15:30"}, {"kind", "c", "给出的选项"}, {"class", "9", "给出的选项"},
		{"agreed", "", "请填写是否同意网上办理"}, {"agreed", "maybe", "请选择是或者否"}, {"count", "三", "只能填写数字"},
	} {
		fields := good()
		fields["v_"+c.field] = c.value
		res, page := v.post(path, path, fields)
		if res.StatusCode != 422 || !strings.Contains(page, c.want) || !strings.Contains(page, `id="e-v_`+c.field+`"`) || !strings.Contains(page, "1,200.50") && c.field != "amount" {
			t.Errorf("%s=%s: %d, want %s", c.field, c.value, res.StatusCode, c.want)
		}
	}
	if res, page := v.post(path, path, good(), []byte("MZ\x90\x00 a program")); res.StatusCode != 422 || !strings.Contains(page, "请在改正后重新选择") {
		t.Error(res.StatusCode)
	}
	if res, _ := v.get("/sanya/case/" + id.String() + "/apply/reward_claim"); res.StatusCode != 404 {
		t.Error("a form for tipsters opens to a party")
	}
}

func TestEndedSessionLosesNothing(t *testing.T) {
	w := newWorld(t)
	id := w.story(t, "sanya", partyID)
	v := w.visitor(t)
	v.signIn(partyID, partyCode)
	path := "/sanya/case/" + id.String() + "/apply/party_message"
	fields := good()
	_, form := v.get(path)
	fields["_csrf"] = hidden.FindStringSubmatch(form)[2]
	w.now = noon.Add(40 * time.Minute)
	res, _ := v.post("/sanya", path, fields)
	if res.StatusCode != 303 || res.Header.Get("Location") != "/sanya/login?why=draft" {
		t.Fatal(res.StatusCode, res.Header)
	}
	var body []byte
	check(t, w.owner.QueryRow(t.Context(), `SELECT body FROM edge.draft`).Scan(&body))
	if strings.Contains(string(body), "案款") {
		t.Error("the draft is readable")
	}
	if res := v.signIn(partyID, partyCode); res.Header.Get("Location") != path {
		t.Fatal(res.Header)
	}
	_, page := v.get(path)
	for _, want := range []string{"已经为您保存", "案款已到账，请发放。", `value="1,200.50"`, `value="2026-12-01"`} {
		if !strings.Contains(page, want) {
			t.Errorf("lost: %s", want)
		}
	}
	// Another person at the same browser does not get it.
	w.party(t, "sanya", "91460000MA5T12345X", "87654321", "（2026）某01执9号", "applicant")
	draft := v.jar["draft_sanya"]
	res, _ = v.post(path, path, good())
	if res.StatusCode != 200 || v.jar["draft_sanya"] != "" {
		t.Error(res.StatusCode, "the draft stays")
	}
	thief := w.visitor(t)
	thief.jar["draft_sanya"] = draft
	if res := thief.signIn("91460000MA5T12345X", "87654321"); res.Header.Get("Location") != "/sanya/case" {
		t.Error(res.Header)
	}
}

func TestRewardByReceipt(t *testing.T) {
	w := newWorld(t)
	receipt := w.fill(t)
	w.exec(t, `UPDATE disclosed.tip SET stage = 'verified', result = 'adopted'`)
	v := w.visitor(t)
	_, page := v.post("/sanya/receipt", "/sanya/receipt", map[string]string{"receipt": receipt})
	if !strings.Contains(page, "申领悬赏奖金") || strings.Contains(page, "给承办法官留言") {
		t.Fatal("the forms for tipsters are not these:", page)
	}
	_, page = v.post("/sanya/receipt", "/sanya/receipt/form/reward_claim", map[string]string{"receipt": receipt})
	if !strings.Contains(page, "凭回执申领") {
		t.Fatal(page)
	}
	res, page := v.post("/sanya/receipt", "/sanya/receipt/apply/reward_claim", map[string]string{"receipt": receipt, "v_text": "请核发", "key": "k"})
	if res.StatusCode != 200 || ticket.FindString(page) == "" {
		t.Fatal(res.StatusCode, page)
	}
	var meta []byte
	check(t, w.owner.QueryRow(t.Context(), `SELECT meta FROM inbox.submission WHERE kind = 'application'`).Scan(&meta))
	var m exchange.ApplicationMeta
	check(t, json.Unmarshal(meta, &m))
	if len(m.ReceiptHMAC) != 32 || m.Viewer != uuid.Nil {
		t.Errorf("%+v", m)
	}
	if res, _ := v.post("/sanya/receipt", "/sanya/receipt/apply/reward_claim", map[string]string{"receipt": "0000 0000 0000 0000", "v_text": "x", "key": "k"}); res.StatusCode != 404 {
		t.Error(res.StatusCode)
	}
	if res, _ := v.post("/sanya/receipt", "/sanya/receipt/apply/urge", map[string]string{"receipt": receipt, "v_text": "x", "key": "k"}); res.StatusCode != 404 {
		t.Error("a party's form opens by receipt:", res.StatusCode)
	}
	w.exec(t, `UPDATE disclosed.tip SET reward = '{"state":"payable","amount":500000,"at":"2026-11-22T02:00:00Z"}'`)
	_, page = v.post("/sanya/receipt", "/sanya/receipt", map[string]string{"receipt": receipt})
	if !strings.Contains(page, "可以领取奖金") || !strings.Contains(page, "5,000.00元") {
		t.Error("no reward on the page")
	}
}

func TestMessagePreferences(t *testing.T) {
	w := newWorld(t)
	w.story(t, "sanya", partyID)
	v := w.visitor(t)
	if _, page := v.get("/sanya/preferences"); strings.Contains(page, "preferences/messages") {
		t.Error("shown to nobody in particular")
	}
	v.signIn(partyID, partyCode)
	if res, page := v.post("/sanya/preferences", "/sanya/preferences/messages", map[string]string{"channels": "sms", "language": "en"}); res.StatusCode != 303 {
		t.Fatal(res.StatusCode, page)
	}
	var channels []string
	check(t, w.owner.QueryRow(t.Context(), `SELECT channels FROM edge.preference WHERE language = 'en'`).Scan(&channels))
	if len(channels) != 1 || channels[0] != "sms" {
		t.Error(channels)
	}
	if res, page := v.post("/sanya/preferences", "/sanya/preferences/messages", map[string]string{"channels": "pigeon"}); res.StatusCode != 422 || !strings.Contains(page, "给出的方式") {
		t.Error(res.StatusCode)
	}
	login, err := w.service.StartBinding(t.Context(), "sanya", "o-1", partyID, partyCode)
	check(t, err)
	check(t, w.service.FinishBinding(t.Context(), "sanya", "o-1", login, w.sms(t)))
	_, page := v.get("/sanya/preferences")
	account := regexp.MustCompile(`name="account" value="([0-9a-f]+)"`).FindStringSubmatch(page)
	if account == nil {
		t.Fatal("the binding is not shown")
	}
	if res, _ := v.post("/sanya/preferences", "/sanya/preferences/unbind", map[string]string{"account": account[1]}); res.StatusCode != 303 {
		t.Error(res.StatusCode)
	}
	if u, err := w.service.WeChatUser(t.Context(), "sanya", "o-1"); err != nil || u.Person != nil || !u.Subscribed {
		t.Error(u, err)
	}
}

func TestLoginLeadsNowhereElse(t *testing.T) {
	w := newWorld(t)
	v := w.visitor(t)
	for _, next := range []string{"https://evil.example", "//evil.example", "/\\evil.example", "/wugang/case", "/sanya/../wugang", "/sanya/logout", "javascript:alert(1)"} {
		r := httptest.NewRequest("GET", "/sanya/login", nil)
		q := r.URL.Query()
		q.Set("next", next)
		r.URL.RawQuery = q.Encode()
		r.RequestURI = r.URL.RequestURI()
		if _, page := v.send(r); strings.Contains(page, `name="next"`) {
			t.Error("goes to", next)
		}
	}
	if _, page := v.get("/sanya/login?code=1234%205678&next=/sanya/preferences"); !strings.Contains(page, `value="12345678"`) || !strings.Contains(page, `name="next" value="/sanya/preferences"`) {
		t.Error("what the notice's code brings is lost")
	}
}
