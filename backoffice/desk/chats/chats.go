package chats

import (
	"github.com/google/uuid"

	"mingzhi/backoffice/command/chat"
	"mingzhi/backoffice/desk/frame"
	"mingzhi/portal/webkit"
)

// List is the conversations that are open, or those that have ended.
func List(r *frame.Request) error {
	closed := r.Query("closed") != ""
	lines, err := r.House.Chats.List(r.C(), r.Actor, !closed)
	if err != nil {
		return err
	}
	r.Current = "chats"
	return r.Show("微信人工", list(lines, closed))
}

// Show is one conversation.
func Show(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	return show(r, id, webkit.Form{})
}

func show(r *frame.Request, id uuid.UUID, form webkit.Form) error {
	t, err := r.House.Chats.Show(r.C(), r.Actor, id)
	if err != nil {
		return err
	}
	r.Current = "chats"
	return r.Show("微信人工", thread(t, form))
}

// Reply answers.
func Reply(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := r.House.Chats.Reply(r.C(), r.Actor, id, r.FormValue("text")); err != nil {
		return r.Again(err, func(form webkit.Form) error { return show(r, id, form) })
	}
	return r.Done("/chats/"+id.String(), "replied")
}

// Close ends the conversation.
func Close(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := r.House.Chats.Close(r.C(), r.Actor, id); err != nil {
		return err
	}
	return r.Done("/chats", "closed")
}

func with(t *chat.Thread) string {
	if t.PartyName == "" {
		return "未绑定身份的微信用户"
	}
	return t.PartyName + " · " + t.CaseNumber
}
