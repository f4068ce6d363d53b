package jwt

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestScopes(t *testing.T) {
	r := newRig(t, Config{Cognito: true, Audience: []string{"client1"}}, keySetOf(t, "rsa"))
	access, id := sign(t, "RS256", "rsa", accessClaims()), sign(t, "RS256", "rsa", idClaims("scope", "pets/read"))
	for range 2 { // the second time from memory
		require.Equal(t, Valid, second(r.verifier.Verify(access, "x", "pets/write")))
		require.Equal(t, InsufficientScope, second(r.verifier.Verify(access, "pets", "pets/", "")))
		require.Equal(t, WrongUse, second(r.verifier.Verify(access)))
		require.Equal(t, WrongUse, second(r.verifier.Verify(id, "pets/read")))
		require.Equal(t, Valid, second(r.verifier.Verify(id)))
	}
	h := newRig(t, Config{Audience: []string{"client1"}}, keySetOf(t, "rsa"))
	require.Equal(t, Valid, second(h.verifier.Verify(access)), "HTTP APIs take both")
	require.Equal(t, Valid, second(h.verifier.Verify(id, "pets/read")))
	list := sign(t, "RS256", "rsa", accessClaims("scope", nil, "scp", []any{"a b", "c", 1}))
	require.Equal(t, Valid, second(h.verifier.Verify(list, "c")))
	require.Equal(t, InsufficientScope, second(h.verifier.Verify(list, "b", "1")))
}

const sample = `{"sub":"u1","cognito:groups":["admin","users"],"email_verified":true,"iss":"` + issuerName + `",` +
	`"aud":"client1","token_use":"id","auth_time":1700000000,"exp":1700003600,"iat":1699999990,` +
	`"name":"J\u00fcrgen \/ \ud83d\ude00","identities":[{"userId":"7","primary":"true"}],"roles":{"b":[1,"x"],"a":null},"none":null,"rate":0.5}`

func TestClaimsAreShown(t *testing.T) {
	for cognito, want := range map[bool][][2]string{
		true: {{"sub", "u1"}, {"cognito:groups", "admin,users"}, {"email_verified", "true"}, {"iss", issuerName}, {"aud", "client1"},
			{"token_use", "id"}, {"auth_time", "1700000000"}, {"exp", "Tue Nov 14 23:13:20 UTC 2023"},
			{"iat", "Tue Nov 14 22:13:10 UTC 2023"}, {"name", "Jürgen / 😀"}, {"identities", `{"userId":"7","primary":"true"}`},
			{"roles", `{"b":[1,"x"],"a":null}`}, {"none", "null"}, {"rate", "0.5"}},
		false: {{"sub", "u1"}, {"cognito:groups", "[admin users]"}, {"email_verified", "true"}, {"iss", issuerName}, {"aud", "client1"},
			{"token_use", "id"}, {"auth_time", "1700000000"}, {"exp", "1700003600"}, {"iat", "1699999990"}, {"name", "Jürgen / 😀"},
			{"identities", "[map[primary:true userId:7]]"}, {"roles", "map[a:<nil> b:[1 x]]"}, {"none", "<nil>"}, {"rate", "0.5"}},
	} {
		r := newRig(t, Config{Cognito: cognito, Audience: []string{"client1"}}, keySetOf(t, "rsa"))
		token, result := r.verifier.Verify(signText(t, "RS256", "rsa", []byte(sample)))
		require.Equal(t, Valid, result)
		for i := range 50 { // other tokens use the same memory
			_, result := r.verifier.Verify(sign(t, "RS256", "rsa", idClaims("sub", fmt.Sprint("another", i))))
			require.Equal(t, Valid, result)
		}
		var claims [][2]string
		for _, c := range token.Claims {
			claims = append(claims, [2]string{c.Name, c.Value})
		}
		require.Equal(t, want, claims)
		require.Equal(t, "u1", token.Subject())
		text, ok := token.Claim("aud")
		require.True(t, ok)
		require.Equal(t, "client1", text)
		_, ok = token.Claim("Aud")
		require.False(t, ok)
	}
}

