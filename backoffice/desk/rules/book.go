package rules

import (
	"slices"
	"strings"
	"time"

	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/rulebook"
)

type version struct {
	Number int
	Hash   string
	At     time.Time
}

// tally counts the clauses of one kind.
type tally struct {
	Kind, Name string
	All, Open  int
}

type line struct {
	rulebook.Row
	Gist, Article string
}

type bookView struct {
	only     string // "open": only what nothing carries yet
	versions []version
	kinds    []tally
	lines    []line
	total    tally
}

var kindNames = map[string]string{"process": "流程", "register": "登记簿", "dashboard": "看板", "node deadline": "节点期限", "disclosure": "公开事项",
	"hardware-or-policy-only": "设备或制度", "public page": "公开页面", "ledger": "台账", "law": "法律"}

func kindName(kind string) string {
	if name := kindNames[kind]; name != "" {
		return name
	}
	return kind
}

// count makes the coverage: every clause with its carrier, and the sums by kind.
func (v *bookView) count(b *rulebook.Book) {
	at := map[string]int{}
	for _, k := range rulebook.Kinds {
		at[k] = len(v.kinds)
		v.kinds = append(v.kinds, tally{Kind: k, Name: kindName(k)})
	}
	for _, row := range rulebook.Coverage(b) {
		i, known := at[row.Kind]
		if !known {
			continue
		}
		open := row.Carrier == rulebook.Open
		v.kinds[i].All++
		v.total.All++
		if open {
			v.kinds[i].Open++
			v.total.Open++
		}
		if v.only == "open" && !open {
			continue
		}
		l := line{Row: row}
		if c, ok := b.Clause(row.Clause); ok {
			l.Gist, l.Article = c.Gist, c.Article
		}
		v.lines = append(v.lines, l)
	}
}

func short(hash string) string {
	if len(hash) > 12 {
		return hash[:12]
	}
	return hash
}

// decisionsOn and gatesOn are what a clause has to do with.
func decisionsOn(b *rulebook.Book, clause string) []rulebook.Decision {
	return slices.DeleteFunc(slices.Clone(b.Court.Choices), func(d rulebook.Decision) bool { return !slices.Contains(d.Clauses, clause) })
}

func gatesOn(b *rulebook.Book, clause string) []rulebook.Gate {
	return slices.DeleteFunc(slices.Clone(b.Gates), func(g rulebook.Gate) bool { return !slices.Contains(g.Clauses, clause) })
}

// acts are events and steps in words.
func acts(b *rulebook.Book, on []string) string {
	out := make([]string, len(on))
	for i, id := range on {
		out[i] = casework.EventName(b, id)
	}
	return strings.Join(out, "、")
}

func roles(b *rulebook.Book, ids []string) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = casework.RoleName(b, id)
	}
	return strings.Join(out, "、")
}

func tiles(b rulebook.Board) string {
	out := make([]string, len(b.Tiles))
	for i, t := range b.Tiles {
		out[i] = t.Name
	}
	return strings.Join(out, "、")
}
