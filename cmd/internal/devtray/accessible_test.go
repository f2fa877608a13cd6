package devtray

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

func chromium(t *testing.T) string {
	if named := os.Getenv("CHROME_BIN"); named != "" {
		return named
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("测试需要 Chromium 浏览器：请安装 chromium，或用 CHROME_BIN 指明浏览器程序。")
	return ""
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestBrowser looks at the page as a person's browser does: nothing axe minds, nothing too wide,
// letters that appear by themselves while what is being typed stays. LOOK keeps the pictures.
func TestBrowser(t *testing.T) {
	b := open(t)
	b.lay("alpha", "【甲法院】您的案件（2026）甲01执101号已立案执行，请登录门户查看进展。核验码012345。", monday)
	listener := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	go b.app.Listener(listener)
	t.Cleanup(func() { b.app.Shutdown() })
	axe := must[[]byte](t)(os.ReadFile("../../../node_modules/axe-core/axe.min.js"))
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(chromium(t)), chromedp.Headless, chromedp.NoFirstRun, chromedp.DisableGPU}
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	for i, width := range []int64{390, 1440} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate("http://"+listener.Addr().String()+"/")); err != nil {
			t.Fatal(err)
		}
		must[int](t)(chromedp.Run(ctx, chromedp.Evaluate[int](`document.getElementById("f-to").value = "18:"; document.getElementById("f-to").focus(); 0`)))
		b.lay("alpha", fmt.Sprintf("后来的一条 %d", i), monday.Add(time.Minute))
		letters := 0
		for began := time.Now(); letters != i+2 && time.Since(began) < 8*time.Second; time.Sleep(100 * time.Millisecond) {
			letters = must[int](t)(chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelectorAll(".letter").length`)))
		}
		typed := must[string](t)(chromedp.Run(ctx, chromedp.Evaluate[string](`document.getElementById("f-to").value + document.activeElement.id`)))
		if letters != i+2 || typed != "18:f-to" {
			t.Errorf("%d: %d letters, typed %q", width, letters, typed)
		}
		must[int](t)(chromedp.Run(ctx, chromedp.Evaluate[int](string(axe)+";0")))
		found := must[[]string](t)(chromedp.Run(ctx, chromedp.Evaluate[[]string](
			`axe.run().then(r => r.violations.map(v => v.id + " " + v.nodes.map(n => n.html).join(" ")))`, chromedp.EvalAwaitPromise)))
		wide := must[int](t)(chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`)))
		if len(found) > 0 || wide > 0 {
			t.Errorf("%d: axe %q, %d px too wide", width, found, wide)
		}
		if dir := os.Getenv("LOOK"); dir != "" {
			picture := must[[]byte](t)(chromedp.Run(ctx, chromedp.FullScreenshot(100)))
			os.WriteFile(filepath.Join(dir, fmt.Sprintf("tray-%d.png", width)), picture, 0o600)
		}
	}
}
