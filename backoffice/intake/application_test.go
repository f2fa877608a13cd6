package intake_test

import (
	"testing"

	"github.com/google/uuid"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
)

// party is a case with an applicant and his lawyer, at a court.
func party(t *testing.T, h *backofficetest.House) (judge staff.Actor, caseID, applicant, agent uuid.UUID) {
	t.Helper()
	judge = h.Person("sanya", "judge1", "enforcement_1", "judge")
	caseID, ids := h.Case("sanya", "（2026）琼02执1号", "enforcement_1", judge.ID,
		backofficetest.Party{Role: "applicant", Name: "张三丰", Mobile: "19900000011", ID: "460200199001010014"},
		backofficetest.Party{Role: "agent", Name: "王律师", Mobile: "19900000013", ID: "46020019880315009X"},
		backofficetest.Party{Role: "applicant", Name: "另一申请人", Mobile: "19900000015", ID: "110105194912310021"})
	err := h.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE court.party SET represents = $1 WHERE id = $2`, ids[0], ids[1])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return judge, caseID, ids[0], ids[1]
}

// current is the only open matter of a process.
func current(t *testing.T, h *backofficetest.House, process string) (id uuid.UUID, step string) {
	t.Helper()
	err := h.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		return tx.QueryRow(ctx, `SELECT id, step FROM court.matter WHERE process = $1 AND state = 'open'`, process).Scan(&id, &step)
	})
	if err != nil {
		t.Fatal(process, err)
	}
	return id, step
}

func work(t *testing.T, h *backofficetest.House, who staff.Actor, process string, values map[string]string) {
	t.Helper()
	id, step := current(t, h, process)
	if err := h.Matters.Take(ctx, who, id, nil); err != nil {
		t.Fatal(err)
	}
	if err := h.Matters.Complete(ctx, who, id, step, matter.Answers{Values: values}); err != nil {
		t.Fatal(process, step, err)
	}
}

func items(h *backofficetest.House, code string, viewer uuid.UUID) int {
	return h.Rows(`SELECT count(*) FROM disclosed.item WHERE code = $1 AND viewer = $2`, code, viewer)
}

func TestAMessageToTheJudgeIsAnsweredToWhoWroteAndHisSide(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	judge, _, applicant, agent := party(t, h)
	submit(t, h, "sanya", "application", exchange.ApplicationMeta{Process: "party_message", Viewer: agent, Ticket: "SQ260310-000001"},
		exchange.Application{Values: map[string]string{"text": "请问冻结的款项何时发放"}, Channel: "portal"})
	if n := admit(t, h, "sanya"); n != 1 {
		t.Fatalf("admitted %d", n)
	}
	h.Intake.Rescan("sanya")
	if n := admit(t, h, "sanya"); n != 0 {
		t.Fatalf("admitted again: %d", n)
	}
	for _, who := range []uuid.UUID{applicant, agent} {
		if items(h, "application_received", who) != 1 {
			t.Fatal("the receipt does not stand on the case page")
		}
	}
	if h.Rows(`SELECT count(*) FROM court.matter WHERE form::text LIKE '%冻结的款项%'`) != 0 {
		t.Fatal("what a person wrote lies open")
	}
	work(t, h, judge, "party_message", map[string]string{"answer": "核算后十日内发放。"})
	if items(h, "party_message_answered", applicant) != 1 || items(h, "party_message_answered", agent) != 1 {
		t.Fatal("the answer does not reach who wrote")
	}
	if h.Rows(`SELECT count(*) FROM disclosed.item i JOIN court.party p ON p.id = i.viewer WHERE p.name = '另一申请人'`) != 0 {
		t.Fatal("another applicant reads the letter")
	}
	if h.Rows(`SELECT count(*) FROM disclosed.item WHERE body::text LIKE '%冻结的款项%' AND body::text LIKE '%十日内发放%'`) != 2 {
		t.Fatal("question and answer do not stand together")
	}
	if h.Rows(`SELECT count(*) FROM disclosed.outgoing WHERE text LIKE '%发放%'`) != 0 {
		t.Fatal("the text of an answer is in a message")
	}
}

func TestInquiryResultsOnlyByTheJudgesLeave(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	judge, _, applicant, _ := party(t, h)
	for i, decision := range []map[string]string{{"decision": "refused", "reason": "尚未控制"}, {"decision": "granted", "content": "名下有车辆一辆，已查封。"}} {
		submit(t, h, "sanya", "application", exchange.ApplicationMeta{Process: "inquiry_result_view", Viewer: applicant, Ticket: "SQ260310-00000" + string(rune('2'+i))},
			exchange.Application{Values: map[string]string{"text": "了解财产"}})
		admit(t, h, "sanya")
		work(t, h, judge, "inquiry_result_view", decision)
		if got := h.Rows(`SELECT count(*) FROM disclosed.item WHERE body::text LIKE '%车辆一辆%'`); (got > 0) != (i == 1) {
			t.Fatalf("%v: %d items hold the result", decision, got)
		}
	}
	if h.Rows(`SELECT count(*) FROM disclosed.item WHERE viewer = $1 AND body->>'secret' <> ''`, applicant) != 1 {
		t.Fatal("no duty of secrecy beside the result")
	}
}

func TestARewardGoesByReceiptAndNamesNobody(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	judge, caseID, applicant, _ := party(t, h)
	assistant, publisher := h.Person("sanya", "assistant1", "enforcement_1", "judge_assistant"), h.Person("sanya", "command1", "command_team", "command_team")
	submit(t, h, "sanya", "application", exchange.ApplicationMeta{Process: "reward_notice", Viewer: applicant, Ticket: "SQ260310-000004"},
		exchange.Application{Values: map[string]string{"basis": "执行到位金额的百分之五", "conditions": "提供尚未掌握的财产线索并执行到位", "expires_on": "2026-09-01"}})
	admit(t, h, "sanya")
	work(t, h, judge, "reward_notice", map[string]string{"decision": "granted"})
	if h.Rows(`SELECT count(*) FROM disclosed.notice`) != 0 {
		t.Fatal("public before the approver published it")
	}
	work(t, h, publisher, "reward_notice", map[string]string{"checked": "yes"})
	if h.Rows(`SELECT count(*) FROM disclosed.notice WHERE code = 'reward_notice_published' AND title LIKE '%百分之五%' AND until = '2026-09-01' AND body::text NOT LIKE '%张三丰%'`) != 1 {
		t.Fatal("the reward notice is not public as the rule says")
	}
	tipID := tip(t, h, "sanya", false)
	admit(t, h, "sanya")
	err := h.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE court.tip SET case_id = $1 WHERE id = $2`, caseID, tipID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	outside := h.Rows(`SELECT count(*) FROM disclosed.item`)
	submit(t, h, "sanya", "application", exchange.ApplicationMeta{Process: "reward_claim", ReceiptHMAC: receipt, Ticket: "SQ260310-000005"},
		exchange.Application{Values: map[string]string{"text": "我先提供的"}})
	admit(t, h, "sanya")
	work(t, h, assistant, "reward_claim", map[string]string{"matches": "yes", "first": "yes"})
	work(t, h, judge, "reward_claim", map[string]string{"grant": "granted"})
	work(t, h, judge, "reward_claim", map[string]string{"amount": "5000"})
	if h.Rows(`SELECT count(*) FROM disclosed.tip WHERE reward->>'state' = 'payable' AND (reward->>'amount')::bigint = 500000`) != 1 {
		t.Fatal("the receipt does not tell that the reward can be fetched")
	}
	if got := h.Rows(`SELECT count(*) FROM disclosed.item`); got != outside {
		t.Fatal("somebody of the case learns of the claim")
	}
	if h.Rows(`SELECT count(*) FROM disclosed.outgoing WHERE template = 'reward_payable_tipster' AND text NOT LIKE '%琼02%'`) != 1 {
		t.Fatal("the tipster is not told, or told of a case")
	}
}

