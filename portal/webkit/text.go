package webkit

import (
	"bytes"
	"context"
	"io"
	"sync"

	"github.com/a-h/templ"

	"mingzhi/portal/words"
)

// What stands on every page many times is written by hand: a template's component costs more than what these write.

// Word is a sentence that says its own language when it is not the page's.
func Word(id string, args ...any) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		text, lang := words.In(ctx, id, args...)
		return say(ctx, w, text, lang)
	})
}

// Say shows a text whose language the caller knows (words.Given, words.ProblemIn).
func Say(text, lang string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return say(ctx, w, text, lang) })
}

func say(ctx context.Context, w io.Writer, text, lang string) error {
	text = templ.EscapeString(text)
	if other := words.Other(ctx, lang); other != "" {
		text = `<span lang="` + templ.EscapeString(other) + `">` + text + `</span>`
	}
	_, err := io.WriteString(w, text)
	return err
}

// kept are pieces already written, by everything they depend on.
var kept struct {
	sync.RWMutex
	pieces map[any][]byte
}

const mostKept = 1000 // a court that changes its name leaves its old head behind: then all are forgotten

// Kept writes a piece that is the same on many pages, and makes it only once for each key. The key must name everything the piece
// looks at: a piece with something of a person or of a request in it is not to be kept.
func Kept(key any, piece templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		kept.RLock()
		text, ok := kept.pieces[key]
		kept.RUnlock()
		if !ok {
			var b bytes.Buffer
			if err := piece.Render(ctx, &b); err != nil {
				return err
			}
			text = b.Bytes()
			kept.Lock()
			if kept.pieces == nil || len(kept.pieces) >= mostKept {
				kept.pieces = map[any][]byte{}
			}
			kept.pieces[key] = text
			kept.Unlock()
		}
		_, err := w.Write(text)
		return err
	})
}
