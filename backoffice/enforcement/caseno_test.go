package enforcement

import (
	"encoding/json"
	"testing"
	"time"

	"mingzhi/backoffice/problem"
)

var today = time.Date(2026, 11, 22, 10, 0, 0, 0, shanghai)

func keyOf(err error) string {
	if e, ok := problem.As(err); ok {
		return e.Key
	}
	return ""
}

func TestParseCaseNumber(t *testing.T) {
	for in, want := range map[string]string{
		"（2021）琼02执123号": "（2021）琼02执123号", "(2021)琼02执123号": "（2021）琼02执123号",
		"〔2021〕琼02执123号": "（2021）琼02执123号", "[2021]琼02执123号": "（2021）琼02执123号",
		"【2021】琼02执123号": "（2021）琼02执123号", "［２０２１］琼０２执１２３号": "（2021）琼02执123号",
		"2021琼02执123": "（2021）琼02执123号", " （2021） 琼02 执 123 号 ": "（2021）琼02执123号",
		"（2021）琼02执第123号": "（2021）琼02执123号", "（2021）琼02执字第0123号": "（2021）琼02执123号",
		"（2020）琼02执318号": "（2020）琼02执318号", "（2021）琼02执恢27号": "（2021）琼02执恢27号",
		"（2021）琼02执异5号": "（2021）琼02执异5号", "（2021）琼执复9号": "（2021）琼执复9号",
		"（2021）豫0481执856号": "（2021）豫0481执856号", "（2021）豫0481执保12号": "（2021）豫0481执保12号",
		"（2021）豫04执复33号": "（2021）豫04执复33号", "（2021）最高法执监344号": "（2021）最高法执监344号",
		"（2021）琼02执协1号": "（2021）琼02执协1号", "（2021）琼02执他1号": "（2021）琼02执他1号",
		"（2021）琼02执请1号": "（2021）琼02执请1号", "（2021）琼02司惩1号": "（2021）琼02司惩1号",
		"（2021）琼02司惩复1号": "（2021）琼02司惩复1号", "（2021）琼0271司救执1号": "（2021）琼0271司救执1号",
		"（2021）琼72财保1号":    "（2021）琼72财保1号",
		"（2021）琼02执123号之一": "（2021）琼02执123号之一", "(2021)琼02执123号之2": "（2021）琼02执123号之二",
		"2021琼02执123之十二": "（2021）琼02执123号之十二", "（2021）琼02执123号之一百零三": "（2021）琼02执123号之一百零三",
		"（2021）琼02执123号之一十": "（2021）琼02执123号之十", "（2021）琼02执123号之110": "（2021）琼02执123号之一百一十",
		"（2012）东执字第253号": "（2012）东执字第253号", "(2012) 东执字 第253号": "（2012）东执字第253号",
		"2009民二终字第1号": "（2009）民二终字第1号", "（2014）执复字第7-1号": "（2014）执复字第7-1号",
		"（2026）琼02执1号": "（2026）琼02执1号",
	} {
		got, err := ParseCaseNumber(in, today)
		if err != nil || got.String() != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
		if again, err := ParseCaseNumber(want, today); err != nil || again != got {
			t.Errorf("%q is not one value with %q: %#v %#v", in, want, got, again)
		}
	}
}

func TestParseCaseNumberRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"": "caseno_empty", " 　": "caseno_empty", "琼02执123号": "caseno_format",
		"（2027）琼02执1号": "caseno_year_ahead", "（2099）东执字第1号": "caseno_year_ahead",
		"（2015）琼02执1号": "caseno_year_before", "（1900）东执字第1号": "caseno_year_before",
		"（2021）贵02执1号": "caseno_court", "（2021）某02执1号": "caseno_court",
		"（2021）琼02民初1号": "caseno_format", "（2021）琼2执1号": "caseno_format",
		"（2021）琼02执0号": "caseno_format", "（2021）琼02执123456789号": "caseno_format",
		"（2021）琼02执1号之零": "caseno_format", "（2021）琼02执1号之一二": "caseno_format",
		"（2021）琼02执1号附": "caseno_format", "（2012）字第1号": "caseno_format",
	} {
		if _, err := ParseCaseNumber(in, today); keyOf(err) != "enforcement."+want {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
	// 2026-12-31 16:30 UTC is already 2027 in Shanghai.
	if _, err := ParseCaseNumber("（2027）琼02执1号", time.Date(2026, 12, 31, 16, 30, 0, 0, time.UTC)); err != nil {
		t.Error(err)
	}
}

func TestCaseNumberText(t *testing.T) {
	c, _ := ParseCaseNumber("(2021)琼02执恢27号之三", today)
	raw, err := json.Marshal(map[string]CaseNumber{"no": c, "none": {}})
	if err != nil || string(raw) != `{"no":"（2021）琼02执恢27号之三","none":""}` {
		t.Fatalf("%s %v", raw, err)
	}
	var back map[string]CaseNumber
	if err := json.Unmarshal(raw, &back); err != nil || back["no"] != c || !back["none"].IsZero() {
		t.Fatalf("%v %v", back, err)
	}
	if !c.IsResumption() || c.IsPreservation() || c.TypeName() != "恢复执行案件" || c.Case().Document != 0 {
		t.Error(c)
	}
	if len(AllCaseTypes()) != 13 {
		t.Error(AllCaseTypes())
	}
	if json.Unmarshal([]byte(`"x"`), &c) == nil {
		t.Error("nonsense was read")
	}
}

func TestNumeralRoundTrip(t *testing.T) {
	for n := 1; n < 1000; n++ {
		if got := parseNumeral(numeral(n)); got != n {
			t.Errorf("%d: %s: %d", n, numeral(n), got)
		}
	}
}

func FuzzParseCaseNumber(f *testing.F) {
	for _, s := range []string{"（2021）琼02执123号之二", "2012东执字第253号", "(2021)最高法执监344", "（2012）东(执)字第1号-2之九百"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCaseNumber(s, today)
		if err != nil {
			return
		}
		again, err := ParseCaseNumber(c.String(), today)
		if err != nil || again != c {
			t.Errorf("%q: %#v, %#v, %v", s, c, again, err)
		}
		var back CaseNumber
		if text, _ := c.MarshalText(); back.UnmarshalText(text) != nil || back != c {
			t.Errorf("%q: text %s", s, text)
		}
	})
}
