package inquiry

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"mingzhi/backoffice/problem"
	"mingzhi/storage/public"
)

// Orders are the orders of channels a person may wish for messages; what the rule does not allow is left out when one is sent.
var Orders = []string{"wechat,sms", "sms,wechat", "sms"}

// Preference is what a person chose, and the WeChat accounts bound to him.
func (s *Service) Preference(ctx context.Context, court string, person []byte) (public.Preference, error) {
	return s.store.PreferenceOf(ctx, court, person)
}

// SetPreference keeps an order of channels and the language of messages ("" leaves it to the court).
func (s *Service) SetPreference(ctx context.Context, court string, person []byte, order, language string, languages []string) error {
	var form problem.Form
	if order != "" && !slices.Contains(Orders, order) {
		form.Add("channels", problem.New(problem.Invalid, "preference.channels", "请从给出的方式里选择一种。"))
	}
	if language != "" && !slices.Contains(languages, language) {
		form.Add("language", problem.New(problem.Invalid, "preference.language", "请从给出的语言里选择一种。"))
	}
	if err := form.Err(); err != nil {
		return err
	}
	channels := []string{}
	if order != "" {
		channels = strings.Split(order, ",")
	}
	return s.store.SetPreference(ctx, court, person, channels, language)
}

// UnbindAccount ends the binding of one of the person's own accounts, as Preference lists it.
func (s *Service) UnbindAccount(ctx context.Context, court string, person []byte, account string) error {
	index, err := hex.DecodeString(account)
	if err != nil || len(index) == 0 || person == nil {
		return notBound
	}
	return s.unbind(ctx, court, index, person)
}

var notBound = problem.New(problem.NotFound, "binding.none", "这个微信号没有绑定，不用解绑。")

func (s *Service) unbind(ctx context.Context, court string, index, person []byte) error {
	profile, err := s.store.Court(ctx, court)
	if err != nil {
		return err
	}
	message, err := s.notice(profile, "account_unbound")
	if err != nil {
		return err
	}
	bound, err := s.store.Unbind(ctx, court, index, person, message)
	if err == nil && !bound {
		return notBound
	}
	return err
}
