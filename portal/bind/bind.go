package bind

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/webkit"
)

// WeChat tells whose phone a browser is.
type WeChat interface {
	// Authorize is where WeChat's browser learns it and comes back to a path of the portal; ok is false at a court without an account.
	Authorize(court, back, state string) (address string, ok bool)
	// Identify turns what WeChat sent along into a ticket, which the browser keeps and cannot read.
	Identify(ctx context.Context, court, code string) (ticket string, err error)
	// Account opens a ticket; ok is false when it is none, or too old.
	Account(court, ticket string) (openID string, ok bool)
}

// The page's own cookies.
const (
	stateCookie  = "bind_state"
	ticketCookie = "bind"
)

type page struct {
	service *inquiry.Service
	wechat  WeChat
}

// Routes are the page's lines of the route table; wechat may be nil where no court has an account.
func Routes(service *inquiry.Service, wechat WeChat) []frame.Route {
	p := &page{service, wechat}
	return []frame.Route{
		{Method: fiber.MethodGet, Path: "/:court/bind", Sentence: "通知书二维码：绑定微信或登录", Handler: p.arrive},
		{Method: fiber.MethodGet, Path: "/:court/bind/back", Sentence: "绑定：从微信返回", Handler: p.back},
		{Method: fiber.MethodGet, Path: "/:court/bind/person", Sentence: "绑定：填写身份证件号码和查询码", Handler: p.ask},
		{Method: fiber.MethodPost, Path: "/:court/bind/person", Sentence: "绑定：核对信息，发验证码", Handler: p.start},
		{Method: fiber.MethodGet, Path: "/:court/bind/code", Sentence: "绑定：填写验证码", Handler: p.askCode},
		{Method: fiber.MethodPost, Path: "/:court/bind/code", Sentence: "绑定：核对验证码", Handler: p.finish},
	}
}

// queryCode is what of a link may be a query code.
func queryCode(text string) string {
	if len(text) != 8 || strings.Trim(text, "0123456789") != "" {
		return ""
	}
	return text
}

// inWeChat says that WeChat's own browser asks. Who says so falsely gains nothing: whose phone it is WeChat says.
func inWeChat(c *fiber.Ctx) bool {
	return strings.Contains(c.Get(fiber.HeaderUserAgent), "MicroMessenger") || c.Query("in") == "wechat"
}

// arrive is where the notice's link leads: to binding inside WeChat, to the log-in anywhere else.
func (p *page) arrive(c *fiber.Ctx) error {
	ctx := c.UserContext()
	court, code := frame.Here(ctx).ID, queryCode(c.Query("code"))
	more := ""
	if code != "" {
		more = "?code=" + code
	}
	if p.wechat != nil && inWeChat(c) {
		state := rand.Text()
		back := frame.Path(ctx, "bind", "back")
		if code != "" {
			back += "?" + url.Values{"query": {code}}.Encode()
		}
		if address, ok := p.wechat.Authorize(court, back, state); ok {
			frame.Keep(c, stateCookie, state)
			return c.Redirect(address, fiber.StatusSeeOther)
		}
	}
	return webkit.Redirect303(c, frame.Path(ctx, "login")+more)
}

// back comes from WeChat; only the browser that set out may arrive.
func (p *page) back(c *fiber.Ctx) error {
	ctx := c.UserContext()
	state := frame.Cookie(c, stateCookie)
	frame.Keep(c, stateCookie, "")
	if p.wechat == nil || state == "" || subtle.ConstantTimeCompare([]byte(state), []byte(c.Query("state"))) != 1 {
		return over
	}
	ticket, err := p.wechat.Identify(ctx, frame.Here(ctx).ID, c.Query("code"))
	if err != nil {
		return err
	}
	frame.Keep(c, ticketCookie, ticket)
	more := ""
	if code := queryCode(c.Query("query")); code != "" {
		more = "?code=" + code
	}
	return webkit.Redirect303(c, frame.Path(ctx, "bind", "person")+more)
}

var over = problem.New(problem.Forbidden, "bind.over", "这次绑定已经中断。请在微信里重新扫通知书上的二维码，或者在公众号里发“绑定”。")

// account is whose phone it is; over when nobody knows any more.
func (p *page) account(c *fiber.Ctx) (string, error) {
	if p.wechat == nil {
		return "", over
	}
	openID, ok := p.wechat.Account(frame.Here(c.UserContext()).ID, frame.Cookie(c, ticketCookie))
	if !ok {
		return "", over
	}
	return openID, nil
}

func (p *page) ask(c *fiber.Ctx) error {
	if _, err := p.account(c); err != nil {
		return err
	}
	return webkit.Render(c, personPage(webkit.Form{Values: map[string]string{"query_code": queryCode(c.Query("code"))}}))
}

func (p *page) start(c *fiber.Ctx) error {
	ctx := c.UserContext()
	openID, err := p.account(c)
	if err != nil {
		return err
	}
	values := frame.Values(c, "id_number", "query_code")
	id, err := p.service.StartBinding(ctx, frame.Here(ctx).ID, openID, values["id_number"], values["query_code"])
	if err != nil {
		form, err := frame.Back(c, values, err)
		if err != nil {
			return err
		}
		return webkit.Render(c, personPage(form))
	}
	frame.Keep(c, frame.LoginCookie, id.String())
	return webkit.Redirect303(c, frame.Path(ctx, "bind", "code"))
}

func (p *page) askCode(c *fiber.Ctx) error {
	if _, err := p.account(c); err != nil {
		return err
	}
	return webkit.Render(c, codePage(webkit.Form{}))
}

func (p *page) finish(c *fiber.Ctx) error {
	ctx := c.UserContext()
	openID, err := p.account(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(frame.Cookie(c, frame.LoginCookie))
	if err != nil {
		return webkit.Redirect303(c, frame.Path(ctx, "bind", "person"))
	}
	if err := p.service.FinishBinding(ctx, frame.Here(ctx).ID, openID, id, c.FormValue("code")); err != nil {
		form, err := frame.Back(c, map[string]string{}, err)
		if err != nil {
			return err
		}
		return webkit.Render(c, codePage(form))
	}
	frame.Keep(c, frame.LoginCookie, "")
	frame.Keep(c, ticketCookie, "")
	return webkit.Render(c, donePage())
}
