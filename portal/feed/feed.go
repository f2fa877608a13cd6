package feed

import (
	"cmp"
	"encoding/xml"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/words"
)

// Routes are the page's lines of the route table.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{{Method: fiber.MethodGet, Path: "/:court/feed.xml", Sentence: "公告与拍卖的订阅源", Handler: show(service)}}
}

// most of each are in the feed; who reads it seldom finds the rest on the pages.
const most = 50

type link struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
	Type string `xml:"type,attr,omitempty"`
}

type category struct {
	Term string `xml:"term,attr"`
}

type entry struct {
	ID        string   `xml:"id"`
	Title     string   `xml:"title"`
	Published string   `xml:"published"`
	Updated   string   `xml:"updated"`
	Link      link     `xml:"link"`
	Category  category `xml:"category"`
	Summary   string   `xml:"summary"`
	changed   time.Time
}

type atom struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string   `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Author  struct {
		Name string `xml:"name"`
	} `xml:"author"`
	Links   []link  `xml:"link"`
	Entries []entry `xml:"entry"`
}

// show reads the rows anew each time and is kept nowhere: what was withdrawn has left. Lists of persons are not in it.
func show(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		court := frame.Here(ctx)
		if !court.Offers("feed") {
			return fiber.ErrNotFound
		}
		base := frame.Origin(c) + frame.Path(ctx)
		notices, err := service.NewestNotices(ctx, court.ID, "", most)
		if err != nil {
			return err
		}
		lots, err := service.NewestLots(ctx, court.ID, most)
		if err != nil {
			return err
		}
		f := atom{Lang: words.Chinese, ID: base + "/feed.xml", Title: court.Name, Links: []link{{"self", base + "/feed.xml", "application/atom+xml"}, {"alternate", base + "/notices", "text/html"}}}
		f.Author.Name = court.Name
		f.Entries = entries(base, notices, lots)
		f.Updated = stamp(service.Now())
		if len(f.Entries) > 0 {
			f.Updated = stamp(f.Entries[0].changed)
		}
		text, err := xml.Marshal(f)
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, "application/atom+xml; charset=utf-8")
		c.Set(fiber.HeaderCacheControl, "no-store")
		return c.Send(append([]byte(xml.Header), text...))
	}
}

// entries have ids that stay while a thing is known, whatever changes in it.
func entries(base string, notices []inquiry.Notice, lots []inquiry.LotCard) []entry {
	list := []entry{}
	for _, n := range notices {
		lines := []string{}
		for _, f := range n.Fields {
			lines = append(lines, f.Label+"："+f.Value)
		}
		list = append(list, entry{ID: "urn:uuid:" + n.ID.String(), Title: n.Title, Published: stamp(n.PublishedAt), Updated: stamp(n.PublishedAt), changed: n.PublishedAt,
			Link: link{"alternate", base + "/notices/" + n.ID.String(), "text/html"}, Category: category{n.Code}, Summary: strings.Join(lines, "；")})
	}
	for _, l := range lots {
		list = append(list, entry{ID: "urn:uuid:" + l.ID.String(), Title: l.Title, Published: stamp(l.PublishedAt), Updated: stamp(l.ChangedAt), changed: l.ChangedAt,
			Link: link{"alternate", base + "/lots/" + l.ID.String(), "text/html"}, Category: category{"lot"},
			Summary: "起拍价：" + frame.Yuan(l.Price) + "；保证金：" + frame.Yuan(l.Deposit) + "；竞价时间：" + l.StartsAt.In(shanghai).Format("2006年1月2日15:04")})
	}
	slices.SortStableFunc(list, func(a, b entry) int { return cmp.Or(b.changed.Compare(a.changed), strings.Compare(a.ID, b.ID)) })
	return list
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
