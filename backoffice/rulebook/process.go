package rulebook

// Field declares an input once: page, help, check, Excel column and print form come from it.
type Field struct {
	ID           string   `yaml:"field"`
	Label        string   `yaml:"label"`
	Type         string   `yaml:"type"` // one of FieldTypes
	Of           []Choice `yaml:"of"`
	Required     bool     `yaml:"required"`
	RequiredWhen string   `yaml:"required_when"` // CEL over form: always shown, required only then
	When         string   `yaml:"when"`          // CEL over form: shown only then, and required then if required
	Reason       string   `yaml:"reason"`        // yesno: the answer (yes or no) that asks for a reason, kept as FIELD_reason
	Rows         []Field  `yaml:"rows"`          // rows: the columns of each row
	Default      string   `yaml:"default"`       // today, now or me; or a choice
	Help         string   `yaml:"help"`
	Example      string   `yaml:"example"`
	Max          int      `yaml:"max"`
	Digits       int      `yaml:"digits"` // text: exactly so many digits
}

// Choice is one value of a choice field.
type Choice struct {
	ID    string `yaml:"id"`
	Label string `yaml:"label"`
}

// Process is a kind of matter: form, materials, steps. A finished step is the event PROCESS.STEP, to which clocks, alerts, gates,
// disclosures and other processes may refer; PROCESS.opened, PROCESS.done and PROCESS.refused stand for the whole run.
type Process struct {
	Entry     `yaml:",inline"`
	On        string     `yaml:"on"`
	Opens     Trigger    `yaml:"opens"`
	Form      []Field    `yaml:"form"`
	Materials []Material `yaml:"materials"`
	Steps     []Step     `yaml:"steps"`
	Register  bool       `yaml:"register"`
	Log       bool       `yaml:"log"`    // append-only: what is written stands, a mistake is corrected by a new row
	Serial    string     `yaml:"serial"` // letters before the year and number of each run, e.g. DB → DB-2026-0001
	Print     string     `yaml:"print"`  // title of the official form this prints as
	View      []string   `yaml:"view"`   // the only roles that see it, besides those who work on it
	Reopen    []string   `yaml:"reopen"` // roles that may take a closed run up again, with reasons
	Assign    []string   `yaml:"assign"` // roles that may give a run to another person or team
	Intro     string     `yaml:"intro"`  // what the public form, or the opening form at the desk, says first
	Answer    string     `yaml:"answer"` // by when a sender is answered, in words
	Files     int        `yaml:"files"`  // how many files may come with an application
	Columns   []string   `yaml:"columns"`
}

// Trigger opens a process: an event of the docket, the calendar, an application from outside, or a person at the desk.
type Trigger struct {
	Event   string   `yaml:"event"`
	Every   *Every   `yaml:"every"`
	When    string   `yaml:"when"`    // CEL over event, case, tip
	By      []string `yaml:"by"`      // party roles that may send the form, or tipster (by receipt)
	PerDay  int      `yaml:"per_day"` // how often one sender may in a day; 0: as often as he likes
	Staff   []string `yaml:"staff"`   // roles that may open it at the desk
	Feature Feature  `yaml:"feature"` // only where the court has switched it on
}

// Every opens a process by the calendar: each day, workday, week, month, quarter, half_year or year for the court; or, with After,
// again and again on each case since an event stood on it, until another stands or the time is over.
type Every struct {
	Each  string   `yaml:"each"`
	At    string   `yaml:"at"`    // 08:30; empty: 00:00
	After string   `yaml:"after"` // event
	Step  Length   `yaml:"step"`  // how long from one to the next
	For   Length   `yaml:"for"`   // how long it goes on; zero: without end
	Until []string `yaml:"until"` // events that end it
}

// Material is a paper or file that must be there before a step is done: a file, or a tick that the paper copy is in.
type Material struct {
	When string   `yaml:"when"`
	Need []string `yaml:"need"`
	Step string   `yaml:"step"`
}

