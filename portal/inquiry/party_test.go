package inquiry

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
)

const (
	number = "11010519491231002X"
	code   = "12345678"
)

// partyWorld is a world whose book lets parties in.
func partyWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	message := exchange.Template{Name: "登录验证码", Text: "验证码{code}，{minutes}分钟内有效，回拨{hotline}。", Params: []string{"code", "minutes"}, Sign: "法院", WeChat: map[string]string{"thing1": "{account}"}}
	text, _ := json.Marshal(exchange.Profile{Name: "法院", Hotlines: []exchange.Hotline{{Phone: "0898-1"}}, Tip: exchange.TipForm{WarningVersion: "1", MaxText: 100, MaxFiles: 2},
		Messages: map[string]exchange.Template{"login_code": message, "account_bound": message, "account_unbound": message},
		Forms:    []exchange.Form{{Process: "urge", Name: "催办", By: []string{"applicant"}, PerDay: 1, Files: 1, Fields: []exchange.Field{{ID: "text", Label: "内容", Type: "long", Required: true}}}}})
	_, err := w.owner.Exec(t.Context(), `UPDATE disclosed.court SET profile = $1`, text)
	check(t, err)
	return w
}

func (w *world) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	_, err := w.owner.Exec(t.Context(), sql, args...)
	check(t, err)
}

