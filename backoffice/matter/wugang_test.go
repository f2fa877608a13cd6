package matter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// bench is a court at work: its own book, one case, and whoever a step names.
type bench struct {
	*shop
	court string
	teams map[string]string // of the roles that see no further than a team
	party []uuid.UUID
	staff map[string]staff.Actor
}

func newWugang(t *testing.T, number string) *bench {
	t.Parallel()
	return newBench(backofficetest.New(t), "wugang", number, map[string]string{"judge": "enforcement_1", "judge_assistant": "enforcement_1", "clerk": "enforcement_1", "preservation": "preservation"})
}

func newBench(h *backofficetest.House, court, number string, teams map[string]string) *bench {
	w := &bench{shop: &shop{House: h}, court: court, teams: teams, staff: map[string]staff.Actor{}}
	w.caseID, w.party = h.Case(court, number, teams["judge"], uuid.Nil, backofficetest.Party{Role: "applicant", Name: "甲"}, backofficetest.Party{Role: "debtor", Name: "乙"})
	return w
}

// as is somebody with a role, in the team that the role belongs to.
func (w *bench) as(role string) staff.Actor {
	if a, ok := w.staff[role]; ok {
		return a
	}
	w.staff[role] = w.Person(w.court, role, w.teams[role], role)
	return w.staff[role]
}

func answers(pairs ...string) matter.Answers { return with(nil2, pairs...) }

func (w *bench) open(role, process string, pairs ...string) uuid.UUID {
	w.T.Helper()
	id, err := w.tryOpen(role, process, pairs...)
	w.must(err)
	return id
}

func (w *bench) tryOpen(role, process string, pairs ...string) (uuid.UUID, error) {
	a := w.as(role)
	about := matter.About{}
	if err := w.Store.InTx(ctx, a, func(tx *storage.Tx) error {
		if p, _ := tx.Book.Process(process); p.On == "case" {
			about.Case = w.caseID
		}
		return nil
	}); err != nil {
		return uuid.Nil, err
	}
	return w.Matters.Open(ctx, a, process, about, answers(pairs...), "")
}

func (w *bench) do(role string, id uuid.UUID, step string, pairs ...string) {
	w.T.Helper()
	w.must(w.Matters.Complete(ctx, w.as(role), id, step, answers(pairs...)))
}

func (w *bench) not(words, role string, id uuid.UUID, step string, pairs ...string) {
	w.T.Helper()
	w.refused(w.Matters.Complete(ctx, w.as(role), id, step, answers(pairs...)), problem.Refused, words)
}

func (w *bench) receives(role string, id uuid.UUID) {
	w.T.Helper()
	w.must(w.Matters.Receive(ctx, w.as(role), id))
}

func (w *bench) at(id uuid.UUID, want string) {
	w.T.Helper()
	v := w.look(id, staff.Machine(w.court))
	got := v.CourtMatter.Step
	if v.State != "open" {
		got = v.State
	}
	if got != want {
		w.T.Fatalf("%s is at %s, want %s", v.CourtMatter.Process, got, want)
	}
}

// run is the open run of a process.
func (w *bench) run(process string) (id uuid.UUID) {
	w.T.Helper()
	w.must(w.Store.InTx(ctx, staff.Machine(w.court), func(tx *storage.Tx) error {
		rows, err := tx.OpenItems(ctx, courtdb.OpenItemsParams{Court: w.court, Processes: []string{process}})
		if err == nil && len(rows) != 1 {
			w.T.Fatalf("%d open runs of %s", len(rows), process)
		}
		if err == nil {
			id = rows[0].ID
		}
		return err
	}))
	return id
}

func (w *bench) happens(code string, facts map[string]any) error {
	return w.Store.InTx(ctx, staff.Machine(w.court), func(tx *storage.Tx) error {
		_, err := w.Docket.Record(ctx, tx, docket.Event{Code: code, Case: w.caseID, Facts: facts})
		return err
	})
}

// rung counts the clocks of a step that are overdue.
func (w *bench) overdue(rule string) int {
	w.T.Helper()
	_, err := w.Docket.Sweep(ctx, w.court)
	w.must(err)
	return w.Rows(`SELECT count(*) FROM court.deadline WHERE court = $1 AND rule = $2 AND overdue_at IS NOT NULL`, w.court, rule)
}

var reported = []string{"closure_mode", "fully_performed", "closed_on", "2026-03-10", "amount_applied", "100000", "amount_closed", "100000", "amount_realised", "100000", "amount_waived", "0", "reason", "执行完毕"}

func compared(answer string, pairs ...string) []string {
	return append([]string{"compared.0.item", "other", "compared.0.system", "甲", "compared.0.file", "甲", "compared.0.differ", "0", "check_decision", answer}, pairs...)
}

