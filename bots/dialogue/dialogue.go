package dialogue

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/words"
	"mingzhi/storage/public"
)

// Kind is what came in.
type Kind string

const (
	Text    Kind = "text"
	Picture Kind = "picture"
	Voice   Kind = "voice"
	Video   Kind = "video"
	Place   Kind = "place"
	Link    Kind = "link"
	Click   Kind = "click"  // of the menu; Text is its key, which is the word itself
	Follow  Kind = "follow" // began to follow; Text is the code's scene
	Scan    Kind = "scan"   // scanned a code
	Other   Kind = "other"
)

// Input is one thing a person did.
type Input struct {
	Key      string // the same for each repeat
	Kind     Kind
	Text     string // typed; heard in a voice; a place's name; a menu's key; a scene
	File     File   // of a picture or voice
	Refused  error  // why the file cannot be taken: a problem
	Lat, Lon float64
}

// Services are what a conversation may ask and do, for one WeChat account at one court. What is done under a key is done once
// however often it is asked for.
type Services interface {
	Now() time.Time
	Court(ctx context.Context) (exchange.Profile, error)
	Link(path string) string // a page of the court on the portal
	User(ctx context.Context) (public.WeChatUser, error)
	Cases(ctx context.Context, person []byte) ([]inquiry.Case, error)
	NoteRead(ctx context.Context, c inquiry.Case) error
	StartBinding(ctx context.Context, number, code string) (uuid.UUID, error)
	FinishBinding(ctx context.Context, login uuid.UUID, digits string) error
	Unbind(ctx context.Context) error
	SubmitTip(ctx context.Context, tip inquiry.Tip, files []File) (inquiry.Receipt, error)
	OwnTips(ctx context.Context) ([]public.OwnTip, error)
	AddToTip(ctx context.Context, tip uuid.UUID, key, text string, files []File) error
	Receipt(ctx context.Context, typed string) (public.TipStatus, error)
	CheckMessage(ctx context.Context, typed string) ([]public.SentMessage, error)
	Say(ctx context.Context, talk Talk, key, text string, last bool) error
	Lots(ctx context.Context) ([]public.LotLine, error)
	Fetch(ctx context.Context, f File) (File, error) // brings what was not fetched; a problem when it is gone
}

// turn is one input being worked on.
type turn struct {
	Services
	s     *State
	in    Input
	court exchange.Profile
	out   []string
	gone  []File
	again bool
}

// Outcome is what a turn led to. Again means: keep the state, then take the same input once more; what can only be done once
// is announced in the state before it is done. Gone are files that nobody needs once the state is kept.
type Outcome struct {
	State State
	Say   []string
	Gone  []File
	Again bool
}

// Turn takes one input: what is said to it, and where the conversation stands then. A fault of the house is an error, and
// nothing has changed.
func Turn(ctx context.Context, do Services, s State, in Input) (Outcome, error) {
	court, err := do.Court(ctx)
	if err != nil {
		return Outcome{}, err
	}
	next := s.clone()
	t := &turn{Services: do, s: &next, in: in, court: court}
	if err := t.take(words.With(ctx, next.Lang)); err != nil {
		return Outcome{}, err
	}
	next.At = do.Now()
	if t.again {
		return Outcome{State: next, Again: true}, nil
	}
	next.note(in.Key)
	return Outcome{State: next, Say: join(t.out), Gone: t.gone}, nil
}

func (t *turn) drop(files ...File) { t.gone = append(t.gone, files...) }

// clone keeps the old state as it was: a turn that fails halfway has not happened.
func (s State) clone() State {
	text, err := s.Write()
	if err != nil {
		return s
	}
	return Read(text)
}

func (t *turn) say(text string) {
	if text != "" {
		t.out = append(t.out, text)
	}
}

// refuse says a problem in its own words; what is no problem, or the house's own, goes up.
func (t *turn) refuse(ctx context.Context, err error) error {
	p, ok := problem.As(err)
	if !ok || p.Kind == problem.Unavailable {
		return err
	}
	if len(p.Fields) == 0 {
		t.say(words.Problem(ctx, p))
		return nil
	}
	for _, name := range sorted(p.Fields) {
		t.say(words.Problem(ctx, p.Fields[name]))
	}
	return nil
}

func (t *turn) take(ctx context.Context) error {
	switch t.in.Kind {
	case Follow:
		return t.follow(ctx)
	case Scan:
		return t.scan(ctx)
	}
	if t.s.Mode == Talking {
		return t.talk(ctx)
	}
	if t.s.Tip != nil && t.s.Tip.Sending {
		return t.finish(ctx)
	}
	switch t.in.Kind {
	case Click, Text:
		return t.text(ctx)
	case Picture, Voice:
		return t.file(ctx)
	case Place:
		return t.place(ctx)
	case Video:
		t.say(words.T(ctx, "bot.video"))
		return t.remind(ctx)
	}
	t.say(words.T(ctx, "bot.other"))
	return t.remind(ctx)
}

// remind repeats the question of a tip that is being written, after something that was no answer to it.
func (t *turn) remind(ctx context.Context) error {
	if t.s.Mode == Telling {
		t.ask(ctx)
	}
	return nil
}