// Step is one piece of work in a process.
type Step struct {
	ID       string   `yaml:"id"`
	Name     string   `yaml:"name"`
	By       []string `yaml:"by"`      // roles that may do it
	Team     string   `yaml:"team"`    // a team id, or $form.FIELD / $case.team
	Within   *Within  `yaml:"within"`  // its own clock
	Limits   []Within `yaml:"limits"`  // other clocks; the first whose When holds goes before Within
	Also     []Within `yaml:"also"`    // further clocks on the same act, each under its own clause; the earliest is shown
	Receipt  string   `yaml:"receipt"` // role that must confirm receipt before the step is done
	Receive  string   `yaml:"receive"` // event recorded when receipt is confirmed
	Form     []Field  `yaml:"form"`
	When     string   `yaml:"when"`     // CEL: the step is skipped when false
	Records  string   `yaml:"records"`  // event recorded when the step is done
	Return   string   `yaml:"return"`   // step it may be returned to with reasons
	Approve  bool     `yaml:"approve"`  // a decision: agree, refuse with reasons, or return; nobody approves what he asked for
	Refused  string   `yaml:"refused"`  // records this event when refused; the run ends
	Parallel []string `yaml:"parallel"` // processes that run beside each other; the step is done when all of them are
	Does     string   `yaml:"does"`     // an act of the program itself, one of Deeds
	Clause   string   `yaml:"clause"`
	Clauses  []string `yaml:"clauses"` // further clauses that the step carries
}

// Within is a step's time limit: from when the step was reached (or "opened": the matter).
type Within struct {
	Length   `yaml:",inline"`
	ID       string    `yaml:"id"`       // in also: the clock is PROCESS.STEP.ID
	Of       string    `yaml:"of"`       // step (default) | opened | a date or datetime field of the form
	Until    string    `yaml:"until"`    // a date or datetime field of the form that is the due day itself; Length may then be left out
	By       string    `yaml:"by"`       // an hour of the day on which the clock starts, 18:00 or 24:00 (当日); instead of Length
	Urgent   *Length   `yaml:"urgent"`   // another length when the tip is urgent
	Warn     Length    `yaml:"warn"`     // how long before it is due to warn, in the same unit; with Until and By in any
	Pauses   []Pausing `yaml:"pauses"`   // events of the case between which the clock stands still
	Escalate string    `yaml:"escalate"` // role told when overdue
	Source   string    `yaml:"source"`   // clause, law, or "court" for the court's own figure
	When     string    `yaml:"when"`     // CEL, only in limits and also
	Note     string    `yaml:"note"`
}

// Length is a span in exactly one unit.
type Length struct {
	Workdays int `yaml:"workdays"`
	Days     int `yaml:"days"`
	Hours    int `yaml:"hours"`
	Minutes  int `yaml:"minutes"`
	Months   int `yaml:"months"`
}

// Gate blocks an act until That holds, and says what to do, under its clause. On names events recorded by hand and PROCESS.STEP;
// besides event, case, tip and form it may ask past (event or PROCESS.STEP → days and months since it last stood on the case, how often, and of money the amount in fen),
// debtors (a list: the same for each debtor of the case) and open (process → how many runs are open on the case).
type Gate struct {
	Entry `yaml:",inline"`
	On    []string `yaml:"on"`
	When  string   `yaml:"when"`
	That  string   `yaml:"that"`
	Say   string   `yaml:"say"`
}

// Board is a page of figures for the roles that see it.
type Board struct {
	Entry `yaml:",inline"`
	View  []string `yaml:"view"`
	Tiles []Tile   `yaml:"tiles"`
}

// Tile is one figure or table: what is counted, of which entries, in which span, broken down by what.
type Tile struct {
	Name    string   `yaml:"name"`
	Clauses []string `yaml:"clauses"`
	Of      string   `yaml:"of"`    // cases | deadlines | events | matters
	Only    []string `yaml:"only"`  // of deadlines, events, matters: the rules, event codes, processes that count
	Count   []string `yaml:"count"` // the columns, of TileCounts
	Sum     string   `yaml:"sum"`   // events, matters: a money field that is added up
	By      string   `yaml:"by"`    // team | person | type | rule | month | day | step | field:NAME
	Span    string   `yaml:"span"`  // today | week | month | quarter | year | all
	Rate    *Rate    `yaml:"rate"`  // one count over another, against a target
	Note    string   `yaml:"note"`
}

// Rate is a share in percent with the court's own mark to reach.
type Rate struct {
	Above  string `yaml:"above"` // a count
	Below  string `yaml:"below"` // a count
	Target int    `yaml:"target"`
	Least  bool   `yaml:"least"` // the target is the most that is allowed
	Source string `yaml:"source"`
}
