package matter

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
	"github.com/google/uuid"

	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
	"mingzhi/storage/files/clean"
)

// Upload is a file as somebody at the desk handed it in.
type Upload struct {
	Name string
	Data []byte
}

// Answers is what was filled in: values by field, a row's under FIELD.N.COLUMN, materials under MaterialKey; files the same.
type Answers struct {
	Values map[string]string
	Files  map[string]Upload
}

// brought is a file that lies sealed in the court's store.
type brought struct {
	id              uuid.UUID
	key, name, mime string
	size            int64
	sum             []byte
}

// kept are the kinds that are kept as they are: papers and recordings of the court's own people, which are given out again only as
// downloads. Pictures are made anew without what they say of place and camera.
var kept = []string{"application/pdf", "application/msword", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/vnd.ms-excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.ms-outlook", "text/plain",
	"audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/wav", "video/mp4"}

const maxUpload = 32 << 20

// bring puts files into the store before the transaction; a transaction that fails leaves sealed files that nothing names.
func (e *Engine) bring(ctx context.Context, court string, uploads map[string]Upload) (map[string]brought, error) {
	form := problem.Form{}
	out := map[string]brought{}
	for field, u := range uploads {
		b, data, err := inspect(u)
		if p, ok := problem.As(err); ok {
			form.Add(field, p)
			continue
		}
		if err != nil {
			return nil, err
		}
		b.key = fmt.Sprintf("%s/matter/%s", court, b.id)
		sealed, err := e.store.Keys.Seal("court_file:"+b.key, data)
		if err != nil {
			return nil, err
		}
		if err := e.store.Files.Put(ctx, b.key, bytes.NewReader(sealed)); err != nil {
			return nil, err
		}
		out[field] = b
	}
	return out, form.Err()
}

func inspect(u Upload) (brought, []byte, error) {
	b := brought{id: storage.NewID(), name: name(u.Name), mime: mimetype.Detect(u.Data).String()}
	b.mime, _, _ = strings.Cut(b.mime, ";")
	switch {
	case len(u.Data) == 0:
		return b, nil, problem.New(problem.Invalid, "upload.empty", "这个文件是空的，请重新选择。")
	case len(u.Data) > maxUpload:
		return b, nil, problem.New(problem.TooLarge, "upload.too_large", "文件超过{mb}兆，请压缩或者分成几个。", "mb", maxUpload>>20)
	}
	data := u.Data
	if !slices.Contains(kept, b.mime) {
		c, err := clean.Clean(u.Name, u.Data)
		if err != nil {
			if strings.HasPrefix(b.mime, "image/") {
				return b, nil, err
			}
			return b, nil, problem.New(problem.Invalid, "matter.file_kind", "这种文件不能上传。可以上传：PDF、Word、Excel、图片、录音（MP3、M4A、WAV）和录像（MP4）。")
		}
		data, b.name, b.mime = c.Data, c.Name, c.MIME
	}
	sum := sha256.Sum256(data)
	b.size, b.sum = int64(len(data)), sum[:]
	return b, data, nil
}

func name(raw string) string {
	raw = path.Base(strings.ReplaceAll(raw, `\`, "/"))
	raw = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`<>:"/|?*`, r) {
			return '_'
		}
		return r
	}, raw)
	if r := []rune(raw); len(r) > 80 {
		raw = string(r[len(r)-80:])
	}
	return raw
}

// attach names the files in the matter's own list.
func (s *state) attach(ctx context.Context, tx *storage.Tx, files map[string]brought) error {
	for _, b := range files {
		err := tx.InsertApplicationFile(ctx, courtdb.InsertApplicationFileParams{Court: tx.Court, ID: b.id, MatterID: s.ID, Name: b.name, Mime: b.mime,
			Size: b.size, Sha256: b.sum, StoreKey: b.key})
		if err != nil {
			return err
		}
	}
	return nil
}

// Paper is the value of a material whose paper copy is in.
const Paper = "paper"

// Material is a paper or file that a step needs, and whether it is there.
type Material struct {
	Key, Name string
	Have      string // Paper, the id of the file, or empty
	Maybe     bool   // needed only under a condition on what the same form asks
}

// Materials are what a step needs under these facts, as far as the book asks for it.
func (s *state) need(tx *storage.Tx, step *rulebook.Step) ([]Material, error) {
	have, _ := s.form["materials"].(map[string]any)
	var out []Material
	for i, m := range s.process.Materials {
		if m.Step != step.ID {
			continue
		}
		needed, err := tx.Book.Holds(m.When, s.vars())
		maybe := (err != nil || !needed) && slices.ContainsFunc(append(slices.Clone(s.mends(tx.Actor, step)), step.Fields()...), func(f rulebook.Field) bool { return strings.Contains(m.When, "form."+f.ID) })
		if err != nil && !maybe {
			return nil, err
		}
		if !needed && !maybe {
			continue
		}
		for j, n := range m.Need {
			out = append(out, Material{Key: fmt.Sprintf("material.%d.%d", i, j), Name: n, Have: text(have[n]), Maybe: maybe})
		}
	}
	return out, nil
}

// materials takes in what came with a step, and asks for what is missing.
func (s *state) materials(tx *storage.Tx, step *rulebook.Step, values map[string]string, files map[string]brought, form *problem.Form) error {
	list, err := s.need(tx, step)
	if err != nil || len(list) == 0 {
		return err
	}
	have, _ := s.form["materials"].(map[string]any)
	if have == nil {
		have = map[string]any{}
	}
	for _, m := range list {
		if b, ok := files[m.Key]; ok {
			have[m.Name] = b.id.String()
		} else if values[m.Key] != "" {
			have[m.Name] = Paper
		}
		if text(have[m.Name]) == "" && !m.Maybe {
			form.Add(m.Key, problem.New(problem.Invalid, "matter.material", "还缺“{name}”：请上传文件，或者勾选纸质件已收。", "name", m.Name))
		}
	}
	s.form["materials"] = have
	return nil
}
