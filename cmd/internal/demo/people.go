package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"mingzhi/backoffice/enforcement"
)

const (
	surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔"
	given    = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰志文建国海燕晓东春梅红光宇婷雪峰佳慧子涵欣怡浩然梓轩思远雨桐博文若溪𠮷昊"
)

var (
	places  = []string{"天涯", "吉阳", "崖州", "海棠", "朱兰", "垭口", "尹集", "尚店", "滨江", "新华", "建设", "人民", "和平", "解放", "胜利", "东风", "中山", "青年"}
	trades  = []string{"建筑工程", "装饰设计", "商贸", "物流", "农业开发", "旅游投资", "机械制造", "房地产开发", "餐饮管理", "信息技术", "矿业", "水产养殖"}
	endings = []string{"有限公司", "有限责任公司", "股份有限公司"}
	causes  = []string{"民间借贷纠纷", "买卖合同纠纷", "建设工程施工合同纠纷", "机动车交通事故责任纠纷", "金融借款合同纠纷", "劳务合同纠纷", "房屋租赁合同纠纷",
		"追索劳动报酬纠纷", "抚养费纠纷", "物业服务合同纠纷", "商品房买卖合同纠纷", "信用卡纠纷", "侵权责任纠纷", "合伙协议纠纷"}
	areas = []string{"460200", "460203", "410481", "410402", "430102", "510104", "330106", "440305"}
)

// cast invents persons; the same seed invents the same ones.
type cast struct {
	*rand.Rand
	now  time.Time
	used map[string]bool
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func (c *cast) name() string {
	s, g := []rune(surnames), []rune(given)
	name := string(s[c.IntN(len(s))]) + string(g[c.IntN(len(g))])
	if c.IntN(3) > 0 {
		name += string(g[c.IntN(len(g))])
	}
	return name
}

func (c *cast) company() string {
	return pick(c.Rand, places) + pick(c.Rand, []string{"恒", "鑫", "盛", "宏", "瑞", "嘉", "中", "金", "华"}) + pick(c.Rand, []string{"达", "源", "泰", "信", "隆", "业", "通", "和"}) +
		pick(c.Rand, trades) + pick(c.Rand, endings)
}

// idNumber is a synthetic resident number with a right check character.
func (c *cast) idNumber(age int) string {
	birth := c.now.AddDate(-age, 0, -c.IntN(300)-20)
	body := pick(c.Rand, areas) + birth.Format("20060102") + fmt.Sprintf("%03d", c.IntN(1000))
	for _, check := range "0123456789X" {
		if _, err := enforcement.ParseIDNumber(body+string(check), c.now); err == nil {
			return body + string(check)
		}
	}
	return ""
}

func (c *cast) creditCode() string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	body := "91" + pick(c.Rand, areas) + "MA"
	for range 7 {
		body += string(alphabet[c.IntN(len(alphabet))])
	}
	for _, check := range alphabet {
		if _, warning, err := enforcement.ParseCreditCode(body + string(check)); err == nil && warning == nil {
			return body + string(check)
		}
	}
	return ""
}

// mobile is from a range of numbers kept for examples as far as China has one: 1990000xxxx.
func (c *cast) mobile() string {
	for {
		m := fmt.Sprintf("1990000%04d", c.IntN(10000))
		if !c.used[m] || len(c.used) > 9000 {
			c.used[m] = true
			return m
		}
	}
}

func (c *cast) address() string {
	return pick(c.Rand, places) + "路" + fmt.Sprint(1+c.IntN(199)) + "号"
}

// Account is a demonstration log-in.
type Account struct {
	Court    string   `json:"court"`
	Login    string   `json:"login"`
	Name     string   `json:"name"`
	Roles    []string `json:"roles"`
	RoleName string   `json:"role_name"`
	Team     string   `json:"team"`
	Password string   `json:"password"`
	Secret   string   `json:"secret"`
}

// Password of every demonstration account; such accounts exist in demonstration mode alone.
const Password = "mingzhi-demo-2026"

const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

func (c *cast) secret() string {
	var b strings.Builder
	for range 32 {
		b.WriteByte(base32[c.IntN(32)])
	}
	return b.String()
}

func teamsOf(ids []string, prefix string) []string {
	out := slices.DeleteFunc(slices.Clone(ids), func(t string) bool { return !strings.HasPrefix(t, prefix) })
	if len(out) == 0 {
		return ids[:1]
	}
	return out
}
