package lot

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Desk keeps lots and answers what the pages ask.
type Desk struct {
	store  *storage.Store
	docket *docket.Docket
}

// New makes the desk.
func New(store *storage.Store, d *docket.Docket) *Desk { return &Desk{store, d} }

// The states of a lot; the database's CHECK says the same.
const (
	Draft     = "draft"
	Prenotice = "prenotice"
	Approved  = "approved"
	Announced = "announced"
	Stopped   = "stopped"
	Sold      = "sold"
	Unsold    = "unsold"
	Withdrawn = "withdrawn"
)

// States are all of them with their names, in the order of a lot's life.
var States = []rulebook.Choice{{ID: Draft, Label: "准备中"}, {ID: Prenotice, Label: "发布前通知"}, {ID: Approved, Label: "已签发待公告"},
	{ID: Announced, Label: "公告、竞价中"}, {ID: Stopped, Label: "暂缓或中止"}, {ID: Unsold, Label: "流拍"}, {ID: Sold, Label: "成交"}, {ID: Withdrawn, Label: "撤回"}}

// Kinds are what can be auctioned.
var Kinds = []rulebook.Choice{{ID: "real_estate", Label: "不动产"}, {ID: "vehicle", Label: "机动车"}, {ID: "movable", Label: "动产"}, {ID: "equity", Label: "股权"},
	{ID: "other_right", Label: "其他财产权"}}

var (
	noLot = problem.New(problem.NotFound, "lot.not_found", "没有找到这个拍卖标的，或者您无权查看。")
	late  = problem.New(problem.Conflict, "lot.changed", "这个标的刚刚被别人改动过，您的操作没有保存。请刷新，核对后再办。")
	ended = problem.New(problem.Conflict, "lot.ended", "这个标的已经成交或者撤回，不能再改动。")
)

// subject is a lot under an act, with its case and rounds.
type subject struct {
	courtdb.CourtLot
	file   *docket.File
	rounds []courtdb.LotRoundsRow
}

// current is the round the lot stands in; nil before the first is planned.
func (s *subject) current() *courtdb.LotRoundsRow { return s.round(s.Round) }

func (s *subject) round(n int32) *courtdb.LotRoundsRow {
	for i := range s.rounds {
		if s.rounds[i].Round == n {
			return &s.rounds[i]
		}
	}
	return nil
}

// published: at least one round was announced, so bidders know the lot.
func (s *subject) published() bool {
	return slices.ContainsFunc(s.rounds, func(r courtdb.LotRoundsRow) bool { return r.AnnouncedAt != nil })
}

// closed lots are history.
func (s *subject) closed() bool { return s.State == Sold || s.State == Withdrawn }

// seen is what a form carries, so that a change made meanwhile is noticed.
func (s *subject) seen() string { return strconv.FormatInt(s.ChangedAt.UnixMicro(), 10) }

// load reads a lot within the actor's scope; lock holds it for the act.
func load(ctx context.Context, tx *storage.Tx, id uuid.UUID, lock bool) (*subject, error) {
	row, err := tx.LotByID(ctx, courtdb.LotByIDParams{Court: tx.Court, ID: id})
	if lock && err == nil {
		row, err = tx.LotForUpdate(ctx, courtdb.LotForUpdateParams{Court: tx.Court, ID: id})
	}
	if storage.NoRows(err) {
		return nil, noLot
	}
	if err != nil {
		return nil, err
	}
	s := &subject{CourtLot: row}
	if s.file, err = docket.OpenFile(ctx, tx, row.CaseID); err != nil {
		return nil, err
	}
	if !visible(tx, s.file) {
		return nil, noLot
	}
	s.rounds, err = tx.LotRounds(ctx, courtdb.LotRoundsParams{Court: tx.Court, LotID: id})
	return s, err
}

// visible: whoever sees the case sees its lots. The auxiliary group works on lots without seeing
// cases (S-5.4.0): it sees every lot of its court, and the persons masked.
func visible(tx *storage.Tx, f *docket.File) bool {
	return f.VisibleTo(tx.Actor) || auxiliary(tx.Book, tx.Actor)
}

