package fast

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/gatewright/gatewright/runtime/front/shed"
)

// bench is a server whose clock the test moves, and a way to connect to it.
type bench struct {
	*Server
	t  *testing.T
	ln net.Listener
}

// serve starts a server without a sweeper: the test calls pass.
func serve(t *testing.T, cfg Config) *bench {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	b := &bench{Server: New(cfg), t: t, ln: ln}
	go func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			b.start(nc, nil)
		}
	}()
	t.Cleanup(func() {
		ln.Close()
		b.Close()
	})
	return b
}

// pass lets d go by and has the sweeper look once.
func (b *bench) pass(d time.Duration) {
	b.coarse.Add(d.Milliseconds())
	b.sweep()
}

// await waits until some connection is in phase p.
func (b *bench) await(p phase) {
	b.t.Helper()
	b.until("phase", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		for s := b.first; s != nil; s = s.next {
			if now, _ := s.now(); now == p {
				return true
			}
		}
		return false
	})
}

// read waits until the piece of a body that was sent last is read.
func (b *bench) read() {
	b.t.Helper()
	b.until("the piece is read", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.first == nil {
			return true
		}
		p, age := b.first.now()
		return p != phaseBody || age == 0
	})
}

// until waits for a condition that another goroutine brings about.
func (b *bench) until(what string, is func() bool) {
	b.t.Helper()
	for start := time.Now(); !is(); runtime.Gosched() {
		if time.Since(start) > 10*time.Second {
			b.t.Fatalf("never came: %s", what)
		}
	}
}

type client struct {
	net.Conn
	t  *testing.T
	br *bufio.Reader
}

func (b *bench) dial() *client {
	b.t.Helper()
	nc, err := net.Dial("tcp", b.ln.Addr().String())
	require.NoError(b.t, err)
	require.NoError(b.t, nc.SetDeadline(time.Now().Add(20*time.Second)))
	b.t.Cleanup(func() { nc.Close() })
	return newClient(b.t, nc)
}

func newClient(t *testing.T, nc net.Conn) *client {
	return &client{Conn: nc, t: t, br: bufio.NewReader(nc)}
}

func (c *client) send(text string) {
	c.t.Helper()
	_, err := io.WriteString(c, text)
	require.NoError(c.t, err)
}

// answer reads one response whole.
func (c *client) answer(method string) (*http.Response, string) {
	c.t.Helper()
	resp, err := http.ReadResponse(c.br, &http.Request{Method: method})
	require.NoError(c.t, err)
	text, err := io.ReadAll(resp.Body)
	require.NoError(c.t, err)
	return resp, string(text)
}

// closed wants the end of the connection and nothing before it.
func (c *client) closed() {
	c.t.Helper()
	rest, err := io.ReadAll(c.br)
	if err != nil && !errors.Is(err, net.ErrClosed) && !strings.Contains(err.Error(), "reset") {
		c.t.Fatal(err)
	}
	require.Empty(c.t, string(rest))
}

// echo answers with method, target and body.
func echo(ctx *fasthttp.RequestCtx) {
	text := string(ctx.Method()) + " " + string(ctx.Request.Header.RequestURI()) + "\n"
	if !ctx.Request.IsBodyStream() {
		ctx.Response.SetBodyString(text + string(ctx.Request.Body()))
		return
	}
	body, err := io.ReadAll(ctx.RequestBodyStream())
	var broken *BodyError
	if errors.As(err, &broken) {
		ctx.Response.SetStatusCode(broken.StatusCode())
		ctx.Response.SetBodyString(err.Error())
		return
	}
	ctx.Response.SetBodyString(text + string(body))
}

