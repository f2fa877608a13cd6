package apply

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/mycase"
	"mingzhi/portal/webkit"
	"mingzhi/portal/words"
	"mingzhi/storage/public"
)

// Routes are the page's lines of the route table.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{
		{Method: fiber.MethodGet, Path: "/:court/case/:viewer/apply/:process", Sentence: "向法院提交：填写", Handler: ask(service)},
		{Method: fiber.MethodPost, Path: "/:court/case/:viewer/apply/:process", Sentence: "向法院提交：提交，显示编号", Handler: submit(service)},
	}
}

var unknown = problem.New(problem.NotFound, "form.unknown", "没有这张表格，或者您不能提交它。请从案件页面进入。")

// place is the case and the form that an address names, for who is signed in.
type place struct {
	party  public.Party
	viewer public.Viewer
	form   exchange.Form
}

func find(c *fiber.Ctx, service *inquiry.Service) (at place, err error) {
	ctx := c.UserContext()
	profile := frame.Here(ctx)
	if at.party, err = service.Party(ctx, profile.ID, frame.Cookie(c, frame.SessionCookie)); err != nil {
		return at, err
	}
	if at.form, err = inquiry.Form(profile, c.Params("process")); err != nil {
		return at, err
	}
	i := slices.IndexFunc(at.party.Viewers, func(v public.Viewer) bool { return v.ID.String() == c.Params("viewer") })
	if i < 0 || !slices.Contains(at.form.By, at.party.Viewers[i].StandsFor) {
		return at, unknown
	}
	at.viewer = at.party.Viewers[i]
	mycase.Rest(c, at.party)
	return at, nil
}

func here(c *fiber.Ctx) string {
	return frame.Path(c.UserContext(), "case", c.Params("viewer"), "apply", c.Params("process"))
}

// ask shows the form, with what was kept when the session had ended before it could be sent.
func ask(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		at, err := find(c, service)
		if err != nil {
			return frame.SignIn(c, err, here(c))
		}
		values := map[string]string{"key": frame.NewKey()}
		if d, ok, err := service.Draft(ctx, frame.Here(ctx).ID, frame.Cookie(c, frame.DraftCookie)); err != nil {
			return err
		} else if ok && d.Viewer == at.viewer.ID && d.Process == at.form.Process {
			values["kept"] = "yes"
			if d.Files {
				values["had_files"] = "yes"
			}
			for id, v := range d.Values {
				values[Name(id)] = v
			}
		}
		return webkit.Render(c, formPage(at, webkit.Form{Values: values}))
	}
}

func submit(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		court := frame.Here(ctx).ID
		at, err := find(c, service)
		if problem.Is(err, problem.Signin) {
			return keep(c, service, err)
		}
		if err != nil {
			return err
		}
		a, err := Read(c, at.form)
		if err != nil {
			return err
		}
		sent, err := service.Apply(ctx, court, frame.Client(c), inquiry.Sender{Person: at.party.Session.Person, Viewer: at.viewer.ID}, a)
		if err != nil {
			form, err := Back(c, a, err)
			if err != nil {
				return err
			}
			return webkit.Render(c, formPage(at, form))
		}
		draft := frame.Cookie(c, frame.DraftCookie)
		if draft != "" {
			if err := service.DropDraft(ctx, court, draft); err != nil {
				return err
			}
			frame.Keep(c, frame.DraftCookie, "")
		}
		return webkit.Render(c, sentPage(at, sent))
	}
}

