package lots

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mingzhi/backoffice/desk/piece"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/support/lot"
)

func yuan(fen int64) string { return enforcement.Money(fen).Yuan() }

// step is one stop of the rail: past, now, ahead or ended.
type step struct{ name, state, note string }

// rail is where the lot stands between its survey and its result.
func (v view) rail() []step {
	missing := 0
	for _, f := range v.Facts {
		if f.Missing {
			missing++
		}
	}
	at := v.at(missing)
	out := make([]step, 7)
	for i, name := range []string{"调查", "定价", "发布前通知", "审批", "公告", "竞价", "结果"} {
		state := "ahead"
		switch {
		case i < at || i == at && i == 6:
			state = "past"
		case i == at:
			state = "now"
		}
		out[i] = step{name: name, state: state}
	}
	if missing > 0 && at < 6 {
		out[0].state, out[0].note = "now", fmt.Sprintf("还差%d项", missing)
	}
	if v.State == lot.Stopped {
		out[5].note = "已暂停"
	}
	if v.closedWord() != "" {
		out[6].note = v.closedWord()
	}
	return out
}

func (v view) at(missing int) int {
	switch v.State {
	case lot.Draft:
		switch {
		case v.Current == nil && missing > 0:
			return 0
		case v.Current == nil:
			return 1
		}
		return 2
	case lot.Prenotice:
		return 3
	case lot.Approved:
		return 4
	case lot.Announced, lot.Stopped:
		return 5
	}
	return 6
}

func (v view) closedWord() string {
	return map[string]string{lot.Sold: "成交", lot.Unsold: "流拍", lot.Withdrawn: "撤回"}[v.State]
}

func railIcon(state string) string {
	return map[string]string{"past": "done", "now": "right", "ahead": "clock"}[state]
}

func railWord(state string) string {
	return map[string]string{"past": "（已办）", "now": "（正在办）", "ahead": "（未到）"}[state]
}

// unmet counts the conditions that still hold the notice up.
func (v view) unmet() int {
	n := 0
	for _, g := range v.Gates {
		if !g.Met {
			n++
		}
	}
	return n
}

// notReady: the notice was refused, and the page shows the conditions anyway.
func (v view) notReady() bool { return v.form.Problem != nil && v.form.Problem.Key == "lot.not_ready" }

// next says what comes next, and who does it.
func (v view) next() string {
	switch v.State {
	case lot.Draft:
		if v.Current == nil || v.Current.AnnouncedAt != nil {
			return "填写标的情况，再定价和安排这一轮拍卖。"
		}
		return "通知当事人和优先权利人。"
	case lot.Prenotice:
		return "等待签发：签发人不能是提出安排的人。"
	case lot.Approved:
		if v.unmet() > 0 {
			return "已签发。下面的条件都满足后可以发布公告。"
		}
		return "条件都已满足，可以发布公告。"
	case lot.Announced:
		return "公告已发布。竞价在平台进行，结束后登记结果。"
	case lot.Stopped:
		return "拍卖已暂停。情形消失后及时恢复，或者撤回。"
	case lot.Unsold:
		return "已流拍。" + v.nextRound()
	case lot.Sold:
		return "已成交。尾款、裁定和交付在案件里办理。"
	}
	return "标的已撤回。"
}

func (v view) nextRound() string {
	if v.NextBy.IsZero() {
		return "征询抵债意见，或者解除查封后撤回标的。"
	}
	verb := "再次拍卖应在"
	if v.Round == 2 {
		verb = "变卖公告应在"
	}
	out := verb + v.NextBy.String() + "前"
	if v.NextOver {
		return out + "进行，已经超期。"
	}
	return out + "进行。"
}

func method(p lot.Person) string {
	return map[string]string{"": "未通知", "message": "短信、微信", "written": "书面送达", "posted": "平台公示"}[p.Method]
}

// price is what a line of the list names: the result, or what bidding starts at.
func price(l lot.Line) string {
	switch {
	case l.ResultPrice > 0:
		return enforcement.Money(l.ResultPrice).String()
	case l.Planned:
		return enforcement.Money(l.StartingPrice).String()
	}
	return "—"
}

func when(ctx context.Context, l lot.Line) string {
	if !l.Planned {
		return "—"
	}
	return piece.Minute(ctx, l.StartsAt)
}

func stateIcon(state string) string {
	return map[string]string{lot.Draft: "edit", lot.Prenotice: "bell", lot.Approved: "check", lot.Announced: "gavel", lot.Stopped: "pause", lot.Unsold: "refresh", lot.Sold: "done",
		lot.Withdrawn: "close"}[state]
}

func stateTone(state string) string {
	return map[string]string{lot.Announced: "state-told", lot.Sold: "state-told", lot.Stopped: "state-held", lot.Unsold: "state-held", lot.Withdrawn: "state-withdrawn"}[state]
}

func span(ctx context.Context, from, until time.Time) string {
	return piece.Minute(ctx, from) + " 至 " + piece.Minute(ctx, until)
}

func amount(fen int64) string { return enforcement.Money(fen).String() }

func alt(caption string) string {
	if caption == "" {
		return "标的图片"
	}
	return caption
}

// blocking is why a person holds the notice up, as a line of its own.
func blocking(p lot.Person) string { return strings.TrimPrefix(p.Blocks, "的") }
