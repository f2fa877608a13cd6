package channel_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mingzhi/notify/channel"
	"mingzhi/notify/channel/channeltest"
)

const number = "13800001234"

func short() channel.Message {
	m := message()
	m.Address, m.Params = number, []string{"甲某", "（2026）甲01执1号"}
	m.ProviderIDs = map[string]string{"sms.tencent": "1234", "sms.aliyun": "SMS_1", "sms.aliyun.params": "name, case"}
	return m
}

func tencent(t *testing.T, o channel.TencentOptions) (*channel.Tencent, *channeltest.SMS) {
	t.Helper()
	p := channeltest.NewTencent(t)
	o.SecretID, o.SecretKey, o.AppID, o.Sign, o.Endpoint = "id", "key", "1400", "甲法院", p.URL
	s, err := channel.NewTencent(o)
	if err != nil {
		t.Fatal(err)
	}
	return s, p
}

func TestTencentHandsOverTheTemplate(t *testing.T) {
	t.Parallel()
	s, p := tencent(t, channel.TencentOptions{})
	m := short()
	got, err := s.Send(t.Context(), m)
	taken := p.Taken()
	if err != nil || got.Delivered || len(taken) != 1 || got.ProviderID != taken[0].CloudID {
		t.Fatalf("%+v %+v %v", got, taken, err)
	}
	if one := taken[0]; one.Key != "id" || one.To != "+86"+number || one.Sign != "甲法院" || one.Template != "1234" || !slices.Equal(one.Params, m.Params) || one.ID != m.ID.String() {
		t.Errorf("%+v", one)
	}
	m.ProviderIDs["sms.tencent.sign"], m.Address, m.Params = "乙法院", "+85212345678", nil
	if _, err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if one := p.Taken()[1]; one.Sign != "乙法院" || one.To != "+85212345678" || len(one.Params) != 0 {
		t.Errorf("%+v", one)
	}
	delete(m.ProviderIDs, "sms.tencent")
	if _, err := s.Send(t.Context(), m); !permanent(err) || p.Asked() != 2 {
		t.Error(err)
	}
}

func permanent(err error) bool {
	p, _ := channel.Why(err)
	return err != nil && p
}

// sorted runs one sender through every answer of its cloud.
func sorted(t *testing.T, send func(t *testing.T, b channeltest.SMSBehaviour) error, refused, failed []channeltest.SMSBehaviour) {
	t.Helper()
	for i, b := range append(slices.Clone(refused), failed...) {
		t.Run(fmt.Sprintf("%s%s%s%d", b.Code, b.Fault, b.Body, b.Status), func(t *testing.T) {
			t.Parallel()
			err := send(t, b)
			forGood, detail := channel.Why(err)
			if err == nil || forGood != (i < len(refused)) || detail == "" || detail == "发送程序出错" {
				t.Errorf("permanent %v, %v", forGood, err)
			}
			if code := b.Code + b.Fault; code != number && !strings.Contains(detail, code) {
				t.Errorf("the record does not name %s: %s", code, detail)
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				for _, secret := range []string{number, "甲某", "13800", "甲01执", "%E7%94%B2"} {
					if strings.Contains(e.Error(), secret) {
						t.Errorf("the error tells %s: %v", secret, e)
					}
				}
			}
		})
	}
}

func codes(list ...string) (all []channeltest.SMSBehaviour) {
	for _, code := range list {
		all = append(all, channeltest.SMSBehaviour{Code: code})
	}
	return all
}

// wires are the ways in which any endpoint fails.
var wires = []channeltest.SMSBehaviour{{Hang: true}, {Drop: true}, {Status: 500}, {Status: 502}, {Status: 307}, {Body: "<html>" + number}, {Body: "{}"}, {Body: `{"Code":[` + number + `]}`},
	{Body: strings.Repeat(" ", 20<<10) + "{}"}}

func TestTencentSortsTheAnswers(t *testing.T) {
	t.Parallel()
	refused := append(codes("FailedOperation.PhoneNumberInBlacklist", "InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.TemplateIncorrectOrUnapproved",
		"FailedOperation.TemplateParamSetNotMatchApprovedTemplate", "FailedOperation.ContainSensitiveWord", "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone"),
		channeltest.SMSBehaviour{Fault: "InvalidParameterValue.TemplateParameterLengthLimit"})
	failed := append(codes("LimitExceeded.PhoneNumberDailyLimit", "FailedOperation.InsufficientBalanceInSmsPackage", "FailedOperation.SignatureIncorrectOrUnapproved", "What.Ever", number),
		channeltest.SMSBehaviour{Fault: "AuthFailure.SecretIdNotFound"}, channeltest.SMSBehaviour{Fault: "RequestLimitExceeded"}, channeltest.SMSBehaviour{Fault: "InternalError.Timeout"},
		channeltest.SMSBehaviour{Fault: "UnauthorizedOperation.RequestIpNotInWhitelist"}, channeltest.SMSBehaviour{Fault: "InvalidParameterValue.SdkAppIdNotExist"})
	sorted(t, func(t *testing.T, b channeltest.SMSBehaviour) error {
		s, p := tencent(t, channel.TencentOptions{Timeout: 300 * time.Millisecond})
		p.Always(b)
		_, err := s.Send(t.Context(), short())
		if p.Asked() != 1 {
			t.Errorf("asked %d times: a repeat is a second message", p.Asked())
		}
		return err
	}, refused, append(failed, wires...))
}

