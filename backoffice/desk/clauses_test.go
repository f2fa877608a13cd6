package desk_test

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/rulebook"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Beside its processes a book carries clauses by clocks, gates, alerts, tellings, boards, menus, roles and readings; each is driven
// here, so that behind every clause stands something that was seen to work. drove notes which carrier was.
func (w *walker) drove(carrier string) { w.driven[carrier] = true }

// clocks start each deadline, end it in time, and let another run out.
func (w *walker) clocks(t *testing.T, d rulebook.Deadline) {
	w.t, w.Desk.T = t, t
	for _, late := range []bool{false, true} {
		w.newCase()
		w.rest()
		w.given("deadline:" + d.ID)
		w.must(w.record(d.Start, 0), d.Start)
		row, ok := w.clockOf(d.ID)
		if !ok {
			t.Fatalf("%s did not start %s; it starts when %s", d.Start, d.ID, d.When)
		}
		if want := w.due(d, row); !want.IsZero() && !row.DueAt.Equal(want) {
			t.Errorf("%s is due %s, not %s", d.ID, row.DueAt.In(calendar.Shanghai), want.In(calendar.Shanghai))
		}
		if late {
			w.Clock.Set(row.DueAt.Add(2 * time.Minute))
			for {
				n, err := w.Docket.Sweep(context.Background(), w.book.Court.ID)
				w.must(err, "sweep")
				if n == 0 {
					break
				}
			}
			if d.Escalate != "" && w.Rows(`SELECT count(*) FROM court.alert WHERE court = $1 AND role = $2 AND case_id = $3`, w.book.Court.ID, d.Escalate, w.caseID) == 0 {
				t.Errorf("overdue, and %s was not told", d.Escalate)
			}
		}
		w.must(w.record(d.Stop[0], 0), d.Stop[0])
		if row, _ = w.clockOf(d.ID); row.State != map[bool]string{false: "met", true: "late"}[late] {
			t.Errorf("ended %s when late is %v", row.State, late)
		}
	}
	w.drove("deadline " + d.ID)
}

// due counts the days anew, for clocks that are counted from the day of the event.
func (w *walker) due(d rulebook.Deadline, row courtdb.CourtDeadline) time.Time {
	if d.Due != "" || row.Length == nil {
		return time.Time{}
	}
	days, err := w.Store.Calendar(context.Background())
	w.must(err, "calendar")
	return days.Due(d.Rule(), row.StartedAt).At
}

func (w *walker) clockOf(rule string) (found courtdb.CourtDeadline, ok bool) {
	w.must(w.do(func(tx *storage.Tx) error {
		rows, err := tx.DeadlinesOfCase(context.Background(), courtdb.DeadlinesOfCaseParams{Court: tx.Court, CaseID: w.caseID})
		for _, r := range rows {
			if r.Rule == rule {
				found, ok = r, true
			}
		}
		return err
	}), "clocks")
	return found, ok
}

// gate is run against at the desk where its event is recorded by hand.
func (w *walker) gate(t *testing.T, g rulebook.Gate) {
	w.t, w.Desk.T = t, t
	for _, act := range g.On {
		e, ok := w.book.Event(act)
		if w.gates[g.ID] || !ok || strings.Contains(act, ".") || len(e.By) == 0 || e.On != "case" {
			continue
		}
		w.newCase()
		w.rest()
		w.given("gate:" + g.ID)
		for _, other := range w.book.GatesOn(act) { // everything but what this gate asks for
			if other.ID != g.ID {
				w.standBut(other.When+" "+other.That, g.When+" "+g.That)
			}
		}
		b := w.door(w.who(w.recorder(e), w.team()))
		path := "/cases/" + w.caseID.String() + "/record/" + act
		page := b.Get(path)
		form := url.Values{"_submission": {page.Field("_submission")}}
		for k, v := range w.fill(e.Form, &page) {
			if v != "" {
				form.Set(k, v)
			}
		}
		for _, f := range e.Form {
			if f.Type == "party" {
				for i := range w.parties {
					if slices.Contains(e.About, []string{"applicant", "debtor"}[i]) {
						form.Set(f.ID, w.parties[i].String())
					}
				}
			}
		}
		r := b.Post(path, form)
		if r.Status == 303 {
			t.Errorf("%s was recorded through the gate", act)
		} else if w.refusal([]string{act}, r); !w.gates[g.ID] {
			t.Errorf("%s: %d %s", act, r.Status, r.Text())
		}
	}
	for _, act := range g.On { // of a step: its process runs against it
		if process, _, ok := strings.Cut(act, "."); ok && !w.gates[g.ID] {
			p, _ := w.book.Process(process)
			w.process(t, p)
		}
	}
	if !w.gates[g.ID] {
		t.Errorf("nothing was ever refused by it: on %v, when %s, that %s", g.On, g.When, g.That)
		return
	}
	w.drove("gate " + g.ID)
}

