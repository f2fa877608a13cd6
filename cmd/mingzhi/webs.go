package main

import (
	"context"
	"fmt"
	"hash/crc64"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/pquerna/otp/totp"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/desk"
	"mingzhi/backoffice/staff"
	"mingzhi/bots"
	"mingzhi/bots/wechat/wechattest"
	"mingzhi/cmd/internal/boot"
	"mingzhi/cmd/internal/demo"
	"mingzhi/cmd/internal/devtray"
	"mingzhi/cmd/internal/publichalf"
	"mingzhi/storage"
)

// desk is the staff's web.
func (c *serveCmd) desk(h *house, m *boot.Metrics) (*fiber.App, error) {
	return desk.New(desk.Deps{Store: h.store, Docket: h.docket, Engine: h.matters, Intake: h.intake, Disclosure: h.disclosure, Accounts: h.accounts, PortalURL: c.PortalURL,
		Log: h.log, Secure: c.Secure, TrustedProxies: c.TrustedProxies, Before: []fiber.Handler{m.Requests("desk")}}), nil
}

// tray is the demonstration's page of messages, codes and the clock.
func (c *serveCmd) tray(h *house, half *publichalf.Half, accounts []demo.Account, phones map[string]*wechattest.Platform) *fiber.App {
	return devtray.New(devtray.Options{Store: half.Store, Clock: h.clock, Log: h.log, Phones: phones, NextWorkday: h.nextWorkday, NextDue: h.nextDue,
		CheckURL: func(court, _ string) string { return "http://" + c.Portal + "/" + court + "/message" },
		DeskURL:  func(court string) string { return "http://" + c.Desk + "/" + court },
		Accounts: func(court string) []devtray.Account {
			var list []devtray.Account
			for _, a := range accounts {
				if a.Court != court {
					continue
				}
				code, err := totp.GenerateCode(a.Secret, h.clock.Now())
				if err != nil {
					code = "—"
				}
				list = append(list, devtray.Account{Login: a.Login, Name: a.Name, Role: a.RoleName, Password: a.Password, Code: code})
			}
			return list
		}})
}

// phones are a WeChat platform for each court of the demonstration: it posts to the bot as WeChat does.
func (c *serveCmd) phones(h *house, courts []string) map[string]*wechattest.Platform {
	if !c.Demo {
		return nil
	}
	all := map[string]*wechattest.Platform{}
	for _, court := range courts {
		account := wechattest.New(wechattest.Options{}).Account()
		account.AppID = fmt.Sprintf("wx%016x", crc64.Checksum([]byte(court), crc64.MakeTable(crc64.ISO)))
		all[court] = wechattest.New(wechattest.Options{Account: account, BotURL: "http://" + c.Portal + "/wechat/" + court, Now: h.clock.Now, FinishAtOnce: true,
			FirstID: time.Now().UnixNano()})
	}
	return all
}

// wechat are the bot's settings for them; nil outside the demonstration, where the file of accounts is read.
func (c *serveCmd) wechat(phones map[string]*wechattest.Platform) map[string]bots.Account {
	if !c.Demo {
		return nil
	}
	all := map[string]bots.Account{}
	for court, p := range phones {
		all[court] = bots.Account{Account: p.Account(), API: "http://" + c.Tray + devtray.PlatformPath(court)}
	}
	return all
}

// nextWorkday is the same time of day on the next working day.
func (h *house) nextWorkday(t time.Time) time.Time {
	days, err := h.store.Calendar(context.Background())
	if err != nil {
		return t.AddDate(0, 0, 1)
	}
	for d := t.AddDate(0, 0, 1); ; d = d.AddDate(0, 0, 1) {
		if days.Workday(calendar.On(d)).Working {
			return d
		}
	}
}

// nextDue is the next instant at which something by itself will happen: a clock falls due, or a
// disclosure that is held may be told.
func (h *house) nextDue(ctx context.Context) (time.Time, bool) {
	courts, err := h.store.Courts(ctx)
	if err != nil {
		return time.Time{}, false
	}
	var next *time.Time
	for _, court := range courts {
		err := h.store.InTx(ctx, staff.Machine(court.ID), func(tx *storage.Tx) error {
			var at *time.Time
			err := tx.QueryRow(ctx, `SELECT least((SELECT min(due_at) FROM court.deadline WHERE state = 'open' AND due_at > $1),
				(SELECT min(not_before) FROM court.disclosure WHERE state = 'held' AND not_before > $1))`, tx.At).Scan(&at)
			if err == nil && at != nil && (next == nil || at.Before(*next)) {
				next = at
			}
			return err
		})
		if err != nil {
			return time.Time{}, false
		}
	}
	if next == nil {
		return time.Time{}, false
	}
	return next.Add(time.Second), true
}
