package webkit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/words"
)

type client struct {
	t   *testing.T
	app *fiber.App
	jar map[string]string
}

func (c *client) do(method, path, body string, headers ...string) (*http.Response, string) {
	c.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	for name, value := range c.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := c.app.Test(r, -1)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, cookie := range res.Cookies() {
		c.jar[cookie.Name] = cookie.Value
	}
	text, _ := io.ReadAll(res.Body)
	return res, string(text)
}

func page(text string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s %s %s [%s]", text, words.Lang(ctx), ViewOf(ctx).Size, CSRFToken(ctx))
		return err
	})
}

func newClient(t *testing.T, o Options) *client {
	app := New(o)
	app.Get("/form", func(c *fiber.Ctx) error { return Render(c, page("form")) })
	app.Post("/form", func(c *fiber.Ctx) error { return c.SendString("saved " + c.FormValue("a")) })
	app.Get("/plain", func(c *fiber.Ctx) error { return c.SendString("plain") })
	app.Get("/panic", func(c *fiber.Ctx) error { panic("secret") })
	app.Get("/broken", func(c *fiber.Ctx) error { return errors.New("password=secret") })
	app.Get("/half", func(c *fiber.Ctx) error {
		return Render(c, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			io.WriteString(w, "half a page")
			return errors.New("secret")
		}))
	})
	app.Get("/problem/:kind", func(c *fiber.Ctx) error {
		return problem.New(problem.Kind(c.Params("kind")), "no.such", "一句{x}话。", "x", "好", "seconds", 7).By("S-1").Because(errors.New("secret"))
	})
	app.Get("/ip", func(c *fiber.Ctx) error { return c.SendString(ClientIP(c)) })
	return &client{t, app, map[string]string{}}
}

var token = regexp.MustCompile(`\[(.+)\]`)

func TestCSRF(t *testing.T) {
	for _, secure := range []bool{false, true} {
		c := newClient(t, Options{Secure: secure})
		if res, _ := c.do("GET", "/plain", ""); len(res.Cookies()) != 0 {
			t.Error("a page without a form sets a cookie")
		}
		_, first := c.do("GET", "/form", "")
		_, second := c.do("GET", "/form", "")
		if first == second {
			t.Error("the token looks the same on two pages")
		}
		for _, text := range []string{first, second} {
			form := "a=b&_csrf=" + url.QueryEscape(token.FindStringSubmatch(text)[1])
			for _, h := range [][]string{{}, {"Origin", "http://example.com"}, {"Sec-Fetch-Site", "same-origin"}, {"Origin", "null"}} {
				if res, body := c.do("POST", "/form", form, h...); res.StatusCode != 200 || body != "saved b" {
					t.Error(secure, h, res.StatusCode, body)
				}
			}
			for _, h := range [][]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}} {
				if res, _ := c.do("POST", "/form", form, h...); res.StatusCode != 403 {
					t.Error(secure, h, res.StatusCode)
				}
			}
		}
		for _, form := range []string{"a=b", "a=b&_csrf=x", "_csrf=" + strings.Repeat("A", 86)} {
			if res, body := c.do("POST", "/form", form); res.StatusCode != 403 || !strings.Contains(body, "Cookie") {
				t.Error(form, res.StatusCode)
			}
		}
		stranger := &client{t, c.app, map[string]string{}}
		if res, _ := stranger.do("POST", "/form", "_csrf="+token.FindStringSubmatch(first)[1]); res.StatusCode != 403 {
			t.Error("a token without its cookie passed")
		}
	}
}

func TestErrors(t *testing.T) {
	var log bytes.Buffer
	c := newClient(t, Options{Log: slog.New(slog.NewTextHandler(&log, nil)), BodyLimit: 1000})
	for path, want := range map[string]int{"/problem/invalid": 422, "/problem/not_found": 404, "/problem/forbidden": 403, "/problem/sign_in": 401,
		"/problem/conflict": 409, "/problem/refused": 409, "/problem/too_many": 429, "/problem/too_large": 413, "/problem/unavailable": 503,
		"/nowhere": 404, "/panic": 500, "/broken": 500, "/half": 500} {
		res, body := c.do("GET", path+"?q=张三", "")
		id := res.Header.Get("X-Request-Id")
		if res.StatusCode != want || id == "" || !strings.Contains(body, id) || !strings.Contains(body, "<h1>") || !strings.Contains(body, "没有办成") {
			t.Error(path, res.StatusCode, body)
		}
		if strings.Contains(body, "secret") || strings.Contains(body, "half a page") || strings.Contains(body, idMark) {
			t.Error(path, "tells too much")
		}
		if strings.HasPrefix(path, "/problem") && (!strings.Contains(body, "一句好话。") || !strings.Contains(body, "S-1")) {
			t.Error(path, body)
		}
	}
	if res, _ := c.do("GET", "/problem/too_many", ""); res.Header.Get("Retry-After") != "7" {
		t.Error("no Retry-After")
	}
	text := log.String()
	if strings.Contains(text, "张三") || strings.Contains(text, "%E5%BC%A0") || strings.Contains(text, "nowhere") || !strings.Contains(text, "route=/problem/:kind") {
		t.Error("the log holds what was asked for:", text)
	}
}

