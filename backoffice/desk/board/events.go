package board

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/webkit"
)

const (
	pollEvery = 500 * time.Millisecond
	beatEvery = 15 * time.Second
	// an alert with a lower id may be committed a moment later than one with a higher.
	lateness = 5 * time.Second
)

// Events streams alerts: the event's id is the alert's, Last-Event-ID replays what was missed.
func Events(r *frame.Request) error {
	last, err := lastSeen(r)
	if err != nil {
		return err
	}
	s := &stream{house: r.House, court: r.Court, token: r.Token(), actor: r.Actor, last: last, sent: map[uuid.UUID]bool{last: true}}
	r.Set(fiber.HeaderContentType, "text/event-stream")
	r.Set(fiber.HeaderCacheControl, "no-store")
	r.Set("X-Accel-Buffering", "no")
	r.Context().SetBodyStreamWriter(s.run)
	return nil
}

// lastSeen is where the stream goes on: the browser's word, else the page's, else now.
func lastSeen(r *frame.Request) (uuid.UUID, error) {
	for _, raw := range []string{r.Get("Last-Event-ID"), r.Query("after")} {
		if id, err := uuid.Parse(raw); err == nil {
			return id, nil
		}
	}
	b, err := r.House.Room.Board(r.C(), r.Actor)
	if err != nil {
		return uuid.Nil, err
	}
	return b.Latest, nil
}

// stream lives after its handler has returned, so it keeps nothing of the request.
type stream struct {
	house        *frame.House
	court, token string
	actor        staff.Actor
	last         uuid.UUID
	sent         map[uuid.UUID]bool
	warm         bool
}

func (s *stream) run(w *bufio.Writer) {
	fmt.Fprint(w, "retry: 2000\n: open\n\n")
	if w.Flush() != nil {
		return
	}
	poll, beat := time.NewTicker(pollEvery), time.NewTicker(beatEvery)
	defer poll.Stop()
	defer beat.Stop()
	for {
		if !s.look(w) {
			return
		}
		select {
		case <-poll.C:
		case <-beat.C:
			fmt.Fprint(w, ": beat\n\n")
			if w.Flush() != nil || !s.stillIn() {
				return
			}
		}
	}
}

// look sends what is new; false ends the stream.
func (s *stream) look(w *bufio.Writer) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	after := s.last
	if s.warm {
		after = before(s.last, lateness)
	}
	alerts, err := s.house.Room.AlertsAfter(ctx, s.actor, after)
	if err != nil {
		s.house.Log.Warn("duty stream", "court", s.court, "error", err)
		return true // the database may be back at the next look
	}
	s.warm = true
	for _, a := range alerts {
		if s.sent[a.ID] {
			continue
		}
		s.sent[a.ID] = true
		if a.ID.String() > s.last.String() {
			s.last = a.ID
		}
		data, err := json.Marshal(a)
		if err != nil {
			return false
		}
		fmt.Fprintf(w, "id: %s\nevent: alert\ndata: %s\n\n", a.ID, data)
	}
	return w.Flush() == nil
}

// stillIn ends the stream with the session.
func (s *stream) stillIn() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err := s.house.Accounts.Session(ctx, s.court, s.token)
	return err == nil || webkit.Status(err) != fiber.StatusUnauthorized
}

// before is the smallest UUIDv7 that could have been made d earlier than id.
func before(id uuid.UUID, d time.Duration) uuid.UUID {
	if id.Version() != 7 {
		return id
	}
	var ms int64
	for _, b := range id[:6] {
		ms = ms<<8 | int64(b)
	}
	ms = max(ms-d.Milliseconds(), 0)
	var out uuid.UUID
	for i := 5; i >= 0; i-- {
		out[i] = byte(ms)
		ms >>= 8
	}
	out[6], out[8] = 0x70, 0x80
	return out
}
