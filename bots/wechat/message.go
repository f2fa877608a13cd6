package wechat

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// Kind is what sort of message came in.
type Kind string

const (
	Text     Kind = "text"
	Image    Kind = "image"
	Voice    Kind = "voice"
	Video    Kind = "video" // short videos too
	Location Kind = "location"
	Link     Kind = "link"
	Event    Kind = "event"
	Other    Kind = "other" // stickers, music, cards, and what WeChat will think of next
)

// Events that the house acts on; others come through under WeChat's own name.
const (
	EventSubscribe   = "subscribe"
	EventUnsubscribe = "unsubscribe"
	EventScan        = "SCAN"
	EventClick       = "CLICK"
	EventView        = "VIEW"
	EventLocation    = "LOCATION"
	EventTemplate    = "TEMPLATESENDJOBFINISH"
	EventNoticeAsked = "subscribe_msg_popup_event"
	EventNoticeKept  = "subscribe_msg_change_event"
	EventNoticeSent  = "subscribe_msg_sent_event"
)

// Message is one callback, free of WeChat's own forms.
type Message struct {
	Kind      Kind
	FromUser  string // the person's openid, or the platform's for its own events
	ToUser    string // the account's original id
	CreatedAt time.Time
	MsgID     string // empty in events

	Text        string // a text; a link's description
	Title, URL  string // a link's
	MediaID     string
	PicURL      string
	Format      string // a voice's: amr, speex
	Recognition string // what WeChat understood of a voice
	Lat, Lon    float64
	Label       string

	Event         string
	EventKey      string // a menu's key, a view's address, a scene without "qrscene_"
	Ticket        string
	Status        string // what became of a template message: "success", "failed:user block", "failed: system failed"
	TemplateMsgID string
	Notices       []Notice // of the subscribe_msg events

	sealed bool // came encrypted: so is the answer
}

// Notice is one line of a subscribe_msg event.
type Notice struct {
	TemplateID string
	Status     string // accept, reject; or why a notice was not delivered
	MsgID      string
	ErrorCode  string
}

// Key is the same for each repeat of a callback and holds no openid. Several template messages to
// one person may end in the same second: their ids keep them apart.
func (m Message) Key() string {
	if m.MsgID != "" {
		return "m" + m.MsgID
	}
	text := m.FromUser + "\n" + strconv.FormatInt(m.CreatedAt.Unix(), 10) + "\n" + m.Event + "\n" + m.EventKey + "\n" + m.TemplateMsgID
	for _, n := range m.Notices {
		text += "\n" + n.TemplateID + "\n" + n.MsgID
	}
	sum := sha256.Sum256([]byte(text))
	return "e" + hex.EncodeToString(sum[:16])
}
