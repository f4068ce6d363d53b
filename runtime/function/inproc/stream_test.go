package inproc

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/front/fast"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/stretchr/testify/require"
)

// step is a reader whose reads are functions of the test.
type step struct {
	reads  []func(p []byte) (int, error)
	closed chan struct{}
}

func (s *step) Read(p []byte) (int, error) {
	if len(s.reads) == 0 {
		return 0, io.EOF
	}
	read := s.reads[0]
	s.reads = s.reads[1:]
	return read(p)
}

func (s *step) Close() error {
	close(s.closed) // twice would be a mistake
	return nil
}

func says(text string) func([]byte) (int, error) {
	return func(p []byte) (int, error) { return copy(p, text), nil }
}

const nul8 = "\x00\x00\x00\x00\x00\x00\x00\x00"

// unchunked is the data of a body in chunks.
func unchunked(body string) (data string, whole bool) {
	for body != "" {
		var part string
		_, body, _ = strings.Cut(body, "\r\n")
		part, body, whole = strings.Cut(body, "\r\n")
		data += part
		if part == "" {
			return data, whole
		}
	}
	return data, false
}

func TestStreams(t *testing.T) {
	for name, handler := range map[string]any{
		"streaming response": func(request) (*events.APIGatewayProxyStreamingResponse, error) {
			return &events.APIGatewayProxyStreamingResponse{StatusCode: 201, Body: strings.NewReader("streamed")}, nil
		},
		"function URL response": func(context.Context, request) (*events.LambdaFunctionURLStreamingResponse, error) {
			return &events.LambdaFunctionURLStreamingResponse{StatusCode: 201, Body: strings.NewReader("streamed")}, nil
		},
		"reader": func(any) (io.Reader, error) { return strings.NewReader(`{"statusCode":201}` + nul8 + "streamed"), nil },
	} {
		g := start(t, handler, streaming)
		status, body := g.ask(t, post(itemPath, ""))
		require.Equal(t, 201, status, name)
		data, whole := unchunked(body)
		require.True(t, whole, "%s: %q", name, body)
		require.Equal(t, "streamed", data)
	}
	for name, test := range map[string]struct {
		handler any
		status  int
	}{
		"no stream": {func(request) (response, error) { return response{StatusCode: 200}, nil }, 500},
		"error":     {func(request) (io.Reader, error) { return nil, errors.New("no") }, 502},
		"panic":     {func(request) (io.Reader, error) { panic("no") }, 502},
		"error at once": {func(request) (io.Reader, error) {
			return &step{closed: make(chan struct{}), reads: []func([]byte) (int, error){func([]byte) (int, error) { return 0, errors.New("no") }}}, nil
		}, 502},
		"panic at once": {func(request) (io.Reader, error) {
			return &step{closed: make(chan struct{}), reads: []func([]byte) (int, error){func([]byte) (int, error) { panic("no") }}}, nil
		}, 502},
	} {
		status, body := start(t, test.handler, streaming).ask(t, post(itemPath, ""))
		require.Equal(t, test.status, status, name)
		require.Equal(t, internalBody, body, name)
	}
}

// What fails midway breaks off, whatever the way.
func TestStreamsThatBreakOff(t *testing.T) {
	for name, last := range map[string]func([]byte) (int, error){
		"error":  func([]byte) (int, error) { return 0, errors.New("no") },
		"panic":  func([]byte) (int, error) { panic("no") },
		"goexit": func([]byte) (int, error) { runtime.Goexit(); return 0, nil },
	} {
		reader := &step{closed: make(chan struct{}), reads: []func([]byte) (int, error){says("{}" + nul8), says("one"), last}}
		g := start(t, func() (io.Reader, error) { return reader, nil }, streaming)
		status, body := g.ask(t, post(itemPath, ""))
		require.Equal(t, 200, status, name)
		require.True(t, strings.HasSuffix(body, "BROKEN"), "%s: %q", name, body)
		<-reader.closed
	}
}

