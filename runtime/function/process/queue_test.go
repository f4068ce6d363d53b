package process

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/function"
)

// A thousand calls wait in one line for eight processes, and all are served.
func TestManyCallsQueue(t *testing.T) {
	o := open(t, "bare", Config{Concurrency: 8})
	var all sync.WaitGroup
	failures := make(chan error, 1000)
	for n := range 1000 {
		all.Go(func() {
			want := fmt.Sprintf(`{"n": %d}`, n)
			var answer function.Answer
			err := o.Invoke(&function.Call{ARN: arn, Payload: []byte(want), RequestID: fmt.Sprintf("id-%d", n), Deadline: time.Now().Add(patience)}, &answer)
			if err == nil && string(answer.Payload) != want {
				err = fmt.Errorf("%s for %s", answer.Payload, want)
			}
			failures <- err
		})
	}
	all.Wait()
	for range 1000 {
		require.NoError(t, <-failures)
	}
	require.LessOrEqual(t, len(o.alive), 8)
}

// Of a thousand calls to eight processes that are all at work, each waits until its own deadline and not longer.
func TestManyCallsTimeOut(t *testing.T) {
	o, _ := openGated(t, "gated", 8)
	var all sync.WaitGroup
	results, waits := make(chan error, 1000), make(chan time.Duration, 1000)
	for n := range 1000 {
		all.Go(func() {
			begun := time.Now()
			_, _, err := o.call(fmt.Sprint(n), 300*time.Millisecond)
			results <- err
			waits <- time.Since(begun)
		})
	}
	all.Wait()
	for range 1000 {
		require.ErrorIs(t, <-results, function.ErrTimeout)
		wait := <-waits
		require.GreaterOrEqual(t, wait, 300*time.Millisecond)
		require.Less(t, wait, patience/2)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	require.Zero(t, o.line.count)
	require.Len(t, o.alive, 8)
}

// A thousand calls wait in one line for eight processes. Every fourth leaves it when its own time is over; the others are given
// to processes in exactly the order in which they came.
func TestLineIsFair(t *testing.T) {
	const processes, callers, short = 8, 1000, 200 * time.Millisecond
	o, g := openGated(t, "gated", processes)
	var all sync.WaitGroup
	var waiting []*invocation // until they are served
	hasty := 0
	failures := make(chan error, callers)
	for n := range callers {
		begun, within := time.Now(), patience
		if hurries := n >= processes && n%4 == 3; hurries {
			within = short
			hasty++
		}
		v := o.newInvocation(&function.Call{RequestID: fmt.Sprintf("turn-%d", n), Payload: []byte(`{}`), Deadline: begun.Add(within)})
		o.submit(v)
		if within == patience {
			waiting = append(waiting, v)
		}
		all.Go(func() { failures <- waited(o.pool, v, begun, within) })
	}
	o.waitLine(t, processes, len(waiting)-processes)
	g.open()
	all.Wait()
	for range callers {
		require.NoError(t, <-failures)
	}
	require.Equal(t, callers, hasty+len(waiting))
	for n, v := range waiting[1:] { // a process has its time from when it was given the call, which is one step with taking it
		require.False(t, v.expires.Before(waiting[n].expires), "%s came before %s", waiting[n].id, v.id)
	}
}

// waited waits for v and says what is wrong with its end: a call with less time than patience has no answer when its time is
// over, and not before.
func waited(p *pool, v *invocation, begun time.Time, within time.Duration) error {
	served := p.wait(v)
	switch took := time.Since(begun); {
	case served && within < patience:
		return fmt.Errorf("served a call that has %s", within)
	case served && (v.isError || v.failed != nil):
		return fmt.Errorf("%s: %s, %w", v.id, v.answer, v.failed)
	case !served && (took < within || took > patience/2):
		return fmt.Errorf("a call that has %s ended after %s", within, took)
	}
	return nil
}

// waitLine waits until so many calls are under way, and so many wait.
func (o *opened) waitLine(t *testing.T, working, waiting int) {
	t.Helper()
	require.Eventually(t, func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return o.counts[running] == working && o.line.count == waiting
	}, patience, time.Millisecond)
}

// gate is where functions wait until a test opens it: a server that answers only while it is open.
type gate struct {
	mu     sync.Mutex
	passes chan struct{} // closed while the gate is open
}

// openGated runs a function that waits at a gate, which is shut, before it answers.
func openGated(t *testing.T, behaviour string, concurrency int) (*opened, *gate) {
	t.Helper()
	g := &gate{passes: make(chan struct{})}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	return open(t, behaviour, Config{Concurrency: concurrency, Timeout: patience, Env: []string{"GATE=" + server.URL}}), g
}

func (g *gate) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	passes := g.passes
	g.mu.Unlock()
	select {
	case <-passes:
	case <-r.Context().Done(): // the function was killed
	}
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.passes)
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.passes = make(chan struct{})
}

