package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/cmd/internal/boot"
	"mingzhi/cmd/internal/demo"
)

type migrateCmd struct{}

// Run brings the database up to date; opening the house does just that.
func (migrateCmd) Run(ctx contextArg, s *Settings) error {
	return withHouse(ctx, s, func(h *house) error {
		fmt.Println("数据库已是最新版本")
		return nil
	})
}

type importCmd struct {
	Cases importCasesCmd `cmd:"" help:"从 Excel 导入案件、当事人和经过。先加 --dry-run 检查。"`
}

type importCasesCmd struct {
	File    string `arg:"" type:"path" help:"Excel 文件（.xlsx）。"`
	Court   string `help:"法院编号（规则书文件夹名）。" required:""`
	DryRun  bool   `help:"只检查，不导入。"`
	CutOver string `help:"启用日期：此前的经过不起算期限。不填为今天。" placeholder:"2026-01-01"`
}

// Run checks the workbook and, unless it is a dry run, brings it in.
func (c *importCasesCmd) Run(ctx contextArg, s *Settings) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return problem.New(problem.NotFound, "import.file", "读不到文件 {file}，请检查路径和权限。", "file", c.File).Because(err)
	}
	return withHouse(ctx, s, func(h *house) error {
		if err := h.serves(ctx, c.Court); err != nil {
			return err
		}
		cut := calendar.On(h.store.Now())
		if c.CutOver != "" {
			if cut, err = calendar.ParseDate(c.CutOver); err != nil {
				return problem.New(problem.Invalid, "import.cutover", "启用日期应写成2026-01-01的样子。")
			}
		}
		return importCases(ctx, h, c.Court, filepath.Base(c.File), data, cut, c.DryRun, os.Stdout)
	})
}

func importCases(ctx context.Context, h *house, court, name string, data []byte, cut calendar.Date, dry bool, out io.Writer) error {
	actor := staff.Importer(court, [16]byte{})
	report, err := h.intake.Check(ctx, actor, data)
	if err != nil {
		return err
	}
	for _, f := range report.Faults {
		fmt.Fprintln(out, f)
	}
	if len(report.Faults) > 0 {
		return problem.New(problem.Invalid, "import.faults", "文件里有{n}处需要改正，没有导入任何内容。", "n", len(report.Faults))
	}
	if dry {
		fmt.Fprintf(out, "检查通过：%d 件，其中新增 %d，变化 %d，不变 %d。没有导入。\n", report.Rows, report.Created, report.Changed, report.Unchanged)
		return nil
	}
	bar := progressbar.NewOptions(report.Rows, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("  导入案件 "+court),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(500*time.Millisecond))
	report, err = h.intake.Import(ctx, actor, data, intake.Options{Name: name, CutOver: cut, Progress: func(n, _ int) { _ = bar.Set(n) }})
	_ = bar.Finish()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "  已导入 %d 件：新增 %d，变化 %d，不变 %d。导入的经过不发送任何消息。\n", report.Rows, report.Created, report.Changed, report.Unchanged)
	return nil
}

type auditCmd struct {
	Verify verifyCmd `cmd:"" help:"逐条核对审计链，并与库外留存的链首对照。"`
}

type verifyCmd struct {
	Heads string `help:"库外留存的链首文件；不填则用数据目录里的。" type:"path"`
}

// Run walks the chain of every court.
func (c *verifyCmd) Run(ctx contextArg, s *Settings) error {
	return withHouse(ctx, s, func(h *house) error {
		courts, err := h.store.Courts(ctx)
		if err != nil {
			return err
		}
		var all error
		for _, court := range courts {
			kept, err := h.keptHead(c.Heads, court.ID)
			if err != nil {
				return err
			}
			n, err := docket.Verify(ctx, h.store, court.ID, kept)
			if err != nil {
				fmt.Printf("%s：%v\n", court.Name, sentence(err))
				all = err
				continue
			}
			outside := "库外还没有留存链首"
			if kept.Seq > 0 {
				outside = fmt.Sprintf("与库外留存到第 %d 条的链首一致", kept.Seq)
			}
			fmt.Printf("%s：%d 条审计记录完好，%s\n", court.Name, n, outside)
		}
		return all
	})
}

func sentence(err error) string {
	if p, ok := problem.As(err); ok {
		return p.Sentence()
	}
	return err.Error()
}

func (h *house) headFile(court string) string {
	return filepath.Join(h.settings.dir("audit-heads"), court+".jsonl")
}

// keepHead writes the end of the chain outside the database, once a day.
func (h *house) keepHead(ctx context.Context, court string) (int, error) {
	last, err := h.keptHead("", court)
	if err != nil {
		return 0, err
	}
	if calendar.On(last.At) == calendar.On(h.clock.Now()) {
		return 0, nil
	}
	head, err := docket.CurrentHead(ctx, h.store, court)
	if err != nil || head.Seq == 0 {
		return 0, err
	}
	if err := os.MkdirAll(h.settings.dir("audit-heads"), 0o700); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(h.headFile(court), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	return 0, errors.Join(json.NewEncoder(f).Encode(head), f.Sync(), f.Close())
}

// keptHead is the last head kept of a court; none is the zero head.
func (h *house) keptHead(file, court string) (last docket.Head, err error) {
	if file == "" {
		file = h.headFile(court)
	}
	f, err := os.Open(file)
	if os.IsNotExist(err) {
		return last, nil
	}
	if err != nil {
		return last, err
	}
	defer f.Close()
	for d := json.NewDecoder(f); ; {
		var head docket.Head
		if err := d.Decode(&head); err == io.EOF {
			return last, nil
		} else if err != nil {
			return last, problem.New(problem.Invalid, "audit.heads", "链首文件 {file} 读不懂，请换用完好的一份。", "file", file).Because(err)
		}
		if head.Court == court && head.Seq >= last.Seq {
			last = head
		}
	}
}

type demoCmd struct {
	Court string `help:"法院编号。" required:""`
	Out   string `arg:"" help:"写到哪个 .xlsx 文件。" type:"path"`
	N     int    `help:"多少件。" default:"300"`
}

// Run writes the workbook that the demonstration imports.
func (c *demoCmd) Run(s *Settings) error {
	books, err := s.books()
	if err != nil {
		return err
	}
	fsys, err := rulebook.Folder(books, c.Court)
	if err != nil {
		return err
	}
	book, err := rulebook.Load(fsys)
	if err != nil {
		return err
	}
	now := boot.SystemClock().Now()
	data, err := demo.Workbook(book, demo.Accounts(book, now), now, c.N)
	if err != nil {
		return err
	}
	return os.WriteFile(c.Out, data, 0o600)
}
