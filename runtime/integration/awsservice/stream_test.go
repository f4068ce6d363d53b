package awsservice

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatewright/gatewright/golden/sigv4test"
	gw "github.com/gatewright/gatewright/runtime"
	"github.com/stretchr/testify/require"
)

// storage starts a backend that stands for S3.
func storage(t testing.TB, b *backend) Config {
	environment(t)
	b.start(t, sigv4test.Expect{Key: key, Service: "s3", Region: "eu-west-1"})
	t.Setenv("AWS_ENDPOINT_URL_S3", b.url)
	return Config{Service: "s3", Region: "eu-west-1", Subdomain: "photos"}
}

const binary = "application/octet-stream"

// objects keeps what is put.
func objects() http.HandlerFunc {
	var mu sync.Mutex
	kept := map[string]string{}
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if body, ok := kept[r.URL.Path]; ok && r.Method == "GET" {
			w.Header().Set("Content-Type", binary)
			_, _ = io.WriteString(w, body)
			return
		}
		kept[r.URL.Path] = r.Header.Get("X-Amz-Meta-A")
	}
}

func TestKeysWithOddCharacters(t *testing.T) {
	b := backend{answer: objects()}
	g := start(t, storage(t, &b), open)
	for i, key := range []string{
		"plain", "a/b/c", "with space", "plus+and&amp=;", "100%", "é~ñ", "a//b", "!'()*:@$,", "quote\"<>|^`{}[]", "a?b#c", "trailing/",
	} {
		var target strings.Builder
		for _, c := range []byte("/" + key) {
			if c == '/' {
				target.WriteByte(c)
			} else {
				fmt.Fprintf(&target, "%%%02x", c)
			}
		}
		for _, as := range []string{target.String(), strings.ReplaceAll(target.String(), "/", "%2F")[3:]} {
			as = "/" + strings.TrimPrefix(as, "/")
			value := fmt.Sprint("value", i)
			put := g.ask(t, "PUT", as, "data", "Content-Type", binary, "X-Amz-Meta-A", value)
			require.Equal(t, 200, put.status, "%s %s", key, put.body)
			require.NoError(t, b.last().err)
			require.Equal(t, "data", b.last().body)
			path, _, _ := strings.Cut(b.last().target, "?")
			require.Equal(t, "/photos/", path[:len("/photos/")])
			got := g.ask(t, "GET", as, "", "Accept", binary)
			require.NoError(t, b.last().err)
			require.Equal(t, value, got.body, key)
		}
	}
}

func TestLongBodiesGoUpUnread(t *testing.T) {
	var b backend
	g := start(t, storage(t, &b), open, gw.WithLimits(gw.Limits{BufferedBody: 1000}))
	long := strings.Repeat("0123456789abcdef", 256<<10)
	got := g.ask(t, "PUT", "/k", long, "Content-Type", binary, "Accept", binary)
	require.Equal(t, 200, got.status)
	require.NoError(t, b.last().err)
	require.Equal(t, "UNSIGNED-PAYLOAD", b.last().header.Get("X-Amz-Content-Sha256"))
	require.True(t, long == b.last().body)
}

func TestBodiesThatAreReadAreSigned(t *testing.T) {
	var b backend
	g := start(t, storage(t, &b), open)
	got := g.ask(t, "PUT", "/k", "te\xffxt", "Content-Type", "text/plain")
	require.Equal(t, 200, got.status)
	require.NoError(t, b.last().err)
	require.Equal(t, "te\uFFFDxt", b.last().body, "text is not passed through unread")
	require.Len(t, b.last().header.Get("X-Amz-Content-Sha256"), 64)
	require.Equal(t, "text/plain", b.last().header.Get("Content-Type"))
}

