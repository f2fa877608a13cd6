package duty

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Room answers what the duty board asks.
type Room struct{ store *storage.Store }

// New makes the room.
func New(store *storage.Store) *Room { return &Room{store} }

// Board is the duty board at one instant.
type Board struct {
	At      time.Time
	Columns []Column
	Done    []Card // closed within a day
	OnDuty  []Shift
	Next    []Shift
	Alerts  []Alert
	Latest  uuid.UUID // the newest alert, from which the stream goes on
}

// Column is one of 新到 · 处理中 · 已移交.
type Column struct {
	ID, Name string
	Cards    []Card
}

// Card is a tip on the board: what it is about stays on the tip's own page, whose reading is audited.
type Card struct {
	Tip, Matter        uuid.UUID
	Ticket, Kind, Step string
	CaseNumber, Holder string
	Team, Result       string
	Urgent             bool
	Received           time.Time
	Closed             *time.Time
	Deadline           uuid.UUID // zero: no clock runs
	Due                time.Time
	Clause             string
	Unit               calendar.Unit // that the clock is counted in
}

// Alert is what rang.
type Alert struct {
	ID       uuid.UUID `json:"id"`
	Text     string    `json:"text"`
	Sound    bool      `json:"sound"`
	Tip      uuid.UUID `json:"-"`
	Case     uuid.UUID `json:"-"`
	RaisedAt time.Time `json:"at"`
}

const (
	doneFor   = 24 * time.Hour
	alertsFor = 12 * time.Hour
)

// Board gathers the board for a person who may see it.
func (r *Room) Board(ctx context.Context, actor staff.Actor) (*Board, error) {
	if err := actor.Require(rulebook.MayViewDuty); err != nil {
		return nil, err
	}
	var b *Board
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		b = &Board{At: tx.At, Columns: []Column{{ID: "new", Name: "新到"}, {ID: "working", Name: "处理中"}, {ID: "handed", Name: "已移交"}}}
		rows, err := tx.DutyBoard(ctx, courtdb.DutyBoardParams{Court: tx.Court, Since: tx.At.Add(-doneFor)})
		if err != nil {
			return err
		}
		for _, row := range rows {
			b.place(tx.Book, row)
		}
		slices.SortStableFunc(b.Done, func(x, y Card) int { return y.Closed.Compare(*x.Closed) })
		if b.OnDuty, b.Next, err = onDuty(ctx, tx); err != nil {
			return err
		}
		return b.alerts(ctx, tx)
	})
	return b, err
}

func (b *Board) place(book *rulebook.Book, row courtdb.DutyBoardRow) {
	c := Card{Tip: row.ID, Matter: row.MatterID, Ticket: row.Ticket, Kind: enforcement.TipKind(row.Kind).Name(), Step: row.Step, CaseNumber: row.CaseNumber,
		Holder: row.HolderName, Team: row.Team, Urgent: row.Urgent, Received: row.ReceivedAt, Closed: row.ClosedAt}
	if t, ok := book.Team(row.Team); ok {
		c.Team = t.Name
	}
	if row.Result != nil {
		c.Result = enforcement.TipResult(*row.Result).Name()
	}
	if row.HasDue {
		c.Deadline, c.Due, c.Clause, c.Unit = row.DeadlineID, row.DueAt, row.Clause, calendar.Unit(row.Unit)
	}
	index := 0
	if p, ok := book.Process(row.Process); ok {
		if s, ok := p.Step(row.Step); ok {
			c.Step = s.Name
		}
		index = column(p, row)
	}
	if row.MatterState != "open" {
		if c.Closed != nil {
			b.Done = append(b.Done, c)
		}
		return
	}
	b.Columns[index].Cards = append(b.Columns[index].Cards, c)
}

// column: handed over from the step that asks another team for its receipt; new while nobody holds the first step.
func column(p *rulebook.Process, row courtdb.DutyBoardRow) int {
	at := slices.IndexFunc(p.Steps, func(s rulebook.Step) bool { return s.ID == row.Step })
	over := slices.IndexFunc(p.Steps, func(s rulebook.Step) bool { return s.Receipt != "" })
	switch {
	case row.Awaiting != "" || over >= 0 && at > over:
		return 2
	case at <= 0 && row.Holder == nil:
		return 0
	}
	return 1
}

// rings are the roles whose alerts the actor hears: the own ones, and in the duty room all of the duty's.
func rings(book *rulebook.Book, a staff.Actor) []string {
	roles := slices.Clone(a.Roles)
	if a.Can(rulebook.MayViewDuty) {
		roles = append(roles, Roles(book)...)
	}
	return roles
}

func (b *Board) alerts(ctx context.Context, tx *storage.Tx) error {
	rows, err := tx.DutyAlerts(ctx, courtdb.DutyAlertsParams{Court: tx.Court, Since: tx.At.Add(-alertsFor), Me: tx.Actor.ID, Roles: rings(tx.Book, tx.Actor), Most: 12})
	if err != nil {
		return err
	}
	for _, row := range rows {
		b.Alerts = append(b.Alerts, alert(row))
	}
	latest, err := tx.LatestAlert(ctx, tx.Court)
	if storage.NoRows(err) {
		return nil
	}
	b.Latest = latest
	return err
}

func alert(row courtdb.CourtAlert) Alert {
	return Alert{ID: row.ID, Text: row.Text, Sound: row.Sound, Tip: storage.Deref(row.TipID), Case: storage.Deref(row.CaseID), RaisedAt: row.RaisedAt}
}

// AlertsAfter is what rang for the actor after the alert with this id.
func (r *Room) AlertsAfter(ctx context.Context, actor staff.Actor, last uuid.UUID) ([]Alert, error) {
	if err := actor.Require(rulebook.MayViewDuty); err != nil {
		return nil, err
	}
	var out []Alert
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		rows, err := tx.DutyAlertsAfter(ctx, courtdb.DutyAlertsAfterParams{Court: tx.Court, After: last, Me: actor.ID, Roles: rings(tx.Book, actor)})
		out = make([]Alert, len(rows))
		for i, row := range rows {
			out[i] = alert(row)
		}
		return err
	})
	return out, err
}
