package disclosure_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

var ctx = context.Background()

type scene struct {
	*backofficetest.House
	judge     staff.Actor
	caseID    uuid.UUID
	applicant uuid.UUID
	debtor    uuid.UUID
}

func newScene(t *testing.T, more ...backofficetest.Party) *scene {
	h := backofficetest.New(t)
	s := &scene{House: h, judge: h.Person("sanya", "judge1", "enforcement_1", "judge")}
	parties := append([]backofficetest.Party{{Role: "applicant", Name: "张三丰", Mobile: "19900000011", ID: "460200199001010014"},
		{Role: "debtor", Name: "李四光", Mobile: "19900000012", ID: "41048119850615123X"}}, more...)
	id, ids := h.Case("sanya", "（2026）琼02执1号", "enforcement_1", s.judge.ID, parties...)
	s.caseID, s.applicant, s.debtor = id, ids[0], ids[1]
	return s
}

func (s *scene) freeze(t *testing.T, effect string) {
	t.Helper()
	_, err := s.Docket.RecordByHand(ctx, s.judge, "asset_frozen", s.caseID, map[string]string{"debtor": s.debtor.String(), "class": "deposit", "amount": "50000",
		"ordered_at": "2026-03-10T09:00", "effect_at": effect, "expires_on": "2027-03-09", "document_no": "（2026）琼02执1号之一"}, "freeze")
	if err != nil {
		p, _ := problem.As(err)
		t.Fatalf("%v %v", err, p.Fields)
	}
}

func (s *scene) served(t *testing.T) {
	t.Helper()
	_, err := s.Docket.RecordByHand(ctx, s.judge, "ruling_served", s.caseID, map[string]string{"debtor": s.debtor.String(), "document_no": "（2026）琼02执1号之一",
		"served_on": "2026-03-10", "method": "direct"}, "served")
	if err != nil {
		t.Fatal(err)
	}
}

// outside counts what anybody outside the court could know of the case.
func (s *scene) outside() int {
	return s.Rows(`SELECT (SELECT count(*) FROM disclosed.item) + (SELECT count(*) FROM disclosed.outgoing) + (SELECT count(*) FROM edge.delivery) + (SELECT count(*) FROM disclosed.tombstone)`)
}

func (s *scene) items(code string, viewer uuid.UUID) int {
	return s.Rows(`SELECT count(*) FROM disclosed.item WHERE code = $1 AND viewer = $2`, code, viewer)
}

func (s *scene) sweep(t *testing.T) {
	t.Helper()
	if _, err := s.Disclosure.Sweep(ctx, "sanya"); err != nil {
		t.Fatal(err)
	}
}

func TestFreezeIsKnownToNobodyBeforeEffect(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	before := s.outside()
	s.freeze(t, "2026-03-10T15:00")
	s.sweep(t)
	if n := s.outside(); n != before {
		t.Fatalf("%d rows outside the court before effect", n-before)
	}
	s.Clock.Set(backofficetest.Start.Add(5 * time.Hour))
	s.sweep(t)
	if s.items("asset_frozen", s.applicant) != 1 || s.items("asset_frozen", s.debtor) != 0 {
		t.Fatal("at effect the applicant is told and the debtor is not")
	}
	if n := s.Rows(`SELECT count(*) FROM disclosed.outgoing WHERE template = 'asset_frozen_applicant'`); n != 1 {
		t.Fatalf("%d messages to the applicant", n)
	}
	s.served(t)
	if s.items("asset_frozen", s.debtor) != 1 {
		t.Fatal("after service of the ruling the debtor is told")
	}
	// a push is no service (G5): whether the document was served stands beside who was told
	service := func(party uuid.UUID, state string) int {
		return s.Rows(`SELECT count(*) FROM court.disclosure WHERE code = 'asset_frozen' AND party_id = $1 AND service = $2`, party, state)
	}
	if service(s.debtor, "recorded") != 1 || service(s.applicant, "pending") != 1 {
		t.Fatal("the debtor was served, the applicant not yet")
	}
	if n := s.Rows(`SELECT count(*) FROM court.disclosure WHERE code = 'asset_frozen' AND state = 'withheld' AND audience = 'public'`); n != 1 {
		t.Fatal("that the public is not told stands at the case")
	}
}

