package inproc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	awslambda "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/gatewright/gatewright/runtime/vtl"
	"github.com/stretchr/testify/require"
)

type (
	request  = events.APIGatewayProxyRequest
	response = events.APIGatewayProxyResponse
)

// echo answers with what a request says.
func echo(in request) response {
	return response{StatusCode: 201, Headers: map[string]string{"X-B": "solo", "X-A": "1"}, MultiValueHeaders: map[string][]string{"x-b": {"multi"}},
		Body: in.HTTPMethod + " " + in.PathParameters["id"] + " " + in.Body}
}

// Every form of handler gives the same answer.
func TestForms(t *testing.T) {
	for name, handler := range map[string]any{
		"context, value, value":     func(_ context.Context, in request) (response, error) { return echo(in), nil },
		"value, value":              func(in request) (response, error) { return echo(in), nil },
		"context, value, pointer":   func(_ context.Context, in request) (*response, error) { r := echo(in); return &r, nil },
		"value, pointer":            func(in request) (*response, error) { r := echo(in); return &r, nil },
		"context, pointer, value":   func(_ context.Context, in *request) (response, error) { return echo(*in), nil },
		"pointer, value":            func(in *request) (response, error) { return echo(*in), nil },
		"context, pointer, pointer": func(_ context.Context, in *request) (*response, error) { r := echo(*in); return &r, nil },
		"pointer, pointer":          func(in *request) (*response, error) { r := echo(*in); return &r, nil },
		"other types": func(_ context.Context, in map[string]any) (any, error) {
			return map[string]any{"statusCode": 201, "headers": map[string]any{"X-B": "solo", "X-A": 1}, "multiValueHeaders": map[string]any{"x-b": []string{"multi"}},
				"body": fmt.Sprint(in["httpMethod"], " ", in["pathParameters"].(map[string]any)["id"], " ", in["body"])}, nil
		},
		"made by the library": awslambda.NewHandler(func(in request) (response, error) { return echo(in), nil }),
		"of one's own":        bytesHandler{},
	} {
		g := start(t, handler, proxying)
		rc := received(t, post(itemPath, "hello"))
		g.Handle(rc)
		require.Equal(t, 201, rc.Response.StatusCode(), name)
		require.Equal(t, "POST 7 hello", string(rc.Response.Body()), name)
		require.Equal(t, [][]byte{[]byte("multi"), []byte("solo")}, rc.Response.Header.PeekAll("x-b"), name)
		require.Equal(t, "1", string(rc.Response.Header.Peek("X-A")), name)
	}
}

// bytesHandler is a lambda.Handler.
type bytesHandler struct{}

func (bytesHandler) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	var in request
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, err
	}
	return json.Marshal(echo(in))
}

func TestWrongHandlers(t *testing.T) {
	var none func() error
	for _, test := range []struct {
		handler any
		want    string
	}{
		{nil, "the handler is nil"},
		{none, "the handler is nil"},
		{"text", "the handler is no func but string"},
		{func(int, int) error { return nil }, "the first is not context.Context but int"},
		{func(context.Context, int, int) error { return nil }, "the handler takes 3 arguments"},
		{func(io.Reader) error { return nil }, "that is not context.Context"},
		{func() int { return 1 }, "returns one value, which is no error but int"},
		{func() (int, int) { return 1, 1 }, "the second is no error but int"},
		{func() (int, int, error) { return 1, 1, nil }, "returns 3 values"},
		{func(...string) error { return nil }, "variadic"},
	} {
		core := gw.NewCore(api())
		_, err := Func(test.handler).Open(core, function.Function{Name: "x"})
		require.ErrorContains(t, err, test.want)
		require.NoError(t, core.Close())
	}
}

