package casework_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/xuri/excelize/v2"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

func TestTheHotlineKnowsWhatThePortalShowsAndNoMore(t *testing.T) {
	t.Parallel()
	h, ctx := backofficetest.New(t), context.Background()
	reads := casework.New(h.Store, h.Docket)
	rows := func(court, number string) (int, error) {
		leader := h.Person(court, "director1", "", "centre_director")
		caseID, ids := h.Case(court, number, "enforcement_1", leader.ID, backofficetest.Party{Role: "applicant", Name: "张三丰", ID: "460200199001010014"},
			backofficetest.Party{Role: "debtor", Name: "李四光", ID: "41048119850615123X"})
		effect := h.Clock.Now()
		err := h.Store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
			_, err := h.Docket.Record(ctx, tx, docket.Event{Code: "asset_frozen", Case: caseID, Party: ids[1], Effect: &effect, SourceKey: "f",
				Facts: map[string]any{"debtor": ids[1].String(), "class": "deposit", "expires_on": "2027-03-01", "document_no": "一"}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := reads.Hotline(ctx, leader, &out); err != nil {
			return 0, err
		}
		book, err := excelize.OpenReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		list, err := book.GetRows("可告知内容")
		if err != nil || len(list) != 2 || list[1][2] != "张三丰" || list[1][3] != "0014" || list[1][0] != number {
			t.Fatalf("%v %v", list, err)
		}
		return len(list) - 1, nil
	}
	if n, err := rows("wugang", "（2026）豫0481执1号"); n != 1 || err != nil {
		t.Fatalf("%d rows: what the debtor may not know yet is there, or the applicant's is not: %v", n, err)
	}
	if _, err := rows("sanya", "（2026）琼02执1号"); !problem.Is(err, problem.NotFound) {
		t.Fatalf("a court that has not switched it on: %v", err)
	}
}
