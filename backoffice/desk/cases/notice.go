package cases

import (
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/support/recording"
	"mingzhi/portal/webkit"
)

// noticeView is the sheet a party takes home: the query code and where it is of use.
type noticeView struct {
	Case, Party        uuid.UUID
	Number, Name, Code string
	Link               string
	QR                 webkit.QR
}

func (n noticeView) box() string { return fmt.Sprintf("0 0 %d %d", n.QR.Size, n.QR.Size) }

// Code shows a party's query code on a sheet to print, or a new one in its place. It is a POST:
// the code is shown because somebody asked, and each showing is audited.
func Code(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	party, err := r.ID("party")
	if err != nil {
		return err
	}
	code, err := r.House.Disclosure.QueryCode(r.C(), r.Actor, id, party, r.FormValue("anew") != "")
	if err != nil {
		return err
	}
	c, err := r.House.Reads.Case(r.C(), r.Actor, id)
	if err != nil {
		return err
	}
	n := noticeView{Case: id, Party: party, Number: c.Number, Code: code}
	for _, p := range c.Persons {
		if p.ID == party {
			n.Name = p.Name
		}
	}
	if r.House.PortalURL != "" {
		n.Link = r.House.PortalURL + "/" + r.Court + "/bind?code=" + code
		n.QR = webkit.NewQR(n.Link)
	}
	r.Current = "cases"
	return r.Show("查询告知单", notice(n))
}

// Upload keeps a recording with the case.
func Upload(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	in := recording.Recording{Title: r.FormValue("title")}
	if at, err := time.ParseInLocation(rulebook.DatetimeForm, r.FormValue("taken_at"), calendar.Shanghai); err == nil {
		in.TakenAt = at
	}
	if header, err := r.FormFile("file"); err == nil {
		file, err := header.Open()
		if err != nil {
			return err
		}
		defer file.Close()
		if in.Data, err = io.ReadAll(file); err != nil {
			return err
		}
		in.Name = header.Filename
	}
	if err := r.House.Recordings.Add(r.C(), r.Actor, id, in); err != nil {
		return r.Again(err, func(form webkit.Form) error { return show(r, id, view{upload: form}) })
	}
	return r.Done("/cases/"+id.String(), "uploaded")
}
