package story

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/staff"
	"mingzhi/notify/channel"
	"mingzhi/notify/courier"
	"mingzhi/portal/inquiry"
	"mingzhi/storage"
	"mingzhi/storage/files"
	"mingzhi/storage/gate"
	"mingzhi/storage/public"
	"mingzhi/storage/storagetest"
)

// networks are the two worlds of a court: its own network, and the internet's, joined only by batches.
type networks struct {
	*backofficetest.House
	outside  *inquiry.Service
	store    *public.Store
	courier  *courier.Courier
	far      *pgx.Conn
	in, out  *gate.Gate // the court's side, the internet's side
	keys     string
	carried  map[string][][]byte
	disorder *rand.Rand
}

func newNetworks(t *testing.T) *networks {
	t.Helper()
	n := &networks{House: backofficetest.New(t), carried: map[string][][]byte{}, disorder: rand.New(rand.NewPCG(6, 77))}
	ctx, far := context.Background(), storagetest.New(t)
	n.keys = n.KeyDir
	stores, err := files.OpenLocalPublic(t.TempDir())
	n.ok(t, err)
	n.store, err = public.Open(ctx, far.PublicDSN, n.Keys.Public(), stores.Inbox, n.Clock.Now)
	n.ok(t, err)
	n.outside, err = inquiry.New(n.store)
	n.ok(t, err)
	n.courier = courier.New(n.store, n.Keys.Public(), map[string]channel.Sender{"sms": courier.NewTray(n.store, n.Clock.Now)}, courier.Options{Now: n.Clock.Now})
	n.far, err = pgx.Connect(ctx, far.OwnerDSN)
	n.ok(t, err)
	n.in, err = gate.New(ctx, n.DB.OwnerDSN, n.keys, n.Files.Inbox, n.Clock.Now)
	n.ok(t, err)
	n.out, err = gate.New(ctx, far.OwnerDSN, n.keys, stores.Inbox, n.Clock.Now)
	n.ok(t, err)
	n.ok(t, n.in.Enable(ctx))
	t.Cleanup(func() { n.store.Close(); n.far.Close(ctx); n.in.Close(ctx); n.out.Close(ctx) })
	return n
}

func (n *networks) ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// carry takes what waits across, together with old batches again, in any order.
func (n *networks) carry(t *testing.T) {
	t.Helper()
	for direction, sides := range map[string][2]*gate.Gate{gate.Outward: {n.in, n.out}, gate.Inward: {n.out, n.in}} {
		for {
			b, err := sides[0].Export(t.Context(), direction)
			n.ok(t, err)
			if b == nil {
				break
			}
			sealed, err := b.Seal(n.keys)
			n.ok(t, err)
			n.carried[direction] = append(n.carried[direction], sealed)
		}
		all := append([][]byte{}, n.carried[direction]...)
		n.disorder.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for _, sealed := range all {
			b, err := gate.Open(n.keys, direction, sealed)
			n.ok(t, err)
			_, err = sides[1].Import(t.Context(), b)
			n.ok(t, err)
		}
	}
	_, err := n.Intake.Admit(t.Context(), "sanya")
	n.ok(t, err)
}

func (n *networks) farCount(t *testing.T, sql string, args ...any) (count int) {
	t.Helper()
	n.ok(t, n.far.QueryRow(t.Context(), sql, args...).Scan(&count))
	return count
}

