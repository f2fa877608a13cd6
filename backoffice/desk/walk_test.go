package desk_test

import (
	"context"
	"fmt"
	"html"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/uuid"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/desk/desktest"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// The walk drives every process of a book through the desk, as the persons whom the book names: opened by whoever may open it, each
// step taken, filled in and handed over, on time and, in a second run, late; a gate is run against before what it asks for is there.
// What is filled in comes from the declarations; testdata/walk/national.yaml and COURT.yaml say otherwise where a gate or a branch needs it.

// hints are what a process needs that declarations do not say: values of all runs, further runs that take other branches, and
// for a gate what it refuses. They stand under the process's id, or under event:, deadline:, gate:, disclosure: or alert: and an id.
type hints struct {
	Set      set            `yaml:",inline"`
	Branches []set          `yaml:"branches"`
	Refused  map[string]set `yaml:"refused"` // gate → what it refuses
}

type set struct {
	Values map[string]string `yaml:"values"`
	Past   []string          `yaml:"past"`           // events that stand on the case before
	Shut   string            `yaml:"shut"`           // the gate at which this run is to end
	Other  bool              `yaml:"non_litigation"` // the case is one
}

type walker struct {
	*desktest.Desk
	t       *testing.T
	book    *rulebook.Book
	hints   map[string]hints
	actors  map[string]staff.Actor
	signed  map[string]time.Time
	doors   map[string]*desktest.Browser
	numbers int

	// of the run under way
	caseID  uuid.UUID
	number  string
	parties []uuid.UUID
	values  map[string]string
	late    bool
	shut    string          // the gate at which the run is to end
	over    bool            // it did
	seen    map[string]bool // PROCESS.STEP, and +late
	gates   map[string]bool // refused once
	driven  map[string]bool // carriers of clauses, as coverage names them
}

func newWalker(t *testing.T, court string, publish func(*desktest.Desk)) *walker {
	w := &walker{Desk: desktest.New(t), t: t, hints: map[string]hints{}, actors: map[string]staff.Actor{}, signed: map[string]time.Time{},
		doors: map[string]*desktest.Browser{}, seen: map[string]bool{}, gates: map[string]bool{}, driven: map[string]bool{}}
	if publish != nil {
		publish(w.Desk)
	}
	book, _, err := w.Store.Book(context.Background(), court)
	if err != nil {
		t.Fatal(err)
	}
	w.book = book.On(calendar.On(w.Clock.Now()))
	for _, name := range []string{"national", court} {
		more := map[string]hints{}
		raw, err := os.ReadFile(filepath.Join("testdata/walk", name+".yaml"))
		if err == nil {
			err = yaml.UnmarshalWithOptions(raw, &more, yaml.Strict())
		}
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(w.hints, more)
	}
	return w
}

// who is somebody in a role, of a team where the role's view ends at his team.
func (w *walker) who(role, team string) string {
	r, ok := w.book.Role(role)
	if !ok {
		w.t.Fatalf("no role %s", role)
	}
	if r.Scope != rulebook.ScopeCourt && team == "" {
		team = w.team()
	}
	if r.Scope == rulebook.ScopeCourt {
		team = ""
	}
	login := role
	if team != "" {
		login += "." + team
	}
	login = strings.TrimLeft(login[max(0, len(login)-28):], "_.")
	if _, ok := w.actors[login]; !ok {
		w.actors[login] = w.Person(w.book.Court.ID, login, team, role)
	}
	return login
}

// door is that person's browser, signed in anew when the clock has gone on too far.
func (w *walker) door(login string) *desktest.Browser {
	if b := w.doors[login]; b != nil && w.Clock.Now().Sub(w.signed[login]) < 10*time.Minute {
		return b
	}
	w.doors[login] = w.SignIn(w.book.Court.ID, login)
	w.signed[login] = w.Clock.Now()
	return w.doors[login]
}

func (w *walker) do(fn func(*storage.Tx) error) error {
	return w.Store.InTx(context.Background(), staff.Machine(w.book.Court.ID), fn)
}

func (w *walker) must(err error, what string) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
}

// team is the case's team.
func (w *walker) team() string {
	for _, t := range w.book.Court.Teams {
		if strings.HasPrefix(t.ID, "enforcement") {
			return t.ID
		}
	}
	return w.book.Court.Teams[0].ID
}

