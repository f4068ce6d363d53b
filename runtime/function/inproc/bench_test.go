package inproc

import (
	"context"
	"testing"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/stretchr/testify/require"
)

const benchRequest = "POST /prod/items/7/a?a=1&b=two HTTP/1.1\r\nHost: a1b2c3.execute-api.eu-west-1.amazonaws.com\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n" +
	"Content-Type: text/plain\r\nX-Request: abc\r\nContent-Length: 15\r\n\r\n{\"name\":\"fido\"}"

// hello is a handler that allocates nothing itself.
func hello() func(context.Context, request) (response, error) {
	headers := map[string]string{"Access-Control-Allow-Origin": "*"}
	return func(context.Context, request) (response, error) {
		return response{StatusCode: 200, Headers: headers, Body: `{"message":"hello"}`}, nil
	}
}

// mock answers as hello does, without a function.
func mock(_ *gateway, c *gw.Ctx) gw.Fault {
	r := c.Respond(200)
	r.Header("Access-Control-Allow-Origin", "*")
	return r.Text(`{"message":"hello"}`)
}

func benchmark(b *testing.B, handler any, serve func(*gateway, *gw.Ctx) gw.Fault) {
	g := start(b, handler, serve)
	rc := received(b, benchRequest)
	b.ReportAllocs()
	for b.Loop() {
		g.Handle(rc)
	}
	require.Equal(b, 200, rc.Response.StatusCode())
	require.JSONEq(b, `{"message":"hello"}`, string(rc.Response.Body()))
}

func BenchmarkMock(b *testing.B)  { benchmark(b, hello(), mock) }
func BenchmarkTyped(b *testing.B) { benchmark(b, hello(), proxying) }
func BenchmarkTypedWithoutContext(b *testing.B) {
	h := hello()
	benchmark(b, func(in request) (response, error) { return h(context.Background(), in) }, proxying)
}
func BenchmarkJSON(b *testing.B) {
	h := hello()
	benchmark(b, func(ctx context.Context, in *request) (any, error) { return h(ctx, *in) }, proxying)
}

// BenchmarkCall is a call alone, by a goroutine that is kept; BenchmarkCallByNewGoroutine starts one for each, with a timer
// of its own.
func BenchmarkCall(b *testing.B) {
	core := gw.NewCore(api())
	defer func() { require.NoError(b, core.Close()) }()
	w := newWorkers(core, function.Function{})
	call := func(context.Context, *request, *response) (bool, error) { return true, nil }
	b.ReportAllocs()
	for b.Loop() {
		j := w.job()
		j.typed = call
		if err := w.run(j, time.Now().Add(time.Minute)); err != nil {
			b.Fatal(err)
		}
		w.put(j)
	}
}

func BenchmarkCallByNewGoroutine(b *testing.B) {
	call := func(context.Context, *request, *response) (bool, error) { return true, nil }
	b.ReportAllocs()
	for b.Loop() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		done := make(chan struct{}, 1)
		go func() {
			_, _ = call(ctx, nil, nil)
			done <- struct{}{}
		}()
		select {
		case <-done:
		case <-ctx.Done():
		}
		cancel()
	}
}

// A call allocates the event, which is the handler's to keep, and its context: one piece for all texts, one for all lists of
// values, and six maps, of which those of more than eight names are four pieces each and the others two; then the context
// and its texts.
func TestAllocations(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector has pools forget what they hold")
	}
	h := hello()
	for name, test := range map[string]struct {
		handler any
		most    float64
	}{
		"with context":    {h, 20},
		"without context": {func(in request) (response, error) { return h(context.Background(), in) }, 18},
	} {
		g := start(t, test.handler, proxying)
		rc := received(t, benchRequest)
		for range 3 {
			g.Handle(rc)
		}
		require.LessOrEqual(t, testing.AllocsPerRun(200, func() { g.Handle(rc) }), test.most, name)
	}
	core := gw.NewCore(api())
	w := newWorkers(core, function.Function{})
	call := func(context.Context, *request, *response) (bool, error) { return true, nil }
	require.Zero(t, testing.AllocsPerRun(200, func() {
		j := w.job()
		j.typed = call
		require.NoError(t, w.run(j, time.Now().Add(time.Minute)))
		w.put(j)
	}), "the call itself")
	require.NoError(t, core.Close())
}
