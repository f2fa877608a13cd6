package matter

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
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
	ownWish  = problem.New(problem.Refused, "matter.own", "您启动或者办理过这个事项，不能由您自己审批，请由其他有权审批的人办理。")
	waits    = problem.New(problem.Conflict, "matter.awaits_receipt", "这个事项正等待接收方签收。")
	tracks   = problem.New(problem.Conflict, "matter.tracks", "同时进行的各项办结以后，才进入下一步。")
)

// lock reads a matter for an act, without asking who acts.
func lock(ctx context.Context, tx *storage.Tx, id uuid.UUID) (*state, error) {
	row, err := tx.MatterForUpdate(ctx, courtdb.MatterForUpdateParams{Court: tx.Court, ID: id})
	if storage.NoRows(err) {
		return nil, notFound
	}
	if err != nil {
		return nil, err
	}
	s, err := unpack(tx, row)
	if err != nil || s.CaseID == nil {
		return s, err
	}
	file, err := docket.OpenFile(ctx, tx, *s.CaseID) // the case has moved on while the matter waited
	if err == nil {
		s.about(file)
	}
	return s, err
}

// load locks an open matter for an act by somebody who works on matters.
func (e *Engine) load(ctx context.Context, tx *storage.Tx, id uuid.UUID) (*state, *rulebook.Step, error) {
	if err := tx.Actor.Require(rulebook.MayWorkMatter); err != nil {
		return nil, nil, err
	}
	s, err := lock(ctx, tx, id)
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

// mine refuses an actor who may not do the step now.
func (s *state) mine(ctx context.Context, tx *storage.Tx, step *rulebook.Step) error {
	switch {
	case s.Awaiting != "":
		return waits
	case len(step.Parallel) > 0:
		return tracks
	case !may(tx.Actor, step.By, s.Team):
		return notYours
	case !zero(s.Holder) && *s.Holder != tx.Actor.ID:
		return taken
	}
	return s.independent(ctx, tx, step)
}

// independent: nobody approves what he asked for or worked on.
func (s *state) independent(ctx context.Context, tx *storage.Tx, step *rulebook.Step) error {
	if !step.Approve {
		return nil
	}
	did, err := tx.DidOther(ctx, courtdb.DidOtherParams{Court: tx.Court, MatterID: s.ID, Staff: tx.Actor.ID, Step: step.ID})
	if err == nil && did {
		return ownWish.By(step.Clause)
	}
	return err
}

// asks reports that a step needs more than being taken.
func (s *state) asks(book *rulebook.Book, step *rulebook.Step) bool {
	return step.Approve || step.Receipt != "" || slices.ContainsFunc(step.Form, func(f rulebook.Field) bool { return f.Required || f.RequiredWhen != "" }) ||
		slices.ContainsFunc(s.process.Materials, func(m rulebook.Material) bool { return m.Step == step.ID }) || len(book.GatesOn(s.Process+"."+step.ID)) > 0
}

// Take puts the matter into the actor's hands; a step that must not be asked for anything is done by taking it, with what may have been
// filled in.
func (e *Engine) Take(ctx context.Context, actor staff.Actor, id uuid.UUID, values map[string]string) error {
	return e.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		s, step, err := e.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.mine(ctx, tx, step); err != nil {
			return err
		}
		if !zero(s.Holder) {
			return nil // pressed twice: the first press took it, and may have led to the next step already
		}
		old := s.Step
		s.Holder = actor.Person()
		if err := s.note(ctx, tx, "taken", nil); err != nil {
			return err
		}
		if !s.asks(tx.Book, step) {
			return e.complete(ctx, tx, s, step, values, nil)
		}
		if err := s.save(ctx, tx, old, ""); err != nil {
			return err
		}
		return tx.SetDeadlineOwner(ctx, courtdb.SetDeadlineOwnerParams{Court: tx.Court, MatterID: &s.ID, Owner: s.Holder, Team: s.Team})
	})
}

// Complete does the current step with its form. step guards against acting on a page that is out of date.
// What is wrong is told field by field (problem.Form), and nothing is kept then.
func (e *Engine) Complete(ctx context.Context, actor staff.Actor, id uuid.UUID, stepID string, a Answers) error {
	files, err := e.bring(ctx, actor.Court, a.Files)
	if err != nil {
		return err
	}
	return e.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		s, step, err := e.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if step.ID != stepID || s.Awaiting != "" {
			return moved
		}
		if err := s.mine(ctx, tx, step); err != nil {
			return err
		}
		return e.complete(ctx, tx, s, step, a.Values, files)
	})
}

func (e *Engine) complete(ctx context.Context, tx *storage.Tx, s *state, step *rulebook.Step, values map[string]string, files map[string]brought) error {
	fields := step.Fields()
	if values[Mends] != "" {
		fields = append(slices.Clone(s.mends(tx.Actor, step)), fields...)
	}
	refuses := step.Approve && values[step.Decision()] == rulebook.Refuse
	if refuses { // who says no says why, and need not fill in the rest
		fields = fields[len(step.Form):]
	}
	facts, form, err := e.read(ctx, tx, s, fields, values, files)
	if err != nil {
		return err
	}
	s.keep(fields, docket.Plain(facts)) // which papers are needed may depend on what is filled in with them
	if !refuses {
		if err := s.materials(tx, step, values, files, &form); err != nil {
			return err
		}
	}
	if err := form.Err(); err != nil {
		return err
	}
	s.Holder = tx.Actor.Person()
	if err := s.attach(ctx, tx, files); err != nil {
		return err
	}
	return e.finish(ctx, tx, s, step, docket.Plain(facts), freeText(fields, facts))
}

