package channel_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"mingzhi/bots/wechat"
	"mingzhi/bots/wechat/wechattest"
	"mingzhi/notify/channel"
)

const openID = "oTestPerson-0123456789abcdefg"

// follower starts a platform where one person follows the account, and a sender for the court "alpha".
func follower(t *testing.T, o wechattest.Options) (*wechattest.Platform, *channel.WeChat) {
	t.Helper()
	p, api := wechattest.Start(t, o)
	bot := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(bot.Close)
	p.BotAt(bot.URL)
	if _, err := p.Subscribe(t.Context(), openID, ""); err != nil {
		t.Fatal(err)
	}
	client := wechat.NewClient(p.Account(), wechat.ClientOptions{BaseURL: api, Tokens: &wechattest.Tokens{}, Timeout: time.Second})
	return p, channel.NewWeChat(func(court string) *wechat.Client {
		if court == "alpha" {
			return client
		}
		return nil
	})
}

func note() channel.Message {
	m := message()
	m.Channel, m.Address, m.URL, m.Text = "wechat", openID, "https://court.example/c/1", "您的案件有新进展"
	m.ProviderIDs, m.Data = map[string]string{"wechat.template": "T1"}, map[string]string{"thing1": "冻结存款"}
	return m
}

func TestWeChatSendsATemplateOnce(t *testing.T) {
	t.Parallel()
	p, s := follower(t, wechattest.Options{})
	m := note()
	first, err := s.Send(t.Context(), m)
	again, err2 := s.Send(t.Context(), m)
	if err != nil || err2 != nil || first != again || first.ProviderID == "" || first.Delivered {
		t.Fatalf("%+v %+v %v %v", first, again, err, err2)
	}
	chat := p.Chat(openID)
	if got := chat[len(chat)-1]; len(chat) != 2 || got.Kind != "template" || got.ID != first.ProviderID || got.URL != m.URL || got.Data["thing1"] != "冻结存款" || got.Title != "T1" {
		t.Errorf("%+v", chat)
	}
}

func TestWeChatSendsATextWithoutATemplate(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*channel.Message){
		"no template": func(m *channel.Message) { m.ProviderIDs = map[string]string{"sms.tencent": "1"} },
		"no fields":   func(m *channel.Message) { m.Data = nil },
	} {
		p, s := follower(t, wechattest.Options{})
		m := note()
		change(&m)
		got, err := s.Send(t.Context(), m)
		chat := p.Chat(openID)
		if last := chat[len(chat)-1]; err != nil || !got.Delivered || last.Kind != "text" || last.Text != m.Text {
			t.Errorf("%s: %+v %v %+v", name, got, err, chat)
		}
	}
}

func TestWeChatSortsTheAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before    func(*wechattest.Platform, *channel.Message)
		permanent bool
		detail    string
	}{
		"left":          {func(p *wechattest.Platform, _ *channel.Message) { p.Unsubscribe(t.Context(), openID) }, true, "用户已取消关注"},
		"day is full":   {func(p *wechattest.Platform, _ *channel.Message) { p.QuotaADay(0) }, true, "当日模板消息额度已用完"},
		"no template":   {func(_ *wechattest.Platform, m *channel.Message) { m.ProviderIDs["wechat.template"] = "T9" }, true, "消息模板不存在或已停用"},
		"bad openid":    {func(_ *wechattest.Platform, m *channel.Message) { m.Address = "oNobody" }, true, "用户标识无效或不属于本公众号"},
		"long field":    {func(_ *wechattest.Platform, m *channel.Message) { m.Data["amount1"] = "12345678901" }, true, "消息字段 amount1 超过微信的长度限制"},
		"another court": {func(_ *wechattest.Platform, m *channel.Message) { m.Court = "beta" }, true, "本院没有接入公众号"},
		"nothing":       {func(_ *wechattest.Platform, m *channel.Message) { m.Data, m.Text = nil, "" }, true, "没有可发的内容"},
		"refused text":  {func(p *wechattest.Platform, m *channel.Message) { m.Data = nil; p.Block(openID, true) }, true, "用户拒收消息"},
		"window closed": {func(p *wechattest.Platform, m *channel.Message) { m.Data = nil; p.Fail(45015) }, true, "用户超过 48 小时没有来信，不能发客服消息"},
		"busy":          {func(p *wechattest.Platform, _ *channel.Message) { p.Fail(-1) }, false, "微信系统繁忙"},
		"too fast":      {func(p *wechattest.Platform, _ *channel.Message) { p.Fail(45011) }, false, "微信接口调用太频繁"},
		"down":          {func(p *wechattest.Platform, _ *channel.Message) { p.Fail(-503) }, false, "微信答复 HTTP 503"},
		"unheard of":    {func(p *wechattest.Platform, _ *channel.Message) { p.Fail(12345) }, false, "微信答复错误码 12345"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, s := follower(t, wechattest.Options{Templates: []string{"T1"}})
			m := note()
			c.before(p, &m)
			_, err := s.Send(t.Context(), m)
			permanent, detail := channel.Why(err)
			if err == nil || permanent != c.permanent || detail != c.detail {
				t.Errorf("permanent %v, %s, %v", permanent, detail, err)
			}
			for _, secret := range []string{openID, "oNobody", "冻结", "新进展"} {
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("the error tells %s: %v", secret, err)
				}
			}
		})
	}
}
