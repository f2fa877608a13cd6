package inquiry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public"
)

// Limits of sending forms where the book names none.
const (
	formsAnHour  = 60 // of one client
	formsADay    = 50 // of one sender and form
	draftLasts   = 24 * time.Hour
	draftsAnHour = 20
)

// Tipster is how a form says that it is for who reported a lead.
const Tipster = "tipster"

// Sender is who sends a form: a party for one of his cases, as Party or WeChatUser names him, or a tipster by receipt.
type Sender struct {
	Person  []byte
	Viewer  uuid.UUID
	Receipt string
}

// Application is a form as filled in.
type Application struct {
	Key     string // random, from the form: a double submit repeats it
	Process string
	Values  map[string]string
	Files   []Upload
}

// Sent is what the sender gets.
type Sent struct {
	Ticket string // SQyymmdd-dddddd; it opens nothing
	At     time.Time
	Form   exchange.Form
}

// Form is a form of the court's book.
func Form(profile exchange.Profile, process string) (exchange.Form, error) {
	i := slices.IndexFunc(profile.Forms, func(f exchange.Form) bool { return f.Process == process })
	if i < 0 {
		return exchange.Form{}, noForm
	}
	return profile.Forms[i], nil
}

var noForm = problem.New(problem.NotFound, "form.unknown", "没有这张表格，或者您不能提交它。请从案件页面进入。")

// Apply checks, cleans, seals and stores a form, once however often it is sent. The court alone can read it.
func (s *Service) Apply(ctx context.Context, court string, client Client, sender Sender, a Application) (Sent, error) {
	profile, err := s.store.Court(ctx, court)
	if err != nil {
		return Sent{}, err
	}
	form, err := Form(profile, a.Process)
	if err != nil {
		return Sent{}, err
	}
	new, who, err := s.sender(ctx, court, client, sender, form)
	if err != nil {
		return Sent{}, err
	}
	values, files, err := a.check(form)
	if err != nil {
		return Sent{}, err
	}
	seed, err := a.seed(court, who, values, files)
	if err != nil {
		return Sent{}, err
	}
	byClient := s.limit("form", client, formsAnHour, 4*quarter)
	if len(files) > 0 { // files cost room: a client over his limit leaves none
		if tries, err := s.store.Tries(ctx, court, byClient.Client); err != nil {
			return Sent{}, err
		} else if tries >= byClient.Most {
			return Sent{}, s.tooMany(s.store.Now().Add(byClient.Window))
		}
	}
	stored, err := s.putFiles(ctx, seed, files)
	if err != nil {
		return Sent{}, err
	}
	new.Mark = s.store.Keys.BlindIndex("application.mark", seed)
	new.DayEnd = calendar.On(s.store.Now()).Add(1).Time()
	if new.ID, err = uuid.NewRandomFromReader(s.draw("application", seed)); err != nil {
		return Sent{}, err
	}
	if new.Sealed, err = s.seal(new.ID, exchange.Application{Values: values, Files: stored, Channel: client.Channel}); err != nil {
		return Sent{}, err
	}
	bySender := public.Limit{Client: "form.sender:" + hex.EncodeToString(s.store.Keys.BlindIndex("edge.rate.form.sender", form.Process+"\x00"+who)[:16]), Most: formsADay}
	if form.PerDay > 0 {
		bySender.Most = form.PerDay
	}
	return s.placeForm(ctx, court, new, form, seed, byClient, bySender)
}

// sender asks whether this one may send the form. A receipt is looked up as on its own page, with the same five tries; a party's
// right is asked where the form is stored.
func (s *Service) sender(ctx context.Context, court string, client Client, sender Sender, form exchange.Form) (new public.NewApplication, who string, err error) {
	new.Meta.Process = form.Process
	if sender.Receipt == "" {
		new.Person, new.Roles, new.Meta.Viewer = sender.Person, form.By, sender.Viewer
		if sender.Person == nil {
			return new, "", signedOut
		}
		return new, "viewer\x00" + sender.Viewer.String(), nil
	}
	if !slices.Contains(form.By, Tipster) {
		return new, "", noForm
	}
	if _, err := s.ReceiptStatus(ctx, court, client, sender.Receipt); err != nil {
		return new, "", err
	}
	receipt, err := enforcement.ParseReceipt(sender.Receipt)
	if err != nil {
		return new, "", err
	}
	new.Meta.ReceiptHMAC = s.receiptHMAC(receipt)
	return new, "receipt\x00" + string(receipt), nil
}

func (a Application) check(form exchange.Form) (map[string]string, []cleaned, error) {
	values, problems := checkForm(form, a.Values)
	if a.Key == "" || len(a.Key) > longestID {
		return nil, nil, problem.New(problem.Invalid, "tip.key_missing", "这张表格已经失效，请刷新页面后重新填写。")
	}
	if len(a.Files) > form.Files {
		problems.Add("files", problem.New(problem.Invalid, "form.too_many_files", "最多可以附 {max} 张图片，您选了 {now} 张。请少选几张。",
			"max", form.Files, "now", len(a.Files)))
		return nil, nil, problems.Err()
	}
	files, err := cleanAll(a.Files, form.Files, false)
	if p, ok := problem.As(err); ok {
		problems.Add("files", p)
	} else if err != nil {
		return nil, nil, err
	}
	return values, files, problems.Err()
}

