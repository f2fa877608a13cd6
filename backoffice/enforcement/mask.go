package enforcement

import (
	"strings"
	"unicode"
)

// Audience is who will see a value; masking happens where data leaves, never in the page.
type Audience string

const (
	AudienceOwner      Audience = "owner"       // 本人
	AudienceOtherParty Audience = "other_party" // 对方当事人
	AudiencePublic     Audience = "public"      // 社会公众
	AudienceCourt      Audience = "court"       // 法院人员
)

var audienceNames = vocabulary[Audience]{
	{AudienceOwner, "本人"},
	{AudienceOtherParty, "对方当事人"},
	{AudiencePublic, "社会公众"},
	{AudienceCourt, "法院人员"},
}

// Valid reports whether x is one of AllAudiences.
func (x Audience) Valid() bool { return audienceNames.has(x) }

// Name is the Chinese name, "" when x is not valid.
func (x Audience) Name() string { return audienceNames.name(x) }

// AllAudiences lists the closed set in display order.
func AllAudiences() []Audience { return audienceNames.all() }

// full says that x sees values whole. An unknown audience is treated as the public.
func (x Audience) full() bool { return x == AudienceOwner || x == AudienceCourt }

// MaskName masks the name of a human being for the public: 张*, 张*三, 欧阳**; longer names
// keep two letters and their middle dots. Parties know each other's names.
func MaskName(name string, aud Audience) string {
	if aud.full() || aud == AudienceOtherParty {
		return name
	}
	letters := clusters(strings.TrimSpace(name))
	total := 0
	for _, l := range letters {
		if !separator(l) {
			total++
		}
	}
	var b strings.Builder
	seen := 0
	for _, l := range letters {
		if separator(l) {
			b.WriteString(l)
			continue
		}
		seen++
		if keepsLetter(seen, total) {
			b.WriteString(l)
		} else {
			b.WriteByte('*')
		}
	}
	return b.String()
}

// keepsLetter: of two letters the first, of three the outer ones, of more the first two.
func keepsLetter(nth, total int) bool {
	switch total {
	case 1:
		return false
	case 2:
		return nth == 1
	case 3:
		return nth != 2
	}
	return nth <= 2
}

// separator holds for the dots and spaces between the parts of a name.
func separator(letter string) bool { return strings.Contains("·•‧・.． ", letter) }

// clusters splits text into letters: a rune with the marks and variation selectors after it,
// so that rare characters are never cut in two.
func clusters(text string) []string {
	var out []string
	for _, r := range text {
		if len(out) > 0 && (unicode.Is(unicode.M, r) || unicode.Is(unicode.Cf, r)) {
			out[len(out)-1] += string(r)
			continue
		}
		out = append(out, string(r))
	}
	return out
}

// MaskPartyName is MaskName for a human being; the name of an organisation is always whole.
// An unknown kind is masked like a human being.
func MaskPartyName(name string, kind PersonKind, aud Audience) string {
	if kind == PersonCompany {
		return name
	}
	return MaskName(name, aud)
}

// MaskIDNumber shows 4602**********1234 to the owner and the other party, nothing to the
// public; only the court sees the number whole.
func MaskIDNumber(number string, aud Audience) string {
	switch aud {
	case AudienceCourt:
		return number
	case AudienceOwner, AudienceOtherParty:
		return maskMiddle(strings.TrimSpace(number), 4, 4)
	}
	return ""
}

// MaskMobile shows 138****1234 to the owner and nothing to the other party and the public.
func MaskMobile(number string, aud Audience) string {
	switch aud {
	case AudienceCourt:
		return number
	case AudienceOwner:
		return maskPhone(strings.TrimSpace(number))
	}
	return ""
}

// MaskBankAccount shows the owner the last four digits, "**** **** **** 1234", and the other
// party and the public nothing.
func MaskBankAccount(number string, aud Audience) string {
	switch aud {
	case AudienceCourt:
		return number
	case AudienceOwner:
		const hidden = "**** **** **** "
		digits := []rune(undash(compact(number)))
		if len(digits) == 0 {
			return ""
		}
		if len(digits) < 8 {
			return hidden + "****"
		}
		return hidden + string(digits[len(digits)-4:])
	}
	return ""
}

// maskPhone keeps 3+4 of a mobile number and only the last two digits of anything else.
func maskPhone(number string) string {
	if mobileForm.MatchString(number) {
		return maskMiddle(number, 3, 4)
	}
	return maskMiddle(number, 0, 2)
}

// maskMiddle stars all but the first head and the last tail letters; a text so short that
// fewer than four letters would be hidden is starred whole.
func maskMiddle(text string, head, tail int) string {
	r := []rune(text)
	if len(r) < head+tail+4 {
		head, tail = 0, 0
	}
	for i := head; i < len(r)-tail; i++ {
		r[i] = '*'
	}
	return string(r)
}
