package casework

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Reach is how far an actor sees, as statements over cases and matters want it.
type Reach struct {
	Everywhere, WholeTeam bool
	Team                  string
	Me                    uuid.UUID
	Cases                 bool // cases at all
	Tips                  bool // matters about a tip beyond his own and his team's
}

// ReachOf is the actor's reach.
func ReachOf(a staff.Actor) Reach {
	return Reach{Everywhere: a.Scope == rulebook.ScopeCourt, WholeTeam: a.Scope == rulebook.ScopeTeam, Team: a.Team, Me: a.ID,
		Cases: a.Can(rulebook.MayViewCase), Tips: a.Can(rulebook.MayTakeTip)}
}

// Sees reports whether an actor may see the runs of a process beyond those he opened or holds: where the book names who may (view),
// they and whoever does one of its steps; else everybody who works on matters.
func Sees(a staff.Actor, p *rulebook.Process) bool {
	return a.Can(rulebook.MayWorkMatter) && (len(p.View) == 0 || a.Is(p.View...) || TakesPart(a, p))
}

// TakesPart reports whether a step of the process is the actor's to do or to receive.
func TakesPart(a staff.Actor, p *rulebook.Process) bool {
	for _, s := range p.Steps {
		if a.Is(s.By...) || s.Receipt != "" && a.Is(s.Receipt) {
			return true
		}
	}
	return false
}

// Hidden are the processes whose runs the actor may not see, not even as a number.
func Hidden(book *rulebook.Book, a staff.Actor) []string {
	out := []string{}
	for i := range book.Processes {
		if p := &book.Processes[i]; !Sees(a, p) {
			out = append(out, p.ID)
		}
	}
	return out
}

// Values are what a run of a process holds: the declared values and the opened free text, whole numbers as int64.
func Values(tx *storage.Tx, id uuid.UUID, form, notes []byte) (map[string]any, error) {
	values, err := plainNotes(tx, id, notes)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(form, &values); err != nil {
		return nil, err
	}
	for k, v := range values {
		if n, ok := v.(float64); ok {
			values[k] = int64(n)
		}
	}
	return values, nil
}

// FactsOf are the values of these fields, ids of persons, staff and teams already names.
func FactsOf(fields []rulebook.Field, values map[string]any, names Choices) []Fact {
	return facts(fields, values, names)
}

// Named are the choices that put ids of staff and teams into words.
func Named(ctx context.Context, tx *storage.Tx) (Choices, error) { return choices(ctx, tx, nil) }

// Running is a clock that runs.
func Running(id uuid.UUID, name, clause string, at time.Time, unit string) *Due {
	return dueOf(id, name, clause, at, unit)
}

// CasesMeant are the cases that a typed text points to: a case number in any writing, whoever may see the case; of those that the actor
// sees, the serial of a number, or a person whose name it is or begins with. The newest come first.
func CasesMeant(ctx context.Context, tx *storage.Tx, text string) ([]uuid.UUID, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return []uuid.UUID{}, nil
	}
	at := ReachOf(tx.Actor)
	p := courtdb.CasesByTextParams{Court: tx.Court, Names: [][]byte{}, Everywhere: at.Everywhere, WholeTeam: at.WholeTeam, Team: at.Team, Me: at.Me}
	if number, err := enforcement.ParseCaseNumber(text, tx.At); err == nil {
		p.Number = number.Case().String()
	} else if serial, err := strconv.ParseInt(strings.TrimSuffix(text, "号"), 10, 32); err == nil && serial > 0 {
		p.Serial = int32(serial)
	} else {
		p.Names = tx.Keys.BlindIndexes("party.name", enforcement.NormalizeForIndex(text))
		p.Name, p.NameEnd = Begins(text)
	}
	return tx.CasesByText(ctx, p)
}

// TipsMeant are the tips whose number begins with a typed text, of those that the actor may open; the newest first.
func TipsMeant(ctx context.Context, tx *storage.Tx, text string, most int) ([]courtdb.FindTipsRow, error) {
	first, last, ok := enforcement.TicketsBegun(text)
	if !ok || !tx.Actor.Can(rulebook.MayTakeTip) && !tx.Actor.Can(rulebook.MayWorkMatter) {
		return nil, nil
	}
	p := courtdb.FindTipsParams{Court: tx.Court, First: string(first), Last: string(last), Everyones: tx.Actor.Can(rulebook.MayTakeTip), Me: tx.Actor.ID, Team: tx.Actor.Team,
		Sees: []string{}, Most: int32(most)}
	for i := range tx.Book.Processes {
		if one := &tx.Book.Processes[i]; Sees(tx.Actor, one) {
			p.Sees = append(p.Sees, one.ID)
		}
	}
	return tx.FindTips(ctx, p)
}

// Begins is the range of texts that begin with this one.
func Begins(text string) (from, until string) { return text, text + "\U0010FFFF" }
