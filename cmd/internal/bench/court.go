package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pquerna/otp/totp"
	"github.com/valyala/fasthttp"

	"mingzhi/backoffice/desk"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/management/board"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/backoffice/support/account"
	"mingzhi/notify"
	"mingzhi/notify/disclosure"
	"mingzhi/storage"
)

// A court at two sizes: what a person waits for must not grow with what is on file.
const (
	smallCourt     = 1_000
	largeCourt     = 20_000
	mattersPerCase = 10
	heldByOne      = 40 // open matters in one person's hands, whatever the court's size
	dueAtOnce      = 50 // clocks that newly warn in one sweep
	pagesInRound   = 300
	sweepsInRound  = 30
)

const (
	large = "20,000 cases with 200,000 matters"
	small = "the same with 1,000 cases and 10,000 matters"
)

var courtRows = []row{
	{name: "my-work", subject: "我的工作 of a judge in " + large, reference: small, tail: 2, set: pages(func(h *hall, n int64) string { return "/work" })},
	{name: "case-page", subject: "a case page, ten matters and five events on it, in " + large, reference: small, tail: 2,
		set: pages(func(h *hall, n int64) string { return "/cases/" + h.mine[n%int64(len(h.mine))].String() })},
	{name: "node-board", subject: "the board of clocks over " + large + ", kept until something happens", reference: small, tail: 2,
		set: pages(func(h *hall, n int64) string { return "/boards/" + h.board })},
	{name: "node-board-anew", subject: "the same board counted anew each time", reference: small, set: boards},
	{name: "search", subject: "the search box in turn with a number, a serial and a name in " + large, reference: small, tail: 2, set: pages((*hall).sought)},
	{name: "sweep", subject: fmt.Sprintf("a sweep with %d clocks newly due among those of ", dueAtOnce) + large, reference: small, tail: 2, set: sweeps},
}

// hall is a court of one size with its desk and people at it.
type hall struct {
	*acts
	owner  *pgxpool.Pool
	web    fasthttp.RequestHandler
	size   int
	judge  uuid.UUID
	cookie string
	leader staff.Actor
	board  string
	mine   []uuid.UUID // cases of the judge
	clocks []uuid.UUID // of those newly due in a sweep
	asked  atomic.Int64
}

// halls are filled once for all rows.
func (st *stage) halls(ctx context.Context) ([2]*hall, error) {
	for i, size := range []int{smallCourt, largeCourt} {
		if st.courts[i] != nil {
			continue
		}
		h, err := openHall(ctx, st, size)
		if err != nil {
			return st.courts, err
		}
		st.courts[i] = h
	}
	return st.courts, nil
}

func openHall(ctx context.Context, st *stage, size int) (*hall, error) {
	name := fmt.Sprintf("bench_court_%d", size)
	owner, err := st.database(ctx, name)
	if err != nil {
		return nil, err
	}
	a := &acts{st: st}
	if a.store, err = storage.Open(ctx, st.dsn("mingzhi_court", name), st.keys, st.files.Court, st.files.Inbox, st.now); err != nil {
		return nil, err
	}
	a.docket = docket.New(a.store)
	engine := matter.New(a.store, a.docket)
	telling := disclosure.New(a.store, a.docket)
	a.docket.Follow(telling, notify.Alerts{})
	if err := a.prepare(ctx, 0); err != nil {
		return nil, err
	}
	h := &hall{acts: a, owner: owner, size: size}
	accounts, err := account.New(a.store)
	if err != nil {
		return nil, err
	}
	if err := h.people(ctx, accounts); err != nil {
		return nil, err
	}
	if err := h.fill(ctx); err != nil {
		return nil, err
	}
	h.web = desk.New(desk.Deps{Store: a.store, Docket: a.docket, Engine: engine, Intake: intake.New(a.store, a.docket, engine, nil), Disclosure: telling, Accounts: accounts}).Handler()
	return h, nil
}

const benchSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// people are a judge, and a leader who sees the board of clocks; the board is the book's own.
func (h *hall) people(ctx context.Context, accounts *account.Desk) error {
	book, _, err := h.store.Book(ctx, h.st.court)
	if err != nil {
		return err
	}
	leads, most := "", 0
	for i := range book.Boards {
		b, clocks := &book.Boards[i], 0
		for _, t := range b.Tiles {
			if t.Of == "deadlines" {
				clocks++
			}
		}
		for _, r := range book.Court.Roles {
			a := staff.New(book, uuid.Nil, uuid.Nil, "", []string{r.ID, "judge"}, "enforcement_1")
			if a.Scope == rulebook.ScopeCourt && board.Sees(a, b) && clocks > most {
				h.board, leads, most = b.ID, r.ID, clocks
			}
		}
	}
	if h.board == "" {
		return fmt.Errorf("the book of %s has no board of clocks for the whole court", h.st.court)
	}
	password := "a-long-bench-password"
	add := func(login string, roles ...string) (uuid.UUID, error) {
		id, _, err := accounts.Add(ctx, staff.Machine(h.st.court), account.Person{Login: login, Name: login, Password: password, Team: "enforcement_1", Roles: roles,
			Phone: "0000-00000000", Mobile: "19900000001", Secret: benchSecret})
		return id, err
	}
	if h.judge, err = add("judge", "judge"); err != nil {
		return err
	}
	leader, err := add("leader", leads, "judge")
	if err != nil {
		return err
	}
	h.leader = staff.New(book, leader, uuid.Nil, "leader", []string{leads, "judge"}, "enforcement_1")
	code, err := totp.GenerateCode(benchSecret, h.st.now())
	if err != nil {
		return err
	}
	token, err := accounts.SignIn(ctx, h.st.court, "leader", password, code, "127.0.0.1", "bench")
	if err != nil {
		return err
	}
	h.cookie = "desk_" + h.st.court + "=" + token
	return nil
}

// fill writes the court: three cases of ten are open, two matters of ten on each of those, with a clock each, and three clocks on the case.
func (h *hall) fill(ctx context.Context) error {
	book, version, err := h.store.Book(ctx, h.st.court)
	if err != nil {
		return err
	}
	days, err := h.store.Calendar(ctx)
	if err != nil {
		return err
	}
	w := &writer{hall: h, version: version, now: h.st.now()}
	for i := range w.colleagues {
		w.colleagues[i] = storage.NewID()
	}
	for _, p := range book.Processes {
		if p.On == "case" && len(p.Steps) > 0 && slices.Contains(p.Steps[0].By, "judge") && len(p.View) == 0 {
			w.processes = append(w.processes, [2]string{p.ID, p.Steps[0].ID})
		}
	}
	for _, d := range book.Deadlines {
		if d.Owner == "judge" {
			w.rules = append(w.rules, [2]string{d.ID, d.Name})
		}
	}
	if len(w.processes) == 0 || len(w.rules) == 0 {
		return fmt.Errorf("the book of %s gives a judge nothing to do", h.st.court)
	}
	if w.explanation, err = json.Marshal(days.Due(rulebook.Length{Workdays: 10}.Rule(), w.now).Explanation); err != nil {
		return err
	}
	for i := range h.size {
		if err := w.one(i); err != nil {
			return err
		}
	}
	return w.write(ctx)
}

// writer gathers the rows of a court.
type writer struct {
	*hall
	version                                          int
	now                                              time.Time
	processes, rules                                 [][2]string
	explanation                                      []byte
	held                                             int
	colleagues                                       [40]uuid.UUID // as many in both courts: a board that lists them is as long
	cases, parties, events, facts, matters, deadline [][]any
}

