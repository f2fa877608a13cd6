package rulebook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var clockTime = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// field holds what only some types of inputs may say.
func (p place) field(at string, f Field, within []string) {
	p.holds(at+".required_when", f.RequiredWhen)
	p.formOnly(at+".required_when", f.RequiredWhen, within)
	if f.Reason != "" && (f.Type != "yesno" || f.Reason != "yes" && f.Reason != "no") {
		p.say(at+".reason", "字段 %s：reason 只用于 yesno，写 yes 或者 no。", f.ID)
	}
	if (f.Type == "rows") != (len(f.Rows) > 0) {
		p.say(at+".rows", "字段 %s：只有 rows 要写各列（rows），而且必须写。", f.ID)
	}
	for i, col := range f.Rows {
		column := fmt.Sprintf("%s.rows[%d]", at, i)
		p.need(column, "列的编号（field）", col.ID)
		p.need(column, "列的名称（label）", col.Label)
		p.one(column+".type", "列的类型", col.Type, rowTypes)
		if (col.Type == "choice") != (len(col.Of) > 0) {
			p.say(column+".of", "列 %s：只有 choice 要写选项（of），而且必须写。", col.ID)
		}
	}
	if f.Type == "open_items" {
		for i, c := range f.Of {
			p.known(fmt.Sprintf("%s.of[%d]", at, i), "流程", c.ID, p.processes)
		}
	}
	if f.Digits != 0 && (f.Type != "text" || f.Digits < 0) {
		p.say(at+".digits", "字段 %s：digits 只用于 text，写几位数字。", f.ID)
	}
	switch {
	case f.Default == "":
	case f.Default == "today" && f.Type == "date", f.Default == "now" && f.Type == "datetime", f.Default == "me" && f.Type == "staff":
	case slices.ContainsFunc(f.Of, func(c Choice) bool { return c.ID == f.Default }):
	default:
		p.say(at+".default", "字段 %s 的默认值“%s”不对：写 today（日期）、now（日期时间）、me（人员）或者一个选项。", f.ID, f.Default)
	}
}

var (
	each   = []string{"", "day", "workday", "week", "month", "quarter", "half_year", "year"}
	openBy = "流程 %s 没有人能启动：写明 opens.staff、opens.event、opens.every 或者 opens.by。"
)

// opens holds how a process begins.
func (p place) opens(x Process) {
	for list, roles := range map[string][]string{"view": x.View, "reopen": x.Reopen, "assign": x.Assign} {
		for i, r := range roles {
			p.known(fmt.Sprintf("%s[%d]", list, i), "角色", r, p.roles)
		}
	}
	if x.Log && (len(x.Reopen) > 0 || len(x.Steps) != 1) {
		p.say("log", "只增不改的登记簿（log）只有一个步骤，也不能重新办理（reopen）。")
	}
	e := x.Opens.Every
	if x.Opens.Event == "" && e == nil && len(x.Opens.By)+len(x.Opens.Staff) == 0 && !p.runsBeside(x.ID) && x.ID != p.Court.Tip.Process {
		p.say("opens", openBy, x.ID)
	}
	if e == nil {
		return
	}
	p.one("opens.every.each", "周期", e.Each, each)
	if e.At != "" && !clockTime.MatchString(e.At) {
		p.say("opens.every.at", "时刻“%s”应写成 08:30 的样子。", e.At)
	}
	if (e.Each == "") == (e.After == "") {
		p.say("opens.every", "写明 each（全院按日、周、月）或者 after（每个案件从哪个事件起）之一。")
	}
	p.known("opens.every.after", "事件", e.After, p.events)
	for i, u := range e.Until {
		p.known(fmt.Sprintf("opens.every.until[%d]", i), "事件", u, p.events)
	}
	if e.After != "" {
		p.length("opens.every.step", e.Step)
		if x.On != "case" {
			p.say("on", "按案件重复启动（opens.every.after）的流程，对象（on）应当是 case。")
		}
	}
}

func (p place) runsBeside(process string) bool {
	for _, x := range p.Processes {
		for _, s := range x.Steps {
			if slices.Contains(s.Parallel, process) {
				return true
			}
		}
	}
	return false
}

