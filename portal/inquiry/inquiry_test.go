package inquiry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage/files"
	"mingzhi/storage/public"
	"mingzhi/storage/sealing"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

type world struct {
	*Service
	owner *pgx.Conn
	keys  *sealing.Keyring
	inbox files.Store
	at    time.Time
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newWorld(t testing.TB) *world {
	t.Helper()
	db, dir := storagetest.New(t), t.TempDir()
	check(t, sealing.Create(dir+"/keys"))
	w := &world{at: time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("", 8*3600))}
	var err error
	w.keys, err = sealing.Open(dir + "/keys")
	check(t, err)
	stores, err := files.OpenLocalPublic(dir + "/files")
	check(t, err)
	w.inbox = stores.Inbox
	w.owner, err = pgx.Connect(t.Context(), db.OwnerDSN)
	check(t, err)
	publicKeys, err := sealing.OpenPublic(dir + "/keys")
	check(t, err)
	store, err := public.Open(t.Context(), db.PublicDSN, publicKeys, w.inbox, func() time.Time { return w.at })
	check(t, err)
	t.Cleanup(func() { store.Close(); w.owner.Close(context.Background()) })
	w.Service, err = New(store)
	check(t, err)
	profile, _ := json.Marshal(exchange.Profile{Name: "法院", Tip: exchange.TipForm{WarningVersion: "1", MaxText: 100, MaxFiles: 2}})
	_, err = w.owner.Exec(t.Context(), `INSERT INTO disclosed.court (court, profile, version, changed_at) VALUES ('sanya', $1, 1, now()), ('wugang', $1, 1, now())`, profile)
	check(t, err)
	return w
}

var me = Client{Channel: "portal", ID: "192.0.2.1"}

func good(key string) Tip {
	return Tip{Key: key, Kind: "person", Debtor: "某甲", What: "在店里", Where: "解放路", When: "今天", Warning: "1", Language: "zh-CN"}
}

func photo(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	check(t, jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 8)), nil))
	return b.Bytes()
}

func (w *world) rows(t testing.TB, kind string) (n int) {
	t.Helper()
	check(t, w.owner.QueryRow(t.Context(), "SELECT count(*) FROM inbox.submission WHERE kind = $1", kind).Scan(&n))
	return n
}

func TestTipIsSealedAndWhole(t *testing.T) {
	w := newWorld(t)
	tip := good("k")
	tip.Files = []Upload{{Name: "../照片.jpg", Data: photo(t)}}
	tip.Mobile, tip.Urgent = "138 0013 8000", true
	r, err := w.SubmitTip(t.Context(), "sanya", me, tip)
	check(t, err)
	if _, err := enforcement.ParseReceipt(string(r.Receipt)); err != nil {
		t.Error(err)
	}
	if _, err := enforcement.ParseTicket(r.Ticket); err != nil {
		t.Error(err)
	}
	var id uuid.UUID
	var meta, sealed []byte
	check(t, w.owner.QueryRow(t.Context(), "SELECT id, meta, sealed FROM inbox.submission").Scan(&id, &meta, &sealed))
	for _, secret := range []string{"某甲", "解放路", string(r.Receipt), "13800138000"} {
		if bytes.Contains(meta, []byte(secret)) || bytes.Contains(sealed, []byte(secret)) {
			t.Errorf("%s is readable", secret)
		}
	}
	plain, err := w.keys.Unseal("submission.sealed:"+id.String(), sealed)
	check(t, err)
	var content exchange.Tip
	check(t, json.Unmarshal(plain, &content))
	if content.Debtor != "某甲" || content.Channel != "portal" || len(content.Files) != 1 || content.Files[0].TakenAt != nil {
		t.Errorf("%+v", content)
	}
	file, err := w.inbox.Get(t.Context(), content.Files[0].Key)
	check(t, err)
	defer file.Close()
	box, _ := io.ReadAll(file)
	if _, err := w.keys.Unseal("inbox_file:"+content.Files[0].Key, box); err != nil {
		t.Error(err)
	}
}

func TestSameFormGivesSameNumbers(t *testing.T) {
	w := newWorld(t)
	first, err := w.SubmitTip(t.Context(), "sanya", me, good("k"))
	check(t, err)
	w.at = w.at.Add(24 * time.Hour) // the ticket carries the day; a repeat still tells the old one
	again, err := w.SubmitTip(t.Context(), "sanya", Client{Channel: "portal", ID: "other"}, good("k"))
	if err != nil || again != first || w.rows(t, "tip") != 1 {
		t.Error(again, first, err)
	}
	edited := good("k")
	edited.What = "又在店里"
	if other, err := w.SubmitTip(t.Context(), "sanya", me, edited); err != nil || other.Receipt == first.Receipt || w.rows(t, "tip") != 2 {
		t.Error("edited content is the old tip:", err)
	}
	if other, err := w.SubmitTip(t.Context(), "wugang", me, good("k")); err != nil || other.Receipt == first.Receipt {
		t.Error("another court gives the same receipt:", err)
	}
}

