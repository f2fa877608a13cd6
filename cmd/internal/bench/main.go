package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"time"
)

// settings are the sizes of a run.
type settings struct {
	only     string
	rounds   int
	length   time.Duration
	conns    int
	pool     int
	acts     int
	messages int
	profile  string
	data     bool
}

func main() {
	var s settings
	flag.StringVar(&s.only, "rows", "", "which rows, by name, with commas; none: all")
	flag.IntVar(&s.rounds, "rounds", 5, "measured rounds of subject and reference in turns, after one that is thrown away")
	flag.DurationVar(&s.length, "length", 3*time.Second, "of a round of requests")
	flag.IntVar(&s.conns, "conns", 64, "connections at once")
	flag.IntVar(&s.pool, "pool", 8, "database connections, for subject and reference alike")
	flag.IntVar(&s.acts, "acts", 500, "acts in a round of record")
	flag.IntVar(&s.messages, "messages", 20000, "messages in a round of dispatch")
	flag.StringVar(&s.profile, "profile", "", "write a CPU profile of the subjects here")
	flag.BoolVar(&s.data, "data", false, "the desk of a court at two sizes, instead of the other rows")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "基准测试没有做完：", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) error {
	st, err := openStage(ctx, s)
	if err != nil {
		return err
	}
	defer st.close()
	fmt.Printf("%s/%s, %d CPU, %s, PostgreSQL with fsync and synchronous commit; medians of %d rounds in turns\n\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), s.rounds)
	if s.profile != "" {
		f, err := os.Create(s.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		st.profile = f
		defer pprof.StopCPUProfile()
	}
	all := []row{progressRow, publicRow, tipRow, recordRow, dispatchRow, botRow, botSafeRow, botWholeRow, searchRow, eventRow}
	if s.data {
		all = courtRows
	}
	for _, r := range all {
		if s.only != "" && !slices.Contains(strings.Split(s.only, ","), r.name) {
			continue
		}
		l, err := r.measure(ctx, st)
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		l.report()
	}
	return nil
}
