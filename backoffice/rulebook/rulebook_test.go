package rulebook_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/rulebook"
)

func TestHolds(t *testing.T) {
	book := loadGood(t)
	urgent := map[string]any{"tip": map[string]any{"urgent": true}}
	for _, c := range []struct {
		expr string
		vars map[string]any
		want bool
		bad  bool
	}{
		{"", nil, true, false},
		{"has(tip.urgent) && tip.urgent == true", urgent, true, false},
		{"has(tip.urgent) && tip.urgent == true", nil, false, false},
		{"tip.urgent == true", nil, false, true},
		{"event.class in ['deposit']", map[string]any{"event": map[string]any{"class": "deposit"}}, true, false},
		{"event.amount == 100 && event.on == '2026-03-04' && event.class == 'deposit'", map[string]any{"event": map[string]any{
			"amount": enforcement.Money(100), "on": calendar.Date{Year: 2026, Month: 3, Day: 4}, "class": enforcement.AssetDeposit}}, true, false},
		{"event.amount > 3", map[string]any{"event": map[string]any{"amount": "x"}}, false, true},
		{"form.x.y.z == 1", map[string]any{"form": map[string]any{"x": 1}}, false, true},
		{"tip.urgent", urgent, false, true},
		{"1 +", nil, false, true},
		{"[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, [1,2,3,4,5,6,7,8,9].all(d, a+b+c+d > 0))))", nil, false, true},
	} {
		got, err := book.Holds(c.expr, c.vars)
		if got != c.want || (err != nil) != c.bad {
			t.Errorf("Holds(%q, %v) = %v, %v", c.expr, c.vars, got, err)
		}
	}
}

