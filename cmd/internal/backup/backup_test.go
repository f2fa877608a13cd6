package backup

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/problem"
	"mingzhi/storage/sealing"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

// house is an installation: a database, three file stores, a folder of books.
type house struct {
	t    *testing.T
	conn *pgx.Conn
	o    Options
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db, dir := storagetest.New(t), t.TempDir()
	h := &house{t: t, o: Options{OwnerDSN: db.OwnerDSN, BooksDir: filepath.Join(dir, "books"), Tool: "test",
		FilesDirs: map[string]string{"inbox": filepath.Join(dir, "inbox"), "court": filepath.Join(dir, "court"), "disclosed": filepath.Join(dir, "disclosed")}}}
	var err error
	if h.conn, err = pgx.Connect(context.Background(), db.OwnerDSN); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.conn.Close(context.Background()) })
	return h
}

func (h *house) write(name, text string) {
	h.t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// live fills the house with rows of every schema and files of every store.
func (h *house) live() *house {
	h.t.Helper()
	for _, sql := range []string{
		`INSERT INTO court.court VALUES ('alpha', '甲法院', '甲01', now())`,
		`INSERT INTO court.rulebook VALUES ('alpha', 1, 'h', '\x00ff0a5c', now(), NULL)`,
		`INSERT INTO court.audit (court, id, at, actor_kind, action, result, detail) SELECT 'alpha', gen_random_uuid(), now(), 'system', 'a', 'done', '{"换行":"a\nb\\t"}' FROM generate_series(1, 50)`,
		`INSERT INTO court.audit_chain SELECT 'alpha', row_number() OVER (), id, sha256(id::text::bytea) FROM court.audit`,
		`INSERT INTO disclosed.court (court, profile, version, changed_at) VALUES ('alpha', '{}', 1, now())`,
		`INSERT INTO disclosed.outgoing (court, id, channels, address, template, template_version, template_name, provider_ids, params, text, check_code, clause, urgent, created_at, not_before) SELECT 'alpha', gen_random_uuid(), '{sms}', '\x01', 't', 1, '名', '{}', '[]', E'正文\n第二行', '123456', '3', false, now(), now() FROM generate_series(1, 200)`,
		`UPDATE edge.delivery SET state = 'sent', tries = 1 WHERE message_id IN (SELECT message_id FROM edge.delivery LIMIT 120)`,
		`INSERT INTO inbox.submission (court, id, kind, received_at, meta) SELECT 'alpha', gen_random_uuid(), 'delivery', now(), '{}' FROM generate_series(1, 30)`,
	} {
		if _, err := h.conn.Exec(h.t.Context(), sql); err != nil {
			h.t.Fatalf("%s: %v", sql, err)
		}
	}
	for name, dir := range h.o.FilesDirs {
		for i := range 5 {
			h.write(filepath.Join(dir, "ab", "cd", fmt.Sprintf("%s-%d", name, i)), strings.Repeat(name, i*1000))
		}
		h.write(filepath.Join(dir, ".tmp", "put-1"), "half")
	}
	h.write(filepath.Join(h.o.BooksDir, "alpha", "court.yaml"), "court: 甲")
	return h
}

// content is all that must be the same on both sides: each table's rows, hashed in order, and every file.
func (h *house) content() map[string]string {
	h.t.Helper()
	all := map[string]string{}
	rows, _ := h.conn.Query(h.t.Context(), listTables)
	tables, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Table, err error) { return t, row.Scan(&t.Name, &t.Columns) })
	if err != nil {
		h.t.Fatal(err)
	}
	for _, t := range tables {
		var sum string
		if err := h.conn.QueryRow(h.t.Context(), "SELECT count(*) || ' ' || COALESCE(md5(string_agg(x::text, '|' ORDER BY x::text)), '') FROM "+t.Name+" x").Scan(&sum); err != nil {
			h.t.Fatal(err)
		}
		all[t.Name] = sum
	}
	for place, dir := range h.o.folders() {
		each(dir, func(rel, full string) error {
			all[place+"/"+rel], _, err = digestFile(full)
			return err
		})
	}
	return all
}

