package inquiry

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public"
)

// Case is what one person may know of one case; the page and the bot show the same.
type Case struct {
	Viewer    uuid.UUID
	Number    string
	Role      string // applicant, agent, …
	StandsFor string // the principal's role
	Header    Header
	Next      []Clock // what comes next, the most pressing first
	Track     []Entry // newest first
	Letters   []Entry // what was sent to the court and answered
	Money     *Money
	Measures  []Measure
	Forms     []exchange.Form
	Secret    bool   // something in it may not be passed on: the page carries the reader's mark
	Reader    string // masked name, as far as it was disclosed
	At        time.Time

	unread []uuid.UUID
}

// Header is the newest word on who handles the case.
type Header struct{ Judge, Phone, Clerk, Cause, FiledOn string }

// Entry is one thing that was disclosed.
type Entry struct {
	ID                  uuid.UUID
	Code, Title, Clause string
	At                  time.Time
	Fields              []exchange.Shown // without what the header says
	Remedies            []string
	Pending             bool // the document behind it is still to be served: a push is no service (G5)
	Secret              string
}

var notFound = problem.New(problem.NotFound, "case.not_found", "没有找到这个案件，或者您不能查看。请从“我的案件”进入。")

// Case is the case of one viewer for who is signed in by token, and the other cases of the same person. It costs one statement;
// a second reports what is read for the first time.
func (s *Service) Case(ctx context.Context, court, token string, viewer uuid.UUID) (Case, public.Party, error) {
	p, err := s.party(ctx, court, token, viewer)
	if err != nil {
		return Case{}, p, err
	}
	profile, err := s.store.Court(ctx, court)
	if err != nil {
		return Case{}, p, err
	}
	i := slices.IndexFunc(p.Viewers, func(v public.Viewer) bool { return v.ID == viewer })
	if i < 0 {
		return Case{}, p, notFound
	}
	c, err := s.view(profile, p.Viewers[i], p.Items, p.Clocks)
	if err != nil {
		return c, p, err
	}
	return c, p, s.NoteRead(ctx, court, c)
}

// CasesOf are all cases of a person whom a bound channel knows. Who shows one calls NoteRead.
func (s *Service) CasesOf(ctx context.Context, court string, person []byte) ([]Case, error) {
	profile, err := s.store.Court(ctx, court)
	if err != nil || person == nil {
		return nil, err
	}
	p, err := s.store.PartyByPerson(ctx, court, person)
	if err != nil {
		return nil, err
	}
	var list []Case
	for _, v := range p.Viewers {
		items := slices.DeleteFunc(slices.Clone(p.Items), func(i public.Item) bool { return i.Viewer != v.ID })
		clocks := slices.DeleteFunc(slices.Clone(p.Clocks), func(c public.Clock) bool { return c.Viewer != v.ID })
		c, err := s.view(profile, v, items, clocks)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// NoteRead reports what of a case was now shown for the first time; nothing new costs nothing.
func (s *Service) NoteRead(ctx context.Context, court string, c Case) error {
	if len(c.unread) == 0 {
		return nil
	}
	return s.store.NoteReads(ctx, court, c.Viewer, c.unread)
}

func (s *Service) view(profile exchange.Profile, v public.Viewer, items []public.Item, clocks []public.Clock) (Case, error) {
	c := Case{Viewer: v.ID, Number: v.CaseNo, Role: v.Role, StandsFor: v.StandsFor, At: s.store.Now()}
	slices.SortFunc(items, func(a, b public.Item) int {
		return cmp.Or(b.At.Compare(a.At), slices.Compare(b.ID[:], a.ID[:]))
	})
	var account ledger
	c.Track = make([]Entry, 0, len(items))
	for i := range items {
		var body exchange.Item
		if err := json.Unmarshal(items[i].Body, &body); err != nil {
			return c, fmt.Errorf("item %s: %w", items[i].ID, err)
		}
		c.add(&items[i], &body, &account)
	}
	if err := c.clocks(clocks, &account); err != nil {
		return c, err
	}
	c.Money = account.money(c.At)
	for _, f := range profile.Forms {
		if slices.Contains(f.By, v.StandsFor) {
			c.Forms = append(c.Forms, f)
		}
	}
	return c, nil
}

// add puts one item where it belongs. Items come newest first: the first word on a field of the header holds.
func (c *Case) add(item *public.Item, body *exchange.Item, account *ledger) {
	e := Entry{ID: item.ID, Code: item.Code, Title: item.Title, Clause: item.Clause, At: item.At, Remedies: body.Remedies, Pending: body.Service == "pending",
		Secret: body.Secret, Fields: body.Fields[:0:len(body.Fields)]}
	letter := false
	for _, f := range body.Fields {
		if into := c.header(f.ID); into != nil {
			if *into == "" {
				*into = f.Value
			}
			continue
		}
		switch f.ID {
		case "case_no", "query_code": // said above; and a code that opens the case has no place on a screen
			continue
		case "ticket", "answer":
			letter = true
		}
		e.Fields = append(e.Fields, f)
	}
	c.Secret = c.Secret || e.Secret != ""
	if !item.Read {
		c.unread = append(c.unread, item.ID)
	}
	account.take(e)
	c.measure(e)
	if letter {
		c.Letters = append(c.Letters, e)
		return
	}
	c.Track = append(c.Track, e)
}

func (c *Case) header(field string) *string {
	switch field {
	case "judge":
		return &c.Header.Judge
	case "phone":
		return &c.Header.Phone
	case "clerk":
		return &c.Header.Clerk
	case "cause":
		return &c.Header.Cause
	case "filed_on":
		return &c.Header.FiledOn
	case "name":
		return &c.Reader
	}
	return nil
}

// field finds a disclosed field.
func (e Entry) field(id string) (exchange.Shown, bool) {
	for _, f := range e.Fields {
		if f.ID == id {
			return f, true
		}
	}
	return exchange.Shown{}, false
}
