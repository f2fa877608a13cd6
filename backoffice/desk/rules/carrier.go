package rules

import (
	"context"
	"slices"
	"strings"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/rulebook"
)

// carrier is an entry of the book that carries a clause, in words; Path leads to its page where the reader may open one.
type carrier struct{ Kind, Name, Path string }

// carriers puts what Coverage says into words. Of a process the steps stand together, of a menu only what it opens.
func carriers(ctx context.Context, covered string) []carrier {
	r := frame.Of(ctx)
	var out []carrier
	for _, one := range strings.Split(covered, "; ") {
		c := named(r, one)
		if !slices.ContainsFunc(out, func(have carrier) bool { return have.Kind == c.Kind && have.Name == c.Name }) {
			out = append(out, c)
		}
	}
	return slices.DeleteFunc(out, func(c carrier) bool {
		return slices.ContainsFunc(out, func(more carrier) bool { return more.Kind == c.Kind && strings.HasPrefix(more.Name, c.Name+"：") })
	})
}

// portalPages are the public pages that a book may name.
var portalPages = map[string]string{"home": "首页", "documents": "规范文件", "clauses": "条款原文", "hotlines": "联系电话", "tips": "提供线索", "cases": "我的案件", "applications": "申请和意见",
	"notices": "公告", "dishonest": "失信查询", "lots": "司法拍卖", "hall": "大厅公示屏", "feed": "订阅", "messages": "消息验真"}

func named(r *frame.Request, one string) carrier {
	kind, id, _ := strings.Cut(one, " ")
	b := r.Book
	switch kind {
	case "role":
		return carrier{"角色", casework.RoleName(b, id), ""}
	case "team":
		return carrier{"团队", casework.TeamName(b, id), ""}
	case "menu":
		return ofMenu(r, id)
	case "page":
		return carrier{"公开页面", portalPages[id], ""}
	case "decision":
		return carrier{"本院的决定", id, "#decisions"}
	case "hotline":
		return carrier{"电话", id, ""}
	case "tip":
		return carrier{"公开页面", "提供线索的表", ""}
	case "policy":
		return carrier{"设备或者制度", "不由软件承载", ""}
	case "event":
		return carrier{"事项", casework.EventName(b, id), ""}
	case "process":
		process, step, _ := strings.Cut(id, ", step ")
		c := carrier{"流程", "", r.Opens(rulebook.MenuItem{Process: process})}
		if p, ok := b.Process(process); ok {
			c.Name = p.Name
			if s, ok := p.Step(step); ok {
				c.Name += "：" + s.Name
			}
		}
		return c
	case "board":
		board, tile, _ := strings.Cut(id, ", ")
		c := carrier{"看板", tile, r.Opens(rulebook.MenuItem{Board: board})}
		if found, ok := b.Board(board); ok {
			c.Name = strings.TrimSuffix(found.Name+"："+tile, "：")
		}
		return c
	}
	return ofEntry(b, kind, strings.TrimPrefix(id, "item "))
}

// ofMenu is a heading of the menu, or what stands under it: "GROUP" or "GROUP PAGE".
func ofMenu(r *frame.Request, id string) carrier {
	group, to, _ := strings.Cut(id, " ")
	for _, g := range r.Book.Court.Menu {
		if g.ID != group {
			continue
		}
		for _, i := range g.Items {
			if i.Page+i.Process+i.Board == to {
				return carrier{"菜单", strings.TrimPrefix(g.Name+"：", "：") + i.Name, r.Opens(i)}
			}
		}
		return carrier{"菜单", g.Name, ""}
	}
	return carrier{Kind: "菜单"}
}

// longest words of a template that stand for its name.
const longest = 24

func ofEntry(b *rulebook.Book, kind, id string) carrier {
	switch kind {
	case "deadline":
		if d, ok := b.Deadline(id); ok {
			return carrier{"期限", d.Name, ""}
		}
	case "disclosure":
		for _, d := range b.Disclosures {
			if d.ID == id {
				return carrier{"公开规则", casework.EventName(b, d.Event), ""}
			}
		}
	case "alert":
		for _, a := range b.Alerts {
			if a.ID == id {
				return carrier{"提醒", a.Name, ""}
			}
		}
	case "template":
		if t, ok := b.Template(id); ok {
			text := []rune(t.Text)
			if len(text) > longest {
				text = append(text[:longest:longest], '…')
			}
			return carrier{"消息", string(text), ""}
		}
	case "remedy":
		if m, ok := b.Remedy(id); ok {
			return carrier{"救济途径", m.Name, ""}
		}
	case "figure":
		if f, ok := b.Figure(id); ok {
			return carrier{"数值", f.Name, ""}
		}
	case "lot":
		for _, i := range b.LotItems {
			if i.ID == id {
				return carrier{"标的情况", i.Name, ""}
			}
		}
	case "gate":
		for _, g := range b.Gates {
			if g.ID == id {
				return carrier{"办理前的把关", g.Name, "#gates"}
			}
		}
	}
	return carrier{Kind: "规则"}
}