func TestReadingIsKeptOnce(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	read := exchange.Read{Viewer: storage.NewID(), Items: []uuid.UUID{storage.NewID(), storage.NewID()}, At: h.Clock.Now()}
	for range 2 {
		store(t, h, "sanya", "read", storage.NewID(), read, nil)
	}
	admit(t, h, "sanya")
	if n := h.Rows(`SELECT count(*) FROM court.item_read`); n != 2 {
		t.Fatalf("%d readings", n)
	}
}

func TestAnUndeliverableMessageBecomesWorkForService(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	judge, caseID, applicant, _ := party(t, h)
	submit(t, h, "sanya", "application", exchange.ApplicationMeta{Process: "urge", Viewer: applicant, Ticket: "SQ260310-000006"}, exchange.Application{Values: map[string]string{"text": "请尽快"}})
	admit(t, h, "sanya")
	var message uuid.UUID
	err := h.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		return tx.QueryRow(ctx, `SELECT message_id FROM court.disclosure WHERE party_id = $1 AND message_id IS NOT NULL`, applicant).Scan(&message)
	})
	if err != nil {
		t.Fatal(err)
	}
	sent := h.Rows(`SELECT count(*) FROM disclosed.outgoing`)
	for range 2 {
		store(t, h, "sanya", "delivery", storage.NewID(), exchange.Delivery{MessageID: message, State: "failed", Channel: "sms", Detail: "空号", At: h.Clock.Now()}, nil)
	}
	admit(t, h, "sanya")
	if h.Rows(`SELECT count(*) FROM court.matter WHERE process = 'undeliverable' AND case_id = $1 AND party_id = $2 AND state = 'open'`, caseID, applicant) != 1 {
		t.Fatal("no task for service, or not about whom it is")
	}
	if h.Rows(`SELECT count(*) FROM disclosed.outgoing`) != sent {
		t.Fatal("somebody else was told instead")
	}
	_ = judge
}

func TestTheCourtAsksTheSendersRightAgain(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	_, _, _, agent := party(t, h)
	err := h.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE court.party SET mandate_until = $1 WHERE id = $2`, h.Clock.Now(), agent)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	submit(t, h, "sanya", "application", exchange.ApplicationMeta{Process: "urge", Viewer: agent, Ticket: "SQ260310-000007"}, exchange.Application{Values: map[string]string{"text": "请尽快"}})
	tip(t, h, "sanya", false)
	submit(t, h, "sanya", "application", exchange.ApplicationMeta{Process: "inquiry_result_view", ReceiptHMAC: receipt, Ticket: "SQ260310-000008"}, exchange.Application{Values: map[string]string{"text": "想看"}})
	admit(t, h, "sanya")
	admit(t, h, "sanya")
	if n := h.Rows(`SELECT count(*) FROM court.matter WHERE process IN ('urge', 'inquiry_result_view')`); n != 0 {
		t.Fatalf("%d applications of people without the right were admitted", n)
	}
	if n := h.Rows(`SELECT count(*) FROM court.poison`); n != 2 {
		t.Fatalf("%d set aside for a person", n)
	}
}
