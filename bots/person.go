package bots

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/problem"
	"mingzhi/bots/dialogue"
	"mingzhi/bots/wechat"
	"mingzhi/portal/exchange"
	"mingzhi/portal/inquiry"
	"mingzhi/storage/files/clean"
	"mingzhi/storage/public"
	"mingzhi/storage/sealing"
)

// person is one WeChat account at one court: what its conversation may ask and do.
type person struct {
	bot           *Bot
	line          *line
	court, openID string
	index         []byte
}

var _ dialogue.Services = (*person)(nil)

func (b *Bot) person(court, openID string) *person {
	return &person{bot: b, line: b.lines[court], court: court, openID: openID, index: b.Inquiry.OpenIDIndex(openID)}
}

func (p *person) client() inquiry.Client { return inquiry.Client{Channel: "wechat", ID: p.openID} }

func (p *person) Now() time.Time { return p.bot.Store.Now() }

func (p *person) Court(ctx context.Context) (exchange.Profile, error) {
	return p.bot.Inquiry.Court(ctx, p.court)
}

func (p *person) Link(path string) string { return p.bot.Portal + "/" + p.court + path }

func (p *person) User(ctx context.Context) (public.WeChatUser, error) {
	return p.bot.Inquiry.WeChatUser(ctx, p.court, p.openID)
}

func (p *person) Cases(ctx context.Context, who []byte) ([]inquiry.Case, error) {
	return p.bot.Inquiry.CasesOf(ctx, p.court, who)
}

func (p *person) NoteRead(ctx context.Context, c inquiry.Case) error {
	return p.bot.Inquiry.NoteRead(ctx, p.court, c)
}

func (p *person) StartBinding(ctx context.Context, number, code string) (uuid.UUID, error) {
	return p.bot.Inquiry.StartBinding(ctx, p.court, p.openID, number, code)
}

func (p *person) FinishBinding(ctx context.Context, login uuid.UUID, digits string) error {
	return p.bot.Inquiry.FinishBinding(ctx, p.court, p.openID, login, digits)
}

func (p *person) Unbind(ctx context.Context) error {
	return p.bot.Inquiry.Unbind(ctx, p.court, p.openID)
}

func (p *person) OwnTips(ctx context.Context) ([]public.OwnTip, error) {
	return p.bot.Store.OwnTips(ctx, p.court, p.index)
}

func (p *person) Receipt(ctx context.Context, typed string) (public.TipStatus, error) {
	return p.bot.Inquiry.ReceiptStatus(ctx, p.court, p.client(), typed)
}

func (p *person) CheckMessage(ctx context.Context, typed string) ([]public.SentMessage, error) {
	return p.bot.Inquiry.CheckMessage(ctx, p.court, p.client(), typed)
}

func (p *person) Lots(ctx context.Context) ([]public.LotLine, error) {
	return p.bot.Store.NewestLots(ctx, p.court, 3)
}

func (p *person) Fetch(ctx context.Context, f dialogue.File) (dialogue.File, error) {
	return p.fetch(ctx, f)
}

// SubmitTip sends a tip with who is behind it, so that an officer's question finds him.
func (p *person) SubmitTip(ctx context.Context, tip inquiry.Tip, files []dialogue.File) (receipt inquiry.Receipt, err error) {
	if tip.Files, err = p.uploads(ctx, files); err != nil {
		return receipt, err
	}
	return p.bot.Inquiry.SubmitTip(public.WithAccount(ctx, p.index), p.court, p.client(), tip)
}

const (
	messagesAnHour = 20
	wordsAnHour    = 300
)

// count keeps one account from filling the court's inbox.
func (p *person) count(ctx context.Context, use string, most int) error {
	hash := p.bot.Store.Keys.BlindIndex("edge.rate."+use, "wechat\x00"+p.openID)
	limit := public.Limit{Client: use + ":" + hex.EncodeToString(hash[:16]), Most: most, Window: time.Hour}
	count, err := p.bot.Store.CountTry(ctx, p.court, limit)
	if err != nil || !count.Over(limit) {
		return err
	}
	minutes := max(int(count.Until.Sub(p.Now()).Minutes())+1, 1)
	return problem.New(problem.TooMany, "inquiry.too_many", "尝试的次数太多。请在 {minutes} 分钟后再试；着急的，请拨打法院的电话。", "minutes", minutes, "seconds", 60*minutes)
}

