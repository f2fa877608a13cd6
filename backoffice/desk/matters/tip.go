package matters

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/management/casework"
	"mingzhi/portal/exchange"
	"mingzhi/portal/webkit"
	"mingzhi/storage"
)

// state is what an act on the page left: a form that came back, an opened identity.
type state struct {
	form      webkit.Form // of the matter's step
	returning bool
	question  webkit.Form
	why       webkit.Form
	contact   *exchange.Contact
}

// Tip is the page of a tip; reading it is audited by the act that opens it.
func Tip(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	return showTip(r, id, state{})
}

func showTip(r *frame.Request, id uuid.UUID, s state) error {
	var view *intake.View
	var beside *casework.Beside
	err := r.House.Store.InTx(r.C(), r.Actor, func(tx *storage.Tx) (err error) {
		if view, err = intake.See(r.C(), tx, id); err != nil {
			return err
		}
		if beside, err = casework.BesideTip(r.C(), tx, id); err != nil || view.CaseID != nil {
			return err
		}
		beside.Candidates, err = casework.Candidates(r.C(), tx, view.Content.Debtor, view.Content.CaseNumber)
		return err
	})
	if err != nil {
		return err
	}
	r.Current = "duty"
	return r.Show("线索 "+view.Ticket, tip(view, beside, s))
}

// Ask puts a question to the tipster.
func Ask(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := r.House.Intake.Ask(r.C(), r.Actor, id, strings.TrimSpace(r.FormValue("question"))); err != nil {
		return r.Again(err, func(form webkit.Form) error { return showTip(r, id, state{question: form}) })
	}
	return r.Done("/tips/"+id.String(), "asked")
}

// Identity opens who gave the tip, once: the address of the page never shows it.
func Identity(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	contact, err := r.House.Intake.Identity(r.C(), r.Actor, id, r.FormValue("why"))
	if err != nil {
		return r.Again(err, func(form webkit.Form) error { return showTip(r, id, state{why: form}) })
	}
	return showTip(r, id, state{contact: &contact})
}

// File is a picture or paper of a tip; opening it is audited like the tip.
func File(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	file, err := r.ID("file")
	if err != nil {
		return err
	}
	f, content, err := r.House.Intake.File(r.C(), r.Actor, id, file)
	if err != nil {
		return err
	}
	return send(r, f.Mime, content)
}

func send(r *frame.Request, mime string, content []byte) error {
	r.Set(fiber.HeaderContentType, mime)
	r.Set(fiber.HeaderCacheControl, "no-store")
	r.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	return r.Send(content)
}

func kind(v *intake.View) string { return enforcement.TipKind(v.Kind).Name() }

func stage(v *intake.View) string {
	out := enforcement.TipStage(v.Stage).Name()
	if v.Result != nil {
		out += " · " + enforcement.TipResult(*v.Result).Name()
	}
	return out
}

func picture(mime string) bool { return strings.HasPrefix(mime, "image/") }

// contactLine is who gave the tip, as far as the person said.
func contactLine(c *exchange.Contact) string {
	name := c.Name
	if name == "" {
		name = "未留姓名"
	}
	if c.Mobile == "" {
		return name + "，未留电话"
	}
	return name + "，" + c.Mobile
}

// filesOf are the files of the tip itself, or of one message.
func filesOf(v *intake.View, message *intake.Message) []fileLink {
	var out []fileLink
	for _, f := range v.Files {
		if message == nil && f.MessageID == nil || message != nil && f.MessageID != nil && *f.MessageID == message.ID {
			out = append(out, fileLink{f.ID, f.Name, f.Mime})
		}
	}
	return out
}

type fileLink struct {
	ID         uuid.UUID
	Name, Mime string
}

func source(channel string) string {
	if name := map[string]string{"portal": "网上门户", "wechat": "微信", "kiosk": "自助终端", "phone": "电话"}[channel]; name != "" {
		return name
	}
	return channel
}
