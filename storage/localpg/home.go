package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"mingzhi/backoffice/problem"
)

const (
	marker       = "MINGZHI-LOCALPG" // only a folder with this file in it is ours to change
	socketPrefix = "mingzhi-pg-"
	maxSocket    = 107 - len("/.s.PGSQL.5432.lock")
)

// home is the folder of one major version: marker, lock, note of the socket, and data.
type home struct {
	dir    string
	engine *engine
	lock   *os.File
}

func (h *home) data() string { return filepath.Join(h.dir, "data") }
func (h *home) initialised() bool {
	_, err := os.Stat(filepath.Join(h.data(), "PG_VERSION"))
	return err == nil
}

// occupy takes the folder for this process, or says whose it is.
func occupy(ctx context.Context, dir string, e *engine) (*home, error) {
	h := &home{dir: filepath.Join(dir, "postgres-"+strconv.Itoa(e.major)), engine: e}
	if err := h.claim(); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(h.dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, explain(err, "")
	}
	if err := lockFile(lock); err != nil {
		lock.Close()
		return nil, h.inUse("").Because(err)
	}
	h.lock = lock
	if err := h.own(); err != nil {
		h.leave()
		return nil, explain(err, "")
	}
	return h, nil
}

func (h *home) inUse(pid string) *problem.Error {
	return problem.New(problem.Conflict, "localpg.in_use",
		"另一个明执正在使用这个数据目录（"+h.dir+"）：请先停止它，或为这一个另指定数据目录。", "dir", h.dir, "pid", pid)
}

func (h *home) claim() error {
	entries, err := os.ReadDir(h.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return explain(err, "")
	}
	for _, entry := range entries {
		if entry.Name() == marker {
			return nil
		}
	}
	if len(entries) > 0 {
		return problem.New(problem.Conflict, "localpg.foreign_dir",
			"文件夹 "+h.dir+" 里有不是明执放进去的内容，为避免损坏，没有动它：请换一个数据目录，或先将其移走。", "dir", h.dir)
	}
	if err := os.MkdirAll(h.dir, 0o700); err != nil {
		return explain(err, "")
	}
	note := "这个文件夹由明执管理，里面是它自带的数据库。请勿改动。\n"
	if err := os.WriteFile(filepath.Join(h.dir, marker), []byte(note), 0o600); err != nil {
		return explain(err, "")
	}
	return nil
}

// own hands the folder to the child's user; all of it, because the last run may have been
// another user's.
func (h *home) own() error {
	uid, gid, needed := h.engine.id.owner()
	if !needed || ownedBy(h.dir, uid) && ownedBy(h.data(), uid) {
		return nil
	}
	return filepath.WalkDir(h.dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, gid)
	})
}

// initialise builds the cluster beside its place and moves it there when it is whole: a
// first start that is cut short leaves nothing that looks like a database.
func (h *home) initialise(ctx context.Context, unsafe bool) error {
	fresh := filepath.Join(h.dir, "data.new")
	if err := os.RemoveAll(fresh); err != nil {
		return explain(err, "")
	}
	locale := []string{"--locale=C.UTF-8"}
	if runtime.GOOS == "darwin" { // has no C.UTF-8 before version 15
		locale = []string{"--locale=en_US.UTF-8", "--lc-collate=C"}
	}
	// Trust is acceptable only because the server listens on nothing but a socket in a
	// folder with mode 0700 that belongs to the child's own user.
	args := append([]string{"-D", fresh, "-U", Superuser, "-A", "trust", "-E", "UTF8", "--no-instructions"}, locale...)
	if unsafe {
		args = append(args, "--no-sync")
	}
	if out, err := h.engine.command(ctx, h.dir, "initdb", args...).CombinedOutput(); err != nil {
		os.RemoveAll(fresh)
		return explain(fmt.Errorf("initdb: %w", err), string(out))
	}
	if err := os.Rename(fresh, h.data()); err != nil {
		return explain(err, "")
	}
	return nil
}

// awaitPredecessor waits for a server whose parent was killed and which is still ending. We
// hold the lock, so no other copy of the program is alive.
func (h *home) awaitPredecessor(ctx context.Context) error {
	path := filepath.Join(h.data(), "postmaster.pid")
	for deadline := time.Now().Add(10 * time.Second); ; {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		line, _, _ := strings.Cut(string(raw), "\n")
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			return nil // postgres itself says what is wrong with it
		}
		switch isPostgres(pid) {
		case unknown:
			return nil
		case no:
			// Its number may have gone to another process, as it often does in a
			// container; postgres would then take that one for itself.
			os.Remove(path)
			return nil
		}
		if time.Now().After(deadline) {
			return h.inUse(strconv.Itoa(pid))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// socketDir makes a short private folder and removes the one that a killed run left.
func (h *home) socketDir() (string, error) {
	note := filepath.Join(h.dir, "socket")
	if old, err := os.ReadFile(note); err == nil && strings.HasPrefix(filepath.Base(string(old)), socketPrefix) {
		os.Remove(filepath.Join(string(old), ".s.PGSQL.5432"))
		os.Remove(filepath.Join(string(old), ".s.PGSQL.5432.lock"))
		os.Remove(string(old))
	}
	dir, err := os.MkdirTemp("", socketPrefix)
	if err == nil && len(dir) > maxSocket {
		os.Remove(dir)
		dir, err = os.MkdirTemp("/tmp", socketPrefix)
	}
	if err != nil {
		return "", explain(err, "")
	}
	if uid, gid, needed := h.engine.id.owner(); needed {
		if err := os.Chown(dir, uid, gid); err != nil {
			return "", err
		}
	}
	return dir, os.WriteFile(note, []byte(dir), 0o600)
}

func (h *home) leave() {
	if h.lock != nil {
		h.lock.Close()
		h.lock = nil
	}
}

// answer is what the system can tell of a process.
type answer int

const (
	unknown answer = iota
	no
	yes
)
