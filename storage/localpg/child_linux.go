package localpg

import (
	"bytes"
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
	userns   bool
}

// identities lists whom to try, best first. The last is root under another number in a
// namespace of its own: it has root's files without root's rights, for folders below /root.
func identities() []identity {
	if os.Geteuid() != 0 {
		return []identity{{name: "self"}}
	}
	var ids []identity
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		ids = append(ids, identity{name: name, uid: uid, gid: gid, chown: true})
	}
	return append(ids, identity{name: "userns", chown: true, userns: true})
}

func (id identity) owner() (uid, gid int, needed bool) { return id.uid, id.gid, id.chown }

// attributes make a group of its own, so that Ctrl-C reaches us and we stop the child in
// order, and let the kernel end the child when we are killed.
func (id identity) attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGQUIT}
	switch {
	case id.userns:
		a.Cloneflags = syscall.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: 1000, HostID: 0, Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: 1000, HostID: 0, Size: 1}}
	case id.chown:
		a.Credential = &syscall.Credential{Uid: uint32(id.uid), Gid: uint32(id.gid)}
	}
	return a
}

func isPostgres(pid int) answer {
	cmdline, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if err != nil || !bytes.Contains(cmdline, []byte("postgres")) {
		return no
	}
	return yes
}
