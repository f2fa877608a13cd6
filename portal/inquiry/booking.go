package inquiry

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public"
)

// bookingIndex is the purpose under which a booking number is indexed.
const bookingIndex = "booking.code"

// Limits of bookings.
const (
	bookingsClient = 20 // an hour: a hall's machines share one address
	bookingsMobile = 4  // a day
	wrongBookings  = 5
	bookingSize    = 10
)

// NewBooking is a seat somebody asks for at a viewing.
type NewBooking struct {
	Key          string // random, from the form: a double submit repeats it
	Lot, Slot    uuid.UUID
	Name, Mobile string
	OpenID       string // of a WeChat user, or ""
}

// Booking is a seat at a viewing.
type Booking = public.Booking

// BookViewing gives a seat out, and the number that gives it back. The number is told once; sent twice, the same form gets the same one.
func (s *Service) BookViewing(ctx context.Context, court string, client Client, b NewBooking) (number string, err error) {
	if _, err := s.store.Court(ctx, court); err != nil {
		return "", err
	}
	mobile, err := b.check()
	if err != nil {
		return "", err
	}
	seed := strings.Join([]string{court, b.Key, b.Lot.String(), b.Slot.String(), b.Name, mobile}, "\x00")
	id, err := uuid.NewRandomFromReader(s.draw("booking", seed))
	if err != nil {
		return "", err
	}
	inbox := uuid.Must(uuid.NewV7())
	sealed, err := s.seal(inbox, exchange.Viewing{Name: b.Name, Mobile: mobile})
	if err != nil {
		return "", err
	}
	row := public.NewBooking{ID: id, Inbox: inbox, Lot: b.Lot, Slot: b.Slot, Sealed: sealed}
	if b.OpenID != "" {
		row.OpenIDIndex = s.OpenIDIndex(b.OpenID)
	}
	hash := s.store.Keys.BlindIndex("edge.rate.viewing", mobile)
	visitor := public.Limit{Client: "viewing.mobile:" + hex.EncodeToString(hash[:16]), Most: bookingsMobile, Window: 24 * time.Hour}
	return s.takeSeat(ctx, court, seed, row, s.limit("viewing", client, bookingsClient, 4*quarter), visitor)
}

// takeSeat draws a number; one that another booking has is drawn again.
func (s *Service) takeSeat(ctx context.Context, court, seed string, row public.NewBooking, client, visitor public.Limit) (string, error) {
	for try := range 8 {
		n, err := rand.Int(s.draw("booking.number"+strconv.Itoa(try), seed), big.NewInt(9_000_000_000))
		if err != nil {
			return "", err
		}
		number := strconv.FormatInt(n.Int64()+1_000_000_000, 10)
		row.Code = s.store.Keys.BlindIndex(bookingIndex, number)
		out, err := s.store.BookSeat(ctx, court, row, client, visitor)
		switch {
		case errors.Is(err, public.ErrTicketTaken):
			continue
		case err != nil:
			return "", err
		case out.Booked || out.Given == row.ID && out.Held:
			return number, nil
		case out.Given == row.ID:
			return "", problem.New(problem.Conflict, "viewing.cancelled", "这次预约已经取消。需要看样的，请重新预约。")
		case out.Given != uuid.Nil:
			continue
		case !out.Open:
			return "", slotProblem(problem.New(problem.Conflict, "viewing.closed", "这个看样时间已经不能预约，请选择其他时间。"))
		case out.Client.Over(client):
			return "", s.tooMany(out.Client.Until)
		case out.Visitor.Over(visitor):
			return "", s.tooMany(out.Visitor.Until)
		}
		return "", slotProblem(problem.New(problem.Conflict, "viewing.full", "这个时间刚刚约满，没有约上。请从下面选择其他时间。"))
	}
	return "", problem.New(problem.Unavailable, "enforcement.random", "系统暂时不能编号，请稍后再试。")
}

// slotProblem stands beside the times, and stays what it is for the whole form.
func slotProblem(p *problem.Error) *problem.Error {
	c := *p
	c.Fields = map[string]*problem.Error{"slot": p}
	return &c
}

func (b *NewBooking) check() (mobile string, err error) {
	var form problem.Form
	b.Name = tidied(b.Name)
	switch n := utf8.RuneCountInString(b.Name); {
	case n == 0:
		form.Add("name", problem.New(problem.Invalid, "viewing.name_missing", "请填写看样人的姓名，到场时核对身份证件。"))
	case n > 50:
		form.Add("name", problem.New(problem.Invalid, "tip.too_long", "这一项最多填 {max} 个字，请写得短一些。", "max", 50))
	}
	m, err := enforcement.ParseMobile(b.Mobile)
	form.Add("mobile", itself(err))
	if b.Slot == uuid.Nil {
		form.Add("slot", problem.New(problem.Invalid, "viewing.slot_missing", "请选择看样的时间。"))
	}
	if b.Key == "" || len(b.Key) > 64 {
		form.Add("key", problem.New(problem.Invalid, "tip.key_missing", "这张表格已经失效，请刷新页面后重新填写。"))
	}
	return m.Full(), form.Err()
}

// Viewing is the booking behind a number. Wrong numbers are counted, and close the door for a while.
func (s *Service) Viewing(ctx context.Context, court string, client Client, number string) (Booking, error) {
	return s.booking(ctx, court, client, number, false)
}

// CancelViewing gives the seat back: somebody else can have it at once, and the court is told.
func (s *Service) CancelViewing(ctx context.Context, court string, client Client, number string) (Booking, error) {
	return s.booking(ctx, court, client, number, true)
}

func (s *Service) booking(ctx context.Context, court string, client Client, typed string, cancel bool) (Booking, error) {
	number := digitsOf(typed)
	if number == "" {
		return Booking{}, numberProblem(problem.New(problem.Invalid, "viewing.number_missing", "请填写预约编号。"))
	}
	var codes [][]byte
	if len(number) == bookingSize {
		codes = s.store.Keys.BlindIndexes(bookingIndex, number)
	}
	inbox := uuid.Must(uuid.NewV7())
	sealed, err := s.seal(inbox, exchange.Viewing{}) // who it was, the court knows by the booking
	if err != nil {
		return Booking{}, err
	}
	limit := s.limit("booking", client, wrongBookings, quarter)
	b, count, err := s.store.Booking(ctx, court, codes, cancel, inbox, sealed, limit)
	switch {
	case err != nil:
		return b, err
	case count.Over(limit) || b.Found && count.Tries >= limit.Most:
		return Booking{}, s.tooMany(count.Until)
	case !b.Found:
		return b, numberProblem(problem.New(problem.NotFound, "viewing.unknown", "没有找到这个预约编号。预约编号是 10 位数字，请逐位核对；还可以再试 {left} 次。",
			"left", max(limit.Most-count.Tries, 0)))
	}
	return b, nil
}

func numberProblem(p *problem.Error) *problem.Error {
	c := *p
	c.Fields = map[string]*problem.Error{"number": p}
	return &c
}
