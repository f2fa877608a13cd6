package demo

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/backoffice/support/account"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

func newCast(court string, now time.Time) *cast {
	h := fnv.New64a()
	_, _ = h.Write([]byte(court))
	return &cast{rand.New(rand.NewPCG(677, h.Sum64())), now, map[string]bool{}}
}

// Accounts invents the people of a court from its book: one for every role, and for each
// enforcement team a judge, an assistant and a clerk (S-2.6).
func Accounts(book *rulebook.Book, now time.Time) []Account {
	c := newCast(book.Court.ID, now)
	var ids []string
	for _, t := range book.Court.Teams {
		ids = append(ids, t.ID)
	}
	var out []Account
	add := func(login string, role rulebook.Role, team string) {
		out = append(out, Account{Court: book.Court.ID, Login: login, Name: c.name(), Roles: []string{role.ID}, RoleName: role.Name, Team: team,
			Password: Password, Secret: c.secret()})
	}
	for _, role := range book.Court.Roles {
		switch role.ID {
		case "judge", "judge_assistant", "clerk":
			short := map[string]string{"judge": "judge", "judge_assistant": "assistant", "clerk": "clerk"}[role.ID]
			for i, team := range teamsOf(ids, "enforcement") {
				add(fmt.Sprintf("%s%d", short, i+1), role, team)
			}
		case "duty_officer":
			add("duty1", role, "")
			add("duty2", role, "")
		case "leader_on_duty":
			add("leader", role, "")
		case "centre_director":
			add("director", role, "")
		case "system_admin":
			add("admin", role, "")
		case "security_admin":
			add("security", role, "")
		case "audit_admin":
			add("audit", role, "")
		default:
			team := ""
			if _, ok := book.Team(role.ID); ok {
				team = role.ID
			}
			if role.ID == "terminated_manager" {
				team = "terminated"
			}
			add(role.ID, role, team)
		}
	}
	return out
}

// Settle writes accounts and a duty roster of sixty days, once.
func Settle(ctx context.Context, store *storage.Store, desk *account.Desk, court string, list []Account) error {
	system := staff.Machine(court)
	ids := map[string]uuid.UUID{}
	c := newCast(court+"/phones", store.Now())
	for _, a := range list {
		id, _, err := desk.Add(ctx, system, account.Person{Login: a.Login, Name: a.Name, Password: a.Password, Team: a.Team, Roles: a.Roles, Secret: a.Secret,
			Phone: fmt.Sprintf("0000-8800%04d", c.IntN(10000)), Mobile: c.mobile()})
		if err != nil {
			return err
		}
		ids[a.Login] = id
	}
	return store.InTx(ctx, system, func(tx *storage.Tx) error {
		day := calendar.On(tx.At).Add(-1)
		for i := range 60 {
			start := day.Add(i).Time().Add(8 * time.Hour)
			for role, login := range map[string]string{"duty_officer": fmt.Sprintf("duty%d", (i+1)%2+1), "leader_on_duty": "leader"} {
				if ids[login] == uuid.Nil {
					continue
				}
				err := tx.InsertRoster(ctx, courtdb.InsertRosterParams{Court: court, ID: storage.NewID(), Role: role, Staff: ids[login], StartsAt: start, EndsAt: start.AddDate(0, 0, 1)})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
}
