package wechattest

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"mingzhi/bots/wechat"
)

// Forgery is one way in which a callback is not WeChat's.
type Forgery string

const (
	WrongSignature    Forgery = "wrong signature"
	WrongMsgSignature Forgery = "wrong msg_signature"
	NoSignature       Forgery = "no parameters"
	Old               Forgery = "eleven minutes old"
	Ahead             Forgery = "eleven minutes ahead"
	NoTime            Forgery = "time is a word"
	Truncated         Forgery = "truncated"
	Oversized         Forgery = "oversized"
	Entities          Forgery = "entities"
	Doctype           Forgery = "external entity"
	WrongKey          Forgery = "another AES key"
	WrongAppID        Forgery = "another account's"
	NotBase64         Forgery = "not base64"
	ShortCipher       Forgery = "cipher of three bytes"
	PlainBody         Forgery = "plain body"
	TwoRoots          Forgery = "two documents"
	Nobody            Forgery = "from nobody"
)

func forgedTime(now time.Time, forge []Forgery) time.Time {
	switch {
	case slices.Contains(forge, Old):
		return now.Add(-11 * time.Minute)
	case slices.Contains(forge, Ahead):
		return now.Add(11 * time.Minute)
	}
	return now
}

// wrap makes a callback of a message in the account's mode, forged as told.
func (p *Platform) wrap(openID string, inner []byte, forge []Forgery) Callback {
	is := func(f Forgery) bool { return slices.Contains(forge, f) }
	switch {
	case is(Truncated):
		inner = inner[:len(inner)/2]
	case is(Oversized):
		inner = bytes.Replace(inner, []byte("</xml>"), []byte("<Pad>"+strings.Repeat("x", wechat.MaxBody)+"</Pad></xml>"), 1)
	case is(Entities):
		inner = bytes.Replace(inner, []byte("</xml>"), []byte("<Label>&lol;</Label></xml>"), 1)
	case is(Doctype):
		inner = append([]byte(`<!DOCTYPE xml [<!ENTITY lol SYSTEM "file:///etc/passwd">]>`), inner...)
	case is(TwoRoots):
		inner = append(slices.Clone(inner), inner...)
	case is(Nobody):
		inner = bytes.Replace(inner, []byte(openID), nil, 1)
	}
	c := Callback{Body: inner}
	encrypted := ""
	if p.o.Account.Mode != wechat.Plain && !is(PlainBody) {
		encrypted = p.encrypt(inner, is)
		c.Body = p.envelope(inner, encrypted)
	}
	c.Query = p.sign(encrypted, forge)
	switch {
	case is(WrongSignature):
		c.Query.Set("signature", strings.Repeat("0", 40))
	case is(WrongMsgSignature):
		c.Query.Set("msg_signature", strings.Repeat("0", 40))
	case is(NoSignature):
		c.Query = nil
	case is(NoTime):
		c.Query.Set("timestamp", "now")
		c.Query.Set("signature", util.Signature(p.o.Account.Token, "now", c.Query.Get("nonce")))
	}
	return c
}

func (p *Platform) encrypt(inner []byte, is func(Forgery) bool) string {
	a := p.o.Account
	switch {
	case is(NotBase64):
		return "%%%"
	case is(ShortCipher):
		return "AAAA"
	case is(WrongKey):
		a.AESKey = strings.Repeat("z", 42) + "w"
	case is(WrongAppID):
		a.AppID = "wxffffffffffffffff"
	}
	encrypted, err := util.EncryptMsg([]byte(nonce()), inner, a.AppID, a.AESKey)
	if err != nil {
		panic(err) // the account's key was checked by who set it up
	}
	return string(encrypted)
}

// envelope is the body around a cipher; in compatible mode the message stands in it too.
func (p *Platform) envelope(inner []byte, encrypted string) []byte {
	sealed := "<Encrypt>" + cdata(encrypted) + "</Encrypt></xml>"
	if open, found := bytes.CutSuffix(inner, []byte("</xml>")); found && p.o.Account.Mode == wechat.Compatible {
		return append(slices.Clone(open), sealed...)
	}
	return []byte("<xml><ToUserName>" + cdata(p.o.OriginalID) + "</ToUserName>" + sealed)
}
