package main

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/uuid"
	"github.com/mattn/go-runewidth"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/cmd/internal/boot"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

//go:embed stream.yaml
var sampleStream []byte

// playCmd plays one stream of events under several courts' books, side by side: who is told what,
// who not yet, who never, and why. It runs on a database of its own and leaves nothing.
type playCmd struct {
	Stream string   `arg:"" optional:"" help:"事件流文件（YAML）；不填用程序自带的例子。" type:"existingfile"`
	Courts []string `help:"对照的法院；不填为全部。"`
}

// stream is an invented case and what happens to it.
type stream struct {
	Serial  int `yaml:"serial"`
	Parties []struct {
		ID         string `yaml:"id"`
		Role       string `yaml:"role"`
		Name       string `yaml:"name"`
		Represents string `yaml:"represents"`
	} `yaml:"parties"`
	Events []struct {
		At     string         `yaml:"at"`
		Code   string         `yaml:"code"`
		Party  string         `yaml:"party"`
		Effect string         `yaml:"effect"`
		Facts  map[string]any `yaml:"facts"`
	} `yaml:"events"`
}

// Run plays the stream and prints the table.
func (c *playCmd) Run(ctx contextArg, s *Settings) error {
	raw := sampleStream
	if c.Stream != "" {
		var err error
		if raw, err = os.ReadFile(c.Stream); err != nil {
			return err
		}
	}
	var st stream
	if err := yaml.UnmarshalWithOptions(raw, &st, yaml.Strict()); err != nil {
		return problem.New(problem.Invalid, "play.stream", "事件流读不懂：{why}", "why", err.Error())
	}
	dir, err := os.MkdirTemp("", "mingzhi-play-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	h, err := open(ctx, &Settings{Data: dir, Books: s.Books, LogLevel: "error"}, boot.NewProgress(io.Discard), true, false)
	if err != nil {
		return err
	}
	defer h.close()
	courts, err := h.publish(ctx, boot.NewProgress(io.Discard))
	if err != nil {
		return err
	}
	if len(c.Courts) > 0 {
		courts = slices.DeleteFunc(courts, func(id string) bool { return !slices.Contains(c.Courts, id) })
	}
	table := make([][][]string, len(st.Events))
	for _, court := range courts {
		if err := h.play(ctx, court, st, table); err != nil {
			return err
		}
	}
	return h.print(ctx, courts, st, table)
}

// play records the stream in one court and adds a column to the table.
func (h *house) play(ctx context.Context, court string, st stream, table [][][]string) error {
	ids := map[string]uuid.UUID{}
	caseID := storage.NewID()
	err := h.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error { return invent(ctx, tx, st, caseID, ids) })
	if err != nil {
		return err
	}
	for i, e := range st.Events {
		event := docket.Event{Code: e.Code, Case: caseID, Party: ids[e.Party], SourceKey: fmt.Sprintf("play:%d", i), Facts: map[string]any{}}
		if event.Occurred, err = instant(e.At); err != nil {
			return err
		}
		if e.Effect != "" {
			effect, err := instant(e.Effect)
			if err != nil {
				return err
			}
			event.Effect = &effect
		}
		for k, v := range e.Facts {
			if text, ok := v.(string); ok && ids[text] != uuid.Nil {
				v = ids[text].String()
			}
			if n, ok := v.(uint64); ok {
				v = int64(n)
			}
			event.Facts[k] = v
		}
		var rows []string
		err = h.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
			tx.At = event.Occurred
			if _, known := tx.Book.Event(e.Code); !known {
				rows = []string{"规则书没有这个事件"}
				return nil
			}
			if _, err := h.docket.Record(ctx, tx, event); err != nil {
				return err
			}
			rows, err = told(ctx, tx, caseID)
			return err
		})
		if p, ok := problem.As(err); ok && p.Kind == problem.Refused { // this court's book asks for something first
			rows, err = []string{p.Sentence()}, nil
		}
		if err != nil {
			return fmt.Errorf("%s，%s：%w", court, e.Code, err)
		}
		table[i] = append(table[i], rows)
	}
	return nil
}

func instant(text string) (time.Time, error) {
	t, err := time.ParseInLocation(rulebook.DatetimeForm, text, calendar.Shanghai)
	if err != nil {
		return t, problem.New(problem.Invalid, "play.instant", "事件流里的时间 {at} 应写成 2026-03-10T09:00 的样子。", "at", text)
	}
	return t, nil
}

