package storage

import (
	"context"

	"mingzhi/backoffice/calendar"
	"mingzhi/storage/courtdb"
)

// SeedCalendar writes the days that come with the program and are not there yet; days that staff changed stay.
func (s *Store) SeedCalendar(ctx context.Context, days []calendar.Day) error {
	have, err := s.Calendar(ctx)
	if err != nil {
		return err
	}
	if have.LastPublished() >= calendar.New(days).LastPublished() {
		return nil
	}
	q := courtdb.New(s.pool)
	for _, d := range days {
		if d.Date.Year <= have.LastPublished() {
			continue
		}
		err := q.UpsertCalendarDay(ctx, courtdb.UpsertCalendarDayParams{Day: d.Date.Time(), Kind: string(d.Kind), Name: d.Name, Source: "国务院办公厅节假日安排", ChangedAt: s.now()})
		if err != nil {
			return explain(err)
		}
	}
	s.CalendarChanged()
	return nil
}

// PutDay adds or changes one special day.
func (s *Store) PutDay(ctx context.Context, d calendar.Day, source string) error {
	err := courtdb.New(s.pool).UpsertCalendarDay(ctx, courtdb.UpsertCalendarDayParams{Day: d.Date.Time(), Kind: string(d.Kind), Name: d.Name, Source: source, ChangedAt: s.now()})
	s.CalendarChanged()
	return explain(err)
}

// DropDay makes a special day an ordinary one again.
func (s *Store) DropDay(ctx context.Context, d calendar.Date) (bool, error) {
	n, err := courtdb.New(s.pool).DeleteCalendarDay(ctx, d.Time())
	s.CalendarChanged()
	return n > 0, explain(err)
}
