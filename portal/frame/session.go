package frame

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/webkit"
)

// The cookies of a court's pages, each for one purpose.
const (
	SessionCookie = "case"  // who is signed in
	LoginCookie   = "login" // a log-in under way
	DraftCookie   = "draft" // a form that waits for its sender
)

func cookieName(ctx context.Context, purpose string) (name string, secure bool) {
	s, ok := ctx.Value(siteKey{}).(*site)
	if !ok {
		return purpose, false
	}
	name = purpose + "_" + s.profile.ID
	if s.secure {
		name = "__Host-" + name
	}
	return name, s.secure
}

// Cookie is what this court's page laid into the browser under a purpose.
func Cookie(c *fiber.Ctx, purpose string) string {
	name, _ := cookieName(c.UserContext(), purpose)
	return c.Cookies(name)
}

// Keep lays a value into the browser until it closes; "" takes it out.
func Keep(c *fiber.Ctx, purpose, value string) {
	name, secure := cookieName(c.UserContext(), purpose)
	cookie := &fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, Secure: secure, SameSite: fiber.CookieSameSiteLaxMode, SessionOnly: value != ""}
	if value == "" {
		cookie.Expires = time.Unix(0, 0)
	}
	c.Cookie(cookie)
}

// SignIn sends who is not signed in to the log-in page, and back from there; other errors stay what they are.
func SignIn(c *fiber.Ctx, err error, next string) error {
	p, ok := problem.As(err)
	if !ok || p.Kind != problem.Signin {
		return err
	}
	query := url.Values{"next": {next}}
	switch {
	case p.Key == "login.no_cases":
		query = url.Values{"why": {"over"}}
	case Cookie(c, SessionCookie) != "":
		query.Set("why", "ended")
	}
	Keep(c, SessionCookie, "")
	return webkit.Redirect303(c, Path(c.UserContext(), "login")+"?"+query.Encode())
}

// Next is where to go after signing in: only a page of this court that is no step of signing in itself; "" for anything else.
func Next(ctx context.Context, raw string) string {
	u, err := url.Parse(raw)
	base := Path(ctx) + "/"
	if err != nil || u.Scheme != "" || u.Host != "" || strings.ContainsAny(raw, "\\\r\n") || strings.Contains(u.Path, "..") || !strings.HasPrefix(u.Path, base) ||
		strings.HasPrefix(u.Path, base+"log") {
		return ""
	}
	return u.RequestURI()
}
