package disclosure

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/rulebook"
	"mingzhi/notify/message"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// write keeps the decision and, when the person is told, what the person is told.
func (d *Desk) write(ctx context.Context, tx *storage.Tx, rule *rulebook.Disclosure, a *rulebook.Audience, e *docket.Recorded, p person, v verdict) error {
	row := courtdb.InsertDisclosureParams{Court: tx.Court, ID: storage.NewID(), EventID: e.ID, Code: e.Code, CaseID: storage.Ref(e.Case), TipID: storage.Ref(e.Tip),
		Audience: name(a), PartyID: p.id(), State: v.state, Why: v.why, Basis: v.basis, Clause: clauseOf(rule), Channels: []string{}, NotBefore: v.notBefore,
		DecidedAt: tx.At, RuleVersion: int32(tx.Version), ReleasedBy: v.releasedBy, Service: unserved}
	if a.To == "tipster" || e.Entry.On == "tip" && v.state == withheld {
		row.CaseID = nil // stands at the tip: the case's page must not lead to it
	}
	if v.state == told {
		t, err := d.tell(ctx, tx, rule, a, e, p, row.ID)
		if err != nil {
			return err
		}
		row.Channels, row.ItemID, row.MessageID, row.ToldAt = t.channels, t.item, t.message, &tx.At
		row.Service, row.ServiceEvent = t.service, t.serviceEvent
	}
	n, err := tx.InsertDisclosure(ctx, row)
	if err != nil || n == 0 {
		return err
	}
	if a.To == "tipster" && v.state == told && e.Code != tipReceived {
		return refreshTip(ctx, tx, e.Tip)
	}
	return nil
}

// name tells two audiences of the same circle apart.
func name(a *rulebook.Audience) string {
	if a.ID != "" {
		return a.ID
	}
	return a.To
}

// telling is how a person was told.
type telling struct {
	channels []string
	item     *uuid.UUID
	message  *uuid.UUID

	service      string // of the document behind it: none, pending, recorded
	serviceEvent *uuid.UUID
}

func (d *Desk) tell(ctx context.Context, tx *storage.Tx, rule *rulebook.Disclosure, a *rulebook.Audience, e *docket.Recorded, p person, id uuid.UUID) (telling, error) {
	t := telling{service: unserved}
	if err := t.serve(ctx, tx, e, p); err != nil {
		return t, err
	}
	if a.To == "public" {
		return t, t.public(ctx, tx, rule, a, e, id)
	}
	params := parameters(tx, a, e, p)
	if p.party != nil && slices.Contains(a.Channels, "portal") {
		if err := t.putItem(ctx, tx, rule, a, e, p, params, id); err != nil {
			return t, err
		}
		if err := recording(ctx, tx, e, p, id); err != nil {
			return t, err
		}
		t.item = &id
		t.channels = append(t.channels, "portal")
	}
	if p.party == nil && slices.Contains(a.Channels, "portal") {
		t.channels = append(t.channels, "portal")
	}
	push := slices.DeleteFunc(slices.Clone(a.Channels), func(ch string) bool { return ch != "sms" && ch != "wechat" })
	if e.Imported || a.Template == "" || len(push) == 0 {
		return t, nil
	}
	address, err := mobile(ctx, tx, e, p)
	if err != nil {
		return t, err
	}
	subject, link, reachable := e.Tip, "/receipt", address != ""
	if p.party != nil {
		subject, link = p.party.ID, "/case"
	} else if !reachable { // a tip sent over WeChat is answered there
		if reachable, err = overWeChat(ctx, tx, e.Tip); err != nil {
			return t, err
		}
	}
	if !reachable {
		return t, nil
	}
	msg, err := message.Queue(ctx, tx, message.Message{Channels: push, Address: address, Subject: subject, Link: link, Template: a.Template, Params: params,
		Clause: clauseOf(rule), Urgent: a.Urgent})
	if err != nil {
		return t, err
	}
	t.message = &msg
	t.channels = append(t.channels, push...)
	return t, nil
}

func (t *telling) putItem(ctx context.Context, tx *storage.Tx, rule *rulebook.Disclosure, a *rulebook.Audience, e *docket.Recorded, p person, params map[string]string, id uuid.UUID) error {
	body := exchange.Item{Role: p.party.Role, Secret: a.Secret}
	if e.Facts["document_no"] != nil && t.service == pending {
		body.Service = pending
	}
	for _, f := range a.Fields {
		if v := params[f]; v != "" {
			body.Fields = append(body.Fields, exchange.Shown{ID: f, Label: label(e.Entry, f), Value: v, Raw: raw(e, f)})
		}
	}
	for _, r := range a.Remedy {
		if remedy, ok := tx.Book.Remedy(r); ok {
			body.Remedies = append(body.Remedies, remedy.Text)
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if err := view(ctx, tx, e.File, p, e.Case); err != nil {
		return err
	}
	return tx.UpsertItem(ctx, courtdb.UpsertItemParams{Court: tx.Court, ID: id, Viewer: p.party.ID, CaseID: e.Case, Code: e.Code,
		Title: rulebook.Expand(a.Title, params), Body: text, Clause: clauseOf(rule), At: at(e)})
}

// raw is a fact a page reckons with: a date, an amount in fen.
func raw(e *docket.Recorded, id string) string {
	f := field(e.Entry, id)
	if f == nil || f.Type != "date" && f.Type != "money" && f.Type != "choice" {
		return ""
	}
	if v, ok := e.Facts[id]; ok {
		return fmt.Sprint(v)
	}
	return ""
}

// overWeChat reports that a tip came in over WeChat, where its sender can be answered.
func overWeChat(ctx context.Context, tx *storage.Tx, tip uuid.UUID) (bool, error) {
	if tip == uuid.Nil {
		return false, nil
	}
	row, err := tx.TipByID(ctx, courtdb.TipByIDParams{Court: tx.Court, ID: tip})
	if err != nil || row.Content == nil {
		return false, err
	}
	plain, err := tx.Keys.Open("tip.content:"+tip.String(), row.Content)
	if err != nil {
		return false, err
	}
	var content struct {
		Channel string `json:"channel"`
	}
	return json.Unmarshal(plain, &content) == nil && content.Channel == "wechat", nil
}

// at is the instant shown outside: that of the effect when there is one.
func at(e *docket.Recorded) time.Time {
	if e.Effect != nil {
		return *e.Effect
	}
	return e.Occurred
}

// mobile is where a person's SMS goes; empty when the person left none. A tipster's number lies
// in the identity store, and reading it is audited (G8).
func mobile(ctx context.Context, tx *storage.Tx, e *docket.Recorded, p person) (string, error) {
	if p.party != nil {
		if p.party.Mobile == nil {
			return "", nil
		}
		plain, err := tx.Keys.Open("party.mobile:"+p.party.ID.String(), p.party.Mobile)
		return string(plain), err
	}
	sealed, err := tx.TipIdentity(ctx, courtdb.TipIdentityParams{Court: tx.Court, TipID: e.Tip})
	if storage.NoRows(err) || sealed == nil {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	plain, err := tx.Keys.Open("tip_identity.body:"+e.Tip.String(), sealed)
	if err != nil {
		return "", err
	}
	var contact struct {
		Mobile string `json:"mobile"`
	}
	if err := json.Unmarshal(plain, &contact); err != nil || contact.Mobile == "" {
		return "", err
	}
	return contact.Mobile, docket.Audit(ctx, tx, docket.Trace{Action: "open_tip_identity", Object: "tip", ID: e.Tip, Reason: "发送" + e.Code + "通知"})
}
