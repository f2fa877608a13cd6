// Package backofficetest is a whole court half on a fresh database, with a clock that tests move.
package backofficetest

import (
	"context"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/backoffice/support/account"
	"mingzhi/backoffice/support/lot"
	"mingzhi/notify"
	"mingzhi/notify/disclosure"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
	"mingzhi/storage/files"
	"mingzhi/storage/sealing"
	"mingzhi/storage/storagetest"
)

// House is the court half, wired as the program wires it.
type House struct {
	T          testing.TB
	DB         *storagetest.DB
	Clock      *Clock
	Keys       *sealing.Keyring
	KeyDir     string
	Files      *files.Stores
	Store      *storage.Store
	Docket     *docket.Docket
	Matters    *matter.Engine
	Intake     *intake.Intake
	Disclosure *disclosure.Desk
	Accounts   *account.Desk
	Lots       *lot.Desk
}

// Clock stands still until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the instant.
func (c *Clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

// Set moves the clock.
func (c *Clock) Set(t time.Time) { c.mu.Lock(); defer c.mu.Unlock(); c.now = t }

// Add moves the clock forward.
func (c *Clock) Add(d time.Duration) { c.Set(c.Now().Add(d)) }

// Start is the instant the clock stands at first: a Tuesday, 10:00 in Shanghai.
var Start = time.Date(2026, 3, 10, 10, 0, 0, 0, calendar.Shanghai)

// New opens a house with the seeds of both courts published and the calendar seeded.
func New(t testing.TB) *House {
	t.Helper()
	h := &House{T: t, DB: storagetest.New(t), Clock: &Clock{now: Start}}
	dir := t.TempDir()
	h.KeyDir = filepath.Join(dir, "keys")
	h.must(sealing.Create(filepath.Join(dir, "keys")))
	var err error
	h.Keys, err = sealing.Open(filepath.Join(dir, "keys"))
	h.must(err)
	h.Files, err = files.OpenLocal(filepath.Join(dir, "files"))
	h.must(err)
	h.Store, err = storage.Open(context.Background(), h.DB.CourtDSN, h.Keys, h.Files.Court, h.Files.Inbox, h.Clock.Now)
	h.must(err)
	t.Cleanup(h.Store.Close)
	h.wire()
	h.must(h.Store.SeedCalendar(context.Background(), calendar.Seed()))
	courts, err := rulebook.Courts(rulebook.Seeds())
	h.must(err)
	for _, court := range courts {
		h.Publish(court)
	}
	return h
}

func (h *House) wire() {
	var err error
	h.Docket = docket.New(h.Store)
	h.Matters = matter.New(h.Store, h.Docket)
	h.Intake = intake.New(h.Store, h.Docket, h.Matters, slog.New(slog.DiscardHandler))
	h.Disclosure = disclosure.New(h.Store, h.Docket)
	h.Docket.Follow(h.Disclosure, disclosure.Viewings{}, notify.Alerts{})
	h.Lots = lot.New(h.Store, h.Docket)
	h.Accounts, err = account.New(h.Store)
	h.must(err)
}

func (h *House) must(err error) {
	h.T.Helper()
	if err != nil {
		h.T.Fatal(err)
	}
}

// Publish puts the seed book of a court in force.
func (h *House) Publish(court string) {
	h.T.Helper()
	fsys, err := rulebook.Folder(rulebook.Seeds(), court)
	h.must(err)
	h.publish(fsys, court)
}

// PublishDir puts the book in a folder in force; the folder's name is the court.
func (h *House) PublishDir(dir string) {
	h.T.Helper()
	fsys, err := rulebook.Dir(dir)
	h.must(err)
	h.publish(fsys, filepath.Base(dir))
}

func (h *House) publish(fsys fs.FS, court string) {
	h.T.Helper()
	packed, hash, err := rulebook.Pack(fsys)
	h.must(err)
	_, _, err = disclosure.Publish(context.Background(), h.Store, packed, hash, staff.Machine(court))
	h.must(err)
}

// Secret of the one-time codes of every test account.
const Secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// Password of every test account.
const Password = "a-long-test-password"

// Person makes an account and gives back who acts.
func (h *House) Person(court, login, team string, roles ...string) staff.Actor {
	h.T.Helper()
	id, _, err := h.Accounts.Add(context.Background(), staff.Machine(court), account.Person{Login: login, Name: "测试" + login, Password: Password,
		Team: team, Roles: roles, Phone: "0000-00000000", Mobile: "19900000001", Secret: Secret})
	h.must(err)
	book, _, err := h.Store.Book(context.Background(), court)
	h.must(err)
	return staff.New(book, id, uuid.Nil, "测试"+login, roles, team)
}

// Party is a person to put into a test case.
type Party struct {
	Role, Name, Mobile string
	ID                 string // number of the identity card or credit code
	Company            bool
	Change             func(*courtdb.UpsertPartyParams)
}

// Case writes a case with its persons and returns their ids in order.
func (h *House) Case(court, number, team string, judge uuid.UUID, parties ...Party) (uuid.UUID, []uuid.UUID) {
	h.T.Helper()
	id := storage.NewID()
	ids := make([]uuid.UUID, len(parties))
	err := h.Store.InTx(context.Background(), staff.Machine(court), func(tx *storage.Tx) error {
		no, err := enforcement.ParseCaseNumber(number, tx.At)
		if err != nil {
			return err
		}
		err = tx.InsertCase(context.Background(), courtdb.InsertCaseParams{Court: court, ID: id, Number: no.String(), Year: int32(no.Year), Type: no.Type, Serial: int32(no.Serial),
			Cause: "买卖合同纠纷", FiledOn: calendar.On(tx.At).Time(), Stage: "filed", Team: team, Judge: storage.Ref(judge), AmountApplied: 100_000_00,
			Secrecy: []string{}, SourceKey: number, RuleVersion: int32(tx.Version), CreatedAt: tx.At})
		if err != nil {
			return err
		}
		for i, p := range parties {
			ids[i] = storage.NewID()
			if err := tx.UpsertParty(context.Background(), p.row(tx, ids[i], id)); err != nil {
				return err
			}
		}
		return nil
	})
	h.must(err)
	return id, ids
}

func (p Party) row(tx *storage.Tx, id, caseID uuid.UUID) courtdb.UpsertPartyParams {
	row := courtdb.UpsertPartyParams{Court: tx.Court, ID: id, CaseID: caseID, Role: p.Role, Kind: "natural", Name: p.Name,
		NameIndex: tx.Keys.BlindIndex("party.name", enforcement.NormalizeForIndex(p.Name)), SourceKey: id.String(), CreatedAt: tx.At}
	if p.Company {
		row.Kind = "company"
	}
	if p.Mobile != "" {
		row.Mobile, _ = tx.Keys.Seal("party.mobile:"+id.String(), []byte(p.Mobile))
	}
	if p.ID != "" {
		row.IDNo, _ = tx.Keys.Seal("party.id_no:"+id.String(), []byte(p.ID))
		row.IDIndex = tx.Keys.BlindIndex("party.id", enforcement.NormalizeForIndex(p.ID))
	}
	if p.Change != nil {
		p.Change(&row)
	}
	return row
}

// Rows counts what a query finds, as the owner who sees every court.
func (h *House) Rows(query string, args ...any) (n int) {
	h.T.Helper()
	conn, err := pgx.Connect(context.Background(), h.DB.OwnerDSN)
	h.must(err)
	defer conn.Close(context.Background())
	h.must(conn.QueryRow(context.Background(), query, args...).Scan(&n))
	return n
}