func TestRememberedTokensEnd(t *testing.T) {
	r := newRig(t, Config{Cognito: true}, keySetOf(t, "rsa"))
	text := sign(t, "RS256", "rsa", idClaims())
	first, _ := r.verifier.Verify(text)
	again, _ := r.verifier.Verify(text)
	require.Same(t, first, again)
	r.clock.add(time.Hour + time.Minute - 1)
	require.Equal(t, Valid, second(r.verifier.Verify(text)))
	r.clock.add(1)
	require.Equal(t, Expired, second(r.verifier.Verify(text)))
	require.Nil(t, r.verifier.cache.get(text))
}

func TestMemoryIsBounded(t *testing.T) {
	r := newRig(t, Config{Cognito: true}, keySetOf(t, "rsa"))
	now := start.UnixNano()
	k := &key{}
	add := func(i int, until int64, claim string) {
		token := &Token{until: until, Claims: []Claim{{Name: "x", Value: claim}}}
		r.verifier.cache.put(fmt.Sprintf("token%025d", i*7919), &verified{token: token, issuer: r.issuer, key: k}, now)
	}
	sizes := func() (entries, bytes int) {
		for i := range r.verifier.cache.shards {
			s := &r.verifier.cache.shards[i]
			sum := 0
			for _, v := range s.entries {
				sum += v.size
			}
			require.Equal(t, sum, s.bytes)
			entries, bytes = entries+len(s.entries), bytes+s.bytes
		}
		return entries, bytes
	}
	for i := range 15_000 {
		add(i, now+1, "")
	}
	entries, _ := sizes()
	require.LessOrEqual(t, entries, 10_000)
	require.Greater(t, entries, 9_000, "tokens spread over the shards")
	large := strings.Repeat("x", 16<<10)
	for i := range 15_000 {
		add(i, now+1, large)
	}
	_, bytes := sizes()
	require.LessOrEqual(t, bytes, 64<<20)
}

func TestHitsDoNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	r := newRig(t, Config{Cognito: true}, keySetOf(t, "rsa"))
	text := "Bearer " + sign(t, "RS256", "rsa", accessClaims())
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if _, result := r.verifier.Verify(text, "pets/read"); result != Valid {
			t.Error(result)
		}
	}))
}

func BenchmarkHit(b *testing.B) {
	r := newRig(b, Config{Cognito: true}, keySetOf(b, "rsa"))
	text := "Bearer " + signText(b, "RS256", "rsa", []byte(sample))
	b.ReportAllocs()
	for b.Loop() {
		if _, result := r.verifier.Verify(text); result != Valid {
			b.Fatal(result)
		}
	}
}

// BenchmarkVerify is a token that is not remembered, and beside it what crypto/rsa alone takes for its signature.
func BenchmarkVerify(b *testing.B) {
	r := newRig(b, Config{Cognito: true}, keySetOf(b, "rsa"))
	text := signText(b, "RS256", "rsa", []byte(sample))
	_, result := r.verifier.Verify(text)
	require.Equal(b, Valid, result)
	p, _ := split(text)
	signature, err := encoding.DecodeString(p.signature)
	require.NoError(b, err)
	public := r.verifier.cache.get(text).key.public.(*rsa.PublicKey)
	b.Run("rsa", func(b *testing.B) {
		for b.Loop() {
			sum := sha256.Sum256(bytesOf(p.signed))
			if rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], signature) != nil {
				b.Fatal("not verified")
			}
		}
	})
	b.Run("token", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r.verifier.cache.forget(text, r.verifier.cache.get(text))
			if _, result := r.verifier.Verify(text); result != Valid {
				b.Fatal(result)
			}
		}
	})
}

// BenchmarkRead is all of a verification but the signature.
func BenchmarkRead(b *testing.B) {
	text := signText(b, "RS256", "rsa", []byte(sample))
	var w work
	b.ReportAllocs()
	for b.Loop() {
		p, _ := split(text)
		w.header, _ = appendDecoded(w.header[:0], p.header)
		w.payload, _ = appendDecoded(w.payload[:0], p.payload)
		w.signature, _ = appendDecoded(w.signature[:0], p.signature)
		if _, result := parseHeader(&w.doc, textOf(w.header)); result != Valid {
			b.Fatal(result)
		}
		m, ok := parseObject(&w.doc, textOf(w.payload))
		if !ok {
			b.Fatal("no claims")
		}
		c := readClaims(m)
		_ = c.token(styleREST, &w.text)
		w.doc.Reset()
	}
}
