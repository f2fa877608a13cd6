package problem

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of trouble it is; the web kit maps it to an HTTP status in one place.
type Kind string

const (
	Invalid     Kind = "invalid"     // the input is wrong: the person mends it
	NotFound    Kind = "not_found"   // there is no such thing, or this person may not know of it
	Forbidden   Kind = "forbidden"   // this role may not do this
	Signin      Kind = "sign_in"     // nobody is signed in
	Conflict    Kind = "conflict"    // somebody else was first, or the state has moved on
	Refused     Kind = "refused"     // a rule forbids it; Basis names the clause
	TooMany     Kind = "too_many"    // too many tries: wait
	TooLarge    Kind = "too_large"   // the upload or text is too big
	Unavailable Kind = "unavailable" // a part of the system is down: try again later
)

// Error is what crosses package borders. Key finds the translated sentence (portal/words,
// template data Args); Text is the Chinese sentence, used when no translation exists.
type Error struct {
	Kind   Kind
	Key    string
	Text   string
	Args   map[string]any
	Basis  string            // clause id or article that refused, e.g. "S-4.4.1②a"
	Fields map[string]*Error // one problem per form field
	cause  error
}

func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s %s: %s: %v", e.Kind, e.Key, e.Text, e.cause)
	}
	return fmt.Sprintf("%s %s: %s", e.Kind, e.Key, e.Text)
}

func (e *Error) Unwrap() error { return e.cause }

// New makes a problem of a kind. key is dotted lower case ("tip.content_too_long"),
// text a whole Chinese sentence that says what to do; args are "name", value pairs.
func New(kind Kind, key, text string, args ...any) *Error {
	e := &Error{Kind: kind, Key: key, Text: text}
	for i := 0; i+1 < len(args); i += 2 {
		if e.Args == nil {
			e.Args = map[string]any{}
		}
		e.Args[args[i].(string)] = args[i+1]
	}
	return e
}

// By returns a copy that names the clause that refused.
func (e *Error) By(basis string) *Error { c := *e; c.Basis = basis; return &c }

// Because returns a copy that keeps the technical cause for the log; people never see it.
func (e *Error) Because(cause error) *Error { c := *e; c.cause = cause; return &c }

// Form gathers the problems of a form's fields; Err returns nil when there are none.
type Form struct{ fields map[string]*Error }

// Add keeps the first problem of a field; a nil problem is no problem.
func (f *Form) Add(field string, e *Error) {
	if e == nil || f.fields[field] != nil {
		return
	}
	if f.fields == nil {
		f.fields = map[string]*Error{}
	}
	f.fields[field] = e
}

// Err is one Invalid problem with every field's own problem in it, or nil.
func (f *Form) Err() error {
	if len(f.fields) == 0 {
		return nil
	}
	e := New(Invalid, "form.invalid", "有内容需要改正，请看标出的项目。")
	e.Fields = f.fields
	return e
}

// As finds the house's error in a chain.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// Is reports whether err is a problem of this kind.
func Is(err error, kind Kind) bool {
	e, ok := As(err)
	return ok && e.Kind == kind
}

// Sentence is the Chinese sentence with its values filled in, and the legal basis if a rule refused.
func (e *Error) Sentence() string {
	text := e.Text
	for k, v := range e.Args {
		text = strings.ReplaceAll(text, "{"+k+"}", fmt.Sprint(v))
	}
	if e.Basis != "" {
		text += "（依据：" + e.Basis + "）"
	}
	return text
}