func (h *house) backup(out string) Manifest {
	h.t.Helper()
	h.o.Out = out
	m, err := Backup(h.t.Context(), h.o)
	if err != nil {
		h.t.Fatal(err)
	}
	return m
}

func refused(t *testing.T, err error, key string) {
	t.Helper()
	if p, ok := problem.As(err); !ok || p.Key != key {
		t.Errorf("want %s, got %v", key, err)
	}
}

// bare takes the tables away: the machine has a PostgreSQL and nothing else.
func (h *house) bare() *house {
	h.t.Helper()
	_, err := h.conn.Exec(h.t.Context(), `DROP SCHEMA court, disclosed, inbox, edge CASCADE; DROP TABLE goose_db_version`)
	if err != nil {
		h.t.Fatal(err)
	}
	return h
}

func TestDrill(t *testing.T) {
	for _, name := range []string{"backup", "backup.tar"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old, fresh := newHouse(t).live(), newHouse(t).bare()
			out := filepath.Join(t.TempDir(), "sub", name)
			m := old.backup(out)
			if len(m.Audit) != 1 || m.Audit[0].Seq != 50 || m.Rows() < 500 || len(m.Files) != 16 || m.Tool != "test" || m.Schema == 0 {
				t.Errorf("%d rows, %d files, audit %v, schema %d", m.Rows(), len(m.Files), m.Audit, m.Schema)
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(out), ".mingzhi*")); len(left) > 0 {
				t.Error("left behind", left)
			}
			if _, err := Restore(t.Context(), out, fresh.o); err != nil {
				t.Fatal(err)
			}
			was, is := old.content(), fresh.content()
			for name := range was {
				if was[name] != is[name] {
					t.Errorf("%s: was %s, is %s", name, was[name], is[name])
				}
			}
			if len(was) != len(is) {
				t.Errorf("%d things became %d", len(was), len(is))
			}
			var seq int64
			err := fresh.conn.QueryRow(t.Context(), `INSERT INTO inbox.submission (court, id, kind, received_at, meta) VALUES ('alpha', gen_random_uuid(), 'delivery', now(), '{}') RETURNING seq`).Scan(&seq)
			if err != nil || seq != 31 {
				t.Errorf("the sequence begins again at %d, %v", seq, err)
			}
			_, err = Restore(t.Context(), out, fresh.o)
			refused(t, err, "backup.folder_not_empty")
		})
	}
}

func TestSnapshotIsOneInstant(t *testing.T) {
	t.Parallel()
	h := newHouse(t).live()
	ctx, cancel := context.WithCancel(t.Context())
	writing, begun := make(chan struct{}), make(chan struct{})
	var once sync.Once
	go func() {
		defer close(writing)
		conn, err := pgx.Connect(ctx, h.o.OwnerDSN)
		if err != nil {
			return
		}
		defer conn.Close(context.Background())
		for ctx.Err() == nil {
			conn.Exec(ctx, `INSERT INTO disclosed.outgoing (court, id, channels, address, template, template_version, template_name, provider_ids, params, text, check_code, clause, urgent, created_at, not_before) SELECT 'alpha', gen_random_uuid(), '{sms}', '\x01', 't', 1, '名', '{}', '[]', 'x', '123456', '3', false, now(), now()`)
			once.Do(func() { close(begun) })
		}
	}()
	select {
	case <-begun:
	case <-writing:
	}
	m := h.backup(filepath.Join(t.TempDir(), "b"))
	cancel()
	<-writing
	rows := map[string]int64{}
	for _, table := range m.Tables {
		rows[table.Name] = table.Rows
	}
	if rows["disclosed.outgoing"] != rows["edge.delivery"] || rows["disclosed.outgoing"] <= 200 {
		t.Errorf("%d messages, %d in the queue", rows["disclosed.outgoing"], rows["edge.delivery"])
	}
}

