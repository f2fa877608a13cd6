package wechattest

import (
	"net/http"
	"net/url"
	"strconv"
)

// Cookie says whose phone a browser is, to the platform's log-in page.
const Cookie = "phone_person"

const (
	authorizePath = "/connect/oauth2/authorize"
	identifyPath  = "/sns/oauth2/access_token"
)

// authorize is the page that WeChat's own browser passes through without seeing it; it is called under the lock.
func (p *Platform) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	cookie, missing := r.Cookie(Cookie)
	if err != nil || missing != nil || q.Get("appid") != p.o.Account.AppID || q.Get("response_type") != "code" || q.Get("scope") != "snsapi_base" {
		http.Error(w, "请在微信客户端打开链接", http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, p.giveCode(back, cookie.Value, q.Get("state")), http.StatusFound)
}

// giveCode is called under the lock.
func (p *Platform) giveCode(back *url.URL, openID, state string) string {
	if p.codes == nil {
		p.codes = map[string]string{}
	}
	code := "oauth_" + strconv.Itoa(len(p.codes)+1) + "_" + nonce()
	p.codes[code] = openID
	q := back.Query()
	q.Set("code", code)
	q.Set("state", state)
	back.RawQuery = q.Encode()
	return back.String()
}

// identify says whose code it is, once.
func (p *Platform) identify(r *http.Request) any {
	q := r.URL.Query()
	openID := p.codes[q.Get("code")]
	switch {
	case q.Get("appid") != p.o.Account.AppID:
		return fault{40013, "invalid appid"}
	case q.Get("secret") != p.o.Account.Secret:
		return fault{40125, "invalid appsecret"}
	case openID == "":
		return fault{40029, "invalid code"}
	}
	p.codes[q.Get("code")] = ""
	return map[string]any{"access_token": "OAUTH", "expires_in": 7200, "openid": openID, "scope": "snsapi_base"}
}
