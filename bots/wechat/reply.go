package wechat

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/officialaccount/message"
	"github.com/silenceper/wechat/v2/util"
)

// MaxText is how many bytes of text WeChat takes in one message.
const MaxText = 2048

// Reply is what a person is told at once: the first of these that is set. The zero Reply says nothing.
type Reply struct {
	Text    string // cut, visibly, at MaxText: WeChat shows a whole text or none
	Article *Article
	ImageID string // a media id
	Staff   bool   // hand the talk over to the account's customer service desk
}

// Article is one card that leads to a page; callers link to the court's own domain only.
type Article struct {
	Title, Description, PicURL, URL string
}

const (
	xmlType  = "application/xml; charset=utf-8"
	textType = "text/plain; charset=utf-8"
)

var success = []byte("success") // tells WeChat that nothing more will come; anything else but XML is an error to it

// Answer is the body for WeChat: encrypted when the message came so.
func (w *Webhook) Answer(m Message, r Reply) (body []byte, contentType string, err error) {
	head := func(kind message.MsgType) message.CommonToken {
		return message.CommonToken{ToUserName: message.CDATA(m.FromUser), FromUserName: message.CDATA(m.ToUser), CreateTime: w.now().Unix(), MsgType: kind}
	}
	var reply any
	switch {
	case r.Text != "":
		reply = &message.Text{CommonToken: head(message.MsgTypeText), Content: message.CDATA(cutBytes(legal(r.Text), MaxText))}
	case r.Article != nil:
		a := r.Article
		news := message.NewNews([]*message.Article{message.NewArticle(a.Title, a.Description, a.PicURL, a.URL)})
		news.CommonToken = head(message.MsgTypeNews)
		reply = news
	case r.ImageID != "":
		image := message.NewImage(r.ImageID)
		image.CommonToken = head(message.MsgTypeImage)
		reply = image
	case r.Staff:
		reply = &message.TransferCustomer{CommonToken: head(message.MsgTypeTransfer)}
	default:
		return success, textType, nil
	}
	if body, err = xml.Marshal(reply); err != nil {
		return nil, "", err
	}
	if m.sealed {
		if body, err = w.seal(body); err != nil {
			return nil, "", err
		}
	}
	return body, xmlType, nil
}

// seal wraps a reply as WeChat wants it back in safe mode.
func (w *Webhook) seal(reply []byte) ([]byte, error) {
	var random [24]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, err
	}
	encrypted := base64.StdEncoding.EncodeToString(util.AESEncryptMsg(random[:16], reply, w.account.AppID, w.key))
	nonce := hex.EncodeToString(random[16:])
	now := w.now().Unix()
	return xml.Marshal(message.ResponseEncryptedXMLMsg{EncryptedMsg: encrypted, Timestamp: now, Nonce: nonce,
		MsgSignature: util.Signature(w.account.Token, strconv.FormatInt(now, 10), nonce, encrypted)})
}

// legal drops what XML forbids: encoding/xml does not look into CDATA.
func legal(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, text)
}

func cutBytes(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const sign = "…"
	end := limit - len(sign)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + sign
}