func TestW17d_BothReviewsOrNoClosure(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执1号")
	id := w.open("judge", "closure_review", reported...)
	w.do("judge", id, "submit", "material.0.0", "paper")
	w.refused(w.Matters.Take(ctx, w.as("judge"), id, nil), problem.Conflict, "同时进行")
	w.do("closure_reviewer", w.run("closure_substance"), "check", compared("agree", "amounts_ok", "yes", "basis_ok", "yes")...)
	w.at(id, "review")
	w.do("trial_management", w.run("closure_procedure"), "check", compared("refuse", "check_opinion", "送达回证缺页", "nodes_ok", "yes", "documents_ok", "no", "documents_ok_reason", "缺送达回证")...)
	w.at(id, "close")
	w.not("改正以后重新送审（W-17d）", "judge", id, "close")
	w.must(w.Matters.Return(ctx, w.as("judge"), id, "补送达回证"))
	w.do("judge", id, "apply", reported...)
	w.do("judge", id, "submit")
	w.do("closure_reviewer", w.run("closure_substance"), "check", compared("agree", "amounts_ok", "yes", "basis_ok", "yes")...)
	w.do("trial_management", w.run("closure_procedure"), "check", compared("agree", "nodes_ok", "yes", "documents_ok", "yes")...)
	w.do("judge", id, "close")
	w.at(id, "done")
	if w.Rows(`SELECT count(*) FROM court.cases WHERE court = 'wugang' AND closed_on IS NOT NULL`) != 1 {
		t.Error("the case is not closed")
	}
}

func TestW17a_ReviewersMayNotReviewEachOthersPart(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执2号")
	id := w.open("judge", "closure_review", reported...)
	w.do("judge", id, "submit", "material.0.0", "paper")
	err := w.Matters.Complete(ctx, w.as("trial_management"), w.run("closure_substance"), "check", answers(compared("agree", "amounts_ok", "yes", "basis_ok", "yes")...))
	w.refused(err, problem.Forbidden, "其他角色")
	w.Clock.Add(4 * 24 * time.Hour)
	if w.overdue("closure_substance.check") != 1 || w.overdue("closure_procedure.check") != 1 {
		t.Error("two reviews late, and nobody rang")
	}
}

func TestW14a_W17e_TerminationIsReviewedFirst(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执3号")
	err := w.happens("termination_ruled", map[string]any{})
	if p, ok := problem.As(err); !ok || !strings.Contains(p.Sentence(), "W-14a") || !strings.Contains(p.Sentence(), "终本规定1") {
		t.Fatalf("ruled without review: %v", err)
	}
	id := w.open("judge", "termination_review", "ground", "无财产可供执行")
	w.do("node_supervisor", id, "review", "paper", "yes", "nodes", "yes", "review_decision", "agree")
	w.at(id, "done")
	if p, _ := problem.As(w.happens("termination_ruled", map[string]any{})); p == nil || strings.Contains(p.Sentence(), "W-14a") {
		t.Fatalf("reviewed, and still %v", p)
	}
	closing := w.open("judge", "closure_review", append([]string{}, "closure_mode", "termination_of_current_procedure", "closed_on", "2026-03-10", "amount_applied", "100000", "amount_closed", "100000", "amount_realised", "0", "amount_waived", "0", "reason", "无财产")...)
	w.refused(w.Matters.Complete(ctx, w.as("judge"), closing, "submit", answers("material.0.0", "paper")), problem.Invalid, "还缺“终本约谈笔录”")
}

func TestW21b_NoTripAcrossProvincesWithoutApproval(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执4号")
	trip := []string{"purpose", "control", "place", "某省某市", "reach", "cross_province", "people.0.name", "甲", "departs_at", "2026-03-11T08:00"}
	_, err := w.tryOpen("judge", "field_trip", trip...)
	w.refused(err, problem.Invalid, "请填写省法院审批备案号")
	id := w.open("judge", "field_trip", append(trip, "approval_no", "豫高法备1号")...)
	depart := []string{"device", "body_camera", "device_no", "Y-1"}
	w.not("逐级上报省法院审批备案", "judge", id, "depart", depart...)
	chain := w.open("judge", "report_chain", "kind", "cross_province", "place", "某省某市", "need", "查封")
	w.do("centre_director", chain, "intermediate", "intermediate_on", "2026-03-10T11:00", "intermediate_reply", "同意上报")
	w.not("取得省法院审批备案号以后", "centre_director", chain, "high_court", "high_on", "2026-03-10T15:00", "high_reply", "同意")
	w.do("centre_director", chain, "high_court", "high_on", "2026-03-10T15:00", "high_reply", "同意", "approval_no", "豫高法备1号")
	w.do("judge", id, "depart", depart...)
	w.at(id, "close")
}

