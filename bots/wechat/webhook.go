package wechat

import (
	"crypto/subtle"
	"encoding/base64"
	"strconv"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"mingzhi/backoffice/problem"
)

// MaxBody is the largest callback that is read; WeChat's own stay far below.
const MaxBody = 64 << 10

// Why a callback is not taken. None of them says what stood in it.
var (
	ErrSignature = problem.New(problem.Forbidden, "wechat.signature", "签名不符，这个请求不是微信发来的。")
	ErrStale     = problem.New(problem.Forbidden, "wechat.stale", "请求的时间与现在相差太多，可能是重放；请检查服务器时钟。")
	ErrMode      = problem.New(problem.Forbidden, "wechat.crypt_mode", "消息的加密方式与设置不符，请核对公众平台的消息加解密方式。")
	ErrSealed    = problem.New(problem.Forbidden, "wechat.sealed", "消息解不开，请核对 EncodingAESKey 和 AppID。")
	ErrTooLarge  = problem.New(problem.TooLarge, "wechat.too_large", "请求内容过大。")
	ErrGarbled   = problem.New(problem.Invalid, "wechat.garbled", "请求内容不完整或格式不对。")
)

// Query is what WeChat says in a callback's address.
type Query struct {
	Signature    string
	MsgSignature string
	Timestamp    string
	Nonce        string
	Echo         string
}

// ReadQuery takes the parameters out of a request of whatever framework.
func ReadQuery(get func(name string) string) Query {
	return Query{Signature: get("signature"), MsgSignature: get("msg_signature"), Timestamp: get("timestamp"), Nonce: get("nonce"), Echo: get("echostr")}
}

// WebhookOptions are what a webhook takes from outside.
type WebhookOptions struct {
	Now    func() time.Time // the one clock
	Window time.Duration    // how far a callback's time may be from now; 0: 10 minutes
}

// Webhook takes the callbacks of one account. It remembers none: repeats are known by Message.Key.
type Webhook struct {
	account Account
	key     []byte
	now     func() time.Time
	window  time.Duration
}

// NewWebhook refuses an account that is not set up rightly.
func NewWebhook(a Account, o WebhookOptions) (*Webhook, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	w := &Webhook{account: a, now: o.Now, window: o.Window}
	if a.AESKey != "" {
		w.key, _ = a.key()
	}
	if w.now == nil {
		w.now = time.Now
	}
	if w.window <= 0 {
		w.window = 10 * time.Minute
	}
	return w, nil
}

// Verify answers the handshake by which WeChat learns that the address is the account's: echo goes
// back as it is, as text/plain.
func (w *Webhook) Verify(q Query) (echo string, err error) {
	if err := w.admit(q); err != nil {
		return "", err
	}
	return q.Echo, nil
}

// Receive opens and reads a callback. Nothing of body or q is kept in the message.
func (w *Webhook) Receive(q Query, body []byte) (Message, error) {
	if len(body) > MaxBody {
		return Message{}, ErrTooLarge
	}
	if err := w.admit(q); err != nil {
		return Message{}, err
	}
	d, err := parse(body)
	if err != nil {
		return Message{}, err
	}
	switch sealed := d.encrypted != ""; {
	case sealed && w.account.Mode != Plain:
		if d, err = w.open(q, d.encrypted); err != nil {
			return Message{}, err
		}
		d.sealed = true
	case sealed && d.FromUser == "", !sealed && w.account.Mode == Safe:
		return Message{}, ErrMode
	}
	if d.FromUser == "" {
		return Message{}, ErrGarbled
	}
	if d.Kind == "" {
		d.Kind = Other
	}
	return d.Message, nil
}

// admit compares the signature and the time; the time only counts because the signature covers it.
func (w *Webhook) admit(q Query) error {
	if !signed(q.Signature, w.account.Token, q.Timestamp, q.Nonce) {
		return ErrSignature
	}
	seconds, err := strconv.ParseInt(q.Timestamp, 10, 64)
	if err != nil {
		return ErrStale
	}
	if now := w.now(); seconds < now.Add(-w.window).Unix() || seconds > now.Add(w.window).Unix() {
		return ErrStale
	}
	return nil
}

// open decrypts only what msg_signature vouches for, so that nobody can try out ciphertexts.
func (w *Webhook) open(q Query, encrypted string) (document, error) {
	if !signed(q.MsgSignature, w.account.Token, q.Timestamp, q.Nonce, encrypted) {
		return document{}, ErrSignature
	}
	cipher, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil {
		return document{}, ErrSealed
	}
	_, plain, appID, err := util.AESDecryptMsg(cipher, w.key)
	if err != nil || string(appID) != w.account.AppID {
		return document{}, ErrSealed
	}
	return parse(plain)
}

func signed(got string, parts ...string) bool {
	return subtle.ConstantTimeCompare([]byte(got), []byte(util.Signature(parts...))) == 1
}
