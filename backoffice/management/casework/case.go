package casework

import (
	"context"
	"encoding/json"
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

// Case is a case as its page shows it.
type Case struct {
	*docket.File
	TeamName   string
	Persons    []Person
	Timeline   []Entry
	Told       []Told
	Deadlines  []Due
	Matters    []MatterLine
	Recordings []courtdb.RecordingsOfCaseRow
	Events     []rulebook.Event // that the actor may record by hand
}

// Person is somebody in the case, as the desk shows them before a reveal.
type Person struct {
	ID               uuid.UUID
	Name, Role, Kind string
	IDNo, Mobile     string // masked; the whole needs a reason (Reveal)
	Principal        string
	CanLook          bool // has a number on file, so that a query code is of use
	Notes            []string
}

// MatterLine is a matter of the case.
type MatterLine struct {
	ID                  uuid.UUID
	Tip                 *uuid.UUID
	OnTip               bool // stands on the tip's page
	Process, Step, Team string
	Holder              string
	Serial, State       string
	Open, Awaiting      bool
	At                  time.Time
	Closed              *time.Time
}

// Case opens a case page; the reading is audited with it.
func (r *Reads) Case(ctx context.Context, actor staff.Actor, id uuid.UUID) (*Case, error) {
	if err := actor.Require(rulebook.MayViewCase); err != nil {
		return nil, err
	}
	var c *Case
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		file, err := openCase(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := docket.Audit(ctx, tx, docket.Trace{Action: "read:case", Object: "case", ID: id, Case: id}); err != nil {
			return err
		}
		c = &Case{File: file, TeamName: TeamName(tx.Book, file.Team), Events: recordable(tx.Book, actor)}
		return c.fill(ctx, tx)
	})
	return c, err
}

