package jwt

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/stretchr/testify/require"
)

func TestRemovedKeysAreRefusedAtOnce(t *testing.T) {
	r := newRig(t, Config{Cognito: true}, keySetOf(t, "rsa", "other"))
	old, kept := sign(t, "RS256", "rsa", idClaims()), sign(t, "RS256", "other", idClaims())
	for _, text := range []string{old, kept} {
		_, result := r.verifier.Verify(text)
		require.Equal(t, Valid, result)
	}
	before := r.verifier.cache.get(kept)
	r.source.set(keySetOf(t, "other"), nil)
	require.NoError(t, r.issuer.Reload())
	_, result := r.verifier.Verify(old)
	require.Equal(t, UnknownKey, result)
	require.Nil(t, r.verifier.cache.get(old))
	_, result = r.verifier.Verify(kept)
	require.Equal(t, Valid, result)
	require.Same(t, before, r.verifier.cache.get(kept), "what stays is not verified again")
}

func TestUnknownKeysAreAskedForOnceInTenSeconds(t *testing.T) {
	r := newRig(t, Config{Cognito: true}, keySetOf(t, "rsa"))
	token := sign(t, "RS256", "other", idClaims())
	ask := func(want Result, fetches int) {
		t.Helper()
		_, result := r.verifier.Verify(token)
		require.Equal(t, want, result)
		require.Equal(t, fetches, r.source.count())
	}
	for range 20 {
		ask(UnknownKey, 2)
	}
	r.source.set(keySetOf(t, "rsa", "other"), nil)
	r.clock.add(unknownEvery - 1)
	ask(UnknownKey, 2)
	r.clock.add(1)
	ask(Valid, 3)
}

func TestRotationUnderLoad(t *testing.T) {
	r := newRig(t, Config{Cognito: true}, keySetOf(t, "rsa"))
	old, fresh := sign(t, "RS256", "rsa", idClaims()), sign(t, "RS256", "other", idClaims())
	var all sync.WaitGroup
	var removing, removed atomic.Bool // while the key goes, between the two, either answer is right
	stop, dropped, accepted := make(chan struct{}), atomic.Int32{}, atomic.Int32{}
	for range 8 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				gone := removed.Load()
				_, result := r.verifier.Verify(old)
				if gone && result == Valid {
					accepted.Add(1)
				} else if result != Valid && !removing.Load() {
					dropped.Add(1)
				}
			}
		})
	}
	r.source.set(keySetOf(t, "rsa", "other"), nil)
	for range 8 { // the first tokens of the new key come all at once
		all.Go(func() {
			if _, result := r.verifier.Verify(fresh); result != Valid {
				dropped.Add(1)
			}
		})
	}
	_, result := r.verifier.Verify(fresh)
	require.Equal(t, Valid, result)
	require.LessOrEqual(t, r.source.count(), 2, "one fetch is for all")
	r.source.set(keySetOf(t, "other"), nil)
	late := sign(t, "RS256", "rsa", idClaims("sub", "late"))
	removing.Store(true)
	require.NoError(t, r.issuer.Reload())
	removed.Store(true)
	for range 1000 {
		for _, text := range []string{old, late} {
			if _, result := r.verifier.Verify(text); result == Valid {
				accepted.Add(1)
			}
		}
	}
	close(stop)
	all.Wait()
	require.Zero(t, accepted.Load())
	require.Zero(t, dropped.Load())
	require.Equal(t, Valid, second(r.verifier.Verify(fresh)))
}

func second(_ *Token, r Result) Result { return r }

func TestOutage(t *testing.T) {
	r := newRig(t, Config{Cognito: true}, nil)
	longLived := sign(t, "RS256", "rsa", idClaims("exp", start.Unix()+7*86400))
	_, result := r.verifier.Verify(longLived)
	require.Equal(t, Unavailable, result, "it never had keys")
	r.source.set(keySetOf(t, "rsa"), nil)
	require.NoError(t, r.issuer.Reload())
	require.Equal(t, Valid, second(r.verifier.Verify(longLived)))
	for _, bad := range [][]byte{[]byte("<html>"), []byte(`{"keys":[]}`)} {
		r.source.set(bad, nil)
		require.Error(t, r.issuer.Reload())
		require.Equal(t, Valid, second(r.verifier.Verify(longLived)), "the last good keys stay")
	}
	r.source.set(nil, errDown)
	require.ErrorIs(t, r.issuer.Reload(), errDown)
	r.clock.add(staleFor - time.Second)
	require.Equal(t, Valid, second(r.verifier.Verify(longLived)))
	require.Equal(t, Unavailable, second(r.verifier.Verify(sign(t, "RS256", "other", idClaims()))), "it may be a new key's")
	r.clock.add(time.Second)
	require.Equal(t, Unavailable, second(r.verifier.Verify(longLived)), "but not for ever")
	r.source.set(keySetOf(t, "rsa"), nil)
	require.NoError(t, r.issuer.Reload())
	require.Equal(t, Valid, second(r.verifier.Verify(longLived)))
}

// blockedSource does not answer until block is closed.
type blockedSource struct{ block chan struct{} }

