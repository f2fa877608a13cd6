package enforcement

import "strings"

// Capital writes the amount in capital numerals as payment papers need it (支付结算办法附一
// 正确填写票据和结算凭证的基本规定): "壹万贰仟叁佰肆拾伍元陆角整"; 0 is 零元整, a negative
// amount begins with 负.
func (m Money) Capital() string {
	fen := m.magnitude()
	yuan, jiao, cent := fen/100, fen/10%10, fen%10
	var b strings.Builder
	if m < 0 {
		b.WriteString("负")
	}
	if yuan > 0 || fen == 0 {
		b.WriteString(capitalWhole(yuan) + "元")
	}
	if jiao > 0 {
		b.WriteString(capitalDigit(jiao) + "角")
	} else if cent > 0 && yuan > 0 {
		b.WriteString("零")
	}
	if cent > 0 {
		b.WriteString(capitalDigit(cent) + "分")
	} else {
		b.WriteString("整")
	}
	return b.String()
}

func capitalDigit(d uint64) string { return string([]rune("零壹贰叁肆伍陆柒捌玖")[d]) }

// capitalWhole splits at 亿, then at 万; 零 bridges every gap to the next group.
func capitalWhole(n uint64) string {
	for _, unit := range []struct {
		size uint64
		name string
	}{{1_0000_0000, "亿"}, {1_0000, "万"}} {
		if n < unit.size {
			continue
		}
		head, rest := n/unit.size, n%unit.size
		s := capitalWhole(head) + unit.name
		switch {
		case rest == 0:
			return s
		case rest < unit.size/10:
			return s + "零" + capitalWhole(rest)
		}
		return s + capitalWhole(rest)
	}
	return capitalGroup(n)
}

// capitalGroup writes 0 to 9999.
func capitalGroup(n uint64) string {
	if n == 0 {
		return "零"
	}
	var b strings.Builder
	gap := false
	for _, unit := range []struct {
		size uint64
		name string
	}{{1000, "仟"}, {100, "佰"}, {10, "拾"}, {1, ""}} {
		d := n / unit.size % 10
		if d == 0 {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteString("零")
		}
		b.WriteString(capitalDigit(d) + unit.name)
		gap = false
	}
	return b.String()
}
