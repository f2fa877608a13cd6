package frame

import (
	"context"

	"mingzhi/backoffice/management/board"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/rulebook"
)

// where a page of the menu stands and who may open it.
type place struct {
	path   string
	access Access
}

// Searching is who searches: whoever works on cases or matters, or keeps the book.
var Searching = May(rulebook.MayViewCase, rulebook.MayWorkMatter, rulebook.MayPublishBook)

func searches(ctx context.Context) bool { return Searching.check(Of(ctx).Actor) == nil }

// places are the pages a book's menu may name.
var places = map[string]place{
	"work":     {"/work", May(rulebook.MayWorkMatter)},
	"duty":     {"/duty", May(rulebook.MayViewDuty)},
	"chats":    {"/chats", May(rulebook.MayTakeTip)},
	"cases":    {"/cases", May(rulebook.MayViewCase)},
	"search":   {"/search", Searching},
	"lots":     {"/lots", May(rulebook.MayViewCase, rulebook.MayWorkMatter)},
	"release":  {"/release", May(rulebook.MayRelease)},
	"import":   {"/import", May(rulebook.MayImport)},
	"audit":    {"/audit", May(rulebook.MayViewAudit)},
	"calendar": {"/calendar", May(rulebook.MayEditCalendar)},
	"rulebook": {"/rulebook", May(rulebook.MayPublishBook)},
	"staff":    {"/staff", May(rulebook.MayManageStaff)},
}

// part is one part of the document with its headings.
type part struct {
	Name   string
	Groups []group
	Open   bool // something in it can be opened
}

type group struct {
	Name    string
	Clauses []string
	Items   []item
}

type item struct{ Name, Path, Page string }

// menu is the book's menu as this actor may use it: links only to pages that exist and may be opened.
func menu(r *Request) []part {
	var out []part
	for _, g := range r.Book.Court.Menu {
		if len(out) == 0 || g.Part == "" || out[len(out)-1].Name != g.Part {
			out = append(out, part{Name: g.Part})
		}
		p := &out[len(out)-1]
		in := group{Name: g.Name, Clauses: g.Clauses}
		for _, i := range g.Items {
			if to, ok := allowed(r, i); ok {
				in.Items = append(in.Items, to)
			}
		}
		if g.ID == "admin" && r.Actor.Can(rulebook.MayManageSecurity) {
			in.Items = append(in.Items, item{"安全", "/security", "security"})
		}
		if len(in.Items) == 0 && len(g.Clauses) == 0 {
			continue
		}
		p.Open = p.Open || len(in.Items) > 0
		p.Groups = append(p.Groups, in)
	}
	return out
}

func allowed(r *Request, i rulebook.MenuItem) (item, bool) {
	if i.Process != "" {
		p, known := r.Book.Process(i.Process)
		return item{i.Name, "/process/" + i.Process, "process:" + i.Process},
			known && r.Actor.Can(rulebook.MayWorkMatter) && (casework.Sees(r.Actor, p) || r.Actor.Is(p.Opens.Staff...))
	}
	if i.Board != "" {
		b, known := r.Book.Board(i.Board)
		return item{i.Name, "/boards/" + i.Board, "board:" + i.Board}, known && board.Sees(r.Actor, b)
	}
	p, known := places[i.Page]
	return item{i.Name, p.path, i.Page}, known && p.access.check(r.Actor) == nil
}

// Opens is the way to a page, register or board that the actor may open, else empty.
func (r *Request) Opens(i rulebook.MenuItem) string {
	if to, ok := allowed(r, i); ok {
		return to.Path
	}
	return ""
}

// Home is the first page that the actor may open.
func (r *Request) Home() string {
	for _, p := range menu(r) {
		for _, g := range p.Groups {
			for _, i := range g.Items {
				return r.At(i.Path)
			}
		}
	}
	return ""
}

func current(ctx context.Context, page string) string {
	if Of(ctx).Current == page {
		return "page"
	}
	return ""
}
