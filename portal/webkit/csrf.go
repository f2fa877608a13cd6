package webkit

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/problem"
)

// CSRFField is the name of the hidden field every POST form carries.
const CSRFField = "_csrf"

const tokenSize = 32

// csrfToken is the double-submit cookie: stateless, so that any node takes any form.
type csrfToken struct {
	value  [tokenSize]byte
	stored bool // the browser has it
	used   bool // a form of this page carries it
}

func csrfCookie(secure bool) string {
	if secure {
		return "__Host-csrf"
	}
	return "csrf"
}

func csrf(secure bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		token := &csrfToken{}
		if raw, err := base64.RawURLEncoding.DecodeString(c.Cookies(csrfCookie(secure))); err == nil && len(raw) == tokenSize {
			copy(token.value[:], raw)
			token.stored = true
		} else {
			rand.Read(token.value[:])
		}
		if v, ok := c.UserContext().Value(viewKey{}).(*View); ok {
			v.csrf = token
		}
		switch c.Method() {
		case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		default:
			if !token.stored || !sameOrigin(c) || !token.matches(sent(c)) {
				return problem.New(problem.Forbidden, "web.csrf",
					"这一页放得太久，或者浏览器没有允许 Cookie。请退回上一页，刷新后再提交一次。")
			}
		}
		if err := c.Next(); err != nil {
			return err
		}
		token.keep(c, secure)
		return nil
	}
}

func (t *csrfToken) keep(c *fiber.Ctx, secure bool) {
	if t.stored || !t.used {
		return
	}
	c.Cookie(&fiber.Cookie{Name: csrfCookie(secure), Value: base64.RawURLEncoding.EncodeToString(t.value[:]),
		Path: "/", HTTPOnly: true, Secure: secure, SameSite: fiber.CookieSameSiteLaxMode, SessionOnly: true})
}

func sent(c *fiber.Ctx) string {
	if h := c.Get("X-CSRF-Token"); h != "" {
		return h
	}
	return c.FormValue(CSRFField)
}

// sameOrigin believes the browser's own word where it gives one.
func sameOrigin(c *fiber.Ctx) bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return false
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" || origin == "null" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == c.Hostname()
}

// masked differs on every page, so that compression cannot be made to tell the token.
func (t *csrfToken) masked() string {
	var out [2 * tokenSize]byte
	rand.Read(out[:tokenSize])
	subtle.XORBytes(out[tokenSize:], out[:tokenSize], t.value[:])
	return base64.RawURLEncoding.EncodeToString(out[:])
}

func (t *csrfToken) matches(field string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(field)
	if err != nil || len(raw) != 2*tokenSize {
		return false
	}
	var value [tokenSize]byte
	subtle.XORBytes(value[:], raw[:tokenSize], raw[tokenSize:])
	return subtle.ConstantTimeCompare(value[:], t.value[:]) == 1
}

// CSRFToken is the token for a form on this page (or an htmx header).
func CSRFToken(ctx context.Context) string {
	t := ViewOf(ctx).csrf
	if t == nil {
		return ""
	}
	t.used = true
	return t.masked()
}