func (w *writer) one(i int) error {
	id, court := storage.NewID(), w.st.court
	year, serial := w.now.Year()-i/8000, i%8000+1
	number, err := enforcement.ParseCaseNumber(fmt.Sprintf("（%d）京01执%d号", year, serial), w.now)
	if err != nil {
		return err
	}
	open, team := i%10 < 3, fmt.Sprintf("enforcement_%d", i%3+1)
	filed := w.now.AddDate(0, 0, -i%700-1)
	var closed, mode any
	if !open {
		closed, mode = w.now.AddDate(0, 0, -i%300), "fully_performed"
	}
	judge := storage.NewID()
	if i%(w.size/20) == 0 { // twenty cases of the judge's, in both courts
		judge, team = w.judge, "enforcement_1"
		w.mine = append(w.mine, id)
	}
	w.cases = append(w.cases, []any{court, id, number.String(), year, number.Type, serial, "买卖合同纠纷", filed, "filed", team, judge, int64(100_000_00), closed, mode, number.String(), w.version, filed, filed})
	for j, name := range []string{person(i), person(i * 7)} {
		party := storage.NewID()
		w.parties = append(w.parties, []any{court, party, id, []string{"applicant", "debtor"}[j], "natural", name, w.st.keys.BlindIndex("party.name", enforcement.NormalizeForIndex(name)), party.String(), filed})
	}
	for range 5 {
		event := storage.NewID()
		sealed, err := w.st.keys.Seal("docket_facts.body:"+event.String(), []byte(`{"document_no":"某号","issued_on":"2026-03-05"}`))
		if err != nil {
			return err
		}
		w.events = append(w.events, []any{court, event, "case_filed", id, filed, filed, "import", w.version, event.String(), []byte{1}, true})
		w.facts = append(w.facts, []any{court, event, sealed})
	}
	for k := range mattersPerCase {
		w.matter(id, team, filed, i*mattersPerCase+k, open && k < 2)
	}
	for k := 0; open && k < 3; k++ {
		w.clock(id, uuid.Nil, w.rules[k%len(w.rules)], team, w.due(i+k), uuid.Nil)
	}
	return nil
}

func (w *writer) matter(of uuid.UUID, team string, at time.Time, n int, open bool) {
	id, p, state := storage.NewID(), w.processes[n%len(w.processes)], "done"
	holder, closed, due := any(nil), any(at.AddDate(0, 0, 5)), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	if open {
		state, closed, due = "open", nil, w.due(n)
		switch {
		case team == "enforcement_1" && w.held < heldByOne:
			w.held++
			holder = w.judge
		case n%2 == 0:
			holder = w.colleagues[n%len(w.colleagues)]
		}
		w.clock(of, id, [2]string{p[0] + "." + p[1], "办理"}, team, due, uuid.Nil)
	}
	w.matters = append(w.matters, []any{w.st.court, id, p[0], w.version, of, state, p[1], team, holder, at, at, closed, []byte("{}"), due, fmt.Sprintf("BX-%d-%06d", at.Year(), n)})
}

// due spreads over the coming sixty days; one of twenty is overdue.
func (w *writer) due(n int) time.Time {
	if n%20 == 0 {
		return w.now.Add(-time.Duration(n%72+1) * time.Hour)
	}
	return w.now.Add(time.Duration(n%1440+2) * time.Hour)
}

func (w *writer) clock(of, run uuid.UUID, rule [2]string, team string, due time.Time, owner uuid.UUID) {
	id := storage.NewID()
	if due.After(w.now.AddDate(0, 0, 20)) && len(w.clocks) < dueAtOnce {
		w.clocks = append(w.clocks, id)
	}
	w.deadline = append(w.deadline, []any{w.st.court, id, rule[0], rule[1], "", of, storage.Ref(run), w.now, due.Add(-time.Hour), due, "open", w.now, w.now, w.explanation, "judge", storage.Ref(owner), team, w.version})
}

func person(n int) string {
	family, given := []rune("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"), []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红")
	return string([]rune{family[n%len(family)], given[n/3%len(given)], given[n/81%len(given)]})
}

