package lot

import (
	"context"
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

// Filter narrows the list; Text is a case number in any written variant, or words of the title.
type Filter struct {
	Text, State, Kind string
	Page              int
}

// Line is one lot of the list.
type Line struct {
	courtdb.DeskLotsRow
	KindName, StateName, RoundName string
}

// Lines is a page of the list.
type Lines struct {
	Rows []Line
	More bool
	Work bool // the actor may make lots
}

// perPage is how many lots a page lists.
const perPage = 50

// mayLook: who sees cases, or works on lots.
func mayLook(a staff.Actor) error {
	if a.Can(rulebook.MayViewCase) {
		return nil
	}
	return a.Require(rulebook.MayWorkMatter)
}

// List searches the lots that the actor may see.
func (d *Desk) List(ctx context.Context, actor staff.Actor, f Filter) (*Lines, error) {
	if err := mayLook(actor); err != nil {
		return nil, err
	}
	out := &Lines{}
	err := d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		view := actor.Can(rulebook.MayViewCase)
		out.Work = works(tx.Book, actor)
		if !view && !out.Work {
			return nil
		}
		p := courtdb.DeskLotsParams{Court: tx.Court, Everywhere: !view || actor.Scope == rulebook.ScopeCourt, WholeTeam: actor.Scope == rulebook.ScopeTeam, Team: actor.Team,
			Me: actor.ID, State: f.State, Kind: f.Kind, Skip: int32(max(f.Page-1, 0) * perPage), Most: perPage + 1}
		if text := strings.TrimSpace(f.Text); text != "" {
			if number, err := enforcement.ParseCaseNumber(text, tx.At); err == nil {
				p.Number = number.Case().String()
			} else {
				p.Words = text
			}
		}
		rows, err := tx.DeskLots(ctx, p)
		if err != nil {
			return err
		}
		if out.More = len(rows) > perPage; out.More {
			rows = rows[:perPage]
		}
		out.Rows = make([]Line, len(rows))
		for i, r := range rows {
			out.Rows[i] = Line{r, name(Kinds, r.Kind), name(States, r.State), RoundName(int(r.Round))}
		}
		return nil
	})
	return out, err
}

func name(list []rulebook.Choice, id string) string {
	for _, c := range list {
		if c.ID == id {
			return c.Label
		}
	}
	return id
}

// View is a lot as its page shows it.
type View struct {
	courtdb.CourtLot
	CaseNumber, KindName, StateName string
	SeesCase                        bool
	Seen                            string // goes with forms that change what was seen
	Facts                           []Fact
	Rounds                          []Round
	Current                         *Round
	Persons                         []Person
	Gates                           []Gate // while a round is being prepared
	Questions                       []Question
	Slots                           []Slot
	Pictures                        []courtdb.LotPicturesRow
	Warnings                        []rulebook.LotItem
	May                             map[string]bool // the acts that the actor may do now
	NextBy                          calendar.Date   // by when an unsold lot is to be auctioned again; zero when nothing is due
	NextOver                        bool
	Published                       bool
	Now                             time.Time
}

// Fact is one item of the survey with its answer, if there is one.
type Fact struct {
	Item    rulebook.LotItem
	Known   bool
	Value   string // empty: unknown, said aloud
	Source  string
	On      calendar.Date
	By      string
	Missing bool // required and not answered
}

// Round is one round with its name.
type Round struct {
	courtdb.LotRoundsRow
	Name   string
	Result string
}

// Slot is one viewing time.
type Slot struct {
	courtdb.ViewingSlotsRow
	Over bool
}

// Show opens a lot; the reading is audited.
func (d *Desk) Show(ctx context.Context, actor staff.Actor, id uuid.UUID) (*View, error) {
	if err := mayLook(actor); err != nil {
		return nil, err
	}
	var v *View
	err := d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		s, err := load(ctx, tx, id, false)
		if err != nil {
			return err
		}
		if err := docket.Audit(ctx, tx, docket.Trace{Action: "read:lot", Object: "lot", ID: id, Case: s.CaseID}); err != nil {
			return err
		}
		v = &View{CourtLot: s.CourtLot, CaseNumber: s.file.Number, KindName: name(Kinds, s.Kind), StateName: name(States, s.State), SeesCase: s.file.VisibleTo(actor),
			Seen: s.seen(), Warnings: Warnings(tx.Book, s.Kind), Published: s.published(), Now: tx.At}
		for _, part := range []func(context.Context, *storage.Tx, *subject) error{v.survey, v.rounds, v.preparing, v.visitors} {
			if err := part(ctx, tx, s); err != nil {
				return err
			}
		}
		return v.may(ctx, tx, s)
	})
	return v, err
}

func (v *View) survey(ctx context.Context, tx *storage.Tx, s *subject) error {
	rows, err := tx.LotFacts(ctx, courtdb.LotFactsParams{Court: tx.Court, LotID: s.ID})
	if err != nil {
		return err
	}
	for _, item := range Facts(tx.Book, s.Kind) {
		f := Fact{Item: item, Missing: item.Required}
		for _, r := range rows {
			if r.Fact == item.ID {
				f.Known, f.Missing, f.Value, f.Source, f.On, f.By = true, false, r.Value, r.Source, calendar.DateOf(r.KnownOn), r.ChangedByName
			}
		}
		v.Facts = append(v.Facts, f)
	}
	v.Pictures, err = tx.LotPictures(ctx, courtdb.LotPicturesParams{Court: tx.Court, LotID: s.ID})
	return err
}

