package process

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/function"
)

// BenchmarkCall is a call of a function that does nothing: what its runtime client costs is part of it. echo has the least
// client that there can be, go is aws-lambda-go.
func BenchmarkCall(b *testing.B) {
	for _, behaviour := range []string{"echo", "go"} {
		b.Run(behaviour, func(b *testing.B) {
			o := open(b, behaviour, Config{})
			call := &function.Call{ARN: arn, Payload: []byte(`{"name": "Ada"}`), RequestID: id, Deadline: time.Now().Add(time.Hour)}
			var answer function.Answer
			require.NoError(b, o.Invoke(call, &answer)) // it has started
			for b.Loop() {
				require.NoError(b, o.Invoke(call, &answer))
			}
		})
	}
}

// BenchmarkProcesses is throughput by the number of processes.
func BenchmarkProcesses(b *testing.B) {
	for _, c := range []struct {
		name        string
		concurrency int
	}{{"1", 1}, {"2", 2}, {"8", 8}} {
		b.Run(c.name, func(b *testing.B) {
			o := open(b, "echo", Config{Concurrency: c.concurrency})
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				call := &function.Call{ARN: arn, Payload: []byte(`{"name": "Ada"}`), RequestID: id, Deadline: time.Now().Add(time.Hour)}
				var answer function.Answer
				for pb.Next() {
					require.NoError(b, o.Invoke(call, &answer))
				}
			})
		})
	}
}

// BenchmarkFirstCall starts a process for each call.
func BenchmarkFirstCall(b *testing.B) {
	for b.Loop() {
		o := open(b, "go", Config{})
		var answer function.Answer
		require.NoError(b, o.Invoke(&function.Call{ARN: arn, Payload: []byte(`{"name": "Ada"}`), RequestID: id}, &answer))
		require.NoError(b, o.core.Close())
	}
}