func TestTencentStopsWithItsContext(t *testing.T) {
	t.Parallel()
	s, _ := tencent(t, channel.TencentOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Send(ctx, short()); !errors.Is(err, context.Canceled) || permanent(err) {
		t.Error(err)
	}
}

func TestTencentReports(t *testing.T) {
	t.Parallel()
	s, p := tencent(t, channel.TencentOptions{})
	for range 2 {
		if _, err := s.Send(t.Context(), short()); err != nil {
			t.Fatal(err)
		}
	}
	reportsOf(t, p, channel.ParseTencentReports, "DB:0103", false)
	for body, want := range map[string]int{
		`[]`:                            0,
		`[{"sid":"1"}]`:                 0,
		`[{"report_status":"SUCCESS"}]`: 0,
		`[{"sid":"1","report_status":"?"},{"sid":"2","report_status":"FAIL","errmsg":"` + number + `","user_receive_time":"?"}]`: 1,
	} {
		all, err := channel.ParseTencentReports([]byte(body))
		if err != nil || len(all) != want || want == 1 && (all[0].ProviderID != "2" || all[0].Detail != "未送达" || !all[0].At.IsZero()) {
			t.Errorf("%s: %+v %v", body, all, err)
		}
	}
	id := "01890a5d-ac96-774b-bcce-b302099a8057"
	if all, err := channel.ParseTencentReports([]byte(`[{"sid":"1","report_status":"SUCCESS","session_context":"` + id + `"}]`)); err != nil || all[0].MessageID.String() != id {
		t.Errorf("%+v %v", all, err)
	}
}

func TestAliyunReports(t *testing.T) {
	t.Parallel()
	id := "01890a5d-ac96-774b-bcce-b302099a8057"
	all, err := channel.ParseAliyunReports([]byte(`[{"phone_number":"` + number + `","send_time":"2026-03-02 08:59:58","report_time":"2026-03-02 09:00:01","success":false,
		"err_code":"MOBILE_IN_BLACK","err_msg":"` + number + `在黑名单","sms_size":"1","biz_id":"9^0","out_id":"` + id + `"},
		{"success":true,"out_id":"not ours","biz_id":"10^0"},{"biz_id":"11^0"},{"success":true}]`))
	if err != nil || len(all) != 2 || all[1].State != "delivered" || all[1].ProviderID != "10^0" || all[1].MessageID.String() != "00000000-0000-0000-0000-000000000000" {
		t.Fatalf("%+v %v", all, err)
	}
	if r := all[0]; r.MessageID.String() != id || r.State != "failed" || r.Detail != "未送达，代码 MOBILE_IN_BLACK" || r.At.UTC().Format(time.DateTime) != "2026-03-02 01:00:01" {
		t.Errorf("%+v", r)
	}
}

// reportsOf reads good and bad reports, once, twice and the other way round.
func reportsOf(t *testing.T, p *channeltest.SMS, parse func([]byte) ([]channel.Report, error), code string, ours bool) {
	t.Helper()
	for _, c := range []struct{ code, state, detail string }{{"", "delivered", ""}, {code, "failed", "未送达，代码 " + code}} {
		body := p.Reports(c.code)
		all, err := parse(body)
		again, _ := parse(body)
		if err != nil || len(all) != len(p.Taken()) || !slices.Equal(all, again) {
			t.Fatalf("%+v %v", all, err)
		}
		for i, taken := range p.Taken() {
			r := all[i]
			if r.ProviderID != taken.CloudID || r.State != c.state || r.Detail != c.detail || (r.MessageID.String() == taken.ID) != ours || r.At.UTC().Format(time.DateTime) != "2026-03-02 01:00:01" {
				t.Errorf("%+v", r)
			}
		}
	}
	for _, rubbish := range []string{"", "{}", "null1", `[1]`, `"x"`, `[{"sid":`} {
		if _, err := parse([]byte(rubbish)); err == nil {
			t.Errorf("%q was read", rubbish)
		}
	}
}
