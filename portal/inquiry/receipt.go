package inquiry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public"
)

// StageReceived is a tip the court has not yet taken out of the inbox.
const StageReceived = "received"

// ReceiptStatus is what a receipt tells: the stage, the result, the officers' questions. Five
// wrong receipts from one client close the door for a while, also for the right one; a slip
// of the pen counts too, or trying check digits would be free.
func (s *Service) ReceiptStatus(ctx context.Context, court string, client Client, typed string) (public.TipStatus, error) {
	receipt, wrong := enforcement.ParseReceipt(typed)
	if p, ok := problem.As(wrong); ok && p.Key == "enforcement.receipt_empty" {
		return public.TipStatus{}, receiptField(p)
	}
	var hmacs [][]byte
	if wrong == nil {
		hmacs = s.receiptHMACs(receipt)
	}
	limit := s.limit("receipt", client, wrongReceipts, quarter)
	status, found, count, err := s.store.TipStatus(ctx, court, hmacs, limit)
	switch {
	case err != nil:
		return public.TipStatus{}, err
	case count.Over(limit) || found && count.Tries >= limit.Most:
		return public.TipStatus{}, s.tooMany(count.Until)
	case found:
		return status, nil
	}
	if p, ok := problem.As(wrong); ok {
		return public.TipStatus{}, receiptField(p)
	}
	return public.TipStatus{}, receiptField(problem.New(problem.NotFound, "receipt.unknown",
		"没有找到这个回执编号。请对照回执逐位核对；还可以再试 {left} 次。", "left", max(limit.Most-count.Tries, 0)))
}

// receiptField puts a problem beside the one field there is, without losing its kind.
func receiptField(p *problem.Error) *problem.Error {
	c := *p
	c.Fields = map[string]*problem.Error{"receipt": p}
	return &c
}

// Message is what a tipster adds by receipt.
type Message struct {
	Key              string // random, from the form
	Receipt          string
	Text             string
	Files            []Upload
	KeepPictureFacts bool
}

// AddMessage answers an officer's question or adds to a tip.
func (s *Service) AddMessage(ctx context.Context, court string, client Client, m Message) (public.TipStatus, error) {
	profile, err := s.store.Court(ctx, court)
	if err != nil {
		return public.TipStatus{}, err
	}
	status, err := s.ReceiptStatus(ctx, court, client, m.Receipt)
	if err != nil {
		return status, err
	}
	m.Text = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(m.Text, ""), "\x00", ""))
	files, err := m.check(profile.Tip)
	if err != nil {
		return status, err
	}
	limit := s.limit("message", client, messagesAnHour, 4*quarter)
	if count, err := s.store.CountTry(ctx, court, limit); err != nil {
		return status, err
	} else if count.Over(limit) {
		return status, s.tooMany(count.Until)
	}
	return status, s.storeMessage(ctx, court, m, files)
}

func (m Message) check(form exchange.TipForm) ([]cleaned, error) {
	var problems problem.Form
	if m.Text == "" && len(m.Files) == 0 {
		problems.Add("text", problem.New(problem.Invalid, "receipt.message_empty", "请写下要答复或补充的内容，或者选择照片。"))
	}
	if n := utf8.RuneCountInString(m.Text); n > form.MaxText {
		problems.Add("text", problem.New(problem.Invalid, "receipt.message_too_long",
			"写得太长：最多 {max} 字，现在有 {now} 字。请分成两次补充。", "max", form.MaxText, "now", n))
	}
	files, err := cleanAll(m.Files, form.MaxFiles, m.KeepPictureFacts)
	if p, ok := problem.As(err); ok {
		problems.Add("files", p)
	} else if err != nil {
		return nil, err
	}
	return files, problems.Err()
}

// storeMessage gives a repeat the same id, so that it is stored once.
func (s *Service) storeMessage(ctx context.Context, court string, m Message, files []cleaned) error {
	receipt, err := enforcement.ParseReceipt(m.Receipt)
	if err != nil {
		return err
	}
	h := sha256.New()
	h.Write([]byte(m.Text))
	for _, f := range files {
		h.Write(f.sum)
	}
	seed := court + "\x00" + m.Key + "\x00" + string(receipt) + "\x00" + hex.EncodeToString(h.Sum(nil))
	id, err := uuid.NewRandomFromReader(s.draw("message", seed))
	if err != nil {
		return err
	}
	stored, err := s.putFiles(ctx, seed, files)
	if err != nil {
		return err
	}
	sealed, err := s.seal(id, exchange.Message{Text: m.Text, Files: stored})
	if err != nil {
		return err
	}
	return s.store.SubmitMessage(ctx, court, id, exchange.MessageMeta{ReceiptHMAC: s.receiptHMAC(receipt)}, sealed)
}