func auxiliary(book *rulebook.Book, a staff.Actor) bool {
	return !a.Can(rulebook.MayViewCase) && works(book, a)
}

// works: the roles that may work on lots stand at the event of their changes in the book.
func works(book *rulebook.Book, a staff.Actor) bool {
	e, ok := book.Event("lot_changed")
	return ok && a.Can(rulebook.MayWorkMatter) && a.Is(e.By...)
}

var notYours = problem.New(problem.Forbidden, "lot.role", "本院规则书没有让您的角色办理拍卖标的。")

// act runs one change of a lot by somebody who works on lots.
func (d *Desk) act(ctx context.Context, actor staff.Actor, id uuid.UUID, fn func(*storage.Tx, *subject) error) error {
	if err := actor.Require(rulebook.MayWorkMatter); err != nil {
		return err
	}
	return d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if !works(tx.Book, actor) {
			return notYours
		}
		s, err := load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		return fn(tx, s)
	})
}

// move changes the state from what was seen; who comes second has lost.
func (s *subject) move(ctx context.Context, tx *storage.Tx, state string, round int32) error {
	n, err := tx.MoveLot(ctx, courtdb.MoveLotParams{Court: tx.Court, ID: s.ID, NewState: state, NewRound: round, At: tx.At, OldState: s.State, OldRound: s.Round})
	if err == nil && n == 0 {
		return late
	}
	return err
}

// record writes an event about the lot on its case.
func (d *Desk) record(ctx context.Context, tx *storage.Tx, s *subject, e docket.Event) (*docket.Recorded, error) {
	e.Case, e.Lot = s.CaseID, s.ID
	if e.Facts == nil {
		e.Facts = map[string]any{}
	}
	if e.Facts["title"] == nil {
		e.Facts["title"] = s.Title
	}
	return d.docket.Record(ctx, tx, e)
}

// changed tells bidders of a change once they know the lot; before, it leaves a trace only.
func (d *Desk) changed(ctx context.Context, tx *storage.Tx, s *subject, what string) error {
	if !s.published() {
		return docket.Audit(ctx, tx, docket.Trace{Action: "lot:changed", Object: "lot", ID: s.ID, Case: s.CaseID, Detail: map[string]any{"what": what}})
	}
	_, err := d.record(ctx, tx, s, docket.Event{Code: "lot_changed", Facts: map[string]any{"what": what, "published": true}})
	return err
}

// terms are the facts of a round that its events carry.
func (s *subject) terms(r *courtdb.LotRoundsRow) map[string]any {
	return map[string]any{"title": s.Title, "class": s.Kind, "round": strconv.Itoa(int(r.Round)), "reference_price": enforcement.Money(r.ReferencePrice),
		"starting_price": enforcement.Money(r.StartingPrice), "deposit": enforcement.Money(r.Deposit), "increment": enforcement.Money(r.Increment),
		"starts_at": r.StartsAt, "ends_at": r.EndsAt}
}

// figure is a number of the book; without it nothing can be reckoned, and nothing is guessed.
func figure(tx *storage.Tx, id string) (*rulebook.Figure, error) {
	f, ok := tx.Book.Figure(id)
	if !ok {
		return nil, problem.New(problem.Refused, "lot.no_figure", "规则书缺少数字 {id}，不能办理。请联系规则书管理员。", "id", id)
	}
	return f, nil
}

