package words

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mingzhi/backoffice/problem"
)

// complete are the languages that must have every sentence; others may fall back to Chinese.
var complete = []string{Chinese, "en"}

var (
	usedKey    = regexp.MustCompile(`(?:words\.T\(ctx, |words\.In\(ctx, |webkit\.Word\(|@Word\()"([a-z_.]+)"`)
	problemKey = regexp.MustCompile(`problem\.New\(problem\.\w+, "([a-z_.]+)"`)
)

// keysIn collects what pattern finds in the sources below dirs.
func keysIn(t *testing.T, pattern *regexp.Regexp, ext string, dirs ...string) map[string]string {
	t.Helper()
	keys := map[string]string{}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ext) || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range pattern.FindAllStringSubmatch(string(text), -1) {
				keys[m[1]] = path
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return keys
}

func TestEveryUsedSentenceExists(t *testing.T) {
	used := keysIn(t, usedKey, ".templ", "..")
	for key, path := range keysIn(t, usedKey, ".go", "..") {
		used[key] = path
	}
	if len(used) < 80 {
		t.Fatalf("only %d keys found: the pattern is out of date", len(used))
	}
	for _, lang := range complete {
		for key, path := range used {
			has := slices.Contains(Keys(lang), key)
			if strings.HasSuffix(key, ".") { // "stage." + a closed set
				has = slices.ContainsFunc(Keys(lang), func(k string) bool { return strings.HasPrefix(k, key) })
			}
			if !has {
				t.Errorf("%s: %s has no sentence for %s", path, lang, key)
			}
		}
	}
}

func TestCompleteLanguagesHaveEverySentence(t *testing.T) {
	for _, key := range Keys(Chinese) {
		if !slices.Contains(Keys("en"), key) {
			t.Errorf("en has no %s", key)
		}
	}
}

func TestEveryProblemHasAnEnglishSentence(t *testing.T) {
	found := keysIn(t, problemKey, ".go", "..", "../../backoffice/enforcement", "../../storage/files", "../../storage/public")
	if len(found) < 40 {
		t.Fatalf("only %d problems found: the pattern is out of date", len(found))
	}
	for key, path := range found {
		if !slices.Contains(Keys("en"), key) {
			t.Errorf("%s: en has no sentence for %s", path, key)
		}
	}
}

func TestGapsAreTheSameInEveryLanguage(t *testing.T) {
	gap := regexp.MustCompile(`\{\{\.(\w+)\}\}`)
	gaps := func(lang, key string) []string {
		var names []string
		all := []string{"unit", "id", "max", "owner", "code", "version", "now", "left", "minutes", "role", "principal", "example", "court", "link", "number", "what", "date",
			"judge", "phone", "title", "price", "starts", "hotline", "ticket", "text", "all", "receipt", "cut", "place", "why", "pictures", "voices", "hours", "at", "day", "name"}
		args := []any{"n", 7}
		for _, name := range all {
			args = append(args, name, "«"+name+"»")
		}
		for _, name := range all {
			text := T(With(context.Background(), lang), key, args...)
			if gap.MatchString(text) || strings.Contains(text, "no value") {
				t.Errorf("%s %s: %s", lang, key, text)
			}
			if strings.Contains(text, "«"+name+"»") {
				names = append(names, name)
			}
		}
		return names
	}
	for _, key := range Keys(Chinese) {
		if zh, en := gaps(Chinese, key), gaps("en", key); !slices.Equal(zh, en) {
			t.Errorf("%s: %v and %v", key, zh, en)
		}
	}
}

func TestChoose(t *testing.T) {
	for _, c := range []struct{ query, cookie, accept, want string }{
		{"", "", "", Chinese}, {"en", Chinese, "zh", "en"}, {"xx", "en", "zh", "en"}, {"", "", "en-GB,en;q=0.8", "en"},
		{"", "", "fr-FR,fr", Chinese}, {"", "", "zh-TW,zh;q=0.9,en;q=0.1", Chinese}, {"", "../x", "q=;;", Chinese},
	} {
		if got := Choose(c.query, c.cookie, c.accept); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestFallbackSaysItsLanguage(t *testing.T) {
	en := With(context.Background(), "en")
	tongues["en"].known["web.home"] = false
	t.Cleanup(func() { tongues["en"].known["web.home"] = true })
	if text, lang := In(en, "web.home"); text != "回首页" || Other(en, lang) != Chinese {
		t.Error(text, lang)
	}
	p := problem.New(problem.Invalid, "no.such", "最多 {max} 字。", "max", 5)
	if text, lang := ProblemIn(en, p); text != "最多 5 字。" || lang != Chinese {
		t.Error(text, lang)
	}
	if text := Problem(en, problem.New(problem.Invalid, "tip.too_long", "…", "max", 5)); text != "At most 5 characters here. Please shorten it." {
		t.Error(text)
	}
	if text, lang := Given(en, map[string]map[string]string{"en": {"name": "Court"}}, "name", "法院"); text != "Court" || lang != "en" {
		t.Error(text, lang)
	}
}

func BenchmarkT(b *testing.B) {
	ctx := With(context.Background(), "en")
	for b.Loop() {
		T(ctx, "web.home")
	}
}
