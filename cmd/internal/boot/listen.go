package boot

import (
	"context"
	"errors"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/problem"
)

// Listen takes an address, or says in one sentence why it cannot.
func Listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, problem.New(problem.Conflict, "boot.port_taken",
			"地址 {addr} 已被其他程序占用。请关闭占用它的程序，或用 --portal、--desk、--tray、--ops 换一个地址。", "addr", addr).Because(err)
	case errors.Is(err, syscall.EACCES):
		return nil, problem.New(problem.Forbidden, "boot.port_forbidden", "没有权限监听 {addr}。请换一个 1024 以上的端口。", "addr", addr).Because(err)
	case err != nil:
		return nil, problem.New(problem.Invalid, "boot.address", "监听地址 {addr} 不正确，应写成 127.0.0.1:8080 的样子。", "addr", addr).Because(err)
	}
	return l, nil
}

// Serve runs an app on a listener until ctx ends, then lets requests finish.
func Serve(ctx context.Context, app *fiber.App, l net.Listener) error {
	stop := context.AfterFunc(ctx, func() { _ = app.ShutdownWithTimeout(5 * time.Second) })
	defer stop()
	return app.Listener(l)
}

// Signals is a context that ends on Ctrl-C or a polite kill.
func Signals() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}
