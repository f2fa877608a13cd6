package docket

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Event is something that happened, as the act that records it knows it.
type Event struct {
	Code      string
	Case      uuid.UUID // zero when it is about none
	Matter    uuid.UUID
	Tip       uuid.UUID
	Party     uuid.UUID // the person it concerns
	Lot       uuid.UUID
	Occurred  time.Time // zero: the instant of the act
	Effect    *time.Time
	SourceKey string         // a repeat with the same key returns the first result
	Facts     map[string]any // the declared fields: text, int64 fen, "2006-01-02", RFC 3339
	Imported  bool           // history: writes timeline and disclosed items, sends nothing
	NoClocks  bool           // history before the cut-over: starts no clock
}

// Recorded is an event on the docket with what its followers need to decide.
type Recorded struct {
	Event
	ID    uuid.UUID
	Entry *rulebook.Event
	First bool // false when the source key had been recorded before
	other bool // not first, and what was recorded then said something else
	Vars  map[string]any
	File  *File // the case, when there is one
}

// Follower does what follows from an event, and from a clock that warns or is overdue, in the
// transaction of the act. It touches only the database.
type Follower interface {
	Follow(ctx context.Context, tx *storage.Tx, e *Recorded) error
	Clock(ctx context.Context, tx *storage.Tx, r Ring) error
}

// Docket records events and calls its followers in order.
type Docket struct {
	store     *storage.Store
	followers []Follower
}

// New makes a docket on a store; the built-in followers (case, deadlines) come first.
func New(store *storage.Store) *Docket {
	d := &Docket{store: store}
	d.followers = []Follower{projection{}, deadlines{}}
	return d
}

// Follow adds a follower; call it while wiring, before the first Record.
func (d *Docket) Follow(f ...Follower) { d.followers = append(d.followers, f...) }

// Record writes the event once and lets everything follow from it. The caller has checked
// that the actor may; Record refuses an event the court's book does not know, a future
// occurrence, and an effect before the occurrence.
func (d *Docket) Record(ctx context.Context, tx *storage.Tx, e Event) (*Recorded, error) {
	entry, ok := tx.Book.Event(e.Code)
	if !ok {
		return nil, problem.New(problem.Refused, "docket.unknown_event", "本院规则书没有这个事项（{code}），不能登记。", "code", e.Code)
	}
	if err := complete(tx, entry, &e); err != nil {
		return nil, err
	}
	r := &Recorded{Event: e, ID: storage.NewID(), Entry: entry, First: true}
	first, err := d.insert(ctx, tx, r)
	if err != nil {
		return nil, fmt.Errorf("docket.Record(%s): %w", e.Code, err)
	}
	if !first {
		return r, nil
	}
	if err := r.load(ctx, tx); err != nil {
		return nil, fmt.Errorf("docket.Record(%s): %w", e.Code, err)
	}
	if err := r.pass(ctx, tx); err != nil {
		return nil, err
	}
	for _, f := range d.followers {
		if err := f.Follow(ctx, tx, r); err != nil {
			return nil, err
		}
	}
	return r, Audit(ctx, tx, Trace{Action: "record:" + e.Code, Object: "event", ID: r.ID, Case: e.Case})
}

// pass holds an event against the gates of the book; history that is imported has passed them in its time, a step of a process before
// it was done.
func (r *Recorded) pass(ctx context.Context, tx *storage.Tx) error {
	if r.Imported || strings.Contains(r.Code, ".") || len(tx.Book.GatesOn(r.Code)) == 0 {
		return nil
	}
	vars := map[string]any{"event": r.Facts, "form": r.Facts, "case": r.Vars["case"], "tip": r.Vars["tip"]}
	gates, err := Gates(ctx, tx, r.Code, r.Case, r.ID, vars)
	if err != nil {
		return err
	}
	return Closed(gates)
}

