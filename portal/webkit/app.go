package webkit

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"
	"github.com/gofiber/fiber/v2/middleware/helmet"
	"github.com/gofiber/fiber/v2/middleware/recover"
)

// Options say how a web differs from the other one. The zero value works.
type Options struct {
	Log            *slog.Logger
	Name           string   // in the access log: "portal", "desk"
	Secure         bool     // reached over https: Secure cookies and HSTS
	TrustedProxies []string // addresses or prefixes whose X-Forwarded-For counts
	BodyLimit      int      // bytes; 0 means 4 MB
	Stylesheet     string   // of the built-in error page; "" means "portal.css"
	ErrorPage      func(Failure) templ.Component
	Ready          func(context.Context) error // behind /readyz
	Before         []fiber.Handler             // run first: metrics, tracing
	Outside        func(fiber.Router)          // routes no form of ours reaches (webhooks): registered before CSRF
}

// Failure is what an error page may tell.
type Failure struct {
	Status    int
	Problem   Sentence
	RequestID string
}

type kit struct {
	Options
	proxies  []netip.Prefix
	lastPage map[string][]byte // the page for unknown errors, by language
}

// New makes an application with everything a page must not think of: request id, access log,
// recover, headers, compression, preferences, CSRF, assets, health and the error page.
func New(opts Options) *fiber.App {
	k := &kit{Options: opts, proxies: prefixes(opts.TrustedProxies)}
	if k.Log == nil {
		k.Log = slog.New(slog.DiscardHandler)
	}
	if k.Stylesheet == "" {
		k.Stylesheet = "portal.css"
	}
	if k.ErrorPage == nil {
		k.ErrorPage = func(f Failure) templ.Component { return errorDocument(k.Stylesheet, f) }
	}
	k.prerender()
	app := fiber.New(fiber.Config{
		Immutable: true, DisableStartupMessage: true, BodyLimit: opts.BodyLimit, ErrorHandler: k.fail,
		EnableTrustedProxyCheck: true, TrustedProxies: opts.TrustedProxies,
		ReadTimeout: 2 * time.Minute, IdleTimeout: 75 * time.Second, ReadBufferSize: 16 << 10,
	})
	for _, before := range opts.Before {
		app.Use(before)
	}
	app.Use(k.begin, k.accessLog)
	app.Use(recover.New(recover.Config{EnableStackTrace: true, StackTraceHandler: k.panicked}))
	app.Use(k.headers(), compress.New(compress.Config{Level: compress.LevelBestSpeed, Next: plain}))
	k.health(app)
	app.Get("/assets/:file", serveAsset)
	if k.Outside != nil {
		k.Outside(app)
	}
	app.Use(preferences(opts.Secure), csrf(opts.Secure))
	return app
}

// plain leaves two kinds of answers uncompressed: server-sent events, which compression would hold
// back, and answers to forms, which may hold a secret beside what somebody sent (a receipt, say).
func plain(c *fiber.Ctx) bool {
	return c.Method() == fiber.MethodPost || strings.Contains(c.Get(fiber.HeaderAccept), "text/event-stream")
}

func (k *kit) headers() fiber.Handler {
	config := helmet.Config{
		ContentSecurityPolicy: "default-src 'self'; img-src 'self' data:; object-src 'none'; " +
			"base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
		XFrameOptions:             "DENY",
		ReferrerPolicy:            "same-origin",
		CrossOriginEmbedderPolicy: "unsafe-none",
		PermissionPolicy:          "camera=(self), geolocation=(self), microphone=()",
	}
	if k.Secure {
		config.HSTSMaxAge = 180 * 24 * 3600
	}
	return helmet.New(config)
}

func (k *kit) health(app *fiber.App) {
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok") })
	app.Get("/readyz", func(c *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if k.Ready != nil {
			if err := k.Ready(ctx); err != nil {
				k.Log.Warn("not ready", "web", k.Name, "error", err)
				return c.Status(fiber.StatusServiceUnavailable).SendString("not ready")
			}
		}
		return c.SendString("ready")
	})
}

// accessLog names the route, never the address asked for: an address may hold what a person typed.
func (k *kit) accessLog(c *fiber.Ctx) error {
	began := time.Now()
	if err := c.Next(); err != nil {
		if err := k.fail(c, err); err != nil {
			return err
		}
	}
	k.Log.LogAttrs(c.UserContext(), slog.LevelInfo, "request",
		slog.String("web", k.Name), slog.String("request_id", ViewOf(c.UserContext()).RequestID),
		slog.String("method", c.Method()), slog.String("route", c.Route().Path),
		slog.Int("status", c.Response().StatusCode()), slog.Int("bytes", size(c)),
		slog.Duration("took", time.Since(began)))
	return nil
}

// size is 0 for a stream: reading its body would wait for its end.
func size(c *fiber.Ctx) int {
	if c.Response().IsBodyStream() {
		return 0
	}
	return len(c.Response().Body())
}

func (k *kit) panicked(c *fiber.Ctx, e any) {
	k.Log.Error("panic", "web", k.Name, "request_id", ViewOf(c.UserContext()).RequestID, "route", c.Route().Path,
		"panic", fmt.Sprint(e), "stack", stack())
}
