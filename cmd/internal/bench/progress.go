package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"mingzhi/backoffice/calendar"
	"mingzhi/portal"
	"mingzhi/portal/exchange"
	"mingzhi/portal/inquiry"
	"mingzhi/storage/public"
)

var progressRow = row{
	name: "progress", goal: 0.6, tail: 1.5,
	subject:   "a signed-in party's case page: whole middleware, session, ten entries, two clocks day by day, full layout; a random one of 5,000 parties",
	reference: "a bare Fiber handler: one SELECT by primary key among 1,000,000 rows, 2 KB written by hand",
	below:     "five tables under row-level security are asked, and 23 KB of page written (docs/performance.md)",
	set:       func(ctx context.Context, st *stage) (pair, error) { return setProgress(ctx, st, (*parties).pages) },
}

var publicRow = row{
	name: "public", goal: 2, tail: 1.5,
	subject:   "a public page that asks the database nothing (about this service; the court's profile is kept in memory), whole middleware and layout",
	reference: progressRow.reference,
	below:     "no finished page is kept: each is rendered anew (docs/performance.md)",
	set:       func(ctx context.Context, st *stage) (pair, error) { return setProgress(ctx, st, (*parties).about) },
}

const people = 5000

// parties are signed in, and each looks into a case of his own.
type parties struct {
	st      *stage
	viewers []uuid.UUID
	tokens  []string
}

func setProgress(ctx context.Context, st *stage, requests func(*parties) [][]byte) (pair, error) {
	name := fmt.Sprintf("bench_progress_%d", rand.Uint32())
	owner, err := st.database(ctx, name)
	if err != nil {
		return pair{}, err
	}
	p := &parties{st: st}
	if err := p.prepare(ctx, owner); err != nil {
		return pair{}, err
	}
	bareApp, err := barePage(ctx, owner)
	if err != nil {
		return pair{}, err
	}
	store, err := public.Open(ctx, st.dsn("mingzhi_public", name), st.public, st.files.Inbox, st.now)
	if err != nil {
		return pair{}, err
	}
	service, err := inquiry.New(store)
	if err != nil {
		return pair{}, err
	}
	whole, address, err := listen(portal.New(portal.Options{Inquiry: service, Ready: store.Ping}))
	if err != nil {
		return pair{}, err
	}
	bare, bareAddress, err := listen(bareApp)
	if err != nil {
		return pair{}, err
	}
	subject, reference := &asks{address: address, requests: requests(p)}, &asks{address: bareAddress}
	for range people {
		reference.requests = append(reference.requests, get(fmt.Sprintf("/case/%d", 1+rand.IntN(1_000_000)), ""))
	}
	return pair{
		subject:   func(ctx context.Context) (sample, error) { return subject.run(ctx, st) },
		reference: func(ctx context.Context) (sample, error) { return reference.run(ctx, st) },
		close:     func() { whole.Shutdown(); bare.Shutdown(); store.Close(); owner.Close() },
	}, nil
}

// get is a request as a phone sends it, but for the compression, which the reference does not do either.
func get(path, cookie string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: bench\r\nUser-Agent: Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0\r\nAccept: text/html\r\n" +
		"Accept-Language: zh-CN,zh;q=0.9,en;q=0.8\r\nCookie: csrf=" + strings.Repeat("A", 43) + cookie + "\r\n\r\n")
}

func (p *parties) pages() (list [][]byte) {
	for i, id := range p.viewers {
		list = append(list, get("/"+p.st.court+"/case/"+id.String(), "; case_"+p.st.court+"="+p.tokens[i]))
	}
	return list
}

func (p *parties) about() [][]byte { return [][]byte{get("/"+p.st.court+"/about", "")} }

