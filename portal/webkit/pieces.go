package webkit

import (
	"bytes"
	"context"
	"io"
	"strconv"

	"github.com/a-h/templ"

	"mingzhi/portal/words"
)

// Due is a date with the days left and, when Days is filled, its explanation.
type Due struct {
	Date  string // "12月1日"
	Left  int    // units left; negative when over
	Unit  string // "工作日", "日", "小时" in the page's language
	State DueState
	Start string // "11月22日 立案"
	Days  []Day
	Chip  *Clause
	Also  []Due // later dates for the same thing
}

// DueState is how near a date is; the page shows it as icon, word and colour.
type DueState string

// The states of a date.
const (
	DueLater   DueState = "later"
	DueSoon    DueState = "soon"
	DueOver    DueState = "over"
	DueDone    DueState = "done"
	DuePaused  DueState = "paused"
	DueUnknown DueState = ""
)

func (s DueState) icon() string {
	switch s {
	case DueSoon, DueOver:
		return "alert"
	case DueDone:
		return "done"
	case DuePaused:
		return "pause"
	}
	return "clock"
}

// Text is the chip's word: "还有 3 个工作日", "逾期 2 日", "今天到期".
func (d Due) text(ctx context.Context) string {
	switch {
	case d.State == DueDone:
		return words.T(ctx, "due.done")
	case d.State == DuePaused:
		return words.T(ctx, "due.paused")
	case d.Left < 0:
		return words.T(ctx, "due.over", "n", -d.Left, "unit", d.Unit)
	case d.Left == 0:
		return words.T(ctx, "due.today")
	}
	return words.T(ctx, "due.left", "n", d.Left, "unit", d.Unit)
}

// Day is one cell of the strip behind a due chip.
type Day struct {
	Label   string // "22日"
	Weekday string // "一"
	Counted bool
	Reason  string // why it is skipped, or what it is: "周末", "国庆节", "起算日不计入"
	Today   bool
	Last    bool
}

// strip draws the days by hand: a page may hold a hundred of them.
func strip(days []Day) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		b := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(b)
		b.Reset()
		n := 0
		b.WriteString(`<ol class="strip">`)
		for i := range days {
			d, number := &days[i], "–"
			if d.Counted {
				n++
				number = strconv.Itoa(n)
			}
			for _, part := range [...]string{`<li class="`, d.class(), `"><span class="strip-week">`, templ.EscapeString(d.Weekday), `</span> <span class="strip-day">`,
				templ.EscapeString(d.Label), `</span> <span class="strip-n">`, number, `</span> <span class="strip-why">`, templ.EscapeString(d.Reason), `</span></li>`} {
				b.WriteString(part)
			}
		}
		b.WriteString(`</ol>`)
		_, err := w.Write(b.Bytes())
		return err
	})
}

func (d *Day) class() string {
	class := ""
	for _, is := range [...]struct {
		yes  bool
		name string
	}{{!d.Counted, "skipped "}, {d.Last, "last "}, {d.Today, "today"}} {
		switch {
		case is.yes && class == "": // most days have one
			class = is.name
		case is.yes:
			class += is.name
		}
	}
	return class
}

// Clause is a clause chip: a short id and where its text stands.
type Clause struct {
	ID   string
	Href string
	// Article and Text, when given, open in place instead of following Href.
	Article, Text string
}

// Step is one line of a track.
type Step struct {
	Date  string
	Text  string
	Next  bool // not yet done: hollow
	Owner string
	Due   *Due
	Chip  *Clause
	More  templ.Component // a document, a button
}

// Receipt is a receipt card; it is shown once.
type Receipt struct {
	Court  string
	Ticket string
	Groups []string // four groups of four
	At     string
	QR     QR
}

// Person is a masked person; Reveal is where the full name may be asked for.
type Person struct {
	Name, Role, Detail string
	Reveal             string
}

// Column is a table's column; Number aligns to the right.
type Column struct {
	Label  string
	Number bool
	Sort   string // address that sorts by it
}

// Row is a table's row; cells are components so that they may hold chips and links.
type Row struct {
	Cells   []templ.Component
	Class   string
	Actions templ.Component
}