func (s blockedSource) fetch(context.Context, bool) ([]byte, error) {
	<-s.block
	return nil, errDown
}

func TestSlowIssuerHoldsUpNobodyForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core := gw.NewCore(&gw.API{Title: "test"}, gw.WithLogger(slog.New(slog.DiscardHandler)))
		block := make(chan struct{})
		i := newIssuer(core, IssuerConfig{Issuer: issuerName})
		i.source = blockedSource{block}
		i.start()
		v := NewVerifier(core, Config{Issuers: []*Issuer{i}, Cognito: true})
		text := sign(t, "RS256", "rsa", idClaims("exp", time.Now().Unix()+60, "iat", time.Now().Unix()))
		begun := time.Now()
		require.Equal(t, Unavailable, second(v.Verify(text)))
		require.Equal(t, longestWait, time.Since(begun))
		close(block)
		synctest.Wait()
		require.NoError(t, core.Close())
		require.ErrorIs(t, i.Reload(), errClosed)
	})
}

func TestKeysAreRenewedAheadOfTheirEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core := gw.NewCore(&gw.API{Title: "test"}, gw.WithLogger(slog.New(slog.DiscardHandler)))
		s := &fixedSource{text: keySetOf(t, "rsa")}
		i := newIssuer(core, IssuerConfig{Issuer: issuerName, CacheFor: 100 * time.Second})
		i.source = s
		i.ask()
		i.start()
		synctest.Wait()
		require.Equal(t, 1, s.count())
		time.Sleep(80*time.Second - 1) // of the bubble's clock: it takes no time
		require.Equal(t, 1, s.count())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		require.Equal(t, 2, s.count())
		s.set(nil, errDown)
		time.Sleep(80*time.Second + time.Second + 2*time.Second + 4*time.Second)
		synctest.Wait()
		require.Equal(t, 6, s.count(), "it is tried again ever more slowly")
		require.NoError(t, core.Close())
	})
}

func TestDiscovery(t *testing.T) {
	var issuer string
	var keys atomic.Value
	keys.Store(keySetOf(t, "rsa"))
	found, status := atomic.Value{}, atomic.Int32{}
	status.Store(200)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/pool" + discoveryPath:
			_ = json.NewEncoder(w).Encode(found.Load())
		case "/keys":
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(int(status.Load()))
			_, _ = w.Write(keys.Load().([]byte))
		case "/elsewhere":
			_, _ = w.Write(keySetOf(t, "rsa"))
		default:
			w.WriteHeader(404)
		}
	}))
	defer server.Close()
	issuer = server.URL + "/pool"
	found.Store(map[string]string{"issuer": issuer, "jwks_uri": server.URL + "/keys"})
	core := newCore(t, func() time.Time { return start })
	i := NewIssuer(core, IssuerConfig{Issuer: issuer})
	v := NewVerifier(core, Config{Issuers: []*Issuer{i}, Cognito: true})
	require.NoError(t, core.Start(func(*gw.Ctx) gw.Fault { return gw.OK }))
	text := sign(t, "RS256", "rsa", idClaims("iss", issuer))
	require.Equal(t, Valid, second(v.Verify(text)), "a request waits for the first fetch")

	status.Store(302)
	require.ErrorContains(t, i.Reload(), "status 302", "redirects are not followed")
	status.Store(200)
	keys.Store([]byte(strings.Repeat(" ", maxKeySet+1)))
	require.ErrorContains(t, i.Reload(), "bytes")
	keys.Store(keySetOf(t, "rsa"))
	require.NoError(t, i.Reload())
	for _, bad := range []map[string]string{
		{"issuer": issuer + "/", "jwks_uri": server.URL + "/keys"},
		{"issuer": issuer, "jwks_uri": "http://example.com/keys"},
		{"issuer": issuer, "jwks_uri": "file:///etc/passwd"},
		{"issuer": issuer},
	} {
		found.Store(bad)
		i.source.(*webSource).url = "" // no fetch is under way
		require.ErrorContains(t, i.Reload(), "discovery", "%v", bad)
	}
	require.Equal(t, Valid, second(v.Verify(text)))
}

func TestFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "keys.json")
		require.NoError(t, os.WriteFile(path, keySetOf(t, "rsa"), 0o600))
		core := gw.NewCore(&gw.API{Title: "test"}, gw.WithLogger(slog.New(slog.DiscardHandler)))
		i := NewIssuer(core, IssuerConfig{Issuer: issuerName, JWKSFile: path})
		v := NewVerifier(core, Config{Issuers: []*Issuer{i}, Cognito: true})
		require.NoError(t, core.Start(func(*gw.Ctx) gw.Fault { return gw.OK }))
		claims := idClaims("exp", time.Now().Unix()+3600, "iat", time.Now().Unix())
		old, fresh := sign(t, "RS256", "rsa", claims), sign(t, "RS256", "other", claims)
		require.Equal(t, Valid, second(v.Verify(old)))

		replaced := path + ".new"
		require.NoError(t, os.WriteFile(replaced, keySetOf(t, "other"), 0o600))
		require.NoError(t, os.Rename(replaced, path))
		require.Equal(t, UnknownKey, second(v.Verify(fresh)), "nobody looked yet")
		news, err := core.HotFiles()[0].Look()
		require.NoError(t, err)
		require.True(t, news)
		require.Equal(t, Valid, second(v.Verify(fresh)))
		require.Equal(t, UnknownKey, second(v.Verify(old)))

		require.NoError(t, os.WriteFile(path, []byte("{"), 0o600))
		require.Error(t, i.Reload())
		require.Equal(t, Valid, second(v.Verify(fresh)), "the last good keys stay")
		require.NoError(t, os.WriteFile(path, keySetOf(t, "rsa", "other"), 0o600))
		require.NoError(t, i.Reload())
		require.Equal(t, Valid, second(v.Verify(old)))
		require.NoError(t, core.Close())
	})
}