// prepare writes what disclosure writes of a case in the middle of its life, for each of the people.
func (p *parties) prepare(ctx context.Context, owner *pgxpool.Pool) error {
	profile, err := json.Marshal(exchange.Profile{Name: "基准法院", Short: "基准法院", Document: exchange.Document{Title: "实施细则", Text: strings.Repeat("执行事项应当公开。\n\n", 50)}, Roles: map[string]string{"applicant": "申请执行人"}})
	if err != nil {
		return err
	}
	if _, err := owner.Exec(ctx, `INSERT INTO disclosed.court (court, profile, version, changed_at) VALUES ($1, $2, 1, now())`, p.st.court, profile); err != nil {
		return err
	}
	var viewers, items, clocks, sessions, read [][]any
	now := p.st.now()
	for i := range people {
		viewer, theCase, token, person := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), fmt.Sprintf("bench-token-%06d", i), []byte(fmt.Sprintf("person-%06d", i))
		code, hash := []byte(fmt.Sprintf("code-%06d", i)), sha256.Sum256([]byte(token))
		p.viewers, p.tokens = append(p.viewers, viewer), append(p.tokens, token)
		viewers = append(viewers, []any{p.st.court, viewer, theCase, fmt.Sprintf("（2026）某01执%d号", i+1), "applicant", "applicant", person, code, now})
		sessions = append(sessions, []any{p.st.court, hash[:], person, code, now, now, now.Add(8 * time.Hour), false})
		for j := range 10 {
			id := uuid.Must(uuid.NewV7())
			items = append(items, []any{p.st.court, id, viewer, theCase, "asset_frozen", "您申请执行的案件已依法冻结被执行人名下银行存款，期限一年。", entry(j), "S-2.6", now.AddDate(0, 0, -7*j), 1})
			read = append(read, []any{p.st.court, id, viewer, now})
		}
		for j, rule := range []calendar.Rule{calendar.Workdays(15), {Unit: calendar.NaturalDay, N: 30, Roll: true, WarnN: 10}} {
			due := calendar.New(nil).Due(rule, now.AddDate(0, 0, -5))
			why, err := json.Marshal(due.Explanation)
			if err != nil {
				return err
			}
			clocks = append(clocks, []any{p.st.court, uuid.Must(uuid.NewV7()), theCase, fmt.Sprint("rule_", j), []string{"applicant"}, "案款核算、发放", "承办法官", "S-2.6",
				now.AddDate(0, 0, -5), due.WarnAt, due.At, "open", why})
		}
	}
	for _, t := range []struct {
		schema, table, columns string
		rows                   [][]any
	}{{"disclosed", "viewer", "court id case_id case_no role stands_for person code changed_at", viewers},
		{"disclosed", "item", "court id viewer case_id code title body clause at version", items},
		{"disclosed", "clock", "court id case_id rule roles name owner clause started_at warn_at due_at state explanation", clocks},
		{"edge", "session", "court token person code started_at seen_at until kiosk", sessions},
		{"edge", "read", "court item_id viewer at", read}} {
		if _, err := owner.CopyFrom(ctx, pgx.Identifier{t.schema, t.table}, strings.Fields(t.columns), pgx.CopyFromRows(t.rows)); err != nil {
			return fmt.Errorf("%s: %w", t.table, err)
		}
	}
	return nil
}

// entry is the body of one thing disclosed.
func entry(i int) []byte {
	body, _ := json.Marshal(exchange.Item{Role: "applicant", Fields: []exchange.Shown{{ID: "class", Label: "财产类别", Value: "银行存款", Raw: "deposit"},
		{ID: "amount", Label: "冻结金额", Value: fmt.Sprintf("1,280,%03d.00元", i), Raw: "128000000"}, {ID: "effect_on", Label: "生效日期", Value: "2026年9月20日", Raw: "2026-09-20"}}})
	return body
}

// barePage is the reference.
func barePage(ctx context.Context, pool *pgxpool.Pool) (*fiber.App, error) {
	_, err := pool.Exec(ctx, `CREATE TABLE public.cases (id int PRIMARY KEY, code text, title text, court text, status text, opened_at timestamptz, updated_at timestamptz)`)
	if err == nil {
		_, err = pool.Exec(ctx, `INSERT INTO public.cases SELECT i, '(2026)某01执' || i || '号', '某某公司与自然人' || i % 5000 || '资产处置案', '基准法院', '办理中', now(), now() FROM generate_series(1, 1000000) i`)
	}
	if err == nil {
		_, err = pool.Exec(ctx, `VACUUM ANALYZE`)
	}
	rest := []byte(strings.Repeat("<li class=\"row\">环节说明：本环节由主管部门办理。</li>", 22))
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/case/:id", func(c *fiber.Ctx) error {
		id, _ := c.ParamsInt("id")
		var code, title, court, status string
		var opened, updated time.Time
		err := pool.QueryRow(ctx, `SELECT code, title, court, status, opened_at, updated_at FROM public.cases WHERE id = $1`, id).Scan(&code, &title, &court, &status, &opened, &updated)
		if err != nil {
			return err
		}
		page := make([]byte, 0, 4096)
		for _, part := range []string{`<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>`, title, `</title></head><body><h1>`, code, `</h1><p>`, court, `</p><p>`, status, `</p><p>`} {
			page = append(page, part...)
		}
		page = append(updated.AppendFormat(opened.AppendFormat(page, "2006-01-02 "), "2006-01-02"), "</p><ul>"...)
		c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
		return c.Send(append(append(page, rest...), "</ul></body></html>"...))
	})
	return app, err
}
