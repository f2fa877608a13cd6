package lots

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/words"
)

type moment = time.Time

// span is a stretch of time in the two units that matter.
func span(ctx context.Context, d time.Duration) string {
	minutes := max(int(d/time.Minute), 1)
	days, hours := minutes/(24*60), minutes/60%24
	var parts []string
	add := func(n int, unit string) {
		if n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+words.T(ctx, unit, "n", n))
		}
	}
	add(days, "unit.day")
	add(hours, "unit.hour")
	if days == 0 {
		add(minutes%60, "unit.minute")
	}
	return strings.Join(parts, " ")
}

// countdown says how long it is to the next thing that happens to a lot; "" when nothing is counted.
func countdown(ctx context.Context, c inquiry.LotCard, now time.Time) string {
	switch inquiry.Phase(c, now) {
	case inquiry.Upcoming:
		return words.T(ctx, "lots.to_start", "left", span(ctx, c.StartsAt.Sub(now)))
	case inquiry.Live:
		return words.T(ctx, "lots.to_end", "left", span(ctx, c.EndsAt.Sub(now)))
	}
	return ""
}

// left is the same in seconds, for a page that stays open.
func left(c inquiry.LotCard, now time.Time) string {
	until := c.StartsAt
	if inquiry.Phase(c, now) == inquiry.Live {
		until = c.EndsAt
	}
	return strconv.Itoa(max(int(until.Sub(now)/time.Second), 0))
}

// units are the words of a countdown, singular and plural, for the script.
func units(ctx context.Context) string {
	var list []string
	for _, unit := range []string{"unit.day", "unit.hour", "unit.minute"} {
		list = append(list, words.T(ctx, unit, "n", 1)+"|"+words.T(ctx, unit, "n", 2))
	}
	return strings.Join(list, ",")
}

// pattern is the countdown's sentence with a gap.
func pattern(ctx context.Context, c inquiry.LotCard, now time.Time) string {
	if inquiry.Phase(c, now) == inquiry.Live {
		return words.T(ctx, "lots.to_end", "left", "%")
	}
	return words.T(ctx, "lots.to_start", "left", "%")
}

// event is one entry of a calendar file.
type event struct {
	id, title, place, text, link string
	stamp, from, to              time.Time
}

const utc = "20060102T150405Z"

var escape = strings.NewReplacer("\\", "\\\\", ";", "\\;", ",", "\\,", "\r\n", "\\n", "\n", "\\n", "\r", "")

// file is the event as RFC 5545 writes it: lines end with CR LF and are folded at 75 octets, never inside a character.
func (e event) file() string {
	var b strings.Builder
	for _, line := range []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Mingzhi//Portal//ZH", "METHOD:PUBLISH", "BEGIN:VEVENT", "UID:" + e.id, "DTSTAMP:" + e.stamp.UTC().Format(utc),
		"DTSTART:" + e.from.UTC().Format(utc), "DTEND:" + e.to.UTC().Format(utc), "SUMMARY:" + escape.Replace(e.title), "LOCATION:" + escape.Replace(e.place),
		"DESCRIPTION:" + escape.Replace(e.text), "URL:" + e.link, "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P1D", "DESCRIPTION:" + escape.Replace(e.title), "END:VALARM", "END:VEVENT", "END:VCALENDAR"} {
		room := 75
		for line != "" {
			cut := min(room, len(line))
			for cut < len(line) && line[cut]&0xC0 == 0x80 {
				cut--
			}
			b.WriteString(line[:cut])
			if line = line[cut:]; line != "" {
				b.WriteString("\r\n ")
			}
			room = 74
		}
		b.WriteString("\r\n")
	}
	return b.String()
}

func (e event) send(c *fiber.Ctx, name string) error {
	c.Set(fiber.HeaderContentType, "text/calendar; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="%s.ics"`, name))
	return c.SendString(e.file())
}

func bidding(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		lot, err := service.Lot(ctx, frame.Here(ctx).ID, c.Params("lot"))
		if err != nil {
			return err
		}
		if lot.State != "announced" {
			return problem.New(problem.NotFound, "lots.no_bidding", "这件标的现在没有安排竞价。")
		}
		e := event{id: lot.ID.String() + "-" + strconv.Itoa(lot.Round) + "@" + c.Hostname(), title: words.T(ctx, "lots.calendar", "title", lot.Title), place: lot.Body.PlatformURL,
			text: words.T(ctx, "lots.elsewhere"), link: frame.Origin(c) + frame.Path(ctx, "lots", lot.ID.String()), stamp: lot.ChangedAt, from: lot.StartsAt, to: lot.EndsAt}
		return e.send(c, "bidding")
	}
}

// longViewing is how long a viewing is put down for in a calendar; the court names only when it begins.
const longViewing = time.Hour

func slotFile(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		lot, err := service.Lot(ctx, frame.Here(ctx).ID, c.Params("lot"))
		if err != nil {
			return err
		}
		for _, s := range lot.Slots {
			if id, err := uuid.Parse(c.Params("slot")); err == nil && s.ID == id {
				e := event{id: id.String() + "@" + c.Hostname(), title: words.T(ctx, "viewing.calendar", "title", lot.Title), place: s.Place, text: s.Contact,
					link: frame.Origin(c) + frame.Path(ctx, "lots", lot.ID.String()), stamp: lot.ChangedAt, from: s.At, to: s.At.Add(longViewing)}
				return e.send(c, "viewing")
			}
		}
		return problem.New(problem.NotFound, "viewing.gone", "这个看样时间已经过去或者已经取消。")
	}
}