// AddToTip sends an answer to a tip that came from this account; the receipt is not asked for.
func (p *person) AddToTip(ctx context.Context, tip uuid.UUID, key, text string, files []dialogue.File) error {
	own, err := p.OwnTips(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(own, func(o public.OwnTip) bool { return o.ID == tip })
	if i < 0 {
		return problem.New(problem.NotFound, "bot.tip_unknown", "没有找到这条线索，请凭回执编号在网页上补充。")
	}
	if err := p.count(ctx, "message", messagesAnHour); err != nil {
		return err
	}
	uploads, err := p.uploads(ctx, files)
	if err != nil {
		return err
	}
	stored, err := p.putFiles(ctx, uploads)
	if err != nil {
		return err
	}
	id := p.rowID(key)
	sealed, err := p.seal(id, exchange.Message{Text: text, Files: stored})
	if err != nil {
		return err
	}
	return p.bot.Store.SubmitMessage(ctx, p.court, id, exchange.MessageMeta{ReceiptHMAC: own[i].ReceiptHMAC}, sealed)
}

// putFiles seals files for the court, as those of the portal are.
func (p *person) putFiles(ctx context.Context, uploads []inquiry.Upload) (out []exchange.File, err error) {
	keys := p.bot.Store.Keys
	for _, u := range uploads {
		c, err := clean.Clean(u.Name, u.Data)
		if err != nil {
			return nil, err
		}
		sum, err := hex.DecodeString(c.SHA256)
		if err != nil {
			return nil, err
		}
		key := hex.EncodeToString(keys.BlindIndex("inbox_file.key", p.court+"\x00"+p.openID+"\x00"+c.SHA256)[:16])
		sealed, err := sealing.SealTo(keys.TipKey(), "inbox_file:"+key, c.Data)
		if err != nil {
			return nil, err
		}
		if err := p.bot.Store.Inbox.Put(ctx, key, bytes.NewReader(sealed)); err != nil {
			return nil, err
		}
		out = append(out, exchange.File{Key: key, Name: c.Name, MIME: c.MIME, Size: int64(len(c.Data)), SHA256: sum})
	}
	return out, nil
}

// rows is the name space in which an inbox row's id follows from the callback that led to it: done again it is the same row.
var rows = uuid.MustParse("2b0c7a53-52f5-5f9b-8c3e-0d0f6a6f0a11")

func (p *person) rowID(key string) uuid.UUID {
	return uuid.NewSHA1(rows, []byte(p.court+"\x00"+hex.EncodeToString(p.index)+"\x00"+key))
}

func (p *person) seal(id uuid.UUID, content any) ([]byte, error) {
	plain, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	return sealing.SealTo(p.bot.Store.Keys.TipKey(), "submission.sealed:"+id.String(), plain)
}

// Say hands what was said to the officers, filed with the case when the account is bound.
func (p *person) Say(ctx context.Context, talk dialogue.Talk, key, text string, last bool) error {
	if err := p.count(ctx, "chat", wordsAnHour); err != nil && !last {
		return err
	}
	id := p.rowID(key)
	sealed, err := p.seal(id, exchange.Chat{Text: text, Files: []exchange.File{}})
	if err != nil {
		return err
	}
	return p.bot.Store.SubmitChat(ctx, p.court, id, p.index, exchange.ChatMeta{Chat: talk.ID, Viewer: talk.Viewer, Close: last}, sealed)
}

// push sends texts by themselves. What WeChat does not take just now the courier brings; what it will never take is noted.
func (b *Bot) push(ctx context.Context, p *person, texts []string) {
	for _, text := range texts {
		err := p.line.client.SendText(ctx, p.openID, text)
		var no *wechat.Error
		if err == nil {
			continue
		}
		if !errors.As(err, &no) || !no.Permanent() {
			err = b.queue(ctx, p, text)
		}
		if err != nil {
			b.Log.Warn("公众号答复没有送达", "court", p.court, "err", err)
		}
	}
}

func (b *Bot) queue(ctx context.Context, p *person, text string) error {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return err
	}
	o := public.Outward{Template: "bot_answer", Name: "公众号答复", Text: text, CheckCode: fmt.Sprintf("%06d", n)}
	return b.Store.QueueText(ctx, p.court, uuid.Must(uuid.NewV7()), p.index, o)
}
