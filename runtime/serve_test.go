package runtime

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// httpServer serves core by net/http, with HTTP/2.
func httpServer(t *testing.T, core *Core) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(core)
	server.EnableHTTP2 = true
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func TestServeHTTP(t *testing.T) {
	core := newTestCore(t, &API{}, func(c *Ctx) Fault {
		body, f := c.Body()
		if f != OK {
			return f
		}
		r := c.Respond(201)
		r.Header("X-Seen", c.MethodName()+" "+c.Path().Raw()+"?"+c.RawQuery()+" "+c.Header("X-In")+" "+c.Scheme()+" "+c.Var(Protocol))
		return r.Text(string(body))
	})
	server := httpServer(t, core)
	request, err := http.NewRequest("POST", server.URL+"/a%2Fb//c/?x=1&y", strings.NewReader("hello"))
	require.NoError(t, err)
	request.Header.Set("X-In", "in")
	response, err := server.Client().Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, 2, response.ProtoMajor)
	require.Equal(t, 201, response.StatusCode)
	require.Equal(t, "hello", string(body))
	require.Equal(t, "POST /a%2Fb//c/?x=1&y in https HTTP/1.1", response.Header.Get("X-Seen"))
	require.Equal(t, "application/json", response.Header.Get("Content-Type"))
	require.Regexp(t, uuidText, response.Header.Get("x-amzn-RequestId"))
	require.Empty(t, response.Header.Get("Connection"))
}

func TestServeHTTPInsideAnotherHandler(t *testing.T) {
	core := newTestCore(t, &API{}, func(c *Ctx) Fault { return c.Respond(200).Text(c.Path().Raw() + " " + c.ClientAddr()) })
	recorder := httptest.NewRecorder()
	http.StripPrefix("/api", core).ServeHTTP(recorder, httptest.NewRequest("GET", "/api/a%2Fb?x", nil))
	require.Equal(t, "/a%2Fb 192.0.2.1", recorder.Body.String())

	recorder = httptest.NewRecorder()
	core.ServeHTTP(recorder, httptest.NewRequest("HEAD", "/x", nil))
	require.Equal(t, "12", recorder.Result().Header.Get("Content-Length"))
	require.Empty(t, recorder.Body.String())

	for _, target := range []string{"/a/../b", "/%2e%2e", "/a%5cb", "/a%00"} {
		recorder = httptest.NewRecorder()
		core.ServeHTTP(recorder, httptest.NewRequest("GET", target, nil))
		require.Equal(t, 400, recorder.Code, target)
	}
	recorder = httptest.NewRecorder()
	request := httptest.NewRequest("GET", "/", nil)
	request.Header["X"] = []string{"a\r\nb"}
	core.ServeHTTP(recorder, request)
	require.Equal(t, 400, recorder.Code)
	for _, change := range []func(r *http.Request){
		func(r *http.Request) { r.Header["Host"] = []string{"another"} },
		func(r *http.Request) { r.URL.RawQuery = "a HTTP/1.1" },
		func(r *http.Request) { r.Header["A b"] = []string{"x"} },
	} {
		recorder = httptest.NewRecorder()
		request = httptest.NewRequest("GET", "/", nil)
		change(request)
		core.ServeHTTP(recorder, request)
		require.Equal(t, 400, recorder.Code)
	}
}

// What a backend sends piece by piece reaches the client piece by piece.
// What net/http lets pass in HTTP/2 is refused as in HTTP/1.1.
func TestServeHTTPRefusesWhatNeedsRepair(t *testing.T) {
	core := newTestCore(t, &API{Style: Plain}, func(c *Ctx) Fault { return c.Respond(200).Empty() })
	serve := func(target string, lengths ...string) int {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("abc"))
		r.RequestURI, r.URL.Path = target, target
		if lengths != nil {
			r.Header["Content-Length"] = lengths
		}
		w := httptest.NewRecorder()
		core.ServeHTTP(w, r)
		return w.Code
	}
	require.Equal(t, 200, serve("/a"))
	require.Equal(t, 200, serve("/a", "3"))
	for _, lengths := range [][]string{{"+3"}, {"3", "3"}, {"3, 3"}, {""}} {
		require.Equal(t, 400, serve("/a", lengths...), "%q", lengths)
	}
	for _, target := range []string{"/a b", "/a#b", "/a HTTP/1.1"} {
		require.Equal(t, 400, serve(target), target)
	}
}

