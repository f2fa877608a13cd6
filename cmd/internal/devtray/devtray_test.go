package devtray

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/calendar"
	"mingzhi/storage/public"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

type clock struct{ began, at time.Time }

func (c *clock) Now() time.Time        { return c.at }
func (c *clock) Offset() time.Duration { return c.at.Sub(c.began) }
func (c *clock) Advance(d time.Duration) error {
	if d < 0 {
		return errors.New("backwards")
	}
	c.at = c.at.Add(d)
	return nil
}

type browser struct {
	t      *testing.T
	app    *fiber.App
	clock  *clock
	store  *public.Store
	due    time.Time
	cookie string
	token  string
}

// Monday 2026-11-23, 17:00 in Shanghai.
var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func open(t *testing.T) *browser {
	db := storagetest.New(t)
	owner, err := pgx.Connect(t.Context(), db.OwnerDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(context.Background())
	for _, court := range []string{"alpha", "beta"} {
		_, err := owner.Exec(t.Context(), `INSERT INTO disclosed.court (court, profile, version, changed_at) VALUES ($1, $2, 1, $3)`, court,
			[]byte(fmt.Sprintf(`{"name":"%s法院"}`, court)), monday)
		if err != nil {
			t.Fatal(err)
		}
	}
	b := &browser{t: t, clock: &clock{monday, monday}}
	if b.store, err = public.Open(t.Context(), db.PublicDSN, nil, nil, b.clock.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.store.Close)
	b.app = New(Options{Store: b.store, Clock: b.clock,
		NextWorkday: func(t time.Time) time.Time { return t.AddDate(0, 0, 1) },
		NextDue:     func(context.Context) (time.Time, bool) { return b.due, !b.due.IsZero() },
		CheckURL:    func(court, code string) string { return "http://localhost:8080/" + court + "/check?code=" + code }})
	return b
}

var token = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

func (b *browser) do(method, path string, form url.Values) (int, string, http.Header) {
	b.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Cookie", b.cookie)
	response, err := b.app.Test(r, -1)
	if err != nil {
		b.t.Fatal(err)
	}
	raw, _ := io.ReadAll(response.Body)
	if c := response.Header.Get("Set-Cookie"); c != "" {
		b.cookie, _, _ = strings.Cut(c, ";")
	}
	if m := token.FindSubmatch(raw); m != nil {
		b.token = string(m[1])
	}
	return response.StatusCode, string(raw), response.Header
}

func (b *browser) press(by, to string) (int, string, http.Header) {
	b.t.Helper()
	if b.token == "" {
		b.do("GET", "/", nil)
	}
	return b.do("POST", "/clock", url.Values{"_csrf": {b.token}, "by": {by}, "to": {to}, "court": {"beta"}})
}

func (b *browser) lay(court, text string, at time.Time) {
	b.t.Helper()
	err := b.store.PutTray(b.t.Context(), court, public.TrayMessage{ID: uuid.Must(uuid.NewV7()), Channel: "sms", Address: "138****1234", Text: text, CheckCode: "012345", At: at})
	if err != nil {
		b.t.Fatal(err)
	}
}

func TestTrayShowsNewestFirstAndPerCourt(t *testing.T) {
	b := open(t)
	b.lay("alpha", "较早的一条核验码012345", monday)
	b.lay("alpha", "<b>较晚的一条核验码012345", monday.Add(time.Hour))
	b.lay("beta", "另一个法院的", monday)
	status, page, _ := b.do("GET", "/", nil)
	early, late := strings.Index(page, "较早的一条"), strings.Index(page, "&lt;b&gt;较晚的一条")
	if status != 200 || early < 0 || late < 0 || late > early || strings.Contains(page, "另一个法院的") {
		t.Errorf("%d %d %d", status, early, late)
	}
	for _, want := range []string{"138****1234", "短信", "012345", "11月23日 18:00:00", "共 2 条", `href="http://localhost:8080/alpha/check?code=012345"`,
		`data-copy="012345"`, "2026年11月23日 星期一", ">17:00<", "与真实时间一致", `href="/?court=beta"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	if _, page, _ := b.do("GET", "/?court=beta", nil); !strings.Contains(page, "另一个法院的") || strings.Contains(page, "较早的一条") {
		t.Error("beta's tray is wrong")
	}
	if _, part, _ := b.do("GET", "/live?court=beta", nil); !strings.Contains(part, "另一个法院的") || strings.Contains(part, "<html") {
		t.Error("the live part is wrong")
	}
	if _, page, _ := b.do("GET", "/?court=nobody", nil); !strings.Contains(page, "较早的一条") {
		t.Error("an unknown court shows nothing")
	}
}

func TestEmptyTraySaysWhatWillAppear(t *testing.T) {
	_, page, _ := open(t).do("GET", "/", nil)
	if !strings.Contains(page, "还没有消息") {
		t.Error("no empty state")
	}
}

func TestClockMovesForward(t *testing.T) {
	b := open(t)
	b.due = monday.Add(72 * time.Hour)
	for _, c := range []struct {
		by, to string
		want   time.Time
	}{
		{"hour", "", monday.Add(time.Hour)},
		{"workday", "", monday.Add(25 * time.Hour)},
		{"due", "", monday.Add(72 * time.Hour)},
		{"to", "23：30", time.Date(2026, 11, 26, 23, 30, 0, 0, calendar.Shanghai)},
		{"to", "2026-12-01 9:00", time.Date(2026, 12, 1, 9, 0, 0, 0, calendar.Shanghai)},
		{"to", "2026-12-02T08:05", time.Date(2026, 12, 2, 8, 5, 0, 0, calendar.Shanghai)},
		{"to", "2026年12月3日 08:00", time.Date(2026, 12, 3, 8, 0, 0, 0, calendar.Shanghai)},
	} {
		status, page, header := b.press(c.by, c.to)
		if status != 303 || header.Get("Location") != "/?court=beta" || !b.clock.at.Equal(c.want) {
			t.Errorf("%+v: %d %q, the clock shows %v\n%s", c, status, header.Get("Location"), b.clock.at, page)
		}
	}
	if _, page, _ := b.do("GET", "/", nil); !strings.Contains(page, "比真实时间快 9 天 15 小时") {
		t.Error("the offset is not told")
	}
}

func TestClockRefusesWithASentence(t *testing.T) {
	b := open(t)
	for _, c := range []struct{ by, to, want string }{
		{"to", "16:59", "时钟只能往前拨：现在是 2026-11-23 17:00，要拨到的 2026-11-23 16:59 已经过去。"},
		{"to", "17:00", "时钟只能往前拨"},
		{"to", "2020-01-01 09:00", "已经过去"},
		{"to", "2036-01-01 09:00", "一次最多往前拨一年"},
		{"to", "<明天>", "看不懂这个时间"},
		{"to", "", "请填写要拨到的时间"},
		{"due", "", "现在没有还未到的期限"},
		{"backwards", "", "不认识这个按钮"},
	} {
		status, page, _ := b.press(c.by, c.to)
		if status < 400 || status >= 500 || !strings.Contains(page, c.want) || !b.clock.at.Equal(monday) {
			t.Errorf("%+v: %d", c, status)
		}
		if strings.Contains(page, "<明天>") {
			t.Error("unescaped")
		}
	}
	b.due = monday.Add(-time.Hour)
	if status, _, _ := b.press("due", ""); status != 404 || !b.clock.at.Equal(monday) {
		t.Error("a deadline that is over moved the clock")
	}
	if status, _, _ := b.do("POST", "/clock", url.Values{"by": {"hour"}}); status != 403 || !b.clock.at.Equal(monday) {
		t.Error("moved without a token")
	}
}
