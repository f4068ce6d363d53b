package runtime

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// answerBody is the status and body of the answer to raw.
func answerBody(t testing.TB, core *Core, raw string) string {
	t.Helper()
	answer := exchange(t, core, raw)
	head, body, _ := strings.Cut(answer, "\r\n\r\n")
	return head[len("HTTP/1.1 "):len("HTTP/1.1 200")] + " " + body
}

// withLength is a POST request whose body has a Content-Length.
func withLength(body string, headers ...string) string {
	return post("/", body, append([]string{fmt.Sprintf("Content-Length: %d", len(body))}, headers...)...)
}

func chunked(body string, headers ...string) string {
	return post("/", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body), append([]string{"Transfer-Encoding: chunked"}, headers...)...)
}

func TestBodyMappings(t *testing.T) {
	bodyText := func(c *Ctx) Fault {
		text, f := c.BodyText()
		if f != OK {
			return f
		}
		return c.Respond(200).Text(text)
	}
	at := func(path string) func(c *Ctx) Fault {
		return func(c *Ctx) Fault {
			text, f := c.BodyAt(MustPath(path))
			if f != OK {
				return f
			}
			return c.Respond(200).Text("<" + text + ">")
		}
	}
	const pets = `{"name":"Rex","age":7,"pi":1.50,"ok":true,"no":null,"tags":["a",{"b":1},[]],"deep":{"name":"in"},"e":"","q":"\"\u00e9"}`
	const invalid = `400 {"message": "Invalid JSON in request body"}`
	for name, test := range map[string]struct {
		serve      func(c *Ctx) Fault
		body, want string
	}{
		"empty":                       {bodyText, "", "200 {}"},
		"JSON as it is":               {bodyText, ` {"a" : 1}`, `200  {"a" : 1}`},
		"no JSON":                     {bodyText, "a=b", "200 a=b"},
		"broken JSON":                 {bodyText, `{"a":`, invalid},
		"single quotes":               {bodyText, `'a'`, invalid},
		"lenient number":              {bodyText, `[01]`, invalid},
		"string":                      {at("$.name"), pets, "200 <Rex>"},
		"escaped string":              {at("$.q"), pets, `200 <"é>`},
		"number":                      {at("$.pi"), pets, "200 <1.5>"},
		"truth":                       {at("$.ok"), pets, "200 <true>"},
		"null":                        {at("$.no"), pets, "200 <>"},
		"miss":                        {at("$.none.more"), pets, "200 <>"},
		"object":                      {at("$.deep"), pets, `200 <{"name":"in"}>`},
		"list":                        {at("$.tags"), pets, `200 <["a",{"b":1},[]]>`},
		"item":                        {at("$.tags[0]"), pets, "200 <a>"},
		"item from the end":           {at("$.tags[-2].b"), pets, "200 <1>"},
		"item beyond":                 {at("$.tags[3]"), pets, "200 <>"},
		"item of an object":           {at("$.deep[0]"), pets, "200 <>"},
		"wildcard":                    {at("$.tags[*]"), pets, `200 <["a",{"b":1},[]]>`},
		"slice":                       {at("$.tags[1:]"), pets, `200 <[{"b":1},[]]>`},
		"slice from the end":          {at("$.tags[-1:]"), pets, `200 <[[]]>`},
		"deep":                        {at("$..name"), pets, `200 <["Rex","in"]>`},
		"deep without a find":         {at("$..nope"), pets, "200 <>"},
		"path into a body that fails": {at("$.a"), `{"a"`, invalid},
		"path into text":              {at("$.a"), `text`, "200 <>"},
		"path into nothing":           {at("$.a"), ``, "200 <>"},
	} {
		core := newTestCore(t, &API{}, test.serve)
		require.Equal(t, test.want, answerBody(t, core, withLength(test.body)), name)
		if test.body != "" {
			require.Equal(t, test.want, answerBody(t, core, chunked(test.body)), name)
		}
	}
}

// A path with many deep steps over a deep body must not take time without end.
func TestDeepPathsAreBounded(t *testing.T) {
	body := strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200)
	core := newTestCore(t, &API{}, func(c *Ctx) Fault {
		text, f := c.BodyAt(MustPath("$..*..*..*..*.none"))
		require.Equal(t, OK, f)
		return c.Respond(200).Text(text)
	})
	require.Equal(t, "200 ", answerBody(t, core, withLength(body)))
}

