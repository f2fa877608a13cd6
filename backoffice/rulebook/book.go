package rulebook

import "mingzhi/backoffice/calendar"

// Book is one court's rulebook as it holds in one published version.
type Book struct {
	Court       Court
	Clauses     []Clause
	Events      []Event
	Processes   []Process
	Deadlines   []Deadline
	Disclosures []Disclosure
	Alerts      []Alert
	Gates       []Gate  // what must be true before an act
	Boards      []Board // figures over what is on file, declared
	Templates   []Template
	Remedies    []Remedy
	Figures     []Figure                     // numbers of the law that acts reckon with
	LotItems    []LotItem                    // what a lot's survey must say, and the warnings of its notice
	Laws        []Law                        // national norms that entries may cite beside the court's clauses
	Words       map[string]map[string]string // language → entry id (or id.field) → text; missing means Chinese
	Text        string                       // full text of the document, as markdown

	watched  map[string]bool     // events of processes that something in the book hangs on
	programs *programs           // compiled CEL, shared by every view of the book
	wordsAt  map[string]Position // language → where the court's own words stand
}

// Law is an article of a national norm with the days in force, as far as they are known.
type Law struct {
	ID         string         `yaml:"id"`
	Title      string         `yaml:"title"`
	Article    string         `yaml:"article"`
	Gist       string         `yaml:"gist"`
	From       *calendar.Date `yaml:"from"`
	Until      *calendar.Date `yaml:"until"`
	Unverified bool           `yaml:"unverified"` // a judge must still hold it against the official text
	At         Position       `yaml:"-"`
}

// Entry is what every rule carries: an id, the words of the court, the clauses that order it
// and the days from and until which it holds.
type Entry struct {
	ID      string         `yaml:"id"`
	Name    string         `yaml:"name"`
	Clauses []string       `yaml:"clauses"`
	From    *calendar.Date `yaml:"from"`
	Until   *calendar.Date `yaml:"until"`
	At      Position       `yaml:"-"`
}

// Position is where an entry stands in the book, for error messages and coverage.
type Position struct {
	File string
	Line int

	lines *lines // the lines inside the entry, by path
}

// Court is the profile: what differs from court to court and is not a rule.
type Court struct {
	ID         string                       `yaml:"id"`   // tenant key, ASCII: in URLs and in every row
	Name       string                       `yaml:"name"` // full name
	Short      string                       `yaml:"short"`
	Code       string                       `yaml:"code"`  // 法院代字
	Level      string                       `yaml:"level"` // intermediate | basic
	Sign       string                       `yaml:"sign"`  // SMS signature 【…】
	Address    string                       `yaml:"address"`
	WeChat     string                       `yaml:"wechat"` // name of the official account
	Site       string                       `yaml:"site"`
	Hotlines   []Hotline                    `yaml:"hotlines"`
	Terms      map[string]string            `yaml:"terms"` // term id → the court's own word, e.g. case_account: 一案一账号
	QuietHours [2]string                    `yaml:"quiet_hours"`
	Roles      []Role                       `yaml:"roles"`
	Teams      []Team                       `yaml:"teams"`
	Assign     []string                     `yaml:"assign"` // roles that may give any run to another person, unless its process says who
	Reopen     []string                     `yaml:"reopen"` // roles that may take any closed run up again, unless its process says who
	Menu       []MenuGroup                  `yaml:"menu"`
	Tip        TipProfile                   `yaml:"tip"`
	Document   Document                     `yaml:"document"` // the normative document that is the source
	AntiFraud  string                       `yaml:"anti_fraud"`
	Features   []Feature                    `yaml:"features"`  // what the court has switched on
	Providers  map[string]map[string]string `yaml:"providers"` // channel.provider → template id (or "*") → the id the provider approved
	Hall       Hall                         `yaml:"hall"`      // the scrolling screen (S-4.7.2③)
	Pages      []Page                       `yaml:"pages"`     // public pages that clauses order
	Choices    []Decision                   `yaml:"decisions"` // what the rules leave to the court, and how it decided
	Include    string                       `yaml:"include"`   // "national": entries not overridden here come from there
	At         Position                     `yaml:"-"`
}

// Approved is how the providers call a template, by channel.provider.
func (c Court) Approved(t *Template) map[string]string {
	out := map[string]string{}
	for provider, ids := range c.Providers {
		if id := ids[t.ID]; id != "" {
			out[provider] = id
		} else if id := ids["*"]; id != "" {
			out[provider] = id
		}
	}
	for provider, id := range t.Provider {
		out[provider] = id
	}
	return out
}

