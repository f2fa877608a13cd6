package mycase

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/webkit"
	"mingzhi/portal/words"
	"mingzhi/storage/public"
)

// Routes are the page's lines of the route table.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{
		{Method: fiber.MethodGet, Path: "/:court/case", Sentence: "我的案件", Handler: list(service)},
		{Method: fiber.MethodGet, Path: "/:court/case/:viewer", Sentence: "案件进展", Handler: show(service)},
	}
}

// list shows the cases of who is signed in, or goes on when there is only one.
func list(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		p, err := service.Party(ctx, frame.Here(ctx).ID, frame.Cookie(c, frame.SessionCookie))
		if err != nil {
			return frame.SignIn(c, err, frame.Path(ctx, "case"))
		}
		if len(p.Viewers) == 1 {
			return webkit.Redirect303(c, frame.Path(ctx, "case", p.Viewers[0].ID.String()))
		}
		Rest(c, p)
		return webkit.Render(c, listPage(p))
	}
}

func show(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		viewer, err := uuid.Parse(c.Params("viewer"))
		if err != nil {
			return problem.New(problem.NotFound, "case.not_found", "没有找到这个案件，或者您不能查看。请从“我的案件”进入。")
		}
		found, p, err := service.Case(ctx, frame.Here(ctx).ID, frame.Cookie(c, frame.SessionCookie), viewer)
		if err != nil {
			return frame.SignIn(c, err, frame.Path(ctx, "case", viewer.String()))
		}
		Rest(c, p)
		return webkit.Render(c, casePage(&found, p))
	}
}

// Rest makes a machine in the hall leave by itself when nobody touches it.
func Rest(c *fiber.Ctx, p public.Party) {
	if p.Session.Kiosk {
		c.Set("Refresh", strconv.Itoa(int(inquiry.Idle.Kiosk/time.Second))+"; url="+frame.Path(c.UserContext(), "logout", "idle"))
	}
}

// role is a party's role in the words of the court's book, else in the house's.
func role(ctx context.Context, id string) string {
	if word := frame.Here(ctx).Roles[id]; word != "" {
		return word
	}
	return enforcement.Role(id).Name()
}

// agentFor is the principal's role for who does not stand for himself.
func agentFor(ctx context.Context, role_, standsFor string) string {
	if role_ == standsFor {
		return role(ctx, role_)
	}
	return words.T(ctx, "case.stands_for", "role", role(ctx, role_), "principal", role(ctx, standsFor))
}

// due is a clock as the chip shows it.
func due(ctx context.Context, k inquiry.Clock, now time.Time) webkit.Due {
	d := webkit.Due{Date: frame.Day(ctx, k.Due), Left: k.Left, State: webkit.DueLater, Start: k.Why.Text}
	if k.Unit != "" {
		d.Unit = words.T(ctx, "unit."+string(k.Unit), "n", k.Left)
	}
	switch {
	case k.Paused:
		d.Date, d.State = "", webkit.DuePaused
	case k.Over:
		d.State, d.Left = webkit.DueOver, -k.Left
	case k.Soon:
		d.State = webkit.DueSoon
	}
	if k.Unit == calendar.HourUnit || k.Unit == calendar.MinuteUnit {
		d.Date = frame.Time(ctx, k.Due)
	}
	d.Days = strip(ctx, k.Why, now)
	for _, later := range k.Also {
		also := due(ctx, later, now)
		if later.Clause != "" {
			clause := chip(ctx, later.Clause)
			also.Chip = &clause
		}
		d.Also = append(d.Also, also)
	}
	return d
}

func date(ctx context.Context, d calendar.Date) string { return frame.Day(ctx, d.Time()) }

// short is a day without its year, for places that are narrow.
func short(ctx context.Context, d calendar.Date) string {
	if words.Lang(ctx) == words.Chinese {
		return strconv.Itoa(int(d.Month)) + "月" + strconv.Itoa(d.Day) + "日"
	}
	return strconv.Itoa(d.Day) + " " + d.Month.String()[:3]
}

// longest strip that is drawn day by day; beyond it the sentence says enough.
const longest = 62

var weekdays = [7]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

func strip(ctx context.Context, e calendar.Explanation, now time.Time) []webkit.Day {
	if len(e.Days) > longest {
		return nil
	}
	today, chinese := calendar.On(now), words.Lang(ctx) == words.Chinese
	out := make([]webkit.Day, len(e.Days))
	for i, d := range e.Days {
		w := d.Date.Weekday()
		day := webkit.Day{Counted: d.Counted, Reason: d.Why, Today: d.Date == today, Last: i == len(e.Days)-1}
		switch {
		case !chinese:
			day.Weekday, day.Label = w.String()[:3], short(ctx, d.Date)
		case i == 0 || d.Date.Day == 1:
			day.Weekday, day.Label = weekdays[w], short(ctx, d.Date)
		default:
			day.Weekday, day.Label = weekdays[w], strconv.Itoa(d.Date.Day)+"日"
		}
		out[i] = day
	}
	return out
}

// expiry is the day a measure runs out.
func expiry(ctx context.Context, m inquiry.Measure) webkit.Due {
	return webkit.Due{Date: date(ctx, m.Expires), Left: m.Left, State: webkit.DueLater, Unit: words.T(ctx, "unit.day", "n", m.Left)}
}

// stop is a station of the money in words.
func stop(ctx context.Context, s inquiry.Stop) string {
	if s.Kind == "day" {
		return words.T(ctx, "money.day", "n", s.Day)
	}
	return words.T(ctx, "money."+s.Kind)
}

// Two events that the page treats apart: what only says that something arrived, and what leads to recordings.
const (
	received = "application_received"
	recorded = "media_view_decided"
)

// Reader is the mark of who looks at a case, for the pages beside it that may not be passed on.
func Reader(ctx context.Context, v public.Viewer, at time.Time) string {
	return agentFor(ctx, v.Role, v.StandsFor) + " " + v.CaseNo + " " + frame.Time(ctx, at)
}

// mark is what stands across a page that may not be passed on: who looked, at which case, when.
func mark(ctx context.Context, c *inquiry.Case) string {
	who := enforcement.MaskName(c.Reader, enforcement.AudiencePublic)
	if who == "" {
		who = agentFor(ctx, c.Role, c.StandsFor)
	}
	return who + " " + c.Number + " " + frame.Time(ctx, c.At)
}

func chip(ctx context.Context, clause string) webkit.Clause {
	return webkit.Clause{ID: clause, Href: frame.Path(ctx, "clause", clause)}
}

// zh is the lang attribute of what the court wrote, on a page in another language.
func zh(ctx context.Context) string { return words.Other(ctx, words.Chinese) }
