package demo_test

import (
	"bytes"
	"context"
	"testing"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/staff"
	"mingzhi/cmd/internal/demo"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

// TestTheDemonstrationHasEverythingThrice brings both courts' workbooks in by the import's door and counts.
func TestTheDemonstrationHasEverythingThrice(t *testing.T) {
	h := backofficetest.New(t)
	ctx := context.Background()
	h.Clock.Set(backofficetest.Start.AddDate(0, 8, 0)) // a November
	for _, court := range []string{"sanya", "wugang"} {
		book, _, err := h.Store.Book(ctx, court)
		if err != nil {
			t.Fatal(err)
		}
		people := demo.Accounts(book, h.Store.Now())
		if err := demo.Settle(ctx, h.Store, h.Accounts, court, people); err != nil {
			t.Fatal(err)
		}
		data, err := demo.Workbook(book, people, h.Store.Now(), 300)
		if err != nil {
			t.Fatal(err)
		}
		again, err := demo.Workbook(book, people, h.Store.Now(), 300)
		if err != nil || !bytes.Equal(rows(t, data), rows(t, again)) {
			t.Errorf("%s: the same seed invents another court (%v)", court, err)
		}
		r, err := h.Intake.Import(ctx, staff.Importer(court, [16]byte{}), data, intake.Options{CutOver: calendar.On(h.Store.Now()).Add(-730)})
		if err != nil {
			t.Fatalf("%s: %v %v", court, err, r.Faults)
		}
		thrice := func(what, sql string, args ...any) {
			t.Helper()
			if n := h.Rows(sql, append([]any{court}, args...)...); n < 3 {
				t.Errorf("%s: %s %d times", court, what, n)
			}
		}
		for _, s := range enforcement.AllCaseStages() {
			thrice(s.Name(), `SELECT count(*) FROM court.cases WHERE court = $1 AND stage = $2`, string(s))
		}
		for _, m := range enforcement.AllClosureModes() {
			thrice(m.Name(), `SELECT count(*) FROM court.cases WHERE court = $1 AND closure_mode = $2`, string(m))
		}
		for _, role := range enforcement.AllRoles() {
			if role != enforcement.RoleTipster { // never a person of a case
				thrice(role.Name(), `SELECT count(*) FROM court.party WHERE court = $1 AND role = $2`, string(role))
			}
		}
		for state, sql := range map[string]string{"running": `state = 'open' AND warned_at IS NULL`, "near": `state = 'open' AND warned_at IS NOT NULL AND overdue_at IS NULL`,
			"overdue": `state = 'open' AND overdue_at IS NOT NULL`, "met": `state = 'met'`, "late": `state = 'late'`, "cancelled": `state = 'cancelled'`} {
			thrice("a clock "+state, `SELECT count(*) FROM court.deadline WHERE court = $1 AND `+sql)
		}
		thrice("a company", `SELECT count(*) FROM court.party WHERE court = $1 AND kind = 'company'`)
		thrice("a minor", `SELECT count(*) FROM court.party WHERE court = $1 AND minor_until IS NOT NULL`)
		thrice("an agent", `SELECT count(*) FROM court.party WHERE court = $1 AND role = 'agent' AND represents IS NOT NULL`)
		if n := h.Rows(`SELECT count(*) FROM court.party WHERE court = $1 AND role = 'agent' AND (represents IS NULL OR kind = 'company')`, court); n != 0 {
			t.Errorf("%s: %d agents are companies or stand for nobody", court, n)
		}
		thrice("several debtors", `SELECT count(*) FROM (SELECT case_id FROM court.party WHERE court = $1 AND role = 'debtor' GROUP BY case_id HAVING count(*) > 1) x`)
		if n := h.Rows(`SELECT count(*) FROM court.cases WHERE court = $1 AND year <> 2026`, court); n > 30 {
			t.Errorf("%s: %d case numbers of another year", court, n)
		}
	}
	if n := h.Rows(`SELECT count(*) FROM disclosed.outgoing`); n != 0 {
		t.Errorf("the import sent %d messages", n)
	}
}

// rows are the cells of a workbook without the file's own dates.
func rows(t *testing.T, data []byte) []byte {
	t.Helper()
	all, err := demo.Cells(data)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
