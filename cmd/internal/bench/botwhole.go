package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"mingzhi/bots"
	"mingzhi/bots/wechat"
	"mingzhi/bots/wechat/wechattest"
	"mingzhi/portal"
	"mingzhi/portal/inquiry"
	"mingzhi/storage/public"
)

var botWholeRow = row{
	name: "bot-whole", goal: 0.7, ceiling: 50 * time.Millisecond,
	subject:   "“查案” of a bound person to the webhook on the portal: signature, window, dedup, conversation, look-up of his case, reply; acknowledged p99 has a goal of its own",
	reference: "a bare Fiber handler: parse, one INSERT against repeats, one SELECT by primary key, reply",
	below:     "several statements a callback where the reference has two (docs/performance.md)",
	set:       setBotWhole,
}

func setBotWhole(ctx context.Context, st *stage) (pair, error) {
	owner, err := st.database(ctx, "bench_bot")
	if err != nil {
		return pair{}, err
	}
	p := &parties{st: st}
	if err := p.prepare(ctx, owner); err != nil {
		return pair{}, err
	}
	store, err := public.Open(ctx, st.dsn("mingzhi_public", "bench_bot"), st.public, st.files.Inbox, st.now)
	if err != nil {
		return pair{}, err
	}
	service, err := inquiry.New(store)
	if err != nil {
		return pair{}, err
	}
	platform := wechattest.New(wechattest.Options{Account: wechat.Account{Mode: wechat.Plain}, Now: time.Now})
	bot, err := bots.New(bots.Options{Inquiry: service, Store: store, Portal: "https://portal.example", Accounts: map[string]bots.Account{st.court: {Account: platform.Account(), API: "http://127.0.0.1:1"}}})
	if err != nil {
		return pair{}, err
	}
	if err := bind(ctx, st, service, owner); err != nil {
		return pair{}, err
	}
	bareApp, err := bareWholeBot(ctx, owner)
	if err != nil {
		return pair{}, err
	}
	whole, address, err := listen(portal.New(portal.Options{Inquiry: service, Ready: store.Ping, Outside: bot.Routes}))
	if err != nil {
		return pair{}, err
	}
	bare, bareAddress, err := listen(bareApp)
	if err != nil {
		return pair{}, err
	}
	subject, reference := &asks{address: address, want: "某01执"}, &asks{address: bareAddress, want: "某01执"}
	id := regexp.MustCompile(`<MsgId>\d+</MsgId>`)
	for i := range people {
		c := platform.Callback(openID(i), wechattest.Outgoing{Text: "查案"})
		body := id.ReplaceAll(c.Body, []byte("<MsgId>"+mark+"</MsgId>"))
		request := fmt.Appendf(nil, "POST /wechat/%s?%s HTTP/1.1\r\nHost: bench\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", st.court, c.Query.Encode(), len(body), body)
		subject.requests, reference.requests = append(subject.requests, request), append(reference.requests, request)
	}
	return pair{
		subject:   func(ctx context.Context) (sample, error) { return subject.run(ctx, st) },
		reference: func(ctx context.Context) (sample, error) { return reference.run(ctx, st) },
		close:     func() { whole.Shutdown(); bare.Shutdown(); bot.Wait(); store.Close(); owner.Close() },
	}, nil
}

func openID(i int) string { return fmt.Sprintf("oBench%06d", i) }

// bind lays down what binding leaves behind, for each of the people.
func bind(ctx context.Context, st *stage, service *inquiry.Service, owner *pgxpool.Pool) error {
	var rows [][]any
	for i := range people {
		index := service.OpenIDIndex(openID(i))
		sealed, err := st.public.SealCourier(public.OpenIDAAD(index), []byte(openID(i)))
		if err != nil {
			return err
		}
		person, code := fmt.Appendf(nil, "person-%06d", i), fmt.Appendf(nil, "code-%06d", i)
		used := sha256.Sum256(slices.Concat(person, code))
		rows = append(rows, []any{st.court, index, sealed, person, used[:], true, st.now(), st.now()})
	}
	_, err := owner.CopyFrom(ctx, pgx.Identifier{"edge", "wechat"}, []string{"court", "openid_index", "openid", "person", "code", "subscribed", "bound_at", "changed_at"}, pgx.CopyFromRows(rows))
	return err
}

// bareWholeBot is the reference.
func bareWholeBot(ctx context.Context, pool *pgxpool.Pool) (*fiber.App, error) {
	_, err := pool.Exec(ctx, `CREATE TABLE public.cases (id int PRIMARY KEY, code text, status text)`)
	if err == nil {
		_, err = pool.Exec(ctx, `INSERT INTO public.cases SELECT i, '(2026)某01执' || i || '号', '办理中' FROM generate_series(1, 1000000) i`)
	}
	if err == nil {
		_, err = pool.Exec(ctx, `CREATE TABLE public.seen (id text PRIMARY KEY, at timestamptz NOT NULL)`)
	}
	if err == nil {
		_, err = pool.Exec(ctx, `VACUUM ANALYZE`)
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Post("/wechat/:court", func(c *fiber.Ctx) error {
		var m struct{ ToUserName, FromUserName, Content, MsgId string }
		if err := xml.NewDecoder(bytes.NewReader(c.Body())).Decode(&m); err != nil {
			return err
		}
		if _, err := pool.Exec(ctx, `INSERT INTO public.seen VALUES ($1, now())`, m.MsgId); err != nil {
			return err
		}
		var code, status string
		if err := pool.QueryRow(ctx, `SELECT code, status FROM public.cases WHERE id = $1`, time.Now().UnixNano()%1_000_000+1).Scan(&code, &status); err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, "text/xml")
		return c.SendString("<xml><ToUserName><![CDATA[" + m.FromUserName + "]]></ToUserName><FromUserName><![CDATA[" + m.ToUserName + "]]></FromUserName><CreateTime>" +
			fmt.Sprint(time.Now().Unix()) + "</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[" + code + " " + status + "]]></Content></xml>")
	})
	return app, err
}
