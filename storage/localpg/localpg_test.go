package localpg

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/problem"
)

// The helper is this test binary again: a parent that a test can kill.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LOCALPG_HELPER_DIR"); dir != "" {
		s, err := Start(context.Background(), Options{Dir: dir})
		if err != nil {
			fmt.Println("failed", err)
			os.Exit(1)
		}
		fmt.Println("up", s.cmd.Process.Pid)
		time.Sleep(time.Hour)
	}
	os.Exit(m.Run())
}

// open returns a folder that any user can enter, as t.TempDir of root is not.
func open(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "localpg-test-")
	if err != nil {
		t.Fatal(err)
	}
	os.Chmod(dir, 0o755)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Stop(context.Background()) })
	return s
}

func query[T any](t *testing.T, s *Server, sql string) (v T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.DSN(Superuser, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatal(sql, err)
	}
	return v
}

func TestStartsTwiceOnTheSameData(t *testing.T) {
	dir := open(t)
	var said []string
	s := start(t, Options{Dir: dir, Progress: func(m string) { said = append(said, m) }})
	if got := query[string](t, s, "SELECT datctype||'/'||pg_encoding_to_char(encoding) FROM pg_database WHERE datname='postgres'"); !strings.HasSuffix(got, "UTF-8/UTF8") {
		t.Error("locale", got)
	}
	query[int](t, s, "WITH x AS (SELECT 1) SELECT count(*) FROM x")
	exec1(t, s, "CREATE TABLE kept AS SELECT 7 AS n")
	if fsync := query[string](t, s, "SHOW fsync"); fsync != "on" {
		t.Error("fsync is", fsync)
	}
	if addr := query[string](t, s, "SHOW listen_addresses"); addr != "" {
		t.Error("listens on", addr)
	}
	if info, err := os.Stat(s.socket); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("socket folder: %v %v", info, err)
	}
	socket := s.socket
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Stop(t.Context())
	if _, err := os.Stat(socket); err == nil {
		t.Error("the socket folder is left behind")
	}
	if len(said) != 2 {
		t.Errorf("first start said %q", said)
	}
	began := time.Now()
	s = start(t, Options{Dir: dir})
	t.Logf("second start: %v", time.Since(began))
	if n := query[int](t, s, "SELECT n FROM kept"); n != 7 {
		t.Error("kept", n)
	}
}

func exec1(t *testing.T, s *Server, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.DSN(Superuser, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(sql, err)
	}
}

func TestTrigramsOfChinese(t *testing.T) {
	s := start(t, Options{Dir: open(t), Unsafe: true})
	exec1(t, s, "CREATE EXTENSION pg_trgm")
	if n := query[int](t, s, "SELECT cardinality(show_trgm('失信被执行人'))"); n == 0 {
		t.Error("pg_trgm sees no Chinese")
	}
	if query[string](t, s, "SHOW fsync") != "off" {
		t.Error("unsafe keeps fsync")
	}
}

func TestSecondCopyIsRefused(t *testing.T) {
	dir := open(t)
	start(t, Options{Dir: dir, Unsafe: true})
	_, err := Start(t.Context(), Options{Dir: dir, Unsafe: true})
	if e, ok := problem.As(err); !ok || e.Kind != problem.Conflict || !strings.Contains(e.Text, "另一个明执正在使用这个数据目录") {
		t.Fatalf("got %v", err)
	}
}

