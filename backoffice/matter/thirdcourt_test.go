package matter_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/problem"
)

// A court that no line of Go knows: its book alone makes its processes run.
func newThird(t *testing.T) *bench {
	t.Parallel()
	h := backofficetest.New(t)
	h.PublishDir("../rulebook/testdata/thirdcourt/qingshi")
	return newBench(h, "qingshi", "（2026）京0199执1号", map[string]string{"judge": "enforcement_front", "judge_assistant": "enforcement_front", "clerk": "enforcement_front"})
}

func TestAThirdCourtGoesRoundItsTowns(t *testing.T) {
	w := newThird(t)
	w.Clock.Set(time.Date(2026, 3, 16, 8, 30, 0, 0, calendar.Shanghai)) // a Monday
	_, err := w.Matters.Calendar(ctx, w.court)
	w.must(err)
	id := w.run("circuit")
	plan := []string{"town", "石桥镇", "goes_on", "2026-03-18", "cases.0.case_no", "（2026）京0199执1号", "cases.0.aim", "清点", "people.0.name", "甲"}
	w.do("judge", id, "plan", plan...)
	w.not("不足两人", "judge", id, "depart")
	w.must(w.Matters.Return(ctx, w.as("judge"), id, "增加一人"))
	w.do("judge", id, "plan", append(plan, "people.1.name", "乙")...)
	w.do("judge", id, "depart")
	w.Clock.Set(time.Date(2026, 3, 20, 23, 0, 0, 0, calendar.Shanghai))
	if w.overdue("circuit.report") != 0 {
		t.Error("late on the second day already")
	}
	w.Clock.Set(time.Date(2026, 3, 21, 0, 1, 0, 0, calendar.Shanghai))
	if w.overdue("circuit.report") != 1 {
		t.Error("no result two days after the circuit, and nobody rang")
	}
	w.do("judge", id, "report", "settled", "1", "collected", "2000", "all_done", "yes")
	w.at(id, "done")
}

func TestAThirdCourtKeepsCattle(t *testing.T) {
	w := newThird(t)
	id := w.open("judge", "livestock", "kind", "cattle", "seized_on", "2026-03-10", "animals.0.tag", "N1", "animals.0.state", "良好")
	w.refused(w.Matters.Complete(ctx, w.as("livestock_keeper"), id, "inspect", answers("healthy", "yes")), problem.Invalid, "还缺“动物检疫证明”")
	w.do("livestock_keeper", id, "inspect", "healthy", "yes", "material.0.0", "paper")
	w.do("livestock_keeper", id, "keep", "keeper", "丙", "place", "县兽医站")
	w.Clock.Add(16 * 24 * time.Hour)
	_, err := w.Matters.Calendar(ctx, w.court)
	w.must(err)
	w.do("livestock_keeper", w.run("livestock_report"), "report", "heads", "1", "cost", "300")
	release := []string{"to_whom", "甲", "released_on", "2026-03-27", "material.1.0", "paper"}
	w.not("饲养费用没有结清", "livestock_keeper", id, "release", append(release, "fee_paid", "no")...)
	w.do("livestock_keeper", id, "release", append(release, "fee_paid", "yes")...)
	w.at(id, "done")
	w.Clock.Add(40 * 24 * time.Hour)
	_, err = w.Matters.Calendar(ctx, w.court)
	w.must(err)
	if n := w.Rows(`SELECT count(*) FROM court.matter WHERE court = 'qingshi' AND process = 'livestock_report'`); n != 1 {
		t.Errorf("%d reports on cattle that went home", n)
	}
	sale := w.open("judge", "livestock_sale", "reason", "unfit", "text", "不宜久养")
	w.do("centre_director", sale, "approve", "approve_decision", "agree")
	w.not("没有在保管的活畜", "judge", sale, "sell", "price", "3000", "sold_on", "2026-05-06")
	if w.look(sale, w.as("judge")).Serial != "HXBM-2026-0001" || id == uuid.Nil {
		t.Error("no number of its own")
	}
}
