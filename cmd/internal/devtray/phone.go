package devtray

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"mingzhi/bots/wechat/wechattest"
	"mingzhi/portal/webkit"
)

//go:embed phone.css
var phoneStyle []byte

//go:embed phone.js
var phoneScript []byte

// weixin is where a court's platform answers on this page's listener.
const weixin = "/weixin/"

// PlatformPath is the API's address of a court's platform below this page's.
func PlatformPath(court string) string { return weixin + court }

// names of the people with phones; more are numbered.
var names = []string{"甲", "乙", "丙", "丁", "戊", "己"}

// phones are the people of the demonstration, by court.
type phones struct {
	mu     sync.Mutex
	people map[string]int
}

func (p *phones) count(court string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.people == nil {
		p.people = map[string]int{}
	}
	if p.people[court] == 0 {
		p.people[court] = 2
	}
	return p.people[court]
}

func (p *phones) add(court string) int {
	n := p.count(court)
	p.mu.Lock()
	defer p.mu.Unlock()
	if n < 2*len(names) {
		p.people[court] = n + 1
	}
	return p.people[court]
}

// openID is the same after a restart, so that a binding is found again.
func openID(court string, n int) string { return fmt.Sprintf("oDemo-%s-%02d", court, n) }

func nameOf(n int) string {
	if n >= 1 && n <= len(names) {
		return names[n-1]
	}
	return "第" + strconv.Itoa(n) + "人"
}

// platform serves WeChat's API to the bot; it stands outside the forms.
func (p *page) platform(r fiber.Router) {
	for court, platform := range p.Phones {
		r.All(PlatformPath(court)+"/*", adaptor.HTTPHandler(http.StripPrefix(PlatformPath(court), platform)))
	}
}

func (p *page) phoneRoutes(app *fiber.App) {
	app.Get("/phone.css", func(c *fiber.Ctx) error { return c.Type("css", "utf-8").Send(phoneStyle) })
	app.Get("/phone.js", func(c *fiber.Ctx) error { return c.Type("js", "utf-8").Send(phoneScript) })
	app.Get("/phone", p.phone)
	app.Get("/phone/chat", p.chat)
	app.Get("/phone/live", p.phoneLive)
	app.Get("/phone/media/:court/:id", p.media)
	app.Get("/phone/open", p.open)
	app.Post("/phone/do", p.act)
}

// handset is one phone on the page.
type handset struct {
	court, title, now string
	n                 int
	name              string
	person            wechattest.Person
	chat              []wechattest.Bubble
	menu              []button
	chosen            bool
	problem           string
}

type button struct{ Name, Key, URL string }

func (p *page) handset(court, title string, n, chosen int) handset {
	platform := p.Phones[court]
	h := handset{court: court, title: title, now: minute(p.Clock.Now()), n: n, name: nameOf(n), chosen: n == chosen}
	id := openID(court, n)
	platform.Join(id)
	for _, one := range platform.People() {
		if one.OpenID == id {
			h.person = one
		}
	}
	h.chat = platform.Chat(id)
	if len(h.chat) > 60 {
		h.chat = h.chat[len(h.chat)-60:]
	}
	var menu struct {
		Button []struct {
			Name, Key, URL string
		} `json:"button"`
	}
	if json.Unmarshal(platform.Menu(), &menu) == nil {
		for _, b := range menu.Button {
			h.menu = append(h.menu, button{b.Name, b.Key, b.URL})
		}
	}
	return h
}

func (p *page) phone(c *fiber.Ctx) error { return p.showPhones(c, "") }

func (p *page) showPhones(c *fiber.Ctx, wrong string) error {
	l, err := p.look(c)
	if err != nil {
		return err
	}
	if p.Phones[l.court] == nil {
		return fiber.ErrNotFound
	}
	title := ""
	for _, t := range l.courts {
		if t.id == l.court {
			title = t.name
		}
	}
	chosen := number(c)
	var list []handset
	for n := 1; n <= p.phones.count(l.court); n++ {
		h := p.handset(l.court, title, n, chosen)
		if h.chosen {
			h.problem = wrong
		}
		list = append(list, h)
	}
	return webkit.Render(c, phonePage(l, list))
}