// read checks a form's values, and holds what they name against what there is.
func (e *Engine) read(ctx context.Context, tx *storage.Tx, s *state, fields []rulebook.Field, values map[string]string, files map[string]brought) (map[string]any, problem.Form, error) {
	values = maps.Clone(values)
	if values == nil {
		values = map[string]string{}
	}
	for _, f := range fields {
		if file, ok := files[f.ID]; ok && f.Type == "attachment" {
			values[f.ID] = file.id.String()
		} else if f.Type == "attachment" {
			values[f.ID], _ = s.form[f.ID].(string) // handed in before a return
		}
	}
	if err := s.ticked(ctx, tx, fields, values); err != nil {
		return nil, problem.Form{}, err
	}
	before, _ := s.vars()["form"].(map[string]any)
	facts, form := tx.Book.CheckFormAfter(fields, values, before, tx.At.In(calendar.Shanghai))
	return facts, form, e.resolve(ctx, tx, s, fields, facts, &form)
}

// ticked gathers the open items that were ticked off; one that was not is an error of its own when the form is checked.
func (s *state) ticked(ctx context.Context, tx *storage.Tx, fields []rulebook.Field, values map[string]string) error {
	for _, f := range fields {
		if f.Type != "open_items" {
			continue
		}
		items, err := OpenItems(ctx, tx, f, s.CaseID)
		if err != nil {
			return err
		}
		var seen, left []string
		for _, i := range items {
			if values[f.ID+"."+i.ID.String()] != "" {
				seen = append(seen, i.Words())
			} else {
				left = append(left, i.Words())
			}
		}
		values[f.ID] = strings.Join(seen, "；")
		if len(items) == 0 {
			values[f.ID] = "没有未办结的事项"
		}
		if len(left) > 0 {
			form := problem.Form{}
			form.Add(f.ID, problem.New(problem.Invalid, "matter.open_items", "还有没有逐项确认的：{left}。", "left", strings.Join(left, "；")))
			return form.Err()
		}
	}
	return nil
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
		giver, err := tx.GaveOver(ctx, courtdb.GaveOverParams{Court: tx.Court, MatterID: s.ID})
		if err != nil {
			return err
		}
		if storage.Deref(giver) == actor.ID {
			return problem.New(problem.Refused, "matter.own_receipt", "移交和签收不能是同一个人，请由接收人签收。").By(step.Clause)
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
		if err := e.recordAs(ctx, tx, s, step, step.Receive, nil); err != nil {
			return err
		}
		if err := e.implicit(ctx, tx, s, step.ID, nil); err != nil || s.State == "open" {
			return err
		}
		return e.implicit(ctx, tx, s, "done", nil)
	})
}

// Return sends the matter back to the step the book names, with reasons; what was filled in stays, it is counted, and the clock
// of the step goes on where it stood.
func (e *Engine) Return(ctx context.Context, actor staff.Actor, id uuid.UUID, reason string) error {
	return e.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		s, step, err := e.load(ctx, tx, id)
		if err != nil {
			return err
		}
		who := step.By
		if s.Awaiting != "" { // handed over, it is the receiver's to send back
			who = []string{s.Awaiting}
		}
		if !may(actor, who, s.Team) {
			return notYours
		}
		if s.Awaiting == "" && !zero(s.Holder) && *s.Holder != actor.ID {
			return taken
		}
		if err := because("reason", reason, "退回"); err != nil {
			return err
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
		s.Returns++
		s.enter(tx, back)
		if s.Holder, err = s.lastDoer(ctx, tx, back); err != nil {
			return err
		}
		if err := e.begin(ctx, tx, s, back, true); err != nil {
			return err
		}
		if err := s.save(ctx, tx, old, awaiting); err != nil {
			return err
		}
		if err := s.ring(ctx, tx, s.Holder, "returned", "退回"); err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "matter:returned", Object: "matter", ID: s.ID, Case: storage.Deref(s.CaseID)})
	})
}

// lastDoer is who did a step last, while he may still do it.
func (s *state) lastDoer(ctx context.Context, tx *storage.Tx, step *rulebook.Step) (*uuid.UUID, error) {
	row, err := tx.LastDoer(ctx, courtdb.LastDoerParams{Court: tx.Court, MatterID: s.ID, Step: step.ID})
	if storage.NoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a := staff.New(tx.Book, row.ID, uuid.Nil, row.Name, row.Roles, row.Team)
	if !row.Active || !may(a, step.By, s.Team) {
		return nil, nil
	}
	return &row.ID, nil
}

// ring tells one colleague what became of a matter of his; nobody is rung for what he did himself.
func (s *state) ring(ctx context.Context, tx *storage.Tx, to *uuid.UUID, what, words string) error {
	if to == nil || *to == tx.Actor.ID {
		return nil
	}
	words += "：" + s.process.Name
	if s.Serial != "" {
		words += " " + s.Serial
	}
	return tx.InsertAlert(ctx, courtdb.InsertAlertParams{Court: tx.Court, ID: storage.NewID(), Rule: what + ":" + s.Process + "." + s.Step, Staff: to, Text: words,
		CaseID: s.CaseID, MatterID: &s.ID, TipID: s.TipID, RaisedAt: tx.At})
}

// because asks for reasons.
func because(field, reason, what string) error {
	form := problem.Form{}
	if strings.TrimSpace(reason) == "" {
		form.Add(field, problem.New(problem.Invalid, "matter.reason_missing", "请写明"+what+"的理由。"))
	}
	return form.Err()
}
