package notices

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"mingzhi/portal/exchange"
	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/webkit"
	"mingzhi/portal/words"
)

// Routes are the page's lines of the route table.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{
		{Method: fiber.MethodGet, Path: "/:court/notices", Sentence: "公告列表", Handler: list(service)},
		{Method: fiber.MethodGet, Path: "/:court/notices/:notice", Sentence: "公告全文", Handler: show(service)},
	}
}

func list(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		code := c.Query("kind")
		page, err := service.Notices(c.UserContext(), frame.Here(c.UserContext()).ID, code, c.Query("after"))
		if err != nil {
			return err
		}
		return webkit.Render(c, listPage(page, code))
	}
}

func show(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		n, err := service.Notice(c.UserContext(), frame.Here(c.UserContext()).ID, c.Params("notice"))
		if err != nil {
			return err
		}
		return webkit.Render(c, noticePage(n))
	}
}

// Kind is what sort of notice it is, in the words of the court's book.
func Kind(ctx context.Context, code string) (string, string) {
	chinese := frame.Here(ctx).Events[code]
	if code == inquiry.RewardNotice {
		return words.In(ctx, "notices.reward")
	}
	if chinese == "" {
		return words.In(ctx, "notices.other")
	}
	return frame.Given(ctx, code+".name", chinese)
}

// caseNo is the case a notice belongs to, when it says so.
func caseNo(n inquiry.Notice) string {
	at := slices.IndexFunc(n.Fields, func(f exchange.Shown) bool { return f.ID == "case_no" })
	if at < 0 {
		return ""
	}
	return n.Fields[at].Value
}
