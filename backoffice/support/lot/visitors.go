package lot

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// AnswerForm asks for the answer, and for the wording of the question that is published with it.
func AnswerForm() []rulebook.Field {
	return []rulebook.Field{
		{ID: "shown", Label: "公布的问题", Type: "long", Max: 300, Help: "可以改写：去掉能看出是谁、或者与标的无关的内容。不填，按原来的文字公布"},
		{ID: "answer", Label: "答复", Type: "long", Required: true, Max: 1000, Help: "与问题一起公布"},
		{ID: "refused", Label: "不公布、不答复", Type: "yesno", Help: "与标的无关或者不当的问题；选“是”的，答复一栏写理由，只供内部"},
	}
}

// Answer answers a question for everybody, or refuses it.
func (d *Desk) Answer(ctx context.Context, actor staff.Actor, id, question uuid.UUID, values map[string]string) error {
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		typed, form := tx.Book.CheckForm(AnswerForm(), values, tx.At.In(calendar.Shanghai))
		if err := form.Err(); err != nil {
			return err
		}
		list, err := questions(ctx, tx, id)
		if err != nil {
			return err
		}
		shown, _ := typed["shown"].(string)
		for _, q := range list {
			if q.ID == question && shown == "" {
				shown = q.Text
			}
		}
		answer, _ := typed["answer"].(string)
		refused, _ := typed["refused"].(bool)
		if refused {
			shown = ""
		}
		n, err := tx.AnswerLotQuestion(ctx, courtdb.AnswerLotQuestionParams{Court: tx.Court, LotID: id, ID: question, Answer: answer, Shown: shown, Refused: refused,
			AnsweredAt: &tx.At, AnsweredBy: actor.Person()})
		if err != nil {
			return err
		}
		if n == 0 {
			return problem.New(problem.Conflict, "lot.answered", "这个问题已经答复过了，请刷新查看。")
		}
		_, err = d.record(ctx, tx, s, docket.Event{Code: "lot_question_answered", SourceKey: "answer:" + question.String(),
			Facts: map[string]any{"published": s.published() && !refused}})
		return err
	})
}

// Question is what somebody asked about a lot, opened for staff; who asked is not kept.
type Question struct {
	courtdb.LotQuestionsRow
	Text string
}

func questions(ctx context.Context, tx *storage.Tx, id uuid.UUID) ([]Question, error) {
	rows, err := tx.LotQuestions(ctx, courtdb.LotQuestionsParams{Court: tx.Court, LotID: id})
	out := make([]Question, len(rows))
	for i, r := range rows {
		out[i].LotQuestionsRow = r
		plain, err := tx.Keys.Open("lot_question.question:"+r.ID.String(), r.Question)
		if err != nil {
			return nil, err
		}
		out[i].Text = string(plain)
	}
	return out, err
}

// SlotForm asks for a viewing time.
func SlotForm() []rulebook.Field {
	return []rulebook.Field{
		{ID: "starts_at", Label: "看样时间", Type: "datetime", Required: true},
		{ID: "place", Label: "集合地点", Type: "text", Required: true, Max: 60},
		{ID: "contact", Label: "联系人和电话", Type: "text", Required: true, Max: 30},
		{ID: "capacity", Label: "可以预约的人数", Type: "number", Required: true},
	}
}

// mostSeats bounds one viewing.
const mostSeats = 200

// AddSlot offers a time at which the lot can be seen (S-5.4.3①c).
func (d *Desk) AddSlot(ctx context.Context, actor staff.Actor, id uuid.UUID, values map[string]string) error {
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		if s.closed() {
			return ended
		}
		typed, form := tx.Book.CheckForm(SlotForm(), values, tx.At.In(calendar.Shanghai))
		at, _ := typed["starts_at"].(time.Time)
		if !at.IsZero() && !at.After(tx.At) {
			form.Add("starts_at", problem.New(problem.Invalid, "lot.slot_past", "看样时间要在现在以后。"))
		}
		seats, _ := typed["capacity"].(string)
		n, err := strconv.Atoi(seats)
		if seats != "" && (err != nil || n < 1 || n > mostSeats) {
			form.Add("capacity", problem.New(problem.Invalid, "lot.slot_capacity", "人数填写1到{max}。", "max", mostSeats))
		}
		if err := form.Err(); err != nil {
			return err
		}
		place, _ := typed["place"].(string)
		contact, _ := typed["contact"].(string)
		err = tx.InsertViewingSlot(ctx, courtdb.InsertViewingSlotParams{Court: tx.Court, ID: storage.NewID(), LotID: id, StartsAt: at, Place: place, Contact: contact, Capacity: int32(n)})
		if err != nil {
			return err
		}
		return d.changed(ctx, tx, s, "看样时间已更新")
	})
}

