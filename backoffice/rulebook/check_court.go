package rulebook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var courtID = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// checkCourt holds the profile: names, roles, teams, menu, the tip form.
func (c *checker) checkCourt() {
	p := c.in(c.Court.At, "court")
	if !courtID.MatchString(c.Court.ID) {
		p.say("id", "法院的 id %q 只能用小写英文字母、数字和下划线。", c.Court.ID)
	}
	for path, v := range map[string]string{"name": c.Court.Name, "sign": c.Court.Sign, "code": c.Court.Code, "anti_fraud": c.Court.AntiFraud} {
		p.need(path, path, v)
	}
	if c.Court.Include != "" && c.Court.Include != IncludeNational {
		p.say("include", "include 只能写 %s。", IncludeNational)
	}
	c.checkRoles(p)
	c.checkTeams(p)
	c.checkMenu(p)
	for i, page := range c.Court.Pages {
		p.one(fmt.Sprintf("pages[%d].page", i), "公众页面", page.ID, PublicPages)
		p.cited(fmt.Sprintf("pages[%d].clauses", i), page.Clauses, true)
	}
	for i, d := range c.Court.Choices {
		p.need(fmt.Sprintf("decisions[%d]", i), "事由（about）", d.About)
		p.need(fmt.Sprintf("decisions[%d]", i), "读法（reading）", d.Reading)
		p.cited(fmt.Sprintf("decisions[%d].clauses", i), d.Clauses, true)
	}
	for i, f := range c.Court.Features {
		if !slices.Contains(Features, f) {
			p.say(fmt.Sprintf("features[%d]", i), "没有这个功能：%s。", f)
		}
	}
	if len(c.Court.Hall.Texts) > 0 {
		p.known("hall.clause", "条款", c.Court.Hall.Clause, c.clauses)
	}
	if c.Court.Tip.Process != "" {
		p.known("tip.process", "流程", c.Court.Tip.Process, c.processes)
		p.known("tip.clause", "条款", c.Court.Tip.Clause, c.clauses)
		p.need("tip.warning", "法律后果告知（warning）", c.Court.Tip.Warning)
		p.need("tip.warning_version", "告知的版本号（warning_version）", c.Court.Tip.WarningVersion)
	}
	for i, h := range c.Court.Hotlines {
		p.known(fmt.Sprintf("hotlines[%d].clause", i), "条款", h.Clause, c.clauses)
	}
	for list, roles := range map[string][]string{"assign": c.Court.Assign, "reopen": c.Court.Reopen} {
		for i, r := range roles {
			p.known(fmt.Sprintf("%s[%d]", list, i), "角色", r, c.roles)
		}
	}
	for i, clock := range c.Court.QuietHours {
		if clock != "" && !clockForm.MatchString(clock) {
			p.say(fmt.Sprintf("quiet_hours[%d]", i), "时刻 %q 应写成 21:00 的样子。", clock)
		}
	}
}

var clockForm = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)

// checkRoles holds roles and keeps the three administrators apart and away from cases (等保三员分立).
func (c *checker) checkRoles(p place) {
	seen := map[string]bool{}
	for i, r := range c.Court.Roles {
		path := fmt.Sprintf("roles[%d]", i)
		if seen[r.ID] {
			p.say(path, "角色 %s 写了两次。", r.ID)
		}
		seen[r.ID] = true
		p.need(path, "角色的名称", r.Name)
		p.cited(path+".clauses", r.Clauses, false)
		p.one(path+".scope", "可见范围", string(r.Scope), []string{string(ScopeOwn), string(ScopeTeam), string(ScopeCourt)})
		var administers, works []string
		for j, may := range r.May {
			if !slices.Contains(Permissions, may) {
				p.say(fmt.Sprintf("%s.may[%d]", path, j), "没有这个权限：%s。", may)
			}
			switch may {
			case MayManageStaff, MayManageSecurity, MayViewAudit:
				administers = append(administers, string(may))
			case MayViewCase, MayRecordEvent, MayTakeTip, MayWorkMatter, MayRevealPerson, MayOpenIdentity, MayRelease, MayImport:
				works = append(works, string(may))
			}
		}
		if len(administers) > 1 || len(administers) > 0 && len(works) > 0 {
			p.say(path+".may", "角色 %s 违反三员分立：%s 不能与 %s 同在一个角色。", r.ID, administers[0], strings.Join(append(administers[1:], works...), "、"))
		}
	}
}

