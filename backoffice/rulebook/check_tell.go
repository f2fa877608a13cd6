package rulebook

import (
	"fmt"
	"slices"
	"strings"
)

// required says which remedies an event's message cannot do without (G13).
func required(event string) []string {
	switch {
	case event == "detention_imposed" || event == "fine_imposed":
		return []string{"R2"}
	case event == "termination_ruled":
		return []string{"R3b"}
	case strings.HasPrefix(event, "distribution_"):
		return []string{"R4"}
	}
	return nil
}

// checkTemplates holds messages: placeholders declared, short enough (G15).
func (c *checker) checkTemplates() {
	for _, t := range c.Templates {
		p := c.in(t.At, t.ID)
		p.cited("clauses", t.Clauses, false)
		p.need("", "短信正文（text）", t.Text)
		used := Placeholders(t.Text)
		for _, name := range used {
			if !slices.Contains(t.Params, name) {
				p.say("text", "正文里的 {%s} 没有列在 params 里。", name)
			}
		}
		for i, name := range t.Params {
			if !slices.Contains(used, name) {
				p.say(fmt.Sprintf("params[%d]", i), "params 里的 %s 在正文里没有用到。", name)
			}
		}
		p.wechat(t)
		forms, sent := c.formsUsing(t.ID)
		if n := c.longestMessage(&t, forms); n > MaxMessage && (sent || t.Public) {
			p.say("text", "短信最长会有%d个字，超过%d个字（G15）：连同签名、%s和防骗提示一起算。", n, MaxMessage, CodeSuffix)
		}
	}
}

// formsUsing is the forms of every event whose disclosure or alert sends a template, and whether any does: a nation-wide template
// that this court never sends need not fit its name and its warning.
func (c *checker) formsUsing(template string) (out []Field, sent bool) {
	add := func(event string) {
		sent = true
		if e, ok := c.Event(event); ok {
			out = append(out, e.Form...)
		}
	}
	for _, d := range c.Disclosures {
		for _, a := range d.Audiences {
			if a.Template == template {
				add(d.Event)
			}
		}
	}
	for _, a := range c.Alerts {
		if a.Template == template {
			add(a.On)
		}
	}
	return out, sent
}

// checkRemedies holds the sentences about legal remedies.
func (c *checker) checkRemedies() {
	for _, r := range c.Remedies {
		p := c.in(r.At, r.ID)
		p.cited("clauses", r.Clauses, true)
		p.need("", "救济途径的正文（text）", r.Text)
		p.need("", "法律依据（basis）", r.Basis)
	}
}

// checkDisclosures holds who may learn what.
func (c *checker) checkDisclosures() {
	byEvent := map[string]string{}
	for _, d := range c.Disclosures {
		p := c.in(d.At, d.ID)
		p.cited("clauses", d.Clauses, true)
		p.need("", "公开的事件（event）", d.Event)
		p.known("event", "事件", d.Event, c.events)
		if other, taken := byEvent[d.Event]; taken && other != d.ID {
			p.say("event", "事件 %s 已经由 %s 规定了公开范围。", d.Event, other)
		}
		byEvent[d.Event] = d.ID
		event, _ := c.Event(d.Event)
		if event == nil {
			event = &Event{}
		}
		p.release(d, event)
		if len(d.Audiences) == 0 {
			p.say("", "没有写明告知谁（audiences）。")
		}
		seen := map[string]bool{}
		for i, a := range d.Audiences {
			at := fmt.Sprintf("audiences[%d]", i)
			if seen[d.TitleKey(a)] {
				p.say(at, "对象 %s 写了两次：第二个要有自己的 id。", a.To)
			}
			seen[d.TitleKey(a)] = true
			p.audience(at, d, a, event)
		}
		for i, e := range d.Removes {
			p.known(fmt.Sprintf("removes[%d]", i), "事件", e, c.events)
		}
		for i, w := range d.Withheld {
			p.withheld(fmt.Sprintf("withheld[%d]", i), d, w)
		}
	}
}

// release holds who lets it go (G14).
func (p place) release(d Disclosure, event *Event) {
	p.one("release", "放行方式", string(d.Release), []string{string(ReleaseAuto), string(ReleaseGate), string(ReleaseJudge), string(ReleasePub)})
	if (d.Release == ReleaseJudge || d.Release == ReleasePub) && d.Approver == "" {
		p.say("release", "放行方式 %s 要写明审批的角色（approver）（G14）。", d.Release)
	}
	p.known("approver", "角色", d.Approver, p.roles)
	if d.Approver != "" {
		if r, ok := p.Role(d.Approver); ok && !r.Can(MayRelease) {
			p.say("approver", "角色 %s 没有放行的权限（%s）。", d.Approver, MayRelease)
		}
	}
	if event.Effect == EffectConfirmed && d.Release != ReleaseGate {
		p.say("release", "控制措施只能用 gate：生效以前谁也不能告知（G2、G14）。")
	}
}

