package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Report is what an import found, or did.
type Report struct {
	Rows, Created, Changed, Unchanged int
	Faults                            []Fault
}

// Options of an import. CutOver is the day Mingzhi took over: history before it starts no clock.
type Options struct {
	Name     string
	CutOver  calendar.Date
	Progress func(done, all int)
}

// Check is the dry run: it reads the whole workbook and says what is wrong and what would change.
func (in *Intake) Check(ctx context.Context, actor staff.Actor, data []byte) (Report, error) {
	report, _, err := in.plan(ctx, actor, data)
	return report, err
}

func (in *Intake) plan(ctx context.Context, actor staff.Actor, data []byte) (Report, []*imported, error) {
	if err := actor.Require(rulebook.MayImport); err != nil {
		return Report{}, nil, err
	}
	var report Report
	var cases []*imported
	err := in.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		people, err := logins(ctx, tx)
		if err != nil {
			return err
		}
		if cases, report.Faults, err = parse(tx.Book, data, people, tx.At); err != nil {
			return err
		}
		report.Rows = len(cases)
		for _, c := range cases {
			_, state, err := standing(ctx, tx, c)
			if err != nil {
				return err
			}
			report.count(state)
		}
		return nil
	})
	return report, cases, err
}

type standingState int

const (
	isNew standingState = iota
	isChanged
	isSame
)

func (r *Report) count(s standingState) {
	switch s {
	case isNew:
		r.Created++
	case isChanged:
		r.Changed++
	case isSame:
		r.Unchanged++
	}
}

// logins maps login and (where it is unique) name to the login.
func logins(ctx context.Context, tx *storage.Tx) (map[string]string, error) {
	rows, err := tx.ListStaff(ctx, tx.Court)
	if err != nil {
		return nil, err
	}
	names := map[string]int{}
	for _, r := range rows {
		names[r.Name]++
	}
	out := map[string]string{}
	for _, r := range rows {
		out[r.Login] = r.Login
		if names[r.Name] == 1 {
			out[r.Name] = r.Login
		}
	}
	return out, nil
}

func (c *imported) key() string { return "import:" + c.Number }

func (c *imported) hash() ([]byte, error) {
	raw, err := json.Marshal(c)
	sum := sm3.Sum(raw)
	return sum[:], err
}

func standing(ctx context.Context, tx *storage.Tx, c *imported) (uuid.UUID, standingState, error) {
	row, err := tx.CaseBySourceKey(ctx, courtdb.CaseBySourceKeyParams{Court: tx.Court, SourceKey: c.key()})
	if storage.NoRows(err) {
		return storage.NewID(), isNew, nil
	}
	if err != nil {
		return uuid.Nil, isNew, err
	}
	hash, err := c.hash()
	if err == nil && bytes.Equal(hash, row.SourceHash) {
		return row.ID, isSame, nil
	}
	return row.ID, isChanged, err
}

// Import brings the workbook in, a case a transaction; with a fault anywhere nothing is brought
// in. A repeat, also of one that was cut off, finds what is there and makes no duplicates.
func (in *Intake) Import(ctx context.Context, actor staff.Actor, data []byte, o Options) (Report, error) {
	report, cases, err := in.plan(ctx, actor, data)
	if err != nil {
		return report, err
	}
	if len(report.Faults) > 0 {
		return report, problem.New(problem.Invalid, "import.faults", "文件里有{n}处需要改正，没有导入任何内容。", "n", len(report.Faults))
	}
	importer := staff.Importer(actor.Court, actor.ID)
	report.Created, report.Changed, report.Unchanged = 0, 0, 0
	for i, c := range cases {
		err := in.store.InTx(ctx, importer, func(tx *storage.Tx) error {
			state, err := in.bringCase(ctx, tx, c, o.CutOver)
			if err == nil {
				report.count(state)
			}
			return err
		})
		if err != nil {
			return report, err
		}
		if o.Progress != nil {
			o.Progress(i+1, len(cases))
		}
	}
	hash := sm3.Sum(data)
	return report, in.store.InTx(ctx, importer, func(tx *storage.Tx) error {
		run := courtdb.InsertImportRunParams{Court: tx.Court, ID: storage.NewID(), FileName: o.Name, FileHash: hash[:], Actor: actor.Person(), At: tx.At,
			Rows: int32(report.Rows), Created: int32(report.Created), Changed: int32(report.Changed), Unchanged: int32(report.Unchanged)}
		if err := tx.InsertImportRun(ctx, run); err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "import:cases", Object: "import", ID: run.ID, Detail: map[string]any{"rows": report.Rows}})
	})
}

