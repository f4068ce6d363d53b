package guard

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// received is a request as the backend's socket got it.
type received struct {
	method, target string
	header         http.Header
	body           string
}

// backend answers every request with an empty 200. It reads requests itself, so that none is too odd to be noted.
type backend struct {
	address string

	mu  sync.Mutex
	got map[string]received // by X-Probe
	err error
}

func startBackend(t *testing.T) *backend {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	b := &backend{address: listener.Addr().String(), got: map[string]received{}}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() { b.serve(connection) })
		}
	})
	t.Cleanup(func() { // behind the gateway's end, which closes its connections
		require.NoError(t, listener.Close())
		group.Wait()
		require.NoError(t, b.err)
	})
	return b
}

func (b *backend) serve(connection net.Conn) {
	defer connection.Close()
	reader := bufio.NewReader(connection)
	for {
		r, err := readRequest(reader)
		b.mu.Lock()
		if err == nil {
			b.got[r.header.Get("X-Probe")] = r
		} else if err != io.EOF && !strings.Contains(err.Error(), "reset") {
			b.err = err
		}
		b.mu.Unlock()
		if err != nil {
			return
		}
		if _, err := io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); err != nil {
			return
		}
	}
}

// readRequest reads a request whose body, if any, has a length.
func readRequest(reader *bufio.Reader) (r received, err error) {
	line, err := reader.ReadString('\n')
	if err != nil {
		return r, err
	}
	parts := strings.Split(strings.TrimSuffix(line, "\r\n"), " ")
	if len(parts) != 3 {
		return r, fmt.Errorf("the backend gets %q", line)
	}
	r.method, r.target, r.header = parts[0], parts[1], http.Header{}
	for {
		if line, err = reader.ReadString('\n'); err != nil {
			return r, err
		}
		if line == "\r\n" {
			break
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\r\n"), ": ")
		r.header.Add(name, value)
	}
	if r.header.Get("Transfer-Encoding") != "" {
		return r, fmt.Errorf("the backend gets chunks")
	}
	length, _ := strconv.Atoi(r.header.Get("Content-Length")) // none is 0
	body := make([]byte, length)
	_, err = io.ReadFull(reader, body)
	r.body = string(body)
	return r, err
}

// take is what arrived with a probe, once.
func (b *backend) take(probe string) (r received, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, ok = b.got[probe]
	delete(b.got, probe)
	return r, ok
}

// functions is a Lambda authorizer: the token says what it answers.
type functions struct {
	url   string
	calls atomic.Int64
	last  atomic.Pointer[string] // methodArn
}

func startFunctions(t *testing.T) *functions {
	t.Helper()
	f := &functions{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.calls.Add(1)
		var event struct {
			Token  string `json:"authorizationToken"`
			Method string `json:"methodArn"`
		}
		if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
			panic(err)
		}
		f.last.Store(&event.Method)
		effect, _, _ := strings.Cut(event.Token, " ") // what follows makes tokens differ
		resource := event.Method
		switch effect {
		case "Allow", "Deny":
		case "Neutral":
			effect, resource = "Allow", "arn:aws:execute-api:*:*:*/*/*/nothing-of-this"
		default:
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			_, _ = io.WriteString(w, `{"errorMessage": "Unauthorized"}`)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"principalId": "by-function", "policyDocument": map[string]any{
			"Version": "2012-10-17", "Statement": []any{map[string]string{"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}},
		}})
	}))
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}
