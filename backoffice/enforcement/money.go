package enforcement

import (
	"regexp"
	"strconv"
	"strings"

	"mingzhi/backoffice/problem"
)

// Money is an amount of renminbi in fen (1/100 yuan); as JSON it is that whole number.
type Money int64

var (
	moneyForm = regexp.MustCompile(`^([+-]?)(?:人民币)?[¥￥]?([+-]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]{1,20}))?` +
		`(百万|千万|万亿|千|万|亿)?[元圆]?整?$`)
	moneyUnits = map[string]int{"": 0, "千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8, "万亿": 12}
)

// ParseMoney reads yuan: "12,345.60", "１２３元", "1.2万", "¥5", "-3". Fractions below one fen
// are refused, not rounded. Errors are Invalid: enforcement.money_empty, money_format,
// money_fraction, money_overflow.
func ParseMoney(s string) (Money, error) {
	text := strings.ReplaceAll(compact(s), "−", "-")
	if text == "" {
		return 0, problem.New(problem.Invalid, "enforcement.money_empty", "请填写金额。")
	}
	part := moneyForm.FindStringSubmatch(text)
	if part == nil || part[1] != "" && part[2] != "" {
		return 0, problem.New(problem.Invalid, "enforcement.money_format",
			"金额的写法不对，请照12,345.60或者1.2万的样子填写。")
	}
	whole, frac := strings.ReplaceAll(part[3], ",", ""), strings.TrimRight(part[4], "0")
	shift := moneyUnits[part[5]] + 2
	if len(frac) > shift {
		return 0, problem.New(problem.Invalid, "enforcement.money_fraction", "金额最多写到分，请核对小数。")
	}
	digits := whole + frac + strings.Repeat("0", shift-len(frac))
	fen, err := strconv.ParseInt(strings.TrimPrefix(part[1]+part[2], "+")+digits, 10, 64)
	if err != nil {
		return 0, moneyOverflow()
	}
	return Money(fen), nil
}

func moneyOverflow() *problem.Error {
	return problem.New(problem.Invalid, "enforcement.money_overflow", "金额太大，超出了可以计算的范围，请核对。")
}

// Add is m + n; Invalid enforcement.money_overflow when the sum cannot be held.
func (m Money) Add(n Money) (Money, error) {
	sum := m + n
	if (n > 0 && sum < m) || (n < 0 && sum > m) {
		return 0, moneyOverflow()
	}
	return sum, nil
}

// Sub is m - n; Invalid enforcement.money_overflow when the difference cannot be held.
func (m Money) Sub(n Money) (Money, error) {
	diff := m - n
	if (n > 0 && diff > m) || (n < 0 && diff < m) {
		return 0, moneyOverflow()
	}
	return diff, nil
}

// Sum adds all amounts; Invalid enforcement.money_overflow as for Add.
func Sum(amounts ...Money) (total Money, err error) {
	for _, m := range amounts {
		if total, err = total.Add(m); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// Fen is the amount in fen.
func (m Money) Fen() int64 { return int64(m) }

// magnitude is |m| in fen; it holds the smallest int64 too.
func (m Money) magnitude() uint64 {
	if m < 0 {
		return -uint64(m)
	}
	return uint64(m)
}

// String is yuan with separators and two decimals: "12,345.60".
func (m Money) String() string {
	fen := m.magnitude()
	whole := strconv.FormatUint(fen/100, 10)
	var b strings.Builder
	if m < 0 {
		b.WriteByte('-')
	}
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	b.WriteByte('.')
	b.WriteByte(byte('0' + fen/10%10))
	b.WriteByte(byte('0' + fen%10))
	return b.String()
}

// Yuan is String with the unit: "12,345.60元".
func (m Money) Yuan() string { return m.String() + "元" }
