package matter

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// finish moves on from a step whose form is kept: to the receiver's receipt if the step hands
// over, else to the next step, or to the end; then records the step's event.
func (e *Engine) finish(ctx context.Context, tx *storage.Tx, s *state, step *rulebook.Step, facts, words map[string]any) error {
	old := s.Step
	refused := step.Approve && s.form[step.Decision()] == rulebook.Refuse
	if !refused {
		if err := s.gates(ctx, tx, step); err != nil {
			return err
		}
	}
	act := "done"
	switch {
	case refused:
		act = "refused"
	case step.Approve:
		act = "agreed"
	case step.Receipt != "": // the clock runs on until the receiver has signed
		act = "handed_over"
		s.enter(tx, step)
		s.Awaiting, s.Team = step.Receipt, s.teamOf(tx.Book, step)
	}
	if act != "handed_over" {
		if err := e.stopClock(ctx, tx, s, step.ID); err != nil {
			return err
		}
	}
	if err := s.note(ctx, tx, act, words); err != nil {
		return err
	}
	if !refused && step.Does == "extend_deadline" {
		if err := s.extend(ctx, tx); err != nil {
			return err
		}
	}
	switch act {
	case "refused":
		if err := e.end(ctx, tx, s, "refused"); err != nil {
			return err
		}
	case "done", "agreed":
		if err := e.advance(ctx, tx, s); err != nil {
			return err
		}
	}
	if err := s.save(ctx, tx, old, ""); err != nil {
		return err
	}
	if refused {
		if err := s.ring(ctx, tx, s.OpenedBy, "refused", "不同意"); err != nil {
			return err
		}
		if err := e.recordAs(ctx, tx, s, step, step.Refused, facts); err != nil {
			return err
		}
		return e.implicit(ctx, tx, s, "refused", facts)
	}
	if err := e.recordAs(ctx, tx, s, step, step.Records, facts); err != nil {
		return err
	}
	if act == "handed_over" {
		return nil // the step is done when its receipt is signed
	}
	if err := e.implicit(ctx, tx, s, step.ID, facts); err != nil || s.State == "open" {
		return err
	}
	return e.implicit(ctx, tx, s, "done", facts)
}

// gates holds what must be true before the step; an approval asks again what was asked before it was waited for, a first step that is
// the opening itself what is asked before the process opens.
func (s *state) gates(ctx context.Context, tx *storage.Tx, step *rulebook.Step) error {
	if err := s.lockCase(ctx, tx); err != nil {
		return err
	}
	list, err := s.gatesBefore(ctx, tx, step)
	if err != nil {
		return err
	}
	return docket.Closed(list)
}

// lockCase lets nobody else act on the case until this act is over: two at once do not both pass a gate that counts.
func (s *state) lockCase(ctx context.Context, tx *storage.Tx) error {
	if s.CaseID == nil {
		return nil
	}
	return tx.LockCase(ctx, courtdb.LockCaseParams{Court: tx.Court, ID: *s.CaseID})
}

func (s *state) gatesBefore(ctx context.Context, tx *storage.Tx, step *rulebook.Step) ([]docket.Gate, error) {
	acts := []string{s.Process + "." + step.ID}
	at := max(slices.IndexFunc(s.process.Steps, func(x rulebook.Step) bool { return x.ID == step.ID }), 0)
	if at == 0 && len(s.process.Form) == 0 {
		acts = append(acts, s.Process+".opened")
	}
	if step.Approve {
		for _, earlier := range s.process.Steps[:at] {
			acts = append(acts, s.Process+"."+earlier.ID)
		}
	}
	var out []docket.Gate
	for _, act := range acts {
		list, err := docket.Gates(ctx, tx, act, storage.Deref(s.CaseID), s.ID, s.vars())
		if err != nil {
			return nil, err
		}
		for _, g := range list {
			if !slices.ContainsFunc(out, func(x docket.Gate) bool { return x.ID == g.ID }) {
				out = append(out, g)
			}
		}
	}
	return out, nil
}

// extend gives the clock that the form names the day that was approved.
func (s *state) extend(ctx context.Context, tx *storage.Tx) error {
	for _, f := range s.process.Fields() {
		raw, _ := s.form[f.ID].(string)
		id, err := uuid.Parse(raw)
		if f.Type != "deadline" || err != nil {
			continue
		}
		until, _ := s.form["new_due"].(string)
		day, err := calendar.ParseDate(until)
		if err != nil {
			return problem.New(problem.Refused, "deadline.no_day", "没有写明延长到哪一天。")
		}
		return docket.Extend(ctx, tx, id, day, s.ID)
	}
	return problem.New(problem.Refused, "deadline.none", "没有写明延长哪一个期限。")
}

