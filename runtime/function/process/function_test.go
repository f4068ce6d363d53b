package process

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
)

// The test's own program is the function of the tests: FUNCTION says which.
func TestMain(m *testing.M) {
	if behave, ok := functions[os.Getenv("FUNCTION")]; ok {
		behave()
		return
	}
	goleak.VerifyTestMain(m)
}

// functions are how functions behave, and misbehave.
var functions = map[string]func(){
	"go":     func() { lambda.Start(greet) },
	"stream": func() { lambda.Start(spell) },
	"echo":   func() { serve(func(id string, event []byte) { post("invocation/"+id+"/response", event) }) },
	"bare":   bare,
	"wait": func() { // the sleep is what BenchmarkWaiting measures
		serve(func(id string, event []byte) { time.Sleep(time.Millisecond); post("invocation/"+id+"/response", event) })
	},
	"exit":       func() { serve(func(string, []byte) { os.Exit(3) }) },
	"leave":      func() { serve(func(string, []byte) { os.Exit(0) }) },
	"hang":       func() { serve(func(string, []byte) { select {} }) },
	"twice":      func() { serve(twice) },
	"other":      func() { serve(other) },
	"garbage":    func() { serve(garbage) },
	"huge":       func() { serve(huge) },
	"broken":     func() { serve(broken) },
	"failing":    func() { serve(failing) },
	"flood":      func() { serve(flood) },
	"eat":        func() { serve(eat) },
	"children":   func() { serve(children) },
	"greedy":     greedy,
	"impatient":  func() { serve(impatient) },
	"fickle":     fickle,
	"pipelined":  pipelined,
	"noise":      noise,
	"deaf":       deaf,
	"stale":      stale,
	"hangup":     func() { serve(hangUp) },
	"trickle":    func() { serve(trickle) },
	"halfstream": func() { serve(halfStream) },
	"gated":      func() { serve(gated) },
	"counting":   counting,
	"badmode":    func() { serve(badMode) },
	"gateway":    gateway,
	"silent":     func() { select {} },
	"badstart": func() {
		post("init/error", []byte(`{"errorType":"Extension.Bad","errorMessage":"no way"}`))
		os.Exit(1)
	},
	"deadborn": func() { os.Exit(7) },
	"env":      func() { serve(environ) },
	"talker":   func() { serve(talk) },
	"child":    func() { os.WriteFile(os.Getenv("PIDFILE"), fmt.Append(nil, os.Getpid()), 0o644); select {} },
}

// gateway is a gateway with a function, until it is killed.
func gateway() {
	core := gw.NewCore(&gw.API{Title: "Test"})
	program, _ := filepath.Abs(os.Args[0])
	target, err := Config{Command: []string{program}, Env: []string{"FUNCTION=child", "PIDFILE=" + os.Getenv("PIDFILE")}}.Open(core, function.Function{Name: "Test", ARN: arn})
	if err != nil {
		os.Exit(6)
	}
	target.Invoke(&function.Call{ARN: arn, Payload: []byte(`{}`), RequestID: id}, &function.Answer{})
}

type greeting struct {
	Name string `json:"name"`
}

func greet(ctx context.Context, g greeting) (string, error) {
	if g.Name == "nobody" {
		return "", errors.New("nobody is here")
	}
	lc, _ := lambdacontext.FromContext(ctx)
	_, limited := ctx.Deadline()
	fmt.Println("greeting", g.Name)
	return fmt.Sprint("Hello, ", g.Name, " ", lc.AwsRequestID, " ", lc.InvokedFunctionArn, " ", limited), nil
}

// spell answers letter by letter.
func spell(_ context.Context, g greeting) (io.Reader, error) {
	in, out := io.Pipe()
	go func() {
		for _, letter := range g.Name {
			fmt.Fprint(out, string(letter))
		}
		if g.Name == "bad" {
			out.CloseWithError(errors.New("cannot go on"))
		}
		out.Close()
	}()
	return in, nil
}

// serve is the least that a runtime client does.
func serve(handle func(id string, event []byte)) {
	for {
		response, err := http.Get(api("invocation/next"))
		if err != nil {
			return
		}
		event, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			os.Exit(9) // the test sees it as an exit
		}
		handle(response.Header.Get("Lambda-Runtime-Aws-Request-Id"), event)
	}
}

func api(path string) string {
	return "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + base + path
}

func post(path string, body []byte) string {
	response, err := http.Post(api(path), "application/json", bytes.NewReader(body))
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	return fmt.Sprint(response.StatusCode, " ", string(text))
}

func twice(id string, _ []byte) {
	first, second := post("invocation/"+id+"/response", []byte(`"one"`)), post("invocation/"+id+"/response", []byte(`"two"`))
	fmt.Println(first, "/", second)
}

func other(id string, _ []byte) {
	fmt.Println(post("invocation/00000000-0000-4000-8000-000000000000/response", []byte(`"not mine"`)))
	post("invocation/"+id+"/response", []byte(`"mine"`))
}

