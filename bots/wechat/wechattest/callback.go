package wechattest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/silenceper/wechat/v2/util"

	"mingzhi/bots/wechat"
)

const tries = 3 // WeChat's own

// What WeChat makes of a bot's bad answer; the person then reads that the account is out of order.
var (
	ErrNoAnswer  = errors.New("the bot did not answer in three tries")
	ErrBadAnswer = errors.New("the bot answered what WeChat does not take")
)

// Callback is one request to the bot, signed.
type Callback struct {
	Query url.Values
	Body  []byte
}

// Callback builds what Send would post, or a forged one, for a test that posts it itself.
func (p *Platform) Callback(openID string, out Outgoing, forge ...Forgery) Callback {
	p.mu.Lock()
	p.prepare(&out)
	p.mu.Unlock()
	return p.wrap(openID, p.inner(openID, out), forge)
}

// Post hands a callback to the bot once.
func (p *Platform) Post(ctx context.Context, c Callback) (status int, body []byte, err error) {
	return p.request(ctx, http.MethodPost, c)
}

// Handshake is what happens when somebody saves the bot's address on mp.weixin.qq.com.
func (p *Platform) Handshake(ctx context.Context) error {
	c := Callback{Query: p.sign("", nil)}
	echo := nonce()
	c.Query.Set("echostr", echo)
	status, body, err := p.request(ctx, http.MethodGet, c)
	if err == nil && (status != http.StatusOK || string(body) != echo) {
		err = fmt.Errorf("%w: HTTP %d", ErrBadAnswer, status)
	}
	return err
}

