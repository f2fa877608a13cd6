package enforcement

import (
	"math"
	"testing"
)

func TestParseMoney(t *testing.T) {
	for in, want := range map[string]Money{
		"12,345.60": 1234560, "１２３元": 12300, "1.2万": 1200000, "1.2345万元": 1234500, "¥5": 500,
		"￥1，000": 100000, "-3": -300, "¥-0.01": -1, "0": 0, "2亿": 20000000000, "0.10": 10, "3百万": 300000000,
		"人民币 12 345.6 元整": 1234560, "1.2300000": 123, "92233720368547758.07": math.MaxInt64,
		"-92233720368547758.08": math.MinInt64, "1万亿": 100000000000000,
	} {
		if got, err := ParseMoney(in); err != nil || got != want {
			t.Errorf("%q: %d %v", in, got, err)
		}
	}
	for in, want := range map[string]string{
		"": "money_empty", "12,34": "money_format", "abc": "money_format", "1.2.3": "money_format", "1,23.4": "money_format",
		"0.001": "money_fraction", "1.2345678万": "money_fraction", "92233720368547758.08": "money_overflow",
		"-+1": "money_format", ".5": "money_format", "99999万亿": "money_overflow",
	} {
		if _, err := ParseMoney(in); keyOf(err) != "enforcement."+want {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestMoneyWritten(t *testing.T) {
	for m, want := range map[Money][2]string{
		1234560: {"12,345.60", "壹万贰仟叁佰肆拾伍元陆角整"}, 0: {"0.00", "零元整"}, 5: {"0.05", "伍分"},
		50: {"0.50", "伍角整"}, 55: {"0.55", "伍角伍分"}, 1005: {"10.05", "壹拾元零伍分"}, 10000: {"100.00", "壹佰元整"},
		100500: {"1,005.00", "壹仟零伍元整"}, 1640902: {"16,409.02", "壹万陆仟肆佰零玖元零贰分"},
		10050000: {"100,500.00", "壹拾万零伍佰元整"}, 10005000000: {"100,050,000.00", "壹亿零伍万元整"},
		10000000500: {"100,000,005.00", "壹亿零伍元整"}, 1050000000: {"10,500,000.00", "壹仟零伍拾万元整"},
		100000000000000: {"1,000,000,000,000.00", "壹万亿元整"}, -100: {"-1.00", "负壹元整"},
		1000100000000: {"10,001,000,000.00", "壹佰亿零壹佰万元整"}, 32504: {"325.04", "叁佰贰拾伍元零肆分"},
	} {
		if m.String() != want[0] || m.Capital() != want[1] || m.Yuan() != want[0]+"元" {
			t.Errorf("%d: %s %s", m, m, m.Capital())
		}
	}
	if got := Money(math.MinInt64).String(); got != "-92,233,720,368,547,758.08" {
		t.Error(got)
	}
	if Money(math.MinInt64).Capital() == "" {
		t.Error("no words")
	}
}

func TestMoneySums(t *testing.T) {
	if s, err := Sum(100, 200, -50); s != 250 || err != nil {
		t.Error(s, err)
	}
	if d, err := Money(100).Sub(300); d != -200 || err != nil {
		t.Error(d, err)
	}
	for _, f := range []func() (Money, error){
		func() (Money, error) { return Money(math.MaxInt64).Add(1) },
		func() (Money, error) { return Money(math.MinInt64).Add(-1) },
		func() (Money, error) { return Money(math.MinInt64).Sub(1) },
		func() (Money, error) { return Money(0).Sub(math.MinInt64) },
	} {
		if m, err := f(); m != 0 || keyOf(err) != "enforcement.money_overflow" {
			t.Error(m, err)
		}
	}
	if d, err := Money(-1).Sub(math.MinInt64); d != math.MaxInt64 || err != nil {
		t.Error(d, err)
	}
}

func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{"12,345.60", "１２３元", "1.2万", "-0.01", "9999万亿"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMoney(s)
		if err != nil {
			return
		}
		for _, text := range []string{m.String(), m.Yuan()} {
			if again, err := ParseMoney(text); err != nil || again != m {
				t.Errorf("%q: %s %d %v", s, text, again, err)
			}
		}
		if m.Capital() == "" {
			t.Error(s)
		}
	})
}

func FuzzMoneySums(f *testing.F) {
	f.Add(int64(math.MaxInt64), int64(1))
	f.Fuzz(func(t *testing.T, a, b int64) {
		sum, err := Money(a).Add(Money(b))
		if err != nil {
			return
		}
		if back, err := sum.Sub(Money(b)); err != nil || back != Money(a) {
			t.Error(a, b, sum, back, err)
		}
	})
}