// CancelSlot takes a viewing time back; whoever booked it hears of it.
func (d *Desk) CancelSlot(ctx context.Context, actor staff.Actor, id, slot uuid.UUID) error {
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		row, err := tx.SlotForUpdate(ctx, courtdb.SlotForUpdateParams{Court: tx.Court, ID: slot})
		if storage.NoRows(err) || err == nil && row.LotID != id {
			return problem.New(problem.NotFound, "lot.no_slot", "没有这个看样时间。")
		}
		if err != nil {
			return err
		}
		if row.CancelledAt != nil || !row.StartsAt.After(tx.At) {
			return problem.New(problem.Conflict, "lot.slot_over", "这个看样时间已经取消或者已经过去。")
		}
		if err := d.cancelSlot(ctx, tx, s, slot); err != nil {
			return err
		}
		return d.changed(ctx, tx, s, "看样时间已更新")
	})
}

func (d *Desk) cancelSlot(ctx context.Context, tx *storage.Tx, s *subject, slot uuid.UUID) error {
	booked, err := tx.ViewingsOfSlot(ctx, courtdb.ViewingsOfSlotParams{Court: tx.Court, SlotID: slot})
	if err != nil {
		return err
	}
	if _, err := tx.CancelViewingSlot(ctx, courtdb.CancelViewingSlotParams{Court: tx.Court, ID: slot, CancelledAt: &tx.At}); err != nil {
		return err
	}
	for _, v := range booked {
		if _, err := tx.CancelViewing(ctx, courtdb.CancelViewingParams{Court: tx.Court, ID: v.ID, CancelledAt: &tx.At}); err != nil {
			return err
		}
		_, err := d.record(ctx, tx, s, docket.Event{Code: "viewing_cancelled", SourceKey: "viewing_cancelled:" + v.ID.String(),
			Facts: map[string]any{"viewing": v.ID.String(), "slot": slot.String(), "by": "court"}})
		if err != nil {
			return err
		}
	}
	return nil
}

// cancelSlots takes all viewings back that are still to come.
func (d *Desk) cancelSlots(ctx context.Context, tx *storage.Tx, s *subject) error {
	rows, err := tx.ViewingSlots(ctx, courtdb.ViewingSlotsParams{Court: tx.Court, LotID: s.ID})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.CancelledAt != nil || !r.StartsAt.After(tx.At) {
			continue
		}
		if err := d.cancelSlot(ctx, tx, s, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// Visitor is who booked a viewing.
type Visitor struct {
	Name   string    `json:"name"`
	Mobile string    `json:"mobile"`
	Booked time.Time `json:"-"`
}

// Visitors opens who comes to a viewing; it needs the permission and a reason, and leaves a trace first.
func (d *Desk) Visitors(ctx context.Context, actor staff.Actor, id, slot uuid.UUID, reason string) ([]Visitor, error) {
	if err := actor.Require(rulebook.MayRevealPerson); err != nil {
		return nil, err
	}
	if strings.TrimSpace(reason) == "" {
		form := problem.Form{}
		form.Add("reason", problem.New(problem.Invalid, "lot.visitors_reason", "请写明查看预约人的理由，本次查看会记入审计。"))
		return nil, form.Err()
	}
	var out []Visitor
	err := d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		out = nil
		s, err := load(ctx, tx, id, false)
		if err != nil {
			return err
		}
		row, err := tx.SlotByID(ctx, courtdb.SlotByIDParams{Court: tx.Court, ID: slot})
		if storage.NoRows(err) || err == nil && row.LotID != id {
			return noLot
		}
		if err != nil {
			return err
		}
		if err := docket.Audit(ctx, tx, docket.Trace{Action: "reveal:viewing", Object: "viewing_slot", ID: slot, Case: s.CaseID, Reason: reason}); err != nil {
			return err
		}
		booked, err := tx.ViewingsOfSlot(ctx, courtdb.ViewingsOfSlotParams{Court: tx.Court, SlotID: slot})
		for _, b := range booked {
			plain, err := tx.Keys.Open("viewing.person:"+b.ID.String(), b.Person)
			if err != nil {
				return err
			}
			v := Visitor{Booked: b.BookedAt}
			if err := json.Unmarshal(plain, &v); err != nil {
				return err
			}
			out = append(out, v)
		}
		return err
	})
	return out, err
}

// Remind records that viewings are near; the follower that sends messages takes it from there. It returns how many.
func (d *Desk) Remind(ctx context.Context, court string) (int, error) {
	n := 0
	err := d.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		f, ok := tx.Book.Figure("viewing_reminder")
		if !ok {
			return nil // this court reminds nobody
		}
		rows, err := tx.ViewingsToRemind(ctx, courtdb.ViewingsToRemindParams{Court: court, Now: tx.At, Before: tx.At.AddDate(0, 0, f.Value)})
		if err != nil {
			return err
		}
		n = len(rows)
		for _, r := range rows {
			if err := tx.MarkReminded(ctx, courtdb.MarkRemindedParams{Court: court, ID: r.ID, RemindedAt: &tx.At}); err != nil {
				return err
			}
			_, err := d.docket.Record(ctx, tx, docket.Event{Code: "viewing_reminder_due", Case: r.CaseID, Lot: r.LotID, SourceKey: "viewing_reminder:" + r.ID.String(),
				Facts: map[string]any{"viewing": r.ID.String(), "slot": r.SlotID.String()}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}