// invent writes the stream's case and persons.
func invent(ctx context.Context, tx *storage.Tx, st stream, caseID uuid.UUID, ids map[string]uuid.UUID) error {
	first, err := instant(st.Events[0].At)
	if err != nil {
		return err
	}
	number := fmt.Sprintf("（%d）%s执%d号", first.Year(), tx.Book.Court.Code, max(st.Serial, 1))
	no, err := enforcement.ParseCaseNumber(number, tx.At)
	if err != nil {
		return err
	}
	err = tx.InsertCase(ctx, courtdb.InsertCaseParams{Court: tx.Court, ID: caseID, Number: no.String(), Year: int32(no.Year), Type: no.Type, Serial: int32(no.Serial),
		FiledOn: calendar.On(first).Time(), Stage: "filed", Secrecy: []string{}, SourceKey: "play", RuleVersion: int32(tx.Version), CreatedAt: tx.At})
	if err != nil {
		return err
	}
	for _, p := range st.Parties {
		id := storage.NewID()
		ids[p.ID] = id
		row := courtdb.UpsertPartyParams{Court: tx.Court, ID: id, CaseID: caseID, Role: p.Role, Kind: "natural", Name: p.Name, SourceKey: id.String(), CreatedAt: tx.At,
			NameIndex: tx.Keys.BlindIndex("party.name", enforcement.NormalizeForIndex(p.Name))}
		if row.Mobile, err = tx.Keys.Seal("party.mobile:"+id.String(), []byte("19900000000")); err != nil {
			return err
		}
		if p.Represents != "" {
			principal := ids[p.Represents]
			row.Represents = &principal
		}
		if err := tx.UpsertParty(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// told are the decisions that stand after an event, those that this event moved first.
func told(ctx context.Context, tx *storage.Tx, caseID uuid.UUID) ([]string, error) {
	rows, err := tx.DisclosuresOfCase(ctx, courtdb.DisclosuresOfCaseParams{Court: tx.Court, CaseID: caseID})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range rows {
		if !r.DecidedAt.Equal(tx.At) && (r.ToldAt == nil || !r.ToldAt.Equal(tx.At)) {
			continue
		}
		who := enforcement.Role(r.PartyRole).Name() + r.PartyName
		if who == "" {
			who = map[string]string{"public": "公众"}[r.Audience]
			if who == "" {
				who = enforcement.RoleTipster.Name()
			}
		}
		name := r.Code
		if e, ok := tx.Book.Event(r.Code); ok {
			name = e.Name
		}
		if r.State == "told" {
			out = append(out, fmt.Sprintf("告知 %s：%s（%s）", who, name, channels(r.Channels)))
		} else {
			out = append(out, fmt.Sprintf("%s %s：%s", map[string]string{"held": "暂缓", "withheld": "不告知", "awaiting_release": "待决定"}[r.State], who, r.Why))
		}
	}
	if len(out) == 0 {
		out = []string{"不对外告知"}
	}
	return out, nil
}

// print writes one column a court.
func (h *house) print(ctx context.Context, courts []string, st stream, table [][][]string) error {
	var names []string
	called := map[string]string{}
	for _, court := range courts {
		book, _, err := h.store.Book(ctx, court)
		if err != nil {
			return err
		}
		names = append(names, book.Court.Short)
		for _, e := range st.Events {
			if entry, ok := book.Event(e.Code); ok && called[e.Code] == "" {
				called[e.Code] = entry.Name
			}
		}
	}
	var out bytes.Buffer
	for i, e := range st.Events {
		fmt.Fprintf(&out, "%s  %s\n", e.At, cmp.Or(called[e.Code], e.Code))
		columns, lines := table[i], 0
		for c := range columns {
			columns[c] = append([]string{names[c]}, columns[c]...)
			lines = max(lines, len(columns[c]))
		}
		for line := range lines {
			for _, cells := range columns {
				cell, widest := "", 0
				for _, other := range cells {
					widest = max(widest, runewidth.StringWidth(other))
				}
				if line < len(cells) {
					cell = cells[line]
				}
				out.WriteString("  " + cell + strings.Repeat(" ", widest-runewidth.StringWidth(cell)) + " ")
			}
			out.WriteString("\n")
		}
		out.WriteString("\n")
	}
	_, err := out.WriteTo(os.Stdout)
	return err
}

func channels(list []string) string {
	names := map[string]string{"sms": "短信", "wechat": "微信", "portal": "门户", "email": "电子邮件"}
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = names[c]
	}
	return strings.Join(out, "、")
}
