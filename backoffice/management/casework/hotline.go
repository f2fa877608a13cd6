package casework

import (
	"context"
	"encoding/json"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Hotline writes what the 12368 desk may tell each party, as a workbook: the rows that person sees
// in the portal, so that the telephone cannot know more. The export is audited.
func (r *Reads) Hotline(ctx context.Context, actor staff.Actor, w io.Writer) error {
	if err := actor.Require(rulebook.MayRelease); err != nil {
		return err
	}
	book := excelize.NewFile()
	defer book.Close()
	err := r.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if !tx.Book.Court.Has(rulebook.FeatureExport) {
			return problem.New(problem.NotFound, "hotline.off", "本院规则书没有启用12368导出。")
		}
		rows, err := tx.DisclosedForHotline(ctx, courtdb.DisclosedForHotlineParams{Court: tx.Court, Now: tx.At})
		if err != nil {
			return err
		}
		if err := hotlineSheet(book, tx, rows); err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "export:12368", Object: "export", Detail: map[string]any{"rows": len(rows)}})
	})
	if err != nil {
		return err
	}
	_, err = book.WriteTo(w)
	return err
}

func hotlineSheet(book *excelize.File, tx *storage.Tx, rows []courtdb.DisclosedForHotlineRow) error {
	const sheet = "可告知内容"
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	out, err := book.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	for i, width := range []float64{24, 12, 16, 12, 14, 60, 40} {
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	head := []any{"案号", "诉讼地位", "姓名或名称", "证件号后四位", "日期", "可以告知的内容", "救济途径"}
	if err := out.SetRow("A1", head); err != nil {
		return err
	}
	for i, row := range rows {
		id, err := open(tx, "id_no", row.PartyID, row.IDNo)
		if err != nil {
			return err
		}
		var body exchange.Item
		if err := json.Unmarshal(row.Body, &body); err != nil {
			return err
		}
		said := row.Title
		if body.Secret != "" { // shown only to the person who signed for it, never read out
			said = "有一项经准许查看的内容，请本人登录门户查看。"
		}
		cell, err := excelize.CoordinatesToCellName(1, i+2)
		if err != nil {
			return err
		}
		err = out.SetRow(cell, []any{row.Number, enforcement.Role(row.Role).Name(), row.Name, tail(id), calendar.On(row.At).String(), said, strings.Join(body.Remedies, "\n")})
		if err != nil {
			return err
		}
	}
	return out.Flush()
}

// tail is by what the operator knows the caller; the whole number stays in the house.
func tail(id string) string {
	if len(id) < 4 {
		return ""
	}
	return id[len(id)-4:]
}