func TestKeepsTheConnection(t *testing.T) {
	c := serve(t, Config{Handler: echo}).dial()
	for _, step := range []struct{ send, want string }{
		{"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a?b=c\n"},
		{"\r\nGET /empty-line-before HTTP/1.1\r\nHost: x\r\n\r\n", "GET /empty-line-before\n"},
		{"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "POST /p\nhello"},
		{"POST /0 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "POST /0\n"},
		{"POST /c HTTP/1.1\r\nHost: x\r\ntransfer-encoding: Chunked\r\n\r\n3;x=y\r\nabc\r\n00a\r\n0123456789\r\n0\r\nX: y\r\n\r\n", "POST /c\nabc0123456789"},
		{"GET http://x/abs HTTP/1.1\r\nHost: x\r\n\r\n", "GET http://x/abs\n"},
		{"GET /old HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET /old\n"},
	} {
		c.send(step.send)
		resp, text := c.answer("")
		require.Equal(t, 200, resp.StatusCode, step.send)
		require.Equal(t, step.want, text, step.send)
		require.False(t, resp.Close, step.send)
	}
	c.send("HEAD /h HTTP/1.1\r\nHost: x\r\n\r\nGET /after HTTP/1.1\r\nHost: x\r\nConnection: foo, close\r\n\r\n")
	resp, _ := c.answer("HEAD")
	require.Equal(t, int64(8), resp.ContentLength)
	resp, text := c.answer("GET")
	require.Equal(t, "GET /after\n", text)
	require.True(t, resp.Close)
	c.closed()
}

func TestHeadsInPieces(t *testing.T) {
	b := serve(t, Config{Handler: echo})
	c := b.dial()
	for _, piece := range strings.SplitAfter("PUT /x HTTP/1.1\r\nHost: x\r\nA: "+strings.Repeat("long", 2000)+"\r\nContent-Length: 6\r\n\r\nab", "") {
		c.send(piece)
	}
	c.send("cdef")
	_, text := c.answer("")
	require.Equal(t, "PUT /x\nabcdef", text)
	c.send("GET /next HTTP/1.1\r\nHost: x\r\n\r\n")
	_, text = c.answer("")
	require.Equal(t, "GET /next\n", text)
}

func TestPipeline(t *testing.T) {
	c := serve(t, Config{Handler: echo}).dial()
	one := "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
	two := "POST /2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ncd\r\n0\r\n\r\n"
	c.send(strings.Repeat(one+two, 200))
	for range 200 {
		_, text := c.answer("")
		require.Equal(t, "POST /1\nab", text)
		_, text = c.answer("")
		require.Equal(t, "POST /2\ncd", text)
	}
}

func TestBodiesThatNobodyReads(t *testing.T) {
	ignore := func(ctx *fasthttp.RequestCtx) { ctx.Response.SetBodyString("no") }
	next := "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	t.Run("short ones are passed over", func(t *testing.T) {
		c := serve(t, Config{Handler: ignore}).dial()
		c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + strings.Repeat("GET / HTTP/1.1\r\n\r\n", 60000/18+1)[:60000] + next)
		for range 2 {
			resp, text := c.answer("")
			require.Equal(t, "no", text)
			require.False(t, resp.Close)
		}
		c.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")
		_, text := c.answer("")
		require.Equal(t, "no", text)
		c.send("lo\r\n0\r\n\r\n" + next)
		_, text = c.answer("")
		require.Equal(t, "no", text)
	})
	t.Run("long ones end the connection, after the answer", func(t *testing.T) {
		c := serve(t, Config{Handler: ignore}).dial()
		c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + strings.Repeat("x", 200000))
		resp, text := c.answer("")
		require.Equal(t, "no", text)
		require.True(t, resp.Close)
		c.closed()
	})
	t.Run("a broken one ends the connection", func(t *testing.T) {
		c := serve(t, Config{Handler: ignore}).dial()
		c.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n")
		_, text := c.answer("")
		require.Equal(t, "no", text)
		c.send("abcxyz\r\n" + next)
		c.closed()
	})
}

// A chunked body that is seen to be broken when its head is read never reaches the handler.
func TestBrokenChunksAreSeenAtOnce(t *testing.T) {
	begun := atomic.Int32{}
	srv := serve(t, Config{Handler: func(*fasthttp.RequestCtx) { begun.Add(1) }})
	for _, sent := range []string{
		"xyz\r\n", "\r\n", "3\n", "3\rabc", "3 \r\n", "-3\r\n", "0x3\r\n", "3\r\nabcd", "3\r\nabc\rd", "3\r\nabc\n", "3\r\nabc\r\nz\r\n",
		"3;" + strings.Repeat("a", maxChunkLine), "0\r\nA : b\r\n", "0\r\n A: b\r\n", "0\r\n\n", "0\r\nA\rB",
	} {
		c := srv.dial()
		c.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + sent)
		resp, _ := c.answer("")
		require.Equal(t, 400, resp.StatusCode, "%q", sent)
		c.closed()
	}
	require.Zero(t, begun.Load())
}