// openCase loads a case within the actor's scope.
func openCase(ctx context.Context, tx *storage.Tx, id uuid.UUID) (*docket.File, error) {
	file, err := docket.OpenFile(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !file.VisibleTo(tx.Actor) {
		return nil, noCase
	}
	return file, nil
}

func (c *Case) fill(ctx context.Context, tx *storage.Tx) error {
	var err error
	if c.Persons, err = persons(tx, c.Parties); err != nil {
		return err
	}
	told, err := tx.DisclosuresOfCase(ctx, courtdb.DisclosuresOfCaseParams{Court: tx.Court, CaseID: c.ID})
	if err != nil {
		return err
	}
	for _, d := range told {
		c.Told = append(c.Told, toldOfCase(tx, d))
	}
	rows, err := tx.DocketOfCase(ctx, courtdb.DocketOfCaseParams{Court: tx.Court, CaseID: c.ID})
	if err != nil {
		return err
	}
	names, err := choices(ctx, tx, c.Parties)
	if err != nil {
		return err
	}
	if c.Matters, err = mattersOf(ctx, tx, c.ID); err != nil {
		return err
	}
	if c.Recordings, err = tx.RecordingsOfCase(ctx, courtdb.RecordingsOfCaseParams{Court: tx.Court, CaseID: c.ID}); err != nil {
		return err
	}
	tips := readableTips(c.Matters)
	for _, row := range rows {
		if process, _, dotted := strings.Cut(row.Code, "."); dotted && withheld(tx, process) {
			continue
		}
		e, err := entry(tx, courtdb.DocketByIDRow(row), names, row.TipID != nil && tips[*row.TipID])
		if err != nil {
			return err
		}
		c.Timeline = append(c.Timeline, e)
	}
	c.Deadlines, err = deadlinesOf(ctx, tx, c.ID)
	return err
}

// persons are masked by audience: names whole, numbers only in part.
func persons(tx *storage.Tx, parties []courtdb.CourtParty) ([]Person, error) {
	out := make([]Person, len(parties))
	for i, p := range parties {
		out[i] = Person{ID: p.ID, Name: p.Name, Role: enforcement.Role(p.Role).Name(), Kind: enforcement.PersonKind(p.Kind).Name()}
		idNo, err := open(tx, "id_no", p.ID, p.IDNo)
		if err != nil {
			return nil, err
		}
		out[i].CanLook = idNo != ""
		mobile, err := open(tx, "mobile", p.ID, p.Mobile)
		if err != nil {
			return nil, err
		}
		out[i].IDNo, out[i].Mobile = idNo, enforcement.MaskMobile(mobile, enforcement.AudienceOwner)
		if p.Kind != string(enforcement.PersonCompany) {
			out[i].IDNo = enforcement.MaskIDNumber(idNo, enforcement.AudienceOtherParty)
		}
		for _, q := range parties {
			if p.Represents != nil && q.ID == *p.Represents {
				out[i].Principal = q.Name
			}
		}
		out[i].Notes = notes(p, tx.At)
	}
	return out, nil
}

func notes(p courtdb.CourtParty, at time.Time) []string {
	var out []string
	if p.MinorUntil != nil && calendar.On(at).Before(calendar.DateOf(*p.MinorUntil)) {
		out = append(out, "未成年人")
	}
	if p.Unreachable {
		out = append(out, "下落不明")
	}
	if p.LeftAt != nil && !p.LeftAt.After(at) {
		out = append(out, "已退出本案")
	}
	if p.MandateUntil != nil && !p.MandateUntil.After(at) {
		out = append(out, "委托已终止")
	}
	return out
}

func open(tx *storage.Tx, column string, id uuid.UUID, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	plain, err := tx.Keys.Open("party."+column+":"+id.String(), sealed)
	return string(plain), err
}

func deadlinesOf(ctx context.Context, tx *storage.Tx, id uuid.UUID) ([]Due, error) {
	rows, err := tx.DeadlinesOfCase(ctx, courtdb.DeadlinesOfCaseParams{Court: tx.Court, CaseID: id})
	var out []Due
	for _, d := range rows {
		if d.TipID != nil && !tx.Actor.Can(rulebook.MayTakeTip) {
			continue
		}
		process, _, _ := strings.Cut(d.Rule, ".")
		if p, ok := tx.Book.Process(process); ok && d.MatterID != nil && !Sees(tx.Actor, p) {
			continue // the clock would say what the matter may not
		}
		out = append(out, dueOfRow(tx.Book, d))
	}
	return out, err
}

func dueOfRow(book *rulebook.Book, d courtdb.CourtDeadline) Due {
	var length calendar.Rule // absent for a day that somebody set
	_ = json.Unmarshal(d.Length, &length)
	due := dueOf(d.ID, d.Name, d.Clause, d.DueAt, string(length.Unit))
	_ = json.Unmarshal(d.Explanation, &due.Explanation) // a strip that cannot be read is left out, the date stands
	due.State, due.Closed, due.Owner = d.State, d.ClosedAt, RoleName(book, d.OwnerRole)
	return *due
}

// readableTips are the tips behind matters that the actor may open.
func readableTips(list []MatterLine) map[uuid.UUID]bool {
	out := map[uuid.UUID]bool{}
	for _, m := range list {
		if m.Tip != nil {
			out[*m.Tip] = true
		}
	}
	return out
}

func mattersOf(ctx context.Context, tx *storage.Tx, id uuid.UUID) ([]MatterLine, error) {
	rows, err := tx.MattersOfCase(ctx, courtdb.MattersOfCaseParams{Court: tx.Court, CaseID: id})
	var out []MatterLine
	for _, m := range rows {
		var row courtdb.CourtMatter
		row.Process, row.Step, row.Awaiting, row.Team, row.Holder, row.TipID, row.CaseID, row.OpenedBy = m.Process, m.Step, m.Awaiting, m.Team, m.Holder, m.TipID, m.CaseID, m.OpenedBy
		if (m.TipID != nil || withheld(tx, m.Process)) && !matterVisible(tx, row, true) {
			continue // the case's page must not lead to the tipster, nor to what the book shows only to some
		}
		l := MatterLine{ID: m.ID, Tip: m.TipID, Process: m.Process, Step: m.Step, Team: TeamName(tx.Book, m.Team), Holder: m.HolderName, Open: m.State == "open",
			Serial: m.Serial, State: m.State, Closed: m.ClosedAt, Awaiting: m.Awaiting != "", At: m.OpenedAt, OnTip: onTip(tx.Book, m.TipID, m.Process)}
		if p, ok := tx.Book.Process(m.Process); ok {
			l.Process = p.Name
			if s, ok := p.Step(m.Step); ok {
				l.Step = s.Name
			}
		}
		out = append(out, l)
	}
	return out, err
}

// withheld reports that a process is not for the actor's eyes, besides what he opened or holds.
func withheld(tx *storage.Tx, process string) bool {
	p, ok := tx.Book.Process(process)
	return ok && !Sees(tx.Actor, p)
}

func recordable(book *rulebook.Book, a staff.Actor) []rulebook.Event {
	if !a.Can(rulebook.MayRecordEvent) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(book.Events), func(e rulebook.Event) bool { return e.On != "case" || !a.Is(e.By...) })
}

