package jwt

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const issuerName = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab1"

// start is when tests begin.
var start = time.Unix(1_700_000_000, 0)

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// secrets are keys that sign, made once as RSA keys take long.
var secrets = sync.OnceValue(func() map[string]crypto.Signer {
	must := func(s crypto.Signer, err error) crypto.Signer {
		if err != nil {
			panic(err)
		}
		return s
	}
	rsaOf := func(bits int) crypto.Signer { k, err := rsa.GenerateKey(rand.Reader, bits); return must(k, err) }
	ecOf := func(c elliptic.Curve) crypto.Signer { k, err := ecdsa.GenerateKey(c, rand.Reader); return must(k, err) }
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	return map[string]crypto.Signer{
		"rsa": rsaOf(2048), "other": rsaOf(2048), "p256": ecOf(elliptic.P256()), "p384": ecOf(elliptic.P384()),
		"p521": ecOf(elliptic.P521()), "ed": must(ed, err),
	}
})

// public is the JWK of a secret, with members added to it.
func public(t testing.TB, kid string, key any, more map[string]any) map[string]any {
	parsed, err := jwk.Import(key)
	require.NoError(t, err)
	text, err := json.Marshal(parsed)
	require.NoError(t, err)
	members := map[string]any{}
	require.NoError(t, json.Unmarshal(text, &members))
	members["kid"] = kid
	for name, v := range more {
		members[name] = v
	}
	return members
}

// keySetOf is the JWK set of the named secrets, whose names are their ids.
func keySetOf(t testing.TB, names ...string) []byte {
	keys := []any{}
	for _, name := range names {
		keys = append(keys, public(t, name, secrets()[name].Public(), nil))
	}
	text, err := json.Marshal(map[string]any{"keys": keys})
	require.NoError(t, err)
	return text
}

// fixedSource is a source that tests change.
type fixedSource struct {
	mu      sync.Mutex
	text    []byte
	err     error
	fetched int
}

func (s *fixedSource) fetch(context.Context, bool) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fetched++
	return s.text, s.err
}

func (s *fixedSource) set(text []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text, s.err = text, err
}

func (s *fixedSource) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fetched
}

var errDown = errors.New("down")

// rig is a verifier with an issuer whose keys come from a fixedSource.
type rig struct {
	clock    clock
	core     *gw.Core
	source   *fixedSource
	issuer   *Issuer
	verifier *Verifier
}

func newCore(t testing.TB, now func() time.Time) *gw.Core {
	core := gw.NewCore(&gw.API{Title: "test"}, gw.WithClock(now), gw.WithLogger(slog.New(slog.DiscardHandler)))
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	return core
}

func newRig(t testing.TB, cfg Config, text []byte) *rig {
	r := &rig{clock: clock{at: start}, source: &fixedSource{text: text}}
	if text == nil {
		r.source.err = errDown
	}
	r.core = newCore(t, r.clock.now)
	r.issuer = newIssuer(r.core, IssuerConfig{Issuer: issuerName})
	r.issuer.source = r.source
	r.issuer.start()
	_ = r.issuer.Reload()
	cfg.Issuers = []*Issuer{r.issuer}
	r.verifier = NewVerifier(r.core, cfg)
	require.NoError(t, r.core.Start(func(*gw.Ctx) gw.Fault { return gw.OK }))
	return r
}

// idClaims are the claims of an ID token of Cognito, changed by pairs of name and value; a nil value removes.
func idClaims(pairs ...any) map[string]any {
	c := map[string]any{"sub": "u1", "aud": "client1", "token_use": "id", "iss": issuerName,
		"exp": start.Unix() + 3600, "iat": start.Unix() - 10, "email": "a@example.com"}
	return changed(c, pairs)
}

func changed(c map[string]any, pairs []any) map[string]any {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == nil {
			delete(c, pairs[i].(string))
		} else {
			c[pairs[i].(string)] = pairs[i+1]
		}
	}
	return c
}

func accessClaims(pairs ...any) map[string]any {
	c := idClaims("aud", nil, "client_id", "client1", "token_use", "access", "scope", "pets/read pets/write")
	return changed(c, pairs)
}

// sign signs claims with another implementation's signer.
func sign(t testing.TB, alg, secret string, claims any) string {
	text, err := json.Marshal(claims)
	require.NoError(t, err)
	return signText(t, alg, secret, text)
}

func signText(t testing.TB, alg, secret string, payload []byte) string {
	a, ok := jwa.LookupSignatureAlgorithm(alg)
	require.True(t, ok, alg)
	headers := jws.NewHeaders()
	require.NoError(t, headers.Set("kid", secret))
	token, err := jws.Sign(payload, jws.WithKey(a, secrets()[secret], jws.WithProtectedHeaders(headers)))
	require.NoError(t, err)
	return string(token)
}

// forge puts a token together whose header is text and which the secret rsa signs, as RS256 whatever the header says.
func forge(t testing.TB, header string, claims any) string {
	payload, err := json.Marshal(claims)
	require.NoError(t, err)
	return forgeText(t, header, payload)
}

func forgeText(t testing.TB, header string, payload []byte) string {
	signed := enc([]byte(header)) + "." + enc(payload)
	h := crypto.SHA256.New()
	h.Write([]byte(signed))
	signature, err := secrets()["rsa"].Sign(rand.Reader, h.Sum(nil), crypto.SHA256)
	require.NoError(t, err)
	return signed + "." + enc(signature)
}

func enc(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
