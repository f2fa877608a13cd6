package disclosure

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

// Desk decides, holds, releases and withdraws. It follows the docket.
type Desk struct {
	store  *storage.Store
	docket *docket.Docket
}

// New makes the follower; the caller hands it to the docket.
func New(store *storage.Store, d *docket.Docket) *Desk { return &Desk{store, d} }

// The states of a decision; the database's CHECK says the same.
const (
	told      = "told"
	held      = "held"
	awaiting  = "awaiting_release"
	withheld  = "withheld"
	refused   = "refused"
	withdrawn = "withdrawn"
)

// Clock: no message follows from a clock here; staff are rung by alerts.
func (d *Desk) Clock(context.Context, *storage.Tx, docket.Ring) error { return nil }

// Follow decides for every person whom the book's rule of this event names, then looks again at
// what this event may have set free.
func (d *Desk) Follow(ctx context.Context, tx *storage.Tx, e *docket.Recorded) error {
	if rule, ok := tx.Book.DisclosureOf(e.Code); ok && rule.On {
		if err := d.takeDown(ctx, tx, rule, e); err != nil {
			return err
		}
		if err := d.decide(ctx, tx, rule, e); err != nil {
			return err
		}
	}
	if e.Code == tipTaken && e.Tip != uuid.Nil {
		if err := refreshTip(ctx, tx, e.Tip); err != nil {
			return err
		}
	}
	if e.Case == uuid.Nil {
		return chat(ctx, tx, e)
	}
	if err := noteService(ctx, tx, e); err != nil {
		return err
	}
	if err := clocks(ctx, tx, e); err != nil {
		return err
	}
	if e.Code == "party_changed" {
		if err := refresh(ctx, tx, e.File, e.Case); err != nil {
			return err
		}
		if err := allClocks(ctx, tx, e.Case, len(e.File.Secrecy) > 0); err != nil {
			return err
		}
		if err := d.closePublic(ctx, tx, e.Case); err != nil {
			return err
		}
	}
	rows, err := tx.HeldOnCase(ctx, courtdb.HeldOnCaseParams{Court: tx.Court, CaseID: e.Case})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.EventID == e.ID {
			continue
		}
		if e.Imported { // history sets free only history: it sends nothing
			ev, err := tx.DocketByID(ctx, courtdb.DocketByIDParams{Court: tx.Court, ID: row.EventID})
			if err != nil {
				return err
			}
			if !ev.Imported {
				continue
			}
		}
		if err := d.again(ctx, tx, row); err != nil {
			return err
		}
	}
	return nil
}

