package dialogue

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/words"
)

// The steps of a tip, in the order in which they are asked.
const (
	atKind    = "kind"
	atWho     = "who"
	atWhat    = "what"
	atWhere   = "where"
	atWhen    = "when"
	atUrgent  = "urgent"
	atFiles   = "files"
	atContact = "contact"
	atWarning = "warning"
	atReview  = "review"
)

var steps = []string{atKind, atWho, atWhat, atWhere, atWhen, atUrgent, atFiles, atContact, atWarning, atReview}

// asked are the steps that a person may mend by number.
const asked = 8

// next is the first step that was neither answered nor passed over.
func (p *Tip) next() string {
	for _, step := range steps {
		if !slices.Contains(p.Done, step) {
			return step
		}
	}
	return atReview
}

func (p *Tip) done(step string) {
	p.Done = append(slices.DeleteFunc(p.Done, func(s string) bool { return s == step }), step)
	p.At = p.next()
}

// tip begins a tip, or goes on with the one that waits; first is what was typed behind the word.
func (t *turn) tip(ctx context.Context, first string) error {
	if t.s.Tip != nil {
		if first != "" {
			t.add(first)
		}
		return t.resume(ctx)
	}
	t.newTip()
	t.s.Mode = Telling
	t.say(words.T(ctx, "bot.tip_start"))
	if first != "" {
		t.add(first)
	}
	t.ask(ctx)
	return nil
}

func (t *turn) newTip() { t.s.Tip = &Tip{Key: t.in.Key, At: atKind} }

// add is text that belongs to what was seen.
func (t *turn) add(text string) {
	p := t.s.Tip
	p.What = strings.TrimSpace(p.What + "\n" + text)
	if !slices.Contains(p.Done, atWhat) && !t.over() {
		p.Done = append(p.Done, atWhat)
	}
}

// resume goes on with a tip where it was left.
func (t *turn) resume(ctx context.Context) error {
	if t.s.Tip == nil {
		t.menu(ctx)
		return nil
	}
	t.s.Mode = Telling
	t.s.Tip.Paused, t.s.Tip.Leaving = false, false
	t.say(words.T(ctx, "bot.tip_resumed"))
	t.say(t.summary(ctx, false))
	t.ask(ctx)
	return nil
}

// pauseTip lays a tip aside while something else is talked about; nothing of it is lost.
func (t *turn) pauseTip() {
	if t.s.Mode == Telling {
		t.s.Mode = Idle
		t.s.Tip.Paused = true
	}
	if t.s.Mode == Answering { // what was gathered for an answer waits as well
		t.s.Mode = Idle
	}
}

// cancelIdle is 取消 while nothing is asked: it means the tip that waits, if any.
func (t *turn) cancelIdle(ctx context.Context) error {
	if t.s.Tip == nil {
		t.menu(ctx)
		return nil
	}
	t.s.Mode = Telling
	t.s.Tip.Leaving = true
	t.say(words.T(ctx, "bot.tip_cancel_sure"))
	return nil
}

// tipText is a text while a tip is written. Words that steer come first; what is left answers the step.
func (t *turn) tipText(ctx context.Context, name, rest string) (taken bool, err error) {
	p := t.s.Tip
	if p.Leaving {
		p.Leaving = false
		if name == cmdSure || name == cmdCancel {
			t.drop(p.Files...)
			t.s.Tip, t.s.Mode = nil, Idle
			t.say(words.T(ctx, "bot.tip_cancelled"))
			return true, nil
		}
		t.say(words.T(ctx, "bot.tip_kept"))
	}
	switch name {
	case cmdResume, cmdTip:
		if rest != "" {
			t.add(rest)
		}
		t.ask(ctx)
	case cmdLook:
		t.say(t.summary(ctx, true))
		t.ask(ctx)
	case cmdPause:
		t.pauseTip()
		t.say(words.T(ctx, "bot.tip_paused"))
	case cmdCancel:
		p.Leaving = true
		t.say(words.T(ctx, "bot.tip_cancel_sure"))
	case cmdBack:
		if n := len(p.Done); n > 0 {
			p.At, p.Done = p.Done[n-1], p.Done[:n-1]
		}
		t.ask(ctx)
	case cmdMend:
		t.mend(ctx, rest)
	case cmdSend:
		return true, t.submit(ctx)
	case cmdUse:
		return true, t.useHeard(ctx)
	case cmdCases, cmdBind, cmdUnbind, cmdListed, cmdLots, cmdCheck, cmdTalk, cmdReceipt, cmdAnswer:
		t.pauseTip()
		if err := t.start(ctx, name, rest); err != nil {
			return true, err
		}
		if t.s.Mode == Idle {
			t.say(words.T(ctx, "bot.tip_waits"))
		}
	case cmdHelp:
		t.say(words.T(ctx, "bot.tip_help"))
		t.ask(ctx)
	default:
		return true, t.reply(ctx, name)
	}
	return true, nil
}

