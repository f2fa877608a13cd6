package message

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Message is one message to one address.
type Message struct {
	Channels []string  // sms, wechat, email: those the rule allows, in its order
	Address  string    // mobile number, in clear only until it is sealed; empty: only over WeChat
	Subject  uuid.UUID // the viewer, tip or chat: how the public half finds a bound WeChat account
	Link     string    // path on the portal, e.g. "/case"
	Template string    // id in the book
	Params   map[string]string
	Clause   string
	Urgent   bool // may be sent in quiet hours
	Staff    bool // to the court's own people: who asks about its check code learns no more than that
}

// Queue writes the message to outgoing in the caller's transaction and returns its id.
func Queue(ctx context.Context, tx *storage.Tx, m Message) (uuid.UUID, error) {
	t, ok := tx.Book.Template(m.Template)
	if !ok {
		return uuid.Nil, problem.New(problem.Refused, "message.no_template", "规则书没有模板{template}，消息没有发出。", "template", m.Template)
	}
	code, err := checkCode()
	if err != nil {
		return uuid.Nil, err
	}
	id := storage.NewID()
	var address []byte
	if m.Address != "" {
		if address, err = tx.Keys.Public().SealCourier("outgoing.address:"+id.String(), []byte(m.Address)); err != nil {
			return uuid.Nil, err
		}
	}
	ordered := make([]string, len(t.Params))
	for i, name := range t.Params {
		ordered[i] = m.Params[name]
	}
	params, err := json.Marshal(ordered)
	if err != nil {
		return uuid.Nil, err
	}
	provider, err := json.Marshal(tx.Book.Court.Approved(t))
	if err != nil {
		return uuid.Nil, err
	}
	data, err := fields(t, m.Params)
	if err != nil {
		return uuid.Nil, err
	}
	name, clause := t.Name, m.Clause
	if m.Staff {
		name, clause = "本院内部工作通知", ""
	}
	return id, tx.InsertOutgoing(ctx, courtdb.InsertOutgoingParams{Court: tx.Court, ID: id, Channels: m.Channels, Address: address, Subject: storage.Ref(m.Subject), Template: t.ID,
		TemplateVersion: int32(t.Version), TemplateName: name, ProviderIds: provider, Params: params, Data: data, Url: m.Link, Text: tx.Book.Message(t, m.Params, code), CheckCode: code,
		Clause: clause, Urgent: m.Urgent, CreatedAt: tx.At, NotBefore: notBefore(tx.Book.Court, tx.At, m.Urgent)})
}

// fields are the values of the WeChat template, or nothing for a template that has none.
func fields(t *rulebook.Template, params map[string]string) ([]byte, error) {
	if len(t.WeChat) == 0 {
		return nil, nil
	}
	data := map[string]string{}
	for field, text := range t.WeChat {
		data[field] = rulebook.Expand(text, params)
	}
	return json.Marshal(data)
}

// checkCode is six random digits: whoever got the message can ask the portal whether it is real.
func checkCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n), nil
}

// notBefore keeps what is not urgent out of the court's quiet hours (G12).
func notBefore(c rulebook.Court, at time.Time, urgent bool) time.Time {
	from, ok1 := clock(c.QuietHours[0])
	until, ok2 := clock(c.QuietHours[1])
	if urgent || !ok1 || !ok2 || from == until {
		return at
	}
	local := at.In(calendar.Shanghai)
	minute := local.Hour()*60 + local.Minute()
	quiet := minute >= from && minute < until
	if from > until { // over midnight
		quiet = minute >= from || minute < until
	}
	if !quiet {
		return at
	}
	day := calendar.On(at)
	if from > until && minute >= from {
		day = day.Add(1)
	}
	return day.Time().Add(time.Duration(until) * time.Minute)
}

func clock(s string) (minutes int, ok bool) {
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil
}
