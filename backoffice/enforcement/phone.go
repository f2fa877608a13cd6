package enforcement

import (
	"log/slog"
	"regexp"
	"strings"

	"mingzhi/backoffice/problem"
)

// Mobile is a mainland mobile number of 11 digits; printed, logged and marshalled masked.
type Mobile struct{ n string }

// Phone is a mobile number or a landline with area code (010-66778899-123);
// printed, logged and marshalled masked.
type Phone struct{ n string }

var (
	mobileForm   = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	landlineForm = regexp.MustCompile(`^(010|02[0-9]|0[3-9][0-9]{2})-?([2-9][0-9]{6,7})(?:(?:-|转|#)([0-9]{1,6}))?$`)
	countryCode  = regexp.MustCompile(`^(?:\+|00)86`)
	bareCountry  = regexp.MustCompile(`^86(1[3-9][0-9]{9})$`)
	dashSigns    = regexp.MustCompile(`[\p{Pd}−ー_]+`)
)

// ParseMobile drops width, spaces, dashes and +86. Errors are Invalid:
// enforcement.mobile_empty, mobile_format.
func ParseMobile(s string) (Mobile, error) {
	text := compact(s)
	if text == "" {
		return Mobile{}, problem.New(problem.Invalid, "enforcement.mobile_empty", "请填写手机号码。")
	}
	if n := mobileDigits(text); n != "" {
		return Mobile{n}, nil
	}
	return Mobile{}, problem.New(problem.Invalid, "enforcement.mobile_format",
		"手机号码应为11位数字，以13至19开头，请核对。")
}

// mobileDigits is the bare number, "" when text holds none.
func mobileDigits(text string) string {
	n := countryCode.ReplaceAllString(undash(text), "")
	n = bareCountry.ReplaceAllString(n, "$1")
	if mobileForm.MatchString(n) {
		return n
	}
	return ""
}

// ParsePhone reads a mobile number or a landline with area code and optional extension.
// Errors are Invalid: enforcement.phone_empty, phone_format.
func ParsePhone(s string) (Phone, error) {
	text := compact(s)
	if text == "" {
		return Phone{}, problem.New(problem.Invalid, "enforcement.phone_empty", "请填写联系电话。")
	}
	if n := mobileDigits(text); n != "" {
		return Phone{n}, nil
	}
	n := strings.NewReplacer("(", "", ")", "-").Replace(text)
	n = strings.Trim(dashSigns.ReplaceAllString(n, "-"), "-")
	if bare := countryCode.ReplaceAllString(n, ""); bare != n {
		// Abroad the area code is written without its leading 0.
		n = "0" + strings.TrimLeft(bare, "-0")
	}
	part := landlineForm.FindStringSubmatch(n)
	if part == nil {
		return Phone{}, problem.New(problem.Invalid, "enforcement.phone_format",
			"请填写11位手机号码，或者带区号的座机号码，例如010-66778899。")
	}
	n = part[1] + "-" + part[2]
	if part[3] != "" {
		n += "-" + part[3]
	}
	return Phone{n}, nil
}

// Full is the whole number, for sending and sealing.
func (m Mobile) Full() string { return m.n }

// IsZero reports that there is no number.
func (m Mobile) IsZero() bool { return m.n == "" }

// String is the masked number, e.g. 138****1234.
func (m Mobile) String() string { return maskPhone(m.n) }

// GoString keeps %#v from printing the number.
func (m Mobile) GoString() string { return m.String() }

// LogValue keeps structured logs masked.
func (m Mobile) LogValue() slog.Value { return slog.StringValue(m.String()) }

// MarshalText gives the masked number.
func (m Mobile) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// Full is the whole number, for calling and sealing.
func (p Phone) Full() string { return p.n }

// IsZero reports that there is no number.
func (p Phone) IsZero() bool { return p.n == "" }

// Mobile is the number as a mobile number; ok is false for a landline.
func (p Phone) Mobile() (m Mobile, ok bool) {
	if mobileForm.MatchString(p.n) {
		return Mobile{p.n}, true
	}
	return Mobile{}, false
}

// String is the masked number.
func (p Phone) String() string { return maskPhone(p.n) }

// GoString keeps %#v from printing the number.
func (p Phone) GoString() string { return p.String() }

// LogValue keeps structured logs masked.
func (p Phone) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText gives the masked number.
func (p Phone) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
