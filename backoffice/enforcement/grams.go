package enforcement

import (
	"strconv"
	"strings"
)

// Grams are the overlapping two-character pieces of texts as a tsvector literal. Chinese has no
// spaces: two-character words are found only this way. Each text is a run of its own.
func Grams(texts ...string) string {
	var b strings.Builder
	at := 0
	for _, text := range texts {
		for _, g := range grams(text) {
			at++
			if at > 16000 { // a tsvector counts positions up to 16383
				return b.String()
			}
			b.WriteString(quote(g))
			b.WriteByte(':')
			b.WriteString(strconv.Itoa(at))
			b.WriteByte(' ')
		}
		at += 2 // a phrase does not run over from one text into the next
	}
	return b.String()
}

// GramQuery is what finds a typed text in Grams, as a tsquery literal; words apart must all be
// there. Empty when nothing can be searched for. A single character finds every piece it begins.
func GramQuery(typed string) string {
	var words []string
	for _, word := range strings.Fields(typed) {
		if n := []rune(NormalizeForIndex(word)); len(n) == 1 {
			words = append(words, quote(string(n))+":*")
			continue
		}
		var phrase []string
		for _, g := range grams(word) {
			if len([]rune(g)) == 2 {
				phrase = append(phrase, quote(g))
			}
		}
		if len(phrase) > 0 {
			words = append(words, "("+strings.Join(phrase, "<->")+")")
		}
	}
	return strings.Join(words, "&")
}

func grams(text string) []string {
	runes := []rune(NormalizeForIndex(text))
	var out []string
	for i := range runes {
		if i+1 < len(runes) {
			out = append(out, string(runes[i:i+2]))
		} else if len(runes) > 0 {
			out = append(out, string(runes[i])) // the last one, so that a single character is found too
		}
	}
	return out
}

func quote(s string) string {
	return "'" + strings.NewReplacer("'", "''", `\`, `\\`).Replace(s) + "'"
}
