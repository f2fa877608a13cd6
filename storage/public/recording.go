package public

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mingzhi/storage/public/internal/edgedb"
)

// Recording is one recording a person may watch until an instant.
type Recording struct {
	ID    uuid.UUID
	Title string
	MIME  string
	Until time.Time
}

// Recordings are those that came with one item of a viewer, as long as they may be watched.
func (s *Store) Recordings(ctx context.Context, court string, viewer, item uuid.UUID) (list []Recording, err error) {
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		rows, err := q.RecordingsOfItem(ctx, edgedb.RecordingsOfItemParams{Court: court, Viewer: viewer, ItemID: item, Now: s.now()})
		for _, r := range rows {
			list = append(list, Recording{r.ID, r.Title, r.Mime, r.Until})
		}
		return err
	})
	return list, err
}

// Recording opens one; ok is false when it is not this viewer's, or its time is over.
func (s *Store) Recording(ctx context.Context, court string, viewer, id uuid.UUID) (mime string, content []byte, ok bool, err error) {
	var sealed []byte
	err = s.once(ctx, court, func(ctx context.Context, q *edgedb.Queries) error {
		row, err := q.Recording(ctx, edgedb.RecordingParams{Court: court, Viewer: viewer, ID: id, Now: s.now()})
		mime, sealed = row.Mime, row.Content
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil, false, nil
	}
	if err != nil {
		return "", nil, false, err
	}
	content, err = s.Keys.OpenCourier("recording.content:"+id.String(), sealed)
	return mime, content, err == nil, err
}
