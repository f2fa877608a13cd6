package lots

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/webkit"
)

// Routes are the page's lines of the route table.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{
		{Method: fiber.MethodGet, Path: "/:court/lots", Sentence: "司法拍卖：标的列表", Handler: list(service)},
		{Method: fiber.MethodGet, Path: "/:court/watched", Sentence: "我关注的标的", Handler: watched(service)},
		{Method: fiber.MethodGet, Path: "/:court/pictures/:picture", Sentence: "标的图片", Handler: picture(service)},
		{Method: fiber.MethodGet, Path: "/:court/lots/:lot", Sentence: "标的详情", Handler: show(service)},
		{Method: fiber.MethodPost, Path: "/:court/lots/:lot/watch", Sentence: "关注标的，或者不再关注", Handler: watch(service)},
		{Method: fiber.MethodGet, Path: "/:court/lots/:lot/bidding.ics", Sentence: "竞价时间的日历文件", Handler: bidding(service)},
		{Method: fiber.MethodGet, Path: "/:court/lots/:lot/viewing/:slot.ics", Sentence: "看样时间的日历文件", Handler: slotFile(service)},
		{Method: fiber.MethodGet, Path: "/:court/lots/:lot/question", Sentence: "就标的提问：填写", Handler: ask(service)},
		{Method: fiber.MethodPost, Path: "/:court/lots/:lot/question", Sentence: "就标的提问：提交", Handler: submit(service)},
		{Method: fiber.MethodGet, Path: "/:court/lots/:lot/viewing", Sentence: "预约看样：填写", Handler: choose(service)},
		{Method: fiber.MethodPost, Path: "/:court/lots/:lot/viewing", Sentence: "预约看样：提交，显示编号一次", Handler: book(service)},
		{Method: fiber.MethodGet, Path: "/:court/viewing", Sentence: "查预约：填写编号", Handler: number},
		{Method: fiber.MethodPost, Path: "/:court/viewing", Sentence: "查预约：看样时间", Handler: booking(service)},
		{Method: fiber.MethodPost, Path: "/:court/viewing/cancel", Sentence: "取消预约", Handler: cancel(service)},
	}
}

var filters = []string{"q", "kind", "district", "state", "round", "min", "max", "from", "to"}

// listing is what the list page shows.
type listing struct {
	inquiry.LotPage
	form      webkit.Form
	districts []string
	open      bool // some filter beside the words is in use
}

func list(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		values := map[string]string{}
		for _, name := range filters {
			values[name] = c.Query(name)
		}
		page, err := service.Lots(ctx, frame.Here(ctx).ID, inquiry.LotQuery{Text: values["q"], Kind: values["kind"], District: values["district"], State: values["state"],
			Round: values["round"], Min: values["min"], Max: values["max"], From: values["from"], To: values["to"], After: c.Query("after")})
		form, err := frame.Back(c, values, err)
		if err != nil {
			return err
		}
		l := listing{LotPage: page, form: form}
		if l.districts, err = service.LotDistricts(ctx, frame.Here(ctx).ID); err != nil {
			return err
		}
		for _, name := range filters[1:] {
			l.open = l.open || values[name] != ""
		}
		return webkit.Render(c, listPage(l))
	}
}

// address is the list with the filters in use, and others put in their place.
func (l listing) address(base string, pairs ...string) string {
	query := url.Values{}
	for _, name := range filters {
		if value := l.form.Value(name); value != "" {
			query.Set(name, value)
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	if len(query) == 0 {
		return base
	}
	return base + "?" + query.Encode()
}

func watched(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		p, err := service.Party(ctx, frame.Here(ctx).ID, frame.Cookie(c, frame.SessionCookie))
		if err != nil {
			return frame.SignIn(c, err, frame.Path(ctx, "watched"))
		}
		list, err := service.Watched(ctx, frame.Here(ctx).ID, inquiry.Watcher{Person: p.Session.Person})
		if err != nil {
			return err
		}
		return webkit.Render(c, watchedPage(inquiry.LotPage{Lots: list, Now: service.Now()}))
	}
}

// picture is kept by the visitor's own browser for a year; what stands between may not keep it, so that one taken down is gone.
func picture(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		mime, content, err := service.Picture(c.UserContext(), frame.Here(c.UserContext()).ID, c.Params("picture"))
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderCacheControl, "private, max-age=31536000, immutable")
		c.Set(fiber.HeaderContentType, mime)
		return c.Send(content)
	}
}

// sight is one lot as its page shows it.
type sight struct {
	inquiry.Lot
	phase    string
	signedIn bool
	watched  bool
	origin   string
	now      moment
}

func show(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		lot, err := service.Lot(ctx, frame.Here(ctx).ID, c.Params("lot"))
		if err != nil {
			return err
		}
		s := sight{Lot: lot, phase: inquiry.Phase(lot.LotCard, service.Now()), origin: frame.Origin(c), now: service.Now()}
		if token := frame.Cookie(c, frame.SessionCookie); token != "" {
			if p, err := service.Party(ctx, frame.Here(ctx).ID, token); err == nil { // the page is everybody's: a session that has ended changes nothing
				s.signedIn = true
				if s.watched, err = service.Watches(ctx, frame.Here(ctx).ID, inquiry.Watcher{Person: p.Session.Person}, lot.ID); err != nil {
					return err
				}
			}
		}
		return webkit.Render(c, lotPage(&s))
	}
}

func watch(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		court, back := frame.Here(ctx).ID, frame.Path(ctx, "lots", c.Params("lot"))
		p, err := service.Party(ctx, court, frame.Cookie(c, frame.SessionCookie))
		if err != nil {
			return frame.SignIn(c, err, back)
		}
		lot, err := service.Lot(ctx, court, c.Params("lot"))
		if err != nil {
			return err
		}
		act := service.Watch
		if c.FormValue("stop") == "yes" {
			act = service.Unwatch
		}
		if err := act(ctx, court, inquiry.Watcher{Person: p.Session.Person}, lot.ID); err != nil {
			return err
		}
		return webkit.Redirect303(c, back+"#watch")
	}
}

// chip is the clause behind what is shown.
func chip(path, clause string) webkit.Clause { return webkit.Clause{ID: clause, Href: path} }

var planIcons = map[string]string{"real_estate": "home", "vehicle": "car", "movable": "box", "equity": "chart", "other_right": "file"}

func planIcon(kind string) string {
	if icon := planIcons[kind]; icon != "" {
		return icon
	}
	return "gavel"
}

var phaseIcons = map[string]string{inquiry.Upcoming: "clock", inquiry.Live: "gavel", inquiry.Ended: "clock", inquiry.Stopped: "pause", inquiry.Sold: "done",
	inquiry.Unsold: "info", inquiry.Withdrawn: "close"}

// choices are a closed set as the options of a select, the first one for all.
func choices(all string, say func(string) string, values ...string) []webkit.Choice {
	list := []webkit.Choice{{Value: "", Label: all}}
	for _, value := range values {
		if value != "" {
			list = append(list, webkit.Choice{Value: value, Label: say(value)})
		}
	}
	return list
}

var roundWords = map[int]string{2: "lots.round_2", 3: "lots.round_3"}

// RoundWord is the sentence that names a round.
func RoundWord(n int) string {
	if word := roundWords[n]; word != "" {
		return word
	}
	return "lots.round_1"
}
