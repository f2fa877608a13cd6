package enforcement

import (
	"fmt"
	"io"
	"log/slog"

	"mingzhi/backoffice/problem"
)

// Receipt is the 16-digit receipt of a tip: 15 random digits and a check digit. Whoever
// holds it may ask how the tip fares, so logs show only its end.
type Receipt string

const receiptLength = 16

// damm is H. M. Damm's quasigroup of order 10: it catches every single wrong digit and every
// swap of two neighbours.
var damm = [10]string{
	"0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
	"3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
}

// dammState is '0' exactly when digits end in their own check digit.
func dammState(digits string) byte {
	state := byte('0')
	for i := range len(digits) {
		state = damm[state-'0'][digits[i]-'0']
	}
	return state
}

// NewReceipt draws a receipt from r, which must be cryptographically random. An error of r
// is Unavailable, enforcement.random.
func NewReceipt(r io.Reader) (Receipt, error) {
	digits, err := randomDigits(r, receiptLength-1)
	if err != nil {
		return "", err
	}
	return Receipt(digits + string(dammState(digits))), nil
}

// ParseReceipt reads a receipt with or without spaces and dashes, in either width. Errors
// are Invalid: enforcement.receipt_empty, receipt_length, receipt_check.
func ParseReceipt(s string) (Receipt, error) {
	digits := undash(compact(s))
	switch {
	case digits == "":
		return "", problem.New(problem.Invalid, "enforcement.receipt_empty", "请填写16位回执编号。")
	case len(digits) != receiptLength || !onlyDigits(digits):
		return "", problem.New(problem.Invalid, "enforcement.receipt_length",
			"回执编号应为16位数字，请对照回执再填一次。")
	case dammState(digits) != '0':
		return "", problem.New(problem.Invalid, "enforcement.receipt_check",
			"回执编号有一位写错或者相邻两位写反了，请对照回执逐位核对。")
	}
	return Receipt(digits), nil
}

// Grouped is the receipt in fours for reading aloud: "1234 5678 9012 3456".
func (r Receipt) Grouped() string {
	if len(r) != receiptLength {
		return string(r)
	}
	return fmt.Sprintf("%s %s %s %s", r[:4], r[4:8], r[8:12], r[12:])
}

// LogValue keeps structured logs from holding a usable receipt.
func (r Receipt) LogValue() slog.Value { return slog.StringValue(maskMiddle(string(r), 0, 4)) }

// randomDigits draws n decimal digits without bias.
func randomDigits(r io.Reader, n int) (string, error) {
	out := make([]byte, 0, n)
	buf := make([]byte, n)
	for range 64 {
		if _, err := io.ReadFull(r, buf); err != nil {
			return "", randomFailed().Because(err)
		}
		for _, b := range buf {
			// 250 to 255 would favour the digits 0 to 5.
			if b < 250 && len(out) < n {
				out = append(out, '0'+b%10)
			}
		}
		if len(out) == n {
			return string(out), nil
		}
	}
	return "", randomFailed().Because(fmt.Errorf("the source of randomness repeats itself"))
}

func randomFailed() *problem.Error {
	return problem.New(problem.Unavailable, "enforcement.random", "系统暂时不能编号，请稍后再试。")
}
