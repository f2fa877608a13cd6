package desk_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/rulebook"
)

// holidayEve is the Thursday before the Spring Festival of 2026: the 14th is worked, the 15th to the 23rd are off, the 28th is worked.
var holidayEve = time.Date(2026, 2, 12, 10, 0, 0, 0, calendar.Shanghai)

// numbers are all numeric deadlines of the two documents. A rule is a deadline of the book or PROCESS.STEP; starts is the event, or
// what the step counts from; a due day that is filled in has no length and no due.
var numbers = []struct {
	clause, court, rule string
	length              rulebook.Length
	starts, stops       string
	escalate            string
	due                 string
}{
	{"S-5.3.1①", "sanya", "online_inquiry_24h", rulebook.Length{Hours: 24}, "case_file_received", "online_inquiry_started", "case_quality_officer", "2026-02-13 11:00"},
	{"S-5.3.1①", "sanya", "provincial_inquiry_24h", rulebook.Length{Hours: 24}, "case_file_received", "online_inquiry_started", "case_quality_officer", "2026-02-13 11:00"},
	{"S-5.3.1②", "sanya", "national_feedback.print", rulebook.Length{Hours: 24}, "opened", "", "case_quality_officer", "2026-02-13 11:00"},
	{"S-5.3.1②", "sanya", "provincial_feedback.print", rulebook.Length{Hours: 24}, "opened", "", "case_quality_officer", "2026-02-13 11:00"},
	{"S-3.4.1d", "sanya", "entrust_out.send", rulebook.Length{Workdays: 1}, "", "", "centre_director", "2026-02-13"},
	{"S-3.4.2①b", "sanya", "entrusted_in.transfer", rulebook.Length{Workdays: 1}, "received_on", "", "centre_director", "2026-02-13"},
	{"S-3.4.2②a", "sanya", "entrusted_in.reply", rulebook.Length{Workdays: 1}, "", "", "centre_director", "2026-02-13"},
	{"S-3.4.2②b", "sanya", "entrusted_in.reply.online_reply", rulebook.Length{Workdays: 1}, "", "", "centre_director", "2026-02-13"},
	{"S-4.6.2", "sanya", "dishonest_change.verify", rulebook.Length{Workdays: 1}, "", "", "centre_director", "2026-02-13"},
	{"S-4.6.2", "sanya", "dishonest_change.publish", rulebook.Length{Workdays: 1}, "opened", "", "centre_director", "2026-02-13"},
	{"S-4.6.2", "sanya", "dishonest_change.revoke", rulebook.Length{Workdays: 1}, "opened", "", "centre_director", "2026-02-13"},
	{"S-4.6.2", "sanya", "dishonest_change.correct", rulebook.Length{Workdays: 1}, "opened", "", "centre_director", "2026-02-13"},
	{"S-4.6.2", "sanya", "dishonest_change.delete", rulebook.Length{Workdays: 1}, "opened", "", "centre_director", "2026-02-13"},
	{"S-5.3.2②", "sanya", "asset_treatment.entrust", rulebook.Length{Workdays: 3}, "found_on", "", "case_quality_officer", "2026-02-24"},
	{"S-5.4.4①b", "sanya", "auction_notice.draft", rulebook.Length{Workdays: 3}, "", "", "judge", "2026-02-24"},
	{"S-5.4.4①d", "sanya", "auction_notice.serve", rulebook.Length{Workdays: 3}, "published_on", "", "judge", "2026-02-24"},
	{"S-5.4.4④a", "sanya", "sale.tell", rulebook.Length{}, "until paid_on", "", "judge", ""},
	{"S-5.4.4④b", "sanya", "sale.ruling", rulebook.Length{Workdays: 3}, "", "", "case_quality_officer", "2026-02-24"},
	{"S-5.2.0b", "sanya", "form_documents_acceptance", rulebook.Length{Workdays: 5}, "case_filed", "acceptance_notice_issued", "case_quality_officer", "2026-02-26"},
	{"S-5.2.0b", "sanya", "form_documents_notice", rulebook.Length{Workdays: 5}, "case_filed", "enforcement_notice_issued", "case_quality_officer", "2026-02-26"},
	{"S-5.2.0b", "sanya", "other_documents.send", rulebook.Length{Workdays: 5}, "filed_on", "", "case_quality_officer", "2026-02-26"},
	{"S-5.2.0b", "sanya", "other_documents.restrict", rulebook.Length{Workdays: 5}, "filed_on", "", "case_quality_officer", "2026-02-26"},
	{"S-5.5.1.9", "sanya", "field_service.serve", rulebook.Length{Workdays: 5}, "", "", "centre_director", "2026-02-26"},
	{"S-5.5.3.9", "sanya", "entrusted_in.do", rulebook.Length{Workdays: 5}, "", "", "centre_director", "2026-02-26"},
	{"S-5.5.4.9", "sanya", "coercive_support.carry_out", rulebook.Length{Workdays: 5}, "", "", "judge", "2026-02-26"},
	{"S-4.1.1①", "sanya", "enforcement_notice", rulebook.Length{Workdays: 10}, "case_filed", "enforcement_notice_issued", "case_quality_officer", "2026-03-04"},
	{"S-4.1.1②a", "sanya", "online_inquiry_start", rulebook.Length{Workdays: 10}, "case_filed", "online_inquiry_started", "case_quality_officer", "2026-03-04"},
	{"S-4.1.1②a", "sanya", "provincial_inquiry_start", rulebook.Length{Workdays: 10}, "case_filed", "online_inquiry_started", "case_quality_officer", "2026-03-04"},
	{"S-4.1.1③a", "sanya", "traditional_investigation_start", rulebook.Length{Workdays: 10}, "case_filed", "traditional_investigation_started", "case_quality_officer", "2026-03-04"},
	{"S-4.1.1②b", "sanya", "online_inquiry_complete", rulebook.Length{Days: 30}, "case_filed", "online_inquiry_completed", "case_quality_officer", "2026-03-16"},
	{"S-4.1.1③b", "sanya", "traditional_investigation_register", rulebook.Length{Days: 30}, "case_filed", "traditional_investigation_registered", "case_quality_officer", "2026-03-16"},
	{"S-4.3.2②e", "sanya", "funds_payout", rulebook.Length{Days: 30}, "funds_received", "funds_paid funds_deferred", "centre_director", "2026-03-16"},
	{"S-4.3.2④d", "sanya", "undisbursed_urge", rulebook.Length{Days: 20}, "funds_received", "funds_paid", "judge", "2026-03-04"},
	{"S-4.3.2④b", "sanya", "undisbursed_track", rulebook.Length{Months: 1}, "funds_received", "funds_paid", "centre_director", "2026-03-12"},
	{"S-4.2.1⑥", "sanya", "simple_close", rulebook.Length{Months: 3}, "triage.decide", "case_closed", "", "2026-05-12"},
	{"S-3.3.2①", "sanya", "platform_check.check", rulebook.Length{}, "by 18:00", "", "leader_on_duty", "2026-02-12 18:00"},
	{"S-3.3.2②", "sanya", "platform_check.check.notices", rulebook.Length{}, "by 18:00", "", "duty_officer", "2026-02-12 18:00"},
	{"S-3.3.2③", "sanya", "platform_check.check.orders", rulebook.Length{}, "by 18:00", "", "leader_on_duty", "2026-02-12 18:00"},
	{"S-3.3.2④", "sanya", "platform_check.check.entrusted", rulebook.Length{}, "by 18:00", "", "leader_on_duty", "2026-02-12 18:00"},
	{"S-3.3.2⑤", "sanya", "platform_check.check.petitions", rulebook.Length{}, "by 18:00", "", "leader_on_duty", "2026-02-12 18:00"},
	{"S-3.3.2⑥", "sanya", "platform_check.check.opinions", rulebook.Length{}, "by 18:00", "", "leader_on_duty", "2026-02-12 18:00"},
	{"S-3.3.2⑦", "sanya", "platform_check.check.changes", rulebook.Length{}, "by 18:00", "", "leader_on_duty", "2026-02-12 18:00"},
	{"W-10a", "wugang", "opinion_daily.register", rulebook.Length{}, "by 24:00", "", "centre_director", "2026-02-12 23:59"},
	{"W-18b", "wugang", "quality_daily.nodes", rulebook.Length{}, "by 24:00", "", "centre_director", "2026-02-12 23:59"},
	{"W-18e", "wugang", "quality_daily.indicators", rulebook.Length{}, "by 24:00", "", "centre_director", "2026-02-12 23:59"},
	{"S-3.1.1f", "sanya", "standby.call_out", rulebook.Length{}, "until ends_at", "", "leader_on_duty", ""},
	{"W-30a", "wugang", "duty_shift.arrange", rulebook.Length{Minutes: 30}, "opened", "", "centre_director", "2026-02-12 10:30"},
}

