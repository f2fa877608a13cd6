package lot

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// StopForm, ResumeForm, WithdrawForm, SoldForm and UnsoldForm ask for what became of a round.
func StopForm() []rulebook.Field {
	return []rulebook.Field{
		{ID: "kind", Label: "处理", Type: "choice", Required: true, Of: []rulebook.Choice{{ID: "suspended", Label: "暂缓"}, {ID: "stayed", Label: "中止"}}},
		{ID: "reason", Label: "原因", Type: "text", Required: true, Max: 200, Help: "会公开：不写当事人的隐私"},
	}
}

// ResumeForm asks when bidding goes on.
func ResumeForm() []rulebook.Field {
	return []rulebook.Field{{ID: "starts_at", Label: "新的开拍时间", Type: "datetime", Required: true}, {ID: "ends_at", Label: "新的结束时间", Type: "datetime", Required: true}}
}

// WithdrawForm asks why.
func WithdrawForm() []rulebook.Field {
	return []rulebook.Field{{ID: "reason", Label: "撤回的原因", Type: "text", Required: true, Max: 200, Help: "已经公告的，会公开：不写当事人的隐私"}}
}

// SoldForm asks for the result; the buyer stays inside the court.
func SoldForm() []rulebook.Field {
	return []rulebook.Field{
		{ID: "price", Label: "成交价", Type: "money", Required: true},
		{ID: "sold_at", Label: "成交时间", Type: "datetime", Required: true},
		{ID: "buyer", Label: "买受人", Type: "text", Max: 100, Help: "只供内部，不对外告知；平台的成交确认书另行公示"},
	}
}

// UnsoldForm asks for the next step.
func UnsoldForm() []rulebook.Field {
	return []rulebook.Field{{ID: "next", Label: "下一步", Type: "choice", Required: true, Of: []rulebook.Choice{{ID: "second_auction", Label: "再次拍卖"},
		{ID: "sell_off", Label: "变卖"}, {ID: "payment_in_kind", Label: "以物抵债"}, {ID: "return", Label: "解除查封、退还"}}}}
}

// end writes a round's result.
func end(ctx context.Context, tx *storage.Tx, s *subject, result string, price *int64, at time.Time) error {
	n, err := tx.EndLotRound(ctx, courtdb.EndLotRoundParams{Court: tx.Court, LotID: s.ID, Round: s.Round, Result: &result, ResultPrice: price, ResultAt: &at})
	if err == nil && n == 0 {
		return late
	}
	return err
}

// Stop suspends or stays an announced auction (网拍28).
func (d *Desk) Stop(ctx context.Context, actor staff.Actor, id uuid.UUID, values map[string]string) error {
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		if s.State != Announced {
			return late
		}
		typed, form := tx.Book.CheckForm(StopForm(), values, tx.At.In(calendar.Shanghai))
		if err := form.Err(); err != nil {
			return err
		}
		if err := s.move(ctx, tx, Stopped, s.Round); err != nil {
			return err
		}
		if err := end(ctx, tx, s, "stopped", nil, tx.At); err != nil {
			return err
		}
		return d.stopped(ctx, tx, s, typed["kind"], typed["reason"])
	})
}

func (d *Desk) stopped(ctx context.Context, tx *storage.Tx, s *subject, kind, reason any) error {
	_, err := d.record(ctx, tx, s, docket.Event{Code: "auction_stopped", Facts: map[string]any{"class": s.Kind, "round": strconv.Itoa(int(max(s.Round, first))),
		"kind": kind, "reason": reason, "stopped_on": docket.Today(tx), "published": s.published()}})
	return err
}

// Resume lets bidding go on at a new time. It is announced again, because whoever was told of the stop was promised to hear.
func (d *Desk) Resume(ctx context.Context, actor staff.Actor, id uuid.UUID, values map[string]string) error {
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		if s.State != Stopped {
			return late
		}
		typed, form := tx.Book.CheckForm(ResumeForm(), values, tx.At.In(calendar.Shanghai))
		starts, _ := typed["starts_at"].(time.Time)
		ends, _ := typed["ends_at"].(time.Time)
		if !starts.IsZero() && !starts.After(tx.At) {
			form.Add("starts_at", problem.New(problem.Invalid, "lot.resume_past", "恢复后的开拍时间要在现在以后。"))
		}
		if !starts.IsZero() && !ends.IsZero() {
			if err := biddingTime(tx, starts, ends, &form); err != nil {
				return err
			}
		}
		if err := form.Err(); err != nil {
			return err
		}
		if err := s.move(ctx, tx, Announced, s.Round); err != nil {
			return err
		}
		n, err := tx.ResumeLotRound(ctx, courtdb.ResumeLotRoundParams{Court: tx.Court, LotID: id, Round: s.Round, StartsAt: starts, EndsAt: ends})
		if err != nil {
			return err
		}
		if n == 0 {
			return late
		}
		r := s.current()
		r.StartsAt, r.EndsAt = starts, ends
		_, err = d.record(ctx, tx, s, docket.Event{Code: "auction_announced", Facts: s.terms(r)})
		return err
	})
}

