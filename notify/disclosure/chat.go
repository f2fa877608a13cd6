package disclosure

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/notify/message"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// chat sends what an officer answered to the WeChat user he talks with; the act has checked that he may.
func chat(ctx context.Context, tx *storage.Tx, e *docket.Recorded) error {
	if e.Code != "chat_replied" {
		return nil
	}
	ids := [2]uuid.UUID{}
	for i, name := range []string{"chat", "message"} {
		text, _ := e.Facts[name].(string)
		id, err := uuid.Parse(text)
		if err != nil {
			return fmt.Errorf("disclosure: chat_replied: %s: %w", name, err)
		}
		ids[i] = id
	}
	row, err := tx.ChatMessageByID(ctx, courtdb.ChatMessageByIDParams{Court: tx.Court, ID: ids[1]})
	if err != nil {
		return err
	}
	text, err := tx.Keys.Open("chat_message.body:"+ids[1].String(), row.Body)
	if err != nil {
		return err
	}
	sent, err := message.Queue(ctx, tx, message.Message{Channels: []string{"wechat"}, Subject: ids[0], Template: "chat_reply",
		Params: map[string]string{"text": string(text)}, Urgent: true})
	if err != nil {
		return err
	}
	return tx.SetChatMessageSent(ctx, courtdb.SetChatMessageSentParams{Court: tx.Court, ID: ids[1], MessageID: &sent})
}
