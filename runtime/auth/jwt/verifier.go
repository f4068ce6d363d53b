package jwt

import (
	"fmt"
	"slices"
	"sync"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/value"
)

// Verifier judges tokens. It is safe for concurrent use.
type Verifier struct {
	core  *gw.Core
	cfg   Config
	style style
	cache cache
	work  sync.Pool // of *work
}

// work is the memory of one verification.
type work struct {
	doc       value.Document
	header    []byte
	payload   []byte
	signature []byte
	text      []byte // of claims
}

// NewVerifier makes a verifier. What is wrong with cfg is said by the core's Start; the verifier then refuses all tokens.
func NewVerifier(core *gw.Core, cfg Config) *Verifier {
	cfg.Issuers, cfg.Audience = slices.Clone(cfg.Issuers), slices.Clone(cfg.Audience)
	if err := cfg.check(); err != nil {
		core.Fail(fmt.Errorf("token verifier: %w", err))
		cfg.Issuers = nil
	}
	v := &Verifier{core: core, cfg: cfg}
	if cfg.Cognito {
		v.style = styleREST
	}
	v.work.New = func() any { return new(work) }
	return v
}

// Verify judges the token in text, which may have Bearer and a space before it in any case. With scopes, it must have
// at least one of them. The token is nil unless the result is Valid. It may wait for the issuer's keys when the token
// names one that is not known, at most 1.5 seconds and rarely: others are not held up.
func (v *Verifier) Verify(text string, scopes ...string) (*Token, Result) {
	if len(text) >= 7 && text[6] == ' ' && equalFold(text[:6], "bearer") {
		text = text[7:]
	}
	if text == "" {
		return nil, Missing
	}
	if len(text) > maxToken {
		return nil, Malformed
	}
	now := v.core.Now().UnixNano()
	if known := v.cache.get(text); known != nil {
		if known.good(now) {
			return v.admit(known.token, scopes)
		}
		v.cache.forget(text, known)
	}
	known, result := v.judge(text)
	if result != Valid {
		return nil, result
	}
	v.cache.put(text, known, now)
	return v.admit(known.token, scopes)
}

// admit checks what depends on the scopes that a route asks for.
func (v *Verifier) admit(t *Token, scopes []string) (*Token, Result) {
	if v.cfg.Cognito {
		want := "id"
		if len(scopes) > 0 {
			want = "access"
		}
		if t.use != want {
			return nil, WrongUse
		}
	}
	if len(scopes) == 0 {
		return t, Valid
	}
	for _, scope := range scopes {
		if t.Has(scope) {
			return t, Valid
		}
	}
	return nil, InsufficientScope
}

// judge verifies a token that is not known.
func (v *Verifier) judge(text string) (*verified, Result) {
	p, ok := split(text)
	if !ok {
		return nil, Malformed
	}
	w := v.work.Get().(*work)
	defer v.work.Put(w)
	defer w.doc.Reset()
	if w.header, ok = appendDecoded(w.header[:0], p.header); !ok {
		return nil, Malformed
	}
	h, result := parseHeader(&w.doc, textOf(w.header))
	if result != Valid {
		return nil, result
	}
	if w.payload, ok = appendDecoded(w.payload[:0], p.payload); !ok {
		return nil, Malformed
	}
	if w.signature, ok = appendDecoded(w.signature[:0], p.signature); !ok {
		return nil, Malformed
	}
	m, ok := parseObject(&w.doc, textOf(w.payload))
	if !ok {
		return nil, Malformed
	}
	return v.judgeClaims(w, h, readClaims(m), p.signed)
}

// judgeClaims looks for the issuer first, as only it knows the key. Nothing else of the claims is looked at before the
// signature is known to be good.
func (v *Verifier) judgeClaims(w *work, h header, c claims, signed string) (*verified, Result) {
	name, ok := c.issuer.AsString()
	issuer := v.issuer(name)
	if !ok || issuer == nil {
		return nil, WrongIssuer
	}
	k, result := issuer.key(keyName{h.keyID, h.algorithm.key})
	if result != Valid {
		return nil, result
	}
	if !h.algorithm.verifies(k, bytesOf(signed), w.signature) {
		return nil, BadSignature
	}
	now := v.core.Now().UnixNano() // getting the key may have taken a while
	from, until, ok := c.times(issuer.cfg.ClockSkew)
	switch {
	case !ok:
		return nil, Invalid
	case now >= until:
		return nil, Expired
	case now < from:
		return nil, NotYetValid
	case len(v.cfg.Audience) > 0 && !c.isFor(v.cfg.Audience):
		return nil, WrongAudience
	}
	t := c.token(v.style, &w.text)
	t.from, t.until = from, until
	known := &verified{token: t, issuer: issuer, key: k}
	if !known.good(now) { // the key went away meanwhile
		return nil, UnknownKey
	}
	return known, Valid
}

// issuer is the issuer called name, nil when its tokens are not accepted.
func (v *Verifier) issuer(name string) *Issuer {
	for _, issuer := range v.cfg.Issuers {
		if issuer.cfg.Issuer == name {
			return issuer
		}
	}
	return nil
}
