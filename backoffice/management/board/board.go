package board

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
)

// Desk counts, and keeps what it has counted until something happens in the court or a minute has passed.
type Desk struct {
	store *storage.Store

	mu   sync.Mutex
	kept map[string]kept
}

type kept struct {
	mark string
	view *View
}

// New makes the desk.
func New(store *storage.Store) *Desk { return &Desk{store: store, kept: map[string]kept{}} }

// Sees reports whether an actor may see a board: the roles it names, else everybody who works on cases or matters.
func Sees(a staff.Actor, b *rulebook.Board) bool {
	if len(b.View) > 0 {
		return a.Is(b.View...)
	}
	return a.Can(rulebook.MayViewCase) || a.Can(rulebook.MayWorkMatter)
}

var none = problem.New(problem.NotFound, "board.none", "没有这个看板，或者您无权查看。")

// View is a board with its figures at an instant.
type View struct {
	Board *rulebook.Board
	Tiles []Tile
	At    time.Time
	Reach string // whose figures they are, in words
}

// Tile is one declared tile with what was counted.
type Tile struct {
	rulebook.Tile
	Rows        []Row // one where nothing is broken down
	Sum         Row   // of all rows
	From, Until calendar.Date
	Hidden      bool // what it counts is not for the reader's eyes

	sumName string
}

// Row is one group: its id, its name, and the counts by name. Money is in fen.
type Row struct {
	ID, Name string
	Counts   map[string]int64
}

// Added is the name under which a tile's sum stands among the counts.
const Added = "added"

// Money reports whether a count is an amount.
func Money(count string) bool { return count == "applied" || count == "realised" || count == Added }

// Names of counts, by what is counted.
var names = map[string]map[string]string{
	"cases":     {"filed": "收案", "closed": "结案", "pending": "未结", "terminated": "终本", "performed": "执行完毕", "applied": "结案申请标的（元）", "realised": "结案到位（元）"},
	"deadlines": {"running": "正在走", "soon": "即将到期", "overdue": "逾期未办", "met": "按期办结", "late": "逾期办结", "total": "应当办结"},
	"events":    {"total": "次数", "cases": "案件"},
	"matters":   {"opened": "新开", "open": "办理中", "done": "办结", "refused": "不同意", "returned": "退回过", "in_time": "按期", "late": "逾期", "total": "应办"},
}

// CountName is a count in words.
func (t Tile) CountName(count string) string {
	if count == Added {
		return t.sumName + "（元）"
	}
	return names[t.Of][count]
}

// Columns are the counts a tile shows, with its sum.
func (t Tile) Columns() []string {
	out := slices.Clone(t.Count)
	if t.Tile.Sum != "" {
		out = append(out, Added)
	}
	return out
}

// Share is a rate in tenths of a percent; ok is false when there is nothing to divide by.
func (t Tile) Share(r Row) (tenths int64, ok bool) {
	if t.Rate == nil || r.Counts[t.Rate.Below] == 0 {
		return 0, false
	}
	return (r.Counts[t.Rate.Above]*2000 + r.Counts[t.Rate.Below]) / (2 * r.Counts[t.Rate.Below]), true
}

// Reached reports whether a share meets the mark of the rate.
func (t Tile) Reached(tenths int64) bool {
	if t.Rate.Least {
		return tenths <= int64(t.Rate.Target)*10
	}
	return tenths >= int64(t.Rate.Target)*10
}

// Show counts a board within what the actor may see.
func (d *Desk) Show(ctx context.Context, actor staff.Actor, id string) (*View, error) {
	var out *View
	err := d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		b, ok := tx.Book.Board(id)
		if !ok || !Sees(actor, b) {
			return none
		}
		key, mark, err := d.mark(ctx, tx, id)
		if err != nil {
			return err
		}
		if out = d.find(key, mark); out != nil {
			return nil
		}
		if out, err = count(ctx, tx, b); err != nil {
			return err
		}
		d.keep(key, mark, out)
		return nil
	})
	return out, err
}

// mark says whose figures these are and what they were counted from; the same mark has the same figures.
func (d *Desk) mark(ctx context.Context, tx *storage.Tx, id string) (key, mark string, err error) {
	at := casework.ReachOf(tx.Actor)
	whose := at.Me.String()
	if at.Everywhere && at.Tips { // nothing in it depends on the person
		whose = "court"
	}
	roles := slices.Clone(tx.Actor.Roles)
	slices.Sort(roles)
	row, err := tx.BoardMark(ctx, tx.Court)
	return strings.Join(append([]string{tx.Court, id, whose}, roles...), "|"),
		strings.Join([]string{row.Event, row.Act, tx.At.Truncate(time.Minute).String(), strconv.Itoa(tx.Version)}, "|"), err
}

func (d *Desk) find(key, mark string) *View {
	d.mu.Lock()
	defer d.mu.Unlock()
	if k := d.kept[key]; k.mark == mark {
		return k.view
	}
	return nil
}

// most boards kept; beyond, all are counted anew.
const most = 500

func (d *Desk) keep(key, mark string, v *View) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.kept) >= most {
		clear(d.kept)
	}
	d.kept[key] = kept{mark, v}
}
