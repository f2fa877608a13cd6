package lot

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/rulebook"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Gate is one condition of the notice, met or not, with what is missing and the article that asks for it: its id, and in words.
type Gate struct {
	ID, Text, Clause, Basis string
	Met                     bool
}

// gates are all conditions under which the notice may be published at this moment.
func gates(ctx context.Context, tx *storage.Tx, s *subject) ([]Gate, error) {
	r := s.current()
	if r == nil || r.AnnouncedAt != nil {
		return []Gate{{ID: "plan", Text: "还没有安排这一轮拍卖", Clause: "网拍规定10", Basis: article(tx, []string{"网拍规定10"})}}, nil
	}
	survey, err := surveyed(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	persons, err := persons(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	out := []Gate{survey}
	for _, p := range persons {
		if p.Blocks != "" {
			out = append(out, Gate{ID: "person", Text: p.Name + "（" + p.Role + "）" + p.Blocks, Clause: p.Clause, Basis: p.Basis})
		}
	}
	if !slices.ContainsFunc(out, func(g Gate) bool { return g.ID == "person" }) {
		out = append(out, Gate{ID: "person", Text: "当事人和优先权利人都已经通知，期间已满", Met: true})
	}
	approval := Gate{ID: "approval", Text: "公告还没有签发", Met: r.ApprovedAt != nil}
	if rule, ok := tx.Book.DisclosureOf("auction_announced"); ok {
		approval.Basis = article(tx, rule.Clauses)
		approval.Clause = firstOf(rule.Clauses)
	}
	if approval.Met {
		approval.Text = "公告已经签发"
	}
	f, earliest, err := earliestStart(tx, s.Kind, r.Round)
	if err != nil {
		return nil, err
	}
	term := Gate{ID: "notice", Text: "现在发布，离开拍还有足够的公告期", Met: !r.StartsAt.Before(earliest), Clause: f.Source, Basis: tx.Book.Basis(f)}
	if !term.Met {
		term.Text = "开拍时间太近，公告期不够：现在发布最早" + calendar.On(earliest).String() + "开拍，请重新安排"
	}
	out = append(out, approval, term)
	if len(s.file.Secrecy) > 0 {
		out = append(out, Gate{ID: "secrecy", Text: "案件带有不公开标记，拍卖公告不能向公众发布", Clause: "网拍规定13", Basis: article(tx, []string{"网拍规定13"})})
	}
	return out, nil
}

// surveyed: every required fact of the survey is answered; "unknown" is an answer.
func surveyed(ctx context.Context, tx *storage.Tx, s *subject) (Gate, error) {
	rows, err := tx.LotFacts(ctx, courtdb.LotFactsParams{Court: tx.Court, LotID: s.ID})
	if err != nil {
		return Gate{}, err
	}
	g := Gate{ID: "facts", Text: "标的情况已经查明", Clause: "网拍规定6", Basis: article(tx, []string{"网拍规定6"})}
	var missing []string
	for _, item := range Facts(tx.Book, s.Kind) {
		if item.Required && !slices.ContainsFunc(rows, func(r courtdb.LotFactsRow) bool { return r.Fact == item.ID }) {
			missing = append(missing, item.Name)
		}
	}
	if g.Met = len(missing) == 0; !g.Met {
		g.Text = "还没有填写：" + strings.Join(missing, "、")
	}
	return g, nil
}

// Person is somebody who must hear of the auction before its notice.
type Person struct {
	ID          uuid.UUID
	Name, Role  string
	Notes       []string
	Method      string // "", message, written, posted
	At, RipeAt  calendar.Date
	Failed      bool   // the message came back undelivered
	Blocks      string // why this person still holds the notice up
	Clause      string // the article, by id and in words
	Basis       string
	RecordedBy  string
	Unreachable bool
}

// persons is where each of them stands at this instant.
func persons(ctx context.Context, tx *storage.Tx, s *subject) ([]Person, error) {
	rows, err := tx.LotPrenotices(ctx, courtdb.LotPrenoticesParams{Court: tx.Court, LotID: s.ID, Round: s.Round})
	if err != nil {
		return nil, err
	}
	failed, err := tx.LotPrenoticeFailures(ctx, courtdb.LotPrenoticeFailuresParams{Court: tx.Court, LotID: s.ID})
	if err != nil {
		return nil, err
	}
	var out []Person
	for _, party := range s.named(tx.At) {
		p := Person{ID: party.ID, Name: shown(tx, party), Role: enforcement.Role(party.Role).Name(), Unreachable: party.Unreachable}
		if party.Unreachable {
			p.Notes = append(p.Notes, "下落不明")
		}
		if party.MinorUntil != nil && docket.Today(tx).Before(calendar.DateOf(*party.MinorUntil)) {
			p.Notes = append(p.Notes, "未成年人，通知法定代理人")
		}
		i := slices.IndexFunc(rows, func(n courtdb.LotPrenoticesRow) bool { return n.PartyID == party.ID })
		if i >= 0 {
			n := rows[i]
			p.Method, p.At, p.RipeAt, p.RecordedBy = n.Method, calendar.On(n.At), calendar.On(n.RipeAt), n.RecordedByName
			p.Failed = n.Method == "message" && slices.Contains(failed, party.ID)
		}
		f, err := ripening(tx, p.Method)
		if err != nil {
			return nil, err
		}
		p.Clause, p.Basis = f.Source, tx.Book.Basis(f)
		p.Blocks = blocks(docket.Today(tx), p, f, i)
		out = append(out, p)
	}
	return out, nil
}

func blocks(today calendar.Date, p Person, f *rulebook.Figure, row int) string {
	switch {
	case row < 0 && p.Unreachable:
		return "下落不明，还没有公示"
	case row < 0:
		return "还没有通知"
	case p.Failed:
		return "的短信没有送达，请书面通知或者公示"
	case today.Before(p.RipeAt):
		verb := "通知"
		if p.Method == "posted" {
			verb = "公示"
		}
		return "的" + verb + "还不满" + strconv.Itoa(f.Value) + "日" + "，到" + p.RipeAt.String() + "可以发布公告"
	}
	return ""
}

// shown is a person's name as the actor may see it: who sees no cases sees it masked.
func shown(tx *storage.Tx, p courtdb.CourtParty) string {
	if tx.Actor.Can(rulebook.MayViewCase) {
		return p.Name
	}
	return enforcement.MaskPartyName(p.Name, enforcement.PersonKind(p.Kind), enforcement.AudiencePublic)
}
