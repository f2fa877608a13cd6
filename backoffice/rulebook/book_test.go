package rulebook_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml"

	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
)

// good is a minimal book that is right, with one file changed.
func good(t *testing.T, change func(files fstest.MapFS)) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS("testdata/good"), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join("testdata/good", path))
		files[path] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(files)
	}
	return files
}

func loadGood(t *testing.T) *rulebook.Book {
	t.Helper()
	book, err := rulebook.LoadFrom(good(t, nil), "probe")
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func TestGoodBookHasNoFindings(t *testing.T) { loadGood(t) }

// busted is one way to be wrong: a change of one file of the good book, and what must be said about it.
type busted struct {
	File  string `yaml:"file"`
	Find  string `yaml:"find"` // empty: the whole file is replaced
	Put   string `yaml:"put"`
	Line  int    `yaml:"line"` // 0: any
	Entry string `yaml:"entry"`
	Says  string `yaml:"says"` // alternatives are separated by |
}

func TestGalleryOfBustedBooks(t *testing.T) {
	gallery, err := filepath.Glob("testdata/busted_*.yaml")
	if err != nil || len(gallery) < 25 {
		t.Fatalf("the gallery has %d pictures, %v", len(gallery), err)
	}
	for _, picture := range gallery {
		t.Run(strings.TrimSuffix(filepath.Base(picture), ".yaml"), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(picture)
			if err != nil {
				t.Fatal(err)
			}
			var b busted
			if err := yaml.UnmarshalWithOptions(raw, &b, yaml.Strict()); err != nil {
				t.Fatal(err)
			}
			b.check(t)
		})
	}
}

func (b busted) check(t *testing.T) {
	books := good(t, func(files fstest.MapFS) {
		path := "probe/" + b.File
		content := b.Put
		if b.Find != "" {
			whole := string(files[path].Data)
			if strings.Count(whole, b.Find) != 1 {
				t.Fatalf("%q stands %d times in %s", b.Find, strings.Count(whole, b.Find), path)
			}
			content = strings.Replace(whole, b.Find, b.Put, 1)
		}
		files[path] = &fstest.MapFile{Data: []byte(content)}
	})
	book, err := rulebook.LoadFrom(books, "probe")
	var findings rulebook.Findings
	if book != nil || !errors.As(err, &findings) {
		t.Fatalf("the book loaded: %v", err)
	}
	for _, f := range findings {
		if f.File == "books/probe/"+b.File && (b.Line == 0 || f.Line == b.Line) && f.Entry == b.Entry && says(f.Message, b.Says) {
			return
		}
	}
	t.Errorf("want books/probe/%s:%d: %s: …%s…\ngot %v", b.File, b.Line, b.Entry, b.Says, err)
}

func says(message, alternatives string) bool {
	for _, part := range strings.Split(alternatives, "|") {
		if strings.Contains(message, part) {
			return true
		}
	}
	return false
}

func fieldsOf(err error) string {
	e, _ := problem.As(err)
	var out []string
	for field := range e.Fields {
		out = append(out, field)
	}
	return strings.Join(out, " ")
}