// audience holds one circle: whom, what, how, with which remedies.
func (p place) audience(at string, d Disclosure, a Audience, event *Event) {
	p.one(at+".to", "告知对象", a.To, Audiences)
	facts := names(event.Form)
	if event.On == "tip" {
		facts = append(facts, TipFacts...)
	}
	if a.To != "tipster" { // who gave a tip learns nothing of a case (G8)
		facts = append(facts, CaseFacts...)
	}
	if a.To == "public" {
		facts = append(facts, PublicFacts...)
		if a.Expires != "" && !slices.ContainsFunc(event.Form, func(f Field) bool { return f.ID == a.Expires && f.Type == "date" }) {
			p.say(at+".expires", "事件 %s 没有日期字段 %s。", d.Event, a.Expires)
		}
		if slices.Contains(a.Channels, "sms") || slices.Contains(a.Channels, "wechat") || a.Template != "" {
			p.say(at+".channels", "公众只在公开页面看到（portal），不能用短信、微信推送。")
		}
	}
	for i, f := range a.Fields {
		if !slices.Contains(facts, f) {
			p.say(fmt.Sprintf("%s.fields[%d]", at, i), "事件 %s 没有这个字段：%s。", d.Event, f)
		}
	}
	if len(a.Channels) == 0 {
		p.say(at, "没有写明渠道（channels）。")
	}
	for i, ch := range a.Channels {
		p.one(fmt.Sprintf("%s.channels[%d]", at, i), "渠道", ch, Channels)
	}
	for i, e := range a.After {
		p.known(fmt.Sprintf("%s.after[%d]", at, i), "事件", e, p.events)
	}
	p.holds(at+".when", a.When)
	p.need(at, "给当事人看的一句话（title）", a.Title)
	p.whitelisted(at+".title", Placeholders(a.Title), a)
	p.known(at+".template", "短信模板", a.Template, p.templates)
	if t, ok := p.Template(a.Template); ok {
		p.whitelisted(at+".template", t.Params, a)
	} else if slices.Contains(a.Channels, "sms") && a.Template == "" {
		p.say(at+".channels", "发短信要写明模板（template）。")
	}
	p.remedyOf(at, d, a, event)
	if event.Effect == EffectConfirmed && a.To == "debtor" && !a.Effect {
		p.say(at, "控制措施告知被执行人要写 effect: true：生效以后才能告知（G2、G14）。")
	}
}

// whitelisted refuses a placeholder that is neither in the audience's fields nor public (G1).
func (p place) whitelisted(path string, used []string, a Audience) {
	for _, name := range used {
		if !slices.Contains(a.Fields, name) && !slices.Contains(CourtFacts, name) {
			p.say(path, "{%s} 不在对 %s 公开的字段（fields）里。", name, a.To)
		}
	}
}

// remedyOf holds the remedies an audience must be told (G13).
func (p place) remedyOf(at string, d Disclosure, a Audience, event *Event) {
	for i, r := range a.Remedy {
		if !p.remedies[r] {
			p.say(fmt.Sprintf("%s.remedy[%d]", at, i), "没有这个救济途径：%s。", r)
		}
	}
	for _, r := range required(d.Event) {
		if !slices.Contains(a.Remedy, r) {
			p.say(at, "告知 %s 必须写明救济途径 %s（G13）。", a.To, r)
		}
	}
	if event.Effect == EffectConfirmed && a.To == "debtor" && !slices.Contains(a.Remedy, "R1") {
		p.say(at, "控制措施告知被执行人必须写明救济途径 R1（G13）。")
	}
}

// withheld holds a refusal: from whom, until when, why, on what basis.
func (p place) withheld(at string, d Disclosure, w Withheld) {
	p.one(at+".from", "不告知的对象", w.From, Audiences)
	if w.Until != "never" && w.Until != "effect" && !p.events[w.Until] {
		p.say(at+".until", "不告知到何时“%s”不对：写 never、effect 或事件。", w.Until)
	}
	if told := func(a Audience) bool { return a.To == w.From }; w.Until == "never" && w.What == "" && slices.ContainsFunc(d.Audiences, told) {
		p.say(at, "自相矛盾：既告知 %s，又永远不告知；只保留一部分的，用 what 写明。", w.From)
	}
	p.need(at, "不告知的理由（why）", w.Why)
	p.need(at, "不告知的依据（basis）", w.Basis)
}
