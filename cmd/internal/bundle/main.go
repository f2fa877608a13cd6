package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	began := time.Now()
	root, err := moduleRoot()
	if err == nil {
		assets := filepath.Join(root, "portal", "webkit", "assets")
		var m manifest
		m, err = Build(filepath.Join(assets, "src"), filepath.Join(assets, "dist"))
		if err == nil {
			fmt.Printf("前端素材已生成：%d 个入口，%v\n", len(m), time.Since(began).Round(time.Millisecond))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "前端素材没有生成：", err)
		os.Exit(1)
	}
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			err = errors.New("no go.mod above the working directory")
		}
		dir = up
	}
	return "", err
}
