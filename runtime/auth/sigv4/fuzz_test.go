package sigv4

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
)

// FuzzQuery compares the canonical query with one made by net/url.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"", "a", "a=1&a=0", "=&&=", "%zz=1", "a=%2", "a+b=%20", "%C3%A9=1&z=2", "a=1;b=2", "a==b", "a-=1&a=2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		w := newWork()
		whole := w.readQuery(query)
		values, err := url.ParseQuery(strings.ReplaceAll(query, ";", "&"))
		require.Equal(t, err == nil, whole, "%q: %v", query, err)
		if err != nil {
			return
		}
		w.sortPairs(byDecoded)
		got := string(w.appendQuery(nil))
		require.Equal(t, strings.ReplaceAll(sortedEncode(values), "+", "%20"), got, "%q", query)
		again := newWork()
		require.True(t, again.readQuery(got))
		again.sortPairs(byDecoded)
		require.Equal(t, got, string(again.appendQuery(nil)), "it is its own canonical form")
	})
}

// FuzzChunks: nothing that no key has signed is taken for pieces, whatever its form.
func FuzzChunks(f *testing.F) {
	f.Add([]byte(chunked("another", strings.Repeat("0", 64), "a", "bc")))
	f.Add([]byte("0;chunk-signature=\r\n\r\n"))
	f.Add([]byte("ffffffff;chunk-signature=0\r\n"))
	f.Add([]byte("\r\n"))
	s := &secrets{key: aliceSecret}
	key := s.dayKey(0, "20240524", &scope{"us-east-1", "execute-api"})
	f.Fuzz(func(t *testing.T, framed []byte) {
		w := newWork()
		w.signature, w.stamp = strings.Repeat("0", 64), "20240524T145544Z"
		w.scope = "20240524/us-east-1/execute-api/aws4_request"
		_, ok := w.joinChunks(framed, key)
		require.False(t, ok)
	})
}

// FuzzAuthenticate: no request that nobody signed is let in, and none breaks anything.
func FuzzAuthenticate(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20240524/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature="+strings.Repeat("0", 64),
		"20240524T145544Z", "a=1", "")
	f.Add("Bearer x", "", "%zz", "UNSIGNED-PAYLOAD")
	f.Add("AWS4-HMAC-SHA256 Credential=////, SignedHeaders=;;, Signature=", "Fri, 24 May 2024 14:55:44 GMT", "X-Amz-Algorithm=1", "x")
	f.Add("", "20240524T145544Z", "X-Amz-Signature=1&X-Amz-Expires=9999999999999999999&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb&X-Amz-Date=1&X-Amz-SignedHeaders=host", chunkedPayload)
	g := newGateway(f, Config{}, gw.API{})
	f.Fuzz(func(t *testing.T, authorization, date, query, payload string) {
		control := func(r rune) bool { return r < ' ' || r == 0x7f }
		if strings.ContainsFunc(authorization+date+payload+query, control) || strings.ContainsAny(query, " #") {
			t.Skip()
		}
		head := "POST /p?" + query + " HTTP/1.1\r\nHost: h\r\nX-Amz-Date: " + date + "\r\nX-Amz-Content-Sha256: " + payload
		if authorization != "" {
			head += "\r\nAuthorization: " + authorization
		}
		got := g.send(t, []byte(head+"\r\nContent-Length: 1\r\n\r\nx"))
		require.Contains(t, []int{400, 403, 413}, got.status, got.body)
		require.Nil(t, g.caller)
	})
}
