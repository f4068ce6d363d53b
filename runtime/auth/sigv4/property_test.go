package sigv4

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/golden/sigv4test"
	gw "github.com/gatewright/gatewright/runtime"
)

// odd is a text of bytes that are encoded in one place or another, escaped by chance.
func odd(random *rand.Rand, raw string) string {
	const plain = "aZ09-._~"
	var b strings.Builder
	for range random.IntN(6) {
		switch random.IntN(4) {
		case 0:
			b.WriteByte(raw[random.IntN(len(raw))])
		case 1:
			fmt.Fprintf(&b, "%%%02X", 0x20+random.IntN(0xdf))
		default:
			b.WriteByte(plain[random.IntN(len(plain))])
		}
	}
	return b.String()
}

// oddTarget is a target that the SDK leaves as it is.
func oddTarget(random *rand.Rand) string {
	target := ""
	for range 1 + random.IntN(4) {
		target += "/" + odd(random, "!$&'()*+,:=@")
	}
	query := url.Values{}
	for range random.IntN(5) {
		name, err := url.QueryUnescape(odd(random, "!'()*,:/"))
		value, err2 := url.QueryUnescape(odd(random, "!'()*,:/+"))
		if err == nil && err2 == nil {
			query.Add(name, value)
		}
	}
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	return target
}

// TestAgainstSigner: over odd paths and queries, what the SDK's signature fits is accepted, and nothing else of them.
func TestAgainstSigner(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	random := rand.New(rand.NewPCG(1, 2))
	const rounds = 3000
	accepted, agreed, refused := 0, 0, 0
	for range rounds {
		target, other := oddTarget(random), oddTarget(random)
		body := odd(random, "{}[]")
		r := oddRequest(target, body)
		if r == nil {
			continue
		}
		require.NoError(t, v4.NewSigner().SignHTTP(context.Background(), bob, r, hashOf(body), "execute-api", "us-east-1", testTime))
		raw := wire(t, r)
		got := g.send(t, raw)
		if got.errorType == "BadRequestException" {
			continue // a path with a dot segment or the like
		}
		require.Equal(t, 200, got.status, "%s\n%s", raw, got.body)
		accepted++
		if sdkVerdict(t, raw) == nil { // it is stricter: escapes must be as S3 documents them
			agreed++
		}
		moved := bytes.Replace(raw, []byte(" "+r.URL.RequestURI()+" "), []byte(" "+other+" "), 1)
		if bytes.Equal(moved, raw) || sameTarget(r.URL.RequestURI(), other) {
			continue
		}
		if got := g.send(t, moved); got.errorType != "BadRequestException" {
			require.Equal(t, "InvalidSignatureException", got.errorType, "%s signed for %s", other, target)
			require.Error(t, sdkVerdict(t, moved))
			refused++
		}
	}
	require.Greater(t, accepted, rounds/2)
	require.Greater(t, agreed, rounds/10)
	require.Greater(t, refused, rounds/2)
}

func oddRequest(target, body string) *http.Request {
	r, err := http.NewRequest("POST", "http://api.example.com"+target, strings.NewReader(body))
	if err != nil || r.URL.RequestURI() != target {
		return nil
	}
	return r
}

// sameTarget reports whether two targets are one when they are read.
func sameTarget(a, b string) bool {
	pathA, queryA, _ := strings.Cut(a, "?")
	pathB, queryB, _ := strings.Cut(b, "?")
	for strings.Contains(pathA, "//") {
		pathA = strings.ReplaceAll(pathA, "//", "/")
	}
	for strings.Contains(pathB, "//") {
		pathB = strings.ReplaceAll(pathB, "//", "/")
	}
	valuesA, _ := url.ParseQuery(queryA)
	valuesB, _ := url.ParseQuery(queryB)
	return pathA == pathB && valuesA.Encode() == valuesB.Encode()
}

// sdkVerdict is what the verifier that signs once more says of raw.
func sdkVerdict(t *testing.T, raw []byte) error {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	require.NoError(t, err)
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return sigv4test.Verify(r, body, sigv4test.Expect{Key: bob, Service: "execute-api", Region: "us-east-1", At: testTime})
}
