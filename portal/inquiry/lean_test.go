package inquiry

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
	"unicode/utf8"

	"mingzhi/backoffice/calendar"
	"mingzhi/portal/exchange"
)

var leanGallery = []string{
	`{"fields":[{"id":"amount","label":"到账金额","value":"50,000.00元","raw":"5000000"},{"id":"x","label":"","value":""}],"remedies":["可以申请复议。"],"role":"applicant","service":"pending","secret":"请保密"}`,
	`{"fields":null,"remedies":null,"role":"applicant"}`, `{"fields":nullx}`, `{"fields":[null]}`, `{"role":null}`, `{"fields":[],"remedies":[],"role":""}`, `{ "role" : "a" , "fields" : [ { "id" : "b" } ] }`,
	`{}`, ``, `{`, `null`, `[]`, `{"role":"a"} x`, `{"role":"a",}`, `{"role":"a\u003cb"}`, `{"Role":"a"}`, `{"role":"a","role":"b"}`, `{"other":{"a":[1,2]},"role":"a"}`,
	`{"fields":[{"id":"a"}],"fields":[{"label":"b"}]}`, `{"fields":[{"id":1}]}`, `{"fields":[{"id":"a"},null]}`, "{\"role\":\"a\tb\"}", `{"role":"a`, `{"fields":[`,
	`{"start":"2026-11-02","startAt":"2026-11-02T09:00:00+08:00","days":[{"date":"2026-11-02","counted":false,"why":"当日不计入"},{"date":"2026-11-03","counted":true,"why":"计入"}],"due":"2026-11-03T23:59:59+08:00","provisional":false,"text":"自2026-11-02次日起算"}`,
	`{"days": [{"why": "计入", "date": "2026-11-03", "counted": true}], "text": "一句"}`, `{"days":null,"text":"a"}`, `{"days":[{"date":"2026-1-3"}],"text":""}`, `{"days":[{"counted":true}]}`,
	`{"days":[{"date":"2026-11-0x"}]}`, `{"Days":[{"Date":"2026-11-03"}]}`, `{"provisional":1,"text":"a"}`, `{"provisional":truefalse}`, `{"start":7}`, `{"days":[{"date":"2026-11-03","n":007}]}`, `{"days":[{"date":"2026-11-03","n":-7}]}`, `{"days":[{"date":"2026-11-03","n":7.5e1}]}`,
}

// FuzzLean holds the fast reading to encoding/json's. What comes from PostgreSQL is always UTF-8.
func FuzzLean(f *testing.F) {
	due := calendar.New(nil).Due(calendar.Workdays(20), time.Date(2026, 9, 28, 10, 0, 0, 0, time.UTC))
	written, _ := json.Marshal(due.Explanation)
	for _, text := range append(leanGallery, string(written)) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		var want exchange.Item
		wrong := json.Unmarshal([]byte(text), &want)
		got, err := readItem([]byte(text))
		if (err == nil) != (wrong == nil) || err == nil && !reflect.DeepEqual(got, want) {
			t.Errorf("item %s: %+v %v, want %+v %v", text, got, err, want, wrong)
		}
		slow, wrong := explainSlowly([]byte(text))
		fast, err := explain([]byte(text))
		if (err == nil) != (wrong == nil) || err == nil && (fast.Text != slow.Text || len(fast.Days) != len(slow.Days)) {
			t.Fatalf("explanation %s: %+v %v, want %+v %v", text, fast, err, slow, wrong)
		}
		for i := range slow.Days {
			if err == nil && fast.Days[i] != slow.Days[i] {
				t.Errorf("day %d of %s: %+v, want %+v", i, text, fast.Days[i], slow.Days[i])
			}
		}
	})
}

// What the house itself writes is read the fast way.
func TestLeanKnowsWhatIsWritten(t *testing.T) {
	due := calendar.New(nil).Due(calendar.Workdays(20), time.Date(2026, 9, 28, 10, 0, 0, 0, time.UTC))
	text, err := json.Marshal(due.Explanation)
	if err != nil {
		t.Fatal(err)
	}
	if copies := testing.AllocsPerRun(10, func() { explain(text) }); copies > 5 {
		t.Errorf("%v copies of an explanation: encoding/json had to help", copies)
	}
	if copies := testing.AllocsPerRun(10, func() { readItem([]byte(leanGallery[0])); readItem([]byte(leanGallery[1])) }); copies > 8 {
		t.Errorf("%v copies of an item: encoding/json had to help", copies)
	}
}
