package casework

import (
	"context"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Matter is a matter as its page shows it.
type Matter struct {
	*matter.View
	CaseNumber, Ticket   string
	HolderName, TeamName string
	AwaitingName         string
	Clocks               []Due
	Choices              Choices
	CaseVisible          bool
	Files                []courtdb.CourtApplicationFile // that came with an application
	PartyName            string                         // whose application it is
}

// OnTip reports that the matter is the tip's own process and stands on the tip's page.
func (m *Matter) OnTip(book *rulebook.Book) bool {
	return onTip(book, m.CourtMatter.TipID, m.CourtMatter.Process)
}

func onTip(book *rulebook.Book, tip *uuid.UUID, process string) bool {
	return tip != nil && process == book.Court.Tip.Process
}

// Matter opens a matter within the actor's scope.
func (r *Reads) Matter(ctx context.Context, actor staff.Actor, id uuid.UUID) (*Matter, error) {
	if err := actor.Require(rulebook.MayWorkMatter); err != nil {
		return nil, err
	}
	var m *Matter
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) (err error) {
		m, err = openMatter(ctx, tx, id)
		return err
	})
	return m, err
}

func openMatter(ctx context.Context, tx *storage.Tx, id uuid.UUID) (*Matter, error) {
	v, err := matter.Show(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	m := &Matter{View: v, TeamName: TeamName(tx.Book, v.Team), AwaitingName: RoleName(tx.Book, v.Awaiting)}
	parties := []courtdb.CourtParty{}
	if v.CaseID != nil {
		file, err := openCaseOf(ctx, tx, *v.CaseID)
		if err != nil {
			return nil, err
		}
		m.CaseNumber, parties, m.CaseVisible = file.Number, file.Parties, file.VisibleTo(tx.Actor)
	}
	if !matterVisible(tx, v.CourtMatter, m.CaseVisible) {
		return nil, noMatter
	}
	if v.TipID != nil {
		tip, err := tx.TipByID(ctx, courtdb.TipByIDParams{Court: tx.Court, ID: *v.TipID})
		if err != nil {
			return nil, err
		}
		m.Ticket = tip.Ticket
	}
	if m.Choices, err = choices(ctx, tx, parties); err != nil {
		return nil, err
	}
	m.Choices.Open, m.Choices.Before = m.View.Open, v.Values
	if v.CaseID != nil {
		if m.Choices.Deadlines, err = runningClocks(ctx, tx, *v.CaseID); err != nil {
			return nil, err
		}
	}
	if err := m.sent(ctx, tx, parties); err != nil {
		return nil, err
	}
	if v.Holder != nil {
		row, err := tx.StaffByID(ctx, courtdb.StaffByIDParams{Court: tx.Court, ID: *v.Holder})
		if err != nil {
			return nil, err
		}
		m.HolderName = row.Name
	}
	for _, d := range v.Deadlines {
		m.Clocks = append(m.Clocks, dueOfRow(tx.Book, d))
	}
	return m, nil
}

// runningClocks are the deadlines of a case that may be given more time.
func runningClocks(ctx context.Context, tx *storage.Tx, id uuid.UUID) ([]rulebook.Choice, error) {
	rows, err := tx.OpenDeadlinesOfCase(ctx, courtdb.OpenDeadlinesOfCaseParams{Court: tx.Court, CaseID: id})
	var out []rulebook.Choice
	for _, r := range rows {
		out = append(out, rulebook.Choice{ID: r.ID.String(), Label: r.Name + "（" + r.Clause + "，" + calendar.On(r.DueAt).String() + " 届满）"})
	}
	return out, err
}

// CaseNumbered finds a case by its number, written any way, within the actor's scope.
func (r *Reads) CaseNumbered(ctx context.Context, actor staff.Actor, raw string) (id uuid.UUID, err error) {
	err = r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		number, err := enforcement.ParseCaseNumber(raw, tx.At)
		if err != nil {
			return err
		}
		unknown := problem.New(problem.Invalid, "case.unknown_number", "本院没有案号为{number}的执行案件，请核对。", "number", number.String())
		id, err = tx.CaseByNumber(ctx, courtdb.CaseByNumberParams{Court: tx.Court, Number: number.String()})
		if storage.NoRows(err) {
			return unknown
		}
		if err != nil {
			return err
		}
		if _, err := openCase(ctx, tx, id); err != nil {
			return unknown
		}
		return nil
	})
	return id, err
}

// See refuses somebody who may not see a matter; it is what acts beside the steps ask.
func (r *Reads) See(ctx context.Context, tx *storage.Tx, id uuid.UUID) error {
	_, err := openMatter(ctx, tx, id)
	return err
}

// Opening is what the page that opens a process needs.
type Opening struct {
	*matter.Opening
	File    *docket.File // of the case, when one is named
	Choices Choices
}

// Opening prepares the form that opens a process about something.
func (r *Reads) Opening(ctx context.Context, actor staff.Actor, process string, about matter.About) (*Opening, error) {
	if err := actor.Require(rulebook.MayWorkMatter); err != nil {
		return nil, err
	}
	out := &Opening{}
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) (err error) {
		var parties []courtdb.CourtParty
		if about.Case != uuid.Nil {
			if out.File, err = openCase(ctx, tx, about.Case); err != nil {
				return err
			}
			parties = out.File.Parties
		}
		if out.Opening, err = matter.Prepare(ctx, tx, process, about); err != nil {
			return err
		}
		if out.Choices, err = choices(ctx, tx, parties); err != nil {
			return err
		}
		out.Choices.Open = out.Opening.Open
		if about.Case != uuid.Nil {
			out.Choices.Deadlines, err = runningClocks(ctx, tx, about.Case)
		}
		return err
	})
	return out, err
}

