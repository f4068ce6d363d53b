package jwt

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const goodHeader = `{"alg":"RS256","kid":"rsa"}`

func TestAlgorithms(t *testing.T) {
	r := newRig(t, Config{Cognito: true, Audience: []string{"client1"}}, keySetOf(t, "rsa", "p256", "p384", "p521", "ed"))
	for alg, secret := range map[string]string{"RS256": "rsa", "RS384": "rsa", "RS512": "rsa", "PS256": "rsa", "PS384": "rsa",
		"PS512": "rsa", "ES256": "p256", "ES384": "p384", "ES512": "p521", "EdDSA": "ed"} {
		text := sign(t, alg, secret, idClaims())
		for range 2 { // the second is remembered
			token, result := r.verifier.Verify("bEARER " + text)
			require.Equal(t, Valid, result, alg)
			require.Equal(t, "u1", token.Subject())
		}
		last := strings.LastIndexByte(text, '.') + 1
		broken := text[:last] + "A" + text[last+1:]
		if broken == text {
			broken = text[:last] + "B" + text[last+1:]
		}
		_, result := r.verifier.Verify(broken)
		require.Equal(t, BadSignature, result, alg)
	}
}

func TestHeadersThatAreRefused(t *testing.T) {
	r := newRig(t, Config{Cognito: true}, keySetOf(t, "rsa", "p256"))
	_, result := r.verifier.Verify(forge(t, goodHeader, idClaims()))
	require.Equal(t, Valid, result, "what the others differ from is good")
	embedded, err := json.Marshal(public(t, "rsa", secrets()["rsa"].Public(), nil))
	require.NoError(t, err)
	headers := map[string]Result{
		`{"alg":"RS256","kid":"rsa","jwk":` + string(embedded) + `}`: Invalid,
		`{"alg":"RS256","kid":"rsa","jku":"https://evil.example/k"}`: Invalid,
		`{"alg":"RS256","kid":"rsa","x5u":"https://evil.example/k"}`: Invalid,
		`{"alg":"RS256","kid":"rsa","crit":["b64"],"b64":true}`:      Invalid,
		`{"alg":"RS256","kid":"rsa","crit":[]}`:                      Invalid,
		`{"alg":"RS256","kid":"rsa","zip":"DEF"}`:                    Invalid,
		`{"alg":"RS256","kid":"rsa","cty":"JWT"}`:                    Invalid,
		`{"alg":"RS256","kid":"rsa","typ":"logout+jwt"}`:             Invalid,
		`{"alg":"RS256","kid":"rsa","typ":1}`:                        Invalid,
		`{"alg":"RS256","alg":"RS256","kid":"rsa"}`:                  Malformed,
		`{"alg":"RS256","kid":"rsa","kid":"rsa"}`:                    Malformed,
		`{"alg":"RS256","kid":"rsa"} x`:                              Malformed,
		`{"alg":"RS256","kid":"rsa",}`:                               Malformed,
		`{alg:"RS256","kid":"rsa"}`:                                  Malformed,
		`{"alg":"RS256","kid":"r` + "\x7f" + `sa"}`:                  Malformed,
		`{"alg":"RS256","kid":"rsa","x":"` + "\xff" + `"}`:           Malformed,
		`["RS256"]`: Malformed,
		`{"alg":"RS256","kid":"rsa","x":` + strings.Repeat("[", 20) + strings.Repeat("]", 20) + `}`: Malformed,
		`{"alg":"RS256","kid":"rsa","x":"` + strings.Repeat("x", maxHeader) + `"}`:                  Malformed,
		`{"alg":"RS256"}`:                          UnknownKey,
		`{"alg":"RS256","kid":7}`:                  UnknownKey,
		`{"alg":"RS256","kid":""}`:                 UnknownKey,
		`{"alg":"RS256","kid":"../../etc/passwd"}`: UnknownKey,
		`{"alg":"RS256","kid":"rsa' OR '1'='1"}`:   UnknownKey,
		`{"alg":"RS256","kid":"rsa\u0000"}`:        UnknownKey,
		`{"alg":"RS256","kid":"RSA"}`:              UnknownKey,
		`{"alg":"ES256","kid":"rsa"}`:              UnknownKey,
		`{"alg":"EdDSA","kid":"rsa"}`:              UnknownKey,
		`{"alg":"PS256","kid":"rsa"}`:              BadSignature,
		`{"alg":"RS512","kid":"rsa"}`:              BadSignature,
		`{"kid":"rsa"}`:                            Invalid,
	}
	for _, alg := range []string{"none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "rs256", "RS256 ", "ES256K", "RSA1_5"} {
		headers[`{"alg":"`+alg+`","kid":"rsa"}`] = Invalid
	}
	for header, want := range headers {
		token, result := r.verifier.Verify(forge(t, header, idClaims()))
		require.Equal(t, want, result, header)
		require.Nil(t, token)
	}
}

