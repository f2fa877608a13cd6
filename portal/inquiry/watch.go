package inquiry

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public"
)

// Watcher is who wants to hear of a lot: a signed-in party (the person of his session), or a WeChat user.
type Watcher struct {
	Person []byte
	OpenID string
}

func (s *Service) watcher(w Watcher) (public.Watcher, error) {
	switch {
	case w.OpenID != "":
		return public.Watcher{OpenIDIndex: s.OpenIDIndex(w.OpenID)}, nil
	case len(w.Person) > 0:
		return public.Watcher{Person: w.Person}, nil
	}
	return public.Watcher{}, signedOut
}

const (
	watchedMost = 50
	toldAtOnce  = 200
	longestName = 30 // of a lot in a message
	fieldLength = 20 // of a WeChat template
)

// Watch begins to watch a lot: the next round, a lower price, a stop, the result are told.
func (s *Service) Watch(ctx context.Context, court string, who Watcher, lot uuid.UUID) error {
	w, err := s.watcher(who)
	if err != nil {
		return err
	}
	known, watching, err := s.store.Watch(ctx, court, w, lot, watchedMost)
	switch {
	case err != nil:
		return err
	case !known:
		return noLot
	case !watching:
		return problem.New(problem.Conflict, "watch.too_many", "最多关注 {max} 件标的。请先取消一些已经结束的。", "max", watchedMost)
	}
	return nil
}

// Unwatch ends it.
func (s *Service) Unwatch(ctx context.Context, court string, who Watcher, lot uuid.UUID) error {
	w, err := s.watcher(who)
	if err != nil {
		return err
	}
	return s.store.Unwatch(ctx, court, w, lot)
}

// Watches reports whether somebody watches a lot.
func (s *Service) Watches(ctx context.Context, court string, who Watcher, lot uuid.UUID) (bool, error) {
	w, err := s.watcher(who)
	if err != nil {
		return false, err
	}
	return s.store.Watches(ctx, court, w, lot)
}

// Watched are the lots somebody watches.
func (s *Service) Watched(ctx context.Context, court string, who Watcher) ([]LotCard, error) {
	w, err := s.watcher(who)
	if err != nil {
		return nil, err
	}
	return s.store.Watched(ctx, court, w)
}

// TellWatchers queues word of lots that have changed since their watchers last heard of them, once per version, and tells how
// many messages there are. By night it waits: none of it is urgent (G12).
func (s *Service) TellWatchers(ctx context.Context, court string) (int, error) {
	if hour := s.store.Now().In(calendar.Shanghai).Hour(); hour < 8 || hour >= 21 {
		return 0, nil
	}
	profile, err := s.store.Court(ctx, court)
	if err != nil {
		return 0, err
	}
	total := 0
	for {
		seen, told, err := s.store.TellWatchers(ctx, court, toldAtOnce, func(c public.Change) (*public.Outward, error) { return sayChange(profile, c) })
		total += told
		if err != nil || seen < toldAtOnce {
			return total, err
		}
	}
}

// sayChange is the message, or nil when nothing changed that a watcher is told of (G1), or when the court's book has no words for it.
func sayChange(profile exchange.Profile, c public.Change) (*public.Outward, error) {
	what := changed(c)
	if _, ok := profile.Messages[watchedLot]; !ok || what == "" {
		return nil, nil
	}
	out, err := outward(profile, watchedLot, map[string]string{"title": cut(c.Title, longestName), "change": what})
	for field, text := range out.Data {
		out.Data[field] = cut(text, fieldLength)
	}
	return &out, err
}

const watchedLot = "watched_lot_changed"

// changed says what is new, the most weighty first; "" when it is nothing but words.
func changed(c public.Change) string {
	b, n := c.Before, c.Now
	price := enforcement.Money(n.Price).Yuan()
	at := n.StartsAt.In(calendar.Shanghai).Format("1月2日15:04")
	switch {
	case n.State != b.State && n.State == Sold && c.Result > 0:
		return "已成交，成交价" + enforcement.Money(c.Result).Yuan()
	case n.State != b.State && n.State == Sold:
		return "已成交"
	case n.State != b.State && n.State == Unsold:
		return "流拍"
	case n.State != b.State && n.State == Withdrawn:
		return "拍卖已撤回"
	case n.State != b.State && n.State == Stopped:
		return "拍卖暂缓"
	case n.Round > b.Round && n.Round == 2:
		return "进入二拍，起拍价" + price
	case n.Round > b.Round:
		return "进入变卖，变卖价" + price
	case n.Price < b.Price:
		return "降价，起拍价" + price
	case n.Price > b.Price:
		return "起拍价改为" + price
	case n.State != b.State:
		return "恢复拍卖，" + at + "开拍"
	case !n.StartsAt.Equal(b.StartsAt):
		return "改期，" + at + "开拍"
	}
	return ""
}

// cut shortens a text to n characters.
func cut(text string, n int) string {
	runes := []rune(strings.TrimSpace(text))
	if len(runes) <= n {
		return string(runes)
	}
	return string(runes[:n-1]) + "…"
}
