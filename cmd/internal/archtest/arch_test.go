package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

var loaded = sync.OnceValues(func() (house, error) { h, _, err := load(); return h, err })

func theHouse(t *testing.T) (house, []pkg) {
	t.Helper()
	h, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	if len(h.own()) == 0 {
		t.Fatal("go list found no package")
	}
	return h, h.own()
}

// unbuilt reports what is only wrong once the house is complete.
func unbuilt(t *testing.T, format string, args ...any) {
	t.Helper()
	if houseComplete {
		t.Errorf(format, args...)
	} else {
		t.Logf(format, args...)
	}
}

func TestOrder(t *testing.T) {
	_, packages := theHouse(t)
	l, err := parse(order)
	if err != nil {
		t.Fatal(err)
	}
	wrong, unnamed := l.strays(packages)
	for _, w := range wrong {
		t.Error(w)
	}
	for _, room := range unnamed {
		unbuilt(t, "no rule names %s", room)
	}
}

func TestNever(t *testing.T) {
	h, packages := theHouse(t)
	for _, b := range never {
		for _, w := range b.broken(h, packages) {
			t.Error(w)
		}
	}
}

func TestRulesNameRoomsThatExist(t *testing.T) {
	h, packages := theHouse(t)
	l, err := parse(order)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for name := range l {
		names[strings.TrimSuffix(name, "*")+strings.Repeat("...", strings.Count(name, "*"))] = true
	}
	for _, b := range never {
		for _, who := range b.who {
			names[full(who)] = true
		}
		for _, what := range b.what {
			if room, inside := strings.CutPrefix(target(what), module+"/"); inside {
				names[room] = true
			}
		}
	}
	for name := range names {
		if name == "cmd" {
			continue
		}
		exists := func(p pkg) bool { return matches(name, p.room()) }
		if _, alone := h[module+"/"+name]; !alone && !slices.ContainsFunc(packages, exists) {
			unbuilt(t, "the rules name %s, which does not exist", name)
		}
	}
}

func TestKitsStayOutOfTheProgram(t *testing.T) {
	l := layers{"portal": nil}
	wrong, _ := l.strays([]pkg{{ImportPath: "mingzhi/portal", Imports: []string{"mingzhi/storage/storagetest"}}})
	if len(wrong) != 1 {
		t.Errorf("got %q", wrong)
	}
}

func TestLawHasNoHiddenClock(t *testing.T) {
	_, packages := theHouse(t)
	for _, p := range packages {
		if !slices.ContainsFunc(clockless, func(room string) bool { return matches(full(room)+"/...", p.room()) }) {
			continue
		}
		for _, name := range p.GoFiles {
			for _, at := range clockReads(t, filepath.Join(p.Dir, name)) {
				t.Errorf("%s asks the clock itself: the time is handed in", at)
			}
		}
	}
}

func clockReads(t *testing.T, file string) (found []string) {
	t.Helper()
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, nil, 0)
	if err != nil {
		t.Log(err) // the compiler says so more clearly
		return nil
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			of, plain := s.X.(*ast.Ident)
			if plain && of.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"}, s.Sel.Name) {
				found = append(found, set.Position(n.Pos()).String())
			}
		}
		return true
	})
	return found
}

func TestNoCourtStandsInGo(t *testing.T) {
	_, root, err := load()
	if err != nil {
		t.Fatal(err)
	}
	files, err := goFiles(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for number, line := range bytes.Split(bytes.ToLower(raw), []byte("\n")) {
			for _, word := range courtWords {
				if bytes.Contains(line, []byte(word)) {
					t.Errorf("%s:%d: %s belongs in a rulebook, not in Go", file, number+1, word)
				}
			}
		}
	}
}

func TestTheRulesThemselves(t *testing.T) {
	l, err := parse("problem < calendar, enforcement < staff\nstaff < command/*\n        < desk")
	if err != nil {
		t.Fatal(err)
	}
	imports := func(from string, to ...string) pkg {
		p := pkg{ImportPath: module + "/" + from}
		for _, room := range to {
			p.Imports = append(p.Imports, module+"/"+room)
		}
		return p
	}
	for _, c := range []struct {
		p     pkg
		wrong int
	}{
		{imports("backoffice/staff", "backoffice/problem", "backoffice/calendar"), 0},
		{imports("backoffice/calendar", "backoffice/enforcement"), 1},
		{imports("backoffice/calendar", "backoffice/desk"), 1},
		{imports("backoffice/command/duty", "backoffice/command/duty/shift", "backoffice/staff"), 0},
		{imports("backoffice/command/duty", "backoffice/command/action"), 1},
		{imports("backoffice/desk/home", "backoffice/desk/kit", "backoffice/command/duty"), 0},
		{imports("backoffice/staff", "cmd/mingzhi"), 1},
		{imports("cmd/mingzhi", "backoffice/desk"), 0},
	} {
		if wrong, _ := l.strays([]pkg{c.p}); len(wrong) != c.wrong {
			t.Errorf("%s: %q", c.p.ImportPath, wrong)
		}
	}
	if _, err := parse("a < b < a"); err == nil {
		t.Error("a circle passes")
	}
	h := house{"mingzhi/portal/x": imports("portal/x", "storage/public"), "mingzhi/storage/public": imports("storage/public", "storage")}
	b := ban{who: []string{"portal/..."}, what: []string{"storage"}, reason: "because"}
	if wrong := b.broken(h, h.own2()); len(wrong) != 1 || !strings.Contains(wrong[0], "storage/public → mingzhi/storage: because") {
		t.Errorf("got %q", wrong)
	}
	b.direct = true
	if wrong := b.broken(h, h.own2()); len(wrong) != 0 {
		t.Errorf("direct: %q", wrong)
	}
}

// own2 is own for houses made up here, whose packages have no files.
func (h house) own2() (all []pkg) {
	for _, p := range h {
		all = append(all, p)
	}
	return all
}