// Processes that pass the function's own timeout are killed and replaced, and the line goes on: calls of three turns of eight
// processes have their end in the third.
func TestTurnsOfTimeouts(t *testing.T) {
	const turns, processes, limit = 3, 8, 200 * time.Millisecond
	o := open(t, "hang", Config{Concurrency: processes, Timeout: limit})
	begun := time.Now()
	var all sync.WaitGroup
	ends := make(chan string, turns*processes)
	for range turns * processes {
		all.Go(func() {
			body, _, err := o.call(`{}`, patience)
			ends <- fmt.Sprint(body, err)
		})
	}
	all.Wait()
	for range turns * processes {
		require.Equal(t, `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: ID Error: Task timed out after 0.20 seconds"}<nil>`, <-ends)
	}
	require.GreaterOrEqual(t, time.Since(begun), turns*limit)
}

// One process serves those who wait in the order in which they came: each is told how many were served before it.
func TestTurns(t *testing.T) {
	o, g := openGated(t, "counting", 1)
	var waiting []*invocation
	for n := range 20 {
		v := o.newInvocation(&function.Call{RequestID: fmt.Sprintf("turn-%d", n), Payload: []byte(`{}`)})
		o.submit(v)
		waiting = append(waiting, v)
	}
	g.open()
	for n, v := range waiting {
		<-v.done
		require.Equal(t, fmt.Sprint(n), string(v.answer))
	}
}

// Those who wait are served in their order, wherever others leave the line.
func TestLine(t *testing.T) {
	var l line
	var all, want []*invocation
	for range 10 {
		v := &invocation{}
		l.push(v)
		all = append(all, v)
	}
	for n, v := range all {
		if n%3 == 0 { // the first and the last too
			l.remove(v)
			require.False(t, v.inLine)
		} else {
			want = append(want, v)
		}
	}
	first := &invocation{}
	l.pushFront(first)
	for _, v := range append([]*invocation{first}, want...) {
		require.Same(t, v, l.pop())
	}
	require.Nil(t, l.pop())
	require.Equal(t, line{}, l)
	l.pushFront(first)
	require.Same(t, first, l.pop())
	require.Equal(t, line{}, l)
}

func TestEvents(t *testing.T) {
	o := open(t, "go", Config{})
	var answer function.Answer
	call := &function.Call{ARN: arn, Payload: []byte(`{"name": "Ada"}`), RequestID: id, Type: function.Event, Deadline: time.Now().Add(time.Millisecond)}
	require.NoError(t, o.Invoke(call, &answer))
	require.Empty(t, answer.Payload)
	copy(call.Payload, `{"name": "Eve"}`) // the memory is the caller's again
	require.NoError(t, o.core.Close())    // it waits for the event
	require.Contains(t, o.log.String(), "greeting Ada")

	call.Type = function.DryRun
	require.NoError(t, o.Invoke(call, &answer))
	call.Type = function.RequestResponse
	call.Deadline = time.Now().Add(patience)
	require.ErrorIs(t, o.Invoke(call, &answer), function.ErrUnreachable, "the gateway has ended")
}

// More events than there is room for are refused, by number and by size.
func TestTooManyEvents(t *testing.T) {
	o, g := openGated(t, "gated", 1)
	call := &function.Call{ARN: arn, Payload: []byte(`{}`), RequestID: id, Type: function.Event}
	for range 1 + maxEvents {
		require.NoError(t, o.Invoke(call, &function.Answer{}))
	}
	require.ErrorIs(t, o.Invoke(call, &function.Answer{}), function.ErrThrottled)
	require.EqualValues(t, 2*(1+maxEvents), o.pending.Load())
	g.open()
	require.Eventually(t, func() bool { return o.pending.Load() == 0 }, patience, time.Millisecond)

	g.shut()
	call.Payload = make([]byte, maxEventBytes/4)
	for range 4 {
		require.NoError(t, o.Invoke(call, &function.Answer{}))
	}
	require.ErrorIs(t, o.Invoke(call, &function.Answer{}), function.ErrThrottled)
	g.open()
	require.Eventually(t, func() bool { return o.pending.Load() == 0 }, patience, time.Millisecond)
}

// A process that does not start is not started again and again, and whoever asks for it is told in time.
func TestStartsArePutOff(t *testing.T) {
	o := open(t, "deadborn", Config{})
	begun := time.Now()
	starts := 0
	for range 4 {
		body, failed, err := o.call(`{}`, patience)
		require.NoError(t, err)
		require.Equal(t, "Unhandled", failed)
		require.Contains(t, body, "exit status 7")
		starts++
	}
	require.GreaterOrEqual(t, time.Since(begun), (50+100+200)*time.Millisecond, "each delay is at least half of what it doubles to")
	require.Equal(t, starts, strings.Count(o.log.String(), "a function's process ended"))
	_, _, err := o.call(`{}`, 10*time.Millisecond)
	require.ErrorIs(t, err, function.ErrTimeout, "a delay is no reason to wait longer")
}

func TestDelays(t *testing.T) {
	var d delays
	for _, want := range []time.Duration{100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000} {
		d.failed(func() {})
		require.Equal(t, want*time.Millisecond, d.length)
		d.failed(func() {})
		require.Equal(t, want*time.Millisecond, d.length, "a delay is not prolonged")
		d.stop()
		d.over()
	}
	d.started()
	require.Zero(t, d.length)
}
