package portal

import (
	"net"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/valyala/fasthttp"

	"mingzhi/portal/exchange"
)

// BenchmarkCasePage serves a case of ten entries over HTTP at 64 connections; beside it a bare handler with one SELECT.
func BenchmarkCasePage(b *testing.B) {
	w := newWorld(b)
	viewer := w.story(b, "sanya", partyID)
	for i := range 5 {
		w.item(b, viewer, "more", "被执行人财产的处置正在进行，评估机构已经选定。", noon.AddDate(0, 0, -70-i), exchange.Item{Fields: shown("result", "结果", "已选定", "")})
	}
	token := w.token(b, partyID, partyCode)
	w.exec(b, `CREATE TABLE public.bare (id int PRIMARY KEY, body text)`)
	w.exec(b, `INSERT INTO public.bare SELECT i, repeat('字', 600) FROM generate_series(1, 20000) i`)
	w.exec(b, `ANALYZE`)
	pool, err := pgxpool.New(b.Context(), w.owner.Config().ConnString())
	check(b, err)
	defer pool.Close()
	bare := fiber.New(fiber.Config{DisableStartupMessage: true})
	bare.Get("/", func(c *fiber.Ctx) error {
		var body string
		if err := pool.QueryRow(c.UserContext(), "SELECT body FROM public.bare WHERE id = $1", 777).Scan(&body); err != nil {
			return err
		}
		return c.SendString(body)
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(b, err)
	go bare.Listener(l)
	defer bare.Shutdown()
	load := func(b *testing.B, url string) {
		client := &fasthttp.Client{MaxConnsPerHost: 64}
		var hands sync.WaitGroup
		work := make(chan struct{})
		for range 64 {
			hands.Go(func() {
				req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
				for range work {
					req.SetRequestURI(url)
					req.Header.SetCookie("case_sanya", token)
					if err := client.Do(req, res); err != nil || res.StatusCode() != 200 {
						b.Error(res.StatusCode(), err)
					}
				}
			})
		}
		b.ReportAllocs()
		for b.Loop() {
			work <- struct{}{}
		}
		close(work)
		hands.Wait()
	}
	address := w.serve(b)
	time.Sleep(50 * time.Millisecond)
	b.Run("bare", func(b *testing.B) { load(b, "http://"+l.Addr().String()+"/") })
	b.Run("page", func(b *testing.B) { load(b, address+"/sanya/case/"+viewer.String()) })
}
