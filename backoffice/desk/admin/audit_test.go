package admin

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestEveryActionHasWords reads the code for what it audits.
func TestEveryActionHasWords(t *testing.T) {
	named, form := 0, regexp.MustCompile(`^[a-z_]+:[a-z_]+$`)
	check := func(file, action string) {
		named++
		if strings.HasSuffix(action, ":") { // joined with what the code decides
			for known := range actions {
				if strings.HasPrefix(known, action) {
					return
				}
			}
			if action == "record:" {
				return
			}
		}
		if actions[action] == "" {
			t.Errorf("%s audits %q, which the audit's page cannot say", file, action)
		}
	}
	err := filepath.WalkDir("../../..", func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() && e.Name() == "node_modules" {
			return fs.SkipDir
		}
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		words := func(n ast.Node, only func(string) bool) {
			ast.Inspect(n, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if text, err := strconv.Unquote(lit.Value); err == nil && only(text) {
						check(path, text)
					}
				}
				return true
			})
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || !isTrace(lit.Type) {
				return true
			}
			for _, e := range lit.Elts {
				kv, ok := e.(*ast.KeyValueExpr)
				if key, named := kv.Key.(*ast.Ident); !ok || !named || key.Name != "Action" {
					continue
				}
				if _, by := kv.Value.(*ast.Ident); by { // a name: whatever in the file looks like an action
					words(f, form.MatchString)
				} else {
					words(kv.Value, func(string) bool { return true })
				}
			}
			return true
		})
		return nil
	})
	if err != nil || named < 30 {
		t.Errorf("%d actions found: %v", named, err)
	}
}

func isTrace(e ast.Expr) bool {
	if s, ok := e.(*ast.SelectorExpr); ok {
		return s.Sel.Name == "Trace"
	}
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "Trace"
}
