package rulebook

import (
	"strings"
	"time"
	"unicode/utf8"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
)

// DatetimeForm is how a datetime field is written, in the court's time zone.
const DatetimeForm = "2006-01-02T15:04"

// CheckForm reads what somebody filled in as the form declares it. The result holds, by field:
// money enforcement.Money, date calendar.Date, datetime time.Time (in now's zone), yesno bool, else string;
// a field that does not apply (When) or was left empty is absent.
// Ids of parties, staff, teams, cases and files are checked by whoever knows them.
func (b *Book) CheckForm(fields []Field, values map[string]string, now time.Time) (map[string]any, problem.Form) {
	var form problem.Form
	typed := map[string]any{}
	given := map[string]any{}
	for _, f := range fields {
		if v := strings.TrimSpace(values[f.ID]); v != "" {
			given[f.ID] = v
		}
	}
	for _, f := range fields {
		if !b.applies(f, given) {
			continue
		}
		raw := strings.TrimSpace(values[f.ID])
		if raw == "" {
			if f.Required {
				form.Add(f.ID, problem.New(problem.Invalid, "form.required", "请填写"+f.Label+"。", "label", f.Label))
			}
			continue
		}
		v, err := f.read(raw, now)
		if err != nil {
			form.Add(f.ID, err)
			continue
		}
		typed[f.ID] = v
	}
	return typed, form
}

// applies reports whether a field is asked at all; a condition over an empty field is not met.
func (b *Book) applies(f Field, given map[string]any) bool {
	yes, err := b.Holds(f.When, map[string]any{"form": given})
	return err == nil && yes
}

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
		for _, c := range f.Of {
			if c.ID == raw {
				return raw, nil
			}
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
	}
	if f.Max > 0 && utf8.RuneCountInString(raw) > f.Max {
		return nil, problem.New(problem.Invalid, "form.too_long", f.Label+"太长了，请缩短。", "label", f.Label, "max", f.Max)
	}
	return raw, nil
}

func (f Field) wrong(key, text string) *problem.Error {
	return problem.New(problem.Invalid, key, text, "label", f.Label)
}