func TestServeHTTPStreams(t *testing.T) {
	source, feed := io.Pipe()
	core := newTestCore(t, &API{Style: Plain}, func(c *Ctx) Fault {
		r := c.Proxied(200)
		r.Field("Content-Type", "text/event-stream")
		return r.Stream(source, -1)
	})
	server := httpServer(t, core)
	response, err := server.Client().Get(server.URL) // the head comes before the first event
	require.NoError(t, err)
	defer response.Body.Close()
	for _, event := range []string{"data: 1\n\n", "data: 2\n\n"} {
		_, err = feed.Write([]byte(event))
		require.NoError(t, err)
		got := make([]byte, len(event))
		_, err = io.ReadFull(response.Body, got)
		require.NoError(t, err)
		require.Equal(t, event, string(got))
	}
	feed.CloseWithError(errors.New("the backend broke"))
	_, err = io.ReadAll(response.Body)
	require.Error(t, err, "a broken stream must not look whole")
}

// What a streamed answer holds is released by a panic behind the handler, and by one while the body is read, as in HTTP/2.
func TestServeHTTPPanicsLetGoOfStreams(t *testing.T) {
	stream := func(body io.Reader, r *released) func(*Ctx) Fault {
		return func(c *Ctx) Fault {
			c.HoldAnswer(r)
			return c.Proxied(200).Stream(body, -1)
		}
	}
	serve := func(core *Core) {
		require.PanicsWithValue(t, "on purpose", func() { core.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)) })
	}
	var behind, within released
	serve(newTestCore(t, &API{}, stream(strings.NewReader("text"), &behind),
		WithObserver(func(*Ctx, int, time.Duration) { panic("on purpose") })))
	require.Equal(t, released(1), behind)
	serve(newTestCore(t, &API{}, stream(readerFunc(func([]byte) (int, error) { panic("on purpose") }), &within)))
	require.Equal(t, released(1), within)
}

// released counts how often it was.
type released int

func (r *released) Release() { *r++ }

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Backends can ask whether the client is still there.
func TestServeHTTPTellsThatTheClientLeft(t *testing.T) {
	client, leave := context.WithCancel(t.Context())
	core := newTestCore(t, &API{}, func(c *Ctx) Fault {
		conn := c.RequestCtx().Conn().(interface{ Gone() bool })
		require.False(t, conn.Gone())
		leave()
		require.True(t, conn.Gone())
		return Aborted
	})
	require.Panics(t, func() {
		core.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil).WithContext(client))
	})
}

func TestServeHTTPAborts(t *testing.T) {
	server := httpServer(t, newTestCore(t, &API{}, failWith(Aborted)))
	_, err := server.Client().Get(server.URL)
	require.Error(t, err)
}

func TestServeHTTPBodyLimit(t *testing.T) {
	core := newTestCore(t, &API{}, echo)
	server := httptest.NewServer(http.MaxBytesHandler(core, 4))
	t.Cleanup(server.Close)
	response, err := http.Post(server.URL, "text/plain", struct{ io.Reader }{strings.NewReader("hello")})
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, "HTTP content length exceeded 4 bytes.", string(body))
	require.Equal(t, 413, response.StatusCode)
}

func TestTLSIsTold(t *testing.T) {
	core := newTestCore(t, &API{}, func(c *Ctx) Fault { return c.Respond(200).Text(c.Scheme()) })
	request := httptest.NewRequest("GET", "/", nil)
	request.TLS = &tls.ConnectionState{}
	recorder := httptest.NewRecorder()
	core.ServeHTTP(recorder, request)
	require.Equal(t, "https", recorder.Body.String())
}

