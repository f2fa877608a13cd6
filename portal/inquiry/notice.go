package inquiry

import (
	"context"
	"crypto/rand"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/storage/public"
)

// Notice is something the court tells everybody.
type Notice = public.Notice

// Codes of public notices whose pages differ from the others'.
const (
	RewardNotice = "reward_notice_published"
	Dishonest    = "dishonest_listed"
)

// kept are lists of persons: asked by full name or case number, never listed where they could be gathered (S-4.7.2③).
var kept = []string{Dishonest, "consumption_restricted"}

// listIndex is the purpose under which the court indexes the names on public lists.
const listIndex = "notice.name"

const (
	queriesClient = 20 // a quarter of an hour
	captchaLasts  = 10 * time.Minute
	captchaSize   = 5
	mostRolled    = 400
)

// today is the day by the law's calendar: a notice is shown through its last day.
func (s *Service) today() time.Time { return calendar.On(s.store.Now()).Time() }

// NoticePage is a page of notices; Next asks for the one after it.
type NoticePage struct {
	Notices []Notice
	Codes   []string // kinds there are
	Next    string
}

// Notices lists what everybody may know, of one kind or of all, the newest first.
func (s *Service) Notices(ctx context.Context, court, code, after string) (page NoticePage, err error) {
	f := public.NoticeFilter{Code: tidied(code), Kept: kept, Today: s.today(), Most: aPage + 1}
	f.Before, f.BeforeID = position(after)
	if page.Notices, err = s.store.Notices(ctx, court, f); err != nil {
		return page, err
	}
	if len(page.Notices) > aPage {
		page.Notices = page.Notices[:aPage]
		last := page.Notices[aPage-1]
		page.Next = cursor(last.PublishedAt, last.ID)
	}
	page.Codes, err = s.store.NoticeCodes(ctx, court, kept, f.Today)
	return page, err
}

// NewestNotices are the few that came last; with a code, of that kind.
func (s *Service) NewestNotices(ctx context.Context, court, code string, most int) ([]Notice, error) {
	return s.store.Notices(ctx, court, public.NoticeFilter{Code: code, Kept: kept, Today: s.today(), Most: most})
}

// Notice is one of them.
func (s *Service) Notice(ctx context.Context, court, id string) (Notice, error) {
	gone := problem.New(problem.NotFound, "notices.gone", "没有这条公告，或者已经到期撤下。")
	notice, err := uuid.Parse(id)
	if err != nil {
		return Notice{}, gone
	}
	n, ok, err := s.store.Notice(ctx, court, notice, kept, s.today())
	if err == nil && !ok {
		return n, gone
	}
	return n, err
}

// Rolled is the list of dishonest debtors as the screen in the hall shows it, masked as it was disclosed.
func (s *Service) Rolled(ctx context.Context, court string) ([]Notice, error) {
	return s.store.Listed(ctx, court, Dishonest, s.today(), mostRolled)
}

// NewCaptcha draws digits for somebody to read; any node knows them for a while.
func (s *Service) NewCaptcha(ctx context.Context, court string) (uuid.UUID, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return uuid.Nil, err
	}
	digits := make([]byte, captchaSize)
	for i := range digits {
		var b [1]byte
		for b[0] = 250; b[0] >= 250; { // 0–249 are ten digits alike often
			if _, err := rand.Read(b[:]); err != nil {
				return uuid.Nil, err
			}
		}
		digits[i] = b[0] % 10
	}
	return id, s.store.PutCaptcha(ctx, court, id, digits, s.store.Now().Add(captchaLasts))
}

// Captcha is the digits, 0 to 9 each, to draw or to speak.
func (s *Service) Captcha(ctx context.Context, court, id string) ([]byte, error) {
	over := problem.New(problem.NotFound, "captcha.over", "这张图片已经失效，请刷新页面。")
	captcha, err := uuid.Parse(id)
	if err != nil {
		return nil, over
	}
	digits, err := s.store.Captcha(ctx, court, captcha)
	if err == nil && digits == nil {
		return nil, over
	}
	return digits, err
}

// ListQuery is who is looked for on the list of dishonest debtors, by full name or by case number.
type ListQuery struct {
	Typed   string
	Captcha string // its id
	Digits  string // as read
}

// AskList tells what the court's list says of a name or a case. Each query needs a captcha of its own.
func (s *Service) AskList(ctx context.Context, court string, client Client, q ListQuery) ([]Notice, error) {
	if _, err := s.store.Court(ctx, court); err != nil {
		return nil, err
	}
	typed := tidied(q.Typed)
	var form problem.Form
	switch n := utf8.RuneCountInString(typed); {
	case n < 2:
		form.Add("who", problem.New(problem.Invalid, "dishonest.missing", "请填写完整的姓名、单位名称或者案号。"))
	case n > 100:
		form.Add("who", problem.New(problem.Invalid, "tip.too_long", "这一项最多填 {max} 个字，请写得短一些。", "max", 100))
	}
	digits := []byte(strings.ReplaceAll(digitsOf(q.Digits), ",", ""))
	if len(digits) == 0 {
		form.Add("digits", problem.New(problem.Invalid, "captcha.missing", "请填写图片里的数字；看不清的，可以听语音。"))
	}
	if err := form.Err(); err != nil {
		return nil, err
	}
	for i := range digits {
		digits[i] -= '0' // what is no digit matches none
	}
	if err := s.useCaptcha(ctx, court, client, q.Captcha, digits); err != nil {
		return nil, err
	}
	if number := s.caseNumber(typed); number != "" {
		return s.store.ListedByCase(ctx, court, Dishonest, number, enforcement.GramQuery(number), s.today())
	}
	return s.store.ListedByName(ctx, court, Dishonest, s.store.Keys.BlindIndexes(listIndex, enforcement.NormalizeForIndex(typed)), s.today())
}

// caseNumber is what was typed as case numbers are written, or "" when it is none. Brackets come in either width.
func (s *Service) caseNumber(typed string) string {
	if number, err := enforcement.ParseCaseNumber(typed, s.store.Now()); err == nil {
		return number.String()
	}
	text := strings.NewReplacer("(", "（", ")", "）", " ", "").Replace(typed)
	if likeCase.MatchString(text) {
		return text
	}
	return ""
}

var likeCase = regexp.MustCompile(`^（\d{4}）.*\d号$`)

func (s *Service) useCaptcha(ctx context.Context, court string, client Client, id string, digits []byte) error {
	captcha, err := uuid.Parse(id)
	if err != nil {
		captcha = uuid.Nil // counted like any other
	}
	limit := s.limit("list", client, queriesClient, quarter)
	known, matched, count, err := s.store.UseCaptcha(ctx, court, captcha, digits, limit)
	var form problem.Form
	switch {
	case err != nil:
		return err
	case count.Over(limit):
		return s.tooMany(count.Until)
	case !known:
		form.Add("digits", problem.New(problem.Invalid, "captcha.expired", "数字已经失效（超过十分钟，或者已经用过）。请按新的图片再填一次。"))
	case !matched:
		form.Add("digits", problem.New(problem.Invalid, "captcha.wrong", "数字不对。请按新的图片再填一次；看不清的，可以听语音。"))
	}
	return form.Err()
}