// The typed event is what the JSON one reads as, for all sorts of requests.
func TestTypedEventIsTheJSONOne(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var typed request
	g := start(t, func(in request) (response, error) { typed = in; return response{StatusCode: 200}, nil }, proxying)
	var raw []byte
	h := start(t, func(in json.RawMessage) (json.RawMessage, error) {
		raw = bytes.Clone(in)
		return json.RawMessage(`{}`), nil
	}, proxying)
	word := func(alphabet string, most int) string {
		b := make([]byte, 1+random.IntN(most))
		for i := range b {
			b[i] = alphabet[random.IntN(len(alphabet))]
		}
		return string(b)
	}
	for range 500 {
		query := ""
		for range random.IntN(5) {
			query += word("ab%20%C3%A9%FF+", 9) + "=" + word("xyz%2B%22%5C%00+é", 9) + "&"
		}
		headers := []string{"X-Amzn-RequestId: 0f1e2d3c-4b5a-4678-9abc-def012345678", "X-Amzn-Trace-Id: Root=1-2-3;Parent=4;Sampled=1", "User-Agent: a\xff\xfeb"}
		for range random.IntN(40) {
			headers = append(headers, word("aAbB-_", 3)+": "+word("xyz \"\\\xc3\xa9\xff,", 9))
		}
		if random.IntN(3) == 0 {
			headers = append(headers, "Content-Type: image/png")
		}
		body := word("xyz\"\\\n\x01\xc3\xa9", 40)
		if random.IntN(4) == 0 {
			body = ""
		}
		sent := post("/prod/items/"+[]string{"a%2Fb", "é", "a+b", "%C3%A9", "%ff", "x-y"}[random.IntN(6)]+"/"+word("cd", 8)+"//e/?"+query, body, headers...)
		g.ask(t, sent)
		status, _ := h.ask(t, sent)
		require.Equal(t, 200, status)
		var read request
		require.NoError(t, json.Unmarshal(raw, &read), "%s", raw)
		// What differs from request to request by itself.
		read.RequestContext.ExtendedRequestID = typed.RequestContext.ExtendedRequestID
		read.RequestContext.RequestTime, read.RequestContext.RequestTimeEpoch = typed.RequestContext.RequestTime, typed.RequestContext.RequestTimeEpoch
		require.Equal(t, read, typed, "%q", sent)
	}
	require.NotEmpty(t, typed.RequestContext.RequestTime)
	require.InDelta(t, time.Now().UnixMilli(), typed.RequestContext.RequestTimeEpoch, 60_000)
}

// A typed answer follows the rules of the JSON one.
func TestTypedAnswers(t *testing.T) {
	many := map[string]string{}
	for i := range 600 {
		many[fmt.Sprint("x-", i)] = "a"
	}
	for name, test := range map[string]struct {
		answer *response
		status int
		body   string
	}{
		"no status":          {&response{}, 502, internalBody},
		"status 600":         {&response{StatusCode: 600}, 502, internalBody},
		"nil":                {nil, 502, internalBody},
		"no UTF-8":           {&response{StatusCode: 200, Body: "a\xff\xfeb"}, 200, "a\uFFFD\uFFFDb"},
		"base64, no Accept":  {&response{StatusCode: 200, Body: "aGk=", IsBase64Encoded: true}, 200, "aGk="},
		"a header's end":     {&response{StatusCode: 200, Headers: map[string]string{"a": "b\r\nc: d"}}, 502, internalBody},
		"too many headers":   {&response{StatusCode: 200, Headers: many}, 502, internalBody},
		"headers of no name": {&response{StatusCode: 200, MultiValueHeaders: map[string][]string{"": {"b"}}}, 502, internalBody},
	} {
		for form, handler := range map[string]any{
			"typed": func(request) (*response, error) { return test.answer, nil },
			"JSON":  func(any) (*response, error) { return test.answer, nil },
		} {
			g := start(t, handler, proxying)
			status, body := g.ask(t, post(itemPath, ""))
			require.Equal(t, test.status, status, "%s %s", name, form)
			require.Equal(t, test.body, body, "%s %s", name, form)
		}
	}
	g := start(t, func(request) (response, error) {
		return response{StatusCode: 200, Body: "aGk=", IsBase64Encoded: true}, nil
	}, proxying)
	_, body := g.ask(t, post(itemPath, "", "Accept: image/png"))
	require.Equal(t, "hi", body)
}

// add writes to m.
func add(m map[string]int) { m["a"] = 1 }

type petError struct{}

func (*petError) Error() string { return "no such pet" }

