package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// newServer is a server of net/http for handler.
func newServer(t *testing.T, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

// handKey is the signing key of testTime, made step by step.
func handKey(secret string) []byte {
	return mac(mac(mac(mac([]byte("AWS4"+secret), "20240524"), "us-east-1"), "execute-api"), "aws4_request")
}

const handScope = "20240524T145544Z\n20240524/us-east-1/execute-api/aws4_request\n"

// handSigned is the Authorization for canonical, whose line before the last names the signed fields, at testTime.
func handSigned(secret, canonical string) string {
	lines := strings.Split(canonical, "\n")
	signature := mac(handKey(secret), "AWS4-HMAC-SHA256\n"+handScope+hashOf(canonical))
	return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20240524/us-east-1/execute-api/aws4_request, SignedHeaders=" +
		lines[len(lines)-2] + ", Signature=" + hex.EncodeToString(signature)
}

// chunked is the body of pieces in the content coding aws-chunked, behind the signature of the head.
func chunked(secret, before string, pieces ...string) string {
	var b strings.Builder
	for _, piece := range append(pieces, "") {
		before = hex.EncodeToString(mac(handKey(secret), "AWS4-HMAC-SHA256-PAYLOAD\n"+handScope+before+"\n"+hashOf("")+"\n"+hashOf(piece)))
		fmt.Fprintf(&b, "%x;chunk-signature=%s\r\n%s\r\n", len(piece), before, piece)
	}
	return b.String()
}

// nowForTools is the clock for programs that sign by their own.
func nowForTools() time.Time { return time.Now() }

// lowerKeys is all as JSON with its keys in lower case.
func lowerKeys(t *testing.T, all any) []byte {
	t.Helper()
	data, err := json.Marshal(all)
	require.NoError(t, err)
	var plain []map[string]any
	require.NoError(t, json.Unmarshal(data, &plain))
	for i, entry := range plain {
		lower := map[string]any{}
		for key, value := range entry {
			lower[strings.ToLower(key)] = value
		}
		if lower["headers"] == nil {
			lower["headers"] = map[string]string{}
		}
		plain[i] = lower
	}
	data, err = json.Marshal(plain)
	require.NoError(t, err)
	return data
}

// sortedEncode is the canonical query of values, sorted by what they say.
func sortedEncode(values url.Values) string {
	for _, all := range values {
		slices.Sort(all)
	}
	return values.Encode()
}
