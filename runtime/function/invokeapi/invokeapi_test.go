package invokeapi

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gatewright/gatewright/golden/sigv4test"
	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/gatewright/gatewright/runtime/function/internal/invocation"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	patience = 20 * time.Second
	arn      = "arn:aws:lambda:eu-west-1:123456789012:function:GetPet:live"
)

var key = aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret", SessionToken: "token"}

// environment has the SDK find key, and nothing of the machine's.
func environment(t testing.TB, endpoint string) {
	t.Setenv("AWS_ACCESS_KEY_ID", key.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", key.SecretAccessKey)
	t.Setenv("AWS_SESSION_TOKEN", key.SessionToken)
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_ENDPOINT_URL_LAMBDA", endpoint)
}

// left waits until the client has left, which the server sees when it has read the body.
func left(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// open opens a function behind an API that h plays.
func open(t testing.TB, h http.HandlerFunc) (function.Target, *gw.Core) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	environment(t, server.URL)
	core := gw.NewCore(&gw.API{ID: "a1b2c3d4e5"}, gw.WithLogger(slog.New(slog.DiscardHandler)))
	target, err := Config{}.Open(core, function.Function{Name: "GetPet", ARN: arn})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	return target, core
}

func call() *function.Call {
	return &function.Call{ARN: arn, Payload: []byte(`{"a":1}`), RequestID: "id-1", TraceID: "Root=1", SourceARN: "arn:aws:execute-api:x", Deadline: time.Now().Add(patience)}
}

func TestInvoke(t *testing.T) {
	for kind, status := range map[function.Type]int{function.RequestResponse: 200, function.Event: 202, function.DryRun: 204} {
		var failure error
		target, _ := open(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			failure = sigv4test.Verify(r, body, sigv4test.Expect{Key: key, Service: "lambda", Region: "eu-west-1"})
			if r.RequestURI != "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3AGetPet/invocations?Qualifier=live" {
				failure = errors.New(r.RequestURI)
			}
			for name, value := range map[string]string{
				"X-Amz-Invocation-Type": kind.String(), "X-Amzn-Trace-Id": "Root=1", "X-Amzn-Lambda-Integration-Tag": "id-1",
				"X-Amz-Source-Arn": "arn:aws:execute-api:x", "User-Agent": "AmazonAPIGateway_a1b2c3d4e5", "Content-Type": "application/json",
			} {
				if r.Header.Get(name) != value {
					failure = errors.New(name + ": " + r.Header.Get(name))
				}
			}
			w.WriteHeader(status)
			if status == 200 {
				_, _ = w.Write(body)
			}
		})
		c := call()
		c.Type = kind
		answer := function.Answer{Payload: []byte("old"), Error: "old"}
		require.NoError(t, target.Invoke(c, &answer))
		require.NoError(t, failure)
		require.Empty(t, answer.Error)
		if kind == function.RequestResponse {
			require.Equal(t, `{"a":1}`, string(answer.Payload))
		} else {
			require.Empty(t, answer.Payload)
		}
	}
}

func TestRetries(t *testing.T) {
	for _, test := range []struct {
		statuses []int
		asked    int32
		err      error
	}{
		{[]int{503, 200}, 2, nil},
		{[]int{500, 502, 200}, 3, nil},
		{[]int{504, 504, 504, 200}, 3, function.ErrUnreachable},
		{[]int{404, 200}, 1, function.ErrRefused},
		{[]int{403, 200}, 1, function.ErrRefused},
		{[]int{400, 200}, 1, function.ErrRefused},
		{[]int{413, 200}, 1, function.ErrTooLarge},
		{[]int{0, 200}, 2, nil}, // the connection breaks
	} {
		var asked atomic.Int32
		target, _ := open(t, func(w http.ResponseWriter, r *http.Request) {
			n := asked.Add(1)
			if test.statuses[n-1] == 0 {
				panic(http.ErrAbortHandler)
			}
			w.WriteHeader(test.statuses[n-1])
		})
		err := target.Invoke(call(), new(function.Answer))
		require.Equal(t, test.asked, asked.Load(), test.statuses)
		if test.err == nil {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, test.err)
		}
	}
}

func TestThrottledWithoutTimeForAnotherAttempt(t *testing.T) {
	var asked atomic.Int32
	target, _ := open(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("X-Amzn-Errortype", "TooManyRequestsException")
		w.WriteHeader(429)
	})
	c := call()
	c.Deadline = time.Now().Add(time.Second)
	for range 3 { // the pause is random: now and then it fits
		err := target.Invoke(c, new(function.Answer))
		require.ErrorIs(t, err, function.ErrThrottled)
		require.ErrorContains(t, err, "429 TooManyRequestsException")
	}
	require.Less(t, asked.Load(), int32(10))
}

