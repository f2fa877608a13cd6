package webkit

import (
	"context"
	"runtime/debug"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"mingzhi/portal/words"
)

// View is what every component may know of the request, through its context.
type View struct {
	Lang      string
	Theme     string // auto, light, dark
	Size      string // normal, large (长辈版)
	Path      string
	RequestID string
	Posted    bool // the page answers a POST: links that ask for it again would lose it
	csrf      *csrfToken
}

// Large reports the elders' edition.
func (v View) Large() bool { return v.Size == "large" }

type viewKey struct{}

// ViewOf is the request's view; outside a request the defaults.
func ViewOf(ctx context.Context) View {
	if v, ok := ctx.Value(viewKey{}).(*View); ok {
		return *v
	}
	return View{Lang: words.Lang(ctx), Theme: "auto", Size: "normal"}
}

// begin gives the request an id of our own (a foreign one could forge log lines) and its view.
func (k *kit) begin(c *fiber.Ctx) error {
	k.newView(c)
	return c.Next()
}

func (k *kit) newView(c *fiber.Ctx) {
	id := uuid.Must(uuid.NewV7()).String()
	c.Set(fiber.HeaderXRequestID, id)
	v := &View{
		Lang:  words.Choose(c.Query("lang"), c.Cookies("lang"), c.Get(fiber.HeaderAcceptLanguage)),
		Theme: oneOf(c.Cookies("theme"), "auto", "light", "dark"), Size: oneOf(c.Cookies("size"), "normal", "large"),
		Path: c.Path(), RequestID: id, Posted: c.Method() == fiber.MethodPost,
	}
	ctx := context.WithValue(c.UserContext(), viewKey{}, v)
	c.SetUserContext(words.With(ctx, v.Lang))
	c.Locals(clientKey, k.clientIP(c))
}

// oneOf is value when it is allowed, else the first that is.
func oneOf(value string, allowed ...string) string {
	for _, a := range allowed {
		if value == a {
			return value
		}
	}
	return allowed[0]
}

func stack() string { return string(debug.Stack()) }
