package channel_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/notify/channel"
	"mingzhi/notify/channel/channeltest"
)

func message() channel.Message {
	return channel.Message{Court: "alpha", ID: uuid.Must(uuid.NewV7()), Channel: "sms", Address: "13800001234", Template: "progress",
		ProviderIDs: map[string]string{"sms.gateway": "T100"}, Params: []string{"甲", "乙"}, Text: "正文", CheckCode: "123456"}
}

func TestHTTPHandsOverTheWholeMessage(t *testing.T) {
	p := channeltest.New(t)
	h := channel.NewHTTP(channel.HTTPOptions{Name: "gateway", URL: p.URL})
	m := message()
	got, err := h.Send(t.Context(), m)
	if err != nil || got.ProviderID != "p-"+m.ID.String() || got.Delivered {
		t.Fatalf("%+v %v", got, err)
	}
	taken := p.Taken(m.ID.String())
	if taken.Times != 1 || taken.To != m.Address || taken.Template != "T100" || taken.Text != "正文" || len(taken.Params) != 2 || taken.Params[1] != "乙" {
		t.Errorf("%+v", taken)
	}
}

func TestHTTPSortsTheAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		answer    channeltest.Behaviour
		ok        bool
		permanent bool
	}{
		"taken":       {channeltest.Behaviour{}, true, false},
		"accepted":    {channeltest.Behaviour{Status: 202}, true, false},
		"twice":       {channeltest.Behaviour{Twice: true}, true, false},
		"late":        {channeltest.Behaviour{Late: 20 * time.Millisecond}, true, false},
		"bad number":  {channeltest.Behaviour{Status: 422}, false, true},
		"bad request": {channeltest.Behaviour{Status: 400}, false, true},
		"broken":      {channeltest.Behaviour{Status: 500}, false, false},
		"busy":        {channeltest.Behaviour{Status: 429}, false, false},
		"credentials": {channeltest.Behaviour{Status: 401}, false, false},
		"redirect":    {channeltest.Behaviour{Status: 302}, false, false},
		"never":       {channeltest.Behaviour{Hang: true}, false, false},
		"cut off":     {channeltest.Behaviour{Drop: true}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := channeltest.New(t)
			p.Always(c.answer)
			h := channel.NewHTTP(channel.HTTPOptions{Name: "gateway", URL: p.URL, Timeout: 300 * time.Millisecond})
			m := message()
			_, err := h.Send(t.Context(), m)
			permanent, detail := channel.Why(err)
			if (err == nil) != c.ok || err != nil && permanent != c.permanent {
				t.Errorf("permanent %v, %v", permanent, err)
			}
			if strings.Contains(detail, m.Address) {
				t.Error("the address stands in the record")
			}
		})
	}
}

func TestAnswersOnOneConnectionDoNotMix(t *testing.T) {
	p := channeltest.New(t)
	p.Behave(func(_ string, nth int) channeltest.Behaviour { return channeltest.Behaviour{Twice: nth == 1} })
	h := channel.NewHTTP(channel.HTTPOptions{Name: "gateway", URL: p.URL, Conns: 1})
	for range 5 {
		m := message()
		if got, err := h.Send(t.Context(), m); err == nil && got.ProviderID != "p-"+m.ID.String() {
			t.Errorf("got another message's answer: %s", got.ProviderID)
		}
	}
}

func TestUnknownErrorsKeepTheirWordsToThemselves(t *testing.T) {
	permanent, detail := channel.Why(errors.New("dial 13800001234"))
	if permanent || strings.Contains(detail, "138") {
		t.Error(permanent, detail)
	}
}
