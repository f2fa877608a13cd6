package search

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/management/board"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Desk searches.
type Desk struct{ store *storage.Store }

// New makes the desk.
func New(store *storage.Store) *Desk { return &Desk{store} }

// most hits of one kind are shown; more are looked for in the list of that kind.
const most = 10

// longest text that is searched for, in characters.
const longest = 60

// Hit is one thing found: where it opens, what it is called, and a line about it.
type Hit struct {
	Path, Title, About string
	Tags               []string
}

// Group is the hits of one kind; More leads to all of them.
type Group struct {
	Name string
	Hits []Hit
	More string // address of the whole list; empty where these are all
}

// Found is what a text means to a reader.
type Found struct {
	Text   string
	Groups []Group
	Exact  string // where the one thing opens that the text names exactly
}

// Find looks for a typed text in everything that the actor may see.
func (d *Desk) Find(ctx context.Context, actor staff.Actor, text string) (*Found, error) {
	text = strings.TrimSpace(text)
	if n := []rune(text); len(n) > longest {
		text = string(n[:longest])
	}
	out := &Found{Text: text}
	if text == "" {
		return out, nil
	}
	err := d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		s := searcher{tx: tx, reach: casework.ReachOf(actor), text: text, out: out}
		cases, err := casework.CasesMeant(ctx, tx, text)
		if err != nil {
			return err
		}
		for _, find := range []func(context.Context, []uuid.UUID) error{s.cases, s.matters, s.tips, s.lots} {
			if err := find(ctx, cases); err != nil {
				return err
			}
		}
		s.pages()
		s.clauses()
		return nil
	})
	return out, err
}

type searcher struct {
	tx    *storage.Tx
	reach casework.Reach
	text  string
	out   *Found
}

func (s searcher) group(name, more string, hits []Hit) {
	if len(hits) > most {
		hits = hits[:most]
	} else {
		more = ""
	}
	if len(hits) > 0 {
		s.out.Groups = append(s.out.Groups, Group{name, hits, more})
	}
}

func (s searcher) cases(ctx context.Context, ids []uuid.UUID) error {
	if !s.reach.Cases || len(ids) == 0 {
		return nil
	}
	rows, err := s.tx.FindCases(ctx, courtdb.FindCasesParams{Court: s.tx.Court, Ids: ids, Everywhere: s.reach.Everywhere, WholeTeam: s.reach.WholeTeam, Team: s.reach.Team, Me: s.reach.Me, Most: most + 1})
	if err != nil {
		return err
	}
	var hits []Hit
	for _, c := range rows {
		h := Hit{Path: "/cases/" + c.ID.String(), Title: c.Number, About: join(c.Debtors, c.Cause, c.JudgeName), Tags: []string{enforcement.CaseStage(c.Stage).Name()}}
		hits = append(hits, h)
	}
	if _, err := enforcement.ParseCaseNumber(s.text, s.tx.At); err == nil && len(hits) == 1 {
		s.out.Exact = hits[0].Path
	}
	s.group("案件", "/cases?q=", hits)
	return nil
}

// matters are runs whose number is typed, and what is open on the cases that were meant.
func (s searcher) matters(ctx context.Context, cases []uuid.UUID) error {
	a := s.tx.Actor
	if !a.Can(rulebook.MayWorkMatter) {
		return nil
	}
	from, until := casework.Begins(strings.ToUpper(s.text))
	if len(cases) > most {
		cases = cases[:most]
	}
	q := courtdb.FindMattersParams{Court: s.tx.Court, Serial: from, SerialEnd: until, Cases: cases, Everywhere: s.reach.Everywhere, WholeTeam: s.reach.WholeTeam,
		Team: s.reach.Team, Me: s.reach.Me, SeesCases: s.reach.Cases, SeesTips: s.reach.Tips, Sees: []string{}, TakesPart: []string{}, Most: most + 1}
	for i := range s.tx.Book.Processes {
		p := &s.tx.Book.Processes[i]
		if casework.Sees(a, p) {
			q.Sees = append(q.Sees, p.ID)
		}
		if casework.TakesPart(a, p) {
			q.TakesPart = append(q.TakesPart, p.ID)
		}
	}
	rows, err := s.tx.FindMatters(ctx, q)
	if err != nil {
		return err
	}
	var hits []Hit
	for _, m := range rows {
		p, ok := s.tx.Book.Process(m.Process)
		if !ok {
			continue
		}
		h := Hit{Path: "/matters/" + m.ID.String(), Title: strings.TrimSpace(p.Name + " " + m.Serial), About: join(m.CaseNumber, m.HolderName), Tags: []string{stateOf(m.State)}}
		if step, ok := p.Step(m.Step); ok && m.State == "open" {
			h.Tags = []string{step.Name}
		}
		if m.Serial != "" && strings.EqualFold(m.Serial, s.text) {
			s.out.Exact = h.Path
		}
		hits = append(hits, h)
	}
	s.group("事项", "", hits)
	return nil
}

