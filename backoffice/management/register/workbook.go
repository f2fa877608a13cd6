package register

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
)

// longest is how many rows a workbook or a printed register takes.
const longest = 20000

// Export writes the register, with the same filter, as a workbook: every field the forms declare. The export is audited.
func (d *Desk) Export(ctx context.Context, actor staff.Actor, process string, q Query, say func(casework.Fact) string, w io.Writer) error {
	book := excelize.NewFile()
	defer book.Close()
	err := d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		list, err := begin(ctx, tx, process, true)
		if err != nil {
			return err
		}
		rows, err := list.read(ctx, tx, q, list.Columns, 0, longest+1)
		if err != nil {
			return err
		}
		if len(rows) > longest {
			return problem.New(problem.Refused, "register.too_long", "符合条件的超过两万条，请缩小开始日期的范围再导出。")
		}
		if err := list.sheet(book, rows, say); err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "register:exported", Object: "process", Detail: map[string]any{"process": process, "rows": len(rows), "query": q.Values().Encode()}})
	})
	if err != nil {
		return err
	}
	_, err = book.WriteTo(w)
	return err
}

// Whole reads the register without pages, for a printed form, and says whether it was cut off.
func (d *Desk) Whole(ctx context.Context, actor staff.Actor, process string, q Query, most int) (out *List, err error) {
	err = d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if out, err = begin(ctx, tx, process, false); err != nil {
			return err
		}
		if out.Rows, err = out.read(ctx, tx, q, out.Columns, 0, most+1); err != nil {
			return err
		}
		if out.More = len(out.Rows) > most; out.More {
			out.Rows = out.Rows[:most]
		}
		return nil
	})
	return out, err
}

func (l *List) sheet(book *excelize.File, rows []Line, say func(casework.Fact) string) error {
	name := sheetName(l.Process.Name)
	if err := book.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	head, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}})
	if err != nil {
		return err
	}
	money, err := book.NewStyle(&excelize.Style{NumFmt: 4})
	if err != nil {
		return err
	}
	out, err := book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	titles := []any{"编号", "案号或线索编号", "开始日期", "启动人", "进展", "办结日期", "团队", "办理人", "到期日", "有无逾期"}
	for _, f := range l.Columns {
		titles = append(titles, f.Label+map[string]string{"money": "（元）"}[f.Type])
	}
	if err := out.SetColWidth(1, len(titles), 16); err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	cells := make([]any, len(titles))
	for i, t := range titles {
		cells[i] = excelize.Cell{StyleID: head, Value: t}
	}
	if err := out.SetRow("A1", cells); err != nil {
		return err
	}
	for i, r := range rows {
		at, err := excelize.CoordinatesToCellName(1, i+2)
		if err != nil {
			return err
		}
		if err := out.SetRow(at, l.cells(r, money, say)); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (l *List) cells(r Line, money int, say func(casework.Fact) string) []any {
	about, closed, due, progress, late := r.CaseNumber, "", "", r.StateName(), "无"
	if r.Ticket != "" {
		about = r.Ticket
	}
	if r.Closed != nil {
		closed = Day(*r.Closed)
	}
	if r.Step != "" {
		progress = r.Step
	}
	if r.Due != nil {
		due = Day(r.Due.At)
	}
	if r.Late {
		late = "有"
	}
	out := []any{r.Serial, about, Day(r.Opened), r.Opener, progress, closed, r.Team, r.Holder, due, late}
	for _, f := range l.Columns {
		fact, ok := r.Fact(f.ID)
		fen, whole := fact.Value.(int64)
		switch {
		case !ok:
			out = append(out, nil)
		case f.Type == "money" && whole:
			out = append(out, excelize.Cell{StyleID: money, Value: float64(fen) / 100})
		default:
			out = append(out, say(fact))
		}
	}
	return out
}

// sheetName is a name as a sheet of a workbook may carry it.
func sheetName(s string) string {
	out := []rune(strings.NewReplacer(":", "", "\\", "", "/", "", "?", "", "*", "", "[", "", "]", "").Replace(s))
	return string(out[:min(len(out), 31)])
}

// importable are the inputs that a cell of a workbook can hold.
var importable = []string{"text", "long", "choice", "money", "date", "datetime", "yesno", "number", "phone", "case", "person", "court", "staff", "team"}

// Simple reports whether the opening form of a process can be filled in as a row of a workbook.
func Simple(p *rulebook.Process) bool {
	fields := opening(p)
	return len(p.Opens.Staff) > 0 && len(fields) > 0 && (p.On == "none" || p.On == "case") &&
		!slices.ContainsFunc(fields, func(f rulebook.Field) bool { return !slices.Contains(importable, f.Type) })
}

// opening are the fields that open a process at the desk: its form, or that of its first step where it has none. What a cell cannot
// hold and need not be filled in is left out.
func opening(p *rulebook.Process) []rulebook.Field {
	fields := p.Form
	if len(fields) == 0 && len(p.Steps) > 0 && len(p.Materials) == 0 {
		fields = p.Steps[0].Fields()
	}
	var out []rulebook.Field
	for _, f := range fields {
		if !slices.Contains(importable, f.Type) && !f.Required && f.RequiredWhen == "" {
			continue
		}
		out = append(out, f)
		if f.Reason != "" {
			out = append(out, rulebook.Field{ID: f.ID + "_reason", Label: f.Label + "的说明", Type: "text", Max: 500,
				Help: "“" + f.Label + "”选“" + map[string]string{"yes": "是", "no": "否"}[f.Reason] + "”时写明原因"})
		}
	}
	return out
}

// caseColumn is the heading of the case a row is about.
const caseColumn = "案号"

// headings are the columns of the workbook that opens runs; a star marks what must be filled in.
func headings(p *rulebook.Process) []string {
	var out []string
	fields := opening(p)
	if p.On == "case" && !slices.ContainsFunc(fields, func(f rulebook.Field) bool { return f.Type == "case" }) {
		out = append(out, caseColumn+"*")
	}
	for _, f := range fields {
		label := f.Label
		if f.Required && f.When == "" {
			label += "*"
		}
		out = append(out, label)
	}
	return out
}

// Template is an empty workbook to fill in, with a sheet that says how.
func (d *Desk) Template(ctx context.Context, actor staff.Actor, process string, w io.Writer) error {
	book := excelize.NewFile()
	defer book.Close()
	err := d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		p, err := opens(tx, process)
		if err != nil {
			return err
		}
		return template(book, p)
	})
	if err != nil {
		return err
	}
	_, err = book.WriteTo(w)
	return err
}

