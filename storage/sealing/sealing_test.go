package sealing

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mingzhi/backoffice/problem"
)

func keys(t testing.TB) (string, *Keyring) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	if err := Create(dir); err != nil {
		t.Fatal(err)
	}
	k, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir, k
}

func must[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestFieldOpensOnlyInItsRow(t *testing.T) {
	_, k := keys(t)
	plain := []byte("460100199001011234")
	sealed, err := k.Seal("party.id_no:42", plain)
	must(t, sealed, err)
	got, err := k.Open("party.id_no:42", sealed)
	if err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("got %q, %v", got, err)
	}
	if _, err := k.Open("party.id_no:43", sealed); !errors.Is(err, ErrUnopened) {
		t.Errorf("another row's aad opened it: %v", err)
	}
	again, _ := k.Seal("party.id_no:42", plain)
	if bytes.Equal(again, sealed) {
		t.Error("the same value sealed twice looks the same")
	}
}

func TestEveryChangedOrMissingByteIsFound(t *testing.T) {
	_, k := keys(t)
	field, _ := k.Seal("a", []byte("x"))
	tip, _ := SealTo(k.Public().TipKey(), "a", []byte("x"))
	for name, c := range map[string]struct {
		sealed []byte
		open   func(string, []byte) ([]byte, error)
	}{"field": {field, k.Open}, "tip": {tip, k.Unseal}} {
		for i := range c.sealed {
			bad := bytes.Clone(c.sealed)
			bad[i] ^= 0x20
			if _, err := c.open("a", bad); err == nil {
				t.Errorf("%s: byte %d changed and it still opens", name, i)
			}
			if _, err := c.open("a", c.sealed[:i]); err == nil {
				t.Errorf("%s: cut at %d and it still opens", name, i)
			}
		}
	}
}

func TestRotationKeepsOldValuesReadable(t *testing.T) {
	dir, k := keys(t)
	field, _ := k.Seal("a", []byte("old"))
	tip, _ := SealTo(k.Public().TipKey(), "a", []byte("old"))
	index := k.BlindIndex("id_no", "1")
	for _, family := range []string{Field, Tip, IndexCourt} {
		for range 27 { // past z
			_, err := Rotate(dir, family)
			must(t, 0, err)
		}
	}
	next, err := Open(dir)
	must(t, next, err)
	if got, err := next.Open("a", field); string(got) != "old" {
		t.Errorf("old field: %q %v", got, err)
	}
	if got, err := next.Unseal("a", tip); string(got) != "old" {
		t.Errorf("old tip: %q %v", got, err)
	}
	fresh, _ := next.Seal("a", []byte("new"))
	if id, _ := KeyID(fresh); !strings.HasSuffix(id, "ab") {
		t.Errorf("the newest key does not seal: %s", id)
	}
	all := next.BlindIndexes("id_no", "1")
	if len(all) != 28 || !bytes.Equal(all[27], index) || !bytes.Equal(all[0], next.BlindIndex("id_no", "1")) {
		t.Error("the index under the oldest key is not the last of all")
	}
}

func TestMissingKeySaysWhichAndWhatToDo(t *testing.T) {
	dir, k := keys(t)
	sealed, _ := k.Seal("a", []byte("x"))
	id, _ := KeyID(sealed)
	if _, err := Rotate(dir, Field); err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(dir, id+".sm4"))
	k, err := Open(dir)
	must(t, k, err)
	_, err = k.Open("a", sealed)
	e, ok := problem.As(err)
	if !ok || e.Key != "sealing.key_missing" || !strings.Contains(e.Text, id) {
		t.Fatalf("got %v", err)
	}
	for _, pattern := range []string{"field-*", "courier-*", "index-court-*", "index-public-*", "tip-*.sm2"} {
		dir, _ := keys(t)
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, f := range found {
			os.Remove(f)
		}
		if _, err := Open(dir); !problem.Is(err, problem.Unavailable) {
			t.Errorf("without %s: %v", pattern, err)
		}
	}
	if _, err := Open(filepath.Join(dir, "absent")); !problem.Is(err, problem.Unavailable) {
		t.Errorf("without a folder: %v", err)
	}
}

