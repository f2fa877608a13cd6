package wechat

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strconv"

	"github.com/silenceper/wechat/v2/util"
)

// Lasts says for whom and how long a refusal holds.
type Lasts string

const (
	ForPerson   Lasts = "person"    // this person cannot be reached this way
	ForTemplate Lasts = "template"  // this template cannot be used
	ForMessage  Lasts = "message"   // this very message can never go
	ForQuota    Lasts = "quota"     // nothing more today
	ForNow      Lasts = "temporary" // worth another try, perhaps after somebody mended the settings
)

// Reason is why the platform, or the client before it, refused.
type Reason string

const (
	Unsubscribed    Reason = "unsubscribed"
	RefusedByPerson Reason = "refused_by_person"
	WindowClosed    Reason = "window_closed"
	BadOpenID       Reason = "bad_openid"
	TemplateUnknown Reason = "template_unknown"
	BadContent      Reason = "bad_content"
	MediaGone       Reason = "media_gone"
	QuotaUsed       Reason = "quota_used"
	TooFast         Reason = "too_fast"
	TokenRefused    Reason = "token_refused"
	NotAllowed      Reason = "not_allowed" // the account's secret, addresses or rights
	Busy            Reason = "busy"
	Network         Reason = "network"
	Unknown         Reason = "unknown"
)

// Error is a call that failed. Neither it nor what it wraps holds an openid, a content, a token or an address with one.
type Error struct {
	Code   int64 // WeChat's errcode; 0 when it gave none
	Reason Reason
	Lasts  Lasts
	Detail string // for the record, in Chinese
	Field  string // the template field that does not fit
	cause  error
}

func (e *Error) Error() string {
	text := "wechat " + string(e.Reason) + ": " + e.Detail
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.cause }

// Permanent tells whether the same call is useless today.
func (e *Error) Permanent() bool { return e.Lasts != ForNow }

// Is reports whether err was refused for this reason.
func Is(err error, r Reason) bool {
	var e *Error
	return errors.As(err, &e) && e.Reason == r
}

var (
	unsubscribed = Error{Reason: Unsubscribed, Lasts: ForPerson, Detail: "用户已取消关注"}
	refused      = Error{Reason: RefusedByPerson, Lasts: ForPerson, Detail: "用户拒收消息"}
	noTemplate   = Error{Reason: TemplateUnknown, Lasts: ForTemplate, Detail: "消息模板不存在或已停用"}
	badContent   = Error{Reason: BadContent, Lasts: ForMessage, Detail: "微信不接受消息的内容"}
	mediaGone    = Error{Reason: MediaGone, Lasts: ForMessage, Detail: "素材已过期或不存在"}
	badToken     = Error{Reason: TokenRefused, Lasts: ForNow, Detail: "微信令牌失效"}
	notAllowed   = Error{Reason: NotAllowed, Lasts: ForNow, Detail: "公众号的密钥、IP 白名单或接口权限不对"}
	busy         = Error{Reason: Busy, Lasts: ForNow, Detail: "微信系统繁忙"}
)

// codes is the part of WeChat's list that the house tells apart.
var codes = map[int64]Error{
	-1:    busy,
	43108: busy, // two notices to one person at once
	40001: badToken, 40014: badToken, 41001: badToken, 42001: badToken, 42007: badToken,
	40013: notAllowed, 40125: notAllowed, 40164: notAllowed, 40243: notAllowed, 48001: notAllowed, 48004: notAllowed, 50001: notAllowed, 50002: notAllowed,
	40003: {Reason: BadOpenID, Lasts: ForPerson, Detail: "用户标识无效或不属于本公众号"},
	43004: unsubscribed, 43005: unsubscribed,
	43019: refused, 43101: refused, 48002: refused, // on the blacklist; no consent to this notice; messages switched off
	45015: {Reason: WindowClosed, Lasts: ForPerson, Detail: "用户超过 48 小时没有来信，不能发客服消息"},
	45047: {Reason: WindowClosed, Lasts: ForPerson, Detail: "客服消息条数已满，要等用户来信"},
	45009: {Reason: QuotaUsed, Lasts: ForQuota, Detail: "当日接口调用额度已用完"},
	40038: {Reason: QuotaUsed, Lasts: ForQuota, Detail: "当日消息额度已用完"},
	45011: {Reason: TooFast, Lasts: ForNow, Detail: "微信接口调用太频繁"},
	40036: noTemplate, 40037: noTemplate, 43107: noTemplate, 43116: noTemplate,
	40004: mediaGone, 40007: mediaGone,
	45002: badContent, 45008: badContent, 45168: badContent, 47001: badContent, 47003: badContent, 40039: badContent, 40048: badContent, 41030: badContent,
}

// judge turns the library's error into the house's; its words, which may quote the request, are dropped.
func judge(err error) error {
	var answered *util.CommonError
	if err == nil {
		return nil
	}
	if !errors.As(err, &answered) {
		return &Error{Reason: Unknown, Lasts: ForNow, Detail: "看不懂微信的答复"}
	}
	e, known := codes[answered.ErrCode]
	if !known {
		e = Error{Reason: Unknown, Lasts: ForNow, Detail: "微信答复错误码 " + strconv.FormatInt(answered.ErrCode, 10)}
	}
	e.Code = answered.ErrCode
	return &e
}

// unreachable keeps what went wrong on the wire without the address, which carries the token.
func unreachable(err error) error {
	var in *url.Error
	if errors.As(err, &in) {
		err = in.Err
	}
	detail := "连接不上微信"
	if errors.Is(err, context.DeadlineExceeded) || os.IsTimeout(err) {
		detail = "微信超时没有答复"
	}
	return &Error{Reason: Network, Lasts: ForNow, Detail: detail, cause: err}
}

func misfit(field, why string) error {
	return &Error{Reason: BadContent, Lasts: ForMessage, Field: field, Detail: "消息字段 " + field + " " + why}
}
