package public

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"mingzhi/backoffice/problem"
	"mingzhi/storage/files"
	"mingzhi/storage/public/internal/edgedb"
	"mingzhi/storage/sealing"
)

// Store is the public half's database, keys, inbox files and clock.
type Store struct {
	pool  *pgxpool.Pool
	Keys  *sealing.PublicKeyring
	Inbox files.Store
	now   func() time.Time

	mu       sync.Mutex
	profiles map[string]*cached
}

// slow bounds every use: a database that hangs must not hold the visitor's page for ever.
const slow = 10 * time.Second

// Open connects to dsn as the account that may do nothing but ask and submit. now is the one clock.
func Open(ctx context.Context, dsn string, keys *sealing.PublicKeyring, inbox files.Store, now func() time.Time) (*Store, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, problem.New(problem.Invalid, "storage.dsn", "数据库地址写得不对，请检查 DATABASE_URL。").Because(err)
	}
	// A login that could do more (the owner of a small installation) steps down before its first statement.
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		plainIDs(c.TypeMap())
		_, err := c.Exec(ctx, "SET ROLE mingzhi_public")
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("public.Open: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, unreachable().Because(err)
	}
	return &Store{pool: pool, Keys: keys, Inbox: inbox, now: now, profiles: map[string]*cached{}}, nil
}

// Close gives the connections back.
func (s *Store) Close() { s.pool.Close() }

// Now is the instant by the store's clock.
func (s *Store) Now() time.Time { return s.now() }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.pool.Ping(ctx) }

// inCourt runs several statements of one court together; the court is named with BEGIN. The
// court's id is safe in the statement: it is checked against the pattern the table enforces.
func (s *Store) inCourt(ctx context.Context, court string, fn func(pgx.Tx) error) error {
	if !validCourt(court) {
		return unknownCourt()
	}
	ctx, cancel := context.WithTimeout(ctx, slow)
	defer cancel()
	return explain(pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{BeginQuery: "BEGIN; SET LOCAL mingzhi.court = '" + court + "'"}, fn))
}

// once runs one statement of a court in one round trip.
func (s *Store) once(ctx context.Context, court string, fn func(context.Context, *edgedb.Queries) error) error {
	return s.onceBy(ctx, trip{pool: s.pool, court: court}, fn)
}

func (s *Store) onceBy(ctx context.Context, t trip, fn func(context.Context, *edgedb.Queries) error) error {
	if !validCourt(t.court) {
		return unknownCourt()
	}
	ctx, cancel := context.WithTimeout(ctx, slow)
	defer cancel()
	return explain(fn(ctx, edgedb.New(t)))
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

func unknownCourt() *problem.Error {
	return problem.New(problem.NotFound, "court.unknown", "没有这个法院的入口，请核对网址。")
}

func unreachable() *problem.Error {
	return problem.New(problem.Unavailable, "storage.unreachable",
		"系统暂时连不上数据库，您刚才的操作没有保存。请稍后再试；事情紧急的，请直接拨打法院电话。")
}

// explain turns what only the database knows into the house's words. A statement that is wrong
// stays an unknown error: it is ours to mend, not the visitor's.
func explain(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := problem.As(err); ok || errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code[:2] {
		case "53", "57", "58", "08": // no resources, shutting down, disk, connection
			return unreachable().Because(err)
		}
		return err
	}
	return unreachable().Because(err)
}