// Importable is the process whose register takes a workbook of the actor's.
func (d *Desk) Importable(ctx context.Context, actor staff.Actor, process string) (p *rulebook.Process, err error) {
	err = d.store.InTx(ctx, actor, func(tx *storage.Tx) (err error) {
		p, err = opens(tx, process)
		return err
	})
	return p, err
}

// opens is a process that the actor may open by a workbook.
func opens(tx *storage.Tx, process string) (*rulebook.Process, error) {
	p, ok := tx.Book.Process(process)
	if !ok || !Simple(p) || !matter.MayOpen(p, tx.Actor) {
		return nil, problem.New(problem.NotFound, "register.no_import", "这个登记簿不能从 Excel 导入，或者您的角色不能新建。")
	}
	return p, nil
}

func template(book *excelize.File, p *rulebook.Process) error {
	name := sheetName(p.Name)
	if err := book.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	const help = "填写说明"
	if _, err := book.NewSheet(help); err != nil {
		return err
	}
	heads := headings(p)
	if err := book.SetSheetRow(name, "A1", &heads); err != nil {
		return err
	}
	last, err := excelize.ColumnNumberToName(len(heads))
	if err != nil {
		return err
	}
	for _, do := range []func() error{
		func() error { return book.SetColWidth(name, "A", last, 18) },
		func() error { return book.SetCellStyle(name, "A1", last+"1", bold) },
		func() error { return book.SetColWidth(help, "A", "A", 24) },
		func() error { return book.SetColWidth(help, "B", "B", 80) },
		func() error {
			return book.SetSheetRow(help, "A1", &[]string{"列", "怎么填（带 * 的必填；一行一条）"})
		},
		func() error { return book.SetCellStyle(help, "A1", "B1", bold) },
	} {
		if err := do(); err != nil {
			return err
		}
	}
	fields := opening(p)
	at := len(heads) - len(fields)
	for i, head := range heads {
		how := "这一条归到哪个案件，写案号，各种写法都可以。"
		if i >= at {
			how = explain(fields[i-at])
		}
		if err := book.SetSheetRow(help, fmt.Sprintf("A%d", i+2), &[]string{strings.TrimSuffix(head, "*"), how}); err != nil {
			return err
		}
		if i < at {
			continue
		}
		if err := offer(book, name, i+1, fields[i-at]); err != nil {
			return err
		}
	}
	return nil
}

// offer lets Excel show the choices of a column; a list that is too long for it is only explained.
func offer(book *excelize.File, sheet string, column int, f rulebook.Field) error {
	labels := labelsOf(f)
	if len(labels) == 0 || len(strings.Join(labels, ",")) > 240 || slices.ContainsFunc(labels, func(s string) bool { return strings.Contains(s, ",") }) {
		return nil
	}
	col, err := excelize.ColumnNumberToName(column)
	if err != nil {
		return err
	}
	rule := excelize.NewDataValidation(true)
	rule.Sqref = col + "2:" + col + "2000"
	if err := rule.SetDropList(labels); err != nil {
		return err
	}
	return book.AddDataValidation(sheet, rule)
}

func labelsOf(f rulebook.Field) []string {
	switch f.Type {
	case "yesno":
		return []string{"是", "否"}
	case "choice":
		out := make([]string, len(f.Of))
		for i, c := range f.Of {
			out[i] = c.Label
		}
		return out
	}
	return nil
}

// explain says how a column is filled in.
func explain(f rulebook.Field) string {
	how := map[string]string{"money": "金额，单位元，例如 1234.50。", "date": "日期，例如 2026-03-04。", "datetime": "日期和时间，例如 2026-03-04 15:30。", "number": "整数。",
		"case": "案号，各种写法都可以。", "phone": "电话号码。", "person": "姓名或名称。", "court": "法院全称。",
		"staff": "本院人员的姓名。", "team": "团队的名称。"}[f.Type]
	if labels := labelsOf(f); len(labels) > 0 {
		how = "选一个：" + strings.Join(labels, "、") + "。"
	}
	if f.Max > 0 {
		how += fmt.Sprintf("不超过%d个字。", f.Max)
	}
	if f.Help != "" {
		how += strings.TrimRight(f.Help, "。") + "。"
	}
	if f.Example != "" {
		how += "例如 " + f.Example + "。"
	}
	if !f.Required {
		how += "可以不填。"
	} else if f.When != "" {
		how += "符合条件时必填。"
	}
	return how
}

// FileName is what a workbook of a register is called.
func FileName(p *rulebook.Process, day calendar.Date) string {
	return p.Name + " " + day.String() + ".xlsx"
}
