package rulebook

import (
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"github.com/emmansun/gmsm/sm3"
)

//go:embed all:books
var embedded embed.FS

// national is the folder of what holds in every court.
const national = "national"

// lists are the files of a book that hold a list of entries.
var lists = []string{
	"clauses.yaml", "laws.yaml", "events.yaml", "processes.yaml", "deadlines.yaml", "disclosures.yaml", "alerts.yaml",
	"templates.yaml", "remedies.yaml", "figures.yaml", "lots.yaml", "gates.yaml", "boards.yaml",
}

// bundle is every file of a book, the national ones under national/, and how to call them in findings.
type bundle struct {
	name  string // of the folder, "" when unknown
	files map[string][]byte
	shown func(file string) string
}

// Seeds holds the books that come with the program, one folder a court and national/.
func Seeds() fs.FS {
	seeds, err := fs.Sub(embedded, "books")
	if err != nil {
		panic(err) // the folder is embedded: this is a mistake of the build
	}
	return seeds
}

// Courts lists the books in a folder of books.
func Courts(books fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(books, ".")
	if err != nil {
		return nil, err
	}
	var courts []string
	for _, e := range entries {
		if _, err := fs.Stat(books, path.Join(e.Name(), "court.yaml")); e.IsDir() && err == nil {
			courts = append(courts, e.Name())
		}
	}
	sort.Strings(courts)
	return courts, nil
}

// Folder is one court's book out of a folder of books, with its national part: what Load and Pack take.
func Folder(books fs.FS, court string) (fs.FS, error) {
	own, err := fs.Sub(books, court)
	if err != nil {
		return nil, err
	}
	if _, err := fs.Stat(own, "court.yaml"); err != nil {
		return nil, fmt.Errorf("没有法院 %s 的规则书：%w", court, err)
	}
	f := folder{FS: own, name: court, prefix: path.Join("books", court), nationalPrefix: "books/national"}
	if _, err := fs.Stat(books, national); err == nil {
		f.national, err = fs.Sub(books, national)
		return f, err
	}
	return f, nil
}

// folder is a book whose national part stands beside it.
type folder struct {
	fs.FS
	national                     fs.FS
	name, prefix, nationalPrefix string
}

// Load reads and checks a book folder. The error is Findings when the book is wrong.
// The national part is the folder's own national/, or that of Folder, or that of the seeds.
func Load(fsys fs.FS) (*Book, error) {
	files, err := gather(fsys)
	if err != nil {
		return nil, err
	}
	return files.load()
}

// LoadSeed loads a book that comes with the program.
func LoadSeed(court string) (*Book, error) { return LoadFrom(Seeds(), court) }

// LoadFrom loads one court's book out of a folder of books.
func LoadFrom(books fs.FS, court string) (*Book, error) {
	fsys, err := Folder(books, court)
	if err != nil {
		return nil, err
	}
	return Load(fsys)
}

// Dir is one court's book folder on disk, ready for Load and Pack.
func Dir(dir string) (fs.FS, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	fsys, err := Folder(os.DirFS(filepath.Dir(dir)), filepath.Base(dir))
	if f, ok := fsys.(folder); ok {
		f.prefix, f.nationalPrefix = filepath.ToSlash(dir), filepath.ToSlash(filepath.Join(filepath.Dir(dir), national))
		return f, err
	}
	return fsys, err
}

// LoadDir loads the book in a folder on disk; its name must be the court's id.
func LoadDir(dir string) (*Book, error) {
	fsys, err := Dir(dir)
	if err != nil {
		return nil, err
	}
	return Load(fsys)
}

// gather reads every file of a book.
func gather(fsys fs.FS) (bundle, error) {
	b := bundle{files: map[string][]byte{}, shown: func(file string) string { return file }}
	common, commonPrefix := fs.FS(nil), "books/national"
	if f, ok := fsys.(folder); ok {
		b.name, common = f.name, f.national
		if f.national != nil {
			commonPrefix = f.nationalPrefix
		}
		b.shown = func(file string) string {
			if rest, ok := strings.CutPrefix(file, national+"/"); ok {
				return path.Join(commonPrefix, rest)
			}
			return path.Join(f.prefix, file)
		}
	} else if sub, err := fs.Sub(fsys, national); err == nil && exists(sub) {
		common = sub
	}
	if common == nil {
		common, _ = fs.Sub(Seeds(), national)
	}
	if err := b.read(fsys, ""); err != nil {
		return b, err
	}
	return b, b.read(common, national+"/")
}

func exists(fsys fs.FS) bool { _, err := fs.Stat(fsys, "."); return err == nil }

// read takes what belongs to a book: court.yaml, the lists, words and full texts; nothing else.
func (b *bundle) read(fsys fs.FS, under string) error {
	names := append([]string{"court.yaml"}, lists...)
	for _, pattern := range []string{"words/*.yaml", "*.md"} {
		found, err := fs.Glob(fsys, pattern)
		if err != nil {
			return err
		}
		names = append(names, found...)
	}
	for _, name := range names {
		content, err := fs.ReadFile(fsys, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		b.files[under+name] = content
	}
	return nil
}

// packed is the stored form: JSON writes map keys in order, so the same book is the same bytes.
type packed struct {
	Format int               `json:"format"`
	Name   string            `json:"name"`
	Files  map[string]string `json:"files"`
}

// Pack gathers a book with its national part into one text and its SM3 hash ("sm3:…"), the same for the same book.
func Pack(fsys fs.FS) ([]byte, string, error) {
	files, err := gather(fsys)
	if err != nil {
		return nil, "", err
	}
	p := packed{Format: 1, Name: files.name, Files: map[string]string{}}
	for name, content := range files.files {
		p.Files[name] = string(content)
	}
	out, err := json.Marshal(p)
	if err != nil {
		return nil, "", err
	}
	return out, Hash(out), nil
}

// Hash is the SM3 hash of a packed book.
func Hash(packed []byte) string {
	sum := sm3.Sum(packed)
	return "sm3:" + hex.EncodeToString(sum[:])
}

// Unpack loads a packed book, checking it again: the checker may know more than the one that packed it.
func Unpack(stored []byte) (*Book, error) {
	var p packed
	if err := json.Unmarshal(stored, &p); err != nil {
		return nil, fmt.Errorf("规则书的存档读不出来：%w", err)
	}
	if p.Format != 1 {
		return nil, fmt.Errorf("规则书的存档格式 %d 不认识", p.Format)
	}
	b := bundle{name: p.Name, files: map[string][]byte{}, shown: func(file string) string { return file }}
	for name, content := range p.Files {
		b.files[name] = []byte(content)
	}
	return b.load()
}
