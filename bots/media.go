package bots

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"mingzhi/backoffice/problem"
	"mingzhi/bots/dialogue"
	"mingzhi/bots/wechat"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/words"
	"mingzhi/storage/files/clean"
)

// kept is how long a picture waits for its tip to be sent.
const kept = 30 * 24 * time.Hour

var (
	mediaGone    = problem.New(problem.NotFound, "bot.media_gone", "微信已经不保存这个文件")
	mediaWaiting = problem.New(problem.Unavailable, "bot.media_waiting", "微信暂时没有把文件送来，请过一会儿再发一次“提交”。")
)

// mediaKey is where a file lies until it is sent: the same for the same file.
func (p *person) mediaKey(media string) []byte {
	sum := sha256.Sum256([]byte("bot.media\x00" + p.court + "\x00" + p.openID + "\x00" + media))
	return sum[:]
}

// fetch brings a file from WeChat, cleans it and seals it before it rests anywhere.
func (p *person) fetch(ctx context.Context, f dialogue.File) (dialogue.File, error) {
	data, _, err := p.line.client.Media(ctx, f.Media)
	var no *wechat.Error
	switch {
	case errors.As(err, &no) && no.Permanent():
		return f, mediaGone
	case err != nil:
		return f, mediaWaiting.Because(err)
	}
	name := "照片"
	if f.Voice {
		name = "语音"
	}
	c, err := clean.Clean(name, data)
	if err != nil {
		return f, err
	}
	key := p.mediaKey(f.Media)
	f.Key, f.Name, f.Size = hex.EncodeToString(key), c.Name, len(c.Data)
	sealed, err := p.bot.Store.Keys.SealCourier("draft.body:"+f.Key, c.Data)
	if err != nil {
		return f, err
	}
	return f, p.bot.Store.PutDraft(ctx, p.court, key, sealed, p.Now().Add(kept))
}

// fetchSoon fetches within the budget, and else goes on behind: what is pending stands in the state.
func (b *Bot) fetchSoon(ctx context.Context, p *person, f dialogue.File) (dialogue.File, error) {
	type got struct {
		file dialogue.File
		err  error
	}
	done := make(chan got, 1)
	given := make(chan struct{}) // closed when the message stands in the state without its file
	b.late.Go(func() {
		work, cancel := context.WithTimeout(context.WithoutCancel(ctx), slowest)
		defer cancel()
		file, err := p.fetch(work, f)
		done <- got{file, err}
		select {
		case <-given:
			b.settle(work, p, file, err)
		case <-work.Done():
		case <-time.After(b.Fetch + time.Second):
		}
	})
	select {
	case g := <-done:
		if p, ok := problem.As(g.err); ok && p.Kind != problem.Unavailable {
			return f, g.err
		}
		if g.err != nil {
			b.Log.Warn("微信文件暂时没有取到", "court", p.court, "err", g.err)
			return f, nil
		}
		return g.file, nil
	case <-time.After(b.Fetch):
		close(given)
		return f, nil
	}
}

// settle puts a file that came late where it is waited for; one that cannot be taken is taken out, and said.
func (b *Bot) settle(ctx context.Context, p *person, f dialogue.File, err error) {
	why, known := problem.As(err)
	if err != nil && (!known || why.Kind == problem.Unavailable) {
		return // it is fetched again before it is sent
	}
	time.Sleep(b.Budget) // its message is in the state by then
	defer b.turn(p.court, p.index)()
	for range rounds {
		state, version, fault := b.load(ctx, p)
		if fault != nil {
			return
		}
		if !state.Settle(f, err == nil) {
			return
		}
		if kept, fault := b.save(ctx, p, state, version, "", ""); fault != nil || kept {
			break
		}
	}
	if err != nil {
		b.push(ctx, p, []string{words.Problem(words.With(ctx, ""), why)})
	}
}

// uploads opens what was kept for a tip.
func (p *person) uploads(ctx context.Context, files []dialogue.File) (list []inquiry.Upload, err error) {
	for _, f := range files {
		key, err := hex.DecodeString(f.Key)
		if err != nil {
			return nil, err
		}
		sealed, err := p.bot.Store.Draft(ctx, p.court, key)
		if err != nil {
			return nil, err
		}
		if sealed == nil {
			return nil, mediaGone
		}
		plain, err := p.bot.Store.Keys.OpenCourier("draft.body:"+f.Key, sealed)
		if err != nil {
			return nil, err
		}
		list = append(list, inquiry.Upload{Name: f.Name, Data: plain})
	}
	return list, nil
}

// drop forgets files; one that stays behind goes when its time is over.
func (p *person) drop(ctx context.Context, files []dialogue.File) {
	for _, f := range files {
		if key, err := hex.DecodeString(f.Key); err == nil && f.Key != "" {
			if err := p.bot.Store.DropDraft(ctx, p.court, key); err != nil {
				p.bot.Log.Warn("没有删掉草稿里的文件", "court", p.court, "err", err)
			}
		}
	}
}
