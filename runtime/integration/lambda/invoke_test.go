package lambda

import (
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/gatewright/gatewright/runtime/vtl"
	"github.com/stretchr/testify/require"
)

var isNotFound = MustPattern(".*Not Found.*")

// custom is a custom integration as it is generated: a request passed through, and two responses.
func custom(g *gateway, c *gw.Ctx) gw.Fault {
	out := c.Outbound("POST", patience)
	if f := out.PassBody(c, gw.AsIs); f != gw.OK {
		return f
	}
	out.Header("X-Amz-Invocation-Type", c.Header("InvocationType"))
	reply, f := g.item.Invoke(c, out)
	if f != gw.OK {
		return f
	}
	if isNotFound.Match(ErrorMessage(reply)) {
		code, f := ErrorAt(reply, codePath)
		if f != gw.OK {
			return f
		}
		r := c.Respond(404)
		r.Header("X-Code", code)
		r.Header("X-Mark", reply.Header("X-Amz-Function-Error"))
		return r.Render(func(w *vtl.Renderer) { w.Text(`templated`) }, reply, gw.AsIs)
	}
	return c.Respond(200).Relay(reply, gw.AsIs)
}

// textAPI is the API without media types that are binary: JSON would be one of them.
func textAPI() *gw.API {
	api := itemAPI()
	api.BinaryMediaTypes = nil
	return api
}

var codePath = gw.MustPath("$.code")

func TestInvoke(t *testing.T) {
	var got function.Call
	reply, mark := `{"ok":true}`, ""
	place := &fake{invoke: func(call *function.Call, answer *function.Answer) error {
		got = *call
		got.Payload = slices.Clone(call.Payload)
		answer.Payload, answer.Error = append(answer.Payload[:0], reply...), mark
		return nil
	}}
	ok := func(body string) string { return answered("200 OK", "application/json", nil, body) }
	g := start(t, textAPI(), place, custom)
	require.Equal(t, ok(reply), g.ask(t, post("/prod/items/7", `{"a":1}`, "Content-Type: text/plain")))
	require.Equal(t, `{"a":1}`, string(got.Payload))
	require.Equal(t, ok(reply), g.ask(t, get("/prod/items/7")))
	require.Equal(t, `{}`, string(got.Payload), "no body is an empty object")
	require.Equal(t, function.RequestResponse, got.Type)
	got = function.Call{}
	require.Equal(t, ok(notParsed), g.ask(t, post("/prod/items/7", `no JSON`, "Content-Type: text/plain")), "as Amazon's gateway has it")
	require.Empty(t, got.ARN, "the function is not asked")
	require.Equal(t, serverError(), g.ask(t, get("/prod/items/7", "InvocationType: event")))

	require.Equal(t, ok(""), g.ask(t, get("/prod/items/7", "InvocationType: Event")))
	require.Equal(t, function.Event, got.Type)
	require.Equal(t, ok(""), g.ask(t, get("/prod/items/7", "InvocationType: DryRun")))
	require.Equal(t, function.DryRun, got.Type)

	mark = "Unhandled"
	reply = `{"errorMessage":"boom","stackTrace":[]}`
	require.Equal(t, ok(reply), g.ask(t, get("/prod/items/7")), "an error that no response is for")
	reply = `{"errorMessage":"{\"code\":\"E7\",\"text\":\"Not Found\"}"}`
	require.Equal(t, answered("404 Not Found", "application/json", []string{"X-Code: E7"}, "templated"), g.ask(t, get("/prod/items/7")))
	reply = `{"errorMessage":"[400] Not Found"}`
	require.Equal(t, answered("404 Not Found", "application/json", nil, "templated"), g.ask(t, get("/prod/items/7")), "a message that is no JSON")
	mark = ""
	require.Equal(t, ok(reply), g.ask(t, get("/prod/items/7")), "a success has no message")
}

func TestInvokeFails(t *testing.T) {
	for err, want := range map[error]string{
		function.ErrThrottled: serverError(), function.ErrTimeout: "HTTP/1.1 504", function.ErrTooLarge: "HTTP/1.1 413", errors.New("?"): serverError(),
	} {
		require.Contains(t, start(t, itemAPI(), failing(err), custom).ask(t, get("/prod/items/7")), want)
	}
	g := start(t, itemAPI(), returning(`"`+strings.Repeat("x", 200)+`"`), custom, gw.WithLimits(gw.Limits{ReplyBytes: 100}))
	require.Equal(t, serverError(), g.ask(t, get("/prod/items/7")))
}

// Where Amazon's limits are imposed, those of Lambda are too.
func TestAWSLimits(t *testing.T) {
	large := strings.Repeat("x", lambdaPayload)
	for name, serve := range map[string]func(*gateway, *gw.Ctx) gw.Fault{"proxy": proxying, "stream": streaming, "custom": custom} {
		for limited, want := range map[bool]string{true: "HTTP/1.1 413", false: "HTTP/1.1 5"} {
			g := start(t, textAPI(), failing(function.ErrRefused), serve, gw.WithAWSLimits(limited))
			require.Contains(t, g.ask(t, post("/prod/items/7", `"`+large+`"`)), want, name)
		}
	}
	g := start(t, textAPI(), returning(`{"body":"`+large+`"}`), proxying, gw.WithAWSLimits(true))
	require.Equal(t, badGateway(), g.ask(t, get("/prod/items/7")))
}