// A function that fails harms its own request only, in every form.
func TestFailures(t *testing.T) {
	fail := func(in request) (response, error) {
		switch in.Body {
		case "error":
			return response{}, &petError{}
		case "panic":
			panic("oh no")
		case "nil":
			add(nil)
		case "goexit":
			runtime.Goexit()
		}
		return response{StatusCode: 200, Body: "fine"}, nil
	}
	for name, handler := range map[string]any{
		"typed": fail,
		"JSON": func(_ context.Context, in *struct{ Body string }) (any, error) {
			r, err := fail(request{Body: in.Body})
			return r, err
		},
	} {
		g := start(t, handler, proxying)
		for _, how := range []string{"error", "panic", "nil", "goexit", "error", "panic", "goexit"} {
			status, body := g.ask(t, post(itemPath, how))
			require.Equal(t, 502, status, "%s %s", name, how)
			require.Equal(t, internalBody, body)
			status, body = g.ask(t, post(itemPath, ""))
			require.Equal(t, 200, status, "%s after %s", name, how)
			require.Equal(t, "fine", body)
		}
		log := g.log.String()
		for _, want := range []string{"customer function error: no such pet", "customer function error: oh no", "assignment to entry in nil map", "the handler ended its goroutine", "a function panicked", "inproc_test.go: TestFailures"} {
			require.Contains(t, log, want, name)
		}
	}
}

// custom is an integration of type AWS.
func custom(g *gateway, c *gw.Ctx) gw.Fault {
	out := c.Outbound("POST", patience)
	if f := out.PassBody(c, gw.AsIs); f != gw.OK {
		return f
	}
	out.Header("X-Amz-Invocation-Type", c.Header("Type"))
	reply, f := g.item.Invoke(c, out)
	if f != gw.OK {
		return f
	}
	return c.Respond(200).Render(func(w *vtl.Renderer) { w.Text(string(reply.Body())) }, reply, gw.AsIs)
}

// The error of a handler is the object that Lambda has for it.
func TestErrorsAsLambdaHasThem(t *testing.T) {
	g := start(t, func(in struct{ How string }) (any, error) {
		switch in.How {
		case "error":
			return nil, &petError{}
		case "plain":
			return nil, errors.New("plain")
		case "reader":
			return strings.NewReader(`{"read":true}`), nil
		}
		panic(&petError{})
	}, custom)
	ask := func(how string) string {
		_, body := g.ask(t, post(itemPath, `{"How":"`+how+`"}`))
		return body
	}
	require.JSONEq(t, `{"errorMessage":"no such pet","errorType":"petError"}`, ask("error"))
	require.JSONEq(t, `{"errorMessage":"plain","errorType":"errorString"}`, ask("plain"))
	require.JSONEq(t, `{"read":true}`, ask("reader"))
	var failed struct {
		ErrorMessage, ErrorType string
		StackTrace              []struct {
			Path, Label string
			Line        int
		}
	}
	require.NoError(t, json.Unmarshal([]byte(ask("panic")), &failed))
	require.Equal(t, []string{"no such pet", "petError"}, []string{failed.ErrorMessage, failed.ErrorType})
	require.True(t, strings.HasSuffix(failed.StackTrace[0].Path, "inproc/inproc_test.go"), failed.StackTrace[0].Path)
	require.Contains(t, failed.StackTrace[0].Label, "TestErrorsAsLambdaHasThem")
	require.Positive(t, failed.StackTrace[0].Line)
	status, body := g.ask(t, post(itemPath, `[1]`))
	require.Equal(t, 200, status)
	require.Contains(t, body, "cannot unmarshal array")
}

func TestContext(t *testing.T) {
	type seen struct {
		ctx      context.Context
		lambda   *lambdacontext.LambdaContext
		deadline time.Time
		has      bool
		trace    any
	}
	var got seen
	look := func(ctx context.Context) {
		got = seen{ctx: ctx, trace: ctx.Value("x-amzn-trace-id")}
		got.lambda, _ = lambdacontext.FromContext(ctx)
		got.deadline, got.has = ctx.Deadline()
	}
	for name, handler := range map[string]any{
		"typed": func(ctx context.Context, _ request) (response, error) {
			look(ctx)
			return response{StatusCode: 200}, ctx.Err()
		},
		"JSON":    func(ctx context.Context, _ any) (any, error) { look(ctx); return struct{}{}, ctx.Err() },
		"library": awslambda.NewHandler(func(ctx context.Context) (any, error) { look(ctx); return struct{}{}, ctx.Err() }),
	} {
		g := start(t, handler, proxying)
		status, _ := g.ask(t, post(itemPath, "", "X-Amzn-RequestId: 0f1e2d3c-4b5a-4678-9abc-def012345678", "X-Amzn-Trace-Id: Root=1-2-3;Parent=4;Sampled=1"))
		require.Equal(t, 200, status, name)
		require.Equal(t, &lambdacontext.LambdaContext{AwsRequestID: "0f1e2d3c-4b5a-4678-9abc-def012345678", InvokedFunctionArn: arn}, got.lambda, name)
		require.Equal(t, "Root=1-2-3;Parent=4;Sampled=1", got.trace, name)
		require.True(t, got.has)
		require.InDelta(t, patience.Seconds(), time.Until(got.deadline).Seconds(), 10)
		require.ErrorIs(t, got.ctx.Err(), context.Canceled, "it ends with the call")
		<-got.ctx.Done()
		require.Nil(t, got.ctx.Value("other"))
	}
}

