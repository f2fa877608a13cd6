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