func TestServiceBeforeEffectDoesNotTellTheDebtor(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.freeze(t, "2026-03-10T15:00")
	s.served(t)
	if s.items("asset_frozen", s.debtor) != 0 {
		t.Fatal("told before effect")
	}
	s.Clock.Set(backofficetest.Start.Add(5 * time.Hour))
	s.sweep(t)
	if s.items("asset_frozen", s.debtor) != 1 {
		t.Fatal("not told after effect and service")
	}
}

func TestWhoIsToldInAnothersStead(t *testing.T) {
	t.Parallel()
	gone := backofficetest.Start.Add(-time.Hour)
	adult := backofficetest.Start.AddDate(5, 0, 0)
	s := newScene(t,
		backofficetest.Party{Role: "agent", Name: "王律师", Mobile: "19900000013"},
		backofficetest.Party{Role: "agent", Name: "前律师", Mobile: "19900000014"},
		backofficetest.Party{Role: "applicant", Name: "小申请", Change: func(p *courtdb.UpsertPartyParams) { p.MinorUntil = &adult }},
		backofficetest.Party{Role: "legal_guardian", Name: "监护人", Mobile: "19900000015"},
		backofficetest.Party{Role: "applicant", Name: "已退出", Change: func(p *courtdb.UpsertPartyParams) { p.LeftAt = &gone }})
	err := s.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE court.party p SET represents = (SELECT id FROM court.party q WHERE q.name = CASE WHEN p.name = '监护人' THEN '小申请' ELSE '张三丰' END),
			mandate_until = CASE WHEN name = '前律师' THEN $1::timestamptz END WHERE role IN ('agent', 'legal_guardian')`, gone)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.freeze(t, "2026-03-10T09:30")
	told := func(name string) bool {
		return s.Rows(`SELECT count(*) FROM disclosed.item i JOIN court.party p ON p.id = i.viewer WHERE p.name = $1`, name) == 1
	}
	for name, want := range map[string]bool{"张三丰": true, "王律师": true, "前律师": false, "小申请": false, "监护人": true, "已退出": false, "李四光": false} {
		if told(name) != want {
			t.Errorf("%s told: %v, want %v", name, told(name), want)
		}
	}
	for _, step := range []string{"payout.first_review", "payout.approve"} {
		s.record(t, docket.Event{Code: step, SourceKey: step})
	}
	s.record(t, docket.Event{Code: "funds_paid", Party: s.applicant, SourceKey: "paid", Facts: map[string]any{"payee": s.applicant.String(), "amount": int64(500000), "paid_on": "2026-03-10",
		"account_tail": "6217"}})
	for name, whose := range map[string]string{"张三丰": "您", "王律师": "您代理的当事人"} {
		if s.Rows(`SELECT count(*) FROM disclosed.outgoing o JOIN court.party p ON p.id = o.subject WHERE p.name = $1 AND o.text LIKE '%划付至'||$2||'尾号6217%'`, name, whose) != 1 ||
			s.Rows(`SELECT count(*) FROM disclosed.item i JOIN court.party p ON p.id = i.viewer WHERE p.name = $1 AND i.title LIKE '%划付至'||$2||'尾号6217%'`, name, whose) != 1 {
			t.Errorf("%s does not read whose account it is: %s", name, whose)
		}
	}
}

// Whatever a party may be told its agent is told too: the words may not say that a thing is the reader's own.
func TestNoWordsSayThatAThingIsTheReaders(t *testing.T) {
	own := regexp.MustCompile(`[您你](的|名下|尾号|提交|申请执行|在\{|（单位）|于)|[对向][您你]`)
	tellers := []string{"tipster", "public", "buyer", "bidder"}
	for _, id := range []string{"sanya", "wugang"} {
		book, err := rulebook.LoadSeed(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range book.Disclosures {
			for _, a := range d.Audiences {
				if slices.Contains(tellers, a.To) {
					continue
				}
				text := a.Title
				if tpl, ok := book.Template(a.Template); ok {
					text += tpl.Text
				}
				if found := own.FindString(text); found != "" {
					t.Errorf("%s %s %s: %s in %s", id, d.ID, a.To, found, text)
				}
			}
		}
	}
}

func TestNamesOfTemplatesSayNothingOfTheAddressee(t *testing.T) {
	book, err := rulebook.LoadSeed("sanya")
	if err != nil {
		t.Fatal(err)
	}
	for _, tpl := range book.Templates {
		if strings.Contains(tpl.Name, "执行人）") || strings.Contains(tpl.Name, "提供人）") {
			t.Errorf("%s: anybody with six digits reads %s", tpl.ID, tpl.Name)
		}
	}
}

func TestAQuestionOnAnUrgentTipDoesNotWaitForTheMorning(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	night := time.Date(2026, 3, 10, 23, 58, 0, 0, calendar.Shanghai)
	s.Clock.Set(night)
	for i, urgent := range []bool{true, false} {
		tip, question, waiting := storage.NewID(), storage.NewID(), uuid.Nil
		err := s.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
			err := tx.InsertTip(ctx, courtdb.InsertTipParams{Court: "sanya", ID: tip, Ticket: fmt.Sprintf("XS260310-00000%d", i), ReceiptHmac: []byte{byte(i)}, Kind: "person",
				Urgent: urgent, ReceivedAt: tx.At, WarningVersion: "1"})
			if err != nil {
				return err
			}
			if err := tx.SetTipCase(ctx, courtdb.SetTipCaseParams{Court: "sanya", ID: tip, CaseID: &s.caseID}); err != nil {
				return err
			}
			sealed, err := tx.Keys.Seal("tip_identity.body:"+tip.String(), []byte(`{"mobile":"19900000099"}`))
			if err != nil {
				return err
			}
			if _, err = tx.Exec(ctx, `INSERT INTO court.tip_identity (court, tip_id, body) VALUES ('sanya', $1, $2)`, tip, sealed); err != nil {
				return err
			}
			if sealed, err = tx.Keys.Seal("tip_message.body:"+question.String(), []byte("在几楼？")); err != nil {
				return err
			}
			if err = tx.InsertTipMessage(ctx, courtdb.InsertTipMessageParams{Court: "sanya", ID: question, TipID: tip, Outward: true, Body: sealed, At: tx.At}); err != nil {
				return err
			}
			if _, err = s.Docket.Record(ctx, tx, docket.Event{Code: "tip_question_asked", Tip: tip, Case: s.caseID, SourceKey: fmt.Sprint("q", i), Facts: map[string]any{"message": question.String()}}); err != nil {
				return err
			}
			return tx.QueryRow(ctx, `SELECT id FROM court.disclosure WHERE tip_id = $1 AND state = 'awaiting_release'`, tip).Scan(&waiting)
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Disclosure.Release(ctx, s.judge, waiting, true, ""); err != nil {
			t.Fatal(err)
		}
		want := 0
		if urgent {
			want = 1
		}
		if n := s.Rows(`SELECT count(*) FROM disclosed.outgoing WHERE subject = $1 AND urgent AND not_before <= $2`, tip, s.Clock.Now()); n != want {
			t.Errorf("urgent %v: %d sent at night, want %d", urgent, n, want)
		}
		if s.Rows(`SELECT count(*) FROM disclosed.tip WHERE receipt_hmac = $1 AND jsonb_array_length(messages) = 1`, []byte{byte(i)}) != 1 {
			t.Errorf("urgent %v: the question does not stand behind the receipt", urgent)
		}
		if s.Rows(`SELECT count(*) FROM disclosed.outgoing WHERE subject = $1`, tip) != 1 {
			t.Errorf("urgent %v: not one message", urgent)
		}
	}
}

func TestAServedRulingIsNotStillToBeServed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.served(t)
	if s.Rows(`SELECT count(*) FROM disclosed.item WHERE code = 'ruling_served' AND viewer = $1 AND body::jsonb->>'service' = 'pending'`, s.applicant) != 0 || s.items("ruling_served", s.applicant) != 1 {
		t.Error("the applicant reads in one breath that it was served and that it is to be served")
	}
	if s.Rows(`SELECT count(*) FROM court.disclosure WHERE code = 'ruling_served' AND party_id = $1 AND service = 'recorded'`, s.debtor) != 1 {
		t.Error("the service on the debtor is not recorded")
	}
}

func TestWithdrawnIsGoneEverywhereAtOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.freeze(t, "2026-03-10T09:30")
	var id uuid.UUID
	err := s.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		return tx.QueryRow(ctx, `SELECT id FROM court.disclosure WHERE state = 'told' AND party_id = $1`, s.applicant).Scan(&id)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Disclosure.Withdraw(ctx, s.judge, id, ""); !problem.Is(err, problem.Invalid) {
		t.Fatalf("withdrawn without a reason: %v", err)
	}
	if err := s.Disclosure.Withdraw(ctx, s.judge, id, "登记错误"); err != nil {
		t.Fatal(err)
	}
	if s.items("asset_frozen", s.applicant) != 0 || s.Rows(`SELECT count(*) FROM disclosed.tombstone WHERE id = $1`, id) != 1 ||
		s.Rows(`SELECT count(*) FROM disclosed.outgoing WHERE withdrawn`) != 1 || s.Rows(`SELECT count(*) FROM court.docket WHERE code = 'disclosure_withdrawn'`) != 1 {
		t.Fatal("something of it is still there")
	}
	if err := s.Disclosure.Withdraw(ctx, s.judge, id, "再次"); !problem.Is(err, problem.Conflict) {
		t.Fatalf("withdrawn twice: %v", err)
	}
}

func TestRecordTwiceReturnsTheFirst(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.freeze(t, "2026-03-10T09:30")
	n := s.outside()
	s.freeze(t, "2026-03-10T09:30")
	if s.outside() != n || s.Rows(`SELECT count(*) FROM court.docket WHERE code = 'asset_frozen'`) != 1 {
		t.Fatal("a repeat recorded or told again")
	}
}

func TestImportedHistorySendsNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	effect := backofficetest.Start.Add(-time.Hour)
	err := s.Store.InTx(ctx, staff.Importer("sanya", uuid.Nil), func(tx *storage.Tx) error {
		_, err := s.Docket.Record(ctx, tx, docket.Event{Code: "asset_frozen", Case: s.caseID, Party: s.debtor, Occurred: effect, Effect: &effect, Imported: true,
			NoClocks: true, SourceKey: "h", Facts: map[string]any{"class": "deposit", "debtor": s.debtor.String()}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.items("asset_frozen", s.applicant) != 1 || s.Rows(`SELECT count(*) FROM disclosed.outgoing`) != 0 || s.Rows(`SELECT count(*) FROM court.deadline`) != 0 {
		t.Fatal("history writes the timeline, sends nothing, starts no clock before the cut-over")
	}
}

func TestSecretCaseWaitsForTheJudge(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	err := s.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE court.cases SET secrecy = '{trade_secret}'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	before := s.outside()
	s.freeze(t, "2026-03-10T09:30")
	if s.outside() != before {
		t.Fatal("told without release")
	}
	var id uuid.UUID
	err = s.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		return tx.QueryRow(ctx, `SELECT id FROM court.disclosure WHERE state = 'awaiting_release' AND party_id = $1`, s.applicant).Scan(&id)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Disclosure.Release(ctx, s.Person("sanya", "clerk1", "enforcement_1", "clerk"), id, true, ""); !problem.Is(err, problem.Forbidden) {
		t.Fatalf("released by a clerk: %v", err)
	}
	if err := s.Disclosure.Release(ctx, s.Person("sanya", "judge2", "enforcement_2", "judge"), id, true, ""); !problem.Is(err, problem.NotFound) {
		t.Fatalf("released by a judge of another team: %v", err)
	}
	if err := s.Disclosure.Release(ctx, s.judge, id, true, ""); err != nil {
		t.Fatal(err)
	}
	if s.items("asset_frozen", s.applicant) != 1 {
		t.Fatal("not told after release")
	}
}

func TestServiceOfAnEarlierRulingTellsNobodyOfALater(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, err := s.Docket.RecordByHand(ctx, s.judge, "ruling_served", s.caseID, map[string]string{"debtor": s.debtor.String(), "document_no": "（2026）琼02执1号",
		"served_on": "2026-03-10", "method": "direct"}, "earlier")
	if err != nil {
		t.Fatal(err)
	}
	s.freeze(t, "2026-03-10T09:30")
	if s.items("asset_frozen", s.debtor) != 0 {
		t.Fatal("told of a freeze whose ruling was not served")
	}
	s.served(t)
	if s.items("asset_frozen", s.debtor) != 1 {
		t.Fatal("not told after its own ruling was served")
	}
}

func TestImportedHistoryOfASecretCaseWaitsToo(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	effect := backofficetest.Start.Add(-time.Hour)
	before := s.outside()
	err := s.Store.InTx(ctx, staff.Importer("sanya", uuid.Nil), func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE court.cases SET secrecy = '{state_secret}'`); err != nil {
			return err
		}
		_, err := s.Docket.Record(ctx, tx, docket.Event{Code: "asset_frozen", Case: s.caseID, Party: s.debtor, Occurred: effect, Effect: &effect, Imported: true,
			NoClocks: true, SourceKey: "h", Facts: map[string]any{"class": "deposit", "debtor": s.debtor.String()}})
		return err
	})
	if err != nil || s.outside() != before {
		t.Fatal("a secret case is outside without release:", err)
	}
}

