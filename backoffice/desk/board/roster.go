package board

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/command/duty"
	"mingzhi/backoffice/desk/frame"
	"mingzhi/portal/webkit"
)

const rosterDays = 7

// The two shifts of a day that the page plans; a shift of other hours stays until its days are planned anew.
var shifts = []struct {
	ID, Name    string
	From, Until time.Duration
}{{"day", "白班 8:00–20:00", 8 * time.Hour, 20 * time.Hour}, {"night", "夜班 20:00–次日8:00", 20 * time.Hour, 32 * time.Hour}}

// Roster shows and plans a week.
func Roster(r *frame.Request) error { return roster(r, webkit.Form{}) }

func roster(r *frame.Request, form webkit.Form) error {
	from := fromDay(r)
	p, err := r.House.Room.Roster(r.C(), r.Actor, from, rosterDays)
	if err != nil {
		return err
	}
	r.Current = "duty"
	return r.Show("排班", plan(p, form))
}

func fromDay(r *frame.Request) calendar.Date {
	if d, err := calendar.ParseDate(r.FormValue("from", r.Query("from"))); err == nil {
		return d
	}
	return calendar.On(r.Now)
}

// SetRoster replaces the week's roster.
func SetRoster(r *frame.Request) error {
	from := fromDay(r)
	var list []duty.Shift
	values := r.Values()
	for i := range rosterDays {
		day := from.Add(i)
		for _, s := range shifts {
			for _, role := range duty.Roles(r.Book) {
				if id, err := uuid.Parse(values[cell(day, s.ID, role)]); err == nil {
					list = append(list, duty.Shift{Role: role, Staff: id, From: day.Time().Add(s.From), Until: day.Time().Add(s.Until)})
				}
			}
		}
	}
	list = append(untilMorning(r, from), list...)
	if _, err := r.House.Room.SetRoster(r.C(), r.Actor, from, rosterDays, list); err != nil {
		return r.Again(err, func(form webkit.Form) error { return roster(r, form) })
	}
	return webkit.Redirect303(r.Ctx, r.At("/duty/roster?said=rostered&from=", from.String()))
}

// untilMorning keeps who is on duty in the first night until eight: that shift began the day before.
func untilMorning(r *frame.Request, from calendar.Date) []duty.Shift {
	p, err := r.House.Room.Roster(r.C(), r.Actor, from, 1)
	if err != nil {
		return nil
	}
	var out []duty.Shift
	morning := from.Time().Add(shifts[0].From)
	for _, s := range p.Shifts {
		if s.From.Before(morning) {
			out = append(out, duty.Shift{Role: s.Role, Staff: s.Staff, From: later(s.From, from.Time()), Until: earlier(s.Until, morning)})
		}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func cell(day calendar.Date, shift, role string) string {
	return day.String() + "." + shift + "." + role
}

// chosen is who is planned in a cell: what was typed, else whoever is on duty in its middle.
func chosen(p *duty.Plan, form webkit.Form, day calendar.Date, shift int, role string) string {
	if v, ok := form.Values[cell(day, shifts[shift].ID, role)]; ok {
		return v
	}
	middle := day.Time().Add((shifts[shift].From + shifts[shift].Until) / 2)
	for _, s := range p.Shifts {
		if s.Role == role && !s.From.After(middle) && s.Until.After(middle) {
			return s.Staff.String()
		}
	}
	return ""
}

func gapLine(g duty.Gap) string {
	return g.From.In(calendar.Shanghai).Format("1月2日15:04") + "至" + g.Until.In(calendar.Shanghai).Format("1月2日15:04")
}

func dayName(d calendar.Date) string {
	return fmt.Sprintf("%d月%d日 周%s", int(d.Month), d.Day, []string{"日", "一", "二", "三", "四", "五", "六"}[int(d.Weekday())])
}
