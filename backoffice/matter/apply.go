package matter

import (
	"context"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/storage"
)

// Application is a form that somebody outside sent: a party of a case, or a tipster by receipt.
type Application struct {
	Process string
	Case    uuid.UUID
	Party   uuid.UUID // the principal, when a party sent it
	Sender  uuid.UUID // who sent it: the party himself, his agent, his guardian
	Tip     uuid.UUID // when a tipster sent it
	Ticket  string
	Values  map[string]string
	Source  string // key by which a repeat is known again
}

// Received is the event that an application leaves on the docket.
const Received = "application_received"

// Apply opens the process an application asks for. A value that does not stand the book's check
// (the form may have changed on its way) is kept as it was typed, for the person who handles it.
func (e *Engine) Apply(ctx context.Context, tx *storage.Tx, a Application) (uuid.UUID, error) {
	p, ok := tx.Book.Process(a.Process)
	if !ok || len(p.Opens.By) == 0 {
		return uuid.Nil, problem.New(problem.Refused, "matter.no_form", "现行规则书没有“{process}”这种申请。", "process", a.Process)
	}
	typed, form := tx.Book.CheckForm(p.Form, a.Values, tx.At.In(calendar.Shanghai))
	values := docket.Plain(typed)
	if wrong, ok := problem.As(form.Err()); ok {
		for field := range wrong.Fields {
			values[field] = a.Values[field]
		}
	}
	values["ticket"], values["form"] = a.Ticket, p.Name
	if a.Sender != uuid.Nil && a.Sender != a.Party {
		values["sender"] = a.Sender.String()
	}
	event := docket.Event{Code: Received, Case: a.Case, Party: a.Party, Tip: a.Tip, SourceKey: a.Source,
		Facts: map[string]any{"form": p.Name, "ticket": a.Ticket, "answer_by": p.Answer}}
	if a.Tip != uuid.Nil {
		event.Case = uuid.Nil // what a tipster sends is no event of the case: nobody of the case may see it (G8)
	}
	r, err := e.docket.Record(ctx, tx, event)
	if err != nil || !r.First {
		return uuid.Nil, err
	}
	if a.Tip != uuid.Nil && a.Case != uuid.Nil {
		r.Case = a.Case
		if r.File, err = docket.OpenFile(ctx, tx, a.Case); err != nil {
			return uuid.Nil, err
		}
	}
	s, err := e.open(ctx, tx, p, r, values)
	if err != nil || s == nil {
		return uuid.Nil, err
	}
	return s.ID, nil
}
