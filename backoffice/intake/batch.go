package intake

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
)

// imported is a case of the workbook with its persons and history, checked.
type imported struct {
	Number      string
	number      enforcement.CaseNumber
	Cause       string
	FiledOn     calendar.Date
	Stage       string
	Team        string
	Judge       string // login or name
	Assistant   string
	Clerk       string
	Basis       string
	Applied     enforcement.Money
	Realised    enforcement.Money
	Waived      enforcement.Money
	ClosedOn    *calendar.Date
	ClosureMode string
	Secrecy     []string
	NonLitig    bool
	Parties     []importedParty
	History     []importedEvent
	row         int
}

type importedParty struct {
	Key, Role, Kind, Name string
	IDNo, Mobile, Address string
	Represents            string
	MandateUntil          *calendar.Date
	Unreachable           bool
	LeftOn                *calendar.Date
	MinorUntil            *calendar.Date
}

type importedEvent struct {
	Seq, Code string
	Party     string
	Occurred  time.Time
	Effect    *time.Time
	Facts     map[string]any
}

// parse turns the sheets into cases; every fault is kept, so that one dry run shows them all.
func parse(book *rulebook.Book, data []byte, people map[string]string, now time.Time) ([]*imported, []Fault, error) {
	lines, faults, err := read(data)
	if err != nil {
		return nil, nil, err
	}
	p := &parser{book: book, people: people, now: now, cases: map[string]*imported{}, faults: &faults}
	for _, l := range lines["案件"] {
		l.faults = p.faults
		p.addCase(l)
	}
	for _, l := range lines["当事人"] {
		l.faults = p.faults
		p.addParty(l)
	}
	for _, c := range p.order {
		p.checkParties(c)
	}
	for _, l := range lines["经过"] {
		l.faults = p.faults
		p.addEvent(l)
	}
	return p.order, *p.faults, nil
}

type parser struct {
	book   *rulebook.Book
	people map[string]string // login and name → login
	now    time.Time
	cases  map[string]*imported
	order  []*imported
	faults *[]Fault
}

func (p *parser) addCase(l line) {
	number, err := enforcement.ParseCaseNumber(l.cells["案号"], p.now)
	if err != nil {
		l.bad("案号", err)
		return
	}
	c := &imported{Number: number.String(), number: number, Cause: l.cells["案由"], Basis: l.cells["执行依据"], row: l.row}
	if p.cases[c.Number] != nil {
		l.fault("案号", "这个案号在前面已经出现过")
		return
	}
	if number.Court != p.book.Court.Code && !number.Legacy {
		l.fault("案号", fmt.Sprintf("不是本院的案号（本院代字为%s）", p.book.Court.Code))
	}
	if d := l.date("立案日期"); d != nil {
		c.FiledOn = *d
		if calendar.On(p.now).Before(*d) {
			l.fault("立案日期", "不能晚于今天")
		}
	}
	c.Stage = coded(l, "案件阶段", enforcement.AllCaseStages())
	c.ClosureMode = coded(l, "结案方式", enforcement.AllClosureModes())
	c.ClosedOn = l.date("结案日期")
	if (c.ClosedOn == nil) != (c.ClosureMode == "") {
		l.fault("结案日期", "结案日期和结案方式要么都填，要么都不填")
	}
	if team, ok := p.book.Team(l.cells["执行团队"]); ok {
		c.Team = team.ID
	} else if l.cells["执行团队"] != "" {
		l.fault("执行团队", "规则书里没有这个团队")
	}
	c.Judge, c.Assistant, c.Clerk = p.person(l, "承办法官"), p.person(l, "法官助理"), p.person(l, "书记员")
	c.Applied, c.Realised, c.Waived = amount(l, "申请执行标的额"), amount(l, "执行到位标的额"), amount(l, "申请人放弃标的额")
	if c.Applied > 0 && c.Realised+c.Waived > c.Applied {
		l.fault("执行到位标的额", "执行到位标的额与申请人放弃标的额之和不能超过申请执行标的额")
	}
	c.Secrecy, c.NonLitig = secrecy(l), l.yes("非诉执行")
	p.cases[c.Number] = c
	p.order = append(p.order, c)
}

// named is a closed list with Chinese names.
type named interface {
	~string
	Name() string
}

