package rulebook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"mingzhi/backoffice/enforcement"
)

var formField = regexp.MustCompile(`\bform\.([a-z][a-z0-9_]*)`)

// checkEvents holds what can be recorded.
func (c *checker) checkEvents() {
	for _, e := range c.Events {
		p := c.in(e.At, e.ID)
		p.cited("clauses", e.Clauses, false)
		p.one("on", "事件的对象（on）", e.On, Subjects)
		for i, r := range e.By {
			p.known(fmt.Sprintf("by[%d]", i), "角色", r, c.roles)
		}
		for i, r := range e.About {
			p.one(fmt.Sprintf("about[%d]", i), "当事人地位", r, Audiences)
		}
		if e.Effect != EffectAtOnce && e.Effect != EffectConfirmed {
			p.say("effect", "生效方式“%s”不对：写 at_once 或 confirmed。", e.Effect)
		}
		if e.Effect == EffectConfirmed && !slices.Contains(names(e.Form), "effect_at") {
			p.say("form", "控制措施（effect: confirmed）的表单要有 effect_at：没有生效时刻就不能告知（G2）。")
		}
		if e.Stage != "" && !enforcement.CaseStage(e.Stage).Valid() {
			p.say("stage", "没有这个案件阶段：%s。", e.Stage)
		}
		p.form("form", e.Form)
	}
}

// form holds declared inputs: types, choices, conditions over fields that exist.
func (p place) form(path string, fields []Field, outer ...Field) {
	seen := map[string]bool{}
	within := append(names(fields), names(outer)...)
	for i, f := range fields {
		at := fmt.Sprintf("%s[%d]", path, i)
		if seen[f.ID] {
			p.say(at, "字段 %s 写了两次。", f.ID)
		}
		seen[f.ID] = true
		p.need(at, "字段的编号（field）", f.ID)
		p.need(at, "字段的名称（label）", f.Label)
		p.one(at+".type", "字段的类型", f.Type, FieldTypes)
		p.field(at, f, within)
		if (f.Type == "choice" || f.Type == "open_items") != (len(f.Of) > 0) {
			p.say(at+".of", "字段 %s：只有 choice 要写选项（of；open_items 在这里写流程），而且必须写。", f.ID)
		}
		p.holds(at+".when", f.When)
		p.formOnly(at+".when", f.When, within)
	}
}

// formOnly refuses a condition over a field that no form declares.
func (p place) formOnly(path, expr string, fields []string) {
	for _, m := range formField.FindAllStringSubmatch(expr, -1) {
		if !slices.Contains(fields, m[1]) {
			p.say(path, "没有这个字段：form.%s。", m[1])
		}
	}
}

func names(fields []Field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.ID
	}
	return out
}

// checkProcesses holds each process and its steps.
func (c *checker) checkProcesses() {
	for _, x := range c.Processes {
		p := c.in(x.At, x.ID)
		p.cited("clauses", x.Clauses, true)
		p.one("on", "流程的对象（on）", x.On, Subjects)
		p.known("opens.event", "事件", x.Opens.Event, c.events)
		p.opens(x)
		p.holds("opens.when", x.Opens.When)
		p.fromOutside(x)
		all := slices.Clone(x.Form)
		for _, s := range x.Steps {
			all = append(all, s.Fields()...)
		}
		for _, s := range x.Steps { // what ran beside the step answers under its own name
			for _, id := range s.Parallel {
				all = append(all, Field{ID: id})
			}
		}
		p.form("form", x.Form)
		steps := ids(x.Steps, func(s Step) string { return s.ID })
		for i, m := range x.Materials {
			at := fmt.Sprintf("materials[%d]", i)
			p.known(at+".step", "步骤", m.Step, steps)
			p.holds(at+".when", m.When)
			p.formOnly(at+".when", m.When, names(all))
		}
		for i, col := range x.Columns {
			if !slices.Contains(names(all), col) {
				p.say(fmt.Sprintf("columns[%d]", i), "没有这个字段：%s。", col)
			}
		}
		if len(x.Steps) == 0 {
			p.say("steps", "流程没有步骤。")
		}
		seen := map[string]bool{}
		for i, s := range x.Steps {
			at := fmt.Sprintf("steps[%d]", i)
			if seen[s.ID] {
				p.say(at, "步骤 %s 写了两次。", s.ID)
			}
			seen[s.ID] = true
			p.step(at, s, steps, all)
		}
	}
}

