package lambda

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/stretchr/testify/require"
)

// eventOf is the event that raw makes.
func eventOf(t testing.TB, api *gw.API, raw string, options ...gw.Option) string {
	t.Helper()
	event := ""
	place := &fake{invoke: func(call *function.Call, answer *function.Answer) error {
		event = string(call.Payload)
		answer.Payload = append(answer.Payload, "{}"...)
		return nil
	}}
	g := start(t, api, place, proxying, options...)
	require.Contains(t, g.ask(t, raw), "HTTP/1.1 200 OK")
	return event
}

var fixedIDs = gw.WithIDs(func() gw.IDs {
	return gw.IDs{Request: "0f1e2d3c-4b5a-4678-9abc-def012345678", Extended: "AbCdEfGhIjKlMnO=", Trace: "Root=1-6650aa10-0123456789abcdef01234567"}
})

// The event that rest.md, section 7.1 shows, byte for byte.
func TestEventAsRecorded(t *testing.T) {
	got := eventOf(t, itemAPI(), get("/prod/items/7?a=1&a=2", "User-Agent: curl/8", "Accept: */*"), fixedIDs)
	headers := [][2]string{{"Accept", "*/*"}, {"Host", "a1b2c3.execute-api.eu-west-1.amazonaws.com"}, {"User-Agent", "curl/8"},
		{"X-Amzn-Trace-Id", "Root=1-6650aa10-0123456789abcdef01234567"}, {"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Port", "80"}, {"X-Forwarded-Proto", "http"}}
	single, multi := "", ""
	for i, h := range headers {
		if i > 0 {
			single, multi = single+",", multi+","
		}
		single += fmt.Sprintf("%q:%q", h[0], h[1])
		multi += fmt.Sprintf("%q:[%q]", h[0], h[1])
	}
	want := `{"resource":"/items/{id}","path":"/items/7","httpMethod":"GET","headers":{` + single + `},"multiValueHeaders":{` + multi + `},` +
		`"queryStringParameters":{"a":"2"},"multiValueQueryStringParameters":{"a":["1","2"]},"pathParameters":{"id":"7"},"stageVariables":{"k":"v"},` +
		`"requestContext":{"resourceId":"xyz123","resourcePath":"/items/{id}","httpMethod":"GET","extendedRequestId":"AbCdEfGhIjKlMnO=",` +
		`"requestTime":"24/May/2024:14:55:44 +0000","path":"/prod/items/7","accountId":"123456789012","protocol":"HTTP/1.1","stage":"prod","domainPrefix":"a1b2c3",` +
		`"requestTimeEpoch":1716562544123,"requestId":"0f1e2d3c-4b5a-4678-9abc-def012345678","domainName":"a1b2c3.execute-api.eu-west-1.amazonaws.com","deploymentId":"d1e2f3","apiId":"a1b2c3",` +
		`"identity":{"cognitoIdentityPoolId":null,"accountId":null,"cognitoIdentityId":null,"caller":null,"sourceIp":"192.0.2.1","principalOrgId":null,"accessKey":null,` +
		`"cognitoAuthenticationType":null,"cognitoAuthenticationProvider":null,"userArn":null,"userAgent":"curl/8","user":null}},"body":null,"isBase64Encoded":false}`
	require.Equal(t, want, got)
}

// event is what tests look at.
type event struct {
	Path              string                     `json:"path"`
	Headers           map[string]string          `json:"headers"`
	MultiValueHeaders map[string][]string        `json:"multiValueHeaders"`
	Query             map[string]string          `json:"queryStringParameters"`
	MultiQuery        map[string][]string        `json:"multiValueQueryStringParameters"`
	PathParameters    map[string]string          `json:"pathParameters"`
	StageVariables    map[string]string          `json:"stageVariables"`
	RequestContext    map[string]json.RawMessage `json:"requestContext"`
	Body              *string                    `json:"body"`
	IsBase64Encoded   bool                       `json:"isBase64Encoded"`
}

func parsed(t testing.TB, text string) (e event) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &e), text)
	return e
}

