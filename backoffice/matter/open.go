package matter

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// About is what a run is about; zero ids are nothing.
type About struct{ Case, Tip, Lot, Party uuid.UUID }

var noOpening = problem.New(problem.Forbidden, "matter.opening", "本院规则书没有让您的角色启动这个事项。")

// MayOpen reports whether somebody may open a process at the desk.
func MayOpen(p *rulebook.Process, a staff.Actor) bool {
	return len(p.Opens.Staff) > 0 && a.Is(p.Opens.Staff...) && a.Can(rulebook.MayWorkMatter)
}

// opening is the form that somebody fills in to open a process, and the step it does at once: a process without a form of its own
// begins with its first step, as a register is written in.
func opening(p *rulebook.Process, a staff.Actor) ([]rulebook.Field, *rulebook.Step) {
	if len(p.Form) > 0 || len(p.Steps) == 0 {
		return p.Form, nil
	}
	first := &p.Steps[0]
	if len(first.Parallel) > 0 || first.When != "" || !a.Is(first.By...) {
		return nil, nil
	}
	return first.Fields(), first
}

// Opening is what the page that opens a process shows.
type Opening struct {
	Process   *rulebook.Process
	Fields    []rulebook.Field
	Materials []Material
	Open      map[string][]OpenItem
	Gates     []docket.Gate
}

// AtOnce reports whether opening the process is all there is to do, as in a register that is written in.
func (o *Opening) AtOnce() bool { return len(o.Process.Form) == 0 && len(o.Process.Steps) == 1 }

// Prepare gathers what opening a process about something asks for, in an open transaction.
func Prepare(ctx context.Context, tx *storage.Tx, process string, about About) (*Opening, error) {
	p, ok := tx.Book.Process(process)
	if !ok {
		return nil, notFound
	}
	if !MayOpen(p, tx.Actor) {
		return nil, noOpening
	}
	s := &state{process: p, form: map[string]any{}, notes: map[string]any{}}
	s.Process, s.CaseID = p.ID, storage.Ref(about.Case)
	if about.Case != uuid.Nil {
		file, err := docket.OpenFile(ctx, tx, about.Case)
		if err != nil {
			return nil, err
		}
		s.about(file)
	}
	out := &Opening{Process: p}
	fields, first := opening(p, tx.Actor)
	out.Fields = fields
	var err error
	if first != nil {
		if out.Materials, err = s.need(tx, first); err != nil {
			return nil, err
		}
		out.Gates, err = s.gatesBefore(ctx, tx, first)
	} else {
		out.Gates, err = docket.Gates(ctx, tx, p.ID+".opened", about.Case, uuid.Nil, s.vars())
	}
	if err != nil {
		return nil, err
	}
	pending(out.Gates, fields, nil)
	out.Open, err = openItems(ctx, tx, fields, s.CaseID)
	return out, err
}

// openItems are the runs to be confirmed, by field.
func openItems(ctx context.Context, tx *storage.Tx, fields []rulebook.Field, caseID *uuid.UUID) (map[string][]OpenItem, error) {
	out := map[string][]OpenItem{}
	for _, f := range fields {
		if f.Type != "open_items" {
			continue
		}
		list, err := OpenItems(ctx, tx, f, caseID)
		if err != nil {
			return nil, err
		}
		out[f.ID] = list
	}
	return out, nil
}

// Open begins a run at the desk. sourceKey knows a form again that is sent twice: the second gets the first's run.
func (e *Engine) Open(ctx context.Context, actor staff.Actor, process string, about About, a Answers, sourceKey string) (uuid.UUID, error) {
	files, err := e.bring(ctx, actor.Court, a.Files)
	if err != nil {
		return uuid.Nil, err
	}
	var id uuid.UUID
	err = e.store.InTx(ctx, actor, func(tx *storage.Tx) (err error) {
		id, err = e.openAtDesk(ctx, tx, process, Entry{about, a.Values, sourceKey}, files)
		return err
	})
	return id, err
}

// Entry is one run to open: what it is about, its form, and the key by which a repeat is known.
type Entry struct {
	About     About
	Values    map[string]string
	SourceKey string
}

