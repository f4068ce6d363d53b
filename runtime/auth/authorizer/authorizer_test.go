package authorizer

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
	"go.uber.org/goleak"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/access"
	"github.com/gatewright/gatewright/runtime/integration/lambda"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2.runClock"))
}

// guarded is a gateway with one route behind an authorizer, whose function is answer.
type guarded struct {
	*gw.Core
	now   atomic.Int64
	asked atomic.Int64
}

func newGuarded(t testing.TB, cfg Config, answer func(x *gw.Exchange)) *guarded {
	t.Helper()
	g := &guarded{}
	g.Core = gw.NewCore(&gw.API{Title: "Guarded", ID: "a1b2c3d4e5", Account: "123456789012"},
		gw.WithLogger(slog.New(slog.DiscardHandler)), gw.WithClock(func() time.Time { return time.Unix(1_700_000_000+g.now.Load(), 0) }),
		gw.WithExchange(func(x *gw.Exchange) {
			g.asked.Add(1)
			answer(x)
		}))
	cfg.Function = lambda.NewFunction(g.Core, lambda.Config{Name: "Guard"})
	cfg.Access = access.New(nil)
	a := New(g.Core, cfg)
	route := gw.Route{ID: "pets", Method: "GET", Path: "/pets"}
	require.NoError(t, g.Start(func(c *gw.Ctx) gw.Fault {
		c.Enter(&route)
		if f := a.Authorize(c); f != gw.OK {
			return f
		}
		return c.Respond(200).Text(c.AuthorizerVar("principalId"))
	}))
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	return g
}

// ask sends a request and returns its status and body.
func (g *guarded) ask(target string, headers ...string) (int, string) {
	raw := "GET " + target + " HTTP/1.1\r\nHost: api.example.com\r\n"
	for i := 0; i < len(headers); i += 2 {
		raw += headers[i] + ": " + headers[i+1] + "\r\n"
	}
	var rc fasthttp.RequestCtx
	rc.Request.Header.DisableNormalizing()
	if err := rc.Request.Read(bufio.NewReader(strings.NewReader(raw + "\r\n"))); err != nil {
		panic(err)
	}
	g.Handle(&rc)
	return rc.Response.StatusCode(), string(rc.Response.Body())
}

const allow = `{"principalId":%q,"policyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}`

func says(text string) func(*gw.Exchange) {
	return func(x *gw.Exchange) { x.Reply.Body = []byte(text) }
}

// echoes allows everybody and names the caller by what the event holds.
func echoes(x *gw.Exchange) {
	x.Reply.Body = fmt.Appendf(nil, allow, string(x.Body))
}

var token = Config{Name: "token", Token: true, Sources: []Source{Header("Authorization")}, TTL: time.Minute}

func TestResultsAreKeptForTheirTime(t *testing.T) {
	g := newGuarded(t, token, says(fmt.Sprintf(allow, "u")))
	for range 3 {
		status, body := g.ask("/pets", "Authorization", "a")
		require.Equal(t, 200, status)
		require.Equal(t, "u", body)
	}
	require.EqualValues(t, 1, g.asked.Load())
	g.ask("/pets", "authorization", "b") // the header's name has no case, its value has
	g.ask("/pets", "Authorization", "B")
	require.EqualValues(t, 3, g.asked.Load())
	g.now.Store(60)
	g.ask("/pets", "Authorization", "a")
	require.EqualValues(t, 4, g.asked.Load(), "the time is over")
}

func TestWithoutTimeNothingIsKept(t *testing.T) {
	cfg := token
	cfg.TTL = 0
	g := newGuarded(t, cfg, says(fmt.Sprintf(allow, "u")))
	g.ask("/pets", "Authorization", "a")
	g.ask("/pets", "Authorization", "a")
	require.EqualValues(t, 2, g.asked.Load())
}

// No list of values of several sources can be taken for another one.
func TestKeysOfSeveralSources(t *testing.T) {
	g := newGuarded(t, Config{Name: "request", Sources: []Source{Query("a"), Query("b"), Header("H")}, TTL: time.Minute}, echoes)
	targets := []string{"/pets?a=x&b=y", "/pets?a=xy&b=1", "/pets?a=x%00y&b=1", "/pets?a=x&b=y%001", "/pets?a=1:x&b=y", "/pets?a=1&b=:xy", "/pets?a=x1:y&b=1"}
	for _, target := range targets {
		status, _ := g.ask(target, "H", "h")
		require.Equal(t, 200, status, target)
	}
	require.EqualValues(t, len(targets), g.asked.Load())
	for _, target := range []string{"/pets?a=x", "/pets?a=&b=y", "/pets"} {
		status, body := g.ask(target, "H", "h")
		require.Equal(t, 401, status, target)
		require.Equal(t, `{"message":"Unauthorized"}`, body)
	}
	require.EqualValues(t, len(targets), g.asked.Load(), "who does not say what must be said is not asked about")
}

