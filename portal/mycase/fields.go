package mycase

import (
	"context"

	"github.com/a-h/templ"

	"mingzhi/portal/exchange"
	"mingzhi/portal/webkit"
)

// fields are the details of an entry: half of all values on the page, and therefore written by hand.
func fields(list []exchange.Shown) templ.Component {
	return webkit.Drawn(func(ctx context.Context, s *webkit.Sheet) {
		s.Raw(`<dl class="fact small" lang="`)
		s.Text(zh(ctx))
		s.Raw(`">`)
		for i := range list {
			s.Raw(`<dt>`)
			s.Text(list[i].Label)
			s.Raw(`</dt><dd>`)
			s.Text(list[i].Value)
			s.Raw(`</dd>`)
		}
		s.Raw(`</dl>`)
	})
}
