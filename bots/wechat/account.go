package wechat

import (
	"encoding/base64"
	"strings"

	"mingzhi/backoffice/problem"
)

// Mode is how WeChat and the court's server wrap what they tell each other.
type Mode string

const (
	Plain      Mode = "plain"      // 明文模式
	Compatible Mode = "compatible" // 兼容模式: callbacks hold both; for the days of a change only
	Safe       Mode = "safe"       // 安全模式
)

// Account is one court's official account as it is set up on mp.weixin.qq.com.
type Account struct {
	AppID  string
	Secret string
	Token  string
	AESKey string // EncodingAESKey, 43 characters; needed unless Mode is Plain
	Mode   Mode
}

// Check says what is wrong with the settings.
func (a Account) Check() error {
	var form problem.Form
	need := func(field, value, name string) {
		if strings.TrimSpace(value) == "" || strings.TrimSpace(value) != value {
			form.Add(field, problem.New(problem.Invalid, "wechat.setting", "请填写{name}，前后不要有空格。", "name", name))
		}
	}
	need("app_id", a.AppID, "公众号的 AppID")
	need("secret", a.Secret, "公众号的 AppSecret")
	need("token", a.Token, "服务器配置中的令牌（Token）")
	switch a.Mode {
	case Plain, Compatible, Safe:
	default:
		form.Add("mode", problem.New(problem.Invalid, "wechat.mode", "消息加解密方式只能是 plain、compatible 或 safe。"))
	}
	if a.Mode != Plain || a.AESKey != "" {
		if _, err := a.key(); err != nil {
			form.Add("aes_key", err)
		}
	}
	return form.Err()
}

// key is the AES key behind EncodingAESKey.
func (a Account) key() ([]byte, *problem.Error) {
	key, err := base64.StdEncoding.DecodeString(a.AESKey + "=")
	if len(a.AESKey) != 43 || err != nil {
		return nil, problem.New(problem.Invalid, "wechat.aes_key", "消息加解密密钥（EncodingAESKey）应为 43 位字母和数字，请从公众平台重新复制。")
	}
	return key, nil
}