// A policy that gives the method's ARN back is about that method and path, however the path is spelled, and about no other.
func TestPolicyAboutTheMethodThatWasAsked(t *testing.T) {
	targets := []string{"/pets", "/pets/", "//pets//7/", "/p%65ts/7", "/pets/*", "/pets/$%7Baws:username%7D", "/pets/%24%7b*%7d", "/pets/a%2fb", "/pets/%C3%A9"}
	for effect, want := range map[string][2]int{"Allow": {200, 403}, "Deny": {403, 403}} {
		for _, target := range targets {
			arns := make(chan string, 2)
			g := newGuarded(t, token, func(x *gw.Exchange) {
				var event struct{ MethodARN string }
				require.NoError(t, json.Unmarshal(x.Body, &event))
				arns <- event.MethodARN
				x.Reply.Body = fmt.Appendf(nil, `{"principalId":"u","policyDocument":{"Version":"2012-10-17","Statement":{"Effect":%q,"Action":"*","Resource":%q}}}`, effect, event.MethodARN)
			})
			status, body := g.ask(target, "Authorization", "a")
			require.Equal(t, want[0], status, target)
			require.Equal(t, effect == "Deny", strings.Contains(body, "with an explicit deny"), target)
			require.Contains(t, <-arns, ":a1b2c3d4e5/$default/GET/pets", target)
			status, body = g.ask("/pets/other/7", "Authorization", "a")
			require.Equal(t, want[1], status, target)
			require.NotContains(t, body, "explicit", target)
			require.EqualValues(t, 1, g.asked.Load())
		}
	}
}

// Many callers with one token cause one call; all get its result, also when it is a failure.
func TestOneCallAtATime(t *testing.T) {
	for want, answer := range map[int]string{200: fmt.Sprintf(allow, "u"), 500: "no sense", 403: strings.ReplaceAll(fmt.Sprintf(allow, "u"), "Allow", "Deny")} {
		gate := make(chan struct{})
		g := newGuarded(t, token, func(x *gw.Exchange) {
			<-gate
			x.Reply.Body = []byte(answer)
		})
		var all sync.WaitGroup
		statuses := make(chan int, 64)
		for range 64 {
			all.Go(func() {
				status, _ := g.ask("/pets", "Authorization", "a")
				statuses <- status
			})
		}
		require.Eventually(t, func() bool { return g.asked.Load() == 1 }, 10*time.Second, time.Millisecond)
		close(gate)
		all.Wait()
		for range 64 {
			require.Equal(t, want, <-statuses)
		}
		if want != 500 { // who comes late to a failure asks again
			require.EqualValues(t, 1, g.asked.Load())
		}
	}
}

func TestFailuresAreClosedAndNotKept(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(*gw.Exchange)
		status int
		keeps  bool
	}{
		"unauthorized": {func(x *gw.Exchange) {
			x.Reply.Headers = []gw.Field{{Name: "X-Amz-Function-Error", Value: "Unhandled"}}
			x.Reply.Body = []byte(`{"errorMessage":"Unauthorized"}`)
		}, 401, true},
		"fails": {func(x *gw.Exchange) {
			x.Reply.Headers = []gw.Field{{Name: "X-Amz-Function-Error", Value: "Unhandled"}}
			x.Reply.Body = []byte(`{"errorMessage":"Unauthorized!"}`)
		}, 500, false},
		"unreachable": {func(x *gw.Exchange) { x.Reply.Failure = gw.Broke }, 500, false},
		"slow":        {func(x *gw.Exchange) { x.Reply.Failure = gw.TimedOut }, 500, false},
		"throttled":   {func(x *gw.Exchange) { x.Reply.Status = 429 }, 500, false},
		"nothing":     {says(""), 500, false},
		"null":        {says("null"), 500, false},
		"no policy":   {says(`{"principalId":"u"}`), 500, false},
		"twice":       {says(`{"principalId":"u","principalId":"admin","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}`), 500, false},
		"implicit":    {says(`{"principalId":"u","policyDocument":{"Version":"2012-10-17","Statement":[]}}`), 403, true},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGuarded(t, token, c.answer)
			for range 2 {
				status, _ := g.ask("/pets", "Authorization", "a")
				require.Equal(t, c.status, status)
			}
			want := int64(2)
			if c.keeps {
				want = 1
			}
			require.Equal(t, want, g.asked.Load())
		})
	}
}

