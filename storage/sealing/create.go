package sealing

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"mingzhi/backoffice/problem"
)

// Create makes one key for every family that has none yet and leaves existing keys alone.
func Create(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return cannotWrite(err)
	}
	for _, family := range []string{Field, Courier, IndexCourt, IndexPublic, Tip, GateCourt, GatePublic} {
		labels, err := existing(dir, family)
		if err != nil {
			return err
		}
		if len(labels.ids) > 0 {
			continue
		}
		if err := write(dir, family+"-"+strconv.Itoa(time.Now().Year())+"a", suffixes[family]); err != nil {
			return err
		}
	}
	return nil
}

// Rotate adds a newer key to a family and returns its id: it seals from the next Open on,
// older keys go on opening what they sealed.
func Rotate(dir, family string) (id string, err error) {
	labels, err := existing(dir, family)
	if err != nil {
		return "", err
	}
	year := strconv.Itoa(time.Now().Year())
	id = family + "-" + year + "a"
	if last, _ := labels.newest(); last != "" && label(last)[:4] >= year {
		id = family + "-" + label(last)[:4] + successor(label(last)[4:])
	}
	return id, write(dir, id, suffixes[family])
}

func successor(letters string) string {
	b := []byte(letters)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < 'z' {
			b[i]++
			return string(b)
		}
		b[i] = 'a'
	}
	return "a" + string(b)
}

func existing(dir, family string) (ring[bool], error) {
	var found ring[bool]
	suffix, ok := suffixes[family]
	if !ok {
		return found, problem.New(problem.Invalid, "sealing.family_unknown", "没有名为 "+family+" 的密钥种类。")
	}
	err := keyFiles(dir, map[string]bool{family + suffix: true}, func(_, id, _ string, _ []byte) error {
		found.add(id, true)
		return nil
	})
	return found, err
}

func write(dir, id, suffix string) error {
	path := filepath.Join(dir, id+suffix)
	switch suffix {
	case ".sm4", ".sm3":
		key := make([]byte, map[string]int{".sm4": 16, ".sm3": 32}[suffix])
		rand.Read(key)
		return writeNew(path, []byte(hex.EncodeToString(key)+"\n"), 0o600)
	}
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	private, err := smx509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	public, err := smx509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	if err := writeNew(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600); err != nil {
		return err
	}
	return writeNew(path+".pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o644)
}

// writeNew never replaces a key and never leaves half of one: the whole file is linked
// into place, and a link fails when the name is taken.
func writeNew(path string, content []byte, mode fs.FileMode) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-key-*")
	if err != nil {
		return cannotWrite(err)
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(content)
	err = errors.Join(err, temp.Chmod(mode), temp.Sync(), temp.Close())
	if err == nil {
		err = os.Link(temp.Name(), path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return cannotWrite(err)
	}
	return nil
}

func cannotWrite(err error) error {
	return problem.New(problem.Unavailable, "sealing.cannot_write",
		"密钥文件写不进去：请检查密钥文件夹的权限和磁盘空间。").Because(err)
}