func TestExpectContinue(t *testing.T) {
	t.Run("the body is called for when it is read", func(t *testing.T) {
		c := serve(t, Config{Handler: echo}).dial()
		c.send("POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nexpect: 100-Continue\r\n\r\n")
		line, err := c.br.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
		_, err = c.br.ReadString('\n')
		require.NoError(t, err)
		c.send("ok")
		_, text := c.answer("")
		require.Equal(t, "POST /e\nok", text)
	})
	t.Run("an answer without it ends the connection", func(t *testing.T) {
		c := serve(t, Config{Handler: func(ctx *fasthttp.RequestCtx) { ctx.SetStatusCode(403) }}).dial()
		c.send("POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
		resp, _ := c.answer("")
		require.Equal(t, 403, resp.StatusCode)
		require.True(t, resp.Close)
		c.closed()
	})
}

func TestHTTP10Stream(t *testing.T) {
	c := serve(t, Config{Handler: func(ctx *fasthttp.RequestCtx) {
		ctx.Response.SetBodyStream(strings.NewReader("until the end"), -1)
	}}).dial()
	c.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
	raw, err := io.ReadAll(c.br)
	require.NoError(t, err)
	head, body, _ := strings.Cut(string(raw), "\r\n\r\n")
	require.Equal(t, "until the end", body)
	require.NotContains(t, head, "Transfer-Encoding")
	require.Contains(t, head, "Connection: close")
}

// brokenStream fails after some bytes.
type brokenStream struct{ left int }

func (s *brokenStream) Read(b []byte) (int, error) {
	if s.left == 0 {
		return 0, errors.New("backend went away")
	}
	n := min(s.left, len(b))
	s.left -= n
	return n, nil
}

func TestBrokenAnswerHasNoEnd(t *testing.T) {
	c := serve(t, Config{Handler: func(ctx *fasthttp.RequestCtx) {
		ctx.Response.SetBodyStream(&brokenStream{left: 100}, -1)
	}}).dial()
	c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	resp, err := http.ReadResponse(c.br, nil)
	require.NoError(t, err)
	_, err = io.ReadAll(resp.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestPanicCostsOneRequest(t *testing.T) {
	b := serve(t, Config{Handler: func(ctx *fasthttp.RequestCtx) { panic("boom") }})
	c := b.dial()
	c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	resp, text := c.answer("")
	require.Equal(t, 500, resp.StatusCode)
	require.NotContains(t, text, "boom")
	c.closed()
}

func TestIdleConnectionsGiveBuffersBack(t *testing.T) {
	b := serve(t, Config{Handler: echo})
	c := b.dial()
	for range 3 {
		c.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
		_, text := c.answer("")
		require.Equal(t, "GET /x\n", text)
		b.await(phaseIdle)
		b.pass(2 * time.Second)
		b.await(phaseParked)
	}
	b.pass(75 * time.Second)
	c.closed()
	b.until("the connection is gone", func() bool { return b.Open() == 0 })
}

func TestInterruptedBody(t *testing.T) {
	b := serve(t, Config{Handler: func(ctx *fasthttp.RequestCtx) {
		stream := ctx.RequestBodyStream()
		failed := make(chan error)
		go func() {
			_, err := io.Copy(io.Discard, stream)
			failed <- err
		}()
		stream.(interface{ Interrupt() }).Interrupt()
		if <-failed == nil {
			panic("read on")
		}
		ctx.SetConnectionClose()
		ctx.Response.SetBodyString("enough")
	}})
	c := b.dial()
	c.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")
	_, text := c.answer("")
	require.Equal(t, "enough", text)
	c.send("still sending")
	c.closed()
}

func TestShutdownFinishesRequests(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	b := serve(t, Config{Handler: func(ctx *fasthttp.RequestCtx) {
		if string(ctx.Path()) == "/slow" {
			close(entered)
			<-leave
		}
		echo(ctx)
	}})
	idle, busy := b.dial(), b.dial()
	idle.send("GET /fast HTTP/1.1\r\nHost: x\r\n\r\n")
	idle.answer("")
	busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
	<-entered
	done := make(chan error)
	go func() { done <- b.Shutdown(context.Background()) }()
	b.until("draining", func() bool { return b.draining.Load() })
	// An idle connection is served for a moment still: its client may have sent a request already.
	idle.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n")
	resp, text := idle.answer("")
	require.Equal(t, "GET /late\n", text)
	require.True(t, resp.Close)
	close(leave)
	resp, text = busy.answer("")
	require.Equal(t, "GET /slow\n", text)
	require.True(t, resp.Close)
	require.NoError(t, <-done)
}

func TestShutdownClosesIdleConnections(t *testing.T) {
	b := serve(t, Config{Handler: echo})
	c, fresh := b.dial(), b.dial()
	c.send("GET /fast HTTP/1.1\r\nHost: x\r\n\r\n")
	c.answer("")
	b.await(phaseIdle)
	b.await(phaseNew)
	done := make(chan error)
	go func() { done <- b.Shutdown(context.Background()) }()
	b.until("draining", func() bool { return b.draining.Load() })
	b.pass(time.Second)
	c.closed()
	fresh.closed()
	require.NoError(t, <-done)
}

func TestShutdownCutsAtTheEndOfPatience(t *testing.T) {
	b := serve(t, Config{Handler: echo})
	c := b.dial()
	c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe")
	b.await(phaseBody)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, b.Shutdown(ctx), context.Canceled)
	c.closed()
}

func TestMostConnections(t *testing.T) {
	b := serve(t, Config{Handler: echo, Limits: Limits{Connections: 1}})
	one := b.dial()
	b.await(phaseNew)
	b.dial().closed()
	one.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
	_, text := one.answer("")
	require.Equal(t, "GET /x\n", text)
}

func TestHTTP2PrefaceIsHandedOver(t *testing.T) {
	const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	got := make(chan string, 1)
	b := serve(t, Config{Handler: echo, HTTP2: func(nc net.Conn) {
		defer nc.Close()
		text := make([]byte, len(preface)+3)
		if _, err := io.ReadFull(nc, text); err != nil {
			got <- err.Error()
			return
		}
		got <- string(text)
	}})
	c := b.dial()
	for _, piece := range []string{preface[:3], preface[3:20], preface[20:], "abc"} {
		c.send(piece)
	}
	require.Equal(t, preface+"abc", <-got)
	c.closed()
	b.until("the connection is gone", func() bool { return b.Open() == 0 })
}

func TestServeCostsNoAllocation(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	var served atomic.Int64
	body := []byte("hello")
	b := serve(t, Config{Watch: shed.New(time.Hour), Handler: func(ctx *fasthttp.RequestCtx) {
		served.Add(1)
		ctx.Response.SetBodyRaw(body)
	}})
	c := b.dial()
	request := []byte("POST /pets?limit=3 HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\nContent-Length: 5\r\n\r\nhello")
	answer := make([]byte, 1024)
	n := testing.AllocsPerRun(500, func() {
		if _, err := c.Write(request); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(answer); err != nil {
			t.Fatal(err)
		}
	})
	require.Zero(t, n)
	require.True(t, bytes.HasPrefix(answer, []byte("HTTP/1.1 200 OK\r\n")))
	require.Equal(t, int64(501), served.Load())
}

func TestBeyondManyWorkersBuffersGoBackAtOnce(t *testing.T) {
	b := serve(t, Config{Handler: echo})
	b.busy.Store(manyWorkers)
	c := b.dial()
	for range 3 {
		c.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
		_, text := c.answer("")
		require.Equal(t, "GET /x\n", text)
		b.await(phaseParked)
	}
}
