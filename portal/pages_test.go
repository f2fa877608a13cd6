package portal

import (
	"context"
	"encoding/json"

	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"mingzhi/portal/exchange"
	"mingzhi/portal/inquiry"
	"mingzhi/storage/files"
	"mingzhi/storage/public"
	"mingzhi/storage/sealing"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

// world is a portal over a database of its own with two hand-made courts.
type world struct {
	app     *fiber.App
	service *inquiry.Service
	store   *public.Store
	owner   *pgx.Conn
	keys    *sealing.Keyring
	now     time.Time
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("Asia/Shanghai", 8*3600))

func profile(id, name string) exchange.Profile {
	return exchange.Profile{
		ID: id, Name: name, Short: name, Level: "基层", Address: "某省某市某区解放路1号", WeChat: name, Site: "https://court.example.cn", AntiFraud: "法院不会要求转账到个人账户。",
		Hotlines: []exchange.Hotline{{Name: "执行线索举报电话", Phone: "0898-12345678", Hours: "24 小时", Clause: "S-1.1"},
			{Name: "执行服务热线", Phone: "0898-12368", Hours: "工作日 8:30–12:00，14:30–17:30", Clause: "S-1.2"},
			{Name: "上级法院监督电话", Phone: "0898-87654321", Hours: "工作日", Clause: "S-1.3"}},
		Document: exchange.Document{Number: "某中法〔2025〕18号", Title: name + "执行指挥中心实施细则（试行）", Issued: "2025-10-01",
			Text: "# 第一章 总则\n\n第一条 为规范执行指挥中心实体化运行，根据有关规定，结合实际，制定本细则。\n\n第二条 执行指挥中心履行下列职责：\n\n- 指挥调度\n- **线索受理**与核查\n- 事项委托\n\n| 事项 | 期限 |\n|---|---|\n| 线索核查 | 7 日 |\n| 紧急线索 | 3 日 |\n"},
		Tip: exchange.TipForm{Warning: "您应当如实提供线索。故意捏造事实、诬告陷害他人，或者利用线索妨碍执行的，依法承担责任；构成犯罪的，依法追究刑事责任。",
			WarningVersion: "2025-1", Privacy: "姓名和手机号码可以不填。填写的，法院加密保存、严格保密，只在核实线索、发放奖励时由专人打开并留下记录。", MaxText: 500, MaxFiles: 9, Clause: "S-2.6"},
		Words: map[string]map[string]string{"en": {"name": "People's Court of " + id, "hotline.0.name": "Report a lead",
			"tip.privacy": "Name and mobile number are optional. They are encrypted and opened only with a reason and a trace.",
			"tip.warning": "Please report truthfully. Whoever knowingly makes up facts to frame others is liable under the law."}},
	}
}

func newWorld(t testing.TB) *world {
	t.Helper()
	ctx := context.Background()
	db := storagetest.New(t)
	dir := t.TempDir()
	check(t, sealing.Create(dir+"/keys"))
	w := &world{now: noon}
	var err error
	w.keys, err = sealing.Open(dir + "/keys")
	check(t, err)
	publicKeys, err := sealing.OpenPublic(dir + "/keys")
	check(t, err)
	stores, err := files.OpenLocalPublic(dir + "/files")
	check(t, err)
	w.owner, err = pgx.Connect(ctx, db.OwnerDSN)
	check(t, err)
	w.publish(t, offering("sanya", "某市中级人民法院"), offering("wugang", "某市城区人民法院"))
	w.store, err = public.Open(ctx, db.PublicDSN, publicKeys, stores.Inbox, func() time.Time { return w.now })
	check(t, err)
	w.service, err = inquiry.New(w.store)
	check(t, err)
	w.app = New(Options{Inquiry: w.service, Ready: w.store.Ping})
	t.Cleanup(func() {
		w.store.Close()
		w.owner.Close(ctx)
	})
	return w
}

func (w *world) publish(t testing.TB, courts ...exchange.Profile) {
	t.Helper()
	for _, p := range courts {
		text, err := json.Marshal(p)
		check(t, err)
		w.exec(t, `INSERT INTO disclosed.court (court, profile, version, changed_at) VALUES ($1, $2, 1, now())
			ON CONFLICT (court) DO UPDATE SET profile = EXCLUDED.profile`, p.ID, text)
		w.exec(t, `INSERT INTO disclosed.clause (court, id, article, text, version) VALUES ($1, 'S-2.6', '第二十六条', '对举报人信息严格保密。举报线索由专人登记、专人核查。', 1)
			ON CONFLICT DO NOTHING`, p.ID)
	}
}

func (w *world) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	_, err := w.owner.Exec(context.Background(), sql, args...)
	check(t, err)
}

// serve listens on a free port and gives the address.
func (w *world) serve(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	go w.app.Listener(l)
	t.Cleanup(func() { w.app.Shutdown() })
	return "http://" + l.Addr().String()
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func chromium(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("CHROME_BIN"); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("这个测试需要 Chromium 浏览器：请安装 chromium 与 fonts-noto-cjk，或用 CHROME_BIN 指明浏览器程序。")
	return ""
}
