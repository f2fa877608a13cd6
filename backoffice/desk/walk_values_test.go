package desk_test

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/desk/desktest"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/support/recording"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// fill makes up what somebody could write into a form; the run's own values go before.
func (w *walker) fill(fields []rulebook.Field, page *desktest.Page) map[string]string {
	values := map[string]string{}
	for _, f := range fields {
		if f.Type == "rows" {
			for _, col := range f.Rows {
				values[f.Cell(0, col)] = w.value(col, page)
			}
			for k, v := range w.values { // a cell of its own
				if strings.HasPrefix(k, f.ID+".") {
					values[k] = v
				}
			}
		} else {
			values[f.ID] = w.value(f, page)
		}
		if f.Reason != "" && values[f.ID] == f.Reason {
			values[f.ID+"_reason"] = "依规定处理"
		}
	}
	return values
}

func (w *walker) value(f rulebook.Field, page *desktest.Page) string {
	if v, ok := w.values[f.ID]; ok {
		if role, ok := strings.CutPrefix(v, "role:"); ok { // somebody in it
			return w.actors[w.who(role, "")].ID.String()
		}
		if after, err := time.ParseDuration(v); err == nil && f.Type == "datetime" { // so long from now
			return w.Clock.Now().In(calendar.Shanghai).Add(after).Format(rulebook.DatetimeForm)
		}
		return v
	}
	now := w.Clock.Now().In(calendar.Shanghai)
	switch f.Type {
	case "choice":
		return f.Of[0].ID
	case "yesno":
		return "yes"
	case "money":
		return "100.00"
	case "number":
		return "3"
	case "date":
		if f.ID == "new_due" { // of a clock that is given more time
			return calendar.On(now).Add(400).String()
		}
		return calendar.On(now).String()
	case "datetime":
		return now.Format(rulebook.DatetimeForm)
	case "phone":
		return "0898-88001122"
	case "case":
		return w.number
	case "party":
		return w.parties[1].String()
	case "team":
		return w.team()
	case "staff":
		return w.actors[w.who(w.book.Court.Roles[0].ID, "")].ID.String()
	case "deadline":
		return w.running()
	case "recording":
		return w.recorded()
	case "attachment", "open_items":
		return ""
	}
	if f.Digits > 0 {
		return strings.Repeat("6", f.Digits)
	}
	text := "已按规定办理"
	if f.Max > 0 && len([]rune(text)) > f.Max {
		text = string([]rune(text)[:f.Max])
	}
	return text
}

// recorded is a recording of the case.
func (w *walker) recorded() (id string) {
	png := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"), make([]byte, 16)...)
	by := w.actors[w.who("judge", w.team())]
	w.must(recording.New(w.Store).Add(context.Background(), by, w.caseID, recording.Recording{Title: "搜查现场", Name: "现场.png", TakenAt: w.Clock.Now().Add(-time.Hour), Data: png}), "recording")
	w.must(w.do(func(tx *storage.Tx) error {
		rows, err := tx.RecordingsOfCase(context.Background(), courtdb.RecordingsOfCaseParams{Court: tx.Court, CaseID: w.caseID})
		id = rows[0].ID.String()
		return err
	}), "recordings")
	return id
}

// running is a clock of the case that can be given more time; one is started where none runs.
func (w *walker) running() (id string) {
	w.must(w.do(func(tx *storage.Tx) error {
		rows, err := tx.OpenDeadlinesOfCase(context.Background(), courtdb.OpenDeadlinesOfCaseParams{Court: tx.Court, CaseID: w.caseID})
		if len(rows) > 0 {
			id = rows[0].ID.String()
		}
		return err
	}), "running")
	if id == "" {
		w.must(w.record("case_filed", 0), "case_filed")
		return w.running()
	}
	return id
}

var ticks = regexp.MustCompile(`name="([a-z0-9_]+\.[0-9a-f-]{36})"`)
var papers = regexp.MustCompile(`name="(material\.[0-9]+\.[0-9]+)" value="paper"`)

// form is a posted form: the values, open items ticked off, papers ticked as in.
func (w *walker) form(p *rulebook.Process, fields []rulebook.Field, page desktest.Page, values map[string]string, materials bool) url.Values {
	kept := w.values
	if values != nil {
		w.values = values
	}
	filled := w.fill(fields, &page)
	w.values = kept
	out := url.Values{}
	for k, v := range filled {
		if v != "" {
			out.Set(k, v)
		}
	}
	for _, m := range ticks.FindAllStringSubmatch(page.Body, -1) {
		out.Set(m[1], "yes")
	}
	if materials {
		for _, m := range papers.FindAllStringSubmatch(page.Body, -1) {
			out.Set(m[1], "paper")
		}
		for i, m := range p.Materials { // of a condition that the values fulfil
			for j := range m.Need {
				out.Set("material."+strconv.Itoa(i)+"."+strconv.Itoa(j), "paper")
			}
		}
	}
	if s := page.Field("_submission"); s != "" {
		out.Set("_submission", s)
	}
	return out
}

var branch = regexp.MustCompile(`form\.([a-z0-9_]+) == ("?)([a-z0-9_]+)"?`)
var unlike = regexp.MustCompile(`form\.([a-z0-9_]+) != "([a-z0-9_]+)"`)
var notBranch = regexp.MustCompile(`!form\.([a-z0-9_]+)\b`)
var isTrue = regexp.MustCompile(`form\.([a-z0-9_]+)\b(?: *&&| *\|\||$| *\))`)

// guesses are values under which the condition of a step may hold.
func (w *walker) guesses(p *rulebook.Process, s *rulebook.Step) []map[string]string {
	types := map[string]rulebook.Field{}
	for _, f := range p.Fields() {
		types[f.ID] = f
	}
	one := map[string]string{}
	for _, m := range branch.FindAllStringSubmatch(s.When, -1) {
		v := m[3]
		if m[2] == "" {
			v = map[string]string{"true": "yes", "false": "no"}[v]
		}
		if _, ok := types[m[1]]; ok && v != "" {
			one[m[1]] = v
		}
	}
	for _, m := range unlike.FindAllStringSubmatch(s.When, -1) {
		for _, c := range types[m[1]].Of {
			if _, set := one[m[1]]; !set && !strings.Contains(s.When, `"`+c.ID+`"`) {
				one[m[1]] = c.ID
			}
		}
	}
	for _, m := range notBranch.FindAllStringSubmatch(s.When, -1) {
		if types[m[1]].Type == "yesno" {
			one[m[1]] = "no"
		}
	}
	for _, m := range isTrue.FindAllStringSubmatch(s.When, -1) {
		if _, set := one[m[1]]; !set && types[m[1]].Type == "yesno" {
			one[m[1]] = "yes"
		}
	}
	out := []map[string]string{one}
	// each value of each choice that the condition names, the others as they are
	for name := range one {
		for _, c := range types[name].Of {
			if !strings.Contains(s.When, `"`+c.ID+`"`) {
				continue
			}
			other := map[string]string{}
			for k, v := range one {
				other[k] = v
			}
			other[name] = c.ID
			out = append(out, other)
		}
	}
	return out
}

// rest is when the next run begins: a morning of a working day, so that what counts in minutes can be done in time.
func (w *walker) rest() {
	now := w.Clock.Now().In(calendar.Shanghai)
	w.Clock.Set(time.Date(now.Year(), now.Month(), now.Day()+1, 9, 5, 0, 0, calendar.Shanghai))
}