func TestShapesThatAreRefused(t *testing.T) {
	r := newRig(t, Config{Cognito: true}, keySetOf(t, "rsa"))
	good := forge(t, goodHeader, idClaims())
	part := strings.Split(good, ".")
	flattened, err := json.Marshal(map[string]string{"protected": part[0], "payload": part[1], "signature": part[2]})
	require.NoError(t, err)
	for name, text := range map[string]string{
		"none without signature": enc([]byte(`{"alg":"none","kid":"rsa"}`)) + "." + part[1] + ".",
		"without signature":      part[0] + "." + part[1] + ".",
		"two parts":              part[0] + "." + part[1],
		"four parts":             good + "." + part[2],
		"JWE":                    good + ".a.b",
		"JSON":                   string(flattened),
		"two signatures":         good + "," + good,
		"padding":                part[0] + "." + part[1] + "." + part[2] + "==",
		"line break":             part[0] + ".\n" + part[1] + "." + part[2],
		"carriage return":        part[0] + "." + part[1] + "\r." + part[2],
		"line end":               good + "\n",
		"space":                  good + " ",
		"two spaces":             "Bearer  " + good,
		"nul":                    good + "\x00",
		"standard base64":        part[0] + "." + part[1] + "." + strings.NewReplacer("-", "+", "_", "/").Replace(part[2]) + "+/",
		"empty header":           "." + part[1] + "." + part[2],
		"huge":                   strings.Repeat("A", maxToken+1),
		"huge payload":           forge(t, goodHeader, idClaims("x", strings.Repeat("x", maxToken))),
		"dots":                   strings.Repeat(".", 8000),
		"duplicate claim":        forgeText(t, goodHeader, []byte(`{"iss":"`+issuerName+`","sub":"a","sub":"b"}`)),
		"claims that are a list": forgeText(t, goodHeader, []byte(`[]`)),
		"claims behind claims":   forgeText(t, goodHeader, []byte(`{"iss":"`+issuerName+`"}{}`)),
		"deep claims": forgeText(t, goodHeader, []byte(`{"iss":"`+issuerName+`","x":`+
			strings.Repeat(`[`, 100)+strings.Repeat(`]`, 100)+`}`)),
	} {
		_, result := r.verifier.Verify(text)
		require.Equal(t, Malformed, result, name)
	}
	for _, text := range []string{"", "Bearer "} {
		_, result := r.verifier.Verify(text)
		require.Equal(t, Missing, result)
	}
	// The last of 342 characters holds four bits that decode to nothing: a token must not have a second spelling.
	last := part[2][len(part[2])-1]
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	other := alphabet[strings.IndexByte(alphabet, last)^1]
	_, result := r.verifier.Verify(good[:len(good)-1] + string(other))
	require.Equal(t, Malformed, result)
}

func TestClaimsThatAreRefused(t *testing.T) {
	now := start.Unix()
	r := newRig(t, Config{Cognito: true, Audience: []string{"client1", "client2"}}, keySetOf(t, "rsa"))
	for _, c := range []struct {
		pairs []any
		want  Result
	}{
		{[]any{"aud", []string{"x", "client2"}}, Valid},
		{[]any{"exp", now - 59}, Valid},
		{[]any{"exp", now - 60}, Expired},
		{[]any{"exp", nil}, Invalid},
		{[]any{"exp", "9999999999"}, Invalid},
		{[]any{"exp", json.RawMessage("1e300")}, Invalid},
		{[]any{"exp", json.RawMessage("99999999999999999999999")}, Invalid},
		{[]any{"exp", int64(9223372036854775807)}, Invalid},
		{[]any{"exp", -1}, Invalid},
		{[]any{"nbf", now + 60}, Valid},
		{[]any{"nbf", now + 61}, NotYetValid},
		{[]any{"nbf", "soon"}, Invalid},
		{[]any{"iat", now + 61}, NotYetValid},
		{[]any{"iat", true}, Invalid},
		{[]any{"iat", nil}, Valid},
		{[]any{"iss", issuerName + "/"}, WrongIssuer},
		{[]any{"iss", nil}, WrongIssuer},
		{[]any{"iss", []string{issuerName}}, WrongIssuer},
		{[]any{"aud", "client3"}, WrongAudience},
		{[]any{"aud", "client"}, WrongAudience},
		{[]any{"aud", []any{"client1", 7}}, WrongAudience},
		{[]any{"aud", []any{}}, WrongAudience},
		{[]any{"aud", map[string]any{"client1": 1}}, WrongAudience},
		{[]any{"aud", nil}, WrongAudience},
		{[]any{"aud", "x", "client_id", "client1"}, WrongAudience},
		{[]any{"token_use", "access"}, WrongUse},
		{[]any{"token_use", nil}, WrongUse},
	} {
		_, result := r.verifier.Verify(forge(t, goodHeader, idClaims(c.pairs...)))
		require.Equal(t, c.want, result, "%v", c.pairs)
	}
}

