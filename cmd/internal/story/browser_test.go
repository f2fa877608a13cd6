package story

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// page is a browser window of one person.
type page struct {
	t   *testing.T
	ctx context.Context
}

func chromium(t *testing.T) string {
	if path := os.Getenv("CHROME_BIN"); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("这个测试需要 Chromium：请安装 chromium 与 fonts-noto-cjk，或用 CHROME_BIN 指明浏览器程序。")
	return ""
}

// open starts a browser whose window is as wide as a phone (390) or a desk (1440).
func open(t *testing.T, width int) *page {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(chromium(t)), chromedp.Headless, chromedp.NoFirstRun, chromedp.DisableGPU,
		chromedp.WindowSize(width, 900), chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN")}
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	ctx, cancel := context.WithTimeout(ctx, 8*time.Minute)
	t.Cleanup(cancel)
	return &page{t, ctx}
}

// on is the same window in a step of the story, so that a failure is that step's.
func (p *page) on(t *testing.T) *page { return &page{t, p.ctx} }

func (p *page) check(what string, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v\n%s", what, err, p.seen())
	}
}

// seen is the text of the page, for failures.
func (p *page) seen() string {
	text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`location.href + "\n" + (document.body ? document.body.innerText : "").slice(0, 3000)`))
	return text
}

func (p *page) visit(url string) *page {
	p.t.Helper()
	p.check("visit "+url, chromedp.Do(p.ctx, chromedp.Navigate(url)))
	return p
}

// eval runs JavaScript and gives back its value.
func eval[T any](p *page, js string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](js))
	p.check(js, err)
	return v
}

func quote(s string) string {
	raw, _ := json.Marshal(s)
	return string(raw)
}

// fill types into fields by name, in the first form of the main part that has the field; radio
// buttons and boxes are chosen by value.
func (p *page) fill(values map[string]string) *page {
	p.t.Helper()
	for name, value := range values {
		ok := eval[bool](p, fmt.Sprintf(`(() => {
			const all = [...document.querySelectorAll('main [name=%s]')].filter(e => e.type !== 'hidden');
			const radio = all.find(e => (e.type === 'radio') && e.value === %[2]s);
			const e = radio || all.find(e => e.type !== 'radio');
			if (!e) return false;
			if (radio || e.type === 'checkbox') e.checked = true; else e.value = %[2]s;
			e.dispatchEvent(new Event('input', {bubbles: true}));
			e.dispatchEvent(new Event('change', {bubbles: true}));
			return true })()`, quote(name), quote(value)))
		if !ok {
			p.t.Fatalf("no field %q\n%s", name, p.seen())
		}
	}
	return p
}

// choose picks the option of a select whose text contains the words. A form that is being asked
// for anew may swallow the choice of a hand faster than any person's; it is made again then.
func (p *page) choose(name, words string) *page {
	p.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll('main select[name=%s] option')].find(o => o.textContent.includes(%s))`, quote(name), quote(words))
	for range 10 {
		ok := eval[bool](p, `(() => {
			const o = `+find+`;
			if (!o) return false;
			o.parentElement.value = o.value;
			o.parentElement.dispatchEvent(new Event('change', {bubbles: true}));
			return true })()`)
		if !ok {
			p.t.Fatalf("no choice %q in %q\n%s", words, name, p.seen())
		}
		p.settle()
		if eval[bool](p, `!!`+find+`?.selected`) {
			return p
		}
	}
	p.t.Fatalf("the choice %q in %q does not stay\n%s", words, name, p.seen())
	return p
}

// settle waits until no part of the page is being asked for anew.
func (p *page) settle() {
	p.t.Helper()
	time.Sleep(60 * time.Millisecond)
	p.await("the page to rest", `!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')`)
}

// has waits for a field that appears when another has been chosen.
func (p *page) has(name string) *page {
	p.t.Helper()
	return p.await("the field "+name, `!!document.querySelector('main [name=`+quote(name)+`]')`)
}

func (p *page) upload(name string, files ...string) *page {
	p.t.Helper()
	p.check("upload", chromedp.Do(p.ctx, chromedp.SetUploadFiles(chromedp.CSS(`main input[name=`+name+`]`), files)))
	return p
}

// press clicks the visible button or link that carries the words, and waits for the page it leads to.
func (p *page) press(words string) *page {
	p.t.Helper()
	found := eval[bool](p, fmt.Sprintf(`(() => {
		const e = [...document.querySelectorAll('button, a[href], summary, [role=button]')].find(e => e.checkVisibility() && e.textContent.replace(/\s+/g, '').includes(%s.replace(/\s+/g, '')));
		if (!e) return false;
		window.stillHere = true;
		setTimeout(() => e.click(), 0);
		return true })()`, quote(words)))
	if !found {
		p.t.Fatalf("nothing to press says %q\n%s", words, p.seen())
	}
	p.await("a new page after "+words, `!window.stillHere && document.readyState === 'complete'`)
	return p
}

// step presses the "next" of a form that shows one question a screen, which leads to no new page.
func (p *page) step() bool {
	return eval[bool](p, `(() => {
		const e = document.querySelector('[data-next]');
		if (!e || !e.checkVisibility()) return false;
		e.click();
		return true })()`)
}

// await polls a JavaScript condition for up to fifteen seconds.
func (p *page) await(what, js string) *page {
	p.t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(40 * time.Millisecond) {
		if ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](js)); err == nil && ok {
			return p
		}
	}
	p.t.Fatalf("waited for %s\n%s", what, p.seen())
	return p
}

// reads waits until the page says every one of the words.
func (p *page) reads(words ...string) *page {
	p.t.Helper()
	for _, w := range words {
		p.await("“"+w+"”", `document.body.innerText.replace(/\s+/g, '').includes(`+quote(strings.Join(strings.Fields(w), ""))+`)`)
	}
	return p
}

func (p *page) lacks(words ...string) *page {
	p.t.Helper()
	for _, w := range words {
		if eval[bool](p, `document.body.innerText.includes(`+quote(w)+`)`) {
			p.t.Fatalf("the page says %q\n%s", w, p.seen())
		}
	}
	return p
}

// text is what the first element of a selector says, without spaces at its ends.
func (p *page) text(css string) string {
	p.t.Helper()
	return eval[string](p, `(document.querySelector(`+quote(css)+`)?.innerText || "").trim()`)
}

// unfold opens what a reader would open to read on.
func (p *page) unfold() *page {
	p.t.Helper()
	eval[bool](p, `(document.querySelectorAll('details').forEach(d => d.open = true), true)`)
	return p
}

// submit sends the form of a selector by its button, and waits for the page it leads to.
func (p *page) submit(css string) *page {
	p.t.Helper()
	if !eval[bool](p, `(() => { const b = document.querySelector(`+quote(css)+`)?.querySelector('button'); if (!b) return false; window.stillHere = true; setTimeout(() => b.click(), 0); return true })()`) {
		p.t.Fatalf("no form %s\n%s", css, p.seen())
	}
	return p.await("a new page after "+css, `!window.stillHere && document.readyState === 'complete'`)
}

// picture keeps what a person sees, for the README, when MINGZHI_PICTURES names a folder.
func (p *page) picture(name string) *page {
	p.t.Helper()
	dir := os.Getenv("MINGZHI_PICTURES")
	if dir == "" {
		return p
	}
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	p.check("picture "+name, err)
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
	return p
}
