package lot

import (
	"context"
	"fmt"
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

// The rounds: first auction, second auction, sell-off (变卖).
const (
	first   = 1
	second  = 2
	sellOff = 3
)

// RoundName is a round in words.
func RoundName(n int) string {
	return map[int]string{first: "第一次拍卖", second: "第二次拍卖", sellOff: "变卖"}[n]
}

// PlanForm asks for a round.
func PlanForm() []rulebook.Field {
	return []rulebook.Field{
		{ID: "reference_price", Label: "参考价", Type: "money", Required: true, Help: "议价、询价或者评估确定的价格"},
		{ID: "starting_price", Label: "起拍价", Type: "money", Required: true},
		{ID: "deposit", Label: "保证金", Type: "money", Required: true},
		{ID: "increment", Label: "加价幅度", Type: "money", Required: true},
		{ID: "starts_at", Label: "开拍时间", Type: "datetime", Required: true},
		{ID: "ends_at", Label: "竞价结束时间", Type: "datetime", Required: true},
		{ID: "balance_days", Label: "尾款期限（日）", Type: "number", Help: "自成交起算，不填用本院的默认天数"},
	}
}

// plan is a round as it was asked for.
type plan struct {
	reference, starting, deposit, increment int64
	starts, ends                            time.Time
	balance                                 int32
}

// mostFen bounds amounts, so that percentages are reckoned without overflow.
const mostFen = 1_000_000_000_000_000

// PlanRound prices the next round, or the one that is still being prepared. Whatever was approved
// or notified for it before is void: people were told of other terms.
func (d *Desk) PlanRound(ctx context.Context, actor staff.Actor, id uuid.UUID, values map[string]string) error {
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		n, err := s.next()
		if err != nil {
			return err
		}
		if values["seen"] != s.seen() {
			return late
		}
		p, form, err := readPlan(tx, values)
		if err != nil {
			return err
		}
		if err := s.lawful(tx, p, n, &form); err != nil {
			return err
		}
		if err := form.Err(); err != nil {
			return err
		}
		if err := s.move(ctx, tx, Draft, n); err != nil {
			return err
		}
		if err := tx.ClearLotPrenotices(ctx, courtdb.ClearLotPrenoticesParams{Court: tx.Court, LotID: id, Round: n}); err != nil {
			return err
		}
		row := courtdb.UpsertLotRoundParams{Court: tx.Court, LotID: id, Round: n, ReferencePrice: p.reference, StartingPrice: p.starting, Deposit: p.deposit,
			Increment: p.increment, StartsAt: p.starts, EndsAt: p.ends, BalanceDays: p.balance}
		if err := tx.UpsertLotRound(ctx, row); err != nil {
			return err
		}
		facts := s.terms(&courtdb.LotRoundsRow{Round: n, ReferencePrice: p.reference, StartingPrice: p.starting, Deposit: p.deposit, Increment: p.increment,
			StartsAt: p.starts, EndsAt: p.ends})
		_, err = d.record(ctx, tx, s, docket.Event{Code: "auction_planned", SourceKey: planKey(id, n) + storage.NewID().String(), Facts: facts})
		return err
	})
}

// planKey begins the source keys of a round's plans: who planned it does not approve it.
func planKey(id uuid.UUID, round int32) string { return fmt.Sprintf("lot:%s:plan:%d:", id, round) }

// next is the round that may be planned now.
func (s *subject) next() (int32, error) {
	switch s.State {
	case Draft, Prenotice, Approved:
		return max(s.Round, first), nil
	case Unsold:
		if s.Round < sellOff {
			return s.Round + 1, nil
		}
		return 0, problem.New(problem.Refused, "lot.no_round", "变卖也没有成交，不能再安排轮次。请征询抵债意见，或者解除查封后撤回标的。")
	}
	return 0, problem.New(problem.Conflict, "lot.not_plannable", "标的现在的状态不能安排拍卖，请刷新查看。")
}

