package casework

import (
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
)

// Reads answers the desk's questions.
type Reads struct {
	store  *storage.Store
	docket *docket.Docket
}

// New makes the reads; the docket recomputes clocks after an edit of the calendar.
func New(store *storage.Store, d *docket.Docket) *Reads { return &Reads{store, d} }

var (
	noCase     = problem.New(problem.NotFound, "case.not_found", "没有找到这个案件，或者您无权查看。请核对案号，或联系承办团队。")
	noMatter   = problem.New(problem.NotFound, "matter.not_found", "没有找到这个事项，或者您无权查看。")
	noDeadline = problem.New(problem.NotFound, "deadline.not_found", "没有找到这个期限，或者您无权查看。")
)

// scope is how far an actor sees, as the statements want it.
type scope struct {
	everywhere, team bool
	name             string
	me               uuid.UUID
}

func scopeOf(a staff.Actor) scope {
	return scope{everywhere: a.Scope == rulebook.ScopeCourt, team: a.Scope == rulebook.ScopeTeam, name: a.Team, me: a.ID}
}

// Due is a clock as a page shows it, with the explanation of its days.
type Due struct {
	ID           uuid.UUID
	Name, Clause string
	At           time.Time
	Unit         calendar.Unit // that it is counted in; empty for a day that somebody set
	State        string        // open, met, late, cancelled
	Closed       *time.Time
	Owner        string
	Explanation  calendar.Explanation
}

func dueOf(id uuid.UUID, name, clause string, at time.Time, unit string) *Due {
	return &Due{ID: id, Name: name, Clause: clause, At: at, Unit: calendar.Unit(unit), State: "open"}
}

// page is how many rows a list shows at once; one more is asked for, to know whether there is a next page.
const page = 50

func skip(number int) int32 { return int32(max(number-1, 0)) * page }
