package runtime

import (
	"bufio"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
)

// served notes the requests that reach a route.
func served(into *[]string) func(*Ctx) Fault {
	return func(c *Ctx) Fault {
		*into = append(*into, c.MethodName()+" "+c.Path().Raw()+" "+c.Host())
		return c.Respond(200).Empty()
	}
}

// What breaks HTTP is answered with 400 and a closed connection, and no route sees it.
func TestHostileRequestsAreRefused(t *testing.T) {
	host := "Host: a\r\n"
	for name, raw := range map[string]string{
		"length and coding":         "POST / HTTP/1.1\r\n" + host + "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"coding and length":         "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
		"identity coding":           "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: identity\r\n\r\n",
		"chunked in 1.0":            "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"bare LF":                   "GET / HTTP/1.1\r\n" + host + "X: 1\nY: 2\r\n\r\n",
		"bare LF at the end":        "GET / HTTP/1.1\r\n" + host + "X: 1\n\r\n\r\n",
		"folded":                    "GET / HTTP/1.1\r\n" + host + "X: 1\r\n 2\r\n\r\n",
		"folded by a tab":           "GET / HTTP/1.1\r\n" + host + "X: 1\r\n\t2\r\n\r\n",
		"space before the colon":    "GET / HTTP/1.1\r\n" + host + "X : 1\r\n\r\n",
		"dot segment":               "GET /a/../b HTTP/1.1\r\n" + host + "\r\n",
		"encoded dot segment":       "GET /a/%2e%2e/b HTTP/1.1\r\n" + host + "\r\n",
		"fragment":                  "GET /a#b HTTP/1.1\r\n" + host + "\r\n",
		"fragment in the query":     "GET /a?b#c HTTP/1.1\r\n" + host + "\r\n",
		"another authority":         "GET http://b/ HTTP/1.1\r\n" + host + "\r\n",
		"another port":              "GET http://a:81/ HTTP/1.1\r\n" + host + "\r\n",
		"credentials":               "GET http://u@a/ HTTP/1.1\r\n" + host + "\r\n",
		"another scheme":            "GET ftp://a/ HTTP/1.1\r\n" + host + "\r\n",
		"asterisk":                  "GET * HTTP/1.1\r\n" + host + "\r\n",
		"authority form":            "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
		"dot segments, whole URL":   "GET http://a/x/../y HTTP/1.1\r\n" + host + "\r\n",
		"signed length":             "POST / HTTP/1.1\r\n" + host + "Content-Length: +0\r\n\r\n",
		"space in the override":     "GET / HTTP/1.1\r\n" + host + "X-HTTP-Method-Override: GET / HTTP/1.1\r\n\r\n",
		"slash in the host":         "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
		"credentials in the host":   "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n",
		"two ports in the host":     "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n",
		"no number for a port":      "GET / HTTP/1.1\r\nHost: a:8o\r\n\r\n",
		"port out of range":         "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n",
		"bracket never closed":      "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
		"text behind a bracket":     "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n",
		"NUL in a segment":          "GET /a%00 HTTP/1.1\r\n" + host + "\r\n",
		"backslash for a slash":     "GET /a%5c..%5cb HTTP/1.1\r\n" + host + "\r\n",
		"broken escape in the path": "GET /a%zz HTTP/1.1\r\n" + host + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			core := newTestCore(t, &API{}, served(&got))
			rc := readLeniently(raw)
			if rc == nil {
				return // fasthttp itself refuses it
			}
			core.Handle(rc)
			require.Empty(t, got)
			require.Equal(t, 400, rc.Response.StatusCode())
			require.True(t, rc.Response.ConnectionClose())
			require.Equal(t, 1, strings.Count(rc.Response.Header.String(), "Connection: "))
			require.Equal(t, `{"message":"Bad Request"}`, string(rc.Response.Body()))
		})
	}
}

// readLeniently is the context that fasthttp makes of raw, nil when it refuses it.
func readLeniently(raw string) *fasthttp.RequestCtx {
	rc := new(fasthttp.RequestCtx)
	rc.Init2(&peerConn{}, nil, false)
	rc.Request.Header.DisableNormalizing()
	r := bufio.NewReader(strings.NewReader(raw))
	if rc.Request.Header.Read(r) != nil || rc.Request.ContinueReadBody(r, 0, false) != nil {
		return nil
	}
	return rc
}

