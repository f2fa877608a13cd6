package dialogue

import (
	"context"
	"slices"
	"strings"

	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/words"
)

// How long the fields may be; what is longer is said, not cut.
const (
	longWho   = 100
	longWhere = 300
	longWhen  = 100
	longName  = 50
)

var (
	sayPerson = []string{"1", "人", "人员", "找到人", "找人", "person"}
	sayAsset  = []string{"2", "财产", "财物", "资产", "asset", "property"}
	sayYes    = []string{"1", "紧急", "急", "很急", "是", "urgent", "yes"}
	sayNo     = []string{"2", "不急", "不紧急", "否", "不", "no"}
)

// reply is a text that answers the step that is open.
func (t *turn) reply(ctx context.Context, name string) error {
	p := t.s.Tip
	typed := strings.TrimSpace(t.in.Text)
	word := strings.ToLower(strings.Join(strings.Fields(tidy(typed)), ""))
	if name == cmdAgree && p.At != atWarning || name == cmdSure && p.At != atUrgent {
		t.say(words.T(ctx, "bot.first_this"))
		t.ask(ctx)
		return nil
	}
	// Said at any moment, a word alone is where it belongs.
	if p.At != atUrgent && word == "紧急" {
		p.Urgent = true
		t.say(words.T(ctx, "bot.urgent_noted"))
		if !slices.Contains(p.Done, atUrgent) {
			p.Done = append(p.Done, atUrgent)
		}
		t.ask(ctx)
		return nil
	}
	skipped := name == cmdSkip
	switch p.At {
	case atKind:
		return t.takeKind(ctx, word, typed)
	case atWho:
		return t.takeWho(ctx, typed, skipped)
	case atWhat:
		return t.takeWhat(ctx, typed, skipped)
	case atWhere:
		return t.takeShort(ctx, atWhere, &p.Where, typed, longWhere, skipped)
	case atWhen:
		return t.takeShort(ctx, atWhen, &p.When, typed, longWhen, skipped)
	case atUrgent:
		switch {
		case slices.Contains(sayYes, word):
			p.Urgent = true
		case slices.Contains(sayNo, word) || skipped:
			p.Urgent = false
		default:
			return t.repeat(ctx, typed)
		}
		p.done(atUrgent)
	case atFiles:
		if !skipped {
			return t.more(ctx, typed)
		}
		p.done(atFiles)
	case atContact:
		return t.takeContact(ctx, typed, skipped)
	case atWarning:
		if name != cmdAgree {
			t.say(words.T(ctx, "bot.warning_needed"))
			return nil
		}
		p.Warning = t.court.Tip.WarningVersion
		p.done(atWarning)
	default:
		return t.more(ctx, typed)
	}
	t.ask(ctx)
	return nil
}

// more is text that answers nothing that was asked: it is added to what was seen.
func (t *turn) more(ctx context.Context, typed string) error {
	t.add(typed)
	if t.over() {
		t.tooLong(ctx)
		return nil
	}
	t.say(words.T(ctx, "bot.added"))
	t.ask(ctx)
	return nil
}

func (t *turn) takeKind(ctx context.Context, word, typed string) error {
	p := t.s.Tip
	switch {
	case slices.Contains(sayPerson, word):
		p.Kind = string(enforcement.TipKind("person"))
	case slices.Contains(sayAsset, word):
		p.Kind = string(enforcement.TipKind("asset"))
	default:
		return t.repeat(ctx, typed)
	}
	p.done(atKind)
	t.ask(ctx)
	return nil
}

// repeat asks a choice again; a longer text was no slip: it is kept with what was seen.
func (t *turn) repeat(ctx context.Context, typed string) error {
	if count(typed) > 4 {
		return t.more(ctx, typed)
	}
	t.say(words.T(ctx, "bot.choose"))
	t.ask(ctx)
	return nil
}

func (t *turn) takeWho(ctx context.Context, typed string, skipped bool) error {
	p := t.s.Tip
	if skipped {
		t.say(words.T(ctx, "bot.who_needed"))
		return nil
	}
	number, err := enforcement.ParseCaseNumber(typed, t.Now())
	switch wrong, _ := problem.As(err); {
	case err == nil:
		p.Number = number.String()
	case wrong != nil && looksLikeCase(typed):
		t.say(words.Problem(ctx, wrong))
		return nil
	case count(typed) > longWho:
		t.say(words.T(ctx, "bot.too_long", "max", longWho, "now", count(typed)))
		return t.more(ctx, typed)
	default:
		p.Debtor = typed
	}
	p.done(atWho)
	t.ask(ctx)
	return nil
}

// takeWhat replaces what is too long, or adds to what there is.
func (t *turn) takeWhat(ctx context.Context, typed string, skipped bool) error {
	p := t.s.Tip
	if skipped && p.What == "" {
		if len(p.Files) == 0 {
			t.say(words.T(ctx, "bot.what_needed"))
			return nil
		}
		p.What = words.T(ctx, "bot.see_files")
	} else if !skipped {
		p.What = typed
	}
	if t.over() {
		t.tooLong(ctx)
		return nil
	}
	p.done(atWhat)
	t.ask(ctx)
	return nil
}

// tooLong says how much has to go; what was written stays until something shorter comes.
func (t *turn) tooLong(ctx context.Context) {
	p := t.s.Tip
	p.At = atWhat
	p.Done = slices.DeleteFunc(p.Done, func(s string) bool { return s == atWhat })
	t.say(words.T(ctx, "bot.over", "now", t.excess()+t.court.Tip.MaxText, "max", t.court.Tip.MaxText, "cut", t.excess()))
}

func (t *turn) takeShort(ctx context.Context, step string, field *string, typed string, longest int, skipped bool) error {
	p := t.s.Tip
	switch {
	case skipped:
	case count(typed) > longest:
		t.say(words.T(ctx, "bot.too_long", "max", longest, "now", count(typed)))
		return t.more(ctx, typed) // nothing of it is lost
	default:
		*field = typed
	}
	if t.over() {
		t.tooLong(ctx)
		return nil
	}
	p.done(step)
	t.ask(ctx)
	return nil
}

// takeContact is a mobile number, a name before it if they like; all of it may stay empty.
func (t *turn) takeContact(ctx context.Context, typed string, skipped bool) error {
	p := t.s.Tip
	if skipped {
		p.Name, p.Mobile = "", ""
		p.done(atContact)
		t.ask(ctx)
		return nil
	}
	at := strings.IndexAny(typed, "0123456789+０１２３４５６７８９")
	if at < 0 {
		t.say(words.T(ctx, "bot.contact_how"))
		return nil
	}
	mobile, err := enforcement.ParseMobile(typed[at:])
	if wrong, ok := problem.As(err); ok {
		t.say(words.Problem(ctx, wrong))
		t.say(words.T(ctx, "bot.contact_how"))
		return nil
	}
	name := strings.Trim(typed[:at], " ，,、:：；;")
	if count(name) > longName {
		t.say(words.T(ctx, "bot.too_long", "max", longName, "now", count(name)))
		return nil
	}
	p.Name, p.Mobile = name, mobile.Full()
	p.done(atContact)
	t.ask(ctx)
	return nil
}
