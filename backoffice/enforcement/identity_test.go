package enforcement

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

func TestParseIDNumber(t *testing.T) {
	for _, good := range []string{"11010519491231002X", "460200199001010014", "41048119850615123X",
		"46020019880315009X", "810000198001010022", "110105491231002"} {
		if id, err := ParseIDNumber(good, today); err != nil || id.Full() != good {
			t.Errorf("%s: %v", good, err)
		}
	}
	if id, err := ParseIDNumber(" １１０１０５ 19491231 002x ", today); err != nil || id.Full() != "11010519491231002X" {
		t.Error(id.Full(), err)
	}
	for in, want := range map[string]string{
		"": "idno_empty", "460200199001010015": "idno_check", "460200199002300019": "idno_birth",
		"46020019900101001": "idno_format", "4602001990010100X4": "idno_format",
		"060200199001010014": "idno_format", "460200209001010014": "idno_birth",
	} {
		if _, err := ParseIDNumber(in, today); keyOf(err) != "enforcement."+want {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
	permanent := "91144019800101001"
	permanent += string(idCheck(permanent + "0"))
	if _, err := ParseIDNumber(permanent, today); err != nil {
		t.Error(permanent, err)
	}
}

func TestMinor(t *testing.T) {
	id, _ := ParseIDNumber("460200199001010014", today)
	for on, want := range map[string]bool{"2007-12-31T23:59:59+08:00": true, "2007-12-31T16:00:00Z": false, "2008-01-01T00:00:00+08:00": false} {
		at, err := time.Parse(time.RFC3339, on)
		if err != nil || id.Minor(at) != want {
			t.Errorf("%s: %v %v", on, id.Minor(at), err)
		}
	}
	old, _ := ParseIDNumber("110105491231002", today)
	if birth, ok := old.Birth(); !ok || birth.Format("2006-01-02") != "1949-12-31" || old.Minor(today) {
		t.Error(birth, ok)
	}
	unreal, _ := ParseIDNumber("110105499931002", today)
	if _, ok := unreal.Birth(); ok || unreal.Minor(today) {
		t.Error("an unreal date was believed")
	}
}

func TestNumbersNeverPrintWhole(t *testing.T) {
	id, _ := ParseIDNumber("460200199001010014", today)
	m, _ := ParseMobile("13812341234")
	p, _ := ParsePhone("0898-88661234")
	raw, _ := json.Marshal([]any{id, m, p})
	got := fmt.Sprintf("%v %s %+v %#v %s %s", id, m, p, id, raw, id.LogValue())
	want := `4602**********0014 138****1234 ***********34 4602**********0014 ["4602**********0014","138****1234","***********34"] 4602**********0014`
	if got != want {
		t.Errorf("\n%s\n%s", got, want)
	}
}

func TestParseCreditCode(t *testing.T) {
	for in, want := range map[string]string{
		"91512081MA62K0260E": "", "91350100M000100Y43": "", "91350100M000100Y4Z": "enforcement.uscc_format",
		"91350100M000100Y44": "enforcement.uscc_check", "D2143569X": "", "D2143569-X": "",
		"D21435690": "enforcement.uscc_check", "12345": "enforcement.uscc_format", "９１５１２０８１ma62k0260e": "",
		"一家公司的代码": "enforcement.uscc_format",
	} {
		code, warning, err := ParseCreditCode(in)
		got := ""
		if warning != nil {
			got = warning.Key
		}
		if err != nil || code == "" || got != want {
			t.Errorf("%q: %q, %v, %v", in, code, warning, err)
		}
	}
	if _, _, err := ParseCreditCode(" "); keyOf(err) != "enforcement.uscc_empty" {
		t.Error(err)
	}
}

func TestPhones(t *testing.T) {
	for in, want := range map[string]string{
		"13812341234": "13812341234", "138 1234-1234": "13812341234", "+86 138-1234-1234": "13812341234",
		"８６１３８１２３４１２３４": "13812341234", "0086 19912341234": "19912341234",
		"12812341234": "", "1381234123": "", "0898-88661234": "",
	} {
		m, err := ParseMobile(in)
		if m.Full() != want || (want == "") != (keyOf(err) == "enforcement.mobile_format") {
			t.Errorf("%q: %q %v", in, m.Full(), err)
		}
	}
	for in, want := range map[string]string{
		"0898 88661234": "0898-88661234", "(010)66778899": "010-66778899", "010－66778899转12": "010-66778899-12",
		"+86 898 8866 1234": "0898-88661234", "13812341234": "13812341234", "88661234": "", "+86 10 66778899": "010-66778899",
	} {
		p, err := ParsePhone(in)
		if p.Full() != want || (want == "") != (keyOf(err) == "enforcement.phone_format") {
			t.Errorf("%q: %q %v", in, p.Full(), err)
		}
	}
}

func FuzzParseIDNumber(f *testing.F) {
	f.Add("11010519491231002x")
	f.Add("110105491231002")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := ParseIDNumber(s, today)
		if err != nil {
			return
		}
		if again, err := ParseIDNumber(id.Full(), today); err != nil || again != id {
			t.Errorf("%q: %s", s, id.Full())
		}
		id.Minor(today)
	})
}

func FuzzParseCreditCode(f *testing.F) {
	f.Add("91350100M000100Y43")
	f.Add("D2143569-X")
	f.Fuzz(func(t *testing.T, s string) {
		code, warning, err := ParseCreditCode(s)
		if err != nil {
			return
		}
		again, warning2, err := ParseCreditCode(string(code))
		if err != nil || again != code || (warning == nil) != (warning2 == nil) {
			t.Errorf("%q: %q %q %v", s, code, again, err)
		}
	})
}

func FuzzParsePhone(f *testing.F) {
	f.Add("+86 138-1234-1234")
	f.Add("(0898)88661234转12")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePhone(s)
		if err != nil {
			return
		}
		if again, err := ParsePhone(p.Full()); err != nil || again != p {
			t.Errorf("%q: %s %v", s, p.Full(), err)
		}
	})
}
