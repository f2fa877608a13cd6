package matter_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

const court = "engine"

var ctx = context.Background()

// shop is a house with the small book that has one of everything.
type shop struct {
	*backofficetest.House
	judge, clerk, director, fund staff.Actor
	caseID                       uuid.UUID
}

func newShop(t *testing.T) *shop {
	t.Parallel()
	h := backofficetest.New(t)
	h.PublishDir("testdata/books/engine")
	s := &shop{House: h, judge: h.Person(court, "judge", "", "judge"), clerk: h.Person(court, "clerk", "", "clerk"),
		director: h.Person(court, "director", "", "centre_director"), fund: h.Person(court, "fund", "", "fund_manager")}
	s.caseID, _ = h.Case(court, "（2026）京0199执1号", "enforcement_1", s.judge.ID, backofficetest.Party{Role: "applicant", Name: "甲"}, backofficetest.Party{Role: "debtor", Name: "乙"})
	return s
}

func (s *shop) must(err error) {
	s.T.Helper()
	if p, ok := problem.As(err); ok {
		for field, why := range p.Fields {
			s.T.Logf("%s: %s", field, why.Sentence())
		}
	}
	if err != nil {
		s.T.Fatal(err)
	}
}

func (s *shop) see(ctx context.Context, tx *storage.Tx, id uuid.UUID) error {
	return casework.New(s.Store, s.Docket).See(ctx, tx, id)
}

// refused says why, and fails when nothing was refused.
func (s *shop) refused(err error, kind problem.Kind, words string) {
	s.T.Helper()
	p, ok := problem.As(err)
	if !ok || p.Kind != kind {
		s.T.Fatalf("want %s %q, got %v", kind, words, err)
	}
	all := p.Sentence()
	for field, why := range p.Fields {
		all += " " + field + ":" + why.Sentence()
	}
	if !strings.Contains(all, words) {
		s.T.Fatalf("want %q in %q", words, all)
	}
}

func (s *shop) look(id uuid.UUID, a staff.Actor) (v *matter.View) {
	s.T.Helper()
	s.must(s.Store.InTx(ctx, a, func(tx *storage.Tx) (err error) {
		v, err = matter.Show(ctx, tx, id)
		return err
	}))
	return v
}

func (s *shop) record(code string) {
	s.T.Helper()
	s.must(s.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		_, err := s.Docket.Record(ctx, tx, docket.Event{Code: code, Case: s.caseID})
		return err
	}))
}

// stands lets the engine follow an event without the gates before it.
func (s *shop) stands(code string) {
	s.T.Helper()
	s.must(s.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		r := docket.Recorded{Event: docket.Event{Code: code, Case: s.caseID, Facts: map[string]any{}}}
		r.Entry, _ = tx.Book.Event(code)
		r.Occurred = tx.At
		return s.Matters.Follow(ctx, tx, &r)
	}))
}

// find is the open run of a process.
func (s *shop) find(process string) (id uuid.UUID) {
	s.T.Helper()
	s.must(s.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		rows, err := tx.OpenItems(ctx, courtdb.OpenItemsParams{Court: court, Processes: []string{process}})
		if err == nil && len(rows) != 1 {
			s.T.Fatalf("%d open runs of %s", len(rows), process)
		}
		id = rows[0].ID
		return err
	}))
	return id
}

var payout = map[string]string{"applied": "1000", "paid": "700", "waived": "300", "agent": "no",
	"shares.0.name": "甲", "shares.0.amount": "400", "shares.2.name": "丙", "shares.2.amount": "300", "material.0.0": "paper", "material.0.1": "paper"}

func with(values map[string]string, pairs ...string) matter.Answers {
	out := maps.Clone(values)
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return matter.Answers{Values: out}
}

func (s *shop) pay(a matter.Answers) (uuid.UUID, error) {
	return s.Matters.Open(ctx, s.judge, "payout", matter.About{Case: s.caseID}, a, "")
}

