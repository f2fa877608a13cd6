package backup

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mingzhi/backoffice/problem"
	"mingzhi/migrations"
)

// Options say what is backed up or restored, and where it lies.
type Options struct {
	OwnerDSN  string                              // a superuser: row-level security must hide nothing
	FilesDirs map[string]string                   // file store → folder: inbox, court, disclosed
	BooksDir  string                              // rulebooks given with --books; empty: none
	Out       string                              // a folder or a .tar that does not exist yet; Restore does not need it
	Tool      string                              // the program's version, for the manifest
	Now       func() time.Time                    // nil: time.Now
	Schema    func(context.Context, string) error // makes the tables in a bare database; nil: migrations.Up
	Progress  func(text string)                   // told, in Chinese, what is being done; may be nil
}

func (o Options) ready() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Schema == nil {
		o.Schema = migrations.Up
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	return o
}

// folders are the trees of files by their place in the backup.
func (o Options) folders() map[string]string {
	all := map[string]string{}
	for name, dir := range o.FilesDirs {
		all["files/"+name] = dir
	}
	if o.BooksDir != "" {
		all["books"] = o.BooksDir
	}
	return all
}

const format = 1

const (
	manifestName = "manifest.json"
	manifestSum  = "manifest.sha256"
)

// Manifest says what a backup holds, so that a restore can prove that it is all there.
type Manifest struct {
	Format    int              `json:"format"`
	Tool      string           `json:"tool"`
	At        time.Time        `json:"at"`
	Schema    int64            `json:"schema"` // the last migration taken
	Postgres  string           `json:"postgres"`
	Tables    []Table          `json:"tables"`
	Sequences map[string]int64 `json:"sequences"`
	Audit     []AuditHead      `json:"audit"`
	Files     []File           `json:"files"`
	Bytes     int64            `json:"bytes"`
}

// Table is one table's rows: COPY text, gzipped, so that psql can read it without this program.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
	File    string   `json:"file"`
	SHA256  string   `json:"sha256"`
}

// File is one file of a store or a rulebook.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// AuditHead is the end of a court's audit chain.
type AuditHead struct {
	Court string `json:"court"`
	Seq   int64  `json:"seq"`
	Head  string `json:"head"`
}

// Rows is how many rows there are in all tables.
func (m Manifest) Rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// Backup writes everything to o.Out, or nothing: a half backup never bears that name. The tables
// are read in one snapshot and the files after it: a file is written before the row that names it,
// so every file a row of the snapshot names is there.
func Backup(ctx context.Context, o Options) (Manifest, error) {
	o = o.ready()
	if _, err := os.Lstat(o.Out); err == nil {
		return Manifest{}, problem.New(problem.Conflict, "backup.exists", "备份的目标已经存在，不会覆盖：{path}。请换一个名字。", "path", o.Out)
	}
	if err := outside(o); err != nil {
		return Manifest{}, err
	}
	if err := os.MkdirAll(filepath.Dir(o.Out), 0o700); err != nil {
		return Manifest{}, trouble(err)
	}
	work, err := os.MkdirTemp(filepath.Dir(o.Out), ".mingzhi-backup-*")
	if err != nil {
		return Manifest{}, trouble(err)
	}
	defer os.RemoveAll(work)
	m := Manifest{Format: format, Tool: o.Tool, At: o.Now().UTC()}
	o.Progress("正在备份数据库……")
	if err := dump(ctx, o.OwnerDSN, work, &m); err != nil {
		return m, err
	}
	o.Progress("正在备份文件……")
	for place, dir := range o.folders() {
		if err := gather(ctx, dir, work, place, &m); err != nil {
			return m, err
		}
	}
	if err := seal(work, m); err != nil {
		return m, trouble(err)
	}
	return m, trouble(publish(work, o.Out))
}

// outside refuses a target within what is backed up: the backup would hold itself.
func outside(o Options) error {
	out, err := filepath.Abs(o.Out)
	if err != nil {
		return trouble(err)
	}
	for _, dir := range o.folders() {
		if dir, err = filepath.Abs(dir); err != nil {
			return trouble(err)
		}
		if rel, err := filepath.Rel(dir, out); err == nil && filepath.IsLocal(rel) {
			return problem.New(problem.Invalid, "backup.inside", "备份不能放在被备份的文件夹里面：{path}。请换一个位置。", "path", o.Out)
		}
	}
	return nil
}

// seal writes the manifest and its own hash.
func seal(work string, m Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	sum := digest(text)
	return errors.Join(
		os.WriteFile(filepath.Join(work, manifestName), text, 0o600),
		os.WriteFile(filepath.Join(work, manifestSum), []byte(sum+"  "+manifestName+"\n"), 0o600))
}

func publish(work, out string) error {
	if !strings.HasSuffix(out, ".tar") {
		if err := os.Chmod(work, 0o700); err != nil {
			return err
		}
		return os.Rename(work, out)
	}
	part := work + ".tar"
	defer os.Remove(part)
	if err := pack(work, part); err != nil {
		return err
	}
	return os.Rename(part, out)
}