// BasicsForm asks what a lot is.
func BasicsForm() []rulebook.Field {
	return []rulebook.Field{
		{ID: "title", Label: "标的名称", Type: "text", Required: true, Max: 100, Example: "某小区1幢1单元101室不动产"},
		{ID: "kind", Label: "种类", Type: "choice", Of: Kinds, Required: true, Help: "动产和其他财产的公告期不同"},
		{ID: "district", Label: "所在区县", Type: "text", Required: true, Max: 20},
		{ID: "address", Label: "坐落", Type: "text", Max: 200, Help: "公告以后公开；不写占用人的个人信息"},
		{ID: "contact", Label: "咨询电话", Type: "text", Required: true, Max: 40},
		{ID: "platform_url", Label: "拍卖平台上的网址", Type: "text", Max: 300, Help: "竞价只在平台进行；门户只放链接"},
		{ID: "description", Label: "文字说明", Type: "long", Max: 2000, Help: "权属、占有使用、附随义务等现状；不写占用人的姓名、年龄和健康状况"},
	}
}

// Create makes a lot of a case that the actor sees; it begins as a draft.
func (d *Desk) Create(ctx context.Context, actor staff.Actor, caseID uuid.UUID, values map[string]string) (uuid.UUID, error) {
	if err := actor.Require(rulebook.MayWorkMatter); err != nil {
		return uuid.Nil, err
	}
	id := storage.NewID()
	err := d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if !works(tx.Book, actor) {
			return notYours
		}
		file, err := docket.OpenFile(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if !file.VisibleTo(actor) {
			return problem.New(problem.NotFound, "case.not_found", "没有找到这个案件，或者您无权查看。请核对案号，或联系承办团队。")
		}
		v, form := basics(tx, values)
		if err := form.Err(); err != nil {
			return err
		}
		s := &subject{CourtLot: courtdb.CourtLot{ID: id, CaseID: caseID, Title: v["title"]}}
		err = tx.InsertLot(ctx, courtdb.InsertLotParams{Court: tx.Court, ID: id, CaseID: caseID, Title: v["title"], Kind: v["kind"], District: v["district"],
			Address: v["address"], Description: v["description"], PlatformUrl: v["platform_url"], Contact: v["contact"], RuleVersion: int32(tx.Version),
			CreatedBy: actor.Person(), At: tx.At})
		if err != nil {
			return err
		}
		_, err = d.record(ctx, tx, s, docket.Event{Code: "lot_created", Facts: map[string]any{"class": v["kind"]}})
		return err
	})
	return id, err
}

// basics are the checked fields as text.
func basics(tx *storage.Tx, values map[string]string) (map[string]string, problem.Form) {
	typed, form := tx.Book.CheckForm(BasicsForm(), values, tx.At.In(calendar.Shanghai))
	out := map[string]string{}
	for k, v := range typed {
		out[k], _ = v.(string)
	}
	if u := out["platform_url"]; u != "" && !web(u) {
		form.Add("platform_url", problem.New(problem.Invalid, "lot.platform_url", "网址要以 https:// 开头，请从平台的标的页面复制。"))
	}
	return out, form
}

// Edit changes what a lot is; the kind only while no round has been planned, because the notice's term hangs on it.
func (d *Desk) Edit(ctx context.Context, actor staff.Actor, id uuid.UUID, values map[string]string) error {
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		if s.State == Approved {
			return signed
		}
		if s.closed() {
			return ended
		}
		v, form := basics(tx, values)
		if s.Round > 0 && v["kind"] != "" && v["kind"] != s.Kind {
			form.Add("kind", problem.New(problem.Refused, "lot.kind_fixed", "已经定价的标的不能更改种类，公告期因此而定。请撤回后另建标的。"))
		}
		if err := form.Err(); err != nil {
			return err
		}
		at, err := strconv.ParseInt(values["seen"], 10, 64)
		if err != nil {
			return late
		}
		n, err := tx.EditLot(ctx, courtdb.EditLotParams{Court: tx.Court, ID: id, ChangedAt: time.UnixMicro(at), Title: v["title"], Kind: v["kind"], District: v["district"],
			Address: v["address"], Description: v["description"], PlatformUrl: v["platform_url"], Contact: v["contact"], At: tx.At})
		if err != nil {
			return err
		}
		if n == 0 {
			return late
		}
		s.Title = v["title"]
		return d.changed(ctx, tx, s, "标的基本情况已更新")
	})
}
