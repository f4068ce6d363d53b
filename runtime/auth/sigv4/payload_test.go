package sigv4

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
)

func TestBodies(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{}, gw.WithLimits(gw.Limits{BufferedBody: 64}))
	for name, headers := range map[string][]string{
		"no field": nil, "hash": {"X-Amz-Content-Sha256", hashOf("body")},
	} {
		raw := signed(t, request(t, "POST", "/pets", "body", headers...), alice, testTime)
		require.Equal(t, 200, g.send(t, raw).status)
		require.Equal(t, "body", g.body)
		got := g.send(t, bytes.Replace(raw, []byte("\r\n\r\nbody"), []byte("\r\n\r\nbodY"), 1))
		require.Equal(t, "InvalidSignatureException", got.errorType, name)
		require.Contains(t, got.body, hashOf("bodY")+`'\n\nThe String-to-Sign`, name)
		require.Nil(t, g.caller)
	}
	raw := signed(t, request(t, "POST", "/pets", "body", "X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"), alice, testTime)
	require.Equal(t, 200, g.send(t, bytes.Replace(raw, []byte("\r\n\r\nbody"), []byte("\r\n\r\nbodY"), 1)).status)

	for _, form := range []string{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "whatever", strings.ToUpper(hashOf("body"))} {
		got := g.send(t, signed(t, request(t, "POST", "/pets", "body", "X-Amz-Content-Sha256", form), alice, testTime))
		require.Equal(t, "InvalidSignatureException", got.errorType, form)
	}
	got := g.send(t, signed(t, request(t, "POST", "/pets", strings.Repeat("x", 65)), alice, testTime))
	require.Equal(t, answer{413, "", "HTTP content length exceeded 64 bytes."}, got)
}

// TestCompressed: what is signed is the body as it is sent; what goes on is what is in it.
func TestCompressed(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte("body"))
	require.NoError(t, w.Close())
	for _, headers := range [][]string{nil, {"X-Amz-Content-Sha256", hashOf(packed.String())}} {
		headers = append(headers, "Content-Encoding", "gzip")
		got := g.send(t, signed(t, request(t, "POST", "/pets", packed.String(), headers...), alice, testTime))
		require.Equal(t, 200, got.status, got.body)
		require.Equal(t, "body", g.body)
	}
}

// chunkedRequest is a request in signed pieces.
func chunkedRequest(t testing.TB, coding string, length int, pieces ...string) string {
	t.Helper()
	body := chunked(aliceSecret, strings.Repeat("0", 64), pieces...)
	r := request(t, "PUT", "/pets", body, "X-Amz-Content-Sha256", chunkedPayload, "X-Amz-Decoded-Content-Length", fmt.Sprint(length))
	if coding != "" {
		r.Header.Set("Content-Encoding", coding)
	}
	head, _, _ := strings.Cut(string(signed(t, r, alice, testTime)), "\r\n\r\n")
	_, seed, _ := strings.Cut(head, "Signature=")
	return head + "\r\n\r\n" + chunked(aliceSecret, seed[:64], pieces...)
}

func TestChunks(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	for _, coding := range []string{"", "aws-chunked", "AWS-Chunked"} {
		raw := chunkedRequest(t, coding, 5, "ab", "cde")
		got := g.send(t, []byte(raw))
		require.Equal(t, 200, got.status, got.body)
		require.Equal(t, "abcde", g.body)
	}
	require.Equal(t, 200, g.send(t, []byte(chunkedRequest(t, "aws-chunked", 0))).status)
	require.Empty(t, g.body)

	raw := chunkedRequest(t, "aws-chunked", 5, "ab", "cde")
	first := raw[strings.Index(raw, "2;chunk"):strings.Index(raw, "3;chunk")]
	second := raw[strings.Index(raw, "3;chunk"):strings.LastIndex(raw, "0;chunk")]
	for name, change := range map[string][2]string{
		"data":      {"\r\ncde\r\n", "\r\ncdf\r\n"},
		"swapped":   {first + second, second + first},
		"less":      {second, ""},
		"twice":     {first, first + first},
		"signature": {"0;chunk-signature=", "0;chunk-signature=0"},
		"size":      {"3;chunk", "4;chunk"},
		"huge size": {"3;chunk", "fffffffffffffff;chunk"},
		"sign":      {"3;chunk", "+3;chunk"},
		"no end":    {raw[strings.LastIndex(raw, "0;chunk"):], ""},
		"no lines":  {";chunk-signature=", ";chunk-"},
		"behind":    {raw[strings.LastIndex(raw, "0;chunk"):], raw[strings.LastIndex(raw, "0;chunk"):] + "x"},
	} {
		at := strings.Index(raw, "\r\n\r\n") + 4
		body := strings.Replace(raw[at:], change[0], change[1], 1)
		require.NotEqual(t, raw[at:], body, name)
		rc := received(t, []byte(raw[:at]+raw[at:]))
		rc.Request.SetBodyString(body)
		g.caller = nil
		g.core.Handle(rc)
		require.Equal(t, 403, rc.Response.StatusCode(), name)
		require.Equal(t, mismatchText+`"}`, string(rc.Response.Body()), name)
		require.Nil(t, g.caller, name)
	}
	got := g.send(t, []byte(chunkedRequest(t, "aws-chunked", 6, "ab", "cde")))
	require.Equal(t, invalid(strings.TrimPrefix(mismatchText, `{"message":"`)), got, "another length was signed")
}

// TestChunkedInside: a coding below aws-chunked is undone too.
func TestChunkedInside(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte("body"))
	require.NoError(t, w.Close())
	got := g.send(t, []byte(chunkedRequest(t, "aws-chunked,gzip", packed.Len(), packed.String())))
	require.Equal(t, 200, got.status, got.body)
	require.Equal(t, "body", g.body)
}

// TestChunksUnchecked: pieces whose signatures nobody has asked for do not go on.
func TestChunksUnchecked(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	raw := signed(t, request(t, "PUT", "/pets", "x", "Content-Encoding", "aws-chunked"), alice, testTime)
	require.Equal(t, 415, g.send(t, raw).status)
}

// TestPublishedChunks is the example of Amazon's documentation of signed pieces.
func TestPublishedChunks(t *testing.T) {
	at := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	t.Setenv("EXAMPLE_SECRET", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
	g := newGateway(t, Config{Service: "s3", Principals: []Principal{{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", Secret: "env:EXAMPLE_SECRET", ARN: "arn:aws:iam::1:root"}}},
		gw.API{}, gw.WithClock(func() time.Time { return at }))
	body := "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" + strings.Repeat("a", 65536) +
		"\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" + strings.Repeat("a", 1024) +
		"\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"
	got := g.send(t, []byte("PUT /examplebucket/chunkObject.txt HTTP/1.1\r\nHost: s3.amazonaws.com\r\nx-amz-date: 20130524T000000Z\r\n"+
		"x-amz-storage-class: REDUCED_REDUNDANCY\r\nx-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\r\nContent-Encoding: aws-chunked\r\n"+
		"x-amz-decoded-content-length: 66560\r\nContent-Length: 66824\r\nAuthorization: AWS4-HMAC-SHA256 "+
		"Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,"+
		"Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9\r\n\r\n"+body))
	require.Equal(t, 200, got.status, got.body)
	require.Equal(t, strings.Repeat("a", 66560), g.body)
	require.Equal(t, "1", g.caller.UserID)
}
