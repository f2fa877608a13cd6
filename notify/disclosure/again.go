package disclosure

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

var noRule = problem.New(problem.Refused, "disclosure.no_rule", "现行规则书已不允许告知这一事项。")

var gone = problem.New(problem.Conflict, "disclosure.decided", "这一条已经处理过了，请刷新查看。")

// context of a decision made earlier: the event as it was recorded, the rule as it holds now;
// without a rule the book in force tells it to nobody (G1).
type kept struct {
	event *docket.Recorded
	rule  *rulebook.Disclosure
	aud   *rulebook.Audience
	who   person
}

func (d *Desk) reopen(ctx context.Context, tx *storage.Tx, row courtdb.CourtDisclosure) (*kept, error) {
	ev, err := tx.DocketByID(ctx, courtdb.DocketByIDParams{Court: tx.Court, ID: row.EventID})
	if err != nil {
		return nil, err
	}
	e, err := docket.Reload(ctx, tx, ev)
	if err != nil {
		return nil, err
	}
	k := &kept{event: e}
	rule, ok := tx.Book.DisclosureOf(row.Code)
	if !ok || !rule.On {
		return k, nil
	}
	k.rule = rule
	for i := range k.rule.Audiences {
		a := &k.rule.Audiences[i]
		if name(a) != row.Audience {
			continue
		}
		k.aud = a
		for _, p := range recipients(a, e, tx.At) {
			if storage.Deref(p.id()) == storage.Deref(row.PartyID) {
				k.who = p
				return k, nil
			}
		}
	}
	return k, nil
}

// again decides a held row anew, now that time has passed or something else was recorded. An
// event or a rule that the book has dropped meanwhile ends the waiting; it must not stop others.
func (d *Desk) again(ctx context.Context, tx *storage.Tx, row courtdb.CourtDisclosure) error {
	k, err := d.reopen(ctx, tx, row)
	if problem.Is(err, problem.Refused) {
		k, err = &kept{}, nil
	}
	if err != nil {
		return err
	}
	v := verdict{state: withheld, why: "不再属于应当告知的人", basis: "法释〔2018〕7号第6条"}
	if k.rule == nil {
		v.why, v.basis = "现行规则书已不允许告知这一事项", row.Clause
	}
	if k.aud != nil && (k.who.party != nil || faceless(k.aud)) {
		if v, err = d.judge(ctx, tx, k.rule, k.aud, k.event, k.who); err != nil {
			return err
		}
	}
	if v.state == held && v.why == row.Why && same(v, row) {
		return nil
	}
	return d.move(ctx, tx, row, k, v)
}

func same(v verdict, row courtdb.CourtDisclosure) bool {
	if v.notBefore == nil || row.NotBefore == nil {
		return v.notBefore == nil && row.NotBefore == nil
	}
	return v.notBefore.Equal(*row.NotBefore)
}

func (d *Desk) move(ctx context.Context, tx *storage.Tx, row courtdb.CourtDisclosure, k *kept, v verdict) error {
	p := courtdb.DecideDisclosureParams{Court: tx.Court, ID: row.ID, State: v.state, Why: v.why, Basis: v.basis, NotBefore: v.notBefore,
		Channels: []string{}, OldState: row.State, ReleasedBy: v.releasedBy, Service: unserved}
	if v.state == told {
		t, err := d.tell(ctx, tx, k.rule, k.aud, k.event, k.who, row.ID)
		if err != nil {
			return err
		}
		p.Channels, p.ItemID, p.MessageID, p.ToldAt = t.channels, t.item, t.message, &tx.At
		p.Service, p.ServiceEvent = t.service, t.serviceEvent
	}
	n, err := tx.DecideDisclosure(ctx, p)
	if err != nil {
		return err
	}
	if n == 0 {
		return gone
	}
	if row.TipID != nil && row.PartyID == nil {
		return refreshTip(ctx, tx, storage.Deref(row.TipID))
	}
	return nil
}

