package enforcement

import (
	"io"
	"regexp"
	"strings"
	"time"

	"mingzhi/backoffice/problem"
)

// Ticket is the number by which staff and a tipster speak of a tip: XS261122-483920, the day
// in Asia/Shanghai and six random digits. It opens nothing; the Receipt does. Six digits can
// meet twice in a day, so the store keeps it unique and draws again.
type Ticket string

var ticketForm = regexp.MustCompile(`^XS([0-9]{6})([0-9]{6})$`)

// NewTicket makes a ticket for the day of now (any zone). An error of r is Unavailable,
// enforcement.random.
func NewTicket(now time.Time, r io.Reader) (Ticket, error) {
	digits, err := randomDigits(r, 6)
	if err != nil {
		return "", err
	}
	return Ticket("XS" + now.In(shanghai).Format("060102") + "-" + digits), nil
}

// ParseTicket reads a ticket in either width and case, with or without the dash. Errors are
// Invalid: enforcement.ticket_empty, ticket_format.
func ParseTicket(s string) (Ticket, error) {
	text := strings.ToUpper(undash(compact(s)))
	if text == "" {
		return "", problem.New(problem.Invalid, "enforcement.ticket_empty", "请填写线索编号。")
	}
	part := ticketForm.FindStringSubmatch(text)
	if part != nil {
		if _, err := time.Parse("060102", part[1]); err == nil {
			return Ticket("XS" + part[1] + "-" + part[2]), nil
		}
	}
	return "", problem.New(problem.Invalid, "enforcement.ticket_format",
		"线索编号的写法不对，请照XS261122-483920的样子填写。")
}
