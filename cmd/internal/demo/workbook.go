package demo

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/rulebook"
)

// book of a demonstration: rows by sheet, in the order of the import's columns.
type sheets map[string][][]string

func (s sheets) add(sheet string, cells map[string]string) {
	row := []string{}
	for _, c := range intake.Sheets()[sheet] {
		row = append(row, cells[c])
	}
	s[sheet] = append(s[sheet], row)
}

// Workbook invents n cases around today: every stage, role, closing mode and state of a clock.
func Workbook(book *rulebook.Book, people []Account, now time.Time, n int) ([]byte, error) {
	c := newCast(book.Court.ID, now)
	out := sheets{}
	w := &writer{cast: c, book: book, out: out, teams: map[string][]Account{}}
	for _, p := range people {
		if p.Team != "" && strings.HasPrefix(p.Team, "enforcement") {
			w.teams[p.Team] = append(w.teams[p.Team], p)
		}
	}
	for team := range book.Court.Teams {
		if id := book.Court.Teams[team].ID; len(w.teams[id]) > 0 {
			w.names = append(w.names, id)
		}
	}
	if len(w.names) == 0 {
		return nil, fmt.Errorf("demo: the book of %s has no enforcement team", book.Court.ID)
	}
	for i := range n {
		w.file(i)
	}
	return out.excel()
}

type writer struct {
	*cast
	book  *rulebook.Book
	out   sheets
	teams map[string][]Account
	names []string
	count map[string]int
}

func (w *writer) member(team, role string) string {
	for _, p := range w.teams[team] {
		if p.Roles[0] == role {
			return p.Login
		}
	}
	return ""
}

// story is one invented case while it is written.
type story struct {
	number, kind string
	filed        calendar.Date
	stage        enforcement.CaseStage
	applied      int // yuan
	applicant    string
	debtors      []string
	seq          int
	closure      enforcement.ClosureMode
	closed       calendar.Date
}

func (w *writer) file(i int) {
	stages := enforcement.AllCaseStages()
	s := &story{stage: stages[i%len(stages)], kind: "执"}
	today := calendar.On(w.now)
	// the further a case has come, the older it is; some lie too long
	age := 1 + (i%len(stages))*(i%len(stages))*3 + w.IntN(8)
	if i%13 == 0 {
		age += 30
	}
	s.filed = today.Add(-age)
	if first := (calendar.Date{Year: today.Year, Month: 1, Day: 1}); s.filed.Before(first) && i%3 > 0 {
		s.filed = first.Add(w.IntN(max(1, first.DaysUntil(today))))
	}
	switch {
	case s.stage == enforcement.StageResumed:
		s.kind = "执恢"
	case i%23 == 7:
		s.kind = "执保"
	}
	key := fmt.Sprintf("%d%s", s.filed.Year, s.kind)
	if w.count == nil {
		w.count = map[string]int{}
	}
	w.count[key]++
	s.number = fmt.Sprintf("（%d）%s%s%d号", s.filed.Year, w.book.Court.Code, s.kind, w.count[key])
	s.applied = []int{3000, 28000, 96000, 350000, 1280000, 8600000}[w.IntN(6)] + w.IntN(900)
	if s.stage == enforcement.StageClosed {
		s.closure = enforcement.AllClosureModes()[(i/len(stages))%len(enforcement.AllClosureModes())]
		s.closed = today.Add(-w.IntN(12))
	}
	w.persons(i, s)
	w.history(i, s)
	w.row(i, s)
}

func (w *writer) row(i int, s *story) {
	team := w.names[i%len(w.names)]
	cells := map[string]string{"案号": s.number, "案由": pick(w.Rand, causes), "立案日期": s.filed.String(), "案件阶段": s.stage.Name(), "执行团队": team,
		"承办法官": w.member(team, "judge"), "法官助理": w.member(team, "judge_assistant"), "书记员": w.member(team, "clerk"),
		"执行依据": fmt.Sprintf("（%d）%s民初%d号民事判决书", s.filed.Year-1, w.book.Court.Code, 100+w.IntN(900)), "申请执行标的额": fmt.Sprint(s.applied)}
	if s.closure != "" {
		cells["结案日期"], cells["结案方式"] = s.closed.String(), s.closure.Name()
		if s.closure == enforcement.ClosureFullyPerformed {
			cells["执行到位标的额"] = fmt.Sprint(s.applied)
		}
	} else if s.stage == enforcement.StageDistribution {
		cells["执行到位标的额"] = fmt.Sprint(s.applied / 2)
	}
	switch {
	case i%37 == 5:
		cells["不公开标记"] = enforcement.AllSecrecies()[(i/37)%len(enforcement.AllSecrecies())].Name()
	case i%41 == 3:
		cells["非诉执行"] = "是"
	}
	w.out.add("案件", cells)
}

