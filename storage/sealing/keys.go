package sealing

import (
	"crypto/cipher"
	"crypto/ecdsa"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm4"
	"github.com/emmansun/gmsm/smx509"

	"mingzhi/backoffice/problem"
)

// The families of keys; a family's file name is "<family>-<year><letters><suffix>".
const (
	Field       = "field"        // fields in the court's tables
	Courier     = "courier"      // addresses of messages: the court half seals, the courier opens
	IndexCourt  = "index-court"  // blind indexes that only the court half can compute
	IndexPublic = "index-public" // blind indexes by which the public half looks things up
	Tip         = "tip"          // the pair with which the internet half seals what it cannot read
	GateCourt   = "gate-court"   // the pair with which the court half signs what goes out through the gate
	GatePublic  = "gate-public"  // the pair with which the internet half signs what goes in
)

var suffixes = map[string]string{
	Field: ".sm4", Courier: ".sm4", IndexCourt: ".sm3", IndexPublic: ".sm3", Tip: ".sm2", GateCourt: ".sm2", GatePublic: ".sm2",
}

var fileName = regexp.MustCompile(`^(field|courier|index-court|index-public|tip|gate-court|gate-public)-(\d{4}[a-z]{1,3})(\.sm4|\.sm3|\.sm2\.pub|\.sm2)$`)

// ring holds every key of one family; the last id seals, all of them open.
type ring[K any] struct {
	ids  []string
	keys map[string]K
}

func (r *ring[K]) add(id string, key K) {
	if r.keys == nil {
		r.keys = map[string]K{}
	}
	if _, known := r.keys[id]; known {
		return
	}
	r.keys[id] = key
	r.ids = append(r.ids, id)
	// 2026z precedes 2026aa: within a year the shorter label is the older.
	sort.Slice(r.ids, func(i, j int) bool {
		a, b := label(r.ids[i]), label(r.ids[j])
		if a[:4] != b[:4] || len(a) == len(b) {
			return a < b
		}
		return len(a) < len(b)
	})
}

func (r *ring[K]) newest() (id string, key K) {
	if len(r.ids) == 0 {
		return "", key
	}
	id = r.ids[len(r.ids)-1]
	return id, r.keys[id]
}

func (r *ring[K]) find(id string) (K, error) {
	key, ok := r.keys[id]
	if !ok {
		return key, problem.New(problem.Unavailable, "sealing.key_missing",
			"系统缺少打开这份内容的密钥（"+id+"），请联系管理员从密钥备份中恢复。", "key", id)
	}
	return key, nil
}

func label(id string) string {
	for i := 0; i < len(id); i++ {
		if id[i] >= '0' && id[i] <= '9' {
			return id[i:]
		}
	}
	return id
}

// keyFiles reads the wanted kinds of key file and nothing else: a half never even
// opens a key that is not its own.
func keyFiles(dir string, wanted map[string]bool, each func(family, id, suffix string, raw []byte) error) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return missing(dir, "密钥文件夹").Because(err)
	}
	for _, entry := range entries {
		m := fileName.FindStringSubmatch(entry.Name())
		if m == nil || !wanted[m[1]+m[3]] {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err == nil {
			err = each(m[1], m[1]+"-"+m[2], m[3], raw)
		}
		if err != nil {
			return problem.New(problem.Unavailable, "sealing.key_unreadable",
				"密钥文件 "+entry.Name()+" 读不出或已损坏，请从密钥备份中恢复。", "file", entry.Name()).Because(err)
		}
	}
	return nil
}

func missing(dir, what string) *problem.Error {
	return problem.New(problem.Unavailable, "sealing.key_missing",
		"在 "+dir+" 中找不到"+what+"：请从密钥备份中恢复，或检查密钥文件夹的设置。切勿另建新密钥，否则原有密文无法打开。",
		"dir", dir, "key", what)
}

func decodeHex(raw []byte, size int) ([]byte, error) {
	for len(raw) > 0 && (raw[len(raw)-1] == '\n' || raw[len(raw)-1] == '\r') {
		raw = raw[:len(raw)-1]
	}
	key := make([]byte, hex.DecodedLen(len(raw)))
	if _, err := hex.Decode(key, raw); err != nil {
		return nil, errors.New("the key is not hexadecimal") // err would quote a byte of the key
	}
	if len(key) != size {
		return nil, fmt.Errorf("the key has %d bytes, want %d", len(key), size)
	}
	return key, nil
}

func decodeSM4(raw []byte) (cipher.AEAD, error) {
	key, err := decodeHex(raw, sm4.BlockSize)
	if err != nil {
		return nil, err
	}
	return gcm(key)
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := sm4.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func decodePrivate(raw []byte) (*sm2.PrivateKey, error) {
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, errors.New("no PEM block")
	}
	key, err := smx509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	private, ok := key.(*sm2.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%T is not an SM2 key", key)
	}
	return private, nil
}

func decodePublic(raw []byte) (*ecdsa.PublicKey, error) {
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, errors.New("no PEM block")
	}
	key, err := smx509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	public, ok := key.(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(public) {
		return nil, fmt.Errorf("%T is not an SM2 key", key)
	}
	return public, nil
}
