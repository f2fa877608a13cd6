package rulebook

import "mingzhi/backoffice/enforcement"

// SourceCourt labels a figure that neither a clause nor a law gives: the court set it itself.
const SourceCourt = "court"

// IncludeNational is the only value of Court.Include.
const IncludeNational = "national"

// Audiences are the circles a disclosure may name: the places around a case, the tipster, the public.
// Agents and guardians are not named: they follow their principal.
var Audiences = append(partyRoles(), "public")

func partyRoles() []string {
	var out []string
	for _, r := range enforcement.AllRoles() {
		if r != enforcement.RoleAgent && r != enforcement.RoleLegalGuardian {
			out = append(out, string(r))
		}
	}
	return out
}

// Channels carry disclosures to people outside, StaffChannels alerts to people inside.
var (
	Channels      = []string{"sms", "wechat", "portal", "email"}
	StaffChannels = []string{"desk", "sms"}
)

// FieldTypes are the inputs a form knows.
var FieldTypes = []string{
	"text", "long", "choice", "money", "date", "datetime", "party", "staff", "team", "case", "yesno", "number", "recording",
	"attachment", "location", "rows", "person", "court", "phone", "deadline", "open_items",
}

// rowTypes are the inputs a column of rows may have.
var rowTypes = []string{"text", "choice", "money", "date", "yesno", "number", "person", "phone"}

// Deeds are acts of the program that a step may do.
var Deeds = []string{"extend_deadline"}

// PublicPages are the pages of the portal that a clause may be carried by.
var PublicPages = []string{"home", "documents", "clauses", "hotlines", "tips", "cases", "applications", "notices", "dishonest", "lots", "hall", "feed", "messages"}

// What a board counts, and by what it breaks down.
var (
	TileSubjects = []string{"cases", "deadlines", "events", "matters"}
	TileCounts   = map[string][]string{
		"cases":     {"filed", "closed", "pending", "terminated", "performed", "applied", "realised"},
		"deadlines": {"running", "soon", "overdue", "met", "late", "total"},
		"events":    {"total", "cases"},
		"matters":   {"opened", "open", "done", "refused", "returned", "in_time", "late", "total"},
	}
	TileBy   = []string{"", "team", "person", "type", "rule", "month", "day", "step"}
	TileSpan = []string{"", "today", "week", "month", "quarter", "year", "all"}
)

// Subjects are what an event or a process may be about.
var Subjects = []string{"case", "tip", "matter", "lot", "person", "none"}

// Pages of the desk a menu may open.
var Pages = []string{"work", "duty", "cases", "release", "import", "audit", "calendar", "rulebook", "staff", "lots", "chats", "search"}

// Kinds of clauses in an inventory.
var Kinds = []string{
	"process", "register", "dashboard", "node deadline", "disclosure", "hardware-or-policy-only", "public page", "ledger",
}

// CourtFacts may stand in any template or title: they are public, or the addressee's own name.
var CourtFacts = []string{"court", "hotline", "wechat", "site", "address", "name", "reader", "you"}

// PublicFacts may be whitelisted for the public about the person an event concerns: masked as the court publishes them.
var PublicFacts = []string{"name_public", "name_masked", "id_masked"}

// CaseFacts and TipFacts may be whitelisted by a disclosure beside the fields of the event's form.
var (
	CaseFacts = []string{
		"case_no", "cause", "filed_on", "judge", "assistant", "clerk", "team", "phone", "stage", "query_code",
		"occurred_on", "effect_on",
	}
	TipFacts = []string{"ticket", "query_code", "received_at", "occurred_on"}
)

// longest is how many characters a fact may realistically take in a message (G15).
var longest = map[string]int{
	"name": 16, "reader": 16, "you": 7, "case_no": 20, "cause": 12, "filed_on": 11, "judge": 6, "assistant": 6, "clerk": 6, "team": 8,
	"phone": 13, "name_public": 16, "name_masked": 4, "id_masked": 18, "stage": 6, "query_code": 8, "occurred_on": 11, "effect_on": 11, "ticket": 16, "received_at": 17,
}

// longestOf is the same by type of a form's field.
var longestOf = map[string]int{
	"text": 20, "money": 15, "date": 11, "datetime": 17, "party": 16, "staff": 6, "team": 8, "case": 20, "yesno": 1, "number": 8,
}

// LotKinds are what can be auctioned; the notice periods of movables and of the rest differ (网拍12).
var LotKinds = []string{"real_estate", "vehicle", "movable", "equity", "other_right"}