// number is which person's phone is meant.
func number(c *fiber.Ctx) int {
	typed := c.Query("who")
	if c.Method() == fiber.MethodPost {
		typed = c.FormValue("who")
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 1 || n > 2*len(names) {
		return 1
	}
	return n
}

// chat is one phone's conversation, fetched again when something comes.
func (p *page) chat(c *fiber.Ctx) error {
	court := c.Query("court")
	if p.Phones[court] == nil {
		return fiber.ErrNotFound
	}
	return webkit.Render(c, bubbles(p.handset(court, "", number(c), 0)))
}

// media is a picture or voice that is shown in a chat.
func (p *page) media(c *fiber.Ctx) error {
	platform := p.Phones[c.Params("court")]
	if platform == nil {
		return fiber.ErrNotFound
	}
	data, mime, ok := platform.File(c.Params("id"))
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderContentType, mime)
	return c.Send(data)
}

// open follows a link as the phone's own browser does: whose it is goes along, for the platform's log-in.
func (p *page) open(c *fiber.Ctx) error {
	court, n := c.Query("court"), number(c)
	target, err := url.Parse(c.Query("url"))
	if err != nil || p.Phones[court] == nil || target.Scheme != "http" && target.Scheme != "https" {
		return fiber.ErrNotFound
	}
	c.Cookie(&fiber.Cookie{Name: wechattest.Cookie, Value: openID(court, n), Path: weixin, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode})
	if strings.HasSuffix(target.Path, "/bind") {
		query := target.Query()
		query.Set("in", "wechat")
		target.RawQuery = query.Encode()
	}
	return c.Redirect(target.String(), http.StatusSeeOther)
}

// phoneLive says which phone has something new.
func (p *page) phoneLive(c *fiber.Ctx) error {
	court := c.Query("court")
	platform := p.Phones[court]
	if platform == nil {
		return fiber.ErrNotFound
	}
	fresh := make(chan string, 64)
	stop := platform.Watch(func(b wechattest.Bubble) {
		select {
		case fresh <- b.Person:
		default: // the page looks by itself now and then
		}
	})
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer stop()
		beat := time.NewTicker(15 * time.Second)
		defer beat.Stop()
		fmt.Fprint(w, ": hello\n\n")
		for w.Flush() == nil {
			select {
			case person := <-fresh:
				fmt.Fprintf(w, "data: %s\n\n", person)
			case <-beat.C:
				fmt.Fprint(w, ": beat\n\n")
			}
		}
	})
	return nil
}

// act is what a person does with the phone.
func (p *page) act(c *fiber.Ctx) error {
	court, n := c.FormValue("court"), number(c)
	platform := p.Phones[court]
	if platform == nil {
		return fiber.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.UserContext()), 20*time.Second)
	defer cancel()
	if c.FormValue("act") == "add" {
		n = p.phones.add(court)
	} else if wrong := p.do(ctx, c, platform, openID(court, n)); wrong != "" {
		c.Status(http.StatusUnprocessableEntity)
		return p.showPhones(c, wrong)
	}
	return webkit.Redirect303(c, "/phone?court="+safe(court)+"&who="+strconv.Itoa(n)+"#phone-"+strconv.Itoa(n))
}

const stranger = "还没有关注公众号，发不了消息。请先点“关注”，或者扫码。"