// results in words.
var results = map[string]string{Sold: "成交", Unsold: "流拍", Stopped: "暂缓或中止", Withdrawn: "撤回"}

func (v *View) rounds(_ context.Context, tx *storage.Tx, s *subject) error {
	for _, r := range s.rounds {
		round := Round{LotRoundsRow: r, Name: RoundName(int(r.Round))}
		if r.Result != nil {
			round.Result = results[*r.Result]
		}
		v.Rounds = append(v.Rounds, round)
	}
	for i := range v.Rounds {
		if v.Rounds[i].LotRoundsRow.Round == s.Round {
			v.Current = &v.Rounds[i]
		}
	}
	if s.State != Unsold || v.Current == nil || s.Round >= sellOff || v.Current.ResultAt == nil {
		return nil
	}
	f, err := figure(tx, map[int32]string{first: "second_round_within", second: "sell_off_announce_within"}[s.Round])
	if err != nil {
		return err
	}
	v.NextBy = tx.Days.Due(calendar.Rule{Unit: calendar.NaturalDay, N: f.Value}, *v.Current.ResultAt).Day()
	v.NextOver = docket.Today(tx).After(v.NextBy)
	return nil
}

// preparing is what stands between the lot and its notice.
func (v *View) preparing(ctx context.Context, tx *storage.Tx, s *subject) (err error) {
	if s.Round == 0 {
		return nil
	}
	if v.Persons, err = persons(ctx, tx, s); err != nil {
		return err
	}
	if s.State == Draft || s.State == Prenotice || s.State == Approved {
		v.Gates, err = gates(ctx, tx, s)
	}
	return err
}

func (v *View) visitors(ctx context.Context, tx *storage.Tx, s *subject) (err error) {
	if v.Questions, err = questions(ctx, tx, s.ID); err != nil {
		return err
	}
	slots, err := tx.ViewingSlots(ctx, courtdb.ViewingSlotsParams{Court: tx.Court, LotID: s.ID})
	for _, r := range slots {
		v.Slots = append(v.Slots, Slot{r, r.CancelledAt != nil || !r.StartsAt.After(tx.At)})
	}
	return err
}

// may lists the acts that are open to the actor in this state.
func (v *View) may(ctx context.Context, tx *storage.Tx, s *subject) error {
	v.May = map[string]bool{}
	if s.State == Prenotice && tx.Actor.Can(rulebook.MayRelease) {
		err := mayApprove(ctx, tx, s)
		if _, refused := problem.As(err); err != nil && !refused {
			return err
		}
		v.May["approve"] = err == nil
	}
	if !works(tx.Book, tx.Actor) {
		return nil
	}
	open := map[string][]string{
		"edit": {Draft, Prenotice, Approved, Announced, Stopped, Unsold}, "fact": {Draft, Prenotice, Approved, Announced, Stopped, Unsold},
		"picture": {Draft, Prenotice, Approved, Announced, Stopped, Unsold}, "slot": {Draft, Prenotice, Approved, Announced, Stopped, Unsold},
		"plan": {Draft, Prenotice, Approved}, "prenotice": {Draft, Prenotice, Approved}, "note": {Prenotice, Approved}, "announce": {Approved},
		"stop": {Announced}, "sold": {Announced}, "unsold": {Announced}, "resume": {Stopped},
		"withdraw": {Draft, Prenotice, Approved, Announced, Stopped, Unsold}, "question": {Draft, Prenotice, Approved, Announced, Stopped, Unsold, Sold},
	}
	for act, states := range open {
		for _, state := range states {
			v.May[act] = v.May[act] || state == s.State
		}
	}
	v.May["plan"] = v.May["plan"] || s.State == Unsold && s.Round < sellOff
	v.May["prenotice"] = v.May["prenotice"] && v.Current != nil && (s.State == Draft || v.untold())
	if v.Current != nil && s.State == Announced {
		v.May["unsold"] = !tx.At.Before(v.Current.EndsAt)
		end, err := earliestEnd(tx, &v.Current.LotRoundsRow)
		if err != nil {
			return err
		}
		v.May["sold"] = !tx.At.Before(end)
	}
	return nil
}

// untold: somebody has joined the case since.
func (v *View) untold() bool {
	for _, p := range v.Persons {
		if p.Method == "" && !p.Unreachable {
			return true
		}
	}
	return false
}

// CaseFor finds the case that a new lot is made of, by its number, within the actor's scope.
func (d *Desk) CaseFor(ctx context.Context, actor staff.Actor, number string) (id uuid.UUID, err error) {
	if err := actor.Require(rulebook.MayWorkMatter); err != nil {
		return id, err
	}
	err = d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if !works(tx.Book, actor) {
			return notYours
		}
		form := problem.Form{}
		no, err := enforcement.ParseCaseNumber(number, tx.At)
		if p, wrong := problem.As(err); wrong {
			form.Add("case", p)
			return form.Err()
		}
		id, err = tx.CaseByNumber(ctx, courtdb.CaseByNumberParams{Court: tx.Court, Number: no.Case().String()})
		if err != nil && !storage.NoRows(err) {
			return err
		}
		if err == nil {
			file, err := docket.OpenFile(ctx, tx, id)
			if err != nil {
				return err
			}
			if file.VisibleTo(actor) {
				return nil
			}
		}
		form.Add("case", problem.New(problem.Invalid, "lot.no_case", "没有找到这个案件，或者您无权查看，请核对案号。"))
		return form.Err()
	})
	return id, err
}
