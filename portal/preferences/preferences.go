package preferences

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/mycase"
	"mingzhi/portal/webkit"
	"mingzhi/portal/words"
	"mingzhi/storage/public"
)

// Routes are the page's lines of the route table. What concerns the display the kit itself keeps.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{
		{Method: fiber.MethodGet, Path: "/:court/preferences", Sentence: "语言、字号与配色；登录后还有消息与微信绑定", Handler: show(service)},
		{Method: fiber.MethodPost, Path: "/:court/preferences/messages", Sentence: "法院消息的发送方式与语言", Handler: choose(service)},
		{Method: fiber.MethodPost, Path: "/:court/preferences/unbind", Sentence: "解绑微信", Handler: unbind(service)},
	}
}

// mine is what a signed-in person chose; nil for who is not signed in.
type mine struct {
	public.Preference
	form webkit.Form
	said string // what was just done
}

func show(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		m, err := load(c, service)
		if err != nil && !problem.Is(err, problem.Signin) {
			return err
		}
		if m != nil {
			m.said = map[string]string{"saved": "prefs.saved", "unbound": "prefs.unbound"}[c.Query("done")]
		}
		return webkit.Render(c, page(m))
	}
}

func load(c *fiber.Ctx, service *inquiry.Service) (*mine, error) {
	ctx := c.UserContext()
	court := frame.Here(ctx).ID
	p, err := service.Party(ctx, court, frame.Cookie(c, frame.SessionCookie))
	if err != nil {
		return nil, err
	}
	mycase.Rest(c, p)
	preference, err := service.Preference(ctx, court, p.Session.Person)
	if err != nil {
		return nil, err
	}
	return &mine{Preference: preference, form: webkit.Form{Values: map[string]string{
		"channels": strings.Join(preference.Channels, ","), "language": preference.Language}}}, nil
}

func choose(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		court := frame.Here(ctx).ID
		p, err := service.Party(ctx, court, frame.Cookie(c, frame.SessionCookie))
		if err != nil {
			return frame.SignIn(c, err, frame.Path(ctx, "preferences"))
		}
		values := frame.Values(c, "channels", "language")
		err = service.SetPreference(ctx, court, p.Session.Person, values["channels"], values["language"], words.Languages())
		if err == nil {
			return webkit.Redirect303(c, frame.Path(ctx, "preferences")+"?done=saved#messages")
		}
		m, loading := load(c, service)
		if loading != nil {
			return loading
		}
		if m.form, err = frame.Back(c, values, err); err != nil {
			return err
		}
		return webkit.Render(c, page(m))
	}
}

func unbind(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		court := frame.Here(ctx).ID
		p, err := service.Party(ctx, court, frame.Cookie(c, frame.SessionCookie))
		if err != nil {
			return frame.SignIn(c, err, frame.Path(ctx, "preferences"))
		}
		if err := service.UnbindAccount(ctx, court, p.Session.Person, c.FormValue("account")); err != nil {
			return err
		}
		return webkit.Redirect303(c, frame.Path(ctx, "preferences")+"?done=unbound#messages")
	}
}
