package inquiry

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"
	"github.com/google/uuid"

	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public"
	"mingzhi/storage/sealing"
)

// Tip is what a person tells the court, as typed.
type Tip struct {
	Key              string `validate:"required,max=64"` // random, from the form: a double submit repeats it
	Kind             string `validate:"required,oneof=person asset"`
	Debtor           string `validate:"required_without=CaseNumber,max=100"`
	CaseNumber       string `validate:"omitempty,max=60,caseno"`
	What             string `validate:"required"`
	Where            string `validate:"max=300"`
	When             string `validate:"max=100"`
	Urgent           bool
	Applicant        bool
	Name             string   `validate:"max=50"`
	Mobile           string   `validate:"omitempty,mobile"`
	Warning          string   `validate:"required"` // the version of the warning that was accepted
	Files            []Upload `validate:"-"`
	KeepPictureFacts bool     // the tipster wants time and place of the pictures kept
	Language         string
}

// Receipt is what the tipster gets, once.
type Receipt struct {
	Receipt enforcement.Receipt
	Ticket  string
}

// SubmitTip checks, cleans, seals and stores a tip. The same form sent twice gives the same
// numbers and stores once; a form whose content was changed is another tip.
func (s *Service) SubmitTip(ctx context.Context, court string, client Client, tip Tip) (Receipt, error) {
	profile, err := s.store.Court(ctx, court)
	if err != nil {
		return Receipt{}, err
	}
	tip = tip.tidy()
	files, err := s.check(tip, profile.Tip)
	if err != nil {
		return Receipt{}, err
	}
	limit := s.limit("tip", client, tipsAnHour, 4*quarter)
	if len(files) > 0 { // files cost room: a client over his limit leaves none
		tries, err := s.store.Tries(ctx, court, limit.Client)
		if err != nil {
			return Receipt{}, err
		}
		if tries >= limit.Most {
			return Receipt{}, s.tooMany(s.store.Now().Add(limit.Window))
		}
	}
	seed, err := tip.seed(court, files)
	if err != nil {
		return Receipt{}, err
	}
	sealedFiles, err := s.putFiles(ctx, seed, files)
	if err != nil {
		return Receipt{}, err
	}
	return s.place(ctx, court, tip, client, seed, sealedFiles, limit)
}

// place draws the numbers and stores; a ticket another tip of the day has is drawn again.
func (s *Service) place(ctx context.Context, court string, tip Tip, client Client, seed string, files []exchange.File, limit public.Limit) (Receipt, error) {
	receipt, err := enforcement.NewReceipt(s.draw("receipt", seed))
	if err != nil {
		return Receipt{}, err
	}
	hmac := s.receiptHMAC(receipt)
	id := uuid.Must(uuid.NewV7())
	sealed, err := s.seal(id, tip.content(client, files))
	if err != nil {
		return Receipt{}, err
	}
	for try := range 8 {
		ticket, err := enforcement.NewTicket(s.store.Now(), s.draw("ticket"+strconv.Itoa(try), seed))
		if err != nil {
			return Receipt{}, err
		}
		meta := exchange.TipMeta{Ticket: string(ticket), ReceiptHMAC: hmac, Kind: tip.Kind, Urgent: tip.Urgent, WarningVersion: tip.Warning}
		stored, count, err := s.store.SubmitTip(ctx, court, public.NewTip{ID: id, Meta: meta, Sealed: sealed}, limit)
		switch {
		case errors.Is(err, public.ErrTicketTaken):
			continue
		case err != nil:
			return Receipt{}, err
		case stored:
			return Receipt{receipt, string(ticket)}, nil
		}
		// Nothing new was stored: either this form came before, and its ticket is told again, or it is too many.
		if given, _, ok, err := s.store.Receipt(ctx, court, s.receiptHMACs(receipt)...); err != nil || ok {
			return Receipt{receipt, given}, err
		}
		return Receipt{}, s.tooMany(count.Until)
	}
	return Receipt{}, problem.New(problem.Unavailable, "enforcement.random", "系统暂时不能编号，请稍后再试。")
}

func (t Tip) tidy() Tip {
	for _, field := range []*string{&t.Debtor, &t.CaseNumber, &t.What, &t.Where, &t.When, &t.Name, &t.Mobile} {
		*field = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(*field, ""), "\x00", ""))
	}
	return t
}

// content is the sealed part; nothing of it is readable on this half once it is stored.
func (t Tip) content(client Client, files []exchange.File) exchange.Tip {
	return exchange.Tip{Debtor: t.Debtor, CaseNumber: t.CaseNumber, What: t.What, Where: t.Where, When: t.When, Applicant: t.Applicant,
		Contact: exchange.Contact{Name: t.Name, Mobile: t.Mobile}, Files: files, Language: t.Language, Channel: client.Channel}
}

func (s *Service) seal(id uuid.UUID, content any) ([]byte, error) {
	plain, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	return sealing.SealTo(s.store.Keys.TipKey(), "submission.sealed:"+id.String(), plain)
}

// check gathers every field's problem, so that a person mends them all at once.
func (s *Service) check(tip Tip, form exchange.TipForm) ([]cleaned, error) {
	var problems problem.Form
	var wrong validator.ValidationErrors
	if err := s.validate.Struct(tip); errors.As(err, &wrong) {
		for _, w := range wrong {
			problems.Add(tipFields[w.Field()], s.sentence(tip, w))
		}
	} else if err != nil {
		return nil, err
	}
	total := 0
	for _, text := range []string{tip.What, tip.Where, tip.When} {
		total += utf8.RuneCountInString(text)
	}
	if total > form.MaxText {
		problems.Add("what", problem.New(problem.Invalid, "tip.content_too_long",
			"写得太长：地点、时间和内容合计最多 {max} 字，现在有 {now} 字。请只写最要紧的，其余可以在提交后凭回执补充。",
			"max", form.MaxText, "now", total))
	}
	if tip.Warning != "" && tip.Warning != form.WarningVersion {
		problems.Add("warning", problem.New(problem.Invalid, "tip.warning_changed", "法律责任告知刚刚更新，请重新阅读并确认。"))
	}
	files, err := cleanAll(tip.Files, form.MaxFiles, tip.KeepPictureFacts)
	if p, ok := problem.As(err); ok {
		problems.Add("files", p)
	} else if err != nil {
		return nil, err
	}
	return files, problems.Err()
}
