package board

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/rulebook"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

func count(ctx context.Context, tx *storage.Tx, b *rulebook.Board) (*View, error) {
	out := &View{Board: b, At: tx.At, Reach: "全院"}
	at := casework.ReachOf(tx.Actor)
	switch {
	case at.Everywhere:
	case at.WholeTeam:
		out.Reach = casework.TeamName(tx.Book, at.Team) + "和本人"
	default:
		out.Reach = "本人"
	}
	people, err := casework.Named(ctx, tx)
	if err != nil {
		return nil, err
	}
	c := counter{tx: tx, reach: at, hidden: casework.Hidden(tx.Book, tx.Actor), people: people}
	for _, t := range b.Tiles {
		one, err := c.tile(ctx, t)
		if err != nil {
			return nil, err
		}
		out.Tiles = append(out.Tiles, one)
	}
	return out, nil
}

// counter counts tiles for one reader.
type counter struct {
	tx     *storage.Tx
	reach  casework.Reach
	hidden []string
	people casework.Choices
}

func (c counter) tile(ctx context.Context, declared rulebook.Tile) (Tile, error) {
	t := Tile{Tile: declared, Sum: Row{Counts: map[string]int64{}}}
	t.From, t.Until = span(t.Span, calendar.On(c.tx.At))
	if t.Hidden = c.hides(declared); t.Hidden {
		return t, nil
	}
	t.sumName = c.label(declared)
	rows, err := c.rows(ctx, t)
	if err != nil {
		return t, err
	}
	for _, r := range rows {
		r.Name = c.name(t, r.ID)
		for k, n := range r.Counts {
			t.Sum.Counts[k] += n
		}
		t.Rows = append(t.Rows, r)
	}
	if t.By == "" && len(t.Rows) == 0 {
		t.Rows = []Row{{Counts: map[string]int64{}}}
	}
	if t.By != "month" && t.By != "day" {
		order(t)
	}
	return t, nil
}

// label is what the book calls the money that is added up.
func (c counter) label(t rulebook.Tile) string {
	for _, id := range t.Only {
		var fields []rulebook.Field
		if p, ok := c.tx.Book.Process(id); ok && t.Of == "matters" {
			fields = p.Fields()
		} else if e, ok := c.tx.Book.Event(id); ok {
			fields = e.Form
		}
		for _, f := range fields {
			if f.ID == t.Sum {
				return f.Label
			}
		}
	}
	return "金额"
}