func (in *Intake) bringCase(ctx context.Context, tx *storage.Tx, c *imported, cutOver calendar.Date) (standingState, error) {
	id, state, err := standing(ctx, tx, c)
	if err != nil || state == isSame {
		return state, err
	}
	if err := saveCase(ctx, tx, id, state, c); err != nil {
		return state, err
	}
	parties, err := saveParties(ctx, tx, id, c)
	if err != nil {
		return state, err
	}
	filed := docket.Event{Code: "case_filed", Case: id, Occurred: c.FiledOn.Time().Add(9 * time.Hour), SourceKey: c.key() + ":filed", Imported: true,
		NoClocks: c.FiledOn.Before(cutOver),
		Facts:    map[string]any{"filed_on": c.FiledOn, "applied_on": c.FiledOn, "amount_applied": c.Applied}}
	if filed.Occurred.After(tx.At) {
		filed.Occurred = tx.At
	}
	if _, err := in.docket.Record(ctx, tx, filed); err != nil {
		return state, err
	}
	for _, e := range c.History {
		facts := docket.Plain(e.Facts)
		for k, v := range facts {
			if s, ok := v.(string); ok && s == e.Party && e.Party != "" {
				facts[k] = parties[e.Party].String()
			}
		}
		_, err := in.docket.Record(ctx, tx, docket.Event{Code: e.Code, Case: id, Party: parties[e.Party], Occurred: e.Occurred, Effect: e.Effect,
			SourceKey: c.key() + ":" + e.Seq, Facts: facts, Imported: true, NoClocks: calendar.On(e.Occurred).Before(cutOver)})
		if err != nil {
			return state, err
		}
	}
	if c.ClosedOn != nil {
		if err := tx.CancelCaseDeadlines(ctx, courtdb.CancelCaseDeadlinesParams{Court: tx.Court, CaseID: id, At: tx.At}); err != nil {
			return state, err
		}
	}
	if state != isChanged && c.ClosedOn == nil {
		return state, nil
	}
	// whoever left, got another number or another mandate loses or keeps his access by it
	_, err = in.docket.Record(ctx, tx, docket.Event{Code: "party_changed", Case: id, SourceKey: c.key() + ":changed:" + storage.NewID().String(), Imported: true, NoClocks: true})
	return state, err
}

