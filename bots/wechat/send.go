package wechat

import (
	"context"
	"encoding/json"

	"github.com/silenceper/wechat/v2/officialaccount/message"
	"github.com/silenceper/wechat/v2/util"
)

// TemplateMessage is one template message or notice to one person.
type TemplateMessage struct {
	To         string // openid
	TemplateID string
	URL        string            // where a tap leads; may be empty
	Data       map[string]string // by field: "thing1", "character_string2"
	ClientID   string            // WeChat sends what it names only once in ten minutes; at most 32 characters
}

type sent struct {
	util.CommonError
	MsgID json.Number `json:"msgid"`
}

// SendTemplate hands over a template message; what became of it comes as EventTemplate under the same msgID.
func (c *Client) SendTemplate(ctx context.Context, m TemplateMessage) (msgID string, err error) {
	fields, err := fit(m.Data)
	if err != nil {
		return "", err
	}
	request := message.TemplateMessage{ToUser: m.To, TemplateID: m.TemplateID, URL: m.URL, ClientMsgID: m.ClientID, Data: map[string]*message.TemplateDataItem{}}
	for name, value := range fields {
		request.Data[name] = &message.TemplateDataItem{Value: value}
	}
	var answer sent
	if err := c.call(ctx, "/cgi-bin/message/template/send", &request, &answer); err != nil {
		return "", err
	}
	return answer.MsgID.String(), nil
}

// SendNotice hands over a 订阅通知, which each person allows beforehand. Its msgID may be empty.
func (c *Client) SendNotice(ctx context.Context, m TemplateMessage) (msgID string, err error) {
	fields, err := fit(m.Data)
	if err != nil {
		return "", err
	}
	request := message.SubscribeMessage{ToUser: m.To, TemplateID: m.TemplateID, Page: m.URL, Data: map[string]*message.SubscribeDataItem{}}
	for name, value := range fields {
		request.Data[name] = &message.SubscribeDataItem{Value: value}
	}
	var answer sent
	if err := c.call(ctx, "/cgi-bin/message/subscribe/bizsend", &request, &answer); err != nil {
		return "", err
	}
	return answer.MsgID.String(), nil
}

// SendText sends a customer-service message, which WeChat takes for 48 hours after the person wrote.
// Unlike a reply it is never cut: it may be a message of record.
func (c *Client) SendText(ctx context.Context, to, text string) error {
	if text == "" || len(text) > MaxText {
		return misfit("text", "为空或超过 2048 字节")
	}
	return c.call(ctx, "/cgi-bin/message/custom/send", message.NewCustomerTextMessage(to, text), &done{})
}
