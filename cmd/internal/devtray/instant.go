package devtray

import (
	"strconv"
	"strings"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/problem"
)

const furthest = 366 * 24 * time.Hour

var layouts = []string{"2006-1-2 15:4", "2006-1-2T15:4", "2006-1-2 15:4:5", "2006-1-2T15:4:5", "2006/1/2 15:4", "2006年1月2日 15:4", "2006-1-2"}

// instant reads "HH:MM" as today's and a date with time as written, in the court's time, and
// only takes what lies ahead: what has happened stays in order.
func instant(typed string, now time.Time) (time.Time, error) {
	typed = strings.Join(strings.Fields(strings.NewReplacer("：", ":", "　", " ").Replace(typed)), " ")
	local := now.In(calendar.Shanghai)
	at, ok := read(typed, local)
	switch {
	case typed == "":
		return at, wrong("clock.empty", "请填写要拨到的时间，例如 17:30，或者 2026-12-01 09:00。")
	case !ok:
		return at, wrong("clock.unreadable", "看不懂这个时间。请写成 17:30（今天），或者 2026-12-01 09:00。")
	case !at.After(now):
		return at, wrong("clock.backwards", "时钟只能往前拨：现在是 {now}，要拨到的 {at} 已经过去。",
			"now", local.Format("2006-01-02 15:04"), "at", at.Format("2006-01-02 15:04"))
	case at.Sub(now) > furthest:
		return at, wrong("clock.too_far", "一次最多往前拨一年，请分几次。")
	}
	return at, nil
}

func read(typed string, local time.Time) (time.Time, bool) {
	for _, layout := range []string{"15:4", "15:4:5"} {
		if t, err := time.Parse(layout, typed); err == nil {
			return time.Date(local.Year(), local.Month(), local.Day(), t.Hour(), t.Minute(), t.Second(), 0, calendar.Shanghai), true
		}
	}
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, typed, calendar.Shanghai); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func wrong(key, text string, args ...any) error {
	var form problem.Form
	form.Add("to", problem.New(problem.Invalid, key, text, args...))
	return form.Err()
}

var weekdays = [...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}

func day(t time.Time) string {
	t = t.In(calendar.Shanghai)
	return t.Format("2006年1月2日 ") + weekdays[t.Weekday()]
}

func minute(t time.Time) string { return t.In(calendar.Shanghai).Format("15:04") }

func moment(t time.Time) string { return t.In(calendar.Shanghai).Format("1月2日 15:04:05") }

// ahead says how far the demonstration runs before the real time.
func ahead(offset time.Duration) string {
	if offset < time.Minute {
		return "与真实时间一致"
	}
	days, hours, minutes := int(offset.Hours())/24, int(offset.Hours())%24, int(offset.Minutes())%60
	var b strings.Builder
	b.WriteString("比真实时间快")
	for _, part := range []struct {
		n    int
		unit string
	}{{days, " 天"}, {hours, " 小时"}, {minutes, " 分钟"}} {
		if part.n > 0 {
			b.WriteString(" " + strconv.Itoa(part.n) + part.unit)
		}
	}
	return b.String()
}
