package webkit

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"mime"
	"path"
	"regexp"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
)

//go:embed all:assets/dist
var built embed.FS

//go:embed assets/plain.css
var plainCSS []byte

//go:embed assets/src/icons.svg
var sprite []byte

type asset struct {
	data []byte
	kind string
}

var (
	manifest = map[string]string{} // logical name → hashed name
	served   = map[string]asset{}  // hashed name → content
	icons    = map[string]templ.Component{}
)

func init() {
	names, _ := fs.Glob(built, "assets/dist/*")
	for _, name := range names {
		base := path.Base(name)
		if base == "manifest.json" || base == ".keep" {
			continue
		}
		data, err := built.ReadFile(name)
		if err != nil {
			panic(err)
		}
		served[base] = asset{data, mime.TypeByExtension(path.Ext(base))}
	}
	if text, err := built.ReadFile("assets/dist/manifest.json"); err == nil {
		if err := json.Unmarshal(text, &manifest); err != nil {
			panic(err)
		}
	}
	// A program built before the bundle still serves readable pages.
	for _, name := range []string{"portal.css", "desk.css"} {
		if manifest[name] == "" {
			hold(name, plainCSS)
		}
	}
	hold("icons.svg", sprite)
	for _, m := range regexp.MustCompile(`<symbol id="([^"]+)"`).FindAllSubmatch(sprite, -1) {
		icons[string(m[1])] = icon(string(m[1]))
	}
}

func hold(name string, data []byte) {
	ext := path.Ext(name)
	sum := sha256.Sum256(data)
	hashed := name[:len(name)-len(ext)] + "-" + hex.EncodeToString(sum[:5]) + ext
	manifest[name], served[hashed] = hashed, asset{data, mime.TypeByExtension(ext)}
}

// Asset is the address of a front-end file by its logical name ("portal.css"); it changes
// with the content. "" when the bundle has no such file (scripts before the first bundle).
func Asset(name string) string {
	if manifest[name] == "" {
		return ""
	}
	return "/assets/" + manifest[name]
}

// Icon is one picture of the outline set; it never stands without a word.
func Icon(name string) templ.Component {
	if ready, ok := icons[name]; ok {
		return ready
	}
	return icon(name)
}

func icon(name string) templ.Component {
	text := iconText(name)
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

func iconText(name string) string {
	return `<svg class="icon" aria-hidden="true" focusable="false"><use href="/assets/` + manifest["icons.svg"] + "#" + templ.EscapeString(name) + `"></use></svg>`
}

func serveAsset(c *fiber.Ctx) error {
	a, ok := served[c.Params("file")]
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderContentType, a.kind)
	return c.Send(a.data)
}
