package casework

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Waiting is a disclosure that waits for a decision (G14).
type Waiting struct {
	ID, Case, Event    uuid.UUID
	Name, To, Person   string
	CaseNumber, Ticket string
	Why, Basis, Clause string
	Since              time.Time
	Facts              []Fact // only what the rule lets out
	Question           string // what an officer asks a tipster
}

// AwaitingRelease lists what the actor may release: the rule's approver, within the actor's scope.
func (r *Reads) AwaitingRelease(ctx context.Context, actor staff.Actor) ([]Waiting, error) {
	if err := actor.Require(rulebook.MayRelease); err != nil {
		return nil, err
	}
	var out []Waiting
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		s := scopeOf(actor)
		rows, err := tx.DeskAwaiting(ctx, courtdb.DeskAwaitingParams{Court: tx.Court, Codes: approvable(tx), Everywhere: s.everywhere, WholeTeam: s.team, Team: s.name, Me: s.me})
		if err != nil {
			return err
		}
		for _, row := range rows {
			w, err := waiting(ctx, tx, row)
			if err != nil {
				return err
			}
			out = append(out, w)
		}
		return nil
	})
	return out, err
}

func waiting(ctx context.Context, tx *storage.Tx, d courtdb.DeskAwaitingRow) (Waiting, error) {
	w := Waiting{ID: d.ID, Event: d.EventID, Case: storage.Deref(d.CaseID), Name: EventName(tx.Book, d.Code), To: audience(tx.Book, d.Code, d.Audience), Person: d.PartyName,
		CaseNumber: d.CaseNumber, Ticket: d.Ticket, Why: d.Why, Basis: d.Basis, Clause: d.Clause, Since: d.DecidedAt}
	if role := enforcement.Role(d.PartyRole).Name(); role != "" {
		w.To = role
	}
	values, err := docket.Facts(tx, d.EventID, d.Body)
	if err != nil {
		return w, err
	}
	w.Facts = facts(whitelisted(tx.Book, d.Code, d.Audience), values, Choices{})
	if id, ok := values["message"].(string); ok && d.Code == "tip_question_asked" {
		w.Question, err = question(ctx, tx, id)
	}
	return w, err
}

// whitelisted are the fields that this audience may learn; nothing else is put before the approver as going out.
func whitelisted(book *rulebook.Book, code, id string) []rulebook.Field {
	rule, ok := book.DisclosureOf(code)
	if !ok {
		return nil
	}
	for _, a := range rule.Audiences {
		if a.ID == id || a.ID == "" && a.To == id {
			return slices.DeleteFunc(fieldsOf(book, code), func(f rulebook.Field) bool { return !slices.Contains(a.Fields, f.ID) })
		}
	}
	return nil
}

func question(ctx context.Context, tx *storage.Tx, raw string) (string, error) {
	id, err := uuid.Parse(raw)
	if err != nil {
		return "", nil
	}
	row, err := tx.TipMessageByID(ctx, courtdb.TipMessageByIDParams{Court: tx.Court, ID: id})
	if storage.NoRows(err) || err == nil && row.Body == nil {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	plain, err := tx.Keys.Open("tip_message.body:"+id.String(), row.Body)
	return string(plain), err
}

// Explained is one clock on its own page.
type Explained struct {
	Due
	CaseNumber   string
	Case, Matter uuid.UUID
	Tip          uuid.UUID
	Length       string // in words
	Started      string // the event that started it
	Note, Source string
	Escalate     string
	WarnAt       time.Time
	Version      int
}

// Deadline explains one clock to whoever may see its case or its matter.
func (r *Reads) Deadline(ctx context.Context, actor staff.Actor, id uuid.UUID) (*Explained, error) {
	var out *Explained
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		d, err := tx.DeadlineByID(ctx, courtdb.DeadlineByIDParams{Court: tx.Court, ID: id})
		if storage.NoRows(err) {
			return noDeadline
		}
		if err != nil {
			return err
		}
		out = &Explained{Due: dueOfRow(tx.Book, d), Case: storage.Deref(d.CaseID), Matter: storage.Deref(d.MatterID), Tip: storage.Deref(d.TipID),
			WarnAt: d.WarnAt, Version: int(d.RuleVersion), Escalate: RoleName(tx.Book, d.EscalateRole)}
		if err := out.visible(ctx, tx); err != nil {
			return err
		}
		return out.rule(ctx, tx, d)
	})
	return out, err
}

func (e *Explained) visible(ctx context.Context, tx *storage.Tx) error {
	if e.Matter != uuid.Nil {
		m, err := openMatter(ctx, tx, e.Matter)
		if err != nil {
			return noDeadline
		}
		e.CaseNumber = m.CaseNumber
		return nil
	}
	if e.Case == uuid.Nil {
		return noDeadline
	}
	file, err := openCase(ctx, tx, e.Case)
	if err != nil {
		return noDeadline
	}
	e.CaseNumber = file.Number
	return nil
}

func (e *Explained) rule(ctx context.Context, tx *storage.Tx, d courtdb.CourtDeadline) error {
	if rule, ok := tx.Book.Deadline(d.Rule); ok {
		e.Length, e.Note, e.Source = rule.Length.String(), rule.Note, rule.Source
	}
	if d.StartedBy == nil {
		return nil
	}
	row, err := tx.DocketByID(ctx, courtdb.DocketByIDParams{Court: tx.Court, ID: *d.StartedBy})
	if err == nil {
		e.Started = EventName(tx.Book, row.Code)
	}
	return err
}

// openCaseOf loads a case for a matter's page; whether the case itself may be opened is asked of the file.
func openCaseOf(ctx context.Context, tx *storage.Tx, id uuid.UUID) (*docket.File, error) {
	return docket.OpenFile(ctx, tx, id)
}

func clock(t time.Time) string { return t.In(calendar.Shanghai).Format("01-02 15:04") }
