package rulebook

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// loader decodes the files of a bundle and keeps what went wrong.
type loader struct {
	bundle
	findings Findings
}

// load decodes, joins the national part, and checks.
func (b bundle) load() (*Book, error) {
	ld := &loader{bundle: b}
	book := &Book{programs: newPrograms(), Words: map[string]map[string]string{}, wordsAt: map[string]Position{}}
	ld.court(book)
	own, common := ld.part(""), &part{}
	if book.Court.Include == IncludeNational {
		common = ld.part(national + "/")
	}
	book.Clauses, book.Laws = own.clauses, append(common.laws, own.laws...)
	book.Events = join(knownRoles(book.Court, common.events), own.events)
	book.Processes = join(ableRoles(book.Court, common.processes), own.processes)
	book.Deadlines = join(common.deadlines, own.deadlines)
	book.Disclosures = join(common.disclosures, own.disclosures)
	book.Alerts = join(common.alerts, own.alerts)
	book.Templates = join(common.templates, own.templates)
	book.Remedies = join(common.remedies, own.remedies)
	book.Figures = join(common.figures, own.figures)
	book.LotItems = join(common.lotItems, own.lotItems)
	book.Gates = join(common.gates, own.gates)
	book.Boards = join(common.boards, own.boards)
	book.watched = watched(book)
	ld.words(book)
	book.Text = string(b.files[book.Court.Document.Text])
	findings := append(ld.findings, Check(book)...)
	if b.name != "" && book.Court.ID != b.name {
		findings = append(findings, Finding{book.Court.At.File, book.Court.At.line("id"), "court", fmt.Sprintf("id %q 与文件夹名 %q 不一致。", book.Court.ID, b.name)})
	}
	if len(findings) > 0 {
		return nil, findings.sorted()
	}
	book.changes()
	return book, nil
}

// changes gives every process that names nobody the court's own word on who may give a run to others and take a closed one up again.
// What left an event on the docket is not done twice: it is corrected there.
func (b *Book) changes() {
	for i := range b.Processes {
		p := &b.Processes[i]
		if p.Assign == nil {
			p.Assign = b.Court.Assign
		}
		records := slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Records != "" || s.Receive != "" || s.Refused != "" })
		if p.Reopen == nil && !p.Log && p.On != "tip" && !records {
			p.Reopen = b.Court.Reopen
		}
	}
}

// part is the lists of one folder.
type part struct {
	clauses     []Clause
	laws        []Law
	events      []Event
	processes   []Process
	deadlines   []Deadline
	disclosures []Disclosure
	alerts      []Alert
	templates   []Template
	remedies    []Remedy
	figures     []Figure
	lotItems    []LotItem
	gates       []Gate
	boards      []Board
}

func (ld *loader) part(under string) *part {
	return &part{
		clauses:     list(ld, under+"clauses.yaml", func(c *Clause, at Position) { c.At = at }),
		laws:        list(ld, under+"laws.yaml", func(l *Law, at Position) { l.At = at }),
		events:      list(ld, under+"events.yaml", func(e *Event, at Position) { e.At = at }),
		processes:   list(ld, under+"processes.yaml", func(p *Process, at Position) { p.At = at }),
		deadlines:   list(ld, under+"deadlines.yaml", func(d *Deadline, at Position) { d.At = at }),
		disclosures: list(ld, under+"disclosures.yaml", func(d *Disclosure, at Position) { d.At = at }),
		alerts:      list(ld, under+"alerts.yaml", func(a *Alert, at Position) { a.At = at }),
		templates:   list(ld, under+"templates.yaml", func(t *Template, at Position) { t.At = at }),
		remedies:    list(ld, under+"remedies.yaml", func(r *Remedy, at Position) { r.At = at }),
		figures:     list(ld, under+"figures.yaml", func(f *Figure, at Position) { f.At = at }),
		lotItems:    list(ld, under+"lots.yaml", func(l *LotItem, at Position) { l.At = at }),
		gates:       list(ld, under+"gates.yaml", func(g *Gate, at Position) { g.At = at }),
		boards:      list(ld, under+"boards.yaml", func(b *Board, at Position) { b.At = at }),
	}
}

// join puts the court's entries after the inherited ones and drops what the court overrides by id.
func join[T dated](inherited, own []T) []T {
	overridden := map[string]bool{}
	for _, e := range own {
		overridden[e.id()] = true
	}
	var out []T
	for _, e := range inherited {
		if !overridden[e.id()] {
			out = append(out, e)
		}
	}
	return append(out, own...)
}

func (e Entry) id() string { return e.ID }

// knownRoles leaves in inherited events the recording roles this court has; a nation-wide event
// names every usual role, and not every court has them all.
func knownRoles(court Court, events []Event) []Event {
	known := map[string]bool{}
	for _, r := range court.Roles {
		known[r.ID] = true
	}
	for i := range events {
		var by []string
		for _, r := range events[i].By {
			if known[r] {
				by = append(by, r)
			}
		}
		if len(by) > 0 {
			events[i].By = by
		}
	}
	return events
}

// ableRoles leaves in the steps of inherited processes the roles this court has.
func ableRoles(court Court, processes []Process) []Process {
	known := map[string]bool{}
	for _, r := range court.Roles {
		known[r.ID] = true
	}
	has := func(roles []string) []string {
		kept := []string{}
		for _, r := range roles {
			if known[r] {
				kept = append(kept, r)
			}
		}
		return kept
	}
	for i := range processes {
		processes[i].Opens.Staff = has(processes[i].Opens.Staff)
		for j := range processes[i].Steps {
			s := &processes[i].Steps[j]
			if by := has(s.By); len(by) > 0 {
				s.By = by
			}
		}
	}
	return processes
}

