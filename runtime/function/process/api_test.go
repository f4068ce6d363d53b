package process

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
)

// lone is an API without a process: the test speaks for it.
func lone(t *testing.T) (*pool, *instance) {
	t.Helper()
	core := gw.NewCore(&gw.API{Title: "Test"}, gw.WithLogger(slog.New(slog.DiscardHandler)))
	p := newPool(core, function.Function{Name: "Test", ARN: arn}, Config{Command: []string{"none"}, Concurrency: 1}.withDefaults(), "none")
	t.Cleanup(func() {
		require.NoError(t, core.Close())
		p.close()
	})
	return p, join(t, p)
}

// join adds an API without a process to a pool. It ends with the test, or with depart.
func join(t *testing.T, p *pool) *instance {
	t.Helper()
	p.mu.Lock()
	i := newInstance(p)
	p.alive[i] = struct{}{}
	p.counts[starting]++
	p.gone.Add(1)
	p.mu.Unlock()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	i.listener = listener
	i.tasks.Go(i.accept)
	t.Cleanup(func() {
		if !i.closed {
			i.depart()
		}
	})
	return i
}

// depart ends i as the end of its process does.
func (i *instance) depart() {
	i.finish(io.EOF)
	i.pool.gone.Done()
}

// dial is a connection to i that has sent text.
func dial(t *testing.T, i *instance, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", i.listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
	_, err = io.WriteString(c, text)
	require.NoError(t, err)
	return c
}

const askForWork = "GET " + base + "invocation/next HTTP/1.1\r\nHost: x\r\n\r\n"

// waitIdle waits until n processes wait for work.
func (p *pool) waitIdle(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.idle) == n
	}, patience, time.Millisecond)
}

// What cannot be written to a process that waits goes to another one that waits too, and not behind its back into the line.
func TestOtherProcess(t *testing.T) {
	p, first := lone(t)
	c := dial(t, first, askForWork)
	p.waitIdle(t, 1)
	second := join(t, p)
	dial(t, second, askForWork)
	p.waitIdle(t, 2)
	require.NoError(t, second.asker.c.SetWriteDeadline(time.Now().Add(-time.Second))) // what is written to it fails
	v := p.newInvocation(&function.Call{RequestID: "call", Payload: []byte(`{}`)})
	p.submit(v)
	id, event, err := readAnswer(bufio.NewReader(c))
	require.NoError(t, err)
	require.Equal(t, "call", string(id))
	require.Equal(t, `{}`, string(event))
	require.Same(t, v, first.current)
	require.Zero(t, p.line.count)
}

// A process that hangs up while it waits gets no work until it asks again.
func TestHungUp(t *testing.T) {
	p, i := lone(t)
	c := dial(t, i, askForWork)
	p.waitIdle(t, 1)
	require.NoError(t, c.Close())
	p.waitIdle(t, 0)
	v := p.newInvocation(&function.Call{RequestID: "call", Payload: []byte(`{}`)})
	p.submit(v)
	p.mu.Lock()
	require.True(t, v.inLine)
	p.mu.Unlock()
	id, _, err := readAnswer(bufio.NewReader(dial(t, i, askForWork)))
	require.NoError(t, err)
	require.Equal(t, "call", string(id))
}

// speak sends text on a connection of its own and returns what comes back until the connection ends.
func speak(t *testing.T, i *instance, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", i.listener.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, text)
	require.NoError(t, err)
	require.NoError(t, c.(*net.TCPConn).CloseWrite())
	require.NoError(t, c.SetReadDeadline(time.Now().Add(patience)))
	answer, err := io.ReadAll(c)
	if err != nil {
		require.Contains(t, err.Error(), "reset") // the API did not read all that was sent
	}
	return string(answer)
}

