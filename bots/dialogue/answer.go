package dialogue

import (
	"context"
	"slices"
	"strings"

	"mingzhi/portal/exchange"
	"mingzhi/portal/words"
	"mingzhi/storage/public"
)

// open says that a question was not answered from here yet.
func (t *turn) open(q exchange.Question) bool { return !slices.Contains(t.s.Asked, q.ID) }

// answer begins an addition to the newest tip whose question is open, else to the newest tip. It needs no receipt: who is behind
// a tip is known by his account.
func (t *turn) answer(ctx context.Context, first string) error {
	if t.s.Reply != nil { // gathered before, not sent yet
		t.s.Mode = Answering
		if first != "" {
			t.note(first)
		}
		t.say(words.T(ctx, "bot.answer_resumed", "ticket", t.s.Reply.Ticket, "text", t.gathered(ctx)))
		return nil
	}
	own, err := t.OwnTips(ctx)
	if err != nil {
		return err
	}
	if len(own) == 0 {
		t.say(words.T(ctx, "bot.answer_none", "link", t.Link("/receipt")))
		return nil
	}
	t.pauseTip()
	i := slices.IndexFunc(own, func(o public.OwnTip) bool { return slices.ContainsFunc(o.Questions, t.open) })
	tip := own[max(i, 0)]
	t.s.Mode, t.s.Reply = Answering, &Answer{Key: t.in.Key, Tip: tip.ID, Ticket: tip.Ticket}
	if at := slices.IndexFunc(tip.Questions, t.open); at >= 0 {
		q := tip.Questions[at]
		t.s.Reply.Question = q.ID
		t.say(words.T(ctx, "bot.answer_question", "ticket", tip.Ticket, "text", q.Text))
	} else {
		t.say(words.T(ctx, "bot.answer_add", "ticket", tip.Ticket))
	}
	if first != "" {
		t.note(first)
		t.say(words.T(ctx, "bot.answer_noted"))
	}
	return nil
}

func (t *turn) note(text string) { t.s.Reply.Text = strings.TrimSpace(t.s.Reply.Text + "\n" + text) }

// gathered is what will be sent, shortened.
func (t *turn) gathered(ctx context.Context) string {
	r := t.s.Reply
	text := shorten(r.Text, 60)
	if len(r.Files) > 0 {
		text = lines(text, words.T(ctx, "bot.answer_files", "n", len(r.Files)))
	}
	if text == "" {
		return words.T(ctx, "bot.empty")
	}
	return text
}

// answerText gathers what is said until it is sent.
func (t *turn) answerText(ctx context.Context, name string) (taken bool, err error) {
	switch name {
	case cmdSend:
		return true, t.sendAnswer(ctx)
	case cmdCancel:
		t.drop(t.s.Reply.Files...)
		t.s.Mode, t.s.Reply = Idle, nil
		t.say(words.T(ctx, "bot.answer_left"))
		return true, nil
	case cmdLook, cmdResume, cmdAnswer:
		t.say(words.T(ctx, "bot.answer_resumed", "ticket", t.s.Reply.Ticket, "text", t.gathered(ctx)))
		return true, nil
	case cmdPause:
		t.s.Mode = Idle
		t.say(words.T(ctx, "bot.answer_paused"))
		return true, nil
	case "", cmdSkip, cmdSure, cmdAgree, cmdUse, cmdBack, cmdMend, cmdEnd: // words of a talk about the matter
		t.note(t.in.Text)
		if n := count(t.s.Reply.Text); n > t.court.Tip.MaxText {
			t.say(words.T(ctx, "bot.answer_over", "now", n, "max", t.court.Tip.MaxText))
			return true, nil
		}
		t.say(words.T(ctx, "bot.answer_noted"))
		return true, nil
	}
	t.s.Mode = Idle
	return false, nil
}

func (t *turn) answerFile(ctx context.Context) error {
	r := t.s.Reply
	if most := t.court.Tip.MaxFiles; len(r.Files) >= most {
		t.drop(t.in.File)
		t.say(words.T(ctx, "bot.answer_full", "max", most))
		return nil
	}
	r.Files = append(r.Files, t.in.File)
	t.say(words.T(ctx, "bot.answer_noted"))
	return nil
}

func (t *turn) sendAnswer(ctx context.Context) error {
	r := t.s.Reply
	n := count(r.Text)
	switch {
	case n == 0 && len(r.Files) == 0:
		t.say(words.T(ctx, "bot.answer_empty"))
		return nil
	case n > t.court.Tip.MaxText:
		t.say(words.T(ctx, "bot.answer_over", "now", n, "max", t.court.Tip.MaxText))
		return nil
	}
	if ready, err := t.gather(ctx, &r.Files); !ready || err != nil {
		return err
	}
	if err := t.AddToTip(ctx, r.Tip, r.Key, r.Text, r.Files); err != nil {
		return t.refuse(ctx, err)
	}
	t.drop(r.Files...)
	t.s.Asked = append(t.s.Asked, r.Question)
	if len(t.s.Asked) > remembered {
		t.s.Asked = slices.Clone(t.s.Asked[len(t.s.Asked)-remembered:])
	}
	t.s.Mode, t.s.Reply = Idle, nil
	t.say(words.T(ctx, "bot.answer_sent", "ticket", r.Ticket))
	return nil
}
