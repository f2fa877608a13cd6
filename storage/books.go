package storage

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/storage/courtdb"
)

// books keeps the published rulebooks and the calendar; another node's publication is seen within
// bookAge. The mutex is never held while the database is asked: an act that holds the last
// connection may be waiting for it.
type books struct {
	mu   sync.Mutex
	held map[string]heldBook
	days *calendar.Calendar
	seen time.Time

	edits int // of the calendar on this node
}

type heldBook struct {
	whole   *rulebook.Book
	book    *rulebook.Book // whole as it holds on day
	day     calendar.Date
	version int
	seen    time.Time
}

const bookAge = 2 * time.Second

// Book is the rulebook in force at a court today, with its version.
func (s *Store) Book(ctx context.Context, court string) (*rulebook.Book, int, error) {
	s.books.mu.Lock()
	held, ok := s.books.held[court]
	s.books.mu.Unlock()
	today := calendar.On(s.now())
	if ok && held.day == today && time.Since(held.seen) < bookAge {
		return held.book, held.version, nil
	}
	err := s.inCourt(ctx, court, func(tx pgx.Tx) error {
		q := courtdb.New(tx)
		version, err := q.RulebookVersion(ctx, court)
		if err != nil || (ok && int(version) == held.version) {
			return err
		}
		row, err := q.Rulebook(ctx, court)
		if NoRows(err) {
			return problem.New(problem.NotFound, "court.unknown", "没有这个法院的入口，请核对网址。")
		}
		if err != nil {
			return err
		}
		held.whole, err = rulebook.Unpack(row.Body)
		held.version = int(row.Version)
		return err
	})
	if err != nil {
		return nil, 0, explain(err)
	}
	held.book, held.day, held.seen = held.whole.On(today), today, time.Now()
	s.books.mu.Lock()
	defer s.books.mu.Unlock()
	if s.books.held == nil {
		s.books.held = map[string]heldBook{}
	}
	s.books.held[court] = held
	return held.book, held.version, nil
}

// Courts lists the courts served, in the order they came.
func (s *Store) Courts(ctx context.Context) ([]courtdb.ListCourtsRow, error) {
	rows, err := courtdb.New(s.pool).ListCourts(ctx)
	return rows, explain(err)
}

// Calendar is the working-day calendar as staff last left it.
func (s *Store) Calendar(ctx context.Context) (*calendar.Calendar, error) {
	s.books.mu.Lock()
	kept, seen, edits := s.books.days, s.books.seen, s.books.edits
	s.books.mu.Unlock()
	if kept != nil && time.Since(seen) < bookAge {
		return kept, nil
	}
	rows, err := courtdb.New(s.pool).ListCalendarDays(ctx)
	if err != nil {
		return nil, explain(err)
	}
	days := make([]calendar.Day, len(rows))
	for i, r := range rows {
		days[i] = calendar.Day{Date: calendar.DateOf(r.Day), Kind: calendar.Kind(r.Kind), Name: r.Name}
	}
	fresh := calendar.New(days)
	s.books.mu.Lock()
	defer s.books.mu.Unlock()
	if edits == s.books.edits { // else somebody has changed the calendar meanwhile
		s.books.days, s.books.seen = fresh, time.Now()
	}
	return fresh, nil
}

// CalendarChanged drops the cached calendar after an edit on this node.
func (s *Store) CalendarChanged() {
	s.books.mu.Lock()
	defer s.books.mu.Unlock()
	s.books.days = nil
	s.books.edits++
}

// Holds reports the version of a court's book in force, if it has this hash and the public half has been given it.
func (s *Store) Holds(ctx context.Context, court, hash string) (version int, yes bool, err error) {
	err = s.inCourt(ctx, court, func(tx pgx.Tx) error {
		row, err := courtdb.New(tx).InForce(ctx, court)
		if NoRows(err) {
			return nil
		}
		version, yes = int(row.Version), row.Hash == hash && row.Disclosed == row.Version
		return err
	})
	return version, yes, explain(err)
}

// Publish stores a packed, checked rulebook as the next version; publishing what is in force already changes nothing.
func (s *Store) Publish(ctx context.Context, book *rulebook.Book, body []byte, hash string, by *uuid.UUID) (version int, changed bool, err error) {
	err = s.inCourt(ctx, book.Court.ID, func(tx pgx.Tx) error {
		q := courtdb.New(tx)
		if err := q.UpsertCourt(ctx, courtdb.UpsertCourtParams{ID: book.Court.ID, Name: book.Court.Name, Code: book.Court.Code, CreatedAt: s.now()}); err != nil {
			return err
		}
		row, err := q.Rulebook(ctx, book.Court.ID)
		if err != nil && !NoRows(err) {
			return err
		}
		version = int(row.Version)
		if row.Hash == hash {
			return nil
		}
		version, changed = version+1, true
		err = q.InsertRulebook(ctx, courtdb.InsertRulebookParams{Court: book.Court.ID, Version: int32(version), Hash: hash, Body: body, PublishedAt: s.now(), PublishedBy: by})
		if err != nil {
			return fmt.Errorf("storage.Publish: %w", err)
		}
		return nil
	})
	s.books.mu.Lock()
	delete(s.books.held, book.Court.ID)
	s.books.mu.Unlock()
	return version, changed, explain(err)
}
