package matter

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Sees refuses an actor who may not see a run.
type Sees func(ctx context.Context, tx *storage.Tx, id uuid.UUID) error

// mayWithdraw: whoever opened it, and whoever may give it to others.
func mayWithdraw(p *rulebook.Process, m courtdb.CourtMatter, a staff.Actor) bool {
	return m.State == "open" && m.Parent == nil && !p.Log && a.Can(rulebook.MayWorkMatter) &&
		(m.OpenedBy != nil && *m.OpenedBy == a.ID || a.Is(p.Assign...))
}

func mayAssign(p *rulebook.Process, m courtdb.CourtMatter, a staff.Actor) bool {
	return m.State == "open" && a.Can(rulebook.MayWorkMatter) && a.Is(p.Assign...)
}

func mayReopen(p *rulebook.Process, m courtdb.CourtMatter, a staff.Actor) bool {
	return m.State != "open" && m.Parent == nil && a.Can(rulebook.MayWorkMatter) && a.Is(p.Reopen...)
}

// Withdraw ends a run that is not to go on, with reasons; what runs beside it for it ends too.
func (e *Engine) Withdraw(ctx context.Context, actor staff.Actor, id uuid.UUID, reason string, see Sees) error {
	return e.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if err := see(ctx, tx, id); err != nil {
			return err
		}
		s, _, err := e.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if !mayWithdraw(s.process, s.CourtMatter, actor) {
			return problem.New(problem.Forbidden, "matter.withdraw", "只有启动这个事项的人，或者有权改派的人，可以撤回它。")
		}
		if err := because("withdraw_reason", reason, "撤回"); err != nil {
			return err
		}
		return e.withdraw(ctx, tx, s, reason)
	})
}

func (e *Engine) withdraw(ctx context.Context, tx *storage.Tx, s *state, reason string) error {
	list, err := tx.Tracks(ctx, courtdb.TracksParams{Court: tx.Court, Parent: s.ID})
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.State != "open" {
			continue
		}
		child, err := lock(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		child.Parent = nil // nobody waits for it any more
		if err := e.withdraw(ctx, tx, child, reason); err != nil {
			return err
		}
	}
	old, awaiting := s.Step, s.Awaiting
	if err := s.note(ctx, tx, "withdrawn", map[string]any{"reason": reason}); err != nil {
		return err
	}
	if err := e.end(ctx, tx, s, "withdrawn"); err != nil {
		return err
	}
	if err := s.save(ctx, tx, old, awaiting); err != nil {
		return err
	}
	if err := e.implicit(ctx, tx, s, "withdrawn", nil); err != nil {
		return err
	}
	return docket.Audit(ctx, tx, docket.Trace{Action: "matter:withdrawn", Object: "matter", ID: s.ID, Case: storage.Deref(s.CaseID)})
}

// Reopen takes a closed run up again at the step where it ended, with reasons; its clocks go on where they stood.
func (e *Engine) Reopen(ctx context.Context, actor staff.Actor, id uuid.UUID, reason string, see Sees) error {
	return e.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if err := see(ctx, tx, id); err != nil {
			return err
		}
		s, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if !mayReopen(s.process, s.CourtMatter, actor) {
			return problem.New(problem.Forbidden, "matter.reopen", "本院规则书没有让您的角色重新办理这个事项，或者它还没有办结。")
		}
		if err := because("reopen_reason", reason, "重新办理"); err != nil {
			return err
		}
		step, ok := s.process.Step(s.Step)
		if !ok {
			return problem.New(problem.Refused, "matter.no_step", "现行规则书里没有这一步，请联系管理员。")
		}
		s.enter(tx, step)
		n, err := tx.ReopenMatter(ctx, courtdb.ReopenMatterParams{Court: tx.Court, ID: s.ID, Step: s.Step, StepAt: tx.At})
		if err != nil {
			return err
		}
		if n == 0 {
			return moved
		}
		if err := s.note(ctx, tx, "reopened", map[string]any{"reason": reason}); err != nil {
			return err
		}
		if err := e.begin(ctx, tx, s, step, true); err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "matter:reopened", Object: "matter", ID: s.ID, Case: storage.Deref(s.CaseID)})
	})
}

// Assign gives an open run to somebody else, or to another team, whom the step must allow.
func (e *Engine) Assign(ctx context.Context, actor staff.Actor, id uuid.UUID, to uuid.UUID, reason string, see Sees) error {
	return e.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if err := see(ctx, tx, id); err != nil {
			return err
		}
		s, step, err := e.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if !mayAssign(s.process, s.CourtMatter, actor) {
			return problem.New(problem.Forbidden, "matter.assign", "本院规则书没有让您的角色改派这个事项。")
		}
		row, err := tx.StaffByID(ctx, courtdb.StaffByIDParams{Court: tx.Court, ID: to})
		form := problem.Form{}
		if storage.NoRows(err) || err == nil && !row.Active {
			form.Add("assign_to", problem.New(problem.Invalid, "matter.assign_who", "请选择接办的人。"))
			return form.Err()
		}
		if err != nil {
			return err
		}
		heir := staff.New(tx.Book, row.ID, uuid.Nil, row.Name, row.Roles, row.Team)
		roles := step.By
		if s.Awaiting != "" {
			roles = []string{s.Awaiting}
		}
		if !heir.Is(roles...) {
			form.Add("assign_to", problem.New(problem.Invalid, "matter.assign_role", "{name}没有办理这一步的角色，请选择其他人。", "name", row.Name))
			return form.Err()
		}
		if err := because("assign_reason", reason, "改派"); err != nil {
			return err
		}
		old, awaiting := s.Step, s.Awaiting
		if s.Team != "" && heir.Scope != rulebook.ScopeCourt && row.Team != "" {
			s.Team = row.Team
		}
		if s.Awaiting == "" {
			s.Holder = &row.ID
		}
		if err := s.note(ctx, tx, "reassigned", map[string]any{"reason": reason, "to": row.Name}); err != nil {
			return err
		}
		if err := s.save(ctx, tx, old, awaiting); err != nil {
			return err
		}
		if err := s.ring(ctx, tx, &row.ID, "reassigned", "改派给您"); err != nil {
			return err
		}
		if err := tx.SetDeadlineOwner(ctx, courtdb.SetDeadlineOwnerParams{Court: tx.Court, MatterID: &s.ID, Owner: s.Holder, Team: s.Team}); err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "matter:reassigned", Object: "matter", ID: s.ID, Case: storage.Deref(s.CaseID)})
	})
}

// Comment writes a remark beside a run, open or closed.
func (e *Engine) Comment(ctx context.Context, actor staff.Actor, id uuid.UUID, words string, see Sees) error {
	words = strings.TrimSpace(words)
	form := problem.Form{}
	switch n := len([]rune(words)); {
	case n == 0:
		form.Add("comment", problem.New(problem.Invalid, "matter.comment_empty", "请写下要说明的内容。"))
	case n > 1000:
		form.Add("comment", problem.New(problem.Invalid, "form.too_long", "内容太长了，请不要超过1000字。", "label", "内容", "max", 1000))
	}
	if err := form.Err(); err != nil {
		return err
	}
	return e.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if err := see(ctx, tx, id); err != nil {
			return err
		}
		s, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.note(ctx, tx, "commented", map[string]any{"comment": words})
	})
}
