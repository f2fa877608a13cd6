package gate

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"mingzhi/backoffice/problem"
	"mingzhi/storage/sealing"
)

// The two directions. What goes outward the court signs, what goes inward the internet half.
const (
	Outward = "outward" // rows of disclosed
	Inward  = "inward"  // rows of inbox with their files
)

var families = map[string]string{Outward: sealing.GateCourt, Inward: sealing.GatePublic}

// Batch is one file through the gate. It stands by itself: each row is the whole row as it was
// when the batch was made, or its absence.
type Batch struct {
	Format    int       `json:"format"`
	Direction string    `json:"direction"`
	Number    int       `json:"number"`
	MadeAt    time.Time `json:"made_at"`
	Rows      []Row     `json:"rows"`
	Files     []File    `json:"files,omitempty"`
}

// Row is one row of a table; no Row means that it is gone.
type Row struct {
	Court string          `json:"c"`
	Table string          `json:"t"`
	Key   string          `json:"k"`
	Seq   int64           `json:"s"`
	Row   json.RawMessage `json:"r,omitempty"`
}

// File is a sealed file of the inbox.
type File struct {
	Key  string `json:"key"`
	Data []byte `json:"data"`
}

// Name is the batch's file name.
func (b *Batch) Name() string { return fmt.Sprintf("%s-%08d.mzgate", b.Direction, b.Number) }

const magic = "MZGATE1"

// maxBatch bounds what is unpacked into memory.
const maxBatch = 1 << 30

// Seal writes the batch: a head with key and signature, and the packed content they stand for.
func (b *Batch) Seal(keys string) ([]byte, error) {
	var body bytes.Buffer
	z := gzip.NewWriter(&body)
	if err := json.NewEncoder(z).Encode(b); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	id, signature, err := sealing.Sign(keys, families[b.Direction], body.Bytes())
	if err != nil {
		return nil, err
	}
	head := strings.Join([]string{magic, b.Direction, id, base64.StdEncoding.EncodeToString(signature)}, " ") + "\n"
	return append([]byte(head), body.Bytes()...), nil
}

// Open checks the signature before anything else is read, and refuses what was not made by the
// other side, for this direction, and whole.
func Open(keys, direction string, sealed []byte) (*Batch, error) {
	head, body, found := bytes.Cut(sealed, []byte("\n"))
	parts := strings.Split(string(head), " ")
	if !found || len(head) > 1024 || len(parts) != 4 || parts[0] != magic {
		return nil, refuse("gate.format", "这不是明执的网闸批次文件，或者文件不完整。没有导入任何内容，请重新传送。")
	}
	if parts[1] != direction {
		return nil, refuse("gate.direction", "这是另一个方向的批次，不能在这一侧导入。")
	}
	signature, err := base64.StdEncoding.DecodeString(parts[3])
	if err != nil {
		return nil, forged
	}
	ok, err := sealing.Verify(keys, families[direction], parts[2], body, signature)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, forged
	}
	return unpack(body, direction)
}

func unpack(body []byte, direction string) (*Batch, error) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, forged
	}
	var b Batch
	d := json.NewDecoder(io.LimitReader(z, maxBatch))
	if err := d.Decode(&b); err != nil || b.Format != 1 || b.Direction != direction {
		return nil, refuse("gate.content", "批次的内容读不懂：两侧的程序版本可能不一致。没有导入任何内容，请先把两侧升级到同一版本。")
	}
	return &b, nil
}

var forged = refuse("gate.forged", "批次的签名不对：文件被改动过，或者不是对方签发的。没有导入任何内容，请保留原件并通知双方管理员。")

func refuse(key, text string) *problem.Error { return problem.New(problem.Refused, key, text) }
