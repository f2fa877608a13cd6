package register

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Fault is one thing wrong in a workbook, by row and column as Excel shows them.
type Fault struct {
	Row     int
	Column  string
	Message string
}

func (f Fault) String() string {
	where := fmt.Sprintf("第%d行", f.Row)
	if f.Column != "" {
		where += "“" + f.Column + "”列"
	}
	return where + "：" + f.Message
}

// Checked is what reading a workbook brought.
type Checked struct {
	Process *rulebook.Process
	Rows    int
	Faults  []Fault
}

// rowsAtOnce is how many rows a workbook brings.
const rowsAtOnce = 1000

// entry is one row, ready to open a run.
type entry struct {
	row    int
	about  matter.About
	values map[string]string
}

// Check reads a workbook and says what is wrong with it; nothing is written.
func (d *Desk) Check(ctx context.Context, actor staff.Actor, process string, data []byte) (*Checked, error) {
	out, _, err := d.check(ctx, actor, process, data)
	return out, err
}

func (d *Desk) check(ctx context.Context, actor staff.Actor, process string, data []byte) (out *Checked, entries []entry, err error) {
	err = d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		p, err := opens(tx, process)
		if err != nil {
			return err
		}
		out = &Checked{Process: p}
		lines, err := read(data, headings(p), out)
		if err != nil {
			return err
		}
		entries = nil
		people, err := tx.StaffNames(ctx, tx.Court)
		if err != nil {
			return err
		}
		for _, l := range lines {
			e, err := l.entry(ctx, tx, p, people, out)
			if err != nil {
				return err
			}
			entries = append(entries, e)
		}
		out.Rows = len(lines)
		if len(lines) == 0 && len(out.Faults) == 0 {
			out.Faults = append(out.Faults, Fault{2, "", "没有内容。从第二行起，一行填一条"})
		}
		return nil
	})
	return out, entries, err
}

// Bring opens one run a row, all or none; the same workbook sent again does not open them twice.
func (d *Desk) Bring(ctx context.Context, actor staff.Actor, process string, data []byte) (*Checked, error) {
	out, entries, err := d.check(ctx, actor, process, data)
	if err != nil || len(out.Faults) > 0 {
		return out, err
	}
	sum := sha256.Sum256(data)
	runs := make([]matter.Entry, len(entries))
	for i, e := range entries {
		runs[i] = matter.Entry{About: e.about, Values: e.values, SourceKey: "xlsx:" + hex.EncodeToString(sum[:12]) + ":" + strconv.Itoa(e.row)}
	}
	refused, err := d.engine.OpenAll(ctx, actor, process, runs)
	for _, i := range slices.Sorted(maps.Keys(refused)) {
		out.Faults = append(out.Faults, faultsOf(out.Process, entries[i].row, refused[i])...)
	}
	return out, err
}

func faultsOf(p *rulebook.Process, row int, e *problem.Error) []Fault {
	var out []Fault
	for _, f := range opening(p) {
		if wrong := e.Fields[f.ID]; wrong != nil {
			out = append(out, Fault{row, f.Label, wrong.Sentence()})
		}
	}
	if len(out) == 0 {
		out = append(out, Fault{row, "", e.Sentence()})
	}
	return out
}

// record is a row of the sheet by heading.
type record struct {
	row   int
	cells map[string]string
}

// read opens the workbook's first sheet.
func read(data []byte, heads []string, out *Checked) ([]record, error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: 128 << 20, UnzipXMLSizeLimit: 64 << 20})
	if err != nil {
		if errors.Is(err, excelize.ErrWorkbookFileFormat) {
			err = nil
		}
		return nil, problem.New(problem.Invalid, "register.not_excel", "这不是可以读取的 Excel 文件（.xlsx）。请用 Excel 或 WPS 另存为 .xlsx 后再导入。").Because(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(0), excelize.Options{RawCellValue: true})
	if err != nil {
		return nil, problem.New(problem.Invalid, "register.not_excel", "这不是可以读取的 Excel 文件（.xlsx）。请用 Excel 或 WPS 另存为 .xlsx 后再导入。").Because(err)
	}
	if len(rows) == 0 {
		rows = [][]string{nil}
	}
	at := header(rows[0], heads, out)
	var lines []record
	for i, cells := range rows[1:] {
		l := record{i + 2, map[string]string{}}
		for name, column := range at {
			if column < len(cells) {
				if v := clean(cells[column]); v != "" {
					l.cells[name] = v
				}
			}
		}
		if len(l.cells) > 0 {
			lines = append(lines, l)
		}
	}
	if len(lines) > rowsAtOnce {
		out.Faults = append(out.Faults, Fault{rowsAtOnce + 2, "", fmt.Sprintf("一次最多导入%d行，请分成几个文件", rowsAtOnce)})
		lines = nil
	}
	return lines, nil
}

// header finds each column by its heading, in any order; what is missing, unknown or there twice is a fault.
func header(cells, heads []string, out *Checked) map[string]int {
	known := make([]string, len(heads))
	for i, h := range heads {
		known[i] = strings.TrimSuffix(h, "*")
	}
	at := map[string]int{}
	for i, c := range cells {
		name := strings.TrimSuffix(clean(c), "*")
		_, twice := at[name]
		switch {
		case name == "":
		case !slices.Contains(known, name):
			out.Faults = append(out.Faults, Fault{1, name, "不认识这一列，请对照模板改正列名"})
		case twice:
			out.Faults = append(out.Faults, Fault{1, name, "这一列出现了两次"})
		default:
			at[name] = i
		}
	}
	for i, name := range known {
		if _, ok := at[name]; !ok && strings.HasSuffix(heads[i], "*") {
			out.Faults = append(out.Faults, Fault{1, name, "缺少这一列，请按模板补上"})
		}
	}
	return at
}

