package docket

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Gate is a gate before an act, and whether it stands open. Unclear is shut because what it asks for is not there yet.
type Gate struct {
	rulebook.Gate
	Open, Unclear bool
}

// Gates holds the book's gates before an act: an event, or PROCESS.STEP. vars are what conditions may ask; without names an event or a
// run that is under way and does not count itself.
func Gates(ctx context.Context, tx *storage.Tx, act string, caseID, without uuid.UUID, vars map[string]any) ([]Gate, error) {
	var out []Gate
	asked := map[string]any{}
	for k, v := range vars {
		asked[k] = v
	}
	for _, g := range tx.Book.GatesOn(act) {
		if err := gather(ctx, tx, g, act, caseID, without, asked); err != nil {
			return nil, err
		}
		applies, unclear := tx.Book.Holds(g.When, asked)
		if unclear == nil && !applies {
			continue
		}
		open := false
		if unclear == nil {
			open, unclear = tx.Book.Holds(g.That, asked)
		}
		out = append(out, Gate{g, open, unclear != nil})
	}
	return out, nil
}

// gather asks the database only for what a gate speaks of.
func gather(ctx context.Context, tx *storage.Tx, g rulebook.Gate, act string, caseID, without uuid.UUID, vars map[string]any) error {
	text := g.When + " " + g.That
	if (strings.Contains(text, "past") || strings.Contains(text, "debtors")) && vars["past"] == nil {
		if err := lookBack(ctx, tx, act, caseID, without, vars); err != nil {
			return err
		}
	}
	if err := addUp(ctx, tx, text, caseID, without, vars); err != nil {
		return err
	}
	if strings.Contains(text, "open") && vars["open"] == nil {
		runs := map[string]any{}
		rows, err := tx.OpenRuns(ctx, courtdb.OpenRunsParams{Court: tx.Court, CaseID: storage.Ref(caseID), Without: without})
		if err != nil {
			return err
		}
		for _, r := range rows {
			runs[r.Process] = r.Runs
		}
		vars["open"] = runs
	}
	return nil
}

// lookBack gathers what stands on a case: past, and the same for each of its debtors. What names nobody stands for them all.
func lookBack(ctx context.Context, tx *storage.Tx, act string, caseID, without uuid.UUID, vars map[string]any) error {
	vars["past"], vars["debtors"] = map[string]any{}, []any{}
	if caseID == uuid.Nil {
		return nil
	}
	file, err := OpenFile(ctx, tx, caseID)
	if err != nil {
		return err
	}
	rows, err := tx.PastOfCase(ctx, courtdb.PastOfCaseParams{Court: tx.Court, CaseID: caseID, Without: without, Act: act})
	if err != nil {
		return err
	}
	vars["past"] = standing(rows, Today(tx), func(*uuid.UUID) bool { return true })
	var debtors []any
	for _, p := range file.Parties {
		if p.Role == string(enforcement.RoleDebtor) && p.LeftAt == nil {
			debtors = append(debtors, standing(rows, Today(tx), func(about *uuid.UUID) bool { return about == nil || *about == p.ID }))
		}
	}
	vars["debtors"] = debtors
	return nil
}

var summed = regexp.MustCompile(`past\["([a-z0-9_.]+)"\]\.amount`)

// addUp adds the money that events a gate asks of brought: past["funds_paid"].amount, in fen.
func addUp(ctx context.Context, tx *storage.Tx, text string, caseID, without uuid.UUID, vars map[string]any) error {
	var codes []string
	for _, m := range summed.FindAllStringSubmatch(text, -1) {
		codes = append(codes, m[1])
	}
	if len(codes) == 0 || caseID == uuid.Nil {
		return nil
	}
	rows, err := tx.FactsOfCase(ctx, courtdb.FactsOfCaseParams{Court: tx.Court, CaseID: caseID, Codes: codes, Without: without})
	if err != nil {
		return err
	}
	sums := map[string]int64{}
	for _, code := range codes {
		sums[code] = 0
	}
	for _, r := range rows {
		facts, err := Facts(tx, r.ID, r.Body)
		if err != nil {
			return err
		}
		n, _ := facts["amount"].(int64)
		sums[r.Code] += n
	}
	past, _ := vars["past"].(map[string]any)
	for code, sum := range sums {
		if stands, ok := past[code].(map[string]any); ok {
			stands["amount"] = sum
		}
	}
	return nil
}

func standing(rows []courtdb.PastOfCaseRow, today calendar.Date, counts func(*uuid.UUID) bool) map[string]any {
	times, last := map[string]int64{}, map[string]time.Time{}
	for _, r := range rows {
		if !counts(r.PartyID) {
			continue
		}
		times[r.Code] += r.Times
		if r.Last.After(last[r.Code]) {
			last[r.Code] = r.Last
		}
	}
	out := map[string]any{}
	for code, n := range times {
		day := calendar.On(last[code])
		out[code] = map[string]any{"days": int64(day.DaysUntil(today)), "months": months(day, today), "count": n}
	}
	return out
}

// months is how many months lie between two days, a begun one counted whole: exactly three months ago is 3, a day more is 4.
func months(from, to calendar.Date) int64 {
	n := max((to.Year-from.Year)*12+int(to.Month)-int(from.Month), 0)
	if from.AddMonths(n).Before(to) {
		n++
	}
	return int64(n)
}

// Closed is the refusal of an act before which gates are shut, with every reason and its clause; nil when all are open.
func Closed(gates []Gate) error {
	var why, clauses []string
	for _, g := range gates {
		if !g.Open {
			why = append(why, strings.TrimRight(g.Say, "。")+"（"+strings.Join(g.Clauses, "、")+"）")
			clauses = append(clauses, g.Clauses...)
		}
	}
	if len(why) == 0 {
		return nil
	}
	return problem.New(problem.Refused, "gate.closed", "还不能办理：{why}。", "why", strings.Join(why, "；"), "clauses", strings.Join(clauses, " "))
}
