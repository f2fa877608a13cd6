package bots

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"

	"mingzhi/bots/dialogue"
	"mingzhi/bots/wechat"
	"mingzhi/portal/words"
)

const (
	slowest = 2 * time.Minute // for work that nobody waits for any more
	rounds  = 20              // tries to be the one who changes a state
	apart   = 300 * time.Millisecond
)

var errBusy = errors.New("bots: the conversation changes too fast")

// converse takes a message once. What is not done in the budget goes on, and its answer comes by itself.
func (b *Bot) converse(ctx context.Context, court string, m wechat.Message) (string, error) {
	key := m.Key()
	mine, stored, err := b.Store.ClaimCallback(ctx, court, key)
	if err != nil {
		return "", err
	}
	if !mine {
		return b.unsealReply(key, stored), nil
	}
	p := b.person(court, m.FromUser)
	done := make(chan result, 1)
	var left atomic.Bool // by whoever is first: the handler that gives up, or the work that is done
	b.late.Go(func() {
		work, cancel := context.WithTimeout(context.WithoutCancel(ctx), slowest)
		defer cancel()
		r := b.work(work, p, key, m)
		if left.CompareAndSwap(false, true) {
			done <- r
			b.rest(work, p, r.say)
			return
		}
		if r.err != nil {
			b.Log.Error("公众号消息处理失败", "court", court, "err", r.err)
			r.say = []string{words.T(work, "bot.not_now")}
		}
		b.push(work, p, r.say)
	})
	timer := time.NewTimer(b.Budget)
	defer timer.Stop()
	select {
	case r := <-done:
		return b.conclude(ctx, court, key, r)
	case <-timer.C:
	}
	if !left.CompareAndSwap(false, true) {
		return b.conclude(ctx, court, key, <-done)
	}
	later := words.T(ctx, "bot.late")
	return later, b.Store.AnswerCallback(ctx, court, key, b.sealReply(key, later))
}

type result struct {
	say []string
	err error
}

// conclude gives a callback back that could not be done: WeChat brings it again.
func (b *Bot) conclude(ctx context.Context, court, key string, r result) (string, error) {
	if r.err != nil {
		return "", errors.Join(r.err, b.Store.DropCallback(context.WithoutCancel(ctx), court, key))
	}
	return first(r.say), nil
}

func first(say []string) string {
	if len(say) == 0 {
		return ""
	}
	return say[0]
}

// rest sends what does not fit into the answer itself, after it.
func (b *Bot) rest(ctx context.Context, p *person, say []string) {
	if len(say) < 2 {
		return
	}
	time.Sleep(apart)
	b.push(ctx, p, say[1:])
}

// work takes the message through the dialogue until its state is kept.
func (b *Bot) work(ctx context.Context, p *person, key string, m wechat.Message) result {
	in := b.input(ctx, p, key, m)
	defer b.turn(p.court, p.index)()
	for range rounds {
		state, version, err := b.load(ctx, p)
		if err != nil {
			return result{err: err}
		}
		if state.Has(key) {
			return result{}
		}
		out, err := dialogue.Turn(ctx, p, state, in)
		if err != nil {
			return result{err: err}
		}
		answered := key
		if out.Again {
			answered = ""
		}
		kept, err := b.save(ctx, p, out.State, version, answered, first(out.Say))
		if err != nil {
			return result{err: err}
		}
		if kept && !out.Again {
			p.drop(ctx, out.Gone)
			return result{say: out.Say}
		}
	}
	return result{err: errBusy}
}

func stateAAD(index []byte) string { return "dialogue.state:" + hex.EncodeToString(index) }

// load opens a person's state. One that cannot be opened any more is lost with its key: the talk begins anew.
func (b *Bot) load(ctx context.Context, p *person) (dialogue.State, int, error) {
	sealed, version, err := b.Store.Dialogue(ctx, p.court, p.index)
	if err != nil || sealed == nil {
		return dialogue.Read(nil), version, err
	}
	plain, err := b.Store.Keys.OpenCourier(stateAAD(p.index), sealed)
	if err != nil {
		b.Log.Error("对话状态打不开，重新开始", "court", p.court, "err", err)
		plain = nil
	}
	return dialogue.Read(plain), version, nil
}

func (b *Bot) save(ctx context.Context, p *person, s dialogue.State, version int, key, reply string) (bool, error) {
	plain, err := s.Write()
	if err != nil {
		return false, err
	}
	sealed, err := b.Store.Keys.SealCourier(stateAAD(p.index), plain)
	if err != nil {
		return false, err
	}
	return b.Store.SaveDialogue(ctx, p.court, p.index, sealed, version, key, b.sealReply(key, reply))
}

// sealReply is an answer as it waits for a repeat of its callback; nothing said is nothing, but not unknown.
func (b *Bot) sealReply(key, reply string) []byte {
	if reply == "" {
		return []byte{}
	}
	plain, err := json.Marshal(reply)
	if err != nil {
		return []byte{}
	}
	sealed, err := b.Store.Keys.SealCourier("callback.reply:"+key, plain)
	if err != nil {
		return []byte{}
	}
	return sealed
}

func (b *Bot) unsealReply(key string, sealed []byte) (reply string) {
	if len(sealed) == 0 {
		return ""
	}
	plain, err := b.Store.Keys.OpenCourier("callback.reply:"+key, sealed)
	if err != nil || json.Unmarshal(plain, &reply) != nil {
		return ""
	}
	return reply
}

// input is the message without WeChat's own forms; a picture or voice is fetched, as far as there is time.
func (b *Bot) input(ctx context.Context, p *person, key string, m wechat.Message) dialogue.Input {
	in := dialogue.Input{Key: key, Kind: dialogue.Other, Text: m.Text, Lat: m.Lat, Lon: m.Lon}
	switch m.Kind {
	case wechat.Text:
		in.Kind = dialogue.Text
	case wechat.Image:
		in.Kind, in.Text = dialogue.Picture, ""
		in.File, in.Refused = b.fetchSoon(ctx, p, dialogue.File{Media: m.MediaID})
	case wechat.Voice:
		in.Kind, in.Text = dialogue.Voice, m.Recognition
		in.File, in.Refused = b.fetchSoon(ctx, p, dialogue.File{Media: m.MediaID, Voice: true})
	case wechat.Video:
		in.Kind, in.Text = dialogue.Video, ""
	case wechat.Location:
		in.Kind, in.Text = dialogue.Place, m.Label
	case wechat.Link:
		in.Kind = dialogue.Link
	case wechat.Event:
		in.Text = m.EventKey
		in.Kind = map[string]dialogue.Kind{wechat.EventSubscribe: dialogue.Follow, wechat.EventScan: dialogue.Scan, wechat.EventClick: dialogue.Click}[m.Event]
	}
	return in
}
