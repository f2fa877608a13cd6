package portal

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"mingzhi/backoffice/enforcement"
	"mingzhi/portal/bind"
	"mingzhi/portal/words"
)

type visitor struct {
	t   *testing.T
	w   *world
	jar map[string]string
}

func (w *world) visitor(t *testing.T) *visitor { return &visitor{t, w, map[string]string{}} }

func (v *visitor) send(r *http.Request) (*http.Response, string) {
	v.t.Helper()
	for name, value := range v.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := v.w.app.Test(r, -1)
	check(v.t, err)
	for _, c := range res.Cookies() {
		v.jar[c.Name] = c.Value
	}
	body, err := io.ReadAll(res.Body)
	check(v.t, err)
	return res, string(body)
}

func (v *visitor) get(path string) (*http.Response, string) {
	v.t.Helper()
	return v.send(httptest.NewRequest("GET", path, nil))
}

var hidden = regexp.MustCompile(`name="(_csrf|key|warning_version|receipt)" value="([^"]*)"`)

// post fills the form on path and sends it to action as a browser would.
func (v *visitor) post(path, action string, fields map[string]string, photos ...[]byte) (*http.Response, string) {
	v.t.Helper()
	_, page := v.get(path)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		if _, given := fields[m[1]]; !given {
			form.WriteField(m[1], m[2])
		}
	}
	for name, value := range fields {
		form.WriteField(name, value)
	}
	for _, photo := range photos {
		part, _ := form.CreateFormFile("files", "照片.jpg")
		part.Write(photo)
	}
	form.Close()
	r := httptest.NewRequest("POST", action, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return v.send(r)
}

var rawKey = regexp.MustCompile(`>\s*(?:home|login|lots|lot|viewing|watch|notices|dishonest|captcha|hall|case|money|unit|form|reward|order|tip|receipt|message|about|clause|prefs|frame|web|stage|result|channel|delivery|courts)\.[a-z_]+`)

func TestEveryRoute(t *testing.T) {
	w := newWorld(t)
	viewer := w.story(t, "sanya", partyID)
	w.party(t, "sanya", partyID, partyCode, "（2026）某01执9号", "debtor")
	m := w.market(t)
	captcha, err := w.service.NewCaptcha(t.Context(), "sanya")
	check(t, err)
	in := w.visitor(t)
	in.signIn(partyID, partyCode)
	item, recording := w.recording(t, "sanya", viewer)
	kinds := map[string]string{"/:recording": "image/png", "pictures/:picture": "image/jpeg", ".ics": "text/calendar; charset=utf-8", ".png": "image/png", ".wav": "audio/wav", "feed.xml": "application/atom+xml; charset=utf-8"}
	seen := map[string]bool{}
	for _, r := range Routes(w.service) {
		if r.Sentence == "" || seen[r.Method+r.Path] {
			t.Errorf("%s %s has no sentence or stands twice", r.Method, r.Path)
		}
		seen[r.Method+r.Path] = true
		path := strings.NewReplacer(":court", "sanya", ":id", "S-2.6", ":viewer", viewer.String(), ":process", "urge",
			":lot", m.upcoming.String(), ":slot", m.slot.String(), ":picture", m.picture.String(), ":notice", m.reward.String(), ":captcha", captcha.String(), ":item", item.String(), ":recording", recording.String()).Replace(r.Path)
		if r.Method == "POST" {
			res, _ := w.visitor(t).send(httptest.NewRequest("POST", path, strings.NewReader("a=b")))
			if res.StatusCode != 403 {
				t.Errorf("POST %s without a token: %d", path, res.StatusCode)
			}
			continue
		}
		for _, lang := range words.Languages() {
			v := w.visitor(t)
			v.jar["lang"], v.jar["case_sanya"] = lang, in.jar["case_sanya"]
			res, body := v.get(path)
			if r.Path == "/:court/logout/idle" { // asked by a hall machine's page by itself
				if res.StatusCode != 303 {
					t.Errorf("%s: %d", path, res.StatusCode)
				}
				continue
			}
			if kind := kindOf(kinds, r.Path); kind != "" { // no page
				if res.StatusCode != 200 || res.Header.Get("Content-Type") != kind || len(res.Header["Set-Cookie"]) > 0 {
					t.Errorf("%s: %d %v", path, res.StatusCode, res.Header)
				}
				continue
			}
			if res.StatusCode != 200 || !strings.Contains(body, `<html lang="`+lang+`"`) || strings.Count(body, "<h1") != 1 {
				t.Errorf("%s %s: %d, %d headings", lang, path, res.StatusCode, strings.Count(body, "<h1"))
			}
			if raw := rawKey.FindString(body); raw != "" || strings.Contains(body, "no value") {
				t.Errorf("%s %s shows a key: %s", lang, path, raw)
			}
			if strings.Contains(body, "style=") || strings.Contains(body, "onclick") || strings.Contains(body, "<script>") {
				t.Errorf("%s breaks the policy", path)
			}
		}
	}
	registered := 0
	for _, r := range bind.Routes(w.service, nil) { // they lead through WeChat; portal/bind and bots try them
		seen[r.Method+r.Path] = true
	}
	for _, r := range w.app.GetRoutes(true) {
		if r.Method == "GET" || r.Method == "POST" {
			if key := r.Method + r.Path; !seen[key] && !strings.HasPrefix(r.Path, "/assets/") && r.Path != "/healthz" && r.Path != "/readyz" {
				t.Errorf("%s is not in the table", key)
			}
			registered++
		}
	}
	if registered < len(seen) {
		t.Error("the table has lines that are not served")
	}
}

