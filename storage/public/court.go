package public

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public/internal/edgedb"
)

// fresh is how old a profile may be; a new rulebook is public within it.
const fresh = 2 * time.Second

type cached struct {
	mu      sync.Mutex
	profile exchange.Profile
	read    time.Time
}

// Court is a court's profile; NotFound court.unknown when no such court is live here.
func (s *Store) Court(ctx context.Context, id string) (exchange.Profile, error) {
	if !validCourt(id) {
		return exchange.Profile{}, unknownCourt()
	}
	s.mu.Lock()
	c := s.profiles[id]
	if c == nil {
		c = &cached{}
	}
	s.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.read.IsZero() && time.Since(c.read) < fresh { // the wall's clock, not the law's
		return c.profile, nil
	}
	err := s.once(ctx, id, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.CourtProfile(ctx, id)
		if err != nil {
			return err
		}
		c.profile, err = profile(row.Court, row.Profile)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return exchange.Profile{}, unknownCourt()
	}
	if err != nil {
		return exchange.Profile{}, err
	}
	c.read = time.Now()
	// Only courts that exist are kept: made-up addresses must not fill the memory.
	s.mu.Lock()
	s.profiles[id] = c
	s.mu.Unlock()
	return c.profile, nil
}

// Courts lists the courts that are live here.
func (s *Store) Courts(ctx context.Context) ([]exchange.Profile, error) {
	ctx, cancel := context.WithTimeout(ctx, slow)
	defer cancel()
	rows, err := edgedb.New(s.pool).CourtProfiles(ctx)
	if err != nil {
		return nil, explain(err)
	}
	list := make([]exchange.Profile, 0, len(rows))
	for _, row := range rows {
		p, err := profile(row.Court, row.Profile)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

func profile(court string, text []byte) (exchange.Profile, error) {
	var p exchange.Profile
	if err := json.Unmarshal(text, &p); err != nil {
		return p, fmt.Errorf("profile of %s: %w", court, err)
	}
	p.ID = court
	return p, nil
}

// Clause is an article behind a clause chip.
type Clause struct {
	ID, Article, Text string
	Version           int
}

// Clause reads one; NotFound clause.unknown when the court has no such clause.
func (s *Store) Clause(ctx context.Context, court, id string) (Clause, error) {
	var c Clause
	err := s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.Clause(ctx, edgedb.ClauseParams{Court: court, ID: id})
		c = Clause{row.ID, row.Article, row.Text, int(row.Version)}
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return c, problem.New(problem.NotFound, "clause.unknown", "没有这一条款，可能已经修订。请到“规范文件”查看全文。")
	}
	return c, err
}
