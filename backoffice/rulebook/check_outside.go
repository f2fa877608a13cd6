package rulebook

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// units a figure may have.
var units = []string{"percent", "days", "workdays", "hours", "minutes", "count"}

// publicTypes are the inputs a form for people outside may have: what the public half can check without the court's data.
var publicTypes = []string{"text", "long", "choice", "money", "date", "datetime", "yesno", "number"}

// fromOutside holds a process that people outside open by sending its form.
func (p place) fromOutside(x Process) {
	if x.Opens.Feature != "" && !slices.Contains(Features, x.Opens.Feature) {
		p.say("opens.feature", "没有这个功能：%s。", x.Opens.Feature)
	}
	for i, r := range x.Opens.Staff {
		p.known(fmt.Sprintf("opens.staff[%d]", i), "角色", r, p.roles)
	}
	if len(x.Opens.By) == 0 {
		return
	}
	for i, r := range x.Opens.By {
		p.one(fmt.Sprintf("opens.by[%d]", i), "可以提交的人", r, Audiences)
	}
	if slices.Contains(x.Opens.By, "public") {
		p.say("opens.by", "对外的表单要由查得到身份的人提交：写当事人地位，或者 tipster（凭回执）。")
	}
	if len(x.Form) == 0 {
		p.say("form", "对外的表单没有字段。")
	}
	for i, f := range x.Form {
		at := fmt.Sprintf("form[%d]", i)
		p.one(at+".type", "对外表单的字段类型", f.Type, publicTypes)
		if f.When != "" {
			p.say(at+".when", "对外的表单不能写条件（when）。")
		}
	}
	p.need("answer", "答复的时间（answer）", x.Answer)
}

var wechatField = regexp.MustCompile(`^(thing|phrase|character_string|number|letter|symbol|time|date|amount|phone_number|car_number|name|const)[0-9]{1,2}$`)

// wechat holds the fields of a WeChat template: known kinds, whitelisted placeholders.
func (p place) wechat(t Template) {
	for _, field := range slices.Sorted(maps.Keys(t.WeChat)) {
		if !wechatField.MatchString(field) {
			p.say("wechat."+field, "微信模板没有 %s 这种字段。", field)
		}
		for _, name := range Placeholders(t.WeChat[field]) {
			if !slices.Contains(t.Params, name) {
				p.say("wechat."+field, "微信模板里的 {%s} 没有列在 params 里。", name)
			}
		}
	}
}

// checkFigures holds the numbers of the law.
func (c *checker) checkFigures() {
	for _, f := range c.Figures {
		p := c.in(f.At, f.ID)
		p.cited("clauses", f.Clauses, false)
		p.one("unit", "单位（unit）", f.Unit, units)
		if f.Value <= 0 {
			p.say("value", "数值应当大于零。")
		}
		p.source("source", f.Source)
	}
}

// checkLotItems holds what a survey must say and a notice must warn of.
func (c *checker) checkLotItems() {
	for _, l := range c.LotItems {
		p := c.in(l.At, l.ID)
		p.cited("clauses", l.Clauses, true)
		for i, k := range l.Kinds {
			p.one(fmt.Sprintf("kinds[%d]", i), "标的物种类", k, LotKinds)
		}
	}
}