func (e *Engine) advance(ctx context.Context, tx *storage.Tx, s *state) error {
	next, err := s.next(tx, s.index())
	if err != nil {
		return err
	}
	if next == nil {
		return e.end(ctx, tx, s, "done")
	}
	held := s.Holder
	s.enter(tx, next)
	if !next.Approve && may(tx.Actor, next.By, s.Team) {
		s.Holder = held
	}
	return e.begin(ctx, tx, s, next, false)
}

// end closes a run; whoever waits for it goes on.
func (e *Engine) end(ctx context.Context, tx *storage.Tx, s *state, how string) error {
	s.State, s.ClosedAt, s.Holder, s.Awaiting = how, &tx.At, nil, ""
	err := tx.CancelMatterDeadlines(ctx, courtdb.CancelMatterDeadlinesParams{Court: tx.Court, MatterID: s.ID, At: tx.At})
	if err != nil || s.Parent == nil {
		return err
	}
	return e.join(ctx, tx, s)
}

func (e *Engine) recordAs(ctx context.Context, tx *storage.Tx, s *state, step *rulebook.Step, code string, facts map[string]any) error {
	if code == "" {
		return nil
	}
	return e.put(ctx, tx, s, step.ID, code, facts)
}

// implicit records PROCESS.STEP, or what became of the run, where something in the book hangs on it.
func (e *Engine) implicit(ctx context.Context, tx *storage.Tx, s *state, what string, facts map[string]any) error {
	code := s.Process + "." + what
	if !tx.Book.Watched(code) && !tx.Book.Extends(code) {
		return nil
	}
	return e.put(ctx, tx, s, what, code, facts)
}

func (e *Engine) put(ctx context.Context, tx *storage.Tx, s *state, step, code string, facts map[string]any) error {
	event := docket.Event{Code: code, Case: storage.Deref(s.CaseID), Matter: s.ID, Tip: storage.Deref(s.TipID), Party: s.concerned(),
		Lot: storage.Deref(s.LotID), Facts: s.facts(tx, code, facts),
		SourceKey: "matter:" + s.ID.String() + ":" + step + ":" + code + ":" + tx.At.UTC().Format("20060102T150405.000000")}
	if entry, ok := tx.Book.Event(code); ok && entry.Effect == rulebook.EffectConfirmed {
		if at, ok := instantOf(event.Facts["effect_at"]); ok {
			event.Effect = &at
			if at.Before(tx.At) { // what took effect before it was written down was ordered then at the latest
				event.Occurred = at
			}
		}
	}
	for _, field := range []string{"occurred_at", "ordered_at"} {
		if at, ok := instantOf(event.Facts[field]); ok {
			event.Occurred = at
		}
	}
	_, err := e.docket.Record(ctx, tx, event)
	return err
}

func text(v any) string { s, _ := v.(string); return s }

func instantOf(v any) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, text(v))
	return at, err == nil
}

// concerned is the person of the case whom the run is about: who sent it, or whom its form names.
func (s *state) concerned() uuid.UUID {
	if !zero(s.PartyID) {
		return *s.PartyID
	}
	for _, f := range s.process.Fields() {
		if id, err := uuid.Parse(text(s.form[f.ID])); f.Type == "party" && err == nil {
			return id
		}
	}
	return uuid.Nil
}

// facts are what a step brought and, of what was filled in before, whatever else the event declares.
func (s *state) facts(tx *storage.Tx, code string, step map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range step {
		if _, words := s.notes[k]; !words || len(s.process.View) == 0 || !strings.Contains(code, ".") {
			out[k] = v
		}
	}
	entry, ok := tx.Book.Event(code)
	if !ok {
		return out
	}
	for _, f := range entry.Form {
		open := []map[string]any{s.form, s.notes}
		if len(s.process.View) > 0 && strings.Contains(code, ".") {
			open = open[:1] // what only some may see does not travel to the case's docket in words
		}
		for _, earlier := range open {
			if v, has := earlier[f.ID]; has && out[f.ID] == nil {
				out[f.ID] = v
			}
		}
	}
	return out
}