// checkTeams refuses a name that would mean two teams.
func (c *checker) checkTeams(p place) {
	seen := map[string]string{}
	for i, t := range c.Court.Teams {
		path := fmt.Sprintf("teams[%d]", i)
		p.need(path, "团队的名称", t.Name)
		p.cited(path+".clauses", t.Clauses, false)
		for _, name := range append([]string{t.ID, t.Name}, t.Aliases...) {
			if other, taken := seen[name]; taken {
				p.say(path, "名称“%s”同时指 %s 和 %s 两个团队。", name, other, t.ID)
			}
			seen[name] = t.ID
		}
	}
}

// checkMenu refuses links that lead nowhere.
func (c *checker) checkMenu(p place) {
	for i, g := range c.Court.Menu {
		path := fmt.Sprintf("menu[%d]", i)
		p.need(path, "菜单的名称", g.Name)
		p.cited(path+".clauses", g.Clauses, false)
		for j, item := range g.Items {
			at := fmt.Sprintf("%s.items[%d]", path, j)
			p.need(at, "菜单项的名称", item.Name)
			p.cited(at+".clauses", item.Clauses, false)
			p.known(at+".process", "流程", item.Process, c.processes)
			p.known(at+".board", "看板", item.Board, ids(c.Boards, Board.id))
			if item.Page != "" {
				p.one(at+".page", "页面", item.Page, Pages)
			}
			if given := slices.DeleteFunc([]string{item.Page, item.Process, item.Board}, func(s string) bool { return s == "" }); len(given) != 1 {
				p.say(at, "菜单项“%s”应写明 page、process、board 之一。", item.Name)
			}
		}
	}
}

// checkInventory holds the clauses and laws themselves.
func (c *checker) checkInventory() {
	seen := map[string]bool{}
	for _, x := range c.Clauses {
		p := c.in(x.At, x.ID)
		if seen[x.ID] {
			p.say("id", "编号重复：条款 %s 已经有了。", x.ID)
		}
		seen[x.ID] = true
		p.need("", "条款的编号", x.ID)
		p.need("text", "条款的原文（text）", x.Text)
		p.one("kind", "条款的种类", x.Kind, Kinds)
		if x.Policy != "" && x.Kind != "hardware-or-policy-only" {
			p.say("policy", "只有种类为 hardware-or-policy-only 的条款可以写 policy（软件没有要做的事）。")
		}
	}
	for _, x := range c.Laws {
		p := c.in(x.At, x.ID)
		if seen[x.ID] {
			p.say("id", "编号重复：%s 已经有了。", x.ID)
		}
		seen[x.ID] = true
		if x.From != nil && x.Until != nil && x.Until.Before(*x.From) {
			p.say("until", "失效日早于生效日。")
		}
	}
	if len(c.Clauses) == 0 {
		c.in(c.Court.At, "court").say("", "没有条款清单（clauses.yaml）。")
	}
	if c.Court.Document.Text != "" && c.Text == "" && c.programs != nil && c.Court.At.lines != nil {
		c.in(c.Court.At, "court").say("document.text", "找不到规范性文件的全文：%s。", c.Court.Document.Text)
	}
}

// checkWords refuses the court's own translations of things that do not exist; a missing translation is
// allowed, and the nation's words may name entries that this court does not use.
func (c *checker) checkWords() {
	first := map[string]bool{"court": true, "stage": true, "role": true, "fact": true, "clause": true}
	for _, set := range []map[string]bool{c.events, c.processes, c.deadlines, c.templates, c.remedies, ids(c.Disclosures, Disclosure.id), ids(c.Gates, Gate.id), ids(c.Boards, Board.id)} {
		for id := range set {
			first[id] = true
		}
	}
	for _, at := range c.wordsAt {
		for id := range *at.lines {
			if head, _, _ := strings.Cut(id, "."); !first[head] {
				c.in(at, id).say(id, "译文指向的条目不存在。")
			}
		}
	}
}