// court decodes the profile.
func (ld *loader) court(book *Book) {
	body := ld.parse("court.yaml")
	if body == nil {
		if _, there := ld.files["court.yaml"]; !there {
			ld.findings = append(ld.findings, Finding{File: ld.shown("court.yaml"), Message: "缺少这个文件：没有法院概况就没有规则书。"})
		}
		return
	}
	decode(ld, "court.yaml", "court", body, &book.Court)
	book.Court.At = ld.position("court.yaml", body)
}

// words reads words/LANG.yaml of the nation and of the court, the court's last.
func (ld *loader) words(book *Book) {
	for _, under := range []string{national + "/", ""} {
		if under != "" && book.Court.Include != IncludeNational {
			continue
		}
		for file := range ld.files {
			lang, ok := strings.CutPrefix(file, under+"words/")
			if lang = strings.TrimSuffix(lang, ".yaml"); !ok {
				continue
			}
			words := map[string]string{}
			if body := ld.parse(file); body != nil {
				decode(ld, file, "", body, &words)
				if under == "" {
					book.wordsAt[lang] = ld.position(file, body)
				}
			}
			if book.Words[lang] == nil {
				book.Words[lang] = map[string]string{}
			}
			for id, text := range words {
				book.Words[lang][id] = text
			}
		}
	}
}

// parse gives the one document of a file, or nil.
func (ld *loader) parse(file string) ast.Node {
	content, there := ld.files[file]
	if !there {
		return nil
	}
	f, err := parser.ParseBytes(content, 0)
	if err != nil {
		ld.wrong(file, "", err)
		return nil
	}
	if len(f.Docs) == 0 || f.Docs[0].Body == nil {
		return nil
	}
	return f.Docs[0].Body
}

// list decodes a file that holds a list of entries, one by one, so that one bad entry does not hide the others.
func list[T any](ld *loader, file string, place func(*T, Position)) []T {
	body := ld.parse(file)
	if body == nil {
		return nil
	}
	seq, ok := body.(*ast.SequenceNode)
	if !ok {
		ld.findings = append(ld.findings, Finding{ld.shown(file), body.GetToken().Position.Line, "", "文件应当是条目的列表，每条以“- id:”开头。"})
		return nil
	}
	out := make([]T, 0, len(seq.Values))
	for _, node := range seq.Values {
		var v T
		if decode(ld, file, entryID(node), node, &v) {
			place(&v, ld.position(file, node))
			out = append(out, v)
		}
	}
	return out
}

// decode is strict; after an unknown key it still reads the rest, so that the checker sees the entry.
func decode(ld *loader, file, entry string, node ast.Node, v any) bool {
	err := yaml.NodeToValue(node, v, yaml.Strict())
	if err == nil {
		return true
	}
	ld.wrong(file, entry, err)
	var unknown *yaml.UnknownFieldError
	return errors.As(err, &unknown) && yaml.NodeToValue(node, v) == nil
}

// wrong turns an error of the YAML reader into a finding.
func (ld *loader) wrong(file, entry string, err error) {
	f := Finding{File: ld.shown(file), Entry: entry, Message: "读不懂：" + err.Error()}
	var bad yaml.Error
	if errors.As(err, &bad) {
		if t := bad.GetToken(); t != nil {
			f.Line = t.Position.Line
		}
		var unknown *yaml.UnknownFieldError
		var double *yaml.DuplicateKeyError
		var kind *yaml.TypeError
		switch text := bad.GetMessage(); {
		case errors.As(err, &unknown):
			f.Message = "不认识的键：" + strings.Trim(strings.TrimPrefix(text, "unknown field "), `"`) + "。"
		case errors.As(err, &double):
			f.Message = "同一个键写了两次：" + text
		case errors.As(err, &kind):
			f.Message = "值的类型不对：" + text
		default:
			f.Message = "YAML 写法有误：" + text
		}
	}
	ld.findings = append(ld.findings, f)
}

// position remembers the lines inside an entry.
func (ld *loader) position(file string, node ast.Node) Position {
	at := Position{File: ld.shown(file), Line: firstLine(node), lines: &lines{}}
	index(node, "", *at.lines)
	return at
}

func firstLine(node ast.Node) int {
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken().Position.Line
	}
	if m, ok := node.(*ast.MappingValueNode); ok {
		return m.Key.GetToken().Position.Line
	}
	return node.GetToken().Position.Line
}

// index walks an entry and notes the line of each key and item.
func index(node ast.Node, path string, into lines) {
	switch n := node.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			index(v, path, into)
		}
	case *ast.MappingValueNode:
		key := strings.TrimPrefix(path+"."+n.Key.GetToken().Value, ".")
		into[key] = n.Key.GetToken().Position.Line
		index(n.Value, key, into)
	case *ast.SequenceNode:
		for i, v := range n.Values {
			item := fmt.Sprintf("%s[%d]", path, i)
			into[item] = firstLine(v)
			index(v, item, into)
		}
	}
}

// entryID finds the id before decoding, for findings about entries that cannot be decoded.
func entryID(node ast.Node) string {
	values := []*ast.MappingValueNode{}
	switch n := node.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = append(values, n)
	}
	for _, v := range values {
		if v.Key.GetToken().Value == "id" {
			return v.Value.GetToken().Value
		}
	}
	return ""
}
