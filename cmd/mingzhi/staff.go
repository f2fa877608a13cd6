package main

import (
	"context"
	"crypto/rand"
	"fmt"

	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/staff"
	"mingzhi/backoffice/support/account"
	"mingzhi/storage/sealing"
)

type staffCmd struct {
	Add   staffAddCmd   `cmd:"" help:"添加人员，例如第一个系统管理员。"`
	Reset staffResetCmd `cmd:"" help:"为忘记密码或更换手机的人重设密码和动态验证码。"`
}

type staffAddCmd struct {
	Court  string   `help:"法院编号。" required:""`
	Login  string   `help:"账号。" required:""`
	Name   string   `help:"姓名。" required:""`
	Roles  []string `help:"角色，以规则书为准。" default:"system_admin"`
	Team   string   `help:"团队。"`
	Mobile string   `help:"手机号，接收提醒用。"`
}

// Run makes the account and shows password and authenticator address once.
func (c *staffAddCmd) Run(ctx contextArg, s *Settings) error {
	return withHouse(ctx, s, func(h *house) error {
		if err := h.serves(ctx, c.Court); err != nil {
			return err
		}
		password := rand.Text()
		_, otpauth, err := h.accounts.Add(ctx, staff.Machine(c.Court), account.Person{Login: c.Login, Name: c.Name, Password: password,
			Team: c.Team, Roles: c.Roles, Mobile: c.Mobile})
		if err != nil {
			return err
		}
		handOver(c.Login, password, otpauth)
		return nil
	})
}

type staffResetCmd struct {
	Court string `help:"法院编号。" required:""`
	Login string `help:"账号。" required:""`
}

// Run gives the account a new password and a new authenticator, and ends its sessions.
func (c *staffResetCmd) Run(ctx contextArg, s *Settings) error {
	return withHouse(ctx, s, func(h *house) error {
		if err := h.serves(ctx, c.Court); err != nil {
			return err
		}
		password := rand.Text()
		otpauth, err := h.accounts.Reset(ctx, staff.Machine(c.Court), c.Login, password)
		if err != nil {
			return err
		}
		handOver(c.Login, password, otpauth)
		return nil
	})
}

func handOver(login, password, otpauth string) {
	fmt.Printf("账号：%s\n密码：%s\n身份验证器：%s\n以上只显示这一次，请当面交给本人。\n", login, password, otpauth)
}

// serves refuses a court that has no rulebook here.
func (h *house) serves(ctx context.Context, court string) error {
	rows, err := h.store.Courts(ctx)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return problem.New(problem.NotFound, "court.none", "还没有发布任何规则书，请先运行 mingzhi rulebook publish 目录。")
	}
	names := ""
	for _, r := range rows {
		if r.ID == court {
			return nil
		}
		names += " " + r.ID
	}
	return problem.New(problem.NotFound, "court.not_served", "没有法院{court}。已发布规则书的法院：{names}。", "court", court, "names", names)
}

type keysCmd struct {
	Rotate rotateCmd `cmd:"" help:"启用一把新密钥；旧密钥留着打开以前的内容。"`
}

type rotateCmd struct {
	Family string `arg:"" enum:"field,courier,tip" help:"哪一族：field（字段）、courier（投递地址）、tip（线索）。"`
}

// Run adds a key; programs take it up when they are started again.
func (c *rotateCmd) Run(s *Settings) error {
	id, err := sealing.Rotate(s.dir("keys"), c.Family)
	if err != nil {
		return err
	}
	fmt.Printf("已启用新密钥 %s。请重启各程序；公开一侧用到的密钥（courier、tip 的公钥）要一并送去。\n", id)
	return nil
}
