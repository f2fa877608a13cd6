package desk_test

import (
	"testing"

	"mingzhi/backoffice/desk/desktest"
	"mingzhi/backoffice/rulebook"
)

// TestEveryProcessOfEveryBook leads every process of both courts, and of a third that no line of Go knows, through the desk.
func TestEveryProcessOfEveryBook(t *testing.T) {
	for court, publish := range map[string]func(*desktest.Desk){"sanya": nil, "wugang": nil,
		"qingshi": func(d *desktest.Desk) { d.PublishDir("../rulebook/testdata/thirdcourt/qingshi") }} {
		t.Run(court, func(t *testing.T) {
			t.Parallel()
			w := newWalker(t, court, publish)
			for i := range w.book.Processes {
				p := &w.book.Processes[i]
				t.Run(p.ID, func(t *testing.T) { w.process(t, p) })
			}
		})
	}
}

// process runs one process on time, on every branch, then late.
func (w *walker) process(t *testing.T, p *rulebook.Process) {
	w.t, w.Desk.T = t, t
	if beside(w.book, p.ID) && len(p.Opens.Staff) == 0 {
		return // runs inside the one that waits for it
	}
	run := func(more set, late bool) {
		w.newCase()
		w.rest()
		w.values, w.late = map[string]string{}, late
		for _, from := range []set{w.hints[p.ID].set, more} {
			for k, v := range from.Values {
				w.values[k] = v
			}
			for _, code := range from.Past {
				w.must(w.record(code, 0), code)
			}
		}
		w.walk(p)
	}
	run(set{}, false)
	for _, b := range w.hints[p.ID].Branches {
		run(b, false)
	}
	for i := range p.Steps {
		for _, values := range w.guesses(p, &p.Steps[i]) {
			if w.seen[p.ID+"."+p.Steps[i].ID] {
				break
			}
			run(set{Values: values}, false)
		}
	}
	run(set{}, true)
	for _, s := range p.Steps {
		if !w.seen[p.ID+"."+s.ID] {
			t.Errorf("step %s was never reached; its condition is %s", s.ID, s.When)
		}
	}
}

func beside(b *rulebook.Book, process string) bool {
	for _, p := range b.Processes {
		for _, s := range p.Steps {
			for _, id := range s.Parallel {
				if id == process {
					return true
				}
			}
		}
	}
	return false
}