func TestAFormIsHeldAgainstItsDeclaration(t *testing.T) {
	s := newShop(t)
	s.record("online_inquiry_returned")
	for _, wrong := range []struct {
		kind  problem.Kind
		words string
		a     matter.Answers
	}{
		{problem.Invalid, "paid:请填写到位金额", with(payout, "paid", "")},
		{problem.Invalid, "agent_reason:“代理人领取”选了“是”，请写明理由", with(payout, "agent", "yes")},
		{problem.Invalid, "shares.2.amount:请填写分配第3行的金额", with(payout, "shares.2.amount", "")},
		{problem.Invalid, "material.0.1:还缺“收款账户确认书”", with(payout, "material.0.1", "")},
		{problem.Refused, "到位金额与放弃金额之和不能大于申请金额", with(payout, "waived", "300.01")},
		{problem.Refused, "各份之和应当等于到位金额", with(payout, "shares.0.amount", "399.99")},
	} {
		_, err := s.pay(wrong.a)
		s.refused(err, wrong.kind, wrong.words)
	}
	if n := s.Rows(`SELECT count(*) FROM court.matter WHERE process = 'payout'`); n != 0 {
		t.Fatalf("%d runs were left half opened", n)
	}
	file := matter.Answers{Values: maps.Clone(payout), Files: map[string]matter.Upload{"material.0.0": {Name: "证明.exe", Data: []byte("MZ\x90\x00\x03")}}}
	_, err := s.pay(file)
	s.refused(err, problem.Invalid, "这种文件不能上传")
	file.Files["material.0.0"] = matter.Upload{Name: `C:\扫描\证明.pdf`, Data: []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")}
	id, err := s.pay(file)
	s.must(err)
	v := s.look(id, s.fund)
	have, _ := v.Values["materials"].(map[string]any)
	if v.Serial != "FK-2026-0001" || have["收款账户确认书"] != matter.Paper || len(have["领款人身份证明"].(string)) != 36 {
		t.Fatalf("%s %v", v.Serial, have)
	}
	if _, err := s.Matters.Open(ctx, s.clerk, "payout", matter.About{Case: s.caseID}, with(payout), ""); !problem.Is(err, problem.Forbidden) {
		t.Fatalf("a clerk opened what the book gives to judges: %v", err)
	}
}

func TestOneFormSentTwiceOpensOneRun(t *testing.T) {
	s := newShop(t)
	s.record("online_inquiry_returned")
	var ids [2]uuid.UUID
	for i := range ids {
		var err error
		ids[i], err = s.Matters.Open(ctx, s.judge, "payout", matter.About{Case: s.caseID}, with(payout), "form-1")
		s.must(err)
	}
	if ids[0] != ids[1] || s.Rows(`SELECT count(*) FROM court.matter WHERE process = 'payout'`) != 1 {
		t.Fatal(ids)
	}
}

func TestAGateLooksBackAndSaysWhy(t *testing.T) {
	s := newShop(t)
	_, err := s.pay(with(payout))
	s.refused(err, problem.Refused, "先查询被执行人的财产，三个月以内有效（T-1）")
	s.record("online_inquiry_returned")
	s.Clock.Set(time.Date(2026, 6, 10, 23, 0, 0, 0, calendar.Shanghai)) // three months to the day
	_, err = s.pay(with(payout))
	s.must(err)
	s.Clock.Set(time.Date(2026, 6, 11, 0, 1, 0, 0, calendar.Shanghai))
	_, err = s.pay(with(payout))
	s.refused(err, problem.Refused, "三个月以内有效")
}

func TestNobodyApprovesHisOwnAndTheGateIsAskedAgain(t *testing.T) {
	s := newShop(t)
	s.record("online_inquiry_returned")
	id, err := s.pay(with(payout))
	s.must(err)
	agree := with(nil2, "review_decision", "agree")
	if v := s.look(id, s.judge); !v.Own || v.CanTake {
		t.Fatalf("the page offers the judge his own approval: %+v", v)
	}
	s.refused(s.Matters.Take(ctx, s.judge, id, nil), problem.Refused, "不能由您自己审批")
	s.must(s.Matters.Take(ctx, s.fund, id, nil))
	s.refused(s.Matters.Complete(ctx, s.fund, id, "review", with(nil2, "review_decision", "refuse")), problem.Invalid, "请填写理由")
	s.Clock.Set(time.Date(2026, 6, 11, 9, 0, 0, 0, calendar.Shanghai)) // the query has grown old while it waited
	s.refused(s.Matters.Complete(ctx, s.fund, id, "review", agree), problem.Refused, "三个月以内有效")
	s.record("online_inquiry_returned")
	s.must(s.Matters.Complete(ctx, s.fund, id, "review", agree))
	s.must(s.Matters.Complete(ctx, s.director, id, "decide", with(nil2, "decide_decision", "refuse", "decide_opinion", "分配方案未送达。")))
	if v := s.look(id, s.judge); v.State != "refused" {
		t.Fatal(v.State)
	}
	if n := s.Rows(`SELECT count(*) FROM court.docket WHERE court = 'engine' AND code = 'case_file_received'`); n != 1 {
		t.Fatalf("a refusal left %d events", n)
	}
}

var nil2 = map[string]string{}

func TestAReturnKeepsTheClockAndIsCounted(t *testing.T) {
	s := newShop(t)
	s.record("online_inquiry_returned")
	id, err := s.pay(with(payout))
	s.must(err)
	due := func(state string) int {
		return s.Rows(`SELECT count(*) FROM court.deadline WHERE court = 'engine' AND rule = 'payout.fill' AND due_at = '2026-03-13 23:59:59+08' AND state = $1`, state)
	}
	if due("met") != 1 {
		t.Fatal("no clock of the first step")
	}
	s.Clock.Add(24 * time.Hour)
	s.must(s.Matters.Take(ctx, s.fund, id, nil))
	s.must(s.Matters.Return(ctx, s.fund, id, "户名不一致"))
	v := s.look(id, s.judge)
	if v.Returns != 1 || v.Step != "fill" || due("open") != 1 || v.Values["paid"] != float64(70000) {
		t.Fatalf("returned %d times, at %s, %v", v.Returns, v.Step, v.Values["paid"])
	}
	s.must(s.Matters.Take(ctx, s.judge, id, nil))
	s.must(s.Matters.Complete(ctx, s.judge, id, "fill", with(payout, "material.0.0", "", "material.0.1", ""))) // papers handed in before are still in
	s.refused(s.Matters.Withdraw(ctx, s.fund, id, "不办了", s.see), problem.Forbidden, "只有启动这个事项的人")
	s.must(s.Matters.Withdraw(ctx, s.judge, id, "申请人撤回", s.see))
	s.refused(s.Matters.Reopen(ctx, s.judge, id, "又要办", s.see), problem.Forbidden, "重新办理")
	s.must(s.Matters.Reopen(ctx, s.director, id, "又要办", s.see))
	if n := s.Rows(`SELECT count(*) FROM court.deadline WHERE court = 'engine' AND rule = 'payout.review' AND state = 'open'`); n != 1 {
		t.Fatalf("%d clocks of two rounds run again", n)
	}
	s.refused(s.Matters.Assign(ctx, s.director, id, s.clerk.ID, "休假", s.see), problem.Invalid, "没有办理这一步的角色")
	gone := s.Person(court, "gone", "", "fund_manager")
	s.must(s.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		_, err := tx.SetStaffRoles(ctx, courtdb.SetStaffRolesParams{Court: court, ID: gone.ID, Roles: gone.Roles})
		return err
	}))
	s.refused(s.Matters.Assign(ctx, s.director, id, gone.ID, "休假", s.see), problem.Invalid, "请选择接办的人")
	s.must(s.Matters.Assign(ctx, s.director, id, s.fund.ID, "休假", s.see))
	if v := s.look(id, s.fund); v.Step != "review" || !v.CanComplete {
		t.Fatalf("after all this: %+v", v.CourtMatter)
	}
}

