package message

import (
	"github.com/gofiber/fiber/v2"

	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/webkit"
)

// Routes are the page's lines of the route table.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{
		{Method: fiber.MethodGet, Path: "/:court/message", Sentence: "消息验真：填写核验码", Handler: ask},
		{Method: fiber.MethodPost, Path: "/:court/message", Sentence: "消息验真：结果", Handler: check(service)},
	}
}

func ask(c *fiber.Ctx) error { return webkit.Render(c, askPage(webkit.Form{})) }

func check(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		values := frame.Values(c, "code")
		found, err := service.CheckMessage(ctx, frame.Here(ctx).ID, frame.Client(c), values["code"])
		if err != nil {
			form, err := frame.Back(c, values, err)
			if err != nil {
				return err
			}
			return webkit.Render(c, askPage(form))
		}
		if len(found) == 0 {
			return webkit.Render(c, unknownPage(values["code"]))
		}
		return webkit.Render(c, knownPage(values["code"], found))
	}
}