// echo answers with the whole body.
func echo(c *Ctx) Fault {
	body, f := c.Body()
	if f != OK {
		return f
	}
	return c.Respond(200).Bytes(body)
}

func gzipped(body string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write([]byte(body))
	w.Close()
	return out.String()
}

func TestRequestDecompression(t *testing.T) {
	var z, raw bytes.Buffer
	zw := zlib.NewWriter(&z)
	zw.Write([]byte("hello"))
	zw.Close()
	fw, err := flate.NewWriter(&raw, 9)
	require.NoError(t, err)
	fw.Write([]byte("hello"))
	fw.Close()

	const unsupported = `415 {"message":"Unsupported Media Type"}`
	core := newTestCore(t, &API{}, echo)
	for name, test := range map[string]struct{ coding, body, want string }{
		"gzip":           {"gzip", gzipped("hello"), "200 hello"},
		"GZIP":           {"GZIP", gzipped("hello"), "200 hello"},
		"deflate":        {"deflate", z.String(), "200 hello"},
		"bare deflate":   {"deflate", raw.String(), "200 hello"},
		"identity":       {"identity", "hello", "200 hello"},
		"brotli":         {"br", "hello", unsupported},
		"several":        {"gzip, gzip", "hello", unsupported},
		"no gzip":        {"gzip", "hello", unsupported},
		"cut gzip":       {"gzip", gzipped("hello")[:12], unsupported},
		"cut head":       {"gzip", gzipped("hello")[:3], unsupported},
		"broken deflate": {"deflate", "\x78\x9c\xff\xff", unsupported},
		"empty":          {"gzip", "", "200 "},
	} {
		require.Equal(t, test.want, answerBody(t, core, withLength(test.body, "Content-Encoding: "+test.coding)), name)
		require.Equal(t, test.want, answerBody(t, core, chunked(test.body, "Content-Encoding: "+test.coding)), name)
	}
	require.Equal(t, unsupported, answerBody(t, core, withLength("x", "Content-Encoding: gzip", "Content-Encoding: gzip")))

	plain := newTestCore(t, &API{Style: Plain}, echo)
	require.Equal(t, "200 "+gzipped("hello"), answerBody(t, plain, withLength(gzipped("hello"), "Content-Encoding: gzip")), "plain documents pass it on")
	require.Equal(t, "200 x", answerBody(t, plain, withLength("x", "Content-Encoding: br")))
}

func TestBodyLimits(t *testing.T) {
	tooLong := func(n int) string { return fmt.Sprintf("413 HTTP content length exceeded %d bytes.", n) }
	core := newTestCore(t, &API{}, echo, WithLimits(Limits{BufferedBody: 100}))
	require.Equal(t, "200 "+strings.Repeat("a", 100), answerBody(t, core, withLength(strings.Repeat("a", 100))))
	require.Equal(t, tooLong(100), answerBody(t, core, withLength(strings.Repeat("a", 101))))
	require.Equal(t, "200 "+strings.Repeat("a", 100), answerBody(t, core, chunked(strings.Repeat("a", 100))))
	require.Equal(t, tooLong(100), answerBody(t, core, chunked(strings.Repeat("a", 101))))
	require.Equal(t, tooLong(100), answerBody(t, core, withLength(gzipped(strings.Repeat("a", 1<<20)), "Content-Encoding: gzip")), "a bomb")

	route := &Route{ID: "r", MaxBody: 10}
	serve := func(c *Ctx) Fault {
		c.Enter(route)
		return echo(c)
	}
	core = newTestCore(t, &API{}, serve)
	require.Equal(t, tooLong(10), answerBody(t, core, withLength(strings.Repeat("a", 11))))
	require.Equal(t, tooLong(10), answerBody(t, core, chunked(strings.Repeat("a", 11))))
	require.Equal(t, "200 aaaaaaaaaa", answerBody(t, core, chunked(strings.Repeat("a", 10))))

	core = newTestCore(t, &API{}, echo, WithAWSLimits(true))
	require.Equal(t, tooLong(10485760), answerBody(t, core, chunked(strings.Repeat("a", 10485761))))
	require.Equal(t, "400", answerBody(t, core, get("/", "X: "+strings.Repeat("a", 10_240)))[:3])
	require.Equal(t, "400", answerBody(t, core, get("/"+strings.Repeat("a", 10_240)))[:3])
}

