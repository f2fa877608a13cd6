package rulebook_test

import (
	"strings"
	"testing"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/rulebook"
)

func seed(t *testing.T, court string) *rulebook.Book {
	t.Helper()
	book, err := rulebook.LoadSeed(court)
	if err != nil {
		t.Fatalf("\n%v", err)
	}
	return book
}

func TestSeedsAreComplete(t *testing.T) {
	courts, err := rulebook.Courts(rulebook.Seeds())
	if err != nil || strings.Join(courts, " ") != "sanya wugang" {
		t.Fatalf("courts %v, %v", courts, err)
	}
	kinds := map[string]int{}
	for court, want := range map[string]int{"sanya": 283, "wugang": 111} {
		book := seed(t, court)
		if len(book.Clauses) != want {
			t.Errorf("%s has %d clauses, want %d", court, len(book.Clauses), want)
		}
		for _, c := range book.Clauses {
			kinds[c.Kind]++
		}
		for _, event := range []string{
			"case_filed", "enforcement_notice_issued", "asset_frozen", "ruling_served", "funds_received",
			"tip_received", "tip_verified", "tip_result", "case_closed",
		} {
			if _, ok := book.Event(event); !ok {
				t.Errorf("%s: no event %s", court, event)
			}
			if _, ok := book.DisclosureOf(event); !ok {
				t.Errorf("%s: no disclosure of %s", court, event)
			}
		}
	}
	for kind, want := range map[string]int{
		"process": 176, "register": 93, "dashboard": 34, "node deadline": 27, "disclosure": 22,
		"hardware-or-policy-only": 18, "public page": 12, "ledger": 12,
	} {
		if kinds[kind] != want {
			t.Errorf("kind %s: %d, want %d", kind, kinds[kind], want)
		}
	}
}

func TestSanyaMenuIs677(t *testing.T) {
	parts := map[string]int{}
	for _, g := range seed(t, "sanya").Court.Menu {
		parts[g.Part]++
	}
	if parts["指挥监督"] != 6 || parts["执行管理"] != 7 || parts["集约服务"] != 7 {
		t.Errorf("menu %v", parts)
	}
}

func TestCitedPassagesStandInTheFullText(t *testing.T) {
	plain := strings.NewReplacer("\n", "", "*", "", "#", "", "　", "", " ", "")
	for _, court := range []string{"sanya", "wugang"} {
		book := seed(t, court)
		whole := plain.Replace(book.Text)
		for _, row := range rulebook.Coverage(book) {
			if row.Carrier == rulebook.Open {
				continue
			}
			clause, _ := book.Clause(row.Clause)
			for _, sentence := range strings.SplitAfter(clause.Text, "。") {
				if !strings.Contains(whole, plain.Replace(sentence)) {
					t.Errorf("%s %s is cited but not in the full text: %s", court, row.Clause, sentence)
				}
			}
		}
	}
}

func TestDeadlineExamples(t *testing.T) {
	days, examples := calendar.New(calendar.Seed()), 0
	for _, court := range []string{"sanya", "wugang"} {
		for _, d := range seed(t, court).Deadlines {
			for _, x := range d.Examples {
				examples++
				if got := days.Due(d.Rule(), x.Start.Time()).Day(); got != x.Due {
					t.Errorf("%s %s: %s from %s is due %s, want %s", court, d.ID, d.Length, x.Start, got, x.Due)
				}
			}
		}
	}
	if examples < 10 {
		t.Errorf("only %d examples", examples)
	}
}

func TestVocabulariesAreThoseOfTheLaw(t *testing.T) {
	book := seed(t, "sanya")
	same := func(event, field string, want []string) {
		t.Helper()
		e, _ := book.Event(event)
		for _, f := range e.Form {
			if f.ID != field {
				continue
			}
			var got []string
			for _, c := range f.Of {
				got = append(got, c.ID+" "+c.Label)
			}
			if strings.Join(got, ", ") != strings.Join(want, ", ") {
				t.Errorf("%s.%s\n got %v\nwant %v", event, field, got, want)
			}
		}
	}
	var classes, modes, stages, results []string
	for _, x := range enforcement.AllAssetClasses() {
		classes = append(classes, string(x)+" "+x.Name())
	}
	for _, x := range enforcement.AllClosureModes() {
		modes = append(modes, string(x)+" "+x.Name())
	}
	for _, x := range enforcement.AllTipStages() {
		stages = append(stages, string(x)+" "+x.Name())
	}
	for _, x := range enforcement.AllTipResults() {
		results = append(results, string(x)+" "+x.Name())
	}
	same("asset_frozen", "class", classes)
	same("case_closed", "closure_mode", modes)
	same("tip_verified", "status", stages)
	same("tip_result", "result", results)
}

func TestThreeAdministratorsSeeNoCases(t *testing.T) {
	for _, court := range []string{"sanya", "wugang"} {
		book := seed(t, court)
		for _, id := range []string{"system_admin", "security_admin", "audit_admin"} {
			role, ok := book.Role(id)
			if !ok || role.Can(rulebook.MayViewCase) || role.Can(rulebook.MayOpenIdentity) {
				t.Errorf("%s %s: %v", court, id, role)
			}
		}
	}
}

// A tip is carried through the steps of the book: the limits are those of the law or the court's own.
func TestTipLimits(t *testing.T) {
	for _, court := range []string{"sanya", "wugang"} {
		book := seed(t, court)
		process, _ := book.Process(book.Court.Tip.Process)
		verify, ok := process.Step("verify")
		if !ok {
			t.Fatal("no step verify")
		}
		for party, want := range map[string][3]string{
			"applicant": {"7日", "3日", "财产调查规定2"},
			"":          {"5个工作日", "3个工作日", "court"},
		} {
			limit, err := book.Limit(verify, map[string]any{"tip": map[string]any{"party": party}})
			if err != nil {
				t.Fatal(err)
			}
			if got := [3]string{limit.For(false).String(), limit.For(true).String(), limit.Source}; got != want {
				t.Errorf("%s, tip of %q: %v, want %v", court, party, got, want)
			}
		}
		take, _ := process.Step("take")
		if take.Within.For(true).String() != "3分钟" || take.Within.Escalate != "leader_on_duty" {
			t.Errorf("%s: take within %v", court, take.Within)
		}
	}
}