// coded reads a value by its Chinese name or its code.
func coded[T named](l line, column string, all []T) string {
	raw := l.cells[column]
	if raw == "" {
		return ""
	}
	var names []string
	for _, v := range all {
		if raw == v.Name() || raw == string(v) {
			return string(v)
		}
		names = append(names, v.Name())
	}
	l.fault(column, "不认识“"+raw+"”，可以填写："+strings.Join(names, "、"))
	return ""
}

func amount(l line, column string) enforcement.Money {
	if l.cells[column] == "" {
		return 0
	}
	m, err := enforcement.ParseMoney(l.cells[column])
	if err != nil {
		l.bad(column, err)
	} else if m < 0 {
		l.fault(column, "金额不能是负数")
	}
	return m
}

func secrecy(l line) []string {
	out := []string{}
	for _, raw := range strings.FieldsFunc(l.cells["不公开标记"], func(r rune) bool { return strings.ContainsRune("、，,; ；", r) }) {
		one := line{l.sheet, l.row, map[string]string{"不公开标记": raw}, l.faults}
		if v := coded(one, "不公开标记", enforcement.AllSecrecies()); v != "" {
			out = append(out, v)
		}
	}
	return out
}

func (p *parser) person(l line, column string) string {
	raw := l.cells[column]
	if raw == "" {
		return ""
	}
	login, ok := p.people[raw]
	if !ok {
		l.fault(column, "没有账号或姓名为“"+raw+"”的人员，请先添加人员，或核对姓名（有重名时请填账号）")
	}
	return login
}

func (p *parser) of(l line) *imported {
	number, err := enforcement.ParseCaseNumber(l.cells["案号"], p.now)
	if err != nil {
		l.bad("案号", err)
		return nil
	}
	c := p.cases[number.String()]
	if c == nil {
		l.fault("案号", "“案件”工作表里没有这个案号")
	}
	return c
}

func (p *parser) addParty(l line) {
	c := p.of(l)
	if c == nil {
		return
	}
	if v := l.cells["类型"]; v == "单位" || v == "公司" || v == "法人" { // what clerks write for it
		l.cells["类型"] = string(enforcement.PersonCompany)
	}
	x := importedParty{Key: l.cells["当事人编号"], Name: l.cells["姓名或名称"], Address: l.cells["地址"], Represents: l.cells["代表的当事人编号"],
		Role: coded(l, "诉讼地位", enforcement.AllRoles()), Kind: coded(l, "类型", enforcement.AllPersonKinds()),
		MandateUntil: l.date("代理期限至"), LeftOn: l.date("退出日期"), Unreachable: l.yes("下落不明")}
	if slices.ContainsFunc(c.Parties, func(o importedParty) bool { return o.Key == x.Key }) {
		l.fault("当事人编号", "这个编号在本案里已经用过")
	}
	if raw := l.cells["手机号"]; raw != "" {
		m, err := enforcement.ParseMobile(raw)
		if err != nil {
			l.bad("手机号", err)
		}
		x.Mobile = m.Full()
	}
	p.identify(l, &x)
	c.Parties = append(c.Parties, x)
}

// identify reads the ID number of a human being, or the credit code of a company; a wrong check
// character of a credit code is no fault, since some real codes fail it.
func (p *parser) identify(l line, x *importedParty) {
	raw := l.cells["证件号码"]
	if raw == "" {
		return
	}
	if x.Kind == string(enforcement.PersonCompany) {
		code, _, err := enforcement.ParseCreditCode(raw)
		if err != nil {
			l.bad("证件号码", err)
		}
		x.IDNo = string(code)
		return
	}
	id, err := enforcement.ParseIDNumber(raw, p.now)
	if err != nil {
		l.bad("证件号码", err)
		return
	}
	x.IDNo = id.Full()
	if birth, ok := id.Birth(); ok && id.Minor(p.now) {
		adult := calendar.DateOf(birth.AddDate(18, 0, 0))
		x.MinorUntil = &adult
	}
}

