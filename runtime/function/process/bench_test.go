package process

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/function"
)

// bare is the least that a runtime client can be: one connection, two round trips, no library.
func bare() {
	c, err := net.Dial("tcp", os.Getenv("AWS_LAMBDA_RUNTIME_API"))
	if err != nil {
		return
	}
	r := bufio.NewReader(c)
	next := []byte("GET " + base + "invocation/next HTTP/1.1\r\nHost: x\r\n\r\n")
	var out []byte
	for {
		if _, err := c.Write(next); err != nil {
			return
		}
		id, event, err := readAnswer(r)
		if err != nil {
			return
		}
		out = fmt.Appendf(out[:0], "POST %sinvocation/%s/response HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", base, id, len(event), event)
		if _, err := c.Write(out); err != nil {
			return
		}
		if _, _, err := readAnswer(r); err != nil {
			return
		}
	}
}

// readAnswer reads an answer of the API.
func readAnswer(r *bufio.Reader) (id, body []byte, err error) {
	length := 0
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return nil, nil, err
		}
		if name, value, ok := bytes.Cut(bytes.TrimSpace(line), []byte(": ")); ok {
			switch string(name) {
			case "Lambda-Runtime-Aws-Request-Id":
				id = bytes.Clone(value)
			case "Content-Length":
				fmt.Sscan(string(value), &length)
			}
		} else if len(bytes.TrimSpace(line)) == 0 {
			break
		}
	}
	body = make([]byte, length)
	_, err = io.ReadFull(r, body)
	return id, body, err
}

// BenchmarkFloor is what a call of the same functions costs against a peer that knows no HTTP, and answers whatever comes with
// the bytes that the API would send: what the clients and the machine take. BenchmarkCall less this is the gateway's part.
func BenchmarkFloor(b *testing.B) {
	next := []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: one\r\nLambda-Runtime-Deadline-Ms: 4102444800000\r\n" +
		"Lambda-Runtime-Invoked-Function-Arn: " + arn + "\r\nContent-Length: 15\r\n\r\n{\"name\": \"Ada\"}")
	for _, behaviour := range []string{"bare", "echo", "go"} {
		b.Run(behaviour, func(b *testing.B) {
			c := floor(b, behaviour)
			room := make([]byte, 16<<10)
			defer reportProcessor(b)()
			for b.Loop() {
				_, err := c.Read(room) // GET
				require.NoError(b, err)
				_, err = c.Write(next)
				require.NoError(b, err)
				for n := 0; !bytes.HasSuffix(room[:n], []byte("}")) && !bytes.HasSuffix(room[:n], []byte("0\r\n\r\n")); { // POST
					more, err := c.Read(room[n:])
					require.NoError(b, err)
					n += more
				}
				_, err = c.Write(acceptance)
				require.NoError(b, err)
			}
		})
	}
}

// reportProcessor adds how much of processors the gateway's side has used to what is reported: unlike time, it does not
// depend on when the machine wakes whom.
func reportProcessor(b *testing.B) (end func()) {
	before := processorTime()
	return func() {
		b.ReportMetric(float64((processorTime()-before).Microseconds())/float64(b.N), "gateway-µs/op")
	}
}

// floor starts a function and is its connection.
func floor(b *testing.B, behaviour string) net.Conn {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	program, err := filepath.Abs(os.Args[0])
	require.NoError(b, err)
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "FUNCTION="+behaviour, "AWS_LAMBDA_RUNTIME_API="+listener.Addr().String())
	require.NoError(b, cmd.Start())
	c, err := listener.Accept()
	require.NoError(b, err)
	b.Cleanup(func() {
		c.Close()
		listener.Close()
		cmd.Process.Kill()
		cmd.Wait()
	})
	return c
}

// BenchmarkCall is a call of a function that does nothing: what its runtime client costs is part of it. bare has the least
// client that there can be, echo one of net/http, go is aws-lambda-go.
func BenchmarkCall(b *testing.B) {
	for _, behaviour := range []string{"bare", "echo", "go"} {
		b.Run(behaviour, func(b *testing.B) {
			o := open(b, behaviour, Config{Concurrency: 1})
			ids := [2]string{"one", "two"}
			call := &function.Call{ARN: arn, Payload: []byte(`{"name": "Ada"}`), Deadline: time.Now().Add(time.Hour)}
			var answer function.Answer
			require.NoError(b, o.Invoke(call, &answer)) // it has started
			b.ReportAllocs()
			n := 0
			defer reportProcessor(b)()
			for b.Loop() {
				call.RequestID = ids[n%2]
				n++
				require.NoError(b, o.Invoke(call, &answer))
			}
		})
	}
}

// BenchmarkProcesses is throughput by the number of processes.
func BenchmarkProcesses(b *testing.B) {
	for _, concurrency := range []int{1, 2, 8} {
		b.Run(fmt.Sprint(concurrency), func(b *testing.B) {
			o := open(b, "bare", Config{Concurrency: concurrency})
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				call := &function.Call{ARN: arn, Payload: []byte(`{"name": "Ada"}`), Deadline: time.Now().Add(time.Hour)}
				var answer function.Answer
				for n := 0; pb.Next(); n++ {
					call.RequestID = fmt.Sprint(n)
					require.NoError(b, o.Invoke(call, &answer))
				}
			})
		})
	}
}

// BenchmarkWaiting is throughput by the number of processes of a function that waits for something for a millisecond.
func BenchmarkWaiting(b *testing.B) {
	for _, concurrency := range []int{1, 2, 8} {
		b.Run(fmt.Sprint(concurrency), func(b *testing.B) {
			o := open(b, "wait", Config{Concurrency: concurrency})
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				call := &function.Call{ARN: arn, Payload: []byte(`{}`), Deadline: time.Now().Add(time.Hour)}
				var answer function.Answer
				for n := 0; pb.Next(); n++ {
					call.RequestID = fmt.Sprint(n)
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
