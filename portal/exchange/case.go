package exchange

import (
	"time"

	"github.com/google/uuid"
)

// Item is disclosed.item.body: what the case page shows of one thing disclosed.
type Item struct {
	Fields   []Shown  `json:"fields"`
	Remedies []string `json:"remedies"`
	Role     string   `json:"role"`
	Service  string   `json:"service,omitempty"` // pending while the document behind it has not been served
	Secret   string   `json:"secret,omitempty"`  // what the reader must keep to himself; it is watermarked
}

// Shown is one disclosed field in words. Raw is there where a page reckons with it: dates as
// 2006-01-02, money in fen.
type Shown struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Value string `json:"value"`
	Raw   string `json:"raw,omitempty"`
}

// Form is something a person may send the court, declared by a process of the rulebook.
type Form struct {
	Process string   `json:"process"`
	Name    string   `json:"name"`
	Intro   string   `json:"intro"`
	By      []string `json:"by"`      // party roles (agents send for their principal), or tipster
	PerDay  int      `json:"per_day"` // how often one sender may send it in a day; 0: as often as he likes
	Fields  []Field  `json:"fields"`
	Files   int      `json:"files"`  // how many files may come with it
	Answer  string   `json:"answer"` // by when it is answered, in words
	Clause  string   `json:"clause"`
}

// Field is one input of a Form. Translations stand in Profile.Words under "PROCESS.FIELD.label".
type Field struct {
	ID       string   `json:"id"`
	Label    string   `json:"label"`
	Type     string   `json:"type"` // text long choice money date datetime yesno number
	Of       []Choice `json:"of,omitempty"`
	Required bool     `json:"required"`
	Help     string   `json:"help,omitempty"`
	Example  string   `json:"example,omitempty"`
	Max      int      `json:"max,omitempty"`
}

// Choice is one value of a choice field.
type Choice struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// ApplicationMeta is the readable part of an inbox row of kind "application": from whom, which form.
type ApplicationMeta struct {
	Process     string    `json:"process"`
	Viewer      uuid.UUID `json:"viewer,omitzero"`        // a signed-in party, or
	ReceiptHMAC []byte    `json:"receipt_hmac,omitempty"` // a tipster by receipt
	Ticket      string    `json:"ticket"`                 // what the sender was told (SQyymmdd-dddddd)
}

// Application is the sealed part: the form as filled in, by field.
type Application struct {
	Values  map[string]string `json:"values"`
	Files   []File            `json:"files"`
	Channel string            `json:"channel"`
}

// Read is the readable content of kind "read": which items a viewer saw for the first time.
type Read struct {
	Viewer uuid.UUID   `json:"viewer"`
	Items  []uuid.UUID `json:"items"`
	At     time.Time   `json:"at"`
}

// ChatMeta is the readable part of kind "chat"; the id is the conversation's.
type ChatMeta struct {
	Chat   uuid.UUID `json:"chat"`
	Viewer uuid.UUID `json:"viewer,omitzero"` // set when the WeChat user is bound
	Close  bool      `json:"close,omitempty"`
}

// Chat is the sealed part of kind "chat".
type Chat struct {
	Text  string `json:"text"`
	Files []File `json:"files"`
}

// LotQuestionMeta is the readable part of kind "question".
type LotQuestionMeta struct {
	Lot uuid.UUID `json:"lot"`
}

// LotQuestion is the sealed part of kind "question": a question about a lot.
type LotQuestion struct {
	Text string `json:"text"`
}

// ViewingMeta is the readable part of kind "viewing": a seat taken, or given back.
type ViewingMeta struct {
	Booking uuid.UUID `json:"booking"`
	Slot    uuid.UUID `json:"slot"`
	Cancel  bool      `json:"cancel,omitempty"`
}

// Viewing is the sealed part of kind "viewing": who comes.
type Viewing struct {
	Name   string `json:"name"`
	Mobile string `json:"mobile"`
}

// Reward is disclosed.tip.reward: where a claim by receipt stands.
type Reward struct {
	State  string    `json:"state"` // claimed, payable, refused, paid
	Amount int64     `json:"amount,omitempty"`
	Reason string    `json:"reason,omitempty"` // why refused; never a name, a case or an asset
	At     time.Time `json:"at"`
}
