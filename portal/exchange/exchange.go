package exchange

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Profile is disclosed.court.profile: what the public half knows of a court's rulebook.
type Profile struct {
	ID        string                       `json:"id"`
	Name      string                       `json:"name"`
	Short     string                       `json:"short"`
	Level     string                       `json:"level"`
	Address   string                       `json:"address"`
	WeChat    string                       `json:"wechat"`
	Site      string                       `json:"site"`
	AntiFraud string                       `json:"anti_fraud"`
	Hotlines  []Hotline                    `json:"hotlines"`
	Document  Document                     `json:"document"`
	Tip       TipForm                      `json:"tip"`
	Forms     []Form                       `json:"forms"`
	Roles     map[string]string            `json:"roles"`    // party role → word
	Events    map[string]string            `json:"events"`   // event code → word, for what may appear outside
	Messages  map[string]Template          `json:"messages"` // the public half's own messages by id
	Features  []string                     `json:"features"` // what the book switches on: recordings, feed, inquiry_view …
	Hall      Hall                         `json:"hall"`
	Words     map[string]map[string]string `json:"words"` // language → id → text; Chinese stands in the fields themselves
}

// Hotline is a telephone people may call. Its translated name stands in Words under "hotline.N.name".
type Hotline struct {
	Name   string `json:"name"`
	Phone  string `json:"phone"`
	Hours  string `json:"hours"`
	Clause string `json:"clause"`
}

// Document is the normative document behind the rulebook (S-4.7.2①).
type Document struct {
	Number string `json:"number"`
	Title  string `json:"title"`
	Issued string `json:"issued"`
	Text   string `json:"text"` // Markdown
}

// TipForm is what the tip page shows and limits; translations under "tip.warning", "tip.privacy".
type TipForm struct {
	Warning        string `json:"warning"`
	WarningVersion string `json:"warning_version"`
	Privacy        string `json:"privacy"`
	MaxText        int    `json:"max_text"`
	MaxFiles       int    `json:"max_files"`
	Clause         string `json:"clause"`
}

// TipMeta is the readable part of an inbox row of kind "tip": nothing that tells who or what.
type TipMeta struct {
	Ticket         string `json:"ticket"`
	ReceiptHMAC    []byte `json:"receipt_hmac"`
	Kind           string `json:"kind"` // person | asset
	Urgent         bool   `json:"urgent"`
	WarningVersion string `json:"warning_version"`
}

// Tip is the sealed part (aad "submission.sealed:ID").
type Tip struct {
	Debtor     string  `json:"debtor"`
	CaseNumber string  `json:"case_number"` // as typed; the desk matches it
	What       string  `json:"what"`
	Where      string  `json:"where"`
	When       string  `json:"when"`
	Applicant  bool    `json:"applicant"` // the tipster says to be the applicant of the case
	Contact    Contact `json:"contact"`
	Files      []File  `json:"files"`
	Language   string  `json:"language"`
	Channel    string  `json:"channel"` // portal, wechat, kiosk
}

// Contact is what the tipster chose to say of himself; all of it may stay empty.
type Contact struct {
	Name   string `json:"name"`
	Mobile string `json:"mobile"`
}

// Empty reports that the tipster stays anonymous.
func (c Contact) Empty() bool { return c == Contact{} }

// File is a cleaned upload in the inbox file store, sealed with aad "inbox_file:KEY".
type File struct {
	Key     string     `json:"key"`
	Name    string     `json:"name"`
	MIME    string     `json:"mime"`
	Size    int64      `json:"size"`
	SHA256  []byte     `json:"sha256"` // of the cleaned content
	TakenAt *time.Time `json:"taken_at,omitempty"`
	Lat     *float64   `json:"lat,omitempty"`
	Lon     *float64   `json:"lon,omitempty"`
}

// MessageMeta is the readable part of kind "tip_message".
type MessageMeta struct {
	ReceiptHMAC []byte `json:"receipt_hmac"`
}

// Message is the sealed part of kind "tip_message": an answer or addition by receipt.
type Message struct {
	Text  string `json:"text"`
	Files []File `json:"files"`
}

// Question is one entry of disclosed.tip.messages: what an officer asked, released.
type Question struct {
	ID   uuid.UUID `json:"id"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Delivery is the readable content of kind "delivery": what became of a message.
type Delivery struct {
	MessageID uuid.UUID `json:"message_id"`
	State     string    `json:"state"` // sent | delivered | failed
	Channel   string    `json:"channel"`
	Detail    string    `json:"detail"`
	At        time.Time `json:"at"`
}

// Template is a message the public half sends itself: a login code, a binding, a watched lot.
type Template struct {
	Name     string            `json:"name"`
	Text     string            `json:"text"` // {param} placeholders; signature and check code are added
	Params   []string          `json:"params"`
	Provider map[string]string `json:"provider"`
	WeChat   map[string]string `json:"wechat"` // field of the WeChat template → text with placeholders
	Sign     string            `json:"sign"`
	Clause   string            `json:"clause"`
}

// Hall is what the scrolling screen in the hall shows beside the lists (S-4.7.2③).
type Hall struct {
	Texts  []HallText `json:"texts"`
	Clause string     `json:"clause"`
}

// HallText is one page of the screen: rights and duties, risks of enforcement.
type HallText struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Offers reports whether the court's book switches a feature on.
func (p Profile) Offers(feature string) bool { return slices.Contains(p.Features, feature) }
