package wechattest

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Outgoing is what a person does; Kind follows from what is set unless it is named.
type Outgoing struct {
	Kind                string
	Text                string
	Image, Voice, Video []byte
	Format, Recognition string // a voice's
	Lat, Lon            float64
	Label               string
	Title, URL          string // a link's
	Event, EventKey     string
	Ticket              string
	Status, JobID       string // of a template message
	Raw                 string // elements that are put in as they are
	Unnumbered          bool   // no MsgId

	at      time.Time
	mediaID string
	msgID   string
}

var (
	errNoJob = errors.New("no such template message")
	// ErrStranger: who does not follow the account cannot write to it.
	ErrStranger = errors.New("the person does not follow the account")
)

// Send lets a person write to the bot, and shows what it answers at once; nil when it says nothing.
func (p *Platform) Send(ctx context.Context, openID string, out Outgoing) (*Bubble, error) {
	p.mu.Lock()
	one := p.person(openID)
	if !one.Subscribed {
		p.mu.Unlock()
		return nil, ErrStranger
	}
	p.heard(one)
	p.prepare(&out)
	if out.Event == "" {
		p.show(Bubble{Person: openID, Kind: out.Kind, Text: out.says(), Title: out.Title, URL: out.URL, MediaID: out.mediaID, ID: out.msgID})
	}
	p.mu.Unlock()
	return p.push(ctx, openID, out)
}

// Subscribe lets a person follow the account, by a code's scene when there is one.
func (p *Platform) Subscribe(ctx context.Context, openID, scene string) (*Bubble, error) {
	out := Outgoing{Event: "subscribe"}
	if scene != "" {
		out.EventKey, out.Ticket = "qrscene_"+scene, "ticket=/+"+scene
	}
	p.mu.Lock()
	one := p.person(openID)
	one.Subscribed = true
	p.heard(one)
	p.show(Bubble{Person: openID, Kind: "system", Text: "已关注"})
	p.mu.Unlock()
	return p.push(ctx, openID, out)
}

// Unsubscribe lets a person leave; the bot's answer would reach nobody.
func (p *Platform) Unsubscribe(ctx context.Context, openID string) error {
	p.mu.Lock()
	one := p.person(openID)
	one.Subscribed, one.wrote = false, time.Time{}
	p.show(Bubble{Person: openID, Kind: "system", Text: "已取消关注"})
	p.mu.Unlock()
	_, err := p.push(ctx, openID, Outgoing{Event: "unsubscribe"})
	return err
}

// Scan lets a person scan a code: who does not follow yet is asked to, and does.
func (p *Platform) Scan(ctx context.Context, openID, scene string) (*Bubble, error) {
	p.mu.Lock()
	follows := p.person(openID).Subscribed
	p.mu.Unlock()
	if !follows {
		return p.Subscribe(ctx, openID, scene)
	}
	return p.Send(ctx, openID, Outgoing{Event: "SCAN", EventKey: scene, Ticket: "ticket=/+" + scene})
}

// Answer lets a person allow one notice of a template, or refuse it.
func (p *Platform) Answer(ctx context.Context, openID, template string, allow bool) (*Bubble, error) {
	status := "reject"
	if allow {
		status = "accept"
		p.Allow(openID, template, 1)
	}
	return p.Send(ctx, openID, Outgoing{Event: "subscribe_msg_popup_event", Raw: "<SubscribeMsgPopupEvent><List><TemplateId>" + cdata(template) +
		"</TemplateId><SubscribeStatusString>" + cdata(status) + "</SubscribeStatusString><PopupScene>2</PopupScene></List></SubscribeMsgPopupEvent>"})
}

// heard opens the window for customer-service messages.
func (p *Platform) heard(one *person) { one.wrote, one.answered = p.o.Now(), 0 }

// prepare gives a message its kind, number and stored file; it is called under the lock.
func (p *Platform) prepare(out *Outgoing) {
	if out.at.IsZero() {
		out.at = p.o.Now()
	}
	if out.Kind == "" {
		out.Kind = out.kind()
	}
	if out.Event == "" && !out.Unnumbered && out.msgID == "" {
		out.msgID = p.nextID()
	}
	switch {
	case out.mediaID != "":
	case out.Image != nil:
		out.mediaID = p.keep(out.Image, "image/jpeg")
	case out.Voice != nil:
		out.mediaID = p.keep(out.Voice, "audio/amr")
	case out.Video != nil:
		out.mediaID = p.keep(out.Video, "video/mp4")
	}
}

func (out *Outgoing) kind() string {
	switch {
	case out.Event != "":
		return "event"
	case out.Image != nil:
		return "image"
	case out.Voice != nil:
		return "voice"
	case out.Video != nil:
		return "video"
	case out.URL != "":
		return "link"
	case out.Lat != 0 || out.Lon != 0:
		return "location"
	}
	return "text"
}

func (out *Outgoing) says() string {
	for _, text := range []string{out.Text, out.Recognition, out.Label} {
		if strings.TrimSpace(text) != "" {
			return text
		}
	}
	return ""
}
