package boot

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"mingzhi/backoffice/problem"
)

// Progress prints a line at each step, and every four seconds while a step lasts, so that nobody wonders.
type Progress struct {
	out io.Writer
}

// NewProgress writes to out.
func NewProgress(out io.Writer) *Progress { return &Progress{out: out} }

// Step says what begins now; the returned function says that it is done.
func (p *Progress) Step(what string) (done func()) {
	start := time.Now()
	fmt.Fprintf(p.out, "· %s …\n", what)
	quit := make(chan struct{})
	go func() {
		t := time.NewTicker(4 * time.Second)
		defer t.Stop()
		for {
			select {
			case <-quit:
				return
			case <-t.C:
				fmt.Fprintf(p.out, "  仍在%s（%d 秒）\n", what, int(time.Since(start).Seconds()))
			}
		}
	}()
	return func() { close(quit) }
}

// Fail prints what went wrong as one sentence for a person and ends the program.
func Fail(err error) {
	if p, ok := problem.As(err); ok {
		fmt.Fprintln(os.Stderr, "明执："+p.Sentence())
		if cause := errors.Unwrap(p); cause != nil {
			fmt.Fprintln(os.Stderr, "  技术原因："+cause.Error())
		}
		for field, f := range p.Fields {
			fmt.Fprintln(os.Stderr, "  "+field+"："+f.Sentence())
		}
	} else {
		fmt.Fprintln(os.Stderr, "明执：没有完成。"+err.Error())
	}
	os.Exit(1)
}

// Log is the structured log on stderr; level is debug, info, warn or error.
func Log(level string, json bool) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: l}
	if json {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}