func (w *walker) standBut(text, not string) {
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(not, `"`+m[1]+`"`) {
			w.stand(m[0])
		}
	}
}

// recorder is a role that may record an event by hand.
func (w *walker) recorder(e *rulebook.Event) string {
	for _, id := range e.By {
		if r, ok := w.book.Role(id); ok && r.Can(rulebook.MayRecordEvent) && r.Can(rulebook.MayViewCase) {
			return id
		}
	}
	w.t.Fatalf("nobody may record %s: %v", e.ID, e.By)
	return ""
}

// everybody is a case with somebody in every place.
func (w *walker) everybody() {
	w.numbers++
	w.number = fmt.Sprintf("（2026）%s执%d号", w.book.Court.Code, 1000+w.numbers)
	var list []backofficetest.Party
	for i, role := range rulebook.Audiences {
		if role != "public" && role != "tipster" && role != "bidder" {
			list = append(list, backofficetest.Party{Role: role, Name: fmt.Sprintf("某%d", i), Mobile: "19900000009"})
		}
	}
	w.caseID, w.parties = w.Case(w.book.Court.ID, w.number, w.team(), uuid.Nil, list...)
}

// told records the event behind a telling: somebody is told, or it is held back, and either is written down.
func (w *walker) told(t *testing.T, d rulebook.Disclosure) {
	w.t, w.Desk.T = t, t
	e, ok := w.book.Event(d.Event)
	if !ok || e.On == "tip" || e.On == "lot" || !d.On {
		return // tips and lots have their own tests in intake and lot
	}
	w.everybody()
	w.rest()
	w.given("disclosure:" + d.ID)
	before := w.Rows(`SELECT count(*) FROM court.disclosure WHERE court = $1`, w.book.Court.ID)
	w.must(w.record(d.Event, 0), d.Event)
	if w.Rows(`SELECT count(*) FROM court.disclosure WHERE court = $1`, w.book.Court.ID) == before {
		t.Errorf("%s happened, and nothing was decided", d.Event)
		return
	}
	w.drove("disclosure " + d.ID)
}

// rings records what an alert hangs on.
func (w *walker) rings(t *testing.T, a rulebook.Alert) {
	w.t, w.Desk.T = t, t
	count := func() int {
		return w.Rows(`SELECT count(*) FROM court.alert WHERE court = $1 AND rule = $2`, w.book.Court.ID, a.ID)
	}
	_, clock, timed := strings.Cut(a.On, ":")
	for i := range w.book.Processes { // what happens in a run, in time or not
		p := &w.book.Processes[i]
		for _, s := range p.Steps {
			if count() == 0 && (strings.HasPrefix(a.On+".", p.ID+".") || clock == p.ID+"."+s.ID || s.Records == a.On && w.hints[p.ID].Branches != nil) {
				w.process(t, p)
			}
		}
	}
	if d, ok := w.book.Deadline(clock); ok && count() == 0 {
		w.clocks(t, *d)
	}
	if e, ok := w.book.Event(a.On); ok && !timed && count() == 0 && e.On != "lot" {
		w.newCase()
		w.given("alert:" + a.ID)
		if e.On == "tip" {
			w.numbers++
			w.Tip(w.book.Court.ID, fmt.Sprintf("WU-%d", w.numbers), true, intake.Content{What: "货车正在装货。", Channel: "phone"}, exchange.Contact{})
		} else {
			w.must(w.record(a.On, 0), a.On)
		}
	}
	if count() == 0 {
		t.Errorf("it never rang: on %s, when %s", a.On, a.When)
		return
	}
	w.drove("alert " + a.ID)
}

// boards are opened by somebody who may see them, and show every figure they name.
func (w *walker) board(t *testing.T, b rulebook.Board) {
	w.t, w.Desk.T = t, t
	role := w.viewer(b.View)
	page := w.door(w.who(role, "")).Get("/boards/" + b.ID)
	if page.Status != 200 {
		t.Fatalf("%s sees %d", role, page.Status)
	}
	w.drove("board " + b.ID)
	for _, tile := range b.Tiles {
		if !page.Has(tile.Name) {
			t.Errorf("%s is not on it", tile.Name)
		}
		w.drove("board " + b.ID + ", " + tile.Name)
	}
}

