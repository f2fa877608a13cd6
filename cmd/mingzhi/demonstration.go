package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/rulebook"
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
	done := say.Step(fmt.Sprintf("准备%s的演示案件（%d 件）", book.Court.Short, n))
	data, err := demo.Workbook(book, list, now, n)
	if err != nil {
		done()
		return nil, err
	}
	// the demonstration takes over as of two years ago, so that its clocks run
	err = importCases(ctx, h, court, "演示案件.xlsx", data, calendar.On(now).Add(-730), false, os.Stdout)
	done()
	if err != nil {
		return nil, err
	}
	return list, h.settleLots(ctx, say, book, list)
}

// settleLots invents auctions on a clock of their own, so that every notice period is kept.
func (h *house) settleLots(ctx context.Context, say *boot.Progress, book *rulebook.Book, list []demo.Account) error {
	defer say.Step("准备" + book.Court.Short + "的演示拍品")()
	at := h.store.Now()
	past := *h
	past.now = func() time.Time { return at }
	if err := past.wire(ctx); err != nil {
		return err
	}
	defer past.store.Close()
	var cases []uuid.UUID
	a := demo.Auctions{Lots: past.lots, Book: book, Now: at, Move: func(t time.Time) { at = t }}
	err := h.store.InTx(ctx, staff.Machine(book.Court.ID), func(tx *storage.Tx) (err error) {
		if cases, err = tx.CasesToSell(ctx, book.Court.ID); err != nil {
			return err
		}
		if a.Planner, err = actor(ctx, tx, list, "judge_assistant"); err != nil {
			return err
		}
		rule, ok := tx.Book.DisclosureOf("auction_announced")
		if !ok {
			cases = nil // this court's book knows no auctions
			return nil
		}
		a.Approver, err = actor(ctx, tx, list, rule.Approver)
		return err
	})
	if err != nil {
		return err
	}
	return a.Settle(ctx, cases)
}

// actor is the first of the demonstration's people in a role, acting for the first enforcement team where the role has one.
func actor(ctx context.Context, tx *storage.Tx, list []demo.Account, role string) (staff.Actor, error) {
	for _, a := range list {
		if a.Court != tx.Court || !slices.Contains(a.Roles, role) {
			continue
		}
		row, err := tx.StaffByLogin(ctx, courtdb.StaffByLoginParams{Court: tx.Court, Login: a.Login})
		return staff.New(tx.Book, row.ID, uuid.Nil, row.Name, row.Roles, row.Team), err
	}
	return staff.Actor{}, fmt.Errorf("demonstration: nobody is %s", role)
}
