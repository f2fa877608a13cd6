package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
)

// row is one line of the table: what runs, beside what, and what is asked of it.
type row struct {
	name, subject, reference string
	goal                     float64 // of throughput, as a multiple of the reference's
	below                    string  // why it is below its goal where it is known to be
	set                      func(context.Context, *stage) (pair, error)
}

// pair is a row set up: each func is one round.
type pair struct {
	subject, reference func(context.Context) (sample, error)
	close              func()
}

// sample is what one round came to.
type sample struct {
	n     int
	took  time.Duration
	waits []time.Duration // of each request; empty where a request has no time of its own
	cpu   cpu
}

func (s sample) rate() float64 { return float64(s.n) / s.took.Seconds() }

func (s sample) p99() float64 {
	if len(s.waits) == 0 {
		return math.NaN()
	}
	slices.Sort(s.waits)
	return s.waits[len(s.waits)*99/100].Seconds()
}

func (s sample) each(d time.Duration) float64 { return d.Seconds() / float64(s.n) * 1e6 }

// line is a row measured.
type line struct {
	row
	ratios, p99s []float64
	rate, bare   float64
	self, own    [2]float64 // microseconds of CPU each, subject's and reference's: this process, PostgreSQL
}

func (r row) measure(ctx context.Context, st *stage) (line, error) {
	p, err := r.set(ctx, st)
	if err != nil {
		return line{}, err
	}
	defer p.close()
	var subjects, references []sample
	for i := range st.rounds + 1 {
		fmt.Fprintf(os.Stderr, "\r%s %d/%d ", r.name, i, st.rounds)
		bare, err := st.round(ctx, p.reference, false)
		if err != nil {
			return line{}, fmt.Errorf("reference: %w", err)
		}
		whole, err := st.round(ctx, p.subject, i > 0)
		if err != nil {
			return line{}, err
		}
		if i > 0 { // the first round fills caches
			subjects, references = append(subjects, whole), append(references, bare)
		}
	}
	fmt.Fprint(os.Stderr, "\r                    \r")
	return r.weigh(subjects, references), nil
}

// round takes one round with the processor's time that it cost.
func (st *stage) round(ctx context.Context, run func(context.Context) (sample, error), profile bool) (sample, error) {
	runtime.GC()
	if profile && st.profile != nil {
		if err := pprof.StartCPUProfile(st.profile); err != nil {
			return sample{}, err
		}
		defer func() { pprof.StopCPUProfile(); st.profile = nil }() // a file holds one profile
	}
	s, err := run(ctx)
	if err == nil && s.n == 0 {
		err = fmt.Errorf("nothing was done")
	}
	return s, err
}

func (r row) weigh(subjects, references []sample) line {
	l := line{row: r}
	var rates, bares []float64
	var cpus [4][]float64
	for i, s := range subjects {
		b := references[i]
		l.ratios, l.p99s = append(l.ratios, s.rate()/b.rate()), append(l.p99s, s.p99()/b.p99())
		rates, bares = append(rates, s.rate()), append(bares, b.rate())
		for j, v := range []float64{s.each(s.cpu.self), s.each(s.cpu.database), b.each(b.cpu.self), b.each(b.cpu.database)} {
			cpus[j] = append(cpus[j], v)
		}
	}
	l.rate, l.bare = median(rates), median(bares)
	l.self, l.own = [2]float64{median(cpus[0]), median(cpus[2])}, [2]float64{median(cpus[1]), median(cpus[3])}
	return l
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

func report(lines []line) {
	for _, l := range lines {
		ratio := median(l.ratios)
		verdict := "met"
		if ratio < l.goal {
			verdict = strings.TrimSuffix("NOT met: "+l.below, ": ")
		}
		p99 := "p99 —"
		if v := median(l.p99s); !math.IsNaN(v) {
			p99 = fmt.Sprintf("p99 %.2f ×", v)
		}
		fmt.Printf("%-9s %s\n          beside %s\n", l.name, l.subject, l.reference)
		fmt.Printf("          ratio %.2f (%.2f–%.2f), %s; %.0f/s beside %.0f/s\n", ratio, slices.Min(l.ratios), slices.Max(l.ratios), p99, l.rate, l.bare)
		fmt.Printf("          CPU each: %.0f µs here + %.0f µs PostgreSQL, beside %.0f + %.0f µs\n", l.self[0], l.own[0], l.self[1], l.own[1])
		fmt.Printf("          goal ≥ %.2f: %s\n\n", l.goal, verdict)
	}
}