func kindOf(kinds map[string]string, path string) string {
	for end, kind := range kinds {
		if strings.HasSuffix(path, end) {
			return kind
		}
	}
	return ""
}

var digits = regexp.MustCompile(`data-copy="([0-9]{16})"`)

func tipFields() map[string]string {
	return map[string]string{"kind": "asset", "debtor": "某甲", "what": "码头的船", "where": "三号码头", "warning": "yes"}
}

func TestTipToReceipt(t *testing.T) {
	w := newWorld(t)
	var log bytes.Buffer
	w.app = New(Options{Inquiry: w.service, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	v := w.visitor(t)
	fields := tipFields()
	fields["key"] = "fixed"
	res, page := v.post("/sanya/tip", "/sanya/tip", fields)
	found := digits.FindStringSubmatch(page)
	if res.StatusCode != 200 || found == nil || res.Header.Get("Cache-Control") != "no-store" || !strings.Contains(page, "<svg role=\"img\"") {
		t.Fatal(res.StatusCode, page)
	}
	if _, again := v.post("/sanya/tip", "/sanya/tip", fields); digits.FindStringSubmatch(again)[1] != found[1] {
		t.Error("a double submit shows other numbers")
	}
	if strings.Contains(page, `href="?`) {
		t.Error("the page that is shown once has a link that loses it")
	}
	res, page = v.post("/sanya/receipt", "/sanya/receipt", map[string]string{"receipt": found[1]})
	if res.StatusCode != 200 || !strings.Contains(page, "已收到") {
		t.Error(res.StatusCode, page)
	}
	res, page = v.post("/sanya/receipt", "/sanya/receipt/message", map[string]string{"receipt": found[1], "text": "船名看清了", "key": "m"})
	if res.StatusCode != 200 || !strings.Contains(page, "法院已收到您的答复") {
		t.Error(res.StatusCode, page)
	}
	for _, secret := range []string{found[1], "某甲", "码头", "0.0.0.0", "船名"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %s", secret)
		}
	}
}

func TestWrongTipKeepsWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	fields := tipFields()
	fields["mobile"], fields["what"] = "12345", strings.Repeat("字", 501)
	large := append([]byte("\xff\xd8\xff\xe0"), make([]byte, 21<<20)...)
	res, page := w.visitor(t).post("/sanya/tip", "/sanya/tip", fields, large)
	if res.StatusCode != 422 {
		t.Fatal(res.StatusCode)
	}
	for _, want := range []string{`value="某甲"`, `value="12345"`, fields["what"], "合计最多 500 字", "手机号码应为11位数字", "文件超过 20 MB", "请在改正后重新选择照片", `id="e-files"`} {
		if !strings.Contains(page, want) {
			t.Errorf("not on the page: %.40s", want)
		}
	}
}

func TestBodyOverTheLimit(t *testing.T) {
	w := newWorld(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.serve(t), "http://"))
	check(t, err)
	defer conn.Close()
	fmt.Fprintf(conn, "POST /sanya/tip HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n--x", bodyLimit+1)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	check(t, err)
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != 413 || !strings.Contains(string(body), "少选几张照片") {
		t.Error(res.StatusCode, string(body))
	}
}

func TestReceiptClosesAfterFiveWrongTries(t *testing.T) {
	w := newWorld(t)
	v := w.visitor(t)
	for i := range 7 {
		res, page := v.post("/sanya/receipt", "/sanya/receipt", map[string]string{"receipt": "0000 0000 0000 0000"})
		if want := map[bool]int{true: 404, false: 429}[i < 5]; res.StatusCode != want || !strings.Contains(page, "0000 0000 0000 0000") {
			t.Error(i, res.StatusCode)
		}
		if i >= 5 && !strings.Contains(page, "分钟后再试") {
			t.Error(page)
		}
	}
}

func TestOneCourtNeedsNoList(t *testing.T) {
	w := newWorld(t)
	w.exec(t, "DELETE FROM disclosed.court WHERE court = 'wugang'")
	if res, _ := w.visitor(t).get("/"); res.StatusCode != 303 || res.Header.Get("Location") != "/sanya" {
		t.Error(res.StatusCode)
	}
	w.exec(t, "DELETE FROM disclosed.court")
	if res, page := w.visitor(t).get("/"); res.StatusCode != 200 || !strings.Contains(page, "还没有法院开通") {
		t.Error(res.StatusCode)
	}
}

func TestEveryStateHasItsWords(t *testing.T) {
	var keys []string
	for _, s := range enforcement.AllTipStages() {
		keys = append(keys, "stage."+string(s), "stage."+string(s)+"_text")
	}
	for _, r := range enforcement.AllTipResults() {
		keys = append(keys, "result."+string(r), "result."+string(r)+"_text")
	}
	for _, key := range append(keys, "channel.sms", "channel.wechat", "channel.email", "delivery.queued", "delivery.sent", "delivery.delivered", "delivery.failed") {
		if text := words.T(t.Context(), key); text == key {
			t.Error("no sentence for", key)
		}
	}
}

func TestDatabaseGone(t *testing.T) {
	w := newWorld(t)
	w.store.Close()
	if res, page := w.visitor(t).get("/sanya/tip"); res.StatusCode != 503 || !strings.Contains(page, "连不上数据库") {
		t.Error(res.StatusCode, page)
	}
}
