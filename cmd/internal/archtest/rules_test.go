package archtest

// houseComplete turns a named room that does not exist, and a package that no rule names,
// from a log line into a failure. Set it once every room is built.
const houseComplete = false

// order says who may call whom: with "a < b", b may import a and all below a. A name without
// its top folder is a room of the back office; "x/*" is each room in x, and rooms of one
// star do not know each other. Everything may be imported by cmd; test kits may import
// everything and are imported only by tests and cmd.
const order = `
problem < calendar, enforcement < rulebook < staff
problem < storage/sealing, storage/files < storage/files/clean
problem < storage/localpg
rulebook, staff, storage/courtdb, storage/sealing, storage/files/clean < storage < docket < matter
        < intake, indicator, command/*, management/*, support/* < desk
matter < management/casework < management/register, management/board < management/search < desk
docket, portal/words < notify/disclosure < notify < desk
storage < notify/message < notify/disclosure
problem, calendar, enforcement, storage/public/internal/edgedb, storage/sealing, storage/files/clean < storage/public
        < portal/inquiry < portal, bots/dialogue < bots
problem < bots/wechat < notify/channel, bots
problem, storage/sealing, storage/files < storage/gate
storage/public, notify/channel < notify/courier
problem < portal/words
problem, portal/words < portal/webkit < portal, desk
portal/words < bots/dialogue
portal/exchange < storage, storage/public
migrations < cmd
`

// never lists what may not be reached, directly or through others. A pattern ending in /...
// means the package and all below it.
var never = []ban{
	{
		who:    []string{"problem", "calendar", "enforcement", "rulebook", "staff"},
		what:   []string{"database/sql", "github.com/jackc/pgx/...", "storage/...", "github.com/gofiber/...", "github.com/valyala/fasthttp/..."},
		reason: "the law knows no technology",
	},
	{
		who:    []string{"problem", "calendar", "enforcement", "rulebook", "staff"},
		what:   []string{"net/http"},
		direct: true, // the expression language's own packages reach it
		reason: "the law knows no technology",
	},
	{
		who: []string{"portal/...", "bots/...", "notify/courier/...", "cmd/mingzhi-public/..."},
		what: []string{"storage", "storage/courtdb", "rulebook/...", "staff/...", "docket/...", "matter/...", "intake/...",
			"indicator/...", "command/...", "management/...", "support/...", "desk/..."},
		reason: "the internet half holds no staff code; what it needs of the book is published to disclosed",
	},
	{
		who:    []string{"docket/...", "matter/...", "intake/...", "indicator/...", "command/...", "management/...", "support/..."},
		what:   []string{"notify/..."},
		reason: "an act does not know who will be told; cmd hands the docket its followers",
	},
	{
		who:    []string{"notify/..."},
		what:   []string{"matter/...", "intake/...", "command/...", "management/...", "support/...", "desk/..."},
		reason: "messages follow facts; an undeliverable message is an event, and the book says which process it opens",
	},
	{
		who:    []string{"desk/...", "portal/...", "bots/..."},
		what:   []string{"github.com/jackc/pgx/...", "database/sql", "storage/courtdb", "storage/public/internal/..."},
		direct: true,
		reason: "a page holds no SQL",
	},
	{
		who:    []string{"bots/dialogue", "bots/wechat"},
		what:   []string{"github.com/jackc/pgx/..."},
		direct: true,
		reason: "the dialogue is pure, and what speaks WeChat's protocol keeps nothing",
	},
	{
		who:    []string{"bots/dialogue/..."},
		what:   []string{"bots/wechat/...", "github.com/silenceper/wechat/..."},
		reason: "a dialogue knows no channel",
	},
	{
		who:    []string{"bots/wechat"},
		what:   []string{"bots/dialogue/..."},
		reason: "the only code that speaks WeChat's protocol knows no dialogue",
	},
}

// ban forbids who to reach what; direct looks only at the room's own imports.
type ban struct {
	who, what []string
	direct    bool
	reason    string
}

// clockless rooms are handed the time: one legal instant per act, movable in demonstration.
var clockless = []string{"problem", "calendar", "enforcement", "rulebook", "staff", "docket", "matter"}

// courtWords belong to the rulebooks: a third court goes live without changing Go.
var courtWords = []string{"三亚", "舞钢", "琼02", "豫0481", "sanya", "wugang"}
