package wechattest

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/officialaccount/message"
)

const wechatTextLimit = 2048

// What becomes of a template message.
const (
	Delivered    = "success"
	UserBlock    = "failed:user block"
	SystemFailed = "failed: system failed"
)

// Job is a template message that the platform has taken.
type Job struct {
	ID         string
	Person     string
	TemplateID string
	Status     string // what became of it, when nobody orders something else
	ended      time.Time
}

// Jobs are the template messages taken so far, oldest first.
func (p *Platform) Jobs() (all []Job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, j := range p.jobs {
		all = append(all, *j)
	}
	slices.SortFunc(all, func(a, b Job) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// QuotaADay sets how many template messages a day may see.
func (p *Platform) QuotaADay(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.o.TemplatesADay = n
}

// Finish tells the bot what became of a template message: at once or late, in whatever order, and
// again with the same words. An empty status is the true one.
func (p *Platform) Finish(ctx context.Context, jobID, status string) error {
	p.mu.Lock()
	j := p.jobs[jobID]
	if j == nil {
		p.mu.Unlock()
		return errNoJob
	}
	if j.ended.IsZero() {
		j.ended = p.o.Now()
	}
	if status == "" {
		status = j.Status
	}
	out := Outgoing{Event: "TEMPLATESENDJOBFINISH", Status: status, JobID: j.ID, at: j.ended}
	p.mu.Unlock()
	_, err := p.push(ctx, j.Person, out)
	return err
}

func (p *Platform) takeTemplate(body []byte) any {
	var m message.TemplateMessage
	if json.Unmarshal(body, &m) != nil || len(m.Data) == 0 {
		return fault{47001, "data format error"}
	}
	one := p.people[m.ToUser]
	switch {
	case one == nil:
		return fault{40003, "invalid openid"}
	case !one.Subscribed:
		return fault{43004, "require subscribe"}
	case len(p.o.Templates) > 0 && !slices.Contains(p.o.Templates, m.TemplateID):
		return fault{40037, "invalid template_id"}
	}
	once := m.ToUser + "\n" + m.ClientMsgID
	if id := p.byClient[once]; m.ClientMsgID != "" && id != "" {
		return map[string]any{"errcode": 0, "errmsg": "ok", "msgid": json.Number(id)}
	}
	if today := p.o.Now().Format(time.DateOnly); p.day != today {
		p.day, p.today = today, 0
	}
	if p.today >= p.o.TemplatesADay {
		return fault{45009, "reach max api daily quota limit"}
	}
	p.today++
	j := &Job{ID: p.nextID(), Person: m.ToUser, TemplateID: m.TemplateID, Status: Delivered}
	p.jobs[j.ID] = j
	if m.ClientMsgID != "" {
		p.byClient[once] = j.ID
	}
	if one.Blocked {
		j.Status = UserBlock
	} else {
		b := Bubble{Person: m.ToUser, FromBot: true, Kind: "template", URL: m.URL, ID: j.ID, Title: m.TemplateID, Data: map[string]string{}}
		for name, item := range m.Data {
			b.Data[name] = firstRunes(item.Value, 20)
		}
		p.show(b)
	}
	if p.o.FinishAtOnce {
		p.late.Go(func() { p.Finish(context.Background(), j.ID, "") })
	}
	return map[string]any{"errcode": 0, "errmsg": "ok", "msgid": json.Number(j.ID)}
}

func (p *Platform) takeNotice(body []byte) any {
	var m message.SubscribeMessage
	if json.Unmarshal(body, &m) != nil || len(m.Data) == 0 {
		return fault{47001, "data format error"}
	}
	one := p.people[m.ToUser]
	switch {
	case one == nil:
		return fault{40003, "invalid openid"}
	case len(p.o.Templates) > 0 && !slices.Contains(p.o.Templates, m.TemplateID):
		return fault{40037, "invalid template_id"}
	case one.notices[m.TemplateID] == 0:
		return fault{43101, "user refuse to accept the msg"}
	}
	b := Bubble{Person: m.ToUser, FromBot: true, Kind: "notice", URL: m.Page, ID: p.nextID(), Title: m.TemplateID, Data: map[string]string{}}
	for name, item := range m.Data {
		if length := utf8.RuneCountInString(item.Value); length == 0 || strings.HasPrefix(name, "thing") && length > 20 {
			return fault{47003, "argument invalid! data." + name + ".value invalid"}
		}
		b.Data[name] = item.Value
	}
	one.notices[m.TemplateID]--
	p.show(b)
	return ok
}

// firstRunes cuts as WeChat cuts a template's values: without a sign.
func firstRunes(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n])
	}
	return text
}
