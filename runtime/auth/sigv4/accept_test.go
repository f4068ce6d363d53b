package sigv4

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
)

func TestSDKHeaderForm(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	for _, r := range []*http.Request{
		request(t, "GET", "/", ""),
		request(t, "GET", "/pets", ""),
		request(t, "GET", "/pets/a%20b%2Fc/d:e@f,g;h=i", ""),
		request(t, "GET", "//pets//7/", ""),
		request(t, "DELETE", "/pets?b=2&a=1&a=0&flag&e=%C3%A9+x%26", ""),
		request(t, "GET", "/pets?%C3%A9=1&z=2&a-=3&a=4", ""),
		request(t, "POST", "/pets", `{"name":"x"}`, "Content-Type", "application/json"),
		request(t, "PUT", "/pets", "x", "X-Amz-Meta", "  a   b  ", "X-Amz-Meta", "c", "Accept", "a, b"),
		request(t, "POST", "/pets", "unsigned", "X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"),
		request(t, "POST", "/pets", "signed", "X-Amz-Content-Sha256", hashOf("signed")),
		request(t, "HEAD", "/pets", ""),
		request(t, "PURGE", "/pets", "", "X-HTTP-Method-Override", "PATCH"),
	} {
		body, target := bodyOf(t, r), r.URL.String()
		got := g.send(t, signed(t, r, alice, testTime))
		require.Equal(t, 200, got.status, "%s: %s", target, got.body)
		require.Equal(t, &Caller{Index: 0, AccessKeyID: "AKIDEXAMPLE", ARN: "arn:aws:iam::123456789012:user/team/alice",
			Account: "123456789012", UserID: "alice"}, g.caller)
		require.Equal(t, body, g.body)
	}
	got := g.send(t, signed(t, request(t, "GET", "/pets", ""), bob, testTime))
	require.Equal(t, 200, got.status, got.body)
	require.Equal(t, &Caller{Index: 1, AccessKeyID: "ASIABOB", ARN: "arn:aws:sts::210987654321:assumed-role/dev/bob",
		Account: "210987654321", UserID: "dev:bob"}, g.caller)
}

func TestSDKQueryForm(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	for _, target := range []string{"/pets", "/a%20b?x=1&X-Amz-Expires=60", "/p?X-Amz-Expires=604800&q=%2B"} {
		got := g.send(t, presigned(t, request(t, "GET", target, ""), alice, testTime))
		require.Equal(t, 200, got.status, got.body)
		got = g.send(t, presigned(t, request(t, "POST", target, "body"), bob, testTime))
		require.Equal(t, 200, got.status, got.body)
		require.Equal(t, 1, g.caller.Index)
	}
	week := request(t, "GET", "/pets?X-Amz-Expires=604800", "")
	got := g.send(t, presigned(t, week, alice, testTime.Add(-604800*time.Second)))
	require.Equal(t, 200, got.status, got.body)
}

func TestStageIsSigned(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{Stages: []gw.Stage{{Name: "prod"}}})
	got := g.send(t, signed(t, request(t, "GET", "/prod/pets", ""), alice, testTime))
	require.Equal(t, 200, got.status, got.body)
}

func TestAbsoluteTarget(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	raw := strings.Replace(string(signed(t, request(t, "GET", "/pets?a=1", ""), alice, testTime)), " /pets", " https://api.example.com/pets", 1)
	got := g.send(t, []byte(raw))
	require.Equal(t, 200, got.status, got.body)
}

// TestMethodThatWasSent: the method that an override puts in its place is signed by its field.
func TestMethodThatWasSent(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	raw := string(signed(t, request(t, "POST", "/pets", "", "X-HTTP-Method-Override", "PATCH"), alice, testTime))
	require.Equal(t, 200, g.send(t, []byte(raw)).status)
	require.Equal(t, 403, g.send(t, []byte(strings.Replace(raw, "PATCH", "DELETE", 1))).status)
	require.Equal(t, 403, g.send(t, []byte(strings.Replace(raw, "POST", "PUT", 1))).status)
}

func TestNetHTTPFront(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	r := request(t, "POST", "/a%20b/?b=2&a=1", "body", "X-Amz-Meta", "a  b", "X-Amz-Meta", "c")
	server := newServer(t, g.core)
	r.URL.Scheme, r.URL.Host = "http", server.Listener.Addr().String()
	r.Host = "api.example.com"
	require.NoError(t, v4.NewSigner().SignHTTP(context.Background(), bob, r, hashOf("body"), "execute-api", "us-east-1", testTime))
	reply, err := server.Client().Do(r)
	require.NoError(t, err)
	require.NoError(t, reply.Body.Close())
	require.Equal(t, 200, reply.StatusCode)
	require.Equal(t, "body", string(g.raw))
}

func TestDateField(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	r := request(t, "GET", "/pets", "")
	raw := string(signed(t, r, alice, testTime))
	// The time is signed by the string to sign; only who signs the field has to send that very one.
	at := r.Header.Get("X-Amz-Date")
	unsigned := strings.Replace(raw, "X-Amz-Date: "+at+"\r\n", "Date: "+testTime.Format(http.TimeFormat)+"\r\n", 1)
	require.NotEqual(t, raw, unsigned)
	require.Contains(t, g.send(t, []byte(unsigned)).body, "The Canonical String", "its own name is signed")

	hand := handSigned(alice.SecretAccessKey, "GET\n/pets\n\nhost:api.example.com\n\nhost\n"+emptyHash)
	for _, date := range []string{testTime.Format(http.TimeFormat), testTime.Format(timeForm)} {
		got := g.send(t, []byte("GET /pets HTTP/1.1\r\nhost: api.example.com\r\nDATE: "+date+"\r\nauthorization: "+hand+"\r\n\r\n"))
		require.Equal(t, 200, got.status, got.body)
	}
}

// TestPublishedExamples are requests of Amazon's own documentation.
func TestPublishedExamples(t *testing.T) {
	at := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	g := newGateway(t, Config{Service: "service"}, gw.API{}, gw.WithClock(func() time.Time { return at }))
	got := g.send(t, []byte("GET / HTTP/1.1\r\nHost:example.amazonaws.com\r\nX-Amz-Date:20150830T123600Z\r\n"+
		"Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, "+
		"Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31\r\n\r\n"))
	require.Equal(t, 200, got.status, got.body)
}