// step holds one step.
func (p place) step(at string, s Step, steps map[string]bool, all []Field) {
	p.need(at, "步骤的编号（id）", s.ID)
	p.need(at, "步骤的名称（name）", s.Name)
	if len(s.By) == 0 {
		p.say(at, "步骤 %s 没有角色（by）：没有人可以办。", s.ID)
	}
	for i, r := range s.By {
		p.known(fmt.Sprintf("%s.by[%d]", at, i), "角色", r, p.roles)
	}
	switch field, isField := strings.CutPrefix(s.Team, "$form."); {
	case isField:
		p.formOnly(at+".team", "form."+field, names(all))
	case s.Team != "$case.team":
		p.known(at+".team", "团队", s.Team, p.teams)
	}
	p.known(at+".receipt", "角色", s.Receipt, p.roles)
	p.known(at+".records", "事件", s.Records, p.events)
	p.known(at+".receive", "事件", s.Receive, p.events)
	if s.Return != "" && !steps[s.Return] {
		p.say(at+".return", "退回到的步骤 %s 不存在。", s.Return)
	}
	if s.Clause == "" {
		p.say(at, "步骤 %s 没有写明依据的条款（clause）。", s.ID)
	}
	p.known(at+".clause", "条款", s.Clause, p.clauses)
	p.holds(at+".when", s.When)
	p.formOnly(at+".when", s.When, names(all))
	p.form(at+".form", s.Form, all...)
	p.engine(at, s)
	for i, w := range s.Also {
		p.within(fmt.Sprintf("%s.also[%d]", at, i), w, all)
		p.need(fmt.Sprintf("%s.also[%d]", at, i), "期限的编号（id）", w.ID)
	}
	if s.Within != nil {
		p.within(at+".within", *s.Within, all)
	}
	for i, w := range s.Limits {
		p.within(fmt.Sprintf("%s.limits[%d]", at, i), w, all)
		if w.When == "" {
			p.say(fmt.Sprintf("%s.limits[%d]", at, i), "limits 里的期限要写明什么时候适用（when）。")
		}
	}
}

// within holds a step's clock.
func (p place) within(at string, w Within, all []Field) {
	switch {
	case w.By != "" && (!w.Length.IsZero() || w.Until != ""):
		p.say(at+".by", "当日的时刻（by）与时长、until 只写其中一个。")
	case w.By != "" && w.By != "24:00" && !clockTime.MatchString(w.By):
		p.say(at+".by", "时刻“%s”应写成 18:00 的样子，一日终了写 24:00。", w.By)
	case w.By == "" && w.Until == "":
		p.length(at, w.Length)
	}
	dated := func(id string) bool {
		return slices.ContainsFunc(all, func(f Field) bool { return f.ID == id && (f.Type == "date" || f.Type == "datetime") })
	}
	if w.Until != "" && !dated(w.Until) {
		p.say(at+".until", "没有日期字段 %s。", w.Until)
	}
	if !w.Warn.IsZero() && w.Until == "" && w.By == "" && w.Warn.Rule().Unit != w.Length.Rule().Unit {
		p.say(at+".warn", "预警与期限要用同一种单位。")
	}
	for i, pause := range w.Pauses {
		p.known(fmt.Sprintf("%s.pauses[%d].from", at, i), "事件", pause.From, p.events)
		p.known(fmt.Sprintf("%s.pauses[%d].to", at, i), "事件", pause.To, p.events)
	}
	if w.Urgent != nil {
		p.length(at+".urgent", *w.Urgent)
	}
	if w.Of != "" && w.Of != "step" && w.Of != "opened" && !dated(w.Of) {
		p.say(at+".of", "起算点“%s”不对：写 step、opened 或者一个日期字段。", w.Of)
	}
	p.known(at+".escalate", "角色", w.Escalate, p.roles)
	p.source(at, w.Source)
	p.holds(at+".when", w.When)
}

