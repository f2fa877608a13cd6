package disclosure

import (
	"context"
	"encoding/json"
	"strings"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Publish checks, stores and discloses a packed rulebook: staff work under it from the next act
// on, and the public half gets what it needs of it. Publishing what is in force changes nothing.
func Publish(ctx context.Context, store *storage.Store, body []byte, hash string, actor staff.Actor) (version int, changed bool, err error) {
	if version, yes, err := store.Holds(ctx, actor.Court, hash); err != nil || yes {
		return version, false, err
	}
	book, err := rulebook.Unpack(body)
	if err != nil {
		return 0, false, err
	}
	if book.Court.ID != actor.Court {
		return 0, false, problem.New(problem.Refused, "rulebook.other_court", "这是{court}的规则书，不能发布到别的法院。", "court", book.Court.Name)
	}
	version, changed, err = store.Publish(ctx, book, body, hash, actor.Person())
	if err != nil {
		return 0, false, err
	}
	err = store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if err := outward(ctx, tx, book, version); err != nil {
			return err
		}
		if !changed {
			return nil
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "rulebook:published", Object: "rulebook", Detail: map[string]any{"version": version, "hash": hash}})
	})
	return version, changed, err
}

func outward(ctx context.Context, tx *storage.Tx, book *rulebook.Book, version int) error {
	profile, err := json.Marshal(profileOf(book))
	if err != nil {
		return err
	}
	err = tx.PublishCourt(ctx, courtdb.PublishCourtParams{Court: tx.Court, Profile: profile, Version: int32(version), ChangedAt: tx.At})
	if err != nil {
		return err
	}
	for _, c := range book.Clauses {
		text := c.Text
		if text == "" {
			text = c.Gist
		}
		if err := tx.PublishClause(ctx, courtdb.PublishClauseParams{Court: tx.Court, ID: c.ID, Article: c.Article, Text: text, Version: int32(version)}); err != nil {
			return err
		}
	}
	return tx.UnpublishClauses(ctx, courtdb.UnpublishClausesParams{Court: tx.Court, Version: int32(version)})
}

func profileOf(book *rulebook.Book) exchange.Profile {
	c := book.Court
	p := exchange.Profile{ID: c.ID, Name: c.Name, Short: c.Short, Level: c.Level, Address: c.Address, WeChat: c.WeChat, Site: c.Site, AntiFraud: c.AntiFraud,
		Document: exchange.Document{Number: c.Document.Number, Title: c.Document.Title, Issued: c.Document.Issued.String(), Text: book.Text},
		Tip: exchange.TipForm{Warning: c.Tip.Warning, WarningVersion: c.Tip.WarningVersion, Privacy: c.Tip.Privacy, MaxText: c.Tip.MaxText,
			MaxFiles: c.Tip.MaxFiles, Clause: c.Tip.Clause},
		Words: map[string]map[string]string{}, Forms: forms(book), Roles: map[string]string{}, Events: map[string]string{}, Messages: own(book),
		Hall: exchange.Hall{Clause: c.Hall.Clause}}
	for _, r := range enforcement.AllRoles() {
		p.Roles[string(r)] = r.Name()
	}
	for _, d := range book.Disclosures {
		if e, ok := book.Event(d.Event); ok && d.On {
			p.Events[e.ID] = e.Name
		}
	}
	for _, f := range c.Features {
		p.Features = append(p.Features, string(f))
	}
	for _, t := range c.Hall.Texts {
		p.Hall.Texts = append(p.Hall.Texts, exchange.HallText{Title: t.Title, Text: t.Text})
	}
	for _, h := range c.Hotlines {
		p.Hotlines = append(p.Hotlines, exchange.Hotline{Name: h.Name, Phone: h.Phone, Hours: h.Hours, Clause: h.Clause})
	}
	for lang, words := range book.Words {
		p.Words[lang] = publicWords(words)
	}
	return p
}

// forms are what people outside may send, as the book declares it.
func forms(book *rulebook.Book) []exchange.Form {
	out := []exchange.Form{}
	for _, p := range book.ProcessesFrom() {
		f := exchange.Form{Process: p.ID, Name: p.Name, Intro: p.Intro, By: p.Opens.By, PerDay: p.Opens.PerDay, Files: p.Files, Answer: p.Answer}
		if len(p.Clauses) > 0 {
			f.Clause = p.Clauses[0]
		}
		for _, in := range p.Form {
			field := exchange.Field{ID: in.ID, Label: in.Label, Type: in.Type, Required: in.Required, Help: in.Help, Example: in.Example, Max: in.Max}
			for _, c := range in.Of {
				field.Of = append(field.Of, exchange.Choice{ID: c.ID, Label: c.Label})
			}
			f.Fields = append(f.Fields, field)
		}
		out = append(out, f)
	}
	return out
}

// own are the messages that the public half sends by itself.
func own(book *rulebook.Book) map[string]exchange.Template {
	out := map[string]exchange.Template{}
	for _, t := range book.Templates {
		if !t.Public {
			continue
		}
		m := exchange.Template{Name: t.Name, Text: t.Text, Params: t.Params, Provider: book.Court.Approved(&t), WeChat: t.WeChat, Sign: book.Court.Sign}
		if len(t.Clauses) > 0 {
			m.Clause = t.Clauses[0]
		}
		out[t.ID] = m
	}
	return out
}

// publicWords are the translations the public half may need, the court's own facts under the ids exchange names.
func publicWords(words map[string]string) map[string]string {
	out := map[string]string{}
	for id, text := range words {
		fact, ok := strings.CutPrefix(id, "court.")
		if !ok {
			out[id] = text
			continue
		}
		if n, ok := strings.CutPrefix(fact, "hotlines."); ok {
			fact = "hotline." + n + ".name"
		}
		out[fact] = text
	}
	return out
}
