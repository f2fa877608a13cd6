package matter

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Engine opens matters and moves them.
type Engine struct {
	store  *storage.Store
	docket *docket.Docket
	spans  sync.Map // the calendar's last spans, so that a look at the clock costs nothing
}

// New makes the engine and lets it follow the docket, so that events open processes.
func New(store *storage.Store, d *docket.Docket) *Engine {
	e := &Engine{store: store, docket: d}
	d.Follow(e)
	return e
}

// Follow opens every process that the book hangs on this event, and starts or ends what recurs on the case.
func (e *Engine) Follow(ctx context.Context, tx *storage.Tx, r *docket.Recorded) error {
	if err := e.recur(ctx, tx, r); err != nil { // of imported history, too: an old case is queried again like any other
		return err
	}
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
		b := beginOf(r)
		if p.On == "case" { // whoever sees the case sees it: it must not lead to the tipster
			b.Tip = uuid.Nil
		}
		if _, err := e.open(ctx, tx, &p, b, nil); err != nil {
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

// begin is what a run begins from.
type begin struct {
	About
	event  uuid.UUID
	file   *docket.File
	urgent bool
	parent uuid.UUID
	source string
	at     time.Time // when what opens it happened; zero: now
}

func beginOf(r *docket.Recorded) begin {
	urgent, _ := r.Vars["tip"].(map[string]any)["urgent"].(bool)
	return begin{About: About{Case: r.Case, Tip: r.Tip, Lot: r.Lot, Party: r.Party}, event: r.ID, file: r.File, urgent: urgent, at: r.Occurred}
}

// open begins a run; values are what the opening form brought. A run that the same event, day or form had opened before is not
// opened again: the result is nil then.
func (e *Engine) open(ctx context.Context, tx *storage.Tx, p *rulebook.Process, b begin, values map[string]any) (*state, error) {
	s := &state{process: p, form: map[string]any{}, notes: map[string]any{}}
	s.CourtMatter = courtdb.CourtMatter{Court: tx.Court, ID: storage.NewID(), Process: p.ID, RuleVersion: int32(tx.Version), CaseID: storage.Ref(b.Case),
		TipID: storage.Ref(b.Tip), PartyID: storage.Ref(b.Party), LotID: storage.Ref(b.Lot), Urgent: b.urgent, OpenedAt: tx.At, OpenedBy: tx.Actor.Person(),
		OpenedEvent: storage.Ref(b.event), Parent: storage.Ref(b.parent), StepAt: tx.At, State: "open"}
	if !b.at.IsZero() { // what came in yesterday has been waiting since yesterday
		s.OpenedAt = b.at
	}
	if b.source != "" { // asked before a number is drawn: a register has no gaps
		s.SourceKey = &b.source
		if _, err := tx.MatterBySource(ctx, courtdb.MatterBySourceParams{Court: tx.Court, SourceKey: b.source}); !storage.NoRows(err) {
			return nil, err
		}
	}
	if b.file != nil {
		s.about(b.file)
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
	s.StepAt = s.OpenedAt
	if s.Serial, err = serial(ctx, tx, p); err != nil {
		return nil, err
	}
	form, notes, err := s.pack(tx)
	if err != nil {
		return nil, err
	}
	n, err := tx.InsertMatter(ctx, courtdb.InsertMatterParams{Court: tx.Court, ID: s.ID, Process: s.Process, RuleVersion: s.RuleVersion, CaseID: s.CaseID, TipID: s.TipID,
		Urgent: s.Urgent, Step: s.Step, Team: s.Team, Holder: s.Holder, OpenedAt: s.OpenedAt, OpenedBy: s.OpenedBy, OpenedEvent: s.OpenedEvent, Form: form, Notes: notes,
		PartyID: s.PartyID, LotID: s.LotID, Parent: s.Parent, Serial: s.Serial, SourceKey: s.SourceKey})
	if err != nil || n == 0 {
		return nil, err
	}
	if err := s.note(ctx, tx, "opened", nil); err != nil {
		return nil, err
	}
	if err := e.begin(ctx, tx, s, step, false); err != nil {
		return nil, err
	}
	return s, e.implicit(ctx, tx, s, "opened", nil)
}

// serial is the next number of a register in the year, e.g. DB-2026-0001.
func serial(ctx context.Context, tx *storage.Tx, p *rulebook.Process) (string, error) {
	if p.Serial == "" {
		return "", nil
	}
	year := docket.Today(tx).Year
	n, err := tx.NextSerial(ctx, courtdb.NextSerialParams{Court: tx.Court, Prefix: p.Serial, Year: int32(year)})
	return fmt.Sprintf("%s-%d-%04d", p.Serial, year, n), err
}

// about notes what steps and conditions may ask of the case.
func (s *state) about(f *docket.File) {
	s.form["case_facts"] = f.Vars()
}

// keep puts free text into the sealed notes and everything else into the form. What a form asks and nobody answers any more is gone.
func (s *state) keep(fields []rulebook.Field, facts map[string]any) {
	for _, f := range fields {
		for _, k := range []string{f.ID, f.ID + "_reason"} {
			delete(s.form, k)
			delete(s.notes, k)
		}
	}
	words := freeText(fields, facts)
	for k, v := range facts {
		if _, free := words[k]; free {
			s.notes[k] = v
		} else {
			s.form[k] = v
		}
	}
}

// Mends is sent along with the opening form when a step's page offers it once more.
const Mends = "_mends"

// mends is the opening form, at the first step of what was opened at the desk: whoever opened it may mend what he said then; once it
// was returned there, so may whoever else may open it.
func (s *state) mends(a staff.Actor, step *rulebook.Step) []rulebook.Field {
	his := s.OpenedBy != nil && *s.OpenedBy == a.ID || s.Returns > 0 && MayOpen(s.process, a)
	if step.Approve || !his || step.ID != s.process.Steps[0].ID {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.process.Form), func(f rulebook.Field) bool { return f.Type == "case" }) // its clocks and events stand on that case
}

// freeText is what is sealed: words, people, places, and tables that hold them.
func freeText(fields []rulebook.Field, facts map[string]any) map[string]any {
	out := map[string]any{}
	for _, f := range fields {
		if v, ok := facts[f.ID]; ok && slices.Contains([]string{"long", "text", "person", "phone", "location", "rows"}, f.Type) {
			out[f.ID] = v
		}
		if why, ok := facts[f.ID+"_reason"]; ok && f.Reason != "" {
			out[f.ID+"_reason"] = why
		}
	}
	return out
}

// vars is what a CEL expression of the process may ask about: numbers as whole numbers, of a table its sums and how many rows.
func (s *state) vars() map[string]any {
	form := maps.Clone(s.form)
	maps.Copy(form, s.notes)
	for k, v := range form {
		if n, ok := v.(float64); ok {
			form[k] = int64(n)
		}
	}
	for _, f := range s.process.Fields() {
		if v, ok := form[f.ID]; ok {
			form[f.ID] = rulebook.Countable(f, v)
		}
		if f.Type == "rows" {
			sums(form, f)
		}
	}
	return map[string]any{"form": form, "event": map[string]any{}, "case": s.caseVars(), "tip": map[string]any{"urgent": s.Urgent, "party": s.form["party"]}}
}

func sums(form map[string]any, f rulebook.Field) {
	rows, _ := form[f.ID].([]any)
	form[f.ID+"_count"] = int64(len(rows))
	for _, col := range f.Rows {
		if col.Type != "money" && col.Type != "number" {
			continue
		}
		var sum int64
		for _, row := range rows {
			cells, _ := row.(map[string]any)
			switch n := cells[col.ID].(type) {
			case float64:
				sum += int64(n)
			case int64:
				sum += n
			}
		}
		form[f.ID+"_"+col.ID] = sum
	}
}

func (s *state) caseVars() map[string]any {
	c, ok := s.form["case_facts"].(map[string]any)
	if !ok {
		return map[string]any{}
	}
	out := maps.Clone(c)
	for k, v := range out {
		if n, ok := v.(float64); ok {
			out[k] = int64(n)
		}
	}
	return out
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
	return slices.IndexFunc(s.process.Steps, func(step rulebook.Step) bool { return step.ID == s.Step })
}

// enter moves the matter to a step: its team by the book, nobody holding it yet.
func (s *state) enter(tx *storage.Tx, step *rulebook.Step) {
	s.Step, s.Awaiting, s.Holder, s.StepAt, s.Team = step.ID, "", nil, tx.At, ""
	if step.Receipt == "" { // the team of a handing over is the receiver's
		s.Team = s.teamOf(tx.Book, step)
	}
}

// teamOf is the team a step belongs to; a step without one is anybody's who has the role.
func (s *state) teamOf(book *rulebook.Book, step *rulebook.Step) string {
	field, ofForm := strings.CutPrefix(step.Team, "$form.")
	switch {
	case step.Team == "$case.team":
		return text(s.caseVars()["team"])
	case ofForm:
		return text(s.form[field])
	case step.Team == "" && s.CaseID != nil && book.EndsAtTeam(step.By):
		return text(s.caseVars()["team"]) // whose view ends at his team works on his team's cases
	}
	return step.Team
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
		CaseID: s.CaseID, StepAt: s.StepAt, ClosedAt: s.ClosedAt, Form: form, Notes: notes, Returns: s.Returns, OldStep: oldStep, OldAwaiting: oldAwaiting})
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

func zero(id *uuid.UUID) bool { return id == nil || *id == uuid.Nil }
