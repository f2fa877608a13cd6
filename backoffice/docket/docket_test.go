package docket_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

var ctx = context.Background()

func record(t *testing.T, h *backofficetest.House, e docket.Event) error {
	t.Helper()
	return h.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		_, err := h.Docket.Record(ctx, tx, e)
		return err
	})
}

func newCase(h *backofficetest.House) uuid.UUID {
	id, _ := h.Case("sanya", "（2026）琼02执1号", "enforcement_1", uuid.Nil, backofficetest.Party{Role: "applicant", Name: "甲"}, backofficetest.Party{Role: "debtor", Name: "乙"})
	return id
}

func deadlines(t *testing.T, h *backofficetest.House, id uuid.UUID) map[string]courtdb.CourtDeadline {
	t.Helper()
	out := map[string]courtdb.CourtDeadline{}
	err := h.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		rows, err := tx.DeadlinesOfCase(ctx, courtdb.DeadlinesOfCaseParams{Court: "sanya", CaseID: id})
		for _, r := range rows {
			out[r.Rule] = r
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFilingStartsTheClocksOfTheBook(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	h.Clock.Set(time.Date(2026, 2, 12, 10, 0, 0, 0, calendar.Shanghai))
	id := newCase(h)
	if err := record(t, h, docket.Event{Code: "case_filed", Case: id, Facts: map[string]any{"filed_on": "2026-02-12"}}); err != nil {
		t.Fatal(err)
	}
	got := deadlines(t, h, id)
	d, ok := got["enforcement_notice"] // S-4.1.1①: ten working days over the Spring Festival
	if !ok || calendar.On(d.DueAt).String() != "2026-03-04" || d.Clause != "S-4.1.1①" {
		t.Fatalf("enforcement notice: %+v", d)
	}
	var why calendar.Explanation
	if err := json.Unmarshal(d.Explanation, &why); err != nil || len(why.Days) == 0 || !strings.Contains(why.Text, "春节") {
		t.Fatalf("explanation: %v %v", why.Text, err)
	}
	if d, ok := got["form_documents_notice"]; !ok || calendar.On(d.DueAt).String() != "2026-02-26" { // S-5.2.0b: five
		t.Fatalf("form documents: %+v", d)
	}
	h.Clock.Set(time.Date(2026, 3, 3, 10, 0, 0, 0, calendar.Shanghai))
	if err := record(t, h, docket.Event{Code: "enforcement_notice_issued", Case: id, Facts: map[string]any{"issued_on": "2026-03-03"}}); err != nil {
		t.Fatal(err)
	}
	got = deadlines(t, h, id)
	if got["enforcement_notice"].State != "met" || got["form_documents_notice"].State != "late" {
		t.Fatalf("after the notice: %s, %s", got["enforcement_notice"].State, got["form_documents_notice"].State)
	}
}

func TestClocksRingOnceBeforeAndAfter(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	id := newCase(h)
	if err := record(t, h, docket.Event{Code: "case_filed", Case: id, Facts: map[string]any{"filed_on": "2026-03-10"}}); err != nil {
		t.Fatal(err)
	}
	sweep := func() int {
		n, err := h.Docket.Sweep(ctx, "sanya")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := sweep(); n != 0 {
		t.Fatalf("%d rang at once", n)
	}
	h.Clock.Add(60 * 24 * time.Hour)
	if n := sweep(); n == 0 {
		t.Fatal("nothing rang")
	}
	if n := sweep(); n != 0 {
		t.Fatalf("%d rang again", n)
	}
	if n := h.Rows(`SELECT count(*) FROM court.alert WHERE rule = 'enforcement_notice_warning'`); n != 1 {
		t.Fatalf("%d alerts by the book", n)
	}
	if n := h.Rows(`SELECT count(*) FROM court.alert WHERE rule LIKE 'overdue:%'`); n == 0 {
		t.Fatal("nobody was told of what is overdue")
	}
}

func TestRecordRefuses(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	id := newCase(h)
	now, later, before := backofficetest.Start, backofficetest.Start.Add(time.Hour), backofficetest.Start.Add(-time.Hour)
	for name, e := range map[string]docket.Event{
		"unknown":              {Code: "moon_landing", Case: id},
		"the future":           {Code: "case_filed", Case: id, Occurred: later},
		"freeze without":       {Code: "asset_frozen", Case: id},
		"effect before":        {Code: "asset_frozen", Case: id, Effect: &before},
		"freeze over a year":   {Code: "asset_frozen", Case: id, Effect: &now, Facts: map[string]any{"class": "deposit", "expires_on": "2027-03-12"}},
		"more than is claimed": {Code: "funds_received", Case: id, Facts: map[string]any{"amount": int64(100_000_01)}},
		"closing beyond claim": {Code: "case_closed", Case: id, Facts: map[string]any{"closure_mode": "fully_performed", "amount_realised": int64(99_999_00), "amount_waived": int64(2_00)}},
	} {
		err := record(t, h, e)
		if p, ok := problem.As(err); !ok || p.Text == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := h.Rows(`SELECT count(*) FROM court.docket`); n != 0 {
		t.Fatalf("%d rows of what was refused", n)
	}
}

func TestFactsAreSealedAndErasable(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	id := newCase(h)
	if err := record(t, h, docket.Event{Code: "case_filed", Case: id, Facts: map[string]any{"basis_no": "民初九九九号"}}); err != nil {
		t.Fatal(err)
	}
	if n := h.Rows(`SELECT count(*) FROM court.docket_facts WHERE encode(body, 'escape') LIKE '%basis%' OR body::text LIKE '%basis%'`); n != 0 {
		t.Fatal("facts lie open")
	}
}

// tamper changes the database as somebody who owns it, past every guard.
func tamper(t *testing.T, h *backofficetest.House, sql string) {
	t.Helper()
	conn, err := pgx.Connect(ctx, h.DB.OwnerDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "SET session_replication_role = replica; "+sql); err != nil {
		t.Fatal(err)
	}
}

func TestAuditFindsEveryTampering(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"changed": `UPDATE court.audit SET reason = 'x' WHERE id = (SELECT audit_id FROM court.audit_chain WHERE court = 'sanya' AND seq = 2)`,
		"removed": `DELETE FROM court.audit WHERE id = (SELECT audit_id FROM court.audit_chain WHERE court = 'sanya' AND seq = 2)`,
		"swapped": `UPDATE court.audit_chain SET seq = 900 WHERE court = 'sanya' AND seq = 2; UPDATE court.audit_chain SET seq = 2 WHERE court = 'sanya' AND seq = 3;
			UPDATE court.audit_chain SET seq = 3 WHERE court = 'sanya' AND seq = 900`,
		"cut off": `DELETE FROM court.audit WHERE id = (SELECT audit_id FROM court.audit_chain WHERE court = 'sanya' ORDER BY seq DESC LIMIT 1);
			DELETE FROM court.audit_chain WHERE court = 'sanya' AND seq = (SELECT max(seq) FROM court.audit_chain WHERE court = 'sanya')`,
		"slipped in": `INSERT INTO court.audit (court, id, at, actor_kind, action, result) VALUES ('sanya', gen_random_uuid(), now(), 'system', 'x', 'done')`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := backofficetest.New(t)
			id := newCase(h)
			for range 4 {
				if err := record(t, h, docket.Event{Code: "case_file_received", Case: id}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := docket.Seal(ctx, h.Store, "sanya"); err != nil {
				t.Fatal(err)
			}
			kept, err := docket.CurrentHead(ctx, h.Store, "sanya")
			if err != nil || kept.Seq < 4 {
				t.Fatal(kept, err)
			}
			if n, err := docket.Verify(ctx, h.Store, "sanya", kept); err != nil || n != kept.Seq {
				t.Fatalf("a whole chain: %d, %v", n, err)
			}
			tamper(t, h, sql)
			if _, err := docket.Verify(ctx, h.Store, "sanya", kept); !problem.Is(err, problem.Refused) {
				t.Fatalf("not found: %v", err)
			}
		})
	}
}

func TestAFormChangedOnTheWayBackIsNotLostUnsaid(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	judge := h.Person("sanya", "judge1", "enforcement_1", "judge")
	id, parties := h.Case("sanya", "（2026）琼02执1号", "enforcement_1", judge.ID, backofficetest.Party{Role: "applicant", Name: "甲"}, backofficetest.Party{Role: "debtor", Name: "乙"})
	freeze := func(amount, expires, key string) error {
		_, err := h.Docket.RecordByHand(ctx, judge, "asset_frozen", id, map[string]string{"debtor": parties[1].String(), "class": "deposit", "amount": amount,
			"ordered_at": "2026-03-10T09:00", "effect_at": "2026-03-10T09:30", "expires_on": expires, "document_no": "（2026）琼02执1号之一"}, key)
		return err
	}
	for _, amount := range []string{"50000", "50000"} {
		if err := freeze(amount, "2027-03-09", "form"); err != nil {
			t.Fatal(err)
		}
	}
	if err := freeze("80000", "2027-03-09", "form"); !problem.Is(err, problem.Conflict) {
		t.Fatalf("a changed form is said to be recorded: %v", err)
	}
	err := freeze("50000", "2020-01-01", "other")
	if p, ok := problem.As(err); !ok || p.Fields["expires_on"] == nil {
		t.Fatalf("a freeze that ended before it began: %v", err)
	}
	if n := h.Rows(`SELECT count(*) FROM court.docket WHERE code = 'asset_frozen'`); n != 1 {
		t.Fatalf("%d freezes", n)
	}
}

// Two accounts frozen, one released: the other's clock must go on, or its freeze lapses unseen.
func TestOneReleaseEndsOneClock(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	id := newCase(h)
	put := func(code string, facts map[string]any) {
		t.Helper()
		at := h.Clock.Now()
		if err := record(t, h, docket.Event{Code: code, Case: id, Effect: &at, Facts: facts}); err != nil {
			t.Fatal(err)
		}
	}
	for _, no := range []string{"裁定一", "裁定二"} {
		put("asset_frozen", map[string]any{"debtor": "d", "class": "deposit", "document_no": no, "expires_on": "2027-03-09"})
	}
	open := func() int {
		return h.Rows(`SELECT count(*) FROM court.deadline WHERE case_id = $1 AND rule = 'freeze_deposit' AND state = 'open'`, id)
	}
	put("control_released", map[string]any{"debtor": "d", "origin_no": "裁定二", "document_no": "解除一"})
	if open() != 1 {
		t.Errorf("%d clocks run after one of two was released", open())
	}
	put("control_released", map[string]any{"debtor": "d", "document_no": "解除二"})
	if open() != 0 {
		t.Errorf("%d clocks run after the rest was released", open())
	}
}

func TestAGateLooksAtEveryDebtor(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	id, parties := h.Case("sanya", "（2026）琼02执2号", "enforcement_1", uuid.Nil, backofficetest.Party{Role: "applicant", Name: "甲"},
		backofficetest.Party{Role: "debtor", Name: "乙"}, backofficetest.Party{Role: "debtor", Name: "丙"})
	open := func() (yes bool) {
		t.Helper()
		err := h.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
			gates, err := docket.Gates(ctx, tx, "termination_ruled", id, uuid.Nil, map[string]any{})
			for _, g := range gates {
				if g.ID == "termination_restricted" {
					yes = g.Open
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return yes
	}
	for i, debtor := range parties[1:] {
		if open() {
			t.Fatalf("open with %d of 2 debtors restricted", i)
		}
		at := h.Clock.Now()
		if err := record(t, h, docket.Event{Code: "consumption_restricted", Case: id, Party: debtor, Effect: &at, Facts: map[string]any{"document_no": "限一"}}); err != nil {
			t.Fatal(err)
		}
	}
	if !open() {
		t.Error("shut with both debtors restricted")
	}
}