// order puts the largest first: by the rate where there is one, else by the first count.
func order(t Tile) {
	slices.SortStableFunc(t.Rows, func(a, b Row) int {
		if t.Rate != nil {
			x, _ := t.Share(a)
			y, _ := t.Share(b)
			if x != y {
				return int(y - x)
			}
		}
		if len(t.Columns()) == 0 {
			return 0
		}
		first := t.Columns()[0]
		switch {
		case a.Counts[first] > b.Counts[first]:
			return -1
		case a.Counts[first] < b.Counts[first]:
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
}

// hides reports that all a tile counts belongs to processes that the reader may not see.
func (c counter) hides(t rulebook.Tile) bool {
	if len(t.Only) == 0 || t.Of == "cases" {
		return false
	}
	for _, id := range t.Only {
		process, _, dotted := strings.Cut(id, ".")
		if !dotted && t.Of != "matters" || !slices.Contains(c.hidden, process) {
			return false
		}
	}
	return true
}

// span is the days of a tile, the end not among them; empty days are without bound.
func span(name string, today calendar.Date) (from, until calendar.Date) {
	month := calendar.Date{Year: today.Year, Month: today.Month, Day: 1}
	switch name {
	case "today":
		return today, today.Add(1)
	case "week":
		monday := today.Add(-(int(today.Weekday()) + 6) % 7)
		return monday, monday.Add(7)
	case "month":
		return month, month.AddMonths(1)
	case "quarter":
		first := month.AddMonths(-(int(today.Month) - 1) % 3)
		return first, first.AddMonths(3)
	case "year":
		return calendar.Date{Year: today.Year, Month: 1, Day: 1}, calendar.Date{Year: today.Year + 1, Month: 1, Day: 1}
	}
	return calendar.Date{Year: 1970, Month: 1, Day: 1}, calendar.Date{Year: 9999, Month: 1, Day: 1}
}

func (c counter) rows(ctx context.Context, t Tile) (out []Row, err error) {
	tx, at := c.tx, c.reach
	by, field := t.By, ""
	if name, ok := strings.CutPrefix(t.By, "field:"); ok {
		by, field = "field", name
	}
	only := t.Only
	if only == nil {
		only = []string{}
	}
	from, until := t.From.Time(), t.Until.Time()
	switch t.Of {
	case "cases":
		if !at.Cases {
			return nil, nil
		}
		rows, err := tx.CountCases(ctx, courtdb.CountCasesParams{Court: tx.Court, By: by, FromDay: from, UntilDay: until, Everywhere: at.Everywhere, WholeTeam: at.WholeTeam, Team: at.Team, Me: at.Me})
		for _, r := range rows {
			out = append(out, Row{ID: r.Grp, Counts: map[string]int64{"filed": r.Filed, "closed": r.Closed, "pending": r.Pending, "terminated": r.Terminated,
				"performed": r.Performed, "applied": r.Applied, "realised": r.Realised}})
		}
		return out, err
	case "deadlines":
		rows, err := tx.CountDeadlines(ctx, courtdb.CountDeadlinesParams{Court: tx.Court, By: by, Now: tx.At, These: only, Hidden: c.hidden, FromAt: from, UntilAt: until,
			Everywhere: at.Everywhere, WholeTeam: at.WholeTeam, Team: at.Team, Me: at.Me, Tips: at.Tips})
		for _, r := range rows {
			out = append(out, Row{ID: r.Grp, Counts: map[string]int64{"running": r.Running, "soon": r.Soon, "overdue": r.Overdue, "met": r.Met, "late": r.Late, "total": r.Met + r.Late + r.Overdue}})
		}
		return out, err
	case "events":
		if by == "field" {
			return c.eventsBy(ctx, t, field, only)
		}
		rows, err := tx.CountEvents(ctx, courtdb.CountEventsParams{Court: tx.Court, By: by, These: only, Hidden: c.hidden, FromAt: from, UntilAt: until,
			Everywhere: at.Everywhere, WholeTeam: at.WholeTeam, Team: at.Team, Me: at.Me, Tips: at.Tips})
		for _, r := range rows {
			out = append(out, Row{ID: r.Grp, Counts: map[string]int64{"total": r.Total, "cases": r.Cases}})
		}
		if err != nil || t.Tile.Sum == "" {
			return out, err
		}
		return out, c.add(ctx, t, by, only, out)
	}
	rows, err := tx.CountMatters(ctx, courtdb.CountMattersParams{Court: tx.Court, By: by, Field: field, Sum: t.Tile.Sum, Now: tx.At, These: only, Hidden: c.hidden, FromAt: from, UntilAt: until,
		Everywhere: at.Everywhere, WholeTeam: at.WholeTeam, Team: at.Team, Me: at.Me, Tips: at.Tips})
	for _, r := range rows {
		out = append(out, Row{ID: r.Grp, Counts: map[string]int64{"opened": r.Opened, "open": r.Running, "done": r.Done, "refused": r.Refused, "returned": r.Returned,
			"in_time": r.InTime, "late": r.Late, "total": r.Total, Added: r.Added}})
	}
	return out, err
}

// add adds up the money of events: their facts are sealed, so they are opened one by one.
func (c counter) add(ctx context.Context, t Tile, by string, only []string, rows []Row) error {
	return c.facts(ctx, t, by, only, func(f courtdb.EventFactsRow, values map[string]any) {
		for i := range rows {
			if rows[i].ID == f.Grp {
				fen, _ := values[t.Tile.Sum].(int64)
				rows[i].Counts[Added] += fen
			}
		}
	})
}

// eventsBy breaks events down by what they say in a field.
func (c counter) eventsBy(ctx context.Context, t Tile, field string, only []string) (out []Row, err error) {
	at, cases := map[string]int{}, map[string]map[uuid.UUID]bool{}
	err = c.facts(ctx, t, "", only, func(f courtdb.EventFactsRow, values map[string]any) {
		said := ""
		if v, ok := values[field]; ok {
			said = fmt.Sprint(v)
		}
		if _, known := at[said]; !known {
			at[said], cases[said] = len(out), map[uuid.UUID]bool{}
			out = append(out, Row{ID: said, Counts: map[string]int64{}})
		}
		row := out[at[said]]
		cases[said][storage.Deref(f.CaseID)] = true
		fen, _ := values[t.Tile.Sum].(int64)
		row.Counts["total"]++
		row.Counts["cases"] = int64(len(cases[said]))
		row.Counts[Added] += fen
	})
	return out, err
}

func (c counter) facts(ctx context.Context, t Tile, by string, only []string, each func(courtdb.EventFactsRow, map[string]any)) error {
	tx, at := c.tx, c.reach
	rows, err := tx.EventFacts(ctx, courtdb.EventFactsParams{Court: tx.Court, By: by, These: only, Hidden: c.hidden, FromAt: t.From.Time(), UntilAt: t.Until.Time(),
		Everywhere: at.Everywhere, WholeTeam: at.WholeTeam, Team: at.Team, Me: at.Me, Tips: at.Tips})
	if err != nil {
		return err
	}
	for _, f := range rows {
		values, err := docket.Facts(tx, f.ID, f.Body)
		if err != nil {
			return err
		}
		each(f, values)
	}
	return nil
}

// name is a group in words.
func (c counter) name(t Tile, id string) string {
	if id == "" {
		return map[string]string{"team": "未分团队", "person": "未定", "step": "已结束"}[t.By]
	}
	switch t.By {
	case "team":
		return casework.TeamName(c.tx.Book, id)
	case "person":
		if name := c.people.Person(id); name != "" {
			return name
		}
		return "已离任"
	case "type":
		return enforcement.CaseNumber{Type: id}.TypeName()
	case "rule":
		return Rule(c.tx.Book, t.Of, id)
	case "step":
		return c.step(t, id)
	}
	if field, ok := strings.CutPrefix(t.By, "field:"); ok {
		return c.value(t, field, id)
	}
	return id
}

// Rule is a clock, an event or a process in words.
func Rule(book *rulebook.Book, of, id string) string {
	if of == "matters" {
		if p, ok := book.Process(id); ok {
			return p.Name
		}
	}
	if of == "deadlines" {
		return casework.ClockName(book, id)
	}
	return casework.EventName(book, id)
}

func (c counter) step(t Tile, id string) string {
	if t.Of == "cases" {
		return enforcement.CaseStage(id).Name()
	}
	process, step, _ := strings.Cut(id, ".")
	p, ok := c.tx.Book.Process(process)
	if !ok {
		return id
	}
	s, ok := p.Step(step)
	if !ok {
		return id
	}
	if len(t.Only) == 1 {
		return s.Name
	}
	return p.Name + "：" + s.Name
}

func (c counter) value(t Tile, field, id string) string {
	for _, counted := range t.Only {
		var fields []rulebook.Field
		if p, ok := c.tx.Book.Process(counted); ok && t.Of == "matters" {
			fields = p.Fields()
		} else if e, ok := c.tx.Book.Event(counted); ok {
			fields = e.Form
		}
		for _, f := range fields {
			if f.ID != field {
				continue
			}
			switch f.Type {
			case "yesno":
				return map[string]string{"true": "是", "false": "否"}[id]
			case "choice":
				if label := casework.Name(f.Of, id); label != "" {
					return label
				}
			}
			return fmt.Sprint(c.people.Spoken(f, id))
		}
	}
	return id
}
