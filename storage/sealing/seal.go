package sealing

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/emmansun/gmsm/sm2"
)

const (
	version     = 1
	algSM4GCM   = 1 // nonce, ciphertext
	algEnvelope = 2 // length and SM2 ciphertext (ASN.1) of an SM4 key, nonce, ciphertext
)

// ErrUnopened means that the sealed bytes were changed, cut off, or moved to another row.
var ErrUnopened = errors.New("sealing: changed, cut off or not of this row")

// Seal seals a field of the court's tables. aad is "table.column:rowid"; it is not kept, and
// opening with another fails, so that a ciphertext cannot be moved to another row.
func (k *Keyring) Seal(aad string, plain []byte) ([]byte, error) { return seal(&k.field, aad, plain) }

// Open opens what Seal sealed, under whichever key it was.
func (k *Keyring) Open(aad string, sealed []byte) ([]byte, error) { return open(&k.field, aad, sealed) }

// SealCourier seals a message's address for the courier; a login code's travels the same way.
func (k *PublicKeyring) SealCourier(aad string, plain []byte) ([]byte, error) {
	return seal(&k.courier, aad, plain)
}

// OpenCourier opens what SealCourier sealed.
func (k *PublicKeyring) OpenCourier(aad string, sealed []byte) ([]byte, error) {
	return open(&k.courier, aad, sealed)
}

// TipKey is the newest public key for tips.
func (k *PublicKeyring) TipKey() *PublicKey {
	id, key := k.tip.newest()
	return &PublicKey{ID: id, key: key}
}

// KeyID reads from sealed bytes which key sealed them, for re-sealing after a rotation.
func KeyID(sealed []byte) (string, error) {
	if len(sealed) < 3 || len(sealed) < 3+int(sealed[2]) {
		return "", ErrUnopened
	}
	return string(sealed[3 : 3+int(sealed[2])]), nil
}

func header(alg byte, id string) []byte {
	return append([]byte{version, alg, byte(len(id))}, id...)
}

func parse(sealed []byte, alg byte) (id string, head, rest []byte, err error) {
	id, err = KeyID(sealed)
	if err != nil {
		return "", nil, nil, err
	}
	if sealed[0] != version || sealed[1] != alg {
		return "", nil, nil, fmt.Errorf("%w: version %d algorithm %d", ErrUnopened, sealed[0], sealed[1])
	}
	return id, sealed[:3+len(id)], sealed[3+len(id):], nil
}

func seal(r *ring[cipher.AEAD], aad string, plain []byte) ([]byte, error) {
	id, key := r.newest()
	if key == nil {
		_, err := r.find(id)
		return nil, err
	}
	return box(key, header(algSM4GCM, id), aad, plain), nil
}

func open(r *ring[cipher.AEAD], aad string, sealed []byte) ([]byte, error) {
	id, head, rest, err := parse(sealed, algSM4GCM)
	if err != nil {
		return nil, err
	}
	key, err := r.find(id)
	if err != nil {
		return nil, err
	}
	return unbox(key, head, aad, rest)
}

// box authenticates the header together with the caller's aad: neither the key id nor the
// algorithm can be exchanged.
func box(key cipher.AEAD, head []byte, aad string, plain []byte) []byte {
	nonce := len(head)
	out := make([]byte, nonce+key.NonceSize(), nonce+key.NonceSize()+len(plain)+key.Overhead())
	copy(out, head)
	rand.Read(out[nonce:])
	return key.Seal(out, out[nonce:], plain, bind(head, aad))
}

func unbox(key cipher.AEAD, head []byte, aad string, rest []byte) ([]byte, error) {
	if len(rest) < key.NonceSize()+key.Overhead() {
		return nil, ErrUnopened
	}
	plain, err := key.Open(nil, rest[:key.NonceSize()], rest[key.NonceSize():], bind(head, aad))
	if err != nil {
		return nil, ErrUnopened
	}
	return plain, nil
}

func bind(head []byte, aad string) []byte {
	bound := make([]byte, 0, len(head)+len(aad))
	return append(append(bound, head...), aad...)
}

// SealTo puts content into an SM2 envelope which only the holder of the private key opens:
// the machine that took it in cannot read it again.
func SealTo(pub *PublicKey, aad string, plain []byte) ([]byte, error) {
	once := make([]byte, 16)
	rand.Read(once)
	wrapped, err := sm2.EncryptASN1(rand.Reader, pub.key, once)
	if err != nil {
		return nil, fmt.Errorf("wrap with %s: %w", pub.ID, err)
	}
	key, err := gcm(once)
	if err != nil {
		return nil, err
	}
	head := binary.BigEndian.AppendUint16(header(algEnvelope, pub.ID), uint16(len(wrapped)))
	return box(key, append(head, wrapped...), aad, plain), nil
}

// Unseal opens what SealTo sealed.
func (k *Keyring) Unseal(aad string, sealed []byte) ([]byte, error) {
	id, head, rest, err := parse(sealed, algEnvelope)
	if err != nil {
		return nil, err
	}
	private, err := k.tip.find(id)
	if err != nil {
		return nil, err
	}
	if len(rest) < 2 || len(rest) < 2+int(binary.BigEndian.Uint16(rest)) {
		return nil, ErrUnopened
	}
	end := 2 + int(binary.BigEndian.Uint16(rest))
	once, err := sm2.Decrypt(private, rest[2:end])
	if err != nil || len(once) != 16 {
		return nil, ErrUnopened
	}
	key, err := gcm(once)
	if err != nil {
		return nil, err
	}
	return unbox(key, sealed[:len(head)+end], aad, rest[end:])
}
