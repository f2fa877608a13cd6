package recordings

import (
	"context"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/mycase"
	"mingzhi/portal/webkit"
	"mingzhi/storage/public"
)

// Routes are the page's lines of the route table.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{
		{Method: fiber.MethodGet, Path: "/:court/case/:viewer/recordings/:item", Sentence: "查阅音视频", Handler: list(service)},
		{Method: fiber.MethodGet, Path: "/:court/case/:viewer/recordings/:item/:recording", Sentence: "音视频的内容", Handler: play(service)},
	}
}

var unknown = problem.New(problem.NotFound, "recording.unknown", "没有这段音视频，或者查阅的有效期已过。需要再次查阅的，请重新申请。")

// view is what the page shows: the recordings, whose case it is, the reader's mark.
type view struct {
	viewer public.Viewer
	item   string
	list   []public.Recording
	mark   string
}

func list(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		ids, err := parse(c, "viewer", "item")
		if err != nil {
			return err
		}
		found, p, err := service.Recordings(ctx, frame.Here(ctx).ID, frame.Cookie(c, frame.SessionCookie), ids[0], ids[1])
		if err != nil {
			return frame.SignIn(c, err, c.Path())
		}
		mycase.Rest(c, p)
		i := slices.IndexFunc(p.Viewers, func(v public.Viewer) bool { return v.ID == ids[0] })
		v := view{viewer: p.Viewers[i], item: ids[1].String(), list: found}
		v.mark = mycase.Reader(ctx, v.viewer, service.Now())
		return webkit.Render(c, page(v))
	}
}

func play(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		ids, err := parse(c, "viewer", "recording")
		if err != nil {
			return err
		}
		mime, content, err := service.Recording(ctx, frame.Here(ctx).ID, frame.Cookie(c, frame.SessionCookie), ids[0], ids[1])
		if err != nil {
			return frame.SignIn(c, err, c.Path())
		}
		c.Set(fiber.HeaderContentType, mime)
		c.Set(fiber.HeaderCacheControl, "no-store")
		c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
		c.Set(fiber.HeaderContentDisposition, "inline")
		return c.Send(content)
	}
}

func parse(c *fiber.Ctx, names ...string) ([]uuid.UUID, error) {
	var out []uuid.UUID
	for _, name := range names {
		id, err := uuid.Parse(c.Params(name))
		if err != nil {
			return nil, unknown
		}
		out = append(out, id)
	}
	return out, nil
}

func (v view) source(ctx context.Context, r public.Recording) string {
	return frame.Path(ctx, "case", v.viewer.ID.String(), "recordings", v.item, r.ID.String())
}

func is(r public.Recording, kind string) bool { return strings.HasPrefix(r.MIME, kind+"/") }
