package about

import (
	"github.com/gofiber/fiber/v2"

	"mingzhi/portal/frame"
	"mingzhi/portal/webkit"
)

// Routes are the page's lines of the route table.
func Routes() []frame.Route {
	return []frame.Route{{Method: fiber.MethodGet, Path: "/:court/about", Sentence: "关于、规范文件全文、个人信息保护", Handler: func(c *fiber.Ctx) error {
		return webkit.Render(c, page(markdown(frame.Here(c.UserContext()).Document.Text)))
	}}}
}
