package boot

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"mingzhi/backoffice/problem"
)

// Clock is the one clock. In demonstration mode it can be moved forward, and stays moved over a restart.
type Clock struct {
	mu     sync.RWMutex
	offset time.Duration
	file   string
}

// SystemClock cannot be moved.
func SystemClock() *Clock { return &Clock{} }

// DemoClock keeps its offset in dir.
func DemoClock(dir string) (*Clock, error) {
	c := &Clock{file: filepath.Join(dir, "clock")}
	raw, err := os.ReadFile(c.file)
	if os.IsNotExist(err) {
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("boot.DemoClock: %w", err)
	}
	c.offset, err = time.ParseDuration(strings.TrimSpace(string(raw)))
	return c, err
}

// Now is the instant.
func (c *Clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return time.Now().Add(c.offset).Truncate(time.Microsecond) // what the database can keep
}

// Offset is how far the clock is ahead of the machine's.
func (c *Clock) Offset() time.Duration {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.offset
}

// Advance moves a demonstration clock forward; backwards is refused, since what was recorded cannot be undone.
func (c *Clock) Advance(d time.Duration) error {
	if c.file == "" {
		return problem.New(problem.Refused, "clock.real", "真实时钟不能拨动，只有演示模式可以。")
	}
	if d < 0 {
		return problem.New(problem.Invalid, "clock.backwards", "演示时钟只能向前拨，已经登记的事项不能倒回去。")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := os.WriteFile(c.file, []byte((c.offset + d).String()), 0o600); err != nil {
		return fmt.Errorf("boot.Clock: %w", err)
	}
	c.offset += d
	return nil
}
