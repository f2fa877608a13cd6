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

// TicketsBegun is the first and the last ticket that begin with a text, written in any way; false when no ticket begins so.
func TicketsBegun(s string) (first, last Ticket, ok bool) {
	digits, ours := strings.CutPrefix(strings.ToUpper(undash(compact(s))), "XS")
	if !ours || digits == "" || len(digits) > 12 || strings.Trim(digits, "0123456789") != "" {
		return "", "", false
	}
	whole := func(rest string) Ticket { return Ticket("XS" + (digits + rest)[:6] + "-" + (digits + rest)[6:12]) }
	return whole("000000000000"), whole("999999999999"), true
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
