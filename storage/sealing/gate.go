package sealing

import (
	"crypto/ecdsa"
	"crypto/rand"

	"github.com/emmansun/gmsm/sm2"
)

// Sign signs what goes through the gate with the newest key of a family (GateCourt or GatePublic)
// in a key folder, and names that key. SM2 with SM3, the default user id.
func Sign(dir, family string, content []byte) (id string, signature []byte, err error) {
	var own ring[*sm2.PrivateKey]
	err = keyFiles(dir, map[string]bool{family + ".sm2": true}, func(_, id, _ string, raw []byte) error {
		return load(&own, id, raw, decodePrivate)
	})
	if err != nil {
		return "", nil, err
	}
	if len(own.ids) == 0 {
		return "", nil, missing(dir, "网闸签名密钥 "+family+"-*.sm2")
	}
	id, key := own.newest()
	signature, err = key.Sign(rand.Reader, content, sm2.DefaultSM2SignerOpts)
	return id, signature, err
}

// Verify reports whether content carries the signature of the named key of a family, as far as
// its public part lies in the folder.
func Verify(dir, family, id string, content, signature []byte) (bool, error) {
	var theirs ring[*ecdsa.PublicKey]
	err := keyFiles(dir, map[string]bool{family + ".sm2.pub": true}, func(_, id, _ string, raw []byte) error {
		return load(&theirs, id, raw, decodePublic)
	})
	if err != nil {
		return false, err
	}
	if len(theirs.ids) == 0 {
		return false, missing(dir, "对方的网闸公钥 "+family+"-*.sm2.pub")
	}
	key, err := theirs.find(id)
	if err != nil {
		return false, nil
	}
	return sm2.VerifyASN1WithSM2(key, nil, content, signature), nil
}
