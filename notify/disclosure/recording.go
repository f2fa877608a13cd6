package disclosure

import (
	"context"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// recording hands a recording to the one person who may watch it, until the day the decision names (W-11d).
func recording(ctx context.Context, tx *storage.Tx, e *docket.Recorded, p person, item uuid.UUID) error {
	if e.Code != "media_view_decided" || e.Facts["decision"] != "granted" {
		return nil
	}
	text, _ := e.Facts["recording"].(string)
	id, err := uuid.Parse(text)
	if err != nil {
		return missingRecording
	}
	row, err := tx.RecordingByID(ctx, courtdb.RecordingByIDParams{Court: tx.Court, ID: id})
	if storage.NoRows(err) || err == nil && row.CaseID != e.Case {
		return missingRecording
	}
	if err != nil {
		return err
	}
	day, _ := e.Facts["valid_until"].(string)
	until, err := calendar.ParseDate(day)
	if err != nil {
		return problem.New(problem.Invalid, "recording.until", "请填写有效期。")
	}
	plain, err := tx.Keys.Open("recording.content:"+id.String(), row.Content)
	if err != nil {
		return err
	}
	shown := storage.NewID()
	sealed, err := tx.Keys.Public().SealCourier("recording.content:"+shown.String(), plain)
	if err != nil {
		return err
	}
	return tx.DiscloseRecording(ctx, courtdb.DiscloseRecordingParams{Court: tx.Court, ID: shown, Viewer: p.party.ID, ItemID: item, Title: row.Title, Mime: row.Mime,
		Content: sealed, Until: until.Add(1).Time()})
}

var missingRecording = problem.New(problem.Invalid, "recording.missing", "请从本案的音视频里选择一个。")
