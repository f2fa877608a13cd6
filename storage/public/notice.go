package public

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mingzhi/portal/exchange"
	"mingzhi/storage/public/internal/edgedb"
)

// Notice is something the court tells everybody.
type Notice struct {
	ID                  uuid.UUID
	Code, Title, Clause string
	Fields              []exchange.Shown
	PublishedAt         time.Time
	Until               *time.Time // the last day, or nil
}

// NoticeFilter narrows a list. Kept codes are never listed. Today is the day by the law's calendar.
type NoticeFilter struct {
	Code     string
	Kept     []string
	Today    time.Time
	Before   time.Time
	BeforeID uuid.UUID
	Most     int
}

// Notices lists what everybody may know, the newest first.
func (s *Store) Notices(ctx context.Context, court string, f NoticeFilter) (list []Notice, err error) {
	if f.Before.IsZero() {
		f.Before, f.BeforeID = never, lastID
	}
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		rows, err := q.Notices(ctx, edgedb.NoticesParams{Court: court, Code: f.Code, Kept: f.Kept, Today: f.Today, Before: f.Before, BeforeID: f.BeforeID, Most: int32(f.Most)})
		if err != nil {
			return err
		}
		list, err = notices(rows, func(r edgedb.NoticesRow) noticeRow { return noticeRow(r) })
		return err
	})
	return list, err
}

// NoticeCodes are the kinds of notices there are.
func (s *Store) NoticeCodes(ctx context.Context, court string, kept []string, today time.Time) (codes []string, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		codes, err = q.NoticeCodes(ctx, edgedb.NoticeCodesParams{Court: court, Kept: kept, Today: today})
		return err
	})
	return codes, err
}

// Notice reads one; ok is false when it was taken down, has run out or is of a kept kind.
func (s *Store) Notice(ctx context.Context, court string, id uuid.UUID, kept []string, today time.Time) (n Notice, ok bool, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.Notice(ctx, edgedb.NoticeParams{Court: court, ID: id, Kept: kept, Today: today})
		if err != nil {
			return err
		}
		n, err = noticeRow(row).notice()
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return n, false, nil
	}
	return n, err == nil, err
}

// ListedByName finds a list's entries of one name, given as blind indexes.
func (s *Store) ListedByName(ctx context.Context, court, code string, names [][]byte, today time.Time) (list []Notice, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		rows, err := q.ListedByName(ctx, edgedb.ListedByNameParams{Court: court, Code: code, Names: names, Today: today})
		if err != nil {
			return err
		}
		list, err = notices(rows, func(r edgedb.ListedByNameRow) noticeRow { return noticeRow(r) })
		return err
	})
	return list, err
}

// ListedByCase finds a list's entries of one case; query is the number as a tsquery literal, which the index knows.
func (s *Store) ListedByCase(ctx context.Context, court, code, number, query string, today time.Time) (list []Notice, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		rows, err := q.ListedByCase(ctx, edgedb.ListedByCaseParams{Court: court, Code: code, Query: query, CaseNo: number, Today: today})
		if err != nil {
			return err
		}
		list, err = notices(rows, func(r edgedb.ListedByCaseRow) noticeRow { return noticeRow(r) })
		return err
	})
	return list, err
}

// Listed is a whole list, as the screen in the hall rolls it.
func (s *Store) Listed(ctx context.Context, court, code string, today time.Time, most int) (list []Notice, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		rows, err := q.Listed(ctx, edgedb.ListedParams{Court: court, Code: code, Today: today, Most: int32(most)})
		if err != nil {
			return err
		}
		list, err = notices(rows, func(r edgedb.ListedRow) noticeRow { return noticeRow(r) })
		return err
	})
	return list, err
}

type noticeRow edgedb.NoticesRow

func (r noticeRow) notice() (Notice, error) {
	var body exchange.Notice
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return Notice{}, fmt.Errorf("notice %s: %w", r.ID, err)
	}
	return Notice{ID: r.ID, Code: r.Code, Title: r.Title, Clause: r.Clause, Fields: body.Fields, PublishedAt: r.PublishedAt, Until: r.Until}, nil
}

func notices[R any](rows []R, as func(R) noticeRow) ([]Notice, error) {
	var list []Notice
	for _, r := range rows {
		n, err := as(r).notice()
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, nil
}

// PutCaptcha keeps the digits somebody is to read.
func (s *Store) PutCaptcha(ctx context.Context, court string, id uuid.UUID, digits []byte, until time.Time) error {
	return s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		return q.PutCaptcha(ctx, edgedb.PutCaptchaParams{Court: court, ID: id, Digits: digits, Until: until, Now: s.now()})
	})
}

// Captcha is the digits, to draw or to speak; nil when it has run out or was answered.
func (s *Store) Captcha(ctx context.Context, court string, id uuid.UUID) (digits []byte, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		digits, err = q.Captcha(ctx, edgedb.CaptchaParams{Court: court, ID: id, Now: s.now()})
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return digits, err
}

// UseCaptcha takes an answer, once, and counts the client. known is false when it has run out or was answered before.
func (s *Store) UseCaptcha(ctx context.Context, court string, id uuid.UUID, digits []byte, limit Limit) (known, matched bool, count Count, err error) {
	now := s.now()
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		r, err := q.UseCaptcha(ctx, edgedb.UseCaptchaParams{Court: court, ID: id, Digits: digits, Client: limit.Client, Until: now.Add(limit.Window), Now: now})
		known, matched, count = r.Known, r.Matched, Count{int(r.Tries), r.Over}
		return err
	})
	return known, matched, count, err
}