func readPlan(tx *storage.Tx, values map[string]string) (plan, problem.Form, error) {
	typed, form := tx.Book.CheckForm(PlanForm(), values, tx.At.In(calendar.Shanghai))
	var p plan
	for field, into := range map[string]*int64{"reference_price": &p.reference, "starting_price": &p.starting, "deposit": &p.deposit, "increment": &p.increment} {
		m, given := typed[field].(enforcement.Money)
		*into = int64(m)
		if given && (*into <= 0 || *into > mostFen) {
			form.Add(field, problem.New(problem.Invalid, "lot.amount", "金额要大于零，也不能大得离谱，请核对。"))
		}
	}
	p.starts, _ = typed["starts_at"].(time.Time)
	p.ends, _ = typed["ends_at"].(time.Time)
	f, err := figure(tx, "balance_days")
	if err != nil {
		return p, form, err
	}
	p.balance = int32(f.Value)
	if s, ok := typed["balance_days"].(string); ok {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 365 {
			form.Add("balance_days", problem.New(problem.Invalid, "lot.balance_days", "尾款期限填写1到365之间的天数。"))
		}
		p.balance = int32(n)
	}
	return p, form, nil
}

// lawful holds a plan against the book's figures; every problem stands beside its field, with the
// article that gives the number.
func (s *subject) lawful(tx *storage.Tx, p plan, n int32, form *problem.Form) error {
	checks := []func(*storage.Tx, plan, int32, *problem.Form) error{s.startingPrice, s.depositRange, s.times, s.notice}
	for _, check := range checks {
		if err := check(tx, p, n, form); err != nil {
			return err
		}
	}
	return nil
}

// startingPrice: the first against the reference price, the second against the first, the sell-off equals the second.
func (s *subject) startingPrice(tx *storage.Tx, p plan, n int32, form *problem.Form) error {
	if p.starting <= 0 || p.starting > mostFen || p.reference > mostFen {
		return nil
	}
	if n == first {
		f, err := figure(tx, "auction_start_min")
		if err != nil || p.reference <= 0 {
			return err
		}
		if least := share(p.reference, f.Value); p.starting < least {
			form.Add("starting_price", problem.New(problem.Refused, "lot.start_low", "起拍价不得低于参考价的{percent}%，最低{least}。", "percent", f.Value,
				"least", enforcement.Money(least).Yuan()).By(tx.Book.Basis(f)))
		}
		return nil
	}
	before := s.round(n - 1)
	if before == nil {
		return late
	}
	if n == sellOff {
		f, err := figure(tx, "sell_off_period")
		if err == nil && p.starting != before.StartingPrice {
			form.Add("starting_price", problem.New(problem.Refused, "lot.sell_off_price", "变卖价是第二次拍卖的起拍价{price}，不能另定。",
				"price", enforcement.Money(before.StartingPrice).Yuan()).By(tx.Book.Basis(f)))
		}
		return err
	}
	f, err := figure(tx, "second_round_cut_max")
	if err != nil {
		return err
	}
	if least := share(before.StartingPrice, 100-f.Value); p.starting < least {
		form.Add("starting_price", problem.New(problem.Refused, "lot.cut_deep", "再次拍卖的降价幅度不得超过前次起拍价的{percent}%，最低{least}。", "percent", f.Value,
			"least", enforcement.Money(least).Yuan()).By(tx.Book.Basis(f)))
	}
	return nil
}

// share is a percentage of an amount, rounded up: a bound must not be undercut by a fen.
func share(fen int64, percent int) int64 { return (fen*int64(percent) + 99) / 100 }

