package routers

import (
	"fmt"
	"syscall"
	"testing"
	"time"
)

// MeasureCPU counts allocations, and reports CPU time an iteration beside the elapsed time, which a busy machine stretches.
// It is called before the loop, and what it returns after it.
func MeasureCPU(b *testing.B) func() {
	b.ReportAllocs()
	before := cpuTime()
	return func() { b.ReportMetric(float64(cpuTime()-before)/float64(b.N), "cpu-ns/op") }
}

// cpuTime is the user and system time of this process.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// request is what a benchmark sends, with the operation that must be found.
type request struct {
	method, path string
	want         int
}

// Benchmark proves and measures the generated router and its peers. Every router is measured on the operations that it takes, and
// the generated one on each of those sets too, so that a smaller set can be compared.
func Benchmark(b *testing.B, operations []Operation, generated Router) {
	if err := Prove(generated, operations); err != nil {
		b.Fatal(err)
	}
	b.Run("gatewright/all", func(b *testing.B) { measure(b, generated, requests(operations, generated.Has)) })
	for _, peer := range Peers(operations) {
		if err := Prove(peer, operations); err != nil {
			b.Fatal(err)
		}
		set := requests(operations, peer.Has)
		name := fmt.Sprintf("%s/%d_of_%d", peer.Name, len(peer.Has), len(operations))
		b.Run(name, func(b *testing.B) { measure(b, peer, set) })
		if len(peer.Has) < len(operations) {
			b.Run("gatewright/as_"+peer.Name, func(b *testing.B) { measure(b, generated, set) })
		}
	}
}

// Prove checks that a router finds the operation of every request it should.
func Prove(router Router, operations []Operation) error {
	for _, r := range requests(operations, router.Has) {
		if got := router.Find(r.method, r.path); got != r.want {
			return fmt.Errorf("%s finds %d for %s %s, which is %d, %s", router.Name, got, r.method, r.path, r.want, operations[r.want].Path)
		}
	}
	if got := router.Find("GET", "/no/such/path/anywhere"); got != -1 {
		return fmt.Errorf("%s finds %d where nothing is", router.Name, got)
	}
	return nil
}

// requests is one request for each of the operations that has names.
func requests(operations []Operation, has []int) []request {
	out := make([]request, len(has))
	for i, operation := range has {
		method, path := operations[operation].Request()
		out[i] = request{method, path, operation}
	}
	return out
}

// measure routes all requests in turn; one iteration is one request.
func measure(b *testing.B, router Router, set []request) {
	defer MeasureCPU(b)()
	i, misses := 0, 0
	for b.Loop() {
		if !router.Match(set[i].method, set[i].path) {
			misses++
		}
		if i++; i == len(set) {
			i = 0
		}
	}
	if misses > 0 {
		b.Fatalf("%s missed %d requests", router.Name, misses)
	}
}