func TestTipProblems(t *testing.T) {
	w := newWorld(t)
	large := append(photo(t), make([]byte, 21<<20)...)
	for name, c := range map[string]struct {
		change     func(*Tip)
		field, key string
	}{
		"nobody":      {func(t *Tip) { t.Debtor = " " }, "debtor", "tip.debtor_missing"},
		"case number": {func(t *Tip) { t.CaseNumber = "12号" }, "case_number", "enforcement.caseno_format"},
		"mobile":      {func(t *Tip) { t.Mobile = "123" }, "mobile", "enforcement.mobile_format"},
		"kind":        {func(t *Tip) { t.Kind = "x" }, "kind", "tip.kind_missing"},
		"what":        {func(t *Tip) { t.What = "" }, "what", "tip.what_missing"},
		"long":        {func(t *Tip) { t.What = strings.Repeat("长", 101) }, "what", "tip.content_too_long"},
		"warning":     {func(t *Tip) { t.Warning = "" }, "warning", "tip.warning_missing"},
		"old warning": {func(t *Tip) { t.Warning = "0" }, "warning", "tip.warning_changed"},
		"three files": {func(t *Tip) { t.Files = make([]Upload, 3) }, "files", "upload.too_many"},
		"large file":  {func(t *Tip) { t.Files = []Upload{{"x.jpg", large}} }, "files", "upload.too_large"},
		"program":     {func(t *Tip) { t.Files = []Upload{{"x.jpg", []byte("MZ\x90\x00")}} }, "files", "upload.executable"},
		"no key":      {func(t *Tip) { t.Key = "" }, "key", "tip.key_missing"},
	} {
		tip := good("k")
		c.change(&tip)
		_, err := w.SubmitTip(t.Context(), "sanya", me, tip)
		p, ok := problem.As(err)
		if !ok || p.Kind != problem.Invalid || p.Fields[c.field] == nil || p.Fields[c.field].Key != c.key {
			t.Errorf("%s: %v %+v", name, err, p)
		}
	}
	if w.rows(t, "tip") != 0 {
		t.Error("something was stored")
	}
	tip := good("k")
	tip.Debtor, tip.CaseNumber = "", "（2025）琼02执12号"
	if _, err := w.SubmitTip(t.Context(), "sanya", me, tip); err != nil {
		t.Error("a case number alone is enough:", err)
	}
}

func TestTipsAreLimited(t *testing.T) {
	w := newWorld(t)
	for i := range tipsAnHour + 1 {
		_, err := w.SubmitTip(t.Context(), "sanya", me, good(uuid.NewString()))
		if (err != nil) != (i == tipsAnHour) || err != nil && !problem.Is(err, problem.TooMany) {
			t.Fatal(i, err)
		}
	}
	tip := good("k")
	tip.Files = []Upload{{"x.jpg", photo(t)}}
	if _, err := w.SubmitTip(t.Context(), "sanya", me, tip); !problem.Is(err, problem.TooMany) {
		t.Error(err)
	}
	for key := range w.inbox.List(t.Context()) {
		t.Error("a refused tip left", key)
	}
	if _, err := w.SubmitTip(t.Context(), "sanya", Client{"portal", "other"}, good("o")); err != nil {
		t.Error("another client has to wait:", err)
	}
	var keys int
	check(t, w.owner.QueryRow(t.Context(), "SELECT count(*) FROM edge.rate WHERE key LIKE '%192.0.2.1%'").Scan(&keys))
	if keys != 0 {
		t.Error("the address is readable")
	}
}

func TestReceiptStatus(t *testing.T) {
	w := newWorld(t)
	r, err := w.SubmitTip(t.Context(), "sanya", me, good("k"))
	check(t, err)
	if s, err := w.ReceiptStatus(t.Context(), "sanya", me, r.Receipt.Grouped()); err != nil || s.Stage != StageReceived || s.Ticket != r.Ticket {
		t.Error(s, err)
	}
	wrong := "0000000000000000"
	slip := wrong[:15] + "1"
	for i, typed := range []string{wrong, slip, wrong, "12", wrong} {
		_, err := w.ReceiptStatus(t.Context(), "sanya", me, typed)
		p, _ := problem.As(err)
		if p == nil || p.Kind == problem.TooMany || p.Fields["receipt"] == nil {
			t.Fatal(i, err)
		}
	}
	for _, typed := range []string{wrong, slip, string(r.Receipt)} {
		_, err := w.ReceiptStatus(t.Context(), "sanya", me, typed)
		if p, _ := problem.As(err); p == nil || p.Kind != problem.TooMany || p.Args["minutes"] != 15 {
			t.Error(typed, err)
		}
	}
	if _, err := w.ReceiptStatus(t.Context(), "sanya", Client{"portal", "other"}, string(r.Receipt)); err != nil {
		t.Error("another client is shut out:", err)
	}
	w.at = w.at.Add(15 * time.Minute)
	if _, err := w.ReceiptStatus(t.Context(), "sanya", me, string(r.Receipt)); err != nil {
		t.Error("the door stays shut:", err)
	}
	if _, err := w.ReceiptStatus(t.Context(), "wugang", me, string(r.Receipt)); !problem.Is(err, problem.NotFound) {
		t.Error("another court answers:", err)
	}
}

