package enforcement

import (
	"bytes"
	"crypto/rand"
	"testing"
	"testing/iotest"
	"time"

	"github.com/go-playground/validator/v10"
)

func TestReceipt(t *testing.T) {
	for range 50 {
		r, err := NewReceipt(rand.Reader)
		if err != nil || len(r) != 16 {
			t.Fatal(r, err)
		}
		for i := range 16 {
			for d := byte('0'); d <= '9'; d++ {
				wrong := []byte(r)
				wrong[i] = d
				if _, err := ParseReceipt(string(wrong)); (err == nil) != (d == r[i]) {
					t.Fatalf("%s with %c at %d: %v", r, d, i, err)
				}
			}
			if i > 0 && r[i] != r[i-1] {
				swapped := []byte(r)
				swapped[i], swapped[i-1] = swapped[i-1], swapped[i]
				if _, err := ParseReceipt(string(swapped)); keyOf(err) != "enforcement.receipt_check" {
					t.Fatalf("%s swapped at %d: %v", r, i, err)
				}
			}
		}
		if again, err := ParseReceipt(r.Grouped()); err != nil || again != r || len(r.Grouped()) != 19 {
			t.Error(r, again, err)
		}
	}
	r, err := NewReceipt(bytes.NewReader(bytes.Repeat([]byte{1, 2, 253}, 30)))
	if err != nil || r[:15] != "121212121212121" {
		t.Error(r, err)
	}
	if got, err := ParseReceipt("０" + "000-0000 0000—0000"); err != nil || got != "0000000000000000" {
		t.Error(got, err)
	}
	if r.LogValue().String() != "************"+string(r[12:]) {
		t.Error(r.LogValue())
	}
	for in, want := range map[string]string{"": "receipt_empty", "123": "receipt_length", "123456789012345x": "receipt_length"} {
		if _, err := ParseReceipt(in); keyOf(err) != "enforcement."+want {
			t.Errorf("%q: %v", in, err)
		}
	}
	for _, bad := range []interface{ Read([]byte) (int, error) }{iotest.ErrReader(bytes.ErrTooLarge), bytes.NewReader(bytes.Repeat([]byte{255}, 4096))} {
		if _, err := NewReceipt(bad); keyOf(err) != "enforcement.random" {
			t.Error(err)
		}
	}
}

func TestTicket(t *testing.T) {
	// 22:00 UTC is already the next day in Shanghai.
	got, err := NewTicket(time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC), bytes.NewReader([]byte{4, 8, 3, 9, 2, 0}))
	if err != nil || got != "XS261122-483920" {
		t.Fatal(got, err)
	}
	for _, in := range []string{"XS261122-483920", "xs261122 483920", "ＸＳ２６１１２２－４８３９２０"} {
		if again, err := ParseTicket(in); err != nil || again != got {
			t.Errorf("%q: %q %v", in, again, err)
		}
	}
	for in, want := range map[string]string{"": "ticket_empty", "XS261322-483920": "ticket_format", "XS261122-4839": "ticket_format"} {
		if _, err := ParseTicket(in); keyOf(err) != "enforcement."+want {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestRegisterTags(t *testing.T) {
	v := validator.New()
	if err := RegisterTags(v, func() time.Time { return today }); err != nil {
		t.Fatal(err)
	}
	type form struct {
		Case    string `validate:"caseno"`
		ID      string `validate:"idno"`
		Code    string `validate:"uscc"`
		Mobile  string `validate:"omitempty,mobile"`
		Money   string `validate:"money"`
		Receipt string `validate:"receipt"`
	}
	good := form{"2021琼02执123", "11010519491231002x", "12345", "", "1.2万", "0000 0000 0000 0000"}
	if err := v.Struct(good); err != nil {
		t.Error(err)
	}
	err := v.Struct(form{Case: "（2027）琼02执1号", Mobile: "1"})
	if errs, ok := err.(validator.ValidationErrors); !ok || len(errs) != 6 {
		t.Error(err)
	}
}

func FuzzParseReceipt(f *testing.F) {
	f.Add("0000 0000 0000 0000")
	f.Add("1234-5678")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseReceipt(s)
		if err != nil {
			return
		}
		if again, err := ParseReceipt(r.Grouped()); err != nil || again != r {
			t.Errorf("%q: %q", s, r)
		}
	})
}

func FuzzNormalizeForIndex(f *testing.F) {
	f.Add(" ａｂc  张 三\u200b ")
	f.Add("ͅŉß")
	f.Fuzz(func(t *testing.T, s string) {
		n := NormalizeForIndex(s)
		if again := NormalizeForIndex(n); again != n {
			t.Errorf("%q: %q, then %q", s, n, again)
		}
	})
}