// Feature is something of the program that a court switches on or leaves off.
type Feature string

// The features.
const (
	FeatureRecordings Feature = "recordings"   // parties may ask to see recordings (W-11d, W-20b)
	FeatureFeed       Feature = "feed"         // public notices as a feed for the court's other sites
	FeatureExport     Feature = "export_12368" // what a hotline's desk may say, as a file
)

// Features is the closed set.
var Features = []Feature{FeatureRecordings, FeatureFeed, FeatureExport}

// Page is a public page with the clauses that order it; ID is one of PublicPages.
type Page struct {
	ID      string   `yaml:"page"`
	Clauses []string `yaml:"clauses"`
}

// Decision is something the text leaves open (Appendix C's readings, words without numbers) and how this court reads it.
type Decision struct {
	About   string   `yaml:"about"`
	Reading string   `yaml:"reading"`
	Clauses []string `yaml:"clauses"`
}

// Hall is what the screen shows beside the lists: rights and duties, risks.
type Hall struct {
	Clause string     `yaml:"clause"`
	Texts  []HallText `yaml:"texts"`
}

// HallText is one page of the screen.
type HallText struct {
	Title string `yaml:"title"`
	Text  string `yaml:"text"`
}

// Figure is a number a law or the court gives, with the days it holds. An act that reckons names
// it by id and refuses with its source.
type Figure struct {
	Entry  `yaml:",inline"`
	Value  int    `yaml:"value"`
	Unit   string `yaml:"unit"` // percent | days | workdays | hours | minutes | count
	Source string `yaml:"source"`
	Note   string `yaml:"note"`
}

// LotItem is one thing the survey of a lot must say, or a special warning of its notice (网拍13, 14).
type LotItem struct {
	Entry    `yaml:",inline"`
	Kinds    []string `yaml:"kinds"`    // of lots; empty: all
	Required bool     `yaml:"required"` // must be answered, "unknown" counts, before the notice
	Help     string   `yaml:"help"`
	Warning  string   `yaml:"warning"` // the text of a warning; empty for a fact
}

// Document is the paper behind the book: number, dates, who approved it, and its full text's file.
type Document struct {
	Number string        `yaml:"number"`
	Title  string        `yaml:"title"`
	Issued calendar.Date `yaml:"issued"`
	Text   string        `yaml:"text"` // file of the full text beside the book
}

// Hotline is a telephone people may call, of one of the three court levels (S-4.7.2②) or of the duty room.
type Hotline struct {
	Name   string `yaml:"name"`
	Phone  string `yaml:"phone"`
	Hours  string `yaml:"hours"`
	Clause string `yaml:"clause"`
}

// Role is a position in the court with what it may do and how far it sees.
type Role struct {
	ID      string       `yaml:"id"`
	Name    string       `yaml:"name"`
	May     []Permission `yaml:"may"`
	Scope   Scope        `yaml:"scope"` // own | team | court
	Clauses []string     `yaml:"clauses"`
}

// Team is an organisational unit; Aliases are its other names in the same text (C-7).
type Team struct {
	ID      string   `yaml:"id"`
	Name    string   `yaml:"name"`
	Aliases []string `yaml:"aliases"`
	Clauses []string `yaml:"clauses"`
}

// MenuGroup is a heading of the desk's menu; Items link to pages or to processes of the book.
type MenuGroup struct {
	ID      string     `yaml:"id"`
	Name    string     `yaml:"name"`
	Part    string     `yaml:"part"` // the part of the document it belongs to, e.g. 指挥监督
	Items   []MenuItem `yaml:"items"`
	Clauses []string   `yaml:"clauses"`
}

// MenuItem opens a page of the desk (page), the register of a process (process) or a board (board).
type MenuItem struct {
	Name    string   `yaml:"name"`
	Page    string   `yaml:"page"`
	Process string   `yaml:"process"`
	Board   string   `yaml:"board"`
	Clauses []string `yaml:"clauses"`
}

// TipProfile is what the public tip form shows and limits.
type TipProfile struct {
	Process        string `yaml:"process"`         // process a tip opens
	Warning        string `yaml:"warning"`         // legal warning to accept (S-3.1.2c)
	WarningVersion string `yaml:"warning_version"` // stored with each tip
	Privacy        string `yaml:"privacy"`         // what happens with identity and content
	MaxText        int    `yaml:"max_text"`        // runes
	MaxFiles       int    `yaml:"max_files"`
	Clause         string `yaml:"clause"`
}