func TestW21a_ElsewhereIsReportedBeforeTheAct(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执5号")
	id := w.open("judge", "field_trip", "purpose", "control", "place", "省内某县", "reach", "elsewhere", "people.0.name", "甲", "departs_at", "2026-03-11T08:00")
	w.not("应当先逐级报告", "judge", id, "depart", "device", "app", "device_no", "A-1")
	chain := w.open("judge", "report_chain", "kind", "elsewhere", "place", "省内某县", "need", "查封")
	w.do("centre_director", chain, "intermediate", "intermediate_on", "2026-03-10T11:00", "intermediate_reply", "知悉")
	w.at(chain, "done")
	w.do("judge", id, "depart", "device", "app", "device_no", "A-1")
}

func TestW20a_ATripEndsWithMediaOrAReason(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执6号")
	trip := func() uuid.UUID {
		id := w.open("judge", "field_trip", "purpose", "inquiry", "place", "本市某街", "reach", "local", "people.0.name", "甲", "departs_at", "2026-03-10T11:00")
		w.do("judge", id, "depart", "device", "body_camera", "device_no", "Y-1")
		return id
	}
	back := []string{"returned_at", "2026-03-10T17:00", "result", "未见被执行人"}
	first := trip()
	w.not("填写音视频资料编号", "judge", first, "close", append(back, "whole", "yes")...)
	w.do("judge", first, "close", append(back, "whole", "yes", "media.0.number", "YS-1", "media.0.minutes", "90")...)
	second := trip()
	w.refused(w.Matters.Complete(ctx, w.as("judge"), second, "close", answers(append(back, "whole", "no")...)), problem.Invalid, "理由")
	w.do("judge", second, "close", append(back, "whole", "no", "whole_reason", "设备故障，已当场笔录")...)
	w.at(second, "done")
	w.Clock.Add(time.Hour)
	trip()
	w.Clock.Add(5 * 24 * time.Hour)
	if w.overdue("field_trip.close") != 1 {
		t.Error("nobody asked after a trip that did not come back")
	}
}

func TestW6b_FailedServiceGoesBackWithAReasonSheet(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执7号")
	w.must(w.happens("case_filed", map[string]any{"filed_on": "2026-03-10"}))
	id := w.run("form_documents")
	w.do("service", id, "make", "documents.0.kind", "enforcement_notice", "documents.0.document_no", "1", "documents.0.addressee", "乙")
	sent := []string{"sent.0.document_no", "1", "sent.0.addressee", "乙", "sent.0.method", "mail", "sent.0.sent_on", "2026-03-11"}
	w.do("service", id, "send", append(sent, "sent.0.served", "no", "all_served", "no")...)
	w.refused(w.Matters.Complete(ctx, w.as("service"), id, "hand_over_failed", answers("material.0.0", "paper")), problem.Invalid, "无法送达原因说明表")
	w.do("service", id, "hand_over_failed", "failed.0.document_no", "1", "failed.0.addressee", "乙", "failed.0.cause", "absent", "failed.0.note", "三次无人签收", "material.0.0", "paper")
	w.at(id, "hand_over_failed")
	w.Clock.Add(48 * time.Hour)
	if w.overdue("form_documents.hand_over_failed") != 1 {
		t.Error("handed over late, and nobody rang")
	}
	w.receives("judge_assistant", id)
	w.do("judge_assistant", id, "serve", "later_method", "direct", "served_on", "2026-03-13", "result", "本人签收")
	w.at(id, "done")
	if w.Rows(`SELECT count(*) FROM court.matter WHERE process = 'case_account'`) != 1 {
		t.Error("W-15a: no account is asked for when a case is filed")
	}
}

func TestW8c_ASupervisedMatterIsDueOnTheDaySet(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执8号")
	id := w.open("supervision", "supervision_in", "order_no", "豫高法督1号", "from_court", "河南省高级人民法院", "received_at", "2026-03-10T10:00", "case", "（2026）豫0481执8号", "content", "限期办结", "due", "2026-03-20")
	w.do("supervision", id, "forward", "team", "enforcement_1", "requirement", "逐级回复")
	w.receives("judge", id)
	w.Clock.Set(time.Date(2026, 3, 20, 23, 0, 0, 0, calendar.Shanghai))
	if w.overdue("supervision_in.carry_out") != 0 {
		t.Fatal("overdue on the day itself")
	}
	w.Clock.Set(time.Date(2026, 3, 21, 0, 1, 0, 0, calendar.Shanghai))
	if w.overdue("supervision_in.carry_out") != 1 {
		t.Fatal("not overdue the day after")
	}
	w.open("supervision", "urge_record", "about", "supervision", "number", "SDB-2026-0001", "urged_at", "2026-03-21T09:00", "addressee", "第一执行实施团队", "method", "phone", "content", "催办")
	w.do("judge", id, "carry_out", "outcome", "done", "outcome_note", "已执行到位")
	w.must(w.Matters.Return(ctx, w.as("supervision"), id, "没有附材料"))
	w.do("judge", id, "carry_out", "outcome", "done", "outcome_note", "已执行到位，附材料")
	w.do("supervision", id, "check", "carried_out", "yes")
	w.do("supervision", id, "reply", "chain.0.level", "bureau", "chain.0.replied_on", "2026-03-23", "chain.1.level", "intermediate", "chain.1.replied_on", "2026-03-23", "chain.2.level", "high", "chain.2.replied_on", "2026-03-24")
	w.at(id, "done")
}

