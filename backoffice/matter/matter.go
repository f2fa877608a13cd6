package matter

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Engine opens matters and moves them.
type Engine struct {
	store  *storage.Store
	docket *docket.Docket
}

// New makes the engine and lets it follow the docket, so that events open processes.
func New(store *storage.Store, d *docket.Docket) *Engine {
	e := &Engine{store, d}
	d.Follow(e)
	return e
}

// Follow opens every process that the book hangs on this event.
func (e *Engine) Follow(ctx context.Context, tx *storage.Tx, r *docket.Recorded) error {
	if r.Imported {
		return nil
	}
	for _, p := range tx.Book.ProcessesOpenedBy(r.Code) {
		ok, err := tx.Book.Holds(p.Opens.When, r.Vars)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if _, err := e.open(ctx, tx, &p, r, nil); err != nil {
			return err
		}
	}
	return nil
}

// Clock leaves ringing to those who tell; the engine's own state does not change by time.
func (e *Engine) Clock(context.Context, *storage.Tx, docket.Ring) error { return nil }

// state is a matter as the engine works on it: the row, the process, the opened form and notes.
type state struct {
	courtdb.CourtMatter
	process *rulebook.Process
	form    map[string]any
	notes   map[string]any
}

// open begins a run; values are what the opening form brought.
func (e *Engine) open(ctx context.Context, tx *storage.Tx, p *rulebook.Process, r *docket.Recorded, values map[string]any) (*state, error) {
	urgent, _ := r.Vars["tip"].(map[string]any)["urgent"].(bool)
	s := &state{process: p, form: map[string]any{}, notes: map[string]any{}}
	s.CourtMatter = courtdb.CourtMatter{Court: tx.Court, ID: storage.NewID(), Process: p.ID, RuleVersion: int32(tx.Version), CaseID: storage.Ref(r.Case),
		TipID: storage.Ref(r.Tip), PartyID: storage.Ref(r.Party), LotID: storage.Ref(r.Lot), Urgent: urgent, OpenedAt: tx.At, OpenedBy: tx.Actor.Person(), OpenedEvent: &r.ID, StepAt: tx.At, State: "open"}
	if r.File != nil {
		s.about(r.File)
	}
	s.keep(p.Form, values)
	step, err := s.next(tx, -1)
	if err != nil {
		return nil, err
	}
	if step == nil {
		return nil, problem.New(problem.Refused, "matter.no_step", "流程没有可执行的步骤，请检查规则书。")
	}
	s.enter(tx, step)
	form, notes, err := s.pack(tx)
	if err != nil {
		return nil, err
	}
	n, err := tx.InsertMatter(ctx, courtdb.InsertMatterParams{Court: tx.Court, ID: s.ID, Process: s.Process, RuleVersion: s.RuleVersion, CaseID: s.CaseID, TipID: s.TipID,
		Urgent: s.Urgent, Step: s.Step, Team: s.Team, Holder: s.Holder, OpenedAt: tx.At, OpenedBy: s.OpenedBy, OpenedEvent: s.OpenedEvent, Form: form, Notes: notes,
		PartyID: s.PartyID, LotID: s.LotID})
	if err != nil || n == 0 {
		return nil, err
	}
	if err := s.note(ctx, tx, "opened", nil); err != nil {
		return nil, err
	}
	return s, e.startClock(ctx, tx, s, step)
}

// about notes what steps and conditions may ask of the case.
func (s *state) about(f *docket.File) {
	s.form["case_facts"] = map[string]any{"team": f.Team, "stage": f.Stage, "type": f.Type,
		"terminated": deref(f.ClosureMode) == string(enforcement.ClosureTerminationOfCurrentProcedure), "non_litigation": f.NonLitigation}
}

// keep puts free text into the sealed notes and everything else into the form.
func (s *state) keep(fields []rulebook.Field, facts map[string]any) {
	words := freeText(fields, facts)
	for k, v := range facts {
		if _, free := words[k]; free {
			s.notes[k] = v
		} else {
			s.form[k] = v
		}
	}
}

// vars is what a CEL expression of the process may ask about.
func (s *state) vars() map[string]any {
	form := maps.Clone(s.form)
	maps.Copy(form, s.notes)
	return map[string]any{"form": form, "event": map[string]any{}, "case": s.caseVars(), "tip": map[string]any{"urgent": s.Urgent, "party": s.form["party"]}}
}

func (s *state) caseVars() map[string]any {
	if c, ok := s.form["case_facts"].(map[string]any); ok {
		return c
	}
	return map[string]any{}
}

// next is the first step after index whose condition holds, or nil at the end.
func (s *state) next(tx *storage.Tx, index int) (*rulebook.Step, error) {
	for i := index + 1; i < len(s.process.Steps); i++ {
		ok, err := tx.Book.Holds(s.process.Steps[i].When, s.vars())
		if err != nil {
			return nil, err
		}
		if ok {
			return &s.process.Steps[i], nil
		}
	}
	return nil, nil
}

