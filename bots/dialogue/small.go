package dialogue

import (
	"context"
	"slices"
	"strings"

	"mingzhi/backoffice/enforcement"
	"mingzhi/portal/words"
	"mingzhi/storage/public"
)

// receipt tells what a receipt tells; without one, what became of the tips that came from this account.
func (t *turn) receipt(ctx context.Context, typed string) error {
	if typed != "" {
		status, err := t.Receipt(ctx, typed)
		if err != nil {
			return t.refuse(ctx, err)
		}
		t.say(t.status(ctx, status))
		t.say(words.T(ctx, "bot.delete_receipt"))
		return nil
	}
	own, err := t.OwnTips(ctx)
	if err != nil {
		return err
	}
	t.pauseTip()
	if len(own) == 0 {
		t.s.Mode = Naming
		t.say(words.T(ctx, "bot.receipt_ask"))
		return nil
	}
	for _, tip := range own {
		t.say(t.status(ctx, tip.TipStatus))
	}
	t.s.Mode = Naming
	t.say(words.T(ctx, "bot.receipt_other"))
	return nil
}

// status is a tip in a few lines. Answers are not shown: the phone may lie about.
func (t *turn) status(ctx context.Context, s public.TipStatus) string {
	stage := words.T(ctx, "stage."+s.Stage)
	if s.Result != "" {
		stage += " · " + words.T(ctx, "result."+s.Result)
	}
	text := lines(words.T(ctx, "bot.tip_status", "ticket", s.Ticket, "date", day(ctx, s.ReceivedAt, t.Now())), stage)
	for _, q := range s.Questions {
		text += "\n" + words.T(ctx, "bot.question", "date", day(ctx, q.At, t.Now()), "text", q.Text)
	}
	if slices.ContainsFunc(s.Questions, t.open) {
		text += "\n" + words.T(ctx, "bot.question_how")
	}
	return text
}

// check tells whether the court sent a message with this code.
func (t *turn) check(ctx context.Context, typed string) error {
	if typed == "" {
		t.pauseTip()
		t.s.Mode = Checking
		t.say(words.T(ctx, "bot.check_ask"))
		return nil
	}
	sent, err := t.CheckMessage(ctx, typed)
	if err != nil {
		return t.refuse(ctx, err)
	}
	if len(sent) == 0 {
		t.say(words.T(ctx, "bot.check_none", "code", tidy(typed), "hotline", t.hotline()))
		return nil
	}
	parts := []string{words.T(ctx, "bot.check_found")}
	for _, m := range sent {
		parts = append(parts, clock(ctx, m.CreatedAt, t.Now())+"  "+m.TemplateName+"（"+words.T(ctx, "channel."+m.Channel)+"）")
	}
	t.say(strings.Join(append(parts, words.T(ctx, "message.compare"), words.T(ctx, "message.never")), "\n"))
	return nil
}

// lots names the newest few; everything else stands on the page.
func (t *turn) lots(ctx context.Context) error {
	list, err := t.Lots(ctx)
	if err != nil {
		return err
	}
	link := t.Link("/lots")
	if len(list) == 0 {
		t.say(words.T(ctx, "bot.lots_none", "link", link))
		return nil
	}
	parts := []string{words.T(ctx, "bot.lots")}
	for _, l := range list {
		parts = append(parts, words.T(ctx, "bot.lot", "title", shorten(l.Title, 40), "price", enforcement.Money(l.StartingPrice).Yuan(), "starts", clock(ctx, l.StartsAt, t.Now())))
	}
	t.say(strings.Join(append(parts, words.T(ctx, "bot.lots_all", "link", link)), "\n"))
	return nil
}

// hotline is the court's first telephone.
func (t *turn) hotline() string {
	if len(t.court.Hotlines) == 0 {
		return ""
	}
	return t.court.Hotlines[0].Phone
}

// hours are all telephones with their hours.
func (t *turn) hours() string {
	var list []string
	for _, h := range t.court.Hotlines {
		list = append(list, strings.TrimSpace(h.Name+" "+h.Phone+" "+h.Hours))
	}
	return strings.Join(list, "\n")
}
