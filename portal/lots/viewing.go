package lots

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/webkit"
)

func ask(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		lot, err := service.Lot(c.UserContext(), frame.Here(c.UserContext()).ID, c.Params("lot"))
		if err != nil {
			return err
		}
		return webkit.Render(c, askPage(&lot, webkit.Form{Values: map[string]string{"key": frame.NewKey()}}, false))
	}
}

func submit(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		lot, err := service.Lot(ctx, frame.Here(ctx).ID, c.Params("lot"))
		if err != nil {
			return err
		}
		values := frame.Values(c, "key", "text")
		err = service.AskAboutLot(ctx, frame.Here(ctx).ID, frame.Client(c), lot.ID, inquiry.LotQuestion{Key: values["key"], Text: values["text"]})
		form, err := frame.Back(c, values, err)
		if err != nil {
			return err
		}
		return webkit.Render(c, askPage(&lot, form, form.Problem == nil))
	}
}

func choose(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		lot, err := service.Lot(c.UserContext(), frame.Here(c.UserContext()).ID, c.Params("lot"))
		if err != nil {
			return err
		}
		return webkit.Render(c, bookPage(&lot, webkit.Form{Values: map[string]string{"key": frame.NewKey(), "slot": c.Query("slot")}}))
	}
}

// book answers with the number itself: it gives the seat back, and stands in no address.
func book(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		court := frame.Here(ctx).ID
		lot, err := service.Lot(ctx, court, c.Params("lot"))
		if err != nil {
			return err
		}
		values := frame.Values(c, "key", "slot", "name", "mobile")
		slot, _ := uuid.Parse(values["slot"]) // none chosen is said beside the times
		number, err := service.BookViewing(ctx, court, frame.Client(c), inquiry.NewBooking{Key: values["key"], Lot: lot.ID, Slot: slot, Name: values["name"], Mobile: values["mobile"]})
		if err == nil {
			for _, s := range lot.Slots {
				if s.ID == slot {
					return webkit.Render(c, bookedPage(&lot, s, grouped(number)))
				}
			}
			return webkit.Render(c, bookedPage(&lot, inquiry.Slot{ID: slot}, grouped(number)))
		}
		form, err := frame.Back(c, values, err)
		if err != nil {
			return err
		}
		if values["key"] == "" {
			values["key"] = frame.NewKey()
		}
		fresh, err := service.Lot(ctx, court, c.Params("lot")) // the seats as they are now
		if err != nil {
			return err
		}
		return webkit.Render(c, bookPage(&fresh, form))
	}
}

// grouped is a booking number as people read it out.
func grouped(number string) []string {
	if len(number) != 10 {
		return []string{number}
	}
	return []string{number[:3], number[3:6], number[6:]}
}

func number(c *fiber.Ctx) error { return webkit.Render(c, numberPage(webkit.Form{})) }

func booking(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		values := frame.Values(c, "number")
		b, err := service.Viewing(ctx, frame.Here(ctx).ID, frame.Client(c), values["number"])
		return answer(c, values, b, err)
	}
}

func cancel(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		values := frame.Values(c, "number")
		b, err := service.CancelViewing(ctx, frame.Here(ctx).ID, frame.Client(c), values["number"])
		return answer(c, values, b, err)
	}
}

func answer(c *fiber.Ctx, values map[string]string, b inquiry.Booking, err error) error {
	form, err := frame.Back(c, values, err)
	if err != nil {
		return err
	}
	if form.Problem != nil {
		return webkit.Render(c, numberPage(form))
	}
	return webkit.Render(c, bookingPage(b, strings.TrimSpace(values["number"])))
}
