package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// Tokens keeps access tokens where every node sees them. Get answers "" for what is not there or has expired.
type Tokens interface {
	Get(ctx context.Context, key string) (string, error)
	Set(ctx context.Context, key, token string, ttl time.Duration) error
}

// ClientOptions say where the platform is and how long it may take.
type ClientOptions struct {
	BaseURL  string // "": WeChat itself
	Tokens   Tokens
	Timeout  time.Duration // for one request; 0: 10 s
	MaxMedia int64         // the largest file that is fetched; 0: 12 MiB, above what WeChat takes from people
}

// Client calls the platform for one account; any number of goroutines may use it. The requests and
// answers are the library's, the calls are not: its have no context, share one HTTP client without a
// time limit, and put the error code into a text.
type Client struct {
	account  Account
	base     string
	tokens   Tokens
	http     *http.Client
	maxMedia int64
	turn     chan struct{} // one fetches a token, the others take what it brought
}

const (
	officialBase = "https://api.weixin.qq.com"
	maxAnswer    = 1 << 20
	early        = 5 * time.Minute // a token is given up before WeChat does
)

// NewClient makes a client; nothing is called until the first message.
func NewClient(a Account, o ClientOptions) *Client {
	if o.BaseURL == "" {
		o.BaseURL = officialBase
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.MaxMedia <= 0 {
		o.MaxMedia = 12 << 20
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 32
	return &Client{account: a, base: strings.TrimSuffix(o.BaseURL, "/"), tokens: o.Tokens, maxMedia: o.MaxMedia, turn: make(chan struct{}, 1),
		http: &http.Client{Transport: transport, Timeout: o.Timeout,
			// A redirected call would carry the token and the openid to a host nobody named.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// done is an answer that only says whether it went well.
type done struct{ util.CommonError }

// call posts request as JSON and reads answer, which embeds util.CommonError.
func (c *Client) call(ctx context.Context, path string, request, answer any) error {
	body, err := encode(request)
	if err != nil {
		return misfit("data", "无法编码")
	}
	return c.withToken(ctx, func(token string) error {
		raw, _, err := c.exchange(ctx, http.MethodPost, c.at(path, token, nil), "application/json; charset=utf-8", body, maxAnswer)
		if err != nil {
			return err
		}
		return judge(util.DecodeWithError(raw, answer, path))
	})
}

// encode leaves < and & as they are: some of WeChat's clients show the escapes.
func encode(request any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(request)
	return buffer.Bytes(), err
}

func (c *Client) at(path, token string, more url.Values) string {
	if more == nil {
		more = url.Values{}
	}
	more.Set("access_token", token)
	return c.base + path + "?" + more.Encode()
}

func (c *Client) exchange(ctx context.Context, method, address, contentType string, body []byte, limit int64) ([]byte, http.Header, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, nil, &Error{Reason: NotAllowed, Lasts: ForNow, Detail: "微信平台的地址写得不对"}
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, nil, unreachable(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, nil, &Error{Reason: Busy, Lasts: ForNow, Detail: "微信答复 HTTP " + strconv.Itoa(response.StatusCode)}
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return nil, nil, unreachable(err)
	}
	if int64(len(raw)) > limit {
		return nil, nil, &Error{Reason: BadContent, Lasts: ForMessage, Detail: "微信送来的内容超过大小限制"}
	}
	return raw, response.Header, nil
}

// withToken does something with a token, and once more with a fresh one when WeChat refuses the first.
func (c *Client) withToken(ctx context.Context, do func(token string) error) error {
	token, err := c.token(ctx, "")
	if err != nil {
		return err
	}
	if err = do(token); !Is(err, TokenRefused) {
		return err
	}
	if token, err = c.token(ctx, token); err != nil {
		return err
	}
	return do(token)
}

// token is the kept token unless that is the refused one.
func (c *Client) token(ctx context.Context, refused string) (string, error) {
	key := "wechat.token." + c.account.AppID
	kept := func() (string, error) {
		token, err := c.tokens.Get(ctx, key)
		if err != nil {
			return "", &Error{Reason: Unknown, Lasts: ForNow, Detail: "读不到保存的微信令牌", cause: err}
		}
		if token == refused {
			return "", nil
		}
		return token, nil
	}
	if token, err := kept(); token != "" || err != nil {
		return token, err
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return "", unreachable(ctx.Err())
	}
	if token, err := kept(); token != "" || err != nil { // another was faster
		return token, err
	}
	fresh, err := c.fetch(ctx, false)
	if err == nil && fresh.AccessToken == refused { // the stable endpoint gives out the same one until it is told
		fresh, err = c.fetch(ctx, true)
	}
	if err != nil {
		return "", err
	}
	ttl := time.Duration(fresh.ExpiresIn) * time.Second
	if ttl -= early; ttl > 0 {
		c.tokens.Set(ctx, key, fresh.AccessToken, ttl) // when it cannot be kept, it is still good now
	}
	return fresh.AccessToken, nil
}

type tokenAnswer struct {
	util.CommonError
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"`
}

// fetch asks the stable endpoint, whose tokens several nodes may ask for without ending each other's.
func (c *Client) fetch(ctx context.Context, force bool) (tokenAnswer, error) {
	var answer tokenAnswer
	body, err := encode(map[string]any{"grant_type": "client_credential", "appid": c.account.AppID, "secret": c.account.Secret, "force_refresh": force})
	if err != nil {
		return answer, judge(err)
	}
	raw, _, err := c.exchange(ctx, http.MethodPost, c.base+"/cgi-bin/stable_token", "application/json", body, maxAnswer)
	if err != nil {
		return answer, err
	}
	if err = judge(util.DecodeWithError(raw, &answer, "stable_token")); err != nil {
		if Is(err, TokenRefused) { // here 40001 means the secret
			e := notAllowed
			e.Code = 40001
			return answer, &e
		}
		return answer, err
	}
	if answer.AccessToken == "" {
		return answer, &Error{Reason: Unknown, Lasts: ForNow, Detail: "看不懂微信的答复"}
	}
	return answer, nil
}
