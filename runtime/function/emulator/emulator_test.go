package emulator

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// left waits until the client has left, which the server sees when it has read the body.
func left(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// open opens a function that h answers for, and returns it with its core.
func open(t *testing.T, h http.HandlerFunc, options ...gw.Option) (function.Target, *gw.Core) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	core := gw.NewCore(&gw.API{ID: "a1b2c3d4e5"}, append(options, gw.WithLogger(slog.New(slog.DiscardHandler)))...)
	target, err := URL(server.URL+"/").Open(core, function.Function{Name: "GetPet"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	return target, core
}

func TestAnswers(t *testing.T) {
	long := strings.Repeat("x", 2000)
	for _, test := range []struct {
		status        int
		failure, body string
		payload, kind string
		err           error
		limit         int64
	}{
		{status: 200, body: `{"statusCode":200}`, payload: `{"statusCode":200}`},
		{status: 200, body: `null`, payload: `null`},
		{status: 200, body: ``, payload: ``},
		{status: 200, failure: "Handled", body: `{"errorMessage":"no"}`, payload: `{"errorMessage":"no"}`, kind: "Handled"},
		{status: 200, body: `{"errorMessage":"no","errorType":"E","stackTrace":[]}`, payload: `{"errorMessage":"no","errorType":"E","stackTrace":[]}`, kind: "Unhandled"},
		{status: 200, body: `{"errorMessage":"no"}`, payload: `{"errorMessage":"no"}`},
		{status: 200, body: `{"body":{"errorMessage":"a","errorType":"b"}}`, payload: `{"body":{"errorMessage":"a","errorType":"b"}}`},
		{status: 200, body: `{"errormessage":"\"errorMessage\"","errorType":""}`, payload: `{"errormessage":"\"errorMessage\"","errorType":""}`},
		{status: 200, body: `"\"errorMessage\":\"errorType\""`, payload: `"\"errorMessage\":\"errorType\""`},
		{status: 200, body: long, limit: 1999, kind: "Unhandled",
			payload: `{"errorMessage":"Response payload size exceeded maximum allowed payload size (1999 bytes).","errorType":"Function.ResponseSizeTooLarge"}`},
		{status: 200, body: long, limit: 2000, payload: long},
		{status: 429, err: function.ErrThrottled},
		{status: 413, err: function.ErrTooLarge},
		{status: 404, err: function.ErrRefused},
		{status: 302, err: function.ErrRefused},
		{status: 502, err: function.ErrUnreachable},
	} {
		target, _ := open(t, func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil || r.Method != "POST" || r.URL.Path != invokePath || string(body) != `{"a":1}` || r.Header.Get("X-Amzn-Trace-Id") != "Root=1" {
				panic(fmt.Sprint(r.Method, r.URL, string(body), err))
			}
			if test.failure != "" {
				w.Header().Set("X-Amz-Function-Error", test.failure)
			}
			w.Header().Set("Location", "http://elsewhere.invalid/")
			w.WriteHeader(test.status)
			_, _ = io.WriteString(w, test.body)
		}, gw.WithLimits(gw.Limits{ReplyBytes: test.limit}))
		answer := function.Answer{Payload: []byte("old"), Error: "old"}
		err := target.Invoke(&function.Call{Payload: []byte(`{"a":1}`), TraceID: "Root=1", Deadline: time.Now().Add(patience)}, &answer)
		if test.err != nil {
			require.ErrorIs(t, err, test.err)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, test.payload, string(answer.Payload))
		require.Equal(t, test.kind, answer.Error, test.body)
	}
}

func TestURLs(t *testing.T) {
	for _, bad := range []string{"", "127.0.0.1:9001", "ftp://a", "http://", "http://u:p@a", "http://a?b", "http://a#b", "http:a", "http://a b"} {
		core := gw.NewCore(&gw.API{})
		_, err := URL(bad).Open(core, function.Function{Name: "F"})
		require.EqualError(t, err, "function F: url: it is not http(s)://host[:port][/path]", bad)
	}
}

func TestUnreachableAndLate(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	core := gw.NewCore(&gw.API{})
	target, err := URL("http://"+ln.Addr().String()).Open(core, function.Function{Name: "F"})
	require.NoError(t, err)
	defer core.Close()
	var answer function.Answer
	err = target.Invoke(&function.Call{Deadline: time.Now().Add(20 * time.Millisecond)}, &answer) // nobody accepts
	require.ErrorIs(t, err, function.ErrTimeout)
	_, err = target.Stream(&function.Call{Deadline: time.Now().Add(20 * time.Millisecond)})
	require.ErrorIs(t, err, function.ErrTimeout)
	require.NoError(t, ln.Close())
	require.ErrorIs(t, target.Invoke(&function.Call{}, &answer), function.ErrUnreachable)
	_, err = target.Stream(&function.Call{})
	require.ErrorIs(t, err, function.ErrUnreachable)
}

func TestAnswerThatBreaksOff(t *testing.T) {
	target, _ := open(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "{")
		panic(http.ErrAbortHandler)
	})
	var answer function.Answer
	require.ErrorIs(t, target.Invoke(&function.Call{}, &answer), function.ErrUnreachable)
	_, err := target.Stream(&function.Call{})
	require.ErrorIs(t, err, function.ErrUnreachable)
}

