package channel

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
)

// TencentOptions are a Tencent Cloud account and its approved signature.
type TencentOptions struct {
	SecretID, SecretKey string
	AppID               string // SmsSdkAppId
	Sign                string // without 【】; a message's ProviderIDs["sms.tencent.sign"] comes first
	Region              string // "": ap-guangzhou
	Endpoint            string // "": sms.tencentcloudapi.com; may name its scheme
	Timeout             time.Duration
}

// Tencent sends short messages by Tencent Cloud.
type Tencent struct {
	o      TencentOptions
	client *sms.Client
}

// NewTencent makes the sender; nothing is connected until the first message.
func NewTencent(o TencentOptions) (*Tencent, error) {
	if o.Region == "" {
		o.Region = "ap-guangzhou"
	}
	if o.Timeout <= 0 {
		o.Timeout = smsTimeout
	}
	p := profile.NewClientProfile()
	p.HttpProfile.Scheme, p.HttpProfile.Endpoint = host(o.Endpoint, "sms.tencentcloudapi.com")
	p.DisableRegionBreaker = true // it would send to an endpoint nobody named
	client, err := sms.NewClient(common.NewCredential(o.SecretID, o.SecretKey), o.Region, p)
	if err != nil {
		return nil, err
	}
	client.WithHttpTransport(smsTransport())
	return &Tencent{o: o, client: client}, nil
}

// Name is how attempts name this provider.
func (t *Tencent) Name() string { return "tencent" }

// Send sends the approved template once; Tencent does not know a repeat again, it only hands our id back.
func (t *Tencent) Send(ctx context.Context, m Message) (Accepted, error) {
	template := m.ProviderIDs["sms.tencent"]
	if template == "" {
		return Accepted{}, Refused("这条消息没有登记腾讯云短信模板")
	}
	sign := m.ProviderIDs["sms.tencent.sign"]
	if sign == "" {
		sign = t.o.Sign
	}
	request := sms.NewSendSmsRequest()
	request.PhoneNumberSet = common.StringPtrs([]string{international(m.Address)})
	request.SmsSdkAppId, request.SignName, request.TemplateId = &t.o.AppID, &sign, &template
	request.TemplateParamSet = common.StringPtrs(m.Params)
	request.SessionContext = common.StringPtr(m.ID.String())
	ctx, cancel := context.WithTimeout(ctx, t.o.Timeout)
	defer cancel()
	answer, err := t.client.SendSmsWithContext(ctx, request)
	if err != nil {
		return Accepted{}, weighTencent(ctx, err)
	}
	if answer.Response == nil || len(answer.Response.SendStatusSet) != 1 {
		return Accepted{}, Failed("看不懂短信服务商的答复", nil)
	}
	status := answer.Response.SendStatusSet[0]
	if code := text(status.Code); code != "Ok" {
		return Accepted{}, tencentCodes.judge(code)
	}
	return Accepted{ProviderID: text(status.SerialNo)}, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// international writes a mainland number as E.164.
func international(number string) string {
	if len(number) == 11 && number[0] == '1' {
		return "+86" + number
	}
	return number
}

// weighTencent reads only codes: the SDK's texts quote the whole answer.
func weighTencent(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return brokenWire(ctx.Err())
	}
	var e *sdkerrors.TencentCloudSDKError
	if !errors.As(err, &e) {
		return brokenWire(err)
	}
	if e.Code == "ClientError.NetworkError" {
		return brokenWire(nil)
	}
	return tencentCodes.judge(e.Code)
}

var tencentCodes = verdicts{
	"FailedOperation.PhoneNumberInBlacklist":     {true, "号码在短信黑名单中"},
	"FailedOperation.PhoneNumberParseFail":       {true, "手机号码不正确"},
	"InvalidParameterValue.IncorrectPhoneNumber": {true, "手机号码不正确"},
	"FailedOperation.Template":                   {true, "短信模板未通过审核或参数不符"},
	"FailedOperation.ContainSensitiveWord":       {true, "短信内容含敏感词"},
	"FailedOperation.Insufficient":               {false, "短信余额不足"},
	"FailedOperation.Sign":                       {false, "短信签名未通过审核"},
	"FailedOperation.MissingSignature":           {false, "短信签名未通过审核"},
	"InvalidParameter":                           {true, "短信参数不符合要求"},
	"InvalidParameterValue.SdkAppIdNotExist":     {false, "短信应用编号不对"},
	"InvalidParameter.AppidAndBizId":             {false, "短信应用编号不对"},
	"MissingParameter":                           {true, "短信参数不全"},
	"UnsupportedOperation":                       {true, "不支持的号码或模板"},
	"UnsupportedOperation.UnsupportedRegion":     {false, "短信地域写得不对"},
	"LimitExceeded":                              {false, "短信发送太频繁"},
	"RequestLimitExceeded":                       {false, "短信发送太频繁"},
	"AuthFailure":                                {false, "短信服务商的密钥或权限不对"},
	"UnauthorizedOperation":                      {false, "短信服务商的密钥或权限不对"},
	"InternalError":                              {false, "短信服务商系统出错"},
}

// ParseTencentReports reads a push of 下发状态通知. Tencent does not sign it: its address must be
// secret. The answer it waits for is {"result":0,"errmsg":"OK"}.
func ParseTencentReports(body []byte) ([]Report, error) {
	var lines []struct {
		Time    string `json:"user_receive_time"`
		Status  string `json:"report_status"`
		Code    string `json:"errmsg"`
		ID      string `json:"sid"`
		Session string `json:"session_context"` // only where Tencent was asked to hand it back
	}
	if json.Unmarshal(body, &lines) != nil {
		return nil, errReports
	}
	var all []Report
	for _, l := range lines {
		if l.ID != "" && (l.Status == "SUCCESS" || l.Status == "FAIL") {
			all = append(all, report(l.ID, l.Session, l.Status == "SUCCESS", l.Code, strings.TrimSpace(l.Time)))
		}
	}
	return all, nil
}
