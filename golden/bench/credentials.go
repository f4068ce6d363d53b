package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// apiKeys is how many API keys there are.
const apiKeys = 100_000

// apiKey is the value of a key.
func apiKey(n int) string { return fmt.Sprintf("%040d", n) }

// credentials are what callers bring, and the files by which candidates know it.
type credentials struct {
	token     string
	publicKey string    // file
	keys      string    // file: HAProxy's map
	overrides [2]string // files, in YAML and in JSON
	secret    string
}

// newCredentials makes keys and writes the files into dir, which candidates run in.
func newCredentials(dir string) (*credentials, error) {
	c := &credentials{publicKey: filepath.Join(dir, "public.pem"), keys: filepath.Join(dir, "keys.map"), secret: "bench/secret",
		overrides: [2]string{filepath.Join(dir, "overrides.yaml"), filepath.Join(dir, "overrides.json")}}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	set, err := json.Marshal(map[string]any{"keys": []any{map[string]string{"kty": "RSA", "kid": "one", "alg": "RS256", "use": "sig", "e": "AQAB",
		"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes())}}})
	if err != nil {
		return nil, err
	}
	if c.token, err = token(key); err != nil {
		return nil, err
	}
	var keys strings.Builder
	for n := range apiKeys {
		fmt.Fprintf(&keys, "%s key-%d\n", apiKey(n), n)
	}
	overrides, err := keysJSON(apiKeys)
	if err != nil {
		return nil, err
	}
	for path, text := range map[string][]byte{
		c.publicKey: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), c.keys: []byte(keys.String()),
		c.overrides[0]: []byte(keysDocument(apiKeys)), c.overrides[1]: overrides,
		filepath.Join(dir, "keys.json"): set, filepath.Join(dir, "signer.secret"): []byte(c.secret),
	} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// token is a token that all candidates take.
func token(key *rsa.PrivateKey) (string, error) {
	payload, err := json.Marshal(map[string]any{"iss": "https://login.example.com/", "aud": "pets", "sub": "u1", "scope": "read write",
		"iat": time.Now().Unix(), "exp": time.Now().Add(12 * time.Hour).Unix(), "email": "somebody@example.com", "name": "Some Body"})
	if err != nil {
		return "", err
	}
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT","kid":"one"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), err
}

// keysDocument has so many API keys of one usage plan, as documents and overrides have them.
func keysDocument(count int) string {
	var keys, names strings.Builder
	for n := range count {
		sum := sha256.Sum256([]byte(apiKey(n)))
		fmt.Fprintf(&keys, "  key-%d: {value: \"sha256:%s\"}\n", n, hex.EncodeToString(sum[:]))
		if n > 0 {
			names.WriteString(", ")
		}
		fmt.Fprintf(&names, "key-%d", n)
	}
	return "x-gateway-api-keys:\n" + keys.String() + "x-gateway-usage-plans: {all: {keys: [" + names.String() + "]}}\n"
}

// keysJSON is keysDocument in JSON.
func keysJSON(count int) ([]byte, error) {
	keys, names := map[string]any{}, make([]string, count)
	for n := range count {
		sum := sha256.Sum256([]byte(apiKey(n)))
		names[n] = fmt.Sprintf("key-%d", n)
		keys[names[n]] = map[string]string{"value": "sha256:" + hex.EncodeToString(sum[:])}
	}
	return json.Marshal(map[string]any{"x-gateway-api-keys": keys, "x-gateway-usage-plans": map[string]any{"all": map[string]any{"keys": names}}})
}

// signature is the header of a request that is signed now.
func (c *credentials) signature(url string) ([]string, error) {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(nil)
	key := aws.Credentials{AccessKeyID: "AKIDBENCH", SecretAccessKey: c.secret}
	if err := v4.NewSigner().SignHTTP(r.Context(), key, r, hex.EncodeToString(sum[:]), "execute-api", "us-east-1", time.Now()); err != nil {
		return nil, err
	}
	return []string{"X-Amz-Date: " + r.Header.Get("X-Amz-Date"), "Authorization: " + r.Header.Get("Authorization")}, nil
}