func TestWhatIsReturnedGoesBackToWhoDidIt(t *testing.T) {
	s := newShop(t)
	other := s.Person(court, "other", "", "clerk")
	id, err := s.Matters.Open(ctx, s.clerk, "sitting", matter.About{Case: s.caseID}, with(nil2, "starts_at", "2026-03-12T15:00"), "")
	s.must(err)
	rung := func(what string) int {
		return s.Rows(`SELECT count(*) FROM court.alert WHERE court = 'engine' AND staff = $1 AND matter_id = $2 AND rule = $3`, s.clerk.ID, id, what)
	}
	s.must(s.Matters.Complete(ctx, s.clerk, id, "prepare", with(nil2, "ready", "yes", matter.Mends, "1", "starts_at", "2026-03-12T16:00"))) // he holds what he opened, and may mend it
	if v := s.look(id, s.judge); v.Step != "grant" || v.Values["starts_at"] != "2026-03-12T16:00:00+08:00" {
		t.Fatalf("at %s with %v", v.Step, v.Values["starts_at"])
	}
	s.must(s.Matters.Take(ctx, s.judge, id, nil))
	s.must(s.Matters.Return(ctx, s.judge, id, "那天是休息日"))
	if v := s.look(id, s.clerk); !v.CanComplete || len(v.Mends) != 1 || rung("returned:sitting.prepare") != 1 {
		t.Fatalf("held by %v, may mend %d, rang %d", v.Holder, len(v.Mends), rung("returned:sitting.prepare"))
	}
	s.refused(s.Matters.Complete(ctx, other, id, "prepare", with(nil2, "ready", "yes")), problem.Conflict, "已由他人接手")
	s.must(s.Matters.Complete(ctx, s.clerk, id, "prepare", with(nil2, "ready", "yes", "starts_at", "2026-03-13T16:00"))) // sent without the opening form
	if v := s.look(id, s.judge); v.Values["starts_at"] != "2026-03-12T16:00:00+08:00" {
		t.Fatalf("changed unasked: %v", v.Values["starts_at"])
	}
	s.must(s.Matters.Complete(ctx, s.judge, id, "grant", with(nil2, "grant_decision", "refuse", "grant_opinion", "没有法庭")))
	if v := s.look(id, s.clerk); v.State != "refused" || rung("refused:sitting.grant") != 1 {
		t.Fatalf("%s, rang %d", v.State, rung("refused:sitting.grant"))
	}
}

