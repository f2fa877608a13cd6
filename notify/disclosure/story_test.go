package disclosure_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// record lets the machine record an event with facts.
func (s *scene) record(t *testing.T, e docket.Event) {
	t.Helper()
	e.Case = s.caseID
	err := s.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		_, err := s.Docket.Record(ctx, tx, e)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOnlyWhoWasToldMayLook(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	viewers := func(id uuid.UUID) int { return s.Rows(`SELECT count(*) FROM disclosed.viewer WHERE id = $1`, id) }
	if viewers(s.applicant) != 0 || viewers(s.debtor) != 0 {
		t.Fatal("somebody may look before anything was told")
	}
	s.freeze(t, "2026-03-10T09:30")
	if viewers(s.applicant) != 1 {
		t.Fatal("the applicant was told and may not look")
	}
	if viewers(s.debtor) != 0 {
		t.Fatal("the debtor learns of the case before his ruling was served")
	}
	s.served(t)
	if viewers(s.debtor) != 1 {
		t.Fatal("the debtor was told and may not look")
	}
	if n := s.Rows(`SELECT count(*) FROM disclosed.viewer v JOIN court.party p ON p.id = v.id WHERE v.person = p.id_index OR v.mobile = p.mobile`); n != 0 {
		t.Fatal("the two halves share an index")
	}
}

func TestAChangedMandateEndsTheLook(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.freeze(t, "2026-03-10T09:30")
	left := backofficetest.Start.Add(time.Hour)
	err := s.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE court.party SET left_at = $1 WHERE id = $2`, left, s.applicant)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.record(t, docket.Event{Code: "party_changed", SourceKey: "changed"})
	if s.Rows(`SELECT count(*) FROM disclosed.viewer WHERE id = $1 AND until = $2`, s.applicant, left) != 1 {
		t.Fatal("who left may look on")
	}
}

func TestTheQueryCodeIsShownToStaffAndReissued(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.freeze(t, "2026-03-10T09:30")
	code, err := s.Disclosure.QueryCode(ctx, s.judge, s.caseID, s.applicant, false)
	if err != nil || len(code) != 8 {
		t.Fatal(code, err)
	}
	again, err := s.Disclosure.QueryCode(ctx, s.judge, s.caseID, s.applicant, false)
	if err != nil || again != code {
		t.Fatal(again, err)
	}
	before := s.Rows(`SELECT count(*) FROM disclosed.viewer v WHERE v.code = $1`, s.Store.Keys.Public().BlindIndex("viewer.code", code))
	fresh, err := s.Disclosure.QueryCode(ctx, s.judge, s.caseID, s.applicant, true)
	if err != nil || fresh == code || before != 1 {
		t.Fatal(fresh, before, err)
	}
	if s.Rows(`SELECT count(*) FROM disclosed.viewer v WHERE v.code = $1`, s.Store.Keys.Public().BlindIndex("viewer.code", code)) != 0 {
		t.Fatal("the revoked code still opens")
	}
	if _, err := s.Disclosure.QueryCode(ctx, s.Person("sanya", "judge9", "enforcement_2", "judge"), s.caseID, s.applicant, false); !problem.Is(err, problem.NotFound) {
		t.Fatalf("another team reads the code: %v", err)
	}
}

func TestPartiesSeeWhatComesNextAndOthersDoNot(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.record(t, docket.Event{Code: "case_filed", SourceKey: "filed", Facts: map[string]any{"filed_on": "2026-03-10", "applied_on": "2026-03-09"}})
	open := func() int {
		return s.Rows(`SELECT count(*) FROM disclosed.clock WHERE rule = 'enforcement_notice' AND state = 'open' AND 'applicant' = ANY(roles) AND NOT 'debtor' = ANY(roles)`)
	}
	if open() != 1 {
		t.Fatal("the applicant does not see what comes next")
	}
	if s.Rows(`SELECT count(*) FROM disclosed.clock WHERE rule = 'online_inquiry_start'`) != 0 {
		t.Fatal("a clock that betrays the inquiry is outside")
	}
	s.record(t, docket.Event{Code: "enforcement_notice_issued", Party: s.debtor, SourceKey: "notice", Facts: map[string]any{"debtor": s.debtor.String(), "issued_on": "2026-03-10", "document_no": "1"}})
	if open() != 0 || s.Rows(`SELECT count(*) FROM disclosed.clock WHERE rule = 'enforcement_notice' AND state = 'met'`) != 1 {
		t.Fatal("the clock runs on outside")
	}
}

func TestADeletedListingIsGoneInTheSameAct(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	facts := map[string]any{"debtor": s.debtor.String(), "ground": "obstructs", "listed_on": "2026-03-10", "expires_on": "2028-03-10", "document_no": "1"}
	s.record(t, docket.Event{Code: "dishonest_change.verify", SourceKey: "verified"})
	s.record(t, docket.Event{Code: "dishonest_listed", Party: s.debtor, SourceKey: "listed", Facts: facts})
	var body []byte
	var title string
	err := s.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		return tx.QueryRow(ctx, `SELECT title, body FROM disclosed.notice WHERE code = 'dishonest_listed'`).Scan(&title, &body)
	})
	if err != nil {
		t.Fatal(err)
	}
	var n exchange.Notice
	if err := json.Unmarshal(body, &n); err != nil {
		t.Fatal(err)
	}
	for _, f := range append(n.Fields, exchange.Shown{Value: title}) {
		if f.Value == "李四光" || len(f.Value) == 18 && f.ID == "id_masked" && f.Value[6:14] != "********" {
			t.Errorf("%s: %s is public", f.ID, f.Value)
		}
	}
	s.record(t, docket.Event{Code: "dishonest_change.verify", SourceKey: "verified again"})
	s.record(t, docket.Event{Code: "dishonest_deleted", Party: s.debtor, SourceKey: "deleted", Facts: map[string]any{"debtor": s.debtor.String(), "ground": "performed", "deleted_on": "2026-03-10"}})
	if s.Rows(`SELECT count(*) FROM disclosed.notice`) != 0 || s.Rows(`SELECT count(*) FROM disclosed.tombstone`) != 1 {
		t.Fatal("the listing is still public")
	}
}

func TestAMinorIsNeverListed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	err := s.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE court.party SET minor_until = '2030-01-01' WHERE id = $1`, s.debtor)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.record(t, docket.Event{Code: "dishonest_change.verify", SourceKey: "verified"})
	s.record(t, docket.Event{Code: "dishonest_listed", Party: s.debtor, SourceKey: "listed", Facts: map[string]any{"debtor": s.debtor.String(), "ground": "obstructs", "listed_on": "2026-03-10"}})
	if s.Rows(`SELECT count(*) FROM disclosed.notice`) != 0 || s.items("dishonest_listed", s.debtor) != 0 {
		t.Fatal("a minor is named")
	}
}

