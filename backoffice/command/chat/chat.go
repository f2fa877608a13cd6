package chat

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// maxText is what one WeChat message holds (2,048 bytes), in Chinese characters.
const maxText = 600

// Desk holds the acts.
type Desk struct {
	store  *storage.Store
	docket *docket.Docket
}

// New makes the desk.
func New(store *storage.Store, d *docket.Docket) *Desk { return &Desk{store, d} }

var (
	notFound = problem.New(problem.NotFound, "chat.not_found", "没有找到这个对话，或者您无权查看。")
	taken    = problem.New(problem.Conflict, "chat.taken", "这个对话已由他人接待，请刷新查看。")
	closed   = problem.New(problem.Conflict, "chat.closed", "这个对话已经结束。")
)

// Line is one conversation in the list.
type Line struct{ courtdb.ChatsRow }

// Thread is one conversation with what was said.
type Thread struct {
	courtdb.CourtChat
	CaseNumber, PartyName string
	Said                  []Said
	Mine                  bool // the actor holds it
}

// Said is one message, opened.
type Said struct {
	Outward bool
	Text    string
	At      time.Time
	By      string
}

// List is the open conversations, or the closed ones.
func (d *Desk) List(ctx context.Context, actor staff.Actor, open bool) (lines []Line, err error) {
	if err := actor.Require(rulebook.MayTakeTip); err != nil {
		return nil, err
	}
	err = d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		rows, err := tx.Chats(ctx, courtdb.ChatsParams{Court: tx.Court, Open: open})
		for _, r := range rows {
			lines = append(lines, Line{r})
		}
		return err
	})
	return lines, err
}

// Show reads a conversation; reading what a person wrote is audited.
func (d *Desk) Show(ctx context.Context, actor staff.Actor, id uuid.UUID) (t *Thread, err error) {
	if err := actor.Require(rulebook.MayTakeTip); err != nil {
		return nil, err
	}
	err = d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		row, err := tx.ChatByID(ctx, courtdb.ChatByIDParams{Court: tx.Court, ID: id})
		if storage.NoRows(err) {
			return notFound
		}
		if err != nil {
			return err
		}
		t = &Thread{CourtChat: row, Mine: row.Holder != nil && *row.Holder == actor.ID}
		if err := t.name(ctx, tx); err != nil {
			return err
		}
		said, err := tx.ChatMessages(ctx, courtdb.ChatMessagesParams{Court: tx.Court, ChatID: id})
		if err != nil {
			return err
		}
		for _, m := range said {
			plain, err := tx.Keys.Open("chat_message.body:"+m.ID.String(), m.Body)
			if err != nil {
				return err
			}
			t.Said = append(t.Said, Said{Outward: m.Outward, Text: string(plain), At: m.At, By: m.ActorName})
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "chat:read", Object: "chat", ID: id, Case: storage.Deref(row.CaseID)})
	})
	return t, err
}

// name tells whom the conversation is with, when the WeChat user is a party who bound his account.
func (t *Thread) name(ctx context.Context, tx *storage.Tx) error {
	if t.CaseID == nil || t.PartyID == nil {
		return nil
	}
	f, err := tx.CaseByID(ctx, courtdb.CaseByIDParams{Court: tx.Court, ID: *t.CaseID})
	if err != nil {
		return err
	}
	p, err := tx.PartyByID(ctx, courtdb.PartyByIDParams{Court: tx.Court, ID: *t.PartyID})
	t.CaseNumber, t.PartyName = f.Number, p.Name
	return err
}

// Reply takes the conversation if nobody has, and answers. What is about a case may be said only
// by whoever may release what is disclosed.
func (d *Desk) Reply(ctx context.Context, actor staff.Actor, id uuid.UUID, text string) error {
	if err := actor.Require(rulebook.MayTakeTip); err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	form := problem.Form{}
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		form.Add("text", problem.New(problem.Invalid, "chat.empty", "请写下要答复的内容。"))
	case n > maxText:
		form.Add("text", problem.New(problem.Invalid, "chat.long", "一条微信最多{max}字，现在有{now}字，请分开发送。", "max", maxText, "now", n))
	}
	if err := form.Err(); err != nil {
		return err
	}
	return d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		row, err := d.hold(ctx, tx, id)
		if err != nil {
			return err
		}
		if row.CaseID != nil && !actor.Can(rulebook.MayRelease) {
			return problem.New(problem.Forbidden, "chat.case", "对方是本案当事人，涉及案件的答复由有权公开信息的人员发出。请转请承办法官答复，或者引导对方登录门户给法官留言。").By("S-4.7.1⑦")
		}
		message := storage.NewID()
		sealed, err := tx.Keys.Seal("chat_message.body:"+message.String(), []byte(text))
		if err != nil {
			return err
		}
		err = tx.InsertChatMessage(ctx, courtdb.InsertChatMessageParams{Court: tx.Court, ID: message, ChatID: id, Outward: true, Body: sealed, At: tx.At, Actor: actor.Person()})
		if err != nil {
			return err
		}
		_, err = d.docket.Record(ctx, tx, docket.Event{Code: "chat_replied", SourceKey: "chat:" + message.String(),
			Facts: map[string]any{"chat": id.String(), "message": message.String()}})
		return err
	})
}

// hold locks an open conversation and makes the actor its holder.
func (d *Desk) hold(ctx context.Context, tx *storage.Tx, id uuid.UUID) (courtdb.CourtChat, error) {
	row, err := tx.ChatForUpdate(ctx, courtdb.ChatForUpdateParams{Court: tx.Court, ID: id})
	switch {
	case storage.NoRows(err):
		return row, notFound
	case err != nil:
		return row, err
	case row.ClosedAt != nil:
		return row, closed
	}
	n, err := tx.HoldChat(ctx, courtdb.HoldChatParams{Court: tx.Court, ID: id, Holder: tx.Actor.Person()})
	if err == nil && n == 0 {
		err = taken
	}
	return row, err
}

// Close ends a conversation.
func (d *Desk) Close(ctx context.Context, actor staff.Actor, id uuid.UUID) error {
	if err := actor.Require(rulebook.MayTakeTip); err != nil {
		return err
	}
	return d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if _, err := d.hold(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.CloseChat(ctx, courtdb.CloseChatParams{Court: tx.Court, ID: id, At: &tx.At}); err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "chat:closed", Object: "chat", ID: id})
	})
}