func garbage(id string, _ []byte) {
	for _, path := range []string{"", "invocation/", "invocation/" + id, "invocation/" + id + "/", "init", "../../etc/passwd"} {
		post(path, []byte("x"))
	}
	post("init/error", []byte("too late"))
	post("invocation/"+id+"/error", []byte("no JSON"))
}

func huge(id string, _ []byte) {
	fmt.Println(post("invocation/"+id+"/response", bytes.Repeat([]byte("x"), 100<<20)))
}

func broken(id string, _ []byte) {
	in, out := io.Pipe()
	go func() {
		fmt.Fprint(out, `{"half":`)
		os.Exit(4)
	}()
	request, _ := http.NewRequest("POST", api("invocation/"+id+"/response"), in)
	http.DefaultClient.Do(request)
}

func failing(id string, _ []byte) {
	post("invocation/"+id+"/error", []byte(`{"errorType":"Sad","errorMessage":"404: no pet"}`))
}

func flood(id string, _ []byte) {
	out := bufio.NewWriter(os.Stdout)
	for n := range 100_000 {
		fmt.Fprintln(out, "line", n, strings.Repeat("x", 50))
	}
	fmt.Fprint(out, strings.Repeat("y", 1<<20))
	out.Flush()
	post("invocation/"+id+"/response", []byte(`"done"`))
}

// eat takes half as much memory again as TestMemory allows, and keeps it.
func eat(string, []byte) {
	all := make([]byte, 300<<20)
	for i := 0; i < len(all); i += 4096 {
		all[i] = 1
	}
	<-make(chan struct{})
	runtime.KeepAlive(all)
}

func children(id string, _ []byte) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "FUNCTION=child")
	child.Stdout = os.Stdout // it holds the pipe open
	child.Start()
	for {
		if text, err := os.ReadFile(os.Getenv("PIDFILE")); err == nil && len(text) > 0 {
			break
		}
	}
	post("invocation/"+id+"/response", []byte(`"begat"`))
}

// greedy asks for work on two connections at once: the later one gets it.
func greedy() {
	for {
		got := make(chan string, 2)
		ask := func() {
			response, err := http.Get(api("invocation/next"))
			if err != nil {
				got <- "" // the other one took its place
				return
			}
			defer response.Body.Close()
			got <- response.Header.Get("Lambda-Runtime-Aws-Request-Id")
		}
		go ask()
		go ask()
		id := <-got + <-got
		post("invocation/"+id+"/response", []byte(`"once"`))
	}
}