// seed ties the ticket to sender, form and everything in it: sent again unchanged it is the same, changed it is another one.
func (a Application) seed(court, who string, values map[string]string, files []cleaned) (string, error) {
	text, err := json.Marshal(values)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	h.Write(text)
	for _, f := range files {
		h.Write(f.sum)
	}
	return "application\x00" + court + "\x00" + who + "\x00" + a.Process + "\x00" + a.Key + "\x00" + hex.EncodeToString(h.Sum(nil)), nil
}

// placeForm draws the ticket and stores; a ticket another form of the day has is drawn again.
func (s *Service) placeForm(ctx context.Context, court string, new public.NewApplication, form exchange.Form, seed string, byClient, bySender public.Limit) (Sent, error) {
	for try := range 8 {
		new.Meta.Ticket = "SQ" + s.store.Now().In(calendar.Shanghai).Format("060102") + "-" + sixOf(s.draw("form.ticket"+strconv.Itoa(try), seed))
		out, err := s.store.SubmitApplication(ctx, court, new, byClient, bySender)
		switch {
		case errors.Is(err, public.ErrTicketTaken):
			continue
		case err != nil:
			return Sent{}, err
		case !out.Allowed:
			return Sent{}, noForm
		case out.Ticket != "":
			return Sent{out.Ticket, out.At, form}, nil
		case out.ByClient.Over(byClient):
			return Sent{}, s.tooMany(out.ByClient.Until)
		case out.BySender.Over(bySender):
			return Sent{}, problem.New(problem.TooMany, "form.per_day", "这张表格一天最多提交 {max} 次，今天已经用完。请明天再提交；着急的，请拨打案件页面上的电话。",
				"max", bySender.Most)
		}
		// Sent twice at the same instant: the other one stored it.
		ticket, at, _, err := s.store.Receipt(ctx, court, new.Mark)
		return Sent{ticket, at, form}, err
	}
	return Sent{}, problem.New(problem.Unavailable, "enforcement.random", "系统暂时不能编号，请稍后再试。")
}

// sixOf draws six digits, each as likely as another, from an endless stream.
func sixOf(r io.Reader) string {
	out := make([]byte, 0, 6)
	var b [1]byte
	for len(out) < cap(out) {
		if _, err := io.ReadFull(r, b[:]); err == nil && b[0] < 250 {
			out = append(out, '0'+b[0]%10)
		}
	}
	return string(out)
}

// Draft is a form that could not be sent because the session had ended.
type Draft struct {
	Viewer  uuid.UUID         `json:"viewer"`
	Process string            `json:"process"`
	Values  map[string]string `json:"values"`
	Files   bool              `json:"files"` // files were chosen; they have to be chosen again
}

// KeepDraft keeps a form for a day, sealed; the token leads to it. What the form does not know is left out.
func (s *Service) KeepDraft(ctx context.Context, court string, client Client, d Draft) (token string, err error) {
	profile, err := s.store.Court(ctx, court)
	if err != nil {
		return "", err
	}
	form, err := Form(profile, d.Process)
	if err != nil {
		return "", err
	}
	limit := s.limit("draft", client, draftsAnHour, 4*quarter)
	if count, err := s.store.CountTry(ctx, court, limit); err != nil {
		return "", err
	} else if count.Over(limit) {
		return "", s.tooMany(count.Until)
	}
	kept := map[string]string{}
	for _, f := range form.Fields {
		if v := []rune(d.Values[f.ID]); len(v) > 0 {
			kept[f.ID] = string(v[:min(len(v), 2*most)])
		}
	}
	d.Values = kept
	plain, err := json.Marshal(d)
	if err != nil {
		return "", err
	}
	token = newToken()
	key := draftKey(token)
	body, err := s.store.Keys.SealCourier("draft.body:"+printable(key), plain)
	if err != nil {
		return "", err
	}
	return token, s.store.PutDraft(ctx, court, key, body, s.store.Now().Add(draftLasts))
}

// Draft is the form behind a token, for the viewer who wrote it and nobody else; uuid.Nil asks only where it belongs.
func (s *Service) Draft(ctx context.Context, court, token string) (d Draft, ok bool, err error) {
	if token == "" {
		return d, false, nil
	}
	key := draftKey(token)
	body, err := s.store.Draft(ctx, court, key)
	if err != nil || body == nil {
		return d, false, err
	}
	plain, err := s.store.Keys.OpenCourier("draft.body:"+printable(key), body)
	if err != nil {
		return d, false, err
	}
	return d, true, json.Unmarshal(plain, &d)
}

// DropDraft forgets it once it was sent.
func (s *Service) DropDraft(ctx context.Context, court, token string) error {
	if token == "" {
		return nil
	}
	return s.store.DropDraft(ctx, court, draftKey(token))
}
