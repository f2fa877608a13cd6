package calendar

import "mingzhi/backoffice/problem"

// Unit is what a period is counted in.
type Unit string

const (
	Workday     Unit = "workday" // 工作日
	NaturalDay  Unit = "day"     // 日
	HourUnit    Unit = "hour"    // 小时
	MinuteUnit  Unit = "minute"  // 分钟
	MonthUnit   Unit = "month"   // 个月; a year is twelve
	longestSpan      = 36600     // a century of days: more is a slip in the rule table
)

var unitNames = map[Unit]string{
	Workday: "个工作日", NaturalDay: "日", HourUnit: "小时", MinuteUnit: "分钟", MonthUnit: "个月",
}

// Valid reports whether u is one of AllUnits.
func (u Unit) Valid() bool { return unitNames[u] != "" }

// Name is the Chinese measure word, "" when u is not valid.
func (u Unit) Name() string { return unitNames[u] }

// AllUnits lists the closed set.
func AllUnits() []Unit { return []Unit{Workday, NaturalDay, HourUnit, MinuteUnit, MonthUnit} }

// Rule is a period. The zero Roll is for periods that end even on a holiday, such as the
// term of a freeze.
type Rule struct {
	Unit  Unit `json:"unit"`
	N     int  `json:"n"`               // how many units
	Roll  bool `json:"roll,omitempty"`  // day, month: a last day off moves to the next working day (民诉法第85条)
	WarnN int  `json:"warnN,omitempty"` // warn this many units before the end; 0 = by length
}

// Workdays is a period of n working days.
func Workdays(n int) Rule { return Rule{Unit: Workday, N: n} }

// Days is a period of n natural days that rolls over days off.
func Days(n int) Rule { return Rule{Unit: NaturalDay, N: n, Roll: true} }

// Months is a period of n months that rolls over days off.
func Months(n int) Rule { return Rule{Unit: MonthUnit, N: n, Roll: true} }

// Hours is a period of n hours from the next full hour.
func Hours(n int) Rule { return Rule{Unit: HourUnit, N: n} }

// Minutes is a period of n minutes from the instant itself.
func Minutes(n int) Rule { return Rule{Unit: MinuteUnit, N: n} }

// Range is a period "from–to units" such as 2–5 working days: due at the end of to, with the
// warning on unit from.
func Range(unit Unit, from, to int) Rule {
	return Rule{Unit: unit, N: to, WarnN: max(to-from, 0), Roll: unit == NaturalDay || unit == MonthUnit}
}

// WarnFrom is the unit on which the warning falls, e.g. 2 of a range 2–5; never under 0.
func (r Rule) WarnFrom() int { return max(r.N-r.warn(), 0) }

// Check says what is wrong with a rule that is to be stored: Invalid, calendar.rule_unit,
// calendar.rule_length, calendar.rule_warn.
func (r Rule) Check() error {
	switch {
	case !r.Unit.Valid():
		return problem.New(problem.Invalid, "calendar.rule_unit", "期限的单位不对，请选择工作日、日、小时、分钟或者月。")
	case r.N < 1 || r.days() > longestSpan:
		return problem.New(problem.Invalid, "calendar.rule_length", "期限的长度不对，请填写合理的正整数。")
	case r.WarnN < 0 || r.WarnN > r.N:
		return problem.New(problem.Invalid, "calendar.rule_warn", "提前预警的时间不能长于期限本身，请改小。")
	}
	return nil
}

// days is the rough length in days.
func (r Rule) days() int {
	if r.Unit == MonthUnit && r.N <= longestSpan {
		return r.N * 30
	}
	return r.N
}

// length is N held to what can be counted; rules that pass Check are untouched.
func (r Rule) length() int { return min(max(r.N, 0), longestSpan) }

// warn is WarnN or, when it is not set, a length in which a person can still act; 0 for
// months, whose warning is then set in natural days.
func (r Rule) warn() int {
	if r.WarnN > 0 {
		return r.WarnN
	}
	switch r.Unit {
	case HourUnit, MinuteUnit:
		return max(r.N/4, 1)
	case MonthUnit:
		return 0
	}
	switch {
	case r.N <= 5:
		return 1
	case r.N <= 15:
		return 2
	}
	return 5
}
