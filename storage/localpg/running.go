package localpg

import (
	"os"
	"path/filepath"
	"strings"
)

// Running gives the server that another process has started on dir, so that a command can use it
// beside a program that serves; Stop leaves it alone.
func Running(dir string) (*Server, bool) {
	files, _ := filepath.Glob(filepath.Join(dir, "postgres-*", "data", "postmaster.pid"))
	for _, file := range files {
		raw, err := os.ReadFile(file)
		lines := strings.Split(string(raw), "\n")
		if err != nil || len(lines) < 5 || lines[4] == "" {
			continue
		}
		if _, err := os.Stat(filepath.Join(lines[4], ".s.PGSQL.5432")); err == nil {
			return &Server{socket: lines[4]}, true
		}
	}
	return nil, false
}