// Release lets a waiting disclosure go, or refuses it with a reason (G14). Only the role the
// book names may, and conditions are checked again after the wait.
func (d *Desk) Release(ctx context.Context, actor staff.Actor, id uuid.UUID, yes bool, why string) error {
	if err := actor.Require(rulebook.MayRelease); err != nil {
		return err
	}
	return d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		row, err := tx.DisclosureForUpdate(ctx, courtdb.DisclosureForUpdateParams{Court: tx.Court, ID: id})
		if storage.NoRows(err) || err == nil && row.State != awaiting {
			return gone
		}
		if err != nil {
			return err
		}
		k, err := d.reopen(ctx, tx, row)
		if err != nil {
			return err
		}
		if k.rule == nil {
			return noRule
		}
		if err := within(ctx, tx, k.event); err != nil {
			return err
		}
		if k.rule.Approver != "" && !actor.Is(k.rule.Approver) {
			return problem.New(problem.Forbidden, "disclosure.approver", "这一条由规则书指定的角色决定，您不能代为决定。").By(clauseOf(k.rule))
		}
		if !yes && why == "" {
			form := problem.Form{}
			form.Add("why", problem.New(problem.Invalid, "disclosure.why", "请写明不予告知的理由。"))
			return form.Err()
		}
		v := verdict{state: refused, why: why, basis: clauseOf(k.rule), releasedBy: actor.Person()}
		if yes {
			v.state, v.why = told, "经决定告知"
			if k.aud != nil {
				bar, err := d.bars(ctx, tx, k.rule, k.aud, k.event, k.who)
				if err != nil {
					return err
				}
				if bar.state != "" {
					v = bar
				}
			}
			if k.aud == nil || k.who.absent != "" || k.who.party == nil && !faceless(k.aud) {
				v = verdict{state: withheld, why: "等待期间情况变化：" + k.who.absent, basis: k.who.basis, releasedBy: actor.Person()}
			}
		}
		if err := d.move(ctx, tx, row, k, v); err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "disclosure:" + v.state, Object: "disclosure", ID: id, Case: storage.Deref(row.CaseID), Reason: why})
	})
}

// within: who decides must see the case; what concerns a tip belongs to the case that the tip
// has been matched to since.
func within(ctx context.Context, tx *storage.Tx, e *docket.Recorded) error {
	file := e.File
	if file == nil && e.Tip != uuid.Nil {
		tip, err := tx.TipByID(ctx, courtdb.TipByIDParams{Court: tx.Court, ID: e.Tip})
		if err != nil {
			return err
		}
		if tip.CaseID != nil {
			if file, err = docket.OpenFile(ctx, tx, *tip.CaseID); err != nil {
				return err
			}
		}
	}
	if file != nil && !file.VisibleTo(tx.Actor) {
		return problem.New(problem.NotFound, "disclosure.not_found", "没有找到这一条，或者您无权处理。")
	}
	return nil
}

// Withdraw takes back what was disclosed wrongly: it is gone everywhere in this transaction, a
// tombstone tells the other network, and the docket says so (G11).
func (d *Desk) Withdraw(ctx context.Context, actor staff.Actor, id uuid.UUID, why string) error {
	if err := actor.Require(rulebook.MayRelease); err != nil {
		return err
	}
	if why == "" {
		form := problem.Form{}
		form.Add("why", problem.New(problem.Invalid, "disclosure.why_withdrawn", "请写明撤回的理由。"))
		return form.Err()
	}
	return d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		row, err := tx.DisclosureForUpdate(ctx, courtdb.DisclosureForUpdateParams{Court: tx.Court, ID: id})
		if storage.NoRows(err) || err == nil && row.State != told && row.State != held && row.State != awaiting {
			return gone
		}
		if err != nil {
			return err
		}
		k, err := d.reopen(ctx, tx, row)
		if err != nil {
			return err
		}
		if err := within(ctx, tx, k.event); err != nil {
			return err
		}
		if err := unpublish(ctx, tx, row); err != nil {
			return err
		}
		if err := d.move(ctx, tx, row, k, verdict{state: withdrawn, why: why, basis: "法释〔2018〕7号第13条", releasedBy: actor.Person()}); err != nil {
			return err
		}
		_, err = d.docket.Record(ctx, tx, docket.Event{Code: "disclosure_withdrawn", Case: storage.Deref(row.CaseID), Tip: storage.Deref(row.TipID),
			SourceKey: "withdraw:" + id.String(), Facts: map[string]any{"disclosure": id.String(), "reason": why}})
		return err
	})
}

