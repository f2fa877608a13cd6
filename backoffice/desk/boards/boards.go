package boards

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/management/board"
	"mingzhi/backoffice/rulebook"
)

// Show is a board.
func Show(r *frame.Request) error {
	v, err := r.House.Boards.Show(r.C(), r.Actor, r.Params("id"))
	if err != nil {
		return err
	}
	r.Current = "board:" + v.Board.ID
	return r.Show(v.Board.Name, page(v))
}

// Export is the board as a workbook.
func Export(r *frame.Request) error {
	var out bytes.Buffer
	v, err := r.House.Boards.Export(r.C(), r.Actor, r.Params("id"), &out)
	if err != nil {
		return err
	}
	r.Set(fiber.HeaderContentType, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	r.Set(fiber.HeaderContentDisposition, "attachment; filename*=UTF-8''"+url.PathEscape(v.Board.Name+" "+calendar.On(r.Now).String()+".xlsx"))
	r.Set(fiber.HeaderCacheControl, "no-store")
	return r.Send(out.Bytes())
}

// laid puts the broken-down tiles into rows of the page: a wide or long one alone, those between beside each other.
func laid(tiles []board.Tile) [][]board.Tile {
	var out [][]board.Tile
	alone := true
	for _, t := range tiles {
		if t.By == "" {
			continue
		}
		whole := len(t.Rows) > 0 && (breadth(t) > 4 || len(t.Rows) > 12)
		if whole || alone {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], t)
		alone = whole
	}
	return out
}

// breadth is how many columns a tile needs; amounts need two.
func breadth(t board.Tile) int {
	n := len(t.Columns())
	for _, c := range t.Columns() {
		if board.Money(c) {
			n++
		}
	}
	if t.Rate != nil {
		n++
	}
	return n
}

// figure is a count in words: amounts in yuan, numbers with their thousands.
func figure(r board.Row, count string) string {
	n := r.Counts[count]
	if board.Money(count) {
		return enforcement.Money(n).String()
	}
	return grouped(n)
}

func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func percent(t board.Tile, r board.Row) string {
	tenths, _ := t.Share(r)
	return fmt.Sprintf("%d.%d%%", tenths/10, tenths%10)
}

// fraction is what a rate was made of.
func fraction(t board.Tile, r board.Row) string {
	return t.CountName(t.Rate.Above) + " " + figure(r, t.Rate.Above) + " ÷ " + t.CountName(t.Rate.Below) + " " + figure(r, t.Rate.Below)
}

// mark is a rate's target in words, and whether it is met; nothing without a target or a rate.
func mark(t board.Tile, r board.Row) (said, state string) {
	tenths, ok := t.Share(r)
	if t.Rate == nil || t.Rate.Target == 0 {
		return "", ""
	}
	said = "目标 不低于 " + strconv.Itoa(t.Rate.Target) + "%"
	if t.Rate.Least {
		said = "目标 不高于 " + strconv.Itoa(t.Rate.Target) + "%"
	}
	switch {
	case !ok:
		return said, "none"
	case t.Reached(tenths):
		return said, "met"
	}
	return said, "missed"
}

func markWord(state string) string {
	return map[string]string{"met": "已达到", "missed": "未达到", "none": "暂无数据"}[state]
}

func markIcon(state string) string {
	return map[string]string{"met": "done", "missed": "alert", "none": "info"}[state]
}

// length of a row's bar, of a hundred: the rate itself, else the first count beside the largest.
func length(t board.Tile, r board.Row) int {
	if t.Rate != nil && !slices.Contains([]string{"month", "day"}, t.By) {
		tenths, _ := t.Share(r)
		return int(min(tenths/10, 100))
	}
	if len(t.Columns()) == 0 {
		return 0
	}
	first, top := t.Columns()[0], int64(0)
	for _, x := range t.Rows {
		top = max(top, x.Counts[first])
	}
	if top == 0 {
		return 0
	}
	return int(r.Counts[first] * 100 / top)
}

// barOf says what the bars show.
func barOf(t board.Tile) string {
	if t.Rate != nil && !slices.Contains([]string{"month", "day"}, t.By) {
		return t.RateName()
	}
	if len(t.Columns()) == 0 {
		return ""
	}
	return t.CountName(t.Columns()[0])
}

