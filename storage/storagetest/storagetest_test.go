package storagetest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { Main(m) }

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestDatabasesAreSeparate(t *testing.T) {
	a, b := New(t), New(t)
	ca := connect(t, a.OwnerDSN)
	if _, err := ca.Exec(t.Context(), "CREATE TABLE only_in_a ()"); err != nil {
		t.Fatal(err)
	}
	var there *string
	cb := connect(t, b.OwnerDSN)
	if err := cb.QueryRow(t.Context(), "SELECT to_regclass('only_in_a')::text").Scan(&there); err != nil || there != nil {
		t.Errorf("b sees a's table: %v %v", there, err)
	}
	// connections are left open: Cleanup drops the database all the same
}

func TestEveryAccountGetsIn(t *testing.T) {
	db := New(t)
	for want, dsn := range map[string]string{owner: db.OwnerDSN, courtRole: db.CourtDSN, publicRole: db.PublicDSN} {
		conn := connect(t, dsn)
		var got string
		if err := conn.QueryRow(t.Context(), "SELECT current_user").Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != want && os.Getenv("TEST_DATABASE_URL") == "" {
			t.Errorf("%s got in as %s", want, got)
		}
		conn.Close(t.Context())
	}
}

func TestParallel(t *testing.T) {
	for range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			connect(t, New(t).CourtDSN).Close(t.Context())
			t.Log("fresh database in", time.Since(began))
		})
	}
}

func TestSweepRemovesOnlyTheOld(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	old, fresh := filepath.Join(os.TempDir(), dirPrefix+"old"), filepath.Join(os.TempDir(), dirPrefix+"fresh")
	os.Mkdir(old, 0o755)
	os.Mkdir(fresh, 0o755)
	long := time.Now().Add(-2 * oldestAlive)
	os.Chtimes(old, long, long)
	sweep()
	if _, err := os.Stat(old); err == nil {
		t.Error("the old one is still there")
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Error("the fresh one is gone")
	}
}
