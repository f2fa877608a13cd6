package rulebook

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
)

// DatetimeForm is how a datetime field is written, in the court's time zone.
const DatetimeForm = "2006-01-02T15:04"

// MaxRows is how many rows a field of rows takes.
const MaxRows = 200

// CheckForm reads what somebody filled in as the form declares it. The result holds, by field:
// money enforcement.Money, date calendar.Date, datetime time.Time (in now's zone), yesno bool, rows []any of map[string]any with
// int64 fen, "2006-01-02" and bool, else string; a field that does not apply (When) or was left empty is absent.
// A row's inputs are FIELD.N.COLUMN, a reason's FIELD_reason.
// Ids of parties, staff, teams, cases and files are checked by whoever knows them.
func (b *Book) CheckForm(fields []Field, values map[string]string, now time.Time) (map[string]any, problem.Form) {
	return b.CheckFormAfter(fields, values, nil, now)
}

// CheckFormAfter is CheckForm for a later form of a run: conditions see what was filled in before, too.
func (b *Book) CheckFormAfter(fields []Field, values map[string]string, before map[string]any, now time.Time) (map[string]any, problem.Form) {
	var form problem.Form
	typed := map[string]any{}
	given := Given(fields, values, before, now)
	for _, f := range fields {
		if !b.Holding(f.When, given) {
			continue
		}
		if f.Type == "rows" {
			f.rows(values, now, typed, &form)
			continue
		}
		raw := strings.TrimSpace(values[f.ID])
		if raw == "" {
			if f.Required || f.RequiredWhen != "" && b.Holding(f.RequiredWhen, given) {
				form.Add(f.ID, f.missing())
			}
			continue
		}
		v, err := f.read(raw, now)
		if err != nil {
			form.Add(f.ID, err)
			continue
		}
		typed[f.ID] = v
		f.reason(raw, values, typed, &form)
	}
	return typed, form
}

// Holding reports whether a condition over a form holds; one over an empty field does not.
func (b *Book) Holding(condition string, given map[string]any) bool {
	yes, err := b.Holds(condition, map[string]any{"form": given})
	return err == nil && yes
}

// Given is what was filled in so far, before and now, as conditions see it; what cannot be read stays as it was typed.
func Given(fields []Field, values map[string]string, before map[string]any, now time.Time) map[string]any {
	given := maps.Clone(before)
	if given == nil {
		given = map[string]any{}
	}
	for _, f := range fields {
		raw := strings.TrimSpace(values[f.ID])
		if raw == "" {
			delete(given, f.ID)
			continue
		}
		given[f.ID] = raw
		if v, err := f.read(raw, now); err == nil {
			given[f.ID] = Countable(f, v)
		}
	}
	return given
}

// Countable turns a number's digits into a number, so that conditions can compare it.
func Countable(f Field, v any) any {
	if digits, ok := v.(string); ok && f.Type == "number" {
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
			return n
		}
	}
	return v
}

func (f Field) missing() *problem.Error {
	verb := "请填写"
	if slices.Contains([]string{"choice", "yesno", "party", "staff", "team", "deadline"}, f.Type) {
		verb = "请选择"
	}
	return problem.New(problem.Invalid, "form.required", verb+f.Label+"。", "label", f.Label)
}

// reason asks why, when the answer is the one that needs it.
func (f Field) reason(raw string, values map[string]string, typed map[string]any, form *problem.Form) {
	if f.Type != "yesno" || f.Reason != raw {
		return
	}
	why := strings.TrimSpace(values[f.ID+"_reason"])
	if why == "" {
		answer := map[string]string{"yes": "是", "no": "否"}[raw]
		form.Add(f.ID+"_reason", problem.New(problem.Invalid, "form.reason", "“"+f.Label+"”选了“"+answer+"”，请写明理由。", "label", f.Label))
		return
	}
	typed[f.ID+"_reason"] = why
}

