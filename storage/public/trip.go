package public

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// trip sends "which court" and one statement together: both run in the one implicit
// transaction of a pipeline, so the court holds for the statement and is gone after it.
type trip struct {
	pool  *pgxpool.Pool
	court string
	lock  string // waits for whoever holds this name first: the statement's snapshot is taken after that
	fresh bool   // planned for these very values: words differ too much in how often they stand anywhere
}

func (t trip) send(ctx context.Context, sql string, args []any) (pgx.BatchResults, error) {
	var b pgx.Batch
	switch {
	case t.lock != "":
		b.Queue("SELECT set_config('mingzhi.court', $1, true), pg_advisory_xact_lock(hashtextextended($2, 0))", t.court, t.court+"/"+t.lock)
	case t.fresh:
		b.Queue("SELECT set_config('mingzhi.court', $1, true), set_config('plan_cache_mode', 'force_custom_plan', true)", t.court)
	default:
		b.Queue("SELECT set_config('mingzhi.court', $1, true)", t.court)
	}
	b.Queue(sql, args...)
	results := t.pool.SendBatch(ctx, &b)
	if _, err := results.Exec(); err != nil {
		results.Close()
		return nil, err
	}
	return results, nil
}

// Exec is part of edgedb.DBTX.
func (t trip) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	results, err := t.send(ctx, sql, args)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := results.Exec()
	if closing := results.Close(); err == nil {
		err = closing // the commit's own error
	}
	return tag, err
}

// Query is part of edgedb.DBTX.
func (t trip) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	results, err := t.send(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		results.Close()
		return nil, err
	}
	return &tripRows{Rows: rows, results: results}, nil
}

// QueryRow is part of edgedb.DBTX.
func (t trip) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	rows, err := t.Query(ctx, sql, args...)
	return tripRow{rows, err}
}

type tripRows struct {
	pgx.Rows
	results pgx.BatchResults
	closed  bool
	closing error
}

// Next ends the trip with the last row, so that Err knows how the commit went.
func (r *tripRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

func (r *tripRows) Close() {
	if r.closed {
		return
	}
	r.closed = true
	r.Rows.Close()
	r.closing = r.results.Close()
}

func (r *tripRows) Err() error {
	if err := r.Rows.Err(); err != nil {
		return err
	}
	return r.closing
}

type tripRow struct {
	rows pgx.Rows
	err  error
}

// Scan reads the only row; what was written counts only when the commit went well too.
func (r tripRow) Scan(into ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return pgx.ErrNoRows
	}
	if err := r.rows.Scan(into...); err != nil {
		return err
	}
	r.rows.Close()
	return r.rows.Err()
}
