package cases

import (
	"bytes"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/management/casework"
	"mingzhi/portal/webkit"
)

// Waiting lists the disclosures that wait for the reader's decision (G14).
func Waiting(r *frame.Request) error { return waiting(r, webkit.Form{}, "") }

func waiting(r *frame.Request, form webkit.Form, of string) error {
	list, err := r.House.Reads.AwaitingRelease(r.C(), r.Actor)
	if err != nil {
		return err
	}
	r.Current = "release"
	return r.Show("待放行的公开信息", release(list, form, of))
}

// byEvent puts together whom one event waits to be told to.
func byEvent(list []casework.Waiting) [][]casework.Waiting {
	var out [][]casework.Waiting
	for _, w := range list {
		i := slices.IndexFunc(out, func(g []casework.Waiting) bool { return g[0].Event == w.Event })
		if i < 0 {
			out = append(out, []casework.Waiting{w})
			continue
		}
		out[i] = append(out[i], w)
	}
	return out
}

// Decide lets one go, or refuses it with a reason.
func Decide(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	yes := r.FormValue("yes") == "yes"
	if err := r.House.Disclosure.Release(r.C(), r.Actor, id, yes, strings.TrimSpace(r.FormValue("why"))); err != nil {
		return r.Again(err, func(form webkit.Form) error { return waiting(r, form, id.String()) })
	}
	if yes {
		return r.Done("/release", "released")
	}
	return r.Done("/release", "refused")
}

// Withdraw takes back what was disclosed wrongly, from the page of its case or tip.
func Withdraw(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := r.House.Disclosure.Withdraw(r.C(), r.Actor, id, strings.TrimSpace(r.FormValue("why"))); err != nil {
		return err
	}
	back := r.FormValue("back")
	if r.Next(r.At(back)) == "" {
		back = "/release"
	}
	return r.Done(back, "withdrawn")
}

// Hotline is the workbook for the 12368 desk.
func Hotline(r *frame.Request) error {
	var out bytes.Buffer
	if err := r.House.Reads.Hotline(r.C(), r.Actor, &out); err != nil {
		return err
	}
	r.Set(fiber.HeaderContentType, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	r.Set(fiber.HeaderContentDisposition, `attachment; filename="12368.xlsx"`)
	r.Set(fiber.HeaderCacheControl, "no-store")
	return r.Send(out.Bytes())
}
