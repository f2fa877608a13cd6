package wechat

import (
	"context"
	"net/url"
	"time"

	"github.com/silenceper/wechat/v2/officialaccount/basic"
	"github.com/silenceper/wechat/v2/officialaccount/menu"

	"mingzhi/backoffice/problem"
)

// Button is one entry of the account's menu: it opens a page (URL), sends EventClick (Key), or holds others.
type Button struct {
	Name, Key, URL string
	Sub            []Button
}

// CreateMenu replaces the account's menu; people see it within a day.
func (c *Client) CreateMenu(ctx context.Context, buttons []Button) error {
	if err := checkMenu(buttons); err != nil {
		return err
	}
	request := struct {
		Button []*menu.Button `json:"button"`
	}{convert(buttons)}
	return c.call(ctx, "/cgi-bin/menu/create", request, &done{})
}

func convert(buttons []Button) (all []*menu.Button) {
	for _, b := range buttons {
		switch {
		case len(b.Sub) > 0:
			all = append(all, menu.NewSubButton(b.Name, convert(b.Sub)))
		case b.URL != "":
			all = append(all, menu.NewViewButton(b.Name, b.URL))
		default:
			all = append(all, menu.NewClickButton(b.Name, b.Key))
		}
	}
	return all
}

func checkMenu(buttons []Button) error {
	wrong := len(buttons) == 0 || len(buttons) > 3
	for _, b := range buttons {
		wrong = wrong || len(b.Sub) > 5 || wrongButton(b, 16)
		for _, s := range b.Sub {
			wrong = wrong || len(s.Sub) > 0 || wrongButton(s, 60)
		}
	}
	if wrong {
		return problem.New(problem.Invalid, "wechat.menu", "菜单最多三个、子菜单最多五个；名称不能太长，每项要有链接、按键或子菜单。")
	}
	return nil
}

func wrongButton(b Button, limit int) bool {
	return b.Name == "" || len(b.Name) > limit || len(b.Sub) == 0 && b.URL == "" && (b.Key == "" || len(b.Key) > 128)
}

// Code is a QR code that brings who scans it to the account, with a scene.
type Code struct {
	Content string        // what to draw
	Image   string        // where WeChat draws it
	Lasts   time.Duration // 0: for ever
}

// QR makes a code; with ttl 0 it lasts for ever, of which an account has 100,000.
func (c *Client) QR(ctx context.Context, scene string, ttl time.Duration) (Code, error) {
	if scene == "" || len(scene) > 64 {
		return Code{}, problem.New(problem.Invalid, "wechat.scene", "二维码的场景值应为 1 到 64 个字符。")
	}
	request := basic.NewLimitQrRequest(scene)
	if ttl > 0 {
		request = basic.NewTmpQrRequest(ttl, scene)
	}
	var answer basic.Ticket
	if err := c.call(ctx, "/cgi-bin/qrcode/create", request, &answer); err != nil {
		return Code{}, err
	}
	return Code{Content: answer.URL, Image: "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=" + url.QueryEscape(answer.Ticket),
		Lasts: time.Duration(answer.ExpireSeconds) * time.Second}, nil
}
