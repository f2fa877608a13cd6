package rulebook

import (
	"fmt"
	"sort"
	"strings"
)

// Finding is one thing that is wrong in a book, with where it stands.
type Finding struct {
	File    string
	Line    int
	Entry   string
	Message string
}

func (f Finding) String() string {
	place := f.File
	if f.Line > 0 {
		place = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	if f.Entry == "" {
		return place + ": " + f.Message
	}
	return place + ": " + f.Entry + ": " + f.Message
}

// Findings is every finding of a book; as an error it prints one a line.
type Findings []Finding

func (fs Findings) Error() string {
	out := make([]string, len(fs))
	for i, f := range fs {
		out[i] = f.String()
	}
	return strings.Join(out, "\n")
}

// sorted orders by place, so that the same book always complains in the same order.
func (fs Findings) sorted() Findings {
	sort.SliceStable(fs, func(i, j int) bool {
		if fs[i].File != fs[j].File {
			return fs[i].File < fs[j].File
		}
		return fs[i].Line < fs[j].Line
	})
	return fs
}

// lines holds the line of every key and item inside one entry: "steps[1].by[0]" → 12.
type lines map[string]int

// line is that of a path, or of the nearest thing around it.
func (p Position) line(path string) int {
	if p.lines == nil {
		return p.Line
	}
	for path != "" {
		if n, ok := (*p.lines)[path]; ok {
			return n
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return p.Line
}