func TestW7g_W7h_AnIncomingMatterIsSupplementedOrSentBack(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执9号")
	came := []string{"platform_no", "ST1", "received_at", "2026-03-10T10:00", "from_court", "某市中级人民法院", "their_case_no", "（2026）京01执1号", "matter", "sealing", "content", "查封房屋"}
	id := w.open("collaboration", "entrusted_in", came...)
	w.do("collaboration", id, "review", "check", "supplement")
	w.do("collaboration", id, "ask", "missing.0.name", "协助执行通知书", "supplement_due", "2026-03-16")
	w.Clock.Set(time.Date(2026, 3, 17, 9, 0, 0, 0, calendar.Shanghai))
	if w.overdue("entrusted_in.supplied") != 1 {
		t.Error("the day to supply by went by in silence")
	}
	w.do("collaboration", id, "supplied", "supplied", "no", "supplied_reason", "没有回复")
	w.do("collaboration", id, "send_back", "ground", "incomplete", "ground_note", "逾期未补", "sent_back_at", "2026-03-17T10:00")
	w.at(id, "done")
	id = w.open("collaboration", "entrusted_in", came...)
	w.do("collaboration", id, "review", "check", "complete")
	w.do("collaboration", id, "forward", "team", "enforcement_1", "due", "2026-03-27")
	w.receives("judge_assistant", id)
	w.do("judge_assistant", id, "handle", "outcome", "done", "outcome_note", "已查封")
	w.refused(w.Matters.Complete(ctx, w.as("collaboration"), id, "reply", answers("replied_at", "2026-03-20T10:00")), problem.Invalid, "还缺“办理结果反馈材料”")
	w.do("collaboration", id, "reply", "replied_at", "2026-03-20T10:00", "material.0.0", "paper")
	w.at(id, "done")
}

func TestW7b_TheTeamMakesTheLetter(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执10号")
	id := w.open("judge", "entrust_out", "matter", "service", "to_court", "某区人民法院", "content", "送达")
	w.refused(w.Matters.Complete(ctx, w.as("judge"), id, "hand_over", answers("letter_no", "1")), problem.Invalid, "还缺“委托执行函”")
	w.do("judge", id, "hand_over", "letter_no", "1", "material.0.0", "paper", "material.0.1", "paper")
	w.receives("collaboration", id)
	w.do("collaboration", id, "send", "platform_no", "WT1", "sent_at", "2026-03-10T15:00")
	w.Clock.Add(20 * 24 * time.Hour)
	if w.overdue("entrust_out.follow") != 1 {
		t.Error("W-7d: no answer for weeks, and nobody is told to urge")
	}
	w.do("collaboration", id, "follow", "fed_back_on", "2026-03-30", "urged", "2", "result", "done")
	w.do("collaboration", id, "deliver", "printed", "yes")
	w.receives("judge_assistant", id)
	w.at(id, "done")
}

func TestW10d_OpinionIsSignedBeforeItIsHandedOver(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执11号")
	id := w.open("opinion", "opinion", "media", "某平台", "posted_at", "2026-03-10T08:00", "content", "反映执行拖延")
	w.do("opinion", id, "analyse", "level", "serious", "genuine", "part", "case", "（2026）豫0481执11号", "analysis", "案件尚在查控")
	w.do("opinion", id, "handle", "measures", "联系发布人")
	w.refused(w.Matters.Complete(ctx, w.as("opinion"), id, "transfer", answers()), problem.Conflict, "")
	w.Clock.Add(6 * time.Hour)
	if w.overdue("opinion.sign") != 1 {
		t.Error("unsigned, and nobody rang")
	}
	w.must(w.Matters.Return(ctx, w.as("centre_director"), id, "先核实"))
	w.do("opinion", id, "handle", "measures", "已核实并联系发布人")
	w.do("centre_director", id, "sign", "sign_decision", "agree")
	w.must(w.Matters.Take(ctx, w.as("opinion"), id, nil))
	w.do("opinion", id, "transfer")
	w.receives("judge", id)
	w.do("judge", id, "answer", "answer", "已答复")
	w.at(id, "done")
}

