package webkit

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mingzhi/portal/words"
)

var wishes = map[string]func() []string{
	"lang":  words.Languages,
	"theme": func() []string { return []string{"auto", "light", "dark"} },
	"size":  func() []string { return []string{"normal", "large"} },
}

// preferences turns ?lang= ?theme= ?size= on any page into cookies and asks for the page
// again without them, so that a plain link or a form without JavaScript switches.
func preferences(secure bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if c.Method() != fiber.MethodGet {
			return c.Next()
		}
		changed := false
		for name, allowed := range wishes {
			value := c.Query(name)
			if value == "" {
				continue
			}
			changed = true
			if slices.Contains(allowed(), value) {
				c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600,
					HTTPOnly: true, Secure: secure, SameSite: fiber.CookieSameSiteLaxMode})
			}
		}
		if !changed {
			return c.Next()
		}
		return Redirect303(c, without(c))
	}
}

// without is the page's own address with the wishes taken out; only ever on this site.
func without(c *fiber.Ctx) string {
	query, _ := url.ParseQuery(string(c.Request().URI().QueryString()))
	for name := range wishes {
		query.Del(name)
	}
	path := "/" + strings.TrimLeft(string(c.Request().URI().PathOriginal()), "/\\")
	if rest := query.Encode(); rest != "" {
		return path + "?" + rest
	}
	return path
}