// A stream whose reader goes away ends the handler's context, and one that is late for its first byte is left behind.
func TestStreamsThatNobodyReads(t *testing.T) {
	core := gw.NewCore(api())
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	waits := make(chan error, 1)
	open := func(handler any) function.Target {
		place, err := Func(handler).Open(core, function.Function{Name: "x"})
		require.NoError(t, err)
		return place
	}
	reader := &step{closed: make(chan struct{})}
	target := open(func(ctx context.Context) (io.Reader, error) {
		_, has := ctx.Deadline()
		require.False(t, has, "a stream has no deadline")
		reader.reads = []func([]byte) (int, error){says("first"), func([]byte) (int, error) {
			<-ctx.Done()
			waits <- ctx.Err()
			return 0, ctx.Err()
		}}
		return reader, nil
	})
	stream, err := target.Stream(&function.Call{Payload: []byte("{}"), Deadline: time.Now().Add(patience)})
	require.NoError(t, err)
	first := make([]byte, 5)
	_, err = io.ReadFull(stream, first)
	require.NoError(t, err)
	require.Equal(t, "first", string(first))
	read := make(chan error, 1)
	go func() {
		_, err := stream.Read(first)
		read <- err
	}()
	require.NoError(t, stream.Close())
	require.Error(t, <-read, "the read that waited ends")
	require.ErrorIs(t, <-waits, context.Canceled)
	<-reader.closed

	release := make(chan struct{})
	late := &step{closed: make(chan struct{}), reads: []func([]byte) (int, error){func(p []byte) (int, error) {
		<-release
		return copy(p, "late"), nil
	}}}
	_, err = open(func() (io.Reader, error) { return late, nil }).Stream(&function.Call{Payload: []byte("{}"), Deadline: time.Now().Add(time.Millisecond)})
	require.ErrorIs(t, err, function.ErrTimeout)
	close(release)
	<-late.closed
}

func TestReadersThatAreTooLong(t *testing.T) {
	core := gw.NewCore(api(), gw.WithLimits(gw.Limits{ReplyBytes: 10}))
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	target, err := Func(func() (io.Reader, error) { return strings.NewReader("0123456789a"), nil }).Open(core, function.Function{Name: "x"})
	require.NoError(t, err)
	var answer function.Answer
	require.NoError(t, target.Invoke(&function.Call{Payload: []byte("{}")}, &answer))
	require.Equal(t, "Unhandled", answer.Error)
	require.Contains(t, string(answer.Payload), "more than an answer may have")
}

// What a handler has said reaches the client before it says more, through both fronts.
func TestStreamsAreNotHeldBack(t *testing.T) {
	for _, front := range []string{"fast", "net"} {
		heard := make(chan struct{})
		reader := &step{closed: make(chan struct{}), reads: []func([]byte) (int, error){says("{}" + nul8), says("one"), func(p []byte) (int, error) {
			<-heard
			return copy(p, "two"), nil
		}}}
		g := start(t, func() (io.Reader, error) { return reader, nil }, streaming)
		addr := serve(t, g, front)
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Get("http://" + addr + itemPath)
		require.NoError(t, err, front)
		first := make([]byte, 3)
		_, err = io.ReadFull(response.Body, first)
		require.NoError(t, err)
		require.Equal(t, "one", string(first))
		close(heard)
		rest, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, "two", string(rest))
		<-reader.closed
	}
}

// serve has g served on a free port.
func serve(t *testing.T, g *gateway, front string) (addr string) {
	t.Helper()
	if front == "net" {
		server := httptest.NewServer(g.Core)
		t.Cleanup(server.Close)
		return server.Listener.Addr().String()
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := fast.New(fast.Config{Handler: g.Handle})
	done := make(chan error, 1)
	go func() { done <- server.Serve(ln, nil) }()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		require.ErrorIs(t, <-done, fast.ErrClosed)
	})
	return ln.Addr().String()
}
