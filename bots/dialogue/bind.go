package dialogue

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/words"
)

// The steps of a binding.
const (
	stepNumber = "number"
	stepCode   = "code"
	stepDigits = "digits"
)

// codeSize is how many digits a query code has.
const codeSize = 8

// bind begins a binding; code is the query code when a notice's QR code brought it.
func (t *turn) bind(ctx context.Context, code string) error {
	user, err := t.User(ctx)
	if err != nil {
		return err
	}
	if user.Person != nil {
		t.say(words.T(ctx, "bot.bound_already"))
		return nil
	}
	t.pauseTip()
	t.s.Mode, t.s.Bind = Binding, &Bind{Step: stepNumber, Code: code}
	t.say(words.T(ctx, "bot.bind_start", "court", t.name(ctx)))
	return nil
}

// bindText takes what was asked for; a command word leaves the binding.
func (t *turn) bindText(ctx context.Context, name string) (taken bool, err error) {
	b := t.s.Bind
	typed := strings.TrimSpace(t.in.Text)
	switch {
	case name == cmdBind:
		return true, t.askBinding(ctx)
	case name == cmdBack && b.Step != stepNumber:
		b.Step, b.Number, b.Code, b.Login = stepNumber, "", "", uuid.Nil
		return true, t.askBinding(ctx)
	case name == cmdCancel:
		t.s.Mode, t.s.Bind = Idle, nil
		t.say(words.T(ctx, "bot.bind_left"))
		return true, nil
	case name != "":
		t.s.Mode, t.s.Bind = Idle, nil
		return false, nil
	}
	switch b.Step {
	case stepNumber:
		b.Number = typed
		t.say(words.T(ctx, "bot.delete_id"))
		if b.Code != "" {
			return true, t.startBinding(ctx)
		}
		b.Step = stepCode
		t.say(words.T(ctx, "bot.bind_code"))
		return true, nil
	case stepCode:
		b.Code = typed
		return true, t.startBinding(ctx)
	}
	return true, t.finishBinding(ctx, typed)
}

func (t *turn) askBinding(ctx context.Context) error {
	t.say(words.T(ctx, map[string]string{stepNumber: "bot.bind_number", stepCode: "bot.bind_code", stepDigits: "bot.bind_digits"}[t.s.Bind.Step]))
	return nil
}

// startBinding hands both over and forgets them: the six digits are all that is needed from here on.
func (t *turn) startBinding(ctx context.Context) error {
	b := t.s.Bind
	login, err := t.StartBinding(ctx, b.Number, b.Code)
	if p, ok := problem.As(err); ok && p.Kind != problem.Unavailable {
		b.Step = stepNumber
		if p.Fields["query_code"] != nil && p.Fields["id_number"] == nil {
			b.Step, b.Code = stepCode, "" // only the code has to be said again
		} else {
			b.Number, b.Code = "", ""
		}
		if err := t.refuse(ctx, err); err != nil {
			return err
		}
		if p.Kind == problem.TooMany || p.Kind == problem.Refused {
			t.s.Mode, t.s.Bind = Idle, nil
			return nil
		}
		return t.askBinding(ctx)
	}
	if err != nil {
		return err
	}
	b.Step, b.Login, b.Number, b.Code = stepDigits, login, "", ""
	t.say(words.T(ctx, "bot.bind_digits"))
	return nil
}

func (t *turn) finishBinding(ctx context.Context, digits string) error {
	err := t.FinishBinding(ctx, t.s.Bind.Login, digits)
	if p, ok := problem.As(err); ok && p.Kind != problem.Unavailable {
		if err := t.refuse(ctx, err); err != nil {
			return err
		}
		if f := p.Fields["code"]; f == nil || f.Key == "login.code_over" {
			t.s.Mode, t.s.Bind = Idle, nil
			t.say(words.T(ctx, "bot.bind_again"))
		}
		return nil
	}
	if err != nil {
		return err
	}
	t.s.Mode, t.s.Bind = Idle, nil
	t.say(words.T(ctx, "bot.bound"))
	return t.cases(ctx, "")
}

// unbind asks once more before it ends a binding.
func (t *turn) unbind(ctx context.Context) error {
	user, err := t.User(ctx)
	if err != nil {
		return err
	}
	if user.Person == nil {
		t.say(words.T(ctx, "bot.not_bound"))
		return nil
	}
	t.pauseTip()
	t.s.Mode = Unbinding
	t.say(words.T(ctx, "bot.unbind_sure"))
	return nil
}

func (t *turn) unbindText(ctx context.Context, name string) (taken bool, err error) {
	t.s.Mode = Idle
	if name != cmdSure && name != cmdUnbind {
		if name == "" || name == cmdCancel {
			t.say(words.T(ctx, "bot.unbind_kept"))
			return true, nil
		}
		return false, nil
	}
	if err := t.Unbind(ctx); err != nil {
		return true, t.refuse(ctx, err)
	}
	t.s.Cases = nil
	t.say(words.T(ctx, "bot.unbound_now"))
	return true, nil
}

// queryCode is the query code in a QR code's scene: eight digits, alone or behind "bind:".
func queryCode(scene string) string {
	scene = strings.TrimPrefix(strings.TrimSpace(norm.NFKC.String(scene)), "bind:")
	if len(scene) != codeSize || strings.Trim(scene, "0123456789") != "" {
		return ""
	}
	return scene
}

// follow greets by what brought the person here.
func (t *turn) follow(ctx context.Context) error {
	t.say(words.T(ctx, "bot.welcome", "court", t.name(ctx)))
	if t.in.Text == "" {
		t.menu(ctx)
		return nil
	}
	return t.scan(ctx)
}

// scan does what a code stands for; a code nobody knows leads to the menu.
func (t *turn) scan(ctx context.Context) error {
	scene := strings.TrimSpace(t.in.Text)
	if t.s.Mode == Talking {
		t.say(words.T(ctx, "bot.talk_first"))
		return nil
	}
	if code := queryCode(scene); code != "" {
		return t.bind(ctx, code)
	}
	switch name, _, _ := strings.Cut(scene, ":"); name {
	case "bind":
		return t.bind(ctx, "")
	case "tip":
		return t.tip(ctx, "")
	case "lots", "lot":
		return t.lots(ctx)
	case "case":
		return t.cases(ctx, "")
	}
	t.menu(ctx)
	return nil
}