func (w *walker) newCase() {
	w.numbers++
	w.number = fmt.Sprintf("（2026）%s执%d号", w.book.Court.Code, 1000+w.numbers)
	w.caseID, w.parties = w.Case(w.book.Court.ID, w.number, w.team(), uuid.Nil, backofficetest.Party{Role: "applicant", Name: "甲公司", Company: true, Mobile: "19900000002"},
		backofficetest.Party{Role: "debtor", Name: "乙某", Mobile: "19900000003"})
}

// given begins with what the hints under a key say.
func (w *walker) given(key string, more ...set) {
	w.values, w.shut, w.over = map[string]string{}, "", false
	for _, from := range append([]set{w.hints[key].Set}, more...) {
		maps.Copy(w.values, from.Values)
		if from.Other {
			w.must(w.do(func(tx *storage.Tx) error {
				_, err := tx.Exec(context.Background(), `UPDATE court.cases SET non_litigation = true WHERE court = $1 AND id = $2`, tx.Court, w.caseID)
				return err
			}), "non-litigation")
		}
		for _, code := range from.Past {
			w.must(w.record(code, 0), code)
		}
		w.shut = from.Shut
	}
}

// record puts an event on the case as if it had happened, with facts made up from its declaration.
func (w *walker) record(code string, ago time.Duration) error {
	kept := w.values
	w.values = maps.Clone(w.hints["event:"+code].Set.Values)
	if w.values == nil {
		w.values = map[string]string{}
	}
	maps.Copy(w.values, kept)
	defer func() { w.values = kept }()
	if ago == 0 {
		for _, g := range w.book.GatesOn(code) {
			w.stand(g.When + " " + g.That)
		}
	}
	return w.do(func(tx *storage.Tx) error {
		e, ok := tx.Book.Event(code)
		if !ok {
			return fmt.Errorf("no event %s", code)
		}
		facts, _ := tx.Book.CheckForm(e.Form, w.fill(e.Form, nil), tx.At.In(calendar.Shanghai))
		event := docket.Event{Code: code, Facts: facts, Occurred: tx.At.Add(-ago), Imported: ago > 0}
		if e.On != "none" && e.On != "tip" {
			event.Case, event.Party = w.caseID, w.parties[1]
		}
		if e.Effect == rulebook.EffectConfirmed {
			event.Effect = &event.Occurred
		}
		_, err := w.Docket.Record(context.Background(), tx, event)
		return err
	})
}

// open opens a process as the book says, and returns its run.
func (w *walker) open(p *rulebook.Process) (id uuid.UUID) {
	w.t.Helper()
	o := p.Opens
	switch {
	case p.On == "tip":
		tip := w.Tip(w.book.Court.ID, fmt.Sprintf("WT-%d", w.numbers), false, intake.Content{What: "货车停在市场门口。", Channel: "phone"}, exchange.Contact{})
		if p.ID != w.book.Court.Tip.Process {
			w.apply(p, tip)
		}
	case len(o.Staff) > 0:
		return w.openByHand(p)
	case o.Event != "":
		w.must(w.record(o.Event, 0), o.Event)
	case o.Every != nil && o.Every.Each != "":
		for range 400 { // some day it is due
			_, err := w.Matters.Calendar(context.Background(), w.book.Court.ID)
			w.must(err, "calendar")
			if w.find(p.ID) != uuid.Nil {
				break
			}
			w.Clock.Add(12 * time.Hour)
		}
	case o.Every != nil:
		w.must(w.record(o.Every.After, 0), o.Every.After)
		for range 80 {
			w.Clock.Add(31 * 24 * time.Hour)
			_, err := w.Matters.Calendar(context.Background(), w.book.Court.ID)
			w.must(err, "calendar")
			if w.find(p.ID) != uuid.Nil {
				break
			}
		}
	case len(o.By) > 0:
		w.apply(p, uuid.Nil)
	}
	if id = w.find(p.ID); id == uuid.Nil {
		w.t.Fatalf("%s was not opened", p.ID)
	}
	return id
}

// apply sends a form as somebody outside would.
func (w *walker) apply(p *rulebook.Process, tip uuid.UUID) {
	w.must(w.do(func(tx *storage.Tx) error {
		a := matter.Application{Process: p.ID, Case: w.caseID, Party: w.parties[0], Sender: w.parties[0], Ticket: "SQ1", Values: w.fill(p.Form, nil), Source: "walk:" + storage.NewID().String()}
		if tip != uuid.Nil {
			a.Tip, a.Party, a.Sender = tip, uuid.Nil, uuid.Nil
		}
		_, err := w.Matters.Apply(context.Background(), tx, a)
		return err
	}), "apply")
}

