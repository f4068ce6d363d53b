package invokeapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/gatewright/gatewright/runtime/function/internal/invocation"
	"github.com/gatewright/gatewright/runtime/internal/sigv4"
)

// Invoke implements function.Target.
func (t *target) Invoke(call *function.Call, answer *function.Answer) error {
	answer.Payload, answer.Error = answer.Payload[:0], ""
	w := invocation.NewWatch(t.ctx, call.Deadline)
	defer w.End()
	resp, err := t.call(w, call, "/2015-03-31/functions/", "/invocations")
	if err != nil {
		return err
	}
	whole, err := invocation.Read(resp.Body, resp.ContentLength, t.core.Limits().ReplyBytes, answer)
	_ = resp.Body.Close()
	if err != nil {
		return w.Failed(err)
	}
	if whole {
		answer.Error = resp.Header.Get("X-Amz-Function-Error")
	}
	return nil
}

// Stream implements function.Target (InvokeWithResponseStream).
func (t *target) Stream(call *function.Call) (io.ReadCloser, error) {
	w := invocation.NewWatch(t.ctx, call.Deadline)
	resp, err := t.call(w, call, "/2021-11-15/functions/", "/response-streaming-invocations")
	if err != nil {
		w.End()
		return nil, err
	}
	s := &stream{from: invocation.NewStream(resp.Body, w)}
	if err := s.first(); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// call asks the API until it answers with success, or until another attempt makes no sense.
func (t *target) call(w *invocation.Watch, call *function.Call, before, behind string) (*http.Response, error) {
	n, err := parseName(call.ARN)
	if err != nil {
		return nil, err
	}
	a, err := t.reach(call.Deadline)
	if err != nil {
		return nil, err
	}
	first, err := t.retryer.GetAttemptToken(w.Context)
	if err != nil {
		return nil, err
	}
	release := func(error) error { return nil }
	for attempt := 1; ; attempt++ {
		resp, err := t.attempt(w, a, n, call, before, behind)
		_ = release(err) // a bucket of the SDK's that has no errors
		if err == nil {
			if attempt == 1 {
				_ = first(nil)
			}
			return resp, nil
		}
		if attempt >= t.retryer.MaxAttempts() || w.Context.Err() != nil || !t.retryer.IsErrorRetryable(err) {
			return nil, err
		}
		if release, err = t.pause(w, call, attempt, err); err != nil {
			return nil, err
		}
	}
}

// pause waits before another attempt. It returns err, the reason for it, where there is no time or no token for one.
func (t *target) pause(w *invocation.Watch, call *function.Call, attempt int, reason error) (func(error) error, error) {
	release, err := t.retryer.GetRetryToken(w.Context, reason)
	if err != nil {
		return nil, reason
	}
	d, err := t.retryer.RetryDelay(attempt, reason)
	if err != nil || !call.Deadline.IsZero() && time.Until(call.Deadline) <= d {
		return nil, reason
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return release, nil
	case <-w.Context.Done():
		return nil, reason
	}
}

// attempt signs and sends the request once.
func (t *target) attempt(w *invocation.Watch, a *api, n name, call *function.Call, before, behind string) (*http.Response, error) {
	by, err := t.credentials(call)
	if err != nil {
		return nil, late(err)
	}
	r, err := t.request(w, a, n, call, before, behind)
	if err != nil {
		return nil, err
	}
	if err := t.signer.SignHTTP(r, call.Payload, by); err != nil {
		return nil, err
	}
	resp, err := a.transport.RoundTrip(r)
	if err != nil {
		err = w.Failed(err)
		if errors.Is(err, function.ErrTimeout) {
			return nil, err
		}
		return nil, &smithyhttp.RequestSendError{Err: err} // so that the SDK's retryer knows it
	}
	if err := invocation.Refused(resp); err != nil {
		invocation.Close(resp)
		return nil, err
	}
	return resp, nil
}

// credentials are those that sign the call.
func (t *target) credentials(call *function.Call) (*sigv4.Credentials, error) {
	if !t.caller {
		return t.chain.Credentials(t.role, call.Deadline)
	}
	if call.Caller == nil || call.Caller.Signing == nil {
		return nil, fmt.Errorf("%w: the caller's are to sign, and the caller has not signed", sigv4.ErrNone)
	}
	secret, token := call.Caller.Signing()
	return sigv4.Static(call.Caller.AccessKey, secret, token), nil
}

func (t *target) request(w *invocation.Watch, a *api, n name, call *function.Call, before, behind string) (*http.Request, error) {
	at := a.url
	at.RawPath = string(sigv4.AppendPath(nil, at.Path+before+n.function+behind, false))
	at.Path += before + n.function + behind
	if n.qualifier != "" {
		at.RawQuery = "Qualifier=" + string(sigv4.AppendPath(nil, n.qualifier, false))
	}
	r, err := http.NewRequestWithContext(w.Context, http.MethodPost, "http://h", bytes.NewReader(call.Payload))
	if err != nil {
		return nil, fmt.Errorf("request to Lambda: %w", err)
	}
	r.URL, r.Host = &at, at.Host
	h := r.Header
	h["Accept"] = []string{"application/json"}
	h["Content-Type"] = []string{"application/json"}
	h["User-Agent"] = []string{"AmazonAPIGateway_" + t.core.API().ID}
	for _, f := range [...][2]string{
		{"X-Amz-Invocation-Type", call.Type.String()},
		{"X-Amz-Source-Arn", call.SourceARN},
		{"X-Amzn-Lambda-Integration-Tag", call.RequestID},
		{"X-Amzn-Trace-Id", call.TraceID},
	} {
		if f[1] != "" {
			h[f[0]] = []string{f[1]}
		}
	}
	return r, nil
}
