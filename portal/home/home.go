package home

import (
	"time"

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

// news is what came last.
type news struct {
	lots    []inquiry.LotCard
	notices []inquiry.Notice
	now     time.Time
}

// Home is a court's first page.
func Home(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		n := news{now: service.Now()}
		var err error
		if n.lots, err = service.NewestLots(ctx, frame.Here(ctx).ID, 4); err != nil {
			return err
		}
		if n.notices, err = service.NewestNotices(ctx, frame.Here(ctx).ID, "", 3); err != nil {
			return err
		}
		return webkit.Render(c, homePage(doors, n))
	}
}

// door is one of the things people come for; a page that does not exist yet has none.
type door struct{ path, icon, key string }

var doors = []door{
	{"case", "file", "home.case"},
	{"tip", "tip", "home.tip"},
	{"lots", "gavel", "home.lots"},
	{"message", "shield", "home.message"},
}

// Routes are the page's lines of the route table.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{
		{Method: fiber.MethodGet, Path: "/", Sentence: "各法院入口", Handler: Courts(service)},
		{Method: fiber.MethodGet, Path: "/:court", Sentence: "法院首页", Handler: Home(service)},
	}
}