func TestW10a_EachDayHasItsRegister(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执12号")
	w.Clock.Set(time.Date(2026, 3, 11, 0, 0, 0, 0, calendar.Shanghai))
	_, err := w.Matters.Calendar(ctx, w.court)
	w.must(err)
	id := w.run("opinion_daily")
	w.Clock.Set(time.Date(2026, 3, 12, 0, 1, 0, 0, calendar.Shanghai))
	if w.overdue("opinion_daily.register") != 1 || w.overdue("quality_daily.nodes") != 1 {
		t.Error("a day went by without its register, and nobody rang")
	}
	w.do("opinion", id, "register", "found", "no")
	w.at(id, "done")
	if n := w.Rows(`SELECT count(*) FROM court.matter WHERE process IN ('opinion_daily', 'quality_daily', 'node_check', 'duty_shift', 'system_check') AND court = 'wugang'`); n == 0 {
		t.Error("the calendar opened nothing")
	}
}

func TestW30c_AShiftHasTwoAndALeader(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执13号")
	w.Clock.Set(time.Date(2026, 3, 11, 8, 0, 0, 0, calendar.Shanghai))
	_, err := w.Matters.Calendar(ctx, w.court)
	w.must(err)
	id := w.run("duty_shift")
	officer, technician, leader := w.as("duty_officer").ID.String(), w.as("technical_duty").ID.String(), w.as("leader_on_duty").ID.String()
	shift := []string{"leader", leader, "officer", officer, "duty_number", "2", "standby_number", "1", "signed_at", "2026-03-11T08:05", "standby.0.name", "丙", "standby.0.phone", "19900000000", "standby.0.within", "30"}
	w.refused(w.Matters.Complete(ctx, w.as("duty_officer"), id, "arrange", answers(shift...)), problem.Invalid, "请选择技术值班员")
	w.not("不能是同一人（W-30c）", "duty_officer", id, "arrange", append(shift, "technician", officer)...)
	w.not("备勤人员少于确定的人数", "duty_officer", id, "arrange", append(shift, "technician", technician, "standby_number", "2")...)
	w.do("duty_officer", id, "arrange", append(shift, "technician", technician)...)
	w.at(id, "done")
}

func TestW30a_NoHandoverWithItemsLeftOut(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执14号")
	w.Clock.Set(time.Date(2026, 3, 11, 8, 0, 0, 0, calendar.Shanghai))
	_, err := w.Matters.Calendar(ctx, w.court)
	w.must(err)
	fault := w.open("duty_officer", "it_fault", "system", "video", "level", "down", "found_at", "2026-03-11T08:00", "text", "不能接通")
	id := w.run("shift_handover")
	me := w.as("duty_officer").ID.String()
	over := []string{"from_officer", me, "to_officer", me, "leader", w.as("leader_on_duty").ID.String(), "devices", "yes"}
	w.refused(w.Matters.Complete(ctx, w.as("duty_officer"), id, "hand_over", answers(over...)), problem.Invalid, "系统故障 GZ-2026-0001")
	w.do("duty_officer", id, "hand_over", append(over, "pending."+fault.String(), "yes")...)
}

func TestW15c_AnAnomalyReachesTheDirector(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执15号")
	director := w.as("centre_director")
	id := w.open("fund_manager", "fund_anomaly", "kind", "unidentified", "amount", "5000", "found_at", "2026-03-10T10:00", "text", "来款不明")
	if w.Rows(`SELECT count(*) FROM court.alert WHERE court = 'wugang' AND role = 'centre_director'`) == 0 {
		t.Error("the director was not rung")
	}
	w.Clock.Add(6 * time.Hour)
	if w.overdue("fund_anomaly.report") != 1 {
		t.Error("unreported, and nobody rang")
	}
	w.do("fund_manager", id, "report")
	w.receives("centre_director", id)
	w.do("centre_director", id, "decide", "decision", "查明后退回", "handler", director.ID.String(), "due", "2026-03-16")
	w.do("fund_manager", id, "correct", "result", "已退回")
	w.at(id, "done")
}

