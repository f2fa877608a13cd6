package board

import (
	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/command/duty"
	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/management/casework"
	"mingzhi/portal/webkit"
)

// Show is the whole board.
func Show(r *frame.Request) error {
	b, err := r.House.Room.Board(r.C(), r.Actor)
	if err != nil {
		return err
	}
	r.Current = "duty"
	return r.Show("值班台", page(b))
}

// Fragment is the board alone, for reloading what changed.
func Fragment(r *frame.Request) error {
	b, err := r.House.Room.Board(r.C(), r.Actor)
	if err != nil {
		return err
	}
	return webkit.Render(r.Ctx, board(b))
}

func between(s duty.Shift) string {
	from, until := s.From.In(calendar.Shanghai), s.Until.In(calendar.Shanghai)
	if calendar.On(s.From) == calendar.On(s.Until) {
		return from.Format("15:04") + "–" + until.Format("15:04")
	}
	return from.Format("2日15:04") + "–" + until.Format("2日15:04")
}

func hour(s duty.Shift) string { return s.From.In(calendar.Shanghai).Format("1月2日 15:04") }

func due(c duty.Card) *casework.Due {
	return &casework.Due{ID: c.Deadline, Name: c.Step, At: c.Due, Unit: c.Unit, State: "open"}
}

func cardTone(c duty.Card, r *frame.Request) string {
	switch {
	case !c.Due.IsZero() && c.Due.Before(r.Now):
		return "card-over"
	case c.Urgent:
		return "card-urgent"
	}
	return ""
}