func TestBodiesOfUnknownSize(t *testing.T) {
	var b backend
	g := start(t, storage(t, &b), open, gw.WithLimits(gw.Limits{BufferedBody: 1000}))
	for size, status := range map[int]int{500: 200, 5000: 413} {
		r, err := http.NewRequest("PUT", "http://"+g.addr+"/k", io.MultiReader(strings.NewReader(strings.Repeat("x", size))))
		require.NoError(t, err)
		r.Header.Set("Content-Type", binary)
		transport := &http.Transport{DisableKeepAlives: true}
		resp, err := transport.RoundTrip(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, status, resp.StatusCode)
	}
	require.Equal(t, 1, b.last().asked)
	require.NoError(t, b.last().err)
	require.EqualValues(t, "500", b.last().header.Get("Content-Length"))
	require.Len(t, b.last().header.Get("X-Amz-Content-Sha256"), 64)
}

func TestLargeObjectsPassThrough(t *testing.T) {
	const size = 100 << 20
	part := strings.Repeat("0123456789abcdef", 4<<10)
	b := backend{answer: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(size))
		for range size / len(part) {
			if _, err := io.WriteString(w, part); err != nil {
				return
			}
		}
	}}
	g := start(t, storage(t, &b), open)
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request(t, "GET", "http://"+g.addr+"/k"))
	require.NoError(t, err)
	n, err := io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.EqualValues(t, size, n)
	require.EqualValues(t, size, resp.ContentLength)

	g = start(t, storage(t, &b), load)
	got := g.ask(t, "GET", "/k", "")
	require.Equal(t, 500, got.status, "what is read whole is bounded")
	require.Equal(t, bodyInternal, got.body)
}

func request(t testing.TB, method, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	require.NoError(t, err)
	return r
}

// load opens and then reads the whole, as a template needs it.
func load(s *Service, c *gw.Ctx) gw.Fault {
	r, f := s.Open(c, send(c))
	if f != gw.OK {
		return f
	}
	if f := r.Load(); f != gw.OK {
		return f
	}
	if f := r.Load(); f != gw.OK { // once more does nothing
		return f
	}
	text, f := r.BodyText()
	if f != gw.OK {
		return f
	}
	return c.Respond(r.Status()).Text("<" + text + ">")
}

func TestLoad(t *testing.T) {
	b := backend{answer: func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "GET" {
			_, _ = io.WriteString(w, "one")
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, "two")
		}
	}}
	g := start(t, storage(t, &b), load)
	require.Equal(t, "<onetwo>", g.ask(t, "GET", "/k", "").body)
	require.Equal(t, 200, g.ask(t, "HEAD", "/k", "").status)
}

func TestConversionsLoad(t *testing.T) {
	b := backend{answer: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", binary)
		_, _ = io.WriteString(w, "\xff\x00")
	}}
	g := start(t, storage(t, &b), open)
	require.Equal(t, "/wA=", g.ask(t, "GET", "/k", "").body, "bytes for who wants text are base64")
	require.Equal(t, "\xff\x00", g.ask(t, "GET", "/k", "", "Accept", binary).body)
}

func TestAnswersThatBreakOff(t *testing.T) {
	stalled := make(chan struct{})
	b := backend{answer: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "part")
		w.(http.Flusher).Flush()
		if r.Method == "POST" {
			<-stalled
			return
		}
		panic(http.ErrAbortHandler)
	}}
	cfg := storage(t, &b)
	got := start(t, cfg, open).ask(t, "GET", "/k", "")
	require.Equal(t, 200, got.status)
	require.ErrorIs(t, got.err, io.ErrUnexpectedEOF, "the client sees no whole answer")
	require.Equal(t, 504, start(t, cfg, load).ask(t, "GET", "/k", "").status)

	got = start(t, cfg, func(s *Service, c *gw.Ctx) gw.Fault {
		r, f := s.Open(c, c.Outbound("POST", 200*time.Millisecond))
		if f != gw.OK {
			return f
		}
		return r.Load()
	}).ask(t, "GET", "/k", "")
	close(stalled)
	require.Equal(t, 504, got.status)
	require.Equal(t, bodyTimeout, got.body)
}

