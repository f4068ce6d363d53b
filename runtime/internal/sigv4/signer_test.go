package sigv4

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/gatewright/gatewright/golden/sigv4test"
	"github.com/stretchr/testify/require"
)

var (
	testKey  = aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", SessionToken: "token/+="}
	testTime = time.Date(2026, 5, 24, 14, 55, 44, 0, time.UTC)
)

func testNow() time.Time { return testTime }

// signed is a request that was put together, signed and read again as a server does.
func signed(t testing.TB, s *Signer, method, path, query string, fields [][2]string, body string, stream bool) (*http.Request, []byte) {
	t.Helper()
	target := AppendPath(nil, path, s.service == "s3")
	if query = string(AppendQuery(nil, query)); query != "" {
		target = append(append(target, '?'), query...)
	}
	head := fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: service.test:8443\r\n", method, target)
	for _, f := range fields {
		head = fmt.Appendf(head, "%s: %s\r\n", f[0], f[1])
	}
	if body != "" {
		head = fmt.Appendf(head, "Content-Length: %d\r\n", len(body))
	}
	head, err := s.Sign(head, []byte(body), stream, &Credentials{keys: testKey})
	require.NoError(t, err)
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(string(head) + "\r\n" + body)))
	require.NoError(t, err, "%q", head)
	got, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return r, got
}

func expect(service string) sigv4test.Expect {
	return sigv4test.Expect{Key: testKey, Service: service, Region: "eu-west-1", At: testTime}
}

func TestServersAgreeWithSignatures(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	bytesOf := func(n int, from string) string {
		var b strings.Builder
		for range random.IntN(n) {
			b.WriteByte(from[random.IntN(len(from))])
		}
		return b.String()
	}
	var all strings.Builder
	for c := range 256 {
		if c > ' ' && c != '#' && c != '?' && c != 0x7f {
			all.WriteByte(byte(c))
		}
	}
	odd := all.String() + "%%%%%2F%2f////++++&&&&===="
	for _, service := range []string{"s3", "dynamodb", "lambda"} {
		s := NewSigner(service, "eu-west-1", testNow)
		for range 400 {
			fields := [][2]string{{"Accept", "application/json"}, {"User-Agent", "AmazonAPIGateway_a"}, {"content-type", "text/plain; x=y"}, {"X-Amzn-Trace-Id", "Root=1"}}
			for i := range random.IntN(4) {
				value := strings.TrimSpace(bytesOf(12, "ab  c,;\"'=\xc3\xa9"))
				fields = append(fields, [2]string{fmt.Sprintf("x-AMZ-meta-%d", i%2), value})
			}
			body := bytesOf(40, odd)
			r, got := signed(t, s, "PUT", "/"+bytesOf(20, odd), bytesOf(30, odd), fields, body, false)
			require.Equal(t, body, string(got))
			require.NoError(t, sigv4test.Verify(r, got, expect(service)))
			spoiled := r.Clone(t.Context())
			spoiled.RequestURI += "x"
			require.Error(t, sigv4test.Verify(spoiled, got, expect(service)))
			if body != "" {
				require.Error(t, sigv4test.Verify(r, got[1:], expect(service)))
			}
		}
	}
}

func TestIdentitiesAndDaysChange(t *testing.T) {
	at := testTime
	s := NewSigner("sqs", "eu-west-1", func() time.Time { return at })
	for i := range 20 {
		key := testKey
		key.SecretAccessKey += fmt.Sprint(i % 2)
		if i%4 == 0 {
			key.SessionToken = ""
		}
		at = at.Add(7 * time.Hour)
		head, err := s.Sign([]byte("GET /?a=1&a1=2&a-=0&a=0&%2F=&=x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n"), nil, false, &Credentials{keys: key})
		require.NoError(t, err)
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(string(head) + "\r\n")))
		require.NoError(t, err)
		require.NoError(t, sigv4test.Verify(r, nil, sigv4test.Expect{Key: key, Service: "sqs", Region: "eu-west-1", At: at}))
	}
}

func TestSigningTakesNoMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools")
	}
	s, by := NewSigner("s3", "eu-west-1", testNow), &Credentials{keys: testKey}
	head := append(make([]byte, 0, 4096), "PUT /a%20b?x=1&a=2 HTTP/1.1\r\nHost: h\r\nx-amz-meta-a: 1\r\nX-Amz-Meta-A: 2\r\nContent-Length: 4\r\n"...)
	require.LessOrEqual(t, testing.AllocsPerRun(1000, func() { _, _ = s.Sign(head, []byte("body"), false, by) }), 0.5)
}

func TestBodiesOnTheirWay(t *testing.T) {
	r, _ := signed(t, NewSigner("s3", "eu-west-1", testNow), "PUT", "/b/k", "", nil, "data", true)
	require.Equal(t, "UNSIGNED-PAYLOAD", r.Header.Get("X-Amz-Content-Sha256"))
	require.NoError(t, sigv4test.Verify(r, []byte("other"), expect("s3")))
}