// Clause is one row of the inventory: its id, gist, the text of the source, and what carries it.
type Clause struct {
	ID      string `yaml:"id"`
	Gist    string `yaml:"gist"`
	Article string `yaml:"article"` // e.g. 第三条第1项(2)
	Text    string `yaml:"text"`    // the court's words
	Kind    string `yaml:"kind"`    // one of the eight kinds; "law" for an article of a national norm
	Policy  string `yaml:"policy"`  // why software has nothing to do here; only for hardware-or-policy-only

	At Position `yaml:"-"`
}

// Event is something that can be recorded on the docket, with the form that asks for its facts.
type Event struct {
	Entry  `yaml:",inline"`
	On     string   `yaml:"on"`     // case | tip | matter | lot | person | none
	By     []string `yaml:"by"`     // roles that may record it by hand; empty: only acts and steps do
	About  []string `yaml:"about"`  // party roles one of which it concerns (the form asks which person)
	Effect Effect   `yaml:"effect"` // when it takes effect
	Form   []Field  `yaml:"form"`
	Stage  string   `yaml:"stage"` // the enforcement.CaseStage the case moves to, if any
}

// Effect says when an event takes effect towards the outside (G2).
type Effect string

// The two ways: at once, or only at the instant recorded as effect_at.
const (
	EffectAtOnce    Effect = "at_once"
	EffectConfirmed Effect = "confirmed"
)

// Deadline is a clock that an event starts and another stops.
type Deadline struct {
	Entry    `yaml:",inline"`
	Start    string   `yaml:"start"`     // event
	When     string   `yaml:"when"`      // CEL over event, case, tip
	Stop     []string `yaml:"stop"`      // events; any one closes it
	StopWhen string   `yaml:"stop_when"` // CEL over the event that would close it
	// Same keeps clocks of several assets or persons apart: field of the start event → field of the event that closes; where both say
	// something, they must say the same.
	Same     map[string]string `yaml:"same"`
	Length   Length            `yaml:"length"`
	Warn     Length            `yaml:"warn"`     // how long before due to warn
	Owner    string            `yaml:"owner"`    // role
	Escalate string            `yaml:"escalate"` // role
	Source   string            `yaml:"source"`   // clause of the court, article of a law, or "court" for its own figure
	Pauses   []Pausing         `yaml:"pauses"`
	Counts   string            `yaml:"counts"` // date field of the start event from which it counts; else the day it occurred
	Due      string            `yaml:"due"`    // date field of the start event that is the due day; Length is then the legal cap
	Told     []string          `yaml:"told"`   // party roles that see this clock run on their case page
	Public   string            `yaml:"public"` // what it is called there; else Name
	By       string            `yaml:"by"`     // who owes it, in words for a party
	Fixed    bool              `yaml:"fixed"`  // ends even on a holiday, like the term of a freeze; else it rolls (民诉法85)
	Note     string            `yaml:"note"`
	Examples []Example         `yaml:"examples"`
}

// Example is a computed pair that the court agreed on; a test holds the calendar to it.
type Example struct {
	Start calendar.Date `yaml:"start"`
	Due   calendar.Date `yaml:"due"`
}

// Pausing stops a clock from one event to another (公告, 评估, 中止).
type Pausing struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// Release is who lets a disclosure go (G14).
type Release string

// The four release classes.
const (
	ReleaseAuto  Release = "auto"  // the system sends
	ReleaseGate  Release = "gate"  // the system sends after effect (G2)
	ReleaseJudge Release = "judge" // the judge releases
	ReleasePub   Release = "pub"   // a public page needs a named approver
)

// Disclosure says who may learn what of an event, when, over which channels, and who may not.
type Disclosure struct {
	Entry     `yaml:",inline"`
	Event     string     `yaml:"event"`
	Release   Release    `yaml:"release"`
	Approver  string     `yaml:"approver"` // role, for judge and pub
	On        bool       `yaml:"on"`       // the court's switch
	Audiences []Audience `yaml:"audiences"`
	Withheld  []Withheld `yaml:"withheld"`
	Removes   []string   `yaml:"removes"` // events whose public notices about the same person and case come down with this one
}