func TestPatterns(t *testing.T) {
	for _, test := range []struct {
		pattern string
		yes, no []string
	}{
		{"", []string{""}, []string{"x"}},
		{"Not Found", []string{"Not Found"}, []string{"x Not Found", "Not Found\n", ""}},
		{".*Not Found.*", []string{"Not Found", "a Not Found b"}, []string{"a\nNot Found", "Not Found\u2028", "Not Found\r", "not found", ""}},
		{".*x.*", []string{"xx", "axbx"}, []string{"x\nx"}},
		{"Err.*", []string{"Err", "Error"}, []string{"aErr", "Err\n"}},
		{".*Err", []string{"Err", "a Err"}, []string{"Err ", "\u0085Err"}},
		{".*", []string{"", "abc"}, []string{"a\nb"}},
		{".+", []string{"a"}, []string{"", "\n"}},
		{`4\d{2}`, []string{"404"}, []string{"4040", "40"}},
		{"404:.*|5..", []string{"404:x", "500"}, []string{"404", "5001"}},
		{`(?i).*NOT found.*`, []string{"x not FOUND"}, []string{"not\rfound", "\rnot found"}},
		{`(?s).*x.*`, []string{"a\nx\n"}, []string{"a"}},
		{`[.]a\.`, []string{".a."}, []string{"xa.", ".ax"}},
		{"a", []string{"a"}, []string{"A"}},
	} {
		p := MustPattern(test.pattern)
		for _, s := range test.yes {
			require.True(t, p.Match(s), "%q %q", test.pattern, s)
		}
		for _, s := range test.no {
			require.False(t, p.Match(s), "%q %q", test.pattern, s)
		}
	}
	require.Panics(t, func() { MustPattern("(") })
	require.False(t, MustPattern("(a+)+b").Match(strings.Repeat("a", 50)), "what takes too long matches nothing")
}

func TestNames(t *testing.T) {
	for s, want := range map[string][]string{
		"GetPet":                               {"GetPet"},
		"GetPet:prod":                          {"GetPet:prod", "GetPet"},
		itemARN:                                {itemARN, "GetItem"},
		itemARN + ":7":                         {itemARN + ":7", itemARN, "GetItem:7", "GetItem"},
		"123456789012:function:GetPet:$LATEST": {"123456789012:function:GetPet:$LATEST", "123456789012:function:GetPet", "GetPet:$LATEST", "GetPet"},
	} {
		n, ok := parseName(s)
		require.True(t, ok, s)
		require.Equal(t, want, n.keys(), s)
	}
	for _, s := range []string{"", ":", "a b", "a:", "a:b:c", "arn:aws:lambda:eu-west-1:1:function:", "arn:aws:s3:eu-west-1:1:function:a", "arn:aws:lambda", "arn:aws:lambda:eu/west:1:function:a",
		"a/b", "a\x00", "é", strings.Repeat("a", 141), "a:" + strings.Repeat("b", 129), itemARN + ":a:b"} {
		_, ok := parseName(s)
		require.False(t, ok, "%q", s)
	}
}

// regional is a place that can be had in other regions.
type regional struct {
	fake
	region string
}

func (r *regional) InRegion(region string) function.Place {
	r.region = region
	return &r.fake
}

func TestOverrides(t *testing.T) {
	build := func(place function.Place, options ...gw.Option) error {
		core := gw.NewCore(itemAPI(), options...)
		NewFunction(core, Config{Name: "GetItem", ARN: itemARN + ":prod", At: place})
		err := core.Start(func(*gw.Ctx) gw.Fault { return gw.OK })
		require.NoError(t, core.Close())
		return err
	}
	place := &regional{}
	for _, key := range []string{"GetItem", "GetItem:prod", itemARN, itemARN + ":prod"} {
		place.region = ""
		require.NoError(t, build(place, gw.WithFunction(key, "aws:us-west-2")), key)
		require.Equal(t, "us-west-2", place.region)
	}
	require.Equal(t, function.Function{Name: "GetItem", ARN: itemARN + ":prod"}, place.opened[0])
	for target, want := range map[string]string{
		"aws": "does not link Amazon's Invoke API", "ftp://x": "is no http or https URL", "go:x": "is no http or https URL", "": "is no http or https URL",
	} {
		require.ErrorContains(t, build(returning("{}"), gw.WithFunction("GetItem", target)), want, target)
	}
	require.ErrorContains(t, build(place, gw.WithFunction("GetItem", "aws:a b")), "is no region")
	require.ErrorContains(t, build(place, gw.WithFunction("GetPet", "aws")), `function "GetPet" is not one of the document's`)
	require.ErrorContains(t, build(nil), `function "GetItem": nothing says where it runs`)
	require.ErrorContains(t, build(&fake{err: errors.New("bad place")}), `function "GetItem": bad place`)
}

