package docket

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"github.com/google/uuid"

	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Trace is one line of the audit: ids and hashes, never personal text.
type Trace struct {
	Action  string
	Object  string
	ID      uuid.UUID
	Case    uuid.UUID
	Refused bool
	Reason  string
	Detail  map[string]any
}

// Audit writes who did or read what, in the transaction of the act. What is shown only by
// leave is audited before the content leaves.
func Audit(ctx context.Context, tx *storage.Tx, t Trace) error {
	detail := []byte("{}")
	if len(t.Detail) > 0 {
		var err error
		if detail, err = json.Marshal(t.Detail); err != nil {
			return err
		}
	}
	result := "done"
	if t.Refused {
		result = "refused"
	}
	return tx.InsertAudit(ctx, courtdb.InsertAuditParams{Court: tx.Court, ID: storage.NewID(), At: tx.At, Actor: tx.Actor.Person(), ActorKind: string(tx.Actor.Kind),
		Session: tx.Actor.InSession(), Action: t.Action, ObjectKind: t.Object, ObjectID: storage.Ref(t.ID), CaseID: storage.Ref(t.Case),
		Result: result, Reason: t.Reason, Detail: detail})
}

// Seal chains what has been committed and is not chained yet; it returns how many rows. One
// sealer runs per court at a time: the transaction holds an advisory lock.
func Seal(ctx context.Context, store *storage.Store, court string) (int, error) {
	sealed := 0
	err := store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		sealed = 0
		var mine bool
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended('mingzhi.seal.' || $1, 0))`, court).Scan(&mine); err != nil || !mine {
			return err
		}
		rows, err := tx.PendingAudit(ctx, courtdb.PendingAuditParams{Court: court, Most: 5000})
		if err != nil || len(rows) == 0 {
			return err
		}
		last, err := tx.AuditHead(ctx, court)
		if err != nil && !storage.NoRows(err) {
			return err
		}
		seq, head := last.Seq, last.Head
		ids := make([]uuid.UUID, len(rows))
		for i, row := range rows {
			seq++
			head = link(head, seq, row)
			ids[i] = row.ID
			if err := tx.InsertAuditChain(ctx, courtdb.InsertAuditChainParams{Court: court, Seq: seq, AuditID: row.ID, Head: head}); err != nil {
				return err
			}
		}
		sealed = len(rows)
		return tx.ClearPendingAudit(ctx, courtdb.ClearPendingAuditParams{Court: court, Ids: ids})
	})
	return sealed, err
}

// link is the next head of the chain: SM3 over the last head, the number and every column of the row.
func link(last []byte, seq int64, a courtdb.CourtAudit) []byte {
	var b bytes.Buffer
	b.Write(last)
	_ = binary.Write(&b, binary.BigEndian, seq)
	for _, part := range []string{a.Court, a.ID.String(), a.At.UTC().Format(time.RFC3339Nano), text(a.Actor), a.ActorKind, text(a.Session), a.Action,
		a.ObjectKind, text(a.ObjectID), text(a.CaseID), a.Result, a.Reason, string(a.Detail)} {
		_ = binary.Write(&b, binary.BigEndian, uint32(len(part)))
		b.WriteString(part)
	}
	sum := sm3.Sum(b.Bytes())
	return sum[:]
}

func text(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}

// Head is the end of a court's audit chain, to be kept outside the database.
type Head struct {
	Court string    `json:"court"`
	Seq   int64     `json:"seq"`
	Head  []byte    `json:"head"`
	At    time.Time `json:"at"`
}

// CurrentHead reads the end of the chain.
func CurrentHead(ctx context.Context, store *storage.Store, court string) (Head, error) {
	h := Head{Court: court}
	err := store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		row, err := tx.AuditHead(ctx, court)
		if storage.NoRows(err) {
			err = nil
		}
		h.Seq, h.Head, h.At = row.Seq, row.Head, tx.At
		return err
	})
	return h, err
}

// Verify walks a court's chain from the start and against the head kept outside (kept may be
// zero). It names the first row that was changed, removed, swapped or cut off.
func Verify(ctx context.Context, store *storage.Store, court string, kept Head) (checked int64, err error) {
	err = store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		var head []byte
		checked = 0
		for {
			rows, err := tx.AuditChain(ctx, courtdb.AuditChainParams{Court: court, After: checked, Most: 2000})
			if err != nil {
				return err
			}
			for _, r := range rows {
				if head, err = check(head, checked+1, r); err != nil {
					return err
				}
				if checked++; checked == kept.Seq && !bytes.Equal(head, kept.Head) {
					return broken(checked, "与库外留存的链首不一致")
				}
			}
			if len(rows) < 2000 {
				break
			}
		}
		if checked < kept.Seq {
			return broken(checked+1, fmt.Sprintf("库外留存的记录到第 %d 条，库内只剩 %d 条", kept.Seq, checked))
		}
		return unchained(ctx, tx)
	})
	return checked, err
}

func check(head []byte, want int64, r courtdb.AuditChainRow) ([]byte, error) {
	if r.Seq != want {
		return nil, broken(want, "链上缺少这一条")
	}
	if r.RowID == nil {
		return nil, broken(want, "审计记录 "+r.AuditID.String()+" 已被删除")
	}
	row := courtdb.CourtAudit{ID: *r.RowID, At: *r.At, Actor: r.Actor, ActorKind: *r.ActorKind, Session: r.Session, Action: *r.Action, ObjectKind: *r.ObjectKind,
		ObjectID: r.ObjectID, CaseID: r.CaseID, Result: *r.Result, Reason: *r.Reason, Detail: r.Detail}
	row.Court = r.Court
	next := link(head, want, row)
	if !bytes.Equal(next, r.Head) {
		return nil, broken(want, "审计记录 "+r.AuditID.String()+" 的内容或次序被改动")
	}
	return next, nil
}

func unchained(ctx context.Context, tx *storage.Tx) error {
	n, err := tx.UnchainedAudit(ctx, tx.Court)
	if err == nil && n > 0 {
		return broken(0, fmt.Sprintf("有 %d 条审计记录既不在链上也不在待链清单里", n))
	}
	return err
}

func broken(seq int64, what string) error {
	return problem.New(problem.Refused, "audit.broken", "审计链在第 {seq} 条断裂：{what}。请保留现场并报告审计管理员。", "seq", seq, "what", what)
}