func complete(tx *storage.Tx, entry *rulebook.Event, e *Event) error {
	if e.Occurred.IsZero() {
		e.Occurred = tx.At
	}
	if e.Occurred.After(tx.At.Add(time.Minute)) {
		return problem.New(problem.Invalid, "docket.future", "发生时间不能晚于现在。尚未发生的事项请在发生后登记；将来生效的，请填写生效时间。")
	}
	if entry.Effect == rulebook.EffectConfirmed && e.Effect == nil {
		return problem.New(problem.Invalid, "docket.effect_missing", "请填写生效时间：裁定书和协助执行通知书送达协助单位的时间。").By("查封规定第1条")
	}
	if e.Effect != nil && e.Effect.Before(e.Occurred) {
		return problem.New(problem.Invalid, "docket.effect_before", "生效时间不能早于作出时间，请核对两个时间。")
	}
	if e.SourceKey == "" {
		e.SourceKey = "act:" + storage.NewID().String()
	}
	e.Facts = Plain(e.Facts)
	return nil
}

func (d *Docket) insert(ctx context.Context, tx *storage.Tx, r *Recorded) (bool, error) {
	body, err := json.Marshal(r.Facts)
	if err != nil {
		return false, err
	}
	hash := sm3.Sum(body)
	clause := ""
	if len(r.Entry.Entry.Clauses) > 0 {
		clause = r.Entry.Clauses[0]
	}
	n, err := tx.InsertDocket(ctx, courtdb.InsertDocketParams{Court: tx.Court, ID: r.ID, Code: r.Code, CaseID: storage.Ref(r.Case),
		MatterID: storage.Ref(r.Matter), TipID: storage.Ref(r.Tip), PartyID: storage.Ref(r.Party), LotID: storage.Ref(r.Lot), OccurredAt: r.Occurred, EffectAt: r.Effect,
		RecordedAt: tx.At, Actor: tx.Actor.Person(), ActorKind: string(tx.Actor.Kind), Clause: clause, RuleVersion: int32(tx.Version),
		SourceKey: r.SourceKey, FactsHash: hash[:], Imported: r.Imported})
	if err != nil {
		return false, err
	}
	if n == 0 {
		row, err := tx.DocketBySourceKey(ctx, courtdb.DocketBySourceKeyParams{Court: tx.Court, SourceKey: r.SourceKey})
		r.ID, r.First, r.other = row.ID, false, !bytes.Equal(row.FactsHash, hash[:])
		return false, err
	}
	sealed, err := tx.Keys.Seal("docket_facts.body:"+r.ID.String(), body)
	if err != nil {
		return false, err
	}
	return true, tx.InsertFacts(ctx, courtdb.InsertFactsParams{Court: tx.Court, EventID: r.ID, Body: sealed})
}

// load gathers the case and what CEL expressions may ask about.
func (r *Recorded) load(ctx context.Context, tx *storage.Tx) (err error) {
	tip := map[string]any{}
	if r.Tip != uuid.Nil {
		row, err := tx.TipByID(ctx, courtdb.TipByIDParams{Court: tx.Court, ID: r.Tip})
		if err != nil {
			return err
		}
		tip = map[string]any{"urgent": row.Urgent, "kind": row.Kind, "ticket": row.Ticket, "party": "other"}
		if row.ApplicantLead {
			tip["party"] = "applicant"
		}
	}
	file := map[string]any{}
	if r.Case != uuid.Nil {
		// what follows may depend on what else stands on the case: one event at a time
		if err = tx.LockCase(ctx, courtdb.LockCaseParams{Court: tx.Court, ID: r.Case}); err != nil {
			return err
		}
		if r.File, err = OpenFile(ctx, tx, r.Case); err != nil {
			return err
		}
		file = r.File.Vars()
	}
	r.Vars = map[string]any{"event": r.Facts, "case": file, "tip": tip, "form": map[string]any{}}
	return nil
}

// Facts opens the sealed facts of a docket row; an erased row has none.
func Facts(tx *storage.Tx, event uuid.UUID, body []byte) (map[string]any, error) {
	facts := map[string]any{}
	if body == nil {
		return facts, nil
	}
	plain, err := tx.Keys.Open("docket_facts.body:"+event.String(), body)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(plain, &facts); err != nil {
		return nil, err
	}
	for k, v := range facts {
		if n, ok := v.(float64); ok { // every number on the docket is whole: fen, or a count
			facts[k] = int64(n)
		}
	}
	return facts, nil
}

// Today is the legal day of the transaction.
func Today(tx *storage.Tx) calendar.Date { return calendar.On(tx.At) }