func TestW15a_MoneyLeavesOnlyFromTheCasesOwnAccount(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执16号")
	w.must(w.happens("case_filed", map[string]any{"filed_on": "2026-03-10"}))
	ask := []string{"payee", w.party[0].String(), "amount", "1000", "receipt_no", "PJ-1", "kind", "principal", "account_tail", "1234", "reason", "执行款"}
	_, err := w.tryOpen("judge", "payout", ask...)
	w.refused(err, problem.Refused, "超过了本案到账的案款")
	w.must(w.happens("funds_received", map[string]any{"amount": int64(150000), "source": "deduction", "arrived_on": "2026-03-10", "receipt_no": "PJ-1"}))
	id, second := w.open("judge", "payout", ask...), w.open("judge", "payout", ask...)
	checked := []string{"balance_ok", "yes", "payee_ok", "yes", "abnormal", "no", "material.0.0", "paper"}
	w.not("实行一案一账户", "fund_manager", id, "check", checked...)
	w.do("fund_manager", w.run("case_account"), "open", "bank", "某银行", "account_tail", "5678", "opened_on", "2026-03-10", "told", "yes")
	w.do("fund_manager", id, "check", checked...)
	w.do("centre_director", id, "approve", "approve_decision", "agree")
	w.do("fund_manager", id, "pay", "paid_on", "2026-03-12", "cleared", "yes")
	w.at(id, "done")
	w.not("超过了本案到账的案款", "fund_manager", second, "check", checked...) // the money has gone to the first
	_, err = w.tryOpen("fund_manager", "case_account", "bank", "某银行", "account_tail", "5679", "opened_on", "2026-03-10", "told", "yes")
	w.refused(err, problem.Refused, "一案只有一个")
	if w.Rows(`SELECT count(*) FROM court.docket WHERE court = 'wugang' AND code = 'funds_paid'`) != 1 {
		t.Error("the payment is not on the docket")
	}
}

func TestW16_PreservationBeginsWithTheFilingOffice(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执保1号")
	w.must(w.happens("case_filed", map[string]any{"filed_on": "2026-03-10"}))
	id := w.run("preservation")
	w.refused(w.Matters.Complete(ctx, w.as("inquiry"), id, "inquire", answers("channel", "both", "started_at", "2026-03-10T11:00")), problem.Forbidden, "其他角色")
	w.do("filing", id, "inquire", "channel", "both", "started_at", "2026-03-10T11:00")
	w.do("filing", id, "feedback", "found", "yes", "online", "yes", "offline", "yes")
	w.Clock.Add(31 * time.Minute)
	if w.overdue("preservation.freeze") != 1 {
		t.Error("W-16c: not frozen at once, and nobody rang")
	}
	w.do("filing", id, "freeze", "measures.0.kind", "freeze", "measures.0.class", "deposit", "measures.0.amount", "1000", "frozen_at", "2026-03-10T12:00")
	w.do("filing", id, "answer", "frozen", "yes")
	w.do("filing", id, "in_effect", "debtor", w.party[1].String(), "class", "deposit", "effect_at", "2026-03-10T11:20", "expires_on", "2027-03-09", "document_no", "（2026）豫0481执保1号之一")
	if w.Rows(`SELECT count(*) FROM court.docket WHERE court = 'wugang' AND code = 'preservation_executed'`) != 1 {
		t.Error("the freeze is in effect, and nobody is told")
	}
	w.refused(w.Matters.Complete(ctx, w.as("filing"), id, "hand_over", answers()), problem.Invalid, "还缺“保全裁定书”")
	w.do("filing", id, "hand_over", "material.0.0", "paper", "material.0.1", "paper")
	w.receives("preservation", id)
	w.do("preservation", id, "carry_out", "executed_on", "2026-03-12", "taken", "no", "taken_reason", "已由他人另案查封", "result", "未能查封")
	w.do("preservation", id, "finish", "done", "part")
	w.at(id, "done")
	if w.Rows(`SELECT count(*) FROM court.matter WHERE process IN ('form_documents', 'case_account')`) != 0 {
		t.Error("a preservation case got what only enforcement cases get")
	}
}

func TestW14d_W14f_MeasureAndFilingRunBesideEachOther(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执17号")
	id := w.open("terminated_manager", "resumption", "origin", "list", "kind", "deposit", "found", "新开账户")
	measure := w.run("resumption_measure")
	w.do("terminated_manager", measure, "feed_back", "team", "enforcement_1")
	w.receives("judge_assistant", measure)
	w.do("judge_assistant", measure, "measure", "measured", "yes", "measured_at", "2026-03-10T12:00")
	w.at(id, "tasks")
	w.do("filing", w.run("resumption_filing"), "file", "ground", "asset_found", "new_case_no", "（2026）豫0481执恢1号", "resumed_on", "2026-03-11")
	w.do("terminated_manager", id, "finish", "finish_note", "已恢复")
	w.at(id, "done")
	if w.Rows(`SELECT count(*) FROM court.docket WHERE court = 'wugang' AND code = 'case_resumed'`) != 1 {
		t.Error("resumption is not on the docket")
	}
}