func (p *page) do(ctx context.Context, c *fiber.Ctx, platform *wechattest.Platform, id string) (wrong string) {
	var err error
	switch c.FormValue("act") {
	case "follow":
		_, err = platform.Subscribe(ctx, id, "")
	case "leave":
		err = platform.Unsubscribe(ctx, id)
	case "scan":
		scene := sceneOf(c.FormValue("scene"))
		if scene == "" {
			return "请填写二维码的内容：通知书上的链接、查询码，或者场景值。"
		}
		_, err = platform.Scan(ctx, id, scene)
	default:
		out, sentence := outgoing(c)
		if sentence != "" {
			return sentence
		}
		_, err = platform.Send(ctx, id, out)
	}
	if errors.Is(err, wechattest.ErrStranger) {
		return stranger
	}
	return "" // what else goes wrong stands in the chat, as in WeChat
}

// outgoing is one message as the form describes it.
func outgoing(c *fiber.Ctx) (out wechattest.Outgoing, wrong string) {
	switch c.FormValue("act") {
	case "text":
		out.Text = strings.TrimSpace(strings.ReplaceAll(c.FormValue("text"), "\r\n", "\n"))
		if out.Text == "" {
			return out, "请写点什么再发送。"
		}
	case "menu":
		out.Event, out.EventKey = "CLICK", c.FormValue("key")
	case "picture":
		if out.Image = upload(c); len(out.Image) == 0 {
			return out, "请先选一张照片。"
		}
	case "sample":
		out.Image = samplePicture(time.Now())
	case "voice":
		out.Voice, out.Format, out.Recognition = sampleVoice(), "amr", strings.TrimSpace(c.FormValue("heard"))
	case "video":
		out.Video = []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom")
	case "sticker":
		out.Kind = "emoticon"
	case "place":
		lat, errLat := strconv.ParseFloat(strings.TrimSpace(c.FormValue("lat")), 64)
		lon, errLon := strconv.ParseFloat(strings.TrimSpace(c.FormValue("lon")), 64)
		if errLat != nil || errLon != nil || lat < -90 || lat > 90 || lon < -180 || lon > 180 {
			return out, "经纬度写成 18.2528 和 109.5119 的样子。"
		}
		out.Lat, out.Lon, out.Label = lat, lon, strings.TrimSpace(c.FormValue("label"))
	default:
		return out, "不认识这个按钮，请刷新页面再试。"
	}
	return out, ""
}

func upload(c *fiber.Ctx) []byte {
	head, err := c.FormFile("file")
	if err != nil {
		return nil
	}
	file, err := head.Open()
	if err != nil {
		return nil
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, 12<<20))
	if err != nil {
		return nil
	}
	return data
}

var codeIn = regexp.MustCompile(`[?&]code=([0-9]{8})`)

// sceneOf is what a pasted code says: a notice's link carries the query code.
func sceneOf(text string) string {
	text = strings.TrimSpace(text)
	if m := codeIn.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	if rest, ok := strings.CutPrefix(text, "http://weixin.qq.com/q/"); ok {
		return rest
	}
	if len(text) > 64 || strings.Contains(text, "://") {
		return ""
	}
	return text
}

// samplePicture is a picture for who has none at hand; each differs a little.
func samplePicture(at time.Time) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 480, 320))
	shift := uint8(at.UnixNano() / 1000 % 60)
	for y := range 320 {
		for x := range 480 {
			c := color.RGBA{170 + shift, 200, 220, 255}
			switch {
			case y > 230:
				c = color.RGBA{110, 112, 118, 255}
			case x > 120 && x < 330 && y > 90:
				c = color.RGBA{216, 196, 160 + shift/2, 255}
				if (x-120)%50 > 15 && (y-90)%46 > 18 {
					c = color.RGBA{70, 96, 128, 255}
				}
			}
			m.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 85}); err != nil {
		return nil
	}
	return b.Bytes()
}

// sampleVoice is two seconds of AMR, for who has no microphone.
func sampleVoice() []byte {
	frame := append([]byte{7<<3 | 4}, bytes.Repeat([]byte{0x14, 0x66, 0x9A, 0x31}, 8)[:31]...)
	return append([]byte("#!AMR\n"), bytes.Repeat(frame, 100)...)
}
