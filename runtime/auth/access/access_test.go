package access

import (
	"bufio"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
	"go.uber.org/goleak"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/policy"
	"github.com/gatewright/gatewright/runtime/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newGuarded is a gateway whose only route decide guards.
func newGuarded(t testing.TB, account string, decide func(*gw.Ctx) gw.Fault) *gw.Core {
	t.Helper()
	core := gw.NewCore(&gw.API{Title: "Guarded", ID: "a1b2c3d4e5", Account: account, Region: "us-east-1"}, gw.WithLogger(slog.New(slog.DiscardHandler)))
	route := gw.Route{ID: "pets", Method: "GET", Path: "/pets"}
	require.NoError(t, core.Start(func(c *gw.Ctx) gw.Fault {
		c.Enter(&route)
		if f := decide(c); f != gw.OK {
			return f
		}
		return c.Respond(200).Text("in")
	}))
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	return core
}

func request(t testing.TB) *fasthttp.RequestCtx {
	t.Helper()
	rc := new(fasthttp.RequestCtx)
	rc.Request.Header.DisableNormalizing()
	require.NoError(t, rc.Request.Read(bufio.NewReader(strings.NewReader("GET /pets HTTP/1.1\r\nHost: api.example.com\r\n\r\n"))))
	return rc
}

// answer is a status, an x-amzn-ErrorType and a body.
type answer struct {
	status          int
	errorType, body string
}

func ask(t testing.TB, account string, decide func(*gw.Ctx) gw.Fault) answer {
	t.Helper()
	rc := request(t)
	newGuarded(t, account, decide).Handle(rc)
	return answer{rc.Response.StatusCode(), string(rc.Response.Header.Peek("x-amzn-ErrorType")), string(rc.Response.Body())}
}

const account = "123456789012"

var let = answer{200, "", "in"}

func refused(message string) answer {
	return answer{403, "AccessDeniedException", `{"Message":"` + message + `"}`}
}

func says(e policy.Effect) Policy { return func(*policy.Request) policy.Effect { return e } }

const anonymousRefused = "User: anonymous is not authorized to perform: execute-api:Invoke on resource: " +
	"arn:aws:execute-api:us-east-1:********9012:a1b2c3d4e5/$default/GET/pets"

// TestAnyone: without authorization the resource policy must allow (rest.md, section 12.6).
func TestAnyone(t *testing.T) {
	require.Equal(t, let, ask(t, account, New(says(policy.Allow)).Anyone))
	require.Equal(t, refused(anonymousRefused), ask(t, account, New(says(policy.Neutral)).Anyone))
	require.Equal(t, refused(anonymousRefused+" with an explicit deny in a resource-based policy"), ask(t, account, New(says(policy.ExplicitDeny)).Anyone))
	require.Equal(t, refused(strings.Replace(anonymousRefused, "********9012", "12", 1)), ask(t, "12", New(says(policy.Neutral)).Anyone), "nothing to mask")
}

// TestAuthorized is table A of rest.md 12.6 for Lambda authorizers, with the texts of 12.5.
func TestAuthorized(t *testing.T) {
	const refusal = "User is not authorized to access this resource"
	const denial = refusal + " with an explicit deny"
	for _, row := range []struct {
		own      string
		resource Policy
		want     answer
	}{
		{"Allow", says(policy.Allow), let},
		{"Allow", says(policy.Neutral), let},
		{"Allow", nil, let},
		{"", says(policy.Allow), let},
		{"", says(policy.Neutral), refused(refusal)},
		{"", nil, refused(refusal)},
		{"Deny", says(policy.Allow), refused(denial)},
		{"Deny", nil, refused(denial)},
		{"Allow", says(policy.ExplicitDeny), refused(denial)},
	} {
		document := document(t, row.own)
		got := ask(t, account, func(c *gw.Ctx) gw.Fault { return New(row.resource).Authorized(c, document) })
		require.Equal(t, row.want, got, "%+v", row)
	}
}

// document is what an authorizer's function says: effect for all, or nothing.
func document(t testing.TB, effect string) *policy.Document {
	t.Helper()
	text := `{"Version":"2012-10-17","Statement":[]}`
	if effect != "" {
		text = `{"Version":"2012-10-17","Statement":{"Effect":"` + effect + `","Action":"execute-api:Invoke","Resource":"*"}}`
	}
	var d value.Document
	root, _, err := d.Read(text)
	require.NoError(t, err)
	document, err := policy.ReadDocument(root)
	require.NoError(t, err)
	return document
}

func TestWhoIsLetInCostsNoMemory(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	core := newGuarded(t, account, New(says(policy.Allow)).Anyone)
	rc := request(t)
	core.Handle(rc)
	require.Equal(t, 200, rc.Response.StatusCode())
	require.Zero(t, testing.AllocsPerRun(100, func() { core.Handle(rc) }))
}

// BenchmarkAnyone is a request that the resource policy lets in.
func BenchmarkAnyone(b *testing.B) {
	core := newGuarded(b, account, New(says(policy.Allow)).Anyone)
	rc := request(b)
	b.ReportAllocs()
	for b.Loop() {
		core.Handle(rc)
	}
}
