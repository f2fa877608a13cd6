package main

import (
	"fmt"
	"os"

	"mingzhi/cmd/internal/backup"
	"mingzhi/cmd/internal/boot"
)

type backupCmd struct {
	Out string `arg:"" type:"path" help:"写到哪个还不存在的目录，或 .tar 文件。"`
}

func (s *Settings) backup(owner, out string) backup.Options {
	return backup.Options{OwnerDSN: owner, BooksDir: s.Books, Out: out, Tool: "mingzhi", Now: boot.SystemClock().Now,
		FilesDirs: map[string]string{"inbox": s.dir("files/inbox"), "court": s.dir("files/court"), "disclosed": s.dir("files/disclosed")},
		Progress:  func(text string) { fmt.Fprintln(os.Stderr, "· "+text) }}
}

// Run writes database, files and books together; keys are never in it.
func (c *backupCmd) Run(ctx contextArg, s *Settings) error {
	return withHouse(ctx, s, func(h *house) error {
		m, err := backup.Backup(ctx, s.backup(h.owner, c.Out))
		if err != nil {
			return err
		}
		fmt.Printf("已备份到 %s：%d 行数据。密钥不在备份里，请另行保管 %s。\n", c.Out, m.Rows(), s.dir("keys"))
		return nil
	})
}

type restoreCmd struct {
	From string `arg:"" type:"path" help:"备份所在的目录或 .tar 文件。"`
}

// Run restores into an empty database and empty folders.
func (c *restoreCmd) Run(ctx contextArg, s *Settings) error {
	if err := os.MkdirAll(s.Data, 0o755); err != nil {
		return err
	}
	h := &house{settings: s, log: s.log(), clock: boot.SystemClock()}
	defer h.close()
	if err := h.database(ctx, boot.NewProgress(os.Stderr)); err != nil {
		return err
	}
	m, err := backup.Restore(ctx, c.From, s.backup(h.owner, ""))
	if err != nil {
		return err
	}
	fmt.Printf("已恢复：%d 行数据，逐表核对一致。请把原来的密钥放回 %s 后启动，再运行 mingzhi audit verify。\n", m.Rows(), s.dir("keys"))
	return nil
}
