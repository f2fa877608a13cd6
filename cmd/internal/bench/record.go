package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/notify"
	"mingzhi/notify/disclosure"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

var recordRow = row{
	name: "record", goal: 0.5,
	subject:   "one act (case_filed): event, sealed facts, clocks, disclosure, message, alerts, audit in one transaction",
	reference: "a bare transaction of the owner's with one plain INSERT for each of the same rows",
	set:       setRecord,
}

// acts is the court half on a database with cases on which nothing was recorded yet.
type acts struct {
	st     *stage
	store  *storage.Store
	docket *docket.Docket
	cases  []uuid.UUID
	next   atomic.Int64
}

func setRecord(ctx context.Context, st *stage) (pair, error) {
	owner, err := st.database(ctx, "bench_record")
	if err != nil {
		return pair{}, err
	}
	a, err := openActs(ctx, st, "bench_record", st.now)
	if err != nil {
		return pair{}, err
	}
	if err := a.prepare(ctx, st.acts*(st.rounds+1)+1); err != nil {
		return pair{}, err
	}
	bare, err := a.learn(ctx, owner)
	if err != nil {
		return pair{}, err
	}
	return pair{
		subject:   func(ctx context.Context) (sample, error) { return st.times(ctx, st.pool, st.acts, a.one) },
		reference: func(ctx context.Context) (sample, error) { return st.times(ctx, st.pool, st.acts, bare) },
		close:     func() { a.store.Close(); owner.Close() },
	}, nil
}

// openActs wires what an act needs; now is its clock.
func openActs(ctx context.Context, st *stage, database string, now func() time.Time) (*acts, error) {
	a := &acts{st: st}
	var err error
	a.store, err = storage.Open(ctx, st.dsn("mingzhi_court", database), st.keys, st.files.Court, st.files.Inbox, now)
	if err != nil {
		return nil, err
	}
	a.docket = docket.New(a.store)
	matter.New(a.store, a.docket)
	a.docket.Follow(disclosure.New(a.store, a.docket), notify.Alerts{})
	return a, nil
}

// prepare publishes the book and writes cases with two persons each.
func (a *acts) prepare(ctx context.Context, n int) error {
	if err := a.store.SeedCalendar(ctx, calendar.Seed()); err != nil {
		return err
	}
	fsys, err := rulebook.Folder(rulebook.Seeds(), a.st.court)
	if err != nil {
		return err
	}
	packed, hash, err := rulebook.Pack(fsys)
	if err != nil {
		return err
	}
	machine := staff.Machine(a.st.court)
	if _, _, err := disclosure.Publish(ctx, a.store, packed, hash, machine); err != nil {
		return err
	}
	return a.store.InTx(ctx, machine, func(tx *storage.Tx) error {
		a.cases = nil
		for i := range n {
			if err := a.file(ctx, tx, i+1); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *acts) file(ctx context.Context, tx *storage.Tx, serial int) error {
	no, err := enforcement.ParseCaseNumber(fmt.Sprintf("（%d）%s执%d号", calendar.On(tx.At).Year, tx.Book.Court.Code, serial), tx.At)
	if err != nil {
		return err
	}
	id := storage.NewID()
	a.cases = append(a.cases, id)
	err = tx.InsertCase(ctx, courtdb.InsertCaseParams{Court: tx.Court, ID: id, Number: no.String(), Year: int32(no.Year), Type: no.Type, Serial: int32(no.Serial),
		Cause: "买卖合同纠纷", FiledOn: calendar.On(tx.At).Time(), Stage: "filed", Team: "enforcement_1", AmountApplied: 100_000_00,
		Secrecy: []string{}, SourceKey: no.String(), RuleVersion: int32(tx.Version), CreatedAt: tx.At})
	for _, role := range []string{"applicant", "debtor"} {
		if err != nil {
			return err
		}
		party := storage.NewID()
		p := courtdb.UpsertPartyParams{Court: tx.Court, ID: party, CaseID: id, Role: role, Kind: "natural", Name: "某甲",
			NameIndex: tx.Keys.BlindIndex("party.name", "某甲"), SourceKey: party.String(), CreatedAt: tx.At}
		if p.Mobile, err = tx.Keys.Seal("party.mobile:"+party.String(), []byte("13800001234")); err == nil {
			err = tx.UpsertParty(ctx, p)
		}
	}
	return err
}

// one records the filing of a case that has none yet.
func (a *acts) one(ctx context.Context) error {
	id := a.cases[a.next.Add(1)-1]
	return a.store.InTx(ctx, staff.Machine(a.st.court), func(tx *storage.Tx) error {
		_, err := a.docket.Record(ctx, tx, docket.Event{Code: "case_filed", Case: id, Facts: map[string]any{"filed_on": calendar.On(tx.At)}})
		return err
	})
}

// learn does one act and makes the reference of what it wrote.
func (a *acts) learn(ctx context.Context, owner *pgxpool.Pool) (func(context.Context) error, error) {
	start, err := rows(ctx, owner)
	if err != nil {
		return nil, err
	}
	if err := a.one(ctx); err != nil {
		return nil, err
	}
	whole, err := rows(ctx, owner)
	if err != nil {
		return nil, err
	}
	bare, err := newBare(ctx, owner, a.cases[0])
	if err != nil {
		return nil, err
	}
	if err := bare.one(ctx); err != nil {
		return nil, err
	}
	again, err := rows(ctx, owner)
	if err == nil && again-whole != whole-start {
		err = fmt.Errorf("an act writes %d rows, its reference %d", whole-start, again-whole)
	}
	return bare.one, err
}

// times does n things on so many hands.
func (st *stage) times(ctx context.Context, hands, n int, one func(context.Context) error) (sample, error) {
	var next atomic.Int64
	waits, errs := make([]time.Duration, n), make([]error, hands)
	began, spent := time.Now(), st.spent()
	var all sync.WaitGroup
	for h := range hands {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(n) && errs[h] == nil; i = next.Add(1) - 1 {
				at := time.Now()
				errs[h] = one(ctx)
				waits[i] = time.Since(at)
			}
		})
	}
	all.Wait()
	s := sample{n: n, took: time.Since(began), waits: waits, cpu: st.spent().since(spent)}
	for _, err := range errs {
		if err != nil {
			return s, err
		}
	}
	return s, nil
}