func TestTargetsAreEncodedOneWay(t *testing.T) {
	for _, test := range []struct{ path, others, storage string }{
		{"/", "/", "/"},
		{"//a///b/", "/a/b/", "//a///b/"},
		{"/a%2fb%41", "/a%2FbA", "/a/bA"},
		{"/a+b c!'()*:@$&,;=~", "/a%2Bb%20c%21%27%28%29%2A%3A%40%24%26%2C%3B%3D~", "/a%2Bb%20c%21%27%28%29%2A%3A%40%24%26%2C%3B%3D~"},
		{"/100%/%zz%4", "/100%25/%25zz%254", "/100%25/%25zz%254"},
		{"/\xc3\xa9", "/%C3%A9", "/%C3%A9"},
	} {
		require.Equal(t, test.others, string(AppendPath(nil, test.path, false)))
		require.Equal(t, test.storage, string(AppendPath(nil, test.path, true)))
	}
	for query, want := range map[string]string{
		"":                  "",
		"&&":                "",
		"acl":               "acl=",
		"a=1&a=2&b":         "a=1&a=2&b=",
		"a=b=c&=d":          "a=b%3Dc&=d",
		"a+b=c%2bd%20;&%&/": "a%20b=c%2Bd%20%3B&%25=&%2F=",
	} {
		require.Equal(t, want, string(AppendQuery(nil, query)), query)
		require.Equal(t, "x?"+want, string(AppendQuery([]byte("x?"), query)), query)
	}
}

func TestHeadsThatAreNoneAreNotSigned(t *testing.T) {
	s := NewSigner("s3", "eu-west-1", testNow)
	for _, head := range []string{
		"", "GET", "GET /", "GET / HTTP/1.1", "GET x HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost\r\n", "GET / HTTP/1.1\r\nHost: a",
		"GET / HTTP/1.1\r\n: a\r\n", "GET / HTTP/1.1\r\nContent-Length: x\r\n", "GET / HTTP/1.1\r\nAUTHORIZATION: x\r\n",
		"GET / HTTP/1.1\r\nx-amz-date: x\r\n", "GET / HTTP/1.1\r\nx-amz-content-sha256: x\r\n", "GET / HTTP/1.1\r\nX-Amz-Security-Token: x\r\n",
	} {
		_, err := s.Sign([]byte(head), nil, false, Static("a", "b", ""))
		require.ErrorIs(t, err, errHead, "%q", head)
	}
}

func TestSecretsAreNotSaid(t *testing.T) {
	c := Static("AKID", "SECRET", "TOKEN")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		said := fmt.Sprintf(verb, c)
		require.Contains(t, said, "AKID")
		require.NotContains(t, said, "SECRET")
		require.NotContains(t, said, "TOKEN")
	}
	require.Equal(t, "AWS credentials AKID", c.LogValue().String())
}

func FuzzTarget(f *testing.F) {
	for _, seed := range [][2]string{{"/", ""}, {"/a%2f%zz//", "a=b&c"}, {"/\xff+", "%&=;+"}, {"/a=b", "=&=="}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, path, query string) {
		if strings.ContainsAny(path, "?#") {
			return
		}
		once := AppendPath(nil, path, true)
		require.Equal(t, once, AppendPath(nil, string(once), true), "what is encoded stays")
		pairs := AppendQuery(nil, query)
		require.Equal(t, pairs, AppendQuery(nil, string(pairs)))
		if decoded, err := url.PathUnescape(path); err == nil {
			back, err := url.PathUnescape(string(AppendPath(nil, path, true)))
			require.NoError(t, err)
			require.Equal(t, decoded, back)
		}
		if values, err := url.ParseQuery(query); err == nil {
			back, err := url.ParseQuery(string(pairs))
			require.NoError(t, err)
			require.Equal(t, values, back)
		}
		require.False(t, bytes.ContainsAny(append(once, pairs...), " \r\n#?"))
		r, body := signed(t, NewSigner("s3", "eu-west-1", testNow), "PUT", "/"+path, query, nil, "x", false)
		require.NoError(t, sigv4test.Verify(r, body, expect("s3")))
	})
}

func BenchmarkSign(b *testing.B) {
	s := NewSigner("dynamodb", "us-east-1", time.Now)
	body := []byte(`{"TableName":"pets","Key":{"id":{"S":"7"}}}`)
	head := []byte("POST / HTTP/1.1\r\nHost: dynamodb.us-east-1.amazonaws.com\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\n" +
		"Content-Type: application/x-amz-json-1.0\r\nAccept: application/json\r\nUser-Agent: AmazonAPIGateway_a1b2c3d4e5\r\n" +
		"X-Amzn-Apigateway-Api-Id: a1b2c3d4e5\r\nX-Amzn-Trace-Id: Root=1-6650aa10-0123456789abcdef01234567\r\nContent-Length: 43\r\n")
	by := &Credentials{keys: testKey}
	room := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		room = append(room[:0], head...)
		var err error
		if room, err = s.Sign(room, body, false, by); err != nil {
			b.Fatal(err)
		}
	}
}
