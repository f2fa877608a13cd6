package frame

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/webkit"
	"mingzhi/storage"
)

// Kept is one field of a form that was being sent when the session ended.
type Kept struct{ Name, Value string }

func cookieName(court string, secure bool) string {
	if secure {
		return "__Host-desk_" + court
	}
	return "desk_" + court
}

// Token is the session's token in the browser.
func (r *Request) Token() string { return r.Cookies(cookieName(r.Court, r.House.Secure)) }

// Keep puts the session's token into the browser until it closes; "" takes it out.
func (r *Request) Keep(token string) {
	cookie := &fiber.Cookie{Name: cookieName(r.Court, r.House.Secure), Value: token, Path: "/", HTTPOnly: true, Secure: r.House.Secure,
		SameSite: fiber.CookieSameSiteLaxMode, SessionOnly: token != ""}
	if token == "" {
		cookie.Expires = time.Unix(0, 0)
	}
	r.Cookie(cookie)
}

// Serve is a handler for the router: who asks, may they, then the page.
func (h *House) Serve(pattern string, access Access, handle Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		r := &Request{Ctx: c, House: h, Court: c.Params("court"), Now: h.Store.Now()}
		var err error
		if r.Book, r.Version, err = h.Store.Book(c.UserContext(), r.Court); err != nil {
			return err
		}
		if r.Days, err = h.Store.Calendar(c.UserContext()); err != nil {
			return err
		}
		c.SetUserContext(context.WithValue(c.UserContext(), requestKey{}, r))
		if access.open {
			return handle(r)
		}
		if r.Actor, err = h.Accounts.Session(c.UserContext(), r.Court, r.Token()); err != nil {
			if problem.Is(err, problem.Signin) {
				return r.signedOut(err)
			}
			return err
		}
		if err := access.check(r.Actor); err != nil {
			return r.refused(pattern, err)
		}
		return handle(r)
	}
}

// refused leaves a trace of who tried which page.
func (r *Request) refused(pattern string, refusal error) error {
	err := r.House.Store.InTx(r.C(), r.Actor, func(tx *storage.Tx) error {
		return docket.Audit(r.C(), tx, docket.Trace{Action: "open:page", Object: "page", Refused: true, Reason: r.Method() + " " + pattern})
	})
	if err != nil {
		return err
	}
	return refusal
}

// signedOut asks to sign in; what a form held is carried through the signing in.
func (r *Request) signedOut(err error) error {
	to := string(r.Request().URI().RequestURI())
	switch {
	case strings.Contains(r.Get(fiber.HeaderAccept), "text/event-stream"):
		return err
	case r.Get("HX-Request") != "":
		r.Set("HX-Redirect", r.At("/signin"))
		return r.SendStatus(fiber.StatusUnauthorized)
	case r.Method() == fiber.MethodGet:
		return webkit.Redirect303(r.Ctx, r.At("/signin?next=", url.QueryEscape(to)))
	}
	r.Status(fiber.StatusUnauthorized)
	return r.House.SignIn(r, to, kept(r.Ctx))
}

// Next is where to go after signing in: only an address of this court's desk.
func (r *Request) Next(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "" || u.Host != "" || strings.Contains(raw, "\\") || !strings.HasPrefix(raw, r.At("/")) || strings.HasPrefix(raw, r.At("/sign")) {
		return ""
	}
	return raw
}

// kept reads the posted fields in their order; files and secrets cannot be carried.
func kept(c *fiber.Ctx) []Kept {
	var out []Kept
	add := func(name, value string) {
		if !slices.Contains([]string{webkit.CSRFField, "password", "code"}, name) {
			out = append(out, Kept{name, value})
		}
	}
	if form, err := c.MultipartForm(); err == nil {
		for name, values := range form.Value {
			for _, v := range values {
				add(name, v)
			}
		}
		return out
	}
	c.Request().PostArgs().VisitAll(func(k, v []byte) { add(string(k), string(v)) })
	return out
}
