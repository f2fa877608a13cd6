package filestest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"mingzhi/backoffice/problem"
	"mingzhi/storage/files"
)

// Conformance drives a store that open makes empty for each test.
func Conformance(t *testing.T, open func(t *testing.T) files.Store) {
	tests := map[string]func(*testing.T, files.Store){
		"RoundTrip": roundTrip, "Replace": replace, "Missing": missing, "Keys": keys, "List": list,
		"BrokenSource": brokenSource, "Cancelled": cancelled, "Concurrent": concurrent,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func put(t *testing.T, s files.Store, key, content string) {
	t.Helper()
	if err := s.Put(t.Context(), key, strings.NewReader(content)); err != nil {
		t.Fatalf("Put %s: %v", key, err)
	}
}

func get(t *testing.T, s files.Store, key string) string {
	t.Helper()
	r, err := s.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("Get %s: %v", key, err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func all(t *testing.T, s files.Store) []string {
	t.Helper()
	var found []string
	for key, err := range s.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, key)
	}
	slices.Sort(found)
	return found
}

func roundTrip(t *testing.T, s files.Store) {
	large := string(bytes.Repeat([]byte("明执"), 1<<18))
	for key, content := range map[string]string{"a": "x", "tip/0190.jpg": large, "empty": "", "a.b-c_D/1/2/3": "深"} {
		put(t, s, key, content)
		if got := get(t, s, key); got != content {
			t.Errorf("%s: got %d bytes, want %d", key, len(got), len(content))
		}
	}
}

func replace(t *testing.T, s files.Store) {
	put(t, s, "k", "longer than the next")
	old, err := s.Get(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	put(t, s, "k", "next")
	if got := get(t, s, "k"); got != "next" {
		t.Errorf("got %q", got)
	}
	if content, _ := io.ReadAll(old); string(content) != "longer than the next" {
		t.Errorf("a reader that was at it got %q", content)
	}
}

func missing(t *testing.T, s files.Store) {
	if _, err := s.Get(t.Context(), "none"); !problem.Is(err, problem.NotFound) {
		t.Errorf("Get: %v", err)
	}
	if err := s.Delete(t.Context(), "none"); err != nil {
		t.Errorf("Delete: %v", err)
	}
	put(t, s, "k", "x")
	if err := s.Delete(t.Context(), "k"); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(t.Context(), "k"); !problem.Is(err, problem.NotFound) {
		t.Errorf("after Delete: %v", err)
	}
}

func keys(t *testing.T, s files.Store) {
	for _, key := range []string{"", ".", "..", "../x", "a/../b", "/etc/passwd", "a//b", "a/", `a\b`, "a b", ".tmp/x",
		"a\x00b", "文件", strings.Repeat("a", 101), "1/2/3/4/5", "C:x", "a\n"} {
		_, getErr := s.Get(t.Context(), key)
		for _, err := range []error{s.Put(t.Context(), key, strings.NewReader("x")), getErr, s.Delete(t.Context(), key)} {
			if !problem.Is(err, problem.Invalid) {
				t.Errorf("%q: %v", key, err)
			}
		}
	}
	if found := all(t, s); len(found) > 0 {
		t.Errorf("wrong keys left %q", found)
	}
}

func list(t *testing.T, s files.Store) {
	var want []string
	for i := range 20 {
		key := fmt.Sprintf("m/%02d.jpg", i)
		want = append(want, key)
		put(t, s, key, key)
	}
	if found := all(t, s); !slices.Equal(found, want) {
		t.Errorf("found %q", found)
	}
	for range s.List(t.Context()) {
		break // a caller may stop early
	}
}

type failing struct{ after int }

var errSource = errors.New("the visitor went away")

func (f *failing) Read(p []byte) (int, error) {
	if f.after == 0 {
		return 0, errSource
	}
	f.after--
	return copy(p, "part"), nil
}

func brokenSource(t *testing.T, s files.Store) {
	put(t, s, "k", "whole")
	if err := s.Put(t.Context(), "k", &failing{after: 3}); !errors.Is(err, errSource) {
		t.Errorf("got %v", err)
	}
	if got := get(t, s, "k"); got != "whole" {
		t.Errorf("half a file took its place: %q", got)
	}
	if err := s.Put(t.Context(), "new", &failing{after: 3}); err == nil {
		t.Error("no error")
	}
	if found := all(t, s); !slices.Equal(found, []string{"k"}) {
		t.Errorf("found %q", found)
	}
}

func cancelled(t *testing.T, s files.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Put(ctx, "k", strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func concurrent(t *testing.T, s files.Store) {
	var wait sync.WaitGroup
	for i := range 16 {
		wait.Go(func() {
			content := strings.Repeat(string(rune('a'+i)), 10000)
			if err := s.Put(t.Context(), "same", strings.NewReader(content)); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	got := get(t, s, "same")
	if len(got) != 10000 || strings.Count(got, got[:1]) != 10000 {
		t.Error("two writers mixed")
	}
}
