package process

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/function"
)

func TestStream(t *testing.T) {
	o := open(t, "stream", Config{})
	stream := func(payload string) (string, error) {
		body, err := o.Stream(&function.Call{ARN: arn, Payload: []byte(payload), RequestID: id, Deadline: time.Now().Add(patience)})
		if err != nil {
			return "", err
		}
		text, err := io.ReadAll(body)
		return string(text), errors.Join(err, body.Close())
	}
	text, err := stream(`{"name": "Ada"}`)
	require.NoError(t, err)
	require.Equal(t, "Ada", text)

	text, err = stream(`{"name": "bad"}`)
	var failed *function.Failure
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "cannot go on", failed.Message)
	require.Equal(t, "bad", text)

	body, err := o.Stream(&function.Call{ARN: arn, Payload: []byte(`{"name": "left alone"}`), RequestID: id, Deadline: time.Now().Add(patience)})
	require.NoError(t, err)
	require.NoError(t, body.Close()) // the client has gone
	text, err = stream(`{"name": "Bob"}`)
	require.NoError(t, err)
	require.Equal(t, "Bob", text)

	answer, failedAs, err := o.call(`{"name": "Eve"}`, patience) // who does not want a stream gets all of it
	require.NoError(t, err)
	require.Empty(t, failedAs)
	require.Equal(t, "Eve", answer)
}

// A stream that breaks says why, and one that nobody reads holds nobody up for longer than the function's time.
func TestStreamsEnd(t *testing.T) {
	call := func() *function.Call {
		return &function.Call{ARN: arn, Payload: []byte(`{}`), RequestID: id, Deadline: time.Now().Add(patience)}
	}
	var failed *function.Failure
	for _, c := range []struct{ behaviour, kind string }{
		{"halfstream", "Runtime.ExitError"}, {"trickle", "Sandbox.Timedout"},
	} {
		o := open(t, c.behaviour, Config{Timeout: 500 * time.Millisecond})
		body, err := o.Stream(call())
		require.NoError(t, err)
		n, err := io.Copy(io.Discard, body)
		require.ErrorAs(t, err, &failed)
		require.Equal(t, c.kind, failed.Type)
		require.NotZero(t, n)
		require.NoError(t, body.Close())
	}
	for _, behaviour := range []string{"exit", "failing", "deadborn"} {
		_, err := open(t, behaviour, Config{}).Stream(call())
		require.ErrorAs(t, err, &failed, behaviour)
	}
	o := open(t, "trickle", Config{Timeout: patience})
	body, err := o.Stream(call())
	require.NoError(t, err)
	ended := make(chan error)
	go func() {
		_, err := io.Copy(io.Discard, body)
		ended <- err
	}()
	require.NoError(t, body.Close())
	require.ErrorIs(t, <-ended, io.ErrClosedPipe, "closing ends a Read that waits")
	_, err = o.Stream(call())
	require.NoError(t, err, "left unread: the end of the gateway ends it")
	require.NoError(t, o.core.Close())
}
