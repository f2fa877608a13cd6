package calendar

import (
	"fmt"
	"strings"
	"time"
)

// DayNote is one day of the strip from the event to the end.
type DayNote struct {
	Date    Date   `json:"date"`
	Counted bool   `json:"counted"`
	N       int    `json:"n"`   // which day of the period it is, 0 when not counted
	Why     string `json:"why"` // 工作日, 调休上班, 周六, 国庆节, 当日不计入, 中止执行, …
}

// Explanation tells a person how a deadline came about.
type Explanation struct {
	Start       Date      `json:"start"`       // day of the event in Shanghai; not counted
	StartAt     time.Time `json:"startAt"`     // instant from which is counted
	Days        []DayNote `json:"days"`        // from Start to the last day; empty for hours and minutes
	Due         time.Time `json:"due"`         // as Deadline.At
	Provisional bool      `json:"provisional"` // rests on a year without a published holiday notice
	Text        string    `json:"text"`        // one Chinese sentence
}

const (
	whyEvent   = "当日不计入"
	whyCounted = "计入"
	whyRoll    = "届满日顺延"
	mostGroups = 6 // a sentence with more groups of skipped days is not read
)

// sentence writes Text for a rule counted in days; last is the final day, guessed the year
// without a holiday notice that made it provisional.
func (e *Explanation) sentence(rule Rule, last Date, guessed int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "自%s次日起算%d%s", e.Start, rule.length(), rule.Unit.Name())
	skipped, rolled, extra := e.groups()
	if skipped != "" {
		b.WriteString("，跳过" + skipped)
	}
	if extra != "" {
		b.WriteString("，" + extra + "调休上班计入")
	}
	if rolled != "" {
		b.WriteString("，最后一日遇" + rolled + "顺延")
	}
	fmt.Fprintf(&b, "，%s届满", last)
	if e.Provisional {
		fmt.Fprintf(&b, "（尚无%d年放假安排，暂按周末推算）", guessed)
	}
	return b.String() + "。"
}

// groups gathers runs of skipped days, the reasons why the last day rolled, and the weekend
// days that were worked.
func (e *Explanation) groups() (skipped, rolled, extra string) {
	var skips, rolls, works []string
	days := e.Days
	for i := 1; i < len(days); i++ {
		switch d := days[i]; {
		case d.Counted && d.Why == Work.Name():
			works = append(works, d.Date.String())
		case strings.HasSuffix(d.Why, whyRoll):
			rolls = addOnce(rolls, strings.TrimSuffix(d.Why, "，"+whyRoll))
		case !d.Counted && i < len(days)-1:
			first, whys := d.Date, addOnce(nil, d.Why)
			for i+1 < len(days)-1 && !days[i+1].Counted && !strings.HasSuffix(days[i+1].Why, whyRoll) {
				i++
				whys = addOnce(whys, days[i].Why)
			}
			span := first.String()
			if days[i].Date != first {
				span += "至" + days[i].Date.String()
			}
			skips = append(skips, span+"（"+strings.Join(whys, "、")+"）")
		}
	}
	return shorten(skips), strings.Join(rolls, "、"), shorten(works)
}

func addOnce(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

func shorten(groups []string) string {
	if len(groups) > mostGroups {
		return strings.Join(groups[:mostGroups], "、") + fmt.Sprintf("等%d处", len(groups))
	}
	return strings.Join(groups, "、")
}
