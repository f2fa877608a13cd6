package webkit

import (
	"bytes"
	"sync"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render writes a page whole or not at all: one that fails half-way becomes the error page.
func Render(c *fiber.Ctx, page templ.Component) error {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := page.Render(c.UserContext(), b); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	if len(c.Response().Header.Peek(fiber.HeaderCacheControl)) == 0 {
		c.Set(fiber.HeaderCacheControl, "no-store")
	}
	c.Response().SetBody(b.Bytes())
	return nil
}

// Redirect303 sends the browser on after a POST; path is always our own.
func Redirect303(c *fiber.Ctx, path string) error {
	return c.Redirect(path, fiber.StatusSeeOther)
}
