package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/sync/errgroup"

	"mingzhi/backoffice/problem"
	"mingzhi/cmd/internal/boot"
	"mingzhi/cmd/internal/demo"
	"mingzhi/cmd/internal/publichalf"
)

type serveCmd struct {
	Demo   bool     `help:"演示：两个法院、演示数据、消息匣和可拨的时钟。"`
	Roles  []string `help:"本进程担任的角色。" default:"portal,desk,work,courier" enum:"portal,desk,work,courier"`
	Portal string   `help:"公开门户的监听地址。" default:"127.0.0.1:8080" env:"MINGZHI_PORTAL"`
	Desk   string   `help:"工作台的监听地址（只开在内网）。" default:"127.0.0.1:8081" env:"MINGZHI_DESK"`
	Tray   string   `help:"演示的消息匣。" default:"127.0.0.1:8082" env:"MINGZHI_TRAY"`
	Ops    string   `help:"健康检查与指标（不对外）。" default:"127.0.0.1:8083" env:"MINGZHI_OPS"`
	Secure bool     `help:"前面有 HTTPS：Cookie 只经 HTTPS 发送。" env:"MINGZHI_SECURE"`

	publichalf.Outward
	Cases int `help:"演示案件数（每个法院）。" default:"300" hidden:""`
}

func (c *serveCmd) has(role string) bool { return slices.Contains(c.Roles, role) }

// Run starts the roles and prints where to go.
func (c *serveCmd) Run(ctx contextArg, s *Settings) error {
	began := time.Now()
	if c.PortalURL == "" {
		c.PortalURL = "http://" + c.Portal
	}
	c.PortalURL = strings.TrimRight(c.PortalURL, "/")
	listeners, err := c.listen()
	if err != nil {
		return err
	}
	defer listeners.close()
	say := boot.NewProgress(os.Stdout)
	h, err := open(ctx, s, say, c.Demo, false)
	if err != nil {
		return err
	}
	defer h.close()
	courts, err := c.courts(ctx, h, say)
	if err != nil {
		return err
	}
	var accounts []demo.Account
	if c.Demo {
		if accounts, err = h.settle(ctx, say, courts, c.Cases); err != nil {
			return err
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	if err := c.start(ctx, g, h, listeners, courts, accounts); err != nil {
		return err
	}
	c.welcome(courts, accounts, time.Since(began))
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	fmt.Println("\n明执已停止。")
	return nil
}

// courts are those served. The demonstration and a named folder of books put their books in force;
// else what was published stands, whoever published it.
func (c *serveCmd) courts(ctx context.Context, h *house, say *boot.Progress) ([]string, error) {
	if c.Demo || h.settings.Books != "" {
		return h.publish(ctx, say)
	}
	rows, err := h.store.Courts(ctx)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, problem.New(problem.Invalid, "books.unpublished",
			"还没有发布任何法院的规则书。请先运行 mingzhi rulebook publish 目录，再用 mingzhi staff add 添加系统管理员；只想看看，请用 mingzhi serve --demo。")
	}
	var courts []string
	for _, r := range rows {
		courts = append(courts, r.ID)
	}
	return courts, nil
}

// doors are the listeners taken before anything is started, so that a taken port costs nothing.
type doors map[string]net.Listener

func (d doors) close() {
	for _, l := range d {
		_ = l.Close()
	}
}

func (c *serveCmd) listen() (doors, error) {
	want := map[string]string{"ops": c.Ops}
	if c.has("portal") {
		want["portal"] = c.Portal
	}
	if c.has("desk") {
		want["desk"] = c.Desk
	}
	if c.Demo {
		want["tray"] = c.Tray
	}
	d := doors{}
	for name, addr := range want {
		l, err := boot.Listen(addr)
		if err != nil {
			d.close()
			return nil, err
		}
		d[name] = l
	}
	return d, nil
}

func (c *serveCmd) start(ctx context.Context, g *errgroup.Group, h *house, d doors, courts []string, accounts []demo.Account) error {
	serve := func(name string, app *fiber.App) {
		g.Go(func() error { return boot.Serve(ctx, app, d[name]) })
	}
	metrics := boot.NewMetrics()
	if c.has("portal") || c.has("courier") || c.Demo {
		if h.public == "" {
			return problem.New(problem.Invalid, "database.public_missing", "用外部数据库时，公开一侧必须有自己的账号：请设置 PUBLIC_DATABASE_URL（账号 mingzhi_public）。")
		}
		phones := c.phones(h, courts)
		half, err := publichalf.Open(ctx, publichalf.Options{DSN: h.public, Keys: h.keys.Public(), Files: h.files, Log: h.log, Now: h.clock.Now,
			Secure: c.Secure, Demo: c.Demo, WeChat: c.wechat(phones), Metrics: metrics, Outward: c.Outward})
		if err != nil {
			return err
		}
		context.AfterFunc(ctx, half.Close)
		if c.has("portal") {
			serve("portal", half.Portal())
			g.Go(func() error { half.Menus(ctx); return nil })
		}
		if c.has("courier") {
			g.Go(func() error { return half.Courier().Run(ctx) })
			g.Go(func() error { boot.Work(ctx, h.log, metrics.Count(half.Jobs())); return nil })
		}
		if c.Demo {
			serve("tray", c.tray(h, half, accounts, phones))
		}
	}
	if c.has("desk") {
		app, err := c.desk(h, metrics)
		if err != nil {
			return err
		}
		serve("desk", app)
	}
	if c.has("work") {
		g.Go(func() error { boot.Work(ctx, h.log, metrics.Count(h.jobs())); return nil })
	}
	serve("ops", boot.Ops(metrics, h.store.Ping))
	if h.pg != nil {
		g.Go(func() error { return h.watch(ctx) })
	}
	return nil
}

// watch ends the program when the private database dies under it.
func (h *house) watch(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-h.pg.Done():
		if ctx.Err() != nil {
			return nil
		}
		return problem.New(problem.Unavailable, "database.gone", "自带的数据库意外停止，明执随之停止。数据没有丢失，请重新启动。")
	}
}

func (c *serveCmd) welcome(courts []string, accounts []demo.Account, took time.Duration) {
	var b strings.Builder
	fmt.Fprintf(&b, "\n明执已启动（%.1f 秒）。\n\n", took.Seconds())
	if c.has("portal") {
		fmt.Fprintf(&b, "  门户      http://%s\n", c.Portal)
	}
	if c.has("desk") {
		fmt.Fprintf(&b, "  工作台    http://%s\n", c.Desk)
	}
	if c.Demo {
		fmt.Fprintf(&b, "  手机      http://%s/phone   微信里的公众号\n  消息匣    http://%s   短信、动态验证码和演示时钟\n\n  工作台账号（密码都是 %s；动态验证码在消息匣里看）\n", c.Tray, c.Tray, demo.Password)
		for _, court := range courts {
			fmt.Fprintf(&b, "    %s：", court)
			var logins []string
			for _, a := range accounts {
				if a.Court == court && slices.Contains(shown, a.Login) {
					logins = append(logins, a.Login+"（"+a.RoleName+"）")
				}
			}
			fmt.Fprintln(&b, strings.Join(logins, "、")+" 等")
		}
	}
	fmt.Fprintln(&b, "\n按 Ctrl-C 停止。")
	fmt.Print(b.String())
}

// shown are the log-ins that the terminal names; the tray lists all.
var shown = []string{"duty1", "leader", "judge1", "assistant1", "clerk1", "filing", "director", "admin", "audit"}
