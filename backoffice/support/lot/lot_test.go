package lot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/staff"
	"mingzhi/backoffice/support/lot"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

const court = "sanya"

var ctx = context.Background()

// scene is a case with everybody who must hear of its auction.
type scene struct {
	*backofficetest.House
	t              *testing.T
	caseID         uuid.UUID
	applicant      uuid.UUID
	debtor, holder uuid.UUID
	assistant      staff.Actor // plans
	judge          staff.Actor // approves
	aid            staff.Actor // the auxiliary group: sees no case
}

func newScene(t *testing.T) *scene {
	s := &scene{House: backofficetest.New(t), t: t}
	s.judge = s.Person(court, "judge", "enforcement_1", "judge")
	s.assistant = s.Person(court, "assistant", "enforcement_1", "judge_assistant")
	s.aid = s.Person(court, "aid", "disposal", "disposal")
	id, parties := s.Case(court, "（2026）琼02执1号", "enforcement_1", s.judge.ID,
		backofficetest.Party{Role: "applicant", Name: "三和建材有限公司", Company: true, Mobile: "19900000002"},
		backofficetest.Party{Role: "debtor", Name: "王小五", Mobile: "19900000003"},
		backofficetest.Party{Role: "preemptive_holder", Name: "赵共有", Change: func(p *courtdb.UpsertPartyParams) { p.Unreachable = true }})
	s.caseID, s.applicant, s.debtor, s.holder = id, parties[0], parties[1], parties[2]
	return s
}

func basics(kind string) map[string]string {
	return map[string]string{"title": "某小区一幢101室", "kind": kind, "district": "天涯区", "address": "某路1号", "contact": "0000-1234567",
		"platform_url": "https://auction.example/lot/1", "description": "框架结构，中等装修"}
}