// A stream is bounded while it is read, and a proxy is told before it sends what was declared too long.
func TestStreamedBodyLimits(t *testing.T) {
	route := &Route{ID: "r", MaxBody: 10}
	status := func(length, declared int) (status int, sent string) {
		core := newTestCore(t, &API{}, func(c *Ctx) Fault {
			c.Enter(route)
			whole, stream, size, f := c.RequestBody()
			if f != OK {
				return f
			}
			require.Nil(t, whole)
			require.Equal(t, int64(declared), size)
			all, err := io.ReadAll(stream)
			sent = string(all)
			if err != nil {
				return c.BodyFault(err)
			}
			return c.Respond(200).Empty()
		})
		rc := received(t, get("/"))
		rc.Request.SetBodyStream(strings.NewReader(strings.Repeat("a", length)), declared)
		core.Handle(rc)
		return rc.Response.StatusCode(), sent
	}
	got, sent := status(10, -1)
	require.Equal(t, 200, got)
	require.Len(t, sent, 10)
	got, sent = status(11, -1)
	require.Equal(t, 413, got)
	require.Len(t, sent, 10, "never more than allowed")
	got, _ = status(1<<20, -1)
	require.Equal(t, 413, got)
	got, _ = status(10, 10)
	require.Equal(t, 200, got)
	got, sent = status(11, 11)
	require.Equal(t, 413, got)
	require.Empty(t, sent)
	require.Equal(t, "request body: Bad Request", (&BodyError{status: 400}).Error())
	require.ErrorIs(t, &BodyError{status: 400, cause: io.ErrUnexpectedEOF}, io.ErrUnexpectedEOF)
}

// tornStream is a body that breaks off.
type tornStream struct {
	data io.Reader
	err  error
}

func (s *tornStream) Read(p []byte) (int, error) {
	if n, err := s.data.Read(p); err == nil {
		return n, nil
	}
	return 0, s.err
}

func TestBrokenBodies(t *testing.T) {
	for status, want := range map[int]int{400: 400, 408: 408, 413: 413} {
		core := newTestCore(t, &API{}, echo)
		rc := received(t, get("/"))
		rc.Request.SetBodyStream(&tornStream{strings.NewReader("part"), &BodyError{status: status}}, -1)
		core.Handle(rc)
		require.Equal(t, want, rc.Response.StatusCode())
		require.True(t, rc.Response.ConnectionClose(), status)
	}
	core := newTestCore(t, &API{}, echo)
	rc := received(t, get("/"))
	rc.Request.SetBodyStream(&tornStream{strings.NewReader("part"), errors.New("gone")}, -1)
	core.Handle(rc)
	require.True(t, rc.Response.ConnectionClose())
}

// guardedStream is a body that its front looks after.
type guardedStream struct{ io.Reader }

func (guardedStream) Interrupt() {}

// What is left unread of a body would be taken for the next request.
func TestUnreadBodiesCloseTheConnection(t *testing.T) {
	closes := func(serve func(*Ctx) Fault, stream io.Reader, size int) bool {
		core := newTestCore(t, &API{}, serve)
		rc := received(t, get("/"))
		rc.Request.SetBodyStream(stream, size)
		core.Handle(rc)
		return rc.Response.ConnectionClose()
	}
	ignore := func(c *Ctx) Fault { return c.Respond(200).Empty() }
	require.True(t, closes(ignore, strings.NewReader("x"), -1))
	require.True(t, closes(ignore, strings.NewReader("x"), 1<<20))
	require.False(t, closes(ignore, strings.NewReader("x"), 1), "fasthttp has read it")
	require.False(t, closes(ignore, guardedStream{strings.NewReader("x")}, -1))
	require.False(t, closes(echo, strings.NewReader("x"), -1))
	require.True(t, closes(failWith(Throttled), strings.NewReader("x"), -1))
}
