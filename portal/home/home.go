package home

import (
	"github.com/gofiber/fiber/v2"

	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/webkit"
)

// Courts lists the courts, or goes on when there is only one.
func Courts(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		courts, err := service.Courts(c.UserContext())
		if err != nil {
			return err
		}
		if len(courts) == 1 {
			return webkit.Redirect303(c, "/"+courts[0].ID)
		}
		return webkit.Render(c, courtsPage(courts))
	}
}

// Home is a court's first page.
func Home() fiber.Handler {
	return func(c *fiber.Ctx) error { return webkit.Render(c, homePage(doors)) }
}

// door is one of the things people come for; a page that does not exist yet has none.
type door struct{ path, icon, key string }

var doors = []door{
	{"case", "file", "home.case"},
	{"tip", "tip", "home.tip"},
	{"message", "shield", "home.message"},
	{"receipt", "receipt", "home.receipt"},
}

// Routes are the page's lines of the route table.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{
		{Method: fiber.MethodGet, Path: "/", Sentence: "各法院入口", Handler: Courts(service)},
		{Method: fiber.MethodGet, Path: "/:court", Sentence: "法院首页", Handler: Home()},
	}
}
