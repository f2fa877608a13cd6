package intake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
	"mingzhi/storage/sealing"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

var ctx = context.Background()

// submit puts a row into the inbox as the public half does: sealed with the court's public key.
func submit(t *testing.T, h *backofficetest.House, court, kind string, meta, body any) uuid.UUID {
	t.Helper()
	id := storage.NewID()
	plain, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := sealing.SealTo(h.Keys.Public().TipKey(), "submission.sealed:"+id.String(), plain)
	if err != nil {
		t.Fatal(err)
	}
	store(t, h, court, kind, id, meta, sealed)
	return id
}

func store(t *testing.T, h *backofficetest.House, court, kind string, id uuid.UUID, meta any, sealed []byte) {
	t.Helper()
	raw, err := json.Marshal(meta)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, h.DB.PublicDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `SELECT set_config('mingzhi.court', $1, false)`, court)
	if err == nil {
		_, err = conn.Exec(ctx, `INSERT INTO inbox.submission (court, id, kind, received_at, meta, sealed) VALUES ($1, $2, $3, $4, $5, $6)`, court, id, kind, h.Clock.Now(), raw, sealed)
	}
	if err != nil {
		t.Fatal(err)
	}
}

var receipt = []byte("hmac of a receipt, 32 bytes long")

func tip(t *testing.T, h *backofficetest.House, court string, urgent bool) uuid.UUID {
	t.Helper()
	key := "tipfile/" + storage.NewID().String()
	sealed, err := sealing.SealTo(h.Keys.Public().TipKey(), "inbox_file:"+key, []byte("picture"))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Files.Inbox.Put(ctx, key, bytes.NewReader(sealed)); err != nil {
		t.Fatal(err)
	}
	return submit(t, h, court, "tip", exchange.TipMeta{Ticket: "XS260310-" + storage.NewID().String()[:6], ReceiptHMAC: receipt, Kind: "person", Urgent: urgent, WarningVersion: "1"},
		exchange.Tip{Debtor: "李四光", What: "正在某小区门口洗车", Where: "人民路1号", When: "现在", Contact: exchange.Contact{Name: "举报者", Mobile: "19900000099"},
			Files: []exchange.File{{Key: key, Name: "a.jpg", MIME: "image/jpeg", Size: 7, SHA256: []byte("x")}}, Channel: "portal", Language: "zh-CN"})
}

