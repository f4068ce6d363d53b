package fast

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/gatewright/gatewright/runtime/front/shed"
)

// accepted is a connection that the server has not seen yet, on which a client has sent text.
func (b *bench) accepted(ln net.Listener, text string) (*client, *sock) {
	b.t.Helper()
	nc, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(b.t, err)
	require.NoError(b.t, nc.SetDeadline(time.Now().Add(20*time.Second)))
	b.t.Cleanup(func() { nc.Close() })
	there, err := ln.Accept()
	require.NoError(b.t, err)
	b.t.Cleanup(func() { there.Close() })
	c := newClient(b.t, nc)
	c.send(text)
	s := &sock{Conn: there, srv: b.Server}
	s.direct.open(there)
	return c, s
}

// waits lets the kernel's clock move on until what is in the socket waited for d.
func (b *bench) waits(s *sock, d time.Duration) {
	b.t.Helper()
	b.until("it waited", func() bool {
		wait, _ := s.waited()
		return wait >= d
	})
}

func aside(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { ln.Close() })
	return ln
}

const once = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

func TestLateRequestsAreSentAway(t *testing.T) {
	if !TellsWaits {
		t.Skip("this system does not tell how long requests wait")
	}
	watch := shed.New(20 * time.Millisecond)
	b := serve(t, Config{Handler: echo, Watch: watch, Shed: func(ctx *fasthttp.RequestCtx) { ctx.SetStatusCode(503) }})
	for range 20 { // a queue is forgotten when the test itself stands still for long
		// The first request waited long, the second came in one piece with it.
		c, s := b.accepted(aside(t), once+once)
		b.waits(s, 60*time.Millisecond)
		b.until("a queue stands", func() bool { return watch.Looking() && watch.Late(time.Second) })
		b.start(s.Conn, nil)
		first, _ := c.answer("GET")
		require.False(t, first.Close)
		second, _ := c.answer("GET")
		require.Equal(t, 200, second.StatusCode, "nobody knows how long it waited")
		if first.StatusCode == 503 {
			return
		}
	}
	t.Error("all were served")
}

// What a client sends before it has its answer waits for that, and not because there is too much to do.
func TestWaitsEndWithAnAnswer(t *testing.T) {
	if !TellsWaits {
		t.Skip("this system does not tell how long requests wait")
	}
	b := serve(t, Config{Handler: echo})
	c, s := b.accepted(aside(t), "x")
	b.waits(s, 30*time.Millisecond)
	_, err := s.direct.write([]byte("y"))
	require.NoError(t, err)
	wait, quiet := s.waited()
	require.GreaterOrEqual(t, wait, 30*time.Millisecond)
	require.Less(t, quiet, wait)
	c.send("z")
	b.until("a new piece", func() bool {
		again, _ := s.waited()
		return again < wait
	})
}

// HTTP/2 reads what came long ago and what has just come; it knows of both.
func TestReadsForHTTP2KnowWhenItCame(t *testing.T) {
	if !TellsWaits {
		t.Skip("this system does not tell how long requests wait")
	}
	b := serve(t, Config{Handler: echo, Watch: shed.New(time.Second)})
	c, s := b.accepted(aside(t), "")
	s.stamped = stamp(s)
	require.NotNil(t, s.stamped)
	buffer := make([]byte, 8)
	b.until("the kernel begins to note when data comes", func() bool {
		c.send("old")
		b.waits(s, 30*time.Millisecond)
		n, err := s.readReleased(buffer)
		require.NoError(t, err)
		require.Equal(t, "old", string(buffer[:n]))
		return s.Waited() >= 10*time.Millisecond
	})
	for _, piece := range []string{"a", "bc"} {
		c.send(piece)
		n, err := s.readReleased(buffer)
		require.NoError(t, err)
		require.Equal(t, piece, string(buffer[:n]))
	}
	require.NoError(t, s.SetReadDeadline(past))
	_, err := s.readReleased(buffer)
	require.ErrorContains(t, err, "i/o timeout")
	require.NoError(t, s.SetReadDeadline(time.Time{}))
	require.NoError(t, c.Close())
	n, err := s.readReleased(buffer)
	require.Zero(t, n)
	require.ErrorContains(t, err, "EOF")
}

func BenchmarkRequest(b *testing.B) {
	for _, c := range []struct {
		name  string
		watch func() *shed.Watch
	}{
		{"unwatched", func() *shed.Watch { return nil }},
		{"watched", func() *shed.Watch { return shed.New(50 * time.Millisecond) }},
		{"overloaded", func() *shed.Watch {
			w := shed.New(50 * time.Millisecond)
			for !w.Late(time.Second) {
			}
			return w
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			watch := c.watch()
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(b, err)
			s := New(Config{Handler: func(*fasthttp.RequestCtx) {}, Watch: watch, Shed: func(*fasthttp.RequestCtx) {}})
			go func() { _ = s.Serve(ln, nil) }() // it ends with Close
			defer s.Close()
			nc, err := net.Dial("tcp", ln.Addr().String())
			require.NoError(b, err)
			defer nc.Close()
			answer := make([]byte, 4096)
			b.ReportAllocs()
			for b.Loop() {
				if c.name == "overloaded" {
					watch.Late(time.Second)
				}
				_, err := nc.Write([]byte(once))
				require.NoError(b, err)
				_, err = nc.Read(answer)
				require.NoError(b, err)
			}
		})
	}
}