func TestAnswersThatNobodyWants(t *testing.T) {
	gone := make(chan error, 1)
	part := strings.Repeat("x", 64<<10)
	b := backend{answer: func(w http.ResponseWriter, r *http.Request) {
		for {
			if _, err := io.WriteString(w, part); err != nil {
				gone <- err
				return
			}
		}
	}}
	cfg := storage(t, &b)
	for name, serve := range map[string]func(*Service, *gw.Ctx) gw.Fault{
		"a fault": func(s *Service, c *gw.Ctx) gw.Fault {
			if _, f := s.Open(c, send(c)); f != gw.OK {
				return f
			}
			return gw.ResourceNotFound
		},
		"another body": func(s *Service, c *gw.Ctx) gw.Fault {
			if _, f := s.Open(c, send(c)); f != gw.OK {
				return f
			}
			return c.Respond(404).Text("none")
		},
		"a header that is none": func(s *Service, c *gw.Ctx) gw.Fault {
			r, f := s.Open(c, send(c))
			if f != gw.OK {
				return f
			}
			answer := c.Respond(404)
			answer.Header("X-A", "a\r\nb")
			if f := answer.Relay(r, gw.AsIs); f != gw.OK {
				return gw.ResourceNotFound
			}
			return gw.OK
		},
		"no body": func(s *Service, c *gw.Ctx) gw.Fault {
			r, f := s.Open(c, send(c))
			if f != gw.OK {
				return f
			}
			if f := c.Respond(204).Relay(r, gw.AsIs); f != gw.OK { // it is read for nothing, and too long
				return gw.ResourceNotFound
			}
			return gw.OK
		},
	} {
		got := start(t, cfg, serve).ask(t, "GET", "/k", "")
		require.Equal(t, 404, got.status, name)
		select {
		case <-gone:
		case <-time.After(patience):
			require.Fail(t, "the backend still sends", name)
		}
	}
}

func TestClientsThatLeave(t *testing.T) {
	gone := make(chan struct{}, 2)
	b := backend{answer: func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "part")
		w.(http.Flusher).Flush()
		for {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				gone <- struct{}{}
				return
			}
		}
	}}
	g := start(t, storage(t, &b), open)
	conn, err := net.Dial("tcp", g.addr)
	require.NoError(t, err)
	_, err = io.WriteString(conn, "GET /k HTTP/1.1\r\nHost: a\r\n\r\n")
	require.NoError(t, err)
	_, err = bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	<-gone
}

func TestUploadsThatBreakOff(t *testing.T) {
	broke := make(chan error, 1)
	var b backend
	cfg := storage(t, &b)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		broke <- err
	})}
	done := make(chan error, 1)
	go func() { done <- server.Serve(ln) }()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		<-done
	})
	t.Setenv("AWS_ENDPOINT_URL_S3", "http://"+ln.Addr().String())
	g := start(t, cfg, open)
	conn, err := net.Dial("tcp", g.addr)
	require.NoError(t, err)
	_, err = io.WriteString(conn, "PUT /k HTTP/1.1\r\nHost: a\r\nContent-Type: "+binary+"\r\nContent-Length: 1000000\r\n\r\npart")
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	require.Error(t, <-broke, "the backend never takes the part for the whole")
	require.NoError(t, conn.Close())
}

func TestUploadsThatAreAnsweredEarly(t *testing.T) {
	var b backend
	cfg := storage(t, &b)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			done <- err
			return
		}
		defer conn.Close()
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
			done <- err
			return
		}
		_, err = io.WriteString(conn, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
		_, _ = io.Copy(io.Discard, conn)
		done <- err
	}()
	t.Setenv("AWS_ENDPOINT_URL_S3", "http://"+ln.Addr().String())
	g := start(t, cfg, open)
	conn, err := net.Dial("tcp", g.addr)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	_, err = io.WriteString(conn, "PUT /k HTTP/1.1\r\nHost: a\r\nContent-Type: "+binary+"\r\nContent-Length: 100000000\r\n\r\npart")
	require.NoError(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	text, err := io.ReadAll(resp.Body)
	require.True(t, err == nil || errors.Is(err, io.ErrUnexpectedEOF), "%v", err)
	require.Equal(t, "403 no", fmt.Sprint(resp.StatusCode, " ", string(text)))
	require.NoError(t, resp.Body.Close())
	require.NoError(t, <-done)
	require.NoError(t, ln.Close())
}
