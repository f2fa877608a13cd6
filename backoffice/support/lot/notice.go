package lot

import (
	"context"
	"fmt"
	"slices"
	"strings"
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

// told are the roles that must hear of an auction before its notice (网拍16).
var told = []enforcement.Role{enforcement.RoleApplicant, enforcement.RoleDebtor, enforcement.RolePreemptiveHolder, enforcement.RoleSecuredCreditor, enforcement.RoleCoOwner}

// named are the persons of the case in these roles who have not left.
func (s *subject) named(at time.Time) []courtdb.CourtParty {
	return slices.DeleteFunc(slices.Clone(s.file.Parties), func(p courtdb.CourtParty) bool {
		return !slices.Contains(told, enforcement.Role(p.Role)) || p.LeftAt != nil && !p.LeftAt.After(at)
	})
}

// Prenotice tells everybody who must hear of the auction before its notice; called again it reaches
// those who joined the case since. Whom no message can reach is told on paper, or posted (NotePrenotice).
func (d *Desk) Prenotice(ctx context.Context, actor staff.Actor, id uuid.UUID) error {
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		r := s.current()
		if r == nil {
			return problem.New(problem.Refused, "lot.not_planned", "还没有定价和安排拍卖，不能通知。").By(article(tx, []string{"网拍规定16"}))
		}
		if !slices.Contains([]string{Draft, Prenotice, Approved}, s.State) {
			return late
		}
		if s.State == Draft {
			if err := s.move(ctx, tx, Prenotice, s.Round); err != nil {
				return err
			}
		}
		plans, err := tx.LotPlanners(ctx, courtdb.LotPlannersParams{Court: tx.Court, LotID: id, Prefix: planKey(id, s.Round)})
		if err != nil || len(plans) == 0 {
			return late
		}
		done, err := tx.LotPrenotices(ctx, courtdb.LotPrenoticesParams{Court: tx.Court, LotID: id, Round: s.Round})
		if err != nil {
			return err
		}
		for _, p := range s.named(tx.At) {
			if slices.ContainsFunc(done, func(n courtdb.LotPrenoticesRow) bool { return n.PartyID == p.ID }) {
				continue
			}
			key := fmt.Sprintf("lot:%s:prenotice:%d:%d:%s", id, s.Round, plans[0].RecordedAt.UnixMicro(), p.ID) // once a plan
			if err := d.prenotice(ctx, tx, s, r, p, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// prenotice records the notice to one person; the row stands only if a message really went out.
func (d *Desk) prenotice(ctx context.Context, tx *storage.Tx, s *subject, r *courtdb.LotRoundsRow, p courtdb.CourtParty, key string) error {
	e, err := d.record(ctx, tx, s, docket.Event{Code: "auction_prenotice", Party: p.ID, SourceKey: key, Facts: s.terms(r)})
	if err != nil {
		return err
	}
	sent, err := tx.MessagesOfEvent(ctx, courtdb.MessagesOfEventParams{Court: tx.Court, EventID: e.ID})
	if err != nil || len(sent) == 0 {
		return err
	}
	at := sent[0].NotBefore // a message of the night goes out in the morning
	for _, m := range sent[1:] {
		if m.NotBefore.Before(at) {
			at = m.NotBefore
		}
	}
	return keepPrenotice(ctx, tx, s, p.ID, "message", at)
}

func keepPrenotice(ctx context.Context, tx *storage.Tx, s *subject, party uuid.UUID, method string, at time.Time) error {
	f, err := ripening(tx, method)
	if err != nil {
		return err
	}
	return tx.UpsertLotPrenotice(ctx, courtdb.UpsertLotPrenoticeParams{Court: tx.Court, LotID: s.ID, Round: s.Round, PartyID: party, Method: method, At: at,
		RipeAt: after(tx, f, at), RecordedBy: tx.Actor.Person()})
}

func ripening(tx *storage.Tx, method string) (*rulebook.Figure, error) {
	if method == "posted" {
		return figure(tx, "prenotice_posting")
	}
	return figure(tx, "prenotice")
}

// PrenoticeForm asks how a person was told by other means.
func PrenoticeForm() []rulebook.Field {
	return []rulebook.Field{
		{ID: "method", Label: "方式", Type: "choice", Required: true, Of: []rulebook.Choice{{ID: "written", Label: "书面送达"}, {ID: "posted", Label: "无法通知，在拍卖平台公示"}}},
		{ID: "noticed_on", Label: "送达或者开始公示的日期", Type: "date", Required: true},
		{ID: "note", Label: "说明", Type: "text", Max: 200, Help: "公示的，写明无法通知的理由；书面的，可以写送达回证编号"},
	}
}

// NotePrenotice keeps that a person was told on paper, or that the notice was posted because nobody could tell him.
func (d *Desk) NotePrenotice(ctx context.Context, actor staff.Actor, id, party uuid.UUID, values map[string]string) error {
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		if s.State != Prenotice && s.State != Approved {
			return late
		}
		if !slices.ContainsFunc(s.named(tx.At), func(p courtdb.CourtParty) bool { return p.ID == party }) {
			return problem.New(problem.NotFound, "lot.no_person", "这个人不在应当通知的人之列，可能已经退出本案。")
		}
		plans, err := tx.LotPlanners(ctx, courtdb.LotPlannersParams{Court: tx.Court, LotID: id, Prefix: planKey(id, s.Round)})
		if err != nil || len(plans) == 0 {
			return late
		}
		typed, form := tx.Book.CheckForm(PrenoticeForm(), values, tx.At.In(calendar.Shanghai))
		method, _ := typed["method"].(string)
		on, _ := typed["noticed_on"].(calendar.Date)
		note, _ := typed["note"].(string)
		if method == "posted" && note == "" {
			form.Add("note", problem.New(problem.Invalid, "lot.posting_reason", "公示的，请写明无法通知的理由。").By(article(tx, []string{"网拍规定16"})))
		}
		planned := calendar.On(plans[0].RecordedAt)
		if !on.IsZero() && (on.After(docket.Today(tx)) || on.Before(planned)) {
			form.Add("noticed_on", problem.New(problem.Invalid, "lot.noticed_on", "日期应在定价安排（{from}）以后，且不晚于今天。", "from", planned.String()))
		}
		if err := form.Err(); err != nil {
			return err
		}
		if err := keepPrenotice(ctx, tx, s, party, method, on.Time()); err != nil {
			return err
		}
		_, err = d.record(ctx, tx, s, docket.Event{Code: "auction_prenotice_noted", Party: party,
			Facts: map[string]any{"round": fmt.Sprint(s.Round), "method": method, "noticed_on": on, "note": note}})
		return err
	})
}

// Approve signs the notice: the role that the book names, and never who planned the round.
func (d *Desk) Approve(ctx context.Context, actor staff.Actor, id uuid.UUID) error {
	if err := actor.Require(rulebook.MayRelease); err != nil {
		return err
	}
	return d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		s, err := load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		if s.State != Prenotice {
			return late
		}
		if err := mayApprove(ctx, tx, s); err != nil {
			return err
		}
		if err := s.move(ctx, tx, Approved, s.Round); err != nil {
			return err
		}
		n, err := tx.ApproveLotRound(ctx, courtdb.ApproveLotRoundParams{Court: tx.Court, LotID: id, Round: s.Round, ApprovedBy: actor.Person(), ApprovedAt: &tx.At})
		if err != nil {
			return err
		}
		if n == 0 {
			return late
		}
		_, err = d.record(ctx, tx, s, docket.Event{Code: "auction_approved", Facts: s.terms(s.current())})
		return err
	})
}

