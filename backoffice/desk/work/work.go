package work

import (
	"github.com/google/uuid"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/management/casework"
	"mingzhi/portal/webkit"
)

// Home is the first page of the desk that the reader may open.
func Home(r *frame.Request) error {
	if to := r.Home(); to != "" {
		return webkit.Redirect303(r.Ctx, to)
	}
	return r.Show("工作台", nothing())
}

// Show is the list.
func Show(r *frame.Request) error {
	groups, err := r.House.Reads.MyWork(r.C(), r.Actor)
	if err != nil {
		return err
	}
	r.Current = "work"
	return r.Show("我的工作", page(groups))
}

// open is where a line leads.
func open(w casework.Work) string {
	switch {
	case w.Tip != uuid.Nil && w.Matter != uuid.Nil:
		return "/tips/" + w.Tip.String()
	case w.Matter != uuid.Nil:
		return "/matters/" + w.Matter.String()
	}
	return "/cases/" + w.Case.String()
}

// about is what kind of work it is, with the tip's number.
func about(w casework.Work) string {
	if w.Ticket != "" {
		return w.About + " " + w.Ticket
	}
	return w.About
}

func tone(name string) string {
	return map[string]string{"逾期": "over", "今天": "soon"}[name]
}
