package process

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
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

// A stream that begins when its process has ended already does not keep the process's place for a reader who never comes.
func TestStreamBehindTheEnd(t *testing.T) {
	p, i := lone(t)
	v := p.newInvocation(&function.Call{RequestID: "call", Payload: []byte(`{}`)})
	v.streams = true
	p.submit(v)
	c := dial(t, i, askForWork)
	_, _, err := readAnswer(bufio.NewReader(c))
	require.NoError(t, err)
	fmt.Fprintf(c, "POST %sinvocation/call/response HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", base)
	require.Eventually(t, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return v.claimed
	}, patience, time.Millisecond)
	departed := make(chan struct{})
	go func() {
		i.depart()
		close(departed)
	}()
	<-i.gone
	fmt.Fprintf(c, "%x\r\n%s\r\n", 2*streamBuffer, strings.Repeat("x", 2*streamBuffer))
	<-v.done
	<-departed
	_, err = io.Copy(io.Discard, v.stream)
	var failed *function.Failure
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "Runtime.InvalidEntrypoint", failed.Type)
}
