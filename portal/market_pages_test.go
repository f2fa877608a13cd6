package portal

import (
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mingzhi/portal/inquiry"
)

func marketVisits(m market, number string) []visit {
	lot := "/sanya/lots/" + m.upcoming.String()
	fill := func(fields string) string {
		return `(n=>{` + fields + `})(x=>document.querySelector('main form[method=post] [name='+x+']')); HTMLFormElement.prototype.submit.call(document.querySelector('main form[method=post]')); 0`
	}
	return []visit{
		{"lots", "/sanya/lots", ""}, {"lots-filter", "/sanya/lots?kind=equity&min=100", ""}, {"lots-none", "/sanya/lots?q=%E6%B2%A1%E6%9C%89%E7%9A%84", ""},
		{"lots-wrong", "/sanya/lots?min=%E8%AE%B8%E5%A4%9A", ""}, {"lots-history", "/sanya/lots?state=history", ""}, {"lots-empty", "/wugang/lots", ""},
		{"lot", lot, ""}, {"lot-live", "/sanya/lots/" + m.live.String(), ""}, {"lot-sold", "/sanya/lots/" + m.sold.String(), ""}, {"lot-withdrawn", "/sanya/lots/" + m.withdrawn.String(), ""},
		{"question", lot + "/question", ""}, {"question-sent", lot + "/question", fill(`n('text').value='是否有租赁？'`)},
		{"viewing", lot + "/viewing", ""}, {"viewing-wrong", lot + "/viewing", fill(`n('mobile').value='1'`)},
		{"viewing-booked", lot + "/viewing", fill(`n('slot').checked=true; n('name').value='某甲'; n('mobile').value='13800138000'`)},
		{"viewing-number", "/sanya/viewing", ""}, {"viewing-mine", "/sanya/viewing", fill(`n('number').value='` + number + `'`)},
		{"notices", "/sanya/notices", ""}, {"notices-empty", "/wugang/notices", ""}, {"notice", "/sanya/notices/" + m.reward.String(), ""}, {"notice-other", "/sanya/notices/" + m.other.String(), ""},
		{"dishonest", "/sanya/dishonest", ""}, {"dishonest-wrong", "/sanya/dishonest", fill(`n('who').value='王小明'; n('digits').value='00000'`)}, {"home-full", "/sanya", ""},
	}
}

// TestMarketPagesAreAccessible is TestPagesAreAccessible for lots, notices and the list.
func TestMarketPagesAreAccessible(t *testing.T) {
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("这个测试需要 axe-core，请先运行 npm ci：%v", err)
	}
	w := newWorld(t)
	m := w.market(t)
	w.exec(t, `UPDATE disclosed.slot SET capacity = 99 WHERE id = $1`, m.slot)
	number, err := w.service.BookViewing(t.Context(), "sanya", inquiry.Client{Channel: "portal", ID: "x"}, inquiry.NewBooking{Key: "k", Lot: m.upcoming, Slot: m.full, Name: "某", Mobile: "13900000000"})
	check(t, err)
	address, ctx := w.serve(t), browser(t)
	for _, g := range guises {
		check(t, chromedp.Do(ctx, chromedp.EmulateViewport(g.width, g.height), chromedp.Navigate(address+"/sanya"+g.wishes)))
		for _, v := range marketVisits(m, number) {
			t.Run(g.name+"/"+v.name, func(t *testing.T) {
				w.exec(t, "DELETE FROM edge.rate")
				check(t, chromedp.Do(ctx, chromedp.Navigate(address+v.path)))
				if v.fill != "" {
					_, err := chromedp.RunResponse(ctx, chromedp.Evaluate[chromedp.Void](v.fill))
					check(t, err)
				}
				shoot(t, ctx, g.name+"-"+v.name)
				inspect(t, ctx, string(axe))
			})
		}
	}
}

// TestResultAndHallAreAccessible looks at what only right digits show, and at the screen in the hall.
func TestResultAndHallAreAccessible(t *testing.T) {
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("这个测试需要 axe-core，请先运行 npm ci：%v", err)
	}
	w := newWorld(t)
	w.market(t)
	address, ctx := w.serve(t), browser(t)
	for _, g := range guises {
		check(t, chromedp.Do(ctx, chromedp.EmulateViewport(g.width, g.height), chromedp.Navigate(address+"/sanya/dishonest"+g.wishes)))
		digits := w.digits(t)
		_, err := chromedp.RunResponse(ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector('[name=who]').value='王小明'; document.querySelector('[name=digits]').value='`+digits+`'`+submit))
		check(t, err)
		shoot(t, ctx, g.name+"-dishonest-found")
		inspect(t, ctx, string(axe))
	}
	check(t, chromedp.Do(ctx, chromedp.EmulateViewport(1920, 1080), chromedp.Navigate(address+"/sanya?lang=zh-CN&size=normal")))
	for n := range 8 {
		check(t, chromedp.Do(ctx, chromedp.Navigate(address+"/sanya/hall?turn="+string(rune('0'+n)))))
		shoot(t, ctx, "hall-"+string(rune('0'+n)))
		inspect(t, ctx, string(axe))
		tall, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollHeight - innerHeight`))
		check(t, err)
		if tall > 0 {
			t.Errorf("turn %d is %d px higher than the screen", n, tall)
		}
	}
}

// TestHallFindsBack cuts the screen's network: names do not stay on it, and it goes on by itself when the network is back.
func TestHallFindsBack(t *testing.T) {
	w := newWorld(t)
	w.market(t)
	address, ctx := w.serve(t), browser(t)
	check(t, chromedp.Do(ctx, chromedp.EmulateViewport(1920, 1080), chromedp.Navigate(address+"/sanya/hall")))
	until := func(js string, most time.Duration) bool {
		for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
			if yes, err := chromedp.Run(ctx, chromedp.Evaluate[bool](js)); err == nil && yes {
				return true
			}
		}
		return false
	}
	check(t, chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](`window.known = window.fetch; window.fetch = () => Promise.reject(new Error("gone"))`)))
	if !until(`!document.querySelector("[data-lost]").hidden && !document.querySelector("main ul")`, 20*time.Second) {
		t.Fatal("what may have been withdrawn stays on the screen")
	}
	check(t, chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](`window.fetch = window.known`)))
	if !until(`document.querySelector("[data-lost]").hidden && document.querySelector("main").dataset.next.endsWith("turn=2") && !!document.querySelector("main ul")`, 15*time.Second) {
		t.Error("the screen does not find back")
	}
}