func TestDamageIsFoundBeforeAnythingIsTouched(t *testing.T) {
	t.Parallel()
	old, fresh := newHouse(t).live(), newHouse(t).bare()
	for name, harm := range map[string]func(dir string) error{
		"a byte of a table": func(dir string) error { return flip(filepath.Join(dir, "tables", "court.audit.copy.gz")) },
		"a byte of a file":  func(dir string) error { return flip(filepath.Join(dir, "files/court/ab/cd/court-3")) },
		"a file gone":       func(dir string) error { return os.Remove(filepath.Join(dir, "books/alpha/court.yaml")) },
		"the manifest":      func(dir string) error { return flip(filepath.Join(dir, manifestName)) },
		"no manifest":       func(dir string) error { return os.Remove(filepath.Join(dir, manifestName)) },
		"no sum":            func(dir string) error { return os.Remove(filepath.Join(dir, manifestSum)) },
	} {
		out := filepath.Join(t.TempDir(), "b")
		old.backup(out)
		if err := harm(out); err != nil {
			t.Fatal(name, err)
		}
		_, err := Restore(t.Context(), out, fresh.o)
		refused(t, err, "backup.damaged")
	}
	tarred := filepath.Join(t.TempDir(), "b.tar")
	old.backup(tarred)
	os.Truncate(tarred, 20_000)
	_, err := Restore(t.Context(), tarred, fresh.o)
	refused(t, err, "backup.damaged")
	var there *string
	if err := fresh.conn.QueryRow(t.Context(), `SELECT to_regclass('court.court')::text`).Scan(&there); err != nil || there != nil {
		t.Errorf("something was begun: %v %v", there, err)
	}
}

func flip(name string) error {
	raw, err := os.ReadFile(name)
	if err == nil {
		raw[len(raw)/2] ^= 1
		err = os.WriteFile(name, raw, 0o600)
	}
	return err
}

func TestKeysStayOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t).live()
	keys := filepath.Join(h.o.BooksDir, "keys")
	if err := sealing.Create(keys); err != nil {
		t.Fatal(err)
	}
	names, _ := filepath.Glob(filepath.Join(keys, "*"))
	if len(names) < 5 {
		t.Fatal(names)
	}
	for _, name := range names {
		if !keyName.MatchString(filepath.Base(name)) {
			t.Errorf("%s would be taken along", name)
		}
	}
	h.o.Out = filepath.Join(t.TempDir(), "b")
	_, err := Backup(t.Context(), h.o)
	refused(t, err, "backup.key_found")
	if _, err := os.Stat(h.o.Out); err == nil {
		t.Error("a backup all the same")
	}
}

func TestTargets(t *testing.T) {
	t.Parallel()
	old, fresh := newHouse(t).live(), newHouse(t)
	out := filepath.Join(t.TempDir(), "b")
	old.backup(out)
	_, err := Backup(t.Context(), old.o)
	refused(t, err, "backup.exists")
	inside := old.o
	inside.Out = filepath.Join(old.o.BooksDir, "b")
	_, err = Backup(t.Context(), inside)
	refused(t, err, "backup.inside")
	full := old.o
	full.FilesDirs, full.BooksDir = fresh.o.FilesDirs, fresh.o.BooksDir
	_, err = Restore(t.Context(), out, full)
	refused(t, err, "backup.database_not_empty")
	poor := fresh.o
	poor.FilesDirs = nil
	_, err = Restore(t.Context(), out, poor)
	refused(t, err, "backup.no_folder")
	weak := old.o
	weak.Out = out + "2"
	weak.OwnerDSN = strings.Replace(weak.OwnerDSN, "user=mingzhi ", "user=mingzhi_court ", 1)
	_, err = Backup(t.Context(), weak)
	if weak.OwnerDSN != old.o.OwnerDSN {
		refused(t, err, "backup.account")
	}
	other := fresh.o
	other.Schema = func(ctx context.Context, dsn string) error {
		_, err := fresh.conn.Exec(ctx, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)")
		return err
	}
	_, err = Restore(t.Context(), out, other)
	refused(t, err, "backup.schema_version")
}
