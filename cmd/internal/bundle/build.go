package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// manifest maps a logical name ("portal.css") to the hashed file that serves it.
type manifest map[string]string

const manifestFile = "manifest.json"

// fileKinds are served as they are: referred to from CSS or laid in the source folder.
var fileKinds = []string{".woff2", ".woff", ".ttf", ".svg", ".png", ".jpg", ".webp", ".ico", ".gif"}

// Build bundles every .css and .js directly in src, copies the images beside them, and
// removes what an earlier build left in dist. The manifest is written last: whoever reads
// it finds all of its files.
func Build(src, dist string) (manifest, error) {
	entries, images, err := sources(src)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return nil, err
	}
	built, m, err := bundle(entries, src, dist)
	if err != nil {
		return nil, err
	}
	for _, image := range images {
		name, content, err := hashed(image)
		if err != nil {
			return nil, err
		}
		built[name] = content
		m[filepath.Base(image)] = name
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(built)) {
		if err := os.WriteFile(filepath.Join(dist, name), built[name], 0o644); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(filepath.Join(dist, manifestFile), append(text, '\n'), 0o644); err != nil {
		return nil, err
	}
	return m, sweep(dist, built)
}

func sources(src string) (entries, images []string, err error) {
	found, err := os.ReadDir(src)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil // nothing to build yet: an empty manifest is right
	}
	if err != nil {
		return nil, nil, err
	}
	for _, entry := range found {
		path, ext := filepath.Join(src, entry.Name()), filepath.Ext(entry.Name())
		switch {
		case entry.IsDir():
		case ext == ".css" || ext == ".js":
			entries = append(entries, path)
		case slices.Contains(fileKinds, ext):
			images = append(images, path)
		}
	}
	return entries, images, nil
}

func bundle(entries []string, src, dist string) (map[string][]byte, manifest, error) {
	files, m := map[string][]byte{}, manifest{}
	if len(entries) == 0 {
		return files, m, nil
	}
	result := api.Build(options(entries, src, dist))
	if len(result.Errors) > 0 {
		text := api.FormatMessages(result.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage})
		return nil, nil, fmt.Errorf("%s（缺少 npm 软件包时请先运行 npm ci）", strings.Join(text, ""))
	}
	for _, file := range result.OutputFiles {
		files[filepath.Base(file.Path)] = file.Contents
	}
	var meta struct {
		Outputs map[string]struct{ EntryPoint string }
	}
	if err := json.Unmarshal([]byte(result.Metafile), &meta); err != nil {
		return nil, nil, err
	}
	for output, about := range meta.Outputs {
		if about.EntryPoint != "" {
			m[filepath.Base(about.EntryPoint)] = filepath.Base(output)
		}
	}
	return files, m, nil
}

func options(entries []string, src, dist string) api.BuildOptions {
	loaders := map[string]api.Loader{}
	for _, ext := range fileKinds {
		loaders[ext] = api.LoaderFile
	}
	return api.BuildOptions{
		EntryPoints: entries, Outdir: dist, AbsWorkingDir: filepath.Dir(src),
		EntryNames: "[name]-[hash]", AssetNames: "[name]-[hash]",
		Bundle: true, Metafile: true, Loader: loaders,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		Platform: api.PlatformBrowser, Format: api.FormatIIFE, Charset: api.CharsetUTF8,
		// The oldest browsers in use are the ones inside WeChat on old Android phones.
		Engines: []api.Engine{{Name: api.EngineChrome, Version: "80"}, {Name: api.EngineSafari, Version: "13"}},
		// Safari 13 fails only in corners of it, and esbuild cannot rewrite it.
		Supported: map[string]bool{"destructuring": true},
		LogLevel:  api.LogLevelSilent,
	}
}

func hashed(path string) (name string, content []byte, err error) {
	content, err = os.ReadFile(path)
	sum := sha256.Sum256(content)
	ext := filepath.Ext(path)
	base := strings.TrimSuffix(filepath.Base(path), ext)
	return base + "-" + strings.ToUpper(hex.EncodeToString(sum[:4])) + ext, content, err
}

func sweep(dist string, built map[string][]byte) error {
	found, err := os.ReadDir(dist)
	if err != nil {
		return err
	}
	for _, entry := range found {
		name := entry.Name()
		if _, current := built[name]; current || name == manifestFile || name == ".keep" || entry.IsDir() {
			continue
		}
		err = errors.Join(err, os.Remove(filepath.Join(dist, name)))
	}
	return err
}
