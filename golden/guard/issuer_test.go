package guard

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// issuer signs tokens and shows its public keys.
type issuer struct {
	url, name string
	fetched   chan struct{} // one for each answer with keys, as far as anybody looks

	mu     sync.Mutex
	server *httptest.Server
	keys   map[string]*ecdsa.PrivateKey
	serial atomic.Int64
}

func startIssuer(t *testing.T, name string) *issuer {
	t.Helper()
	i := &issuer{name: name, keys: map[string]*ecdsa.PrivateKey{}, fetched: make(chan struct{}, 100)}
	i.rotate(t, "k0")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	i.serve(listener)
	i.url = i.server.URL
	t.Cleanup(func() { i.server.Close() })
	return i
}

func (i *issuer) serve(listener net.Listener) {
	i.server = httptest.NewUnstartedServer(http.HandlerFunc(i.show))
	i.server.Listener.Close()
	i.server.Listener = listener
	i.server.Start()
}

// show answers with the keys of now.
func (i *issuer) show(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	var keys []map[string]string
	for id, key := range i.keys {
		public, err := key.PublicKey.Bytes()
		if err != nil {
			panic(err)
		}
		keys = append(keys, map[string]string{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": id,
			"x": base64.RawURLEncoding.EncodeToString(public[1:33]), "y": base64.RawURLEncoding.EncodeToString(public[33:])})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"keys": keys})
	select {
	case i.fetched <- struct{}{}:
	default:
	}
}

// rotate makes a key beside those that are there.
func (i *issuer) rotate(t *testing.T, id string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys[id] = key
}

// retire takes a key away.
func (i *issuer) retire(id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.keys, id)
}

// down stops answering; up goes on at the same address.
func (i *issuer) down() { i.server.Close() }

func (i *issuer) up(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", i.url[len("http://"):])
	require.NoError(t, err)
	i.serve(listener)
}

// token is a new token for pets, no two of which are the same.
func (i *issuer) token(t testing.TB, id string) string {
	t.Helper()
	i.mu.Lock()
	key := i.keys[id]
	i.mu.Unlock()
	require.NotNil(t, key, id)
	payload, err := json.Marshal(map[string]any{"iss": i.name, "aud": "pets", "sub": "u1", "exp": time.Now().Add(time.Hour).Unix(), "jti": i.serial.Add(1)})
	require.NoError(t, err)
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256","kid":"`+id+`"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rawSignature(key, sum[:])
	require.NoError(t, err)
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// rawSignature is an ES256 signature: both numbers with 32 bytes.
func rawSignature(key *ecdsa.PrivateKey, sum []byte) ([]byte, error) {
	r, s, err := ecdsa.Sign(rand.Reader, key, sum)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 64)
	r.FillBytes(out[:32])
	s.FillBytes(out[32:])
	return out, nil
}