func (s *state) index() int {
	for i := range s.process.Steps {
		if s.process.Steps[i].ID == s.Step {
			return i
		}
	}
	return -1
}

// enter moves the matter to a step: its team by the book, nobody holding it yet.
func (s *state) enter(tx *storage.Tx, step *rulebook.Step) {
	s.Step, s.Awaiting, s.Holder, s.StepAt = step.ID, "", nil, tx.At
	switch {
	case step.Team == "$case.team":
		if team, ok := s.caseVars()["team"].(string); ok {
			s.Team = team
		}
	case len(step.Team) > 6 && step.Team[:6] == "$form.":
		if team, ok := s.form[step.Team[6:]].(string); ok {
			s.Team = team
		}
	case step.Team != "":
		s.Team = step.Team
	}
}

// pack splits the form into structured values and free text, and seals the latter.
func (s *state) pack(tx *storage.Tx) (form, notes []byte, err error) {
	if form, err = json.Marshal(s.form); err != nil {
		return nil, nil, err
	}
	plain, err := json.Marshal(s.notes)
	if err != nil {
		return nil, nil, err
	}
	notes, err = tx.Keys.Seal("matter.notes:"+s.ID.String(), plain)
	return form, notes, err
}

func unpack(tx *storage.Tx, row courtdb.CourtMatter) (*state, error) {
	p, ok := tx.Book.Process(row.Process)
	if !ok {
		return nil, problem.New(problem.Refused, "matter.no_process", "现行规则书里没有这个流程（{process}），请联系管理员。", "process", row.Process)
	}
	s := &state{CourtMatter: row, process: p, form: map[string]any{}, notes: map[string]any{}}
	if err := json.Unmarshal(row.Form, &s.form); err != nil {
		return nil, err
	}
	if row.Notes == nil {
		return s, nil
	}
	plain, err := tx.Keys.Open("matter.notes:"+row.ID.String(), row.Notes)
	if err != nil {
		return nil, err
	}
	return s, json.Unmarshal(plain, &s.notes)
}

func (s *state) save(ctx context.Context, tx *storage.Tx, oldStep, oldAwaiting string) error {
	form, notes, err := s.pack(tx)
	if err != nil {
		return err
	}
	n, err := tx.MoveMatter(ctx, courtdb.MoveMatterParams{Court: tx.Court, ID: s.ID, State: s.State, Step: s.Step, Awaiting: s.Awaiting, Team: s.Team, Holder: s.Holder,
		CaseID: s.CaseID, StepAt: s.StepAt, ClosedAt: s.ClosedAt, Form: form, Notes: notes, OldStep: oldStep, OldAwaiting: oldAwaiting})
	if err == nil && n == 0 {
		return moved
	}
	return err
}

var moved = problem.New(problem.Conflict, "matter.moved", "这个事项刚刚被别人办理了，请刷新后查看最新状态。")

func (s *state) note(ctx context.Context, tx *storage.Tx, act string, words map[string]any) error {
	var sealed []byte
	id := storage.NewID()
	if len(words) > 0 {
		plain, err := json.Marshal(words)
		if err != nil {
			return err
		}
		if sealed, err = tx.Keys.Seal("matter_step.notes:"+id.String(), plain); err != nil {
			return err
		}
	}
	return tx.InsertMatterStep(ctx, courtdb.InsertMatterStepParams{Court: tx.Court, ID: id, MatterID: s.ID, Step: s.Step, Act: act,
		Actor: tx.Actor.Person(), ActorKind: string(tx.Actor.Kind), At: tx.At, ToTeam: s.Team, ToStaff: s.Holder, Notes: sealed})
}

// startClock starts the step's own limit under the name PROCESS.STEP.
func (e *Engine) startClock(ctx context.Context, tx *storage.Tx, s *state, step *rulebook.Step) error {
	within, err := tx.Book.Limit(step, s.vars())
	if err != nil || within == nil {
		return err
	}
	start := s.StepAt
	if within.Of == "opened" {
		start = s.OpenedAt
	}
	clause := within.Source
	if clause == "" || clause == "court" {
		clause = step.Clause
	}
	role := ""
	if len(step.By) > 0 {
		role = step.By[0]
	}
	return docket.Start(ctx, tx, docket.Clock{Rule: s.Process + "." + step.ID, Name: step.Name, Clause: clause,
		Length: within.For(s.Urgent).Rule(), Start: start, Matter: s.ID, Case: storage.Deref(s.CaseID), Tip: storage.Deref(s.TipID),
		OwnerRole: role, Owner: s.Holder, Team: s.Team, Escalate: within.Escalate})
}

func (e *Engine) stopClock(ctx context.Context, tx *storage.Tx, s *state, step string) error {
	return tx.CloseMatterDeadlines(ctx, courtdb.CloseMatterDeadlinesParams{Court: tx.Court, MatterID: s.ID, Rule: s.Process + "." + step, At: tx.At})
}

func zero(id *uuid.UUID) bool { return id == nil || *id == uuid.Nil }
