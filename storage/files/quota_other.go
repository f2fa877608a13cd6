//go:build !unix

package files

import "errors"

var errQuota = errors.New("no quota on this system")
