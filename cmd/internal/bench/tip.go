package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"mingzhi/portal"
	"mingzhi/portal/exchange"
	"mingzhi/portal/inquiry"
	"mingzhi/storage/public"
)

var tipRow = row{
	name: "tip", goal: 1,
	subject:   "a tip through the portal: whole middleware, CSRF, validation, sealing, receipt page, one statement",
	reference: "a bare Fiber handler: form values, BEGIN, INSERT of the same bytes, COMMIT",
	below:     "the whole page is answered, not ok: sealing, three tables and the receipt page (docs/performance.md)",
	set:       setTip,
}

func setTip(ctx context.Context, st *stage) (pair, error) {
	owner, err := st.database(ctx, "bench_tip")
	if err != nil {
		return pair{}, err
	}
	profile, err := json.Marshal(exchange.Profile{Name: "基准法院", Short: "基准法院", Hotlines: []exchange.Hotline{{Name: "执行线索举报电话", Phone: "0000-0000000", Hours: "24 小时"}},
		Tip: exchange.TipForm{WarningVersion: "1", MaxText: 500, MaxFiles: 9, Warning: "您应当如实提供线索。", Privacy: "姓名和手机号码可以不填。"}})
	if err != nil {
		return pair{}, err
	}
	if _, err := owner.Exec(ctx, `INSERT INTO disclosed.court (court, profile, version, changed_at) VALUES ($1, $2, 1, now())`, st.court, profile); err != nil {
		return pair{}, err
	}
	store, err := public.Open(ctx, st.dsn("mingzhi_public", "bench_tip"), st.public, st.files.Inbox, st.now)
	if err != nil {
		return pair{}, err
	}
	service, err := inquiry.New(store)
	if err != nil {
		return pair{}, err
	}
	// The load plays a proxy of the court's own, so that every request is another person's.
	whole, wholeAddress, err := listen(portal.New(portal.Options{Inquiry: service, Ready: store.Ping, TrustedProxies: []string{"127.0.0.1"}}))
	if err != nil {
		return pair{}, err
	}
	bareApp, err := bareTip(ctx, owner)
	if err != nil {
		return pair{}, err
	}
	bare, bareAddress, err := listen(bareApp)
	if err != nil {
		return pair{}, err
	}
	form := tipForm()
	subject, err := newLoad(wholeAddress, "/"+st.court+"/tip", form)
	if err != nil {
		return pair{}, err
	}
	reference := &load{address: bareAddress, path: "/tip", form: form}
	count := func(sql string) func() (int, error) {
		return func() (n int, err error) { return n, owner.QueryRow(ctx, sql).Scan(&n) }
	}
	return pair{
		subject: func(ctx context.Context) (sample, error) {
			return subject.run(ctx, st, count(`SELECT count(*) FROM inbox.submission`))
		},
		reference: func(ctx context.Context) (sample, error) {
			return reference.run(ctx, st, count(`SELECT count(*) FROM public.tip`))
		},
		close: func() { whole.Shutdown(); bare.Shutdown(); store.Close(); owner.Close() },
	}, nil
}

// bareTip is the reference.
func bareTip(ctx context.Context, pool *pgxpool.Pool) (*fiber.App, error) {
	_, err := pool.Exec(ctx, `CREATE TABLE public.tip (id text PRIMARY KEY, kind text, debtor text, what text, place text, name text, mobile text)`)
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Post("/tip", func(c *fiber.Ctx) error {
		tx, err := pool.Begin(ctx)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		_, err = tx.Exec(ctx, `INSERT INTO public.tip (id, kind, debtor, what, place, name, mobile) VALUES ($1, $2, $3, $4, $5, $6, $7)`, c.FormValue("key"),
			c.FormValue("kind"), c.FormValue("debtor"), c.FormValue("what"), c.FormValue("where"), c.FormValue("name"), c.FormValue("mobile"))
		if err != nil {
			return err
		}
		if err := tx.Commit(ctx); err != nil {
			return err
		}
		return c.SendString("ok")
	})
	return app, err
}

func listen(app *fiber.App) (*fiber.App, string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return app, "", err
	}
	go app.Listener(l)
	return app, l.Addr().String(), nil
}

const boundary = "bench-boundary"

// tipForm is the form as a browser sends it; the place of the key is taken by the mark.
func tipForm() []byte {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.SetBoundary(boundary)
	for _, f := range [][2]string{{"key", mark}, {"kind", "person"}, {"debtor", "某某有限公司"}, {"case_number", ""}, {"where", "解放路 1 号二层"}, {"when", "每天晚上"},
		{"what", strings.Repeat("本人今天在店里看见他，开一辆白色汽车。", 10)}, {"name", "某甲"}, {"mobile", "13800001234"}, {"warning", "yes"}, {"warning_version", "1"}} {
		_ = w.WriteField(f[0], f[1])
	}
	_ = w.Close()
	return b.Bytes()
}

// mark stands where each request has its own number.
const mark = "################"

func number(n int64) string { return fmt.Sprintf("%0*d", len(mark), n) }