func TestW14f_WhatIsFoundOpensTheResumptionForTheTeamNamed(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执25号")
	id := w.open("terminated_manager", "terminated_reception", "visitor", "甲", "channel", "window", "kind", "lead", "text", "被执行人新购房屋")
	w.do("terminated_manager", id, "hear", "next", "resume", "answer", "已核实")
	w.do("terminated_manager", id, "feed_back")
	w.at(id, "done")
	found := w.run("resumption")
	w.do("terminated_manager", found, "found", "origin", "party", "kind", "real_estate", "found", "某小区房屋")
	measure := w.run("resumption_measure")
	w.do("terminated_manager", measure, "feed_back", "team", "enforcement_2")
	w.refused(w.Matters.Receive(ctx, w.as("judge_assistant"), measure), problem.Forbidden, "其他角色")
	if v := w.look(measure, staff.Machine(w.court)); v.Team != "enforcement_2" || w.Rows(`SELECT count(*) FROM court.matter WHERE process = 'resumption_filing' AND state = 'open'`) != 1 {
		t.Errorf("with %s, and the filing office has nothing", v.Team)
	}
}

func TestW15b_EachSumHasItsOwnClock(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执26号")
	for _, no := range []string{"PJ-1", "PJ-2"} {
		w.must(w.happens("funds_received", map[string]any{"amount": int64(100_00), "source": "performance", "arrived_on": "2026-03-10", "receipt_no": no}))
	}
	left := func() int {
		return w.Rows(`SELECT count(*) FROM court.deadline WHERE court = 'wugang' AND rule = 'funds_payout' AND closed_at IS NULL`)
	}
	for _, paid := range []struct {
		no      string
		cleared bool
		left    int
	}{{"PJ-1", false, 2}, {"PJ-1", true, 1}, {"PJ-2", true, 0}} {
		w.must(w.happens("funds_paid", map[string]any{"payee": w.party[0].String(), "amount": int64(50_00), "paid_on": "2026-03-10", "receipt_no": paid.no, "cleared": paid.cleared}))
		if n := left(); n != paid.left {
			t.Errorf("%v: %d clocks run, want %d", paid, n, paid.left)
		}
	}
}

func TestW14c_TheListIsCheckedWhole(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执18号")
	id := w.open("terminated_manager", "lead_list", "batch_no", "2026-1", "issued_on", "2026-03-10", "total", "2", "due", "2026-03-31")
	row := []string{"checked.0.case_no", "（2026）豫0481执18号", "checked.0.lead", "存款", "checked.0.verdict", "resume", "to_resume", "1"}
	w.not("逐一核查", "terminated_manager", id, "check", row...)
	w.do("terminated_manager", id, "check", append(row, "checked.1.case_no", "（2026）豫0481执17号", "checked.1.lead", "车辆", "checked.1.verdict", "none")...)
	w.at(id, "done")
}

func TestW12_TriageAssignsAfterTheInquiry(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执19号")
	w.must(w.happens("online_inquiry_completed", map[string]any{"completed_on": "2026-03-10", "found": true}))
	id := w.run("triage")
	w.Clock.Add(4 * 24 * time.Hour)
	if w.overdue("triage.assess") != 1 {
		t.Error("not classed, and nobody rang")
	}
	w.do("triage_officer", id, "assess", "found", "partial", "nature", "money", "class", "complex", "class_reason", "需要处置房产")
	w.do("triage_officer", id, "assign", "team", "enforcement_2", "judge", w.as("judge").ID.String(), "since", "2026-03-15")
	w.at(id, "done")
	if w.Rows(`SELECT count(*) FROM court.docket WHERE court = 'wugang' AND code = 'handler_changed'`) != 1 {
		t.Error("who handles the case is not on the docket")
	}
}

func TestW19b_OnlyTheLeadersCommand(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执20号")
	id := w.open("judge", "command_action", "title", "腾退", "kind", "large", "starts_at", "2026-03-12T08:00", "place", "某小区", "people.0.name", "甲")
	decide := []string{"commander", w.as("court_leader").ID.String(), "decide_decision", "agree", "material.0.0", "paper"}
	w.refused(w.Matters.Complete(ctx, w.as("leader_on_duty"), id, "decide", answers(decide...)), problem.Forbidden, "其他角色")
	w.do("court_leader", id, "decide", decide...)
	w.Clock.Set(time.Date(2026, 3, 12, 8, 1, 0, 0, calendar.Shanghai))
	if w.overdue("command_action.connect") != 1 {
		t.Error("W-19a: the systems are not up when the action begins, and nobody rang")
	}
	w.do("technical_duty", id, "connect", "display", "yes", "video", "yes", "emergency", "yes", "mobile", "yes")
	w.do("centre_director", id, "command", "orders.0.at", "08:10", "orders.0.order", "开始", "orders.0.answered", "yes", "ended_at", "2026-03-12T11:00", "result", "腾退完毕")
	w.at(id, "done")
}

