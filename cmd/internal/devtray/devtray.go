package devtray

import (
	"context"
	_ "embed"
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/problem"
	"mingzhi/bots/wechat/wechattest"
	"mingzhi/portal/webkit"
	"mingzhi/storage/public"
)

// Clock is the demonstration's clock.
type Clock interface {
	Now() time.Time
	Advance(d time.Duration) error
	Offset() time.Duration
}

// Options are what the page shows and moves. It belongs on a port of its own that only this
// machine reaches, and only in a demonstration.
type Options struct {
	Store       *public.Store
	Clock       Clock
	NextWorkday func(t time.Time) time.Time                 // the same time of day, one working day on
	NextDue     func(ctx context.Context) (time.Time, bool) // the next deadline still to come
	CheckURL    func(court, code string) string             // the portal's page that checks a code; nil: no link
	Accounts    func(court string) []Account                // the desk's log-ins of a court
	DeskURL     func(court string) string                   // the desk's sign-in page; "" means there is none here
	Log         *slog.Logger
	Phones      map[string]*wechattest.Platform // a WeChat platform for each court; none: no phone page
}

// Account is a log-in of the demonstration with the one-time code that holds now.
type Account struct{ Login, Name, Role, Password, Code string }

//go:embed tray.css
var style []byte

//go:embed tray.js
var script []byte

type page struct {
	Options
	phones phones
}

// New makes the page's application.
func New(o Options) *fiber.App {
	p := &page{Options: o}
	app := webkit.New(webkit.Options{Name: "devtray", Log: o.Log, Ready: o.Store.Ping, BodyLimit: 16 << 20, Outside: p.platform})
	app.Get("/tray.css", func(c *fiber.Ctx) error { return c.Type("css", "utf-8").Send(style) })
	app.Get("/tray.js", func(c *fiber.Ctx) error { return c.Type("js", "utf-8").Send(script) })
	app.Get("/", func(c *fiber.Ctx) error { return p.show(c, webkit.Form{}) })
	app.Get("/live", p.live)
	app.Get("/accounts", p.accounts)
	app.Post("/clock", p.move)
	p.phoneRoutes(app)
	return app
}

// look is what the page shows at one moment.
type look struct {
	now      time.Time
	offset   time.Duration
	courts   []tab
	court    string
	messages []message
	form     webkit.Form
	phones   bool
}

type tab struct{ id, name string }

type message struct {
	public.TrayMessage
	check string // address of the portal's check page
}

func (p *page) look(c *fiber.Ctx) (look, error) {
	ctx := c.UserContext()
	l := look{now: p.Clock.Now(), offset: p.Clock.Offset(), phones: len(p.Phones) > 0}
	courts, err := p.Store.Courts(ctx)
	if err != nil {
		return l, err
	}
	for _, court := range courts {
		l.courts = append(l.courts, tab{court.ID, court.Name})
		if court.ID == asked(c) {
			l.court = court.ID
		}
	}
	if l.court == "" && len(courts) > 0 {
		l.court = courts[0].ID
	}
	if l.court == "" {
		return l, nil
	}
	list, err := p.Store.Tray(ctx, l.court)
	for _, m := range list {
		if !strings.Contains(m.Text, m.CheckCode) { // a login code bears none
			m.CheckCode = ""
		}
		shown := message{TrayMessage: m}
		if p.CheckURL != nil && m.CheckCode != "" {
			shown.check = p.CheckURL(l.court, m.CheckCode)
		}
		l.messages = append(l.messages, shown)
	}
	return l, err
}

// asked is the court that the link or the form names.
func asked(c *fiber.Ctx) string {
	if c.Method() == fiber.MethodPost {
		return c.FormValue("court")
	}
	return c.Query("court")
}

func (p *page) show(c *fiber.Ctx, form webkit.Form) error {
	l, err := p.look(c)
	if err != nil {
		return err
	}
	l.form = form
	return webkit.Render(c, document(l))
}

// accounts lists the desk's log-ins; the codes change every half minute by the demonstration's clock.
func (p *page) accounts(c *fiber.Ctx) error {
	l, err := p.look(c)
	if err != nil {
		return err
	}
	var list []Account
	if p.Accounts != nil {
		list = p.Accounts(l.court)
	}
	desk := ""
	if p.DeskURL != nil {
		desk = p.DeskURL(l.court)
	}
	return webkit.Render(c, accountsPage(l, list, desk))
}

// live is the part that changes by itself; the script fetches it, so that what is being typed stays.
func (p *page) live(c *fiber.Ctx) error {
	l, err := p.look(c)
	if err != nil {
		return err
	}
	return webkit.Render(c, live(l))
}

func (p *page) move(c *fiber.Ctx) error {
	typed := map[string]string{"to": c.FormValue("to")}
	err := p.moveTo(c.UserContext(), c.FormValue("by"), typed["to"])
	form, ok := webkit.NewForm(typed, err)
	if !ok {
		return err
	}
	if err == nil {
		return webkit.Redirect303(c, "/?court="+safe(asked(c)))
	}
	c.Status(webkit.Status(err))
	return p.show(c, form)
}

// safe keeps a court's id and nothing else for the address.
func safe(id string) string {
	for _, r := range id {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return ""
		}
	}
	return id
}

func (p *page) moveTo(ctx context.Context, by, to string) error {
	now := p.Clock.Now()
	switch by {
	case "hour":
		return p.Clock.Advance(time.Hour)
	case "workday":
		return p.Clock.Advance(p.NextWorkday(now).Sub(now))
	case "due":
		due, ok := p.NextDue(ctx)
		if !ok || !due.After(now) {
			return problem.New(problem.NotFound, "clock.no_deadline", "现在没有还未到的期限，时钟没有动。先受理一件事项，期限就会出现。")
		}
		return p.Clock.Advance(due.Sub(now))
	case "to":
		at, err := instant(to, now)
		if err != nil {
			return err
		}
		return p.Clock.Advance(at.Sub(now))
	}
	return problem.New(problem.Invalid, "clock.unknown", "不认识这个按钮，请刷新页面再试。")
}
