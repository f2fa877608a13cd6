package sealing

import (
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/hmac"
	"encoding/binary"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
)

// Keyring is the court half's keys; it is safe for concurrent use.
type Keyring struct {
	field  ring[cipher.AEAD]
	index  ring[[]byte]
	tip    ring[*sm2.PrivateKey]
	public PublicKeyring
}

// PublicKeyring is all that the internet half and the courier may hold: with it nobody can
// open a field of the court's tables or a tip.
type PublicKeyring struct {
	courier ring[cipher.AEAD]
	index   ring[[]byte]
	tip     ring[*ecdsa.PublicKey]
}

// PublicKey is a tip key's public part with its id.
type PublicKey struct {
	ID  string
	key *ecdsa.PublicKey
}

// Open reads the court half's keys and refuses when a family has none.
func Open(dir string) (*Keyring, error) {
	k := &Keyring{}
	if err := k.public.load(dir, true); err != nil {
		return nil, err
	}
	wanted := map[string]bool{Field + ".sm4": true, IndexCourt + ".sm3": true, Tip + ".sm2": true}
	err := keyFiles(dir, wanted, func(family, id, _ string, raw []byte) error {
		switch family {
		case Field:
			return load(&k.field, id, raw, decodeSM4)
		case IndexCourt:
			return load(&k.index, id, raw, decodeIndex)
		}
		if err := load(&k.tip, id, raw, decodePrivate); err != nil {
			return err
		}
		k.public.tip.add(id, &k.tip.keys[id].PublicKey)
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case len(k.field.ids) == 0:
		return nil, missing(dir, "字段密钥 field-*.sm4")
	case len(k.index.ids) == 0:
		return nil, missing(dir, "索引密钥 index-court-*.sm3")
	case len(k.tip.ids) == 0:
		return nil, missing(dir, "线索私钥 tip-*.sm2")
	}
	return k, nil
}

// OpenPublic reads only what the internet half may hold, whatever else lies in the folder.
func OpenPublic(dir string) (*PublicKeyring, error) {
	k := &PublicKeyring{}
	if err := k.load(dir, false); err != nil {
		return nil, err
	}
	return k, nil
}

func (k *PublicKeyring) load(dir string, courtHasTip bool) error {
	wanted := map[string]bool{Courier + ".sm4": true, IndexPublic + ".sm3": true, Tip + ".sm2.pub": !courtHasTip}
	err := keyFiles(dir, wanted, func(family, id, _ string, raw []byte) error {
		switch family {
		case Courier:
			return load(&k.courier, id, raw, decodeSM4)
		case IndexPublic:
			return load(&k.index, id, raw, decodeIndex)
		}
		return load(&k.tip, id, raw, decodePublic)
	})
	switch {
	case err != nil:
		return err
	case len(k.courier.ids) == 0:
		return missing(dir, "投递密钥 courier-*.sm4")
	case len(k.index.ids) == 0:
		return missing(dir, "索引密钥 index-public-*.sm3")
	case len(k.tip.ids) == 0 && !courtHasTip:
		return missing(dir, "线索公钥 tip-*.sm2.pub")
	}
	return nil
}

func load[K any](r *ring[K], id string, raw []byte, decode func([]byte) (K, error)) error {
	key, err := decode(raw)
	if err == nil {
		r.add(id, key)
	}
	return err
}

func decodeIndex(raw []byte) ([]byte, error) { return decodeHex(raw, 32) }

// Public is the part of the court's keyring that the internet half holds too; the court
// half uses it to write rows which the public half must be able to find and open.
func (k *Keyring) Public() *PublicKeyring { return &k.public }

// BlindIndex is the court half's search key for a sealed value. Normalise first: what
// differs by a space or a case is another value here.
func (k *Keyring) BlindIndex(purpose, normalised string) []byte {
	_, key := k.index.newest()
	return blind(key, purpose, normalised)
}

// BlindIndexes gives the search keys under every index key, newest first, for looking up
// while rows are being re-indexed after a rotation.
func (k *Keyring) BlindIndexes(purpose, normalised string) [][]byte {
	return blinds(&k.index, purpose, normalised)
}

// BlindIndex is the search key that both halves can compute.
func (k *PublicKeyring) BlindIndex(purpose, normalised string) []byte {
	_, key := k.index.newest()
	return blind(key, purpose, normalised)
}

// BlindIndexes gives the search keys under every index key, newest first.
func (k *PublicKeyring) BlindIndexes(purpose, normalised string) [][]byte {
	return blinds(&k.index, purpose, normalised)
}

func blinds(r *ring[[]byte], purpose, normalised string) [][]byte {
	all := make([][]byte, 0, len(r.ids))
	for i := len(r.ids) - 1; i >= 0; i-- {
		all = append(all, blind(r.keys[r.ids[i]], purpose, normalised))
	}
	return all
}

// blind puts the purpose's length first, so that no purpose and value run together into
// another pair's.
func blind(key []byte, purpose, normalised string) []byte {
	mac := hmac.New(sm3.New, key)
	mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(purpose))))
	mac.Write([]byte(purpose))
	mac.Write([]byte(normalised))
	return mac.Sum(nil)
}
