package jwt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"math/big"
)

// keyType is what an algorithm needs of a key. Keys are found by it, so that none is ever used for another algorithm's
// kind.
type keyType uint8

const (
	noKey keyType = iota
	rsaKey
	p256Key
	p384Key
	p521Key
	ed25519Key
)

// algorithm is a way to sign that is accepted.
type algorithm struct {
	name string
	key  keyType
	hash crypto.Hash
	pss  bool
}

// algorithms are all that are accepted (RFC 7518 3.1, RFC 8037 3.1). There is no HMAC: its key would be a secret, and
// issuers publish theirs.
var algorithms = [...]algorithm{
	{name: "RS256", key: rsaKey, hash: crypto.SHA256},
	{name: "RS384", key: rsaKey, hash: crypto.SHA384},
	{name: "RS512", key: rsaKey, hash: crypto.SHA512},
	{name: "PS256", key: rsaKey, hash: crypto.SHA256, pss: true},
	{name: "PS384", key: rsaKey, hash: crypto.SHA384, pss: true},
	{name: "PS512", key: rsaKey, hash: crypto.SHA512, pss: true},
	{name: "ES256", key: p256Key, hash: crypto.SHA256},
	{name: "ES384", key: p384Key, hash: crypto.SHA384},
	{name: "ES512", key: p521Key, hash: crypto.SHA512},
	{name: "EdDSA", key: ed25519Key},
}

// algorithmOf is the algorithm called name, with its case; nil when it is not accepted.
func algorithmOf(name string) *algorithm {
	for i := range algorithms {
		if algorithms[i].name == name {
			return &algorithms[i]
		}
	}
	return nil
}

// verifies reports whether signature is a's over signed, by key.
func (a *algorithm) verifies(key *key, signed, signature []byte) bool {
	if key.kind != a.key || key.algorithm != "" && key.algorithm != a.name {
		return false
	}
	switch public := key.public.(type) {
	case *rsa.PublicKey:
		return a.verifiesRSA(public, signed, signature)
	case *ecdsa.PublicKey:
		return a.verifiesECDSA(public, signed, signature)
	case ed25519.PublicKey:
		return len(signature) == ed25519.SignatureSize && ed25519.Verify(public, signed, signature)
	default:
		return false
	}
}

// digest puts the hash of signed into dst.
func (a *algorithm) digest(dst *[sha512.Size]byte, signed []byte) []byte {
	switch a.hash {
	case crypto.SHA256:
		sum := sha256.Sum256(signed)
		return append(dst[:0], sum[:]...)
	case crypto.SHA384:
		sum := sha512.Sum384(signed)
		return append(dst[:0], sum[:]...)
	default:
		*dst = sha512.Sum512(signed)
		return dst[:]
	}
}

func (a *algorithm) verifiesRSA(public *rsa.PublicKey, signed, signature []byte) bool {
	var sum [sha512.Size]byte
	digest := a.digest(&sum, signed)
	if a.pss { // RFC 7518 3.5: the salt is as long as the hash
		options := rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: a.hash}
		return rsa.VerifyPSS(public, a.hash, digest, signature, &options) == nil
	}
	return rsa.VerifyPKCS1v15(public, a.hash, digest, signature) == nil
}

// verifiesECDSA takes r and s at their full length (RFC 7518 3.4).
func (a *algorithm) verifiesECDSA(public *ecdsa.PublicKey, signed, signature []byte) bool {
	size := (public.Curve.Params().BitSize + 7) / 8
	if len(signature) != 2*size {
		return false
	}
	r, s := new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:])
	if r.Sign() == 0 || s.Sign() == 0 {
		return false
	}
	var sum [sha512.Size]byte
	return ecdsa.Verify(public, a.digest(&sum, signed), r, s)
}