// keep loses nothing of a form whose sender's session had ended: it waits, sealed, until he is back.
func keep(c *fiber.Ctx, service *inquiry.Service, why error) error {
	ctx := c.UserContext()
	form, err := inquiry.Form(frame.Here(ctx), c.Params("process"))
	if err != nil {
		return err
	}
	viewer, err := uuid.Parse(c.Params("viewer"))
	if err != nil {
		return unknown
	}
	a, err := Read(c, form)
	if err != nil {
		return err
	}
	token, err := service.KeepDraft(ctx, frame.Here(ctx).ID, frame.Client(c),
		inquiry.Draft{Viewer: viewer, Process: form.Process, Values: a.Values, Files: len(a.Files) > 0})
	if err != nil {
		return err
	}
	frame.Keep(c, frame.DraftCookie, token)
	if p, _ := problem.As(why); p != nil && p.Key == "login.no_cases" {
		return frame.SignIn(c, why, "")
	}
	frame.Keep(c, frame.SessionCookie, "")
	return webkit.Redirect303(c, frame.Path(ctx, "login")+"?why=draft")
}

// Name is the input of a field: apart from the page's own inputs.
func Name(id string) string { return "v_" + id }

// Read takes a form out of a request: what it declares, and nothing else.
func Read(c *fiber.Ctx, form exchange.Form) (inquiry.Application, error) {
	a := inquiry.Application{Key: c.FormValue("key"), Process: form.Process, Values: map[string]string{}}
	for _, f := range form.Fields {
		a.Values[f.ID] = c.FormValue(Name(f.ID))
	}
	var err error
	a.Files, err = frame.Uploads(c, "files")
	return a, err
}

// Back shows a form again with what was typed and what is wrong beside each field.
func Back(c *fiber.Ctx, a inquiry.Application, err error) (webkit.Form, error) {
	values := map[string]string{"key": a.Key}
	if a.Key == "" {
		values["key"] = frame.NewKey()
	}
	for id, v := range a.Values {
		values[Name(id)] = v
	}
	if len(a.Files) > 0 {
		values["had_files"] = "yes"
	}
	if p, ok := problem.As(err); ok && len(p.Fields) > 0 {
		named := *p
		named.Fields = make(map[string]*problem.Error, len(p.Fields))
		for id, wrong := range p.Fields {
			if id != "files" {
				id = Name(id)
			}
			named.Fields[id] = wrong
		}
		err = &named
	}
	return frame.Back(c, values, err)
}

// order are the inputs of a form as they stand on the page.
func order(form exchange.Form) []string {
	var names []string
	for _, f := range form.Fields {
		names = append(names, Name(f.ID))
	}
	return append(names, "files")
}

// say is a text of the form in the page's language.
func say(ctx context.Context, id, chinese string) string {
	text, _ := frame.Given(ctx, id, chinese)
	return text
}

// few choices stand all in sight; more hide in a list.
const few = 5

// input is a declared field as the kit draws it.
func input(ctx context.Context, form exchange.Form, f exchange.Field) webkit.Field {
	id := form.Process + "." + f.ID
	w := webkit.Field{Name: Name(f.ID), Label: say(ctx, id+".label", f.Label), Hint: say(ctx, id+".help", f.Help), Required: f.Required, Optional: !f.Required, Max: f.Max, Complete: "off"}
	if f.Example != "" {
		w.Hint = join(w.Hint, words.T(ctx, "form.example", "example", say(ctx, id+".example", f.Example)))
	}
	switch f.Type {
	case "long":
		w.Type, w.Rows = "textarea", 5
	case "money":
		w.Mode, w.Max = "decimal", 0
		w.Hint = join(w.Hint, words.T(ctx, "form.money_hint"))
	case "number":
		w.Mode, w.Max = "numeric", 0
	case "date":
		w.Type, w.Max = "date", 0
	case "datetime":
		w.Type, w.Max = "datetime-local", 0
	case "yesno":
		w.Choices = []webkit.Choice{{Value: "yes", Label: words.T(ctx, "form.yes")}, {Value: "no", Label: words.T(ctx, "form.no")}}
	case "choice":
		for _, c := range f.Of {
			w.Choices = append(w.Choices, webkit.Choice{Value: c.ID, Label: say(ctx, id+"."+c.ID, c.Label)})
		}
		if len(f.Of) > few {
			w.Type = "select"
			w.Choices = slices.Insert(w.Choices, 0, webkit.Choice{Label: words.T(ctx, "form.pick")})
		}
	}
	return w
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}
