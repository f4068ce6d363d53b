package live

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestChangesUnderLoad changes limits to and fro while requests come as fast as they can. Over the whole time no more pass
// than the larger of both limits allows, and of a quota not more than the larger one.
func TestChangesUnderLoad(t *testing.T) {
	const (
		rate, burst = 400.0, 40
		changes     = 60
	)
	overrides := [2]string{
		fmt.Sprintf(`
x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {rateLimit: %v, burstLimit: %d}}}}}
x-gateway-usage-plans: {gold: {throttle: {rateLimit: 1e6, burstLimit: 100000}, quota: {limit: 70}}}
paths: {/dogs: {get: {x-gateway-throttle: {rateLimit: %[1]v, burstLimit: %[2]d, concurrent: 64}}}}`, rate, burst),
		`
x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {rateLimit: 300, burstLimit: 30}}}}}
x-gateway-usage-plans: {gold: {throttle: {rateLimit: 900, burstLimit: 500}, quota: {limit: 50, period: MONTH}}}
paths: {/dogs: {get: {x-gateway-throttle: {rateLimit: 300, burstLimit: 30, concurrent: 64}}}}`,
	}
	r := build(t, true)
	r.start(overrides[0])
	var passed [3]atomic.Int64
	begun, over := time.Now(), make(chan struct{})
	var callers sync.WaitGroup
	for n := range 6 {
		callers.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
					r.call(n%3, &passed[n%3])
				}
			}
		})
	}
	for n := range changes {
		before, ends := passed[0].Load()+passed[1].Load(), time.Now().Add(30*time.Second)
		require.NoError(t, r.change(overrides[(n+1)%2]))
		for passed[0].Load()+passed[1].Load() < before+3 { // so that both limits have their time
			require.True(t, time.Now().Before(ends), "nothing passes any more")
			runtime.Gosched()
		}
	}
	close(over)
	callers.Wait()
	most := burst + rate*time.Since(begun).Seconds()
	for i, name := range []string{"a stage", "a client"} {
		t.Log(name, passed[i].Load(), "of", most)
		require.LessOrEqual(t, float64(passed[i].Load()), most, name)
		require.Greater(t, passed[i].Load(), int64(burst), name)
	}
	for range 80 {
		r.call(2, &passed[2])
	}
	require.Equal(t, int64(70), passed[2].Load(), "a quota")
}

// call asks for what a stage, a client, or a quota limits.
func (r *running) call(what int, passed *atomic.Int64) {
	path := [...]string{"/prod/cats", "/beta/dogs", "/beta/pets"}[what]
	req, err := http.NewRequest(http.MethodGet, "http://"+r.addrs["listen"].(string)+path, nil)
	if err != nil {
		panic(err) // the address is right
	}
	req.Header.Set("X-Api-Key", aliceKey)
	answer, err := r.client.Do(req)
	if err != nil {
		r.t.Error(err)
		return
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body) // what was said is known by the status
	if answer.StatusCode == 200 {
		passed.Add(1)
	}
}
