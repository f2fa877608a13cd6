package inquiry

import (
	"context"
	"encoding/hex"
	"math"
	"time"

	"github.com/go-playground/validator/v10"

	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public"
)

// Service answers the public; it is safe for concurrent use.
type Service struct {
	store    *public.Store
	validate *validator.Validate
}

// New makes the service over a store.
func New(store *public.Store) (*Service, error) {
	v := validator.New(validator.WithRequiredStructEnabled())
	if err := enforcement.RegisterTags(v, store.Now); err != nil {
		return nil, err
	}
	return &Service{store: store, validate: v}, nil
}

// Client is who asks, as a channel knows him: an address on the portal, an open id in a bot.
// It is only ever kept as a keyed hash.
type Client struct {
	Channel string // portal, wechat, kiosk
	ID      string
}

// Limits of the tries of one client.
const (
	tipsAnHour      = 20
	messagesAnHour  = 20
	wrongReceipts   = 5
	checkedMessages = 20
	quarter         = 15 * time.Minute
)

func (s *Service) limit(use string, client Client, most int, window time.Duration) public.Limit {
	hash := s.store.Keys.BlindIndex("edge.rate."+use, client.Channel+"\x00"+client.ID)
	return public.Limit{Client: use + ":" + hex.EncodeToString(hash[:16]), Most: most, Window: window}
}

// Court is a court's profile.
func (s *Service) Court(ctx context.Context, id string) (exchange.Profile, error) {
	return s.store.Court(ctx, id)
}

// Courts lists the courts that are live here.
func (s *Service) Courts(ctx context.Context) ([]exchange.Profile, error) { return s.store.Courts(ctx) }

// Clause is an article of a court's normative document.
func (s *Service) Clause(ctx context.Context, court, id string) (public.Clause, error) {
	return s.store.Clause(ctx, court, id)
}

// tooMany tells how long to wait, in whole minutes a person understands.
func (s *Service) tooMany(until time.Time) *problem.Error {
	left := until.Sub(s.store.Now())
	minutes := int(math.Ceil(left.Minutes()))
	return problem.New(problem.TooMany, "inquiry.too_many",
		"尝试的次数太多。请在 {minutes} 分钟后再试；着急的，请拨打法院的电话。",
		"minutes", max(minutes, 1), "seconds", max(int(left.Seconds()), 1))
}

// Now is the instant by the one clock.
func (s *Service) Now() time.Time { return s.store.Now() }
