package inquiry

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
)

// datetimeForm is how a datetime field is written, as browsers send it.
const datetimeForm = "2006-01-02T15:04"

// most is how long a text may be that the declaration does not bound.
const most = 5000

// checkForm holds what was filled in against the declaration, as the court's half will: required, type, length. What it returns
// is tidied and has no field that the form does not know.
func checkForm(form exchange.Form, values map[string]string) (map[string]string, problem.Form) {
	var problems problem.Form
	given := map[string]string{}
	for _, f := range form.Fields {
		raw := strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(values[f.ID], ""), "\x00", ""), "\r\n", "\n"))
		if raw == "" {
			if f.Required {
				problems.Add(f.ID, problem.New(problem.Invalid, "form.required", "请填写"+f.Label+"。"))
			}
			continue
		}
		given[f.ID] = raw
		problems.Add(f.ID, checkField(f, raw))
	}
	return given, problems
}

func checkField(f exchange.Field, raw string) *problem.Error {
	switch f.Type {
	case "money":
		m, err := enforcement.ParseMoney(raw)
		if err != nil {
			return itself(err)
		}
		if m < 0 {
			return problem.New(problem.Invalid, "form.money_negative", f.Label+"不能是负数。")
		}
	case "date":
		if _, err := calendar.ParseDate(raw); err != nil {
			return problem.New(problem.Invalid, "form.date", f.Label+"应写成2026-03-04的样子。")
		}
	case "datetime":
		if _, err := time.Parse(datetimeForm, raw); err != nil {
			return problem.New(problem.Invalid, "form.datetime", f.Label+"应写成2026-03-04T15:30的样子。")
		}
	case "choice":
		if !slices.ContainsFunc(f.Of, func(c exchange.Choice) bool { return c.ID == raw }) {
			return problem.New(problem.Invalid, "form.choice", f.Label+"请从给出的选项里选择。")
		}
	case "yesno":
		if raw != "yes" && raw != "no" {
			return problem.New(problem.Invalid, "form.yesno", f.Label+"请选择是或者否。")
		}
	case "number":
		if strings.Trim(raw, "0123456789") != "" || len(raw) > 15 {
			return problem.New(problem.Invalid, "form.number", f.Label+"只能填写数字。")
		}
	default:
		return checkLength(f, raw)
	}
	return nil
}

func checkLength(f exchange.Field, raw string) *problem.Error {
	limit := f.Max
	if limit <= 0 {
		limit = most
	}
	if n := utf8.RuneCountInString(raw); n > limit {
		return problem.New(problem.Invalid, "form.too_long", "写得太长：最多 {max} 字，现在有 {now} 字。请写得短一些。", "max", limit, "now", n)
	}
	return nil
}
