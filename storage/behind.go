package storage

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// behind writes in the order of the act but not one round trip each: a statement whose result
// nobody asks for waits and goes along with the next that is asked for, or with the act's end.
// Its error comes from that one, and the act fails all the same.
type behind struct {
	pgx.Tx
	queued pgx.Batch
}

// silent statements are told by sqlc's own mark: ":exec" returns nothing but an error.
func silent(sql string) bool {
	line, _, _ := strings.Cut(sql, "\n")
	return strings.HasPrefix(line, "-- name: ") && strings.HasSuffix(line, " :exec")
}

func (b *behind) flush(ctx context.Context) error {
	if b.queued.Len() == 0 {
		return nil
	}
	batch := b.queued
	b.queued = pgx.Batch{}
	return b.Tx.SendBatch(ctx, &batch).Close()
}

// Exec is part of courtdb.DBTX.
func (b *behind) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	b.queued.Queue(sql, args...)
	if silent(sql) {
		return pgconn.CommandTag{}, nil
	}
	results, err := b.send(ctx)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := results.Exec()
	if closing := results.Close(); err == nil {
		err = closing
	}
	return tag, err
}

// send sends what waits and stands before the last one's result.
func (b *behind) send(ctx context.Context) (pgx.BatchResults, error) {
	batch := b.queued
	b.queued = pgx.Batch{}
	results := b.Tx.SendBatch(ctx, &batch)
	for range batch.Len() - 1 {
		if _, err := results.Exec(); err != nil {
			results.Close()
			return nil, err
		}
	}
	return results, nil
}

// Query is part of courtdb.DBTX.
func (b *behind) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if b.queued.Len() == 0 {
		return b.Tx.Query(ctx, sql, args...)
	}
	b.queued.Queue(sql, args...)
	results, err := b.send(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		results.Close()
		return nil, err
	}
	return &behindRows{rows, results}, nil
}

// QueryRow is part of courtdb.DBTX.
func (b *behind) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if b.queued.Len() == 0 {
		return b.Tx.QueryRow(ctx, sql, args...)
	}
	rows, err := b.Query(ctx, sql, args...)
	return behindRow{rows, err}
}

// Begin is a savepoint: what waits belongs before it.
func (b *behind) Begin(ctx context.Context) (pgx.Tx, error) {
	if err := b.flush(ctx); err != nil {
		return nil, err
	}
	return b.Tx.Begin(ctx)
}

// SendBatch keeps the order too; an error of what waited spoils the transaction, and so the batch.
func (b *behind) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	_ = b.flush(ctx)
	return b.Tx.SendBatch(ctx, batch)
}

type behindRows struct {
	pgx.Rows
	results pgx.BatchResults
}

// Next frees the connection after the last row, as it does without a batch.
func (r *behindRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

func (r *behindRows) Close() {
	r.Rows.Close()
	_ = r.results.Close() // the rows' own error says it first
}

type behindRow struct {
	rows pgx.Rows
	err  error
}

func (r behindRow) Scan(into ...any) error {
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
	return r.rows.Scan(into...)
}
