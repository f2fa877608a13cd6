package wechat

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// prose are the field kinds whose value may be cut where everybody sees it. WeChat itself cuts
// template messages at 20 without a sign, and refuses longer notices.
var prose = map[string]int{"thing": 20, "short_thing": 5, "phrase": 5, "first": 20, "keyword": 20, "remark": 20}

// exact are those where a cut value would be a wrong one.
var exact = map[string]int{"character_string": 32, "number": 32, "letter": 32, "symbol": 5, "phone_number": 17, "car_number": 8}

// fit makes values that WeChat takes, or names the field that cannot be made so.
func fit(data map[string]string) (map[string]string, error) {
	fitted := make(map[string]string, len(data))
	for name, value := range data {
		kind := strings.TrimRight(name, "0123456789")
		value = strings.Join(strings.Fields(value), " ") // control characters are refused
		if value == "" {
			return nil, misfit(name, "为空")
		}
		length := utf8.RuneCountInString(value)
		switch limit := exact[kind]; {
		case limit > 0 && length > limit, kind == "name" && length > nameLimit(value), kind == "amount" && wholeDigits(value) > 10:
			return nil, misfit(name, "超过微信的长度限制")
		}
		if limit := prose[kind]; limit > 0 && length > limit {
			value = string([]rune(value)[:limit-1]) + "…"
		}
		fitted[name] = value
	}
	return fitted, nil
}

// nameLimit is 10 for a name with Chinese characters in it and 20 for others.
func nameLimit(value string) int {
	if strings.ContainsFunc(value, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return 10
	}
	return 20
}

// wholeDigits counts the digits before the decimal point: WeChat takes ten of them, and decimals besides.
func wholeDigits(value string) (n int) {
	whole, _, _ := strings.Cut(value, ".")
	for _, r := range whole {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}
