package inquiry

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public"
)

// OpenIDIndex is the blind index of a WeChat account.
func (s *Service) OpenIDIndex(openID string) []byte {
	return s.store.Keys.BlindIndex("wechat.openid", openID)
}

// StartBinding is StartLogin from a WeChat account that is to be bound; the six digits go to the mobile on file, never to WeChat.
func (s *Service) StartBinding(ctx context.Context, court, openID, idNumber, queryCode string) (uuid.UUID, error) {
	return s.start(ctx, court, Client{Channel: "wechat", ID: openID}, idNumber, queryCode, s.OpenIDIndex(openID))
}

// FinishBinding takes the six digits and binds the account that began; a query code binds one account at a time.
func (s *Service) FinishBinding(ctx context.Context, court, openID string, login uuid.UUID, code string) error {
	code, err := checkDigits(code)
	if err != nil {
		return err
	}
	profile, err := s.store.Court(ctx, court)
	if err != nil {
		return err
	}
	index := s.OpenIDIndex(openID)
	sealed, err := s.store.Keys.SealCourier(public.OpenIDAAD(index), []byte(openID))
	if err != nil {
		return err
	}
	message, err := s.notice(profile, "account_bound")
	if err != nil {
		return err
	}
	tried, err := s.store.FinishBinding(ctx, court, login, s.loginCodes(login, code), codeTries, public.NewBinding{OpenIDIndex: index, OpenID: sealed, Message: message})
	if errors.Is(err, public.ErrCodeBound) {
		return problem.New(problem.Conflict, "binding.code_used",
			"这个查询码已经绑定了另一个微信号。请先在原来的微信号上解绑，或者请法院换发新的查询码。")
	}
	if err != nil {
		return err
	}
	return judge(tried)
}

// notice is a message about a binding; a court whose book has none sends none.
func (s *Service) notice(profile exchange.Profile, id string) (public.Outward, error) {
	if _, ok := profile.Messages[id]; !ok {
		return public.Outward{}, nil
	}
	now := s.store.Now().In(calendar.Shanghai)
	return outward(profile, id, map[string]string{"account": "微信", "time": now.Format("2006年1月2日15:04"), "date": now.Format("2006年1月2日")})
}

// Unbind ends the binding of a WeChat account by itself.
func (s *Service) Unbind(ctx context.Context, court, openID string) error {
	return s.unbind(ctx, court, s.OpenIDIndex(openID), nil)
}

// WeChatUser is what is known of a WeChat account; its Person, when bound, serves CasesOf and Apply.
func (s *Service) WeChatUser(ctx context.Context, court, openID string) (public.WeChatUser, error) {
	return s.store.WeChatUser(ctx, court, s.OpenIDIndex(openID))
}

// SetSubscribed notes that an account began or ceased to follow the court's; a binding survives both.
func (s *Service) SetSubscribed(ctx context.Context, court, openID string, subscribed bool) error {
	index := s.OpenIDIndex(openID)
	sealed, err := s.store.Keys.SealCourier(public.OpenIDAAD(index), []byte(openID))
	if err != nil {
		return err
	}
	return s.store.SetSubscribed(ctx, court, index, sealed, subscribed)
}
