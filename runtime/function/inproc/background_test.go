package inproc

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/stretchr/testify/require"
)

// opened is a target for handler, with its core.
func opened(t testing.TB, handler any) (*gw.Core, function.Target, *lockedBuffer) {
	t.Helper()
	log := &lockedBuffer{}
	core := gw.NewCore(api(), gw.WithLogger(slog.New(slog.NewTextHandler(log, nil))))
	target, err := Func(handler).Open(core, function.Function{Name: "x", ARN: arn})
	require.NoError(t, err)
	return core, target, log
}

func event(text string) *function.Call {
	return &function.Call{Type: function.Event, Payload: fmt.Appendf(nil, "%q", text), RequestID: "id", ARN: arn}
}

// Events are taken at once, run behind one another when there are many, and are over when the gateway has ended.
func TestEvents(t *testing.T) {
	release := make(chan struct{})
	var ran, most, now atomic.Int32
	core, target, log := opened(t, func(ctx context.Context, text string) error {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer now.Add(-1)
		<-release
		ran.Add(1)
		switch text {
		case "fails":
			return context.Canceled
		case "panics":
			panic("no")
		case "exits":
			runtime.Goexit()
		}
		return nil
	})
	var answer function.Answer
	for i := range mostEvents + eventWorkers {
		text := []string{"fails", "panics", "exits", "works"}[i%4]
		require.NoError(t, target.Invoke(event(text), &answer), i)
		require.Empty(t, answer.Payload)
	}
	require.ErrorIs(t, target.Invoke(event("one more"), &answer), function.ErrThrottled)
	closed := make(chan error, 1)
	go func() { closed <- core.Close() }()
	close(release)
	require.NoError(t, <-closed)
	require.EqualValues(t, mostEvents+eventWorkers, ran.Load())
	require.LessOrEqual(t, most.Load(), int32(eventWorkers))
	require.Contains(t, log.String(), "customer function error")
	require.ErrorIs(t, target.Invoke(event("late"), &answer), function.ErrUnreachable)
	require.ErrorIs(t, target.Invoke(&function.Call{Payload: []byte("{}")}, &answer), function.ErrUnreachable)
}

func TestEventsAreBoundedInBytes(t *testing.T) {
	release := make(chan struct{})
	core, target, _ := opened(t, func(string) error { <-release; return nil })
	var answer function.Answer
	for range eventWorkers {
		require.NoError(t, target.Invoke(event("small"), &answer))
	}
	large := &function.Call{Type: function.Event, Payload: make([]byte, mostEventBytes/2)}
	require.NoError(t, target.Invoke(large, &answer))
	require.NoError(t, target.Invoke(large, &answer))
	require.ErrorIs(t, target.Invoke(large, &answer), function.ErrThrottled)
	close(release)
	require.NoError(t, core.Close())
}

// Events that do not end are given up, and their contexts end.
func TestEventsThatDoNotEnd(t *testing.T) {
	core, place, log := opened(t, func(ctx context.Context, _ string) error {
		deadline, _ := ctx.Deadline()
		if time.Until(deadline) < time.Minute {
			t.Error("no time for an event")
		}
		<-ctx.Done()
		return nil
	})
	var answer function.Answer
	require.NoError(t, place.Invoke(event("waits"), &answer))
	w := place.(*target).workers
	w.dropEvents()
	require.NoError(t, core.Close())
	require.Contains(t, log.String(), "events of a function were given up")
}

func TestDryRun(t *testing.T) {
	core, target, _ := opened(t, func() error { panic("it must not run") })
	var answer function.Answer
	require.NoError(t, target.Invoke(&function.Call{Type: function.DryRun}, &answer))
	require.Equal(t, function.Answer{Payload: answer.Payload[:0]}, answer)
	require.NoError(t, core.Close())
}
