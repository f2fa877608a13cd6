package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// bare is the reference of record: the rows that one act wrote, written again under new ids.
type bare struct {
	pool       *pgxpool.Pool
	statements []string
	values     [][]any
	ids        map[uuid.UUID]bool // what must be new each time
}

func (b *bare) one(ctx context.Context) error {
	fresh := map[uuid.UUID]uuid.UUID{}
	for id := range b.ids {
		fresh[id] = uuid.Must(uuid.NewV7())
	}
	tx, err := b.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	for i, sql := range b.statements {
		args := append([]any{}, b.values[i]...)
		for j, v := range args {
			if id, ok := v.([16]byte); ok && b.ids[id] {
				args[j] = fresh[id]
			}
			if s, ok := v.(string); ok && strings.HasPrefix(s, "act:") {
				args[j] = "act:" + uuid.NewString()
			}
		}
		if _, err := tx.Exec(ctx, sql, args...); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}

// written finds the rows of an act on a case; triggers write the rest, for both.
var written = []struct{ table, where string }{
	{"court.docket", "case_id = $1"},
	{"court.docket_facts", "event_id IN (SELECT id FROM court.docket WHERE case_id = $1)"},
	{"court.deadline", "case_id = $1"},
	{"court.matter", "case_id = $1"},
	{"court.matter_step", "matter_id IN (SELECT id FROM court.matter WHERE case_id = $1)"},
	{"disclosed.viewer", "case_id = $1"},
	{"disclosed.item", "case_id = $1"},
	{"disclosed.clock", "case_id = $1"},
	{"disclosed.outgoing", "id IN (SELECT message_id FROM court.disclosure WHERE case_id = $1)"},
	{"court.disclosure", "case_id = $1"},
	{"court.alert", "case_id = $1"},
	{"court.audit", "case_id = $1"},
}

func newBare(ctx context.Context, pool *pgxpool.Pool, of uuid.UUID) (*bare, error) {
	b := &bare{pool: pool, ids: map[uuid.UUID]bool{}}
	for _, w := range written {
		rows, err := pool.Query(ctx, "SELECT * FROM "+w.table+" WHERE "+w.where, of)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			values, err := rows.Values()
			if err != nil {
				return nil, err
			}
			b.keep(w.table, rows, values)
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("%s: %w", w.table, err)
		}
	}
	return b, nil
}

func (b *bare) keep(table string, rows pgx.Rows, values []any) {
	var columns, places []string
	for i, f := range rows.FieldDescriptions() {
		columns, places = append(columns, f.Name), append(places, fmt.Sprintf("$%d", i+1))
		if id, ok := values[i].([16]byte); ok && f.Name == "id" {
			b.ids[id] = true
		}
		if f.DataTypeOID == pgtype.JSONBOID || f.DataTypeOID == pgtype.JSONOID { // comes as text, and a JSON null decoded would be none
			values[i] = string(rows.RawValues()[i])
		}
	}
	b.statements = append(b.statements, "INSERT INTO "+table+" ("+strings.Join(columns, ", ")+") VALUES ("+strings.Join(places, ", ")+")")
	b.values = append(b.values, values)
}

// rows counts every row there is.
func rows(ctx context.Context, pool *pgxpool.Pool) (n int, err error) {
	tables, err := pool.Query(ctx, `SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('court', 'disclosed', 'edge', 'inbox')`)
	if err != nil {
		return 0, err
	}
	names, err := pgx.CollectRows(tables, pgx.RowTo[string])
	for _, name := range names {
		var some int
		if err == nil {
			err = pool.QueryRow(ctx, "SELECT count(*) FROM "+name).Scan(&some)
		}
		n += some
	}
	return n, err
}
