package matters

import (
	"io"

	"github.com/google/uuid"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/webkit"
)

// Show is the page of a matter; a tip's matter stands on the tip's page.
func Show(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	m, err := r.House.Reads.Matter(r.C(), r.Actor, id)
	if err != nil {
		return err
	}
	if m.OnTip(r.Book) {
		return webkit.Redirect303(r.Ctx, r.At("/tips/", m.TipID.String()))
	}
	r.Current = "process:" + m.CourtMatter.Process
	return r.Show(m.Process.Name, page(m, webkit.Form{}, false))
}

// again shows the matter with the form that came back.
func again(r *frame.Request, id uuid.UUID, err error, returning bool) error {
	return r.Again(err, func(form webkit.Form) error {
		m, err := r.House.Reads.Matter(r.C(), r.Actor, id)
		if err != nil {
			return err
		}
		if m.OnTip(r.Book) {
			return showTip(r, *m.TipID, state{form: form, returning: returning})
		}
		return r.Show(m.Process.Name, page(m, form, returning))
	})
}

// Take puts the matter into the reader's hands.
func Take(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if r.FormValue("_refresh") != "" {
		return again(r, id, nil, false)
	}
	if err := r.House.Engine.Take(r.C(), r.Actor, id, r.Values()); err != nil {
		if p, ok := problem.As(err); ok && p.Fields != nil {
			return again(r, id, err, false)
		}
		return err
	}
	return onward(r, id, "taken")
}

// Receive is the receipt for a matter handed over.
func Receive(r *frame.Request) error {
	return act(r, "received", func(id uuid.UUID) error { return r.House.Engine.Receive(r.C(), r.Actor, id) })
}

// Return sends the matter back with reasons.
func Return(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := r.House.Engine.Return(r.C(), r.Actor, id, r.FormValue("reason")); err != nil {
		return again(r, id, err, true)
	}
	return r.Done("/matters/"+id.String(), "returned")
}

// Complete does the current step with its form; a choice that others depend on only asks for the form anew.
func Complete(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if r.FormValue("_refresh") != "" {
		return again(r, id, nil, false)
	}
	a, err := answers(r)
	if err != nil {
		return err
	}
	if err := r.House.Engine.Complete(r.C(), r.Actor, id, r.FormValue("step"), a); err != nil {
		return again(r, id, err, false)
	}
	return onward(r, id, "completed")
}

// Withdraw ends a matter that is not to go on.
func Withdraw(r *frame.Request) error {
	return with(r, "withdrawn", func(id uuid.UUID) error {
		return r.House.Engine.Withdraw(r.C(), r.Actor, id, r.FormValue("withdraw_reason"), r.House.Reads.See)
	})
}

// Reopen takes a closed matter up again.
func Reopen(r *frame.Request) error {
	return with(r, "reopened", func(id uuid.UUID) error {
		return r.House.Engine.Reopen(r.C(), r.Actor, id, r.FormValue("reopen_reason"), r.House.Reads.See)
	})
}

// Assign gives a matter to somebody else.
func Assign(r *frame.Request) error {
	return with(r, "assigned", func(id uuid.UUID) error {
		to, _ := uuid.Parse(r.FormValue("assign_to"))
		return r.House.Engine.Assign(r.C(), r.Actor, id, to, r.FormValue("assign_reason"), r.House.Reads.See)
	})
}

// Comment writes a remark.
func Comment(r *frame.Request) error {
	return with(r, "commented", func(id uuid.UUID) error {
		return r.House.Engine.Comment(r.C(), r.Actor, id, r.FormValue("comment"), r.House.Reads.See)
	})
}

// with does an act whose form stands on the matter's page.
func with(r *frame.Request, said string, do func(uuid.UUID) error) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := do(id); err != nil {
		return again(r, id, err, false)
	}
	return onward(r, id, said)
}

// answers reads a posted form with its files.
func answers(r *frame.Request) (matter.Answers, error) {
	a := matter.Answers{Values: r.Values(), Files: map[string]matter.Upload{}}
	form, err := r.MultipartForm()
	if err != nil {
		return a, nil // sent without files
	}
	for field, headers := range form.File {
		for _, h := range headers {
			if h.Size == 0 && h.Filename == "" {
				continue
			}
			f, err := h.Open()
			if err != nil {
				return a, err
			}
			data, err := io.ReadAll(f)
			_ = f.Close()
			if err != nil {
				return a, err
			}
			a.Files[field] = matter.Upload{Name: h.Filename, Data: data}
		}
	}
	return a, nil
}

func act(r *frame.Request, said string, do func(uuid.UUID) error) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := do(id); err != nil {
		return err
	}
	return onward(r, id, said)
}

// onward stays with the matter while the reader may see it, else goes back to the work.
func onward(r *frame.Request, id uuid.UUID, said string) error {
	m, err := r.House.Reads.Matter(r.C(), r.Actor, id)
	if err != nil {
		return r.Done("/work", said)
	}
	if m.OnTip(r.Book) {
		return r.Done("/tips/"+m.TipID.String(), said)
	}
	if said == "opened" && m.State != "open" {
		said = "registered"
	}
	return r.Done("/matters/"+id.String(), said)
}

// Attached is a file that came with an application.
func Attached(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	file, err := r.ID("file")
	if err != nil {
		return err
	}
	f, content, err := r.House.Reads.File(r.C(), r.Actor, id, file)
	if err != nil {
		return err
	}
	return send(r, f.Mime, content)
}