// malformed is what is no request of the API, or none that it takes, with the beginning of its answer.
func malformed() map[string]struct{ text, want string } {
	post := "POST " + base
	return map[string]struct{ text, want string }{
		"nothing":          {"", ""},
		"no request":       {"\x00\x01\x02\r\n\r\n", "HTTP/1.1 400 "},
		"bare line feeds":  {"GET " + base + "invocation/next HTTP/1.1\n\n", "HTTP/1.1 400 "},
		"no version":       {"GET " + base + "invocation/next\r\n\r\n", "HTTP/1.1 400 "},
		"other version":    {"GET " + base + "invocation/next HTTP/2.0\r\n\r\n", "HTTP/1.1 400 "},
		"other method":     {"PUT " + base + "invocation/next HTTP/1.1\r\n\r\n", "HTTP/1.1 404 "},
		"other path":       {"GET /etc/passwd HTTP/1.1\r\n\r\n", "HTTP/1.1 404 "},
		"dots":             {"GET " + base + "../../etc/passwd HTTP/1.1\r\n\r\n", "HTTP/1.1 404 "},
		"absolute":         {"GET http://a/b HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
		"folded":           {"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 400 "},
		"no colon":         {"GET / HTTP/1.1\r\nAb\r\n\r\n", "HTTP/1.1 400 "},
		"space at name":    {"GET / HTTP/1.1\r\nContent-Length : 1\r\n\r\nx", "HTTP/1.1 400 "},
		"two lengths":      {post + "init/error HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 400 "},
		"length and chunk": {post + "init/error HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 400 "},
		"negative length":  {post + "init/error HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 400 "},
		"endless length":   {post + "init/error HTTP/1.1\r\nContent-Length: 9999999999999999999\r\n\r\n", "HTTP/1.1 400 "},
		"other coding":     {post + "init/error HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "HTTP/1.1 400 "},
		"long head":        {"GET / HTTP/1.1\r\nA: " + strings.Repeat("b", maxHead), "HTTP/1.1 431 "},
		"many headers":     {"GET / HTTP/1.1\r\n" + strings.Repeat("A: b\r\n", maxHead/6), "HTTP/1.1 431 "},
		"next with a body": {"GET " + base + "invocation/next HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 400 "},
		"unknown id":       {post + "invocation/x/response HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 69\r\n\r\n" + `{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}` + "\n"},
		"long init error":  {post + "init/error HTTP/1.1\r\nContent-Length: 65537\r\n\r\n" + strings.Repeat("x", 65537), "HTTP/1.1 413 "},
		"half a body":      {post + "init/error HTTP/1.1\r\nContent-Length: 5\r\n\r\nx", ""},
		"half a head":      {post + "init/error HTTP/1.1\r\nContent-Le", ""},
		"broken chunk":     {post + "init/error HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", ""},
	}
}

// What is no request of the API is refused, and the API goes on.
func TestMalformedRequests(t *testing.T) {
	p, i := lone(t)
	for name, c := range malformed() {
		t.Run(name, func(t *testing.T) {
			answer := speak(t, i, c.text)
			if c.want == "" {
				require.Empty(t, answer)
			}
			require.True(t, strings.HasPrefix(answer, c.want), "%q", answer)
		})
	}
	require.Eventually(t, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(i.conns) == 0 && i.state == starting && i.asker == nil
	}, patience, time.Millisecond)
}

// Requests in a row on one connection are answered in a row.
func TestKeepAlive(t *testing.T) {
	_, i := lone(t)
	one := "POST " + base + "invocation/x/error HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nA: b\r\n\r\n"
	answer := speak(t, i, one+one+strings.Replace(one, "1.1\r\n", "1.1\r\nConnection: close\r\n", 1)+one)
	require.Equal(t, 3, strings.Count(answer, "HTTP/1.1 400 "))
	require.Equal(t, 1, strings.Count(speak(t, i, strings.Replace(one+one, "Transfer-Encoding: chunked", "Expect: 100-continue\r\nTransfer-Encoding: chunked", 1)), "HTTP/1.1"), "a body that may not come")
}

// A client that waits for leave to send its body gets it.
func TestContinue(t *testing.T) {
	_, i := lone(t)
	c, err := net.Dial("tcp", i.listener.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
	fmt.Fprintf(c, "POST %sinit/error HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", base)
	r := bufio.NewReader(c)
	line, err := r.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
	_, err = r.ReadString('\n')
	require.NoError(t, err)
	fmt.Fprint(c, "{}")
	line, err = r.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 202 Accepted\r\n", line)
}

// FuzzRequest reads requests: what is taken net/http takes too, and reads the same.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{
		"GET " + base + "invocation/next HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST " + base + "invocation/a-b/response HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
		"POST /x?y HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nLambda-Runtime-Function-Error-Type: a\r\nLambda-Runtime-Function-Error-Body: e30=\r\n\r\n",
		"GET / HTTP/1.0\r\nconnection: close\r\nexpect: 100-continue\r\n\r\n",
		"GET / HTTP/1.1\nA: b\n\n", "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		l := &lines{r: bufio.NewReaderSize(bytes.NewReader(text), 64)}
		var h head
		if h.read(l) != nil {
			return
		}
		var b body
		b.open(&h, l)
		got, err := b.all(nil, 1<<20)
		if err != nil {
			return
		}
		request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(withHost(text))))
		require.NoError(t, err, "%q", text)
		want, err := io.ReadAll(request.Body)
		require.NoError(t, err, "%q", text)
		require.Equal(t, string(want), string(got))
		require.Equal(t, request.Method == "GET", h.get)
		require.Equal(t, request.Method == "POST", h.post)
		target := bytes.Split(text[:bytes.Index(text, []byte("\r\n"))], []byte(" "))[1]
		path, _, _ := bytes.Cut(target, []byte("?"))
		require.Equal(t, string(path), string(h.path))
		require.LessOrEqual(t, len(h.mode)+len(h.errorType)+len(b.errorType), 3*maxKept)
	})
}

// withHost is a request with the Host that net/http asks for, unless there is one, and another target: escapes in it are no
// business of the API's.
func withHost(text []byte) []byte {
	end := bytes.Index(text, []byte("\r\n"))
	line := bytes.Split(text[:end], []byte(" "))
	line[1] = []byte("/")
	host := "\r\nHost: x"
	if bytes.Contains(bytes.ToLower(text), []byte("host:")) {
		host = ""
	}
	return bytes.Join([][]byte{bytes.Join(line, []byte(" ")), []byte(host), text[end:]}, nil)
}

// A call allocates nothing once its function runs.
func TestAllocations(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	o := open(t, "bare", Config{Concurrency: 1})
	ids := [2]string{"one", "two"}
	call := &function.Call{ARN: arn, TraceID: "Root=1-6650aa10-0123456789abcdef01234567", Payload: []byte(`{"name": "Ada"}`), Deadline: time.Now().Add(time.Minute)}
	var answer function.Answer
	n := 0
	invoke := func() {
		call.RequestID = ids[n%2]
		n++
		require.NoError(t, o.Invoke(call, &answer))
	}
	for range 50 {
		invoke()
	}
	require.Less(t, testing.AllocsPerRun(500, invoke), 1.0)
}

// A Go function answers its first call soon, though its process must be started.
func TestFirstCall(t *testing.T) {
	best := time.Hour
	for range 5 {
		o := open(t, "go", Config{})
		begun := time.Now()
		_, _, err := o.call(`{"name": "Ada"}`, patience)
		require.NoError(t, err)
		best = min(best, time.Since(begun))
	}
	t.Log("first call of a Go function:", best)
	if !raceDetector {
		require.Less(t, best, 150*time.Millisecond)
	}
}