func TestEvents(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	begun, gate := make(chan struct{}, eventsAtOne), make(chan struct{})
	target, core := open(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		begun <- struct{}{}
		<-gate
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, string(body))
	})
	answer := function.Answer{Payload: []byte("old")}
	payload := []byte("first")
	require.NoError(t, target.Invoke(&function.Call{Type: function.DryRun}, &answer))
	require.NoError(t, target.Invoke(&function.Call{Type: function.Event, Payload: payload}, &answer))
	require.Empty(t, answer.Payload)
	copy(payload, "XXXXX") // the caller's memory is its own again
	for range eventsAtOne - 1 {
		require.NoError(t, target.Invoke(&function.Call{Type: function.Event}, &answer))
	}
	for range eventsAtOne {
		<-begun
	}
	for range eventsWait {
		require.NoError(t, target.Invoke(&function.Call{Type: function.Event}, &answer))
	}
	require.ErrorIs(t, target.Invoke(&function.Call{Type: function.Event}, &answer), function.ErrThrottled)
	go func() {
		for range eventsWait {
			<-begun
		}
	}()
	close(gate)
	require.NoError(t, core.Close())
	require.Len(t, seen, eventsAtOne+eventsWait, "closing waits for them")
	require.Contains(t, seen, "first")
	require.ErrorIs(t, target.Invoke(&function.Call{Type: function.Event}, &answer), function.ErrThrottled)
}

func TestStreams(t *testing.T) {
	step := make(chan struct{})
	target, _ := open(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "{one")
		w.(http.Flusher).Flush()
		<-step
		_, _ = io.WriteString(w, "two")
	})
	s, err := target.Stream(&function.Call{Deadline: time.Now().Add(patience)})
	require.NoError(t, err)
	one := make([]byte, 4)
	_, err = io.ReadFull(s, one)
	require.NoError(t, err)
	close(step)
	rest, err := io.ReadAll(s)
	require.NoError(t, err)
	require.Equal(t, "{onetwo", string(one)+string(rest))
	require.NoError(t, s.Close())
}

func TestStreamThatIsLeft(t *testing.T) {
	gone := make(chan struct{})
	target, _ := open(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "one")
		w.(http.Flusher).Flush()
		left(r)
		close(gone)
	})
	s, err := target.Stream(&function.Call{Deadline: time.Now().Add(patience)})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	<-gone
}

func TestStreamsThatFail(t *testing.T) {
	for body, want := range map[string]*function.Failure{
		`{"errorMessage":"no","errorType":"E"}`: {Type: "E", Message: "no"},
		`{"statusCode":200}`:                    nil,
		`text`:                                  nil,
		``:                                      nil,
	} {
		target, _ := open(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, body) })
		s, err := target.Stream(&function.Call{Deadline: time.Now().Add(patience)})
		if want != nil {
			var failure *function.Failure
			require.True(t, errors.As(err, &failure))
			require.Equal(t, want, failure)
			continue
		}
		require.NoError(t, err)
		all, err := io.ReadAll(s)
		require.NoError(t, err)
		require.Equal(t, body, string(all))
		require.NoError(t, s.Close())
	}
	target, _ := open(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		_, _ = w.Write(bytes.Repeat([]byte("x"), 100))
	})
	_, err := target.Stream(&function.Call{})
	require.EqualError(t, err, "function failed: Unhandled: the function failed without telling why")
}

func FuzzFailure(f *testing.F) {
	for _, seed := range []string{`{"errorMessage":"","errorType":""}`, `[]`, `{"errorMessage":{"errorType":1}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		if isFailure(payload) {
			require.Equal(t, byte('{'), bytes.TrimSpace(payload)[0])
		}
	})
}