func TestAnswersThatAreWrong(t *testing.T) {
	target, _ := open(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		_, _ = io.WriteString(w, `{"errorMessage":"no"}`)
	})
	var answer function.Answer
	require.NoError(t, target.Invoke(call(), &answer))
	require.Equal(t, "Unhandled", answer.Error)

	part := bytes.Repeat([]byte("x"), 1<<20)
	target, _ = open(t, func(w http.ResponseWriter, r *http.Request) {
		for range 100 {
			if _, err := w.Write(part); err != nil {
				return
			}
		}
	})
	require.NoError(t, target.Invoke(call(), &answer))
	require.Equal(t, "Unhandled", answer.Error)
	require.Contains(t, string(answer.Payload), "Function.ResponseSizeTooLarge")
	require.Less(t, cap(answer.Payload), 32<<20)

	target, _ = open(t, func(w http.ResponseWriter, r *http.Request) { left(r) })
	c := call()
	c.Deadline = time.Now().Add(30 * time.Millisecond)
	require.ErrorIs(t, target.Invoke(c, &answer), function.ErrTimeout)
}

func TestNames(t *testing.T) {
	for text, want := range map[string]name{
		"F":                               {function: "F"},
		"F:1":                             {function: "F", qualifier: "1"},
		"123456789012:function:F":         {function: "123456789012:function:F"},
		"123456789012:function:F:$LATEST": {function: "123456789012:function:F", qualifier: "$LATEST"},
		arn:                               {function: strings.TrimSuffix(arn, ":live"), qualifier: "live", region: "eu-west-1"},
	} {
		got, err := parseName(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, bad := range []string{"", "a/b", "a b", "..", "a%2f", "a:b:c", "arn:aws:lambda:r:1:layer:x", arn + ":x", "é", strings.Repeat("a", 301)} {
		_, err := parseName(bad)
		require.ErrorIs(t, err, function.ErrRefused, bad)
	}
	_, err := Config{Region: "a/b"}.Open(gw.NewCore(&gw.API{}), function.Function{Name: "F"})
	require.ErrorContains(t, err, "is not a region")
}

func TestWithoutCredentials(t *testing.T) {
	environment(t, "http://unasked.invalid")
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	core := gw.NewCore(&gw.API{}, gw.WithLogger(slog.New(slog.DiscardHandler)))
	defer core.Close()
	target, err := Config{}.InRegion("us-west-2").Open(core, function.Function{ARN: arn})
	require.NoError(t, err)
	require.ErrorContains(t, target.Invoke(call(), new(function.Answer)), "no AWS credentials")
}

// TestCallerSigns has the caller's key sign and never the gateway's own, which is at hand.
func TestCallerSigns(t *testing.T) {
	by := aws.Credentials{AccessKeyID: "CALLER", SecretAccessKey: "s", SessionToken: "t"}
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		body, _ := io.ReadAll(r.Body)
		if err := sigv4test.Verify(r, body, sigv4test.Expect{Key: by, Service: "lambda", Region: "us-west-2"}); err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, "{}")
	}))
	defer server.Close()
	environment(t, server.URL)
	core := gw.NewCore(&gw.API{}, gw.WithLogger(slog.New(slog.DiscardHandler)))
	defer core.Close()
	target, err := Config{Caller: true}.InRegion("us-west-2").Open(core, function.Function{ARN: arn})
	require.NoError(t, err)
	signed := call()
	signed.Caller = &gw.Identity{AccessKey: "CALLER", Signing: func() (string, string) { return "s", "t" }}
	require.NoError(t, target.Invoke(signed, new(function.Answer)))
	require.ErrorContains(t, target.Invoke(call(), new(function.Answer)), "the caller has not signed")
	unknown := call()
	unknown.Caller = &gw.Identity{AccessKey: "CALLER"}
	require.ErrorContains(t, target.Invoke(unknown, new(function.Answer)), "the caller has not signed")
	require.Equal(t, 1, asked)
}

