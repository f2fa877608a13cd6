package clause

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/webkit"
)

// Routes are the page's lines of the route table.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{{Method: fiber.MethodGet, Path: "/:court/clause/:id", Sentence: "条款原文", Handler: show(service)}}
}

func show(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		id, err := url.PathUnescape(c.Params("id"))
		if err != nil {
			return fiber.ErrNotFound
		}
		found, err := service.Clause(ctx, frame.Here(ctx).ID, id)
		if err != nil {
			return err
		}
		return webkit.Render(c, clausePage(found))
	}
}
