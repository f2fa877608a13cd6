package exchange

import (
	"time"

	"github.com/google/uuid"
)

// Lot is disclosed.lot.body: everything a bidder may know of a lot (网拍13, 14). Money is fen.
type Lot struct {
	Title       string       `json:"title"`
	CaseNumber  string       `json:"case_number"`
	Address     string       `json:"address"`
	Description string       `json:"description"`
	PlatformURL string       `json:"platform_url"`
	Contact     string       `json:"contact"`
	Facts       []LotFact    `json:"facts"`
	Rounds      []LotRound   `json:"rounds"` // as far as announced, oldest first
	Questions   []LotQA      `json:"questions"`
	Pictures    []LotPicture `json:"pictures"`
	Notice      string       `json:"notice"` // the full text of the notice
	Warnings    []string     `json:"warnings"`
}

// LotFact is one survey fact with who established it and when; Value is empty when it is unknown.
type LotFact struct {
	Fact   string `json:"fact"`
	Label  string `json:"label"`
	Value  string `json:"value"`
	Source string `json:"source"`
	On     string `json:"on"` // 2006-01-02
}

// LotRound is one round. Kind is auction_1, auction_2 or sell_off.
type LotRound struct {
	Round         int        `json:"round"`
	Name          string     `json:"name"`
	Reference     int64      `json:"reference"`
	StartingPrice int64      `json:"starting_price"`
	Deposit       int64      `json:"deposit"`
	Increment     int64      `json:"increment"`
	StartsAt      time.Time  `json:"starts_at"`
	EndsAt        time.Time  `json:"ends_at"`
	BalanceDays   int        `json:"balance_days"`
	AnnouncedAt   time.Time  `json:"announced_at"`
	Result        string     `json:"result,omitempty"` // sold, unsold, stopped, withdrawn
	ResultPrice   int64      `json:"result_price,omitempty"`
	ResultAt      *time.Time `json:"result_at,omitempty"`
}

// LotQA is a published question with its answer; nobody is named.
type LotQA struct {
	Question string    `json:"question"`
	Answer   string    `json:"answer"`
	At       time.Time `json:"at"`
}

// LotPicture is served by its id.
type LotPicture struct {
	ID      uuid.UUID `json:"id"`
	Caption string    `json:"caption"`
}

// Notice is disclosed.notice.body: a public notice by the rulebook's whitelist.
type Notice struct {
	Fields []Shown `json:"fields"`
}
