package rulebook

import (
	"fmt"
	"slices"
	"strings"
)

// Check holds a decoded book against everything the engine relies on.
func Check(b *Book) []Finding {
	c := newChecker(b)
	c.checkCourt()
	c.checkInventory()
	c.checkVersions()
	c.checkEvents()
	c.checkProcesses()
	c.checkDeadlines()
	c.checkAlerts()
	c.checkTemplates()
	c.checkRemedies()
	c.checkDisclosures()
	c.checkFigures()
	c.checkLotItems()
	c.checkGates()
	c.checkBoards()
	c.checkWords()
	return c.findings.sorted()
}

// checker gathers findings; the sets say what may be referred to.
type checker struct {
	*Book
	findings Findings

	clauses, events, processes, deadlines, templates, remedies, roles, teams map[string]bool
}

func newChecker(b *Book) *checker {
	c := &checker{Book: b}
	c.clauses = ids(b.Clauses, func(x Clause) string { return x.ID })
	for _, l := range b.Laws {
		c.clauses[l.ID] = true
	}
	c.events = ids(b.Events, Event.id)
	for _, p := range b.Processes {
		for what := range runs {
			c.events[p.ID+"."+what] = true
		}
		for _, s := range p.Steps {
			c.events[p.ID+"."+s.ID] = true
		}
	}
	c.processes = ids(b.Processes, Process.id)
	c.deadlines = ids(b.Deadlines, Deadline.id)
	c.templates = ids(b.Templates, Template.id)
	c.remedies = ids(b.Remedies, Remedy.id)
	c.roles = ids(b.Court.Roles, func(x Role) string { return x.ID })
	c.teams = ids(b.Court.Teams, func(x Team) string { return x.ID })
	return c
}

func ids[T any](in []T, id func(T) string) map[string]bool {
	out := make(map[string]bool, len(in))
	for _, v := range in {
		out[id(v)] = true
	}
	return out
}

// place is an entry while it is being checked; path leads to the part a sentence is about.
type place struct {
	*checker
	at    Position
	entry string
}

func (c *checker) in(at Position, entry string) place { return place{c, at, entry} }

// say adds a finding at a path inside the entry ("" is the entry itself).
func (p place) say(path, format string, args ...any) {
	p.findings = append(p.findings, Finding{p.at.File, p.at.line(path), p.entry, fmt.Sprintf(format, args...)})
}

// need complains when a text is missing.
func (p place) need(path, what, value string) {
	if strings.TrimSpace(value) == "" {
		p.say(path, "缺少%s。", what)
	}
}

// known complains about a reference to something that is not there; an empty reference is no reference.
func (p place) known(path, what, id string, set map[string]bool) {
	if id != "" && !set[id] {
		p.say(path, "没有这个%s：%s。", what, id)
	}
}

// one complains about a value outside a closed set.
func (p place) one(path, what, value string, set []string) {
	if !slices.Contains(set, value) {
		p.say(path, "%s“%s”不在可用的范围内（%s）。", what, value, strings.Join(set, "、"))
	}
}

// cited checks a list of clauses; must says that there has to be one.
func (p place) cited(path string, clauses []string, must bool) {
	if must && len(clauses) == 0 {
		p.say(path, "没有写明依据的条款（clauses）。")
	}
	for i, id := range clauses {
		p.known(fmt.Sprintf("%s[%d]", path, i), "条款", id, p.clauses)
	}
}

// holds compiles a condition.
func (p place) holds(path, expr string) {
	if strings.TrimSpace(expr) == "" {
		return
	}
	if _, err := p.programs.program(expr); err != nil {
		p.say(path, "%v。", err)
	}
}

// source checks where a figure comes from: a clause, a law, or the court itself.
func (p place) source(path, source string) {
	if source == "" {
		p.say(path, "没有写明期限的来源（source）：写条款、法条，或者写 court 表示本院自定。")
	} else if source != SourceCourt {
		p.known(path, "条款", source, p.clauses)
	}
}

// length checks that exactly one unit is given and that it is positive.
func (p place) length(path string, l Length) {
	units, bad := 0, false
	for _, n := range []int{l.Workdays, l.Days, l.Hours, l.Minutes, l.Months} {
		if n != 0 {
			units++
		}
		bad = bad || n < 0
	}
	switch {
	case bad:
		p.say(path, "期限不能是负数。")
	case units == 0:
		p.say(path, "期限的长度是零：写明 workdays、days、hours、minutes、months 之一。")
	case units > 1:
		p.say(path, "期限同时用了两种单位，只能用一种。")
	}
}
