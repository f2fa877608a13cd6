package notify

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/rulebook"
	"mingzhi/notify/message"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Alerts rings staff. Which event or clock rings at which role, over which channel, is the book's.
type Alerts struct{}

// about is what an alert is about, for its words and links.
type about struct {
	name, ticket, number string
	caseID, matter, tip  uuid.UUID
	team                 string
	owner                *uuid.UUID
	vars                 map[string]any
}

// Follow rings for an event.
func (Alerts) Follow(ctx context.Context, tx *storage.Tx, e *docket.Recorded) error {
	rules := tx.Book.AlertsOn(e.Code)
	if e.Imported || len(rules) == 0 {
		return nil
	}
	what := about{name: e.Entry.Name, caseID: e.Case, matter: e.Matter, tip: e.Tip, vars: e.Vars}
	if e.File != nil {
		what.number, what.team = e.File.Number, e.File.Team
	}
	what.ticket, _ = e.Vars["tip"].(map[string]any)["ticket"].(string)
	return ringAll(ctx, tx, rules, what)
}

// Clock rings for a clock: the book's alerts, and on overdue whoever the clock escalates to.
func (Alerts) Clock(ctx context.Context, tx *storage.Tx, r docket.Ring) error {
	d := r.Deadline
	what := about{name: d.Name, caseID: storage.Deref(d.CaseID), matter: storage.Deref(d.MatterID), tip: storage.Deref(d.TipID), team: d.Team, owner: d.Owner}
	tip := map[string]any{}
	if what.tip != uuid.Nil {
		row, err := tx.TipByID(ctx, courtdb.TipByIDParams{Court: tx.Court, ID: what.tip})
		if err != nil {
			return err
		}
		what.ticket, tip["ticket"], tip["urgent"] = row.Ticket, row.Ticket, row.Urgent
	}
	file := map[string]any{}
	if what.caseID != uuid.Nil {
		row, err := tx.CaseByID(ctx, courtdb.CaseByIDParams{Court: tx.Court, ID: what.caseID})
		if err != nil {
			return err
		}
		what.number, file["stage"], file["type"] = row.Number, row.Stage, row.Type
	}
	what.vars = map[string]any{"event": map[string]any{}, "case": file, "tip": tip, "form": map[string]any{}}
	rules := tx.Book.AlertsOn(r.On())
	if err := ringAll(ctx, tx, rules, what); err != nil || !r.Overdue || d.EscalateRole == "" {
		return err
	}
	if slices.ContainsFunc(rules, func(a rulebook.Alert) bool { return a.To == d.EscalateRole }) {
		return nil
	}
	escalation := rulebook.Alert{To: d.EscalateRole, Channels: []string{"desk"}}
	escalation.ID, escalation.Name = r.On(), "超期："+d.Name
	return ring(ctx, tx, escalation, what)
}

func ringAll(ctx context.Context, tx *storage.Tx, rules []rulebook.Alert, what about) error {
	for _, a := range rules {
		ok, err := tx.Book.Holds(a.When, what.vars)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := ring(ctx, tx, a, what); err != nil {
			return err
		}
	}
	return nil
}

func ring(ctx context.Context, tx *storage.Tx, a rulebook.Alert, what about) error {
	words := a.Name
	for _, part := range []string{what.ticket, what.number} {
		if part != "" {
			words += " " + part
		}
	}
	err := tx.InsertAlert(ctx, courtdb.InsertAlertParams{Court: tx.Court, ID: storage.NewID(), Rule: a.ID, Role: a.To, Text: words, Sound: a.Sound,
		CaseID: storage.Ref(what.caseID), MatterID: storage.Ref(what.matter), TipID: storage.Ref(what.tip), RaisedAt: tx.At})
	if err != nil || a.Template == "" || !slices.Contains(a.Channels, "sms") {
		return err
	}
	mobiles, err := reach(ctx, tx, a.To)
	if err != nil {
		return err
	}
	for _, mobile := range mobiles {
		_, err := message.Queue(ctx, tx, message.Message{Channels: []string{"sms"}, Address: mobile, Template: a.Template, Urgent: true, Staff: true,
			Params: map[string]string{"ticket": what.ticket, "case_no": what.number, "name": what.name, "date": calendar.On(tx.At).String()}})
		if err != nil {
			return err
		}
	}
	return nil
}

// reach are the mobiles behind a role: whoever is on the roster in it now, or, when nobody is,
// everybody who holds it: an urgent sighting is never rung at an empty chair.
func reach(ctx context.Context, tx *storage.Tx, role string) ([]string, error) {
	duty, err := tx.OnDuty(ctx, courtdb.OnDutyParams{Court: tx.Court, At: tx.At})
	if err != nil {
		return nil, err
	}
	var out []string
	add := func(id uuid.UUID, sealed []byte) error {
		if sealed == nil {
			return nil
		}
		plain, err := tx.Keys.Open("staff.mobile:"+id.String(), sealed)
		if err == nil && !slices.Contains(out, string(plain)) {
			out = append(out, string(plain))
		}
		return err
	}
	for _, d := range duty {
		if d.Role == role {
			if err := add(d.Staff, d.Mobile); err != nil {
				return nil, err
			}
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	holders, err := tx.StaffWithRole(ctx, courtdb.StaffWithRoleParams{Court: tx.Court, Role: role})
	if err != nil {
		return nil, err
	}
	for _, h := range holders {
		if err := add(h.ID, h.Mobile); err != nil {
			return nil, err
		}
	}
	return out, nil
}