// Contexts that are derived from a call's end with it, without a goroutine for each.
func TestDerivedContexts(t *testing.T) {
	c := newContext(&function.Call{}, time.Now().Add(time.Hour))
	before := runtime.NumGoroutine()
	var derived []context.Context
	for range 100 {
		d, cancel := context.WithCancel(c)
		defer cancel()
		derived = append(derived, d)
	}
	require.Less(t, runtime.NumGoroutine(), before+50)
	gone, cancel := context.WithCancel(c)
	cancel()
	require.ErrorIs(t, gone.Err(), context.Canceled)
	require.Len(t, c.after, 100, "what has ended is forgotten")
	c.cancel(context.DeadlineExceeded)
	c.cancel(context.Canceled)
	for _, d := range derived {
		<-d.Done()
		require.ErrorIs(t, d.Err(), context.DeadlineExceeded)
	}
	late, cancel := context.WithCancel(c)
	defer cancel()
	<-late.Done()
}

// A handler that is too slow is left behind: the client is answered at the deadline, the handler's context ends, what it
// returns is dropped, and its memory is its own.
func TestTimeouts(t *testing.T) {
	for _, form := range []string{"typed", "JSON"} {
		release, kept, over := make(chan struct{}), make(chan request, 1), make(chan string, 1)
		slow := func(ctx context.Context, in request) (response, error) {
			if in.Body == "fast" {
				return response{StatusCode: 200, Body: "fast"}, nil
			}
			<-ctx.Done()
			kept <- in
			<-release
			over <- in.Body + in.Headers["X-Keep"] + fmt.Sprint(ctx.Err())
			return response{StatusCode: 200, Body: "late"}, nil
		}
		var handler any = slow
		if form == "JSON" {
			handler = func(ctx context.Context, in *request) (any, error) { return slow(ctx, *in) }
		}
		g := start(t, handler, within(20*time.Millisecond))
		rc := received(t, post(itemPath, "slow", "X-Keep: this"))
		g.Handle(rc)
		require.Equal(t, 504, rc.Response.StatusCode(), form)
		require.Equal(t, timeoutBody, string(rc.Response.Body()))
		held := <-kept
		require.Equal(t, "slow", held.Body)
		for _, b := range [][]byte{rc.Request.Body(), rc.Request.Header.RawHeaders()} {
			for i := range b {
				b[i] = '#' // the next request on the connection
			}
		}
		for range 50 {
			status, body := g.ask(t, post(itemPath, "fast"))
			if status == 504 {
				continue // the machine is busy
			}
			require.Equal(t, "fast", body)
		}
		close(release)
		require.Equal(t, "slowthis"+context.DeadlineExceeded.Error(), <-over)
	}
}

// A deadline that is over at once, and one that is over at about the time when the handler returns, mix nothing up.
func TestTightDeadlines(t *testing.T) {
	g := start(t, func(_ context.Context, in request) (response, error) {
		return response{StatusCode: 200, Body: in.Body}, nil
	}, func(g *gateway, c *gw.Ctx) gw.Fault {
		return g.item.Proxy(c, time.Duration(1+rand.IntN(60_000)))
	})
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 500 {
				want := fmt.Sprint(w, "-", i)
				status, body := g.ask(t, post(itemPath, want))
				if status != 504 && body != want {
					t.Errorf("status %d, body %q instead of %q", status, body, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestManyAtOnce(t *testing.T) {
	g := start(t, func(in request) (response, error) { return response{StatusCode: 200, Body: in.Body}, nil }, proxying)
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			for i := range 100 {
				want := fmt.Sprint(w, "-", i)
				if _, body := g.ask(t, post(itemPath, want)); body != want {
					t.Errorf("body %q instead of %q", body, want)
					return
				}
			}
		})
	}
	wg.Wait()
}
