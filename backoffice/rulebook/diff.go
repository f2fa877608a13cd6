package rulebook

import (
	"fmt"
	"reflect"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
)

// Change is one difference between two books.
type Change struct {
	Kind  string // court clause law event process deadline disclosure alert template remedy word
	Entry string // id; with @from when the entry has versions
	What  string // added | removed | changed
	Field string // for changed: the field's key
	Was   string
	Now   string
}

// Diff says what is different in b compared to a, by entry id.
func Diff(a, b *Book) []Change {
	var out []Change
	was, now := a.byID(), b.byID()
	keys := map[string]bool{}
	for k := range was {
		keys[k] = true
	}
	for k := range now {
		keys[k] = true
	}
	for k := range keys {
		kind, id, _ := strings.Cut(k, " ")
		before, had := was[k]
		after, has := now[k]
		switch {
		case !had:
			out = append(out, Change{Kind: kind, Entry: id, What: "added"})
		case !has:
			out = append(out, Change{Kind: kind, Entry: id, What: "removed"})
		default:
			out = append(out, fields(kind, id, before, after)...)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].key() < out[j].key() })
	return out
}

func (c Change) key() string { return c.Kind + " " + c.Entry + " " + c.Field }

// fields compares two versions of an entry, field by field.
func fields(kind, id string, before, after map[string]string) []Change {
	var out []Change
	for key, v := range before {
		if after[key] != v {
			out = append(out, Change{kind, id, "changed", key, v, after[key]})
		}
	}
	return out
}

// byID flattens a book: kind and id → field → text.
func (b *Book) byID() map[string]map[string]string {
	out := map[string]map[string]string{"court " + b.Court.ID: flatten(b.Court)}
	for _, c := range b.Clauses {
		out["clause "+c.ID] = flatten(c)
	}
	for _, l := range b.Laws {
		out["law "+l.ID] = flatten(l)
	}
	put(out, "event", b.Events)
	put(out, "process", b.Processes)
	put(out, "deadline", b.Deadlines)
	put(out, "disclosure", b.Disclosures)
	put(out, "alert", b.Alerts)
	put(out, "template", b.Templates)
	put(out, "remedy", b.Remedies)
	put(out, "figure", b.Figures)
	put(out, "lot item", b.LotItems)
	for lang, words := range b.Words {
		for id, text := range words {
			out["word "+lang+"/"+id] = map[string]string{"text": text}
		}
	}
	return out
}

func put[T dated](out map[string]map[string]string, kind string, entries []T) {
	for _, e := range entries {
		key := kind + " " + e.id()
		if from, _ := e.period(); from != nil {
			key += "@" + from.String()
		}
		out[key] = flatten(e)
	}
}

// flatten gives every field as text, without where it stands.
func flatten(entry any) map[string]string {
	out := map[string]string{}
	v := reflect.ValueOf(entry)
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Type == reflect.TypeFor[Position]() || !f.IsExported() {
			continue
		}
		if f.Type == reflect.TypeFor[Entry]() {
			for k, text := range flatten(v.Field(i).Interface()) {
				out[k] = text
			}
			continue
		}
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		out[key] = text(v.Field(i))
	}
	return out
}

func text(v reflect.Value) string {
	if v.IsZero() {
		return ""
	}
	if v.Kind() == reflect.String {
		return v.String()
	}
	out, err := yaml.Marshal(v.Interface())
	if err != nil {
		return fmt.Sprint(v.Interface())
	}
	return strings.TrimSpace(string(out))
}
