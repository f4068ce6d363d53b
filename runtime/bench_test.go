package runtime

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var benchRoute = Route{ID: "hello", Method: "GET", Path: "/hello"}

const benchRequest = "GET /hello?x=1 HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\nX-Request: abc\r\n\r\n"

func helloMock(c *Ctx) Fault {
	c.Enter(&benchRoute)
	if c.Path().Key(0) != "hello" {
		return MissingAuthenticationToken
	}
	r := c.Respond(200)
	r.Header("Access-Control-Allow-Origin", "*")
	return r.Text(`{"message":"hello"}`)
}

func BenchmarkHandleMock(b *testing.B) {
	core := newTestCore(b, &API{Routes: []*Route{&benchRoute}}, helloMock)
	rc := received(b, benchRequest)
	for b.Loop() {
		core.Handle(rc)
	}
}

// BenchmarkHandleMockWritten adds what the server does with the answer.
func BenchmarkHandleMockWritten(b *testing.B) {
	core := newTestCore(b, &API{Routes: []*Route{&benchRoute}}, helloMock)
	rc := received(b, benchRequest)
	w := bufio.NewWriter(io.Discard)
	for b.Loop() {
		core.Handle(rc)
		rc.Response.Write(w)
		w.Flush()
	}
}

func BenchmarkHandleUnknownRoute(b *testing.B) {
	core := newTestCore(b, &API{}, func(*Ctx) Fault { return MissingAuthenticationToken })
	rc := received(b, benchRequest)
	for b.Loop() {
		core.Handle(rc)
	}
}

func BenchmarkHandleOutbound(b *testing.B) {
	core := newTestCore(b, &API{Routes: []*Route{&benchRoute}}, outboundStep)
	rc := received(b, benchRequest)
	for b.Loop() {
		core.Handle(rc)
	}
}

func outboundStep(c *Ctx) Fault {
	c.Enter(&benchRoute)
	out := c.Outbound("GET", time.Second)
	out.Literal("/pets/")
	out.Path(c.Segment(0))
	out.Query("x", c.Query("x"))
	out.Header("X-Request", c.Var(RequestID))
	if f := out.Fault(); f != OK {
		return f
	}
	return c.Respond(200).Empty()
}

func BenchmarkPathParse(b *testing.B) {
	var p Path
	for b.Loop() {
		p.Parse("/repos/octocat/hello-world/issues/42/comments")
	}
}

// A request in the handler costs no allocation: neither a mock, nor a failure, nor what a proxied request is put
// together from.
func TestHandleAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector has pools forget what they hold")
	}
	for name, serve := range map[string]func(*Ctx) Fault{
		"mock":     helloMock,
		"fault":    func(c *Ctx) Fault { return MissingAuthenticationToken },
		"outbound": outboundStep,
	} {
		core := newTestCore(t, &API{Routes: []*Route{&benchRoute}}, serve)
		rc := received(t, benchRequest)
		core.Handle(rc)
		require.Zero(t, testing.AllocsPerRun(200, func() { core.Handle(rc) }), name)
	}
}

// BenchmarkHandleChecked validates a body of 2 KB on the way; without validation it is BenchmarkHandleUnchecked.
func BenchmarkHandleChecked(b *testing.B) {
	benchmarkBody(b, func(c *Ctx) Fault { return c.ValidateBody(named) })
}

func BenchmarkHandleUnchecked(b *testing.B) { benchmarkBody(b, func(*Ctx) Fault { return OK }) }

func benchmarkBody(b *testing.B, check func(*Ctx) Fault) {
	item := `{"id":12345678,"sku":"ABC-1234-XYZ","title":"A thing with a longer name","price":12.5,"tags":["new","sale"],"open":true},`
	text := `{"name":"order","items":[` + strings.TrimSuffix(strings.Repeat(item, 16), ",") + `]}`
	core := checking(b, REST, check)
	rc := received(b, post("/a/1", text, "Content-Length: "+strconv.Itoa(len(text))))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		core.Handle(rc)
	}
}
