package public

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"mingzhi/storage/storagetest"
)

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

func list(t *testing.T, c *pgx.Conn, sql string) []string {
	t.Helper()
	rows, err := c.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// denied says that PostgreSQL refused for want of rights, not for another reason.
func denied(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "42501"
}

// try runs sql and undoes it.
func try(t *testing.T, c *pgx.Conn, sql string) error {
	t.Helper()
	tx, err := c.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context())
	if _, err := tx.Exec(t.Context(), "SELECT set_config('mingzhi.court', 'sanya', true)"); err != nil {
		t.Fatal(err)
	}
	_, err = tx.Exec(t.Context(), sql)
	return err
}

// TestPublicAccountCanDoNothingElse walks every table of every schema and really tries every
// verb; what goes through is compared with the golden list.
func TestPublicAccountCanDoNothingElse(t *testing.T) {
	db := storagetest.New(t)
	owner, public := connect(t, db.OwnerDSN), connect(t, db.PublicDSN)
	tables := list(t, owner, `SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r','p','v','m','f') AND n.nspname NOT IN ('pg_catalog','information_schema','pg_toast') ORDER BY 1`)
	if len(tables) < 20 {
		t.Fatalf("only %d tables", len(tables))
	}
	var allowed []string
	for _, table := range tables {
		column := list(t, owner, fmt.Sprintf(`SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = '%s'::regclass AND attnum > 0
			AND NOT attisdropped AND attidentity = '' LIMIT 1`, table))[0]
		for verb, sql := range map[string]string{
			"SELECT": "SELECT * FROM " + table + " LIMIT 0", "INSERT": fmt.Sprintf("INSERT INTO %s (%s) SELECT NULL WHERE false", table, column),
			"UPDATE": fmt.Sprintf("UPDATE %s SET %s = DEFAULT WHERE false", table, column), "DELETE": "DELETE FROM " + table + " WHERE false",
			"TRUNCATE": "TRUNCATE " + table + " CASCADE", "DROP": "DROP TABLE " + table + " CASCADE",
			"ALTER": "ALTER TABLE " + table + " DISABLE ROW LEVEL SECURITY",
		} {
			// A complaint about types comes only to one who has the right.
			if !denied(try(t, public, sql)) {
				allowed = append(allowed, verb+" "+table)
			}
		}
	}
	slices.Sort(allowed)
	compare(t, "testdata/public_rights.golden", strings.Join(allowed, "\n")+"\n")
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	want, err := os.ReadFile(path)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		err = os.WriteFile(path, []byte(got), 0o644)
		want = []byte(got)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the public account's rights have changed; it may now do:\n%s", got)
	}
}

func TestPublicAccountCannotReachFurther(t *testing.T) {
	db := storagetest.New(t)
	owner, public := connect(t, db.OwnerDSN), connect(t, db.PublicDSN)
	for _, sql := range []string{
		"CREATE TABLE court.x (a int)", "CREATE TABLE edge.x (a int)", "CREATE TABLE public.x (a int)", "CREATE TABLE disclosed.x (a int)",
		"CREATE SCHEMA x", "CREATE ROLE x", "CREATE EXTENSION dblink SCHEMA edge", "CREATE FUNCTION edge.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
		"SET ROLE mingzhi_court", "SET SESSION AUTHORIZATION mingzhi_court", "GRANT mingzhi_court TO mingzhi_public",
		"ALTER ROLE mingzhi_public BYPASSRLS", "ALTER ROLE mingzhi_public SUPERUSER", "SET row_security = off; SELECT * FROM disclosed.tip",
		"SELECT * FROM pg_authid", "SELECT * FROM pg_shadow", "SELECT pg_read_file('/etc/passwd')", "COPY edge.rate TO PROGRAM 'true'",
		"COPY edge.rate FROM '/etc/passwd'", "SELECT lo_import('/etc/passwd')", "SELECT pg_reload_conf()",
		"SELECT nextval('inbox.submission_seq_seq')", "ALTER TABLE edge.rate OWNER TO mingzhi_public", "DROP POLICY tenant ON edge.rate",
		"INSERT INTO inbox.submission (court, id, kind, received_at, meta) VALUES ('wugang', gen_random_uuid(), 'tip', now(), '{}')",
		"INSERT INTO edge.rate VALUES ('wugang', 'k', 1, now())",
	} {
		err := try(t, public, sql)
		if err == nil {
			t.Errorf("went through: %s", sql)
		} else if !denied(err) {
			var pg *pgconn.PgError
			// 22023/0LP01: not even a member; 0A000: no such extension here.
			if !errors.As(err, &pg) || !slices.Contains([]string{"0LP01", "0A000", "58P01"}, pg.Code) {
				t.Errorf("%s: %v", sql, err)
			}
		}
	}
	for _, f := range list(t, owner, `SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ('court','disclosed','inbox')`) {
		name, _, _ := strings.Cut(f, "(")
		if err := try(t, public, "SELECT "+name+"()"); err == nil {
			t.Errorf("may call %s", f)
		}
	}
}

func TestPublicAccountSeesOneCourt(t *testing.T) {
	db := storagetest.New(t)
	owner, public := connect(t, db.OwnerDSN), connect(t, db.PublicDSN)
	for _, sql := range []string{
		`INSERT INTO disclosed.court (court, profile, version, changed_at) VALUES ('sanya','{}',1,now()), ('wugang','{}',1,now())`,
		`INSERT INTO disclosed.clause VALUES ('sanya','1','a','t',1), ('wugang','1','a','t',1)`,
		`INSERT INTO edge.rate VALUES ('sanya','k',1,now()), ('wugang','k',1,now())`,
	} {
		if _, err := owner.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	count := func(court, table string) (n int) {
		t.Helper()
		tx, err := public.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback(t.Context())
		if court != "" {
			if _, err := tx.Exec(t.Context(), "SELECT set_config('mingzhi.court', $1, true)", court); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, table := range []string{"disclosed.clause", "edge.rate"} {
		if n := count("sanya", table); n != 1 {
			t.Errorf("%s of sanya: %d rows", table, n)
		}
		if n := count("", table); n != 0 {
			t.Errorf("%s without a court: %d rows", table, n)
		}
	}
	if n := count("", "disclosed.court"); n != 2 {
		t.Errorf("courts: %d", n) // the one list that belongs to no court
	}
}
