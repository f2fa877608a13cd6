package admin

import (
	"fmt"
	"strings"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/webkit"
)

// month is one month of the year's view; Blank days come before the first.
type month struct {
	Name  string
	Blank int
	Days  []cell
}

type cell struct {
	Date            calendar.Date
	Off, Work, Rest bool // by notice off, by notice worked, ordinary weekend
	Name            string
	Today           bool
}

type year struct {
	Number       int
	Months       []month
	Special      []calendar.Day
	Missing      bool // the next year has no notice yet
	Known, Seeds bool // the year has days; the program holds the notice of it
	form, paste  webkit.Form
}

// Calendar is the year with its special days.
func Calendar(r *frame.Request) error { return calendarPage(r, webkit.Form{}, webkit.Form{}) }

func calendarPage(r *frame.Request, form, paste webkit.Form) error {
	days, err := r.House.Store.Calendar(r.C())
	if err != nil {
		return err
	}
	today := calendar.On(r.Now)
	y := year{Number: r.QueryInt("year", today.Year), form: form, paste: paste}
	if y.Number < 2000 || y.Number > 2200 {
		y.Number = today.Year
	}
	for _, d := range days.Days() {
		if d.Date.Year == y.Number {
			y.Special, y.Known = append(y.Special, d), true
		}
	}
	y.Missing = days.LastPublished() < today.Year+1
	y.Seeds = !y.Known && len(seeds(y.Number)) > 0
	for m := time.January; m <= time.December; m++ {
		y.Months = append(y.Months, monthOf(days, y.Number, m, today))
	}
	r.Current = "calendar"
	return r.Show("工作日历", calendarView(y))
}

func monthOf(days *calendar.Calendar, number int, m time.Month, today calendar.Date) month {
	first := calendar.Date{Year: number, Month: m, Day: 1}
	out := month{Name: fmt.Sprintf("%d月", int(m)), Blank: (int(first.Weekday()) + 6) % 7}
	for d := first; d.Month == m; d = d.Add(1) {
		s := days.Workday(d)
		c := cell{Date: d, Today: d == today, Name: s.Reason}
		weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
		switch {
		case s.Working && weekend:
			c.Work = true
		case !s.Working && s.Reason != "周六" && s.Reason != "周日":
			c.Off = true
		case !s.Working:
			c.Rest = true
		}
		out.Days = append(out.Days, c)
	}
	return out
}

func seeds(number int) []calendar.Day {
	var out []calendar.Day
	for _, d := range calendar.Seed() {
		if d.Date.Year == number {
			out = append(out, d)
		}
	}
	return out
}

// SetDay adds or changes one day.
func SetDay(r *frame.Request) error {
	d, err := dayOf(r.FormValue("day"), r.FormValue("kind"), r.FormValue("name"))
	if err == nil {
		_, err = r.House.Reads.SetDays(r.C(), r.Actor, []calendar.Day{d}, "desk")
	}
	if err != nil {
		return r.Again(err, func(f webkit.Form) error { return calendarPage(r, f, webkit.Form{}) })
	}
	return webkit.Redirect303(r.Ctx, r.At(fmt.Sprintf("/calendar?said=day&year=%d", d.Date.Year)))
}

func dayOf(day, kind, name string) (calendar.Day, error) {
	form := problem.Form{}
	date, err := calendar.ParseDate(strings.TrimSpace(day))
	if err != nil {
		form.Add("day", problem.New(problem.Invalid, "calendar.day", "日期应写成2026-10-01的样子。"))
	}
	k := calendar.Kind(kind)
	if !k.Valid() {
		form.Add("kind", problem.New(problem.Invalid, "calendar.kind", "请选择放假或者调休上班。"))
	}
	if name = strings.TrimSpace(name); name == "" {
		form.Add("name", problem.New(problem.Invalid, "calendar.name", "请填写节日名称，例如国庆节。"))
	}
	return calendar.Day{Date: date, Kind: k, Name: name}, form.Err()
}

// DeleteDay makes a day an ordinary one again.
func DeleteDay(r *frame.Request) error {
	date, err := calendar.ParseDate(r.FormValue("day"))
	if err != nil {
		return problem.New(problem.Invalid, "calendar.day", "日期应写成2026-10-01的样子。")
	}
	if _, err := r.House.Reads.DeleteDay(r.C(), r.Actor, date); err != nil {
		return err
	}
	return webkit.Redirect303(r.Ctx, r.At(fmt.Sprintf("/calendar?said=day&year=%d", date.Year)))
}

// ImportYear takes a year's notice: from the program when it holds it, else from pasted lines.
func ImportYear(r *frame.Request) error {
	number := r.QueryInt("year", calendar.On(r.Now).Year)
	days, err := seeds(number), error(nil)
	if r.FormValue("lines") != "" || len(days) == 0 {
		days, err = lines(r.FormValue("lines"))
	}
	if err == nil {
		_, err = r.House.Reads.SetDays(r.C(), r.Actor, days, "desk")
	}
	if err != nil {
		return r.Again(err, func(f webkit.Form) error { return calendarPage(r, webkit.Form{}, f) })
	}
	if len(days) > 0 {
		number = days[0].Date.Year
	}
	return webkit.Redirect303(r.Ctx, r.At(fmt.Sprintf("/calendar?said=day&year=%d", number)))
}

// lines reads "2027-01-01 放假 元旦", one day a line, or a span "2027-02-05 至 2027-02-11 放假 春节".
func lines(text string) ([]calendar.Day, error) {
	var out []calendar.Day
	form := problem.Form{}
	for i, line := range strings.Split(text, "\n") {
		parts := strings.Fields(strings.NewReplacer("至", " ", "，", " ", ",", " ", "\t", " ").Replace(line))
		if len(parts) == 0 {
			continue
		}
		days, ok := span(parts)
		if !ok {
			form.Add("lines", problem.New(problem.Invalid, "calendar.line", "第{line}行看不懂，应写成“2027-01-01 放假 元旦”。", "line", i+1))
			continue
		}
		out = append(out, days...)
	}
	if len(out) == 0 {
		form.Add("lines", problem.New(problem.Invalid, "calendar.lines", "请每行写一天，例如“2027-01-01 放假 元旦”。"))
	}
	return out, form.Err()
}

func span(parts []string) ([]calendar.Day, bool) {
	if len(parts) < 3 || len(parts) > 4 {
		return nil, false
	}
	first, err := calendar.ParseDate(parts[0])
	last := first
	if len(parts) == 4 && err == nil {
		last, err = calendar.ParseDate(parts[1])
	}
	kind, name := parts[len(parts)-2], parts[len(parts)-1]
	if err != nil || last.Before(first) || first.DaysUntil(last) > 31 || kind != calendar.Off.Name() && kind != calendar.Work.Name() {
		return nil, false
	}
	k := calendar.Off
	if kind == calendar.Work.Name() {
		k = calendar.Work
	}
	var out []calendar.Day
	for d := first; !d.After(last); d = d.Add(1) {
		out = append(out, calendar.Day{Date: d, Kind: k, Name: name})
	}
	return out, true
}