func TestAddMessage(t *testing.T) {
	w := newWorld(t)
	r, err := w.SubmitTip(t.Context(), "sanya", me, good("k"))
	check(t, err)
	m := Message{Key: "m", Receipt: string(r.Receipt), Text: "在二楼", Files: []Upload{{"a.jpg", photo(t)}}}
	for range 2 {
		_, err := w.AddMessage(t.Context(), "sanya", me, m)
		check(t, err)
	}
	if n := w.rows(t, "tip_message"); n != 1 {
		t.Error("stored", n, "times")
	}
	for _, bad := range []Message{{Key: "n", Receipt: string(r.Receipt)}, {Key: "n", Receipt: string(r.Receipt), Text: strings.Repeat("长", 101)}} {
		if s, err := w.AddMessage(t.Context(), "sanya", me, bad); !problem.Is(err, problem.Invalid) || s.Ticket == "" {
			t.Error(s, err)
		}
	}
	if _, err := w.AddMessage(t.Context(), "sanya", me, Message{Key: "n", Receipt: "1", Text: "x"}); !problem.Is(err, problem.Invalid) {
		t.Error(err)
	}
}

func TestCheckMessage(t *testing.T) {
	w := newWorld(t)
	_, err := w.owner.Exec(t.Context(), `INSERT INTO disclosed.outgoing (court, id, channels, address, template, template_version, template_name, provider_ids, params, text, check_code, clause, urgent, created_at, not_before)
		VALUES ('sanya', gen_random_uuid(), '{sms}', '\x00', 't', 2, '立案通知', '{}', '[]', 'x', '123456', 'S-1', false, now(), now())`)
	check(t, err)
	if found, err := w.CheckMessage(t.Context(), "sanya", me, "123456"); err != nil || len(found) != 0 {
		t.Error("not sent yet, and told of:", found, err)
	}
	_, err = w.owner.Exec(t.Context(), `UPDATE edge.delivery SET state = 'sent'`)
	check(t, err)
	for typed, want := range map[string]int{"１２３ 456": 1, "654321": 0} {
		if found, err := w.CheckMessage(t.Context(), "sanya", me, typed); err != nil || len(found) != want {
			t.Error(typed, found, err)
		}
	}
	_, err = w.owner.Exec(t.Context(), `UPDATE disclosed.outgoing SET created_at = created_at - interval '91 days'`)
	check(t, err)
	if found, err := w.CheckMessage(t.Context(), "sanya", me, "123456"); err != nil || len(found) != 0 {
		t.Error("after ninety days:", found, err)
	}
	if _, err := w.CheckMessage(t.Context(), "sanya", me, "12345"); !problem.Is(err, problem.Invalid) {
		t.Error(err)
	}
	for range checkedMessages {
		_, err = w.CheckMessage(t.Context(), "sanya", me, "000000")
	}
	if !problem.Is(err, problem.TooMany) {
		t.Error(err)
	}
}

func TestUnknownCourt(t *testing.T) {
	w := newWorld(t)
	for _, err := range []error{
		func() error { _, err := w.SubmitTip(t.Context(), "nowhere", me, good("k")); return err }(),
		func() error { _, err := w.CheckMessage(t.Context(), "nowhere", me, "123456"); return err }(),
		func() error { _, err := w.AddMessage(t.Context(), "nowhere", me, Message{}); return err }(),
	} {
		var p *problem.Error
		if !errors.As(err, &p) || p.Key != "court.unknown" {
			t.Error(err)
		}
	}
}

func BenchmarkSubmitTip(b *testing.B) {
	w := newWorld(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := w.SubmitTip(b.Context(), "sanya", Client{"portal", uuid.NewString()}, good(uuid.NewString())); err != nil {
				b.Error(err)
			}
		}
	})
}

func FuzzTip(f *testing.F) {
	w := newWorld(f)
	f.Add("某甲", "（2025）琼02执12号", "在店里", "138")
	f.Fuzz(func(t *testing.T, debtor, caseNumber, what, mobile string) {
		tip := good(uuid.NewString())
		tip.Debtor, tip.CaseNumber, tip.What, tip.Mobile = debtor, caseNumber, what, mobile
		if _, err := w.SubmitTip(t.Context(), "sanya", Client{"portal", uuid.NewString()}, tip); err != nil && !problem.Is(err, problem.Invalid) {
			t.Error(err)
		}
	})
}
