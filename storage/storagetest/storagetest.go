package storagetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"mingzhi/migrations"
	"mingzhi/storage/localpg"
)

const (
	owner       = localpg.Superuser
	courtRole   = "mingzhi_court"
	publicRole  = "mingzhi_public"
	dirPrefix   = "mingzhi-test-"
	template    = "mingzhi_template"
	oldestAlive = 6 * time.Hour // no test binary runs longer
)

// DB is one test's own database, seen by its three accounts.
type DB struct {
	CourtDSN  string
	PublicDSN string
	OwnerDSN  string
}

// server is shared by a test binary's tests; its template is migrated once.
type server struct {
	dsn      func(user, database string) string
	template string
	stop     func()
	copying  sync.Mutex // a template can be copied by one session at a time
}

var (
	start  = sync.OnceValues(startServer)
	used   atomic.Bool
	number atomic.Int64
)

// Main stops the server and removes its data after the tests; without it the server dies
// with the test binary, and a later run removes the data.
//
//	func TestMain(m *testing.M) { storagetest.Main(m) }
func Main(m *testing.M) {
	code := m.Run()
	if used.Load() {
		if s, err := start(); err == nil {
			s.stop()
		}
	}
	os.Exit(code)
}

// New copies the migrated template; the copy is dropped after the test.
func New(t testing.TB) *DB {
	t.Helper()
	used.Store(true)
	s, err := start()
	if err != nil {
		t.Fatalf("测试需要一个真的 PostgreSQL，而它没有起来：%v\n"+
			"（运行 npm ci，或安装系统的 postgresql，或设置 PG_BIN 或 TEST_DATABASE_URL）", err)
	}
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), number.Add(1))
	if err := s.copy(name); err != nil {
		t.Fatalf("建立测试数据库 %s：%v", name, err)
	}
	t.Cleanup(func() {
		if err := s.exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("删除测试数据库 %s：%v", name, err)
		}
	})
	return &DB{CourtDSN: s.dsn(courtRole, name), PublicDSN: s.dsn(publicRole, name), OwnerDSN: s.dsn(owner, name)}
}

func startServer() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	s := &server{template: template, stop: func() {}}
	if given := os.Getenv("TEST_DATABASE_URL"); given != "" {
		// Several test binaries share this server, so each has a template of its own.
		s.template = fmt.Sprintf("%s_%d", template, os.Getpid())
		if err := s.useGiven(given); err != nil {
			return nil, err
		}
	} else if err := s.useOwn(ctx); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *server) useOwn(ctx context.Context) error {
	sweep()
	dir, err := os.MkdirTemp("", dirPrefix)
	if err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o711); err != nil { // the child's user passes through
		return err
	}
	pg, err := localpg.Start(ctx, localpg.Options{Dir: dir, Unsafe: true})
	if err != nil {
		os.RemoveAll(dir)
		return err
	}
	s.dsn = pg.DSN
	s.stop = func() {
		pg.Stop(context.Background())
		os.RemoveAll(dir)
	}
	return nil
}

// useGiven takes the address of a superuser; the other accounts are reached with the same
// password, which the server's pg_hba may ignore.
func (s *server) useGiven(given string) error {
	if _, err := pgx.ParseConfig(given); err != nil {
		return fmt.Errorf("TEST_DATABASE_URL: %w", err)
	}
	s.dsn = func(user, database string) string {
		if u, err := url.Parse(given); err == nil && strings.HasPrefix(u.Scheme, "postgres") {
			if user != owner {
				password, _ := u.User.Password()
				u.User = url.UserPassword(user, password)
			}
			u.Path = "/" + database
			return u.String()
		}
		if user != owner {
			given := given + " user=" + user
			return given + " dbname=" + database
		}
		return given + " dbname=" + database
	}
	s.stop = func() { s.exec("DROP DATABASE IF EXISTS " + s.template + " WITH (FORCE)") }
	return nil
}

func (s *server) prepare(ctx context.Context) error {
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + s.template + " WITH (FORCE)", "CREATE DATABASE " + s.template} {
		if err := s.exec(sql); err != nil {
			return err
		}
	}
	if err := migrations.Up(ctx, s.dsn(owner, s.template)); err != nil {
		return fmt.Errorf("migrate the template: %w", err)
	}
	return nil
}

// copy insists for a moment: right after the migration its sessions may still be leaving.
func (s *server) copy(name string) error {
	s.copying.Lock()
	defer s.copying.Unlock()
	var err error
	for range 50 {
		err = s.exec("CREATE DATABASE " + name + " TEMPLATE " + s.template + " STRATEGY file_copy")
		if err == nil || !strings.Contains(err.Error(), "is being accessed") {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
	return err
}

func (s *server) exec(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.dsn(owner, "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

// sweep removes the data of binaries that ended without Main.
func sweep() {
	old, _ := filepath.Glob(filepath.Join(os.TempDir(), dirPrefix+"*"))
	for _, dir := range old {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > oldestAlive {
			os.RemoveAll(dir)
		}
	}
}