// Recordable is what the form of an event needs: the case, the events this actor may record on
// it, and what its selects choose from.
type Recordable struct {
	*docket.File
	Events  []rulebook.Event
	Choices Choices
	Gates   []docket.Gate // before the event that was asked for
}

// RecordableEvents lists what the book lets the actor record on a case by hand; code names the event whose form is shown, if any.
func (r *Reads) RecordableEvents(ctx context.Context, actor staff.Actor, id uuid.UUID, code string) (*Recordable, error) {
	if err := actor.Require(rulebook.MayRecordEvent); err != nil {
		return nil, err
	}
	var out *Recordable
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		file, err := openCase(ctx, tx, id)
		if err != nil {
			return err
		}
		out = &Recordable{File: file, Events: recordable(tx.Book, actor)}
		if out.Choices, err = choices(ctx, tx, file.Parties); err != nil {
			return err
		}
		if out.Choices.Deadlines, err = runningClocks(ctx, tx, id); err != nil {
			return err
		}
		out.Gates, err = docket.Gates(ctx, tx, code, id, uuid.Nil, map[string]any{"case": file.Vars()})
		return err
	})
	return out, err
}

// Revealed is what a reveal shows, once.
type Revealed struct {
	Case                        uuid.UUID
	Name, IDNo, Mobile, Address string
}

// Reveal opens a person's number, mobile and address whole. It needs the permission and a
// reason, and leaves a trace before the content does.
func (r *Reads) Reveal(ctx context.Context, actor staff.Actor, party uuid.UUID, reason string) (Revealed, error) {
	var out Revealed
	if err := actor.Require(rulebook.MayRevealPerson); err != nil {
		return out, err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		form := problem.Form{}
		form.Add("reason", problem.New(problem.Invalid, "person.reveal_reason", "请写明查看完整身份信息的理由，本次查看会记入审计。"))
		return out, form.Err()
	}
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		p, err := tx.PartyByID(ctx, courtdb.PartyByIDParams{Court: tx.Court, ID: party})
		if storage.NoRows(err) {
			return noCase
		}
		if err != nil {
			return err
		}
		if _, err := openCase(ctx, tx, p.CaseID); err != nil {
			return err
		}
		if err := docket.Audit(ctx, tx, docket.Trace{Action: "reveal:person", Object: "party", ID: party, Case: p.CaseID, Reason: reason}); err != nil {
			return err
		}
		out.Case, out.Name = p.CaseID, p.Name
		for _, f := range []struct {
			column string
			sealed []byte
			to     *string
		}{{"id_no", p.IDNo, &out.IDNo}, {"mobile", p.Mobile, &out.Mobile}, {"address", p.Address, &out.Address}} {
			if *f.to, err = open(tx, f.column, party, f.sealed); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// plainNotes reads the opened free text of a matter.
func plainNotes(tx *storage.Tx, id uuid.UUID, sealed []byte) (map[string]any, error) {
	return openWords(tx, "matter.notes:"+id.String(), sealed)
}

func openWords(tx *storage.Tx, name string, sealed []byte) (map[string]any, error) {
	out := map[string]any{}
	if sealed == nil {
		return out, nil
	}
	plain, err := tx.Keys.Open(name, sealed)
	if err != nil {
		return nil, err
	}
	return out, json.Unmarshal(plain, &out)
}
