package lots_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/desk/desktest"
)

func TestShots(t *testing.T) {
	d, assistant, judge, aid := open(t)
	who := map[string]*desktest.Browser{"a": assistant, "j": judge, "f": aid}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req := httptest.NewRequest(r.Method, r.URL.String(), nil)
		c, _ := r.Cookie("who")
		name := "j"
		if c != nil {
			name = c.Value
		}
		if q := r.URL.Query().Get("who"); q != "" {
			name = q
		}
		for k, v := range who[name].Cookies {
			req.AddCookie(&http.Cookie{Name: k, Value: v})
		}
		if th := r.URL.Query().Get("theme"); th != "" {
			req.AddCookie(&http.Cookie{Name: "theme", Value: th})
			q := req.URL.Query()
			q.Del("theme")
			req.URL.RawQuery = q.Encode()
			req.RequestURI = req.URL.RequestURI()
		}
		if form := r.URL.Query().Get("post"); form != "" {
			v, _ := url.ParseQuery(form)
			p := who[name].Post(strings.TrimPrefix(r.URL.Path, "/sanya"), v)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, strings.ReplaceAll(p.Body, `data-theme="auto"`, `data-theme="`+r.URL.Query().Get("theme")+`"`))
			return
		}
		res, err := d.App.Test(req, 60000)
		if err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
		for k, v := range res.Header {
			if k != "Content-Security-Policy" {
				w.Header()[k] = v
			}
		}
		w.WriteHeader(res.StatusCode)
		io.Copy(w, res.Body)
	}))
	defer srv.Close()
	shoot := func(name, path string) {
		for _, g := range []struct {
			n     string
			w, h  int
			theme string
		}{{"wide", 1440, 1700, "light"}, {"dark", 1440, 1700, "dark"}, {"phone", 500, 3600, "light"}} {
			mark := "?"
			if strings.Contains(path, "?") {
				mark = "&"
			}
			target := srv.URL + "/sanya" + path + mark + "theme=" + g.theme
			if g.n == "phone" { // headless chromium cannot be narrower than 500: a frame is
				target = srv.URL + "/frame?u=" + url.QueryEscape(target)
			}
			out, err := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", fmt.Sprintf("--window-size=%d,%d", g.w, g.h),
				"--screenshot=/tmp/lot/"+name+"-"+g.n+".png", target).CombinedOutput()
			if err != nil {
				t.Log(string(out))
			}
		}
	}
	old := srv.Config.Handler
	srv.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/frame" {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintf(w, `<body style="margin:0;background:#888"><iframe src="%s" style="width:390px;height:3600px;border:0"></iframe>`, r.URL.Query().Get("u"))
			return
		}
		rec := httptest.NewRecorder()
		old.ServeHTTP(rec, r)
		for k, v := range rec.Header() {
			if k != "X-Frame-Options" {
				w.Header()[k] = v
			}
		}
		w.WriteHeader(rec.Code)
		w.Write(rec.Body.Bytes())
	})
	mk := func(title, kind string) string {
		p := assistant.Post("/lots", url.Values{"case": {"2026琼02执101"}, "title": {title}, "kind": {kind}, "district": {"天涯区"}, "address": {"某路1号"}, "contact": {"0898-88000009"},
			"platform_url": {"https://auction.example/1"}, "description": {"建筑面积89.6平方米，南北通透，装修较新；登记用途为住宅。"}})
		return strings.TrimPrefix(strings.Split(p.Location, "?")[0], "/"+court)
	}
	_ = fmt.Sprint("empty", "/lots?who=j")
	here := mk("海边小区1幢101室不动产", "real_estate")
	other := mk("小型客车一辆（琼B牌照）", "vehicle")
	_ = other
	shoot("draft", here+"?who=a")
	p := assistant.Get(here + "/do/plan")
	start := d.Clock.Now().AddDate(0, 0, 50)
	plan := url.Values{"seen": {p.Field("seen")}, "reference_price": {"1,000,000"}, "starting_price": {"600000"}, "deposit": {"10"}, "increment": {"5000"}, "starts_at": {at(start)}, "ends_at": {at(start.Add(time.Hour))}}
	_ = fmt.Sprint("plan", here+"/do/plan?who=a&post="+url.QueryEscape(plan.Encode()))
	plan.Set("starting_price", "700000")
	plan.Set("deposit", "70000")
	plan.Set("ends_at", at(start.Add(24*time.Hour)))
	assistant.Post(here+"/do/plan", plan)
	assistant.Post(here+"/do/prenotice", nil)
	survey(t, aid, here, aid.Get(here))
	_ = fmt.Sprint("prenotice", here+"?who=j")
	p = aid.Get(here)
	for _, id := range notes(p) {
		if strings.Contains(aid.Get(here+"/do/note/"+id).Body, "赵*有") {
			_ = fmt.Sprint("note", here+"/do/note/"+id+"?who=f")
			aid.Post(here+"/do/note/"+id, url.Values{"method": {"posted"}, "noticed_on": {"2026-03-10"}, "note": {"下落不明"}})
		}
	}
	judge.Post(here+"/do/approve", nil)
	shoot("approved", here+"/do/announce?who=f&post=x")
	d.Clock.Set(time.Date(2026, 3, 16, 9, 0, 0, 0, calendar.Shanghai))
	who["f"], who["j"], who["a"] = d.SignIn(court, "fu"), d.SignIn(court, "zhang"), d.SignIn(court, "qian")
	who["f"].Get(here)
	who["f"].Post(here+"/do/announce", nil)
	parts(t, d, who["f"], here)
	shoot("announced", here+"?who=j")
	shoot("list", "/lots?who=j")
	_ = fmt.Sprint("fact", here+"/do/fact/lease?who=f")
}
