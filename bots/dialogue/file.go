package dialogue

import (
	"context"
	"slices"
	"strings"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/words"
)

// file is a picture or a voice: it belongs to the tip, whatever is asked just now, or to the answer that is being given.
func (t *turn) file(ctx context.Context) error {
	if p, ok := problem.As(t.in.Refused); ok {
		t.say(words.Problem(ctx, p))
		return t.remind(ctx)
	}
	if t.s.Mode == Answering {
		return t.answerFile(ctx)
	}
	fresh := t.s.Tip == nil
	if fresh {
		t.newTip()
		t.s.Tip.Paused = true
	}
	p := t.s.Tip
	if most := t.court.Tip.MaxFiles; len(p.Files) >= most {
		t.drop(t.in.File)
		t.say(words.T(ctx, "bot.files_full", "max", most))
		return t.remind(ctx)
	}
	p.Files = append(p.Files, t.in.File)
	key := "bot.picture_kept"
	if t.in.Kind == Voice {
		key = "bot.voice_kept"
	}
	t.say(words.T(ctx, key, "n", len(p.Files)))
	p.Heard = ""
	if t.in.Kind == Voice && strings.TrimSpace(t.in.Text) != "" {
		p.Heard = strings.TrimSpace(t.in.Text)
		t.say(words.T(ctx, "bot.heard", "text", p.Heard))
	}
	if t.s.Mode != Telling {
		key = "bot.kept_for_tip"
		if !fresh {
			key = "bot.tip_waits"
		}
		t.say(words.T(ctx, key))
		return nil
	}
	t.ask(ctx)
	return nil
}

// useHeard takes what WeChat understood of a voice as if it had been typed.
func (t *turn) useHeard(ctx context.Context) error {
	p := t.s.Tip
	if p.Heard == "" {
		t.say(words.T(ctx, "bot.nothing_heard"))
		t.ask(ctx)
		return nil
	}
	t.in.Text, p.Heard = p.Heard, ""
	switch p.At {
	case atWho, atWhat, atWhere, atWhen:
		return t.reply(ctx, "")
	}
	return t.more(ctx, t.in.Text)
}

// where is a place in words: what it is called, and where that is.
func where(in Input) string {
	at := degrees(in.Lat) + "," + degrees(in.Lon)
	if label := strings.TrimSpace(in.Text); label != "" {
		return label + "（" + at + "）"
	}
	return at
}

// place is a location: it says where, whatever is asked just now.
func (t *turn) place(ctx context.Context) error {
	text := where(t.in)
	if t.s.Mode == Answering {
		t.s.Reply.Text = strings.TrimSpace(t.s.Reply.Text + "\n" + text)
		t.say(words.T(ctx, "bot.answer_noted"))
		return nil
	}
	fresh := t.s.Tip == nil
	if fresh {
		t.newTip()
		t.s.Tip.Paused = true
	}
	p := t.s.Tip
	old := p.Where
	if old != "" && !strings.Contains(old, text) && count(old)+1+count(text) <= longWhere {
		text = old + "；" + text
	}
	p.Where = shorten(text, longWhere-1)
	if !slices.Contains(p.Done, atWhere) {
		p.Done = append(p.Done, atWhere)
	}
	p.At = p.next()
	t.say(words.T(ctx, "bot.place_kept", "place", p.Where))
	switch {
	case t.over():
		t.tooLong(ctx)
	case t.s.Mode == Telling:
		t.ask(ctx)
	case fresh:
		t.say(words.T(ctx, "bot.kept_for_tip"))
	default:
		t.say(words.T(ctx, "bot.tip_waits"))
	}
	return nil
}