func TestW9_TheCentreAidsAtTheTeamsRequest(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执21号")
	id := w.open("judge", "auction_aid", "work", "notice", "title", "某小区1号房", "requirement", "发布一拍公告", "wanted_on", "2026-03-12")
	w.refused(w.Matters.Complete(ctx, w.as("auction_aid"), id, "accept", answers("accepted", "yes")), problem.Invalid, "还缺“拍卖裁定书”")
	w.do("auction_aid", id, "accept", "accepted", "yes", "material.0.0", "paper", "material.0.1", "paper")
	w.Clock.Set(time.Date(2026, 3, 13, 0, 1, 0, 0, calendar.Shanghai))
	if w.overdue("auction_aid.notice") != 1 {
		t.Error("later than the team asked for, and nobody rang")
	}
	w.do("auction_aid", id, "notice", "published_on", "2026-03-13", "link", "https://sf.example.com/1")
	w.do("judge", id, "confirm", "satisfied", "yes")
	w.at(id, "done")
}

func TestW13_AReminderIsReceivedAndCorrected(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执22号")
	id := w.open("node_supervisor", "node_reminder", "node", "online_inquiry", "gap", "at_risk", "text", "尚未发起网络查询", "correct_by", "2026-03-12")
	w.do("node_supervisor", id, "remind")
	w.receives("judge_assistant", id)
	w.Clock.Set(time.Date(2026, 3, 13, 0, 1, 0, 0, calendar.Shanghai))
	if w.overdue("node_reminder.correct") != 1 {
		t.Error("not corrected in time, and nobody rang")
	}
	w.do("judge_assistant", id, "correct", "action", "已发起")
	w.do("node_supervisor", id, "verify", "corrected", "yes")
	w.at(id, "done")
}

func TestW5_TheWindowChecksEntersAndWarns(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执23号")
	id := w.open("window", "window_visit", "arrived_at", "2026-03-10T10:00", "visitor", "甲", "purpose", "information", "case", "（2026）豫0481执23号")
	w.do("window", id, "check", "identity", "yes", "basis", "yes", "amount", "100000", "claim", "yes")
	w.do("window", id, "enter", "compared.0.item", "identity", "compared.0.paper", "甲", "compared.0.system", "甲", "compared.0.same", "yes", "entered", "yes")
	w.refused(w.Matters.Complete(ctx, w.as("window"), id, "risk", answers("told", "yes", "told_on", "2026-03-10")), problem.Invalid, "还缺“执行风险告知书")
	w.do("window", id, "risk", "told", "yes", "told_on", "2026-03-10", "material.0.0", "paper")
	w.do("window", id, "leave", "result", "已录入")
	w.at(id, "done")
	w.open("window", "window_question", "asked_at", "2026-03-10T10:30", "topic", "funds", "question", "怎样领款", "answer", "确认收款账户")
	lead := w.open("window", "window_lead", "source", "window", "provider", "applicant", "giver", "甲", "giver_phone", "19900000002", "urgent", "yes", "kind", "vehicle", "text", "车辆停在某处")
	w.do("window", lead, "hand_over")
	w.receives("judge_assistant", lead)
	w.Clock.Set(time.Date(2026, 3, 14, 0, 1, 0, 0, calendar.Shanghai))
	if w.overdue("window_lead.verify") != 1 {
		t.Error("an urgent lead of the applicant is to be checked in three days")
	}
}

func TestW18_DailyChecksAndRectification(t *testing.T) {
	w := newWugang(t, "（2026）豫0481执24号")
	w.Clock.Set(time.Date(2026, 3, 11, 0, 0, 0, 0, calendar.Shanghai))
	_, err := w.Matters.Calendar(ctx, w.court)
	w.must(err)
	id := w.run("quality_daily")
	w.do("quality_officer", id, "nodes", "checked", "120", "problems", "1")
	w.do("quality_officer", id, "indicators", "actual_closure", "85.36", "full_performance", "40.1", "realisation", "30", "termination", "35", "termination_ok", "98")
	w.at(id, "done")
	fix := w.open("quality_officer", "rectification", "origin", "daily", "case", "（2026）豫0481执24号", "problem", "送达回证缺失", "team", "enforcement_1", "due", "2026-03-13")
	w.Clock.Set(time.Date(2026, 3, 14, 0, 1, 0, 0, calendar.Shanghai))
	if w.overdue("rectification.correct") != 1 {
		t.Error("not put right in time, and nobody rang")
	}
	w.refused(w.Matters.Complete(ctx, w.as("judge"), fix, "correct", answers("measures", "已补")), problem.Invalid, "还缺“整改证明材料”")
	w.do("judge", fix, "correct", "measures", "已补", "material.0.0", "paper")
	w.do("quality_officer", fix, "verify", "corrected", "yes")
	w.at(fix, "done")
}
