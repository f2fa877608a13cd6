package portal

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"mingzhi/portal/inquiry"
)

// token signs a person in without a browser.
func (w *world) token(t testing.TB, number, code string) string {
	t.Helper()
	id, err := w.service.StartLogin(t.Context(), "sanya", inquiry.Client{Channel: "portal", ID: "test"}, number, code)
	check(t, err)
	token, err := w.service.FinishLogin(t.Context(), "sanya", id, w.sms(t), inquiry.Browser{})
	check(t, err)
	return token
}

func partyVisits(viewer, empty uuid.UUID, receipt string) []visit {
	page := "/sanya/case/" + viewer.String()
	return []visit{
		{"cases", "/sanya/case", ""}, {"case", page, ""}, {"case-empty", "/sanya/case/" + empty.String(), ""},
		{"case-open", page, `document.querySelectorAll('details').forEach(d => d.open = true)`},
		{"apply", page + "/apply/party_message", ""},
		{"apply-wrong", page + "/apply/party_message", `document.querySelector('[name=v_amount]').value='许多'` + submit},
		{"apply-sent", page + "/apply/urge", `document.querySelector('[name=v_subject]').value='请催办'; document.querySelector('[name=v_text]').value='请尽快办理'` + submit},
		{"preferences-mine", "/sanya/preferences", ""},
		{"receipt-reward", "/sanya/receipt", `document.querySelector('[name=receipt]').value='` + receipt + `'` + submit},
	}
}

var entrance = []visit{
	{"login", "/sanya/login?code=12345678", ""}, {"login-ended", "/sanya/login?why=draft", ""},
	{"login-wrong", "/sanya/login", `document.querySelector('[name=query_code]').value='123'` + submit},
	{"login-code", "/sanya/login", `document.querySelector('[name=id_number]').value='E12345678'; document.querySelector('[name=query_code]').value='1234 5678'` + submit},
	{"login-code-wrong", "/sanya/login/code", `document.querySelector('[name=code]').value='000000'` + submit},
}

// TestPartyPagesAreAccessible is TestPagesAreAccessible behind the log-in.
func TestPartyPagesAreAccessible(t *testing.T) {
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("这个测试需要 axe-core，请先运行 npm ci：%v", err)
	}
	w := newWorld(t)
	receipt := w.fill(t)
	w.exec(t, `UPDATE disclosed.tip SET stage = 'verified', result = 'adopted', reward = '{"state":"payable","amount":500000,"at":"2026-11-22T02:00:00Z"}'`)
	viewer := w.story(t, "sanya", partyID)
	empty := w.party(t, "sanya", partyID, "22222222", "（2026）某01执恢12345号", "agent")
	login, err := w.service.StartBinding(t.Context(), "sanya", "o-1", partyID, partyCode)
	check(t, err)
	check(t, w.service.FinishBinding(t.Context(), "sanya", "o-1", login, w.sms(t)))
	token := w.token(t, partyID, partyCode)
	address, ctx := w.serve(t), browser(t)
	for _, g := range guises {
		w.exec(t, "DELETE FROM edge.rate")
		check(t, chromedp.Do(ctx, chromedp.EmulateViewport(g.width, g.height), chromedp.Navigate(address+"/sanya"+g.wishes)))
		cookie := func(js string) {
			_, err := chromedp.Run(ctx, chromedp.Evaluate[string](js))
			check(t, err)
		}
		cookie(`document.cookie = "case_sanya=; path=/; max-age=0"`)
		list := append(append([]visit{}, entrance...), partyVisits(viewer, empty, receipt)...)
		for i, v := range list {
			if i == len(entrance) {
				cookie(`document.cookie = "case_sanya=` + token + `; path=/"`)
			}
			t.Run(g.name+"/"+v.name, func(t *testing.T) {
				check(t, chromedp.Do(ctx, chromedp.Navigate(address+v.path)))
				switch {
				case v.name == "case-open":
					check(t, chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](v.fill)))
				case v.fill != "":
					_, err := chromedp.RunResponse(ctx, chromedp.Evaluate[chromedp.Void](v.fill))
					check(t, err)
				}
				shoot(t, ctx, g.name+"-"+v.name)
				inspect(t, ctx, string(axe))
			})
		}
	}
}
