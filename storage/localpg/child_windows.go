package localpg

import (
	"os"
	"syscall"
)

const exe = ".exe"

var (
	fast      = os.Kill // Windows has no signals; the next start recovers from the log
	immediate = os.Kill
)

type identity struct{ name string }

func identities() []identity                        { return []identity{{name: "self"}} }
func (identity) owner() (uid, gid int, needed bool) { return 0, 0, false }
func (identity) attributes() *syscall.SysProcAttr   { return nil }
func isPostgres(int) answer                         { return unknown }
func lockFile(*os.File) error                       { return nil } // postmaster.pid guards alone
func ownedBy(string, int) bool                      { return true }