func TestKeysOfAFileOutliveEveryCache(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	require.NoError(t, os.WriteFile(path, keySetOf(t, "rsa"), 0o600))
	at := clock{at: start}
	core := newCore(t, at.now)
	i := NewIssuer(core, IssuerConfig{Issuer: issuerName, JWKSFile: path})
	v := NewVerifier(core, Config{Issuers: []*Issuer{i}, Cognito: true})
	require.NoError(t, core.Start(func(*gw.Ctx) gw.Fault { return gw.OK }))
	at.add(30 * 24 * time.Hour)
	token := sign(t, "RS256", "rsa", idClaims("exp", at.now().Unix()+60))
	require.Equal(t, Valid, second(v.Verify(token)))
}

// TestFetchedKeysAreFetchedAgainOnASignal: at most once in 10 seconds, and then as soon as may be.
func TestFetchedKeysAreFetchedAgainOnASignal(t *testing.T) {
	var fetches atomic.Int32
	keys := keySetOf(t, "rsa")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fetches.Add(1)
		_, _ = w.Write(keys)
	}))
	defer server.Close()
	at := clock{at: start}
	core := newCore(t, at.now)
	i := NewIssuer(core, IssuerConfig{Issuer: issuerName, JWKSURL: server.URL})
	expect := func(want int32) {
		t.Helper()
		i.mu.Lock()
		r := i.round
		i.mu.Unlock()
		if r != nil {
			<-r.done
		}
		require.Equal(t, want, fetches.Load())
	}
	expect(1)
	hot := core.HotFiles()[0]
	news, err := hot.Look()
	require.NoError(t, err)
	require.False(t, news, "there is no file")
	require.NoError(t, core.Reload())
	expect(2)
	require.ErrorIs(t, core.Reload(), errTooEarly)
	_, err = hot.Look()
	require.ErrorIs(t, err, errTooEarly)
	expect(2)
	at.add(unknownEvery)
	news, err = hot.Look()
	require.NoError(t, err)
	require.True(t, news, "what came too early is made up for")
	expect(3)
}

func TestSettingsThatAreRefused(t *testing.T) {
	for want, cfg := range map[string]IssuerConfig{
		"no name":         {},
		"URL and a file":  {Issuer: "a", JWKSURL: "https://a", JWKSFile: "a"},
		"must be https":   {Issuer: "http://example.com"},
		"needs a host":    {Issuer: "https://u:p@example.com"},
		"at least 10s":    {Issuer: "https://a", CacheFor: time.Second},
		"at most 10m0s":   {Issuer: "https://a", ClockSkew: time.Hour},
		"no such file":    {Issuer: "a", JWKSFile: filepath.Join(t.TempDir(), "none")},
		"or http on loop": {Issuer: "a", JWKSURL: "http://localhost.example.com/"},
	} {
		core := newCore(t, time.Now)
		i := NewIssuer(core, cfg)
		v := NewVerifier(core, Config{Issuers: []*Issuer{i}, Audience: []string{"a"}})
		require.ErrorContains(t, core.Start(nil), want)
		require.NotEqual(t, Valid, second(v.Verify(sign(t, "RS256", "rsa", idClaims()))))
	}
	core := newCore(t, time.Now)
	v := NewVerifier(core, Config{Issuers: []*Issuer{newIssuer(core, IssuerConfig{Issuer: issuerName})}})
	require.ErrorContains(t, core.Start(nil), "no audience")
	require.Equal(t, WrongIssuer, second(v.Verify(sign(t, "RS256", "rsa", idClaims()))))
	require.NoError(t, checkURL("http://[::1]:80/k"))
	require.NoError(t, checkURL("http://127.0.0.1/k"))
}

// TestSmallPoints proves each of the points: a signature that needs no secret is good for it.
func TestSmallPoints(t *testing.T) {
	signature := make([]byte, ed25519.SignatureSize)
	signature[0] = 1 // R is the neutral point and S is zero
	for _, p := range smallPoints {
		require.True(t, smallOrder(p[:]))
		forged := false
		for i := range 256 {
			forged = forged || ed25519.Verify(p[:], []byte{byte(i)}, signature)
		}
		require.True(t, forged, "%x", p)
	}
	require.False(t, smallOrder(secrets()["ed"].Public().(ed25519.PublicKey)))
}