func TestWhatTheBookDroppedEndsTheWaiting(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.freeze(t, "2026-03-10T15:00")
	err := s.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE court.disclosure SET code = 'dropped' WHERE party_id = $1`, s.debtor); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE court.disclosure SET not_before = not_before - interval '1 minute' WHERE party_id = $1`, s.debtor)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Set(backofficetest.Start.Add(5 * time.Hour))
	s.sweep(t)
	if s.items("asset_frozen", s.applicant) != 1 || s.items("asset_frozen", s.debtor) != 0 ||
		s.Rows(`SELECT count(*) FROM court.disclosure WHERE code = 'dropped' AND state = 'withheld'`) != 1 {
		t.Fatal("one dropped rule holds up everybody")
	}
}

func TestQuestionOfAMatchedTipIsReleasedInItsTeam(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	tip, waiting := storage.NewID(), uuid.Nil
	err := s.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		err := tx.InsertTip(ctx, courtdb.InsertTipParams{Court: "sanya", ID: tip, Ticket: "XS260310-000001", ReceiptHmac: []byte("r"), Kind: "asset", ReceivedAt: tx.At, WarningVersion: "1"})
		if err != nil {
			return err
		}
		if _, err = s.Docket.Record(ctx, tx, docket.Event{Code: "tip_verified", Tip: tip, SourceKey: "v", Facts: map[string]any{"status": "verified"}}); err != nil {
			return err
		}
		if err := tx.SetTipCase(ctx, courtdb.SetTipCaseParams{Court: "sanya", ID: tip, CaseID: &s.caseID}); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT id FROM court.disclosure WHERE audience = 'tipster' AND state = 'awaiting_release'`).Scan(&waiting)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Disclosure.Release(ctx, s.Person("sanya", "judge2", "enforcement_2", "judge"), waiting, true, ""); !problem.Is(err, problem.NotFound) {
		t.Fatalf("released by a judge of another team: %v", err)
	}
	if err := s.Disclosure.Release(ctx, s.judge, waiting, true, ""); err != nil {
		t.Fatal(err)
	}
}

func TestImportedHistorySetsFreeOnlyHistory(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.freeze(t, "2026-03-10T09:30")
	sent := s.Rows(`SELECT count(*) FROM disclosed.outgoing`)
	err := s.Store.InTx(ctx, staff.Importer("sanya", uuid.Nil), func(tx *storage.Tx) error {
		for i, e := range []docket.Event{{Code: "case_filed", Facts: map[string]any{"filed_on": "2026-03-01"}},
			{Code: "enforcement_notice_issued", Party: s.debtor, Facts: map[string]any{"debtor": s.debtor.String(), "issued_on": "2026-03-02"}},
			{Code: "ruling_served", Party: s.debtor, Facts: map[string]any{"debtor": s.debtor.String(), "document_no": "（2026）琼02执1号之一", "served_on": "2026-03-10"}}} {
			e.Case, e.Imported, e.NoClocks, e.SourceKey = s.caseID, true, true, "h"+string(rune('0'+i))
			if _, err := s.Docket.Record(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.items("case_filed", s.debtor) != 1 {
		t.Error("the notice stands in the history, and the debtor still waits for it")
	}
	if s.items("asset_frozen", s.debtor) != 0 || s.Rows(`SELECT count(*) FROM disclosed.outgoing`) != sent {
		t.Error("history told of what is no history")
	}
}

func TestLaterServiceIsNotedAtWhatWasToldBefore(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, err := s.Docket.RecordByHand(ctx, s.judge, "enforcement_notice_issued", s.caseID, map[string]string{"debtor": s.debtor.String(),
		"document_no": "（2026）琼02执1号之一", "issued_on": "2026-03-10", "method": "mail"}, "notice")
	if err != nil {
		t.Fatal(err)
	}
	pending := `SELECT count(*) FROM court.disclosure WHERE code = 'enforcement_notice_issued' AND party_id = $1 AND service = $2`
	if s.Rows(pending, s.debtor, "pending") != 1 {
		t.Fatal("told, and service not pending")
	}
	s.served(t)
	if s.Rows(pending, s.debtor, "recorded") != 1 {
		t.Fatal("the service was not noted")
	}
}
