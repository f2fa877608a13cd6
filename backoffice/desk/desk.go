package desk

import (
	"log/slog"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/command/chat"
	"mingzhi/backoffice/command/duty"
	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/desk/signin"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/management/board"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/management/register"
	"mingzhi/backoffice/management/search"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/support/account"
	"mingzhi/backoffice/support/lot"
	"mingzhi/backoffice/support/recording"
	"mingzhi/notify/disclosure"
	"mingzhi/portal/webkit"
	"mingzhi/storage"
)

// Deps is what the desk stands on; the docket's followers are wired by the caller.
type Deps struct {
	Store          *storage.Store
	Docket         *docket.Docket
	Engine         *matter.Engine
	Intake         *intake.Intake
	Disclosure     *disclosure.Desk
	Accounts       *account.Desk
	Log            *slog.Logger
	PortalURL      string // where the public half stands
	Secure         bool   // reached over https
	TrustedProxies []string
	Before         []fiber.Handler // run first: metrics, tracing
}

// bodyLimit is a workbook of a whole court.
const bodyLimit = 32 << 20

// New makes the desk's web, for its own listener.
func New(d Deps) *fiber.App {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	house := &frame.House{Store: d.Store, Docket: d.Docket, Engine: d.Engine, Intake: d.Intake, Disclosure: d.Disclosure, Accounts: d.Accounts,
		Reads: casework.New(d.Store, d.Docket), Registers: register.New(d.Store, d.Engine), Boards: board.New(d.Store), Search: search.New(d.Store), Room: duty.New(d.Store),
		Chats: chat.New(d.Store, d.Docket), Lots: lot.New(d.Store, d.Docket), Recordings: recording.New(d.Store), PortalURL: d.PortalURL, Log: d.Log, Secure: d.Secure, SignIn: signin.Interrupted}
	app := webkit.New(webkit.Options{Log: d.Log, Name: "desk", Secure: d.Secure, TrustedProxies: d.TrustedProxies, BodyLimit: bodyLimit, Stylesheet: "desk.css",
		ErrorPage: func(f webkit.Failure) templ.Component { return frame.Failure(f) }, Ready: d.Store.Ping, Before: append(d.Before, inChinese)})
	app.Get("/", func(c *fiber.Ctx) error { return start(c, d.Store) })
	for _, p := range Pages() {
		route(app, house, p)
	}
	return app
}

// route refuses a route that nobody gave a permission.
func route(app *fiber.App, house *frame.House, p Page) {
	if !p.Access.Given() {
		panic("desk: no permission given for " + p.Method + " " + p.Path)
	}
	serve := house.Serve(p.Path, p.Access, p.Handle)
	if p.Method == fiber.MethodGet {
		app.Get("/:court"+p.Path, serve) // HEAD too
		return
	}
	app.Add(p.Method, "/:court"+p.Path, serve)
}

// inChinese: the desk is written in the court's own language, whatever the browser asks for.
func inChinese(c *fiber.Ctx) error {
	c.Request().Header.Set(fiber.HeaderAcceptLanguage, "zh-CN")
	c.Request().Header.DelCookie("lang")
	return c.Next()
}

// start leads to the only court's desk, or lists the courts when there are several.
func start(c *fiber.Ctx, store *storage.Store) error {
	courts, err := store.Courts(c.UserContext())
	if err != nil {
		return err
	}
	if len(courts) == 0 {
		return problem.New(problem.Unavailable, "court.none", "还没有发布任何法院的规则书。请先运行 mingzhi rulebook publish。")
	}
	if len(courts) == 1 {
		return webkit.Redirect303(c, "/"+courts[0].ID+"/")
	}
	list := make([][2]string, len(courts))
	for i, one := range courts {
		list[i] = [2]string{one.ID, one.Name}
	}
	return webkit.Render(c, signin.Courts(list))
}