// mend asks a step again, chosen by its number.
func (t *turn) mend(ctx context.Context, number string) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > asked {
		t.say(t.summary(ctx, true))
		t.say(words.T(ctx, "bot.mend_which"))
		return
	}
	p := t.s.Tip
	p.At = steps[n-1]
	p.Done = slices.DeleteFunc(p.Done, func(s string) bool { return s == p.At })
	if p.At == atFiles && len(p.Files) > 0 {
		t.drop(p.Files...)
		p.Files = nil
		t.say(words.T(ctx, "bot.files_dropped"))
	}
	t.ask(ctx)
}

// ask puts the question of the step that is open.
func (t *turn) ask(ctx context.Context) {
	p := t.s.Tip
	n := slices.Index(steps, p.At) + 1
	question := ""
	switch p.At {
	case atKind:
		question = words.T(ctx, "bot.ask_kind")
	case atWho:
		question = words.T(ctx, "bot.ask_who")
	case atWhat:
		question = words.T(ctx, "bot.ask_what", "max", t.court.Tip.MaxText)
	case atWhere:
		question = words.T(ctx, "bot.ask_where")
	case atWhen:
		question = words.T(ctx, "bot.ask_when")
	case atUrgent:
		question = words.T(ctx, "bot.ask_urgent")
	case atFiles:
		question = words.T(ctx, "bot.ask_files", "max", t.court.Tip.MaxFiles, "now", len(p.Files))
	case atContact:
		question = words.T(ctx, "bot.ask_contact")
	case atWarning:
		text, _ := words.Given(ctx, t.court.Words, "tip.warning", t.court.Tip.Warning)
		t.say(words.T(ctx, "bot.ask_warning", "text", text))
		return
	default:
		t.say(t.summary(ctx, true))
		t.say(words.T(ctx, "bot.ask_send"))
		return
	}
	t.say(words.T(ctx, "bot.step", "now", n, "all", asked) + " " + question)
}

// over says that what was written is more than the court takes.
func (t *turn) over() bool { return t.excess() > 0 }

func (t *turn) excess() int {
	p := t.s.Tip
	return count(p.What) + count(p.Where) + count(p.When) - t.court.Tip.MaxText
}

// submit sends the tip when nothing is missing, and says the receipt: this once.
func (t *turn) submit(ctx context.Context) error {
	p := t.s.Tip
	if t.over() {
		t.tooLong(ctx)
		return nil
	}
	if step := p.next(); step != atReview {
		p.At = step
		t.say(words.T(ctx, "bot.not_ready"))
		t.ask(ctx)
		return nil
	}
	if ready, err := t.gather(ctx, &p.Files); !ready || err != nil {
		return err
	}
	p.Sending, t.again = true, true
	return nil
}

// finish sends a tip that was announced as sent: by the same input, or by whatever comes next when the program ended in between.
// Sent twice it is the same tip with the same receipt.
func (t *turn) finish(ctx context.Context) error {
	if err := t.send(ctx); err != nil {
		return err
	}
	name, _ := command(t.in.Text)
	if name == cmdSend && t.in.Kind == Text {
		return nil
	}
	return t.take(ctx)
}

