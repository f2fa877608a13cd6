package boot

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Job is one line of the table of background work.
type Job struct {
	Name     string
	Sentence string        // what it does, for the operator
	Every    time.Duration // the pause after a run that found nothing
	Limit    time.Duration // of one run
	Run      func(ctx context.Context) (done int, err error)
}

// Work runs every job until ctx ends, each on its own line: again at once while there is more
// to do, after its pause when there is not, after a longer one when it failed. Jobs are written so
// that two nodes may run the same one.
func Work(ctx context.Context, log *slog.Logger, jobs []Job) {
	var all sync.WaitGroup
	for _, j := range jobs {
		all.Go(func() { j.loop(ctx, log) })
	}
	all.Wait()
}

func (j Job) loop(ctx context.Context, log *slog.Logger) {
	failures := 0
	for ctx.Err() == nil {
		limited, cancel := context.WithTimeout(ctx, j.Limit)
		n, err := j.Run(limited)
		cancel()
		pause := j.Every
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			failures++
			pause = min(time.Minute, j.Every+time.Duration(failures)*time.Second)
			log.Error("background work failed", "job", j.Name, "failures", failures, "error", err)
		default:
			failures = 0
			if n > 0 {
				pause = 0
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}
