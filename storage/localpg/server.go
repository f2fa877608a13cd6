package localpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// Superuser owns the cluster; the program's own accounts come with the migrations.
const Superuser = "mingzhi"

const startTimeout = 60 * time.Second // crash recovery of a large database takes its time

// Options say where the data lies and how much may be lost.
type Options struct {
	Dir      string       // data goes to Dir/postgres-<major>
	Log      *slog.Logger // nil: slog.Default()
	Progress func(string) // told, in Chinese, what is being done; may be nil
	Unsafe   bool         // no fsync: fast, and lost in a power cut; for tests
}

// Server is a running private PostgreSQL.
type Server struct {
	opts   Options
	home   *home
	cmd    *exec.Cmd
	socket string
	output *tail
	done   chan struct{}
	err    error // valid once done is closed
	told   atomic.Bool
}

// Start makes the data directory when it is missing and returns when the server answers.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.Progress == nil {
		opts.Progress = func(string) {}
	}
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, err
	}
	opts.Dir = dir
	engine, err := choose(ctx, dir)
	if err != nil {
		return nil, err
	}
	h, err := occupy(ctx, dir, engine)
	if err != nil {
		return nil, err
	}
	s := &Server{opts: opts, home: h, done: make(chan struct{}), output: &tail{log: opts.Log}}
	if err := s.start(ctx); err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	if !s.home.initialised() {
		s.opts.Progress("正在建立本机数据库，仅首次需要……")
		if err := s.home.initialise(ctx, s.opts.Unsafe); err != nil {
			return err
		}
	}
	s.opts.Progress("正在启动本机数据库……")
	if err := s.home.awaitPredecessor(ctx); err != nil {
		return err
	}
	socket, err := s.home.socketDir()
	if err != nil {
		return err
	}
	s.socket = socket
	if err := s.launch(); err != nil {
		return err
	}
	if err := s.awaitReady(ctx); err != nil {
		s.stop(context.Background(), immediate)
		return err
	}
	return nil
}

func (s *Server) launch() error {
	args := []string{
		"-D", s.home.data(), "-k", s.socket,
		"-c", "listen_addresses=", "-c", "unix_socket_permissions=0700",
		"-c", "max_connections=200", "-c", "shared_buffers=128MB",
		// A statement's error may quote personal data: only the server's own messages are logged.
		"-c", "log_min_messages=log", "-c", "log_min_error_statement=panic",
		"-c", "log_checkpoints=off", "-c", "logging_collector=off",
	}
	if s.opts.Unsafe {
		args = append(args, "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
	}
	s.cmd = s.home.engine.command(context.Background(), s.home.dir, "postgres", args...)
	s.cmd.Stdout, s.cmd.Stderr = s.output, s.output
	started := make(chan error, 1)
	go func() {
		// The kernel ends the child when the thread that started it ends, so keep the thread.
		runtime.LockOSThread()
		err := s.cmd.Start()
		started <- err
		if err == nil {
			s.err = s.cmd.Wait()
			if !s.told.Load() {
				s.opts.Log.Error("本机数据库意外结束", "err", s.err, "output", s.output.String())
			}
			close(s.done)
		}
	}()
	if err := <-started; err != nil {
		s.cmd = nil
		return explain(err, "")
	}
	return nil
}

func (s *Server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if s.answers(ctx) {
			return nil
		}
		select {
		case <-s.done:
			return explain(fmt.Errorf("postgres ended: %w", s.err), s.output.String())
		case <-ctx.Done():
			return explain(fmt.Errorf("postgres did not answer: %w", ctx.Err()), s.output.String())
		case <-tick.C:
		}
	}
}

func (s *Server) answers(ctx context.Context) bool {
	probe, err := net.Dial("unix", filepath.Join(s.socket, ".s.PGSQL.5432"))
	if err != nil {
		return false
	}
	probe.Close()
	conn, err := pgx.Connect(ctx, s.DSN(Superuser, "postgres"))
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}

// DSN is how an account of this machine reaches a database; there is no password, because
// only the owner of the socket's folder gets as far as the socket.
func (s *Server) DSN(user, database string) string {
	return fmt.Sprintf("host=%s user=%s dbname=%s sslmode=disable", s.socket, user, database)
}

// Done is closed when the server has ended, asked or not.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop ends the server in order, or at once when ctx ends first. It may be called again.
func (s *Server) Stop(ctx context.Context) error {
	if s.home == nil { // another process's
		return nil
	}
	err := s.stop(ctx, fast)
	s.release()
	return err
}

func (s *Server) stop(ctx context.Context, how os.Signal) error {
	if s.cmd == nil {
		return nil
	}
	s.told.Store(true)
	s.signal(how)
	select {
	case <-s.done:
	case <-ctx.Done():
		s.signal(immediate)
		<-s.done
		return ctx.Err()
	}
	var exit *exec.ExitError
	if errors.As(s.err, &exit) {
		return nil // how it ended does not matter once it was told to
	}
	return s.err
}

func (s *Server) signal(how os.Signal) {
	select {
	case <-s.done:
	default:
		s.cmd.Process.Signal(how)
	}
}

func (s *Server) release() {
	if s.socket != "" {
		os.RemoveAll(s.socket)
	}
	s.home.leave()
}