// Withdraw takes the lot back for good. Who was told of the auction hears of it; a draft leaves without a word.
func (d *Desk) Withdraw(ctx context.Context, actor staff.Actor, id uuid.UUID, values map[string]string) error {
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		if s.closed() {
			return ended
		}
		typed, form := tx.Book.CheckForm(WithdrawForm(), values, tx.At.In(calendar.Shanghai))
		if err := form.Err(); err != nil {
			return err
		}
		if err := s.move(ctx, tx, Withdrawn, s.Round); err != nil {
			return err
		}
		if r := s.current(); r != nil && (r.Result == nil || *r.Result == Stopped) {
			if err := end(ctx, tx, s, Withdrawn, nil, tx.At); err != nil {
				return err
			}
		}
		if err := d.cancelSlots(ctx, tx, s); err != nil {
			return err
		}
		if s.State == Draft && !s.published() {
			return docket.Audit(ctx, tx, docket.Trace{Action: "lot:withdrawn", Object: "lot", ID: id, Case: s.CaseID, Reason: fmt.Sprint(typed["reason"])})
		}
		return d.stopped(ctx, tx, s, Withdrawn, typed["reason"])
	})
}

// Sold records the result of the bidding on the platform; nothing of the buyer leaves the court from here.
func (d *Desk) Sold(ctx context.Context, actor staff.Actor, id uuid.UUID, values map[string]string) error {
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		r := s.current()
		if s.State != Announced || r == nil {
			return late
		}
		typed, form := tx.Book.CheckForm(SoldForm(), values, tx.At.In(calendar.Shanghai))
		price, given := typed["price"].(enforcement.Money)
		if given && int64(price) < r.StartingPrice {
			form.Add("price", problem.New(problem.Refused, "lot.price_low", "成交价不能低于起拍价{least}。", "least", enforcement.Money(r.StartingPrice).Yuan()).By(article(tx, []string{"网拍规定10"})))
		}
		at, _ := typed["sold_at"].(time.Time)
		earliest, err := earliestEnd(tx, r)
		if err != nil {
			return err
		}
		if !at.IsZero() && (at.Before(earliest) || at.After(tx.At)) {
			form.Add("sold_at", problem.New(problem.Refused, "lot.sold_at", "成交时间不能早于竞价结束（{end}），也不能晚于现在。", "end", minute(earliest)).By(article(tx, []string{"网拍规定20"})))
		}
		if err := form.Err(); err != nil {
			return err
		}
		if err := s.move(ctx, tx, Sold, s.Round); err != nil {
			return err
		}
		fen := int64(price)
		if err := end(ctx, tx, s, Sold, &fen, at); err != nil {
			return err
		}
		if err := d.cancelSlots(ctx, tx, s); err != nil {
			return err
		}
		facts := map[string]any{"class": s.Kind, "round": strconv.Itoa(int(s.Round)), "price": price, "sold_at": at}
		if buyer, ok := typed["buyer"]; ok {
			facts["buyer"] = buyer
		}
		_, err = d.record(ctx, tx, s, docket.Event{Code: "auction_sold", Occurred: at, Facts: facts})
		return err
	})
}

// earliestEnd is before when no bidding can be over; a sell-off ends by its first bid's bidding time.
func earliestEnd(tx *storage.Tx, r *courtdb.LotRoundsRow) (time.Time, error) {
	if r.Round != sellOff {
		return r.EndsAt, nil
	}
	f, err := figure(tx, "bidding_min")
	if err != nil {
		return time.Time{}, err
	}
	return r.StartsAt.Add(time.Duration(f.Value) * time.Hour), nil
}

func minute(t time.Time) string { return t.In(calendar.Shanghai).Format("2006-01-02 15:04") }

// Unsold records that nobody bid, and what comes next (网拍26).
func (d *Desk) Unsold(ctx context.Context, actor staff.Actor, id uuid.UUID, values map[string]string) error {
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		r := s.current()
		if s.State != Announced || r == nil {
			return late
		}
		if tx.At.Before(r.EndsAt) {
			return problem.New(problem.Refused, "lot.not_over", "竞价到{end}才结束，现在还不能登记流拍。", "end", minute(r.EndsAt)).By(article(tx, []string{"网拍规定20"}))
		}
		typed, form := tx.Book.CheckForm(UnsoldForm(), values, tx.At.In(calendar.Shanghai))
		next, _ := typed["next"].(string)
		if wrong := map[string]int32{"second_auction": first, "sell_off": second}[next]; wrong > 0 && wrong != s.Round {
			form.Add("next", problem.New(problem.Refused, "lot.next", "第一次拍卖流拍后再次拍卖，再次拍卖流拍后才能变卖。").By(article(tx, []string{"网拍规定26"})))
		}
		if err := form.Err(); err != nil {
			return err
		}
		f, err := figure(tx, "payment_in_kind_within")
		if err != nil {
			return err
		}
		if err := s.move(ctx, tx, Unsold, s.Round); err != nil {
			return err
		}
		if err := end(ctx, tx, s, Unsold, nil, r.EndsAt); err != nil {
			return err
		}
		answer := tx.Days.Due(calendar.Rule{Unit: calendar.NaturalDay, N: f.Value}, tx.At).Day()
		_, err = d.record(ctx, tx, s, docket.Event{Code: "auction_unsold", Occurred: r.EndsAt, Facts: map[string]any{"class": s.Kind,
			"round": strconv.Itoa(int(s.Round)), "unsold_on": calendar.On(r.EndsAt), "next": next, "answer_by": answer}})
		return err
	})
}

// Nexts are the steps that may follow an unsold round.
func Nexts(round int) []rulebook.Choice {
	skip := map[int]string{first: "sell_off", second: "second_auction"}[round]
	return slices.DeleteFunc(UnsoldForm()[0].Of, func(c rulebook.Choice) bool {
		return c.ID == skip || round == sellOff && (c.ID == "second_auction" || c.ID == "sell_off")
	})
}