func TestDiesWithItsParentAndStartsAgain(t *testing.T) {
	dir := open(t)
	helper := exec.Command(os.Args[0])
	helper.Env = append(os.Environ(), "LOCALPG_HELPER_DIR="+dir)
	out, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	var word string
	var pid int
	if _, err := fmt.Fscan(out, &word, &pid); err != nil || word != "up" {
		t.Fatal(word, err)
	}
	if isPostgres(pid) != yes {
		t.Fatal("no postgres runs as", pid)
	}
	helper.Process.Kill()
	helper.Wait()
	s := start(t, Options{Dir: dir}) // while the other may still be ending
	if query[int](t, s, "SELECT 1") != 1 {
		t.Error("no answer")
	}
	for range 300 {
		if isPostgres(pid) == no {
			left, _ := filepath.Glob(filepath.Join(os.TempDir(), socketPrefix+"*"))
			for _, l := range left {
				if raw, _ := os.ReadFile(filepath.Join(dir, "postgres-"+strconv.Itoa(s.home.engine.major), "socket")); l != string(raw) {
					t.Log("another server's socket folder:", l)
				}
			}
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("postgres outlived its parent")
}

func TestStalePidOfAnotherProcess(t *testing.T) {
	dir := open(t)
	s := start(t, Options{Dir: dir, Unsafe: true})
	data := s.home.data()
	s.Stop(t.Context())
	// a number that lives and is nobody's postgres, as in a container after a kill
	os.WriteFile(filepath.Join(data, "postmaster.pid"), []byte("1\n"+data+"\n1\n5432\n/tmp\n\n\nready\n"), 0o600)
	start(t, Options{Dir: dir, Unsafe: true})
}

func TestForeignFolderIsLeftAlone(t *testing.T) {
	dir := open(t)
	e, err := choose(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	theirs := filepath.Join(dir, "postgres-"+strconv.Itoa(e.major), "thesis.txt")
	os.MkdirAll(filepath.Dir(theirs), 0o755)
	os.WriteFile(theirs, []byte("years of work"), 0o644)
	_, err = Start(t.Context(), Options{Dir: dir})
	if e, ok := problem.As(err); !ok || e.Key != "localpg.foreign_dir" {
		t.Fatalf("got %v", err)
	}
	entries, _ := os.ReadDir(filepath.Dir(theirs))
	if raw, _ := os.ReadFile(theirs); string(raw) != "years of work" || len(entries) != 1 {
		t.Error("the folder was changed")
	}
}

func TestClosedParentFolder(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("an ordinary user has only its own folders")
	}
	dir := open(t)
	os.Chmod(dir, 0o700)
	s := start(t, Options{Dir: filepath.Join(dir, "in", "side"), Unsafe: true})
	t.Log("runs as", s.home.engine.id.name)
	if query[int](t, s, "SELECT 1") != 1 {
		t.Error("no answer")
	}
}

func TestLongTempDir(t *testing.T) {
	long := filepath.Join(open(t), strings.Repeat("长", 40))
	os.MkdirAll(long, 0o755)
	t.Setenv("TMPDIR", long)
	s := start(t, Options{Dir: long, Unsafe: true})
	if len(s.socket) > maxSocket {
		t.Error(s.socket)
	}
}

func TestDataOfAMissingVersion(t *testing.T) {
	dir := open(t)
	os.MkdirAll(filepath.Join(dir, "postgres-9", "data"), 0o755)
	os.WriteFile(filepath.Join(dir, "postgres-9", "data", "PG_VERSION"), []byte("9\n"), 0o644)
	_, err := Start(t.Context(), Options{Dir: dir})
	if e, ok := problem.As(err); !ok || e.Key != "localpg.version_missing" {
		t.Fatalf("got %v", err)
	}
}

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		err    error
		output string
		key    string
	}{
		{syscall.ENOSPC, "", "localpg.disk_full"},
		{fmt.Errorf("exit status 1"), "FATAL:  could not write to file: No space left on device", "localpg.disk_full"},
		{fmt.Errorf("exit status 1"), `FATAL:  lock file "postmaster.pid" already exists`, "localpg.in_use"},
		{os.ErrPermission, "", "localpg.permission"},
		{fmt.Errorf("exit status 1"), "?", "localpg.start_failed"},
	} {
		if e, ok := problem.As(explain(c.err, c.output)); !ok || e.Key != c.key {
			t.Errorf("%v %q: %v", c.err, c.output, e)
		}
	}
}

func TestLogHoldsNoStatements(t *testing.T) {
	var log bytes.Buffer
	s := start(t, Options{Dir: open(t), Unsafe: true, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	conn, err := pgx.Connect(t.Context(), s.DSN(Superuser, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	conn.Exec(t.Context(), "SELECT '460100199001011234'::uuid")
	conn.Close(t.Context())
	s.Stop(t.Context())
	if strings.Contains(log.String(), "460100199001011234") {
		t.Error("personal data in the log")
	}
}

func TestDebianNewestFirst(t *testing.T) {
	root := t.TempDir()
	for _, v := range []string{"9", "15", "17"} {
		os.MkdirAll(filepath.Join(root, v, "bin"), 0o755)
	}
	got := debianBinaries(root)
	if len(got) != 3 || !strings.Contains(got[0], "17") || !strings.Contains(got[2], "/9/") {
		t.Error(got)
	}
}
