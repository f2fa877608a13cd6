package rulebook

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

// Open is the carrier of a clause that nothing carries yet.
const Open = "open"

// Row says what carries one clause.
type Row struct {
	Clause  string
	Kind    string
	Carrier string // entries, joined by "; ", or Open
	Test    string // what drove it, as the walk over the book wrote it down; empty for a book that none has walked
}

//go:embed driven
var driven embed.FS

// drove reads which test drove each clause of a court's book.
func drove(court string) map[string]string {
	out := map[string]string{}
	text, err := driven.ReadFile("driven/" + court + ".txt")
	if err != nil {
		return out
	}
	for _, line := range strings.Split(string(text), "\n") {
		if clause, test, ok := strings.Cut(line, "\t"); ok {
			out[clause] = test
		}
	}
	return out
}

// Coverage lists every clause of the court, in the order of the document, with what carries it.
func Coverage(b *Book) []Row {
	by := map[string][]string{}
	cite := func(carrier string, clauses ...string) {
		for _, id := range clauses {
			if id != "" && !slices.Contains(by[id], carrier) {
				by[id] = append(by[id], carrier)
			}
		}
	}
	citeCourt(b.Court, cite)
	for _, v := range b.entries() {
		cite(v.kind+" "+v.ID, v.Clauses...)
	}
	for _, d := range b.Deadlines {
		cite("deadline "+d.ID, d.Source)
	}
	for _, board := range b.Boards {
		for _, t := range board.Tiles {
			cite("board "+board.ID+", "+t.Name, t.Clauses...)
		}
	}
	for _, p := range b.Processes {
		for _, s := range p.Steps {
			step := fmt.Sprintf("process %s, step %s", p.ID, s.ID)
			cite(step, append([]string{s.Clause}, s.Clauses...)...)
			for _, w := range append(append(slices.Clone(s.Limits), s.Also...), deref(s.Within)...) {
				cite(step, w.Source)
			}
		}
	}
	rows := make([]Row, 0, len(b.Clauses))
	tests := drove(b.Court.ID)
	for _, c := range b.Clauses {
		carrier := strings.Join(by[c.ID], "; ")
		if carrier == "" && c.Policy != "" {
			carrier = "policy only"
		}
		if carrier == "" {
			carrier = Open
		}
		rows = append(rows, Row{c.ID, c.Kind, carrier, tests[c.ID]})
	}
	return rows
}

// citeCourt takes what the profile carries: roles, teams, menu, hotlines, the tip form.
func citeCourt(c Court, cite func(carrier string, clauses ...string)) {
	for _, r := range c.Roles {
		cite("role "+r.ID, r.Clauses...)
	}
	for _, t := range c.Teams {
		cite("team "+t.ID, t.Clauses...)
	}
	for _, g := range c.Menu {
		if len(g.Items) > 0 { // a heading without a link carries nothing yet
			cite("menu "+g.ID, g.Clauses...)
		}
		for _, i := range g.Items {
			cite("menu "+g.ID+" "+i.Page+i.Process+i.Board, i.Clauses...)
		}
	}
	for _, p := range c.Pages {
		cite("page "+p.ID, p.Clauses...)
	}
	for _, d := range c.Choices {
		cite("decision "+d.About, d.Clauses...)
	}
	for _, h := range c.Hotlines {
		cite("hotline "+h.Name, h.Clause)
	}
	cite("tip form", c.Tip.Clause)
}

func deref(w *Within) []Within {
	if w == nil {
		return nil
	}
	return []Within{*w}
}
