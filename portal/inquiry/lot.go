package inquiry

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public"
)

// LotCard is a lot as a list shows it.
type LotCard = public.LotCard

// Lot is a lot with everything a bidder may know.
type Lot = public.Lot

// Slot is a time at which a lot can be viewed.
type Slot = public.Slot

// Where a lot stands, as bidders see it.
const (
	Upcoming  = "upcoming"
	Live      = "live"
	Ended     = "ended" // the time is over and no result is known yet
	Stopped   = "stopped"
	Sold      = "sold"
	Unsold    = "unsold"
	Withdrawn = "withdrawn"
)

// Kinds of lots and States that a list can be narrowed to; "" are those open to bidders.
var (
	LotKinds  = []string{"real_estate", "vehicle", "movable", "equity", "other_right"}
	LotStates = []string{"", Upcoming, Live, Stopped, "history", Sold, Unsold, Withdrawn, "all"}
)

// Limits of lists and of what a person types into them.
const (
	aPage       = 20
	longestWord = 50
	questions   = 5 // an hour
	longestAsk  = 500
)

// Phase is where a lot stands at an instant.
func Phase(c LotCard, now time.Time) string {
	switch {
	case c.State != "announced":
		return c.State
	case now.Before(c.StartsAt):
		return Upcoming
	case now.Before(c.EndsAt):
		return Live
	}
	return Ended
}

// LotQuery is what a person asks the list for, as typed.
type LotQuery struct {
	Text, Kind, District, State, Round string
	Min, Max                           string // yuan
	From, To                           string // days on which bidding begins
	After                              string // where the page before ended
}

// LotPage is a page of a list; Next asks for the one after it.
type LotPage struct {
	Lots []LotCard
	Next string
	Now  time.Time
}

// Lots lists announced lots, the newest first.
func (s *Service) Lots(ctx context.Context, court string, q LotQuery) (LotPage, error) {
	page := LotPage{Now: s.store.Now()}
	f, err := q.filter(page.Now)
	if err != nil {
		return page, err
	}
	if strings.TrimSpace(q.Text) != "" && f.Query == "" {
		return page, nil // nothing but signs
	}
	f.Most = aPage + 1
	page.Lots, err = s.store.Lots(ctx, court, f)
	if len(page.Lots) > aPage {
		page.Lots = page.Lots[:aPage]
		last := page.Lots[aPage-1]
		page.Next = cursor(last.PublishedAt, last.ID)
	}
	return page, err
}

func (q LotQuery) filter(now time.Time) (f public.LotFilter, err error) {
	var form problem.Form
	text := strings.TrimSpace(strings.ToValidUTF8(q.Text, ""))
	if n := utf8.RuneCountInString(text); n > longestWord {
		form.Add("q", problem.New(problem.Invalid, "lots.word_long", "要找的词太长：最多 {max} 字，请只写一两个词。", "max", longestWord))
	}
	f.Query = enforcement.GramQuery(strings.ReplaceAll(text, "\x00", ""))
	f.District = strings.ReplaceAll(strings.ToValidUTF8(q.District, ""), "\x00", "")
	if slices.Contains(LotKinds, q.Kind) {
		f.Kind = q.Kind
	}
	if n, err := strconv.Atoi(q.Round); err == nil && n >= 1 && n <= 3 {
		f.Round = n
	}
	f.PriceFrom, f.PriceTo = yuan(&form, "min", q.Min), yuan(&form, "max", q.Max)
	if f.PriceTo > 0 && f.PriceFrom > f.PriceTo {
		form.Add("max", problem.New(problem.Invalid, "lots.price_order", "最高价比最低价还低，请核对。"))
	}
	f.StartsFrom, f.StartsTo = typedDay(&form, "from", q.From, 0), typedDay(&form, "to", q.To, 1)
	if !f.StartsFrom.IsZero() && !f.StartsTo.IsZero() && !f.StartsFrom.Before(f.StartsTo) {
		form.Add("to", problem.New(problem.Invalid, "lots.date_order", "后一个日期在前一个日期之前，请核对。"))
	}
	f.Before, f.BeforeID = position(q.After)
	byState(&f, q.State, now)
	return f, form.Err()
}

// byState narrows to what stands so at the instant; an unknown state asks for those open to bidders.
func byState(f *public.LotFilter, state string, now time.Time) {
	switch state {
	case Upcoming:
		f.States = []string{"announced"}
		if !f.StartsFrom.After(now) {
			f.StartsFrom = now.Add(time.Microsecond)
		}
	case Live:
		f.States, f.EndsAfter = []string{"announced"}, now
		if f.StartsTo.IsZero() || f.StartsTo.After(now) {
			f.StartsTo = now.Add(time.Microsecond)
		}
	case Stopped, Sold, Unsold, Withdrawn:
		f.States = []string{state}
	case "history":
		f.States = []string{Sold, Unsold, Withdrawn}
	case "all":
		f.States = []string{"announced", Stopped, Sold, Unsold, Withdrawn}
	default:
		f.States = []string{"announced", Stopped}
	}
}

