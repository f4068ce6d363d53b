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
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
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
	"go":       func() { lambda.Start(greet) },
	"stream":   func() { lambda.Start(spell) },
	"echo":     func() { serve(func(id string, event []byte) { post("invocation/"+id+"/response", event) }) },
	"exit":     func() { serve(func(string, []byte) { os.Exit(3) }) },
	"leave":    func() { serve(func(string, []byte) { os.Exit(0) }) },
	"hang":     func() { serve(func(string, []byte) { select {} }) },
	"twice":    func() { serve(twice) },
	"other":    func() { serve(other) },
	"garbage":  func() { serve(garbage) },
	"huge":     func() { serve(huge) },
	"broken":   func() { serve(broken) },
	"failing":  func() { serve(failing) },
	"flood":    func() { serve(flood) },
	"eat":      func() { serve(eat) },
	"children": func() { serve(children) },
	"greedy":   greedy,
	"badstart": func() {
		post("init/error", []byte(`{"errorType":"Extension.Bad","errorMessage":"no way"}`))
		os.Exit(1)
	},
	"deadborn": func() { os.Exit(7) },
	"env":      func() { serve(environ) },
	"child":    func() { os.WriteFile(os.Getenv("PIDFILE"), fmt.Append(nil, os.Getpid()), 0o644); select {} },
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
			os.Exit(9)
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

func eat(string, []byte) {
	var all [][]byte
	for {
		piece := make([]byte, 8<<20)
		for i := 0; i < len(piece); i += 4096 {
			piece[i] = 1
		}
		all = append(all, piece)
		time.Sleep(5 * time.Millisecond) // or the machine would be out of memory sooner than the gateway looks
		_ = all
	}
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

// greedy asks for work on two connections at once.
func greedy() {
	refused := make(chan string, 2)
	ask := func() {
		response, err := http.Get(api("invocation/next"))
		if err != nil {
			return
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		if response.StatusCode == http.StatusForbidden {
			refused <- string(text)
			return
		}
		post("invocation/"+response.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/response", []byte(<-refused))
	}
	go ask()
	ask()
	select {}
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
	core *gw.Core
	log  *logged
}

func open(t testing.TB, behaviour string, c Config) *opened {
	t.Helper()
	o := &opened{log: &logged{}}
	o.core = gw.NewCore(&gw.API{Title: "Test"}, gw.WithLogger(slog.New(slog.NewTextHandler(o.log, nil))))
	program, err := filepath.Abs(os.Args[0])
	require.NoError(t, err)
	c.Command = []string{program}
	c.Env = append(c.Env, "FUNCTION="+behaviour)
	target, err := c.Open(o.core, function.Function{Name: "Test", ARN: arn})
	require.NoError(t, err)
	o.pool = target.(*pool)
	t.Cleanup(func() {
		require.NoError(t, o.core.Close())
		require.Empty(t, o.alive)
	})
	return o
}

const id = "0f1e2d3c-4b5a-4678-9abc-def012345678"

func (o *opened) call(payload string, within time.Duration) (string, string, error) {
	var answer function.Answer
	err := o.Invoke(&function.Call{ARN: arn, Payload: []byte(payload), RequestID: id, Deadline: time.Now().Add(within)}, &answer)
	return string(answer.Payload), answer.Error, err
}
