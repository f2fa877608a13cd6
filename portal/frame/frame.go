package frame

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/enforcement"
	"mingzhi/portal/exchange"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/webkit"
	"mingzhi/portal/words"
)

// Route is one line of the portal's route table.
type Route struct {
	Method, Path string
	Sentence     string // what it is for
	Handler      fiber.Handler
}

// Stylesheet and Script are the portal's front-end files.
const (
	Stylesheet = "portal.css"
	Script     = "portal.js"
)

type siteKey struct{}

// site is what every page below a court knows.
type site struct {
	profile exchange.Profile
	secure  bool // reached over https: cookies go no other way
}

// WithCourt loads the court named in the path; every page below it knows its profile.
func WithCourt(service *inquiry.Service, secure bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		profile, err := service.Court(c.UserContext(), c.Params("court"))
		if err != nil {
			return err
		}
		c.SetUserContext(context.WithValue(c.UserContext(), siteKey{}, &site{profile, secure}))
		return c.Next()
	}
}

// Court is the page's court; ok is false on pages that belong to none.
func Court(ctx context.Context) (exchange.Profile, bool) {
	s, ok := ctx.Value(siteKey{}).(*site)
	if !ok {
		return exchange.Profile{}, false
	}
	return s.profile, true
}

// Here is the page's court where there must be one.
func Here(ctx context.Context) exchange.Profile {
	p, _ := Court(ctx)
	return p
}

// Path is an address below the page's court.
func Path(ctx context.Context, parts ...string) string {
	path := "/"
	if s, ok := ctx.Value(siteKey{}).(*site); ok {
		path += s.profile.ID
	}
	for _, part := range parts {
		path += "/" + url.PathEscape(part)
	}
	return path
}

// Given is a text of the court's book with the language it is in.
func Given(ctx context.Context, id, chinese string) (string, string) {
	return words.Given(ctx, Here(ctx).Words, id, chinese)
}

// Name is the court's name in the page's language, else its Chinese one.
func Name(ctx context.Context) string {
	text, _ := Given(ctx, "name", Here(ctx).Name)
	return text
}

// withSite fills in what every page of a court has.
func withSite(ctx context.Context, h webkit.Head) webkit.Head {
	h.Title, h.Stylesheet, h.Script = h.Title+" · "+Name(ctx), Stylesheet, Script
	return h
}

// Origin is this site as the visitor reached it, for addresses that leave it.
func Origin(c *fiber.Ctx) string {
	scheme := "http://"
	if s, ok := c.UserContext().Value(siteKey{}).(*site); ok && s.secure {
		scheme = "https://"
	}
	return scheme + c.Hostname()
}

// Other is the lang attribute of what the court wrote, on a page in another language.
func Other(ctx context.Context) string { return words.Other(ctx, words.Chinese) }

// Yuan is money as people read it: no cents where there are none.
func Yuan(fen int64) string {
	return strings.Replace(enforcement.Money(fen).Yuan(), ".00元", "元", 1)
}

// stands is everything that head and foot of a page look at.
type stands struct {
	piece, lang, court, name, chinese, address string
	home, posted, large                        bool
}

func masthead() templ.Component { return keep("masthead", mastheadAnew()) }

func foot() templ.Component { return keep("foot", footAnew()) }

// keep writes head or foot once for each court, language and size.
func keep(piece string, anew templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		key := stands{piece: piece}
		if s, ok := ctx.Value(siteKey{}).(*site); ok {
			p := &s.profile
			key.court, key.chinese, key.address = p.ID, p.Name, p.Address
			key.name, _ = words.Given(ctx, p.Words, "name", p.Name)
		}
		view := webkit.ViewOf(ctx)
		key.lang, key.home, key.posted, key.large = view.Lang, view.Path == Path(ctx), view.Posted, view.Large()
		return webkit.Kept(key, anew).Render(ctx, w)
	})
}

// Client is who asks, for counting tries.
func Client(c *fiber.Ctx) inquiry.Client {
	return inquiry.Client{Channel: "portal", ID: webkit.ClientIP(c)}
}

// NewKey is a form's random key: sent twice it is the same submission.
func NewKey() string { return rand.Text() }

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Day is a day as people of the page's language write it.
func Day(ctx context.Context, t time.Time) string {
	t = t.In(shanghai)
	if words.Lang(ctx) == words.Chinese {
		year, month, day := t.Date()
		return strconv.Itoa(year) + "年" + strconv.Itoa(int(month)) + "月" + strconv.Itoa(day) + "日"
	}
	return t.Format("2 Jan 2006")
}

// Time is an instant as people of the page's language write it.
func Time(ctx context.Context, t time.Time) string {
	t = t.In(shanghai)
	if words.Lang(ctx) == words.Chinese {
		return fmt.Sprintf("%d年%d月%d日 %s", t.Year(), t.Month(), t.Day(), t.Format("15:04"))
	}
	return t.Format("2 Jan 2006, 15:04")
}

// Dial is a number as a tel: address wants it.
func Dial(phone string) string {
	return "tel:" + strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, phone)
}

// Values reads the named fields of a form as typed.
func Values(c *fiber.Ctx, names ...string) map[string]string {
	values := map[string]string{}
	for _, name := range names {
		values[name] = c.FormValue(name)
	}
	return values
}

// Uploads reads the files of a field; browsers send an empty one when none was chosen.
func Uploads(c *fiber.Ctx, field string) ([]inquiry.Upload, error) {
	form, err := c.MultipartForm()
	if err != nil {
		return nil, nil // a form without files is a plain one
	}
	var out []inquiry.Upload
	for _, header := range form.File[field] {
		if header.Filename == "" && header.Size == 0 {
			continue
		}
		file, err := header.Open()
		if err != nil {
			return nil, err
		}
		data := make([]byte, header.Size)
		_, err = io.ReadFull(file, data)
		file.Close()
		if err != nil {
			return nil, err
		}
		out = append(out, inquiry.Upload{Name: header.Filename, Data: data})
	}
	return out, nil
}

// Back shows the form again with what was typed and what is wrong, or returns what is no
// fault of the person's. Too many tries are the form's matter too: what was typed stays.
func Back(c *fiber.Ctx, values map[string]string, err error) (webkit.Form, error) {
	form, ok := webkit.NewForm(values, err)
	if !ok {
		return form, err
	}
	if err != nil {
		c.Status(webkit.Status(err))
	}
	return form, nil
}