// others are the roles beside applicant and debtor that appear in turn.
var others = []enforcement.Role{enforcement.RoleAgent, enforcement.RoleResponsiblePerson, enforcement.RoleInterestedParty, enforcement.RoleThirdPartyClaimant,
	enforcement.RoleCoOwner, enforcement.RoleTenant, enforcement.RolePreemptiveHolder, enforcement.RoleSecuredCreditor, enforcement.RoleParticipatingCreditor,
	enforcement.RoleAssistingEntity, enforcement.RoleGarnishee, enforcement.RoleBidder, enforcement.RoleBuyer, enforcement.RolePetitioner, enforcement.RoleReliefApplicant}

// alwaysNatural are roles that no company has.
var alwaysNatural = []enforcement.Role{enforcement.RoleResponsiblePerson, enforcement.RolePetitioner, enforcement.RoleReliefApplicant}

func (w *writer) persons(i int, s *story) {
	applicant, debtor := enforcement.RoleApplicant, enforcement.RoleDebtor
	if s.kind == "执保" {
		applicant, debtor = enforcement.RolePreservationApplicant, enforcement.RolePreservationRespondent
	}
	s.applicant = "A1"
	w.person(s, "A1", applicant, i%3 == 0, 30+w.IntN(40), nil)
	w.person(s, "A1L", enforcement.RoleAgent, false, 35, map[string]string{"代表的当事人编号": "A1", "代理期限至": calendar.On(w.now).Add(w.IntN(300) - 40).String()})
	for d := range 1 + i%7/5 + i%11/10 { // several debtors now and then
		key := fmt.Sprintf("D%d", d+1)
		s.debtors = append(s.debtors, key)
		more := map[string]string{}
		if i%19 == 4 {
			more["下落不明"] = "是"
		}
		if i%29 == 6 && d == 0 { // a minor heir with a guardian
			w.person(s, key, debtor, false, 9, more)
			w.person(s, key+"G", enforcement.RoleLegalGuardian, false, 38, map[string]string{"代表的当事人编号": key})
			continue
		}
		w.person(s, key, debtor, i%4 == 1, 25+w.IntN(45), more)
	}
	switch other := others[i%len(others)]; other {
	case enforcement.RoleAgent:
		w.person(s, "X1", other, false, 30+w.IntN(30), map[string]string{"代表的当事人编号": s.debtors[0]})
	default:
		w.person(s, "X1", other, i%5 == 0 && !slices.Contains(alwaysNatural, other), 30+w.IntN(30), nil)
	}
}

func (w *writer) person(s *story, key string, role enforcement.Role, company bool, age int, more map[string]string) {
	cells := map[string]string{"案号": s.number, "当事人编号": key, "诉讼地位": role.Name(), "类型": enforcement.PersonNatural.Name(), "姓名或名称": w.name(),
		"证件号码": w.idNumber(age), "手机号": w.mobile(), "地址": w.address()}
	if company {
		cells["类型"], cells["姓名或名称"], cells["证件号码"] = enforcement.PersonCompany.Name(), w.company(), w.creditCode()
	}
	for k, v := range more {
		cells[k] = v
	}
	w.out.add("当事人", cells)
}

func (s sheets) excel() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	for name, columns := range intake.Sheets() {
		if _, err := f.NewSheet(name); err != nil {
			return nil, err
		}
		for i, row := range append([][]string{columns}, s[name]...) {
			cells := make([]any, len(row))
			for j, v := range row {
				cells[j] = v
			}
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &cells); err != nil {
				return nil, err
			}
		}
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err := f.Write(&b)
	return b.Bytes(), err
}
