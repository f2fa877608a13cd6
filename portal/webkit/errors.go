package webkit

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/words"
)

// Sentence is a problem in the words of one language.
type Sentence struct {
	Text  string
	Lang  string // the language it is in
	Basis string // the clause that refused
}

var statuses = map[problem.Kind]int{
	problem.Invalid: fiber.StatusUnprocessableEntity, problem.NotFound: fiber.StatusNotFound,
	problem.Forbidden: fiber.StatusForbidden, problem.Signin: fiber.StatusUnauthorized,
	problem.Conflict: fiber.StatusConflict, problem.Refused: fiber.StatusConflict,
	problem.TooMany: fiber.StatusTooManyRequests, problem.TooLarge: fiber.StatusRequestEntityTooLarge,
	problem.Unavailable: fiber.StatusServiceUnavailable,
}

// Status is the one mapping from the house's errors to HTTP; what is no problem is 500.
func Status(err error) int {
	if p, ok := problem.As(err); ok {
		if status := statuses[p.Kind]; status != 0 {
			return status
		}
	}
	return fiber.StatusInternalServerError
}

// fromFiber gives the router's own errors a sentence.
func fromFiber(err error) error {
	var e *fiber.Error
	if _, ok := problem.As(err); ok || !errors.As(err, &e) {
		return err
	}
	switch {
	case e.Code == fiber.StatusNotFound || e.Code == fiber.StatusMethodNotAllowed:
		return problem.New(problem.NotFound, "web.not_found", "没有这个页面。请核对网址，或者从首页重新进入。")
	case e.Code == fiber.StatusRequestEntityTooLarge:
		return problem.New(problem.TooLarge, "web.body_too_large", "一次上传的内容太大。请退回上一页，少选几张照片，或者换成较小的照片再提交。")
	case e.Code >= 400 && e.Code < 500:
		return problem.New(problem.Invalid, "web.bad_request", "浏览器送来的内容不完整，请退回上一页再试一次。")
	}
	return err
}

// fail is every error's last stop: a page with a sentence, what to do and the request id.
// Unknown text never leaves the house.
func (k *kit) fail(c *fiber.Ctx, err error) error {
	if _, begun := c.UserContext().Value(viewKey{}).(*View); !begun {
		k.newView(c) // the server refused the request before any handler ran
	}
	err = fromFiber(err)
	status, view := Status(err), ViewOf(c.UserContext())
	if status >= 500 {
		k.Log.LogAttrs(c.UserContext(), slog.LevelError, "request failed", slog.String("web", k.Name),
			slog.String("request_id", view.RequestID), slog.String("route", c.Route().Path), slog.String("error", err.Error()))
	}
	c.Status(status)
	c.Response().Header.Del(fiber.HeaderCacheControl)
	p, ok := problem.As(err)
	if !ok {
		return k.unknown(c, view)
	}
	if wait, ok := p.Args["seconds"].(int); ok && p.Kind == problem.TooMany {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(wait))
	}
	text, lang := words.ProblemIn(c.UserContext(), p)
	page := k.ErrorPage(Failure{Status: status, Problem: Sentence{text, lang, p.Basis}, RequestID: view.RequestID})
	if err := Render(c, page); err != nil {
		k.Log.Error("the error page failed", "request_id", view.RequestID, "error", err)
		return k.unknown(c, view)
	}
	return nil
}

const idMark = "00000000-request-id-00000000"

// prerender makes the page for unknown errors beforehand: when everything else fails it still stands.
func (k *kit) prerender() {
	k.lastPage = map[string][]byte{}
	for _, lang := range words.Languages() {
		ctx := words.With(context.Background(), lang)
		var b bytes.Buffer
		text, in := words.In(ctx, "web.internal")
		f := Failure{Status: fiber.StatusInternalServerError, Problem: Sentence{Text: text, Lang: in}, RequestID: idMark}
		if err := errorDocument(k.Stylesheet, f).Render(ctx, &b); err != nil {
			panic(err)
		}
		k.lastPage[lang] = b.Bytes()
	}
}

func (k *kit) unknown(c *fiber.Ctx, view View) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Status(fiber.StatusInternalServerError).Send(bytes.ReplaceAll(k.lastPage[view.Lang], []byte(idMark), []byte(view.RequestID)))
}
