package rulebook_test

import (
	"strings"
	"testing"

	"mingzhi/backoffice/rulebook"
)

// third is a court that no line of Go knows.
func third(t *testing.T) *rulebook.Book {
	t.Helper()
	book, err := rulebook.LoadDir("testdata/thirdcourt/qingshi")
	if err != nil {
		t.Fatalf("\n%v", err)
	}
	return book
}

func TestEveryClauseIsCarried(t *testing.T) {
	for _, book := range []*rulebook.Book{seed(t, "wugang"), third(t)} {
		for _, row := range rulebook.Coverage(book) {
			if row.Carrier == rulebook.Open {
				t.Errorf("%s: nothing carries %s", book.Court.Short, row.Clause)
			}
		}
		for _, g := range book.Court.Menu {
			if len(g.Items) == 0 {
				t.Errorf("%s: the menu's %s leads nowhere", book.Court.Short, g.Name)
			}
		}
	}
}

// Wugang's rules say "the same day", "each day", "24 hours" and "by the day set", and no other figure: what else limits a step is the
// court's own figure, or a law's.
func TestWugangInventsNoFigure(t *testing.T) {
	book := seed(t, "wugang")
	for _, p := range book.Processes {
		for _, s := range p.Steps {
			limits := append(s.Limits, s.Also...)
			if s.Within != nil {
				limits = append(limits, *s.Within)
			}
			for _, w := range limits {
				whole := w.By == "24:00" || w.Hours == 24
				if strings.HasPrefix(w.Source, "W-") && w.Until == "" && !whole {
					t.Errorf("%s.%s: %s is said to come from %s", p.ID, s.ID, w.Length, w.Source)
				}
			}
		}
	}
	for _, d := range book.Deadlines {
		if strings.HasPrefix(d.Source, "W-") {
			t.Errorf("%s: %s is said to come from %s", d.ID, d.Length, d.Source)
		}
	}
}

// The rows in which Wugang differs from Sanya.
func TestWugangHasItsOwnWays(t *testing.T) {
	book := seed(t, "wugang")
	functions := map[string]bool{}
	for _, g := range book.Court.Menu {
		if strings.Contains(strings.Join(g.Clauses, " "), "W-2a") {
			functions[g.Name] = true
		}
	}
	for _, name := range []string{"集约事务办理", "繁简分流", "数据监管", "执行公开", "指挥调度", "决策分析"} {
		if !functions[name] {
			t.Errorf("no menu for %s", name)
		}
	}
	if len(functions) != 6 {
		t.Errorf("%d functions of the centre, want 6", len(functions))
	}
	if e, _ := book.Event("case_closed"); len(e.By) > 0 {
		t.Errorf("%v may close a case without the double review", e.By)
	}
	step := func(process, id string) rulebook.Step {
		t.Helper()
		p, ok := book.Process(process)
		if !ok {
			t.Fatalf("no process %s", process)
		}
		s, ok := p.Step(id)
		if !ok {
			t.Fatalf("no step %s.%s", process, id)
		}
		return *s
	}
	if s := step("closure_review", "review"); strings.Join(s.Parallel, " ") != "closure_substance closure_procedure" {
		t.Errorf("closing is reviewed by %v", s.Parallel)
	}
	for what, c := range map[string][2]string{
		"who commands an action":           {strings.Join(step("command_action", "command").By, " "), "court_leader centre_director"},
		"who takes up failed service":      {step("form_documents", "hand_over_failed").Receipt, "judge_assistant"},
		"who asks first in a preservation": {strings.Join(step("preservation", "inquire").By, " "), "filing"},
		"who signs before a transfer":      {strings.Join(step("opinion", "sign").By, " "), "centre_director"},
		"who makes the letter":             {strings.Join(step("entrust_out", "hand_over").By, " "), "judge judge_assistant clerk"},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %q, want %q", what, c[0], c[1])
		}
	}
	for act, clause := range map[string]string{"field_trip.depart": "W-21b", "field_trip.close": "W-20a", "closure_review.close": "W-17d", "duty_shift.arrange": "W-30c", "lead_list.check": "W-14c"} {
		found := false
		for _, g := range book.GatesOn(act) {
			found = found || strings.Contains(strings.Join(g.Clauses, " "), clause)
		}
		if !found {
			t.Errorf("no gate before %s under %s", act, clause)
		}
	}
}
