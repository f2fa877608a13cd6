package devtray

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"mingzhi/bots/wechat/wechattest"
)

// pause is after how long WeChat shows the time anew.
const pause = 5 * time.Minute

// places are locations for who has no map.
var places = []struct{ label, lat, lon string }{{"解放路与和平路路口", "18.2528", "109.5119"}, {"人民医院停车场", "33.2990", "113.5220"}}

type piece struct {
	text string
	link bool
}

var links = regexp.MustCompile(`https?://[A-Za-z0-9.:/_?&=%#~+-]+`)

// pieces takes a text apart where a phone would make a link.
func pieces(text string) (out []piece) {
	at := 0
	for _, m := range links.FindAllStringIndex(text, -1) {
		out = append(out, piece{text[at:m[0]], false}, piece{text[m[0]:m[1]], true})
		at = m[1]
	}
	return append(out, piece{text[at:], false})
}

// away opens a link in the phone's own browser.
func away(h handset, target string) templ.SafeURL {
	return templ.SafeURL("/phone/open?" + url.Values{"court": {h.court}, "who": {strconv.Itoa(h.n)}, "url": {target}}.Encode())
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

var fieldNames = map[string]string{"thing1": "事项", "thing2": "进展", "thing3": "说明", "time2": "时间", "time3": "时间", "amount3": "金额", "amount4": "金额", "character_string1": "编号"}

// fieldsOf are a template message's values in the order of their names.
func fieldsOf(b wechattest.Bubble) (out [][2]string) {
	for _, name := range slices.SortedFunc(maps.Keys(b.Data), func(a, b string) int { return int(a[len(a)-1]) - int(b[len(b)-1]) }) {
		out = append(out, [2]string{orElse(fieldNames[name], name), b.Data[name]})
	}
	return out
}
