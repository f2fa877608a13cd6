package intake

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/problem"
)

// The three sheets of an import and their columns; a star marks what must be filled in.
var sheets = []sheet{
	{"案件", []string{"案号*", "案由", "立案日期*", "案件阶段*", "执行团队*", "承办法官", "法官助理", "书记员", "执行依据", "申请执行标的额*",
		"执行到位标的额", "申请人放弃标的额", "结案日期", "结案方式", "不公开标记", "非诉执行"}},
	{"当事人", []string{"案号*", "当事人编号*", "诉讼地位*", "类型*", "姓名或名称*", "证件号码", "手机号", "地址", "代表的当事人编号", "代理期限至", "下落不明", "退出日期"}},
	{"经过", []string{"案号*", "序号*", "事项*", "发生时间*", "生效时间", "内容"}},
}

type sheet struct {
	name    string
	columns []string
}

// Sheets describes the workbook for the import page and the demonstration's author.
func Sheets() map[string][]string {
	out := map[string][]string{}
	for _, s := range sheets {
		for _, c := range s.columns {
			out[s.name] = append(out[s.name], strings.TrimSuffix(c, "*"))
		}
	}
	return out
}

// Fault is one thing wrong in a workbook, by sheet, row and column as Excel shows them.
type Fault struct {
	Sheet   string
	Row     int
	Column  string
	Message string
}

func (f Fault) String() string {
	where := "工作表“" + f.Sheet + "”"
	if f.Row > 0 {
		where += fmt.Sprintf("第%d行", f.Row)
	}
	if f.Column != "" {
		where += "“" + f.Column + "”列"
	}
	return where + "：" + f.Message
}

// line is a row of a sheet by column name, with a place to put its faults.
type line struct {
	sheet  string
	row    int
	cells  map[string]string
	faults *[]Fault
}

func (l line) fault(column, message string) {
	*l.faults = append(*l.faults, Fault{l.sheet, l.row, column, message})
}

func (l line) bad(column string, err error) {
	if p, ok := problem.As(err); ok {
		l.fault(column, p.Sentence())
		return
	}
	l.fault(column, err.Error())
}

// read opens the workbook and gives the rows of each sheet; what is wrong with its shape is a fault.
func read(data []byte) (map[string][]line, []Fault, error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: 512 << 20, UnzipXMLSizeLimit: 128 << 20})
	if err != nil {
		if errors.Is(err, excelize.ErrWorkbookFileFormat) {
			err = nil
		}
		return nil, nil, problem.New(problem.Invalid, "import.not_excel", "这不是可以读取的 Excel 文件（.xlsx）。请用 Excel 或 WPS 另存为 .xlsx 后再导入。").Because(err)
	}
	defer f.Close()
	out := map[string][]line{}
	faults := &[]Fault{}
	for _, s := range sheets {
		if i, err := f.GetSheetIndex(s.name); err != nil || i < 0 {
			*faults = append(*faults, Fault{Sheet: s.name, Message: "缺少这张工作表，请按模板补上"})
			continue
		}
		lines, err := s.read(f, faults)
		if err != nil {
			return nil, nil, err
		}
		out[s.name] = lines
	}
	return out, *faults, nil
}

func (s sheet) read(f *excelize.File, faults *[]Fault) ([]line, error) {
	merged, err := f.GetMergeCells(s.name)
	if err != nil {
		return nil, err
	}
	for _, m := range merged {
		*faults = append(*faults, Fault{Sheet: s.name, Message: "单元格" + m.GetStartAxis() + "至" + m.GetEndAxis() + "合并了，请取消合并并逐行填写"})
	}
	rows, err := f.GetRows(s.name, excelize.Options{RawCellValue: true})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		*faults = append(*faults, Fault{Sheet: s.name, Row: 1, Message: "缺少表头，请按模板补上"})
		return nil, nil
	}
	at := s.header(rows[0], faults)
	var lines []line
	for i, cells := range rows[1:] {
		l := line{s.name, i + 2, map[string]string{}, faults}
		empty := true
		for name, col := range at {
			if col < len(cells) {
				if v := clean(cells[col]); v != "" {
					l.cells[name], empty = v, false
				}
			}
		}
		if empty {
			continue
		}
		for _, c := range s.columns {
			if name, must := strings.CutSuffix(c, "*"); must && l.cells[name] == "" {
				if _, there := at[name]; there {
					l.fault(name, "不能为空")
				}
			}
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// header finds each column by its name in any order; a missing one and an unknown one are faults.
func (s sheet) header(cells []string, faults *[]Fault) map[string]int {
	at := map[string]int{}
	known := Sheets()[s.name]
	for i, c := range cells {
		name := strings.TrimSuffix(clean(c), "*")
		if name == "" {
			continue
		}
		if !slices.Contains(known, name) {
			*faults = append(*faults, Fault{s.name, 1, name, "不认识这一列，请对照模板改正列名"})
			continue
		}
		if _, twice := at[name]; twice {
			*faults = append(*faults, Fault{s.name, 1, name, "这一列出现了两次"})
		}
		at[name] = i
	}
	for _, name := range known {
		if _, ok := at[name]; !ok {
			*faults = append(*faults, Fault{s.name, 1, name, "缺少这一列"})
		}
	}
	return at
}

func clean(s string) string { return strings.TrimSpace(norm.NFC.String(s)) }

// date reads a day written as text or kept as Excel's number.
func (l line) date(column string) *calendar.Date {
	raw := l.cells[column]
	if raw == "" {
		return nil
	}
	t, ok := moment(raw)
	if !ok {
		l.fault(column, "日期应写成2026-03-04的样子")
		return nil
	}
	d := calendar.DateOf(t)
	return &d
}

func (l line) instant(column string) *time.Time {
	raw := l.cells[column]
	if raw == "" {
		return nil
	}
	t, ok := moment(raw)
	if !ok {
		l.fault(column, "时间应写成2026-03-04 15:30的样子")
		return nil
	}
	return &t
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
	t = t.Add(time.Duration(math.Copysign(0.5, 1) * float64(time.Second))).Truncate(time.Second)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, calendar.Shanghai), true
}

func (l line) yes(column string) bool {
	switch l.cells[column] {
	case "", "否", "0", "N", "n":
		return false
	case "是", "1", "Y", "y":
		return true
	}
	l.fault(column, "请填写“是”或“否”")
	return false
}