func clean(s string) string { return strings.TrimSpace(norm.NFC.String(s)) }

// entry turns a row into what the opening form would have sent, and checks it as the form would.
func (l record) entry(ctx context.Context, tx *storage.Tx, p *rulebook.Process, people []courtdb.StaffNamesRow, out *Checked) (entry, error) {
	e := entry{row: l.row, values: map[string]string{}}
	fields := opening(p)
	bad := func(column, message string) { out.Faults = append(out.Faults, Fault{l.row, column, message}) }
	if p.On == "case" && !slices.ContainsFunc(fields, func(f rulebook.Field) bool { return f.Type == "case" }) {
		id, wrong, err := caseOf(ctx, tx, l.cells[caseColumn])
		if err != nil {
			return e, err
		}
		if wrong != "" {
			bad(caseColumn, wrong)
		}
		e.about.Case = id
	}
	for _, f := range fields {
		raw := l.cells[f.Label]
		if raw == "" {
			continue
		}
		v, wrong := typed(f, raw)
		switch f.Type {
		case "staff":
			v, wrong = colleague(people, raw)
		case "team":
			v, wrong = team(tx.Book, raw)
		}
		if wrong != "" {
			bad(f.Label, wrong)
			continue
		}
		if f.Type == "case" {
			if _, wrong, err := caseOf(ctx, tx, raw); err != nil {
				return e, err
			} else if wrong != "" {
				bad(f.Label, wrong)
				continue
			}
		}
		e.values[f.ID] = v
	}
	_, form := tx.Book.CheckForm(fields, e.values, tx.At.In(calendar.Shanghai))
	if wrong, ok := problem.As(form.Err()); ok {
		for _, f := range fields {
			p := wrong.Fields[f.ID]
			if p != nil && !slices.ContainsFunc(out.Faults, func(x Fault) bool { return x.Row == l.row && x.Column == f.Label }) {
				bad(f.Label, p.Sentence())
			}
		}
	}
	return e, nil
}

// caseOf finds the case of a number that the actor may see.
func caseOf(ctx context.Context, tx *storage.Tx, raw string) (id uuid.UUID, wrong string, err error) {
	if raw == "" {
		return id, "请填写案号", nil
	}
	number, err := enforcement.ParseCaseNumber(raw, tx.At)
	if err != nil {
		return id, "案号应写成（2026）某01执1号的样子", nil //nolint:nilerr // the sentence says it
	}
	id, err = tx.CaseByNumber(ctx, courtdb.CaseByNumberParams{Court: tx.Court, Number: number.Case().String()})
	if storage.NoRows(err) {
		return id, "没有找到这个案件，或者您无权查看", nil
	}
	if err != nil {
		return id, "", err
	}
	file, err := docket.OpenFile(ctx, tx, id)
	if err == nil && !file.VisibleTo(tx.Actor) {
		return id, "没有找到这个案件，或者您无权查看", nil
	}
	return id, "", err
}

// colleague is the one person of the court with this name.
func colleague(people []courtdb.StaffNamesRow, name string) (id, wrong string) {
	for _, p := range people {
		switch {
		case p.Name != name:
		case id != "":
			return "", "本院不止一个“" + name + "”，请在页面上新建这一条"
		default:
			id = p.ID.String()
		}
	}
	if id == "" {
		return "", "本院没有在用的人员“" + name + "”"
	}
	return id, ""
}

func team(book *rulebook.Book, name string) (id, wrong string) {
	if t, ok := book.Team(name); ok {
		return t.ID, ""
	}
	return "", "本院没有这个团队"
}

// typed is a cell as the form's input would hold it.
func typed(f rulebook.Field, raw string) (value, wrong string) {
	switch f.Type {
	case "choice":
		for _, c := range f.Of {
			if c.Label == raw || c.ID == raw {
				return c.ID, ""
			}
		}
		return "", "请填写其中一个：" + strings.Join(labelsOf(f), "、")
	case "yesno":
		switch raw {
		case "是":
			return "yes", ""
		case "否":
			return "no", ""
		}
		return "", "请填写“是”或者“否”"
	case "date", "datetime":
		t, ok := moment(raw)
		if !ok {
			return "", map[string]string{"date": "日期应写成2026-03-04的样子", "datetime": "时间应写成2026-03-04 15:30的样子"}[f.Type]
		}
		if f.Type == "date" {
			return calendar.On(t).String(), ""
		}
		return t.Format(rulebook.DatetimeForm), ""
	case "money", "number":
		return strings.ReplaceAll(strings.ReplaceAll(raw, ",", ""), "，", ""), ""
	}
	return raw, ""
}

var momentForms = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02", "2006/1/2 15:04", "2006/1/2", "2006年1月2日", "2006.1.2", "20060102"}

// moment reads the written forms of a time in Shanghai, or Excel's serial number of one.
func moment(raw string) (time.Time, bool) {
	for _, form := range momentForms {
		if t, err := time.ParseInLocation(form, raw, calendar.Shanghai); err == nil {
			return t, true
		}
	}
	serial, err := strconv.ParseFloat(raw, 64)
	if err != nil || serial < 20000 || serial > 80000 { // 1954 to 2119
		return time.Time{}, false
	}
	t, err := excelize.ExcelDateToTime(serial, false)
	if err != nil {
		return time.Time{}, false
	}
	t = t.Add(time.Second / 2).Truncate(time.Second)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, calendar.Shanghai), true
}