// daily is what the documents ask for every day.
var daily = map[string]string{"sanya platform_check": "08:30", "wugang opinion_daily": "00:00", "wugang quality_daily": "00:00", "wugang duty_shift": "08:00", "wugang shift_handover": "08:00"}

// TestNumericDeadlines holds both books to every number of the two documents: its length, where it starts and stops, whom it reaches
// when it is over, the day it is due around a holiday; then drives each through the desk, on time and late.
func TestNumericDeadlines(t *testing.T) {
	walkers := map[string]*walker{}
	for _, court := range []string{"sanya", "wugang"} {
		w := newWalker(t, court, nil)
		walkers[court] = w
		w.Clock.Set(holidayEve)
	}
	for _, n := range numbers { // while the clock stands
		t.Run(n.clause+" "+n.rule, func(t *testing.T) {
			w := walkers[n.court]
			w.t, w.T = t, t
			length, starts, stops, escalate := w.declared(n.rule)
			if length != n.length || starts != n.starts || stops != n.stops || escalate != n.escalate {
				t.Errorf("%+v from %q to %q, then %q", length, starts, stops, escalate)
			}
			if n.due == "" {
				return
			}
			days, err := w.Store.Calendar(context.Background())
			w.must(err, "calendar")
			due := days.Due(length.Rule(), holidayEve)
			if hour, ok := strings.CutPrefix(starts, "by "); ok {
				due.At = rulebook.HourOf(calendar.On(holidayEve), hour)
			}
			if d, ok := w.book.Deadline(n.rule); ok { // a real one
				w.newCase()
				w.given("deadline:" + d.ID)
				w.must(w.record(d.Start, 0), d.Start)
				if row, _ := w.clockOf(d.ID); !row.DueAt.Equal(due.At) {
					t.Errorf("runs until %s", row.DueAt.In(calendar.Shanghai))
				}
			}
			if got := due.At.In(calendar.Shanghai).Format("2006-01-02 15:04"); !strings.HasPrefix(got, n.due) {
				t.Errorf("due %s, not %s", got, n.due)
			}
		})
	}
	for key, at := range daily {
		court, process, _ := strings.Cut(key, " ")
		if p, _ := walkers[court].book.Process(process); p.Opens.Every == nil || p.Opens.Every.Each != "day" || p.Opens.Every.At != at {
			t.Errorf("%s is not opened daily at %s", key, at)
		}
	}
	for _, n := range numbers {
		t.Run("driven "+n.clause+" "+n.rule, func(t *testing.T) {
			w := walkers[n.court]
			if d, ok := w.book.Deadline(n.rule); ok {
				w.clocks(t, *d)
				return
			}
			w.t, w.T = t, t
			part := strings.Split(n.rule, ".")
			p, _ := w.book.Process(part[0])
			step, _ := p.Step(part[1])
			both := func() bool { return w.seen[n.rule+"+met"] && w.seen[n.rule+"+late"] }
			if !both() {
				w.process(t, p)
			}
			for _, values := range w.guesses(p, step) { // late on its own branch
				if !both() {
					w.run(p, set{Values: values}, true)
				}
			}
			if !both() {
				t.Errorf("met %v, late %v", w.seen[n.rule+"+met"], w.seen[n.rule+"+late"])
			}
		})
	}
	t.Run("S-5.5.4.9 from the second workday", func(t *testing.T) {
		if l := walkers["sanya"].within("coercive_support.carry_out"); l.Workdays-l.Warn.Workdays != 2 {
			t.Errorf("warned after %d workdays", l.Workdays-l.Warn.Workdays)
		}
	})
	t.Run("S-4.1.1②c S-4.4.1②a", func(t *testing.T) { walkers["sanya"].freshInquiry(t) })
}

