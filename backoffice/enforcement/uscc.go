package enforcement

import (
	"strings"

	"mingzhi/backoffice/problem"
)

// CreditCode is a unified social credit code (GB 32100-2015, 18 characters), an organisation
// code of old files (GB 11714, 9 characters), or whatever else the file holds.
type CreditCode string

const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// ParseCreditCode normalises width, spaces, dashes and case. Some real codes break the
// standard, so a wrong length, alphabet or check character is a warning for the officer
// (enforcement.uscc_format, uscc_check) and never blocks; only an empty code is an error
// (Invalid, enforcement.uscc_empty).
func ParseCreditCode(s string) (code CreditCode, warning *problem.Error, err error) {
	c := settle(s, func(s string) string { return strings.ToUpper(undash(compact(s))) })
	if c == "" {
		return "", nil, problem.New(problem.Invalid, "enforcement.uscc_empty", "请填写统一社会信用代码。")
	}
	switch check, ok := creditCheck(c); {
	case !ok:
		warning = problem.New(problem.Invalid, "enforcement.uscc_format",
			"统一社会信用代码一般为18位数字和大写字母（不含I、O、S、V、Z），请再核对一次。")
	case check != c[len(c)-1]:
		warning = problem.New(problem.Invalid, "enforcement.uscc_check",
			"统一社会信用代码的校验位对不上，请再核对一次；确认无误可以继续。")
	}
	return CreditCode(c), warning, nil
}

// creditCheck is the check character c ought to end with; ok is false when c has not the form.
func creditCheck(c string) (check byte, ok bool) {
	switch len(c) {
	case 18:
		return usccCheck(c)
	case 9:
		return organisationCheck(c)
	}
	return 0, false
}

func usccCheck(c string) (check byte, ok bool) {
	weights := [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}
	sum := 0
	for i, w := range weights {
		v := strings.IndexByte(usccAlphabet, c[i])
		if v < 0 {
			return 0, false
		}
		sum += v * w
	}
	return usccAlphabet[(31-sum%31)%31], strings.IndexByte(usccAlphabet, c[17]) >= 0
}

func organisationCheck(c string) (check byte, ok bool) {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	weights := [8]int{3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		v := strings.IndexByte(alphabet, c[i])
		if v < 0 {
			return 0, false
		}
		sum += v * w
	}
	return "0X987654321"[sum%11], strings.IndexByte("0123456789X", c[8]) >= 0
}

// Organisation reports an old 9-character organisation code.
func (c CreditCode) Organisation() bool { return len(c) == 9 }