func TestPublicKeyAsSecret(t *testing.T) {
	r := newRig(t, Config{Cognito: true}, keySetOf(t, "rsa"))
	der, err := x509.MarshalPKIXPublicKey(secrets()["rsa"].Public())
	require.NoError(t, err)
	for _, secret := range [][]byte{der, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})} {
		payload, err := json.Marshal(idClaims())
		require.NoError(t, err)
		for _, alg := range []string{"HS256", "RS256"} {
			signed := enc([]byte(`{"alg":"`+alg+`","kid":"rsa"}`)) + "." + enc(payload)
			mac := hmac.New(sha256.New, secret)
			mac.Write([]byte(signed))
			_, result := r.verifier.Verify(signed + "." + enc(mac.Sum(nil)))
			require.Contains(t, []Result{Invalid, BadSignature}, result)
		}
	}
}

func TestEllipticSignaturesThatAreRefused(t *testing.T) {
	secret := secrets()["p256"].(*ecdsa.PrivateKey)
	a, k := algorithmOf("ES256"), &key{kind: p256Key, public: &secret.PublicKey}
	signed := []byte("text")
	digest := sha256.Sum256(signed)
	r, s, err := ecdsa.Sign(rand.Reader, secret, digest[:])
	require.NoError(t, err)
	n := elliptic.P256().Params().N
	pair := func(r, s *big.Int) []byte {
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
	require.True(t, a.verifies(k, signed, pair(r, s)))
	der, err := ecdsa.SignASN1(rand.Reader, secret, digest[:])
	require.NoError(t, err)
	zero := new(big.Int)
	for _, signature := range [][]byte{pair(zero, zero), pair(zero, s), pair(r, zero), pair(n, s), pair(r, n), pair(n, n), der, nil,
		pair(r, s)[:63], append(pair(r, s), 0), bytes.Repeat([]byte{0xff}, 64)} {
		require.False(t, a.verifies(k, signed, signature))
	}
	require.False(t, a.verifies(&key{kind: p384Key, public: secrets()["p384"].Public()}, signed, pair(r, s)), "another curve")
	require.False(t, a.verifies(&key{kind: p256Key, public: &secret.PublicKey, algorithm: "ES384"}, signed, pair(r, s)))
}

func TestSaltHasTheLengthOfTheHash(t *testing.T) {
	secret := secrets()["rsa"].(*rsa.PrivateKey)
	digest := sha256.Sum256([]byte("text"))
	for salt, want := range map[int]bool{32: true, 20: false, 0: false} {
		options := rsa.PSSOptions{SaltLength: salt}
		if salt == 0 {
			options.SaltLength = 222 // as long as fits
		}
		signature, err := rsa.SignPSS(rand.Reader, secret, crypto.SHA256, digest[:], &options)
		require.NoError(t, err)
		require.Equal(t, want, algorithmOf("PS256").verifies(&key{kind: rsaKey, public: &secret.PublicKey}, []byte("text"), signature))
	}
}

func TestKeysThatAreLeftOut(t *testing.T) {
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	good := secrets()["rsa"].Public()
	okp := func(x string) map[string]any {
		b, err := hex.DecodeString(x)
		require.NoError(t, err)
		return map[string]any{"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": enc(b)}
	}
	offCurve := public(t, "k", secrets()["p256"].Public(), map[string]any{"y": enc(make([]byte, 32))})
	for name, k := range map[string]map[string]any{
		"short":             {"kty": "RSA", "kid": "k", "n": enc(short.N.Bytes()), "e": "AQAB"},
		"secret":            public(t, "k", secrets()["rsa"], nil),
		"symmetric":         {"kty": "oct", "kid": "k", "k": "c2VjcmV0"},
		"for encryption":    public(t, "k", good, map[string]any{"use": "enc"}),
		"only for signing":  public(t, "k", good, map[string]any{"key_ops": []string{"sign"}}),
		"HMAC":              public(t, "k", good, map[string]any{"alg": "HS256"}),
		"another algorithm": public(t, "k", good, map[string]any{"alg": "ES256"}),
		"RSA-OAEP":          public(t, "k", good, map[string]any{"alg": "RSA-OAEP"}),
		"without kid":       public(t, "", good, nil),
		"even exponent":     public(t, "k", good, map[string]any{"e": "BA"}),
		"exponent one":      public(t, "k", good, map[string]any{"e": "AQ"}),
		"off the curve":     offCurve,
		"small order 1":     okp("01" + strings.Repeat("00", 31)),
		"small order 4":     okp(strings.Repeat("00", 31) + "80"),
		"small order 8":     okp("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
		"small order 2":     okp("ec" + strings.Repeat("ff", 30) + "7f"),
		"not canonical":     okp("ed" + strings.Repeat("ff", 31)),
	} {
		text, err := json.Marshal(map[string]any{"keys": []any{k, public(t, "good", good, nil)}})
		require.NoError(t, err)
		keys, skipped, err := parseKeys(text)
		require.NoError(t, err, name)
		require.Equal(t, 1, skipped, name)
		require.Len(t, keys, 1)
		require.Contains(t, keys, keyName{"good", rsaKey}, name)
	}
	for _, text := range []string{``, `null`, `{}`, `{"keys":[]}`, `{"keys":{}}`, `[]`, `{"keys":[1]}`} {
		_, _, err := parseKeys([]byte(text))
		require.Error(t, err, text)
	}
	twice, err := json.Marshal(map[string]any{"keys": []any{public(t, "k", good, nil), public(t, "k", secrets()["other"].Public(), nil)}})
	require.NoError(t, err)
	_, _, err = parseKeys(twice)
	require.Error(t, err)
}

func TestKeyIsForOneAlgorithm(t *testing.T) {
	text, err := json.Marshal(map[string]any{"keys": []any{public(t, "rsa", secrets()["rsa"].Public(), map[string]any{"alg": "RS256", "use": "sig"})}})
	require.NoError(t, err)
	r := newRig(t, Config{Cognito: true}, text)
	_, result := r.verifier.Verify(sign(t, "RS256", "rsa", idClaims()))
	require.Equal(t, Valid, result)
	_, result = r.verifier.Verify(sign(t, "PS256", "rsa", idClaims()))
	require.Equal(t, BadSignature, result)
}

func FuzzVerify(f *testing.F) {
	r := newRig(f, Config{Cognito: true}, keySetOf(f, "rsa"))
	good := forge(f, goodHeader, idClaims())
	f.Add(good)
	f.Add("Bearer " + good)
	f.Add("..")
	f.Add(enc([]byte(`{"alg":"none"}`)) + ".e30.")
	f.Fuzz(func(t *testing.T, text string) {
		token, result := r.verifier.Verify(text)
		if (result == Valid) != (token != nil) {
			t.Fatal("a token without a result")
		}
		if result == Valid && !strings.HasSuffix(text, good) {
			t.Fatalf("%q is good", text)
		}
	})
}

func FuzzHeader(f *testing.F) {
	for _, seed := range []string{goodHeader, `{"alg":"none"}`, `{"alg":"RS256","kid":"a","crit":["x"]}`, `{"a":{"b":[1,2,{}]}}`, `{"alg":"RS256","kid":"\ud800"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var w work
		h, result := parseHeader(&w.doc, text)
		if result != Valid {
			return
		}
		var std struct {
			Alg  string `json:"alg"`
			KID  string `json:"kid"`
			Crit any    `json:"crit"`
		}
		if err := json.Unmarshal([]byte(text), &std); err != nil {
			t.Fatalf("accepted what is no JSON: %v", err)
		}
		if !hasFold(text) && (std.Alg != h.algorithm.name || std.KID != h.keyID || std.Crit != nil) {
			t.Fatalf("read %q %q, want %q %q", h.algorithm.name, h.keyID, std.Alg, std.KID)
		}
	})
}

// hasFold says whether a name stands in text in another case, which encoding/json takes for the same.
func hasFold(text string) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &members) != nil {
		return true
	}
	for name := range members {
		for _, known := range []string{"alg", "kid", "crit"} {
			if name != known && strings.EqualFold(name, known) {
				return true
			}
		}
	}
	return false
}
