package sigv4

import (
	"crypto/sha256"
	"crypto/subtle"

	gw "github.com/gatewright/gatewright/runtime"
)

// Authenticate is who signed the request of c, or the fault that answers it: MissingAuthenticationToken,
// IncompleteSignature, InvalidSignature, UnrecognizedClient, ExpiredToken (rest.md, sections 3.4 and 12.5), and what
// reading the body may end in. Nothing of the request may be trusted, and its body not be read, before. A body that
// was signed in pieces is put together for whatever reads it later.
func (v *Verifier) Authenticate(c *gw.Ctx) (*Caller, gw.Fault) {
	w := v.idle.Get().(*work)
	defer v.put(w)
	if f := w.readClaim(c); f != gw.OK {
		return nil, f
	}
	if f := w.checkTime(c); f != gw.OK {
		return nil, f
	}
	if f := w.checkNames(c); f != gw.OK {
		return nil, f
	}
	if f := w.checkScope(c, &v.scope); f != gw.OK {
		return nil, f
	}
	return v.verify(c, w)
}

func (v *Verifier) put(w *work) {
	if cap(w.text) > keptText || cap(w.canonical) > keptText || cap(w.pairs) > keptPairs {
		return
	}
	w.reset()
	v.idle.Put(w)
}

// verify checks the signature, the session token and the body. An unknown access key goes the same way to its end.
func (v *Verifier) verify(c *gw.Ctx, w *work) (*Caller, gw.Fault) {
	hash, f := w.payloadHash(c)
	if f != gw.OK {
		return nil, f
	}
	p, known := v.principals[w.keyID]
	if !known {
		p = v.nobody
	}
	now := p.current.get()
	key := now.dayKey(w.at.Unix()/secondsOfDay, w.day, &v.scope)
	matches := w.matches(c, key, hash) && !w.ambiguous
	token := now.check(w.token)
	switch {
	case !known:
		return nil, gw.UnrecognizedClient
	case token == oldToken:
		return nil, gw.ExpiredToken
	case !matches:
		return nil, w.mismatch(c, hash)
	case token != goodToken:
		return nil, gw.UnrecognizedClient
	}
	if f := w.checkPayload(c, key); f != gw.OK {
		return nil, f
	}
	return &p.caller, gw.OK
}

const secondsOfDay = 24 * 60 * 60

// matches reports whether the signature is one of the request, in any of the forms that signers give it. The forms differ
// in nothing that a request could mean: in slashes without a segment between them, which the algorithm's description
// takes away and most signers keep, and in whether parameters are sorted before they are encoded or behind it.
func (w *work) matches(c *gw.Ctx, key *dayKey, hash string) bool {
	if w.matchesAs(c, key, hash, false) {
		return true
	}
	doubled := hasDoubledSlash(c.SentPath())
	if doubled && w.matchesAs(c, key, hash, true) {
		return true
	}
	if !w.encoded {
		return false
	}
	w.sortPairs(byDecoded)
	defer w.sortPairs(byEncoded)
	return w.matchesAs(c, key, hash, false) || doubled && w.matchesAs(c, key, hash, true)
}

func (w *work) matchesAs(c *gw.Ctx, key *dayKey, hash string, collapsed bool) bool {
	w.compose(c, hash, collapsed)
	w.made = key.sign(w.made[:0], w.toSign, &w.sum)
	return subtle.ConstantTimeCompare(w.made, bytesOf(w.signature)) == 1
}

// compose makes the canonical request and the string to sign (the steps of Signature Version 4).
func (w *work) compose(c *gw.Ctx, hash string, collapsed bool) {
	w.canonical = w.appendCanonical(w.canonical[:0], c, hash, collapsed)
	sum := sha256.Sum256(w.canonical)
	dst := append(append(w.toSign[:0], algorithm...), '\n')
	dst = append(append(dst, w.stamp...), '\n')
	dst = append(append(dst, w.scope...), '\n')
	w.toSign = appendHex(dst, sum[:])
}