// TestTheStoryOnTwoNetworks is journey 8: a tip inward, a question outward, its answer, a freeze told to whom it may be and to nobody before, receipts back; every batch carried again and again.
func TestTheStoryOnTwoNetworks(t *testing.T) {
	n := newNetworks(t)
	ctx := t.Context()
	judge := n.Person("sanya", "judge1", "enforcement_1", "judge")
	caseID, ids := n.Case("sanya", "（2026）琼02执1号", "enforcement_1", judge.ID,
		backofficetest.Party{Role: "applicant", Name: "张三丰", Mobile: "19900000011", ID: "460200199001010014"},
		backofficetest.Party{Role: "debtor", Name: "李四光", Mobile: "19900000012", ID: "41048119850615123X"})
	n.carry(t)
	profile, err := n.outside.Court(ctx, "sanya")
	n.ok(t, err)

	me := inquiry.Client{Channel: "portal", ID: "192.0.2.1"}
	receipt, err := n.outside.SubmitTip(ctx, "sanya", me, inquiry.Tip{Key: "k", Kind: "asset", Debtor: "李四光", What: "仓库里有设备", Where: "港口", Warning: profile.Tip.WarningVersion, Language: "zh-CN"})
	n.ok(t, err)
	n.carry(t)
	if n.Rows(`SELECT count(*) FROM court.tip WHERE ticket = $1`, receipt.Ticket) != 1 {
		t.Fatal("the tip did not come in once")
	}
	var tip uuid.UUID
	n.ok(t, n.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		return tx.QueryRow(ctx, `SELECT id FROM court.tip`).Scan(&tip)
	}))
	duty := n.Person("sanya", "duty1", "", "duty_officer")
	n.ok(t, n.Intake.Ask(ctx, duty, tip, "设备是什么颜色？"))
	var waiting uuid.UUID
	n.ok(t, n.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		return tx.QueryRow(ctx, `SELECT id FROM court.disclosure WHERE state = 'awaiting_release'`).Scan(&waiting)
	}))
	n.ok(t, n.Disclosure.Release(ctx, judge, waiting, true, ""))
	n.carry(t)
	status, err := n.outside.ReceiptStatus(ctx, "sanya", me, string(receipt.Receipt))
	n.ok(t, err)
	if len(status.Questions) != 1 || status.Questions[0].Text != "设备是什么颜色？" {
		t.Fatalf("%+v", status)
	}
	_, err = n.outside.AddMessage(ctx, "sanya", me, inquiry.Message{Key: "m", Receipt: string(receipt.Receipt), Text: "蓝色"})
	n.ok(t, err)
	n.carry(t)
	if n.Rows(`SELECT count(*) FROM court.tip_message WHERE NOT outward`) != 1 {
		t.Fatal("the answer did not come in once")
	}

	freeze := map[string]string{"debtor": ids[1].String(), "class": "deposit", "amount": "50000", "ordered_at": "2026-03-10T09:00", "effect_at": "2026-03-10T15:00", "expires_on": "2027-03-09", "document_no": "一"}
	_, err = n.Docket.RecordByHand(ctx, judge, "asset_frozen", caseID, freeze, "freeze")
	n.ok(t, err)
	before := n.farCount(t, `SELECT (SELECT count(*) FROM disclosed.item) + (SELECT count(*) FROM disclosed.viewer) + (SELECT count(*) FROM edge.delivery)`)
	n.carry(t)
	if got := n.farCount(t, `SELECT (SELECT count(*) FROM disclosed.item) + (SELECT count(*) FROM disclosed.viewer) + (SELECT count(*) FROM edge.delivery)`); got != before {
		t.Fatal("something of the freeze crossed before its effect")
	}
	n.Clock.Set(backofficetest.Start.Add(6 * time.Hour))
	_, err = n.Disclosure.Sweep(ctx, "sanya")
	n.ok(t, err)
	n.carry(t)
	if n.farCount(t, `SELECT count(*) FROM disclosed.item WHERE viewer = $1`, ids[0]) != 1 || n.farCount(t, `SELECT count(*) FROM disclosed.viewer WHERE id = $1`, ids[1]) != 0 {
		t.Fatal("after the effect the applicant knows and the debtor does not")
	}
	for sent := 1; sent > 0; {
		sent, err = n.courier.Pass(ctx, "sanya")
		n.ok(t, err)
	}
	n.carry(t)
	if n.Rows(`SELECT count(*) FROM court.delivery WHERE state = 'delivered'`) == 0 || n.Rows(`SELECT count(*) FROM (SELECT message_id, state FROM court.delivery GROUP BY 1, 2 HAVING count(*) > 1) x`) != 0 {
		t.Fatal("what became of the messages did not come back once")
	}

	n.withdraw(t, judge, ids[0])
	if n.farCount(t, `SELECT count(*) FROM edge.tray`) != n.farCount(t, `SELECT count(DISTINCT id) FROM edge.tray`) {
		t.Fatal("a message was sent twice")
	}
}

func (n *networks) withdraw(t *testing.T, judge staff.Actor, applicant uuid.UUID) {
	t.Helper()
	var told uuid.UUID
	n.ok(t, n.Store.InTx(t.Context(), staff.Machine("sanya"), func(tx *storage.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT id FROM court.disclosure WHERE code = 'asset_frozen' AND party_id = $1`, applicant).Scan(&told)
	}))
	n.ok(t, n.Disclosure.Withdraw(t.Context(), judge, told, "登记有误"))
	n.carry(t)
	if n.farCount(t, `SELECT count(*) FROM disclosed.item`) != 0 {
		t.Fatal("what was withdrawn is still on the other network")
	}
}

func TestMain(m *testing.M) { storagetest.Main(m) }
