package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"syscall"

	"mingzhi/backoffice/problem"
)

// tail passes the server's lines to the log and keeps the last of them for explaining.
type tail struct {
	log  *slog.Logger
	mu   sync.Mutex
	part string
	last []string
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(t.part+string(p), "\n")
	t.part = lines[len(lines)-1]
	for _, line := range lines[:len(lines)-1] {
		level := slog.LevelDebug
		if strings.Contains(line, "PANIC:") { // FATAL is any session's end
			level = slog.LevelError
		}
		t.log.Log(context.Background(), level, "postgres", "line", line)
		t.last = append(t.last, line)
	}
	if len(t.last) > 20 {
		t.last = append([]string(nil), t.last[len(t.last)-20:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(append(append([]string(nil), t.last...), t.part), "\n")
}

// explain turns what initdb, postgres or the system said into a sentence that says what to do.
func explain(err error, output string) error {
	cause := err
	if output != "" {
		cause = fmt.Errorf("%w: %s", err, strings.TrimSpace(output))
	}
	says := func(what string) bool { return strings.Contains(output, what) }
	switch {
	case errors.Is(err, syscall.ENOSPC) || says("No space left on device") || says("Check free disk space"):
		return problem.New(problem.Unavailable, "localpg.disk_full",
			"磁盘已满，本机数据库无法启动：请清理磁盘空间后再试，已有的数据没有动。").Because(cause)
	case says("lock file \"postmaster.pid\" already exists"):
		return problem.New(problem.Conflict, "localpg.in_use",
			"另一个明执正在使用这个数据目录：请先停止它，或为这一个另指定数据目录。").Because(cause)
	case errors.Is(err, fs.ErrPermission) || says("Permission denied"):
		return problem.New(problem.Unavailable, "localpg.permission",
			"没有权限读写数据目录：请检查它的所有者，或换一个数据目录。").Because(cause)
	case says("could not create shared memory") || says("could not resize shared memory"):
		return problem.New(problem.Unavailable, "localpg.memory",
			"内存不足，本机数据库无法启动：请关闭其他程序，或调大共享内存后再试。").Because(cause)
	}
	return problem.New(problem.Unavailable, "localpg.start_failed",
		"本机数据库没有启动成功，原因见日志；也可以用 DATABASE_URL 指定现成的数据库。").Because(cause)
}