func (w *world) count(t *testing.T, table string) (n int) {
	t.Helper()
	check(t, w.owner.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
	return n
}

func (w *world) party(t *testing.T, court, number, code, role string) uuid.UUID {
	t.Helper()
	id, keys := uuid.Must(uuid.NewV7()), w.keys.Public()
	mobile, err := keys.SealCourier("viewer.mobile:"+id.String(), []byte("13800138000"))
	check(t, err)
	w.exec(t, `INSERT INTO disclosed.viewer (court, id, case_id, case_no, role, stands_for, person, code, mobile, changed_at) VALUES ($1, $2, $2, '（2026）某01执1号', $3, $3, $4, $5, $6, now())`,
		court, id, role, keys.BlindIndex("viewer.person", enforcement.NormalizeForIndex(number)), keys.BlindIndex("viewer.code", code), mobile)
	return id
}

func (w *world) sms(t *testing.T) string {
	t.Helper()
	var text string
	check(t, w.owner.QueryRow(t.Context(), `SELECT text FROM edge.message WHERE template = 'login_code' ORDER BY created_at DESC, id DESC LIMIT 1`).Scan(&text))
	return regexp.MustCompile(`验证码([0-9]{6})`).FindStringSubmatch(text)[1]
}

func (w *world) signIn(t *testing.T, court string) (token string) {
	t.Helper()
	id, err := w.StartLogin(t.Context(), court, me, number, code)
	check(t, err)
	token, err = w.FinishLogin(t.Context(), court, id, w.sms(t), Browser{})
	check(t, err)
	return token
}

func keyOf(err error) string {
	p, ok := problem.As(err)
	if !ok {
		return ""
	}
	for _, f := range p.Fields {
		return f.Key
	}
	return p.Key
}

func TestLoginFindsAnyWritingOfANumber(t *testing.T) {
	w := partyWorld(t)
	w.party(t, "sanya", number, code, "applicant")
	w.party(t, "sanya", "91460000MA5T12345X", "11111111", "applicant")
	w.party(t, "sanya", "E 12345678", "22222222", "applicant")
	want := 0
	for _, c := range [][2]string{{"110105 19491231 002x", "1234 5678"}, {"１１０１０５１９４９１２３１００２Ｘ", "１２３４５６７８"}, {"91460000-ma5t12345x", "1111-1111"}, {"e 12345678", "22222222"}} {
		_, err := w.StartLogin(t.Context(), "sanya", me, c[0], c[1])
		want++
		if n := w.count(t, "edge.message"); err != nil || n != want {
			t.Error(c, n, err)
		}
	}
	for _, c := range [][2]string{{"", code}, {number, "1234567"}, {number, "一二三四五六七八"}, {strings.Repeat("9", 65), code}} {
		if _, err := w.StartLogin(t.Context(), "sanya", me, c[0], c[1]); !problem.Is(err, problem.Invalid) {
			t.Error(c, err)
		}
	}
	var text, channels, aad string
	var stored []byte
	check(t, w.owner.QueryRow(t.Context(), `SELECT text, channels::text, address_aad, address FROM edge.message ORDER BY created_at, id LIMIT 1`).Scan(&text, &channels, &aad, &stored))
	if plain, err := w.keys.Public().OpenCourier(aad, stored); err != nil || string(plain) != "13800138000" || channels != "{sms}" || !regexp.MustCompile(`^【法院】验证码\d{6}，5分钟内有效，回拨0898-1。$`).MatchString(text) {
		t.Error(text, channels, string(plain), err)
	}
	if n := w.count(t, "edge.delivery WHERE own AND urgent"); n != want {
		t.Error("the courier does not know of it:", n)
	}
}

func TestLoginCodeIsTriedFiveTimesAndOnce(t *testing.T) {
	w := partyWorld(t)
	w.party(t, "sanya", number, code, "applicant")
	try := func(id uuid.UUID, code string) string {
		_, err := w.FinishLogin(t.Context(), "sanya", id, code, Browser{})
		return keyOf(err)
	}
	hit, err := w.StartLogin(t.Context(), "sanya", me, number, code)
	check(t, err)
	right := w.sms(t)
	miss, err := w.StartLogin(t.Context(), "sanya", me, number, "00000000")
	check(t, err)
	wrong := map[bool]string{true: "000001", false: "000000"}[right == "000000"]
	for i := range 6 {
		want := map[bool]string{true: "login.code_wrong", false: "login.code_over"}[i < 5]
		if a, b := try(hit, wrong), try(miss, wrong); a != want || b != want {
			t.Error(i, a, b)
		}
	}
	if got := try(hit, right); got != "login.code_over" {
		t.Error("right after five wrong ones:", got)
	}
	late, err := w.StartLogin(t.Context(), "sanya", me, number, code)
	check(t, err)
	right = w.sms(t)
	w.at = w.at.Add(5 * time.Minute)
	if got := try(late, right); got != "login.code_over" {
		t.Error("after five minutes:", got)
	}
	id, err := w.StartLogin(t.Context(), "sanya", me, number, code)
	check(t, err)
	right = w.sms(t)
	if _, err := w.FinishLogin(t.Context(), "wugang", id, right, Browser{}); keyOf(err) != "login.code_over" {
		t.Error("another court takes it:", err)
	}
	if err := w.FinishBinding(t.Context(), "sanya", "o", id, right); keyOf(err) != "login.code_over" {
		t.Error("a log-in binds:", err)
	}
	if got := try(id, right); got != "" {
		t.Error(got)
	}
	if got := try(id, right); got != "login.code_over" {
		t.Error("used twice:", got)
	}
	for _, column := range []string{"encode(code, 'escape')", "encode(query_code, 'escape')", "id::text"} {
		if w.count(t, "edge.login WHERE position('"+right+"' in "+column+") > 0") > 0 {
			t.Error("the digits are kept in", column)
		}
	}
}

func TestLoginLimits(t *testing.T) {
	w := partyWorld(t)
	w.party(t, "sanya", number, code, "applicant")
	for i := range loginsPerson + 1 {
		_, err := w.StartLogin(t.Context(), "sanya", Client{Channel: "portal", ID: string(rune('a' + i))}, number, code)
		if problem.Is(err, problem.TooMany) != (i == loginsPerson) {
			t.Error(i, err)
		}
	}
	if n := w.count(t, "edge.message"); n != loginsPerson {
		t.Error(n, "messages went out")
	}
	w.exec(t, `INSERT INTO edge.rate (court, key, count, until) VALUES ('sanya', $1, $2, $3)`, w.limit("login", me, 0, 0).Client, loginsClient, w.at.Add(time.Hour))
	if _, err := w.StartLogin(t.Context(), "sanya", me, "other", code); !problem.Is(err, problem.TooMany) {
		t.Error(err)
	}
}

func TestSessionsAreRenewedAndHashed(t *testing.T) {
	w := partyWorld(t)
	w.party(t, "sanya", number, code, "applicant")
	first := w.signIn(t, "sanya")
	id, err := w.StartLogin(t.Context(), "sanya", me, number, code)
	check(t, err)
	second, err := w.FinishLogin(t.Context(), "sanya", id, w.sms(t), Browser{Token: first})
	check(t, err)
	if _, err := w.Party(t.Context(), "sanya", first); keyOf(err) != "login.needed" {
		t.Error("the browser's old session lives on:", err)
	}
	if p, err := w.Party(t.Context(), "sanya", second); err != nil || len(p.Viewers) != 1 {
		t.Error(p, err)
	}
	if w.count(t, "edge.session WHERE position('"+second+"' in encode(token, 'escape')) > 0") > 0 {
		t.Error("the token is kept as it is")
	}
	w.at = w.at.Add(8 * time.Hour)
	w.exec(t, `UPDATE edge.session SET seen_at = $1`, w.at)
	if _, err := w.Party(t.Context(), "sanya", second); keyOf(err) != "login.needed" {
		t.Error("longer than eight hours:", err)
	}
	for _, token := range []string{"", "x", strings.Repeat("y", 1000)} {
		if _, err := w.Party(t.Context(), "sanya", token); keyOf(err) != "login.needed" {
			t.Error(token, err)
		}
	}
}

func TestReadsAreReportedOnce(t *testing.T) {
	w := partyWorld(t)
	viewer := w.party(t, "sanya", number, code, "applicant")
	item := func() {
		w.exec(t, `INSERT INTO disclosed.item (court, id, viewer, case_id, code, title, body, clause, at, version) VALUES ('sanya', $1, $2, $2, 'x', 'y', '{}', '', $3, 1)`, uuid.Must(uuid.NewV7()), viewer, w.at)
	}
	item()
	item()
	token := w.signIn(t, "sanya")
	for i, want := range []int{1, 1, 2} {
		if i == 2 {
			item()
		}
		if _, _, err := w.Case(t.Context(), "sanya", token, viewer); err != nil || w.rows(t, "read") != want {
			t.Error(i, w.rows(t, "read"), err)
		}
	}
	var meta []byte
	check(t, w.owner.QueryRow(t.Context(), `SELECT meta FROM inbox.submission WHERE kind = 'read' ORDER BY seq LIMIT 1`).Scan(&meta))
	var r exchange.Read
	if err := json.Unmarshal(meta, &r); err != nil || r.Viewer != viewer || len(r.Items) != 2 || !r.At.Equal(w.at) {
		t.Errorf("%+v %v", r, err)
	}
	cases, err := w.CasesOf(t.Context(), "sanya", w.keys.Public().BlindIndex("viewer.person", number))
	if err != nil || len(cases) != 1 || len(cases[0].Track) != 3 || len(cases[0].Forms) != 1 {
		t.Error(cases, err)
	}
}

func TestApplyAsksForTheRightAgain(t *testing.T) {
	w := partyWorld(t)
	viewer, debtor := w.party(t, "sanya", number, code, "applicant"), w.party(t, "sanya", number, "87654321", "debtor")
	person := w.keys.Public().BlindIndex("viewer.person", number)
	a := Application{Key: "k", Process: "urge", Values: map[string]string{"text": " 请办理\x00 ", "more": "unknown"}, Files: []Upload{{Name: "a.jpg", Data: photo(t)}}}
	for name, c := range map[string]struct {
		sender Sender
		key    string
	}{
		"another's case": {Sender{Person: []byte("somebody"), Viewer: viewer}, "form.unknown"}, "another role": {Sender{Person: person, Viewer: debtor}, "form.unknown"},
		"nobody": {Sender{Viewer: viewer}, "login.needed"}, "a receipt": {Sender{Receipt: "0000000000000000"}, "form.unknown"},
	} {
		if _, err := w.Apply(t.Context(), "sanya", me, c.sender, a); keyOf(err) != c.key {
			t.Errorf("%s: %v", name, err)
		}
	}
	mine := Sender{Person: person, Viewer: viewer}
	sent, err := w.Apply(t.Context(), "sanya", me, mine, a)
	check(t, err)
	again, err := w.Apply(t.Context(), "sanya", Client{Channel: "wechat", ID: "o"}, mine, a)
	if err != nil || again.Ticket != sent.Ticket || w.rows(t, "application") != 1 || !regexp.MustCompile(`^SQ261123-\d{6}$`).MatchString(sent.Ticket) {
		t.Error(sent, again, err)
	}
	a.Key = "other"
	if _, err := w.Apply(t.Context(), "sanya", me, mine, a); keyOf(err) != "form.per_day" {
		t.Error(err)
	}
	var id uuid.UUID
	var sealed []byte
	check(t, w.owner.QueryRow(t.Context(), `SELECT id, sealed FROM inbox.submission WHERE kind = 'application'`).Scan(&id, &sealed))
	plain, err := w.keys.Unseal("submission.sealed:"+id.String(), sealed)
	check(t, err)
	var out exchange.Application
	if err := json.Unmarshal(plain, &out); err != nil || out.Values["text"] != "请办理" || len(out.Values) != 1 || len(out.Files) != 1 {
		t.Errorf("%+v %v", out, err)
	}
	w.exec(t, `UPDATE disclosed.viewer SET until = $1`, w.at)
	if _, err := w.Apply(t.Context(), "sanya", me, mine, Application{Key: "z", Process: "urge", Values: a.Values}); keyOf(err) != "form.unknown" {
		t.Error("after the mandate:", err)
	}
}

func TestBinding(t *testing.T) {
	w := partyWorld(t)
	w.party(t, "sanya", number, code, "applicant")
	w.party(t, "sanya", "other", code, "applicant") // by chance the same digits
	bind := func(openID, number string) error {
		id, err := w.StartBinding(t.Context(), "sanya", openID, number, code)
		check(t, err)
		w.at = w.at.Add(time.Second)
		return w.FinishBinding(t.Context(), "sanya", openID, id, w.sms(t))
	}
	check(t, w.SetSubscribed(t.Context(), "sanya", "o-1", true))
	if u, err := w.WeChatUser(t.Context(), "sanya", "o-1"); err != nil || !u.Subscribed || u.Person != nil {
		t.Error(u, err)
	}
	check(t, bind("o-1", number))
	check(t, bind("o-1", number)) // again is no harm
	check(t, bind("o-2", "other"))
	if err := bind("o-3", number); keyOf(err) != "binding.code_used" {
		t.Error("a code binds two accounts:", err)
	}
	u, err := w.WeChatUser(t.Context(), "sanya", "o-1")
	if err != nil || !bytes.Equal(u.Person, w.keys.Public().BlindIndex("viewer.person", number)) || u.BoundAt.IsZero() {
		t.Error(u, err)
	}
	if u, _ := w.WeChatUser(t.Context(), "wugang", "o-1"); u.Known {
		t.Error("known at another court")
	}
	id, err := w.StartBinding(t.Context(), "sanya", "o-4", number, code)
	check(t, err)
	if err := w.FinishBinding(t.Context(), "sanya", "o-5", id, w.sms(t)); keyOf(err) != "login.code_over" {
		t.Error("another account finishes it:", err)
	}
	if err := w.UnbindAccount(t.Context(), "sanya", []byte("somebody"), printable(w.OpenIDIndex("o-1"))); keyOf(err) != "binding.none" {
		t.Error("unbound by another person:", err)
	}
	check(t, w.Unbind(t.Context(), "sanya", "o-1"))
	if err := w.Unbind(t.Context(), "sanya", "o-1"); keyOf(err) != "binding.none" {
		t.Error(err)
	}
	check(t, bind("o-3", number)) // the code is free again
	w.exec(t, `UPDATE disclosed.viewer SET code = $1 WHERE person = $2`, []byte("new"), u.Person)
	if u, _ := w.WeChatUser(t.Context(), "sanya", "o-3"); u.Person != nil {
		t.Error("bound by a code that was replaced")
	}
	if b, n := w.count(t, "edge.message WHERE template = 'account_bound'"), w.count(t, "edge.message WHERE template = 'account_unbound'"); b != 4 || n != 1 {
		t.Error(b, n)
	}
	if w.count(t, "edge.wechat WHERE position('o-1' in encode(openid, 'escape')) > 0") > 0 {
		t.Error("an openid is readable")
	}
}

func TestDraftsAreForTheirCookie(t *testing.T) {
	w := partyWorld(t)
	token, err := w.KeepDraft(t.Context(), "sanya", me, Draft{Viewer: uuid.New(), Process: "urge", Values: map[string]string{"text": "写了一半", "more": "x"}})
	check(t, err)
	d, ok, err := w.Draft(t.Context(), "sanya", token)
	if err != nil || !ok || d.Values["text"] != "写了一半" || len(d.Values) != 1 {
		t.Error(d, ok, err)
	}
	if _, ok, err := w.Draft(t.Context(), "wugang", token); ok || err != nil {
		t.Error("at another court", err)
	}
	w.at = w.at.Add(24 * time.Hour)
	if _, ok, err := w.Draft(t.Context(), "sanya", token); ok || err != nil {
		t.Error("after a day", err)
	}
	check(t, w.store.ForgetParties(t.Context(), "sanya"))
	if n := w.count(t, "edge.draft"); n != 0 {
		t.Error(n)
	}
}

func TestAReplacedCodeEndsTheSessionsItOpened(t *testing.T) {
	w := partyWorld(t)
	viewer := w.party(t, "sanya", number, code, "applicant")
	token := w.signIn(t, "sanya")
	if _, err := w.Party(t.Context(), "sanya", token); err != nil {
		t.Fatal(err)
	}
	w.exec(t, `UPDATE disclosed.viewer SET code = 'another' WHERE id = $1`, viewer)
	if _, err := w.Party(t.Context(), "sanya", token); !problem.Is(err, problem.Signin) {
		t.Error("the session outlives its code:", err)
	}
}

func TestTwoLimitsOnOneActAreOneStep(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 3, n, 9, 0, 0, 0, time.UTC) }
	list := merged([]Clock{{Name: "发出执行通知书", rule: "a", Due: day(5)}, {Name: "续行冻结", rule: "c", Due: day(6)}, {Name: "续行冻结", rule: "c", Due: day(7)}, {Name: "发出执行通知书", rule: "b", Due: day(9)}})
	if len(list) != 3 || len(list[0].Also) != 1 || !list[0].Also[0].Due.Equal(day(9)) || list[1].Also != nil || list[2].Also != nil {
		t.Errorf("%+v", list)
	}
}