func (w *walker) openByHand(p *rulebook.Process) uuid.UUID {
	w.t.Helper()
	role := p.Opens.Staff[0]
	if len(p.Form) == 0 { // whoever may do the first step writes it in at once
		for _, r := range p.Opens.Staff {
			if slices.Contains(p.Steps[0].By, r) {
				role = r
				break
			}
		}
	}
	team := w.team()
	if t := p.Steps[0].Team; p.On == "none" && t != "" && !strings.HasPrefix(t, "$") && slices.Contains(p.Steps[0].By, role) {
		team = t
	}
	b := w.door(w.who(role, team))
	path := "/process/" + p.ID + "/new"
	if p.On == "case" || p.On == "person" {
		path += "?case=" + w.caseID.String()
	}
	if p.On == "lot" {
		path += "?case=" + w.caseID.String() + "&lot=" + storage.NewID().String()
	}
	page := b.Get(path)
	if page.Status != 200 {
		w.t.Fatalf("%s cannot open %s: %d %s", role, p.ID, page.Status, page.Text())
	}
	fields, materials, acts := p.Form, false, []string{p.ID + ".opened"}
	first := len(fields) == 0 && slices.Contains(p.Steps[0].By, role) && p.Steps[0].When == "" && len(p.Steps[0].Parallel) == 0
	if first {
		fields, materials, acts = p.Steps[0].Fields(), true, append(acts, w.acts(p, &p.Steps[0])...)
	}
	post := func(values map[string]string) desktest.Page {
		page := b.Get(path)
		return b.Post(path, w.form(p, fields, page, values, materials))
	}
	opened := w.runAgainst(p, acts, post)
	if first {
		w.seen[p.ID+"."+p.Steps[0].ID] = true
		w.drove("process " + p.ID)
		w.drove("process " + p.ID + ", step " + p.Steps[0].ID)
	}
	if opened {
		return w.newest(p.ID)
	}
	done := post(nil)
	if w.refusal(acts, done); w.over {
		return uuid.Nil
	}
	if done.Status != 303 {
		w.t.Fatalf("%s: opening by %s: %d %s\nfields %v", p.ID, role, done.Status, done.Text(), w.fill(fields, &page))
	}
	m := regexp.MustCompile(`/matters/([0-9a-f-]{36})`).FindStringSubmatch(done.Location)
	if m == nil {
		return w.newest(p.ID) // closed by its opening, or out of the opener's sight
	}
	return uuid.MustParse(m[1])
}

func (w *walker) find(process string) (id uuid.UUID) {
	w.must(w.do(func(tx *storage.Tx) error {
		rows, err := tx.OpenItems(context.Background(), courtdb.OpenItemsParams{Court: tx.Court, Processes: []string{process}})
		if len(rows) > 0 {
			id = rows[len(rows)-1].ID
		}
		return err
	}), "find")
	return id
}

func (w *walker) newest(process string) (id uuid.UUID) {
	w.must(w.do(func(tx *storage.Tx) error {
		return tx.QueryRow(context.Background(), `SELECT id FROM court.matter WHERE court = $1 AND process = $2 ORDER BY opened_at DESC, id DESC LIMIT 1`, tx.Court, process).Scan(&id)
	}), "newest")
	return id
}

func (w *walker) look(id uuid.UUID) (v *matter.View) {
	w.t.Helper()
	w.must(w.do(func(tx *storage.Tx) (err error) {
		v, err = matter.Show(context.Background(), tx, id)
		return err
	}), "look")
	return v
}

// walk leads a run to its end.
func (w *walker) walk(p *rulebook.Process) {
	w.t.Helper()
	id := w.open(p)
	if w.over {
		return
	}
	w.lead(id)
}

func (w *walker) lead(id uuid.UUID) {
	w.t.Helper()
	for range 60 {
		v := w.look(id)
		if v.State != "open" || w.over {
			return
		}
		if len(v.Current.Parallel) > 0 {
			for _, t := range v.Tracks {
				if t.State == "open" {
					w.lead(t.ID)
				}
			}
			w.seen[v.CourtMatter.Process+"."+v.Current.ID] = true
			w.drove("process " + v.CourtMatter.Process + ", step " + v.Current.ID)
			continue
		}
		w.step(v)
	}
	w.t.Fatalf("the run goes in a circle at %s", w.look(id).Step)
}

