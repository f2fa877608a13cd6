package wechat

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/silenceper/wechat/v2/util"
)

const officialOpen = "https://open.weixin.qq.com"

// AuthorizeURL is where a page sends the browser inside WeChat to learn who holds the phone: only the openid, without asking. WeChat
// sends it back to redirect, with a code and the state.
func (c *Client) AuthorizeURL(redirect, state string) string {
	base := c.base
	if base == officialBase {
		base = officialOpen
	}
	// WeChat takes the parameters in this order only.
	return base + "/connect/oauth2/authorize?appid=" + url.QueryEscape(c.account.AppID) + "&redirect_uri=" + url.QueryEscape(redirect) +
		"&response_type=code&scope=snsapi_base&state=" + url.QueryEscape(state) + "#wechat_redirect"
}

type oauthAnswer struct {
	util.CommonError
	OpenID string `json:"openid"`
}

// OpenID is whose code it is; a code works once, for five minutes.
func (c *Client) OpenID(ctx context.Context, code string) (string, error) {
	if code == "" || len(code) > 128 || strings.ContainsAny(code, "\r\n") {
		return "", &Error{Reason: BadContent, Lasts: ForMessage, Detail: "微信没有给出授权码"}
	}
	q := url.Values{"appid": {c.account.AppID}, "secret": {c.account.Secret}, "code": {code}, "grant_type": {"authorization_code"}}
	raw, _, err := c.exchange(ctx, http.MethodGet, c.base+"/sns/oauth2/access_token?"+q.Encode(), "", nil, maxAnswer)
	if err != nil {
		return "", err
	}
	var answer oauthAnswer
	if err := judge(util.DecodeWithError(raw, &answer, "sns/oauth2")); err != nil {
		return "", err
	}
	if answer.OpenID == "" {
		return "", &Error{Reason: Unknown, Lasts: ForNow, Detail: "看不懂微信的答复"}
	}
	return answer.OpenID, nil
}