func TestTracksRunBesideEachOtherAndJoin(t *testing.T) {
	s := newShop(t)
	s.record("online_inquiry_returned")
	id, err := s.pay(with(payout))
	s.must(err)
	s.must(s.Matters.Complete(ctx, s.fund, id, "review", with(nil2, "review_decision", "agree")))
	s.must(s.Matters.Complete(ctx, s.director, id, "decide", with(nil2, "decide_decision", "agree")))
	s.must(s.Matters.Take(ctx, s.fund, id, nil)) // the last step asks for nothing
	parent := s.find("closing")
	s.refused(s.Matters.Take(ctx, s.judge, parent, nil), problem.Conflict, "同时进行的各项办结以后")
	s.must(s.Matters.Complete(ctx, s.judge, s.find("substance"), "check", with(nil2, "passed", "yes")))
	if v := s.look(parent, s.judge); v.Step != "both" || len(v.Tracks) != 2 {
		t.Fatalf("joined too early: %s", v.Step)
	}
	s.must(s.Matters.Complete(ctx, s.clerk, s.find("procedure"), "check", with(nil2, "passed", "no")))
	if v := s.look(parent, s.judge); v.Step != "mend" {
		t.Fatalf("one did not pass, and the run is at %s", v.Step)
	}
}

func TestTracksBeginAgainWithTheRunThatWaits(t *testing.T) {
	s := newShop(t)
	s.record("online_inquiry_returned")
	id, err := s.pay(with(payout))
	s.must(err)
	s.must(s.Matters.Complete(ctx, s.fund, id, "review", with(nil2, "review_decision", "agree")))
	s.must(s.Matters.Complete(ctx, s.director, id, "decide", with(nil2, "decide_decision", "agree")))
	s.must(s.Matters.Take(ctx, s.fund, id, nil))
	parent := s.find("closing")
	s.must(s.Matters.Withdraw(ctx, s.director, parent, "开错了", s.see))
	s.must(s.Matters.Reopen(ctx, s.director, parent, "没有开错", s.see))
	s.must(s.Matters.Complete(ctx, s.judge, s.find("substance"), "check", with(nil2, "passed", "yes")))
	s.must(s.Matters.Complete(ctx, s.clerk, s.find("procedure"), "check", with(nil2, "passed", "yes")))
	if v := s.look(parent, s.judge); v.Step != "file" {
		t.Fatalf("after both tracks at %s", v.Step)
	}
}