// The framing rules by themselves, also those that fasthttp would never let through to them.
func TestFraming(t *testing.T) {
	core := NewCore(&API{})
	for fields, want := range map[string]bool{
		"Host: a\r\n\r\n":                      true,
		"\r\n":                                 false,
		"Host: a\r\nHost: a\r\n\r\n":           false,
		"Host: a\r\nContent-Length: 1\r\n\r\n": true,
		"Host: a\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\n":                   false,
		"Host: a\r\nContent-Length: 1, 1\r\n\r\n":                                     false,
		"Host: a\r\nContent-Length: -1\r\n\r\n":                                       false,
		"Host: a\r\nContent-Length:\r\n\r\n":                                          false,
		"Host: a\r\nContent-Length: 99999999999999999999\r\n\r\n":                     false,
		"Host: a\r\nTransfer-Encoding: Chunked\r\n\r\n":                               true,
		"Host: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n":                         false,
		"Host: a\r\nTransfer-Encoding: xchunked\r\n\r\n":                              false,
		"Host: a\r\nTransfer-Encoding: chunked;a\r\n\r\n":                             false,
		"Host: a\r\nTransfer-Encoding:\r\n\r\n":                                       false,
		"Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n":          false,
		"Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n": false,
	} {
		c := newCtx(core)
		require.True(t, c.scanFields(fields), fields)
		require.Equal(t, want, c.soundFraming(true), fields)
	}
	c := newCtx(core)
	require.True(t, c.scanFields("Host: a\r\nTransfer-Encoding: chunked\r\n\r\n"))
	require.False(t, c.soundFraming(false), "HTTP/1.0 has no chunks")
}

func TestMethods(t *testing.T) {
	for m := DELETE; m < methodCount; m++ {
		require.Equal(t, m, ParseMethod(m.String()))
	}
	require.Equal(t, UnknownMethod, ParseMethod("get"))
	require.Empty(t, UnknownMethod.String()+methodCount.String())
}

func TestFaultNames(t *testing.T) {
	for f := OK; f <= faultCount; f++ {
		require.NotEmpty(t, f.String())
	}
	require.Equal(t, "INTEGRATION_TIMEOUT", IntegrationTimeout.String())
	require.Equal(t, "Bad Request", BadRequest.String())
}

func TestTargets(t *testing.T) {
	for raw, want := range map[string]string{
		"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n":                                                  "GET / a",
		"GET http://a?x=1 HTTP/1.1\r\nHost: a\r\n\r\n":                                              "GET / a",
		"GET HTTP://A/x HTTP/1.1\r\nHost: a\r\n\r\n":                                                "GET /x a",
		"GET http://a:80/x HTTP/1.1\r\nHost: a\r\n\r\n":                                             "GET /x a",
		"GET https://a/x HTTP/1.1\r\nHost: a:443\r\n\r\n":                                           "GET /x a:443",
		"GET //x//y/ HTTP/1.1\r\nHost: a\r\n\r\n":                                                   "GET /x//y/ a",
		"GET /x HTTP/1.0\r\n\r\n":                                                                   "GET /x ",
		"POST /x HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: PATCH\r\nContent-Length: 0\r\n\r\n": "PATCH /x a",
	} {
		var got []string
		core := newTestCore(t, &API{}, served(&got))
		rc := readLeniently(raw)
		require.NotNil(t, rc, raw)
		core.Handle(rc)
		require.Equal(t, []string{want}, got, raw)
	}
}

// A plain document knows no method override.
func TestPlainIgnoresMethodOverride(t *testing.T) {
	var got []string
	core := newTestCore(t, &API{Style: Plain}, served(&got))
	core.Handle(readLeniently(get("/", "X-HTTP-Method-Override: DELETE")))
	require.Equal(t, []string{"GET / api.example.com"}, got)
}

