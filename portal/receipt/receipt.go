package receipt

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/apply"
	"mingzhi/portal/exchange"
	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/webkit"
	"mingzhi/storage/public"
)

// Routes are the page's lines of the route table.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{
		{Method: fiber.MethodGet, Path: "/:court/receipt", Sentence: "查回执：填写编号", Handler: ask},
		{Method: fiber.MethodPost, Path: "/:court/receipt", Sentence: "查回执：阶段、结果与询问", Handler: show(service)},
		{Method: fiber.MethodPost, Path: "/:court/receipt/message", Sentence: "凭回执答复或补充", Handler: add(service)},
		{Method: fiber.MethodPost, Path: "/:court/receipt/form/:process", Sentence: "凭回执申请：填写", Handler: fill(service)},
		{Method: fiber.MethodPost, Path: "/:court/receipt/apply/:process", Sentence: "凭回执申请：提交，显示编号", Handler: send(service)},
	}
}

func ask(c *fiber.Ctx) error { return webkit.Render(c, askPage(webkit.Form{})) }

func show(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		values := frame.Values(c, "receipt")
		status, err := service.ReceiptStatus(ctx, frame.Here(ctx).ID, frame.Client(c), values["receipt"])
		if err != nil {
			return again(c, values, err)
		}
		return webkit.Render(c, statusPage(status, webkit.Form{Values: map[string]string{
			"receipt": values["receipt"], "key": frame.NewKey()}}, false))
	}
}

func again(c *fiber.Ctx, values map[string]string, err error) error {
	form, err := frame.Back(c, values, err)
	if err != nil {
		return err
	}
	return webkit.Render(c, askPage(form))
}

func add(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		values := frame.Values(c, "receipt", "key", "text", "keep_facts")
		uploads, err := frame.Uploads(c, "files")
		if err != nil {
			return err
		}
		status, err := service.AddMessage(ctx, frame.Here(ctx).ID, frame.Client(c), inquiry.Message{Key: values["key"],
			Receipt: values["receipt"], Text: values["text"], Files: uploads, KeepPictureFacts: values["keep_facts"] == "yes"})
		if err != nil && status.Stage == "" {
			return again(c, values, err)
		}
		form, err := frame.Back(c, values, err)
		if err != nil {
			return err
		}
		sent := form.Problem == nil
		if sent {
			form.Values = map[string]string{"receipt": values["receipt"], "key": frame.NewKey()}
		}
		return webkit.Render(c, statusPage(status, form, sent))
	}
}

// forms are those of the court's book that a tipster may send.
func forms(profile exchange.Profile) []exchange.Form {
	var list []exchange.Form
	for _, f := range profile.Forms {
		if slices.Contains(f.By, inquiry.Tipster) {
			list = append(list, f)
		}
	}
	return list
}

// fill shows a form to who holds the receipt; it travels in the form, never in an address.
func fill(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		form, err := inquiry.Form(frame.Here(ctx), c.Params("process"))
		if err != nil {
			return err
		}
		if !slices.Contains(form.By, inquiry.Tipster) {
			return fiber.ErrNotFound
		}
		values := frame.Values(c, "receipt")
		if _, err := service.ReceiptStatus(ctx, frame.Here(ctx).ID, frame.Client(c), values["receipt"]); err != nil {
			return again(c, values, err)
		}
		return webkit.Render(c, formPage(form, webkit.Form{Values: map[string]string{"key": frame.NewKey()}}, values["receipt"]))
	}
}

func send(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		form, err := inquiry.Form(frame.Here(ctx), c.Params("process"))
		if err != nil {
			return err
		}
		a, err := apply.Read(c, form)
		if err != nil {
			return err
		}
		receipt := c.FormValue("receipt")
		sent, err := service.Apply(ctx, frame.Here(ctx).ID, frame.Client(c), inquiry.Sender{Receipt: receipt}, a)
		if err == nil {
			return webkit.Render(c, sentPage(sent, receipt))
		}
		if p, ok := problem.As(err); ok && p.Fields["receipt"] != nil {
			return again(c, map[string]string{"receipt": receipt}, err)
		}
		back, err := apply.Back(c, a, err)
		if err != nil {
			return err
		}
		return webkit.Render(c, formPage(form, back, receipt))
	}
}

type stage struct{ key, class string }

// stages are the stations a tip passes, up to where it is.
func stages(status public.TipStatus) []stage {
	end := "stage.verified"
	if status.Stage == string(enforcement.TipUnverifiable) {
		end = "stage.unverifiable"
	}
	list := []stage{{"stage.received", ""}, {"stage.verifying", ""}, {end, ""}}
	at := map[string]int{inquiry.StageReceived: 0, string(enforcement.TipVerifying): 1}
	now, early := at[status.Stage]
	if !early {
		now = 2
	}
	for i := range list {
		switch {
		case i < now:
			list[i].class = "past"
		case i == now:
			list[i].class = "now"
		}
	}
	return list
}

// result is icon, colour and word of what came of a tip.
func result(status public.TipStatus) (icon, class string) {
	switch enforcement.TipResult(status.Result) {
	case enforcement.TipAdopted:
		return "done", "good"
	case enforcement.TipNotAdopted, enforcement.TipInsufficient:
		return "info", "open"
	}
	return "clock", "open"
}