func saveCase(ctx context.Context, tx *storage.Tx, id uuid.UUID, state standingState, c *imported) error {
	hash, err := c.hash()
	if err != nil {
		return err
	}
	var who [3]*uuid.UUID
	for i, login := range []string{c.Judge, c.Assistant, c.Clerk} {
		if login == "" {
			continue
		}
		row, err := tx.StaffByLogin(ctx, courtdb.StaffByLoginParams{Court: tx.Court, Login: login})
		if err != nil {
			return err
		}
		who[i] = &row.ID
	}
	var closed *time.Time
	var mode *string
	if c.ClosedOn != nil {
		t := c.ClosedOn.Time()
		closed, mode = &t, &c.ClosureMode
	}
	if state == isChanged {
		return tx.UpdateImportedCase(ctx, courtdb.UpdateImportedCaseParams{Court: tx.Court, ID: id, Cause: c.Cause, FiledOn: c.FiledOn.Time(), Stage: c.Stage,
			Team: c.Team, Judge: who[0], Assistant: who[1], Clerk: who[2], Basis: c.Basis, AmountApplied: c.Applied.Fen(), AmountRealised: c.Realised.Fen(),
			AmountWaived: c.Waived.Fen(), ClosedOn: closed, ClosureMode: mode, Secrecy: c.Secrecy, SourceHash: hash, ChangedAt: tx.At, NonLitigation: c.NonLitig})
	}
	return tx.InsertCase(ctx, courtdb.InsertCaseParams{Court: tx.Court, ID: id, Number: c.Number, Year: int32(c.number.Year), Type: c.number.Type,
		Serial: int32(c.number.Serial), Cause: c.Cause, FiledOn: c.FiledOn.Time(), Stage: c.Stage, Team: c.Team, Judge: who[0], Assistant: who[1], Clerk: who[2],
		Basis: c.Basis, AmountApplied: c.Applied.Fen(), AmountRealised: c.Realised.Fen(), AmountWaived: c.Waived.Fen(), ClosedOn: closed, ClosureMode: mode,
		Secrecy: c.Secrecy, SourceKey: c.key(), SourceHash: hash, Imported: true, RuleVersion: int32(tx.Version), CreatedBy: tx.Actor.Person(), CreatedAt: tx.At, NonLitigation: c.NonLitig})
}

// saveParties writes the persons, principals before those who represent them, and returns ids by key.
func saveParties(ctx context.Context, tx *storage.Tx, caseID uuid.UUID, c *imported) (map[string]uuid.UUID, error) {
	ids := map[string]uuid.UUID{}
	for _, x := range c.Parties {
		row, err := tx.PartyBySourceKey(ctx, courtdb.PartyBySourceKeyParams{Court: tx.Court, SourceKey: c.key() + ":" + x.Key})
		if storage.NoRows(err) {
			row, err = storage.NewID(), nil
		}
		if err != nil {
			return nil, err
		}
		ids[x.Key] = row
	}
	for _, x := range c.Parties {
		row, err := x.row(tx, caseID, ids, c)
		if err != nil {
			return nil, err
		}
		if err := tx.UpsertParty(ctx, row); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

func (x importedParty) row(tx *storage.Tx, caseID uuid.UUID, ids map[string]uuid.UUID, c *imported) (courtdb.UpsertPartyParams, error) {
	id := ids[x.Key]
	row := courtdb.UpsertPartyParams{Court: tx.Court, ID: id, CaseID: caseID, Role: x.Role, Kind: x.Kind, Name: x.Name,
		NameIndex: tx.Keys.BlindIndex("party.name", enforcement.NormalizeForIndex(x.Name)), Represents: storage.Ref(ids[x.Represents]),
		Unreachable: x.Unreachable, SourceKey: c.key() + ":" + x.Key, CreatedAt: tx.At}
	var err error
	seal := func(column, plain string) []byte {
		if plain == "" || err != nil {
			return nil
		}
		var sealed []byte
		sealed, err = tx.Keys.Seal("party."+column+":"+id.String(), []byte(plain))
		return sealed
	}
	row.IDNo, row.Mobile, row.Address = seal("id_no", x.IDNo), seal("mobile", x.Mobile), seal("address", x.Address)
	if x.IDNo != "" {
		row.IDIndex = tx.Keys.BlindIndex("party.id_no", enforcement.NormalizeForIndex(x.IDNo))
	}
	if x.Mobile != "" {
		row.MobileIndex = tx.Keys.BlindIndex("party.mobile", x.Mobile)
	}
	if x.MandateUntil != nil {
		t := x.MandateUntil.Add(1).Time()
		row.MandateUntil = &t
	}
	if x.LeftOn != nil {
		t := x.LeftOn.Time()
		row.LeftAt = &t
	}
	if x.MinorUntil != nil {
		t := x.MinorUntil.Time()
		row.MinorUntil = &t
	}
	return row, err
}