func TestHoldsIsSafeForConcurrentUse(t *testing.T) {
	book := seed(t, "sanya")
	var wait sync.WaitGroup
	for range 32 {
		wait.Go(func() {
			for _, a := range book.AlertsOn("tip_received") {
				if _, err := book.Holds(a.When, map[string]any{"tip": map[string]any{"urgent": true}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
}

func TestOnChoosesTheVersionInForce(t *testing.T) {
	book := loadGood(t)
	for day, want := range map[calendar.Date]int{
		{Year: 2020, Month: 12, Day: 2}: 0, {Year: 2020, Month: 12, Day: 3}: 10,
		{Year: 2025, Month: 12, Day: 31}: 10, {Year: 2026, Month: 1, Day: 1}: 8,
	} {
		d, ok := book.On(day).Deadline("enforcement_notice")
		if ok != (want > 0) || ok && d.Length.Workdays != want {
			t.Errorf("on %s: %v %v, want %d", day, ok, d, want)
		}
	}
	if d, _ := book.Deadline("enforcement_notice"); d.Length.Workdays != 8 {
		t.Errorf("without a day it is the youngest version, got %v", d.Length)
	}
	if n := len(book.On(calendar.Date{Year: 2026, Month: 1, Day: 1}).DeadlinesStartedBy("case_filed")); n != 1 {
		t.Errorf("%d deadlines start", n)
	}
}

func TestCourtOverridesTheNationById(t *testing.T) {
	books := good(t, func(files fstest.MapFS) {
		files["probe/remedies.yaml"] = &fstest.MapFile{Data: []byte("- {id: R2, name: 本院的复议告知, clauses: [民诉法236], text: 本院文本。, basis: 依据}\n")}
	})
	book, err := rulebook.LoadFrom(books, "probe")
	if err != nil {
		t.Fatal(err)
	}
	own, _ := book.Remedy("R2")
	inherited, _ := book.Remedy("R1")
	if own.Text != "本院文本。" || inherited.Text != "可以提出书面异议。" || len(book.Remedies) != 2 {
		t.Errorf("remedies %v", book.Remedies)
	}
	if e, _ := book.Event("case_filed"); !slices.Equal(e.By, []string{"judge"}) {
		t.Errorf("roles the court lacks stay in %v", e.By)
	}
}

func TestPackIsDeterministicAndUnpacksToTheSameBook(t *testing.T) {
	for _, court := range []string{"sanya", "wugang"} {
		fsys, err := rulebook.Folder(rulebook.Seeds(), court)
		if err != nil {
			t.Fatal(err)
		}
		first, hash, err := rulebook.Pack(fsys)
		if err != nil {
			t.Fatal(err)
		}
		second, again, _ := rulebook.Pack(fsys)
		if !bytes.Equal(first, second) || hash != again || hash != rulebook.Hash(first) || !strings.HasPrefix(hash, "sm3:") {
			t.Errorf("%s: packed twice, %s and %s", court, hash, again)
		}
		book, err := rulebook.Unpack(first)
		if err != nil {
			t.Fatal(err)
		}
		if changes := rulebook.Diff(seed(t, court), book); len(changes) > 0 {
			t.Errorf("%s: %v", court, changes)
		}
	}
	if _, err := rulebook.Unpack([]byte(`{"format":2}`)); err == nil {
		t.Error("an unknown format was read")
	}
}

// A book folder on disk with a national part beside it, and one without, which takes the seeds'.
func TestLoadDir(t *testing.T) {
	if _, err := rulebook.LoadDir("testdata/good/probe"); err != nil {
		t.Error(err)
	}
	alone := filepath.Join(t.TempDir(), "probe")
	if err := os.CopyFS(alone, os.DirFS("testdata/good/probe")); err != nil {
		t.Fatal(err)
	}
	_, err := rulebook.LoadDir(alone)
	if err == nil || !strings.Contains(err.Error(), "books/national/deadlines.yaml") || !strings.Contains(err.Error(), "没有这个角色：judge_assistant") {
		t.Errorf("the seeds' national part asks for roles that the probe lacks, got %v", err)
	}
	if _, err := rulebook.LoadDir(filepath.Join(t.TempDir(), "nowhere")); err == nil {
		t.Error("loaded nothing")
	}
}

func TestCheckForm(t *testing.T) {
	book := seed(t, "sanya")
	frozen, _ := book.Event("asset_frozen")
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, calendar.Shanghai)
	typed, form := book.CheckForm(frozen.Form, map[string]string{
		"debtor": "p1", "class": "deposit", "amount": "1.2万", "ordered_at": "2026-03-02T09:00",
		"effect_at": "2026-03-02T15:00", "expires_on": "2027-03-01", "document_no": "（2026）琼02执1号", "stranger": "x",
	}, now)
	if err := form.Err(); err != nil {
		t.Fatal(err)
	}
	if typed["amount"] != enforcement.Money(1200000) || typed["expires_on"] != (calendar.Date{Year: 2027, Month: 3, Day: 1}) ||
		!typed["ordered_at"].(time.Time).Equal(now) || len(typed) != 7 {
		t.Errorf("typed %v", typed)
	}
	_, form = book.CheckForm(frozen.Form, map[string]string{
		"class": "spaceship", "ordered_at": "yesterday", "expires_on": "1.3.2027", "document_no": strings.Repeat("字", 61),
	}, now)
	err := form.Err()
	for _, field := range []string{"debtor", "class", "ordered_at", "expires_on", "document_no"} {
		if err == nil || !strings.Contains(fieldsOf(err), field) {
			t.Errorf("no problem with %s: %v", field, err)
		}
	}
	typed, form = book.CheckForm(frozen.Form, map[string]string{
		"debtor": "p1", "class": "vehicle", "amount": "not money", "ordered_at": "2026-03-02T09:00",
		"effect_at": "2026-03-02T15:00", "expires_on": "2027-03-01", "document_no": "1",
	}, now)
	if _, asked := typed["amount"]; form.Err() != nil || asked {
		t.Errorf("an amount is asked of a vehicle: %v %v", typed, form.Err())
	}
}

func TestMessage(t *testing.T) {
	book := seed(t, "sanya")
	tpl, _ := book.Template("funds_received_applicant")
	got := book.Message(tpl, map[string]string{"case_no": "（2026）琼02执1号", "amount": "12,345.60元"}, "123456")
	if !strings.HasPrefix(got, "【三亚中院】（2026）琼02执1号案已到账案款12,345.60元。") ||
		!strings.HasSuffix(got, book.Court.AntiFraud+"核验码123456") {
		t.Error(got)
	}
	if got := rulebook.Expand("{a}{b}", map[string]string{"a": "{b}"}); got != "{b}{b}" {
		t.Error(got) // values are not expanded again
	}
}

func TestCoverageAndDiff(t *testing.T) {
	a, b := seed(t, "sanya"), seed(t, "sanya")
	rows := rulebook.Coverage(a)
	for _, r := range rows {
		if r.Carrier == rulebook.Open {
			t.Errorf("nothing carries %s", r.Clause)
		}
		if r.Clause == "S-4.1.1①" && !strings.Contains(r.Carrier, "deadline enforcement_notice; disclosure enforcement_notice_issued") {
			t.Error(r.Carrier)
		}
	}
	if len(rows) != 283 {
		t.Errorf("%d rows", len(rows))
	}
	d, _ := b.Deadline("enforcement_notice")
	d.Length.Workdays = 7
	b.Alerts = b.Alerts[1:]
	changes := rulebook.Diff(a, b)
	if len(changes) != 2 || changes[0].What != "removed" || changes[1].Field != "length" {
		t.Errorf("%+v", changes)
	}
}

func TestWordsFallBackToChinese(t *testing.T) {
	book := seed(t, "sanya")
	if text, ok := book.Word("en", "R1", "中文"); !ok || !strings.HasPrefix(text, "If you") {
		t.Error(text, ok)
	}
	if text, ok := book.Word("en", "R7", "中文"); ok || text != "中文" {
		t.Error(text, ok)
	}
	for _, book := range []*rulebook.Book{book, seed(t, "wugang")} {
		for _, d := range book.Disclosures {
			for _, a := range d.Audiences {
				english, ok := book.Word("en", d.TitleKey(a), "")
				own := func(name string) bool { return name == "you" || name == "name" } // Chinese says 您 where English has to name the reader
				zh, en := slices.DeleteFunc(rulebook.Placeholders(a.Title), own), slices.DeleteFunc(rulebook.Placeholders(english), own)
				slices.Sort(zh)
				slices.Sort(en)
				if !ok || !slices.Equal(zh, en) {
					t.Errorf("%s %s: %v, in English %v", book.Court.ID, d.TitleKey(a), zh, en)
				}
			}
		}
	}
}
