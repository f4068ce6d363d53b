package process

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
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

// BenchmarkFloor is what the function's own side of a call takes: the same programs, against a server that knows their requests
// by heart. What BenchmarkCall takes beyond it is what the gateway adds.
func BenchmarkFloor(b *testing.B) {
	for _, behaviour := range []string{"echo", "go"} {
		b.Run(behaviour, func(b *testing.B) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(b, err)
			defer listener.Close()
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "FUNCTION="+behaviour, "AWS_LAMBDA_RUNTIME_API="+listener.Addr().String())
			require.NoError(b, cmd.Start())
			defer func() {
				require.NoError(b, cmd.Process.Kill())
				_ = cmd.Wait() // it was killed
			}()
			conn, err := listener.Accept()
			require.NoError(b, err)
			defer conn.Close()
			from := bufio.NewReader(conn)
			exchange := func(answer string) {
				request, err := http.ReadRequest(from)
				require.NoError(b, err)
				_, err = io.Copy(io.Discard, request.Body)
				require.NoError(b, err)
				_, err = io.WriteString(conn, answer)
				require.NoError(b, err)
			}
			const event = `{"name": "Ada"}`
			next := fmt.Sprintf("HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: %s\r\nLambda-Runtime-Deadline-Ms: 9999999999999\r\nContent-Length: %d\r\n\r\n%s", id, len(event), event)
			exchange(next)
			for b.Loop() {
				exchange("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
				exchange(next)
			}
		})
	}
}
