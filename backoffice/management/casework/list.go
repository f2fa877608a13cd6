package casework

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Filter narrows the list of cases. Text is a case number in any written variant, a serial
// number, or the whole name of a person of the case.
type Filter struct {
	Text, Stage, Judge string
	Due                string // "", over, week; where a board leads to them: soon, running
	Rule, Team         string // a clock that runs, a team
	Pending            bool   // not closed
	Page               int
}

// Line is one case of the list.
type Line struct {
	ID                uuid.UUID
	Number, Cause     string
	FiledOn           calendar.Date
	Stage, Judge      string
	Debtors, Team     string
	Closure           string
	Applied, Realised enforcement.Money
	Due               *Due
}

// Lines is a page of the list with what its filter may choose from.
type Lines struct {
	Rows   []Line
	More   bool
	Judges []rulebook.Choice
}

// List searches the cases the actor may see.
func (r *Reads) List(ctx context.Context, actor staff.Actor, f Filter) (*Lines, error) {
	if err := actor.Require(rulebook.MayViewCase); err != nil {
		return nil, err
	}
	out := &Lines{}
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		s := scopeOf(actor)
		rows, err := tx.DeskCases(ctx, r.query(tx, s, f))
		if err != nil {
			return err
		}
		if out.More = len(rows) > page; out.More {
			rows = rows[:page]
		}
		out.Rows = make([]Line, len(rows))
		for i, c := range rows {
			out.Rows[i] = line(tx.Book, c)
		}
		judges, err := tx.DeskJudges(ctx, courtdb.DeskJudgesParams{Court: tx.Court, Everywhere: s.everywhere, WholeTeam: s.team, Team: s.name, Me: s.me})
		for _, j := range judges {
			out.Judges = append(out.Judges, rulebook.Choice{ID: j.ID.String(), Label: j.Name})
		}
		return err
	})
	return out, err
}

func (r *Reads) query(tx *storage.Tx, s scope, f Filter) courtdb.DeskCasesParams {
	p := courtdb.DeskCasesParams{Court: tx.Court, Everywhere: s.everywhere, WholeTeam: s.team, Team: s.name, Me: s.me, Stage: f.Stage, Names: [][]byte{}, Rule: f.Rule, OfTeam: f.Team, Pending: f.Pending,
		Skip: skip(f.Page), Most: page + 1}
	if id, err := uuid.Parse(f.Judge); err == nil {
		p.Judge = &id
	}
	switch f.Due {
	case "over":
		p.DueBefore = &tx.At
	case "week":
		end := tx.At.Add(7 * 24 * time.Hour)
		p.DueBefore = &end
	case "soon":
		p.DueFrom, p.Warned, p.Now = &tx.At, true, tx.At
	case "running":
		p.DueFrom = &tx.At
	}
	text := strings.TrimSpace(f.Text)
	if number, err := enforcement.ParseCaseNumber(text, tx.At); err == nil {
		p.Number = number.Case().String()
	} else if serial, err := strconv.ParseInt(strings.TrimSuffix(text, "号"), 10, 32); err == nil && serial > 0 {
		p.Serial = int32(serial)
	} else if text != "" {
		p.Names = tx.Keys.BlindIndexes("party.name", enforcement.NormalizeForIndex(text))
	}
	return p
}

func line(book *rulebook.Book, c courtdb.DeskCasesRow) Line {
	l := Line{ID: c.ID, Number: c.Number, Cause: c.Cause, FiledOn: calendar.DateOf(c.FiledOn), Stage: enforcement.CaseStage(c.Stage).Name(), Judge: c.JudgeName,
		Debtors: c.Debtors, Team: TeamName(book, c.Team), Applied: enforcement.Money(c.AmountApplied), Realised: enforcement.Money(c.AmountRealised)}
	if c.ClosureMode != nil {
		l.Closure = enforcement.ClosureMode(*c.ClosureMode).Name()
	}
	if c.HasDue {
		l.Due = dueOf(c.DeadlineID, c.DeadlineName, c.Clause, c.DueAt, c.Unit)
	}
	return l
}

// TeamName is a team in the court's words.
func TeamName(book *rulebook.Book, id string) string {
	if t, ok := book.Team(id); ok {
		return t.Name
	}
	return id
}

// RoleName is a role of the court in its words.
func RoleName(book *rulebook.Book, id string) string {
	if r, ok := book.Role(id); ok {
		return r.Name
	}
	return id
}