// within is the clock of a step, or one that runs beside it.
func (w *walker) within(rule string) *rulebook.Within {
	part := strings.Split(rule, ".")
	p, _ := w.book.Process(part[0])
	s, _ := p.Step(part[1])
	if len(part) == 2 {
		return s.Within
	}
	return &s.Also[slices.IndexFunc(s.Also, func(also rulebook.Within) bool { return also.ID == part[2] })]
}

func (w *walker) declared(rule string) (length rulebook.Length, starts, stops, escalate string) {
	if d, ok := w.book.Deadline(rule); ok {
		return d.Length, d.Start, strings.Join(d.Stop, " "), d.Escalate
	}
	l := w.within(rule)
	switch starts = l.Of; {
	case l.Until != "":
		starts = "until " + l.Until
	case l.By != "":
		starts = "by " + l.By
	}
	return l.Length, starts, "", l.Escalate
}

func (w *walker) gateOf(id string) (rulebook.Gate, bool) {
	i := slices.IndexFunc(w.book.Gates, func(g rulebook.Gate) bool { return g.ID == id })
	if i < 0 {
		return rulebook.Gate{}, false
	}
	return w.book.Gates[i], true
}

// freshInquiry: an inquiry of exactly three months ago still serves a termination, one of a day more does not.
func (w *walker) freshInquiry(t *testing.T) {
	w.t, w.T = t, t
	e, _ := w.book.Event("termination_ruled")
	gate, _ := w.gateOf("termination_fresh_inquiry")
	for _, late := range []bool{false, true} {
		w.newCase()
		w.rest()
		w.given("gate:" + gate.ID)
		for _, g := range w.book.GatesOn(e.ID) {
			w.standBut(g.When+" "+g.That, gate.That)
		}
		now := w.Clock.Now()
		day := calendar.On(now).AddMonths(-3).Add(map[bool]int{true: -1}[late])
		w.must(w.record("online_inquiry_returned", now.Sub(day.Time().Add(12*time.Hour))), "inquiry")
		b := w.door(w.who(w.recorder(e), w.team()))
		path := "/cases/" + w.caseID.String() + "/record/" + e.ID
		page := b.Get(path)
		form := url.Values{"_submission": {page.Field("_submission")}}
		for k, v := range w.fill(e.Form, &page) {
			form.Set(k, v)
		}
		if r := b.Post(path, form); (r.Status == 303) == late {
			t.Errorf("an inquiry of %s, ruled on %s: %d %s", day, calendar.On(now), r.Status, r.Text())
		}
	}
}

