package lambda

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/stretchr/testify/require"
)

// parts is a stream that comes in these parts and then ends with err.
type parts struct {
	texts  []string
	err    error
	closed chan struct{}
	waits  bool // the end comes with Close only
}

func newParts(err error, texts ...string) *parts {
	return &parts{texts: texts, err: err, closed: make(chan struct{})}
}

func (p *parts) Read(b []byte) (int, error) {
	if len(p.texts) == 0 {
		if p.waits {
			<-p.closed
		}
		return 0, p.err
	}
	n := copy(b, p.texts[0])
	if p.texts[0] = p.texts[0][n:]; p.texts[0] == "" {
		p.texts = p.texts[1:]
	}
	return n, nil
}

func (p *parts) Close() error {
	close(p.closed) // twice would be a mistake
	return nil
}

func (p *parts) isClosed() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}

const nul8 = "\x00\x00\x00\x00\x00\x00\x00\x00"

// streamed is the answer to a stream of these parts.
func streamed(t *testing.T, stream *parts, target string) (string, *gateway) {
	t.Helper()
	g := start(t, itemAPI(), &fake{stream: func(call *function.Call) (io.ReadCloser, error) {
		require.Contains(t, string(call.Payload), `"resource":"/items/{id}"`)
		return stream, nil
	}}, streaming)
	answer := g.ask(t, target)
	require.True(t, stream.isClosed())
	return answer, g
}

func TestStream(t *testing.T) {
	chunked := "HTTP/1.1 201 Created\r\nDate: DATE\r\nContent-Type: text/event-stream\r\nConnection: keep-alive\r\nx-amzn-RequestId: UUID\r\nX-B: c\r\nX-B: d\r\nX-A: b\r\n" +
		"Transfer-Encoding: chunked\r\nx-amz-apigw-id: APIGW\r\nX-Amzn-Trace-Id: TRACE\r\nSet-Cookie: e=f\r\n\r\n"
	metadata := `{"statusCode":201,"headers":{"X-A":"b","content-type":"text/event-stream"},"multiValueHeaders":{"X-B":["c","d"]},"cookies":["e=f"]}`
	for name, split := range map[string][]string{
		"at once":    {metadata + nul8 + "one,two"},
		"in parts":   {metadata[:10], metadata[10:] + nul8[:3], nul8[3:] + "one", ",two"},
		"byte-wise":  strings.Split(metadata+nul8+"one,two", ""),
		"body later": {metadata, nul8, "one,", "two"},
	} {
		got, _ := streamed(t, newParts(io.EOF, split...), get("/prod/items/7"))
		head, body, _ := strings.Cut(got, "\r\n\r\n")
		require.Equal(t, chunked, head+"\r\n\r\n", name)
		require.Equal(t, "one,two", unchunked(t, body), name)
	}
}

// unchunked is the data of a body in chunks that has come whole.
func unchunked(t *testing.T, body string) string {
	t.Helper()
	require.True(t, strings.HasSuffix(body, "0\r\n\r\n"), "%q", body)
	data := ""
	for body != "0\r\n\r\n" {
		_, rest, _ := strings.Cut(body, "\r\n")
		part, rest, _ := strings.Cut(rest, "\r\n")
		data, body = data+part, rest
	}
	return data
}

func TestStreamWithALength(t *testing.T) {
	got, _ := streamed(t, newParts(io.EOF, `{"headers":{"Content-Length":"3"}}`+nul8+"ab", "cdef"), get("/prod/items/7"))
	require.Contains(t, got, "Content-Length: 3\r\n")
	require.True(t, strings.HasSuffix(got, "\r\n\r\nabc"), "what is too much is dropped: %q", got)
	got, g := streamed(t, newParts(io.EOF, `{"headers":{"Content-Length":"30"}}`+nul8+"ab"), get("/prod/items/7"))
	require.True(t, strings.HasSuffix(got, "BROKEN"), "what is too little breaks off: %q", got)
	require.Contains(t, g.log.String(), "broke off")
	got, _ = streamed(t, newParts(io.EOF, `{"statusCode":204}`+nul8+"ab"), get("/prod/items/7"))
	require.Contains(t, got, "HTTP/1.1 204 No Content")
	require.NotContains(t, got, "ab\r\n")
}

// Amazon answers 500 to a stream of another form.
func TestStreamWithoutPrelude(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "no delimiter": `{"statusCode":200}`, "short delimiter": `{}` + nul8[1:] + "x", "late delimiter": `{"headers":{"a":"` + strings.Repeat("x", maxPrelude) + `"}}` + nul8,
		"no metadata": nul8 + "x", "body in metadata": `{"body":"x"}` + nul8, "flag in metadata": `{"isBase64Encoded":true}` + nul8, "no JSON": "hello" + nul8, "cookie of another type": `{"cookies":[1]}` + nul8,
		"status": `{"statusCode":99}` + nul8, "header": `{"headers":{"a\n":"b"}}` + nul8,
	} {
		got, g := streamed(t, newParts(io.EOF, text), get("/prod/items/7"))
		require.Equal(t, serverError(), got, name)
		require.Contains(t, g.log.String(), malformedLog, name)
	}
}

func TestStreamThatFails(t *testing.T) {
	failure := &function.Failure{Type: "Error", Message: "too bad"}
	got, g := streamed(t, newParts(failure, `{"statusCode":2`), get("/prod/items/7"))
	require.Equal(t, badGateway(), got, "before its first byte")
	require.Contains(t, g.log.String(), "customer function error: too bad")
	got, g = streamed(t, newParts(failure, `{"statusCode":200}`+nul8, "one"), get("/prod/items/7"))
	require.Contains(t, got, "HTTP/1.1 200 OK")
	require.True(t, strings.HasSuffix(got, "BROKEN"), "midway: %q", got)
	require.Contains(t, g.log.String(), "too bad")
	got, _ = streamed(t, newParts(errors.New("?"), `{"st`), get("/prod/items/7"))
	require.Equal(t, serverError(), got)
}

// The timeout bounds the metadata: a stream that stands still before it is closed.
func TestStreamThatStandsStill(t *testing.T) {
	stream := newParts(io.ErrClosedPipe, `{"statusCode":`)
	stream.waits = true
	g := start(t, itemAPI(), &fake{stream: func(*function.Call) (io.ReadCloser, error) { return stream, nil }},
		func(g *gateway, c *gw.Ctx) gw.Fault { return g.item.Stream(c, 10*time.Millisecond) })
	require.Contains(t, g.ask(t, get("/prod/items/7")), "HTTP/1.1 504")
	require.True(t, stream.isClosed())

	still := newParts(io.ErrClosedPipe)
	still.waits = true
	w := watch{stream: still}
	w.begin(time.Millisecond)
	_, err := still.Read(nil) // ends when the watch closes it
	require.ErrorIs(t, err, io.ErrClosedPipe)
	require.True(t, w.expired())
}
