// Package emulator calls functions behind an invoke URL: a Lambda runtime interface emulator, SAM's local Lambda, or a
// container of the function (x-gateway-functions, url). It must not know what a payload means, beyond telling an error
// from an answer.
package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/gatewright/gatewright/runtime/function/internal/background"
	"github.com/gatewright/gatewright/runtime/function/internal/invocation"
)

// URL is where a function is: http://127.0.0.1:9001. Behind it comes the path that emulators serve.
type URL string

const invokePath = "/2015-03-31/functions/function/invocations"

// Bounds of a function's connections and of its Event calls.
const (
	connections = 512
	connectTime = time.Second
	idleTime    = time.Minute
	eventsAtOne = 32
	eventsWait  = 1000
	eventTime   = 15 * time.Minute // as long as Lambda lets a function run
	drainTime   = 10 * time.Second
)

var (
	_ function.Place  = URL("")
	_ function.Target = (*target)(nil)
)

var errURL = errors.New("it is not http(s)://host[:port][/path]")

// Open implements function.Place. Nothing is asked at the URL yet.
func (u URL) Open(core *gw.Core, f function.Function) (function.Target, error) {
	at, err := url.Parse(string(u))
	if err != nil {
		return nil, fmt.Errorf("function %s: url: %w", f.Name, errURL) // err would repeat a password
	}
	if at.Scheme != "http" && at.Scheme != "https" || at.Hostname() == "" || at.User != nil || at.RawQuery != "" || at.Fragment != "" || at.Opaque != "" {
		return nil, fmt.Errorf("function %s: url: %w", f.Name, errURL)
	}
	t := &target{core: core, name: f.Name, url: strings.TrimRight(string(u), "/") + invokePath, events: background.New(eventsAtOne, eventsWait)}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	t.transport = transport()
	core.OnClose(t.close)
	return t, nil
}

type target struct {
	core      *gw.Core
	name, url string
	transport *http.Transport
	events    *background.Queue
	ctx       context.Context // ends with the gateway
	cancel    context.CancelFunc
}

func (t *target) close() {
	drained := t.events.Close(drainTime)
	t.cancel()
	if !drained {
		t.core.Logger().Warn("events of a function were dropped at the end", "function", t.name)
		t.events.Close(drainTime)
	}
	t.transport.CloseIdleConnections()
}

// Invoke implements function.Target. An Event is accepted at once, and a DryRun asks nothing: emulators know neither.
func (t *target) Invoke(call *function.Call, answer *function.Answer) error {
	answer.Payload, answer.Error = answer.Payload[:0], ""
	switch call.Type {
	case function.DryRun:
		return nil
	case function.Event:
		return t.submit(call)
	}
	w := invocation.NewWatch(t.ctx, call.Deadline)
	defer w.End()
	return t.invoke(w, call, answer)
}

// submit puts an Event into the queue.
func (t *target) submit(call *function.Call) error {
	event := *call
	event.Payload = bytes.Clone(call.Payload)
	event.RequestID, event.TraceID = strings.Clone(call.RequestID), strings.Clone(call.TraceID)
	event.ARN, event.SourceARN = strings.Clone(call.ARN), strings.Clone(call.SourceARN)
	accepted := t.events.Submit(func() {
		w := invocation.NewWatch(t.ctx, time.Now().Add(eventTime))
		defer w.End()
		var answer function.Answer
		if err := t.invoke(w, &event, &answer); err != nil {
			t.core.Logger().Warn("an event did not reach its function", "function", t.name, "error", err)
		}
	})
	if !accepted {
		return fmt.Errorf("%w: too many events wait", function.ErrThrottled)
	}
	return nil
}

func (t *target) invoke(w *invocation.Watch, call *function.Call, answer *function.Answer) error {
	resp, err := t.send(w, call)
	if err != nil {
		return err
	}
	whole, err := invocation.Read(resp.Body, resp.ContentLength, t.core.Limits().ReplyBytes, answer)
	_ = resp.Body.Close()
	if err != nil {
		return w.Failed(err)
	}
	if !whole {
		return nil
	}
	answer.Error = resp.Header.Get("X-Amz-Function-Error")
	if answer.Error == "" && isFailure(answer.Payload) {
		answer.Error = "Unhandled"
	}
	return nil
}

// send sends the event and returns an answer that is the function's.
func (t *target) send(w *invocation.Watch, call *function.Call) (*http.Response, error) {
	r, err := http.NewRequestWithContext(w.Context, http.MethodPost, t.url, bytes.NewReader(call.Payload))
	if err != nil {
		return nil, fmt.Errorf("function %s: %w", t.name, err)
	}
	h := r.Header
	h["Content-Type"] = []string{"application/json"}
	h["User-Agent"] = []string{"AmazonAPIGateway_" + t.core.API().ID}
	if call.TraceID != "" {
		h["X-Amzn-Trace-Id"] = []string{call.TraceID}
	}
	resp, err := t.transport.RoundTrip(r)
	if err != nil {
		return nil, w.Failed(err)
	}
	if err := invocation.Refused(resp); err != nil {
		invocation.Close(resp)
		return nil, err
	}
	return resp, nil
}

// Stream implements function.Target. An answer whose length is known was not streamed, so that it is looked at whether
// it tells an error.
func (t *target) Stream(call *function.Call) (io.ReadCloser, error) {
	w := invocation.NewWatch(t.ctx, call.Deadline)
	resp, err := t.send(w, call)
	if err != nil {
		w.End()
		return nil, err
	}
	s := invocation.NewStream(resp.Body, w)
	failed := resp.Header.Get("X-Amz-Function-Error") != ""
	first, err := s.First()
	if err != nil && err != io.EOF {
		_ = s.Close()
		return nil, err
	}
	limit := t.core.Limits().ReplyBytes
	whole := resp.ContentLength >= 0 && resp.ContentLength <= limit
	if !failed && (first != '{' || !whole) {
		return s, nil
	}
	var answer function.Answer
	_, err = invocation.Read(s, resp.ContentLength, limit, &answer)
	_ = s.Close()
	switch {
	case err != nil:
		return nil, err
	case failed || isFailure(answer.Payload):
		return nil, invocation.FailureOf(answer.Payload)
	default:
		return io.NopCloser(bytes.NewReader(answer.Payload)), nil
	}
}

// isFailure reports whether payload is how a runtime tells an error: an object with errorMessage and errorType.
func isFailure(payload []byte) bool {
	if !bytes.Contains(payload, []byte(`"errorMessage"`)) || !bytes.Contains(payload, []byte(`"errorType"`)) {
		return false
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(payload, &members) != nil {
		return false
	}
	_, message := members["errorMessage"]
	_, kind := members["errorType"]
	return message && kind
}

func transport() *http.Transport {
	return &http.Transport{
		DialContext:         (&net.Dialer{Timeout: connectTime}).DialContext,
		TLSHandshakeTimeout: connectTime,
		MaxIdleConnsPerHost: connections,
		MaxConnsPerHost:     connections,
		IdleConnTimeout:     idleTime,
		DisableCompression:  true,
	}
}