// side is what one book says of a topic on which the two differ; each step that it names is done at the desk.
type side struct {
	step    string   // PROCESS.STEP
	by      []string // who does it
	opens   []string // who opens its process at the desk
	event   string   // what opens it
	approve bool
	receipt string
	gate    string // stands before an act
	absent  string // a process that this book must not have
}

// differences are the topics of the table that sets the two documents side by side.
var differences = []struct {
	topic  string
	sanya  []side
	wugang []side
}{
	{"S-3.1 W-30 duty", []side{{step: "standby.call_out", by: []string{"duty_officer", "leader_on_duty"}}, {absent: "duty_shift"}},
		[]side{{step: "duty_shift.arrange", by: []string{"duty_officer", "leader_on_duty", "centre_director"}}, {gate: "dual_duty"}, {absent: "standby"}}},
	{"S-3.2.0 W-19b who commands an action", []side{{step: "action.carry_out", by: []string{"judge"}, opens: []string{"judge"}}},
		[]side{{step: "command_action.command", by: []string{"court_leader", "centre_director"}}, {step: "command_action.decide", by: []string{"court_leader", "centre_director"}, approve: true}}},
	{"S-5.2 W-6a form documents", []side{{step: "acceptance_documents.make", by: []string{"registrar", "filing"}}, {step: "debtor_documents.make", by: []string{"clerk", "judge_assistant"}}},
		[]side{{step: "form_documents.make", by: []string{"service"}, event: "case_filed"}}},
	{"S-5.2.3d W-6b service fails", []side{{step: "debtor_documents.to_field", by: []string{"clerk", "judge_assistant"}}},
		[]side{{step: "form_documents.hand_over_failed", by: []string{"service"}, receipt: "judge_assistant"}}},
	{"S-5.3.1① W-16b first online inquiry", nil, []side{{step: "preservation.inquire", by: []string{"filing"}, event: "case_filed"}}},
	{"S-5.5.2③ W-16 preservation", []side{{step: "preservation.execute", by: []string{"field"}}, {step: "preservation.hand_over", by: []string{"field"}, receipt: "judge_assistant"}},
		[]side{{step: "preservation.carry_out", by: []string{"preservation"}}, {step: "preservation.hand_over", by: []string{"filing"}, receipt: "preservation"}}},
	{"S-3.4.1d W-7b entrusted matter letter", []side{{step: "entrust_out.send", by: []string{"collaboration"}}},
		[]side{{step: "entrust_out.hand_over", by: []string{"judge", "judge_assistant", "clerk"}, receipt: "collaboration"}, {step: "entrusted_in.send_back", by: []string{"collaboration"}}}},
	{"S-4.2 W-12 triage", []side{{step: "triage.decide", by: []string{"filing"}}, {gate: "triage_small"}, {gate: "triage_supervised"}},
		[]side{{step: "triage.assess", by: []string{"triage_officer"}}}},
	{"S-4.1.1⑤ W-17 closure review", []side{{step: "closure_review.review", by: []string{"judge_assistant"}, approve: true}, {gate: "closing_amounts"}, {absent: "closure_substance"}},
		[]side{{step: "closure_substance.check", by: []string{"closure_reviewer"}, approve: true}, {step: "closure_procedure.check", by: []string{"trial_management"}, approve: true}, {gate: "closure_both"}}},
	{"S-4.4 W-14 terminated cases", []side{{step: "control_renewal.*"}, {step: "participation.*"}, {absent: "lead_list"}},
		[]side{{step: "lead_list.check", by: []string{"terminated_manager"}}, {gate: "lead_list_whole"}, {step: "terminated_reception.hear", by: []string{"terminated_manager"}}, {step: "resumption_filing.file", by: []string{"filing"}}}},
	{"S-4.3 W-15 funds", []side{{step: "payout.first_review", by: []string{"fund_manager"}, approve: true}, {step: "payout.approve", by: []string{"centre_director", "deputy_commander"}, approve: true}, {step: "payout.pay", by: []string{"finance"}}, {absent: "goods"}},
		[]side{{step: "fund_anomaly.report", by: []string{"fund_manager", "node_supervisor", "quality_officer"}, receipt: "centre_director"}, {step: "goods.store", by: []string{"fund_manager"}}}},
	{"S-4.6 dishonest debtors", []side{{step: "dishonest_change.verify", by: []string{"dishonest_entry"}, approve: true}, {step: "dishonest_change.push", by: []string{"dishonest_entry"}}}, []side{{absent: "dishonest_change"}}},
	{"S-4.5 petitions and relief", []side{{step: "petition.*"}, {step: "relief.*"}}, []side{{absent: "petition"}, {absent: "relief"}}},
	{"S-4.7.1 W-11d disclosure content", []side{{absent: "media_view"}}, []side{{step: "media_view.decide", by: []string{"judge"}}}},
	{"S-5.4 W-9 auction", []side{{step: "survey.*"}, {step: "auction_notice.draft", by: []string{"disposal"}}, {step: "tax.*"}},
		[]side{{step: "auction_aid.accept", by: []string{"auction_aid"}, opens: []string{"judge", "judge_assistant"}}, {step: "auction_supervision.check", by: []string{"supervision", "auction_aid", "quality_officer"}}}},
	{"S-3.6 W-10 public opinion", []side{{step: "opinion.report", by: []string{"opinion_manager", "platform_supervisor"}, receipt: "centre_director"}, {step: "opinion.triple", by: []string{"opinion_manager"}}, {absent: "opinion_daily"}},
		[]side{{step: "opinion_daily.register", by: []string{"opinion", "duty_officer"}}, {step: "opinion.sign", by: []string{"centre_director"}, approve: true}}},
	{"W-21b cross-province action", []side{{absent: "report_chain"}}, []side{{step: "report_chain.high_court", by: []string{"centre_director", "leader_on_duty"}}, {gate: "cross_province"}, {gate: "approval_obtained"}}},
	{"S-3.3.1b W-24a W-18e indicators", []side{{step: "assessment_circular.*"}}, []side{{step: "quality_daily.indicators", by: []string{"quality_officer"}}, {step: "indicator_report.fill", by: []string{"quality_officer"}}}},
	{"S-5.1 W-5 service window", []side{{step: "reception.*"}}, []side{{step: "window_visit.check", by: []string{"window"}}, {absent: "reception"}}},
}

