package gate_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/problem"
	"mingzhi/storage/files"
	"mingzhi/storage/gate"
	"mingzhi/storage/sealing"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

// side is one network: its own database and its own files.
type side struct {
	t     *testing.T
	gate  *gate.Gate
	db    *pgx.Conn
	inbox files.Store
	keys  string
}

func newSide(t *testing.T, keys string) *side {
	t.Helper()
	s := &side{t: t, keys: keys}
	db := storagetest.New(t)
	stores, err := files.OpenLocalPublic(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s.inbox = stores.Inbox
	if s.db, err = pgx.Connect(t.Context(), db.OwnerDSN); err != nil {
		t.Fatal(err)
	}
	if s.gate, err = gate.New(t.Context(), db.OwnerDSN, keys, s.inbox, time.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.gate.Close(context.Background()); s.db.Close(context.Background()) })
	return s
}

func (s *side) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.db.Exec(s.t.Context(), sql, args...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *side) count(sql string, args ...any) (n int) {
	s.t.Helper()
	if err := s.db.QueryRow(s.t.Context(), sql, args...).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// carry makes the next batch as a file.
func (s *side) carry(direction string) []byte {
	s.t.Helper()
	b, err := s.gate.Export(s.t.Context(), direction)
	if err != nil {
		s.t.Fatal(err)
	}
	if b == nil {
		s.t.Fatal("nothing to carry")
	}
	sealed, err := b.Seal(s.keys)
	if err != nil {
		s.t.Fatal(err)
	}
	return sealed
}

func (s *side) take(direction string, sealed []byte) int {
	s.t.Helper()
	b, err := gate.Open(s.keys, direction, sealed)
	if err != nil {
		s.t.Fatal(err)
	}
	n, err := s.gate.Import(s.t.Context(), b)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func pair(t *testing.T) (court, outside *side) {
	t.Helper()
	keys := t.TempDir()
	if err := sealing.Create(keys); err != nil {
		t.Fatal(err)
	}
	court, outside = newSide(t, keys), newSide(t, keys)
	court.exec(`INSERT INTO disclosed.court (court, profile, version, changed_at) VALUES ('alpha', '{"name":"甲"}', 1, now())`)
	if err := court.gate.Enable(t.Context()); err != nil {
		t.Fatal(err)
	}
	return court, outside
}

const newItem = `INSERT INTO disclosed.item (court, id, viewer, case_id, code, title, body, clause, at, version) VALUES ('alpha', $1, $1, $1, 'case_filed', $2, '{"a":1}', 'c', now(), 1)`

const newMessage = `INSERT INTO disclosed.outgoing (court, id, channels, address, template, template_version, template_name, provider_ids, params, text, check_code, clause, urgent, created_at, not_before)
	VALUES ('alpha', $1, '{sms}', '\x0102', 't', 1, '名', '{}', '["甲"]', '正文', '123456', 'c', false, now(), now())`

const one, two = "00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"

func TestWhatIsDisclosedArrivesAndWhatIsWithdrawnGoes(t *testing.T) {
	t.Parallel()
	court, outside := pair(t)
	court.exec(newItem, one, "一")
	court.exec(newMessage, two)
	outside.take(gate.Outward, court.carry(gate.Outward))
	if outside.count(`SELECT count(*) FROM disclosed.item WHERE title = '一' AND body::jsonb = '{"a":1}'`) != 1 || outside.count(`SELECT count(*) FROM disclosed.court`) != 1 {
		t.Fatal("the rows did not arrive whole")
	}
	if outside.count(`SELECT count(*) FROM edge.delivery WHERE message_id = $1 AND state = 'queued'`, two) != 1 || outside.count(`SELECT count(*) FROM disclosed.outgoing WHERE address = '\x0102'`) != 1 {
		t.Fatal("the message is not the courier's work on the far side")
	}
	outside.exec(`UPDATE edge.delivery SET state = 'sent'`)
	court.exec(`DELETE FROM disclosed.item`)
	court.exec(`UPDATE disclosed.outgoing SET withdrawn = true`)
	outside.take(gate.Outward, court.carry(gate.Outward))
	if outside.count(`SELECT count(*) FROM disclosed.item`) != 0 || outside.count(`SELECT count(*) FROM disclosed.outgoing WHERE withdrawn`) != 1 {
		t.Fatal("what was withdrawn is still there")
	}
	if outside.count(`SELECT count(*) FROM edge.delivery WHERE state = 'sent'`) != 1 {
		t.Fatal("the courier would send it again")
	}
}

func TestBatchesRepeatedAndReorderedEndTheSame(t *testing.T) {
	t.Parallel()
	court, outside := pair(t)
	court.exec(newItem, one, "一")
	first := court.carry(gate.Outward)
	court.exec(`UPDATE disclosed.item SET title = '二', version = 2`)
	second := court.carry(gate.Outward)
	court.exec(`DELETE FROM disclosed.item`)
	third := court.carry(gate.Outward)
	for _, order := range [][][]byte{{second, first, first}, {second, third, first, second}} {
		for _, b := range order {
			outside.take(gate.Outward, b)
		}
	}
	if outside.count(`SELECT count(*) FROM disclosed.item`) != 0 {
		t.Fatal("an older batch brought the item back")
	}
	if n := outside.take(gate.Outward, third); n != 0 {
		t.Fatalf("a repeat changed %d rows", n)
	}
}

func TestAnOlderBatchDoesNotOverwrite(t *testing.T) {
	t.Parallel()
	court, outside := pair(t)
	court.exec(newItem, one, "一")
	first := court.carry(gate.Outward)
	court.exec(`UPDATE disclosed.item SET title = '二'`)
	outside.take(gate.Outward, court.carry(gate.Outward))
	outside.take(gate.Outward, first)
	if outside.count(`SELECT count(*) FROM disclosed.item WHERE title = '二'`) != 1 {
		t.Fatal("the older batch won")
	}
}

func TestWhatCommitsLateWaitsForTheNextBatch(t *testing.T) {
	t.Parallel()
	court, outside := pair(t)
	tx, err := court.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), newItem, one, "迟"); err != nil {
		t.Fatal(err)
	}
	other, err := pgx.Connect(t.Context(), court.db.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(context.Background())
	if _, err := other.Exec(t.Context(), newItem, two, "早"); err != nil { // a higher number, committed first
		t.Fatal(err)
	}
	outside.take(gate.Outward, court.carry(gate.Outward))
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	outside.take(gate.Outward, court.carry(gate.Outward))
	if outside.count(`SELECT count(*) FROM disclosed.item`) != 2 {
		t.Fatal("what committed late was left behind")
	}
}

func TestALostBatchIsMadeAgain(t *testing.T) {
	t.Parallel()
	court, outside := pair(t)
	court.exec(newItem, one, "一")
	lost, err := court.gate.Export(t.Context(), gate.Outward)
	if err != nil {
		t.Fatal(err)
	}
	again, err := court.gate.Again(t.Context(), gate.Outward, lost.Number)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := again.Seal(court.keys)
	if err != nil {
		t.Fatal(err)
	}
	outside.take(gate.Outward, sealed)
	if outside.count(`SELECT count(*) FROM disclosed.item`) != 1 {
		t.Fatal("the batch made again does not hold the row")
	}
	if _, err := court.gate.Again(t.Context(), gate.Outward, 99); !problem.Is(err, problem.Refused) {
		t.Fatalf("a batch that never was: %v", err)
	}
	if b, err := court.gate.Export(t.Context(), gate.Outward); b != nil || err != nil {
		t.Fatal("an empty batch", err)
	}
}

func TestSubmissionsComeInOnceWithTheirFiles(t *testing.T) {
	t.Parallel()
	court, outside := pair(t)
	outside.exec(`INSERT INTO inbox.submission (court, id, kind, received_at, meta, sealed) VALUES ('alpha', $1, 'tip', now(), '{"ticket":"x"}', '\x00ff')`, one)
	if err := outside.inbox.Put(t.Context(), "abc", strings.NewReader("sealed")); err != nil {
		t.Fatal(err)
	}
	batch := outside.carry(gate.Inward)
	for range 2 {
		court.take(gate.Inward, batch)
	}
	if court.count(`SELECT count(*) FROM inbox.submission WHERE sealed = '\x00ff' AND meta = '{"ticket":"x"}'`) != 1 {
		t.Fatal("the submission did not arrive once and whole")
	}
	f, err := court.inbox.Get(t.Context(), "abc")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var content bytes.Buffer
	if _, err := content.ReadFrom(f); err != nil || content.String() != "sealed" {
		t.Fatal("the file did not arrive", err)
	}
}

func TestWhatWasTamperedWithIsRefused(t *testing.T) {
	t.Parallel()
	court, outside := pair(t)
	court.exec(newItem, one, "一")
	good := court.carry(gate.Outward)
	stranger := t.TempDir()
	if err := sealing.Create(stranger); err != nil {
		t.Fatal(err)
	}
	b, err := gate.Open(court.keys, gate.Outward, good)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := b.Seal(stranger)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)-9] ^= 1
	for name, bad := range map[string][]byte{"a bit flipped": flipped, "cut off": good[:len(good)-5], "another's signature": forged, "empty": {}, "no batch": []byte("hello\nworld"),
		"other direction": bytes.Replace(good, []byte("outward"), []byte("inward"), 1), "longer": append(bytes.Clone(good), 'x')} {
		if _, err := gate.Open(outside.keys, gate.Outward, bad); !problem.Is(err, problem.Refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := gate.Open(outside.keys, gate.Inward, good); !problem.Is(err, problem.Refused) {
		t.Errorf("the wrong direction: %v", err)
	}
}

func TestAKilledImportLeavesNothingHalfDone(t *testing.T) {
	t.Parallel()
	court, outside := pair(t)
	court.exec(newItem, one, "一")
	batch := court.carry(gate.Outward)
	b, err := gate.Open(outside.keys, gate.Outward, batch)
	if err != nil {
		t.Fatal(err)
	}
	b.Rows = append(b.Rows, gate.Row{Court: "alpha", Table: "nowhere", Key: "x", Seq: 99})
	if _, err := outside.gate.Import(t.Context(), b); !problem.Is(err, problem.Refused) {
		t.Fatal(err)
	}
	if outside.count(`SELECT count(*) FROM disclosed.item`)+outside.count(`SELECT count(*) FROM disclosed.arrival`) != 0 {
		t.Fatal("half a batch was applied")
	}
	outside.take(gate.Outward, batch)
	if outside.count(`SELECT count(*) FROM disclosed.item`) != 1 {
		t.Fatal("the batch does not go in after the failure")
	}
}

func TestTheGateSeesNothingOfTheCourt(t *testing.T) {
	t.Parallel()
	court, _ := pair(t)
	for _, table := range []string{"court.cases", "court.party", "court.docket", "court.staff", "edge.session", "edge.wechat"} {
		tx, err := court.db.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), `SET LOCAL ROLE mingzhi_gate`); err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), `SELECT 1 FROM `+table); err == nil {
			t.Errorf("the gate reads %s", table)
		}
		_ = tx.Rollback(t.Context())
	}
}
