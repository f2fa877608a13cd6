package gateway

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"mingzhi/backoffice/problem"
	"mingzhi/storage/gate"
)

// Flags are what both programs ask.
type Flags struct {
	Export exportCmd `cmd:"" help:"把这一侧的新内容做成签名批次，放进文件夹。"`
	Import importCmd `cmd:"" help:"导入另一侧传来的批次；重复、乱序都没有关系，改动过的拒收。"`
}

type exportCmd struct {
	To    string        `help:"放批次的文件夹。" required:"" type:"path"`
	Again int           `help:"重新制作丢失的批次：编号。"`
	Every time.Duration `help:"每隔这么久做一次；不填只做一次。"`
}

type importCmd struct {
	From  string        `help:"批次所在的文件夹；导入的移到 done，拒收的移到 refused。" required:"" type:"existingdir"`
	Every time.Duration `help:"每隔这么久看一次；不填只看一次。"`
}

// Side is one side of the gate: what it sends and what it takes.
type Side struct {
	Gate          *gate.Gate
	Keys          string
	Sends, Takes  string
	EnableChanges bool // the court's side notes its changes
}

// Run does what the command line asked for ("gate export" or "gate import").
func Run(ctx context.Context, command string, f Flags, s Side) error {
	if strings.Contains(command, "export") {
		return repeat(ctx, f.Export.Every, func() error { return export(ctx, f.Export, s) })
	}
	return repeat(ctx, f.Import.Every, func() error { return take(ctx, f.Import.From, s) })
}

func repeat(ctx context.Context, every time.Duration, do func() error) error {
	for {
		err := do()
		if every == 0 {
			return err
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "网闸：", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}

func export(ctx context.Context, c exportCmd, s Side) error {
	if err := os.MkdirAll(c.To, 0o755); err != nil {
		return problem.New(problem.Unavailable, "gate.folder", "文件夹 {dir} 不能写，请检查权限。", "dir", c.To).Because(err)
	}
	if s.EnableChanges {
		if err := s.Gate.Enable(ctx); err != nil {
			return err
		}
	}
	if c.Again > 0 {
		b, err := s.Gate.Again(ctx, s.Sends, c.Again)
		if err != nil {
			return err
		}
		return put(c.To, b, s.Keys)
	}
	for n := 0; ; n++ {
		b, err := s.Gate.Export(ctx, s.Sends)
		if err != nil {
			return err
		}
		if b == nil {
			if n == 0 {
				fmt.Println("没有新内容。")
			}
			return nil
		}
		if err := put(c.To, b, s.Keys); err != nil {
			return err
		}
	}
}

// put writes a batch whole or not at all: what carries files across must not meet half of one.
func put(dir string, b *gate.Batch, keys string) error {
	sealed, err := b.Seal(keys)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, b.Name())
	if err := os.WriteFile(path+".part", sealed, 0o600); err != nil {
		return problem.New(problem.Unavailable, "gate.write", "批次写不进去：请检查磁盘空间和权限。编号 {n} 的批次可以用 --again {n} 重新制作。", "n", b.Number).Because(err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		return err
	}
	fmt.Printf("已制作 %s：%d 行，%d 个文件\n", b.Name(), len(b.Rows), len(b.Files))
	return nil
}

// take imports every batch in the folder; one that is refused does not hold up the others.
func take(ctx context.Context, dir string, s Side) error {
	names, err := filepath.Glob(filepath.Join(dir, s.Takes+"-*.mzgate"))
	if err != nil {
		return err
	}
	sort.Strings(names)
	var all error
	for _, path := range names {
		n, err := one(ctx, path, s)
		switch {
		case problem.Is(err, problem.Refused):
			all = errors.Join(all, fmt.Errorf("%s：%w", filepath.Base(path), err), move(path, "refused"))
		case err != nil:
			return fmt.Errorf("%s：%w", filepath.Base(path), err)
		default:
			fmt.Printf("已导入 %s：改动 %d 行\n", filepath.Base(path), n)
			all = errors.Join(all, move(path, "done"))
		}
	}
	if len(names) == 0 {
		fmt.Println("文件夹里没有要导入的批次。")
	}
	return all
}

func one(ctx context.Context, path string, s Side) (int, error) {
	sealed, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	b, err := gate.Open(s.Keys, s.Takes, sealed)
	if err != nil {
		return 0, err
	}
	return s.Gate.Import(ctx, b)
}

func move(path, to string) error {
	dir := filepath.Join(filepath.Dir(path), to)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.Rename(path, filepath.Join(dir, filepath.Base(path)))
}