func unpublish(ctx context.Context, tx *storage.Tx, row courtdb.CourtDisclosure) error {
	if row.ItemID != nil {
		if _, err := tx.DeleteItem(ctx, courtdb.DeleteItemParams{Court: tx.Court, ID: *row.ItemID}); err != nil {
			return err
		}
		if err := tx.WithdrawRecording(ctx, courtdb.WithdrawRecordingParams{Court: tx.Court, ItemID: *row.ItemID}); err != nil {
			return err
		}
		if _, err := tx.DeleteNotice(ctx, courtdb.DeleteNoticeParams{Court: tx.Court, ID: *row.ItemID}); err != nil {
			return err
		}
		if err := unpublishLot(ctx, tx, *row.ItemID); err != nil {
			return err
		}
		if err := tx.InsertTombstone(ctx, courtdb.InsertTombstoneParams{Court: tx.Court, ID: *row.ItemID, At: tx.At}); err != nil {
			return err
		}
	}
	if row.MessageID == nil {
		return nil
	}
	_, err := tx.WithdrawOutgoing(ctx, courtdb.WithdrawOutgoingParams{Court: tx.Court, ID: *row.MessageID})
	return err
}

// Until somebody of the court has taken a tip, its receipt says that it was received: nothing stands outside.
const (
	tipReceived = "tip_received"
	tipTaken    = "tip_taken"
)

// refreshTip writes what the tipster may see, from what has been told and nothing else (G8).
func refreshTip(ctx context.Context, tx *storage.Tx, id uuid.UUID) error {
	tip, err := tx.TipByID(ctx, courtdb.TipByIDParams{Court: tx.Court, ID: id})
	if err != nil {
		return err
	}
	rows, err := tx.ToldOfTip(ctx, courtdb.ToldOfTipParams{Court: tx.Court, TipID: id})
	if err != nil {
		return err
	}
	stage, questions := "verifying", []exchange.Question{}
	var result *string
	var reward *exchange.Reward
	for _, r := range rows {
		facts, err := docket.Facts(tx, r.EventID, r.Body)
		if err != nil {
			return err
		}
		switch r.Code {
		case "tip_verified":
			if s, ok := facts["status"].(string); ok {
				stage = s
			}
		case "tip_result":
			if s, ok := facts["result"].(string); ok {
				result = &s
			}
		case "application_received", "reward_payable", "reward_refused", "reward_paid":
			reward = claimed(reward, r.Code, facts, *r.ToldAt)
		case "tip_question_asked":
			q, err := question(ctx, tx, facts)
			if err != nil {
				return err
			}
			questions = append(questions, q)
		}
	}
	messages, err := json.Marshal(questions)
	if err != nil {
		return err
	}
	var claim []byte
	if reward != nil {
		if claim, err = json.Marshal(reward); err != nil {
			return err
		}
	}
	return tx.UpsertDisclosedTip(ctx, courtdb.UpsertDisclosedTipParams{Reward: claim, Court: tx.Court, ReceiptHmac: tip.ReceiptHmac, Ticket: tip.Ticket, Stage: stage,
		Result: result, Messages: messages, ReceivedAt: tip.ReceivedAt})
}

// claimed is where a reward claim stands after one more event; no name, no case (G8).
func claimed(r *exchange.Reward, code string, facts map[string]any, at time.Time) *exchange.Reward {
	next := exchange.Reward{At: at}
	if r != nil {
		next.Amount = r.Amount
	}
	switch code {
	case "application_received":
		next.State = "claimed"
	case "reward_payable":
		next.State = "payable"
		next.Amount, _ = facts["amount"].(int64)
	case "reward_refused":
		next.State = "refused"
		next.Reason, _ = facts["reason"].(string)
	case "reward_paid":
		next.State = "paid"
	}
	return &next
}

func question(ctx context.Context, tx *storage.Tx, facts map[string]any) (exchange.Question, error) {
	s, _ := facts["message"].(string)
	id, err := uuid.Parse(s)
	if err != nil {
		return exchange.Question{}, err
	}
	row, err := tx.TipMessageByID(ctx, courtdb.TipMessageByIDParams{Court: tx.Court, ID: id})
	if err != nil {
		return exchange.Question{}, err
	}
	plain, err := tx.Keys.Open("tip_message.body:"+id.String(), row.Body)
	return exchange.Question{ID: id, Text: string(plain), At: row.At}, err
}

// faceless audiences are no person of the case.
func faceless(a *rulebook.Audience) bool { return a.To == "tipster" || a.To == "public" }