// engine holds approvals, tracks and deeds of a step.
func (p place) engine(at string, s Step) {
	if _, taken := runs[s.ID]; taken {
		p.say(at+".id", "步骤的编号不能用 %s。", s.ID)
	}
	p.known(at+".refused", "事件", s.Refused, p.events)
	if s.Refused != "" && !s.Approve {
		p.say(at+".refused", "只有审批的步骤（approve）可以写 refused。")
	}
	if s.Approve && (s.Receipt != "" || len(s.Parallel) > 0) {
		p.say(at+".approve", "审批的步骤不能同时移送签收（receipt）或者并行（parallel）。")
	}
	for i, id := range s.Parallel {
		p.known(fmt.Sprintf("%s.parallel[%d]", at, i), "流程", id, p.processes)
	}
	if s.Does != "" {
		p.one(at+".does", "程序办理的事（does）", s.Does, Deeds)
	}
	for i, id := range s.Clauses {
		p.known(fmt.Sprintf("%s.clauses[%d]", at, i), "条款", id, p.clauses)
	}
}

// checkGates holds what must be true before an act.
func (c *checker) checkGates() {
	for _, g := range c.Gates {
		p := c.in(g.At, g.ID)
		p.cited("clauses", g.Clauses, true)
		if len(g.On) == 0 {
			p.say("on", "没有写明在哪一步把关（on）。")
		}
		for i, act := range g.On {
			p.known(fmt.Sprintf("on[%d]", i), "事件或者步骤", act, c.events)
		}
		p.need("that", "应当满足的条件（that）", g.That)
		p.need("say", "不满足时的说明（say）", g.Say)
		p.holds("when", g.When)
		p.holds("that", g.That)
		fields := []string{}
		for _, act := range g.On {
			if e, ok := c.Event(act); ok {
				fields = append(fields, names(e.Form)...)
			}
		}
		p.gateFields(g, fields)
	}
}

func (p place) gateFields(g Gate, known []string) {
	for path, expr := range map[string]string{"when": g.When, "that": g.That} {
		for _, m := range formField.FindAllStringSubmatch(expr, -1) {
			ok := slices.ContainsFunc(known, func(f string) bool { return m[1] == f || len(m[1]) > len(f) && m[1][:len(f)+1] == f+"_" })
			if !ok && !p.processes[m[1]] {
				p.say(path, "没有这个字段：form.%s。", m[1])
			}
		}
	}
}

// checkBoards holds what is counted.
func (c *checker) checkBoards() {
	for _, b := range c.Boards {
		p := c.in(b.At, b.ID)
		p.cited("clauses", b.Clauses, true)
		for i, r := range b.View {
			p.known(fmt.Sprintf("view[%d]", i), "角色", r, c.roles)
		}
		if len(b.Tiles) == 0 {
			p.say("tiles", "看板没有内容（tiles）。")
		}
		for i, t := range b.Tiles {
			p.tile(fmt.Sprintf("tiles[%d]", i), t)
		}
	}
}

func (p place) tile(at string, t Tile) {
	p.need(at, "名称（name）", t.Name)
	p.cited(at+".clauses", t.Clauses, false)
	p.one(at+".of", "统计的对象（of）", t.Of, TileSubjects)
	known := map[string]map[string]bool{"deadlines": p.deadlines, "events": p.events, "matters": p.processes}[t.Of]
	for i, id := range t.Only {
		if known == nil {
			p.say(at+".only", "统计案件时不能写 only。")
		} else if !known[id] && !(t.Of == "deadlines" && p.events[id]) {
			p.say(fmt.Sprintf("%s.only[%d]", at, i), "没有这个条目：%s。", id)
		}
	}
	counts := TileCounts[t.Of]
	for i, n := range t.Count {
		p.one(fmt.Sprintf("%s.count[%d]", at, i), "统计的数", n, counts)
	}
	if len(t.Count) == 0 && t.Rate == nil && t.Sum == "" {
		p.say(at+".count", "没有写明统计什么（count、sum 或者 rate）。")
	}
	if field, ofField := strings.CutPrefix(t.By, "field:"); ofField {
		p.counted(at+".by", field, t)
	} else {
		p.one(at+".by", "分组（by）", t.By, TileBy)
	}
	if t.Sum != "" {
		p.counted(at+".sum", t.Sum, t)
	}
	p.one(at+".span", "时间范围（span）", t.Span, TileSpan)
	if r := t.Rate; r != nil {
		p.one(at+".rate.above", "分子", r.Above, counts)
		p.one(at+".rate.below", "分母", r.Below, counts)
		if r.Target != 0 {
			p.source(at+".rate.source", r.Source)
		}
	}
}

// counted refuses a field that nothing a tile counts has.
func (p place) counted(path, field string, t Tile) {
	for _, id := range t.Only {
		if t.Of == "matters" {
			id += ".done"
		}
		if e, ok := p.Event(id); ok && slices.Contains(names(e.Form), field) {
			return
		}
	}
	p.say(path, "统计的条目（only）里没有这个字段：%s。", field)
}
