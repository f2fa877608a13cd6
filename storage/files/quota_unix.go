//go:build unix

package files

import "syscall"

var errQuota error = syscall.EDQUOT
