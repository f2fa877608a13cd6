package channel_test

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"mingzhi/notify/channel"
	"mingzhi/notify/channel/channeltest"
)

func aliyun(t *testing.T, o channel.AliyunOptions) (*channel.Aliyun, *channeltest.SMS) {
	t.Helper()
	p := channeltest.NewAliyun(t)
	o.AccessKeyID, o.AccessKeySecret, o.Sign, o.Endpoint = "id", "key", "甲法院", p.URL
	s, err := channel.NewAliyun(o)
	if err != nil {
		t.Fatal(err)
	}
	return s, p
}

func TestAliyunHandsOverTheTemplate(t *testing.T) {
	t.Parallel()
	s, p := aliyun(t, channel.AliyunOptions{})
	m := short()
	got, err := s.Send(t.Context(), m)
	taken := p.Taken()
	if err != nil || got.Delivered || len(taken) != 1 || got.ProviderID != taken[0].CloudID {
		t.Fatalf("%+v %+v %v", got, taken, err)
	}
	if one := taken[0]; one.Key != "id" || one.To != number || one.Sign != "甲法院" || one.Template != "SMS_1" || !maps.Equal(one.Named, map[string]string{"name": m.Params[0], "case": m.Params[1]}) || one.ID != m.ID.String() {
		t.Errorf("%+v", one)
	}
	for names, want := range map[string]map[string]string{"": {"p1": m.Params[0], "p2": m.Params[1]}, "a": nil, "a,a": nil, "a,b,c": nil} {
		m.ProviderIDs["sms.aliyun.params"], m.ProviderIDs["sms.aliyun.sign"] = names, "乙法院"
		asked := p.Asked()
		_, err := s.Send(t.Context(), m)
		if want == nil {
			if !permanent(err) || p.Asked() != asked {
				t.Errorf("%q: %v", names, err)
			}
			continue
		}
		taken := p.Taken()
		if one := taken[len(taken)-1]; err != nil || !maps.Equal(one.Named, want) || one.Sign != "乙法院" {
			t.Errorf("%q: %+v %v", names, one, err)
		}
	}
	m.Params, m.ProviderIDs["sms.aliyun.params"] = nil, ""
	if _, err := s.Send(t.Context(), m); err != nil {
		t.Error("a template without parameters:", err)
	}
	delete(m.ProviderIDs, "sms.aliyun")
	if _, err := s.Send(t.Context(), m); !permanent(err) {
		t.Error(err)
	}
}

func TestAliyunSortsTheAnswers(t *testing.T) {
	t.Parallel()
	refused := append(codes("isv.MOBILE_NUMBER_ILLEGAL", "isv.SMS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_MISSING_PARAMETERS", "isv.INVALID_PARAMETERS", "isv.PARAM_LENGTH_LIMIT", "isv.BLACK_KEY_CONTROL_LIMIT", "MOBILE_IN_BLACK"),
		channeltest.SMSBehaviour{Fault: "isv.INVALID_JSON_PARAM"})
	failed := append(codes("isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL", "isv.AMOUNT_NOT_ENOUGH", "isv.SMS_SIGNATURE_ILLEGAL", "isp.SYSTEM_ERROR", "isv.WHAT_EVER", number),
		channeltest.SMSBehaviour{Fault: "InvalidAccessKeyId.NotFound"}, channeltest.SMSBehaviour{Fault: "Throttling.User"}, channeltest.SMSBehaviour{Fault: "SignatureDoesNotMatch"})
	sorted(t, func(t *testing.T, b channeltest.SMSBehaviour) error {
		s, p := aliyun(t, channel.AliyunOptions{Timeout: 300 * time.Millisecond})
		p.Always(b)
		_, err := s.Send(t.Context(), short())
		if p.Asked() != 1 {
			t.Errorf("asked %d times: a repeat is a second message", p.Asked())
		}
		return err
	}, refused, append(failed, wires...))
}

func TestAliyunStopsWithItsContext(t *testing.T) {
	t.Parallel()
	s, _ := aliyun(t, channel.AliyunOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Send(ctx, short()); !errors.Is(err, context.Canceled) || permanent(err) {
		t.Error(err)
	}
}

func TestAliyunHandsOurIDBack(t *testing.T) {
	t.Parallel()
	s, p := aliyun(t, channel.AliyunOptions{})
	for range 2 {
		if _, err := s.Send(t.Context(), short()); err != nil {
			t.Fatal(err)
		}
	}
	reportsOf(t, p, channel.ParseAliyunReports, "MK:0001", true)
}