func stateOf(state string) string {
	return map[string]string{"open": "办理中", "done": "已办结", "refused": "不同意", "withdrawn": "已撤回"}[state]
}

// tips are those whose number begins with what was typed.
func (s searcher) tips(ctx context.Context, _ []uuid.UUID) error {
	rows, err := casework.TipsMeant(ctx, s.tx, s.text, most+1)
	if err != nil {
		return err
	}
	var hits []Hit
	for _, t := range rows {
		hits = append(hits, Hit{Path: "/tips/" + t.ID.String(), Title: "线索 " + t.Ticket, Tags: []string{enforcement.TipStage(t.Stage).Name()}})
	}
	if ticket, err := enforcement.ParseTicket(s.text); err == nil && len(rows) == 1 && rows[0].Ticket == string(ticket) {
		s.out.Exact = hits[0].Path
	}
	s.group("线索", "", hits)
	return nil
}

func (s searcher) lots(ctx context.Context, cases []uuid.UUID) error {
	if !s.reach.Cases {
		return nil
	}
	rows, err := s.tx.FindLots(ctx, courtdb.FindLotsParams{Court: s.tx.Court, Title: "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s.text) + "%", Cases: cases,
		Everywhere: s.reach.Everywhere, WholeTeam: s.reach.WholeTeam, Team: s.reach.Team, Me: s.reach.Me, Most: most + 1})
	if err != nil {
		return err
	}
	var hits []Hit
	for _, l := range rows {
		hits = append(hits, Hit{Path: "/lots/" + l.ID.String(), Title: l.Title, About: join(l.CaseNumber, l.District)})
	}
	s.group("拍卖标的", "/lots?q=", hits)
	return nil
}

// pages are the registers and boards of the book that the reader may open, by their names.
func (s searcher) pages() {
	a := s.tx.Actor
	var hits []Hit
	for i := range s.tx.Book.Processes {
		p := &s.tx.Book.Processes[i]
		opens := a.Can(rulebook.MayWorkMatter) && a.Is(p.Opens.Staff...)
		if !s.in(p.Name, p.Print) || !casework.Sees(a, p) && !opens {
			continue
		}
		if opens {
			hits = append(hits, Hit{Path: "/process/" + p.ID + "/new", Title: "新建：" + p.Name, Tags: []string{"新建"}})
		}
		hits = append(hits, Hit{Path: "/process/" + p.ID, Title: p.Name, Tags: []string{"登记簿"}})
	}
	for i := range s.tx.Book.Boards {
		if b := &s.tx.Book.Boards[i]; s.in(b.Name) && board.Sees(a, b) {
			hits = append(hits, Hit{Path: "/boards/" + b.ID, Title: b.Name, Tags: []string{"看板"}})
		}
	}
	s.group("流程和看板", "", hits)
}

func (s searcher) clauses() {
	var hits []Hit
	for _, c := range s.tx.Book.Clauses {
		if exact := strings.EqualFold(c.ID, s.text); exact || s.in(c.ID, c.Gist, c.Article, c.Text) {
			h := Hit{Path: "/clauses/" + c.ID, Title: c.ID + " " + c.Gist, About: c.Article}
			if exact {
				s.out.Exact = h.Path
				hits = slices.Insert(hits, 0, h)
				continue
			}
			hits = append(hits, h)
		}
	}
	for _, l := range s.tx.Book.Laws {
		if s.in(l.ID, l.Title, l.Gist) {
			hits = append(hits, Hit{Path: "/clauses/" + l.ID, Title: l.Title + l.Article, About: l.Gist})
		}
	}
	s.group("条款", "", hits)
}

// in reports whether one of the texts contains what was typed, whatever the width and case of its letters.
func (s searcher) in(texts ...string) bool {
	want := enforcement.NormalizeForIndex(s.text)
	return slices.ContainsFunc(texts, func(t string) bool { return t != "" && strings.Contains(enforcement.NormalizeForIndex(t), want) })
}

func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " · ")
}
