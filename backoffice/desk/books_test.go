package desk_test

import (
	"testing"

	"mingzhi/backoffice/desk/desktest"
	"mingzhi/backoffice/rulebook"
)

// TestBooks drives everything that both courts' books declare, and a third's that no line of Go knows: every process through the desk
// on time and late, every clock, gate, alert, telling, board and menu; then holds every clause to it.
func TestBooks(t *testing.T) {
	for court, publish := range map[string]func(*desktest.Desk){"sanya": nil, "wugang": nil,
		"qingshi": func(d *desktest.Desk) { d.PublishDir("../rulebook/testdata/thirdcourt/qingshi") }} {
		t.Run(court, func(t *testing.T) {
			t.Parallel()
			w := newWalker(t, court, publish)
			for i := range w.book.Processes {
				p := &w.book.Processes[i]
				t.Run("process "+p.ID, func(t *testing.T) { w.process(t, p) })
			}
			for _, d := range w.book.Deadlines {
				t.Run("deadline "+d.ID, func(t *testing.T) { w.clocks(t, d) })
			}
			for _, g := range w.book.Gates {
				t.Run("gate "+g.ID, func(t *testing.T) { w.gate(t, g) })
			}
			for _, d := range w.book.Disclosures {
				t.Run("disclosure "+d.ID, func(t *testing.T) { w.told(t, d) })
			}
			for _, a := range w.book.Alerts {
				t.Run("alert "+a.ID, func(t *testing.T) { w.rings(t, a) })
			}
			for _, b := range w.book.Boards {
				t.Run("board "+b.ID, func(t *testing.T) { w.board(t, b) })
			}
			t.Run("menus", w.menus)
			t.Run("profile", w.profile)
			t.Run("clauses", w.clauses)
		})
	}
}

// process runs one process on time, on every branch, then late.
func (w *walker) process(t *testing.T, p *rulebook.Process) {
	w.t, w.Desk.T = t, t
	if beside(w.book, p.ID) && len(p.Opens.Staff) == 0 {
		return // runs inside the one that waits for it
	}
	w.run(p, set{}, false)
	for _, b := range w.hints[p.ID].Branches {
		w.run(p, b, false)
	}
	for i := range p.Steps {
		for _, values := range w.guesses(p, &p.Steps[i]) {
			if w.seen[p.ID+"."+p.Steps[i].ID] {
				break
			}
			w.run(p, set{Values: values}, false)
		}
	}
	w.run(p, set{}, true)
	for _, s := range p.Steps {
		if !w.seen[p.ID+"."+s.ID] {
			t.Errorf("step %s was never reached; its condition is %s", s.ID, s.When)
		}
	}
}

// run leads one run of a process on a new case to its end.
func (w *walker) run(p *rulebook.Process, more set, late bool) {
	w.newCase()
	w.rest()
	w.late = late
	w.given(p.ID, more)
	w.walk(p)
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