func TestAGateStandsBeforeARegisterToo(t *testing.T) {
	s := newShop(t)
	_, err := s.Matters.Open(ctx, s.clerk, "note", matter.About{}, with(nil2, "words", "没有"), "")
	s.refused(err, problem.Refused, "写明发生了什么")
	_, err = s.Matters.Open(ctx, s.clerk, "note", matter.About{}, with(nil2, "words", "停电"), "")
	s.must(err)
}

func TestTheCalendarOpensOnceASpan(t *testing.T) {
	s := newShop(t)
	run := func(at time.Time, want int) {
		t.Helper()
		s.Clock.Set(at)
		n, err := s.Matters.Calendar(ctx, court)
		s.must(err)
		if n != want {
			t.Errorf("at %s opened %d, want %d", at, n, want)
		}
	}
	day := func(d, h, m int) time.Time { return time.Date(2026, 3, d, h, m, 0, 0, calendar.Shanghai) }
	run(day(10, 8, 29), 0)
	run(day(10, 8, 30), 1)
	run(day(10, 20, 0), 0)
	s.Matters.Forget() // another node
	run(day(10, 20, 1), 0)
	run(day(14, 9, 0), 0) // Saturday
	run(day(16, 9, 0), 1)
	if n := s.Rows(`SELECT count(*) FROM court.matter WHERE serial = 'XC-2026-0002'`); n != 1 {
		t.Error("no number of its own")
	}
}

func TestWhatRecursOnACaseStopsWhenItShould(t *testing.T) {
	s := newShop(t)
	s.stands("termination_ruled")
	runs := func() int {
		t.Helper()
		const count = `SELECT count(*) FROM court.matter WHERE process = 'query_again'`
		before := s.Rows(count)
		_, err := s.Matters.Calendar(ctx, court)
		s.must(err)
		return s.Rows(count) - before
	}
	s.Clock.Set(time.Date(2026, 9, 9, 23, 0, 0, 0, calendar.Shanghai))
	if runs() != 0 {
		t.Error("before six months")
	}
	s.Clock.Set(time.Date(2026, 9, 10, 0, 0, 0, 0, calendar.Shanghai))
	if runs() != 1 || runs() != 0 {
		t.Error("not exactly once after six months")
	}
	s.Clock.Set(time.Date(2031, 3, 10, 1, 0, 0, 0, calendar.Shanghai))
	if runs() != 1 {
		t.Error("the tenth query, five years on, was missed")
	}
	s.Clock.Set(time.Date(2031, 9, 11, 0, 0, 0, 0, calendar.Shanghai))
	if runs() != 0 {
		t.Error("queried after five years")
	}
}

func TestOneThatCannotBeOpenedStopsNoOther(t *testing.T) {
	s := newShop(t)
	s.record("case_suspended") // broken_again comes due first, and its first step asks for what nobody has said yet
	s.Clock.Add(time.Hour)
	s.stands("termination_ruled")
	s.Clock.Set(time.Date(2026, 10, 1, 9, 0, 0, 0, calendar.Shanghai))
	if _, err := s.Matters.Calendar(ctx, court); err == nil {
		t.Error("nobody heard of what failed")
	}
	s.find("query_again")
}

func TestAHandoverNamesEveryOpenItem(t *testing.T) {
	s := newShop(t)
	_, err := s.Matters.Calendar(ctx, court)
	s.must(err)
	watch := s.find("watch")
	_, err = s.Matters.Open(ctx, s.clerk, "handover", matter.About{}, matter.Answers{}, "")
	s.refused(err, problem.Invalid, "每日巡查 XC-2026-0001")
	id, err := s.Matters.Open(ctx, s.clerk, "handover", matter.About{}, with(nil2, "left."+watch.String(), "yes"), "")
	s.must(err)
	if v := s.look(id, s.judge); v.Awaiting != "judge" || !strings.Contains(v.Values["left"].(string), "XC-2026-0001") {
		t.Fatalf("%s %v", v.Awaiting, v.Values)
	}
	s.must(s.Matters.Receive(ctx, s.judge, id))
	if v := s.look(id, s.judge); v.State != "done" {
		t.Fatal(v.State)
	}
}
