package signin

import (
	"strings"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/webkit"
)

// keepPrefix marks the fields of a form that waits for the signing in.
const keepPrefix = "keep."

var ended = problem.New(problem.Signin, "account.signed_out", "登录已失效，请重新登录。您填写的内容不会丢失。")

// Show is the sign-in page.
func Show(r *frame.Request) error {
	if _, err := r.House.Accounts.Session(r.C(), r.Court, r.Token()); err == nil {
		return webkit.Redirect303(r.Ctx, r.At("/"))
	}
	return webkit.Render(r.Ctx, frame.Bare("登录", page(webkit.Form{}, r.Next(r.Query("next")), nil)))
}

// Interrupted is the sign-in page in the middle of a form, which is kept.
func Interrupted(r *frame.Request, next string, kept []frame.Kept) error {
	return webkit.Render(r.Ctx, frame.Bare("登录", page(webkit.Form{Problem: ended}, r.Next(next), kept)))
}

// Submit checks the three and goes on to where the person was.
func Submit(r *frame.Request) error {
	next, kept := r.Next(r.FormValue("next")), keptOf(r)
	login := strings.ToLower(strings.TrimSpace(r.FormValue("login")))
	token, err := r.House.Accounts.SignIn(r.C(), r.Court, login, r.FormValue("password"), strings.ReplaceAll(r.FormValue("code"), " ", ""),
		webkit.ClientIP(r.Ctx), r.Get("User-Agent"))
	if err != nil {
		form, ok := webkit.NewForm(map[string]string{"login": login}, err)
		if !ok {
			return err
		}
		r.Status(webkit.Status(err))
		return webkit.Render(r.Ctx, frame.Bare("登录", page(form, next, kept)))
	}
	r.Keep(token)
	switch {
	case len(kept) > 0 && next != "":
		a, err := r.House.Accounts.Session(r.C(), r.Court, token)
		if err != nil {
			return err
		}
		about, facts := waiting(r, a, next, kept)
		return webkit.Render(r.Ctx, frame.Bare("继续提交", resume(next, kept, about, facts)))
	case next != "":
		return webkit.Redirect303(r.Ctx, next)
	}
	return webkit.Redirect303(r.Ctx, r.At("/"))
}

// Leave ends the session.
func Leave(r *frame.Request) error {
	if err := r.House.Accounts.SignOut(r.C(), r.Actor); err != nil {
		return err
	}
	r.Keep("")
	return webkit.Redirect303(r.Ctx, r.At("/signin"))
}

func keptOf(r *frame.Request) []frame.Kept {
	var out []frame.Kept
	r.Request().PostArgs().VisitAll(func(k, v []byte) {
		if name, ok := strings.CutPrefix(string(k), keepPrefix); ok {
			out = append(out, frame.Kept{Name: name, Value: string(v)})
		}
	})
	return out
}