// depositRange: within the law's share of the starting price; at a sell-off the whole price is paid in before bidding.
func (s *subject) depositRange(tx *storage.Tx, p plan, n int32, form *problem.Form) error {
	if p.deposit <= 0 || p.starting <= 0 || p.deposit > mostFen || p.starting > mostFen {
		return nil
	}
	if n == sellOff {
		f, err := figure(tx, "sell_off_period")
		if err == nil && p.deposit != p.starting {
			form.Add("deposit", problem.New(problem.Refused, "lot.sell_off_deposit", "变卖要交齐变卖价全款才能参加，保证金应等于变卖价。").By(tx.Book.Basis(f)))
		}
		return err
	}
	least, err := figure(tx, "auction_deposit_min")
	if err != nil {
		return err
	}
	most, err := figure(tx, "auction_deposit_max")
	if err != nil {
		return err
	}
	from, to := share(p.starting, least.Value), p.starting*int64(most.Value)/100
	if p.deposit < from || p.deposit > to {
		form.Add("deposit", problem.New(problem.Refused, "lot.deposit", "保证金应在起拍价的{min}%至{max}%之间，即{from}至{to}。", "min", least.Value, "max", most.Value,
			"from", enforcement.Money(from).Yuan(), "to", enforcement.Money(to).Yuan()).By(tx.Book.Basis(least)))
	}
	return nil
}

// times: bidding lasts long enough; a sell-off lasts its whole period.
func (s *subject) times(tx *storage.Tx, p plan, n int32, form *problem.Form) error {
	if p.starts.IsZero() || p.ends.IsZero() {
		return nil
	}
	if n == sellOff {
		f, err := figure(tx, "sell_off_period")
		if err == nil && calendar.On(p.starts).DaysUntil(calendar.On(p.ends)) != f.Value {
			form.Add("ends_at", problem.New(problem.Refused, "lot.sell_off_period", "变卖期为{days}日，结束日应为{day}。", "days", f.Value,
				"day", calendar.On(p.starts).Add(f.Value).String()).By(tx.Book.Basis(f)))
		}
		return err
	}
	return biddingTime(tx, p.starts, p.ends, form)
}

func biddingTime(tx *storage.Tx, starts, ends time.Time, form *problem.Form) error {
	f, err := figure(tx, "bidding_min")
	if err == nil && ends.Sub(starts) < time.Duration(f.Value)*time.Hour {
		form.Add("ends_at", problem.New(problem.Refused, "lot.bidding_short", "竞价时间不少于{hours}小时，请推迟结束时间。", "hours", f.Value).By(tx.Book.Basis(f)))
	}
	return err
}

// notice: even announced today, the notice would stand long enough.
func (s *subject) notice(tx *storage.Tx, p plan, n int32, form *problem.Form) error {
	if p.starts.IsZero() {
		return nil
	}
	f, earliest, err := earliestStart(tx, s.Kind, n)
	if err == nil && p.starts.Before(earliest) {
		form.Add("starts_at", problem.New(problem.Refused, "lot.notice_short", "公告期{days}日：即使今天发布公告，最早也要{day}开拍。", "days", f.Value,
			"day", calendar.On(earliest).String()).By(tx.Book.Basis(f)))
	}
	return err
}

// earliestStart is when bidding may begin if the notice is published at this instant: after the last day of its term.
func earliestStart(tx *storage.Tx, kind string, round int32) (*rulebook.Figure, time.Time, error) {
	id := map[int32]string{first: "notice_first", second: "notice_second", sellOff: "notice_sell_off"}[round]
	if kind == "movable" || kind == "vehicle" {
		id += "_movable"
	} else {
		id += "_other"
	}
	f, err := figure(tx, id)
	if err != nil {
		return nil, time.Time{}, err
	}
	return f, after(tx, f, tx.At), nil
}

// after is the beginning of the day after a figure's term has run from an instant; the first day does not count (民诉法85).
func after(tx *storage.Tx, f *rulebook.Figure, from time.Time) time.Time {
	return tx.Days.Due(calendar.Rule{Unit: calendar.NaturalDay, N: f.Value}, from).Day().Add(1).Time()
}