func TestEventHeaders(t *testing.T) {
	e := parsed(t, eventOf(t, itemAPI(), get("/prod/items/7", "tEsT-HEADeR: one", "authorization: Basic eA==", "user-agent: x", "Test-Header: two", "Via: 1.1 p",
		"TE: trailers", "Max-Forwards: 1", "Expect: ", "Content-MD5: x", "Proxy-Authenticate: x", "Server: x", "Trailer: x", "Upgrade: x", "WWW-Authenticate: x", "Connection: close",
		"X-Forwarded-For: 198.51.100.7", "x-forwarded-for: 198.51.100.8", "X-Forwarded-Proto: https", "X-Forwarded-Port: 1", "X-Amzn-Trace-Id: Root=1-2-3")))
	require.Equal(t, map[string][]string{
		"tEsT-HEADeR": {"one", "two"}, "Authorization": {"Basic eA=="}, "User-Agent": {"x"}, "Via": {"1.1 p"}, "Host": {"a1b2c3.execute-api.eu-west-1.amazonaws.com"},
		"X-Forwarded-For": {"198.51.100.7, 198.51.100.8, 192.0.2.1"}, "X-Forwarded-Proto": {"http"}, "X-Forwarded-Port": {"80"},
		"X-Amzn-Trace-Id": e.MultiValueHeaders["X-Amzn-Trace-Id"],
	}, e.MultiValueHeaders)
	require.Equal(t, "two", e.Headers["tEsT-HEADeR"])
	require.Len(t, e.Headers, len(e.MultiValueHeaders))
	require.Regexp(t, `^Root=1-2-3;Parent=[0-9a-f]{16};Sampled=0$`, e.Headers["X-Amzn-Trace-Id"])
	require.Contains(t, string(e.RequestContext["identity"]), `"sourceIp":"192.0.2.1"`)
}