// step does one step through the desk.
func (w *walker) step(v *matter.View) {
	w.t.Helper()
	p, s := v.Process, v.Current
	key := p.ID + "." + s.ID
	path := "/matters/" + v.ID.String()
	if w.late {
		w.overdue(v)
	}
	if v.Awaiting != "" {
		b := w.door(w.colleague(v, w.who(v.Awaiting, v.Team)))
		if r := b.Post(path+"/receive", w.token(b, path)); r.Status != 303 {
			w.t.Fatalf("%s: receipt by %s: %d %s", key, v.Awaiting, r.Status, r.Text())
		}
		w.mark(v, key)
		return
	}
	login := w.worker(v, s)
	b := w.door(login)
	page := b.Get(path)
	if page.Status == 303 {
		page = b.Get(strings.TrimPrefix(page.Location, "/"+w.book.Court.ID))
	}
	if page.Status != 200 || !page.Has(s.Name) {
		w.t.Fatalf("%s: %s sees %d %s", key, login, page.Status, page.Text())
	}
	acts := w.acts(p, s)
	if r := b.Post(path+"/take", url.Values{}); r.Status != 303 {
		if w.refusal(acts, r); w.over { // taking does a step that asks for nothing, and its gates hold
			return
		}
		w.standFor(acts)
		if r = b.Post(path+"/take", w.token(b, path)); r.Status != 303 {
			w.t.Fatalf("%s: %s cannot take it: %d %s", key, login, r.Status, r.Text())
		}
	}
	if now := w.look(v.ID); now.State != "open" || now.Step != s.ID {
		w.mark(v, key)
		return
	}
	post := func(values map[string]string) desktest.Page {
		page := w.see(b, path)
		form := w.form(p, s.Fields(), page, values, true)
		form.Set("step", s.ID)
		return b.Post(path+"/complete", form)
	}
	if w.runAgainst(p, acts, post) {
		w.mark(v, key)
		return
	}
	r := post(nil)
	if w.refusal(acts, r); w.over {
		return
	}
	if r.Status != 303 {
		page := w.see(b, path)
		w.t.Fatalf("%s by %s: %d %s\nfilled in %v", key, login, r.Status, r.Text(), w.form(p, s.Fields(), page, nil, true))
	}
	w.mark(v, key)
}

func (w *walker) see(b *desktest.Browser, path string) desktest.Page {
	page := b.Get(path)
	if page.Status == 303 {
		page = b.Get(strings.TrimPrefix(page.Location, "/"+w.book.Court.ID))
	}
	return page
}

func (w *walker) token(b *desktest.Browser, path string) url.Values {
	w.see(b, path)
	return url.Values{}
}

// worker is somebody whom the step names and who has had no hand in the run where it is an approval.
func (w *walker) worker(v *matter.View, s *rulebook.Step) string {
	if v.Holder != nil {
		for login, a := range w.actors {
			if a.ID == *v.Holder {
				return login
			}
		}
	}
	for n, role := range s.By {
		login := w.who(role, v.Team)
		if !s.Approve {
			return login
		}
		did := false
		w.must(w.do(func(tx *storage.Tx) (err error) {
			did, err = tx.DidOther(context.Background(), courtdb.DidOtherParams{Court: tx.Court, MatterID: v.ID, Staff: w.actors[login].ID, Step: s.ID})
			return err
		}), "did")
		if !did {
			return login
		}
		if n == len(s.By)-1 { // a colleague in the same role
			other := login + ".2"
			if _, ok := w.actors[other]; !ok {
				a := w.actors[login]
				w.actors[other] = w.Person(w.book.Court.ID, other, a.Team, role)
			}
			return other
		}
	}
	return w.who(s.By[0], v.Team)
}

// overdue lets the step's clock run out, and looks whether whom the book names is told.
func (w *walker) overdue(v *matter.View) {
	w.t.Helper()
	for _, d := range v.Deadlines {
		if d.State != "open" || !strings.HasPrefix(d.Rule+".", v.Process.ID+"."+v.Current.ID+".") {
			continue
		}
		if w.Clock.Now().Before(d.DueAt) {
			w.Clock.Set(d.DueAt.Add(2 * time.Minute))
		}
		for range 20 {
			if n, err := w.Docket.Sweep(context.Background(), w.book.Court.ID); err != nil || n == 0 {
				w.must(err, "sweep")
				break
			}
		}
		if d.EscalateRole != "" {
			n := w.Rows(`SELECT count(*) FROM court.alert WHERE court = $1 AND role = $2 AND matter_id = $3`, w.book.Court.ID, d.EscalateRole, v.ID)
			if n == 0 {
				w.t.Errorf("%s is overdue and %s was not told", d.Rule, d.EscalateRole)
			}
		}
	}
}

