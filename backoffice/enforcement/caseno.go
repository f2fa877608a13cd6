package enforcement

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mingzhi/backoffice/problem"
)

// firstYear is the year from which 法〔2015〕137号 rules the form of case numbers.
const firstYear = 2016

// CaseNumber is a case number (案号) under 法〔2015〕137号, articles 3 to 5. It is comparable:
// two ways of writing one number parse to equal values. The zero value is "no number".
type CaseNumber struct {
	Year     int    // year of receipt (收案年度)
	Court    string // court code (法院代字) as written, never computed
	Type     string // type code (类型代字), e.g. 执恢
	Serial   int    // number in receiving order
	Document int    // 之N: the N-th document of the same case; 0 when absent
	Legacy   bool   // from before 2016: only Year and Raw are set
	Raw      string // legacy text; only width, spaces and brackets are tidied
}

// caseTypes: the standard annex 人民法院案件类型及其代字标准; 执请 is accepted, never generated.
var caseTypes = vocabulary[string]{
	{"执", "首次执行案件"}, {"执恢", "恢复执行案件"}, {"执保", "财产保全执行案件"},
	{"执异", "执行异议案件"}, {"执复", "执行复议案件"}, {"执监", "执行监督案件"},
	{"执协", "执行协调案件"}, {"执他", "其他执行案件"}, {"执请", "执行请示案件"},
	{"司惩", "司法制裁案件"}, {"司惩复", "司法制裁复议案件"}, {"司救执", "执行司法救助案件"},
	{"财保", "财产保全审查案件"},
}

const (
	courtChars = "京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔云藏陕甘青宁新兵军"
	brackets   = `[()\[\]{}<>〔〕【】〖〗《》〈〉「」『』]?`
	suffix     = `(?:之([一二三四五六七八九十百零〇两]{1,7}|[0-9]{1,3}))?$`
)

var (
	yearPart   = regexp.MustCompile(`^` + brackets + `([0-9]{4})` + brackets + `年?`)
	modernPart = regexp.MustCompile(`^(最高法|[` + courtChars + `](?:[0-9]{4}|[0-9]{2})?)` +
		`(司救执|司惩复|司惩|财保|执恢|执保|执异|执复|执监|执协|执他|执请|执)` +
		`字?第?([0-9]{1,8})号?` + suffix)
	legacyPart = regexp.MustCompile(`^[\p{Han}()〇0-9、]{1,30}字第?[0-9]{1,8}(?:-[0-9]{1,3})?号?(?:-[0-9]{1,3})?` + suffix)
	courtPart  = regexp.MustCompile(`^(?:最高法|[` + courtChars + `])`)
)

// ParseCaseNumber reads a case number in any of the ways people write it: full or half width,
// any bracket or none, spaces, with 第, without 号, with 之N. now (any zone) gives the last
// year allowed. Numbers from before 2016 in the old 字第 form are kept as text with Legacy
// set. Errors are Invalid: enforcement.caseno_empty, caseno_format, caseno_court,
// caseno_year_ahead, caseno_year_before.
func ParseCaseNumber(s string, now time.Time) (CaseNumber, error) {
	return parseCaseNumber(s, now.In(shanghai).Year())
}

func parseCaseNumber(s string, lastYear int) (CaseNumber, error) {
	text := strings.ReplaceAll(compact(s), "號", "号")
	if text == "" {
		return CaseNumber{}, problem.New(problem.Invalid, "enforcement.caseno_empty", "请填写案号。")
	}
	head := yearPart.FindStringSubmatch(text)
	if head == nil {
		return CaseNumber{}, casenoFormat()
	}
	year, rest := atoi(head[1]), text[len(head[0]):]
	if year > lastYear {
		return CaseNumber{}, problem.New(problem.Invalid, "enforcement.caseno_year_ahead",
			"案号的年份晚于今年，请核对年份。", "Year", year, "LastYear", lastYear)
	}
	if year < firstYear {
		return parseLegacy(year, rest)
	}
	return parseModern(year, rest)
}

func parseModern(year int, rest string) (CaseNumber, error) {
	part := modernPart.FindStringSubmatch(rest)
	if part == nil {
		if !courtPart.MatchString(rest) {
			return CaseNumber{}, problem.New(problem.Invalid, "enforcement.caseno_court",
				"案号中的法院代字不对，应为各高级人民法院简称加数字。")
		}
		return CaseNumber{}, casenoFormat()
	}
	c := CaseNumber{Year: year, Court: part[1], Type: part[2], Serial: atoi(part[3])}
	if part[4] != "" {
		if c.Document = parseNumeral(part[4]); c.Document == 0 {
			return CaseNumber{}, casenoFormat()
		}
	}
	if c.Serial == 0 {
		return CaseNumber{}, casenoFormat()
	}
	return c, nil
}

func parseLegacy(year int, rest string) (CaseNumber, error) {
	// Court codes began in 2016: a new-style number with an older year is a slip of the year.
	if year < 1949 || !strings.Contains(rest, "字") {
		return CaseNumber{}, problem.New(problem.Invalid, "enforcement.caseno_year_before",
			"2016年以前的案号没有这种写法，请核对年份；旧案号请写成（2012）某执字第253号的样子。", "Year", year)
	}
	if !legacyPart.MatchString(rest) {
		return CaseNumber{}, casenoFormat()
	}
	rest = strings.NewReplacer("(", "（", ")", "）").Replace(rest)
	return CaseNumber{Year: year, Legacy: true, Raw: fmt.Sprintf("（%d）%s", year, rest)}, nil
}

func casenoFormat() *problem.Error {
	return problem.New(problem.Invalid, "enforcement.caseno_format",
		"案号的写法不对，请照（2021）某01执123号的样子填写。")
}

// atoi reads digits a pattern has already checked.
func atoi(s string) int { n, _ := strconv.Atoi(s); return n }

// IsZero reports that there is no number.
func (c CaseNumber) IsZero() bool { return c == CaseNumber{} }

// Case is the number of the case itself, without the 之N of one document.
func (c CaseNumber) Case() CaseNumber { c.Document = 0; return c }

// IsResumption says that the case resumes an earlier one (执恢).
func (c CaseNumber) IsResumption() bool { return c.Type == "执恢" }

// IsPreservation says that the case carries out a preservation ruling (执保).
func (c CaseNumber) IsPreservation() bool { return c.Type == "执保" }

// TypeName is the Chinese name of the type of case, "" for a legacy number.
func (c CaseNumber) TypeName() string { return caseTypes.name(c.Type) }

// AllCaseTypes lists the type codes that are understood, in the order of the annex.
func AllCaseTypes() []string { return caseTypes.all() }

// String is the canonical full-width form, e.g. （2021）某01执123号 or …号之二; a legacy
// number gives its text, the zero value "".
func (c CaseNumber) String() string {
	if c.IsZero() || c.Legacy {
		return c.Raw
	}
	s := fmt.Sprintf("（%d）%s%s%d号", c.Year, c.Court, c.Type, c.Serial)
	if c.Document > 0 {
		s += "之" + numeral(c.Document)
	}
	return s
}

// MarshalText gives String; JSON uses it too.
func (c CaseNumber) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText wrote; "" gives the zero value. It has no clock and
// so lets a later year pass: what a person typed goes through ParseCaseNumber.
func (c *CaseNumber) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*c = CaseNumber{}
		return nil
	}
	got, err := parseCaseNumber(string(text), 9999)
	if err != nil {
		return err
	}
	*c = got
	return nil
}
