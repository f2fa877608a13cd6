package disclosure

import (
	"fmt"
	"strings"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/rulebook"
	"mingzhi/storage"
)

// ward is what {name} and {you} say to an agent or a guardian: what is told of is not his own, and a name of somebody else has no
// place in a message (G6).
const ward = "您代理的当事人"

// parameters are the values templates and titles may name: the fields of the whitelist in words,
// and the public facts of court and case.
func parameters(tx *storage.Tx, a *rulebook.Audience, e *docket.Recorded, p person) map[string]string {
	out := map[string]string{}
	for _, name := range []string{"court", "wechat", "site", "address", "hotline"} {
		out[name], _ = tx.Book.CourtFact(name)
	}
	if f := e.File; f != nil && a.To != "tipster" {
		out["case_no"], out["judge"], out["phone"], out["clerk"] = f.Number, f.JudgeName, f.JudgePhone, f.ClerkName
		out["cause"], out["filed_on"] = f.Cause, day(calendar.DateOf(f.FiledOn))
	}
	if p.party != nil {
		out["reader"], out["name"], out["you"] = p.party.Name, p.party.Name, "您"
		switch {
		case p.party.ID != p.principal.ID:
			out["name"], out["you"] = ward, ward
		case a.To == string(enforcement.RoleDebtor):
			out["you"] = "你"
		}
	}
	if tip, ok := e.Vars["tip"].(map[string]any); ok && a.To == "tipster" {
		out["ticket"], _ = tip["ticket"].(string)
	}
	for _, id := range a.Fields {
		if f := field(e.Entry, id); f != nil {
			if v, ok := e.Facts[id]; ok {
				out[id] = Show(*f, v)
			}
		}
	}
	out["effect_on"] = day(calendar.On(at(e)))
	out["received_at"] = e.Occurred.In(calendar.Shanghai).Format("2006年1月2日15:04")
	if out["amount_outstanding"] == "" {
		out["amount_outstanding"] = outstanding(e)
	}
	return out
}

// outstanding is what is still owed after closing: applied − realised − waived.
func outstanding(e *docket.Recorded) string {
	realised, ok := e.Facts["amount_realised"].(int64)
	if !ok || e.File == nil {
		return ""
	}
	waived, _ := e.Facts["amount_waived"].(int64)
	return enforcement.Money(max(0, e.File.AmountApplied-realised-waived)).Yuan()
}

func field(entry *rulebook.Event, id string) *rulebook.Field {
	for i := range entry.Form {
		if entry.Form[i].ID == id {
			return &entry.Form[i]
		}
	}
	return nil
}

func label(entry *rulebook.Event, id string) string {
	if f := field(entry, id); f != nil {
		return f.Label
	}
	return map[string]string{"case_no": "案号", "judge": "承办法官", "phone": "联系电话", "clerk": "书记员", "cause": "案由", "filed_on": "立案日期",
		"ticket": "受理编号", "effect_on": "生效日期", "received_at": "受理时间", "amount_outstanding": "未到位标的额"}[id]
}

// Show puts a fact of the docket into words: money in yuan, dates in Chinese, choices by label.
func Show(f rulebook.Field, v any) string {
	switch v := v.(type) {
	case int64:
		if f.Type == "money" {
			return enforcement.Money(v).Yuan()
		}
		return fmt.Sprint(v)
	case bool:
		if v {
			return "是"
		}
		return "否"
	case float64: // of JSON: every number kept is whole
		return Show(f, int64(v))
	case string:
		return showText(f, v)
	case []any:
		return showRows(f, v)
	}
	return fmt.Sprint(v)
}

// showRows is a table in one line a row: what stands in each column.
func showRows(f rulebook.Field, rows []any) string {
	lines := make([]string, 0, len(rows))
	for _, row := range rows {
		cells, _ := row.(map[string]any)
		var parts []string
		for _, col := range f.Rows {
			if v, ok := cells[col.ID]; ok {
				parts = append(parts, col.Label+" "+Show(col, v))
			}
		}
		lines = append(lines, strings.Join(parts, "，"))
	}
	return strings.Join(lines, "；")
}

func showText(f rulebook.Field, v string) string {
	switch f.Type {
	case "choice":
		for _, c := range f.Of {
			if c.ID == v {
				return c.Label
			}
		}
	case "date":
		if d, err := calendar.ParseDate(v); err == nil {
			return day(d)
		}
	case "datetime":
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			return t.In(calendar.Shanghai).Format("2006年1月2日15:04")
		}
	}
	return v
}

func day(d calendar.Date) string { return fmt.Sprintf("%d年%d月%d日", d.Year, int(d.Month), d.Day) }
