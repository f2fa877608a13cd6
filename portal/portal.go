package portal

import (
	"context"
	"log/slog"

	"github.com/gofiber/fiber/v2"

	"mingzhi/portal/about"
	"mingzhi/portal/apply"
	"mingzhi/portal/bind"
	"mingzhi/portal/clause"
	"mingzhi/portal/dishonest"
	"mingzhi/portal/feed"
	"mingzhi/portal/frame"
	"mingzhi/portal/hall"
	"mingzhi/portal/home"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/login"
	"mingzhi/portal/lots"
	"mingzhi/portal/message"
	"mingzhi/portal/mycase"
	"mingzhi/portal/notices"
	"mingzhi/portal/preferences"
	"mingzhi/portal/receipt"
	"mingzhi/portal/recordings"
	"mingzhi/portal/tip"
	"mingzhi/portal/webkit"
)

// bodyLimit lets one photo that is too large in, so that its field can say so and the rest of
// the form is kept.
const bodyLimit = 45 << 20

// Options say where the portal runs. Inquiry and Ready are required.
type Options struct {
	Inquiry        *inquiry.Service
	Ready          func(context.Context) error
	Log            *slog.Logger
	Secure         bool // reached over https
	TrustedProxies []string
	Before         []fiber.Handler    // run first: metrics, tracing
	Outside        func(fiber.Router) // routes beside the pages that no form reaches: webhooks
	WeChat         bind.WeChat        // tells whose phone a browser is; nil: no court has an account
}

// New makes the portal.
func New(o Options) *fiber.App {
	app := webkit.New(webkit.Options{
		Log: o.Log, Name: "portal", Secure: o.Secure, TrustedProxies: o.TrustedProxies, BodyLimit: bodyLimit,
		ErrorPage: frame.ErrorPage, Ready: o.Ready, Before: o.Before, Outside: o.Outside,
	})
	court := frame.WithCourt(o.Inquiry, o.Secure)
	for _, r := range append(Routes(o.Inquiry), bind.Routes(o.Inquiry, o.WeChat)...) {
		if r.Path == "/" {
			add(app, r.Method, r.Path, r.Handler)
			continue
		}
		add(app, r.Method, r.Path, court, r.Handler)
	}
	// An unknown address below a court keeps the court's head and hotlines.
	app.Use("/:court", court, func(*fiber.Ctx) error { return fiber.ErrNotFound })
	return app
}

// add answers HEAD wherever it answers GET, as those who watch a site expect.
func add(app *fiber.App, method, path string, handlers ...fiber.Handler) {
	if method == fiber.MethodGet {
		app.Get(path, handlers...)
		return
	}
	app.Add(method, path, handlers...)
}

// Routes is the table of every address of the portal.
func Routes(service *inquiry.Service) []frame.Route {
	var all []frame.Route
	for _, page := range [][]frame.Route{
		home.Routes(service), tip.Routes(service), receipt.Routes(service), message.Routes(service),
		login.Routes(service), mycase.Routes(service), recordings.Routes(service), apply.Routes(service),
		lots.Routes(service), notices.Routes(service), dishonest.Routes(service), hall.Routes(service), feed.Routes(service),
		about.Routes(), clause.Routes(service), preferences.Routes(service),
	} {
		all = append(all, page...)
	}
	return all
}
