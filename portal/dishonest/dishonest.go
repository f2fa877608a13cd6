package dishonest

import (
	"bytes"
	"strconv"

	"github.com/dchest/captcha"
	"github.com/gofiber/fiber/v2"

	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/webkit"
	"mingzhi/portal/words"
)

// Routes are the page's lines of the route table.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{
		{Method: fiber.MethodGet, Path: "/:court/dishonest", Sentence: "失信查询：填写", Handler: ask(service)},
		{Method: fiber.MethodPost, Path: "/:court/dishonest", Sentence: "失信查询：结果", Handler: answer(service)},
		{Method: fiber.MethodGet, Path: "/:court/captcha/:captcha.png", Sentence: "验证图片", Handler: picture(service)},
		{Method: fiber.MethodGet, Path: "/:court/captcha/:captcha.wav", Sentence: "验证语音", Handler: sound(service)},
	}
}

// National is the list of the whole country.
const National = "https://zxgk.court.gov.cn/shixin/"

const width, height = 240, 80

func ask(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error { return form(c, service, webkit.Form{Values: map[string]string{}}) }
}

// form shows a captcha that nobody has tried yet.
func form(c *fiber.Ctx, service *inquiry.Service, f webkit.Form) error {
	id, err := service.NewCaptcha(c.UserContext(), frame.Here(c.UserContext()).ID)
	if err != nil {
		return err
	}
	f.Values["captcha"] = id.String()
	return webkit.Render(c, askPage(f))
}

func answer(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		values := frame.Values(c, "who", "captcha", "digits")
		found, err := service.AskList(ctx, frame.Here(ctx).ID, frame.Client(c), inquiry.ListQuery{Typed: values["who"], Captcha: values["captcha"], Digits: values["digits"]})
		f, err := frame.Back(c, values, err)
		if err != nil {
			return err
		}
		if f.Problem != nil {
			values["digits"] = ""
			return form(c, service, f)
		}
		return webkit.Render(c, resultPage(values["who"], found, service.Now()))
	}
}

// The picture and the voice of one id are the same on every node and at every look: what is drawn follows from id and digits.
func picture(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		digits, err := service.Captcha(c.UserContext(), frame.Here(c.UserContext()).ID, c.Params("captcha"))
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if _, err := captcha.NewImage(c.Params("captcha"), digits, width, height).WriteTo(&b); err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, "image/png")
		c.Set(fiber.HeaderCacheControl, "no-store")
		return c.Send(b.Bytes())
	}
}

func sound(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		digits, err := service.Captcha(c.UserContext(), frame.Here(c.UserContext()).ID, c.Params("captcha"))
		if err != nil {
			return err
		}
		language := "zh"
		if words.Lang(c.UserContext()) != words.Chinese {
			language = "en"
		}
		var b bytes.Buffer
		if _, err := captcha.NewAudio(c.Params("captcha"), digits, language).WriteTo(&b); err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, "audio/wav")
		c.Set(fiber.HeaderCacheControl, "no-store")
		return part(c, b.Bytes())
	}
}

// part answers the one range a phone's player asks for; some play nothing without it.
func part(c *fiber.Ctx, data []byte) error {
	c.Set(fiber.HeaderAcceptRanges, "bytes")
	if c.Get(fiber.HeaderRange) == "" {
		return c.Send(data)
	}
	r, err := c.Range(len(data))
	if err != nil || r.Type != "bytes" || len(r.Ranges) != 1 {
		return c.Send(data)
	}
	from, to := r.Ranges[0].Start, r.Ranges[0].End
	c.Set(fiber.HeaderContentRange, "bytes "+strconv.Itoa(from)+"-"+strconv.Itoa(to)+"/"+strconv.Itoa(len(data)))
	return c.Status(fiber.StatusPartialContent).Send(data[from : to+1])
}