func (p *Platform) request(ctx context.Context, method string, c Callback) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, p.o.Patience)
	defer cancel()
	p.mu.Lock()
	address, err := url.Parse(p.bot)
	p.mu.Unlock()
	if err != nil {
		return 0, nil, err
	}
	address.RawQuery = c.Query.Encode()
	r, err := http.NewRequestWithContext(ctx, method, address.String(), bytes.NewReader(c.Body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", "text/xml")
	response, err := p.caller.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return response.StatusCode, body, err
}

// push posts a message, again when the bot is slow or broken, and shows its answer.
func (p *Platform) push(ctx context.Context, openID string, out Outgoing) (*Bubble, error) {
	p.mu.Lock()
	p.prepare(&out)
	p.mu.Unlock()
	inner := p.inner(openID, out)
	var status int
	var body []byte
	err := ErrNoAnswer
	for range tries {
		status, body, err = p.request(ctx, http.MethodPost, p.wrap(openID, inner, nil))
		if err == nil && status < 500 || ctx.Err() != nil {
			break
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var answer *Bubble
	switch {
	case err != nil || status >= 500:
		err = ErrNoAnswer
	case status != http.StatusOK:
		err = fmt.Errorf("%w: HTTP %d", ErrBadAnswer, status)
	default:
		answer, err = p.read(openID, body)
	}
	if err != nil && out.Event != "unsubscribe" && out.JobID == "" {
		p.show(Bubble{Person: openID, Kind: "system", Text: "该公众号提供的服务出现故障，请稍后再试"})
	}
	if answer == nil || err != nil {
		return nil, err
	}
	shown := p.show(*answer)
	return &shown, nil
}

// inner is the message as plain XML, in WeChat's order of elements.
func (p *Platform) inner(openID string, out Outgoing) []byte {
	var b strings.Builder
	put := func(name, value string) {
		if value != "" {
			b.WriteString("<" + name + ">" + cdata(value) + "</" + name + ">\n")
		}
	}
	bare := func(name, value string) { b.WriteString("<" + name + ">" + value + "</" + name + ">\n") }
	b.WriteString("<xml>")
	put("ToUserName", p.o.OriginalID)
	put("FromUserName", openID)
	bare("CreateTime", strconv.FormatInt(out.at.Unix(), 10))
	put("MsgType", out.Kind)
	put("Event", out.Event)
	put("EventKey", out.EventKey)
	put("Ticket", out.Ticket)
	put("Status", out.Status)
	if out.Kind == "link" {
		put("Description", out.Text)
	} else {
		put("Content", out.Text)
	}
	put("Title", out.Title)
	put("Url", out.URL)
	put("MediaId", out.mediaID)
	if out.Image != nil {
		put("PicUrl", "http://mmbiz.qpic.cn/mmbiz_jpg/"+out.mediaID+"/0")
	}
	put("Format", out.Format)
	put("Recognition", out.Recognition)
	if out.Kind == "location" {
		bare("Location_X", strconv.FormatFloat(out.Lat, 'f', 6, 64))
		bare("Location_Y", strconv.FormatFloat(out.Lon, 'f', 6, 64))
		bare("Scale", "16")
		put("Label", out.Label)
	}
	if out.Event == "LOCATION" {
		bare("Latitude", strconv.FormatFloat(out.Lat, 'f', 6, 64))
		bare("Longitude", strconv.FormatFloat(out.Lon, 'f', 6, 64))
		bare("Precision", "40.000000")
	}
	b.WriteString(out.Raw)
	if out.JobID != "" {
		bare("MsgID", out.JobID)
	}
	if out.msgID != "" {
		bare("MsgId", out.msgID)
	}
	b.WriteString("</xml>")
	return []byte(b.String())
}

func cdata(text string) string {
	return "<![CDATA[" + strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>") + "]]>"
}

// sign makes the address's parameters; encrypted is empty in plain mode.
func (p *Platform) sign(encrypted string, forge []Forgery) url.Values {
	at := forgedTime(p.o.Now(), forge)
	q := url.Values{"timestamp": {strconv.FormatInt(at.Unix(), 10)}, "nonce": {nonce()}}
	q.Set("signature", util.Signature(p.o.Account.Token, q.Get("timestamp"), q.Get("nonce")))
	if encrypted != "" {
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", util.Signature(p.o.Account.Token, q.Get("timestamp"), q.Get("nonce"), encrypted))
	}
	return q
}

func nonce() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// read is what WeChat makes of a passive reply; nil when the bot says nothing.
func (p *Platform) read(openID string, body []byte) (*Bubble, error) {
	if text := strings.TrimSpace(string(body)); text == "" || text == "success" {
		return nil, nil
	}
	answer, err := p.unwrap(body)
	if err != nil {
		return nil, err
	}
	b := &Bubble{Person: openID, FromBot: true, Passive: true, Kind: answer.MsgType, Text: answer.Content, MediaID: answer.MediaID}
	switch {
	case answer.ToUserName != openID || answer.FromUserName != p.o.OriginalID || answer.CreateTime == 0:
		return nil, fmt.Errorf("%w: to %s from %s", ErrBadAnswer, answer.ToUserName, answer.FromUserName)
	case b.Kind == "text" && b.Text != "" && len(b.Text) <= wechatTextLimit:
	case b.Kind == "image" && b.MediaID != "":
	case b.Kind == "news" && answer.ArticleCount == 1 && len(answer.Items) == 1:
		item := answer.Items[0]
		b.Title, b.Text, b.PicURL, b.URL = item.Title, item.Description, item.PicURL, item.URL
	case b.Kind == "transfer_customer_service":
		b.Kind, b.Text = "transfer", "已转人工"
	default:
		return nil, fmt.Errorf("%w: %s of %d bytes", ErrBadAnswer, b.Kind, len(b.Text))
	}
	return b, nil
}

type passive struct {
	XMLName      xml.Name `xml:"xml"`
	ToUserName   string
	FromUserName string
	CreateTime   int64
	MsgType      string
	Content      string
	MediaID      string `xml:"Image>MediaId"`
	ArticleCount int
	Items        []struct {
		Title, Description string
		PicURL             string `xml:"PicUrl"`
		URL                string `xml:"Url"`
	} `xml:"Articles>item"`
	Encrypt, MsgSignature, TimeStamp, Nonce string
}

// unwrap opens an answer as the mode wants it: safe mode takes no plain one, plain mode no encrypted one.
func (p *Platform) unwrap(body []byte) (passive, error) {
	var outer passive
	if err := xml.Unmarshal(body, &outer); err != nil {
		return outer, fmt.Errorf("%w: %w", ErrBadAnswer, err)
	}
	a := p.o.Account
	if outer.Encrypt == "" {
		if a.Mode == wechat.Safe {
			return outer, fmt.Errorf("%w: plain in safe mode", ErrBadAnswer)
		}
		return outer, nil
	}
	if a.Mode == wechat.Plain || outer.MsgSignature != util.Signature(a.Token, outer.TimeStamp, outer.Nonce, outer.Encrypt) {
		return outer, fmt.Errorf("%w: not encrypted as agreed", ErrBadAnswer)
	}
	_, raw, err := util.DecryptMsg(a.AppID, outer.Encrypt, a.AESKey)
	if err != nil {
		return outer, fmt.Errorf("%w: %w", ErrBadAnswer, err)
	}
	var inner passive
	if err := xml.Unmarshal(raw, &inner); err != nil {
		return inner, fmt.Errorf("%w: %w", ErrBadAnswer, err)
	}
	return inner, nil
}
