package inquiry

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"

	"mingzhi/backoffice/enforcement"
	"mingzhi/storage/sealing"
)

// ReceiptIndex is the purpose under which both halves index a receipt.
const ReceiptIndex = "tip.receipt"

func (s *Service) receiptHMAC(r enforcement.Receipt) []byte {
	return s.store.Keys.BlindIndex(ReceiptIndex, string(r))
}

func (s *Service) receiptHMACs(r enforcement.Receipt) [][]byte {
	return s.store.Keys.BlindIndexes(ReceiptIndex, string(r))
}

// seed ties the numbers to the form and to everything in it: sent again unchanged it gives the
// same numbers, changed it is a new tip.
func (t Tip) seed(court string, files []cleaned) (string, error) {
	t.Files = nil
	text, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	h.Write(text)
	for _, f := range files {
		h.Write(f.sum)
	}
	return court + "\x00" + t.Key + "\x00" + hex.EncodeToString(h.Sum(nil)), nil
}

// draw is an endless stream that only the holder of the public half's index key can compute.
func (s *Service) draw(use, seed string) io.Reader {
	return &stream{keys: s.store.Keys, use: "tip.draw." + use, seed: seed}
}

type stream struct {
	keys      *sealing.PublicKeyring
	use, seed string
	block     uint64
	rest      []byte
}

// Read never fails and never ends.
func (d *stream) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(d.rest) == 0 {
			d.rest = d.keys.BlindIndex(d.use, d.seed+"\x00"+string(binary.BigEndian.AppendUint64(nil, d.block)))
			d.block++
		}
		k := copy(p[n:], d.rest)
		n, d.rest = n+k, d.rest[k:]
	}
	return n, nil
}
