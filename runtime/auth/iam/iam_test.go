package iam

import (
	"bufio"
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
	"go.uber.org/goleak"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/access"
	"github.com/gatewright/gatewright/runtime/auth/policy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	arn    = "arn:aws:iam::123456789012:user/team/alice"
	empty  = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // the hash of no body
)

var (
	now   = time.Date(2024, 5, 24, 14, 55, 44, 0, time.UTC)
	alice = aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: secret}
)

// says is a policy with one opinion.
func says(e policy.Effect) access.Policy { return func(*policy.Request) policy.Effect { return e } }

// newGuarded is a gateway of account whose only route is behind a guard that knows alice.
func newGuarded(t testing.TB, account string, resource, own access.Policy) *gw.Core {
	t.Helper()
	t.Setenv("ALICE_SECRET", secret)
	core := gw.NewCore(&gw.API{Title: "Guarded", ID: "a1b2c3d4e5", Account: account, Region: "us-east-1"},
		gw.WithLogger(slog.New(slog.DiscardHandler)), gw.WithClock(func() time.Time { return now }))
	g := New(core, access.New(resource), Config{Principals: []Principal{
		{AccessKeyID: alice.AccessKeyID, Secret: "env:ALICE_SECRET", ARN: arn, Policy: own},
	}})
	route := gw.Route{ID: "pets", Method: "GET", Path: "/pets"}
	require.NoError(t, core.Start(func(c *gw.Ctx) gw.Fault {
		c.Enter(&route)
		if f := g.Authorize(c); f != gw.OK {
			return f
		}
		return c.Respond(200).Text(c.Var(gw.IdentityUserARN))
	}))
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	return core
}

// request is GET /pets, signed by who unless that is nil.
func request(t testing.TB, who *aws.Credentials, region string, at time.Time) *fasthttp.RequestCtx {
	t.Helper()
	r, err := http.NewRequest("GET", "https://api.example.com/pets", nil)
	require.NoError(t, err)
	if who != nil {
		require.NoError(t, v4.NewSigner().SignHTTP(context.Background(), *who, r, empty, "execute-api", region, at))
	}
	var raw bytes.Buffer
	require.NoError(t, r.Write(&raw))
	rc := new(fasthttp.RequestCtx)
	rc.Request.Header.DisableNormalizing()
	require.NoError(t, rc.Request.Read(bufio.NewReader(&raw)))
	return rc
}

// answer is a status, an x-amzn-ErrorType and a body.
type answer struct {
	status          int
	errorType, body string
}

func ask(core *gw.Core, rc *fasthttp.RequestCtx) answer {
	core.Handle(rc)
	return answer{rc.Response.StatusCode(), string(rc.Response.Header.Peek("x-amzn-ErrorType")), string(rc.Response.Body())}
}

func refused(who, suffix string) answer {
	return answer{403, "AccessDeniedException", `{"Message":"User: ` + who +
		` is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********` + suffix + `"}`}
}

var let = answer{200, "", arn}

// TestJoinedPolicies is the tables A and B of rest.md 12.6.
func TestJoinedPolicies(t *testing.T) {
	const allow, silent, deny = policy.Allow, policy.Neutral, policy.ExplicitDeny
	const here, there = "123456789012", "210987654321"
	inA, inB := "9012:a1b2c3d4e5/$default/GET/pets", "4321:a1b2c3d4e5/$default/GET/pets"
	const own, resource = " with an explicit deny in an identity-based policy", " with an explicit deny in a resource-based policy"
	for _, row := range []struct {
		own, resource policy.Effect
		a, b          answer
	}{
		{allow, allow, let, let},
		{allow, silent, let, refused(arn, inB)},
		{silent, allow, let, refused(arn, inB)},
		{silent, silent, refused(arn, inA), refused(arn, inB)},
		{deny, allow, refused(arn, inA+own), refused(arn, inB+own)},
		{deny, silent, refused(arn, inA+own), refused(arn, inB+own)},
		{allow, deny, refused("anonymous", inA+resource), refused("anonymous", inB+resource)},
		{silent, deny, refused("anonymous", inA+resource), refused("anonymous", inB+resource)},
	} {
		for account, want := range map[string]answer{here: row.a, there: row.b} {
			core := newGuarded(t, account, says(row.resource), says(row.own))
			require.Equal(t, want, ask(core, request(t, &alice, "us-east-1", now)), "own %v, resource %v, account %s", row.own, row.resource, account)
		}
	}
	require.Equal(t, let, ask(newGuarded(t, here, nil, says(allow)), request(t, &alice, "us-east-1", now)))
	require.Equal(t, refused(arn, inA), ask(newGuarded(t, here, nil, nil), request(t, &alice, "us-east-1", now)), "no policy at all")
}

// TestRefusedSignatures is the table of rest.md 12.5.
func TestRefusedSignatures(t *testing.T) {
	core := newGuarded(t, "123456789012", nil, says(policy.Allow))
	wrong, stranger := alice, alice
	wrong.SecretAccessKey, stranger.AccessKeyID = "wrong", "AKIDNOBODY"
	require.Equal(t, answer{403, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`}, ask(core, request(t, nil, "", now)))
	require.Equal(t, answer{403, "UnrecognizedClientException", `{"message":"The security token included in the request is invalid."}`},
		ask(core, request(t, &stranger, "us-east-1", now)))
	for text, rc := range map[string]*fasthttp.RequestCtx{
		"The request signature we calculated does not match": request(t, &wrong, "us-east-1", now),
		"Signature expired: ":                                request(t, &alice, "us-east-1", now.Add(-5*time.Minute-time.Second)),
		"Credential should be scoped to a valid region":      request(t, &alice, "eu-west-1", now),
	} {
		got := ask(core, rc)
		require.Equal(t, 403, got.status, text)
		require.Equal(t, "InvalidSignatureException", got.errorType, text)
		require.Contains(t, got.body, `{"message":"`+text)
	}
}

// The resource policy's explicit deny comes before a missing signature.
func TestDenyBeforeMissingSignature(t *testing.T) {
	core := newGuarded(t, "123456789012", says(policy.ExplicitDeny), says(policy.Allow))
	require.Equal(t, refused("anonymous", "9012:a1b2c3d4e5/$default/GET/pets with an explicit deny in a resource-based policy"), ask(core, request(t, nil, "", now)))
}

func TestSignedRequestsDoNotAllocate(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	core := newGuarded(t, "123456789012", says(policy.Allow), says(policy.Allow))
	rc := request(t, &alice, "us-east-1", now)
	require.Equal(t, let, ask(core, rc))
	require.Zero(t, testing.AllocsPerRun(100, func() { core.Handle(rc) }))
}

// BenchmarkSigned is a signed request that two policies let in.
func BenchmarkSigned(b *testing.B) {
	core := newGuarded(b, "123456789012", says(policy.Allow), says(policy.Allow))
	rc := request(b, &alice, "us-east-1", now)
	b.ReportAllocs()
	for b.Loop() {
		core.Handle(rc)
	}
}