// OpenAll begins a run for each entry, or none at all: refused are the entries, by their place, that could not be opened, and why.
func (e *Engine) OpenAll(ctx context.Context, actor staff.Actor, process string, entries []Entry) (refused map[int]*problem.Error, err error) {
	none := errors.New("matter: entries refused")
	err = e.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		refused = map[int]*problem.Error{}
		for i, entry := range entries {
			_, err := e.openAtDesk(ctx, tx, process, entry, nil)
			if p, ok := problem.As(err); ok {
				refused[i] = p
			} else if err != nil {
				return err
			}
		}
		if len(refused) > 0 {
			return none
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "register:imported", Object: "process", Detail: map[string]any{"process": process, "rows": len(entries)}})
	})
	if errors.Is(err, none) {
		err = nil
	}
	return refused, err
}

func (e *Engine) openAtDesk(ctx context.Context, tx *storage.Tx, process string, entry Entry, files map[string]brought) (uuid.UUID, error) {
	p, ok := tx.Book.Process(process)
	if !ok {
		return uuid.Nil, notFound
	}
	if !MayOpen(p, tx.Actor) {
		return uuid.Nil, noOpening
	}
	b := begin{About: entry.About}
	if entry.SourceKey != "" {
		b.source = "desk:" + tx.Actor.ID.String() + ":" + entry.SourceKey
	}
	if err := subject(ctx, tx, p, &b); err != nil {
		return uuid.Nil, err
	}
	s, err := e.openWith(ctx, tx, p, b, entry.Values, files)
	if err != nil {
		return uuid.Nil, err
	}
	if s == nil {
		return tx.MatterBySource(ctx, courtdb.MatterBySourceParams{Court: tx.Court, SourceKey: b.source})
	}
	return s.ID, docket.Audit(ctx, tx, docket.Trace{Action: "matter:opened", Object: "matter", ID: s.ID, Case: b.Case})
}

// openWith opens a run with its form; where the process has none, the first step is done at once.
func (e *Engine) openWith(ctx context.Context, tx *storage.Tx, p *rulebook.Process, b begin, values map[string]string, files map[string]brought) (*state, error) {
	probe := &state{process: p, form: map[string]any{}, notes: map[string]any{}}
	probe.CaseID, probe.Court, probe.Process = storage.Ref(b.Case), tx.Court, p.ID
	if b.file != nil {
		probe.about(b.file)
	}
	fields, first := opening(p, tx.Actor)
	var typed map[string]any
	if first == nil {
		facts, form, err := e.read(ctx, tx, probe, fields, values, files)
		if err != nil {
			return nil, err
		}
		if err := form.Err(); err != nil {
			return nil, err
		}
		typed = docket.Plain(facts)
		if b.file == nil && probe.CaseID != nil { // the form named the case
			if b.file, err = docket.OpenFile(ctx, tx, *probe.CaseID); err != nil {
				return nil, err
			}
			b.Case = *probe.CaseID
		}
		probe.keep(fields, typed)
		if err := probe.lockCase(ctx, tx); err != nil {
			return nil, err
		}
		gates, err := docket.Gates(ctx, tx, p.ID+".opened", b.Case, uuid.Nil, probe.vars())
		if err != nil {
			return nil, err
		}
		if err := docket.Closed(gates); err != nil {
			return nil, err
		}
	}
	s, err := e.open(ctx, tx, p, b, typed)
	if err != nil || s == nil {
		return nil, err
	}
	if first == nil {
		if err := s.attach(ctx, tx, files); err != nil {
			return nil, err
		}
		return s, e.hold(ctx, tx, s)
	}
	return s, e.complete(ctx, tx, s, first, values, files)
}

// hold leaves a run with whoever opened it, where the first step is his to do.
func (e *Engine) hold(ctx context.Context, tx *storage.Tx, s *state) error {
	step, ok := s.process.Step(s.Step)
	if !ok || step.Approve || len(step.Parallel) > 0 || s.Awaiting != "" || !may(tx.Actor, step.By, s.Team) {
		return nil
	}
	s.Holder = tx.Actor.Person()
	if err := s.save(ctx, tx, s.Step, ""); err != nil {
		return err
	}
	return tx.SetDeadlineOwner(ctx, courtdb.SetDeadlineOwnerParams{Court: tx.Court, MatterID: &s.ID, Owner: s.Holder, Team: s.Team})
}

