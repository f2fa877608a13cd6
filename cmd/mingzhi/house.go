package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/backoffice/support/account"
	"mingzhi/backoffice/support/lot"
	"mingzhi/cmd/internal/boot"
	"mingzhi/migrations"
	"mingzhi/notify"
	"mingzhi/notify/disclosure"
	"mingzhi/storage"
	"mingzhi/storage/files"
	"mingzhi/storage/localpg"
	"mingzhi/storage/sealing"
)

// house is the court half, wired: the docket with its followers and the acts over it.
type house struct {
	settings   *Settings
	beside     bool
	log        *slog.Logger
	clock      *boot.Clock
	now        func() time.Time // the clock's, except while history is invented
	pg         *localpg.Server
	owner      string // DSN of the database's owner
	public     string // DSN of the public half's account
	keys       *sealing.Keyring
	files      *files.Stores
	store      *storage.Store
	docket     *docket.Docket
	matters    *matter.Engine
	intake     *intake.Intake
	disclosure *disclosure.Desk
	accounts   *account.Desk
	lots       *lot.Desk
}

// open starts what must run, brings the database up to date and wires the house. A command may
// run beside a program that serves from the same data folder, and uses its database then.
func open(ctx context.Context, s *Settings, say *boot.Progress, demo, beside bool) (h *house, err error) {
	h = &house{beside: beside, settings: s, log: s.log(), clock: boot.SystemClock()}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	if err = os.MkdirAll(s.Data, 0o755); err != nil {
		return h, problem.New(problem.Unavailable, "data.dir", "不能建立数据目录 {dir}：请检查上级目录是否存在、是否可写、磁盘是否已满。", "dir", s.Data).Because(err)
	}
	if demo {
		if h.clock, err = boot.DemoClock(s.Data); err != nil {
			return h, err
		}
	}
	h.now = h.clock.Now
	if err = h.database(ctx, say); err != nil {
		return h, err
	}
	done := say.Step("检查数据库版本")
	err = migrations.Up(ctx, h.owner)
	done()
	if err != nil {
		return h, problem.New(problem.Unavailable, "database.migrate", "数据库没有升级成功，程序没有启动。请检查 DATABASE_URL 的账号是否有建表和建角色的权限。").Because(err)
	}
	if err = h.secrets(ctx); err != nil {
		return h, err
	}
	return h, h.wire(ctx)
}

// database starts the private PostgreSQL, or takes the one that was named.
func (h *house) database(ctx context.Context, say *boot.Progress) error {
	s := h.settings
	if s.DatabaseURL != "" {
		h.owner, h.public = s.DatabaseURL, s.PublicDatabaseURL
		return reachable(ctx, h.owner)
	}
	defer say.Step("打开自带的 PostgreSQL")()
	pg, err := localpg.Start(ctx, localpg.Options{Dir: s.dir("postgres"), Log: h.log})
	if p, ok := problem.As(err); ok && p.Key == "localpg.in_use" && h.beside {
		if running, found := localpg.Running(s.dir("postgres")); found {
			pg, err = running, nil
		}
	}
	if err != nil {
		return err
	}
	h.pg, h.owner, h.public = pg, pg.DSN(localpg.Superuser, "mingzhi"), pg.DSN("mingzhi_public", "mingzhi")
	c, err := pgx.Connect(ctx, pg.DSN(localpg.Superuser, "postgres"))
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, `CREATE DATABASE mingzhi`); err != nil && !strings.Contains(err.Error(), "42P04") {
		return err
	}
	return nil
}

func reachable(ctx context.Context, dsn string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return problem.New(problem.Unavailable, "database.unreachable", "连不上 DATABASE_URL 指定的数据库。请确认地址、账号和密码正确，数据库已经启动；或者去掉 DATABASE_URL，用自带的数据库。").Because(err)
	}
	return c.Close(ctx)
}

// secrets makes missing keys in the data folder, outside database and backup, and opens them.
func (h *house) secrets(ctx context.Context) (err error) {
	if err = h.keysBelong(ctx); err != nil {
		return err
	}
	if err = sealing.Create(h.settings.dir("keys")); err != nil {
		return err
	}
	if h.keys, err = sealing.Open(h.settings.dir("keys")); err != nil {
		return err
	}
	h.files, err = files.OpenLocal(h.settings.dir("files"))
	return err
}

// keysBelong refuses to make new keys for a database whose contents the old ones sealed.
func (h *house) keysBelong(ctx context.Context) error {
	if have, _ := filepath.Glob(filepath.Join(h.settings.dir("keys"), "field-*.sm4")); len(have) > 0 {
		return nil
	}
	c, err := pgx.Connect(ctx, h.owner)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	var used bool
	if err := c.QueryRow(ctx, `SELECT EXISTS (SELECT FROM court.rulebook)`).Scan(&used); err != nil || !used {
		return err
	}
	return problem.New(problem.Refused, "keys.missing", "数据库里已有加密的内容，但 {dir} 里没有密钥。请把原来的密钥放回这个目录再启动；没有密钥，已有内容无法打开。", "dir", h.settings.dir("keys"))
}