// mark notes that a step was done, on time or late, and that its clock says so.
func (w *walker) mark(v *matter.View, key string) {
	w.t.Helper()
	w.seen[key] = true
	w.drove("process " + v.Process.ID)
	w.drove("process " + v.Process.ID + ", step " + strings.TrimPrefix(key, v.Process.ID+"."))
	for _, d := range w.look(v.ID).Deadlines {
		if !strings.HasPrefix(d.Rule+".", key+".") || d.State == "open" || d.State == "cancelled" {
			continue
		}
		if w.late && d.State == "late" {
			w.seen[d.Rule+"+late"] = true
		}
		if d.State == "met" {
			w.seen[d.Rule+"+met"] = true
		}
	}
}

var quoted = regexp.MustCompile(`"([a-z][a-z0-9_.]*)" in (?:past|d)\b`)
var running = regexp.MustCompile(`(!\()?"([a-z][a-z0-9_]*)" in open`)

// standFor puts what the gates before acts look back at on the case.
func (w *walker) standFor(acts []string) {
	for _, act := range acts {
		for _, g := range w.book.GatesOn(act) {
			w.stand(g.When + " " + g.That)
		}
	}
}

func (w *walker) stand(text string) {
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		if strings.Contains(text, `("`+m[1]+`" in past ?`) || strings.Contains(text, `!("`+m[1]+`" in past)`) {
			continue // asked so that it is counted where it stands, not so that it stands
		}
		ago := 96 * time.Hour
		if m[1] == "case_filed" {
			if w.Rows(`SELECT count(*) FROM court.docket WHERE court = $1 AND case_id = $2 AND code = $3`, w.book.Court.ID, w.caseID, m[1]) > 0 {
				continue // a case is filed once
			}
			ago = 120 * 24 * time.Hour
		}
		w.must(w.record(m[1], ago), m[1])
	}
	for _, m := range running.FindAllStringSubmatch(text, -1) {
		if p, ok := w.book.Process(m[2]); ok && m[1] == "" {
			w.open(p)
		}
	}
}

// acts are what the gates of a step hang on: the step, what it records, and for an approval the steps before.
func (w *walker) acts(p *rulebook.Process, s *rulebook.Step) []string {
	out := []string{p.ID + "." + s.ID}
	if s.Records != "" {
		out = append(out, s.Records)
	}
	if s.Approve {
		for i := range p.Steps {
			if p.Steps[i].ID == s.ID {
				break
			}
			out = append(out, p.ID+"."+p.Steps[i].ID)
		}
	}
	return out
}

// refusal notes which gates before acts refused, each with its own sentence; the run that was to end at one of them is over.
func (w *walker) refusal(acts []string, r desktest.Page) {
	_, why, ok := strings.Cut(html.UnescapeString(r.Body), "还不能办理：")
	if r.Status == 303 || !ok {
		return
	}
	for _, act := range acts {
		for _, g := range w.book.GatesOn(act) {
			if strings.Contains(why, strings.TrimRight(g.Say, "。")+"（") {
				w.gates[g.ID] = true
				w.over = w.over || g.ID == w.shut
			}
		}
	}
}

// runAgainst tries each gate before what it asks for is there: it must refuse, and say why; then it puts it there. A gate that does
// not apply to these values lets the step be done.
func (w *walker) runAgainst(p *rulebook.Process, acts []string, post func(map[string]string) desktest.Page) (done bool) {
	w.t.Helper()
	for _, act := range acts {
		for _, g := range w.book.GatesOn(act) {
			if w.gates[g.ID] {
				continue
			}
			refused, hinted := w.hints[p.ID].Refused[g.ID]
			if !hinted && !quoted.MatchString(g.That) && !running.MatchString(g.That) {
				continue
			}
			for _, code := range refused.Past {
				w.must(w.record(code, 24*time.Hour), code)
			}
			values := maps.Clone(w.values)
			maps.Copy(values, refused.Values)
			r := post(values)
			if r.Status == 303 {
				if hinted {
					w.t.Errorf("gate %s let %s through with %v", g.ID, act, refused)
				}
				return true
			}
			w.refusal(acts, r)
		}
	}
	w.standFor(acts)
	return false
}

// colleague is somebody else in the same role, where that one handed the run over himself.
func (w *walker) colleague(v *matter.View, login string) string {
	for _, h := range v.History {
		if h.Act != "handed_over" || h.Actor == nil || *h.Actor != w.actors[login].ID {
			continue
		}
		other := login + ".2"
		if _, ok := w.actors[other]; !ok {
			a := w.actors[login]
			w.actors[other] = w.Person(w.book.Court.ID, other, a.Team, a.Roles...)
		}
		return other
	}
	return login
}
