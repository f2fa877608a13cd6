package board

import (
	"context"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
)

// Export writes a board as a workbook, one block a tile. The export is audited.
func (d *Desk) Export(ctx context.Context, actor staff.Actor, id string, w io.Writer) (*View, error) {
	v, err := d.Show(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	book := excelize.NewFile()
	defer book.Close()
	if err := v.sheet(book); err != nil {
		return nil, err
	}
	err = d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		return docket.Audit(ctx, tx, docket.Trace{Action: "board:exported", Object: "board", Detail: map[string]any{"board": id}})
	})
	if err != nil {
		return nil, err
	}
	_, err = book.WriteTo(w)
	return v, err
}

func (v *View) sheet(book *excelize.File) error {
	const sheet = "看板"
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	if err := book.SetColWidth(sheet, "A", "A", 28); err != nil {
		return err
	}
	if err := book.SetColWidth(sheet, "B", "J", 16); err != nil {
		return err
	}
	at := 0
	row := func(heavy bool, cells ...any) error {
		at++
		cell := fmt.Sprintf("A%d", at)
		if heavy {
			if err := book.SetRowStyle(sheet, at, at, bold); err != nil {
				return err
			}
		}
		return book.SetSheetRow(sheet, cell, &cells)
	}
	if err := row(true, v.Board.Name, v.Reach, "截至 "+v.At.In(calendar.Shanghai).Format("2006-01-02 15:04")); err != nil {
		return err
	}
	for _, t := range v.Tiles {
		if t.Hidden {
			continue
		}
		if err := t.block(row); err != nil {
			return err
		}
	}
	return nil
}

// block writes a tile: its name, the headings, a row a group, the sum.
func (t Tile) block(row func(heavy bool, cells ...any) error) error {
	if err := row(false); err != nil {
		return err
	}
	if err := row(true, t.Name, t.Days()); err != nil {
		return err
	}
	heads := []any{""}
	for _, c := range t.Columns() {
		heads = append(heads, t.CountName(c))
	}
	if t.Rate != nil {
		heads = append(heads, t.RateName(), t.CountName(t.Rate.Above), t.CountName(t.Rate.Below))
	}
	if err := row(true, heads...); err != nil {
		return err
	}
	rows := t.Rows
	if t.By != "" && len(rows) > 1 {
		sum := t.Sum
		sum.Name = "合计"
		rows = append(rows[:len(rows):len(rows)], sum)
	}
	for _, r := range rows {
		if err := row(false, t.cells(r)...); err != nil {
			return err
		}
	}
	return nil
}

func (t Tile) cells(r Row) []any {
	value := func(c string) any {
		if Money(c) {
			return float64(r.Counts[c]) / 100
		}
		return r.Counts[c]
	}
	out := []any{r.Name}
	for _, c := range t.Columns() {
		out = append(out, value(c))
	}
	if t.Rate != nil {
		share := any("—")
		if tenths, ok := t.Share(r); ok {
			share = fmt.Sprintf("%d.%d%%", tenths/10, tenths%10)
		}
		out = append(out, share, value(t.Rate.Above), value(t.Rate.Below))
	}
	return out
}

// RateName is a rate's heading.
func (t Tile) RateName() string {
	if t.By == "" {
		return t.Name
	}
	return t.CountName(t.Rate.Above) + "率"
}

// Days is the span of a tile in words.
func (t Tile) Days() string {
	switch t.Span {
	case "", "all":
		return "全部"
	case "today":
		return t.From.String()
	}
	return t.From.String() + " 至 " + t.Until.Add(-1).String()
}
