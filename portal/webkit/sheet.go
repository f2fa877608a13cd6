package webkit

import (
	"bytes"
	"context"
	"io"
	"sync"

	"github.com/a-h/templ"

	"mingzhi/portal/words"
)

// Sheet is written by hand what stands on one page many times: a template spends three copies on every value it shows.
type Sheet struct{ bytes.Buffer }

var sheets = sync.Pool{New: func() any { return new(Sheet) }}

// Drawn is a component that draw writes.
func Drawn(draw func(ctx context.Context, s *Sheet)) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		s := sheets.Get().(*Sheet)
		defer sheets.Put(s)
		s.Reset()
		draw(ctx, s)
		_, err := w.Write(s.Bytes())
		return err
	})
}

// Raw writes markup of our own.
func (s *Sheet) Raw(markup ...string) {
	for _, m := range markup {
		s.WriteString(m)
	}
}

// Text writes a value, and makes markup in it harmless; it is for elements and quoted attributes.
func (s *Sheet) Text(text string) { s.WriteString(templ.EscapeString(text)) }

// ClauseChip is the clause behind a statement, at a tap.
func ClauseChip(c Clause) templ.Component {
	if c.Text != "" || c.Href == "" {
		return clauseHere(c)
	}
	return Drawn(func(ctx context.Context, s *Sheet) {
		s.Raw(`<a class="chip" href="`)
		s.Text(c.Href)
		s.Raw(`" aria-label="`)
		s.Text(words.T(ctx, "web.clause", "id", c.ID))
		s.Raw(`">`, iconText("book"), ` `)
		s.Text(c.ID)
		s.Raw(`</a>`)
	})
}
