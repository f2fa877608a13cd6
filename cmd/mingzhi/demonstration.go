package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/staff"
	"mingzhi/cmd/internal/boot"
	"mingzhi/cmd/internal/demo"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// settle makes the demonstration's people and cases where they are not there yet.
func (h *house) settle(ctx context.Context, say *boot.Progress, courts []string, n int) ([]demo.Account, error) {
	var all []demo.Account
	file := h.settings.dir("demo-accounts.json")
	if raw, err := os.ReadFile(file); err == nil {
		if err := json.Unmarshal(raw, &all); err != nil {
			return nil, err
		}
	}
	known := map[string]bool{}
	for _, a := range all {
		known[a.Court] = true
	}
	for _, court := range courts {
		if known[court] {
			continue
		}
		list, err := h.settleCourt(ctx, say, court, n)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	raw, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return nil, err
	}
	return all, os.WriteFile(file, raw, 0o600)
}

func (h *house) settleCourt(ctx context.Context, say *boot.Progress, court string, n int) ([]demo.Account, error) {
	book, _, err := h.store.Book(ctx, court)
	if err != nil {
		return nil, err
	}
	now := h.store.Now()
	list := demo.Accounts(book, now)
	people := 0
	err = h.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		c, err := tx.CountStaff(ctx, court)
		people = int(c)
		return err
	})
	if err != nil {
		return nil, err
	}
	if people == 0 {
		done := say.Step(fmt.Sprintf("准备%s的演示人员（%d 人）", book.Court.Short, len(list)))
		err := demo.Settle(ctx, h.store, h.accounts, court, list)
		done()
		if err != nil {
			return nil, err
		}
	}
	defer say.Step(fmt.Sprintf("准备%s的演示案件（%d 件）", book.Court.Short, n))()
	data, err := demo.Workbook(book, list, now, n)
	if err != nil {
		return nil, err
	}
	// the demonstration takes over as of two years ago, so that its clocks run
	return list, importCases(ctx, h, court, "演示案件.xlsx", data, calendar.On(now).Add(-730), false, os.Stdout)
}

// samples are invented parties a newcomer may log in as, with what their notices carry. Only the
// demonstration knows how to ask for them.
func (h *house) samples(ctx context.Context, court string) ([]demo.Party, error) {
	var out []demo.Party
	err := h.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		rows, err := tx.SampleViewers(ctx, court)
		if err != nil {
			return err
		}
		for _, r := range rows {
			p := demo.Party{Name: r.Name, Role: enforcement.Role(r.Role).Name(), CaseNumber: r.CaseNo}
			for aad, field := range map[string]struct {
				sealed []byte
				into   *string
			}{"party.id_no:": {r.IDNo, &p.ID}, "party.mobile:": {r.Mobile, &p.Mobile}} {
				plain, err := tx.Keys.Open(aad+r.ID.String(), field.sealed)
				if err != nil {
					return err
				}
				*field.into = string(plain)
			}
			code, err := tx.ValidQueryCode(ctx, courtdb.ValidQueryCodeParams{Court: court, PartyID: r.ID})
			if err != nil {
				return err
			}
			plain, err := tx.Keys.Open("query_code.code:"+code.ID.String(), code.Code)
			if err != nil {
				return err
			}
			p.Code = string(plain)
			out = append(out, p)
		}
		return nil
	})
	return out, err
}
