package inquiry

import (
	"bytes"
	"context"
	"encoding/hex"
	"time"

	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage/files/clean"
	"mingzhi/storage/sealing"
)

// Upload is a file as it came.
type Upload struct {
	Name string
	Data []byte
}

type cleaned struct {
	name, mime string
	data, sum  []byte
	taken      *time.Time
	lat, lon   *float64
}

// cleanAll cleans every upload or says which one cannot be; time and place of a picture are
// kept only when its owner says so.
func cleanAll(uploads []Upload, most int, keepFacts bool) ([]cleaned, error) {
	if len(uploads) > most {
		return nil, problem.New(problem.Invalid, "upload.too_many", "最多可以上传 {max} 张照片，您选了 {now} 张。请少选几张；其余可以在提交后凭回执补充。",
			"max", most, "now", len(uploads))
	}
	var out []cleaned
	for _, u := range uploads {
		c, err := clean.Clean(u.Name, u.Data)
		if err != nil {
			return nil, err
		}
		sum, err := hex.DecodeString(c.SHA256)
		if err != nil {
			return nil, err
		}
		f := cleaned{name: c.Name, mime: c.MIME, data: c.Data, sum: sum}
		if keepFacts {
			f.taken, f.lat, f.lon, _ = clean.PictureFacts(u.Data)
		}
		out = append(out, f)
	}
	return out, nil
}

// putFiles seals the files and stores them before the row that names them. A key follows from
// form and content, so that a repeat replaces a file by itself.
func (s *Service) putFiles(ctx context.Context, seed string, uploads []cleaned) ([]exchange.File, error) {
	out := make([]exchange.File, 0, len(uploads))
	for _, u := range uploads {
		key := hex.EncodeToString(s.store.Keys.BlindIndex("inbox_file.key", seed+"\x00"+hex.EncodeToString(u.sum))[:16])
		sealed, err := sealing.SealTo(s.store.Keys.TipKey(), "inbox_file:"+key, u.data)
		if err != nil {
			return nil, err
		}
		if err := s.store.Inbox.Put(ctx, key, bytes.NewReader(sealed)); err != nil {
			return nil, err
		}
		out = append(out, exchange.File{Key: key, Name: u.name, MIME: u.mime, Size: int64(len(u.data)), SHA256: u.sum,
			TakenAt: u.taken, Lat: u.lat, Lon: u.lon})
	}
	return out, nil
}
