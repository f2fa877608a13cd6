package inquiry

import (
	"context"
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"mingzhi/backoffice/problem"
	"mingzhi/storage/public"
)

// checkable is how long a check code answers: six digits come round again.
const checkable = 90 * 24 * time.Hour

var sixDigits = regexp.MustCompile(`^[0-9]{6}$`)

// CheckMessage tells what the court sent under a check code; an empty list means that the
// court sent no such message, or that it is too long ago.
func (s *Service) CheckMessage(ctx context.Context, court string, client Client, typed string) ([]public.SentMessage, error) {
	if _, err := s.store.Court(ctx, court); err != nil {
		return nil, err
	}
	code := strings.Join(strings.Fields(norm.NFKC.String(typed)), "")
	if !sixDigits.MatchString(code) {
		var f problem.Form
		f.Add("code", problem.New(problem.Invalid, "message.code_format", "核验码是消息末尾的 6 位数字，请对照消息再填一次。"))
		return nil, f.Err()
	}
	limit := s.limit("check", client, checkedMessages, quarter)
	count, err := s.store.CountTry(ctx, court, limit)
	if err != nil {
		return nil, err
	}
	if count.Over(limit) {
		return nil, s.tooMany(count.Until)
	}
	return s.store.MessagesByCheckCode(ctx, court, code, s.store.Now().Add(-checkable))
}
