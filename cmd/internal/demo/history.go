package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/rulebook"
)

// history tells what a case of this stage has behind it; now and then something came late or not at all.
func (w *writer) history(i int, s *story) {
	if s.kind == "执保" {
		return
	}
	reached := slices.Index(enforcement.AllCaseStages(), s.stage)
	steps := []struct {
		code  string
		after int // days after filing
		from  int // stage from which it has happened
	}{
		{"case_file_received", 1, 1},
		{"enforcement_notice_issued", 2 + i%9, 1},
		{"online_inquiry_started", 2 + i%7/5, 1},
		{"traditional_investigation_started", 6 + i%8, 2},
		{"online_inquiry_completed", 14 + i%10, 3},
		{"asset_frozen", 17 + i%10, 3},
		{"ruling_served", 20 + i%10, 3},
		{"traditional_investigation_registered", 24 + i%5, 3},
		{"funds_received", 40 + i%9, 5},
	}
	for n, st := range steps {
		if reached < st.from || (i+n)%17 == 0 { // some nodes are missing: they are overdue
			continue
		}
		w.event(s, st.code, s.filed.Add(st.after))
	}
	if s.closure != "" {
		w.event(s, "case_closed", s.closed)
	}
}

// event writes one line, filling what the book's form asks for, whatever that is.
func (w *writer) event(s *story, code string, day calendar.Date) {
	entry, ok := w.book.Event(code)
	at := day.Time().Add(time.Duration(9*60+w.IntN(8*60)) * time.Minute)
	if !ok || at.After(w.now) {
		return
	}
	s.seq++
	cells := map[string]string{"案号": s.number, "序号": fmt.Sprint(s.seq), "事项": entry.Name, "发生时间": at.Format("2006-01-02 15:04")}
	if entry.Effect == rulebook.EffectConfirmed {
		cells["生效时间"] = at.Add(2 * time.Hour).Format("2006-01-02 15:04")
	}
	var parts []string
	for _, f := range entry.Form {
		if !f.Required || f.Type == "datetime" {
			continue
		}
		parts = append(parts, f.Label+"="+w.value(s, entry, f, day))
	}
	cells["内容"] = strings.Join(parts, "；")
	w.out.add("经过", cells)
}

func (w *writer) value(s *story, entry *rulebook.Event, f rulebook.Field, day calendar.Date) string {
	switch f.Type {
	case "party":
		if slices.Contains(entry.About, string(enforcement.RoleDebtor)) {
			return s.debtors[0]
		}
		return s.applicant
	case "choice":
		if f.ID == "closure_mode" {
			return s.closure.Name()
		}
		if entry.ID == "asset_frozen" && f.ID == "class" { // what is frozen online is money
			if i := slices.IndexFunc(f.Of, func(c rulebook.Choice) bool { return c.ID == "deposit" }); i >= 0 {
				return f.Of[i].Label
			}
		}
		return pick(w.Rand, f.Of).Label
	case "date":
		if strings.HasPrefix(f.ID, "expires") {
			return day.AddMonths(12).String()
		}
		return day.String()
	case "money":
		return w.money(s, f.ID)
	case "yesno":
		return "是"
	case "number":
		return "1"
	}
	if strings.HasSuffix(f.ID, "_no") {
		return s.number + "之一"
	}
	return "详见卷宗"
}

func (w *writer) money(s *story, field string) string {
	switch field {
	case "amount_applied", "amount_closed":
		return fmt.Sprint(s.applied)
	case "amount_realised":
		if s.closure == enforcement.ClosureFullyPerformed {
			return fmt.Sprint(s.applied)
		}
		return "0"
	case "amount_waived":
		return "0"
	}
	return fmt.Sprint(s.applied / 2)
}
