//go:build unix && !linux

package localpg

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

const exe = ""

// identity is whom the child runs as: PostgreSQL refuses to run as root.
type identity struct {
	name     string
	uid, gid int
	chown    bool
}

func identities() []identity {
	if os.Geteuid() != 0 {
		return []identity{{name: "self"}}
	}
	var ids []identity
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ := strconv.Atoi(u.Uid)
			gid, _ := strconv.Atoi(u.Gid)
			ids = append(ids, identity{name: name, uid: uid, gid: gid, chown: true})
		}
	}
	return ids
}

func (id identity) owner() (uid, gid int, needed bool) { return id.uid, id.gid, id.chown }

// attributes cannot tie the child's life to ours here; after a kill -9 the next start says
// which process to end.
func (id identity) attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true}
	if id.chown {
		a.Credential = &syscall.Credential{Uid: uint32(id.uid), Gid: uint32(id.gid)}
	}
	return a
}

func isPostgres(pid int) answer {
	if syscall.Kill(pid, 0) == syscall.ESRCH {
		return no
	}
	return unknown
}
