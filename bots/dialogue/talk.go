package dialogue

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"mingzhi/portal/words"
)

// conversations is the name space in which a talk's id follows from the message that began it.
var conversations = uuid.MustParse("6f1d8f0e-6f0c-5d0b-9d62-7c6a5e1d2f41")

// staff opens a talk with an officer; first is what was typed behind the word.
func (t *turn) staff(ctx context.Context, first string) error {
	viewer, err := t.viewer(ctx)
	if err != nil {
		return t.refuse(ctx, err)
	}
	t.pauseTip()
	t.s.Mode, t.s.Talk = Talking, &Talk{ID: uuid.NewSHA1(conversations, []byte(t.court.ID+"\x00"+t.in.Key)), Viewer: viewer}
	t.say(words.T(ctx, "bot.talk_start", "hours", t.hours()))
	if first == "" {
		return nil
	}
	return t.forward(ctx, first)
}

// talk hands everything over until the end is said.
func (t *turn) talk(ctx context.Context) error {
	switch t.in.Kind {
	case Text:
		if name, _ := command(t.in.Text); name == cmdEnd {
			return t.endTalk(ctx)
		}
		return t.forward(ctx, t.in.Text)
	case Place:
		return t.forward(ctx, words.T(ctx, "bot.talk_place", "place", where(t.in)))
	case Voice:
		if t.in.Text != "" {
			t.say(words.T(ctx, "bot.talk_heard", "text", t.in.Text))
			return t.forward(ctx, words.T(ctx, "bot.talk_voice", "text", t.in.Text))
		}
		t.drop(t.in.File)
		t.say(words.T(ctx, "bot.talk_words"))
		return nil
	case Click:
		t.say(words.T(ctx, "bot.talk_first"))
		return nil
	}
	t.drop(t.in.File)
	t.say(words.T(ctx, "bot.talk_words"))
	return nil
}

// forward stores what was said for the officer. It is answered with a word only the first time: who talks needs no echo.
func (t *turn) forward(ctx context.Context, text string) error {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	if err := t.Say(ctx, *t.s.Talk, t.in.Key, text, false); err != nil {
		return t.refuse(ctx, err)
	}
	t.s.Talk.Said++
	if t.s.Talk.Said == 1 {
		t.say(words.T(ctx, "bot.talk_passed"))
	}
	return nil
}

func (t *turn) endTalk(ctx context.Context) error {
	if t.s.Talk.Said > 0 { // nothing was said: the court has never heard of it
		if err := t.Say(ctx, *t.s.Talk, t.in.Key, words.T(ctx, "bot.talk_end_note"), true); err != nil {
			return t.refuse(ctx, err)
		}
	}
	t.s.Mode, t.s.Talk = Idle, nil
	t.say(words.T(ctx, "bot.talk_end"))
	if t.s.Tip != nil {
		t.say(words.T(ctx, "bot.tip_waits"))
	}
	return nil
}
