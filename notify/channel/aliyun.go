package channel

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/alibabacloud-go/darabonba-openapi/v2/models"
	dysms "github.com/alibabacloud-go/dysmsapi-20170525/v5/client"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/alibabacloud-go/tea/tea"
)

// AliyunOptions are an Alibaba Cloud account and its approved signature.
type AliyunOptions struct {
	AccessKeyID, AccessKeySecret string
	Sign                         string // without 【】; a message's ProviderIDs["sms.aliyun.sign"] comes first
	Endpoint                     string // "": dysmsapi.aliyuncs.com; may name its scheme
	Timeout                      time.Duration
}

// Aliyun sends short messages by Alibaba Cloud.
type Aliyun struct {
	o      AliyunOptions
	client *dysms.Client
}

// caller is the SDK's way to be given an HTTP client; its own follows redirects and logs addresses, in which the number stands.
type caller struct{ http.Client }

func (c *caller) Call(r *http.Request, _ *http.Transport) (*http.Response, error) { return c.Do(r) }

// NewAliyun makes the sender; nothing is connected until the first message.
func NewAliyun(o AliyunOptions) (*Aliyun, error) {
	if o.Timeout <= 0 {
		o.Timeout = smsTimeout
	}
	scheme, name := host(o.Endpoint, "dysmsapi.aliyuncs.com")
	client, err := dysms.NewClient(&models.Config{AccessKeyId: &o.AccessKeyID, AccessKeySecret: &o.AccessKeySecret, Endpoint: &name, Protocol: &scheme,
		HttpClient: &caller{http.Client{Transport: smsTransport(), Timeout: o.Timeout}}})
	if err != nil {
		return nil, err
	}
	return &Aliyun{o: o, client: client}, nil
}

// Name is how attempts name this provider.
func (a *Aliyun) Name() string { return "aliyun" }

// Send sends the approved template once; Aliyun does not know a repeat again, it only hands our id back.
func (a *Aliyun) Send(ctx context.Context, m Message) (Accepted, error) {
	template := m.ProviderIDs["sms.aliyun"]
	if template == "" {
		return Accepted{}, Refused("这条消息没有登记阿里云短信模板")
	}
	params, err := named(m.ProviderIDs["sms.aliyun.params"], m.Params)
	if err != nil {
		return Accepted{}, err
	}
	sign, id := m.ProviderIDs["sms.aliyun.sign"], m.ID.String()
	if sign == "" {
		sign = a.o.Sign
	}
	request := &dysms.SendSmsRequest{PhoneNumbers: &m.Address, SignName: &sign, TemplateCode: &template, TemplateParam: params, OutId: &id}
	ctx, cancel := context.WithTimeout(ctx, a.o.Timeout)
	defer cancel()
	answer, err := a.client.SendSmsWithContext(ctx, request, &dara.RuntimeOptions{})
	if err != nil {
		return Accepted{}, weighAliyun(ctx, err)
	}
	if answer == nil || answer.Body == nil || text(answer.Body.Code) == "" {
		return Accepted{}, Failed("看不懂短信服务商的答复", nil)
	}
	if code := text(answer.Body.Code); code != "OK" {
		return Accepted{}, aliyunCodes.judge(code)
	}
	return Accepted{ProviderID: text(answer.Body.BizId)}, nil
}

// named gives the ordered parameters the names that Aliyun's template uses; nil when there are none.
func named(names string, params []string) (*string, error) {
	if len(params) == 0 {
		return nil, nil
	}
	keys := make([]string, len(params))
	for i := range params {
		keys[i] = "p" + strconv.Itoa(i+1)
	}
	if names != "" {
		if keys = strings.Split(names, ","); len(keys) != len(params) {
			return nil, Refused("短信模板的变量名与参数个数不一致")
		}
	}
	fields := make(map[string]string, len(params))
	for i, key := range keys {
		fields[strings.TrimSpace(key)] = params[i]
	}
	if len(fields) != len(params) {
		return nil, Refused("短信模板的变量名重复")
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		return nil, Refused("消息内容无法编码")
	}
	encoded := string(raw)
	return &encoded, nil
}

// weighAliyun reads only codes: the SDK's texts quote the address, in which the number stands.
func weighAliyun(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return brokenWire(ctx.Err())
	}
	var e *tea.SDKError
	if errors.As(err, &e) && text(e.Code) != "" {
		return aliyunCodes.judge(text(e.Code))
	}
	return brokenWire(err)
}

var aliyunCodes = verdicts{
	"isv.MOBILE_NUMBER_ILLEGAL":   {true, "手机号码不正确"},
	"isv.MOBILE_COUNT_OVER_LIMIT": {true, "手机号码不正确"},
	"MOBILE_IN_BLACK":             {true, "号码在短信黑名单中"},
	"isv.SMS_TEMPLATE_ILLEGAL":    {true, "短信模板未通过审核"},
	"isv.TEMPLATE_":               {true, "短信模板未通过审核或参数不符"},
	"isv.INVALID_":                {true, "短信参数不符合要求"},
	"isv.PARAM_":                  {true, "短信参数不符合要求"},
	"isv.BLACK_KEY_CONTROL_LIMIT": {true, "短信内容含敏感词"},
	"isv.SMS_CONTENT_ILLEGAL":     {true, "短信内容含敏感词"},
	"isv.SMS_SIGN":                {false, "短信签名未通过审核"},
	"isv.BUSINESS_LIMIT_CONTROL":  {false, "短信发送太频繁"},
	"isv.DAY_LIMIT_CONTROL":       {false, "短信发送太频繁"},
	"VALVE:":                      {false, "短信发送太频繁"},
	"Throttling":                  {false, "短信发送太频繁"},
	"isv.AMOUNT_NOT_ENOUGH":       {false, "短信余额不足"},
	"isv.OUT_OF_SERVICE":          {false, "短信服务商的密钥或权限不对"},
	"isv.ACCOUNT_":                {false, "短信服务商的密钥或权限不对"},
	"isp.RAM_PERMISSION_DENY":     {false, "短信服务商的密钥或权限不对"},
	"SignatureDoesNotMatch":       {false, "短信服务商的密钥或权限不对"},
	"InvalidAccessKeyId":          {false, "短信服务商的密钥或权限不对"},
	"isp.SYSTEM_ERROR":            {false, "短信服务商系统出错"},
	"isv.PRODUCT_UN_SUBSCRIPT":    {false, "短信服务没有开通"},
}
