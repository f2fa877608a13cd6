package portal

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mingzhi/portal/inquiry"
)

// visit is a page and, when fill is given, what a person does on it before looking.
type visit struct {
	name, path string
	fill       string // JavaScript that fills and submits; the next page is looked at
}

const submit = `; HTMLFormElement.prototype.submit.call(document.querySelector('main form')); 0`

func visits(receipt string) []visit {
	return []visit{
		{"courts", "/", ""}, {"home", "/sanya", ""}, {"tip", "/sanya/tip", ""}, {"receipt", "/sanya/receipt", ""},
		{"message", "/sanya/message", ""}, {"about", "/sanya/about", ""}, {"clause", "/sanya/clause/S-2.6", ""},
		{"preferences", "/sanya/preferences", ""}, {"missing", "/sanya/nowhere", ""}, {"no-court", "/nowhere", ""},
		{"tip-wrong", "/sanya/tip", `document.querySelector('[name=mobile]').value='123'` + submit},
		{"tip-done", "/sanya/tip", `(n=>{document.querySelector('[value=person]').checked=true; n('debtor').value='某甲'; n('what').value='在店里吃饭'; n('warning').checked=true})(x=>document.querySelector('[name='+x+']'))` + submit},
		{"receipt-wrong", "/sanya/receipt", `document.querySelector('[name=receipt]').value='1234'` + submit},
		{"receipt-status", "/sanya/receipt", `document.querySelector('[name=receipt]').value='` + receipt + `'` + submit},
		{"message-unknown", "/sanya/message", `document.querySelector('[name=code]').value='999999'` + submit},
		{"message-known", "/sanya/message", `document.querySelector('[name=code]').value='123456'` + submit},
	}
}

// fill gives the world a tip with a question and a message that was sent.
func (w *world) fill(t testing.TB) (receipt string) {
	t.Helper()
	r, err := w.service.SubmitTip(t.Context(), "sanya", inquiry.Client{Channel: "portal", ID: "test"}, goodTip("fill"))
	check(t, err)
	_, err = w.owner.Exec(t.Context(), `INSERT INTO disclosed.tip (court, receipt_hmac, ticket, stage, messages, received_at, version)
		VALUES ('sanya', $1, $2, 'verifying', $3, $4, 1)`, w.keys.Public().BlindIndex(inquiry.ReceiptIndex, string(r.Receipt)), r.Ticket,
		`[{"id":"0190a000-0000-7000-8000-000000000001","text":"请问您是在哪一层看到的？","at":"2026-11-23T03:00:00Z"}]`, w.now)
	check(t, err)
	w.exec(t, `INSERT INTO disclosed.outgoing (court, id, channels, address, template, template_version, template_name, provider_ids, params, text, check_code, clause, urgent, created_at, not_before)
		VALUES ('sanya', gen_random_uuid(), '{sms}', '\x00', 'filed', 2, '立案通知', '{}', '[]', 'x', '123456', 'S-2.6', false, $1, $1)`, w.now)
	w.exec(t, `UPDATE edge.delivery SET state = 'delivered', route = 'sms'`)
	return r.Receipt.Grouped()
}

func goodTip(key string) inquiry.Tip {
	return inquiry.Tip{Key: key, Kind: "person", Debtor: "某甲", What: "在店里吃饭", Where: "解放路", Warning: "2025-1", Language: "zh-CN"}
}

func browser(t testing.TB) context.Context {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(chromium(t)), chromedp.Headless, chromedp.NoFirstRun,
		chromedp.DisableGPU, chromedp.WindowSize(390, 844)}
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// guise is a way a page may look.
type guise struct {
	name, wishes  string
	width, height int64
}

var guises = []guise{
	{"phone", "?lang=zh-CN&size=normal&theme=light", 390, 844}, {"phone-dark", "?size=normal&theme=dark", 390, 844},
	{"phone-large", "?size=large&theme=light", 390, 844}, {"wide", "?size=normal&theme=light", 1440, 900},
	{"phone-en", "?lang=en", 390, 844},
}

// TestPagesAreAccessible runs axe on every page in every guise. MINGZHI_SHOTS=DIR also keeps pictures.
func TestPagesAreAccessible(t *testing.T) {
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("这个测试需要 axe-core，请先运行 npm ci：%v", err)
	}
	w := newWorld(t)
	receipt := w.fill(t)
	address, ctx := w.serve(t), browser(t)
	for _, g := range guises {
		w.exec(t, "DELETE FROM edge.rate")
		check(t, chromedp.Do(ctx, chromedp.EmulateViewport(g.width, g.height), chromedp.Navigate(address+"/sanya"+g.wishes)))
		for _, v := range visits(receipt) {
			t.Run(g.name+"/"+v.name, func(t *testing.T) {
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

func inspect(t *testing.T, ctx context.Context, axe string) {
	t.Helper()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[int](axe+";0"))
	check(t, err)
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`axe.run().then(r => r.violations.map(v =>
		v.id + ": " + v.help + "\n  " + v.nodes.slice(0, 4).map(n => n.html + " " + n.any.map(a => a.message).join("; ")).join("\n  ")))`, chromedp.EvalAwaitPromise))
	check(t, err)
	for _, violation := range found {
		t.Error(violation)
	}
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	check(t, err)
	if wide > 0 {
		t.Errorf("the page is %d px wider than the screen", wide)
	}
}

func shoot(t *testing.T, ctx context.Context, name string) {
	dir := os.Getenv("MINGZHI_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	check(t, err)
	check(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(name, ".png")), picture, 0o644))
}