func TestOptionsAsterisk(t *testing.T) {
	core := newTestCore(t, &API{}, failWith(OK))
	rc := readLeniently("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
	core.Handle(rc)
	require.Equal(t, 403, rc.Response.StatusCode())
}

func TestStages(t *testing.T) {
	api := &API{Stages: []Stage{
		{Name: "prod", Variables: []StageVariable{{"host", "p"}, {"a", "1"}}},
		{Name: "beta", Variables: []StageVariable{{"host", "b"}}},
	}}
	show := func(c *Ctx) Fault {
		return c.Respond(200).Text(c.StageName() + " " + c.Path().Raw() + " " + c.Var(RequestPath) + " " + c.StageVariable("host") + c.StageVariable("a") + c.StageVariable("none"))
	}
	body := func(core *Core, target string) string {
		_, body, _ := strings.Cut(exchange(t, core, get(target)), "\r\n\r\n")
		return body
	}
	mounted := newTestCore(t, api, show)
	require.Equal(t, "prod /pets /prod/pets p1", body(mounted, "/prod/pets"))
	require.Equal(t, "beta /pets//1/ //beta//pets//1/ b", body(mounted, "//beta//pets//1/"))
	require.Equal(t, "prod / /prod p1", body(mounted, "/prod"))
	forbidden := restError("403 Forbidden", "ForbiddenException", "", `{"message":"Forbidden"}`)
	require.Equal(t, forbidden, exchange(t, mounted, get("/pets")))
	require.Equal(t, forbidden, exchange(t, mounted, get("/")))

	root := newTestCore(t, api, show, WithStage("beta"), WithStageVariable("a", "9"))
	require.Equal(t, "beta /prod/pets /prod/pets b9", body(root, "/prod/pets"))

	require.NoError(t, mounted.Apply(Overrides{Variables: map[string]map[string]string{"prod": {"host": "over", "none": "n"}}}))
	require.Equal(t, "prod / /prod over1n", body(mounted, "/prod"))
	require.Equal(t, "beta / /beta b", body(mounted, "/beta"))
	require.NoError(t, mounted.Apply(Overrides{}))
	require.Equal(t, "prod / /prod p1", body(mounted, "/prod"))
	require.EqualError(t, mounted.Apply(Overrides{Variables: map[string]map[string]string{"x": nil}}), `overrides: stage "x" is not one of the document's`)

	require.EqualError(t, NewCore(api, WithStage("gamma")).Start(show), `gateway "": stage "gamma" is not one of the document's`)
	require.Equal(t, " /prod /prod ", body(newTestCore(t, &API{}, show), "/prod"), "no stages: the root")
	require.Equal(t, "dev /x /x ", body(newTestCore(t, &API{}, show, WithStage("dev")), "/x"))
}

// reads is what read gives for a request.
func reads(t testing.TB, raw string, read func(c *Ctx) string, options ...Option) string {
	t.Helper()
	var got string
	core := newTestCore(t, &API{ID: "api1", Account: "123456789012", Deployment: "dep1"}, func(c *Ctx) Fault {
		c.Enter(&Route{ID: "x", Path: "/pets/{id}/{rest+}", ResourceID: "res1", Params: []PathParam{
			{Name: "id", Segment: 1}, {Name: "rest", Segment: 2, Greedy: true},
			{Name: "name", Segment: 1, Suffix: ".json"}, {Name: "right", Segment: 1, Literals: []string{"", ".", ""}, Part: 1},
		}})
		got = strings.Clone(read(c))
		return c.Respond(200).Empty()
	}, options...)
	rc := received(t, raw)
	core.Handle(rc)
	return got
}

func TestMappingReads(t *testing.T) {
	const target = "/pets/a%20b.json/x//y/?q=1&q=2&e=&plus=a+b%2B&semi=1;semi=2&%71x=hidden&bad=%zz&flag&x=a%3Db"
	headers := []string{"X-One: first", "X-One:  last ", "x-one: other", "X-Empty:", "Connection: close", "Content-MD5: x", "Host2: y", "Accept: Text/HTML;q=1, */*", "Accept: b/c", "Content-Type: Application/JSON; charset=utf-8"}
	for name, test := range map[string]struct {
		read func(c *Ctx) string
		want string
	}{
		"path parameter, as sent": {func(c *Ctx) string { return c.Param("id") }, "a%20b.json"},
		"greedy parameter":        {func(c *Ctx) string { return c.Param("rest") }, "x//y"},
		"parameter with suffix":   {func(c *Ctx) string { return c.Param("name") }, "a%20b"},
		"parameter of several":    {func(c *Ctx) string { return c.Param("right") }, "json"},
		"unknown parameter":       {func(c *Ctx) string { return c.Param("no") }, ""},
		"last value":              {func(c *Ctx) string { return c.Query("q") }, "2"},
		"empty value":             {func(c *Ctx) string { return c.Query("e") }, ""},
		"absent value":            {func(c *Ctx) string { return c.Query("absent") }, ""},
		"decoded value":           {func(c *Ctx) string { return c.Query("plus") }, "a b+"},
		"semicolon separates":     {func(c *Ctx) string { return c.Query("semi") }, "2"},
		"decoded name":            {func(c *Ctx) string { return c.Query("qx") }, "hidden"},
		"name with its case":      {func(c *Ctx) string { return c.Query("Q") }, ""},
		"broken escape":           {func(c *Ctx) string { return c.Query("bad") }, "%zz"},
		"name alone":              {func(c *Ctx) string { return c.Query("flag") }, ""},
		"escaped equals sign":     {func(c *Ctx) string { return c.Query("x") }, "a=b"},
		"all values":              {func(c *Ctx) string { return joined(c.QueryValues("q")) }, "1|2"},
		"no values":               {func(c *Ctx) string { return joined(c.QueryValues("absent")) }, ""},
		"last header":             {func(c *Ctx) string { return c.Header("X-One") }, "last"},
		"header with its case":    {func(c *Ctx) string { return c.Header("x-one") }, "other"},
		"absent header":           {func(c *Ctx) string { return c.Header("X-Two") }, ""},
		"all headers":             {func(c *Ctx) string { return c.HeaderValues("X-One") }, "first,last"},
		"one header":              {func(c *Ctx) string { return c.HeaderValues("x-one") }, "other"},
		"no header":               {func(c *Ctx) string { return c.HeaderValues("X-Two") }, ""},
		"removed before all":      {func(c *Ctx) string { return c.Header("Connection") + c.Header("Content-MD5") }, ""},
		"Host":                    {func(c *Ctx) string { return c.Header("Host") }, "api.example.com"},
		"first accepted type":     {func(c *Ctx) string { return c.AcceptType() }, "text/html"},
		"media type":              {func(c *Ctx) string { return c.MediaType() }, "application/json"},
		"raw query":               {func(c *Ctx) string { return c.RawQuery()[:7] }, "q=1&q=2"},
		"account":                 {func(c *Ctx) string { return c.Var(AccountID) + c.Var(APIID) + c.Var(DeploymentID) }, "123456789012api1dep1"},
		"resource":                {func(c *Ctx) string { return c.Var(ResourceID) + c.Var(ResourcePath) }, "res1/pets/{id}/{rest+}"},
		"path":                    {func(c *Ctx) string { return c.Var(RequestPath) }, "/pets/a%20b.json/x//y/"},
		"method and protocol":     {func(c *Ctx) string { return c.Var(HTTPMethod) + c.Var(Protocol) }, "GETHTTP/1.1"},
		"time":                    {func(c *Ctx) string { return c.Var(RequestTime) + c.Var(RequestTimeEpoch) }, "24/May/2024:14:55:44 +00001716562544123"},
		"domain":                  {func(c *Ctx) string { return c.Var(DomainName) + " " + c.Var(DomainPrefix) }, "api.example.com api"},
		"address":                 {func(c *Ctx) string { return c.Var(SourceIP) }, "192.0.2.1"},
		"no error":                {func(c *Ctx) string { return c.Var(ErrorMessage) + c.Var(ErrorMessageString) + c.Var(ErrorResponseType) }, ""},
		"nothing":                 {func(c *Ctx) string { return c.Var(NoVariable) + c.Var(ErrorValidation) + c.AuthorizerVar("x") }, ""},
		"nothing of the stage":    {func(c *Ctx) string { return c.Var(StageName) + c.StageVariable("x") }, ""},
		"the same id twice":       {func(c *Ctx) string { return uuidText.ReplaceAllString(c.Var(RequestID)[:0]+c.RequestID(), "UUID") }, "UUID"},
	} {
		require.Equal(t, test.want, reads(t, get(target, headers...), test.read), name)
	}
	require.Equal(t, "application/json", reads(t, get("/"), func(c *Ctx) string { return c.MediaType() + c.AcceptType() }))
}

func joined(values Values) string {
	var all []string
	for value, ok := values.Next(); ok; value, ok = values.Next() {
		all = append(all, value)
	}
	return strings.Join(all, "|")
}

func TestIDs(t *testing.T) {
	id := func(c *Ctx) string { return c.RequestID() }
	const own = "0f1e2d3c-4b5a-4678-9abc-def012345678"
	require.Equal(t, own, reads(t, get("/", "x-amzn-RequestId: "+own), id))
	require.Regexp(t, uuidText, reads(t, get("/", "x-amzn-RequestId: "+own+"0"), id))
	require.Regexp(t, uuidText, reads(t, get("/", "x-amzn-RequestId: "+strings.Replace(own, "-", "x", 1)), id))
	require.Regexp(t, `^[A-Za-z0-9_-]{15}=$`, reads(t, get("/"), func(c *Ctx) string { return c.Var(ExtendedRequestID) }))

	trace := func(c *Ctx) string { return c.TraceHeader() }
	const root = "Root=1-5759e988-bd862e3fe1be46a994272793"
	require.Regexp(t, `^Root=1-6650aa70-[0-9a-f]{24}$`, reads(t, get("/"), trace))
	require.Regexp(t, `^`+root+`;Parent=[0-9a-f]{16};Sampled=0$`, reads(t, get("/", "X-Amzn-Trace-Id: "+root), trace))
	require.Equal(t, root+";Parent=53995c3f42cd8ad8;Sampled=1", reads(t, get("/", "x-amzn-trace-id: "+root+";Parent=53995c3f42cd8ad8"), trace))
	require.Equal(t, root+";Parent=53995c3f42cd8ad8;Sampled=0", reads(t, get("/", "X-Amzn-Trace-Id: Sampled=0; Parent=53995c3f42cd8ad8; "+root), trace))
}

func TestHexadecimal(t *testing.T) {
	for _, v := range []uint32{0, 1, 0x09af90fa, 0xffffffff, 0x12345678, 0x9abcdef0} {
		require.Equal(t, fmt.Sprintf("%08x", v), string(appendHex8(nil, v)))
	}
	require.Equal(t, "01234567-89ab-4def-8123-456789abcdef", string(appendUUID(nil, 0x0123456789abcdef, 0x0123456789abcdef)))
	require.Equal(t, "ffffffff-ffff-4fff-bfff-ffffffffffff", string(appendUUID(nil, math.MaxUint64, math.MaxUint64)))
}

func TestClientAddress(t *testing.T) {
	address := func(c *Ctx) string { return c.ClientAddr() }
	trusted := WithTrustedProxies(prefixes("192.0.2.0/24", "10.0.0.0/8"))
	forwarded := func(values ...string) string {
		var headers []string
		for _, v := range values {
			headers = append(headers, "X-Forwarded-For: "+v)
		}
		return get("/", headers...)
	}
	require.Equal(t, "192.0.2.1", reads(t, forwarded("203.0.113.7"), address), "nobody is trusted unless named")
	require.Equal(t, "203.0.113.7", reads(t, forwarded("203.0.113.7"), address, trusted))
	require.Equal(t, "203.0.113.7", reads(t, forwarded("198.51.100.9, 203.0.113.7, 10.1.1.1"), address, trusted))
	require.Equal(t, "203.0.113.7", reads(t, forwarded("198.51.100.9", "203.0.113.7,10.1.1.1"), address, trusted))
	require.Equal(t, "10.1.1.1", reads(t, forwarded("198.51.100.9, nonsense, 10.1.1.1"), address, trusted))
	require.Equal(t, "10.1.1.1", reads(t, forwarded("10.1.1.1"), address, trusted))
	require.Equal(t, "2001:db8::1", reads(t, forwarded("[2001:db8::1]:443"), address, trusted))
	require.Equal(t, "203.0.113.7", reads(t, forwarded("::ffff:203.0.113.7"), address, trusted))
}

func TestFieldsToBackends(t *testing.T) {
	headers := []string{"Accept: a", "Connection: close, X-Hop", "X-Hop: h", "Keep-Alive: 1", "TE: trailers", "Via: v", "Content-Encoding: identity", "X-Custom: c",
		"Content-MD5: m", "Expect: 200", "X-Amzn-Trace-Id: t", "Proxy-Connection: p", "Upgrade: u", "Server: s", "User-Agent: ua", "Authorization: AWS4-HMAC-SHA256 x", "Max-Forwards: 1", "WWW-Authenticate: w", "Trailer: X", "Proxy-Authenticate: p"}
	forward := func(c *Ctx) string {
		var on []string
		for i := range c.Fields() {
			if f := &c.Fields()[i]; c.ToBackend(f) {
				on = append(on, f.Name)
			}
		}
		return strings.Join(on, " ")
	}
	require.Equal(t, "Accept X-Custom User-Agent Authorization", reads(t, get("/", headers...), forward))
	require.Equal(t, "Accept X-Custom User-Agent", reads(t, get("/", headers...), func(c *Ctx) string { c.Identify(&Identity{}); return forward(c) + c.Header("Authorization") }),
		"a signature that has let its caller in goes no further")

	var got string
	core := newTestCore(t, &API{Style: Plain}, func(c *Ctx) Fault { got = forward(c); return c.Respond(200).Empty() })
	core.Handle(received(t, get("/", headers...)))
	require.Equal(t, "Accept Via Content-Encoding X-Custom Content-MD5 X-Amzn-Trace-Id Server User-Agent Authorization Max-Forwards WWW-Authenticate", got)
}

func TestConnectionCannotTakeOurFieldsAway(t *testing.T) {
	require.Equal(t, "AWS", reads(t, get("/", "Connection: Authorization, close", "Authorization: AWS"), func(c *Ctx) string {
		for i := range c.Fields() {
			if f := &c.Fields()[i]; c.ToBackend(f) && f.Name == "Authorization" {
				return f.Value
			}
		}
		return ""
	}))
}
