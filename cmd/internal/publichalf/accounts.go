package publichalf

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"mingzhi/backoffice/problem"
	"mingzhi/bots"
	"mingzhi/bots/wechat"
	"mingzhi/notify/channel"
)

// wechatAccount is one court's entry of the file of --wechat-accounts.
type wechatAccount struct {
	AppID  string `yaml:"app_id"`
	Secret string `yaml:"secret"`
	Token  string `yaml:"token"`
	AESKey string `yaml:"aes_key"`
	Mode   string `yaml:"mode"`
	API    string `yaml:"api"`
}

// smsAccount is the file of --sms-accounts.
type smsAccount struct {
	Provider string `yaml:"provider"` // tencent, aliyun
	KeyID    string `yaml:"key_id"`
	Secret   string `yaml:"secret"`
	AppID    string `yaml:"app_id"` // of tencent
	Sign     string `yaml:"sign"`
	Region   string `yaml:"region"`
	Endpoint string `yaml:"endpoint"`
	Reports  string `yaml:"reports"` // the secret part of the address to which the provider reports
}

// read takes a file of secrets apart; nothing of what stands in it comes into an error.
func read(file string, into any) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return problem.New(problem.Invalid, "accounts.unreadable", "账号文件 {file} 读不到，请检查路径和权限。", "file", file).Because(err)
	}
	if err := yaml.UnmarshalWithOptions(raw, into, yaml.Strict()); err != nil {
		return problem.New(problem.Invalid, "accounts.yaml", "账号文件 {file} 的写法不对（{where}）：请核对缩进和字段名。", "file", file, "where", place(err))
	}
	return nil
}

var position = regexp.MustCompile(`\[(\d+):\d+\]`)

// place is where a YAML error is, without the line itself.
func place(err error) string {
	if m := position.FindStringSubmatch(err.Error()); m != nil {
		return "第 " + m[1] + " 行"
	}
	return "位置不明"
}

func readWeChat(file string) (map[string]bots.Account, error) {
	if file == "" {
		return nil, nil
	}
	var courts map[string]wechatAccount
	if err := read(file, &courts); err != nil {
		return nil, err
	}
	out := map[string]bots.Account{}
	for _, court := range slices.Sorted(maps.Keys(courts)) {
		a := courts[court]
		if a.Mode == "" {
			a.Mode = string(wechat.Safe)
		}
		account := bots.Account{Account: wechat.Account{AppID: a.AppID, Secret: a.Secret, Token: a.Token, AESKey: a.AESKey, Mode: wechat.Mode(a.Mode)}, API: a.API}
		if err := account.Check(); err != nil {
			return nil, problem.New(problem.Invalid, "accounts.wechat", "公众号账号文件 {file} 里法院 {court} 的设置不对：{why}", "file", file, "court", court, "why", sentences(err))
		}
		out[court] = account
	}
	return out, nil
}

// sentences are a form's problems in one line, each with its field.
func sentences(err error) string {
	p, ok := problem.As(err)
	if !ok {
		return err.Error()
	}
	var all []string
	for _, field := range slices.Sorted(maps.Keys(p.Fields)) {
		text := p.Fields[field].Text
		for name, value := range p.Fields[field].Args {
			text = strings.ReplaceAll(text, "{"+name+"}", fmt.Sprint(value))
		}
		all = append(all, field+"："+text)
	}
	return strings.Join(all, " ")
}

// sms is the provider that a file of --sms-accounts names.
type sms struct {
	account smsAccount
	sender  channel.Sender
	parse   func([]byte) ([]channel.Report, error)
	thanks  string // what the provider wants to read
}

// leastSecret is how long the secret part of an address is at least.
const leastSecret = 24

var secretPath = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func readSMS(file string) (*sms, error) {
	if file == "" {
		return nil, nil
	}
	var a smsAccount
	if err := read(file, &a); err != nil {
		return nil, err
	}
	wrong := func(text string) error {
		return problem.New(problem.Invalid, "accounts.sms", "短信账号文件 {file} 不对："+text, "file", file)
	}
	switch {
	case a.KeyID == "" || a.Secret == "" || a.Sign == "":
		return nil, wrong("请填写 key_id、secret 和 sign（短信签名，不含【】）。")
	case a.Provider == "tencent" && a.AppID == "":
		return nil, wrong("请填写 app_id（腾讯云短信的 SdkAppId）。")
	case a.Reports != "" && (len(a.Reports) < leastSecret || !secretPath.MatchString(a.Reports)):
		return nil, wrong("reports 是回执地址里的秘密部分，至少 24 位字母、数字、- 或 _，请用随机生成的。")
	}
	switch a.Provider {
	case "tencent":
		sender, err := channel.NewTencent(channel.TencentOptions{SecretID: a.KeyID, SecretKey: a.Secret, AppID: a.AppID, Sign: a.Sign, Region: a.Region, Endpoint: a.Endpoint})
		return &sms{a, sender, channel.ParseTencentReports, `{"result":0,"errmsg":"OK"}`}, err
	case "aliyun":
		sender, err := channel.NewAliyun(channel.AliyunOptions{AccessKeyID: a.KeyID, AccessKeySecret: a.Secret, Sign: a.Sign, Endpoint: a.Endpoint})
		return &sms{a, sender, channel.ParseAliyunReports, `{"code":0,"msg":"成功"}`}, err
	}
	return nil, wrong("provider 只能是 tencent 或 aliyun。")
}
