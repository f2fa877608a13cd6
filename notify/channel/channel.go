package channel

import (
	"context"
	"errors"

	"github.com/google/uuid"
)

// Message is one message to one address. ID is the idempotency key: a sender hands it to the
// provider unchanged at every try, so that a repeat is not a second message.
type Message struct {
	Court       string
	ID          uuid.UUID
	Channel     string // sms, wechat, email
	Address     string // in clear: it goes to the provider and nowhere else, least of all to a log
	ProviderIDs map[string]string
	Template    string
	Params      []string // in the order of the approved template
	Text        string
	Data        map[string]string // the WeChat template's fields, rendered; empty: send Text
	URL         string            // own-domain link, may be empty
	CheckCode   string
}

// Accepted is what a provider answered when it took the message.
type Accepted struct {
	ProviderID string // how its reports will name the message; may be empty
	Delivered  bool   // it already lies with the person: no report will follow
}

// Sender hands messages to one provider. Send is called by many goroutines at once.
type Sender interface {
	Name() string
	Send(ctx context.Context, m Message) (Accepted, error)
}

// Error is why a message was not taken. Detail is for the record: it never holds the address,
// a parameter or the text.
type Error struct {
	Permanent bool
	Detail    string
	cause     error
}

func (e *Error) Error() string {
	if e.cause != nil {
		return e.Detail + ": " + e.cause.Error()
	}
	return e.Detail
}

func (e *Error) Unwrap() error { return e.cause }

// Refused is a permanent no: a bad number, a template the provider does not know.
func Refused(detail string) error { return &Error{Permanent: true, Detail: detail} }

// Failed is a no for now: the provider is down, slow or busy.
func Failed(detail string, cause error) error { return &Error{Detail: detail, cause: cause} }

// Why tells whether trying again is useless, and the detail for the record. An error of unknown
// make is temporary, and its words, which may quote the address, are not kept.
func Why(err error) (permanent bool, detail string) {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Permanent, e.Detail
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return false, "超时没有答复"
	}
	return false, "发送程序出错"
}