// wire joins the rooms: the docket's followers are named here and nowhere else.
func (h *house) wire(ctx context.Context) (err error) {
	court := h.owner
	if h.settings.CourtDatabaseURL != "" {
		court = h.settings.CourtDatabaseURL
	} else if h.pg != nil {
		court = h.pg.DSN("mingzhi_court", "mingzhi")
	}
	if h.store, err = storage.Open(ctx, court, h.keys, h.files.Court, h.files.Inbox, h.now); err != nil {
		return err
	}
	h.docket = docket.New(h.store)
	h.matters = matter.New(h.store, h.docket)
	h.intake = intake.New(h.store, h.docket, h.matters, h.log)
	h.disclosure = disclosure.New(h.store, h.docket)
	h.docket.Follow(h.disclosure, disclosure.Viewings{}, notify.Alerts{})
	h.lots = lot.New(h.store, h.docket)
	if h.accounts, err = account.New(h.store); err != nil {
		return err
	}
	return h.store.SeedCalendar(ctx, calendar.Seed())
}

// publish puts every book of the folder in force that is not yet.
func (h *house) publish(ctx context.Context, say *boot.Progress) ([]string, error) {
	books, err := h.settings.books()
	if err != nil {
		return nil, err
	}
	courts, err := rulebook.Courts(books)
	if err != nil {
		return nil, err
	}
	for _, court := range courts {
		done := say.Step("装入规则书 " + court)
		err := h.publishOne(ctx, books, court)
		done()
		if err != nil {
			return nil, err
		}
	}
	return courts, nil
}

// close gives everything back in the reverse order.
func (h *house) close() {
	if h.store != nil {
		h.store.Close()
	}
	if h.pg != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := h.pg.Stop(ctx); err != nil {
			h.log.Warn("private PostgreSQL did not stop cleanly", "error", err)
		}
	}
}

// each runs work for every court and adds up what was done.
func (h *house) each(do func(ctx context.Context, court string) (int, error)) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		courts, err := h.store.Courts(ctx)
		if err != nil {
			return 0, err
		}
		total := 0
		var all error // one court's fault does not starve the others
		for _, c := range courts {
			n, err := do(ctx, c.ID)
			total, all = total+n, errors.Join(all, err)
		}
		return total, all
	}
}

// jobs is the table of all background work of the court half.
func (h *house) jobs() []boot.Job {
	return []boot.Job{
		{Name: "admit", Sentence: "受理收件箱里的新内容", Every: 250 * time.Millisecond, Limit: time.Minute, Run: h.each(h.intake.Admit)},
		{Name: "clocks", Sentence: "期限临近和超期的提醒", Every: time.Second, Limit: time.Minute, Run: h.each(h.docket.Sweep)},
		{Name: "calendar", Sentence: "按日历启动的流程", Every: 10 * time.Second, Limit: time.Minute, Run: h.each(h.matters.Calendar)},
		{Name: "held", Sentence: "到时可以告知的事项", Every: time.Second, Limit: time.Minute, Run: h.each(h.disclosure.Sweep)},
		{Name: "seal", Sentence: "把审计记录接入链条", Every: time.Second, Limit: time.Minute, Run: h.each(func(ctx context.Context, court string) (int, error) {
			return docket.Seal(ctx, h.store, court)
		})},
		{Name: "rescan", Sentence: "每十分钟通查一遍收件箱", Every: 10 * time.Minute, Limit: time.Minute, Run: h.each(func(_ context.Context, court string) (int, error) {
			h.intake.Rescan(court)
			return 0, nil
		})},
		{Name: "viewings", Sentence: "看样前一天的提醒", Every: time.Minute, Limit: time.Minute, Run: h.each(h.lots.Remind)},
		{Name: "heads", Sentence: "每天把审计链首存到数据库以外", Every: time.Minute, Limit: time.Minute, Run: h.each(h.keepHead)},
	}
}

func (h *house) publishOne(ctx context.Context, books fs.FS, court string) error {
	fsys, err := rulebook.Folder(books, court)
	if err != nil {
		return err
	}
	packed, hash, err := rulebook.Pack(fsys)
	if err != nil {
		return err
	}
	if _, held, err := h.store.Holds(ctx, court, hash); err != nil || held {
		return err
	}
	if _, err := rulebook.Load(fsys); err != nil {
		return err
	}
	_, _, err = disclosure.Publish(ctx, h.store, packed, hash, staff.Machine(court))
	return err
}
