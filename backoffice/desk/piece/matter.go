package piece

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/webkit"
)

// stepState is past, now, ahead or skipped.
func stepState(m *casework.Matter, i int) string {
	at := slices.IndexFunc(m.Process.Steps, func(s rulebook.Step) bool { return s.ID == m.Step })
	done := slices.ContainsFunc(m.History, func(h matter.Done) bool {
		return h.Step == m.Process.Steps[i].ID && slices.Contains([]string{"done", "handed_over", "agreed", "refused", "joined"}, h.Act)
	})
	switch {
	case m.State == "open" && i == at:
		return "now"
	case m.State == "open" && i > at:
		return "ahead"
	case done:
		return "past"
	}
	return "skipped"
}

func stepIcon(state string) string {
	switch state {
	case "past":
		return "done"
	case "now":
		return "right"
	case "skipped":
		return "close"
	}
	return "clock"
}

func stepWord(state string) string {
	return map[string]string{"past": "（已办）", "now": "（正在办）", "ahead": "（未到）", "skipped": "（不需要）"}[state]
}

var acts = map[string]string{"opened": "启动", "taken": "接手", "done": "办结", "handed_over": "移送", "received": "签收", "returned": "退回", "skipped": "跳过",
	"withdrawn": "撤回", "reassigned": "改派", "agreed": "同意", "refused": "不同意", "reopened": "重新办理", "commented": "备注", "joined": "同时进行的各项已办结"}

// givenBack says who gave the matter back to this step and why, while that is the last that was done to it.
func givenBack(m *casework.Matter) string {
	for i := len(m.History) - 1; i >= 0; i-- {
		switch h := m.History[i]; h.Act {
		case "taken", "commented", "reassigned":
		case "returned":
			reason, _ := h.Words["reason"].(string)
			return who(h) + "退回：" + reason
		default:
			return ""
		}
	}
	return ""
}

// asides are the fields of what one may do beside the step.
var asides = []string{"assign_to", "assign_reason", "withdraw_reason", "reopen_reason", "comment"}

// aside reports whether what is wrong stands in one of these fields, or in any form beside the step's.
func aside(form webkit.Form, fields ...string) bool {
	if len(fields) == 0 {
		fields = asides
	}
	return slices.ContainsFunc(fields, func(f string) bool { return form.Wrong(f) != nil })
}

func anyWrong(form webkit.Form, fields []rulebook.Field) bool {
	return slices.ContainsFunc(Order(fields), func(f string) bool { return form.Wrong(f) != nil })
}

// filled is what a step's form begins with: what was filled in before, but never an approval's answer.
func filled(m *casework.Matter) map[string]any {
	if m.Current.Approve {
		return nil
	}
	return m.Values
}

// ended says what became of a matter.
var ended = map[string]string{"done": "这个事项已经办结。", "refused": "这个事项没有获得同意，已经结束。", "withdrawn": "这个事项已经撤回。"}

func processName(ctx context.Context, id string) string {
	if p, ok := frame.Of(ctx).Book.Process(id); ok {
		return p.Name
	}
	return id
}

func trackState(ctx context.Context, t matter.Track) string {
	switch t.State {
	case "open":
		if p, ok := frame.Of(ctx).Book.Process(t.Process); ok {
			if s, ok := p.Step(t.Step); ok {
				return "正在" + s.Name
			}
		}
		return "办理中"
	case "done":
		return "已办结"
	case "refused":
		return "不同意"
	}
	return "已撤回"
}

// doneBy says who last did something at a step, and when.
func doneBy(ctx context.Context, m *casework.Matter, step string) string {
	for i := len(m.History) - 1; i >= 0; i-- {
		if h := m.History[i]; h.Step == step && h.Act != "opened" {
			return who(h) + acts[h.Act] + " " + Minute(ctx, h.At)
		}
	}
	return ""
}

func who(h matter.Done) string {
	if h.ActorName != "" {
		return h.ActorName + " "
	}
	if h.ActorKind == "public" {
		return "公众 "
	}
	return "系统 "
}

func holder(m *casework.Matter) string {
	switch {
	case m.Awaiting != "":
		return "等" + m.TeamName + "的" + m.AwaitingName + "签收"
	case m.HolderName != "":
		return m.HolderName + " 办理"
	case m.TeamName != "":
		return "等" + m.TeamName + "接手"
	}
	return "等人接手"
}

// waitsFor says who acts next when it is not the reader.
func waitsFor(ctx context.Context, m *casework.Matter) string {
	if m.Awaiting != "" || m.HolderName != "" || m.Current == nil {
		return holder(m) + "。"
	}
	names := make([]string, len(m.Current.By))
	for i, id := range m.Current.By {
		names[i] = casework.RoleName(frame.Of(ctx).Book, id)
	}
	return "这一步由" + strings.Join(names, "或者") + "办理。"
}

func historyLine(m *casework.Matter, h matter.Done) string {
	line := who(h) + acts[h.Act] + "“" + stepName(m, h.Step) + "”"
	if h.Act == "opened" {
		line = who(h) + "启动“" + m.Process.Name + "”"
		if h.ActorKind == string(staff.Public) {
			line = "公众提交，启动“" + m.Process.Name + "”"
		}
	}
	if h.Act == "handed_over" && h.ToTeam != "" {
		line += "至" + casework.Name(m.Choices.Teams, h.ToTeam)
	}
	return line
}

// historyWords are the free words of one act.
func historyWords(m *casework.Matter, h matter.Done) []casework.Fact {
	fields := append(m.Process.Fields(), rulebook.Field{ID: "reason", Label: "理由", Type: "text"}, rulebook.Field{ID: "to", Label: "接办人", Type: "text"},
		rulebook.Field{ID: "comment", Label: "备注", Type: "long"})
	return pickFacts(m, fields, h.Words)
}

// brought is what was filled in, then the papers that are in.
func brought(m *casework.Matter) []casework.Fact {
	out := pickFacts(m, m.Process.Fields(), m.Values)
	papers, _ := m.Values["materials"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(papers)) {
		v := fileName(m, papers[name])
		if papers[name] == matter.Paper {
			v = "纸质件已收"
		}
		out = append(out, casework.Fact{Field: rulebook.Field{ID: name, Label: name, Type: "text"}, Value: v})
	}
	return out
}

func fileName(m *casework.Matter, id any) string {
	for _, f := range m.Files {
		if f.ID.String() == id {
			return f.Name
		}
	}
	return "文件"
}

// FileFact is the name of the file that was handed in for a field.
func FileFact(m *casework.Matter, f rulebook.Field) []casework.Fact {
	return pickFacts(m, []rulebook.Field{f}, m.Values)
}

func pickFacts(m *casework.Matter, fields []rulebook.Field, values map[string]any) []casework.Fact {
	var out []casework.Fact
	seen := map[string]bool{}
	for _, f := range fields {
		v, ok := values[f.ID]
		if !ok || v == "" || seen[f.ID] {
			continue
		}
		seen[f.ID] = true
		if n, ok := v.(float64); ok {
			v = int64(n)
		}
		if f.Type == "attachment" {
			v = fileName(m, v)
		}
		if f.Reason != "" && values[f.ID+"_reason"] != nil {
			v = fmt.Sprintf("%s，理由：%v", Fact(casework.Fact{Field: f, Value: v}), values[f.ID+"_reason"])
		}
		out = append(out, casework.Fact{Field: f, Value: m.Choices.Spoken(f, v)})
	}
	return out
}