// Audience is one circle of people who may be told.
type Audience struct {
	ID       string   `yaml:"id"`             // only where two audiences of a disclosure have the same To
	To       string   `yaml:"to"`             // party role (agents and guardians follow their principal), tipster, public
	Fields   []string `yaml:"fields"`         // the whitelist: nothing else leaves
	Channels []string `yaml:"channels"`       // sms wechat portal email, in the order tried
	Only     bool     `yaml:"only_concerned"` // only the person the event is about
	Effect   bool     `yaml:"effect"`         // not before effect_at
	After    []string `yaml:"after"`          // events that must stand on the case before
	When     string   `yaml:"when"`           // CEL over event, case, tip
	Title    string   `yaml:"title"`          // the plain sentence on the case page; {field} placeholders
	Template string   `yaml:"template"`       // SMS/WeChat template id
	Remedy   []string `yaml:"remedy"`         // remedy ids
	Urgent   bool     `yaml:"urgent"`         // may be sent in quiet hours
	Secret   string   `yaml:"secret"`         // the duty of secrecy the reader is shown; the page is watermarked
	Expires  string   `yaml:"expires"`        // public: the date field on which the notice comes down
}

// Withheld names who is not told, until what, why, and on what basis.
type Withheld struct {
	From  string `yaml:"from"`
	What  string `yaml:"what"`  // the part that is kept back; empty: the whole event
	Until string `yaml:"until"` // never | effect | an event id
	Why   string `yaml:"why"`
	Basis string `yaml:"basis"`
}

// Template is a message of a channel: providers send only pre-approved ones.
type Template struct {
	Entry    `yaml:",inline"`
	Version  int               `yaml:"version"`
	Text     string            `yaml:"text"`     // {param} placeholders, without signature and check code
	Params   []string          `yaml:"params"`   // ordered
	Provider map[string]string `yaml:"provider"` // channel.provider → approved template id
	Money    bool              `yaml:"money"`    // adds the anti-fraud line
	WeChat   map[string]string `yaml:"wechat"`   // field of the WeChat template (thing1, date2 …) → text with placeholders
	Public   bool              `yaml:"public"`   // sent by the public half itself: login codes, bindings
}

// Remedy is a legal remedy's sentence (R1 …) with its basis.
type Remedy struct {
	Entry `yaml:",inline"`
	Text  string `yaml:"text"`
	Basis string `yaml:"basis"`
}

// Alert tells staff: an event or an overdue clock rings at a role.
type Alert struct {
	Entry    `yaml:",inline"`
	On       string   `yaml:"on"`       // event id, or overdue:DEADLINE, warning:DEADLINE, overdue:PROCESS.STEP
	When     string   `yaml:"when"`     // CEL
	To       string   `yaml:"to"`       // role; duty_officer and leader_on_duty mean whoever is on the roster now
	Channels []string `yaml:"channels"` // desk sms
	Sound    bool     `yaml:"sound"`
	Template string   `yaml:"template"`
}

// Scope is how far a role sees.
type Scope string

// The three scopes.
const (
	ScopeOwn   Scope = "own"
	ScopeTeam  Scope = "team"
	ScopeCourt Scope = "court"
)

// Permission is something a role may do; the set is closed because each guards code.
type Permission string

// What a role may do.
const (
	MayViewCase       Permission = "view_case"
	MayRecordEvent    Permission = "record_event"
	MayViewDuty       Permission = "view_duty"
	MayTakeTip        Permission = "take_tip"
	MayWorkMatter     Permission = "work_matter"
	MayRevealPerson   Permission = "reveal_person"
	MayOpenIdentity   Permission = "open_tip_identity"
	MayRelease        Permission = "release_disclosure"
	MayImport         Permission = "import_cases"
	MayManageStaff    Permission = "manage_staff"
	MayManageSecurity Permission = "manage_security"
	MayViewAudit      Permission = "view_audit"
	MayPublishBook    Permission = "publish_book"
	MayEditCalendar   Permission = "edit_calendar"
)

// Permissions is the closed set, in the order shown to administrators.
var Permissions = []Permission{
	MayViewCase, MayRecordEvent, MayViewDuty, MayTakeTip, MayWorkMatter, MayRevealPerson, MayOpenIdentity, MayRelease,
	MayImport, MayManageStaff, MayManageSecurity, MayViewAudit, MayPublishBook, MayEditCalendar,
}
