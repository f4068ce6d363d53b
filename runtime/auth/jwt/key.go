package jwt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/lestrrat-go/jwx/v3/jwk"
)

// key is a public key of an issuer. It stays the same value for as long as the issuer publishes it unchanged.
type key struct {
	id        string
	kind      keyType
	algorithm string // the only one that it is for; empty: any that fits its kind
	public    crypto.PublicKey
	gone      atomic.Bool // the issuer publishes it no longer
}

// keyName is what a key is found by. Keys of different kinds may share an id (RFC 7517 4.5).
type keyName struct {
	id   string
	kind keyType
}

// Bounds of a key set.
const (
	maxKeySet  = 512 << 10 // bytes; Amazon reads 150,000
	maxKeys    = 1000
	maxKeyID   = 1024 // bytes
	minRSABits = 2048
	maxRSABits = 8192 // verifying takes time that grows with the cube of it
)

// parseKeys reads a JWK set (RFC 7517). Keys that cannot verify tokens are left out and counted; a set without any
// other is an error, as it is likelier a mistake than the end of the issuer.
func parseKeys(text []byte) (keys map[keyName]*key, skipped int, err error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, 0, errors.New("it is no JWK set")
	}
	if len(set.Keys) > maxKeys {
		return nil, 0, fmt.Errorf("it has more than %d keys", maxKeys)
	}
	keys = make(map[keyName]*key, len(set.Keys))
	for _, raw := range set.Keys {
		k, err := parseKey(raw)
		if err != nil {
			skipped++
			continue
		}
		name := keyName{k.id, k.kind}
		if _, twice := keys[name]; twice {
			return nil, 0, errors.New("two of its keys have the same kid")
		}
		keys[name] = k
	}
	if len(keys) == 0 {
		return nil, 0, errors.New("it has no key that verifies tokens")
	}
	return keys, skipped, nil
}

// parseKey reads a JWK that may verify tokens.
func parseKey(raw []byte) (*key, error) {
	parsed, err := jwk.ParseKey(raw)
	if err != nil {
		return nil, fmt.Errorf("no JWK: %w", err)
	}
	if private, err := jwk.IsPrivateKey(parsed); err != nil || private {
		return nil, errors.New("a key that is secret, or was before it was published")
	}
	k := &key{}
	k.id, _ = parsed.KeyID()
	if k.id == "" || len(k.id) > maxKeyID {
		return nil, errors.New("a key without kid")
	}
	if use, ok := parsed.KeyUsage(); ok && use != "sig" {
		return nil, errors.New("a key for another use")
	}
	if ops, ok := parsed.KeyOps(); ok && !slices.Contains(ops, jwk.KeyOpVerify) {
		return nil, errors.New("a key for another use")
	}
	var public any
	if err := jwk.Export(parsed, &public); err != nil {
		return nil, fmt.Errorf("no public key: %w", err)
	}
	k.public = public
	if k.kind, err = kindOf(k.public); err != nil {
		return nil, err
	}
	if alg, ok := parsed.Algorithm(); ok {
		k.algorithm = alg.String()
		if a := algorithmOf(k.algorithm); a == nil || a.key != k.kind {
			return nil, errors.New("a key for another algorithm")
		}
	}
	return k, nil
}

// kindOf is the kind of a key that is strong enough.
func kindOf(public crypto.PublicKey) (keyType, error) {
	switch p := public.(type) {
	case *rsa.PublicKey:
		if bits := p.N.BitLen(); bits < minRSABits || bits > maxRSABits || p.N.Bit(0) == 0 || p.E < 3 || p.E&1 == 0 {
			return noKey, errors.New("an RSA key that is too short, too long or no key")
		}
		return rsaKey, nil
	case *ecdsa.PublicKey:
		if _, err := p.ECDH(); err != nil { // it checks that the point is on the curve
			return noKey, fmt.Errorf("an elliptic key: %w", err)
		}
		switch p.Curve {
		case elliptic.P256():
			return p256Key, nil
		case elliptic.P384():
			return p384Key, nil
		case elliptic.P521():
			return p521Key, nil
		}
	case ed25519.PublicKey:
		if len(p) == ed25519.PublicKeySize && !smallOrder(p) {
			return ed25519Key, nil
		}
	}
	return noKey, errors.New("a key of another kind")
}

// smallPoints are the y coordinates, with every way to write them, of the points whose order divides 8. A key that is
// one of them accepts signatures that anybody can make.
var smallPoints = [...][32]byte{
	{},
	{1},
	belowTop(0xec), // p-1
	belowTop(0xed), // p, which is 0
	belowTop(0xee), // p+1, which is 1
	{0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
		0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
	{0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
		0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
}

// belowTop is a number near 2^255 that ends in low, in the order of bytes that keys have.
func belowTop(low byte) (y [32]byte) {
	for i := range y {
		y[i] = 0xff
	}
	y[0], y[31] = low, 0x7f
	return y
}

func smallOrder(public ed25519.PublicKey) bool {
	y := [32]byte(public)
	y[31] &= 0x7f // the rest is the sign of x
	return slices.Contains(smallPoints[:], y)
}

// same reports whether both are one key, published twice.
func (k *key) same(other *key) bool {
	public, ok := k.public.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.id == other.id && k.kind == other.kind && k.algorithm == other.algorithm && public.Equal(other.public)
}