func TestNamedFunctions(t *testing.T) {
	arns := map[string]int{}
	counting := func(name string) *regional {
		return &regional{fake: fake{invoke: func(call *function.Call, answer *function.Answer) error {
			arns[name+" "+strings.Clone(call.ARN)]++
			answer.Payload = append(answer.Payload, "{}"...)
			return nil
		}}}
	}
	item, fallback := counting("item"), counting("fallback")
	var functions *Functions
	g := &gateway{log: &lockedBuffer{}}
	g.Core = gw.NewCore(itemAPI(), gw.WithFunction("Other", "aws:us-west-2"), gw.WithLogger(slog.New(slog.NewTextHandler(g.log, nil))))
	g.item = NewFunction(g.Core, Config{Name: "GetItem", ARN: itemARN, At: item})
	functions = NewFunctions(g.Core, fallback, g.item)
	require.NoError(t, g.Start(func(c *gw.Ctx) gw.Fault {
		c.Enter(&itemRoute)
		return functions.Named(c.Query("fn")).Proxy(c, patience)
	}))
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	for _, fn := range []string{"GetItem", "GetItem:dev", itemARN + ":dev", "Stranger", "Other:1"} {
		for range 2 {
			require.Equal(t, answered("200 OK", "application/json", nil, ""), g.ask(t, get("/prod/items/7?fn="+fn)), fn)
		}
	}
	require.Equal(t, map[string]int{"item GetItem": 2, "item GetItem:dev": 2, "item " + itemARN + ":dev": 2, "fallback Stranger": 2, "fallback Other:1": 2}, arns)
	require.Equal(t, "us-west-2", fallback.region)
	require.Len(t, item.opened, 1)
	require.Len(t, fallback.opened, 2)
	for _, bad := range []string{"", "a%20b", "arn:aws:lambda"} {
		require.Equal(t, serverError(), g.ask(t, get("/prod/items/7?fn="+bad)))
	}
	require.Len(t, functions.opened, 5, "what is no name is not kept")
	require.Zero(t, testing.AllocsPerRun(100, func() { functions.Named(itemARN + ":dev") }))
	fallback.err = errors.New("no")
	require.Equal(t, serverError(), g.ask(t, get("/prod/items/7?fn=Broken")))
	for i := range 2 * maxNamed {
		functions.Named("f" + strings.Repeat("x", i/26) + string(rune('a'+i%26)))
	}
	require.Len(t, functions.opened, maxNamed)
	require.Equal(t, serverError(), g.ask(t, get("/prod/items/7?fn=OneMore")))
}

func TestExchanges(t *testing.T) {
	var seen *gw.Exchange
	var reply gw.ExchangeReply
	place := &fake{err: errors.New("it must not be opened")}
	run := func(serve func(*gateway, *gw.Ctx) gw.Fault, raw string) string {
		g := start(t, itemAPI(), place, serve, gw.WithExchange(func(x *gw.Exchange) {
			seen, x.Reply = x, reply
		}), gw.WithFunction("GetItem", "exec:./bootstrap"))
		return g.ask(t, raw)
	}
	reply.Body = []byte(`{"statusCode":201,"body":"made"}`)
	require.Equal(t, answered("201 Created", "application/json", nil, "made"), run(proxying, get("/prod/items/7")))
	require.Equal(t, []string{"lambda", "GetItem", "POST", "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/" + itemARN + "/invocations"}, []string{seen.Kind, seen.Target, seen.Method, seen.URI})
	require.Empty(t, seen.Headers)
	require.True(t, json.Valid(seen.Body))
	run(custom, get("/prod/items/7", "InvocationType: Event"))
	require.Equal(t, []gw.Field{{Name: "X-Amz-Invocation-Type", Value: "Event"}}, seen.Headers)
	reply.Body = []byte(`{}` + nul8 + "part")
	require.Contains(t, run(streaming, get("/prod/items/7")), "part")
	require.Contains(t, seen.URI, "/2021-11-15/functions/"+itemARN+"/response-streaming-invocations")
	reply = gw.ExchangeReply{Headers: []gw.Field{{Name: "x-amz-function-error", Value: "Unhandled"}}, Body: []byte(`{"errorMessage":"a Not Found b"}`)}
	require.Equal(t, badGateway(), run(proxying, get("/prod/items/7")))
	require.Equal(t, badGateway(), run(streaming, get("/prod/items/7")))
	require.Contains(t, run(custom, get("/prod/items/7")), "HTTP/1.1 404")
	for _, test := range []struct {
		reply gw.ExchangeReply
		want  string
	}{
		{gw.ExchangeReply{Status: 429}, "500"}, {gw.ExchangeReply{Status: 403}, "500"}, {gw.ExchangeReply{Status: 413}, "413"}, {gw.ExchangeReply{Status: 503}, "500"},
		{gw.ExchangeReply{Failure: gw.TimedOut}, "504"}, {gw.ExchangeReply{Failure: gw.Broke}, "504"},
	} {
		reply = test.reply
		require.Contains(t, run(proxying, get("/prod/items/7")), "HTTP/1.1 "+test.want)
	}
}
