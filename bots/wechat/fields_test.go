package wechat_test

import (
	"strings"
	"testing"
	"time"

	"mingzhi/bots/wechat"
	"mingzhi/bots/wechat/wechattest"
)

func TestFieldLimits(t *testing.T) {
	t.Parallel()
	b := newBot(t, wechattest.Options{})
	b.follow(t, person)
	han, latin := func(n int) string { return strings.Repeat("执", n) }, func(n int) string { return strings.Repeat("a", n) }
	for _, c := range []struct{ field, value, want string }{ // want "": refused
		{"thing1", han(20), han(20)},
		{"thing1", han(21), han(19) + "…"},
		{"thing1", " 甲\n乙\t丙 ", "甲 乙 丙"},
		{"phrase2", han(6), han(4) + "…"},
		{"first", han(30), han(19) + "…"},
		{"keyword3", han(30), han(19) + "…"},
		{"thing1", "  ", ""},
		{"character_string1", latin(32), latin(20)}, // WeChat's own cut, on the phone
		{"character_string1", latin(33), ""},
		{"number1", strings.Repeat("9", 33), ""},
		{"amount4", "￥1234567890.55元", "￥1234567890.55元"},
		{"amount4", "12345678901", ""},
		{"name5", han(10), han(10)},
		{"name5", han(11), ""},
		{"name5", latin(20), latin(20)},
		{"name5", latin(21), ""},
		{"phone_number6", strings.Repeat("1", 18), ""},
		{"car_number7", latin(9), ""},
		{"date8", "2026年3月2日 09:00", "2026年3月2日 09:00"},
		{"const9", "已受理", "已受理"},
	} {
		_, err := b.client.SendTemplate(t.Context(), wechat.TemplateMessage{To: person, TemplateID: "T", Data: map[string]string{c.field: c.value}})
		if c.want == "" {
			if e := refusal(t, err); e.Field != c.field || e.Lasts != wechat.ForMessage || !strings.Contains(e.Detail, c.field) || len(c.value) > 3 && strings.Contains(err.Error(), c.value) {
				t.Errorf("%s %s: %+v", c.field, c.value, e)
			}
			continue
		}
		chat := b.platform.Chat(person)
		if got := chat[len(chat)-1].Data[c.field]; err != nil || got != c.want {
			t.Errorf("%s %s: %q %v", c.field, c.value, got, err)
		}
	}
	if n := b.platform.Calls("message/template/send"); n != 12 {
		t.Errorf("WeChat was asked %d times: what does not fit must not reach it", n)
	}
}

func TestQuotaOfTheDay(t *testing.T) {
	t.Parallel()
	b := newBot(t, wechattest.Options{TemplatesADay: 1, Templates: []string{"T1"}})
	b.follow(t, person)
	send := func() error { _, err := b.client.SendTemplate(t.Context(), template(person)); return err }
	if err := send(); err != nil {
		t.Error(err)
	}
	if err := send(); !wechat.Is(err, wechat.QuotaUsed) || refusal(t, err).Lasts != wechat.ForQuota {
		t.Error(err)
	}
	b.clock.move(24 * time.Hour)
	if err := send(); err != nil {
		t.Error("next day:", err)
	}
	unknown := template(person)
	unknown.TemplateID = "T2"
	if _, err := b.client.SendTemplate(t.Context(), unknown); !wechat.Is(err, wechat.TemplateUnknown) {
		t.Error(err)
	}
	if _, err := b.client.SendTemplate(t.Context(), template("oNobody")); !wechat.Is(err, wechat.BadOpenID) {
		t.Error(err)
	}
}