// RecordByHand is the act of a person at the desk: permission, the roles the book names, the
// form's check, then Record. occurred and effect come from the form's own fields
// ordered_at/occurred_at and effect_at.
func (d *Docket) RecordByHand(ctx context.Context, actor staff.Actor, code string, caseID uuid.UUID, values map[string]string, sourceKey string) (*Recorded, error) {
	if err := actor.Require(rulebook.MayRecordEvent); err != nil {
		return nil, err
	}
	var r *Recorded
	err := d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		e, err := d.byHand(ctx, tx, code, caseID, values)
		if err != nil {
			return err
		}
		e.SourceKey = sourceKey
		if r, err = d.Record(ctx, tx, e); err == nil && r.other {
			return edited
		}
		return err
	})
	return r, err
}

// edited: the browser's way back brings a form again that has been recorded; what was changed in it must not be lost unsaid.
var edited = problem.New(problem.Conflict, "docket.edited", "这张登记表已经登记过，这次改动的内容没有登记。请打开案件核对已登记的内容；需要另行登记的，请重新打开登记表。")

func (d *Docket) byHand(ctx context.Context, tx *storage.Tx, code string, caseID uuid.UUID, values map[string]string) (Event, error) {
	entry, ok := tx.Book.Event(code)
	if !ok || entry.On != "case" || !tx.Actor.Is(entry.By...) {
		return Event{}, problem.New(problem.Forbidden, "docket.role", "本院规则书没有让您的角色登记这个事项。")
	}
	file, err := OpenFile(ctx, tx, caseID)
	if err != nil {
		return Event{}, err
	}
	if !file.VisibleTo(tx.Actor) {
		return Event{}, notFound
	}
	facts, form := tx.Book.CheckForm(entry.Form, values, tx.At.In(calendar.Shanghai))
	party := concerned(entry, file, facts, &form)
	if err := form.Err(); err != nil {
		return Event{}, err
	}
	e := Event{Code: code, Case: caseID, Party: party, Facts: facts}
	for _, f := range []string{"occurred_at", "ordered_at"} {
		if t, ok := facts[f].(time.Time); ok {
			e.Occurred = t
		}
	}
	if t, ok := facts["effect_at"].(time.Time); ok {
		e.Effect = &t
	}
	return e, nil
}

// concerned is the person that the form's first party field names, who must be in the case in a role the book allows.
func concerned(entry *rulebook.Event, file *File, facts map[string]any, form *problem.Form) uuid.UUID {
	for _, f := range entry.Form {
		raw, given := facts[f.ID].(string)
		if f.Type != "party" || !given {
			continue
		}
		id, err := uuid.Parse(raw)
		if err != nil || !file.has(id, entry.About) {
			form.Add(f.ID, problem.New(problem.Invalid, "docket.party_missing", "请从本案当事人中选择{label}。", "label", f.Label))
			return uuid.Nil
		}
		return id
	}
	return uuid.Nil
}

// Plain turns typed facts into what JSON, CEL and the sealed row hold: int64 fen, "2006-01-02", RFC 3339.
func Plain(facts map[string]any) map[string]any {
	out := make(map[string]any, len(facts))
	for k, v := range facts {
		switch v := v.(type) {
		case enforcement.Money:
			out[k] = int64(v)
		case calendar.Date:
			out[k] = v.String()
		case time.Time:
			out[k] = v.In(calendar.Shanghai).Format(time.RFC3339)
		default:
			out[k] = v
		}
	}
	return out
}

// Reload makes a recorded event whole again from its row, for deciding anew.
func Reload(ctx context.Context, tx *storage.Tx, row courtdb.DocketByIDRow) (*Recorded, error) {
	entry, ok := tx.Book.Event(row.Code)
	if !ok {
		return nil, problem.New(problem.Refused, "docket.unknown_event", "本院规则书没有这个事项（{code}），不能登记。", "code", row.Code)
	}
	facts, err := Facts(tx, row.ID, row.Body)
	if err != nil {
		return nil, err
	}
	r := &Recorded{Event: Event{Code: row.Code, Case: storage.Deref(row.CaseID), Matter: storage.Deref(row.MatterID), Tip: storage.Deref(row.TipID),
		Party: storage.Deref(row.PartyID), Lot: storage.Deref(row.LotID), Occurred: row.OccurredAt, Effect: row.EffectAt, SourceKey: row.SourceKey, Facts: facts, Imported: row.Imported},
		ID: row.ID, Entry: entry}
	return r, r.load(ctx, tx)
}