func (t *turn) send(ctx context.Context) error {
	p := t.s.Tip
	p.Sending = false
	tip := inquiry.Tip{Key: p.Key, Kind: p.Kind, Debtor: p.Debtor, CaseNumber: p.Number, What: p.What, Where: p.Where, When: p.When, Urgent: p.Urgent,
		Name: p.Name, Mobile: p.Mobile, Warning: p.Warning, Language: words.Lang(ctx)}
	receipt, err := t.SubmitTip(ctx, tip, p.Files)
	if wrong, ok := problem.As(err); ok && wrong.Kind == problem.Invalid {
		t.reopen(wrong)
		if err := t.refuse(ctx, err); err != nil {
			return err
		}
		t.ask(ctx)
		return nil
	}
	if err != nil {
		return t.refuse(ctx, err)
	}
	t.drop(p.Files...)
	t.s.Tip, t.s.Mode = nil, Idle
	t.say(words.T(ctx, "bot.tip_sent", "ticket", receipt.Ticket, "receipt", receipt.Receipt.Grouped()))
	return nil
}

// reopen asks those steps again that the court's form did not take.
func (t *turn) reopen(wrong *problem.Error) {
	p := t.s.Tip
	places := map[string]string{"kind": atKind, "debtor": atWho, "case_number": atWho, "what": atWhat, "where": atWhere, "when": atWhen, "files": atFiles,
		"name": atContact, "mobile": atContact, "warning": atWarning}
	for field := range wrong.Fields {
		if step := places[field]; step != "" {
			p.Done = slices.DeleteFunc(p.Done, func(s string) bool { return s == step })
		}
	}
	if wrong.Fields["warning"] != nil {
		p.Warning = ""
	}
	p.At = p.next()
}

// gather fetches what is pending. A file that is gone is said; the rest waits until the person has decided.
func (t *turn) gather(ctx context.Context, files *[]File) (ready bool, err error) {
	ready = true
	var kept []File
	for _, f := range *files {
		if f.Key == "" {
			fetched, err := t.Fetch(ctx, f)
			if p, ok := problem.As(err); ok && p.Kind != problem.Unavailable {
				t.say(words.T(ctx, "bot.file_lost", "why", words.Problem(ctx, p)))
				ready = false
				continue
			}
			if err != nil {
				return false, err
			}
			f = fetched
		}
		kept = append(kept, f)
	}
	*files = kept
	return ready, nil
}

// summary is the tip as it stands, numbered as it may be mended.
func (t *turn) summary(ctx context.Context, whole bool) string {
	p := t.s.Tip
	size := 30
	if whole {
		size = 120
	}
	who := p.Debtor
	if p.Number != "" {
		who = strings.TrimSpace(who + " " + p.Number)
	}
	kind := ""
	if p.Kind != "" {
		kind = words.T(ctx, "bot.kind_"+p.Kind)
	}
	urgent := ""
	if slices.Contains(p.Done, atUrgent) || p.Urgent {
		urgent = words.T(ctx, map[bool]string{true: "bot.urgent_yes", false: "bot.urgent_no"}[p.Urgent])
	}
	files := ""
	if voices := len(slices.DeleteFunc(slices.Clone(p.Files), func(f File) bool { return !f.Voice })); len(p.Files) > 0 {
		files = words.T(ctx, "bot.files", "pictures", len(p.Files)-voices, "voices", voices)
	}
	contact := strings.TrimSpace(p.Name + " " + maskMobile(p.Mobile))
	var b strings.Builder
	for i, value := range []string{kind, who, shorten(p.What, size), shorten(p.Where, size), p.When, urgent, files, contact} {
		step := steps[i]
		if value == "" {
			if !slices.Contains(p.Done, step) {
				value = words.T(ctx, "bot.empty")
			} else {
				value = words.T(ctx, "bot.passed")
			}
		}
		b.WriteString(strconv.Itoa(i+1) + ". " + words.T(ctx, "bot.field_"+step) + "：" + value + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

func maskMobile(number string) string {
	if number == "" {
		return ""
	}
	return enforcement.MaskMobile(number, enforcement.AudienceOwner)
}
