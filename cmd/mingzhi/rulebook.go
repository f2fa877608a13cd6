package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/cmd/internal/boot"
	"mingzhi/notify/disclosure"
)

type rulebookCmd struct {
	Check    checkCmd    `cmd:"" help:"检查规则书，逐条指出文件、行和条目。"`
	Coverage coverageCmd `cmd:"" help:"逐条款列出由什么承载。"`
	Diff     diffCmd     `cmd:"" help:"对照两本规则书的变化。"`
	Publish  publishCmd  `cmd:"" help:"发布规则书，下一次办理即按新版本。"`
	Play     playCmd     `cmd:"" help:"同一串事件按各法院的规则书走一遍，并排列出告知谁、暂缓谁、不告知谁。"`
}

type checkCmd struct {
	Dir string `arg:"" optional:"" help:"规则书目录：一个法院的文件夹，或装着各法院文件夹的目录。" type:"path"`
}

// Run checks one book or every book of a folder.
func (c *checkCmd) Run(s *Settings) error {
	list, err := namedBooks(s, c.Dir)
	if err != nil {
		return err
	}
	bad := 0
	for _, b := range list {
		_, err := rulebook.Load(b.fsys)
		var findings rulebook.Findings
		switch {
		case errors.As(err, &findings):
			bad += len(findings)
			for _, f := range findings {
				fmt.Printf("%s:%d: %s：%s\n", f.File, f.Line, f.Entry, f.Message)
			}
		case err != nil:
			return err
		default:
			fmt.Println(b.name + "：没有问题")
		}
	}
	if bad > 0 {
		return problem.New(problem.Invalid, "rulebook.findings", "规则书有{n}处需要改正。", "n", bad)
	}
	return nil
}

type namedBook struct {
	name string
	fsys fs.FS
}

// namedBooks finds one book or all books of a folder; without a folder, those in use.
func namedBooks(s *Settings, dir string) ([]namedBook, error) {
	if dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "court.yaml")); err == nil {
			fsys, err := rulebook.Dir(dir)
			return []namedBook{{filepath.Base(dir), fsys}}, err
		}
		s = &Settings{Books: dir}
	}
	books, err := s.books()
	if err != nil {
		return nil, err
	}
	courts, err := rulebook.Courts(books)
	if err != nil {
		return nil, err
	}
	var out []namedBook
	for _, court := range courts {
		fsys, err := rulebook.Folder(books, court)
		if err != nil {
			return nil, err
		}
		out = append(out, namedBook{court, fsys})
	}
	if len(out) == 0 {
		return nil, problem.New(problem.Invalid, "books.none", "{dir} 里没有规则书（每个法院一个文件夹，内有 court.yaml）。", "dir", dir)
	}
	return out, nil
}

type coverageCmd struct {
	Dir string `arg:"" optional:"" type:"path" help:"规则书目录。"`
}

// Run prints for each clause what carries it.
func (c *coverageCmd) Run(s *Settings) error {
	list, err := namedBooks(s, c.Dir)
	if err != nil {
		return err
	}
	for _, b := range list {
		book, err := rulebook.Load(b.fsys)
		if err != nil {
			return err
		}
		rows, open := rulebook.Coverage(book), 0
		for _, r := range rows {
			fmt.Printf("%-12s %-24s %s\n", r.Clause, r.Kind, r.Carrier)
			if r.Test != "" {
				fmt.Printf("%-12s %-24s ← %s\n", "", "", r.Test)
			}
			if r.Carrier == rulebook.Open {
				open++
			}
		}
		fmt.Printf("%s：%d 条，%d 条尚无承载（open）\n", book.Court.Name, len(rows), open)
	}
	return nil
}

type diffCmd struct {
	Old string `arg:"" type:"path" help:"原来的规则书文件夹。"`
	New string `arg:"" type:"path" help:"新的规则书文件夹。"`
}

// Run prints what changes from one book to the other.
func (c *diffCmd) Run() error {
	was, err := rulebook.LoadDir(c.Old)
	if err != nil {
		return err
	}
	now, err := rulebook.LoadDir(c.New)
	if err != nil {
		return err
	}
	changes := rulebook.Diff(was, now)
	for _, x := range changes {
		fmt.Printf("%s %s %s %s：%s → %s\n", x.What, x.Kind, x.Entry, x.Field, x.Was, x.Now)
	}
	fmt.Printf("共 %d 处变化\n", len(changes))
	return nil
}

type publishCmd struct {
	Dir string `arg:"" type:"path" help:"一个法院的规则书文件夹。"`
}

// Run publishes one book to the database.
func (c *publishCmd) Run(ctx contextArg, s *Settings) error {
	fsys, err := rulebook.Dir(c.Dir)
	if err != nil {
		return err
	}
	book, err := rulebook.Load(fsys)
	if err != nil {
		return err
	}
	packed, hash, err := rulebook.Pack(fsys)
	if err != nil {
		return err
	}
	return withHouse(ctx, s, func(h *house) error {
		version, changed, err := disclosure.Publish(ctx, h.store, packed, hash, staff.Machine(book.Court.ID))
		if err != nil {
			return err
		}
		if !changed {
			fmt.Printf("%s：内容与现行第 %d 版相同，没有变化\n", book.Court.Name, version)
			return nil
		}
		fmt.Printf("%s：已发布第 %d 版（%s）\n", book.Court.Name, version, hash)
		return nil
	})
}

// withHouse opens the house for one command.
func withHouse(ctx context.Context, s *Settings, do func(*house) error) error {
	h, err := open(ctx, s, boot.NewProgress(os.Stderr), false, true)
	if err != nil {
		return err
	}
	defer h.close()
	return do(h)
}
