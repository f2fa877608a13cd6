package story

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is the built binary, running as make run starts it.
type program struct {
	bin, data                string
	portal, desk, tray, opsA string
	cmd                      *exec.Cmd
	mu                       sync.Mutex
	lines                    []string
	said                     []time.Time
	up                       chan struct{}
}

// binary is the program, built once for all stories.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "mingzhi-story-")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "mingzhi")
	out, err := exec.Command("go", "build", "-o", bin, "mingzhi/cmd/mingzhi").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go build: %w\n%s", err, out)
	}
	return bin, err
})

func build(t *testing.T) string {
	t.Helper()
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

func port(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start runs the demonstration with a few cases and waits until it says where to go.
func start(t *testing.T, bin, data string) *program {
	t.Helper()
	p := &program{bin: bin, data: data, portal: port(t), desk: port(t), tray: port(t), opsA: port(t), up: make(chan struct{})}
	p.cmd = exec.Command(bin, "serve", "--demo", "--cases", "40", "--data", data, "--portal", p.portal, "--desk", p.desk, "--tray", p.tray, "--ops", p.opsA)
	var errors bytes.Buffer
	p.cmd.Stderr = &errors
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stop)
	go p.listen(out)
	select {
	case <-p.up:
	case <-time.After(4 * time.Minute):
		t.Fatalf("the program did not come up:\n%s\n%s", strings.Join(p.lines, "\n"), errors.String())
	}
	return p
}

func (p *program) listen(out io.Reader) {
	scan := bufio.NewScanner(out)
	for scan.Scan() {
		p.mu.Lock()
		p.lines, p.said = append(p.lines, scan.Text()), append(p.said, time.Now())
		p.mu.Unlock()
		if strings.Contains(scan.Text(), "按 Ctrl-C 停止") {
			close(p.up)
		}
	}
}

func (p *program) stop() {
	if p.cmd.Process == nil || p.cmd.ProcessState != nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
}

// run runs another command of the same binary on the same data, beside the running program.
func (p *program) run(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, p.bin, append(args, "--data", p.data)...).CombinedOutput()
	return string(out), err
}

func (p *program) url(host, path string) string { return fmt.Sprintf("http://%s%s", host, path) }

func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
