package login

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/webkit"
)

// Routes are the page's lines of the route table.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{
		{Method: fiber.MethodGet, Path: "/:court/login", Sentence: "我的案件：登录", Handler: ask},
		{Method: fiber.MethodPost, Path: "/:court/login", Sentence: "登录：核对信息，发验证码", Handler: start(service)},
		{Method: fiber.MethodGet, Path: "/:court/login/code", Sentence: "登录：填写验证码", Handler: askCode},
		{Method: fiber.MethodPost, Path: "/:court/login/code", Sentence: "登录：核对验证码", Handler: finish(service)},
		{Method: fiber.MethodPost, Path: "/:court/logout", Sentence: "退出登录", Handler: logOut(service)},
		{Method: fiber.MethodGet, Path: "/:court/logout/idle", Sentence: "大厅自助机到时自动退出", Handler: idle(service)},
	}
}

// way is what is carried from step to step: where to go on, and whether this is a machine in the hall.
type way struct {
	next  string
	kiosk bool
}

func wayOf(c *fiber.Ctx, value func(string, ...string) string) way {
	return way{next: frame.Next(c.UserContext(), value("next")), kiosk: value("kiosk") == "1"}
}

func (w way) query() string {
	q := url.Values{}
	if w.next != "" {
		q.Set("next", w.next)
	}
	if w.kiosk {
		q.Set("kiosk", "1")
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func ask(c *fiber.Ctx) error {
	// The notice's QR code brings the query code along; the rest is asked all the same.
	code := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, c.Query("code"))
	if len(code) > 8 {
		code = ""
	}
	notice := map[string]string{"ended": "login.why_ended", "over": "login.why_over", "out": "login.why_out", "draft": "login.why_draft"}[c.Query("why")]
	return webkit.Render(c, askPage(webkit.Form{Values: map[string]string{"query_code": code}}, wayOf(c, c.Query), notice))
}

func start(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		values, w := frame.Values(c, "id_number", "query_code"), wayOf(c, c.FormValue)
		id, err := service.StartLogin(ctx, frame.Here(ctx).ID, client(c, w), values["id_number"], values["query_code"])
		if err != nil {
			form, err := frame.Back(c, values, err)
			if err != nil {
				return err
			}
			return webkit.Render(c, askPage(form, w, ""))
		}
		frame.Keep(c, frame.LoginCookie, id.String())
		return webkit.Redirect303(c, frame.Path(ctx, "login", "code")+w.query())
	}
}

func client(c *fiber.Ctx, w way) inquiry.Client {
	who := frame.Client(c)
	if w.kiosk {
		who.Channel = "kiosk"
	}
	return who
}

func askCode(c *fiber.Ctx) error {
	w := wayOf(c, c.Query)
	if frame.Cookie(c, frame.LoginCookie) == "" {
		return webkit.Render(c, askPage(webkit.Form{}, w, ""))
	}
	return webkit.Render(c, codePage(webkit.Form{}, w))
}

func finish(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		court, w := frame.Here(ctx).ID, wayOf(c, c.FormValue)
		id, err := uuid.Parse(frame.Cookie(c, frame.LoginCookie))
		if err != nil {
			return webkit.Redirect303(c, frame.Path(ctx, "login")+w.query())
		}
		token, err := service.FinishLogin(ctx, court, id, c.FormValue("code"), inquiry.Browser{Token: frame.Cookie(c, frame.SessionCookie), Kiosk: w.kiosk})
		if err != nil {
			form, err := frame.Back(c, map[string]string{}, err)
			if err != nil {
				return err
			}
			return webkit.Render(c, codePage(form, w))
		}
		frame.Keep(c, frame.LoginCookie, "")
		frame.Keep(c, frame.SessionCookie, token)
		return webkit.Redirect303(c, goOn(c, service, court, w))
	}
}

// goOn leads to the form that was kept, else to the page that was asked for, else to the cases.
func goOn(c *fiber.Ctx, service *inquiry.Service, court string, w way) string {
	ctx := c.UserContext()
	if d, ok, err := service.Draft(ctx, court, frame.Cookie(c, frame.DraftCookie)); ok && err == nil {
		return frame.Path(ctx, "case", d.Viewer.String(), "apply", d.Process)
	}
	if w.next != "" {
		return w.next
	}
	return frame.Path(ctx, "case")
}

func logOut(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error { return leave(c, service, "", false) }
}

// idle is asked by a hall machine's page by itself; it ends no session of another kind.
func idle(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error { return leave(c, service, "&kiosk=1", true) }
}

func leave(c *fiber.Ctx, service *inquiry.Service, more string, onlyKiosk bool) error {
	ctx := c.UserContext()
	if err := service.LogOut(ctx, frame.Here(ctx).ID, frame.Cookie(c, frame.SessionCookie), onlyKiosk); err != nil {
		return err
	}
	for _, purpose := range []string{frame.SessionCookie, frame.LoginCookie, frame.DraftCookie} {
		frame.Keep(c, purpose, "")
	}
	if c.FormValue("kiosk") == "1" {
		more = "&kiosk=1"
	}
	if more != "" {
		c.Set("Clear-Site-Data", `"cache", "storage"`) // no traces on a machine that others use next
	}
	return webkit.Redirect303(c, frame.Path(ctx, "login")+"?why=out"+more)
}
