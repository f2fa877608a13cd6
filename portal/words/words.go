package words

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed active.*.yaml
var files embed.FS

// Chinese is the language that has every sentence; what another lacks is shown in it.
const Chinese = "zh-CN"

// tongue is one file of sentences. Most have no gaps and are served without a template.
type tongue struct {
	tag       string
	localizer *i18n.Localizer
	plain     map[string]string
	gapped    map[string][]piece // sentences with simple gaps and no plural: filled without a template
	known     map[string]bool
}

var tongues, order, matcher = load()

func load() (map[string]*tongue, []string, language.Matcher) {
	bundle := i18n.NewBundle(language.MustParse(Chinese))
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	names, err := fs.Glob(files, "active.*.yaml")
	if err != nil {
		panic(err)
	}
	all := map[string]*tongue{}
	var tags []string
	for _, name := range names {
		file, err := bundle.LoadMessageFileFS(files, name)
		if err != nil {
			panic(fmt.Errorf("%s: %w", name, err))
		}
		t := &tongue{tag: file.Tag.String(), plain: map[string]string{}, gapped: map[string][]piece{}, known: map[string]bool{}}
		for _, m := range file.Messages {
			t.known[m.ID] = true
			if m.One == "" && !strings.Contains(m.Other, "{{") {
				t.plain[m.ID] = m.Other
			} else if pieces, ok := cut(m.Other); ok && m.One == "" {
				t.gapped[m.ID] = pieces
			}
		}
		all[t.tag] = t
		tags = append(tags, t.tag)
	}
	slices.SortFunc(tags, func(a, b string) int { // the default language stands first
		if (a == Chinese) != (b == Chinese) {
			return map[bool]int{true: -1, false: 1}[a == Chinese]
		}
		return strings.Compare(a, b)
	})
	supported := make([]language.Tag, len(tags))
	for i, tag := range tags {
		all[tag].localizer = i18n.NewLocalizer(bundle, tag)
		supported[i] = language.MustParse(tag)
	}
	return all, tags, language.NewMatcher(supported)
}

// Languages lists the tags there is a file for, Chinese first.
func Languages() []string { return slices.Clone(order) }

// Keys lists the sentences a language has.
func Keys(tag string) []string {
	t := tongues[tag]
	if t == nil {
		return nil
	}
	keys := make([]string, 0, len(t.known))
	for key := range t.known {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

type contextKey struct{}

// With puts the language a page is written in into ctx.
func With(ctx context.Context, tag string) context.Context {
	t := tongues[tag]
	if t == nil {
		t = tongues[Chinese]
	}
	return context.WithValue(ctx, contextKey{}, t)
}

func of(ctx context.Context) *tongue {
	if t, ok := ctx.Value(contextKey{}).(*tongue); ok {
		return t
	}
	return tongues[Chinese]
}

// Lang is the tag of the language chosen for ctx; Chinese when none was.
func Lang(ctx context.Context) string { return of(ctx).tag }

// Choose takes the first wish that names a language there is a file for: the query's, the
// cookie's, then the browser's header.
func Choose(query, cookie, accept string) string {
	for _, wish := range []string{query, cookie} {
		if tongues[wish] != nil {
			return wish
		}
	}
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(tags) == 0 {
		return Chinese
	}
	_, index, confidence := matcher.Match(tags...)
	if confidence == language.No {
		return Chinese
	}
	return order[index]
}

// T is a sentence in ctx's language, else in Chinese. args are "name", value pairs; an "n"
// also chooses the plural. A key nobody has is shown as itself, so that it is seen.
func T(ctx context.Context, id string, args ...any) string {
	text, _ := In(ctx, id, args...)
	return text
}

// In is T with the language the sentence is really in, for the lang attribute.
func In(ctx context.Context, id string, args ...any) (text, lang string) {
	t := of(ctx)
	if !t.known[id] {
		t = tongues[Chinese]
	}
	if text, ok := t.plain[id]; ok {
		return text, t.tag
	}
	if pieces, ok := t.gapped[id]; ok {
		if text, ok := join(pieces, args); ok {
			return text, t.tag
		}
	}
	config := &i18n.LocalizeConfig{MessageID: id}
	if len(args) > 0 {
		data := map[string]any{}
		for i := 0; i+1 < len(args); i += 2 {
			data[args[i].(string)] = args[i+1]
		}
		config.TemplateData, config.PluralCount = data, data["n"]
	}
	text, err := t.localizer.Localize(config)
	if err != nil && text == "" {
		return id, t.tag
	}
	return text, t.tag
}

// piece is a stretch of a sentence, or a gap.
type piece struct {
	text string
	gap  bool
}

var gaps = regexp.MustCompile(`\{\{\.([A-Za-z]+)\}\}`)

// cut takes a sentence apart; ok is false when it asks for more than values.
func cut(sentence string) (pieces []piece, ok bool) {
	at := 0
	for _, m := range gaps.FindAllStringSubmatchIndex(sentence, -1) {
		pieces = append(pieces, piece{sentence[at:m[0]], false}, piece{sentence[m[2]:m[3]], true})
		at = m[1]
	}
	rest := sentence[at:]
	return append(pieces, piece{rest, false}), !strings.Contains(gaps.ReplaceAllString(sentence, ""), "{{")
}

// join fills the gaps; ok is false when a value is missing, which is then said elsewhere.
func join(pieces []piece, args []any) (string, bool) {
	var b strings.Builder
	for _, p := range pieces {
		if !p.gap {
			b.WriteString(p.text)
			continue
		}
		i := slices.IndexFunc(args, func(a any) bool { return a == p.text })
		if i < 0 || i%2 == 1 || i+1 >= len(args) {
			return "", false
		}
		switch v := args[i+1].(type) {
		case string:
			b.WriteString(v)
		case int:
			b.WriteString(strconv.Itoa(v))
		default:
			fmt.Fprint(&b, v)
		}
	}
	return b.String(), true
}

// Other is the lang attribute an element needs when its text is not in the page's language;
// "" when it needs none.
func Other(ctx context.Context, lang string) string {
	if lang == Lang(ctx) {
		return ""
	}
	return lang
}

// Given is a text from a court's own book: its translation when the book has one, else the Chinese.
func Given(ctx context.Context, translations map[string]map[string]string, id, chinese string) (text, lang string) {
	tag := Lang(ctx)
	if text := translations[tag][id]; text != "" && tag != Chinese {
		return text, tag
	}
	return chinese, Chinese
}

// fill expands {name} and {{.name}} in a sentence that came without a file.
func fill(text string, args map[string]any) string {
	if strings.Contains(text, "{{") {
		if t, err := template.New("").Parse(text); err == nil {
			var b bytes.Buffer
			if t.Execute(&b, args) == nil {
				return b.String()
			}
		}
	}
	for name, value := range args {
		text = strings.ReplaceAll(text, "{"+name+"}", fmt.Sprint(value))
	}
	return text
}

// Own is a language's name for itself.
func Own(tag string) string {
	if t := tongues[tag]; t != nil && t.plain["language"] != "" {
		return t.plain["language"]
	}
	return tag
}
