package frame

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/command/chat"
	"mingzhi/backoffice/command/duty"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/management/board"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/management/register"
	"mingzhi/backoffice/management/search"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/backoffice/support/account"
	"mingzhi/backoffice/support/lot"
	"mingzhi/backoffice/support/recording"
	"mingzhi/notify/disclosure"
	"mingzhi/portal/webkit"
	"mingzhi/storage"
)

// House is the rooms whose acts and reads the pages call.
type House struct {
	Store      *storage.Store
	Docket     *docket.Docket
	Engine     *matter.Engine
	Intake     *intake.Intake
	Disclosure *disclosure.Desk
	Accounts   *account.Desk
	Reads      *casework.Reads
	Registers  *register.Desk
	Boards     *board.Desk
	Search     *search.Desk
	Room       *duty.Room
	Chats      *chat.Desk
	Lots       *lot.Desk
	Recordings *recording.Desk
	PortalURL  string // where the public half stands, for the links on papers; empty: none
	Log        *slog.Logger
	Secure     bool

	// SignIn shows the sign-in page: where to go on, and what a form held when the session ended.
	SignIn func(r *Request, next string, kept []Kept) error
}

// Request is one request with who asks and what holds at this instant.
type Request struct {
	*fiber.Ctx
	House   *House
	Court   string
	Book    *rulebook.Book
	Version int
	Actor   staff.Actor
	Now     time.Time
	Days    *calendar.Calendar
	Current string // the page of the menu it belongs to
}

// Handler answers one route.
type Handler func(*Request) error

// Access is who may open a route; the zero value is refused when the route is registered.
type Access struct {
	open, signed bool
	any          []rulebook.Permission
}

// Open needs nobody signed in; SignedIn needs anybody: one's own start page and signing out.
var (
	Open     = Access{open: true}
	SignedIn = Access{signed: true}
)

// May asks for one of these permissions.
func May(any ...rulebook.Permission) Access { return Access{any: any} }

// Given reports that somebody thought about who may come in.
func (a Access) Given() bool { return a.open || a.signed || len(a.any) > 0 }

// check refuses an actor without any of the permissions.
func (a Access) check(actor staff.Actor) error {
	if a.open || a.signed {
		return nil
	}
	for _, p := range a.any {
		if actor.Can(p) {
			return nil
		}
	}
	return actor.Require(a.any[0])
}

type requestKey struct{}

// Of is the request a component is rendered for.
func Of(ctx context.Context) *Request {
	r, _ := ctx.Value(requestKey{}).(*Request)
	return r
}

// C is the request's context.
func (r *Request) C() context.Context { return r.UserContext() }

// At is an address of this court's desk.
func (r *Request) At(parts ...string) string { return "/" + r.Court + strings.Join(parts, "") }

// URL is an address of this court's desk, for templates.
func URL(ctx context.Context, parts ...string) templ.SafeURL {
	return templ.SafeURL(Of(ctx).At(parts...))
}

var noPage = problem.New(problem.NotFound, "web.not_found", "没有这个页面。请核对网址，或者从首页重新进入。")

// Params is a part of the address as somebody would write it: a browser sends anything beyond ASCII escaped.
func (r *Request) Params(name string, or ...string) string {
	raw := r.Ctx.Params(name, or...)
	if plain, err := url.PathUnescape(raw); err == nil {
		return plain
	}
	return raw
}

// ID reads an id from the address; what is none leads nowhere.
func (r *Request) ID(name string) (uuid.UUID, error) {
	id, err := uuid.Parse(r.Params(name))
	if err != nil {
		return id, noPage
	}
	return id, nil
}

// Values are the fields of the posted form; of several values under one name the last counts.
func (r *Request) Values() map[string]string {
	out := map[string]string{}
	for _, k := range kept(r.Ctx) {
		out[k.Name] = k.Value
	}
	return out
}

// All are the values posted under one name.
func (r *Request) All(name string) []string {
	var out []string
	for _, k := range kept(r.Ctx) {
		if k.Name == name {
			out = append(out, k.Value)
		}
	}
	return out
}

// Show renders a page in the frame.
func (r *Request) Show(title string, content templ.Component) error {
	return webkit.Render(r.Ctx, Layout(title, content))
}

// Again shows a form with what was typed and what is wrong; an error that is no matter of input is returned.
func (r *Request) Again(err error, show func(form webkit.Form) error) error {
	form, ok := webkit.NewForm(r.Values(), err)
	if !ok || problem.Is(err, problem.NotFound) || problem.Is(err, problem.Forbidden) || problem.Is(err, problem.Signin) {
		return err
	}
	if err != nil {
		r.Status(webkit.Status(err))
	}
	return show(form)
}

// Done goes on to a page of the desk with a sentence of what was done.
func (r *Request) Done(path, said string) error {
	if said != "" {
		mark := "?"
		if strings.Contains(path, "?") {
			mark = "&"
		}
		path += mark + "said=" + said
	}
	return webkit.Redirect303(r.Ctx, r.At(path))
}

// sentences a page may carry after an act; the address names one and never brings its own.
var said = map[string]string{
	"recorded": "已登记。", "taken": "已接手。", "completed": "这一步已办结。", "received": "已签收。", "returned": "已退回。",
	"asked": "问题已登记，经决定后发给提供人。", "released": "已决定告知。", "refused": "已决定不予告知。", "withdrawn": "已撤回。",
	"rostered": "排班已保存。", "day": "工作日历已更新，依推算的期限已重新计算。", "imported": "导入完成。", "staff": "人员已更新，其登录已全部退出。",
	"opened": "已提交。", "registered": "已登记。", "reopened": "已重新办理。", "assigned": "已改派。", "commented": "备注已写下。",
	"replied": "已发送。", "closed": "对话已结束。", "uploaded": "已上传。",
	"lot_made": "标的已建立。接着填写标的情况、定价和图片。", "lot_done": "已办好。",
	"view_saved": "视图已保存。", "view_deleted": "视图已删除。", "brought": "已导入，每一行开了一条。",
	"unlocked": "已解锁。", "revoked": "已退出该人员的全部登录。",
}

// Said is the sentence of the act before this page, if any.
func (r *Request) Said() string { return said[r.Query("said")] }

// PageNumber is the page of a list, from 1.
func (r *Request) PageNumber() int { return max(r.QueryInt("page", 1), 1) }

// At is an address of this court's desk as text, for templates.
func At(ctx context.Context, parts ...string) string { return Of(ctx).At(parts...) }
