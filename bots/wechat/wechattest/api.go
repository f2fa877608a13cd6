package wechattest

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/officialaccount/basic"
	"github.com/silenceper/wechat/v2/officialaccount/message"
)

// fault is WeChat's way to say no.
type fault struct {
	ErrCode int64  `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
}

var ok = fault{0, "ok"}

// RefuseTokens makes the next n calls answer 40001, as when somebody else fetched a token.
func (p *Platform) RefuseTokens(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refusals = n
}

// Revoke ends the token that is in use.
func (p *Platform) Revoke() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.token = ""
}

// Fail makes the next calls answer these codes, one after the other; a code below -1 is a bare HTTP status.
func (p *Platform) Fail(codes ...int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failures = append(p.failures, codes...)
}

// ServeHTTP is the API.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 20<<20))
	if err != nil {
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/cgi-bin/")
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[path]++
	switch path {
	case authorizePath:
		p.authorize(w, r)
		return
	case identifyPath:
		write(w, p.identify(r))
		return
	}
	if path == "stable_token" || path == "token" {
		write(w, p.giveToken(r, path, body))
		return
	}
	if no := p.refusal(r.URL.Query().Get("access_token")); no.ErrCode < -1 {
		w.WriteHeader(int(-no.ErrCode))
		return
	} else if no.ErrCode != 0 {
		write(w, no)
		return
	}
	switch path {
	case "message/template/send":
		write(w, p.takeTemplate(body))
	case "message/subscribe/bizsend":
		write(w, p.takeNotice(body))
	case "message/custom/send":
		write(w, p.takeCustom(body))
	case "media/get":
		p.serveMedia(w, r.URL.Query().Get("media_id"))
	case "media/upload":
		write(w, p.takeUpload(r, body))
	case "menu/create":
		p.menu = body
		write(w, ok)
	case "qrcode/create":
		write(w, p.makeCode(body))
	default:
		write(w, fault{40066, "invalid url"})
	}
}

func write(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/json; encoding=utf-8")
	json.NewEncoder(w).Encode(answer)
}

// refusal is called under the lock.
func (p *Platform) refusal(token string) fault {
	switch {
	case len(p.failures) > 0:
		code := p.failures[0]
		p.failures = p.failures[1:]
		return fault{code, "ordered"}
	case token == "":
		return fault{41001, "access_token missing"}
	case p.refusals > 0:
		p.refusals--
		return fault{40001, "invalid credential, access_token is invalid or not latest"}
	case token != p.token:
		return fault{42001, "access_token expired"}
	}
	return ok
}

func (p *Platform) giveToken(r *http.Request, path string, body []byte) any {
	var q struct {
		AppID, Secret string
		Force         bool `json:"force_refresh"`
	}
	if path == "token" {
		q.AppID, q.Secret, q.Force = r.URL.Query().Get("appid"), r.URL.Query().Get("secret"), true
	} else if json.Unmarshal(body, &q) != nil {
		return fault{47001, "data format error"}
	}
	switch {
	case q.AppID != p.o.Account.AppID:
		return fault{40013, "invalid appid"}
	case q.Secret != p.o.Account.Secret:
		return fault{40125, "invalid appsecret"}
	}
	if p.token == "" || q.Force {
		p.tokens++
		p.token = "AT_" + strconv.Itoa(p.tokens)
	}
	return map[string]any{"access_token": p.token, "expires_in": 7200}
}

func (p *Platform) takeCustom(body []byte) any {
	var m message.CustomerMessage
	if json.Unmarshal(body, &m) != nil || m.Text == nil && m.Image == nil {
		return fault{47001, "data format error"}
	}
	one := p.people[m.ToUser]
	switch {
	case one == nil:
		return fault{40003, "invalid openid"}
	case !one.Subscribed:
		return fault{43004, "require subscribe"}
	case one.Blocked:
		return fault{48002, "user reject"}
	case one.wrote.IsZero(), p.o.Now().Sub(one.wrote) > p.o.CustomerWindow:
		return fault{45015, "response out of time limit or subscription is canceled"}
	case one.answered >= p.o.CustomerTexts:
		return fault{45047, "out of response count limit"}
	case m.Text != nil && len(m.Text.Content) > wechatTextLimit:
		return fault{45002, "content size out of limit"}
	}
	one.answered++
	b := Bubble{Person: m.ToUser, FromBot: true, Kind: string(m.Msgtype)}
	if m.Text != nil {
		b.Text = m.Text.Content
	} else {
		b.MediaID = m.Image.MediaID
	}
	p.show(b)
	return ok
}

func (p *Platform) serveMedia(w http.ResponseWriter, id string) {
	m, found := p.media[id]
	if !found || !p.o.Now().Before(m.till) {
		write(w, fault{40007, "invalid media_id"})
		return
	}
	w.Header().Set("Content-Type", m.mime)
	w.Write(m.data)
}

func (p *Platform) takeUpload(r *http.Request, body []byte) any {
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	file, head, err := r.FormFile("media")
	if err != nil {
		return fault{41005, "media data missing"}
	}
	data, err := io.ReadAll(file)
	if err != nil || len(data) == 0 {
		return fault{44001, "empty media data"}
	}
	kind := http.DetectContentType(data)
	if !strings.HasPrefix(kind, "image/") {
		return fault{40005, "invalid file type " + head.Filename}
	}
	return map[string]any{"type": "image", "media_id": p.keep(data, kind), "created_at": p.o.Now().Unix()}
}

func (p *Platform) makeCode(body []byte) any {
	var q basic.Request
	scene := ""
	if json.Unmarshal(body, &q) == nil {
		scene = q.ActionInfo.Scene.SceneStr
	}
	if scene == "" || utf8.RuneCountInString(scene) > 64 {
		return fault{40053, "invalid action info"}
	}
	// The scene stands in what the code says, so that a demonstration can scan it without a table.
	answer := map[string]any{"ticket": "ticket=/+" + scene, "url": "http://weixin.qq.com/q/" + scene}
	if q.ExpireSeconds > 0 {
		answer["expire_seconds"] = min(q.ExpireSeconds, 2592000)
	}
	return answer
}