func TestARecordingIsForOnePersonOnly(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	other, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	_ = courtdb.RecordingByIDParams{Court: "sanya", ID: other}
	err = s.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		_, err := s.Docket.Record(ctx, tx, docket.Event{Code: "media_view_decided", Case: s.caseID, Party: s.applicant, SourceKey: "m",
			Facts: map[string]any{"decision": "granted", "recording": other.String(), "valid_until": "2026-04-01"}})
		return err
	})
	if err != nil { // Sanya's book tells nobody of recordings: nothing is looked up, nothing is refused
		t.Fatal(err)
	}
	if s.Rows(`SELECT count(*) FROM disclosed.recording`) != 0 || s.items("media_view_decided", s.applicant) != 0 {
		t.Fatal("the court's book offers no recordings")
	}
}

func TestACaseThatBecomesSecretTakesItsNoticesBack(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.record(t, docket.Event{Code: "dishonest_change.verify", SourceKey: "verified"})
	s.record(t, docket.Event{Code: "dishonest_listed", Party: s.debtor, SourceKey: "listed", Facts: map[string]any{"debtor": s.debtor.String(), "ground": "obstructs", "listed_on": "2026-03-10"}})
	s.record(t, docket.Event{Code: "case_filed", SourceKey: "filed", Facts: map[string]any{"filed_on": "2026-03-10"}})
	if s.Rows(`SELECT count(*) FROM disclosed.notice`) != 1 || s.Rows(`SELECT count(*) FROM disclosed.clock`) == 0 {
		t.Fatal("nothing was public")
	}
	if s.items("dishonest_listed", s.debtor) != 0 {
		t.Fatal("a debtor who has had no enforcement notice learns of the case by the list")
	}
	err := s.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE court.cases SET secrecy = '{state_secret}'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.record(t, docket.Event{Code: "party_changed", SourceKey: "secret"})
	if s.Rows(`SELECT count(*) FROM disclosed.notice`) != 0 || s.Rows(`SELECT count(*) FROM disclosed.clock`) != 0 || s.Rows(`SELECT count(*) FROM court.disclosure WHERE audience = 'public' AND state = 'withdrawn'`) != 1 {
		t.Fatal("a secret case is still public")
	}
}

func TestReleaseAsksTheConditionsAgain(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.record(t, docket.Event{Code: "reward_notice_published", Party: s.applicant, SourceKey: "reward", Facts: map[string]any{"basis": "百分之五", "conditions": "执行到位", "expires_on": "2026-09-01"}})
	var id uuid.UUID
	err := s.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE court.cases SET secrecy = '{privacy}'`); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT id FROM court.disclosure WHERE audience = 'public' AND state = 'awaiting_release'`).Scan(&id)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Disclosure.Release(ctx, s.Person("sanya", "command1", "command_team", "command_team"), id, true, ""); err != nil {
		t.Fatal(err)
	}
	if s.Rows(`SELECT count(*) FROM disclosed.notice`) != 0 {
		t.Fatal("released into the public although the case has become private")
	}
}

func TestWhatConcernsNobodyNamedIsToldToNobody(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.record(t, docket.Event{Code: "party_message_answered", SourceKey: "loose", Facts: map[string]any{"text": "问", "answer": "答"}})
	if s.Rows(`SELECT count(*) FROM disclosed.item`) != 0 {
		t.Fatal("an answer to nobody in particular went to everybody")
	}
}