func (w *walker) viewer(view []string) string {
	for _, id := range view {
		if r, ok := w.book.Role(id); ok && (r.Can(rulebook.MayWorkMatter) || r.Can(rulebook.MayViewCase)) {
			return id
		}
	}
	for _, r := range w.book.Court.Roles {
		if r.Can(rulebook.MayWorkMatter) && r.Scope == rulebook.ScopeCourt {
			return r.ID
		}
	}
	return w.book.Court.Roles[0].ID
}

// menus lead somewhere for everybody who is shown them.
func (w *walker) menus(t *testing.T) {
	w.t, w.Desk.T = t, t
	shown := map[string]bool{}
	for _, r := range w.book.Court.Roles {
		b := w.door(w.who(r.ID, ""))
		home := b.Get("/")
		if home.Status == 303 {
			home = b.Get(strings.TrimPrefix(home.Location, "/"+w.book.Court.ID))
		}
		for _, g := range w.book.Court.Menu {
			for _, i := range g.Items {
				path := map[bool]string{true: "/boards/" + i.Board, false: "/process/" + i.Process}[i.Board != ""]
				if i.Page != "" {
					path = "/" + i.Page
				}
				key := g.ID + " " + i.Page + i.Process + i.Board
				if shown[key] || !home.Has(`href="/`+w.book.Court.ID+path+`"`) {
					continue
				}
				if page := b.Get(path); page.Status != 200 {
					t.Errorf("%s is shown %s, and gets %d", r.ID, path, page.Status)
				}
				shown[key] = true
			}
		}
	}
	for _, g := range w.book.Court.Menu {
		for _, i := range g.Items {
			if key := g.ID + " " + i.Page + i.Process + i.Board; shown[key] {
				w.drove("menu " + key)
				w.drove("menu " + g.ID)
			} else {
				t.Errorf("nobody is shown %s", key)
			}
		}
	}
}

// profile is what the administrator sees of the court: roles, teams, readings.
func (w *walker) profile(t *testing.T) {
	w.t, w.Desk.T = t, t
	admin := ""
	for _, r := range w.book.Court.Roles {
		if r.Can(rulebook.MayManageStaff) {
			admin = r.ID
		}
	}
	b := w.door(w.who(admin, ""))
	people, book := b.Get("/staff"), b.Get("/rulebook")
	for _, r := range w.book.Court.Roles {
		if strings.Contains(html.UnescapeString(people.Body), r.Name) {
			w.drove("role " + r.ID)
		} else {
			t.Errorf("nobody can be given the role %s", r.Name)
		}
	}
	for _, team := range w.book.Court.Teams {
		if people.Has(team.Name) {
			w.drove("team " + team.ID)
		} else {
			t.Errorf("nobody can be put into %s", team.Name)
		}
	}
	for _, d := range w.book.Court.Choices {
		if body := html.UnescapeString(book.Body); strings.Contains(body, d.About) && strings.Contains(body, d.Reading) {
			w.drove("decision " + d.About)
		} else {
			t.Errorf("the reading %q is nowhere to be read", d.About)
		}
	}
}

// strongest orders what was driven by how much of a clause it shows: work that was done first, a place in the profile last.
var strongest = []string{"process", "deadline", "gate", "disclosure", "alert", "board", "menu", "tip", "decision", "hotline", "role", "team"}

// clauses holds every clause of a book to what was seen to work, and keeps the list that coverage prints.
func (w *walker) clauses(t *testing.T) {
	var lines []string
	for _, row := range rulebook.Coverage(w.book) {
		t.Run(row.Clause, func(t *testing.T) {
			if row.Carrier == rulebook.Open {
				t.Fatal("nothing carries it")
			}
			by, best := "", len(strongest)+1
			for _, carrier := range strings.Split(row.Carrier, "; ") {
				kind, _, _ := strings.Cut(carrier, " ")
				rank := slices.Index(strongest, kind)
				if rank < 0 {
					rank = len(strongest)
				}
				switch {
				case kind == "policy":
					by = "policy only"
				case kind == "page" && by == "":
					by = "archtest.TestPublicPages"
				case w.driven[carrier] && rank < best:
					by, best = "desk.TestBooks/"+w.book.Court.ID+"/"+carrier, rank
				}
			}
			if by == "" {
				t.Errorf("carried by %s, and none of it was driven", row.Carrier)
				return
			}
			lines = append(lines, row.Clause+"\t"+by)
		})
	}
	file := filepath.Join("../rulebook/driven", w.book.Court.ID+".txt")
	text := strings.Join(lines, "\n") + "\n"
	if *update {
		w.must(os.WriteFile(file, []byte(text), 0o644), file)
		return
	}
	if kept, err := os.ReadFile(file); err == nil && string(kept) != text && !t.Failed() {
		t.Errorf("%s is not what was driven; look at it, then run with -update", file)
	}
}
