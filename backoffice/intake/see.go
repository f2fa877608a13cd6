package intake

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// View is a tip as the desk shows it.
type View struct {
	courtdb.CourtTip
	Content     Content
	Files       []courtdb.CourtTipFile
	Messages    []Message
	HasIdentity bool
}

// Message is a question or an answer with its opened text.
type Message struct {
	courtdb.TipMessagesRow
	Text string
}

var noTip = problem.New(problem.NotFound, "tip.not_found", "没有找到这条线索，或者您无权查看。")

// See opens a tip for a person in an open transaction: the duty room sees all, others those
// handed to their team or held by them. Reading is audited before the content leaves.
func See(ctx context.Context, tx *storage.Tx, id uuid.UUID) (*View, error) {
	row, err := tx.TipByID(ctx, courtdb.TipByIDParams{Court: tx.Court, ID: id})
	if storage.NoRows(err) {
		return nil, noTip
	}
	if err != nil {
		return nil, err
	}
	if err := visible(ctx, tx, id); err != nil {
		return nil, err
	}
	if err := docket.Audit(ctx, tx, docket.Trace{Action: "read:tip", Object: "tip", ID: id, Case: storage.Deref(row.CaseID)}); err != nil {
		return nil, err
	}
	v := &View{CourtTip: row}
	if row.Content != nil {
		plain, err := tx.Keys.Open("tip.content:"+id.String(), row.Content)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(plain, &v.Content); err != nil {
			return nil, err
		}
	}
	if v.Files, err = tx.TipFiles(ctx, courtdb.TipFilesParams{Court: tx.Court, TipID: id}); err != nil {
		return nil, err
	}
	if v.Messages, err = messages(ctx, tx, id); err != nil {
		return nil, err
	}
	v.HasIdentity, err = tx.HasTipIdentity(ctx, courtdb.HasTipIdentityParams{Court: tx.Court, TipID: id})
	return v, err
}

func visible(ctx context.Context, tx *storage.Tx, id uuid.UUID) error {
	a := tx.Actor
	if a.Kind != staff.Person || a.Can(rulebook.MayTakeTip) {
		return nil
	}
	if !a.Can(rulebook.MayWorkMatter) {
		return noTip
	}
	m, err := tx.MatterOfTip(ctx, courtdb.MatterOfTipParams{Court: tx.Court, TipID: id})
	if storage.NoRows(err) {
		return noTip
	}
	if err != nil {
		return err
	}
	if storage.Deref(m.Holder) == a.ID || m.Team != "" && m.Team == a.Team {
		return nil
	}
	return noTip
}

func messages(ctx context.Context, tx *storage.Tx, tip uuid.UUID) ([]Message, error) {
	rows, err := tx.TipMessages(ctx, courtdb.TipMessagesParams{Court: tx.Court, TipID: tip})
	if err != nil {
		return nil, err
	}
	out := make([]Message, len(rows))
	for i, r := range rows {
		out[i] = Message{TipMessagesRow: r}
		if r.Body == nil {
			continue
		}
		plain, err := tx.Keys.Open("tip_message.body:"+r.ID.String(), r.Body)
		if err != nil {
			return nil, err
		}
		out[i].Text = string(plain)
	}
	return out, nil
}

// Identity opens who gave the tip. It needs the permission and a reason, and leaves a trace
// before the content does (财产调查规定23; G8).
func (in *Intake) Identity(ctx context.Context, actor staff.Actor, tip uuid.UUID, why string) (exchange.Contact, error) {
	var c exchange.Contact
	if err := actor.Require(rulebook.MayOpenIdentity); err != nil {
		return c, err
	}
	if strings.TrimSpace(why) == "" {
		form := problem.Form{}
		form.Add("why", problem.New(problem.Invalid, "tip.identity_reason", "请写明查看线索提供人身份的理由，本次查看会记入审计。"))
		return c, form.Err()
	}
	err := in.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if err := visible(ctx, tx, tip); err != nil {
			return err
		}
		if err := docket.Audit(ctx, tx, docket.Trace{Action: "open_tip_identity", Object: "tip", ID: tip, Reason: why}); err != nil {
			return err
		}
		sealed, err := tx.TipIdentity(ctx, courtdb.TipIdentityParams{Court: tx.Court, TipID: tip})
		if storage.NoRows(err) {
			return problem.New(problem.NotFound, "tip.anonymous", "提供人没有留下身份信息。")
		}
		if err != nil {
			return err
		}
		plain, err := tx.Keys.Open("tip_identity.body:"+tip.String(), sealed)
		if err != nil {
			return err
		}
		return json.Unmarshal(plain, &c)
	})
	return c, err
}

// File opens a picture or paper of a tip.
func (in *Intake) File(ctx context.Context, actor staff.Actor, tip, id uuid.UUID) (courtdb.CourtTipFile, []byte, error) {
	var f courtdb.CourtTipFile
	err := in.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		v, err := See(ctx, tx, tip)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(v.Files, func(x courtdb.CourtTipFile) bool { return x.ID == id })
		if i < 0 {
			return noTip
		}
		f = v.Files[i]
		return nil
	})
	if err != nil {
		return f, nil, err
	}
	r, err := in.store.Files.Get(ctx, f.StoreKey)
	if err != nil {
		return f, nil, err
	}
	defer r.Close()
	sealed, err := io.ReadAll(r)
	if err != nil {
		return f, nil, err
	}
	plain, err := in.store.Keys.Open("court_file:"+f.StoreKey, sealed)
	return f, plain, err
}
