package enforcement

import (
	"regexp"
	"strings"
)

const numerals = "零一二三四五六七八九"

var numeralForm = regexp.MustCompile(`^(?:([一二两三四五六七八九])百)?[零〇]?(?:([一二三四五六七八九])?(十))?([一二三四五六七八九])?$`)

// parseNumeral reads 1 to 999 in digits or Chinese numerals; 0 means it is none.
func parseNumeral(s string) int {
	if onlyDigits(s) {
		return atoi(s)
	}
	part := numeralForm.FindStringSubmatch(s)
	if part == nil {
		return 0
	}
	tens := digitOf(part[2])
	if part[3] != "" && part[2] == "" {
		tens = 1
	}
	return digitOf(part[1])*100 + tens*10 + digitOf(part[4])
}

func digitOf(s string) int {
	if s == "两" {
		return 2
	}
	for i, r := range []rune(numerals) {
		if string(r) == s {
			return i
		}
	}
	return 0
}

// numeral writes 1 to 999 the way documents are numbered: 二, 十二, 二十, 一百零三, 一百一十.
func numeral(n int) string {
	digit := []rune(numerals)
	var b strings.Builder
	if n >= 100 {
		b.WriteString(string(digit[n/100%10]) + "百")
	}
	switch tens := n / 10 % 10; {
	case tens == 1 && n < 100:
		b.WriteString("十")
	case tens > 0:
		b.WriteString(string(digit[tens]) + "十")
	case n >= 100 && n%10 > 0:
		b.WriteString("零")
	}
	if n%10 > 0 {
		b.WriteRune(digit[n%10])
	}
	return b.String()
}
