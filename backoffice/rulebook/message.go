package rulebook

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxMessage is how many characters a whole SMS may have: two segments (G15).
const MaxMessage = 134

// CodeSuffix comes before the six digits by which people check that a message is the court's.
const CodeSuffix = "核验码"

var placeholder = regexp.MustCompile(`\{[a-z][a-z0-9_]*\}`)

// Placeholders lists the names in a text, in order, each once.
func Placeholders(text string) []string {
	var out []string
	for _, p := range placeholder.FindAllString(text, -1) {
		if name := strings.Trim(p, "{}"); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// Message is the whole SMS: signature, text, the anti-fraud line where money is named, the check code.
func (b *Book) Message(t *Template, params map[string]string, code string) string {
	out := "【" + b.Court.Sign + "】" + Expand(t.Text, params)
	if t.Money {
		out += b.Court.AntiFraud
	}
	if code != "" {
		out += CodeSuffix + code
	}
	return out
}

// CourtFact is the public fact of the court behind a placeholder.
func (b *Book) CourtFact(name string) (string, bool) {
	switch name {
	case "court":
		return b.Court.Name, true
	case "wechat":
		return b.Court.WeChat, true
	case "site":
		return b.Court.Site, true
	case "address":
		return b.Court.Address, true
	case "hotline":
		if len(b.Court.Hotlines) > 0 {
			return b.Court.Hotlines[0].Phone, true
		}
		return "", true
	}
	return "", false
}

// longestMessage is the length with the longest realistic value in every placeholder.
func (b *Book) longestMessage(t *Template, forms []Field) int {
	params := map[string]string{}
	for _, name := range Placeholders(t.Text) {
		if fact, ok := b.CourtFact(name); ok {
			params[name] = fact
			continue
		}
		params[name] = strings.Repeat("字", longestValue(name, forms))
	}
	return utf8.RuneCountInString(b.Message(t, params, "000000"))
}

func longestValue(name string, forms []Field) int {
	if n, ok := longest[name]; ok {
		return n
	}
	most := 0
	for _, f := range forms {
		if f.ID != name {
			continue
		}
		n := longestOf[f.Type]
		for _, c := range f.Of {
			n = max(n, utf8.RuneCountInString(c.Label))
		}
		if f.Type == "text" && f.Max > 0 {
			n = min(n, f.Max)
		}
		most = max(most, n)
	}
	if most == 0 {
		return 20
	}
	return most
}