// groupName is the heading of what a table is broken down by.
func groupName(t board.Tile) string {
	if strings.HasPrefix(t.By, "field:") {
		return "分类"
	}
	return map[string]string{"team": "团队", "person": "人员", "type": "案件类型", "rule": map[string]string{"deadlines": "期限", "events": "事项", "matters": "流程"}[t.Of],
		"month": "月份", "day": "日期", "step": map[string]string{"cases": "阶段"}[t.Of] + map[string]string{"matters": "步骤"}[t.Of]}[t.By]
}

// leads is where a figure can be looked at one by one; empty where no list shows just that.
func leads(t board.Tile, r board.Row, count string) string {
	if r.Counts[count] == 0 {
		return ""
	}
	switch t.Of {
	case "cases":
		return toCases(t, r, count)
	case "deadlines":
		return toDeadlines(t, r, count)
	case "matters":
		return toRegister(t, r, count)
	}
	return ""
}

func toCases(t board.Tile, r board.Row, count string) string {
	v := url.Values{}
	switch {
	case count == "pending":
		v.Set("open", "yes")
	default:
		return ""
	}
	switch {
	case t.By == "":
	case t.By == "step" && r.ID != "":
		v.Set("stage", r.ID)
	case t.By == "person" && r.ID != "":
		v.Set("judge", r.ID)
	case t.By == "team" && r.ID != "":
		v.Set("team", r.ID)
	default:
		return ""
	}
	return "/cases?" + v.Encode()
}

func toDeadlines(t board.Tile, r board.Row, count string) string {
	due := map[string]string{"overdue": "over", "soon": "soon", "running": "running"}[count]
	if due == "" || t.By != "" && t.By != "rule" && t.By != "team" {
		return ""
	}
	rule := r.ID
	if t.By != "rule" {
		if len(t.Only) != 1 {
			return ""
		}
		rule = t.Only[0]
	}
	v := url.Values{}
	if t.By == "team" {
		if r.ID == "" {
			return ""
		}
		v.Set("team", r.ID)
	}
	process, step, dotted := strings.Cut(rule, ".")
	if dotted {
		if due == "running" || due == "soon" {
			return ""
		}
		step, _, _ = strings.Cut(step, ".")
		v.Set("step", step)
		v.Set("due", due)
		return "/process/" + process + "?" + v.Encode()
	}
	v.Set("rule", rule)
	v.Set("due", due)
	return "/cases?" + v.Encode()
}

func toRegister(t board.Tile, r board.Row, count string) string {
	process := ""
	if len(t.Only) == 1 {
		process = t.Only[0]
	}
	if t.By == "rule" {
		process = r.ID
	}
	v := url.Values{}
	switch count {
	case "opened":
		if t.Span != "" && t.Span != "all" {
			v.Set("from", t.From.String())
			v.Set("until", t.Until.Add(-1).String())
		}
	case "open":
		v.Set("state", "open")
	case "done", "refused":
		v.Set("state", count)
		if t.Span != "" && t.Span != "all" { // a register asks for days of opening, not of closing
			return ""
		}
	default:
		return ""
	}
	if process == "" {
		return ""
	}
	switch field, of := strings.CutPrefix(t.By, "field:"); {
	case t.By == "" || t.By == "rule":
	case r.ID == "":
		return ""
	case of:
		v.Set("f."+field, map[string]string{"true": "yes", "false": "no"}[r.ID])
		if v.Get("f."+field) == "" {
			v.Set("f."+field, r.ID)
		}
	case t.By == "team":
		v.Set("team", r.ID)
	case t.By == "person" && count == "open":
		v.Set("holder", r.ID)
	case t.By == "step":
		_, step, _ := strings.Cut(r.ID, ".")
		v.Set("step", step)
	default:
		return ""
	}
	return "/process/" + process + "?" + v.Encode()
}

// source of a target, where it is not a clause that has a chip.
func source(r *rulebook.Rate) string {
	if r.Source == rulebook.SourceCourt {
		return "本院自定"
	}
	return ""
}
