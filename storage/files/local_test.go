package files_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"mingzhi/backoffice/problem"
	"mingzhi/storage/files"
	"mingzhi/storage/files/filestest"
)

func TestLocal(t *testing.T) {
	filestest.Conformance(t, func(t *testing.T) files.Store {
		s, err := files.Local(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func TestStoresAreApart(t *testing.T) {
	dir := t.TempDir()
	s, err := files.OpenLocal(dir)
	if err != nil {
		t.Fatal(err)
	}
	s.Court.Put(t.Context(), "k", strings.NewReader("secret"))
	for _, other := range []files.Store{s.Inbox, s.Disclosed} {
		if _, err := other.Get(t.Context(), "k"); !problem.Is(err, problem.NotFound) {
			t.Error(err)
		}
	}
	public, err := files.OpenLocalPublic(t.TempDir())
	if err != nil || public.Court != nil {
		t.Errorf("the public half has the court's store: %v", err)
	}
	filepath.WalkDir(dir, func(path string, d os.DirEntry, _ error) error {
		if info, _ := d.Info(); path != dir && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v", path, info.Mode())
		}
		return nil
	})
}

func TestFullDisk(t *testing.T) {
	err := files.Trouble(fmt.Errorf("write: %w", &os.PathError{Op: "write", Err: syscall.ENOSPC}))
	if e, ok := problem.As(err); !ok || e.Key != "file.disk_full" || e.Kind != problem.Unavailable {
		t.Errorf("got %v", err)
	}
}