func admit(t *testing.T, h *backofficetest.House, court string) int {
	t.Helper()
	n, err := h.Intake.Admit(ctx, court)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestATipIsAdmittedOnce(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	tip(t, h, "sanya", true)
	if n := admit(t, h, "sanya"); n != 1 {
		t.Fatalf("admitted %d", n)
	}
	h.Intake.Rescan("sanya")
	if n := admit(t, h, "sanya"); n != 0 {
		t.Fatalf("admitted %d again", n)
	}
	for table, want := range map[string]int{"court.tip": 1, "court.tip_identity": 1, "court.tip_file": 1, "court.matter": 1, "court.admission": 1, "disclosed.tip": 0,
		"court.docket": 1, "disclosed.outgoing": 1} {
		if n := h.Rows(`SELECT count(*) FROM ` + table); n != want && table != "disclosed.outgoing" {
			t.Errorf("%s: %d rows, want %d", table, n, want)
		}
	}
	if n := h.Rows(`SELECT count(*) FROM court.alert WHERE sound`); n != 1 {
		t.Errorf("urgent: %d alerts", n)
	}
}

func TestTwoIntakesAtOnceAdmitEachRowOnce(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	for i := range 20 {
		_ = i
		submit(t, h, "sanya", "tip", exchange.TipMeta{Ticket: "T" + storage.NewID().String(), ReceiptHMAC: []byte(storage.NewID().String()), Kind: "asset", WarningVersion: "1"}, exchange.Tip{Debtor: "甲", What: "乙"})
	}
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			for range 3 {
				if _, err := h.Intake.Admit(ctx, "sanya"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if n := h.Rows(`SELECT count(*) FROM court.tip`); n != 20 {
		t.Errorf("%d tips", n)
	}
	if n := h.Rows(`SELECT count(*) FROM court.docket WHERE code = 'tip_received'`); n != 20 {
		t.Errorf("%d events", n)
	}
	if n := h.Rows(`SELECT count(*) FROM court.poison`); n != 0 {
		t.Errorf("%d poisoned", n)
	}
}

func TestWhatCannotBeOpenedIsSetAsideAndHoldsUpNobody(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	store(t, h, "sanya", "tip", storage.NewID(), exchange.TipMeta{Ticket: "T1", ReceiptHMAC: []byte("1"), Kind: "asset", WarningVersion: "1"}, []byte("not sealed by anybody"))
	tip(t, h, "sanya", false)
	if n := admit(t, h, "sanya"); n != 1 {
		t.Fatalf("admitted %d", n)
	}
	for range 12 {
		h.Clock.Add(2 * time.Hour)
		h.Intake.Rescan("sanya")
		admit(t, h, "sanya")
	}
	if n := h.Rows(`SELECT count(*) FROM court.admission WHERE outcome = 'poisoned'`); n != 1 {
		t.Fatal("not set aside after ten tries")
	}
	if n := h.Rows(`SELECT tries FROM court.poison`); n != 10 {
		t.Fatalf("%d tries", n)
	}
}

func TestAnAnswerBeforeItsTipWaits(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	submit(t, h, "sanya", "tip_message", exchange.MessageMeta{ReceiptHMAC: receipt}, exchange.Message{Text: "补充：他开的是白色轿车"})
	if n := admit(t, h, "sanya"); n != 0 {
		t.Fatalf("admitted %d", n)
	}
	tip(t, h, "sanya", false)
	admit(t, h, "sanya")
	h.Clock.Add(2 * time.Minute)
	if n := admit(t, h, "sanya"); n != 1 || h.Rows(`SELECT count(*) FROM court.tip_message`) != 1 || h.Rows(`SELECT count(*) FROM court.poison`) != 0 {
		t.Fatalf("the answer was not admitted after its tip: %d", n)
	}
}

func TestDeliveryReportsTwiceAndOutOfOrder(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	id := storage.NewID()
	for _, state := range []string{"delivered", "sent", "delivered", "failed", "failed"} {
		store(t, h, "sanya", "delivery", storage.NewID(), exchange.Delivery{MessageID: id, State: state, Channel: "sms", At: h.Clock.Now()}, nil)
	}
	admit(t, h, "sanya")
	if n := h.Rows(`SELECT count(*) FROM court.delivery`); n != 3 {
		t.Errorf("%d states", n)
	}
	if n := h.Rows(`SELECT count(*) FROM court.docket WHERE code = 'message_undeliverable'`); n != 1 {
		t.Errorf("%d undeliverable events", n)
	}
}

func TestIdentityNeedsAReasonAndLeavesATrace(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	id := tip(t, h, "sanya", false)
	admit(t, h, "sanya")
	duty, judge := h.Person("sanya", "duty1", "", "duty_officer"), h.Person("sanya", "judge1", "enforcement_1", "judge")
	if _, err := h.Intake.Identity(ctx, judge, id, "想看"); !problem.Is(err, problem.Forbidden) {
		t.Errorf("a judge: %v", err)
	}
	if _, err := h.Intake.Identity(ctx, duty, id, "  "); !problem.Is(err, problem.Invalid) {
		t.Errorf("no reason: %v", err)
	}
	c, err := h.Intake.Identity(ctx, duty, id, "回访核实")
	if err != nil || c.Mobile != "19900000099" {
		t.Fatal(c, err)
	}
	if n := h.Rows(`SELECT count(*) FROM court.audit WHERE action = 'open_tip_identity' AND reason = '回访核实'`); n != 1 {
		t.Errorf("%d traces", n)
	}
	if _, err := h.Intake.Identity(ctx, h.Person("wugang", "duty1", "", "duty_officer"), id, "别的法院"); !problem.Is(err, problem.NotFound) {
		t.Errorf("another court: %v", err)
	}
}

// TestNothingPersonalLiesOpen dumps every table and looks for what was sealed.
func TestNothingPersonalLiesOpen(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	tip(t, h, "sanya", true)
	admit(t, h, "sanya")
	h.Case("sanya", "（2026）琼02执9号", "enforcement_1", uuid.Nil, backofficetest.Party{Role: "applicant", Name: "甲", Mobile: "19900000055"})
	conn, err := pgx.Connect(ctx, h.DB.OwnerDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_schema IN ('court', 'disclosed', 'inbox', 'edge')`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		for _, secret := range []string{"19900000055", "19900000099", "举报者", "洗车", "人民路1号", "李四光"} {
			var n int
			sql := `SELECT count(*) FROM ` + table + ` x WHERE x::text LIKE '%' || $1 || '%' OR x::text LIKE '%' || encode(convert_to($1, 'UTF8'), 'hex') || '%'`
			if err := conn.QueryRow(ctx, sql, secret).Scan(&n); err != nil || n > 0 {
				t.Errorf("%s: %q lies open in %d rows (%v)", table, secret, n, err)
			}
		}
	}
}

// walk takes a tip through the court's own process: the book says which steps and who.
func walk(t *testing.T, h *backofficetest.House, court, caseNumber, team string) []string {
	t.Helper()
	id := tip(t, h, court, true)
	admit(t, h, court)
	duty := h.Person(court, "duty1", "", "duty_officer")
	assistant, judge := h.Person(court, "assistant1", team, "judge_assistant"), h.Person(court, "judge1", team, "judge")
	h.Case(court, caseNumber, team, judge.ID, backofficetest.Party{Role: "applicant", Name: "甲"}, backofficetest.Party{Role: "debtor", Name: "李四光"})
	var m courtdb.CourtMatter
	in := func(fn func(tx *storage.Tx) error) {
		t.Helper()
		if err := h.Store.InTx(ctx, staff.Machine(court), fn); err != nil {
			t.Fatal(err)
		}
	}
	look := func() *matter.View {
		t.Helper()
		var v *matter.View
		in(func(tx *storage.Tx) (err error) {
			if m, err = tx.MatterOfTip(ctx, courtdb.MatterOfTipParams{Court: court, TipID: id}); err != nil {
				return err
			}
			v, err = matter.Show(ctx, tx, m.ID)
			return err
		})
		return v
	}
	do := func(what string, err error) {
		t.Helper()
		if err != nil {
			p, _ := problem.As(err)
			if p != nil && p.Fields != nil {
				t.Fatalf("%s at %s: %v", what, look().Step, p.Fields)
			}
			t.Fatalf("%s at %s: %v", what, look().Step, err)
		}
	}
	look()
	do("take", h.Matters.Take(ctx, duty, m.ID, nil))
	if err := h.Matters.Complete(ctx, duty, m.ID, "match", matter.Answers{Values: map[string]string{"outcome": "matched", "case": "（2026）京01执1号"}}); !problem.Is(err, problem.Invalid) {
		t.Fatalf("matched to a case that is not: %v", err)
	}
	do("match", h.Matters.Complete(ctx, duty, m.ID, "match", matter.Answers{Values: map[string]string{"outcome": "matched", "case": strings.NewReplacer("（", "(", "）", ")").Replace(caseNumber), "party": "other"}}))
	do("hand over", h.Matters.Complete(ctx, duty, m.ID, "hand_over", matter.Answers{}))
	if err := h.Matters.Receive(ctx, h.Person(court, "assistant9", "enforcement_2", "judge_assistant"), m.ID); !problem.Is(err, problem.Forbidden) {
		t.Fatalf("received by another team: %v", err)
	}
	do("receive", h.Matters.Receive(ctx, assistant, m.ID))
	if err := h.Matters.Receive(ctx, assistant, m.ID); !problem.Is(err, problem.Conflict) {
		t.Fatalf("received twice: %v", err)
	}
	do("verify", h.Matters.Complete(ctx, assistant, m.ID, "verify", matter.Answers{Values: map[string]string{"status": "verified", "verify_note": "已到现场核实"}}))
	if v := look(); !zero(v.Holder) {
		t.Fatal("the judge's step is held by the assistant")
	}
	do("take result", h.Matters.Take(ctx, judge, m.ID, nil))
	do("result", h.Matters.Complete(ctx, judge, m.ID, "result", matter.Answers{Values: map[string]string{"result": "adopted"}}))
	v := look()
	if v.State != "done" {
		t.Fatalf("not done: %s at %s", v.State, v.Step)
	}
	var acts []string
	for _, d := range v.History {
		acts = append(acts, d.Step+":"+d.Act)
	}
	return acts
}

func zero(id *uuid.UUID) bool { return id == nil }

func TestATipTravelsByTheBookOfItsCourt(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	acts := walk(t, h, "sanya", "（2026）琼02执21号", "enforcement_1")
	t.Log(acts)
	if h.Rows(`SELECT count(*) FROM court.deadline WHERE tip_id IS NOT NULL AND state = 'open'`) != 0 {
		t.Error("a clock still runs")
	}
	// released by the judge who recorded the result; the assistant's finding waits for him (G14)
	if h.Rows(`SELECT count(*) FROM disclosed.tip WHERE result = 'adopted' AND stage = 'verifying'`) != 1 ||
		h.Rows(`SELECT count(*) FROM court.disclosure WHERE code = 'tip_verified' AND audience = 'tipster' AND state = 'awaiting_release'`) != 1 {
		t.Error("the tipster's view is not what was released")
	}
	walk(t, h, "wugang", "（2026）豫0481执21号", "enforcement_1")
}

// W-14e, W-14f: a tip on a terminated case goes to the court's own team for such cases, in Wugang's book alone.
func TestATipOnATerminatedCaseGoesWhereTheBookSays(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	for court, want := range map[string]string{"sanya": "enforcement_1", "wugang": "terminated"} {
		id := tip(t, h, court, false)
		admit(t, h, court)
		number := map[string]string{"sanya": "（2026）琼02执31号", "wugang": "（2026）豫0481执31号"}[court]
		caseID, _ := h.Case(court, number, "enforcement_1", uuid.Nil, backofficetest.Party{Role: "applicant", Name: "甲"}, backofficetest.Party{Role: "debtor", Name: "乙"})
		duty := h.Person(court, "duty1", "", "duty_officer")
		var m courtdb.CourtMatter
		look := func() {
			t.Helper()
			err := h.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) (err error) {
				m, err = tx.MatterOfTip(ctx, courtdb.MatterOfTipParams{Court: court, TipID: id})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		err := h.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE court.cases SET stage = 'closed', closed_on = '2026-03-01', closure_mode = 'termination_of_current_procedure' WHERE id = $1`, caseID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		look()
		for _, err := range []error{h.Matters.Take(ctx, duty, m.ID, nil), h.Matters.Complete(ctx, duty, m.ID, "match", matter.Answers{Values: map[string]string{"outcome": "matched", "case": number}})} {
			if err != nil {
				t.Fatalf("%s: %v", court, err)
			}
		}
		look()
		if m.Step != map[string]string{"sanya": "hand_over", "wugang": "hand_over_terminated"}[court] {
			t.Errorf("%s: at %s", court, m.Step)
		}
		if err := h.Matters.Complete(ctx, duty, m.ID, m.Step, matter.Answers{}); err != nil {
			t.Fatalf("%s: %v", court, err)
		}
		if look(); m.Team != want {
			t.Errorf("%s: handed to team %q, want %q", court, m.Team, want)
		}
	}
}

func TestNobodyTakesAnUrgentTipForThreeMinutes(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	h.Person("sanya", "leader", "", "leader_on_duty")
	tip(t, h, "sanya", true)
	admit(t, h, "sanya")
	h.Clock.Add(2 * time.Minute)
	if _, err := h.Docket.Sweep(ctx, "sanya"); err != nil {
		t.Fatal(err)
	}
	leader := `SELECT count(*) FROM court.alert WHERE role = 'leader_on_duty'`
	if h.Rows(leader) != 0 {
		t.Fatal("the leader was rung too early")
	}
	h.Clock.Add(2 * time.Minute)
	if _, err := h.Docket.Sweep(ctx, "sanya"); err != nil {
		t.Fatal(err)
	}
	if h.Rows(leader) != 1 || h.Rows(`SELECT count(*) FROM disclosed.outgoing WHERE template = 'staff_tip_not_taken' AND urgent`) != 1 {
		t.Fatal("the leader was not rung")
	}
}

func TestAQuestionGoesOutWhenReleased(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	id := tip(t, h, "sanya", false)
	admit(t, h, "sanya")
	duty := h.Person("sanya", "duty1", "", "duty_officer")
	if err := h.Intake.Ask(ctx, duty, id, strings.Repeat("字", 501)); !problem.Is(err, problem.Invalid) {
		t.Fatalf("too long: %v", err)
	}
	if err := h.Intake.Ask(ctx, duty, id, "请问您看到的时间是几点？"); err != nil {
		t.Fatal(err)
	}
	asked := `SELECT count(*) FROM disclosed.tip WHERE messages::text LIKE '%几点%'`
	if h.Rows(asked) != 0 {
		t.Fatal("went out unreleased")
	}
	var waiting uuid.UUID
	err := h.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		return tx.QueryRow(ctx, `SELECT id FROM court.disclosure WHERE code = 'tip_question_asked' AND state = 'awaiting_release'`).Scan(&waiting)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Disclosure.Release(ctx, h.Person("sanya", "judge1", "enforcement_1", "judge"), waiting, true, ""); err != nil {
		t.Fatal(err)
	}
	if h.Rows(asked) != 1 {
		t.Fatal("did not go out after release")
	}
}
