// Command mingzhi-public is the internet half alone: portal and courier. Staff code is not linked into it.
package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"
	"golang.org/x/sync/errgroup"

	"mingzhi/cmd/internal/boot"
	"mingzhi/cmd/internal/gateway"
	"mingzhi/cmd/internal/publichalf"
	"mingzhi/storage/files"
	"mingzhi/storage/gate"
	"mingzhi/storage/sealing"
)

type cli struct {
	Data     string   `help:"数据目录：密钥（只要公开一侧的）与收件文件。" default:".mingzhi" env:"MINGZHI_DATA" type:"path"`
	LogLevel string   `help:"日志级别。" default:"info" enum:"debug,info,warn,error" env:"MINGZHI_LOG"`
	Serve    serveCmd `cmd:"" default:"withargs" help:"启动门户与消息投递。"`
	Gate     gateCmd  `cmd:"" help:"网闸（互联网一侧）：导出公众提交的内容，导入要公开的内容。"`
}

// gateCmd is the internet network's side of the gate.
type gateCmd struct {
	DatabaseURL string `help:"本侧数据库里可以担任 mingzhi_gate 的账号。" env:"GATE_DATABASE_URL" required:""`
	gateway.Flags
}

func (g *gateCmd) run(ctx context.Context, c *cli, command string) error {
	stores, err := files.OpenLocalPublic(filepath.Join(c.Data, "files"))
	if err != nil {
		return err
	}
	keys := filepath.Join(c.Data, "keys")
	side, err := gate.New(ctx, g.DatabaseURL, keys, stores.Inbox, boot.SystemClock().Now)
	if err != nil {
		return err
	}
	defer side.Close(context.WithoutCancel(ctx))
	return gateway.Run(ctx, command, g.Flags, gateway.Side{Gate: side, Keys: keys, Sends: gate.Inward, Takes: gate.Outward})
}

type serveCmd struct {
	DatabaseURL string `help:"公开一侧的数据库账号 mingzhi_public。" env:"PUBLIC_DATABASE_URL" required:""`
	Portal      string `help:"门户的监听地址。" default:"127.0.0.1:8080" env:"MINGZHI_PORTAL"`
	Ops         string `help:"健康检查与指标（不对外）。" default:"127.0.0.1:8084" env:"MINGZHI_OPS"`
	Secure      bool   `help:"前面有 HTTPS。" env:"MINGZHI_SECURE"`
	publichalf.Outward
}

func main() {
	var c cli
	k := kong.Parse(&c, kong.Name("mingzhi-public"), kong.Description("明执的互联网一侧：门户与消息投递。"))
	ctx, stop := boot.Signals()
	defer stop()
	run := func() error { return c.Serve.run(ctx, &c) }
	if command := k.Command(); strings.HasPrefix(command, "gate") {
		run = func() error { return c.Gate.run(ctx, &c, command) }
	}
	if err := run(); err != nil && !errors.Is(err, context.Canceled) {
		boot.Fail(err)
	}
}

func (c *serveCmd) run(ctx context.Context, all *cli) error {
	c.PortalURL = strings.TrimRight(c.PortalURL, "/")
	web, err := boot.Listen(c.Portal)
	if err != nil {
		return err
	}
	ops, err := boot.Listen(c.Ops)
	if err != nil {
		return err
	}
	keys, err := sealing.OpenPublic(filepath.Join(all.Data, "keys"))
	if err != nil {
		return err
	}
	stores, err := files.OpenLocalPublic(filepath.Join(all.Data, "files"))
	if err != nil {
		return err
	}
	metrics := boot.NewMetrics()
	clock := boot.SystemClock()
	half, err := publichalf.Open(ctx, publichalf.Options{DSN: c.DatabaseURL, Keys: keys, Files: stores, Log: boot.Log(all.LogLevel, true), Now: clock.Now,
		Secure: c.Secure, Metrics: metrics, Outward: c.Outward})
	if err != nil {
		return err
	}
	defer half.Close()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return boot.Serve(ctx, half.Portal(), web) })
	g.Go(func() error { return boot.Serve(ctx, boot.Ops(metrics, half.Store.Ping), ops) })
	g.Go(func() error { return half.Courier().Run(ctx) })
	g.Go(func() error { half.Menus(ctx); return nil })
	g.Go(func() error { boot.Work(ctx, boot.Log(all.LogLevel, true), metrics.Count(half.Jobs())); return nil })
	fmt.Printf("明执（公开一侧）已启动：http://%s\n", c.Portal)
	return g.Wait()
}
