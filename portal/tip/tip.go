package tip

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"mingzhi/portal/frame"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/webkit"
	"mingzhi/portal/words"
)

var fields = []string{"key", "kind", "debtor", "case_number", "what", "where", "when", "urgent", "files", "keep_facts",
	"name", "mobile", "applicant", "warning", "warning_version"}

// Routes are the page's lines of the route table.
func Routes(service *inquiry.Service) []frame.Route {
	return []frame.Route{
		{Method: fiber.MethodGet, Path: "/:court/tip", Sentence: "提供线索：填写", Handler: ask},
		{Method: fiber.MethodPost, Path: "/:court/tip", Sentence: "提供线索：提交，显示回执一次", Handler: submit(service)},
	}
}

// ask brings a case number along that a notice named.
func ask(c *fiber.Ctx) error {
	return webkit.Render(c, formPage(webkit.Form{Values: map[string]string{"key": frame.NewKey(), "case_number": cut(c.Query("case"))}}))
}

// cut keeps an address from filling the page.
func cut(text string) string {
	if len(text) > 120 {
		return ""
	}
	return text
}

// submit answers with the receipt itself: a receipt in an address would lie in every history
// and log. Sent again, the same form shows the same numbers.
func submit(service *inquiry.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		values := frame.Values(c, fields...)
		uploads, err := frame.Uploads(c, "files")
		if err != nil {
			return err
		}
		receipt, err := service.SubmitTip(ctx, frame.Here(ctx).ID, frame.Client(c), read(c, values, uploads))
		if err == nil {
			return webkit.Render(c, receiptPage(webkit.Receipt{
				Court: frame.Name(ctx), Ticket: receipt.Ticket, Groups: strings.Fields(receipt.Receipt.Grouped()),
				At: frame.Time(ctx, service.Now()), QR: webkit.NewQR(string(receipt.Receipt))}))
		}
		form, err := frame.Back(c, values, err)
		if err != nil {
			return err
		}
		if values["key"] == "" {
			values["key"] = frame.NewKey()
		}
		if form.Wrong("warning") != nil {
			values["warning"] = ""
		}
		values["had_files"] = map[bool]string{true: "yes"}[len(uploads) > 0]
		return webkit.Render(c, formPage(form))
	}
}

func read(c *fiber.Ctx, values map[string]string, uploads []inquiry.Upload) inquiry.Tip {
	accepted := ""
	if values["warning"] == "yes" {
		accepted = values["warning_version"]
	}
	return inquiry.Tip{
		Key: values["key"], Kind: values["kind"], Debtor: values["debtor"], CaseNumber: values["case_number"],
		What: values["what"], Where: values["where"], When: values["when"], Urgent: values["urgent"] == "yes",
		Applicant: values["applicant"] == "yes", Name: values["name"], Mobile: values["mobile"], Warning: accepted,
		Files: uploads, KeepPictureFacts: values["keep_facts"] == "yes", Language: words.Lang(c.UserContext()),
	}
}