// rows reads a table: rows without any value are left out, so that blank lines on a page do no harm.
func (f Field) rows(values map[string]string, now time.Time, typed map[string]any, form *problem.Form) {
	var list []any
	for n := range f.Lines(values) {
		row := map[string]any{}
		empty := true
		for _, col := range f.Rows {
			empty = empty && strings.TrimSpace(values[f.Cell(n, col)]) == ""
		}
		if empty {
			continue
		}
		for _, col := range f.Rows {
			at := f.Cell(n, col)
			raw := strings.TrimSpace(values[at])
			col.Label = fmt.Sprintf("%s第%d行的%s", f.Label, n+1, col.Label)
			if raw == "" {
				if col.Required {
					form.Add(at, col.missing())
				}
				continue
			}
			v, err := col.read(raw, now)
			if err != nil {
				form.Add(at, err)
				continue
			}
			switch v := v.(type) {
			case enforcement.Money:
				row[col.ID] = int64(v)
			case calendar.Date:
				row[col.ID] = v.String()
			default:
				row[col.ID] = Countable(col, v)
			}
		}
		list = append(list, row)
	}
	if len(list) == 0 {
		if f.Required {
			form.Add(f.ID, problem.New(problem.Invalid, "form.rows", "请至少填写一行"+f.Label+"。", "label", f.Label))
		}
		return
	}
	typed[f.ID] = list
}

// Cell is the name of the input of a row's column.
func (f Field) Cell(row int, col Field) string { return fmt.Sprintf("%s.%d.%s", f.ID, row, col.ID) }

var cell = regexp.MustCompile(`^([a-z0-9_]+)\.([0-9]{1,3})\.`)

// Lines is how many rows the values speak of.
func (f Field) Lines(values map[string]string) int {
	n := 0
	for name := range values {
		if m := cell.FindStringSubmatch(name); m != nil && m[1] == f.ID {
			at, _ := strconv.Atoi(m[2])
			n = max(n, at+1)
		}
	}
	return min(n, MaxRows)
}

var phone = regexp.MustCompile(`^[0-9+()（） -]{3,30}$`)

// read turns one input into its type.
func (f Field) read(raw string, now time.Time) (any, *problem.Error) {
	switch f.Type {
	case "money":
		m, err := enforcement.ParseMoney(raw)
		if err != nil {
			e, _ := problem.As(err)
			return nil, e
		}
		if m < 0 {
			return nil, f.wrong("form.money_negative", f.Label+"不能是负数。")
		}
		return m, nil
	case "date":
		var d calendar.Date
		if err := d.UnmarshalText([]byte(raw)); err != nil {
			return nil, f.wrong("form.date", f.Label+"应写成2026-03-04的样子。")
		}
		return d, nil
	case "datetime":
		t, err := time.ParseInLocation(DatetimeForm, raw, now.Location())
		if err != nil {
			return nil, f.wrong("form.datetime", f.Label+"应写成2026-03-04T15:30的样子。")
		}
		return t, nil
	case "choice":
		if slices.ContainsFunc(f.Of, func(c Choice) bool { return c.ID == raw }) {
			return raw, nil
		}
		return nil, f.wrong("form.choice", f.Label+"请从给出的选项里选择。")
	case "yesno":
		if raw != "yes" && raw != "no" {
			return nil, f.wrong("form.choice", f.Label+"请选择是或者否。")
		}
		return raw == "yes", nil
	case "number":
		if strings.Trim(raw, "0123456789") != "" || len(raw) > 15 {
			return nil, f.wrong("form.number", f.Label+"只能填写数字。")
		}
		return raw, nil
	case "phone":
		if !phone.MatchString(raw) {
			return nil, f.wrong("form.phone", f.Label+"请填写电话号码，例如 0898-88000001。")
		}
	}
	if f.Digits > 0 && (len(raw) != f.Digits || strings.Trim(raw, "0123456789") != "") {
		return nil, problem.New(problem.Invalid, "form.digits", f.Label+"应是{digits}位数字。", "label", f.Label, "digits", f.Digits)
	}
	if f.Max > 0 && utf8.RuneCountInString(raw) > f.Max {
		return nil, problem.New(problem.Invalid, "form.too_long", f.Label+"太长了，请缩短。", "label", f.Label, "max", f.Max)
	}
	return raw, nil
}

func (f Field) wrong(key, text string) *problem.Error {
	return problem.New(problem.Invalid, key, text, "label", f.Label)
}
