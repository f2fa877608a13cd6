package preferences

import (
	"github.com/gofiber/fiber/v2"

	"mingzhi/portal/frame"
	"mingzhi/portal/webkit"
)

// Routes are the page's lines of the route table. The kit itself keeps what the form asks for.
func Routes() []frame.Route {
	return []frame.Route{{Method: fiber.MethodGet, Path: "/:court/preferences", Sentence: "语言、字号与配色", Handler: func(c *fiber.Ctx) error {
		return webkit.Render(c, page())
	}}}
}
