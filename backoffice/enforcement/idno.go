package enforcement

import (
	"log/slog"
	"strings"
	"time"

	"mingzhi/backoffice/problem"
)

// IDNumber is a resident identity number (GB 11643), a residence permit of Hong Kong, Macao
// or Taiwan residents (81, 82, 83), a permanent residence card (9), or a 15-digit number of
// an old file. Printing, logging and JSON show it masked; only Full gives the number.
type IDNumber struct{ n string }

// ParseIDNumber normalises (width, spaces, x) and checks the check character and the date of
// birth against now (any zone). 15 digits pass unchecked, as old files hold them. Errors are
// Invalid: enforcement.idno_empty, idno_format, idno_birth, idno_check.
func ParseIDNumber(s string, now time.Time) (IDNumber, error) {
	n := strings.ToUpper(compact(s))
	switch {
	case n == "":
		return IDNumber{}, problem.New(problem.Invalid, "enforcement.idno_empty", "请填写身份证号码。")
	case len(n) == 15 && onlyDigits(n):
		return IDNumber{n}, nil
	case len(n) != 18 || !onlyDigits(n[:17]) || n[0] == '0' || !strings.Contains("0123456789X", n[17:]):
		return IDNumber{}, problem.New(problem.Invalid, "enforcement.idno_format",
			"身份证号码应为18位（末位可以是X），旧证为15位，请核对。")
	}
	birth, ok := IDNumber{n}.Birth()
	if !ok || birth.After(now) {
		return IDNumber{}, problem.New(problem.Invalid, "enforcement.idno_birth",
			"身份证号码中的出生日期不对，请核对第7至14位。")
	}
	if n[17] != idCheck(n) {
		return IDNumber{}, problem.New(problem.Invalid, "enforcement.idno_check",
			"身份证号码的校验位不对，可能有一位写错，请逐位核对。")
	}
	return IDNumber{n}, nil
}

// idCheck is ISO 7064 MOD 11-2 as GB 11643 prints it.
func idCheck(n string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(n[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}

// Full is the whole number, for sealing and comparing; it must not reach logs or messages.
func (id IDNumber) Full() string { return id.n }

// IsZero reports that there is no number.
func (id IDNumber) IsZero() bool { return id.n == "" }

// Birth is midnight (Asia/Shanghai) of the day of birth; 15-digit numbers count from 1900.
// ok is false when an unchecked old number holds no real date.
func (id IDNumber) Birth() (birth time.Time, ok bool) {
	var day string
	switch len(id.n) {
	case 18:
		day = id.n[6:14]
	case 15:
		day = "19" + id.n[6:12]
	default:
		return time.Time{}, false
	}
	birth, err := time.ParseInLocation("20060102", day, shanghai)
	return birth, err == nil
}

// Minor reports an age under 18 (民法典第17条) on the day of on in Asia/Shanghai; the 18th
// birthday is no longer minor. Unknown birth counts as adult: 15-digit cards ended in 1999.
func (id IDNumber) Minor(on time.Time) bool {
	birth, ok := id.Birth()
	return ok && on.Before(birth.AddDate(18, 0, 0))
}

// String is the masked number, e.g. 4602**********1234.
func (id IDNumber) String() string { return maskMiddle(id.n, 4, 4) }

// GoString keeps %#v from printing the number.
func (id IDNumber) GoString() string { return id.String() }

// LogValue keeps structured logs masked.
func (id IDNumber) LogValue() slog.Value { return slog.StringValue(id.String()) }

// MarshalText gives the masked number; there is no way back from it.
func (id IDNumber) MarshalText() ([]byte, error) { return []byte(id.String()), nil }