func mayApprove(ctx context.Context, tx *storage.Tx, s *subject) error {
	rule, ok := tx.Book.DisclosureOf("auction_announced")
	if !ok || !rule.On || rule.Approver == "" {
		return problem.New(problem.Refused, "lot.no_approver", "规则书没有指定由谁签发拍卖公告。")
	}
	if !tx.Actor.Is(rule.Approver) {
		return problem.New(problem.Forbidden, "lot.approver", "拍卖公告由规则书指定的角色签发，您不能代为签发。").By(article(tx, rule.Clauses))
	}
	plans, err := tx.LotPlanners(ctx, courtdb.LotPlannersParams{Court: tx.Court, LotID: s.ID, Prefix: planKey(s.ID, s.Round)})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(plans, func(p courtdb.LotPlannersRow) bool { return storage.Deref(p.Actor) == tx.Actor.ID }) {
		return problem.New(problem.Refused, "lot.own_plan", "这一轮的定价和安排是您提出的，请由另一位有签发权的人签发：谁也不审批自己提出的事项。").By(article(tx, rule.Clauses))
	}
	return nil
}

// Announce publishes the notice. Everything is asked again at this moment, and one refusal names all that is missing.
func (d *Desk) Announce(ctx context.Context, actor staff.Actor, id uuid.UUID) error {
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		if s.State == Announced {
			return late
		}
		list, err := gates(ctx, tx, s)
		if err != nil {
			return err
		}
		if err := refusal(list); err != nil {
			return err
		}
		if s.State != Approved {
			return late
		}
		if err := s.move(ctx, tx, Announced, s.Round); err != nil {
			return err
		}
		n, err := tx.AnnounceLotRound(ctx, courtdb.AnnounceLotRoundParams{Court: tx.Court, LotID: id, Round: s.Round, AnnouncedAt: &tx.At})
		if err != nil {
			return err
		}
		if n == 0 {
			return late
		}
		_, err = d.record(ctx, tx, s, docket.Event{Code: "auction_announced", SourceKey: fmt.Sprintf("lot:%s:announce:%d", id, s.Round), Facts: s.terms(s.current())})
		return err
	})
}

func refusal(list []Gate) error {
	var missing []string
	for _, g := range list {
		if g.Met {
			continue
		}
		text := g.Text
		if g.Basis != "" {
			text += "（依据：" + g.Basis + "）"
		}
		missing = append(missing, text)
	}
	if len(missing) == 0 {
		return nil
	}
	return problem.New(problem.Refused, "lot.not_ready", "公告还不能发布：{missing}。", "missing", strings.Join(missing, "；"))
}