// Sweep looks again at what was held until an instant that has come; it returns how many.
func (d *Desk) Sweep(ctx context.Context, court string) (int, error) {
	n := 0
	err := d.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		rows, err := tx.HeldDue(ctx, courtdb.HeldDueParams{Court: court, Now: tx.At, Most: 200})
		if err != nil {
			return err
		}
		n = len(rows)
		for _, row := range rows {
			if err := d.again(ctx, tx, row); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// person is one recipient: a party in its own right, for a ward or a principal, or the tipster.
type person struct {
	party     *courtdb.CourtParty
	principal *courtdb.CourtParty // whom the rule names; equals party unless represented
	absent    string              // why this person is not told at all
	basis     string
}

func (p person) id() *uuid.UUID {
	if p.party == nil {
		return nil
	}
	return &p.party.ID
}

func (d *Desk) decide(ctx context.Context, tx *storage.Tx, rule *rulebook.Disclosure, e *docket.Recorded) error {
	named := map[uuid.UUID]bool{}
	for i := range rule.Audiences {
		a := &rule.Audiences[i]
		for _, p := range recipients(a, e, tx.At) {
			if p.party != nil {
				named[p.party.ID] = true
			}
			v, err := d.judge(ctx, tx, rule, a, e, p)
			if err != nil {
				return err
			}
			if err := d.write(ctx, tx, rule, a, e, p, v); err != nil {
				return err
			}
		}
	}
	return d.others(ctx, tx, rule, e, named)
}

// others writes down who is not told at all: persons of the case whom no audience names, and the circles of the rule.
func (d *Desk) others(ctx context.Context, tx *storage.Tx, rule *rulebook.Disclosure, e *docket.Recorded, named map[uuid.UUID]bool) error {
	for _, w := range rule.Withheld {
		if w.What != "" || isAudience(rule, w.From) {
			continue // told, but not that; or its reason stands at each person's own decision
		}
		found := false
		if e.File != nil {
			for i := range e.File.Parties {
				p := &e.File.Parties[i]
				if p.Role != w.From || named[p.ID] {
					continue
				}
				found = true
				if err := d.write(ctx, tx, rule, &rulebook.Audience{To: w.From}, e, person{party: p, principal: p}, verdict{state: withheld, why: w.Why, basis: w.Basis}); err != nil {
					return err
				}
			}
		}
		if !found {
			if err := d.write(ctx, tx, rule, &rulebook.Audience{To: w.From}, e, person{}, verdict{state: withheld, why: w.Why, basis: w.Basis}); err != nil {
				return err
			}
		}
	}
	return nil
}

func isAudience(rule *rulebook.Disclosure, who string) bool {
	return slices.ContainsFunc(rule.Audiences, func(a rulebook.Audience) bool { return a.To == who })
}

// recipients are the persons an audience means on this event: agents follow their principal while
// authorised; a minor's guardian is told instead of the minor (G7); who left the case is not (G10).
func recipients(a *rulebook.Audience, e *docket.Recorded, at time.Time) []person {
	if a.To == "tipster" {
		if e.Tip == uuid.Nil {
			return nil
		}
		return []person{{}}
	}
	if a.To == "public" {
		return []person{{}}
	}
	if e.File == nil {
		return nil
	}
	var out []person
	for i := range e.File.Parties {
		p := &e.File.Parties[i]
		if p.Role != a.To || (a.Only && p.ID != e.Party && (e.Party != uuid.Nil || e.Entry.On != "tip")) {
			continue
		}
		self := person{party: p, principal: p}
		switch {
		case p.LeftAt != nil && !p.LeftAt.After(at):
			self.absent, self.basis = "已退出本案", "法释〔2018〕7号第6条"
		case p.MinorUntil != nil && calendar.On(at).Before(calendar.DateOf(*p.MinorUntil)):
			self.absent, self.basis = "未成年人，向其法定代理人告知", "未成年人保护法第103条"
		case p.Unreachable:
			self.absent, self.basis = "下落不明，只以公告方式送达", "法释〔2018〕7号第6条"
		}
		out = append(out, self)
		out = append(out, representatives(e.File, p, at)...)
	}
	return out
}

func representatives(f *docket.File, principal *courtdb.CourtParty, at time.Time) []person {
	var out []person
	for i := range f.Parties {
		r := &f.Parties[i]
		if r.Represents == nil || *r.Represents != principal.ID {
			continue
		}
		p := person{party: r, principal: principal}
		if r.LeftAt != nil && !r.LeftAt.After(at) || r.MandateUntil != nil && !r.MandateUntil.After(at) {
			p.absent, p.basis = "委托或者代理已经终止", "法释〔2018〕7号第6条"
		}
		out = append(out, p)
	}
	return out
}

// verdict is what was decided for one person, with the reason.
type verdict struct {
	state      string
	why, basis string
	notBefore  *time.Time
	releasedBy *uuid.UUID
}

// judge holds one person against the rule: conditions, effect (G2), what must stand before,
// exemption flags (G7), release class (G14).
func (d *Desk) judge(ctx context.Context, tx *storage.Tx, rule *rulebook.Disclosure, a *rulebook.Audience, e *docket.Recorded, p person) (verdict, error) {
	v, err := d.bars(ctx, tx, rule, a, e, p)
	if err != nil || v.state != "" {
		return v, err
	}

	if e.File != nil && len(e.File.Secrecy) > 0 {
		return verdict{state: awaiting, why: "案件带有不公开标记，须经法官决定", basis: "S-4.7.1⑦"}, nil
	}
	if rule.Release == rulebook.ReleaseAuto || rule.Release == rulebook.ReleaseGate {
		return verdict{state: told, why: "规则书规定应当告知", basis: clauseOf(rule)}, nil
	}
	if by, err := approvedLot(ctx, tx, e); err != nil || by != nil {
		return verdict{state: told, why: "公告已由有权决定的人签发", basis: clauseOf(rule), releasedBy: by}, err
	}
	if approves(tx.Actor, rule) {
		return verdict{state: told, why: "承办人登记并决定告知", basis: clauseOf(rule), releasedBy: tx.Actor.Person()}, nil
	}
	return verdict{state: awaiting, why: "须经决定后告知", basis: clauseOf(rule)}, nil
}

// bars are the conditions that stand against telling a person, whoever releases it; the zero verdict: none.
func (d *Desk) bars(ctx context.Context, tx *storage.Tx, rule *rulebook.Disclosure, a *rulebook.Audience, e *docket.Recorded, p person) (verdict, error) {
	if p.absent != "" {
		return verdict{state: withheld, why: p.absent, basis: p.basis}, nil
	}
	if a.To == "public" {
		if why, basis := closed(e, tx.At); why != "" {
			return verdict{state: withheld, why: why, basis: basis}, nil
		}
	}
	ok, err := tx.Book.Holds(a.When, e.Vars)
	if err != nil {
		return verdict{}, err
	}
	if !ok {
		return verdict{state: withheld, why: "不符合规则书规定的告知条件", basis: clauseOf(rule)}, nil
	}
	if a.Effect && e.Effect != nil && e.Effect.After(tx.At) {
		why, basis := reason(rule, a.To, "effect")
		if why == "" {
			why, basis = "措施生效以前不告知", "查封规定第1条"
		}
		return verdict{state: held, why: why, basis: basis, notBefore: e.Effect}, nil
	}
	code, event, err := d.missing(ctx, tx, a, e, p)
	if err != nil {
		return verdict{}, err
	}
	if code != "" {
		why, basis := reason(rule, a.To, code)
		return verdict{state: held, why: "等待登记“" + event + "”。" + why, basis: basis}, nil
	}
	return verdict{}, nil
}

// closed says why nothing of this case, or about this person, is ever public (G7).
func closed(e *docket.Recorded, at time.Time) (why, basis string) {
	if e.File != nil && len(e.File.Secrecy) > 0 {
		return "案件带有不公开标记，不向公众公开", "S-4.7.1⑦"
	}
	if p := concerned(e); p != nil && p.MinorUntil != nil && calendar.On(at).Before(calendar.DateOf(*p.MinorUntil)) {
		return "未成年人的信息不向公众公开", "未成年人保护法第103条"
	}
	return "", ""
}

func approves(a staff.Actor, rule *rulebook.Disclosure) bool {
	return a.Kind == staff.Person && a.Is(rule.Approver) && a.Can(rulebook.MayRelease)
}

func clauseOf(rule *rulebook.Disclosure) string {
	if len(rule.Clauses) == 0 {
		return ""
	}
	return rule.Clauses[0]
}

func reason(rule *rulebook.Disclosure, who, until string) (why, basis string) {
	for _, w := range rule.Withheld {
		if w.From == who && w.Until == until {
			return w.Why, w.Basis
		}
	}
	return "", ""
}

// missing names the first event that must stand on the case before this person may know; if the
// event in question concerns one person, what must stand before must concern the same person, and
// where both name a document, the same document: who was served an earlier ruling knows nothing of this one.
func (d *Desk) missing(ctx context.Context, tx *storage.Tx, a *rulebook.Audience, e *docket.Recorded, p person) (code, name string, err error) {
	if len(a.After) == 0 || e.Case == uuid.Nil {
		return "", "", nil
	}
	rows, err := tx.EventsOnCase(ctx, courtdb.EventsOnCaseParams{Court: tx.Court, CaseID: e.Case})
	if err != nil {
		return "", "", err
	}
	for _, code := range a.After {
		stands := false
		for _, r := range rows {
			if r.Code != code || (r.EffectAt != nil && r.EffectAt.After(tx.At)) || r.PartyID != nil && p.principal != nil && *r.PartyID != p.principal.ID {
				continue
			}
			if stands, err = sameDocument(ctx, tx, e, r.ID); err != nil {
				return "", "", err
			}
			if stands {
				break
			}
		}
		if !stands {
			name := code
			if entry, ok := tx.Book.Event(code); ok {
				name = entry.Name
			}
			return code, name, nil
		}
	}
	return "", "", nil
}

// sameDocument: an event that names no document, or the one this event names.
func sameDocument(ctx context.Context, tx *storage.Tx, e *docket.Recorded, other uuid.UUID) (bool, error) {
	mine, _ := e.Facts["document_no"].(string)
	if mine == "" {
		return true, nil
	}
	row, err := tx.DocketByID(ctx, courtdb.DocketByIDParams{Court: tx.Court, ID: other})
	if err != nil {
		return false, err
	}
	facts, err := docket.Facts(tx, other, row.Body)
	theirs, _ := facts["document_no"].(string)
	return theirs == "" || enforcement.NormalizeForIndex(theirs) == enforcement.NormalizeForIndex(mine), err
}