func (w *writer) write(ctx context.Context) error {
	conn, err := w.owner.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SET session_replication_role = replica"); err != nil { // the rows are whole already
		return err
	}
	for _, t := range []struct {
		table, columns string
		rows           [][]any
	}{
		{"cases", "court id number year type serial cause filed_on stage team judge amount_applied closed_on closure_mode source_key rule_version created_at changed_at", w.cases},
		{"party", "court id case_id role kind name name_index source_key created_at", w.parties},
		{"docket", "court id code case_id occurred_at recorded_at actor_kind rule_version source_key facts_hash imported", w.events},
		{"docket_facts", "court event_id body", w.facts},
		{"matter", "court id process rule_version case_id state step team holder opened_at step_at closed_at form due_at serial", w.matters},
		{"deadline", "court id rule name clause case_id matter_id started_at warn_at due_at state warned_at overdue_at explanation owner_role owner team rule_version", w.deadline},
	} {
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{"court", t.table}, strings.Fields(t.columns), pgx.CopyFromRows(t.rows)); err != nil {
			return fmt.Errorf("%s: %w", t.table, err)
		}
	}
	if _, err = conn.Exec(ctx, "SET session_replication_role = DEFAULT"); err == nil {
		_, err = conn.Exec(ctx, "VACUUM ANALYZE")
	}
	return err
}

// get asks the desk for a page as the leader, through the whole web.
func (h *hall) get(path string) error {
	var c fasthttp.RequestCtx
	c.Request.Header.SetMethod(fiber.MethodGet)
	c.Request.SetRequestURI("/" + h.st.court + path)
	c.Request.Header.Set("Cookie", h.cookie)
	h.web(&c)
	if status := c.Response.StatusCode(); status != fiber.StatusOK && status != fiber.StatusSeeOther {
		return fmt.Errorf("%s: %d", path, status)
	}
	return nil
}

func (h *hall) sought(n int64) string {
	i := int(n*37) % h.size
	return "/search?q=" + url.QueryEscape([]string{fmt.Sprintf("（%d）京01执%d号", h.st.now().Year()-i/8000, i%8000+1), fmt.Sprint(i%8000 + 1), person(i)}[n%3])
}

// pages is a row that asks both courts for the same page.
func pages(path func(*hall, int64) string) func(context.Context, *stage) (pair, error) {
	return func(ctx context.Context, st *stage) (pair, error) {
		both, err := st.halls(ctx)
		if err != nil {
			return pair{}, err
		}
		ask := func(h *hall) func(context.Context) (sample, error) {
			return func(ctx context.Context) (sample, error) {
				return st.times(ctx, 1, pagesInRound, func(context.Context) error { return h.get(path(h, h.asked.Add(1))) })
			}
		}
		return pair{subject: ask(both[1]), reference: ask(both[0]), close: func() {}}, nil
	}
}

func boards(ctx context.Context, st *stage) (pair, error) {
	both, err := st.halls(ctx)
	if err != nil {
		return pair{}, err
	}
	ask := func(h *hall) func(context.Context) (sample, error) {
		return func(ctx context.Context) (sample, error) {
			return st.times(ctx, 1, sweepsInRound, func(ctx context.Context) error {
				_, err := board.New(h.store).Show(ctx, h.leader, h.board)
				return err
			})
		}
	}
	return pair{subject: ask(both[1]), reference: ask(both[0]), close: func() {}}, nil
}

func sweeps(ctx context.Context, st *stage) (pair, error) {
	both, err := st.halls(ctx)
	if err != nil {
		return pair{}, err
	}
	sweep := func(h *hall) func(context.Context) (sample, error) {
		return func(ctx context.Context) (sample, error) {
			s := sample{}
			for range sweepsInRound {
				if _, err := h.owner.Exec(ctx, `UPDATE court.deadline SET warn_at = $2, warned_at = NULL WHERE id = ANY($1)`, h.clocks, st.now().Add(-time.Minute)); err != nil {
					return s, err
				}
				one, err := st.times(ctx, 1, 1, func(ctx context.Context) error {
					n, err := h.docket.Sweep(ctx, st.court)
					if err == nil && n != dueAtOnce {
						err = fmt.Errorf("%d rang, not %d", n, dueAtOnce)
					}
					return err
				})
				if err != nil {
					return s, err
				}
				s.n, s.took, s.waits = s.n+1, s.took+one.took, append(s.waits, one.waits...)
			}
			return s, nil
		}
	}
	return pair{subject: sweep(both[1]), reference: sweep(both[0]), close: func() {}}, nil
}
