package lot

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
	"mingzhi/storage/files/clean"
)

func web(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// Facts are the survey's items for a kind of lot, in the book's order.
func Facts(book *rulebook.Book, kind string) []rulebook.LotItem { return items(book, kind, false) }

// Warnings are what the notice must say in particular (网拍14).
func Warnings(book *rulebook.Book, kind string) []rulebook.LotItem { return items(book, kind, true) }

func items(book *rulebook.Book, kind string, warnings bool) []rulebook.LotItem {
	return slices.DeleteFunc(slices.Clone(book.LotItems), func(i rulebook.LotItem) bool {
		return (i.Warning != "") != warnings || len(i.Kinds) > 0 && !slices.Contains(i.Kinds, kind)
	})
}

// FactForm asks for one fact: what is known, or that it is unknown, who established it and when.
func FactForm(item rulebook.LotItem) []rulebook.Field {
	return []rulebook.Field{
		{ID: "value", Label: item.Name, Type: "long", Max: 1000, Help: item.Help},
		{ID: "unknown", Label: "经调查仍然未知", Type: "yesno", Help: "选“是”的，公告写明“未知”"},
		{ID: "source", Label: "由谁查明", Type: "text", Required: true, Max: 60, Example: "现场调查，财产处置辅助组"},
		{ID: "known_on", Label: "查明日期", Type: "date", Required: true},
	}
}

// SetFact answers one item of the survey (网拍6, 14).
func (d *Desk) SetFact(ctx context.Context, actor staff.Actor, id uuid.UUID, fact string, values map[string]string) error {
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		if s.State == Approved {
			return signed
		}
		if s.closed() {
			return ended
		}
		list := Facts(tx.Book, s.Kind)
		at := slices.IndexFunc(list, func(i rulebook.LotItem) bool { return i.ID == fact })
		if at < 0 {
			return problem.New(problem.NotFound, "lot.no_fact", "规则书没有要求查明这一项。")
		}
		typed, form := tx.Book.CheckForm(FactForm(list[at]), values, tx.At.In(calendar.Shanghai))
		value, _ := typed["value"].(string)
		unknown, _ := typed["unknown"].(bool)
		if (value == "") != unknown {
			form.Add("value", problem.New(problem.Invalid, "lot.fact_or_unknown", "请填写查明的情况；查不清的不填，并把“经调查仍然未知”选为“是”。").By(article(tx, list[at].Clauses)))
		}
		on, _ := typed["known_on"].(calendar.Date)
		if on.After(docket.Today(tx)) {
			form.Add("known_on", problem.New(problem.Invalid, "lot.fact_future", "查明日期不能晚于今天。"))
		}
		if err := form.Err(); err != nil {
			return err
		}
		source, _ := typed["source"].(string)
		err := tx.UpsertLotFact(ctx, courtdb.UpsertLotFactParams{Court: tx.Court, LotID: id, Fact: fact, Value: value, IsUnknown: unknown, Source: source,
			KnownOn: on.Time(), ChangedBy: actor.Person(), ChangedAt: tx.At})
		if err != nil {
			return err
		}
		return d.changed(ctx, tx, s, list[at].Name+"已更新")
	})
}

// article is the first law or clause of a list, in the words a refusal uses.
func article(tx *storage.Tx, clauses []string) string {
	if len(clauses) == 0 {
		return ""
	}
	if c, ok := tx.Book.Clause(clauses[0]); ok && c.Article != "" {
		return c.Article
	}
	return clauses[0]
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// MaxPictures is how many pictures a lot carries.
const MaxPictures = 30

// AddPicture keeps a picture as it came out of cleaning: no metadata, nothing hidden behind its end.
func (d *Desk) AddPicture(ctx context.Context, actor staff.Actor, id uuid.UUID, name string, data []byte, caption string) error {
	if err := actor.Require(rulebook.MayWorkMatter); err != nil {
		return err
	}
	form := problem.Form{}
	picture, err := clean.Clean(name, data) // before the transaction: it takes time
	if p, ok := problem.As(err); ok {
		form.Add("picture", p)
	} else if err != nil {
		return err
	}
	caption = strings.TrimSpace(caption)
	if len([]rune(caption)) > 60 {
		form.Add("caption", problem.New(problem.Invalid, "lot.caption_long", "图片说明请不要超过60字。"))
	}
	if err := form.Err(); err != nil {
		return err
	}
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		if s.State == Approved {
			return signed
		}
		if s.closed() {
			return ended
		}
		have, err := tx.LotPictures(ctx, courtdb.LotPicturesParams{Court: tx.Court, LotID: id})
		if err != nil {
			return err
		}
		if len(have) >= MaxPictures {
			return problem.New(problem.TooMany, "lot.pictures", "一个标的最多{max}张图片，请先删除不需要的。", "max", MaxPictures)
		}
		err = tx.InsertLotPicture(ctx, courtdb.InsertLotPictureParams{Court: tx.Court, ID: storage.NewID(), LotID: id, Caption: caption, Content: picture.Data, Mime: picture.MIME})
		if err != nil {
			return err
		}
		return d.changed(ctx, tx, s, "图片已更新")
	})
}

// RemovePicture takes a picture out, also where bidders saw it.
func (d *Desk) RemovePicture(ctx context.Context, actor staff.Actor, id, picture uuid.UUID) error {
	return d.act(ctx, actor, id, func(tx *storage.Tx, s *subject) error {
		n, err := tx.DeleteLotPicture(ctx, courtdb.DeleteLotPictureParams{Court: tx.Court, LotID: id, ID: picture})
		if err != nil {
			return err
		}
		if n == 0 {
			return problem.New(problem.NotFound, "lot.no_picture", "没有这张图片，可能已被删除，请刷新查看。")
		}
		return d.changed(ctx, tx, s, "图片已更新")
	})
}

// Picture is one picture of a lot.
func (d *Desk) Picture(ctx context.Context, actor staff.Actor, id, picture uuid.UUID) (mime string, content []byte, err error) {
	err = d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if _, err := load(ctx, tx, id, false); err != nil {
			return err
		}
		row, err := tx.LotPicture(ctx, courtdb.LotPictureParams{Court: tx.Court, LotID: id, ID: picture})
		if storage.NoRows(err) {
			return noLot
		}
		mime, content = row.Mime, row.Content
		return err
	})
	return mime, content, err
}

// signed: what the approver has read is what is published.
var signed = problem.New(problem.Conflict, "lot.signed", "公告已经签发，内容不能再改。确需修改的，请重新定价：原来的签发和通知随之作废，再次通知、签发。")