func TestExpressionFitsTheWholeToken(t *testing.T) {
	cfg := token
	cfg.Match = "Bearer [a-z]+"
	g := newGuarded(t, cfg, says(fmt.Sprintf(allow, "u")))
	for value, want := range map[string]int{"Bearer abc": 200, "Bearer abc1": 401, "xBearer abc": 401, "": 401} {
		status, _ := g.ask("/pets", "Authorization", value)
		require.Equal(t, want, status, value)
	}
	require.EqualValues(t, 1, g.asked.Load())
}

// A function that allows nothing but what it was asked about lets its caller in, however the path is written.
func TestAllowingTheMethodARN(t *testing.T) {
	cfg := token
	cfg.TTL = 0
	g := newGuarded(t, cfg, func(x *gw.Exchange) {
		var event struct {
			MethodARN string `json:"methodArn"`
		}
		if err := json.Unmarshal(x.Body, &event); err != nil {
			return
		}
		x.Reply.Body = fmt.Appendf(nil, `{"principalId":"u","policyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":%q}}}`, event.MethodARN)
	})
	for _, target := range []string{"/pets", "/", "/pets/a%20b?q=1", "//pets//7"} {
		status, body := g.ask(target, "Authorization", "a")
		require.Equal(t, 200, status, "%s: %s", target, body)
	}
}

// A method's ARN has at most 1600 bytes; nobody is asked about a longer one (rest.md, section 12.3).
func TestLongARNs(t *testing.T) {
	g := newGuarded(t, token, says(fmt.Sprintf(allow, "u")))
	before := len("arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/$default/GET/")
	path := "/" + strings.Repeat("x", longestARN-before)
	status, body := g.ask(path, "Authorization", "a")
	require.Equal(t, 200, status, body)
	require.EqualValues(t, 1, g.asked.Load())
	for _, value := range []string{"a", "b"} { // known or not
		status, body = g.ask(path+"x", "Authorization", value)
		require.Equal(t, 414, status)
		require.Equal(t, `{"message":"Request URI too long"}`, body)
	}
	status, _ = g.ask(path + "x")
	require.Equal(t, 401, status, "who does not say who they are is told that first")
	status, _ = g.ask("/pets?q="+strings.Repeat("x", longestARN), "Authorization", "a")
	require.Equal(t, 200, status, "parameters are not part of it")
	require.EqualValues(t, 1, g.asked.Load())
}

func TestCacheIsBounded(t *testing.T) {
	for name, c := range map[string]struct{ key, answer int }{"many": {}, "long keys": {key: 8 << 10}, "long answers": {answer: 256 << 10}} {
		t.Run(name, func(t *testing.T) {
			k, now := newCache(), time.Unix(0, 0)
			for n := range 12_000 {
				who := caller{"prod", fmt.Sprint(n, strings.Repeat("x", c.key))}
				e, mine := k.take(who, now)
				require.True(t, mine)
				k.put(who, e, &decision{size: c.answer}, now.Add(time.Hour), true)
				again, mine := k.take(who, now)
				require.False(t, mine)
				require.Same(t, e, again, "the newest is kept")
			}
			entries, bytes := 0, 0
			for i := range k.shards {
				entries += len(k.shards[i].entries)
				bytes += k.shards[i].bytes
				sum := 0
				for _, e := range k.shards[i].entries {
					sum += e.size
				}
				require.Equal(t, sum, k.shards[i].bytes)
			}
			require.LessOrEqual(t, entries, 10_000)
			require.LessOrEqual(t, bytes, 64<<20+cacheShards*(c.key+c.answer+512))
			require.Greater(t, entries, 200, "it keeps what it may")
		})
	}
}

// A flood of others does not end the wait for a call that is under way, and stages know nothing of each other's callers.
func TestCallsUnderWayStay(t *testing.T) {
	k, now := newCache(), time.Unix(0, 0)
	first, mine := k.take(caller{"prod", "u"}, now)
	require.True(t, mine)
	for n := range 12_000 {
		who := caller{"prod", fmt.Sprint(n)}
		e, _ := k.take(who, now)
		k.put(who, e, &decision{}, now.Add(time.Hour), true)
	}
	again, mine := k.take(caller{"prod", "u"}, now)
	require.False(t, mine)
	require.Same(t, first, again)
	_, mine = k.take(caller{"test", "u"}, now)
	require.True(t, mine)
}

func FuzzRead(f *testing.F) {
	f.Add(fmt.Sprintf(allow, "u"))
	f.Add(`{"principalId":"u","policyDocument":{"Statement":[{"Effect":"Deny","NotAction":["a:*"],"NotResource":"*","Condition":{"Null":{"aws:x":true}}}]},"context":{"a":1e9,"b":null},"usageIdentifierKey":"k"}`)
	f.Fuzz(func(t *testing.T, text string) {
		said, err := read([]byte(text), time.Second)
		if err == nil {
			require.NotEmpty(t, said.authorization.Principal)
			require.NotNil(t, said.policy)
		}
	})
}