func TestEventBehindTrustedProxies(t *testing.T) {
	e := parsed(t, eventOf(t, itemAPI(), get("/prod/items/7", "X-Forwarded-For: 198.51.100.7", "X-Forwarded-Proto: https", "X-Forwarded-Port: 8443"),
		gw.WithTrustedProxies([]netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")})))
	require.Equal(t, "198.51.100.7, 192.0.2.1", e.Headers["X-Forwarded-For"])
	require.Equal(t, "https", e.Headers["X-Forwarded-Proto"])
	require.Equal(t, "8443", e.Headers["X-Forwarded-Port"])
	require.Contains(t, string(e.RequestContext["identity"]), `"sourceIp":"198.51.100.7"`)
}

func TestEventPathsAndQueries(t *testing.T) {
	e := parsed(t, eventOf(t, itemAPI(), get("//prod//items/a%2Fb%20c/?q=a+b%2Bc&Q=1&q=%22%5C%01%FF&=x&e&k%20y=")))
	require.Equal(t, "/items/a%2Fb%20c/", e.Path)
	require.JSONEq(t, `"/prod//items/a%2Fb%20c/"`, string(e.RequestContext["path"]))
	require.Equal(t, map[string]string{"id": "a%2Fb%20c"}, e.PathParameters)
	require.Equal(t, map[string][]string{"q": {"a b+c", "\"\\\x01\uFFFD"}, "Q": {"1"}, "e": {""}, "k y": {""}}, e.MultiQuery)
	require.Equal(t, "\"\\\x01\uFFFD", e.Query["q"])

	raw := eventOf(t, &gw.API{ID: "x"}, get("/items/7"))
	require.Contains(t, raw, `"queryStringParameters":null,"multiValueQueryStringParameters":null,"pathParameters":{"id":"7"},"stageVariables":null,`)
	require.Contains(t, raw, `"userAgent":null`)
}

func TestEventBodies(t *testing.T) {
	for _, test := range []struct {
		name, body, contentType, want string
		base64                        bool
	}{
		{"text", "a\"\\/\b\f\n\r\t\x1f\x7fé\u2028<&>", "text/plain", "a\"\\/\b\f\n\r\t\x1f\x7fé\u2028<&>", false},
		{"listed", "abc", "image/PNG; x=y", "YWJj", true},
		{"wildcard", "abc", "application/json", "YWJj", true},
		{"not listed, and no text", "\xff\x00", "text/plain", "/wA=", true},
	} {
		e := parsed(t, eventOf(t, itemAPI(), post("/prod/items/7", test.body, "Content-Type: "+test.contentType)))
		require.NotNil(t, e.Body, test.name)
		require.Equal(t, test.want, *e.Body, test.name)
		require.Equal(t, test.base64, e.IsBase64Encoded, test.name)
	}
	require.Contains(t, eventOf(t, itemAPI(), post("/prod/items/7", "a/\b\x1f\x7f\u2028<", "Content-Type: text/plain")),
		`"body":"a/\b\u001F`+"\x7f\u2028"+`<","isBase64Encoded":false}`)
}

// A client that sends very many names costs time that grows little faster than their number, and all of them arrive.
func TestEventOfManyNames(t *testing.T) {
	var headers []string
	for i := range 2000 {
		headers = append(headers, fmt.Sprintf("x-%d: %d", rand.IntN(1000), i))
	}
	e := parsed(t, eventOf(t, itemAPI(), get("/prod/items/7?"+strings.Repeat("a=1&b=2&", 1000), headers...)))
	total := 0
	for name, values := range e.MultiValueHeaders {
		total += len(values)
		require.Equal(t, values[len(values)-1], e.Headers[name])
	}
	require.Equal(t, 2000+5, total)
	require.Len(t, e.MultiQuery["a"], 1000)
}

func TestEventAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector has pools forget what they hold")
	}
	g := start(t, itemAPI(), returning(`{"statusCode":201,"headers":{"X-A":"b\u0020c"},"multiValueHeaders":{"x-a":["d","e"]},"body":"{\"a\":1}"}`), proxying)
	rc := received(t, benchRequest)
	for range 3 {
		g.Handle(rc)
	}
	require.Equal(t, 201, rc.Response.StatusCode())
	require.Zero(t, testing.AllocsPerRun(200, func() { g.Handle(rc) }))
}

const benchRequest = "POST /prod/items/7?a=1&b=two%20words HTTP/1.1\r\nHost: a1b2c3.execute-api.eu-west-1.amazonaws.com\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n" +
	"Content-Type: text/plain\r\nX-Request: abc\r\nContent-Length: 15\r\n\r\n{\"name\":\"fido\"}"

func BenchmarkProxy(b *testing.B) {
	g := start(b, itemAPI(), returning(`{"statusCode":200,"headers":{"Content-Type":"application/json","X-A":"b"},"body":"{\"message\":\"hello\"}"}`), proxying)
	rc := received(b, benchRequest)
	b.ReportAllocs()
	for b.Loop() {
		g.Handle(rc)
	}
}

// BenchmarkEvent is a request whose event is made and written, BenchmarkValues one whose event is made as Go values, and
// BenchmarkNothing one without an event.
func BenchmarkEvent(b *testing.B) {
	var e Event
	var buffer []byte
	benchmarkServe(b, func(c *gw.Ctx) gw.Fault {
		f := e.read(c)
		buffer = e.appendJSON(buffer[:0])
		e.reset()
		return f
	})
	b.SetBytes(int64(len(buffer)))
}

func BenchmarkValues(b *testing.B) {
	var e Event
	benchmarkServe(b, func(c *gw.Ctx) gw.Fault {
		f := e.read(c)
		var v Values
		e.Values(&v)
		e.reset()
		return f
	})
}

func BenchmarkNothing(b *testing.B) { benchmarkServe(b, func(*gw.Ctx) gw.Fault { return gw.OK }) }

func benchmarkServe(b *testing.B, serve func(*gw.Ctx) gw.Fault) {
	g := start(b, itemAPI(), returning("{}"), func(g *gateway, c *gw.Ctx) gw.Fault {
		if f := serve(c); f != gw.OK {
			return f
		}
		return c.Respond(200).Empty()
	})
	rc := received(b, benchRequest)
	b.ReportAllocs()
	for b.Loop() {
		g.Handle(rc)
	}
	require.Equal(b, 200, rc.Response.StatusCode())
}
