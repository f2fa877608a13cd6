package recording

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"github.com/gabriel-vasile/mimetype"
	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Desk holds the acts.
type Desk struct{ store *storage.Store }

// New makes the desk.
func New(store *storage.Store) *Desk { return &Desk{store} }

// New recordings: how large, and of which kinds a browser plays by itself.
const maxSize = 32 << 20

var kinds = []string{"video/mp4", "audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/wav", "image/jpeg", "image/png"}

// Recording is a file as it was handed in.
type Recording struct {
	Title   string
	Name    string // of the file
	TakenAt time.Time
	Data    []byte
}

// Add keeps a recording with a case. The original stays as it is: whoever approves a viewing has
// looked whether others are to be seen in it.
func (d *Desk) Add(ctx context.Context, actor staff.Actor, caseID uuid.UUID, r Recording) error {
	if err := actor.Require(rulebook.MayRecordEvent); err != nil {
		return err
	}
	mime, err := r.check()
	if err != nil {
		return err
	}
	return d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		f, err := docket.OpenFile(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if !f.VisibleTo(actor) {
			return problem.New(problem.NotFound, "case.not_found", "没有找到这个案件，或者您无权查看。")
		}
		if r.TakenAt.After(tx.At) {
			form := problem.Form{}
			form.Add("taken_at", problem.New(problem.Invalid, "recording.future", "拍摄时间不能晚于现在。"))
			return form.Err()
		}
		id, sum := storage.NewID(), sha256.Sum256(r.Data)
		sealed, err := tx.Keys.Seal("recording.content:"+id.String(), r.Data)
		if err != nil {
			return err
		}
		err = tx.InsertRecording(ctx, courtdb.InsertRecordingParams{Court: tx.Court, ID: id, CaseID: caseID, Title: r.Title, Name: r.Name, Mime: mime,
			Size: int64(len(r.Data)), Sha256: sum[:], Content: sealed, TakenAt: r.TakenAt, AddedBy: actor.Person(), AddedAt: tx.At})
		if err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "recording:added", Object: "recording", ID: id, Case: caseID})
	})
}

func (r Recording) check() (mime string, err error) {
	form := problem.Form{}
	if strings.TrimSpace(r.Title) == "" {
		form.Add("title", problem.New(problem.Invalid, "recording.title", "请写明是哪一次执行活动。"))
	}
	if r.TakenAt.IsZero() {
		form.Add("taken_at", problem.New(problem.Invalid, "recording.taken_at", "请填写拍摄时间。"))
	}
	mime = mimetype.Detect(r.Data).String()
	switch {
	case len(r.Data) == 0:
		form.Add("file", problem.New(problem.Invalid, "recording.file", "请选择音视频文件。"))
	case len(r.Data) > maxSize:
		form.Add("file", problem.New(problem.Invalid, "recording.large", "文件超过{max}兆，请先压缩或者分段。", "max", maxSize>>20))
	case !slices.Contains(kinds, mime):
		form.Add("file", problem.New(problem.Invalid, "recording.kind", "只能上传浏览器能直接播放的文件：MP4、MP3、M4A、WAV、JPG、PNG。"))
	}
	return mime, form.Err()
}
