package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"mingzhi/backoffice/problem"
)

// local fans out over two levels by the key's hash: a folder of a million files is slow to
// list and to back up.
type local struct{ dir string }

const tempDir = ".tmp" // no key begins with a dot

// Local keeps files in a folder of this machine.
func Local(dir string) (Store, error) {
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(filepath.Join(dir, tempDir), 0o700)
	}
	if err != nil {
		return nil, trouble(err)
	}
	return &local{dir: dir}, nil
}

func (l *local) path(key string) (string, error) {
	if err := CheckKey(key); err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(key))
	name := hex.EncodeToString(sum[:2])
	return filepath.Join(l.dir, name[:2], name[2:], filepath.FromSlash(key)), nil
}

func (l *local) Put(ctx context.Context, key string, r io.Reader) error {
	path, err := l.path(key)
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Join(l.dir, tempDir), "put-*")
	if err != nil {
		return trouble(err)
	}
	defer os.Remove(temp.Name()) // after the rename there is nothing left to remove
	defer temp.Close()
	source := &reader{ctx: ctx, r: r}
	if _, err := io.Copy(temp, source); err != nil {
		if source.err != nil {
			return source.err
		}
		return trouble(err)
	}
	if err := errors.Join(temp.Sync(), temp.Close()); err != nil {
		return trouble(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return trouble(err)
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return trouble(err)
	}
	return l.syncUp(filepath.Dir(path))
}

// syncUp makes the new names durable, from the file's folder up to the store's.
func (l *local) syncUp(dir string) error {
	if runtime.GOOS == "windows" { // folders cannot be synced there
		return nil
	}
	for {
		d, err := os.Open(dir)
		if err == nil {
			err = errors.Join(d.Sync(), d.Close())
		}
		if err != nil {
			return trouble(err)
		}
		if dir == l.dir {
			return nil
		}
		dir = filepath.Dir(dir)
	}
}

func (l *local) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	path, err := l.path(key)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, trouble(err)
	}
	if info, err := f.Stat(); err != nil || info.IsDir() {
		f.Close()
		return nil, trouble(errors.Join(err, fs.ErrNotExist))
	}
	return f, nil
}

func (l *local) Delete(ctx context.Context, key string) error {
	path, err := l.path(key)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if info, err := os.Lstat(path); err == nil && info.IsDir() {
		return nil // a part of longer keys, not a file
	}
	err = os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return trouble(err)
	}
	return l.syncUp(filepath.Dir(path))
}

func (l *local) List(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		err := filepath.WalkDir(l.dir, func(path string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // deleted while we walk
			}
			if err = errors.Join(err, ctx.Err()); err != nil {
				return err
			}
			if entry.IsDir() {
				if entry.Name() == tempDir {
					return fs.SkipDir
				}
				return nil
			}
			rel, err := filepath.Rel(l.dir, path)
			if err != nil {
				return err
			}
			parts := strings.SplitN(filepath.ToSlash(rel), "/", 3)
			if len(parts) == 3 && !yield(parts[2], nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield("", trouble(err))
		}
	}
}

// reader tells the source's failures from the disk's, and ends with the context.
type reader struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (r *reader) Read(p []byte) (int, error) {
	if r.err = r.ctx.Err(); r.err != nil {
		return 0, r.err
	}
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

func trouble(err error) error {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return problem.New(problem.NotFound, "file.missing", "没有这个文件，可能已被删除。").Because(err)
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, errQuota):
		return problem.New(problem.Unavailable, "file.disk_full",
			"系统的存储空间已满，文件暂时无法保存。已填写的内容没有丢失，请稍后再试，或直接与法院联系。").Because(err)
	}
	return problem.New(problem.Unavailable, "file.storage_failed", "文件暂时无法读写，请稍后再试。").Because(err)
}
