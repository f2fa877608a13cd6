package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage/courtdb"
	"mingzhi/storage/files"
	"mingzhi/storage/sealing"
)

// Store is the court half's database, keys, files and clock.
type Store struct {
	pool  *pgxpool.Pool
	Keys  *sealing.Keyring
	Files files.Store // the court's own file store
	Inbox files.Store // read only here: what the public half took in
	now   func() time.Time
	books books
}

// Open connects to dsn as the account that row-level security binds. now is the one clock.
func Open(ctx context.Context, dsn string, keys *sealing.Keyring, court, inbox files.Store, now func() time.Time) (*Store, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, problem.New(problem.Invalid, "storage.dsn", "数据库地址写得不对，请检查 DATABASE_URL。").Because(err)
	}
	// A login that could do more (the owner of a small installation) steps down before its first statement.
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "SET ROLE mingzhi_court")
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("storage.Open: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, problem.New(problem.Unavailable, "storage.unreachable", "连不上数据库。请确认数据库已启动、DATABASE_URL 正确，并且已执行 mingzhi migrate。").Because(err)
	}
	return &Store{pool: pool, Keys: keys, Files: court, Inbox: inbox, now: now}, nil
}

// Close gives the connections back.
func (s *Store) Close() { s.pool.Close() }

// Now is the instant by the store's clock.
func (s *Store) Now() time.Time { return s.now() }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.pool.Ping(ctx) }

// Pool is for what is not a statement of one court: migrations' checks, metrics.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Tx is one act: one court, one actor, one instant, one rulebook version.
type Tx struct {
	pgx.Tx
	*courtdb.Queries
	Court   string
	Actor   staff.Actor
	At      time.Time
	Book    *rulebook.Book
	Version int // of the rulebook
	Days    *calendar.Calendar
	Keys    *sealing.Keyring
}

// InTx runs fn in one transaction of the actor's court; every change of the act is in it or none is.
// A serialization failure or deadlock runs fn again, so fn touches nothing outside the database.
func (s *Store) InTx(ctx context.Context, actor staff.Actor, fn func(*Tx) error) error {
	// Book and calendar are read before the transaction has its connection: to ask for a second one
	// while holding the first would stop everybody once all are held.
	act := Tx{Court: actor.Court, Actor: actor, Keys: s.Keys}
	var err error
	if act.Book, act.Version, err = s.Book(ctx, actor.Court); err != nil {
		return err
	}
	if act.Days, err = s.Calendar(ctx); err != nil {
		return err
	}
	for try := 1; ; try++ {
		err = s.once(ctx, act, fn)
		var pg *pgconn.PgError
		if try < 4 && errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01") {
			continue
		}
		return explain(err)
	}
}

func (s *Store) once(ctx context.Context, act Tx, fn func(*Tx) error) error {
	return s.inCourt(ctx, act.Court, func(tx pgx.Tx) error {
		behind := &behind{Tx: tx}
		act.Tx, act.Queries, act.At = behind, courtdb.New(behind), s.now()
		if err := fn(&act); err != nil {
			return err
		}
		return behind.flush(ctx)
	})
}

// inCourt opens the transaction and names the court in one round trip. The court's id is safe in
// the statement: it is checked against the pattern the table enforces.
func (s *Store) inCourt(ctx context.Context, court string, fn func(pgx.Tx) error) error {
	if !validCourt(court) {
		return problem.New(problem.NotFound, "court.unknown", "没有这个法院的入口，请核对网址。")
	}
	return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{BeginQuery: "BEGIN; SET LOCAL mingzhi.court = '" + court + "'"}, fn)
}

func validCourt(id string) bool {
	if len(id) < 2 || len(id) > 31 || id[0] < 'a' || id[0] > 'z' {
		return false
	}
	for i := range len(id) {
		c := id[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// explain turns what only the database knows into the house's words.
func explain(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := problem.As(err); ok {
		return err
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "53100":
			return problem.New(problem.Unavailable, "storage.disk_full", "服务器磁盘已满，这次的内容没有保存。请联系管理员清理后再试。").Because(err)
		case "57P01", "57P02", "57P03", "53300":
			return problem.New(problem.Unavailable, "storage.busy", "数据库暂时不可用，这次的内容没有保存，请稍后再试。").Because(err)
		}
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return problem.New(problem.Unavailable, "storage.busy", "数据库暂时不可用，这次的内容没有保存，请稍后再试。").Because(err)
	}
	return err
}

// NoRows reports whether a query found nothing.
func NoRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
