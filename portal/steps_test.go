package portal

import (
	"testing"

	"github.com/chromedp/chromedp"

	"mingzhi/portal/webkit"
)

// TestTipIsOneQuestionAScreen walks the form as a phone shows it; "back" loses nothing.
func TestTipIsOneQuestionAScreen(t *testing.T) {
	if webkit.Asset("portal.js") == "" {
		t.Fatal("这个测试需要前端素材，请先运行 make bundle。")
	}
	w := newWorld(t)
	address, ctx := w.serve(t), browser(t)
	check(t, chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(address+"/sanya/tip?lang=zh-CN")))
	run := func(js string) string {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](js, chromedp.EvalAwaitPromise))
		check(t, err)
		return got
	}
	const (
		shown = `[...document.querySelectorAll('.step')].map((s,i)=>s.hidden?'':i).join('')`
		next  = `document.querySelector('[data-next]').click(); `
		back  = `new Promise(r=>{addEventListener('popstate',()=>setTimeout(()=>r(` + shown + `)),{once:true}); document.querySelector('[data-back]').click()})`
	)
	for _, step := range []struct{ js, want string }{
		{shown, "0"},
		{next + shown, "0"}, // nothing chosen yet
		{`document.querySelector('[value=asset]').checked=true; ` + next + shown, "1"},
		{`document.querySelector('[name=debtor]').value='某甲'; ` + next + shown, "2"},
		{next + shown, "2"}, // what was seen is required
		{`document.querySelector('[name=what]').value='船'; ` + next + shown, "3"},
		{back, "2"},
		{`document.querySelector('[name=what]').value + document.querySelector('[name=debtor]').value`, "船某甲"},
		{next + next + next + next + shown, "6"},
		{`String(document.querySelector('.submit-row').hidden)`, "false"},
		{`String(document.querySelectorAll('.progress .past').length)`, "6"},
	} {
		if got := run(step.js); got != step.want {
			t.Fatalf("%s: %s, want %s", step.js, got, step.want)
		}
	}
	_, err := chromedp.RunResponse(ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector('[name=warning]').checked=true; document.querySelector('button[type=submit]').click()`))
	check(t, err)
	if got := run(`document.querySelector('h1').textContent.trim() + String(document.querySelector('[data-print]').hidden)`); got != "法院已收到您的线索false" {
		t.Error(got)
	}
}
