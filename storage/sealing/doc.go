// Package sealing is the cryptography of both halves: it seals fields and tips with the national algorithms SM2, SM3 and SM4 and makes the blind indexes by which sealed values are found.
package sealing