func (p *parser) checkParties(c *imported) {
	l := line{"案件", c.row, nil, p.faults}
	has := func(role enforcement.Role) bool {
		return slices.ContainsFunc(c.Parties, func(x importedParty) bool { return x.Role == string(role) })
	}
	if !has(enforcement.RoleApplicant) && !has(enforcement.RolePreservationApplicant) {
		l.fault("案号", "“当事人”工作表里没有本案的申请执行人")
	}
	if !has(enforcement.RoleDebtor) && !has(enforcement.RolePreservationRespondent) {
		l.fault("案号", "“当事人”工作表里没有本案的被执行人")
	}
	for _, x := range c.Parties {
		known := slices.ContainsFunc(c.Parties, func(o importedParty) bool { return o.Key == x.Represents })
		if x.Represents != "" && !known {
			l.fault("案号", "当事人"+x.Key+"代表的当事人编号“"+x.Represents+"”在本案里不存在")
		}
	}
}

// addEvent reads a line of history; its content is written 字段=值；字段=值 with the labels of the book's form.
func (p *parser) addEvent(l line) {
	c := p.of(l)
	if c == nil {
		return
	}
	entry := p.event(l.cells["事项"])
	if entry == nil {
		l.fault("事项", "规则书里没有事项“"+l.cells["事项"]+"”")
		return
	}
	e := importedEvent{Seq: l.cells["序号"], Code: entry.ID, Effect: l.instant("生效时间")}
	if slices.ContainsFunc(c.History, func(o importedEvent) bool { return o.Seq == e.Seq }) {
		l.fault("序号", "这个序号在本案里已经用过")
	}
	if t := l.instant("发生时间"); t != nil {
		e.Occurred = *t
		if t.After(p.now) {
			l.fault("发生时间", "不能晚于现在")
		}
	}
	if entry.Effect == rulebook.EffectConfirmed && e.Effect == nil {
		l.fault("生效时间", "这一事项必须填写生效时间")
	}
	p.content(l, entry, c, &e)
	c.History = append(c.History, e)
}

func (p *parser) event(name string) *rulebook.Event {
	for i := range p.book.Events {
		if e := &p.book.Events[i]; (e.Name == name || e.ID == name) && e.On == "case" {
			return e
		}
	}
	return nil
}

func (p *parser) content(l line, entry *rulebook.Event, c *imported, e *importedEvent) {
	values := map[string]string{}
	for _, part := range strings.FieldsFunc(l.cells["内容"], func(r rune) bool { return r == '；' || r == ';' || r == '\n' }) {
		label, value, ok := strings.Cut(part, "=")
		i := slices.IndexFunc(entry.Form, func(f rulebook.Field) bool { return f.Label == clean(label) || f.ID == clean(label) })
		if !ok || i < 0 {
			l.fault("内容", "“"+part+"”不是这一事项的字段=值")
			continue
		}
		values[entry.Form[i].ID] = choice(entry.Form[i], clean(value))
	}
	for _, f := range entry.Form {
		switch f.ID {
		case "effect_at":
			if e.Effect != nil {
				values[f.ID] = e.Effect.Format(rulebook.DatetimeForm)
			}
		case "ordered_at", "occurred_at", "started_at":
			if values[f.ID] == "" {
				values[f.ID] = e.Occurred.Format(rulebook.DatetimeForm)
			}
		}
	}
	facts, form := p.book.CheckForm(entry.Form, values, p.now.In(calendar.Shanghai))
	if err := form.Err(); err != nil {
		whole, _ := problem.As(err)
		for field, f := range whole.Fields {
			i := slices.IndexFunc(entry.Form, func(x rulebook.Field) bool { return x.ID == field })
			l.fault("内容", entry.Form[i].Label+"："+f.Sentence())
		}
	}
	for _, f := range entry.Form {
		key, given := facts[f.ID].(string)
		if f.Type != "party" || !given {
			continue
		}
		if !slices.ContainsFunc(c.Parties, func(x importedParty) bool { return x.Key == key }) {
			l.fault("内容", f.Label+"“"+key+"”不是本案的当事人编号")
		}
		e.Party = key
	}
	e.Facts = facts
}

func choice(f rulebook.Field, v string) string {
	for _, c := range f.Of {
		if c.Label == v {
			return c.ID
		}
	}
	if f.Type == "yesno" {
		return map[string]string{"是": "yes", "否": "no"}[v]
	}
	return v
}