func TestBrokenKeyFileIsNamedAndNotQuoted(t *testing.T) {
	for name, content := range map[string]string{
		"field-2030a.sm4": "secret-not-hex", "field-2031a.sm4": "00ff",
		"tip-2030a.sm2": "no pem", "index-court-2030a.sm3": strings.Repeat("z", 64),
	} {
		dir, _ := keys(t)
		os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600)
		_, err := Open(dir)
		if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), content) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPublicHalfHoldsOnlyItsOwn(t *testing.T) {
	dir, k := keys(t)
	for _, pattern := range []string{"field-*", "index-court-*", "tip-*.sm2"} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, f := range found {
			os.Remove(f)
		}
	}
	p, err := OpenPublic(dir)
	must(t, p, err)
	if bytes.Equal(p.BlindIndex("id_no", "1"), k.BlindIndex("id_no", "1")) {
		t.Error("both halves have one index")
	}
	if !bytes.Equal(p.BlindIndex("id_no", "1"), k.Public().BlindIndex("id_no", "1")) {
		t.Error("the halves disagree on the public index")
	}
	tip, err := SealTo(p.TipKey(), "inbox.content:7", []byte("财产线索"))
	must(t, tip, err)
	if got, err := k.Unseal("inbox.content:7", tip); string(got) != "财产线索" {
		t.Errorf("tip: %q %v", got, err)
	}
	if _, err := k.Unseal("inbox.content:8", tip); !errors.Is(err, ErrUnopened) {
		t.Errorf("another row's aad opened the tip: %v", err)
	}
	address, _ := k.Public().SealCourier("outgoing.address:1", []byte("13800000000"))
	if got, err := p.OpenCourier("outgoing.address:1", address); string(got) != "13800000000" {
		t.Errorf("address: %q %v", got, err)
	}
}

func TestCreateKeepsWhatIsThereAndClosesIt(t *testing.T) {
	dir, _ := keys(t)
	before := map[string]string{}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		raw, _ := os.ReadFile(filepath.Join(dir, e.Name()))
		before[e.Name()] = string(raw)
		info, _ := e.Info()
		if !strings.HasSuffix(e.Name(), ".pub") && info.Mode().Perm() != 0o600 {
			t.Errorf("%s is open to others: %v", e.Name(), info.Mode())
		}
	}
	if len(before) != 10 {
		t.Errorf("made %d files, want 10", len(before))
	}
	must(t, 0, Create(dir))
	for name, content := range before {
		if raw, _ := os.ReadFile(filepath.Join(dir, name)); string(raw) != content {
			t.Errorf("%s was replaced", name)
		}
	}
}

func TestBlindIndexSeparatesPurposes(t *testing.T) {
	_, k := keys(t)
	if bytes.Equal(k.BlindIndex("ab", "c"), k.BlindIndex("a", "bc")) {
		t.Error("purpose and value run together")
	}
}

func TestEmptyAndLargeContent(t *testing.T) {
	_, k := keys(t)
	for _, size := range []int{0, 20 << 20} {
		plain := make([]byte, size)
		sealed, err := SealTo(k.Public().TipKey(), "a", plain)
		must(t, sealed, err)
		if got, err := k.Unseal("a", sealed); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	_, k := keys(f)
	sealed, _ := k.Seal("a", []byte("x"))
	tip, _ := SealTo(k.Public().TipKey(), "a", []byte("x"))
	f.Add(sealed)
	f.Add(tip)
	f.Fuzz(func(t *testing.T, b []byte) {
		k.Open("b", b)
		k.Unseal("b", b)
	})
}

func BenchmarkSealField(b *testing.B) {
	_, k := keys(b)
	for b.Loop() {
		k.Seal("party.id_no:42", []byte("460100199001011234"))
	}
}

func BenchmarkOpenField(b *testing.B) {
	_, k := keys(b)
	sealed, _ := k.Seal("party.id_no:42", []byte("460100199001011234"))
	for b.Loop() {
		k.Open("party.id_no:42", sealed)
	}
}

func BenchmarkBlindIndex(b *testing.B) {
	_, k := keys(b)
	for b.Loop() {
		k.BlindIndex("id_no", "460100199001011234")
	}
}

func BenchmarkSealTip16K(b *testing.B) {
	_, k := keys(b)
	pub, plain := k.Public().TipKey(), make([]byte, 16<<10)
	b.SetBytes(int64(len(plain)))
	for b.Loop() {
		SealTo(pub, "a", plain)
	}
}