func TestHeaders(t *testing.T) {
	c := newClient(t, Options{Secure: true})
	res, _ := c.do("GET", "/form", "")
	for name, want := range map[string]string{"Referrer-Policy": "same-origin", "X-Frame-Options": "DENY", "Cross-Origin-Embedder-Policy": "unsafe-none", "Cache-Control": "no-store"} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	policy := res.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'self'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
		t.Error(policy)
	}
	for _, cookie := range res.Cookies() {
		if !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteLaxMode {
			t.Error(cookie)
		}
	}
}

func TestPreferences(t *testing.T) {
	c := newClient(t, Options{})
	res, _ := c.do("GET", "/form?lang=en&size=large&theme=xx&keep=1", "")
	if res.StatusCode != 303 || res.Header.Get("Location") != "/form?keep=1" || c.jar["lang"] != "en" || c.jar["size"] != "large" || c.jar["theme"] != "" {
		t.Error(res.Header, c.jar)
	}
	if _, body := c.do("GET", "/form", ""); !strings.HasPrefix(body, "form en large") {
		t.Error(body)
	}
	if res, _ := c.do("GET", "//evil.example/?lang=en", ""); !strings.HasPrefix(res.Header.Get("Location"), "/") || strings.HasPrefix(res.Header.Get("Location"), "//") {
		t.Error("leads elsewhere:", res.Header.Get("Location"))
	}
}

func TestClientIP(t *testing.T) {
	behind := newClient(t, Options{TrustedProxies: []string{"0.0.0.0", "10.0.0.0/8"}})
	for forwarded, want := range map[string]string{"": "0.0.0.0", "1.2.3.4": "1.2.3.4", "6.6.6.6, 1.2.3.4": "1.2.3.4",
		"6.6.6.6, 1.2.3.4, 10.1.1.1": "1.2.3.4", "nonsense": "0.0.0.0", "2001:db8:1:2:3::4": "2001:db8:1:2::/64"} {
		if _, got := behind.do("GET", "/ip", "", "X-Forwarded-For", forwarded); got != want {
			t.Errorf("%q: %s", forwarded, got)
		}
	}
	if _, got := newClient(t, Options{}).do("GET", "/ip", "", "X-Forwarded-For", "1.2.3.4"); got != "0.0.0.0" {
		t.Error("believes a stranger:", got)
	}
}

func TestAssetsAndHealth(t *testing.T) {
	c := newClient(t, Options{Ready: func(context.Context) error { return errors.New("no") }})
	for _, name := range []string{"portal.css", "desk.css", "icons.svg"} {
		res, body := c.do("GET", Asset(name), "")
		if res.StatusCode != 200 || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") || body == "" {
			t.Error(name, res.StatusCode)
		}
	}
	for path, want := range map[string]int{"/assets/none.css": 404, "/assets/..%2fdoc.go": 404, "/healthz": 200, "/readyz": 503} {
		if res, _ := c.do("GET", path, ""); res.StatusCode != want {
			t.Error(path, res.StatusCode)
		}
	}
}

func TestOutsideNeedsNoToken(t *testing.T) {
	c := newClient(t, Options{Outside: func(r fiber.Router) {
		r.Post("/hook", func(c *fiber.Ctx) error { return c.SendString("hooked") })
	}})
	if res, body := c.do("POST", "/hook", "<xml/>"); res.StatusCode != 200 || body != "hooked" {
		t.Error(res.StatusCode, body)
	}
}

func TestEveryIconUsedIsInTheSprite(t *testing.T) {
	for _, state := range []DueState{DueLater, DueSoon, DueOver, DueDone, DuePaused, DueUnknown} {
		if !bytes.Contains(sprite, []byte(`id="`+state.icon()+`"`)) {
			t.Error(state.icon())
		}
	}
}

func TestPieces(t *testing.T) {
	ctx := words.With(context.Background(), words.Chinese)
	text := func(c templ.Component) string {
		var b bytes.Buffer
		if err := c.Render(ctx, &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	due := Due{Date: "12月1日", Left: 3, Unit: "个工作日", State: DueSoon, Days: []Day{{Label: "22日", Reason: "周末"}, {Label: "23日", Counted: true, Last: true}}}
	if got := text(DueChip(due)); !strings.Contains(got, "还有 3 个工作日") || !strings.Contains(got, "<details") || !strings.Contains(got, "周末") {
		t.Error(got)
	}
	form, ok := NewForm(map[string]string{"a": `"><script>`}, func() error {
		var f problem.Form
		f.Add("a", problem.New(problem.Invalid, "x.y", "请改。"))
		return f.Err()
	}())
	got := text(Input(form, Field{Name: "a", Label: "甲", Hint: "说明"}))
	if !ok || !strings.Contains(got, `aria-describedby="h-a e-a"`) || !strings.Contains(got, `role="alert"`) || strings.Contains(got, "<script>") {
		t.Error(got)
	}
	if got := text(ErrorSummary(form, "a")); !strings.Contains(got, `href="#f-a"`) {
		t.Error(got)
	}
	if got := text(Table("表", []Column{{Label: "数", Number: true}}, []Row{{Cells: []templ.Component{templ.Raw("1")}, Actions: templ.Raw("做")}})); !strings.Contains(got, `class="number"`) {
		t.Error(got)
	}
	if q := NewQR("1234567890123456"); q.Size < 21 || q.Path == "" {
		t.Error(q)
	}
	if _, ok := NewForm(nil, errors.New("x")); ok {
		t.Error("an unknown error became a form's")
	}
}
