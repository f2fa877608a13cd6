package inquiry

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"mingzhi/backoffice/problem"
	"mingzhi/storage/public"
)

var noRecording = problem.New(problem.NotFound, "recording.unknown", "没有这段音视频，或者查阅的有效期已过。需要再次查阅的，请重新申请。")

// Recordings are what a judge let the person behind a session watch with one item of his case.
func (s *Service) Recordings(ctx context.Context, court, token string, viewer, item uuid.UUID) ([]public.Recording, public.Party, error) {
	p, err := s.viewer(ctx, court, token, viewer)
	if err != nil {
		return nil, p, err
	}
	list, err := s.store.Recordings(ctx, court, viewer, item)
	if err == nil && len(list) == 0 {
		err = noRecording
	}
	return list, p, err
}

// Recording is the content of one, for the same person only.
func (s *Service) Recording(ctx context.Context, court, token string, viewer, id uuid.UUID) (mime string, content []byte, err error) {
	if _, err := s.viewer(ctx, court, token, viewer); err != nil {
		return "", nil, err
	}
	mime, content, ok, err := s.store.Recording(ctx, court, viewer, id)
	if err == nil && !ok {
		err = noRecording
	}
	return mime, content, err
}

// viewer asks that a session's person may look into this case now.
func (s *Service) viewer(ctx context.Context, court, token string, viewer uuid.UUID) (public.Party, error) {
	p, err := s.Party(ctx, court, token)
	if err == nil && !slices.ContainsFunc(p.Viewers, func(v public.Viewer) bool { return v.ID == viewer }) {
		err = notFound
	}
	return p, err
}
