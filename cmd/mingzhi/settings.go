package main

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/cmd/internal/boot"
)

type contextArg = context.Context

// Settings are shared by all commands.
type Settings struct {
	Data              string `help:"数据目录：自带数据库、文件、密钥。" default:".mingzhi" env:"MINGZHI_DATA" type:"path"`
	DatabaseURL       string `help:"PostgreSQL 地址（属主账号）；不填则启动自带的数据库。" env:"DATABASE_URL"`
	CourtDatabaseURL  string `help:"法院一侧的数据库账号；不填则用属主账号降权。" env:"COURT_DATABASE_URL"`
	PublicDatabaseURL string `help:"公开一侧的数据库账号 mingzhi_public；用外部数据库时必填。" env:"PUBLIC_DATABASE_URL"`
	Books             string `help:"规则书目录；不填，serve 用已发布的，rulebook check 查程序自带的。" env:"MINGZHI_BOOKS" type:"path"`
	LogLevel          string `help:"日志级别。" default:"warn" enum:"debug,info,warn,error" env:"MINGZHI_LOG"`
	LogJSON           bool   `help:"日志写成 JSON。" env:"MINGZHI_LOG_JSON" name:"log-json"`
}

func (s *Settings) log() *slog.Logger { return boot.Log(s.LogLevel, s.LogJSON) }

func (s *Settings) dir(name string) string { return filepath.Join(s.Data, name) }

// books is the folder of rulebooks in use.
func (s *Settings) books() (fs.FS, error) {
	if s.Books == "" {
		return rulebook.Seeds(), nil
	}
	info, err := os.Stat(s.Books)
	if err != nil || !info.IsDir() {
		return nil, problem.New(problem.Invalid, "books.missing", "规则书目录 {dir} 不存在。里面应当是每个法院一个文件夹，另有 national。", "dir", s.Books)
	}
	return withNational{os.DirFS(s.Books)}, nil
}

// withNational lends the program's national part to a folder of books that has none of its own.
type withNational struct{ fs.FS }

func (w withNational) Open(name string) (fs.File, error) {
	f, err := w.FS.Open(name)
	if err != nil && (name == "national" || strings.HasPrefix(name, "national/")) {
		return rulebook.Seeds().Open(name)
	}
	return f, err
}
