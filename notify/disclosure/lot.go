package disclosure

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/rulebook"
	"mingzhi/notify/message"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// lotSheet is everything of a lot that a bidder may know, as it lies inside the court.
type lotSheet struct {
	courtdb.CourtLot
	number   string
	facts    []courtdb.LotFactsRow
	rounds   []courtdb.LotRoundsRow // as far as announced
	items    []rulebook.LotItem
	warnings []string
}

// publishLot writes a lot with everything a bidder may know (网拍13, 14), or brings it up to date.
// Before its first notice there is nothing of it outside; whoever bought it never is.
func (t *telling) publishLot(ctx context.Context, tx *storage.Tx, rule *rulebook.Disclosure, e *docket.Recorded) error {
	if e.Code != "auction_announced" { // what was withdrawn does not come back with the next event (G11)
		_, err := tx.DisclosedLot(ctx, courtdb.DisclosedLotParams{Court: tx.Court, ID: e.Lot})
		if storage.NoRows(err) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	s, err := readLot(ctx, tx, e)
	if err != nil || len(s.rounds) == 0 {
		return err
	}
	t.item, t.channels = &e.Lot, append(t.channels, "portal")
	state, last := s.outward(), s.rounds[len(s.rounds)-1]
	p := courtdb.UpsertDisclosedLotParams{Court: tx.Court, ID: s.ID, Kind: s.Kind, District: s.District, State: state, Round: last.Round,
		StartingPrice: last.StartingPrice, StartsAt: last.StartsAt, EndsAt: last.EndsAt, Title: s.Title, Clause: clauseOf(rule), PublishedAt: tx.At, ChangedAt: tx.At}
	body := exchange.Lot{Title: s.Title}
	texts := []string{s.Title, s.District}
	if state == withdrawn {
		reason, told := e.Facts["reason"].(string)
		if !told {
			return nil // it stands there with its reason already
		}
		body.Description, p.StartingPrice = "本院已撤回这次拍卖。原因："+reason, 0
	} else {
		if body, err = s.body(ctx, tx); err != nil {
			return err
		}
		texts = append(texts, s.Description)
		for _, f := range s.facts {
			texts = append(texts, f.Value)
		}
	}
	if p.Body, err = json.Marshal(body); err != nil {
		return err
	}
	p.Grams = enforcement.Grams(texts...)
	if err := tx.UpsertDisclosedLot(ctx, p); err != nil {
		return err
	}
	return lotParts(ctx, tx, s.ID, state == withdrawn)
}

// lotParts brings pictures and viewing times in step; none stand beside a withdrawn lot.
func lotParts(ctx context.Context, tx *storage.Tx, lot uuid.UUID, none bool) error {
	if err := tx.UnpublishLotPictures(ctx, courtdb.UnpublishLotPicturesParams{Court: tx.Court, LotID: lot, Everything: none}); err != nil {
		return err
	}
	if err := tx.UnpublishViewingSlots(ctx, courtdb.UnpublishViewingSlotsParams{Court: tx.Court, LotID: lot, Everything: none, Now: tx.At}); err != nil || none {
		return err
	}
	if err := tx.PublishLotPictures(ctx, courtdb.PublishLotPicturesParams{Court: tx.Court, LotID: lot}); err != nil {
		return err
	}
	return tx.PublishViewingSlots(ctx, courtdb.PublishViewingSlotsParams{Court: tx.Court, LotID: lot, Now: tx.At})
}

// unpublishLot takes a lot down with all its parts (G11).
func unpublishLot(ctx context.Context, tx *storage.Tx, lot uuid.UUID) error {
	if err := tx.DeleteDisclosedLot(ctx, courtdb.DeleteDisclosedLotParams{Court: tx.Court, ID: lot}); err != nil {
		return err
	}
	return lotParts(ctx, tx, lot, true)
}

func readLot(ctx context.Context, tx *storage.Tx, e *docket.Recorded) (*lotSheet, error) {
	row, err := tx.LotByID(ctx, courtdb.LotByIDParams{Court: tx.Court, ID: e.Lot})
	if err != nil {
		return nil, err
	}
	s := &lotSheet{CourtLot: row}
	if e.File != nil {
		s.number = e.File.Number
	}
	if s.facts, err = tx.LotFacts(ctx, courtdb.LotFactsParams{Court: tx.Court, LotID: s.ID}); err != nil {
		return nil, err
	}
	if s.rounds, err = tx.LotRounds(ctx, courtdb.LotRoundsParams{Court: tx.Court, LotID: s.ID}); err != nil {
		return nil, err
	}
	s.rounds = slices.DeleteFunc(s.rounds, func(r courtdb.LotRoundsRow) bool { return r.AnnouncedAt == nil })
	for _, i := range tx.Book.LotItems {
		switch {
		case len(i.Kinds) > 0 && !slices.Contains(i.Kinds, s.Kind):
		case i.Warning != "":
			s.warnings = append(s.warnings, i.Warning)
		default:
			s.items = append(s.items, i)
		}
	}
	return s, nil
}

// outward is the state as bidders know it: while the next round is being prepared, the last result stands.
func (s *lotSheet) outward() string {
	if s.State == "draft" || s.State == "prenotice" || s.State == "approved" {
		return "unsold"
	}
	return s.State
}

func (s *lotSheet) body(ctx context.Context, tx *storage.Tx) (exchange.Lot, error) {
	body := exchange.Lot{Title: s.Title, CaseNumber: s.number, Address: s.Address, Description: s.Description, PlatformURL: s.PlatformUrl, Contact: s.Contact,
		Warnings: s.warnings}
	for _, i := range s.items {
		at := slices.IndexFunc(s.facts, func(f courtdb.LotFactsRow) bool { return f.Fact == i.ID })
		if at >= 0 {
			f := s.facts[at]
			body.Facts = append(body.Facts, exchange.LotFact{Fact: i.ID, Label: i.Name, Value: f.Value, Source: f.Source, On: calendar.DateOf(f.KnownOn).String()})
		}
	}
	for _, r := range s.rounds {
		out := exchange.LotRound{Round: int(r.Round), Name: roundName(r.Round), Reference: r.ReferencePrice, StartingPrice: r.StartingPrice, Deposit: r.Deposit,
			Increment: r.Increment, StartsAt: r.StartsAt, EndsAt: r.EndsAt, BalanceDays: int(r.BalanceDays), AnnouncedAt: *r.AnnouncedAt, ResultAt: r.ResultAt}
		if r.Result != nil {
			out.Result = *r.Result
		}
		if r.ResultPrice != nil {
			out.ResultPrice = *r.ResultPrice
		}
		body.Rounds = append(body.Rounds, out)
	}
	questions, err := tx.LotQuestions(ctx, courtdb.LotQuestionsParams{Court: tx.Court, LotID: s.ID})
	if err != nil {
		return body, err
	}
	for _, q := range questions {
		if q.AnsweredAt != nil && !q.Refused {
			body.Questions = append(body.Questions, exchange.LotQA{Question: q.Shown, Answer: q.Answer, At: *q.AnsweredAt})
		}
	}
	pictures, err := tx.LotPictures(ctx, courtdb.LotPicturesParams{Court: tx.Court, LotID: s.ID})
	for _, p := range pictures {
		body.Pictures = append(body.Pictures, exchange.LotPicture{ID: p.ID, Caption: p.Caption})
	}
	body.Notice = s.notice(tx.Book)
	return body, err
}

func roundName(n int32) string {
	return map[int32]string{1: "第一次拍卖", 2: "第二次拍卖", 3: "变卖"}[n]
}

// approvedLot is who signed the notice of a lot: that was the named approver's word (G14), and it is not asked for twice.
func approvedLot(ctx context.Context, tx *storage.Tx, e *docket.Recorded) (*uuid.UUID, error) {
	if e.Lot == uuid.Nil || e.Code != "auction_announced" {
		return nil, nil
	}
	lot, err := tx.LotByID(ctx, courtdb.LotByIDParams{Court: tx.Court, ID: e.Lot})
	if err != nil {
		return nil, err
	}
	rounds, err := tx.LotRounds(ctx, courtdb.LotRoundsParams{Court: tx.Court, LotID: e.Lot})
	for _, r := range rounds {
		if r.Round == lot.Round && r.AnnouncedAt != nil {
			return r.ApprovedBy, err
		}
	}
	return nil, err
}

// Viewings tells bidders of their own bookings: confirmed, near, or cancelled by the court. They are
// no persons of the case; who they are is opened here for the message only.
type Viewings struct{}

// Clock: nothing follows from a clock.
func (Viewings) Clock(context.Context, *storage.Tx, docket.Ring) error { return nil }

// Follow queues the message that the book's rule for bidders names; without a rule none goes out (G1).
func (Viewings) Follow(ctx context.Context, tx *storage.Tx, e *docket.Recorded) error {
	if !slices.Contains([]string{"viewing_confirmed", "viewing_reminder_due", "viewing_cancelled"}, e.Code) || e.Imported {
		return nil
	}
	if e.Code == "viewing_cancelled" && e.Facts["by"] != "court" {
		return nil // who gave a seat back knows it
	}
	text, _ := e.Facts["viewing"].(string)
	id, err := uuid.Parse(text)
	if err != nil {
		return nil
	}
	v, err := tx.ViewingByID(ctx, courtdb.ViewingByIDParams{Court: tx.Court, ID: id})
	if storage.NoRows(err) {
		return nil
	}
	if err != nil {
		return err
	}
	code := e.Code
	if code == "viewing_confirmed" && v.SlotCancelledAt != nil {
		code = "viewing_cancelled" // the seat was taken while the court took the time back
	}
	if code != "viewing_cancelled" && (v.CancelledAt != nil || v.SlotCancelledAt != nil) {
		return nil
	}
	rule, ok := tx.Book.DisclosureOf(code)
	if !ok || !rule.On {
		return nil
	}
	at := slices.IndexFunc(rule.Audiences, func(a rulebook.Audience) bool { return a.To == string(enforcement.RoleBidder) && a.Template != "" })
	if at < 0 {
		return nil
	}
	return tellBidder(ctx, tx, rule, &rule.Audiences[at], v)
}

func tellBidder(ctx context.Context, tx *storage.Tx, rule *rulebook.Disclosure, a *rulebook.Audience, v courtdb.ViewingByIDRow) error {
	plain, err := tx.Keys.Open("viewing.person:"+v.ID.String(), v.Person)
	if err != nil {
		return err
	}
	var who exchange.Viewing
	if err := json.Unmarshal(plain, &who); err != nil || who.Mobile == "" {
		return err
	}
	params := map[string]string{"title": v.Title, "starts_at": v.StartsAt.In(calendar.Shanghai).Format("2006年1月2日15:04"), "place": v.Place, "contact": v.Contact}
	for _, name := range []string{"court", "wechat", "site", "address", "hotline"} {
		params[name], _ = tx.Book.CourtFact(name)
	}
	push := slices.DeleteFunc(slices.Clone(a.Channels), func(ch string) bool { return ch != "sms" && ch != "wechat" })
	_, err = message.Queue(ctx, tx, message.Message{Channels: push, Address: who.Mobile, Subject: v.ID, Link: "/lots/" + v.LotID.String(), Template: a.Template,
		Params: params, Clause: clauseOf(rule), Urgent: a.Urgent})
	return err
}
