package httpproxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/stretchr/testify/require"
)

// Events reach the client one by one: the backend sends the next only when the client has the last.
func TestEventsArrive(t *testing.T) {
	next := make(chan string)
	url := raw(t, func(p *peer) {
		if _, err := p.head(); err != nil {
			return
		}
		p.say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
		for event := range next {
			p.say("%x\r\n%s\r\n", len(event), event)
		}
		p.say("0\r\n\r\n")
	})
	for _, style := range []gw.Style{gw.REST, gw.Plain} {
		g := start(t, style, to(url), proxy)
		p := g.dial(t)
		p.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		resp, err := http.ReadResponse(p.br, nil) // the head comes before the first event
		require.NoError(t, err)
		body := bufio.NewReader(resp.Body)
		for i := range 5 {
			event := fmt.Sprintf("data: %d\n", i)
			next <- event
			got, err := body.ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, event, got)
		}
		if style == gw.REST {
			close(next)
			_, err = body.ReadByte()
			require.Equal(t, io.EOF, err)
			next = make(chan string)
		}
	}
	close(next)
}

// A download of known size that trickles arrives as it is sent, too.
func TestTrickleArrives(t *testing.T) {
	next := make(chan string)
	url := raw(t, func(p *peer) {
		if _, err := p.head(); err != nil {
			return
		}
		p.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
		for piece := range next {
			p.say("%s", piece)
		}
	})
	g := start(t, gw.Plain, to(url), proxy)
	p := g.dial(t)
	p.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	resp, err := http.ReadResponse(p.br, nil)
	require.NoError(t, err)
	require.Equal(t, int64(10), resp.ContentLength)
	for _, piece := range []string{"ab", "cde", "fghij"} {
		next <- piece
		got := make([]byte, len(piece))
		_, err := io.ReadFull(resp.Body, got)
		require.NoError(t, err)
		require.Equal(t, piece, string(got))
	}
	close(next)
}

// When the client goes away in the middle of an answer, the backend's connection is closed.
func TestClientGone(t *testing.T) {
	broken := make(chan error, 1)
	url := raw(t, func(p *peer) {
		if _, err := p.head(); err != nil {
			return
		}
		p.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
		for {
			if _, err := p.Write([]byte("400\r\n" + strings.Repeat("x", 1024) + "\r\n")); err != nil {
				broken <- err
				return
			}
		}
	})
	g := start(t, gw.Plain, to(url), proxy)
	p := g.dial(t)
	p.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	_, err := p.head()
	require.NoError(t, err)
	require.NoError(t, p.Close())
	require.Error(t, <-broken)
}

// A client that goes away while nothing is sent is noticed too: before the answer, and in the middle of it.
func TestClientGoneWhileIdle(t *testing.T) {
	for name, begin := range map[string]string{
		"before the head": "",
		"in the body":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked, ended := make(chan struct{}), make(chan error)
			url := raw(t, func(p *peer) {
				if _, err := p.head(); err != nil {
					return
				}
				p.say("%s", begin)
				close(asked)
				_, err := p.br.ReadByte()
				ended <- err
			})
			g := start(t, gw.Plain, to(url), proxy)
			p := g.dial(t)
			p.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
			<-asked
			require.NoError(t, p.Close())
			require.Error(t, <-ended)
		})
	}
}

// zeros is n bytes that nobody stores.
type zeros struct{ n int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.n == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > z.n {
		p = p[:z.n]
	}
	z.n -= int64(len(p))
	return len(p), nil
}

// huge is the size of the bodies that pass in constant memory.
const huge = 1 << 30

// heapGrowth is how much more heap is in use after pass than before, with what pass left lying about.
func heapGrowth(pass func()) int64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	pass()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

func TestHugeBodies(t *testing.T) {
	if testing.Short() {
		t.Skip("passes gigabytes")
	}
	url := raw(t, func(p *peer) {
		for {
			head, err := p.head()
			if err != nil {
				return
			}
			if strings.HasPrefix(head, "GET") {
				p.say("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", huge)
				_, _ = io.Copy(p, &zeros{huge})
				continue
			}
			n, err := io.CopyN(io.Discard, p.br, huge)
			if err != nil {
				return
			}
			p.say("%s", answer(fmt.Sprint(n)))
		}
	})
	const limit = 10 * patience // gigabytes do not pass at once
	g := start(t, gw.Plain, to(url), func(g *gateway, c *gw.Ctx) gw.Fault {
		out := c.Outbound("ANY", limit)
		out.Literal("/")
		return g.up.Forward(c, out)
	})
	p := g.dial(t)
	require.NoError(t, p.SetDeadline(time.Now().Add(limit)))
	growth := heapGrowth(func() {
		p.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		resp, err := http.ReadResponse(p.br, nil)
		require.NoError(t, err)
		n, err := io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.Equal(t, int64(huge), n)
		p.say("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", huge)
		_, err = io.Copy(p, &zeros{huge})
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(huge), p.read(t, "PUT").body)
	})
	require.Less(t, growth, int64(8<<20), "bytes allocated for two bodies of a gigabyte")
}