func (s *scene) create(kind string) uuid.UUID {
	s.t.Helper()
	id, err := s.Lots.Create(ctx, s.assistant, s.caseID, basics(kind))
	s.must(err)
	return id
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// refused holds an error against its kind, a part of its sentence and the article it must name; field "" is the whole.
func (s *scene) refused(err error, field, says, basis string) {
	s.t.Helper()
	p, ok := problem.As(err)
	if !ok {
		s.t.Fatalf("not refused: %v", err)
	}
	if field != "" {
		if p = p.Fields[field]; p == nil {
			s.t.Fatalf("%s has no problem: %v", field, err)
		}
	}
	if sentence := p.Sentence(); !strings.Contains(sentence, says) || !strings.Contains(sentence, basis) {
		s.t.Fatalf("says %q, want %q by %q", sentence, says, basis)
	}
}

func at(t time.Time) string { return t.In(calendar.Shanghai).Format("2006-01-02T15:04") }

// plan is a lawful plan for a first auction that starts some days from now.
func (s *scene) plan(id uuid.UUID, in int, change ...string) map[string]string {
	s.t.Helper()
	v, err := s.Lots.Show(ctx, s.assistant, id)
	s.must(err)
	start := s.Clock.Now().AddDate(0, 0, in)
	out := map[string]string{"seen": v.Seen, "reference_price": "1000000", "starting_price": "700000", "deposit": "70000", "increment": "5000",
		"starts_at": at(start), "ends_at": at(start.Add(24 * time.Hour))}
	for i := 0; i < len(change); i += 2 {
		out[change[i]] = change[i+1]
	}
	return out
}

// survey answers everything that the book requires of the kind.
func (s *scene) survey(id uuid.UUID) {
	s.t.Helper()
	v, err := s.Lots.Show(ctx, s.assistant, id)
	s.must(err)
	for _, f := range v.Facts {
		if f.Missing {
			s.must(s.Lots.SetFact(ctx, s.aid, id, f.Item.ID, map[string]string{"value": "已查明" + f.Item.Name, "source": "现场调查", "known_on": "2026-03-09"}))
		}
	}
}

// announced brings a lot to its notice, as the law asks.
func (s *scene) announced(kind string, change ...string) uuid.UUID {
	s.t.Helper()
	id := s.create(kind)
	s.survey(id)
	s.must(s.Lots.PlanRound(ctx, s.assistant, id, s.plan(id, 50, change...)))
	s.notified(id)
	s.must(s.Lots.Announce(ctx, s.aid, id))
	return id
}

func (s *scene) notified(id uuid.UUID) {
	s.t.Helper()
	s.must(s.Lots.Prenotice(ctx, s.assistant, id))
	day := calendar.On(s.Clock.Now()).String()
	s.must(s.Lots.NotePrenotice(ctx, s.aid, id, s.holder, map[string]string{"method": "posted", "noticed_on": day, "note": "下落不明"}))
	s.must(s.Lots.Approve(ctx, s.judge, id))
	s.Clock.Add(6 * 24 * time.Hour)
}

func TestUnlawfulTermsAreRefusedWithTheirArticle(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.create("real_estate")
	start := s.Clock.Now().AddDate(0, 0, 50)
	for _, c := range []struct {
		field, says, basis string
		change             []string
	}{
		{"starting_price", "70%", "第十条", []string{"starting_price", "699999.99"}},
		{"deposit", "5%至20%", "第十七条", []string{"deposit", "34999.99"}},
		{"deposit", "5%至20%", "第十七条", []string{"deposit", "140000.01"}},
		{"ends_at", "24小时", "第二十条", []string{"ends_at", at(start.Add(23*time.Hour + 59*time.Minute))}},
		{"starts_at", "30日", "第十二条", []string{"starts_at", at(s.Clock.Now().AddDate(0, 0, 30)), "ends_at", at(s.Clock.Now().AddDate(0, 0, 32))}},
		{"increment", "大于零", "", []string{"increment", "0"}},
		{"reference_price", "请填写", "", []string{"reference_price", ""}},
		{"balance_days", "1到365", "", []string{"balance_days", "0"}},
	} {
		s.refused(s.Lots.PlanRound(ctx, s.assistant, id, s.plan(id, 50, c.change...)), c.field, c.says, c.basis)
	}
	// All problems of a form stand beside their fields at once.
	err := s.Lots.PlanRound(ctx, s.assistant, id, s.plan(id, 3, "starting_price", "100", "deposit", "99", "ends_at", at(s.Clock.Now().AddDate(0, 0, 3).Add(time.Hour))))
	for _, field := range []string{"starting_price", "deposit", "ends_at", "starts_at"} {
		s.refused(err, field, "", "")
	}
	if n := s.Rows(`SELECT count(*) FROM court.lot_round`); n != 0 {
		t.Fatalf("%d rounds were kept", n)
	}
	// Movables have a shorter term, and the bounds themselves are lawful.
	car := s.create("vehicle")
	s.refused(s.Lots.PlanRound(ctx, s.assistant, car, s.plan(car, 15)), "starts_at", "15日", "第十二条")
	s.must(s.Lots.PlanRound(ctx, s.assistant, car, s.plan(car, 16, "deposit", "140000")))
	s.must(s.Lots.PlanRound(ctx, s.assistant, id, s.plan(id, 31, "deposit", "35000")))
}

// TestNoNoticeBeforeEverybodyHeard is acceptance scenario 7.
func TestNoNoticeBeforeEverybodyHeard(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.create("real_estate")
	s.refused(s.Lots.Announce(ctx, s.aid, id), "", "还没有安排", "第十条")
	s.must(s.Lots.PlanRound(ctx, s.assistant, id, s.plan(id, 60)))
	s.must(s.Lots.Prenotice(ctx, s.assistant, id))
	err := s.Lots.Announce(ctx, s.aid, id)
	for _, says := range []string{"占有使用", "公告还没有签发", "三和建材有限公司（申请执行人）的通知还不满3日", "王*五（被执行人）的通知还不满3日", "赵*有（优先购买权人）下落不明，还没有公示", "第十六条", "第六条"} {
		s.refused(err, "", says, "")
	}
	if n := s.Rows(`SELECT count(*) FROM court.lot_prenotice WHERE method = 'message'`); n != 2 {
		t.Fatalf("%d persons were told by message", n)
	}
	if n := s.Rows(`SELECT count(*) FROM disclosed.outgoing WHERE template = 'auction_prenotice_party'`); n != 2 {
		t.Fatalf("%d messages", n)
	}
	s.survey(id)
	s.must(s.Lots.Approve(ctx, s.judge, id))
	form := map[string]string{"method": "posted", "noticed_on": "2026-03-10"}
	s.refused(s.Lots.NotePrenotice(ctx, s.aid, id, s.holder, form), "note", "理由", "第十六条")
	s.refused(s.Lots.NotePrenotice(ctx, s.aid, id, s.holder, map[string]string{"method": "written", "noticed_on": "2026-03-09"}), "noticed_on", "以后", "")
	form["note"] = "查无此人"
	s.must(s.Lots.NotePrenotice(ctx, s.aid, id, s.holder, form))

	s.Clock.Set(time.Date(2026, 3, 13, 23, 59, 0, 0, calendar.Shanghai)) // the third day
	s.refused(s.Lots.Announce(ctx, s.aid, id), "", "不满3日，到2026-03-14", "第十六条")
	s.Clock.Set(time.Date(2026, 3, 14, 0, 0, 0, 0, calendar.Shanghai))
	err = s.Lots.Announce(ctx, s.aid, id)
	s.refused(err, "", "的公示还不满5日，到2026-03-16", "第十六条")
	if p, _ := problem.As(err); strings.Contains(p.Sentence(), "被执行人") {
		t.Errorf("who heard three days ago still blocks: %v", err)
	}
	s.Clock.Set(time.Date(2026, 3, 15, 23, 59, 0, 0, calendar.Shanghai))
	s.refused(s.Lots.Announce(ctx, s.aid, id), "", "不满5日", "")
	if n := s.Rows(`SELECT count(*) FROM disclosed.lot`) + s.Rows(`SELECT count(*) FROM disclosed.picture`) + s.Rows(`SELECT count(*) FROM disclosed.slot`); n != 0 {
		t.Fatal("something of the lot is outside before its notice")
	}
	s.Clock.Set(time.Date(2026, 3, 16, 0, 0, 0, 0, calendar.Shanghai))
	s.must(s.Lots.Announce(ctx, s.aid, id))
	if n := s.Rows(`SELECT count(*) FROM disclosed.lot WHERE state = 'announced' AND version = 1`); n != 1 {
		t.Fatal("the lot is not outside")
	}
	if n := s.Rows(`SELECT count(*) FROM court.disclosure WHERE code = 'auction_announced' AND state = 'awaiting_release'`); n != 0 {
		t.Errorf("%d wait for a second word of the approver", n)
	}
	if n := s.Rows(`SELECT count(*) FROM disclosed.outgoing WHERE template = 'auction_announced_party'`); n != 2 {
		t.Errorf("%d parties heard of the notice", n)
	}
}

func TestANewPersonAndAFailedMessageBlock(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.create("real_estate")
	s.survey(id)
	s.must(s.Lots.PlanRound(ctx, s.assistant, id, s.plan(id, 60)))
	s.notified(id)
	s.must(s.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO court.delivery (court, message_id, state, channel, at) SELECT m.court, m.message_id, 'failed', 'sms', now()
			FROM court.disclosure m WHERE m.party_id = $1 AND m.message_id IS NOT NULL`, s.debtor)
		return err
	}))
	s.refused(s.Lots.Announce(ctx, s.aid, id), "", "王*五（被执行人）的短信没有送达", "第十六条")
	s.must(s.Lots.NotePrenotice(ctx, s.assistant, id, s.debtor, map[string]string{"method": "written", "noticed_on": "2026-03-12"}))
	s.must(s.Lots.Announce(ctx, s.aid, id))
}

func TestNobodyApprovesWhatHePlanned(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.create("real_estate")
	s.must(s.Lots.PlanRound(ctx, s.judge, id, s.plan(id, 60)))
	s.must(s.Lots.Prenotice(ctx, s.assistant, id))
	s.refused(s.Lots.Approve(ctx, s.judge, id), "", "谁也不审批自己提出的", "第四条")
	if err := s.Lots.Approve(ctx, s.assistant, id); !problem.Is(err, problem.Forbidden) {
		t.Errorf("the assistant approved: %v", err)
	}
	if err := s.Lots.Approve(ctx, s.Person(court, "open", "command_team", "command_team"), id); !problem.Is(err, problem.Forbidden) {
		t.Errorf("a role that the book does not name approved: %v", err)
	}
	other := s.Person(court, "judge2", "enforcement_1", "judge")
	s.must(s.Lots.Approve(ctx, other, id))
	// A new plan voids the approval and the notices.
	s.must(s.Lots.PlanRound(ctx, s.assistant, id, s.plan(id, 61)))
	if n := s.Rows(`SELECT count(*) FROM court.lot_prenotice`) + s.Rows(`SELECT count(*) FROM court.lot_round WHERE approved_at IS NOT NULL`); n != 0 {
		t.Error("people were told of other terms, and it still counts")
	}
}

func TestTwoAtOnceDoNotBothWin(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.create("real_estate")
	s.survey(id)
	race := func(what string, do func() error) {
		t.Helper()
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			wg.Add(1)
			go func() { defer wg.Done(); errs[i] = do() }()
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("%s: %v, %v", what, errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil && !problem.Is(err, problem.Conflict) {
				t.Fatalf("%s: the loser hears %v", what, err)
			}
		}
	}
	values := s.plan(id, 60)
	race("plan", func() error { return s.Lots.PlanRound(ctx, s.assistant, id, values) })
	again := s.plan(id, 61)
	race("plan again", func() error { return s.Lots.PlanRound(ctx, s.assistant, id, again) })
	edit := basics("real_estate")
	v, err := s.Lots.Show(ctx, s.assistant, id)
	s.must(err)
	edit["seen"] = v.Seen
	race("edit", func() error { return s.Lots.Edit(ctx, s.assistant, id, edit) })
	s.notified(id)
	race("announce", func() error { return s.Lots.Announce(ctx, s.aid, id) })
	if n := s.Rows(`SELECT count(*) FROM court.docket WHERE code = 'auction_announced'`); n != 1 {
		t.Errorf("announced %d times", n)
	}
}

func (s *scene) body(id uuid.UUID) exchange.Lot {
	s.t.Helper()
	var raw []byte
	s.must(s.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		return tx.QueryRow(ctx, `SELECT body FROM disclosed.lot WHERE id = $1`, id).Scan(&raw)
	}))
	var out exchange.Lot
	s.must(json.Unmarshal(raw, &out))
	return out
}

func TestFromUnsoldToSold(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.announced("real_estate")
	b := s.body(id)
	if b.CaseNumber == "" || len(b.Facts) < 10 || len(b.Warnings) != 7 || len(b.Rounds) != 1 || !strings.Contains(b.Notice, "700,000.00元") {
		t.Errorf("a bidder may know more: %+v", b)
	}
	s.refused(s.Lots.Unsold(ctx, s.aid, id, map[string]string{"next": "second_auction"}), "", "才结束", "第二十条")
	s.Clock.Add(46 * 24 * time.Hour)
	s.refused(s.Lots.Unsold(ctx, s.aid, id, map[string]string{"next": "sell_off"}), "next", "再次拍卖", "第二十六条")
	s.must(s.Lots.Unsold(ctx, s.aid, id, map[string]string{"next": "second_auction"}))
	if n := s.Rows(`SELECT count(*) FROM disclosed.lot WHERE state = 'unsold' AND round = 1`); n != 1 {
		t.Fatal("the result is not outside")
	}

	second := []string{"starting_price", "560000", "deposit", "56000"}
	s.refused(s.Lots.PlanRound(ctx, s.assistant, id, s.plan(id, 20, "starting_price", "559999.99", "deposit", "56000")), "starting_price", "20%，最低560,000.00元", "第二十六条")
	s.refused(s.Lots.PlanRound(ctx, s.assistant, id, s.plan(id, 15, second...)), "starts_at", "15日", "第二十六条")
	s.must(s.Lots.PlanRound(ctx, s.assistant, id, s.plan(id, 26, second...)))
	if n := s.Rows(`SELECT count(*) FROM disclosed.lot WHERE state = 'unsold' AND round = 1`); n != 1 || len(s.body(id).Rounds) != 1 {
		t.Error("the second round is outside before its notice")
	}
	s.notified(id)
	s.must(s.Lots.Announce(ctx, s.aid, id))
	s.Clock.Add(22 * 24 * time.Hour)
	s.must(s.Lots.Unsold(ctx, s.aid, id, map[string]string{"next": "sell_off"}))

	start := s.Clock.Now().AddDate(0, 0, 30)
	whole := []string{"starting_price", "560000", "deposit", "560000", "ends_at", at(start.AddDate(0, 0, 60))}
	bad := func(field, says string, change ...string) {
		t.Helper()
		s.refused(s.Lots.PlanRound(ctx, s.assistant, id, s.plan(id, 30, append(append([]string{}, whole...), change...)...)), field, says, "455号")
	}
	bad("starting_price", "560,000.00元，不能另定", "starting_price", "500000", "deposit", "500000")
	bad("deposit", "全款", "deposit", "56000")
	bad("ends_at", "60日", "ends_at", at(start.AddDate(0, 0, 30)))
	s.must(s.Lots.PlanRound(ctx, s.assistant, id, s.plan(id, 30, whole...)))
	s.notified(id)
	s.must(s.Lots.Announce(ctx, s.aid, id))
	s.Clock.Add(27 * 24 * time.Hour)
	sold := map[string]string{"price": "559999", "sold_at": at(s.Clock.Now().Add(-time.Hour)), "buyer": "钱买家"}
	s.refused(s.Lots.Sold(ctx, s.aid, id, sold), "price", "不能低于起拍价560,000.00元", "第十条")
	sold["price"] = "600000"
	s.must(s.Lots.Sold(ctx, s.aid, id, sold))
	if n := s.Rows(`SELECT count(*) FROM disclosed.lot WHERE state = 'sold' AND round = 3`); n != 1 || s.body(id).Rounds[2].ResultPrice != 600000_00 {
		t.Error("the price is not outside")
	}
	s.noBuyerOutside("钱买家")
	if err := s.Lots.Withdraw(ctx, s.aid, id, map[string]string{"reason": "x"}); !problem.Is(err, problem.Conflict) {
		t.Errorf("a sold lot was withdrawn: %v", err)
	}
}

// noBuyerOutside looks through everything that has left the court.
func (s *scene) noBuyerOutside(name string) {
	s.t.Helper()
	for _, table := range []string{"lot", "item", "notice", "outgoing", "court", "viewer", "tip", "slot", "clock"} {
		if n := s.Rows(`SELECT count(*) FROM disclosed.`+table+` x WHERE x::text LIKE '%' || $1 || '%'`, name); n != 0 {
			s.t.Errorf("the buyer stands in disclosed.%s", table)
		}
	}
	if n := s.Rows(`SELECT count(*) FROM court.docket_facts x WHERE x::text LIKE '%' || $1 || '%'`, name); n != 0 {
		s.t.Error("the buyer stands in clear on the docket")
	}
}

func TestStopResumeWithdraw(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.announced("real_estate")
	slot := map[string]string{"starts_at": at(s.Clock.Now().AddDate(0, 0, 10)), "place": "南门", "contact": "0000-1234567", "capacity": "5"}
	s.must(s.Lots.AddSlot(ctx, s.aid, id, slot))
	s.must(s.Lots.Stop(ctx, s.assistant, id, map[string]string{"kind": "suspended", "reason": "案外人提出异议"}))
	if n := s.Rows(`SELECT count(*) FROM disclosed.lot WHERE state = 'stopped'`); n != 1 {
		t.Error("the stop is not outside")
	}
	start := s.Clock.Now().AddDate(0, 0, 3)
	s.refused(s.Lots.Resume(ctx, s.assistant, id, map[string]string{"starts_at": at(start), "ends_at": at(start.Add(time.Hour))}), "ends_at", "24小时", "第二十条")
	s.must(s.Lots.Resume(ctx, s.assistant, id, map[string]string{"starts_at": at(start), "ends_at": at(start.Add(24 * time.Hour))}))
	if n := s.Rows(`SELECT count(*) FROM disclosed.lot WHERE state = 'announced'`); n != 1 {
		t.Error("the resumption is not outside")
	}
	s.must(s.Lots.Withdraw(ctx, s.assistant, id, map[string]string{"reason": "双方和解"}))
	b := s.body(id)
	if b.Title == "" || !strings.Contains(b.Description, "双方和解") || b.Address != "" || len(b.Facts)+len(b.Rounds)+len(b.Pictures) != 0 || b.Notice != "" {
		t.Errorf("a withdrawn lot shows more than its title and reason: %+v", b)
	}
	if n := s.Rows(`SELECT count(*) FROM disclosed.slot`); n != 0 {
		t.Error("a withdrawn lot can be viewed")
	}
}

func TestWithdrawnDraftLeavesNoWord(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.create("movable")
	s.must(s.Lots.Withdraw(ctx, s.assistant, id, map[string]string{"reason": "录入有误"}))
	if n := s.Rows(`SELECT count(*) FROM disclosed.lot`) + s.Rows(`SELECT count(*) FROM disclosed.item`) + s.Rows(`SELECT count(*) FROM disclosed.outgoing`); n != 0 {
		t.Error("somebody heard of a draft")
	}
}

func TestQuestionsArePublishedWithoutWhoAsked(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.announced("real_estate")
	ask := func(text string) uuid.UUID {
		q := storage.NewID()
		s.must(s.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
			sealed, err := tx.Keys.Seal("lot_question.question:"+q.String(), []byte(text))
			if err != nil {
				return err
			}
			return tx.InsertLotQuestion(ctx, courtdb.InsertLotQuestionParams{Court: court, ID: q, LotID: id, Question: sealed, AskedAt: tx.At})
		}))
		return q
	}
	first, second := ask("我是孙某，请问能贷款吗"), ask("广告")
	s.must(s.Lots.Answer(ctx, s.aid, id, first, map[string]string{"shown": "能贷款吗", "answer": "可以，请联系公告所列银行。"}))
	s.must(s.Lots.Answer(ctx, s.aid, id, second, map[string]string{"answer": "与标的无关", "refused": "yes"}))
	if err := s.Lots.Answer(ctx, s.aid, id, first, map[string]string{"answer": "再答"}); !problem.Is(err, problem.Conflict) {
		t.Errorf("answered twice: %v", err)
	}
	b := s.body(id)
	if len(b.Questions) != 1 || b.Questions[0].Question != "能贷款吗" {
		t.Errorf("published: %+v", b.Questions)
	}
}

func TestViewings(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.announced("real_estate")
	s.must(s.Lots.AddSlot(ctx, s.aid, id, map[string]string{"starts_at": at(s.Clock.Now().AddDate(0, 0, 5)), "place": "南门", "contact": "0000-1234567", "capacity": "5"}))
	if n := s.Rows(`SELECT count(*) FROM disclosed.slot`); n != 1 {
		t.Fatal("the time is not outside")
	}
	v, err := s.Lots.Show(ctx, s.judge, id)
	s.must(err)
	slot := v.Slots[0].ID
	book := func(name, mobile string) uuid.UUID {
		b := storage.NewID()
		s.must(s.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
			plain, _ := json.Marshal(exchange.Viewing{Name: name, Mobile: mobile})
			sealed, err := tx.Keys.Seal("viewing.person:"+b.String(), plain)
			if err != nil {
				return err
			}
			if err := tx.InsertViewing(ctx, courtdb.InsertViewingParams{Court: court, ID: b, SlotID: slot, Person: sealed, BookedAt: tx.At}); err != nil {
				return err
			}
			_, err = s.Docket.Record(ctx, tx, docket.Event{Code: "viewing_confirmed", Case: s.caseID, Lot: id, Facts: map[string]any{"viewing": b.String(), "slot": slot.String()}})
			return err
		}))
		return b
	}
	book("周看样", "19900000011")
	sent := func(template string) int {
		return s.Rows(`SELECT count(*) FROM disclosed.outgoing WHERE template = $1 AND subject IS NOT NULL`, template)
	}
	if sent("viewing_confirmed_bidder") != 1 {
		t.Error("the booking was not confirmed")
	}
	if _, err := s.Lots.Visitors(ctx, s.aid, id, slot, "带看"); !problem.Is(err, problem.Forbidden) {
		t.Errorf("opened without the permission: %v", err)
	}
	if _, err := s.Lots.Visitors(ctx, s.judge, id, slot, " "); !problem.Is(err, problem.Invalid) {
		t.Errorf("opened without a reason: %v", err)
	}
	who, err := s.Lots.Visitors(ctx, s.judge, id, slot, "安排带看")
	s.must(err)
	if len(who) != 1 || who[0].Name != "周看样" || s.Rows(`SELECT count(*) FROM court.audit WHERE action = 'reveal:viewing' AND reason = '安排带看'`) != 1 {
		t.Errorf("visitors %v", who)
	}
	remind := func(want int) {
		t.Helper()
		n, err := s.Lots.Remind(ctx, court)
		if err != nil || n != want {
			t.Fatalf("reminded %d, %v", n, err)
		}
	}
	remind(0)
	s.Clock.Add(4*24*time.Hour + time.Minute)
	remind(1)
	remind(0)
	if sent("viewing_reminder") != 1 {
		t.Error("no reminder went out")
	}
	s.must(s.Lots.CancelSlot(ctx, s.aid, id, slot))
	if sent("viewing_cancelled_bidder") != 1 || s.Rows(`SELECT count(*) FROM disclosed.slot`) != 0 {
		t.Error("who booked does not know that nobody is there")
	}
	s.noBuyerOutside("周看样")
}

func TestPicturesAreCleanedAndFollow(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.announced("real_estate")
	var b bytes.Buffer
	s.must(png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))))
	s.refused(s.Lots.AddPicture(ctx, s.aid, id, "a.png", []byte("not a picture"), ""), "picture", "", "")
	s.must(s.Lots.AddPicture(ctx, s.aid, id, "a.png", b.Bytes(), "外观"))
	v, err := s.Lots.Show(ctx, s.aid, id)
	s.must(err)
	if len(v.Pictures) != 1 || s.Rows(`SELECT count(*) FROM disclosed.picture`) != 1 || len(s.body(id).Pictures) != 1 {
		t.Fatal("the picture is not outside")
	}
	s.must(s.Lots.RemovePicture(ctx, s.aid, id, v.Pictures[0].ID))
	if s.Rows(`SELECT count(*) FROM disclosed.picture`) != 0 {
		t.Error("a removed picture is still outside")
	}
}

func TestWhoSeesAndWorksOnLots(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.create("real_estate")
	s.must(s.Lots.PlanRound(ctx, s.assistant, id, s.plan(id, 60)))
	s.must(s.Lots.Prenotice(ctx, s.assistant, id))
	for _, stranger := range []staff.Actor{s.Person(court, "judge2", "enforcement_2", "judge"), s.Person("wugang", "judge", "enforcement_1", "judge"),
		s.Person(court, "it", "it_service", "it_service")} {
		if _, err := s.Lots.Show(ctx, stranger, id); !problem.Is(err, problem.NotFound) {
			t.Errorf("%v sees it: %v", stranger.Roles, err)
		}
		found, err := s.Lots.List(ctx, stranger, lot.Filter{})
		if err != nil || len(found.Rows) != 0 {
			t.Errorf("%v has it listed: %v", stranger.Roles, err)
		}
		if err := s.Lots.Withdraw(ctx, stranger, id, map[string]string{"reason": "x"}); err == nil {
			t.Errorf("%v withdrew it", stranger.Roles)
		}
	}
	v, err := s.Lots.Show(ctx, s.aid, id)
	s.must(err)
	for _, p := range v.Persons {
		if p.Name == "王小五" {
			t.Error("who sees no cases sees a person's name")
		}
	}
	found, err := s.Lots.List(ctx, s.aid, lot.Filter{Text: "2026琼02执1", State: lot.Prenotice, Kind: "real_estate"})
	if err != nil || len(found.Rows) != 1 {
		t.Errorf("found %v %v", found, err)
	}
	if _, err := s.Lots.Create(ctx, s.aid, s.caseID, basics("movable")); !problem.Is(err, problem.NotFound) {
		t.Errorf("who sees no case made a lot of it: %v", err)
	}
	if _, err := s.Docket.RecordByHand(ctx, s.judge, "lot_changed", s.caseID, map[string]string{"title": "x", "what": "x"}, "x"); !problem.Is(err, problem.Forbidden) {
		t.Errorf("a lot's event was recorded by hand: %v", err)
	}
}