func TestCountsObserverAndAccessLog(t *testing.T) {
	routes := []*Route{{ID: "a", Path: "/a"}, {ID: "b", Path: "/b"}}
	var statuses []int
	var indexes []int
	var log bytes.Buffer
	at := testTime
	core := newTestCore(t, &API{Routes: routes}, func(c *Ctx) Fault {
		at = at.Add(1500 * time.Microsecond)
		switch c.Path().Key(0) {
		case "a":
			c.Enter(routes[0])
		case "b":
			c.Enter(routes[1])
			return Throttled
		default:
			return MissingAuthenticationToken
		}
		return c.Respond(200).Empty()
	}, WithClock(func() time.Time { return at }), WithObserver(func(c *Ctx, status int, elapsed time.Duration) {
		require.Equal(t, 1500*time.Microsecond, elapsed)
		statuses, indexes = append(statuses, status), append(indexes, c.RouteIndex())
	}), WithAccessLog(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "request_id" {
			return slog.Attr{}
		}
		return a
	}}))))
	for _, target := range []string{"/a", "/b", "/a", "/none"} {
		core.Handle(received(t, get(target)))
	}
	require.Equal(t, []int{200, 429, 200, 403}, statuses)
	require.Equal(t, []int{0, 1, 0, -1}, indexes)
	require.Equal(t, []RouteInfo{
		{Route: routes[0], Answers: [statusClasses]uint64{1: 2}},
		{Route: routes[1], Answers: [statusClasses]uint64{3: 1}},
		{Answers: [statusClasses]uint64{3: 1}},
	}, core.RoutesInfo())
	first, _, _ := strings.Cut(log.String(), "\n")
	require.Equal(t, `level=INFO msg=request method=GET path=/a route=/a status=200 elapsed=1.5ms client=192.0.2.1`, first)
}

func TestLifeOfACore(t *testing.T) {
	core := NewCore(&API{Title: "Pets"}, WithUpstream("pets", "http://a"), WithUpstream("none", "http://b"))
	var closed []string
	core.OnClose(func() { closed = append(closed, "first") })
	core.OnClose(func() { closed = append(closed, "second") })
	core.Fail(errors.New("no certificate"))
	urls, ok := core.UpstreamTargets("pets")
	require.True(t, ok)
	require.Equal(t, []string{"http://a"}, urls)
	core.OnUpstreamChange("pets", func([]string) error { return nil }, func([]string) {})
	require.EqualError(t, core.Start(failWith(OK)), "gateway \"Pets\": no certificate\nupstream \"none\" is not one of the document's")
	require.Equal(t, []string{"second", "first"}, closed)
	require.NoError(t, core.Close())
	core.OnClose(func() { closed = append(closed, "late") })
	require.Equal(t, []string{"second", "first", "late"}, closed)
}

func TestUpstreamOverrides(t *testing.T) {
	core := NewCore(&API{})
	targets := map[string][]string{}
	for _, name := range []string{"a", "b"} {
		core.OnUpstreamChange(name, func(urls []string) error {
			if len(urls) == 0 {
				return errors.New("no targets")
			}
			return nil
		}, func(urls []string) { targets[name] = urls })
	}
	require.NoError(t, core.Start(failWith(OK)))
	require.NoError(t, core.Apply(Overrides{Upstreams: map[string][]string{"a": {"http://x"}}}))
	require.Equal(t, map[string][]string{"a": {"http://x"}, "b": nil}, targets)
	require.EqualError(t, core.Apply(Overrides{Upstreams: map[string][]string{"b": {}}}), `overrides: upstream "b": no targets`)
	require.EqualError(t, core.Apply(Overrides{Upstreams: map[string][]string{"c": {"http://x"}}}), `overrides: upstream "c" is not one of the document's`)
	require.Equal(t, []string{"http://x"}, targets["a"], "nothing changed")
}

func TestRegion(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-central-1")
	require.Equal(t, "eu-central-1", NewCore(&API{}).Region())
	require.Equal(t, "us-west-2", NewCore(&API{Region: "us-west-2"}).Region())
	t.Setenv("AWS_REGION", "")
	require.Equal(t, "us-east-1", NewCore(&API{}).Region())
}

// held notes when it is released.
type held struct{ released bool }

func (h *held) Release() { h.released = true }

func TestHold(t *testing.T) {
	h := &held{}
	core := newTestCore(t, &API{}, func(c *Ctx) Fault {
		c.Hold(h)
		return c.Respond(200).Empty()
	})
	core.Handle(received(t, get("/")))
	require.True(t, h.released)
}
