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
	goal                     float64       // of throughput, as a multiple of the reference's; 0: none
	half, tail               float64       // p50 and p99 at most, as multiples of the reference's; 0: no goal
	ceiling                  time.Duration // p99 itself at most; 0: no goal
	below                    string        // why it is below its goal where it is known to be
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

// wait is what so many of a hundred requests did not exceed.
func (s sample) wait(percent int) float64 {
	if len(s.waits) == 0 {
		return math.NaN()
	}
	slices.Sort(s.waits)
	return s.waits[len(s.waits)*percent/100].Seconds()
}

func (s sample) each(d time.Duration) float64 { return d.Seconds() / float64(s.n) * 1e6 }

// line is a row measured.
type line struct {
	row
	ratios, p50s, p99s []float64
	last               float64 // p99 itself, in seconds
	rate, bare         float64
	self, own          [2]float64 // microseconds of CPU each, subject's and reference's: this process, PostgreSQL
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
		var bare sample
		if p.reference != nil {
			if bare, err = st.round(ctx, p.reference, false); err != nil {
				return line{}, fmt.Errorf("reference: %w", err)
			}
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
	var rates, bares, lasts []float64
	var cpus [4][]float64
	for i, s := range subjects {
		b := references[i]
		l.ratios, lasts = append(l.ratios, s.rate()/b.rate()), append(lasts, s.wait(99))
		l.p50s, l.p99s = append(l.p50s, s.wait(50)/b.wait(50)), append(l.p99s, s.wait(99)/b.wait(99))
		rates, bares = append(rates, s.rate()), append(bares, b.rate())
		for j, v := range []float64{s.each(s.cpu.self), s.each(s.cpu.database), b.each(b.cpu.self), b.each(b.cpu.database)} {
			cpus[j] = append(cpus[j], v)
		}
	}
	l.rate, l.bare, l.last = median(rates), median(bares), median(lasts)
	l.self, l.own = [2]float64{median(cpus[0]), median(cpus[2])}, [2]float64{median(cpus[1]), median(cpus[3])}
	return l
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// judge holds a line to its goals.
func (l line) judge() (goals []string, met bool) {
	met = true
	for _, g := range []struct {
		asked    bool
		holds    bool
		sentence string
	}{
		{l.goal > 0, median(l.ratios) >= l.goal, fmt.Sprintf("ratio ≥ %.2f", l.goal)},
		{l.half > 0, median(l.p50s) <= l.half, fmt.Sprintf("p50 ≤ %.2f ×", l.half)},
		{l.tail > 0, median(l.p99s) <= l.tail, fmt.Sprintf("p99 ≤ %.2f ×", l.tail)},
		{l.ceiling > 0, l.last <= l.ceiling.Seconds(), fmt.Sprintf("p99 ≤ %v", l.ceiling)},
	} {
		if g.asked {
			goals, met = append(goals, g.sentence), met && g.holds
		}
	}
	return goals, met
}

func (l line) report() {
	goals, met := l.judge()
	verdict := "met"
	if !met {
		verdict = strings.TrimSuffix("NOT met: "+l.below, ": ")
	}
	fmt.Printf("%-9s %s\n", l.name, l.subject)
	if l.reference == "" {
		fmt.Printf("          p99 %.0f ms; %.0f/s; CPU each: %.0f µs here + %.0f µs PostgreSQL\n", l.last*1000, l.rate, l.self[0], l.own[0])
	} else {
		waits := "p99 —"
		if v := median(l.p99s); !math.IsNaN(v) {
			waits = fmt.Sprintf("p50 %.2f ×, p99 %.2f ×", median(l.p50s), v)
		}
		fmt.Printf("          beside %s\n", l.reference)
		fmt.Printf("          ratio %.2f (%.2f–%.2f), %s; %.0f/s beside %.0f/s\n", median(l.ratios), slices.Min(l.ratios), slices.Max(l.ratios), waits, l.rate, l.bare)
		fmt.Printf("          CPU each: %.0f µs here + %.0f µs PostgreSQL, beside %.0f + %.0f µs\n", l.self[0], l.own[0], l.self[1], l.own[1])
	}
	fmt.Printf("          goal %s: %s\n\n", strings.Join(goals, ", "), verdict)
}