func yuan(form *problem.Form, field, typed string) int64 {
	if strings.TrimSpace(typed) == "" {
		return 0
	}
	m, err := enforcement.ParseMoney(typed)
	if err == nil && m < 0 {
		err = problem.New(problem.Invalid, "form.money_negative", "金额不能是负数。")
	}
	form.Add(field, itself(err))
	return m.Fen()
}

// typedDay is the beginning of a typed day in the court's time, or of one some days later; zero for nothing typed.
func typedDay(form *problem.Form, field, typed string, later int) time.Time {
	if strings.TrimSpace(typed) == "" {
		return time.Time{}
	}
	d, err := calendar.ParseDate(strings.TrimSpace(typed))
	if err != nil {
		form.Add(field, problem.New(problem.Invalid, "form.date", "日期请写成2026-03-04的样子。"))
		return time.Time{}
	}
	return d.Add(later).Time()
}

// cursor is where a page ends, as an address carries it.
func cursor(at time.Time, id uuid.UUID) string {
	return strconv.FormatInt(at.UnixMicro(), 36) + "." + base64.RawURLEncoding.EncodeToString(id[:])
}

// position reads a cursor; a made-up one begins at the first page.
func position(text string) (time.Time, uuid.UUID) {
	at, id, _ := strings.Cut(text, ".")
	micro, err := strconv.ParseInt(at, 36, 64)
	raw, wrong := base64.RawURLEncoding.DecodeString(id)
	if err != nil || wrong != nil || len(raw) != 16 || micro <= 0 || micro > 253402300799e6 {
		return time.Time{}, uuid.Nil
	}
	return time.UnixMicro(micro), uuid.UUID(raw)
}

// LotDistricts are the districts in which there are lots.
func (s *Service) LotDistricts(ctx context.Context, court string) ([]string, error) {
	return s.store.LotDistricts(ctx, court)
}

// NewestLots are the lots open to bidders that were announced last.
func (s *Service) NewestLots(ctx context.Context, court string, most int) ([]LotCard, error) {
	f := public.LotFilter{Most: most, EndsAfter: s.store.Now()}
	byState(&f, "", s.store.Now())
	return s.store.Lots(ctx, court, f)
}

var noLot = problem.New(problem.NotFound, "lots.no_lot", "没有这件拍卖标的，或者公告已经撤下。请回到“司法拍卖”查看。")

// Lot is one announced lot.
func (s *Service) Lot(ctx context.Context, court, id string) (Lot, error) {
	lot, err := uuid.Parse(id)
	if err != nil {
		return Lot{}, noLot
	}
	l, ok, err := s.store.Lot(ctx, court, lot)
	if err == nil && !ok {
		return l, noLot
	}
	return l, err
}

// pictureKinds are what a browser may take for a picture of ours.
var pictureKinds = []string{"image/jpeg", "image/png", "image/webp"}

// Picture is one of an announced lot.
func (s *Service) Picture(ctx context.Context, court, id string) (mime string, content []byte, err error) {
	missing := problem.New(problem.NotFound, "lots.no_picture", "这张图片已经撤下。")
	picture, err := uuid.Parse(id)
	if err != nil {
		return "", nil, missing
	}
	mime, content, ok, err := s.store.Picture(ctx, court, picture)
	if err == nil && (!ok || !slices.Contains(pictureKinds, mime)) {
		return "", nil, missing
	}
	return mime, content, err
}

// LotQuestion is what a person asks about a lot; question and answer become public, the person does not.
type LotQuestion struct {
	Key  string // random, from the form: a double submit repeats it
	Text string
}

// AskAboutLot checks, seals and stores a question, once however often it is sent.
func (s *Service) AskAboutLot(ctx context.Context, court string, client Client, lot uuid.UUID, q LotQuestion) error {
	if _, err := s.store.Court(ctx, court); err != nil {
		return err
	}
	text := tidied(q.Text)
	var form problem.Form
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		form.Add("text", problem.New(problem.Invalid, "lots.question_empty", "请写下要问的问题。"))
	case n > longestAsk:
		form.Add("text", problem.New(problem.Invalid, "lots.question_long", "写得太长：最多 {max} 字，现在有 {now} 字。请只问一件事。", "max", longestAsk, "now", n))
	}
	if err := form.Err(); err != nil {
		return err
	}
	id, err := uuid.NewRandomFromReader(s.draw("question", court+"\x00"+q.Key+"\x00"+lot.String()+"\x00"+text))
	if err != nil {
		return err
	}
	sealed, err := s.seal(id, exchange.LotQuestion{Text: text})
	if err != nil {
		return err
	}
	limit := s.limit("question", client, questions, 4*quarter)
	open, count, err := s.store.SubmitQuestion(ctx, court, id, exchange.LotQuestionMeta{Lot: lot}, sealed, limit)
	switch {
	case err != nil:
		return err
	case !open:
		return problem.New(problem.Conflict, "lots.question_closed", "这件标的已经结束拍卖，不再接受提问。")
	case count.Over(limit):
		return s.tooMany(count.Until)
	}
	return nil
}

// tidied is what was typed without the ends and what no text holds.
func tidied(typed string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(typed, ""), "\x00", ""))
}