// TestBooksDiffer holds the two books to what sets the two courts apart, and does what they say at the desk.
func TestBooksDiffer(t *testing.T) {
	sanya, wugang := newWalker(t, "sanya", nil), newWalker(t, "wugang", nil)
	for _, d := range differences {
		t.Run(d.topic, func(t *testing.T) {
			for _, s := range d.sanya {
				sanya.holds(t, s)
			}
			for _, s := range d.wugang {
				wugang.holds(t, s)
			}
		})
	}
	t.Run("W-8c W-10a W-18b numeric deadlines", func(t *testing.T) { // Wugang's document knows the day, the day and night, and terms that are set
		for _, p := range wugang.book.Processes {
			for _, s := range p.Steps {
				for _, l := range slices.Concat(s.Limits, s.Also) {
					own(t, p.ID+"."+s.ID, l.Length, l.Source)
				}
				if s.Within != nil {
					own(t, p.ID+"."+s.ID, s.Within.Length, s.Within.Source)
				}
			}
		}
		for _, d := range wugang.book.Deadlines {
			own(t, d.ID, d.Length, d.Source)
		}
	})
	t.Run("S-4.2.1 W-12a rules and factors", func(t *testing.T) {
		rules := func(w *walker) int {
			return len(w.book.GatesOn("triage.decide")) + len(w.book.GatesOn("triage.assess"))
		}
		if rules(sanya) != 8 || rules(wugang) != 0 { // the sixth simple kind is the judgement of whoever decides
			t.Errorf("%d rules in Sanya, %d in Wugang", rules(sanya), rules(wugang))
		}
	})
	t.Run("S-5.3.1① in 24 hours", func(t *testing.T) {
		if d, ok := sanya.book.Deadline("online_inquiry_24h"); !ok || d.Owner != "inquiry" {
			t.Error("not the inquiry group's in Sanya")
		}
		if _, ok := wugang.book.Deadline("online_inquiry_24h"); ok {
			t.Error("Wugang has no such number")
		}
	})
	t.Run("S-4.7 W-11a disclosure channels", func(t *testing.T) {
		pages := func(w *walker, page string) bool {
			return slices.ContainsFunc(w.book.Court.Pages, func(p rulebook.Page) bool { return p.ID == page })
		}
		if !sanya.book.Court.Has("feed") || wugang.book.Court.Has("feed") || sanya.book.Court.Has("export_12368") || !wugang.book.Court.Has("export_12368") {
			t.Error("a feed for the site of Sanya, an export for 12368 of Wugang")
		}
		if !pages(sanya, "dishonest") || pages(wugang, "dishonest") || !pages(wugang, "messages") {
			t.Error("public pages")
		}
		if p, ok := sanya.book.Process("live_broadcast"); !ok {
			t.Error("no live broadcast in Sanya")
		} else {
			sanya.process(t, p)
		}
		if _, ok := wugang.book.Process("live_broadcast"); ok {
			t.Error("Wugang broadcasts nothing")
		}
	})
	t.Run("S-4.3.1a W-15a account term", func(t *testing.T) {
		for w, want := range map[*walker]string{sanya: "一案一账号", wugang: "一案一账户"} {
			if got := w.book.Court.Terms["case_account"]; got != want {
				t.Errorf("%s says %s", w.book.Court.ID, got)
			}
			if p, _ := w.book.Process("case_account"); !strings.Contains(p.Name, want) {
				t.Errorf("%s calls it %s", w.book.Court.ID, p.Name)
			}
		}
	})
}