// event is an encoded event.
func event(kind string, payload string) []byte {
	var b bytes.Buffer
	m := eventstream.Message{Payload: []byte(payload)}
	m.Headers.Set(":message-type", eventstream.StringValue("event"))
	m.Headers.Set(":event-type", eventstream.StringValue(kind))
	if kind == "exception" {
		m.Headers.Set(":message-type", eventstream.StringValue(kind))
		m.Headers.Set(":exception-type", eventstream.StringValue("EventStreamError"))
	}
	if err := eventstream.NewEncoder().Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func TestStreams(t *testing.T) {
	huge := event("PayloadChunk", "x")
	binary.BigEndian.PutUint32(huge, 1<<31)
	spoiled := event("PayloadChunk", "data")
	spoiled[len(spoiled)-1] ^= 1
	done := event("InvokeComplete", `{}`)
	for name, test := range map[string]struct {
		events  [][]byte
		body    string
		failure string
		err     error
	}{
		"parts":     {events: [][]byte{event("PayloadChunk", "one"), event("PayloadChunk", ""), event("News", "?"), event("PayloadChunk", "two"), done}, body: "onetwo"},
		"nothing":   {events: [][]byte{done}},
		"failure":   {events: [][]byte{event("PayloadChunk", "one"), event("InvokeComplete", `{"ErrorCode":"Unhandled","ErrorDetails":"{\"errorType\":\"E\",\"errorMessage\":\"no\"}"}`)}, body: "one", failure: "function failed: E: no"},
		"at once":   {events: [][]byte{event("InvokeComplete", `{"ErrorCode":"Sandbox.Timedout","ErrorDetails":"late"}`)}, failure: "function failed: Sandbox.Timedout: late"},
		"no end":    {events: [][]byte{event("PayloadChunk", "one")}, body: "one", err: io.ErrUnexpectedEOF},
		"empty":     {err: io.ErrUnexpectedEOF},
		"cut":       {events: [][]byte{event("PayloadChunk", "one")[:20]}, err: io.ErrUnexpectedEOF},
		"huge":      {events: [][]byte{huge}, err: errBroken},
		"spoiled":   {events: [][]byte{event("PayloadChunk", "one"), spoiled, done}, body: "one", err: errBroken},
		"exception": {events: [][]byte{event("exception", `{}`)}, err: errBroken},
		"no JSON":   {events: [][]byte{event("InvokeComplete", `?`)}, err: errBroken},
	} {
		var failure error
		target, _ := open(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			failure = sigv4test.Verify(r, body, sigv4test.Expect{Key: key, Service: "lambda", Region: "eu-west-1"})
			w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
			for _, e := range test.events {
				_, _ = w.Write(e)
				w.(http.Flusher).Flush()
			}
		})
		s, err := target.Stream(call())
		var got []byte
		if err == nil {
			got, err = io.ReadAll(s)
			require.NoError(t, s.Close())
		}
		require.NoError(t, failure, name)
		require.Equal(t, test.body, string(got), name)
		switch {
		case test.failure != "":
			var f *function.Failure
			require.True(t, errors.As(err, &f), name)
			require.EqualError(t, err, test.failure, name)
		case test.err != nil:
			require.ErrorIs(t, err, test.err, name)
			require.ErrorIs(t, err, function.ErrUnreachable, name)
		default:
			require.NoError(t, err, name)
		}
	}
}

func TestStreamThatStandsStill(t *testing.T) {
	gone := make(chan struct{})
	target, core := open(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(event("PayloadChunk", "one"))
		w.(http.Flusher).Flush()
		left(r)
		close(gone)
	})
	s, err := target.Stream(call())
	require.NoError(t, err)
	_, err = io.ReadFull(s, make([]byte, 3))
	require.NoError(t, err)
	require.NoError(t, core.Close(), "the end of the gateway ends it")
	_, err = s.Read(make([]byte, 1))
	require.ErrorIs(t, err, function.ErrUnreachable)
	require.NoError(t, s.Close())
	<-gone
}

func FuzzStream(f *testing.F) {
	f.Add(append(event("PayloadChunk", "one"), event("InvokeComplete", "{}")...))
	f.Add(event("InvokeComplete", `{"ErrorCode":"E","ErrorDetails":"{}"}`)[:40])
	f.Fuzz(func(t *testing.T, text []byte) {
		s := &stream{decoder: eventstream.NewDecoder(), from: invocation.NewStream(io.NopCloser(bytes.NewReader(text)), invocation.NewWatch(t.Context(), time.Time{}))}
		all, err := io.ReadAll(s)
		require.LessOrEqual(t, len(all), len(text))
		if err == nil {
			require.NotEmpty(t, text, "a stream needs its end")
		}
	})
}

func BenchmarkInvoke(b *testing.B) {
	target, _ := open(b, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, `{"statusCode":200}`) })
	c, answer := call(), function.Answer{}
	c.Deadline = time.Now().Add(time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		if err := target.Invoke(c, &answer); err != nil {
			b.Fatal(err)
		}
	}
}
