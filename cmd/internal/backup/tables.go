package backup

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"mingzhi/backoffice/problem"
)

// listTables are all tables with rows of ours. What a migration tool notes of itself is made anew by it.
const listTables = `SELECT format('%I.%I', n.nspname, c.relname),
  (SELECT array_agg(quote_ident(a.attname) ORDER BY a.attnum) FROM pg_attribute a
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
  AND c.relname NOT IN ('goose_db_version', 'river_migration') ORDER BY 1`

const listSequences = `SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences
WHERE last_value IS NOT NULL AND sequencename NOT LIKE 'goose\_%'`

const auditHeads = `SELECT DISTINCT ON (court) court, seq, encode(head, 'hex') FROM court.audit_chain ORDER BY court, seq DESC`

func connect(ctx context.Context, dsn string) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, problem.New(problem.Unavailable, "backup.no_database", "连不上数据库，请检查数据库地址和账号。").Because(err)
	}
	// Row-level security must refuse, not silently leave rows out.
	if _, err := conn.Exec(ctx, "SET row_security = off; SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0"); err != nil {
		conn.Close(ctx)
		return nil, explain(err)
	}
	return conn, nil
}

// dump reads every table in one snapshot.
func dump(ctx context.Context, dsn, work string, m *Manifest) error {
	conn, err := connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return explain(err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	if err := describe(ctx, tx, m); err != nil {
		return explain(err)
	}
	if err := os.Mkdir(filepath.Join(work, "tables"), 0o700); err != nil {
		return trouble(err)
	}
	for i := range m.Tables {
		t := &m.Tables[i]
		t.File = "tables/" + strings.ReplaceAll(t.Name, `"`, "") + ".copy.gz"
		if err := copyOut(ctx, conn.PgConn(), work, t); err != nil {
			return explain(fmt.Errorf("%s: %w", t.Name, err))
		}
	}
	return nil
}

// describe notes what there is: tables, sequences, the audit chain's ends, the schema's version.
func describe(ctx context.Context, tx pgx.Tx, m *Manifest) error {
	rows, _ := tx.Query(ctx, listTables)
	var t Table
	_, err := pgx.ForEachRow(rows, []any{&t.Name, &t.Columns}, func() error {
		m.Tables = append(m.Tables, t)
		t = Table{}
		return nil
	})
	if err != nil {
		return err
	}
	if m.Sequences, err = sequences(ctx, tx); err != nil {
		return err
	}
	if m.Audit, err = heads(ctx, tx); err != nil {
		return err
	}
	if m.Schema, err = schema(ctx, tx); err != nil {
		return err
	}
	return tx.QueryRow(ctx, "SHOW server_version").Scan(&m.Postgres)
}

func sequences(ctx context.Context, tx pgx.Tx) (map[string]int64, error) {
	all := map[string]int64{}
	rows, _ := tx.Query(ctx, listSequences)
	var name string
	var last int64
	_, err := pgx.ForEachRow(rows, []any{&name, &last}, func() error {
		all[name] = last
		return nil
	})
	return all, err
}

func heads(ctx context.Context, tx pgx.Tx) ([]AuditHead, error) {
	rows, _ := tx.Query(ctx, auditHeads)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[AuditHead])
}

func schema(ctx context.Context, tx pgx.Tx) (version int64, err error) {
	err = tx.QueryRow(ctx, "SELECT COALESCE(max(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&version)
	return version, err
}

func copyOut(ctx context.Context, conn *pgconn.PgConn, work string, t *Table) error {
	f, err := os.OpenFile(filepath.Join(work, filepath.FromSlash(t.File)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	wide := bufio.NewWriterSize(io.MultiWriter(f, sum), 256<<10)
	zip, err := gzip.NewWriterLevel(wide, gzip.BestSpeed)
	if err != nil {
		return err
	}
	tag, err := conn.CopyTo(ctx, zip, "COPY "+t.Name+" ("+strings.Join(t.Columns, ", ")+") TO STDOUT")
	if err != nil {
		return err
	}
	t.Rows = tag.RowsAffected()
	if err := errors.Join(zip.Close(), wide.Flush(), f.Sync(), f.Close()); err != nil {
		return err
	}
	t.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// load fills the tables and proves by count that all rows came. Triggers and foreign keys rest:
// every row was checked when it was first written, and the queue must not fill a second time.
func load(ctx context.Context, tx pgx.Tx, work string, m Manifest) error {
	if _, err := tx.Exec(ctx, "SET LOCAL session_replication_role = replica"); err != nil {
		return err
	}
	names := make([]string, len(m.Tables))
	for i, t := range m.Tables {
		names[i] = t.Name
	}
	if _, err := tx.Exec(ctx, "TRUNCATE "+strings.Join(names, ", ")); err != nil {
		return err
	}
	for _, t := range m.Tables {
		if err := copyIn(ctx, tx.Conn().PgConn(), work, t); err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
		var rows int64
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM "+t.Name).Scan(&rows); err != nil {
			return err
		}
		if rows != t.Rows {
			return problem.New(problem.Invalid, "backup.rows_differ", "恢复后表 {table} 有 {got} 行，备份清单写的是 {want} 行；恢复已撤销。",
				"table", t.Name, "got", rows, "want", t.Rows)
		}
	}
	for name, last := range m.Sequences {
		if _, err := tx.Exec(ctx, "SELECT setval($1::regclass, $2)", name, last); err != nil {
			return err
		}
	}
	return nil
}

func copyIn(ctx context.Context, conn *pgconn.PgConn, work string, t Table) error {
	f, err := os.Open(filepath.Join(work, filepath.FromSlash(t.File)))
	if err != nil {
		return err
	}
	defer f.Close()
	zip, err := gzip.NewReader(bufio.NewReaderSize(f, 256<<10))
	if err != nil {
		return err
	}
	_, err = conn.CopyFrom(ctx, zip, "COPY "+t.Name+" ("+strings.Join(t.Columns, ", ")+") FROM STDIN")
	return err
}

// explain gives a sentence to what goes wrong when the account may do too little.
func explain(err error) error {
	if _, ok := problem.As(err); ok || err == nil {
		return err
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "42501" {
		return problem.New(problem.Forbidden, "backup.account", "备份和恢复要用数据库的超级用户账号，现在的账号看不到或写不了全部数据。").Because(err)
	}
	if errors.As(err, &pg) && (pg.Code == "42P01" || pg.Code == "42703" || pg.Code == "3F000") {
		return problem.New(problem.Conflict, "backup.schema", "数据库的表结构与程序的版本不一致，请先执行 mingzhi migrate，或换用与备份相同版本的程序。").Because(err)
	}
	return trouble(err)
}