func TestUploadInChunks(t *testing.T) {
	bodies := make(chan string, 1)
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		bodies <- fmt.Sprint(r.ContentLength, " ", r.TransferEncoding, " ", len(b), " ", err)
		w.Header().Set("X-Body", string(b[:min(len(b), 5)]))
	}))
	t.Cleanup(backend.Close)
	g := start(t, gw.Plain, to(backend.URL), proxy)
	p := g.dial(t)
	p.say("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
	p.say("%x\r\n%s\r\n0\r\n\r\n", 100_000, strings.Repeat("x", 100_000))
	got := p.read(t, "POST")
	require.Equal(t, "hello", got.header.Get("X-Body"))
	require.Equal(t, "-1 [chunked] 100005 <nil>", <-bodies)
	require.Equal(t, 200, p.ask(t, "PUT", "/", strings.Repeat("y", 200_000)).status, "the connection is used on")
	require.Equal(t, "200000 [] 200000 <nil>", <-bodies)
}

// A body that breaks off never looks whole to the backend.
func TestUploadBreaks(t *testing.T) {
	for name, test := range map[string]struct{ first, then string }{
		"chunks":  {"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "nonsense\r\n"},
		"gone":    {"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", ""},
		"shorter": {"Content-Length: 100000\r\n\r\nhello", ""},
	} {
		t.Run(name, func(t *testing.T) {
			begun, read := make(chan struct{}), make(chan error, 1)
			backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				b := make([]byte, 5)
				_, err := io.ReadFull(r.Body, b)
				close(begun)
				if err != nil {
					read <- err
					return
				}
				_, err = io.ReadAll(r.Body)
				read <- err
			}))
			t.Cleanup(backend.Close)
			g := start(t, gw.Plain, to(backend.URL), proxy)
			p := g.dial(t)
			p.say("POST / HTTP/1.1\r\nHost: x\r\n%s", test.first)
			<-begun // what is broken from the start does not get as far as the backend
			p.say("%s", test.then)
			require.NoError(t, p.Conn.(*net.TCPConn).CloseWrite())
			require.Error(t, <-read)
		})
	}
}

// A backend that answers before it has read everything is heard at once.
func TestEarlyAnswer(t *testing.T) {
	url := raw(t, func(p *peer) {
		if _, err := p.head(); err == nil {
			p.say("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
			_, _ = io.Copy(io.Discard, p)
		}
	})
	for _, framing := range []string{"Content-Length: 1000000000", "Transfer-Encoding: chunked"} {
		g := start(t, gw.Plain, to(url), proxy)
		p := g.dial(t)
		p.say("POST / HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n", framing) // and then nothing of the body
		got := p.read(t, "POST")
		require.NoError(t, got.err)
		require.Equal(t, 413, got.status)
		require.Equal(t, "big", got.body)
		require.True(t, got.close)
	}
}

// The same while the client goes on sending and the backend takes no more of it.
func TestEarlyAnswerWhileSending(t *testing.T) {
	done := make(chan struct{})
	url := raw(t, func(p *peer) {
		if _, err := p.head(); err == nil {
			p.say("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
			<-done
		}
	})
	t.Cleanup(func() { close(done) })
	g := start(t, gw.Plain, to(url), proxy)
	p := g.dial(t)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		p.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", int64(huge))
		_, _ = io.Copy(p, &zeros{huge}) // until the gateway takes no more
	}()
	got := p.read(t, "POST")
	require.NoError(t, got.err)
	require.Equal(t, 413, got.status)
	require.Equal(t, "big", got.body)
	require.NoError(t, p.Close())
	<-sent

	mapped := start(t, gw.REST, to(url), invoke) // a body that is at hand
	require.Equal(t, "big", mapped.ask(t, "POST", "/", strings.Repeat("x", 1<<20)).body)
}

// A backend may answer while it still reads: what the client sends comes back piece by piece.
func TestEcho(t *testing.T) {
	url := raw(t, func(p *peer) {
		if _, err := p.head(); err != nil {
			return
		}
		p.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
		_, _ = io.Copy(p, p.br) // chunks as they come, the last one too
	})
	g := start(t, gw.Plain, to(url), proxy)
	p := g.dial(t)
	p.say("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
	resp, err := http.ReadResponse(p.br, nil)
	require.NoError(t, err)
	for i := range 4 {
		piece := strings.Repeat(fmt.Sprint(i), 50_000)
		p.say("%x\r\n%s\r\n", len(piece), piece)
		got := make([]byte, len(piece))
		_, err := io.ReadFull(resp.Body, got)
		require.NoError(t, err)
		require.Equal(t, piece, string(got))
	}
	p.say("0\r\n\r\n")
	rest, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Empty(t, rest)
}

// Bodies pass over net/http's front as well.
func TestOverNetHTTP(t *testing.T) {
	next := make(chan string)
	url := raw(t, func(p *peer) {
		if _, err := p.head(); err != nil {
			return
		}
		p.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
		for event := range next {
			p.say("%x\r\n%s\r\n", len(event), event)
		}
		p.say("0\r\n\r\n")
	})
	g := start(t, gw.REST, to(url), proxy)
	front := httptest.NewUnstartedServer(http.HandlerFunc(g.core.ServeHTTP))
	front.EnableHTTP2 = true
	front.StartTLS()
	t.Cleanup(front.Close)
	client := front.Client()
	resp, err := client.Post(front.URL, "text/plain", strings.NewReader("body"))
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, 2, resp.ProtoMajor)
	body := bufio.NewReader(resp.Body)
	for range 3 {
		next <- "event\n"
		got, err := body.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "event\n", got)
	}
	close(next)
	_, err = body.ReadByte()
	require.Equal(t, io.EOF, err)
}
