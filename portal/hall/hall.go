package hall

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"mingzhi/portal/exchange"
	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/webkit"
	"mingzhi/portal/words"
)

// Routes are the page's lines of the route table.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{{Method: fiber.MethodGet, Path: "/:court/hall", Sentence: "大厅滚动屏", Handler: show(service)}}
}

// What one turn of the screen holds, readable across a hall, and how long it stands.
const (
	listedATurn = 4
	lotsATurn   = 4
	noticeATurn = 4
	stands      = 12 * time.Second
	newest      = 8
)

// turn is one page of the screen; one of its parts is filled.
type turn struct {
	title    string
	lang     string
	text     *exchange.HallText
	listed   []inquiry.Notice
	lots     []inquiry.LotCard
	notices  []inquiry.Notice
	hotlines []exchange.Hotline
	at, of   int // page of the list it belongs to
}

// screen is a turn with what stands around it.
type screen struct {
	turn
	next string
	now  time.Time
}

func show(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		turns, err := roll(ctx, service)
		if err != nil {
			return err
		}
		n, _ := strconv.Atoi(c.Query("turn"))
		if n < 0 || n >= len(turns) { // the roll has become shorter, or begins again
			n = 0
		}
		next := fmt.Sprint(frame.Path(ctx, "hall"), "?turn=", (n+1)%len(turns))
		c.Set(fiber.HeaderCacheControl, "no-store")
		return webkit.Render(c, page(screen{turn: turns[n], next: next, now: service.Now()}))
	}
}

// roll is the whole roll as the rows stand at this moment: what was withdrawn is not in it.
func roll(ctx context.Context, service *inquiry.Service) ([]turn, error) {
	court := frame.Here(ctx)
	listed, err := service.Rolled(ctx, court.ID)
	if err != nil {
		return nil, err
	}
	lots, err := service.NewestLots(ctx, court.ID, newest)
	if err != nil {
		return nil, err
	}
	rewards, err := service.NewestNotices(ctx, court.ID, inquiry.RewardNotice, newest)
	if err != nil {
		return nil, err
	}
	var turns []turn
	for page, list := range pages(listed, listedATurn) {
		turns = append(turns, turn{title: words.T(ctx, "hall.listed"), listed: list, at: page + 1, of: count(len(listed), listedATurn)})
	}
	for i := range court.Hall.Texts {
		turns = append(turns, turn{title: court.Hall.Texts[i].Title, lang: frame.Other(ctx), text: &court.Hall.Texts[i]})
	}
	for page, list := range pages(lots, lotsATurn) {
		turns = append(turns, turn{title: words.T(ctx, "hall.lots"), lots: list, at: page + 1, of: count(len(lots), lotsATurn)})
	}
	for page, list := range pages(rewards, noticeATurn) {
		turns = append(turns, turn{title: words.T(ctx, "hall.rewards"), notices: list, at: page + 1, of: count(len(rewards), noticeATurn)})
	}
	return append(turns, turn{title: words.T(ctx, "frame.hotlines"), hotlines: court.Hotlines}), nil
}

// pages cuts a list into what fits one turn each.
func pages[T any](list []T, n int) [][]T {
	var out [][]T
	for len(list) > 0 {
		k := min(n, len(list))
		out, list = append(out, list[:k]), list[k:]
	}
	return out
}

// when is what a bidder has to keep in mind of a lot's time.
func when(ctx context.Context, l inquiry.LotCard, now time.Time) string {
	switch phase := inquiry.Phase(l, now); phase {
	case inquiry.Upcoming:
		return words.T(ctx, "lots.starts_at", "at", frame.Time(ctx, l.StartsAt))
	case inquiry.Live:
		return words.T(ctx, "lots.ends_at", "at", frame.Time(ctx, l.EndsAt))
	default:
		return words.T(ctx, "lots.phase."+phase)
	}
}

func count(all, n int) int { return (all + n - 1) / n }

// field is a disclosed field of an entry, or "".
func field(n inquiry.Notice, id string) string {
	for _, f := range n.Fields {
		if f.ID == id {
			return f.Value
		}
	}
	return ""
}

func refresh(s screen) string { return strconv.Itoa(int(stands/time.Second)) + "; url=" + s.next }
