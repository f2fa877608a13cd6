package lots

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/support/lot"
	"mingzhi/portal/webkit"
)

// List searches the lots.
func List(r *frame.Request) error {
	f := lot.Filter{Text: strings.TrimSpace(r.Query("q")), State: r.Query("state"), Kind: r.Query("kind"), Page: r.PageNumber()}
	found, err := r.House.Lots.List(r.C(), r.Actor, f)
	if err != nil {
		return err
	}
	r.Current = "lots"
	return r.Show("司法拍卖", list(f, found))
}

// query is the list's address with its filter, ready for a page number.
func query(f lot.Filter) string {
	v := url.Values{}
	for name, value := range map[string]string{"q": f.Text, "state": f.State, "kind": f.Kind} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return "?"
	}
	return "?" + v.Encode() + "&"
}

// New is the form of a new lot; the case comes by its number.
func New(r *frame.Request) error {
	return fresh(r, webkit.Form{Values: map[string]string{"case": r.Query("case")}})
}

func fresh(r *frame.Request, form webkit.Form) error {
	r.Current = "lots"
	return r.Show("新建拍卖标的", create(form))
}

// Create makes the lot; what is wrong with the number and with the rest is said at once.
func Create(r *frame.Request) error {
	caseID, err := r.House.Lots.CaseFor(r.C(), r.Actor, r.FormValue("case"))
	if err != nil {
		return r.Again(err, func(form webkit.Form) error { return fresh(r, form) })
	}
	id, err := r.House.Lots.Create(r.C(), r.Actor, caseID, r.Values())
	if err != nil {
		return r.Again(err, func(form webkit.Form) error { return fresh(r, form) })
	}
	return r.Done("/lots/"+id.String(), "lot_made")
}

// view is a lot's page with what an act on it left.
type view struct {
	*lot.View
	form     webkit.Form // of an act without its own page that was refused
	of       string      // the viewing whose visitors were asked for
	visitors []lot.Visitor
	opened   bool
}

// Show is the page of a lot; reading it is audited by the act that opens it.
func Show(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	return show(r, id, view{})
}

func show(r *frame.Request, id uuid.UUID, v view) (err error) {
	if v.View, err = r.House.Lots.Show(r.C(), r.Actor, id); err != nil {
		return err
	}
	r.Current = "lots"
	return r.Show(v.Title, page(v))
}

// Visitors opens who comes to a viewing, once.
func Visitors(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	slot, err := r.ID("slot")
	if err != nil {
		return err
	}
	who, err := r.House.Lots.Visitors(r.C(), r.Actor, id, slot, r.FormValue("reason"))
	if err != nil {
		return r.Again(err, func(form webkit.Form) error { return show(r, id, view{form: form, of: slot.String()}) })
	}
	return show(r, id, view{of: slot.String(), visitors: who, opened: true})
}

// Picture is one picture of a lot.
func Picture(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	picture, err := r.ID("picture")
	if err != nil {
		return err
	}
	mime, content, err := r.House.Lots.Picture(r.C(), r.Actor, id, picture)
	if err != nil {
		return err
	}
	r.Set(fiber.HeaderContentType, mime)
	r.Set(fiber.HeaderCacheControl, "no-store")
	r.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	return r.Send(content)
}

var noAct = problem.New(problem.NotFound, "lot.no_act", "标的现在的状态没有这个操作，请回到标的页面查看。")

// Act is the form of one act on a lot.
func Act(r *frame.Request) error { return form(r, nil) }

// form shows an act's own page; back is what came back refused.
func form(r *frame.Request, back *webkit.Form) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	v, err := r.House.Lots.Show(r.C(), r.Actor, id)
	if err != nil {
		return err
	}
	a, ok := acts[r.Params("act")]
	if !ok || a.fields == nil && !a.file || back == nil && !v.May[r.Params("act")] {
		return noAct
	}
	s := sheet{View: v, act: a, path: r.At("/lots/", id.String(), "/do/", r.Params("act")), item: r.Params("item")}
	if s.item != "" {
		s.path += "/" + url.PathEscape(s.item)
	}
	if a.fields != nil {
		if s.fields = a.fields(v, s.item); s.fields == nil {
			return noAct
		}
	}
	s.form = webkit.Form{Values: map[string]string{}}
	if a.values != nil {
		s.form.Values = a.values(v, s.item)
	}
	if back != nil {
		s.form = *back
	}
	if s.form.Values["seen"] == "" {
		s.form.Values["seen"] = v.Seen
	}
	r.Current = "lots"
	return r.Show(a.name, doing(s))
}

// Do runs an act; what is wrong comes back with everything that was typed.
func Do(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	a, ok := acts[r.Params("act")]
	if !ok {
		return noAct
	}
	if err := a.do(r, id, r.Params("item")); err != nil {
		return r.Again(err, func(back webkit.Form) error {
			if a.fields == nil && !a.file {
				return show(r, id, view{form: back})
			}
			if back.Values == nil {
				back.Values = map[string]string{}
			}
			return form(r, &back)
		})
	}
	return r.Done("/lots/"+id.String(), "lot_done")
}