// own: but for a day and night, no length is a clause's of Wugang's.
func own(t *testing.T, rule string, l rulebook.Length, source string) {
	t.Helper()
	if !l.IsZero() && l.Minutes != 24*60 && strings.HasPrefix(source, "W-") {
		t.Errorf("%s: %+v after %s", rule, l, source)
	}
}

// holds: the book says so, and it was done.
func (w *walker) holds(t *testing.T, s side) {
	t.Helper()
	w.t, w.T = t, t
	if s.absent != "" {
		if _, ok := w.book.Process(s.absent); ok {
			t.Errorf("%s has %s", w.book.Court.ID, s.absent)
		}
		return
	}
	if s.gate != "" {
		g, ok := w.gateOf(s.gate)
		if !ok {
			t.Errorf("%s has no gate %s", w.book.Court.ID, s.gate)
		} else if !w.gates[g.ID] {
			w.gate(t, g)
		}
		return
	}
	id, step, _ := strings.Cut(s.step, ".")
	p, ok := w.book.Process(id)
	if !ok {
		t.Fatalf("%s has no %s", w.book.Court.ID, id)
	}
	if beside(w.book, id) && len(p.Opens.Staff) == 0 {
		for i := range w.book.Processes { // it runs inside another
			if other := &w.book.Processes[i]; slices.ContainsFunc(other.Steps, func(s rulebook.Step) bool { return slices.Contains(s.Parallel, id) }) && !w.driven["process "+id] {
				w.process(t, other)
			}
		}
	} else if !w.driven["process "+id] {
		w.process(t, p)
	}
	if step == "*" {
		return
	}
	of, ok := p.Step(step)
	switch {
	case !ok:
		t.Errorf("%s has no %s", w.book.Court.ID, s.step)
	case !slices.Equal(of.By, s.by) || of.Approve != s.approve || of.Receipt != s.receipt:
		t.Errorf("%s: by %v, approval %v, receipt by %q", s.step, of.By, of.Approve, of.Receipt)
	case s.opens != nil && !slices.Equal(p.Opens.Staff, s.opens), s.event != "" && p.Opens.Event != s.event:
		t.Errorf("%s is opened by %v, %s", id, p.Opens.Staff, p.Opens.Event)
	case !w.seen[s.step]:
		t.Errorf("%s was never done", s.step)
	}
}
