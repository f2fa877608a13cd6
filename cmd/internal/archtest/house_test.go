package archtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const module = "mingzhi"

// pkg is what go list tells of a package.
type pkg struct {
	ImportPath string
	Dir        string
	Imports    []string
	GoFiles    []string
}

func (p pkg) room() string { return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/") }

// house is all packages by import path, the libraries too.
type house map[string]pkg

func load() (house, string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return nil, "", fmt.Errorf("go list -m: %w", err)
	}
	root := strings.TrimSpace(string(out))
	list := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Dir,Imports,GoFiles", "./...")
	list.Dir, list.Stderr = root, os.Stderr
	pipe, err := list.StdoutPipe()
	if err == nil {
		err = list.Start()
	}
	if err != nil {
		return nil, "", err
	}
	h := house{}
	for decoder := json.NewDecoder(pipe); ; {
		var p pkg
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, "", err
		}
		h[p.ImportPath] = p
	}
	return h, root, list.Wait()
}

// own lists the house's packages which have code outside tests.
func (h house) own() []pkg {
	var found []pkg
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if strings.HasPrefix(name, module+"/") && len(h[name].GoFiles) > 0 {
			found = append(found, h[name])
		}
	}
	return found
}

// full gives a rule's name its top folder.
func full(name string) string {
	top, _, _ := strings.Cut(name, "/")
	if slices.Contains([]string{"cmd", "backoffice", "portal", "bots", "notify", "storage", "migrations"}, top) {
		return name
	}
	return "backoffice/" + name
}

func isKit(room string) bool { return strings.HasSuffix(path.Base(room), "test") }

func isCmd(room string) bool { return strings.HasPrefix(room, "cmd/") }

// layers is the parsed order: for each room of the rules, the rooms directly below it.
type layers map[string][]string

func parse(text string) (layers, error) {
	text = strings.ReplaceAll(text, "\n        <", " <")
	l := layers{}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		steps := strings.Split(line, "<")
		if len(steps) < 2 {
			return nil, fmt.Errorf("%q says nothing", line)
		}
		var below []string
		for _, step := range steps {
			var here []string
			for name := range strings.SplitSeq(step, ",") {
				name = strings.TrimSpace(name)
				if name == "" {
					return nil, fmt.Errorf("an empty name in %q", line)
				}
				here = append(here, full(name))
			}
			for _, name := range here {
				l[name] = append(l[name], below...)
			}
			below = here
		}
	}
	for name := range l {
		if l.below(name)[name] {
			return nil, fmt.Errorf("%s stands above itself", name)
		}
	}
	return l, nil
}

// below is everything that a room of the rules may import.
func (l layers) below(name string) map[string]bool {
	found := map[string]bool{}
	queue := slices.Clone(l[name])
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		if !found[next] {
			found[next] = true
			queue = append(queue, l[next]...)
		}
	}
	return found
}

// place finds the rule's room in which a package lies, the most exact first, and the package
// folder that is the room itself: two rooms of one star are not the same room.
func (l layers) place(room string) (rule, self string) {
	for self = room; self != "."; self = path.Dir(self) {
		if _, named := l[self]; named {
			return self, self
		}
		if star := path.Dir(self) + "/*"; len(l[star]) > 0 {
			return star, self
		}
	}
	return "", ""
}

// strays says every import that the order does not allow.
func (l layers) strays(packages []pkg) (wrong, unnamed []string) {
	for _, p := range packages {
		room := p.room()
		if isCmd(room) || isKit(room) {
			continue
		}
		rule, self := l.place(room)
		if rule == "" {
			unnamed = append(unnamed, room)
		}
		allowed := l.below(rule)
		for _, imported := range p.Imports {
			other, inside := strings.CutPrefix(imported, module+"/")
			if !inside {
				continue
			}
			otherRule, otherSelf := l.place(other)
			switch {
			case isKit(other):
				wrong = append(wrong, room+" imports the test kit "+other)
			case isCmd(other):
				wrong = append(wrong, room+" imports "+other+", and nothing stands above cmd")
			case rule == "" || otherRule == "" || self == otherSelf || allowed[otherRule]:
			default:
				wrong = append(wrong, fmt.Sprintf("%s imports %s, which is not below it", room, other))
			}
		}
	}
	return wrong, unnamed
}

func matches(pattern, name string) bool {
	if prefix, tree := strings.CutSuffix(pattern, "/..."); tree {
		return name == prefix || strings.HasPrefix(name, prefix+"/")
	}
	return name == pattern
}

// target makes a ban's pattern an import path: libraries have a dot in their first part, the
// standard library is known by name.
func target(pattern string) string {
	top, _, _ := strings.Cut(pattern, "/")
	if strings.Contains(top, ".") || top == "net" || top == "database" {
		return pattern
	}
	return module + "/" + full(pattern)
}

// broken says how each package reaches what a ban forbids it.
func (b ban) broken(h house, packages []pkg) (wrong []string) {
	for _, p := range packages {
		if isKit(p.room()) || !slices.ContainsFunc(b.who, func(w string) bool { return matches(full(w), p.room()) }) {
			continue
		}
		for _, what := range b.what {
			if way := h.way(p.ImportPath, target(what), b.direct); way != nil {
				wrong = append(wrong, strings.Join(way, " → ")+": "+b.reason)
			}
		}
	}
	return wrong
}

// way is the shortest chain of imports from a package to one that matches.
func (h house) way(from, pattern string, direct bool) []string {
	before := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, next := range h[queue[0]].Imports {
			if _, seen := before[next]; seen {
				continue
			}
			before[next] = queue[0]
			if matches(pattern, next) {
				var way []string
				for at := next; at != ""; at = before[at] {
					way = append(way, at)
				}
				slices.Reverse(way)
				return way
			}
			if !direct {
				queue = append(queue, next)
			}
		}
	}
	return nil
}

// goFiles lists the Go files outside tests, kits and the rulebooks' data.
func goFiles(root string) (files []string, err error) {
	err = filepath.WalkDir(root, func(name string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, name)
		base := entry.Name()
		if entry.IsDir() {
			skip := base == "node_modules" || base == "testdata" || base == "vendor" || isKit(rel) ||
				filepath.ToSlash(rel) == "backoffice/rulebook/books" || strings.HasPrefix(base, ".") && rel != "."
			if skip {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(base, ".go") && !strings.HasSuffix(base, "_test.go") {
			files = append(files, name)
		}
		return nil
	})
	return files, err
}
