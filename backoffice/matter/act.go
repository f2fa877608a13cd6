package matter

import (
	"context"
	"maps"
	"slices"

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

var (
	notFound = problem.New(problem.NotFound, "matter.not_found", "没有找到这个事项，或者您无权查看。")
	notYours = problem.New(problem.Forbidden, "matter.role", "这一步由其他角色办理，您不能代办。")
	taken    = problem.New(problem.Conflict, "matter.taken", "这个事项已由他人接手，请刷新查看。")
	closed   = problem.New(problem.Conflict, "matter.closed", "这个事项已经办结。")
)

// load locks a matter for an act and checks that this actor may work on it.
func (e *Engine) load(ctx context.Context, tx *storage.Tx, id uuid.UUID) (*state, *rulebook.Step, error) {
	if err := tx.Actor.Require(rulebook.MayWorkMatter); err != nil {
		return nil, nil, err
	}
	row, err := tx.MatterForUpdate(ctx, courtdb.MatterForUpdateParams{Court: tx.Court, ID: id})
	if storage.NoRows(err) {
		return nil, nil, notFound
	}
	if err != nil {
		return nil, nil, err
	}
	s, err := unpack(tx, row)
	if err != nil {
		return nil, nil, err
	}
	if s.State != "open" {
		return nil, nil, closed
	}
	step, ok := s.process.Step(s.Step)
	if !ok {
		return nil, nil, problem.New(problem.Refused, "matter.no_step", "现行规则书里没有这一步，请联系管理员。")
	}
	return s, step, nil
}

// may says whether the actor is one whom the step names, in the team that holds it.
func may(a staff.Actor, roles []string, team string) bool {
	if !a.Is(roles...) {
		return false
	}
	return team == "" || a.Team == team || a.Scope == rulebook.ScopeCourt
}

// Take puts the matter into the actor's hands; a step that asks for nothing is done by taking it.
func (e *Engine) Take(ctx context.Context, actor staff.Actor, id uuid.UUID) error {
	return e.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		s, step, err := e.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if s.Awaiting != "" {
			return problem.New(problem.Conflict, "matter.awaits_receipt", "这个事项正等待接收方签收。")
		}
		if !may(actor, step.By, s.Team) {
			return notYours
		}
		if !zero(s.Holder) && *s.Holder != actor.ID {
			return taken
		}
		if !zero(s.Holder) {
			return nil // pressed twice: the first press took it, and may have led to the next step already
		}
		old := s.Step
		s.Holder = actor.Person()
		if err := s.note(ctx, tx, "taken", nil); err != nil {
			return err
		}
		if step.Receipt == "" && !slices.ContainsFunc(step.Form, func(f rulebook.Field) bool { return f.Required }) {
			return e.finish(ctx, tx, s, step, nil, nil)
		}
		if err := s.save(ctx, tx, old, ""); err != nil {
			return err
		}
		return tx.SetDeadlineOwner(ctx, courtdb.SetDeadlineOwnerParams{Court: tx.Court, MatterID: &s.ID, Owner: s.Holder, Team: s.Team})
	})
}

// Complete does the current step with its form. step guards against acting on a page that is out of date.
func (e *Engine) Complete(ctx context.Context, actor staff.Actor, id uuid.UUID, stepID string, values map[string]string) error {
	return e.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		s, step, err := e.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if step.ID != stepID || s.Awaiting != "" {
			return moved
		}
		if !may(actor, step.By, s.Team) {
			return notYours
		}
		if !zero(s.Holder) && *s.Holder != actor.ID {
			return taken
		}
		facts, form := tx.Book.CheckForm(step.Form, values, tx.At.In(calendar.Shanghai))
		if err := e.resolve(ctx, tx, s, step.Form, facts, &form); err != nil {
			return err
		}
		if err := form.Err(); err != nil {
			return err
		}
		s.Holder = actor.Person()
		return e.finish(ctx, tx, s, step, docket.Plain(facts), freeText(step.Form, facts))
	})
}

