package backup

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/problem"
)

// Restore proves that a backup is whole, then fills an empty database and empty folders with it:
// all of it or nothing. from is what Backup wrote, folder or tar. The keys come from their own
// safe-keeping, not from here.
func Restore(ctx context.Context, from string, o Options) (Manifest, error) {
	o = o.ready()
	work, done, err := open(ctx, from)
	if err != nil {
		return Manifest{}, err
	}
	defer done()
	o.Progress("正在核对备份……")
	m, err := verify(ctx, work, o)
	if err != nil {
		return m, err
	}
	for _, dir := range o.folders() {
		if err := emptyFolder(dir); err != nil {
			return m, err
		}
	}
	conn, err := connect(ctx, o.OwnerDSN)
	if err != nil {
		return m, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := emptyDatabase(ctx, conn); err != nil {
		return m, explain(err)
	}
	o.Progress("正在建立数据库的表……")
	if err := o.Schema(ctx, o.OwnerDSN); err != nil {
		return m, explain(err)
	}
	o.Progress("正在恢复数据和文件……")
	var written []string
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := fill(ctx, tx, work, m); err != nil {
			return err
		}
		return spread(ctx, work, m, o, &written)
	})
	if err != nil {
		for _, name := range written {
			os.Remove(name)
		}
		return m, explain(err)
	}
	_, err = conn.Exec(ctx, "ANALYZE")
	return m, explain(err)
}

// open gives the backup as a folder.
func open(ctx context.Context, from string) (work string, done func(), err error) {
	info, err := os.Stat(from)
	if err != nil {
		return "", nil, trouble(err)
	}
	if info.IsDir() {
		return from, func() {}, nil
	}
	work, err = os.MkdirTemp(filepath.Dir(from), ".mingzhi-restore-*")
	if err != nil {
		return "", nil, trouble(err)
	}
	if err := unpack(ctx, from, work); err != nil {
		os.RemoveAll(work)
		return "", nil, err
	}
	return work, func() { os.RemoveAll(work) }, nil
}

// verify reads every byte before anything is touched.
func verify(ctx context.Context, work string, o Options) (Manifest, error) {
	var m Manifest
	text, err := os.ReadFile(filepath.Join(work, manifestName))
	if err != nil {
		return m, damaged(manifestName).Because(err)
	}
	sum, err := os.ReadFile(filepath.Join(work, manifestSum))
	if err != nil || !strings.HasPrefix(string(sum), digest(text)+" ") {
		return m, damaged(manifestName).Because(err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, damaged(manifestName).Because(err)
	}
	if m.Format != format {
		return m, problem.New(problem.Conflict, "backup.format", "这份备份由另一个版本的程序（{tool}）制作，请用那个版本恢复。", "tool", m.Tool)
	}
	for _, t := range m.Tables {
		if err := check(ctx, work, t.File, t.SHA256); err != nil {
			return m, err
		}
	}
	folders := o.folders()
	for _, f := range m.Files {
		if err := check(ctx, work, f.Path, f.SHA256); err != nil {
			return m, err
		}
		if place, _ := split(f.Path); folders[place] == "" {
			return m, problem.New(problem.Invalid, "backup.no_folder", "备份里有 {place} 的文件，但没有说明要恢复到哪个文件夹。", "place", place)
		}
	}
	return m, nil
}

func check(ctx context.Context, work, name, want string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return damaged(name)
	}
	sum, _, err := digestFile(filepath.Join(work, filepath.FromSlash(name)))
	if err != nil || sum != want {
		return damaged(name).Because(err)
	}
	return nil
}

// split tells a file's place ("files/court", "books") from its name below it.
func split(name string) (place, rest string) {
	parts := strings.SplitN(name, "/", 3)
	if parts[0] == "files" && len(parts) == 3 {
		return parts[0] + "/" + parts[1], parts[2]
	}
	place, rest, _ = strings.Cut(name, "/")
	return place, rest
}

func emptyFolder(dir string) error {
	err := each(dir, func(_, full string) error {
		return problem.New(problem.Conflict, "backup.folder_not_empty", "目标文件夹里已有文件，恢复没有进行：{path}。请指定一个空文件夹。", "path", full)
	})
	return trouble(err)
}

func emptyDatabase(ctx context.Context, conn *pgx.Conn) error {
	rows, _ := conn.Query(ctx, listTables)
	tables, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Table, err error) {
		return t, row.Scan(&t.Name, &t.Columns)
	})
	if err != nil {
		return err
	}
	for _, t := range tables {
		var used bool
		if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+t.Name+")").Scan(&used); err != nil {
			return err
		}
		if used {
			return problem.New(problem.Conflict, "backup.database_not_empty", "目标数据库里已有数据（表 {table}），恢复没有进行。请指定一个空的数据库。", "table", t.Name)
		}
	}
	return nil
}

// fill loads the tables and compares what must be the same afterwards.
func fill(ctx context.Context, tx pgx.Tx, work string, m Manifest) error {
	version, err := schema(ctx, tx)
	if err != nil {
		return err
	}
	if version != m.Schema {
		return problem.New(problem.Conflict, "backup.schema_version",
			"备份的表结构是第 {backup} 版，这个程序建立的是第 {program} 版。请用制作备份的版本（{tool}）恢复，再升级。",
			"backup", m.Schema, "program", version, "tool", m.Tool)
	}
	if err := load(ctx, tx, work, m); err != nil {
		return err
	}
	now, err := heads(ctx, tx)
	if err != nil {
		return err
	}
	if !slices.Equal(now, m.Audit) {
		return problem.New(problem.Invalid, "backup.audit_differs", "恢复后的审计链与备份清单不一致，恢复已撤销。")
	}
	return nil
}

func spread(ctx context.Context, work string, m Manifest, o Options, written *[]string) error {
	folders := o.folders()
	for _, f := range m.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		place, rest := split(f.Path)
		if !filepath.IsLocal(filepath.FromSlash(rest)) {
			return damaged(f.Path)
		}
		to := filepath.Join(folders[place], filepath.FromSlash(rest))
		_, sum, err := copyFile(filepath.Join(work, filepath.FromSlash(f.Path)), to)
		if err != nil {
			return err
		}
		*written = append(*written, to)
		if sum != f.SHA256 {
			return damaged(f.Path)
		}
	}
	return nil
}
