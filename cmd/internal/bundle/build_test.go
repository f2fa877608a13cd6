package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func lay(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBuild(t *testing.T) {
	root := t.TempDir()
	src, dist := filepath.Join(root, "src"), filepath.Join(root, "dist")
	lay(t, root, map[string]string{
		"node_modules/kit/package.json": `{"name":"kit","main":"kit.js"}`,
		"node_modules/kit/kit.js":       `window.kit = function () { return "来自软件包" }`,
		"src/portal.js":                 `import "kit"; console.log("门户")`,
		"src/portal.css":                `.logo { background: url(./img/logo.svg) } .a { .b { color: red } }`,
		"src/desk.css":                  `body { margin: 0 }`,
		"src/img/logo.svg":              `<svg xmlns="http://www.w3.org/2000/svg"/>`,
		"src/favicon.svg":               `<svg/>`,
		"dist/.keep":                    "",
		"dist/portal-OLD.js":            "old",
	})
	m, err := Build(src, dist)
	if err != nil {
		t.Fatal(err)
	}
	var written manifest
	raw, _ := os.ReadFile(filepath.Join(dist, manifestFile))
	json.Unmarshal(raw, &written)
	for _, name := range []string{"portal.js", "portal.css", "desk.css", "favicon.svg"} {
		content, err := os.ReadFile(filepath.Join(dist, m[name]))
		if err != nil || written[name] != m[name] || len(content) == 0 {
			t.Errorf("%s → %q: %v", name, m[name], err)
		}
	}
	css, _ := os.ReadFile(filepath.Join(dist, m["portal.css"]))
	if !strings.Contains(string(css), "logo-") || !strings.Contains(string(css), ".a .b") {
		t.Errorf("portal.css: %s", css)
	}
	js, _ := os.ReadFile(filepath.Join(dist, m["portal.js"]))
	if !strings.Contains(string(js), "来自软件包") {
		t.Errorf("portal.js: %s", js)
	}
	if _, err := os.Stat(filepath.Join(dist, "portal-OLD.js")); err == nil {
		t.Error("an earlier build's file is left")
	}
	if _, err := os.Stat(filepath.Join(dist, ".keep")); err != nil {
		t.Error(".keep is gone")
	}
	again, _ := Build(src, dist)
	if again["portal.js"] != m["portal.js"] {
		t.Error("the same source gives another name")
	}
}

func TestBuildNamesWhatIsMissing(t *testing.T) {
	root := t.TempDir()
	lay(t, root, map[string]string{"src/portal.js": `import "absent-kit"`})
	_, err := Build(filepath.Join(root, "src"), filepath.Join(root, "dist"))
	if err == nil || !strings.Contains(err.Error(), "absent-kit") || !strings.Contains(err.Error(), "npm ci") {
		t.Error(err)
	}
}

func TestBuildWithoutSources(t *testing.T) {
	root := t.TempDir()
	m, err := Build(filepath.Join(root, "src"), filepath.Join(root, "dist"))
	if err != nil || len(m) != 0 {
		t.Error(m, err)
	}
}