// resolve turns a case number that was typed into the case, which the matter is about from then on.
func (e *Engine) resolve(ctx context.Context, tx *storage.Tx, s *state, fields []rulebook.Field, facts map[string]any, form *problem.Form) error {
	for _, f := range fields {
		raw, _ := facts[f.ID].(string)
		if f.Type != "case" || raw == "" {
			continue
		}
		number, err := enforcement.ParseCaseNumber(raw, tx.At)
		if err != nil {
			p, _ := problem.As(err)
			form.Add(f.ID, p)
			continue
		}
		caseID, err := tx.CaseByNumber(ctx, courtdb.CaseByNumberParams{Court: tx.Court, Number: number.String()})
		if storage.NoRows(err) {
			form.Add(f.ID, problem.New(problem.Invalid, "case.unknown_number", "本院没有案号为{number}的执行案件，请核对。", "number", number.String()))
			continue
		}
		if err != nil {
			return err
		}
		file, err := docket.OpenFile(ctx, tx, caseID)
		if err != nil {
			return err
		}
		facts[f.ID] = number.String()
		s.CaseID = &caseID
		s.about(file)
	}
	return nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func freeText(fields []rulebook.Field, facts map[string]any) map[string]any {
	out := map[string]any{}
	for _, f := range fields {
		if v, ok := facts[f.ID]; ok && (f.Type == "long" || f.Type == "text") {
			out[f.ID] = v
		}
	}
	return out
}

// finish keeps what the step brought, and moves on: to the receiver's receipt if the step hands
// over, else to the next step, or to the end; then records the step's event.
func (e *Engine) finish(ctx context.Context, tx *storage.Tx, s *state, step *rulebook.Step, facts, words map[string]any) error {
	old := s.Step
	s.keep(step.Form, facts)
	act := "done"
	if step.Receipt == "" {
		if err := e.stopClock(ctx, tx, s, step.ID); err != nil {
			return err
		}
	} else { // the clock runs on until the receiver has signed
		act = "handed_over"
		s.enter(tx, step)
		s.Awaiting = step.Receipt
	}
	if err := s.note(ctx, tx, act, words); err != nil {
		return err
	}
	if step.Receipt == "" {
		if err := e.advance(ctx, tx, s); err != nil {
			return err
		}
	}
	if err := s.save(ctx, tx, old, ""); err != nil {
		return err
	}
	return e.record(ctx, tx, s, step, facts)
}

func (e *Engine) advance(ctx context.Context, tx *storage.Tx, s *state) error {
	next, err := s.next(tx, s.index())
	if err != nil {
		return err
	}
	if next == nil {
		s.State, s.ClosedAt, s.Holder, s.Awaiting = "done", &tx.At, nil, ""
		return tx.CancelMatterDeadlines(ctx, courtdb.CancelMatterDeadlinesParams{Court: tx.Court, MatterID: s.ID, At: tx.At})
	}
	held := s.Holder
	s.enter(tx, next)
	if may(tx.Actor, next.By, s.Team) {
		s.Holder = held
	}
	return e.startClock(ctx, tx, s, next)
}

func (e *Engine) record(ctx context.Context, tx *storage.Tx, s *state, step *rulebook.Step, facts map[string]any) error {
	return e.recordAs(ctx, tx, s, step, step.Records, facts)
}

func (e *Engine) recordAs(ctx context.Context, tx *storage.Tx, s *state, step *rulebook.Step, code string, facts map[string]any) error {
	if code == "" {
		return nil
	}
	event := docket.Event{Code: code, Case: storage.Deref(s.CaseID), Matter: s.ID, Tip: storage.Deref(s.TipID), Party: storage.Deref(s.PartyID),
		Lot: storage.Deref(s.LotID), Facts: s.facts(tx, code, facts),
		SourceKey: "matter:" + s.ID.String() + ":" + step.ID + ":" + code + ":" + tx.At.UTC().Format("20060102T150405.000000")}
	_, err := e.docket.Record(ctx, tx, event)
	return err
}

// facts are what a step brought and, of what was filled in before, whatever else the event declares.
func (s *state) facts(tx *storage.Tx, code string, step map[string]any) map[string]any {
	out := maps.Clone(step)
	if out == nil {
		out = map[string]any{}
	}
	entry, ok := tx.Book.Event(code)
	if !ok {
		return out
	}
	for _, f := range entry.Form {
		for _, earlier := range []map[string]any{s.form, s.notes} {
			if v, has := earlier[f.ID]; has && out[f.ID] == nil {
				out[f.ID] = v
			}
		}
	}
	return out
}

// Receive is the receiver's receipt for a matter handed over; the next step begins with it.
func (e *Engine) Receive(ctx context.Context, actor staff.Actor, id uuid.UUID) error {
	return e.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		s, step, err := e.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if s.Awaiting == "" {
			return moved
		}
		if !may(actor, []string{s.Awaiting}, s.Team) {
			return notYours
		}
		old, awaiting := s.Step, s.Awaiting
		if err := e.stopClock(ctx, tx, s, old); err != nil {
			return err
		}
		s.Holder = actor.Person()
		if err := s.note(ctx, tx, "received", nil); err != nil {
			return err
		}
		if err := e.advance(ctx, tx, s); err != nil {
			return err
		}
		if err := s.save(ctx, tx, old, awaiting); err != nil {
			return err
		}
		return e.recordAs(ctx, tx, s, step, step.Receive, nil)
	})
}

// Return sends the matter back to the step the book names, with reasons; what was filled in stays.
func (e *Engine) Return(ctx context.Context, actor staff.Actor, id uuid.UUID, reason string) error {
	return e.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		s, step, err := e.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if !may(actor, append(slices.Clone(step.By), s.Awaiting), s.Team) {
			return notYours
		}
		if reason == "" {
			form := problem.Form{}
			form.Add("reason", problem.New(problem.Invalid, "matter.reason_missing", "请写明退回的理由。"))
			return form.Err()
		}
		back, ok := s.process.Step(step.Return)
		if !ok {
			return problem.New(problem.Refused, "matter.no_return", "规则书没有规定这一步可以退回。").By(step.Clause)
		}
		old, awaiting := s.Step, s.Awaiting
		if err := e.stopClock(ctx, tx, s, old); err != nil {
			return err
		}
		if err := s.note(ctx, tx, "returned", map[string]any{"reason": reason}); err != nil {
			return err
		}
		s.Team = ""
		s.enter(tx, back)
		if err := e.startClock(ctx, tx, s, back); err != nil {
			return err
		}
		if err := s.save(ctx, tx, old, awaiting); err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "matter:returned", Object: "matter", ID: s.ID, Case: storage.Deref(s.CaseID)})
	})
}
