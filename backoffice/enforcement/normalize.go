package enforcement

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// shanghai is the legal time of every "today" here; a fixed zone, because no daylight
// saving has been kept since 1991 and these packages only ask for the present day.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// NormalizeForIndex brings text to the one form that is blind-indexed and compared: NFKC,
// upper case, invisible characters dropped, runs of space one space, no space at the ends.
// It is idempotent.
func NormalizeForIndex(s string) string {
	return settle(s, func(s string) string {
		return strings.Join(strings.Fields(fold(strings.ToUpper(fold(s)))), " ")
	})
}

// settle repeats f until the text rests: upper-casing or dropping a character can bring
// letters together that NFKC then composes anew.
func settle(s string, f func(string) string) string {
	for range 8 {
		t := f(s)
		if t == s {
			break
		}
		s = t
	}
	return s
}

// fold is NFKC without the invisible format characters that pasting brings along.
func fold(s string) string {
	return norm.NFKC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s))
}

// compact is fold without any space.
func compact(s string) string {
	return settle(s, func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return -1
			}
			return r
		}, fold(s))
	})
}

// undash drops every sign people use as a dash between groups of digits.
func undash(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Pd, r) || strings.ContainsRune("−ー_", r) {
			return -1
		}
		return r
	}, s)
}

func onlyDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}
