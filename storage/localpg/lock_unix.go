//go:build unix

package localpg

import (
	"os"
	"syscall"
)

const (
	fast      = syscall.SIGINT
	immediate = syscall.SIGQUIT
)

// lockFile holds for as long as this process lives, however it ends.
func lockFile(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

func ownedBy(path string, uid int) bool {
	info, err := os.Lstat(path)
	if err != nil {
		return os.IsNotExist(err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == uid
}