// checkDeadlines holds the clocks of the docket.
func (c *checker) checkDeadlines() {
	for _, d := range c.Deadlines {
		p := c.in(d.At, d.ID)
		p.cited("clauses", d.Clauses, true)
		p.need("", "开始的事件（start）", d.Start)
		p.known("start", "事件", d.Start, c.events)
		for i, e := range d.Stop {
			p.known(fmt.Sprintf("stop[%d]", i), "事件", e, c.events)
		}
		if len(d.Stop) == 0 {
			p.say("", "没有写明哪个事件让期限结束（stop）。")
		}
		p.length("length", d.Length)
		p.warn(d)
		p.need("", "负责的角色（owner）", d.Owner)
		p.known("owner", "角色", d.Owner, c.roles)
		p.known("escalate", "角色", d.Escalate, c.roles)
		p.source("source", d.Source)
		p.holds("when", d.When)
		p.holds("stop_when", d.StopWhen)
		if start, ok := c.Event(d.Start); ok {
			for from := range d.Same {
				if !slices.Contains(names(start.Form), from) {
					p.say("same", "开始的事件没有字段 %s。", from)
				}
			}
		}
		for i, r := range d.Told {
			p.one(fmt.Sprintf("told[%d]", i), "当事人地位", r, Audiences)
		}
		for i, pause := range d.Pauses {
			p.known(fmt.Sprintf("pauses[%d].from", i), "事件", pause.From, c.events)
			p.known(fmt.Sprintf("pauses[%d].to", i), "事件", pause.To, c.events)
		}
		if start, ok := c.Event(d.Start); ok {
			p.dateField("counts", d.Counts, start.Form)
			p.dateField("due", d.Due, start.Form)
		}
	}
}

// warn keeps the warning inside its deadline; the calendar counts both in one unit.
func (p place) warn(d Deadline) {
	if d.Warn.IsZero() {
		return
	}
	p.length("warn", d.Warn)
	if warn, length := d.Warn.Rule(), d.Length.Rule(); warn.Unit != length.Unit {
		p.say("warn", "预警（%s）与期限（%s）要用同一种单位。", d.Warn, d.Length)
	} else if warn.N > length.N {
		p.say("warn", "预警（%s）比期限（%s）还长。", d.Warn, d.Length)
	}
}

func (p place) dateField(path, id string, form []Field) {
	if id != "" && !slices.ContainsFunc(form, func(f Field) bool { return f.ID == id && f.Type == "date" }) {
		p.say(path, "开始的事件没有日期字段 %s。", id)
	}
}

// checkAlerts holds what rings at whom.
func (c *checker) checkAlerts() {
	for _, a := range c.Alerts {
		p := c.in(a.At, a.ID)
		p.cited("clauses", a.Clauses, true)
		p.need("", "收到提醒的角色（to）", a.To)
		p.known("to", "角色", a.To, c.roles)
		p.holds("when", a.When)
		p.known("template", "短信模板", a.Template, c.templates)
		if len(a.Channels) == 0 {
			p.say("", "没有写明提醒的渠道（channels）。")
		}
		for i, ch := range a.Channels {
			p.one(fmt.Sprintf("channels[%d]", i), "渠道", ch, StaffChannels)
		}
		if slices.Contains(a.Channels, "sms") && a.Template == "" {
			p.say("channels", "用短信提醒要写明模板（template）。")
		}
		p.alertOn(a.On)
	}
}

// alertOn understands an event id, overdue:DEADLINE, warning:DEADLINE and overdue:PROCESS.STEP.
func (p place) alertOn(on string) {
	kind, what, clock := strings.Cut(on, ":")
	if !clock {
		p.need("", "提醒的起因（on）", on)
		p.known("on", "事件", on, p.events)
		return
	}
	p.one("on", "提醒的起因", kind, []string{"overdue", "warning"})
	process, step, ofStep := strings.Cut(what, ".")
	step, _, _ = strings.Cut(step, ".")
	if !ofStep {
		p.known("on", "期限", what, p.deadlines)
		return
	}
	if x, ok := p.Process(process); !ok {
		p.say("on", "没有这个流程：%s。", process)
	} else if _, ok := x.Step(step); !ok {
		p.say("on", "流程 %s 没有步骤 %s。", process, step)
	}
}