// sent adds what came with an application, and the recordings that may be chosen.
func (m *Matter) sent(ctx context.Context, tx *storage.Tx, parties []courtdb.CourtParty) (err error) {
	for _, p := range parties {
		if m.PartyID != nil && p.ID == *m.PartyID {
			m.PartyName = p.Name
		}
	}
	if m.CaseID != nil {
		rows, err := tx.RecordingsOfCase(ctx, courtdb.RecordingsOfCaseParams{Court: tx.Court, CaseID: *m.CaseID})
		if err != nil {
			return err
		}
		for _, r := range rows {
			m.Choices.Recordings = append(m.Choices.Recordings, rulebook.Choice{ID: r.ID.String(), Label: r.Title + "（" + clock(r.TakenAt) + "）"})
		}
	}
	m.Files, err = tx.ApplicationFiles(ctx, courtdb.ApplicationFilesParams{Court: tx.Court, MatterID: m.ID})
	return err
}

// File opens a file that came with an application; the opening is audited.
func (r *Reads) File(ctx context.Context, actor staff.Actor, matter, id uuid.UUID) (courtdb.CourtApplicationFile, []byte, error) {
	var f courtdb.CourtApplicationFile
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		m, err := openMatter(ctx, tx, matter)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(m.Files, func(x courtdb.CourtApplicationFile) bool { return x.ID == id })
		if i < 0 {
			return noMatter
		}
		f = m.Files[i]
		return docket.Audit(ctx, tx, docket.Trace{Action: "read:application_file", Object: "file", ID: id, Case: storage.Deref(m.CaseID)})
	})
	if err != nil {
		return f, nil, err
	}
	content, err := r.store.Files.Get(ctx, f.StoreKey)
	if err != nil {
		return f, nil, err
	}
	defer content.Close()
	sealed, err := io.ReadAll(content)
	if err != nil {
		return f, nil, err
	}
	plain, err := r.store.Keys.Open("court_file:"+f.StoreKey, sealed)
	if f.Mime == "text/plain" { // a browser that is not told takes it for Latin
		f.Mime = map[bool]string{true: "text/plain; charset=utf-8", false: "text/plain; charset=gb18030"}[utf8.Valid(plain)]
	}
	return f, plain, err
}

// matterVisible: who opened or holds it; of a process that names who sees it (view) only those and who does its steps. Of them whose
// team has it, whose step it is; besides, for a tip the duty room, for anything else whoever sees the case or the whole court.
func matterVisible(tx *storage.Tx, m courtdb.CourtMatter, caseVisible bool) bool {
	a := tx.Actor
	if !a.Can(rulebook.MayWorkMatter) {
		return false
	}
	if storage.Deref(m.Holder) == a.ID || storage.Deref(m.OpenedBy) == a.ID {
		return true
	}
	if p, ok := tx.Book.Process(m.Process); ok && !Sees(a, p) {
		return false
	}
	if m.Team != "" && m.Team == a.Team {
		return true
	}
	if m.TipID != nil {
		return a.Can(rulebook.MayTakeTip) || mayStep(tx.Book, a, m) // whoever is to do the step
	}
	return caseVisible && a.Can(rulebook.MayViewCase) || a.Scope == rulebook.ScopeCourt || mayStep(tx.Book, a, m)
}

func mayStep(book *rulebook.Book, a staff.Actor, m courtdb.CourtMatter) bool {
	if m.Team != "" && m.Team != a.Team {
		return false
	}
	if m.Awaiting != "" {
		return a.Is(m.Awaiting)
	}
	p, ok := book.Process(m.Process)
	if !ok {
		return false
	}
	s, ok := p.Step(m.Step)
	return ok && a.Is(s.By...)
}

// Beside is what a tip's page shows beside the tip itself.
type Beside struct {
	Matter     *Matter
	Told       []Told
	Timeline   []Entry
	Candidates []Candidate // cases the tip may be about, while none is decided
}

// BesideTip reads a tip's matter and who was told, in the transaction that opened the tip.
func BesideTip(ctx context.Context, tx *storage.Tx, tip uuid.UUID) (*Beside, error) {
	out := &Beside{}
	row, err := tx.MatterOfTip(ctx, courtdb.MatterOfTipParams{Court: tx.Court, TipID: tip})
	switch {
	case storage.NoRows(err):
	case err != nil:
		return nil, err
	default:
		if out.Matter, err = openMatter(ctx, tx, row.ID); err != nil {
			return nil, err
		}
	}
	told, err := tx.DisclosuresOfTip(ctx, courtdb.DisclosuresOfTipParams{Court: tx.Court, TipID: tip})
	if err != nil {
		return nil, err
	}
	for _, d := range told {
		out.Told = append(out.Told, toldOfTip(tx, d))
	}
	rows, err := tx.DocketOfTip(ctx, courtdb.DocketOfTipParams{Court: tx.Court, TipID: tip})
	if err != nil {
		return nil, err
	}
	var names Choices
	if out.Matter != nil {
		names = out.Matter.Choices
	}
	for _, d := range rows {
		e, err := entry(tx, courtdb.DocketByIDRow(d), names, true)
		if err != nil {
			return nil, err
		}
		out.Timeline = append(out.Timeline, e)
	}
	return out, nil
}
