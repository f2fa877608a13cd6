package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"mingzhi/backoffice/rulebook"
	"mingzhi/migrations"
	"mingzhi/storage/files"
	"mingzhi/storage/localpg"
	"mingzhi/storage/sealing"
)

// stage is what the rows stand on: a private PostgreSQL that keeps what it promised, keys and a court.
type stage struct {
	settings
	dir        string
	pg         *localpg.Server
	postmaster string
	keys       *sealing.Keyring
	public     *sealing.PublicKeyring
	files      *files.Stores
	court      string
	profile    *os.File
	courts     [2]*hall // of two sizes, once a row has asked for them
}

const template = "bench_template"

func openStage(ctx context.Context, s settings) (st *stage, err error) {
	st = &stage{settings: s}
	defer func() {
		if err != nil {
			st.close()
		}
	}()
	if st.dir, err = os.MkdirTemp("", "mingzhi-bench-"); err != nil {
		return st, err
	}
	if err = os.Chmod(st.dir, 0o711); err != nil { // the database's own user passes through
		return st, err
	}
	if st.pg, err = localpg.Start(ctx, localpg.Options{Dir: st.dir}); err != nil {
		return st, err
	}
	if err = sealing.Create(filepath.Join(st.dir, "keys")); err != nil {
		return st, err
	}
	if st.keys, err = sealing.Open(filepath.Join(st.dir, "keys")); err != nil {
		return st, err
	}
	if st.public, err = sealing.OpenPublic(filepath.Join(st.dir, "keys")); err != nil {
		return st, err
	}
	if st.files, err = files.OpenLocal(filepath.Join(st.dir, "files")); err != nil {
		return st, err
	}
	courts, err := rulebook.Courts(rulebook.Seeds())
	if err != nil {
		return st, err
	}
	st.court = courts[0]
	return st, st.prepare(ctx)
}

func (st *stage) prepare(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, st.pg.DSN(localpg.Superuser, "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var backend int
	if err := conn.QueryRow(ctx, `SELECT pg_backend_pid()`).Scan(&backend); err != nil {
		return err
	}
	st.postmaster = parent(strconv.Itoa(backend))
	if _, err := conn.Exec(ctx, `CREATE DATABASE `+template); err != nil {
		return err
	}
	return migrations.Up(ctx, st.pg.DSN(localpg.Superuser, template))
}

// database is a fresh one for a row, with a pool of its owner, whom no policy binds.
func (st *stage) database(ctx context.Context, name string) (*pgxpool.Pool, error) {
	conn, err := pgx.Connect(ctx, st.pg.DSN(localpg.Superuser, "postgres"))
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, `CREATE DATABASE `+name+` TEMPLATE `+template); err != nil {
		return nil, err
	}
	return pgxpool.New(ctx, st.dsn(localpg.Superuser, name))
}

// dsn holds subject and reference to the same number of connections.
func (st *stage) dsn(user, database string) string {
	return fmt.Sprintf("%s pool_max_conns=%d pool_min_conns=%d", st.pg.DSN(user, database), st.pool, st.pool)
}

func (st *stage) now() time.Time { return time.Now().Truncate(time.Microsecond) }

func (st *stage) close() {
	if st.pg != nil {
		_ = st.pg.Stop(context.Background())
	}
	if st.dir != "" {
		_ = os.RemoveAll(st.dir)
	}
}