// impatient asks for more before it has answered.
func impatient(id string, _ []byte) {
	response, err := http.Get(api("invocation/next"))
	if err != nil {
		os.Exit(8)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	post("invocation/"+id+"/response", text)
}

// fickle asks for work, hangs up and asks again, many times, before it serves.
func fickle() {
	serve(func(id string, event []byte) {
		post("invocation/"+id+"/response", event)
		for range 50 {
			c, err := net.Dial("tcp", os.Getenv("AWS_LAMBDA_RUNTIME_API"))
			if err != nil {
				return
			}
			fmt.Fprint(c, "GET "+base+"invocation/next HTTP/1.1\r\nHost: x\r\n\r\n")
			c.Close()
		}
	})
}

// pipelined sends all that it has to say at once, garbage behind it.
func pipelined() {
	for {
		c, err := net.Dial("tcp", os.Getenv("AWS_LAMBDA_RUNTIME_API"))
		if err != nil {
			return
		}
		fmt.Fprint(c, "GET "+base+"invocation/next HTTP/1.1\r\n\r\nPOST "+base+"invocation/x/response HTTP/1.1\r\nContent-Length: 1\r\n\r\nx")
		io.Copy(io.Discard, c)
		c.Close()
	}
}

// noise opens connections that say nothing, or nonsense, and serves all the same.
func noise() {
	serve(func(id string, event []byte) {
		for n := range 40 {
			c, err := net.Dial("tcp", os.Getenv("AWS_LAMBDA_RUNTIME_API"))
			if err != nil {
				continue
			}
			defer c.Close()
			if n%2 == 0 {
				fmt.Fprint(c, "\x00\x01\r\n\r\n")
			}
		}
		post("invocation/"+id+"/response", event)
	})
}

// deaf serves once, then asks for work and reads nothing of it.
func deaf() {
	c, err := net.Dial("tcp", os.Getenv("AWS_LAMBDA_RUNTIME_API"))
	if err != nil {
		return
	}
	fmt.Fprint(c, "GET "+base+"invocation/next HTTP/1.1\r\n\r\n")
	id, event, err := readAnswer(bufio.NewReader(c))
	if err != nil {
		return
	}
	fmt.Fprintf(c, "POST %sinvocation/%s/response HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s", base, id, len(event), event)
	fmt.Fprint(c, "GET "+base+"invocation/next HTTP/1.1\r\n\r\n")
	select {}
}

// stale answers the invocation before once more.
func stale() {
	before := ""
	serve(func(id string, _ []byte) {
		said := "none before"
		if before != "" {
			said = post("invocation/"+before+"/response", []byte(`"late"`))
		}
		before = id
		text, _ := json.Marshal(said)
		post("invocation/"+id+"/response", text)
	})
}

// hangUp closes its connection in the middle of an answer, and lives on.
func hangUp(id string, _ []byte) {
	c, err := net.Dial("tcp", os.Getenv("AWS_LAMBDA_RUNTIME_API"))
	if err != nil {
		return
	}
	fmt.Fprintf(c, "POST %sinvocation/%s/response HTTP/1.1\r\nContent-Length: 100\r\n\r\n{", base, id)
	c.Close()
	for !strings.Contains(post("init/error", nil), "from ResponseSent") { // or the API does not know yet
	}
}

// trickle streams without end until nobody takes it.
func trickle(id string, _ []byte) {
	request, _ := http.NewRequest("POST", api("invocation/"+id+"/response"), endless{})
	request.Header.Set("Lambda-Runtime-Function-Response-Mode", "streaming")
	http.DefaultClient.Do(request)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for n := range p {
		p[n] = 'x'
	}
	return len(p), nil
}

// halfStream sends the beginning of a stream, once it is waited for, and exits.
func halfStream(id string, _ []byte) {
	c, err := net.Dial("tcp", os.Getenv("AWS_LAMBDA_RUNTIME_API"))
	if err != nil {
		return
	}
	fmt.Fprintf(c, "POST %sinvocation/%s/response HTTP/1.1\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n", base, id)
	readAnswer(bufio.NewReader(c))
	fmt.Fprint(c, "5\r\nbegun\r\n")
	os.Exit(5)
}

// gated answers only while the gate at the URL GATE is open.
func gated(id string, event []byte) {
	response, err := http.Get(os.Getenv("GATE"))
	if err != nil {
		os.Exit(6)
	}
	defer response.Body.Close()
	post("invocation/"+id+"/response", event)
}

// counting answers, while the gate is open, how many it has answered before.
func counting() {
	n := 0
	serve(func(id string, _ []byte) {
		gated(id, fmt.Append(nil, n))
		n++
	})
}

// talk prints about what it works on, to the last moment.
func talk(id string, event []byte) {
	fmt.Println("about", id)
	fmt.Fprintln(os.Stderr, "about", id)
	post("invocation/"+id+"/response", event)
}

func badMode(id string, _ []byte) {
	request, _ := http.NewRequest("POST", api("invocation/"+id+"/response"), strings.NewReader("{}"))
	request.Header.Set("Lambda-Runtime-Function-Response-Mode", "shouting")
	response, err := http.DefaultClient.Do(request)
	if err == nil {
		response.Body.Close()
		fmt.Println("mode:", response.StatusCode)
	}
}

func environ(id string, _ []byte) {
	text, _ := json.Marshal(os.Environ())
	post("invocation/"+id+"/response", text)
}

// logged is what a gateway's log says.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

const arn = "arn:aws:lambda:us-east-1:123456789012:function:Test"

// opened is a function that behaves as it is called.
type opened struct {
	*pool
	core  *gw.Core
	log   *logged
	calls atomic.Int64
}

func open(t testing.TB, behaviour string, c Config) *opened {
	t.Helper()
	program, err := filepath.Abs(os.Args[0])
	require.NoError(t, err)
	c.Command = []string{program}
	c.Env = append(c.Env, "FUNCTION="+behaviour)
	return openCommand(t, c)
}

func openCommand(t testing.TB, c Config) *opened {
	t.Helper()
	o := &opened{log: &logged{}}
	o.core = gw.NewCore(&gw.API{Title: "Test"}, gw.WithLogger(slog.New(slog.NewTextHandler(o.log, nil))))
	target, err := c.Open(o.core, function.Function{Name: "Test", ARN: arn})
	require.NoError(t, err)
	o.pool = target.(*pool)
	t.Cleanup(func() {
		require.NoError(t, o.core.Close())
		require.Empty(t, o.alive)
		require.Equal(t, [states]int{}, o.counts)
	})
	return o
}

const id = "0f1e2d3c-4b5a-4678-9abc-def012345678"

// call calls the function with an id of its own, which what it returns has as ID.
func (o *opened) call(payload string, within time.Duration) (string, string, error) {
	var answer function.Answer
	own := fmt.Sprintf("call-%d", o.calls.Add(1))
	err := o.Invoke(&function.Call{ARN: arn, Payload: []byte(payload), RequestID: own, Deadline: time.Now().Add(within)}, &answer)
	return strings.ReplaceAll(string(answer.Payload), own, "ID"), answer.Error, err
}
