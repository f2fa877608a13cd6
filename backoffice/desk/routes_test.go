package desk_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"mingzhi/backoffice/desk"
	"mingzhi/backoffice/desk/desktest"
	"mingzhi/backoffice/rulebook"
)

var update = flag.Bool("update", false, "write testdata/routes.golden anew")

const noRight = "您的角色没有这项权限"

// TestWhoMayOpenWhat asks every route in every role of a court; the table only grows, and each
// "no" was really requested and refused.
func TestWhoMayOpenWhat(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	book, _, err := d.Store.Book(t.Context(), court)
	if err != nil {
		t.Fatal(err)
	}
	var roles []string
	browsers := map[string]*desktest.Browser{}
	for i, role := range book.Court.Roles {
		login := fmt.Sprintf("user%d", i)
		d.Person(court, login, "", role.ID)
		roles = append(roles, role.ID)
		browsers[role.ID] = d.SignIn(court, login)
	}
	var out bytes.Buffer
	for _, p := range desk.Pages() {
		var yes []string
		for _, role := range roles {
			if strings.HasSuffix(p.Path, "/signin") || p.Path == "/signout" || p.Path == "/duty/events" && mayViewDuty(book, role) {
				yes = append(yes, role) // would end the session, or never end
				continue
			}
			if allowed(t, browsers[role], p) {
				yes = append(yes, role)
			}
		}
		fmt.Fprintf(&out, "%s %s\n  yes %s\n  no  %s\n", p.Method, p.Path, strings.Join(yes, " "), strings.Join(without(roles, yes), " "))
	}
	const golden = "testdata/routes.golden"
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	old, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(old, out.Bytes()) {
		t.Errorf("who may open what has changed; look at it, then run with -update:\n%s", out.String())
	}
	if n := d.Rows(`SELECT count(*) FROM court.audit WHERE action = 'open:page' AND result = 'refused'`); n == 0 {
		t.Error("the refusals left no trace")
	}
}

var param = regexp.MustCompile(`:\w+`)

func allowed(t *testing.T, b *desktest.Browser, p desk.Page) bool {
	t.Helper()
	path := param.ReplaceAllStringFunc(p.Path, func(name string) string {
		if name == ":event" || name == ":process" {
			return "none"
		}
		return uuid.NewString()
	})
	var got desktest.Page
	if p.Method == "GET" {
		got = b.Get(path)
	} else {
		got = b.Post(path, nil)
	}
	if got.Status == 401 || got.Has("浏览器没有允许 Cookie") || got.Status >= 500 {
		t.Errorf("%s %s: %d %s", p.Method, p.Path, got.Status, got.Text())
	}
	if got.Has(noRight) {
		if got.Status != 403 {
			t.Errorf("%s %s refuses with %d", p.Method, p.Path, got.Status)
		}
		return false
	}
	return true
}

func without(all, some []string) []string {
	var out []string
	for _, x := range all {
		found := false
		for _, y := range some {
			found = found || x == y
		}
		if !found {
			out = append(out, x)
		}
	}
	return out
}

func TestARouteWithoutPermissionIsRefused(t *testing.T) {
	for _, p := range desk.Pages() {
		if !p.Access.Given() || p.Sentence == "" {
			t.Errorf("%s %s", p.Method, p.Path)
		}
	}
}

func mayViewDuty(book *rulebook.Book, id string) bool {
	role, ok := book.Role(id)
	return ok && role.Can(rulebook.MayViewDuty)
}
