package backup

import (
	"archive/tar"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"mingzhi/backoffice/problem"
)

// keyName is what the files of keys are called, old ones included. A backup with the keys in it
// would be the plain text of everything.
var keyName = regexp.MustCompile(`\.(sm4|sm3|sm2|sm2\.pub|pem|key|p12|pfx)$`)

// gather copies a tree into the backup and notes every file's hash.
func gather(ctx context.Context, dir, work, place string, m *Manifest) error {
	return each(dir, func(rel, full string) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if keyName.MatchString(path.Base(rel)) {
			return problem.New(problem.Refused, "backup.key_found",
				"要备份的文件夹里有密钥文件，备份没有进行：{path}。密钥要单独保管，不能与数据放在一起；请先把它移走。", "path", full)
		}
		name := place + "/" + rel
		size, sum, err := copyFile(full, filepath.Join(work, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			return nil // erased while we walk
		}
		if err != nil {
			return trouble(err)
		}
		m.Files = append(m.Files, File{Path: name, Size: size, SHA256: sum})
		m.Bytes += size
		return nil
	})
}

// each walks the regular files; names with a dot in front are a store's own scratch.
func each(dir string, do func(rel, full string) error) error {
	err := filepath.WalkDir(dir, func(full string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return trouble(err)
		case full != dir && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !entry.Type().IsRegular():
			return nil
		}
		rel, err := filepath.Rel(dir, full)
		if err != nil {
			return err
		}
		return do(filepath.ToSlash(rel), full)
	})
	return err
}

func copyFile(from, to string) (size int64, sum string, err error) {
	in, err := os.Open(from)
	if err != nil {
		return 0, "", err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return 0, "", err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, "", err
	}
	defer out.Close()
	hash := sha256.New()
	size, err = io.Copy(io.MultiWriter(out, hash), in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		os.Remove(to)
	}
	return size, hex.EncodeToString(hash.Sum(nil)), err
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func digestFile(name string) (string, int64, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	hash := sha256.New()
	size, err := io.Copy(hash, f)
	return hex.EncodeToString(hash.Sum(nil)), size, err
}

// pack makes one tar of the folder, the manifest last: a cut-off file has none.
func pack(work, out string) error {
	f, err := os.OpenFile(out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	wide := bufio.NewWriterSize(f, 1<<20)
	w := tar.NewWriter(wide)
	add := func(rel, full string) error {
		info, err := os.Stat(full)
		if err != nil {
			return err
		}
		if err := w.WriteHeader(&tar.Header{Name: rel, Mode: 0o600, Size: info.Size(), Format: tar.FormatPAX}); err != nil {
			return err
		}
		in, err := os.Open(full)
		if err != nil {
			return err
		}
		defer in.Close()
		_, err = io.Copy(w, in)
		return err
	}
	err = each(work, func(rel, full string) error {
		if rel == manifestName || rel == manifestSum {
			return nil
		}
		return add(rel, full)
	})
	if err != nil {
		return err
	}
	for _, name := range []string{manifestName, manifestSum} {
		if err := add(name, filepath.Join(work, name)); err != nil {
			return err
		}
	}
	return errors.Join(w.Close(), wide.Flush(), f.Sync(), f.Close())
}

// unpack lays a tar out in a folder; a name that leads out of it is refused.
func unpack(ctx context.Context, from, work string) error {
	f, err := os.Open(from)
	if err != nil {
		return trouble(err)
	}
	defer f.Close()
	for r := tar.NewReader(bufio.NewReaderSize(f, 1<<20)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err = errors.Join(err, ctx.Err()); err != nil {
			return damaged(path.Base(from)).Because(err)
		}
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(h.Name) {
			return damaged(h.Name)
		}
		to := filepath.Join(work, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return trouble(err)
		}
		out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return damaged(h.Name).Because(err)
		}
		_, err = io.Copy(out, r)
		if err = errors.Join(err, out.Close()); err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				return damaged(h.Name).Because(err)
			}
			return trouble(err)
		}
	}
}

func damaged(name string) *problem.Error {
	return problem.New(problem.Invalid, "backup.damaged", "备份已损坏或不完整，没有恢复任何内容：{name}。请换用另一份备份。", "name", name)
}

func trouble(err error) error {
	if _, ok := problem.As(err); ok || err == nil {
		return err
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, syscall.ENOSPC):
		return problem.New(problem.Unavailable, "backup.disk_full", "磁盘空间不够，备份或恢复没有完成。请腾出空间后再试。").Because(err)
	case errors.Is(err, fs.ErrPermission):
		return problem.New(problem.Forbidden, "backup.permission", "没有读写这些文件的权限，备份或恢复没有完成。").Because(err)
	case errors.Is(err, fs.ErrNotExist):
		return problem.New(problem.NotFound, "backup.missing", "找不到文件或文件夹，备份或恢复没有完成。").Because(err)
	}
	return problem.New(problem.Unavailable, "backup.failed", "备份或恢复没有完成，原因见运行日志。").Because(err)
}