// subject checks what a run is about: a case that the opener may see, where the process asks for one.
func subject(ctx context.Context, tx *storage.Tx, p *rulebook.Process, b *begin) (err error) {
	switch {
	case b.Case != uuid.Nil:
		if b.file, err = docket.OpenFile(ctx, tx, b.Case); err != nil {
			return err
		}
		if !b.file.VisibleTo(tx.Actor) {
			return problem.New(problem.NotFound, "case.not_found", "没有找到这个案件，或者您无权查看。请核对案号，或联系承办团队。")
		}
	case p.On == "case" && !slices.ContainsFunc(p.Form, func(f rulebook.Field) bool { return f.Type == "case" }):
		form := problem.Form{}
		form.Add("_case", problem.New(problem.Invalid, "matter.no_case", "请填写案号：这个事项要归到一个案件。"))
		return form.Err()
	case p.On == "tip" && b.Tip == uuid.Nil:
		return problem.New(problem.Invalid, "matter.no_tip", "请从线索的页面启动这个事项。")
	case p.On == "lot" && b.Lot == uuid.Nil:
		return problem.New(problem.Invalid, "matter.no_lot", "请从拍卖标的的页面启动这个事项。")
	}
	return nil
}

// resolve turns a case number that was typed into the case, which the matter is about from then on, and refuses persons, clocks
// and colleagues that are not there.
func (e *Engine) resolve(ctx context.Context, tx *storage.Tx, s *state, fields []rulebook.Field, facts map[string]any, form *problem.Form) error {
	for _, f := range fields {
		raw, _ := facts[f.ID].(string)
		if raw == "" {
			continue
		}
		var err error
		switch f.Type {
		case "case":
			err = s.nameCase(ctx, tx, f, raw, facts, form)
		case "party":
			err = s.known(ctx, tx, f, raw, form)
		case "deadline":
			err = s.running(ctx, tx, f, raw, form)
		case "team":
			if _, ok := tx.Book.Team(raw); !ok {
				form.Add(f.ID, problem.New(problem.Invalid, "form.choice", f.Label+"请从给出的选项里选择。", "label", f.Label))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *state) nameCase(ctx context.Context, tx *storage.Tx, f rulebook.Field, raw string, facts map[string]any, form *problem.Form) error {
	number, err := enforcement.ParseCaseNumber(raw, tx.At)
	if err != nil {
		p, _ := problem.As(err)
		form.Add(f.ID, p)
		return nil
	}
	caseID, err := tx.CaseByNumber(ctx, courtdb.CaseByNumberParams{Court: tx.Court, Number: number.String()})
	if storage.NoRows(err) {
		form.Add(f.ID, problem.New(problem.Invalid, "case.unknown_number", "本院没有案号为{number}的执行案件，请核对。", "number", number.String()))
		return nil
	}
	if err != nil {
		return err
	}
	file, err := docket.OpenFile(ctx, tx, caseID)
	if err != nil {
		return err
	}
	if tx.Actor.Kind == staff.Person && tx.Actor.Scope != rulebook.ScopeCourt && !file.VisibleTo(tx.Actor) {
		form.Add(f.ID, problem.New(problem.Invalid, "case.unknown_number", "本院没有案号为{number}的执行案件，请核对。", "number", number.String()))
		return nil
	}
	facts[f.ID] = number.String()
	s.CaseID = &caseID
	s.about(file)
	return nil
}

func (s *state) known(ctx context.Context, tx *storage.Tx, f rulebook.Field, raw string, form *problem.Form) error {
	id, err := uuid.Parse(raw)
	ok := false
	if err == nil && s.CaseID != nil {
		file, err := docket.OpenFile(ctx, tx, *s.CaseID)
		if err != nil {
			return err
		}
		_, ok = file.Party(id)
	}
	if !ok {
		form.Add(f.ID, problem.New(problem.Invalid, "docket.party_missing", "请从本案当事人中选择{label}。", "label", f.Label))
	}
	return nil
}

func (s *state) running(ctx context.Context, tx *storage.Tx, f rulebook.Field, raw string, form *problem.Form) error {
	wrong := problem.New(problem.Invalid, "form.deadline", "请从本案正在进行的期限中选择{label}。", "label", f.Label)
	id, err := uuid.Parse(raw)
	if err != nil || s.CaseID == nil {
		form.Add(f.ID, wrong)
		return nil
	}
	rows, err := tx.OpenDeadlinesOfCase(ctx, courtdb.OpenDeadlinesOfCaseParams{Court: tx.Court, CaseID: *s.CaseID})
	if err == nil && !slices.ContainsFunc(rows, func(r courtdb.OpenDeadlinesOfCaseRow) bool { return r.ID == id }) {
		form.Add(f.ID, wrong)
	}
	return err
}

// OpenItem is a run that is still open, to be confirmed one by one.
type OpenItem struct {
	courtdb.OpenItemsRow
	Name string
}

// Words name the item: its register number or what it is about.
func (i OpenItem) Words() string {
	parts := []string{i.Name}
	for _, p := range []string{i.Serial, i.Ticket, i.CaseNumber} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(append(parts, i.OpenedAt.In(calendar.Shanghai).Format("01-02 15:04")), " ")
}

// OpenItems lists what a field of open items asks to be confirmed: open runs of its processes, on the case or in the court.
func OpenItems(ctx context.Context, tx *storage.Tx, f rulebook.Field, caseID *uuid.UUID) ([]OpenItem, error) {
	var processes []string
	for _, c := range f.Of {
		processes = append(processes, c.ID)
	}
	rows, err := tx.OpenItems(ctx, courtdb.OpenItemsParams{Court: tx.Court, Processes: processes, CaseID: caseID})
	out := make([]OpenItem, len(rows))
	for i, r := range rows {
		out[i] = OpenItem{r, r.Process}
		if p, ok := tx.Book.Process(r.Process); ok {
			out[i].Name = p.Name
		}
	}
	return out, err
}

// Application is a form that somebody outside sent: a party of a case, or a tipster by receipt.
type Application struct {
	Process string
	Case    uuid.UUID
	Party   uuid.UUID // the principal, when a party sent it
	Sender  uuid.UUID // who sent it: the party himself, his agent, his guardian
	Tip     uuid.UUID // when a tipster sent it
	Ticket  string
	Values  map[string]string
	Source  string // key by which a repeat is known again
}

// Received is the event that an application leaves on the docket.
const Received = "application_received"

// Apply opens the process an application asks for. A value that does not stand the book's check
// (the form may have changed on its way) is kept as it was typed, for the person who handles it.
func (e *Engine) Apply(ctx context.Context, tx *storage.Tx, a Application) (uuid.UUID, error) {
	p, ok := tx.Book.Process(a.Process)
	if !ok || len(p.Opens.By) == 0 {
		return uuid.Nil, problem.New(problem.Refused, "matter.no_form", "现行规则书没有“{process}”这种申请。", "process", a.Process)
	}
	typed, form := tx.Book.CheckForm(p.Form, a.Values, tx.At.In(calendar.Shanghai))
	values := docket.Plain(typed)
	if wrong, ok := problem.As(form.Err()); ok {
		for field := range wrong.Fields {
			values[field] = a.Values[field]
		}
	}
	values["ticket"], values["form"] = a.Ticket, p.Name
	if a.Sender != uuid.Nil && a.Sender != a.Party {
		values["sender"] = a.Sender.String()
	}
	event := docket.Event{Code: Received, Case: a.Case, Party: a.Party, Tip: a.Tip, SourceKey: a.Source,
		Facts: map[string]any{"form": p.Name, "ticket": a.Ticket, "answer_by": p.Answer}}
	if a.Tip != uuid.Nil {
		event.Case = uuid.Nil // what a tipster sends is no event of the case: nobody of the case may see it (G8)
	}
	r, err := e.docket.Record(ctx, tx, event)
	if err != nil || !r.First {
		return uuid.Nil, err
	}
	b := beginOf(r)
	if a.Tip != uuid.Nil && a.Case != uuid.Nil {
		b.Case = a.Case
		if b.file, err = docket.OpenFile(ctx, tx, a.Case); err != nil {
			return uuid.Nil, err
		}
	}
	s, err := e.open(ctx, tx, p, b, values)
	if err != nil || s == nil {
		return uuid.Nil, err
	}
	return s.ID, nil
}
