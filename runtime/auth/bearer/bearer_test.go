package bearer

import (
	"bufio"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
	"go.uber.org/goleak"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/access"
	"github.com/gatewright/gatewright/runtime/auth/jwt"
	"github.com/gatewright/gatewright/runtime/auth/policy"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2.runClock")) // one for each process
}

const pool = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab1"

var now = time.Unix(1_700_000_000, 0)

// keys are the one that signs for the pool, and one that does not; made once, as RSA keys take long.
var keys = sync.OnceValue(func() (pair [2]*rsa.PrivateKey) {
	for i := range pair {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		pair[i] = key
	}
	return pair
})

// token is a token with claims, signed by key.
func token(t testing.TB, key *rsa.PrivateKey, claims map[string]any) string {
	t.Helper()
	all := map[string]any{"iss": pool, "sub": "u1", "iat": now.Unix() - 10, "exp": now.Unix() + 600}
	for name, value := range claims {
		all[name] = value
	}
	text, err := json.Marshal(all)
	require.NoError(t, err)
	headers := jws.NewHeaders()
	require.NoError(t, headers.Set("kid", "k"))
	signed, err := jws.Sign(text, jws.WithKey(jwa.RS256(), key, jws.WithProtectedHeaders(headers)))
	require.NoError(t, err)
	return string(signed)
}

func idToken(t testing.TB) string {
	return token(t, keys()[0], map[string]any{"token_use": "id", "aud": "client1", "email": "a@example.com", "cognito:username": "al"})
}

// newGuarded is a gateway whose only route is behind an authorizer of the pool.
func newGuarded(t testing.TB, match string, resource access.Policy, scopes ...string) *gw.Core {
	t.Helper()
	key, err := jwk.Import(keys()[0].Public())
	require.NoError(t, err)
	require.NoError(t, key.Set("kid", "k"))
	require.NoError(t, key.Set("alg", "RS256"))
	set, err := json.Marshal(map[string]any{"keys": []any{key}})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "jwks.json")
	require.NoError(t, os.WriteFile(path, set, 0o600))
	core := gw.NewCore(&gw.API{Title: "Guarded", ID: "a1b2c3d4e5", Account: "123456789012", Region: "us-east-1"},
		gw.WithLogger(slog.New(slog.DiscardHandler)), gw.WithClock(func() time.Time { return now }))
	a := New(core, Config{Name: "pool", Access: access.New(resource), Header: "Authorization", Cognito: true, Match: match,
		Issuers: []*jwt.Issuer{jwt.NewIssuer(core, jwt.IssuerConfig{Issuer: pool, JWKSFile: path})}})
	route := gw.Route{ID: "pets", Method: "GET", Path: "/pets"}
	require.NoError(t, core.Start(func(c *gw.Ctx) gw.Fault {
		c.Enter(&route)
		if f := a.Authorize(c, scopes...); f != gw.OK {
			return f
		}
		return c.Respond(200).Text(c.AuthorizerVar("claims.sub"))
	}))
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	return core
}

func request(t testing.TB, authorization string) *fasthttp.RequestCtx {
	t.Helper()
	raw := "GET /pets HTTP/1.1\r\nHost: api.example.com\r\n"
	if authorization != "" {
		raw += "Authorization: " + authorization + "\r\n"
	}
	rc := new(fasthttp.RequestCtx)
	rc.Request.Header.DisableNormalizing()
	require.NoError(t, rc.Request.Read(bufio.NewReader(strings.NewReader(raw+"\r\n"))))
	return rc
}

// answer is a status, an x-amzn-ErrorType and a body.
type answer struct {
	status          int
	errorType, body string
}

func ask(t testing.TB, core *gw.Core, authorization string) answer {
	t.Helper()
	rc := request(t, authorization)
	core.Handle(rc)
	return answer{rc.Response.StatusCode(), string(rc.Response.Header.Peek("x-amzn-ErrorType")), string(rc.Response.Body())}
}

var (
	let          = answer{200, "", "u1"}
	unauthorized = answer{401, "UnauthorizedException", `{"message":"Unauthorized"}`}
	expired      = answer{401, "UnauthorizedException", `{"message":"The incoming token has expired"}`}
)

// TestTokens is the list of rest.md 12.4.
func TestTokens(t *testing.T) {
	good := keys()[0]
	accessToken := token(t, good, map[string]any{"token_use": "access", "client_id": "client1", "scope": "pets/read pets/write"})
	plain := newGuarded(t, "", nil)
	for name, row := range map[string]struct {
		token string
		want  answer
	}{
		"good":        {idToken(t), let},
		"bearer":      {"Bearer " + idToken(t), let},
		"missing":     {"", unauthorized},
		"no token":    {"abc", unauthorized},
		"access":      {accessToken, unauthorized},
		"wrong key":   {token(t, keys()[1], map[string]any{"token_use": "id", "aud": "client1"}), unauthorized},
		"wrong pool":  {token(t, good, map[string]any{"token_use": "id", "aud": "client1", "iss": pool + "x"}), unauthorized},
		"expired":     {token(t, good, map[string]any{"token_use": "id", "aud": "client1", "exp": now.Unix() - 61}), expired},
		"not for yet": {token(t, good, map[string]any{"token_use": "id", "aud": "client1", "nbf": now.Unix() + 600}), unauthorized},
	} {
		require.Equal(t, row.want, ask(t, plain, row.token), name)
	}
	require.Equal(t, let, ask(t, newGuarded(t, "", nil, "pets/none", "pets/write"), accessToken))
	require.Equal(t, unauthorized, ask(t, newGuarded(t, "", nil, "pets/admin"), accessToken))
	require.Equal(t, unauthorized, ask(t, newGuarded(t, "", nil, "pets/read"), idToken(t)), "an id token where scopes are asked for")
	require.Equal(t, let, ask(t, newGuarded(t, "client[0-9]", nil), idToken(t)))
	require.Equal(t, unauthorized, ask(t, newGuarded(t, "client", nil), idToken(t)), "the expression fits as a whole")
}

// TestResourcePolicy is the token first, then the policy alone; its explicit deny comes before a missing token.
func TestResourcePolicy(t *testing.T) {
	says := func(e policy.Effect) access.Policy { return func(*policy.Request) policy.Effect { return e } }
	allow, silent, deny := newGuarded(t, "", says(policy.Allow)), newGuarded(t, "", says(policy.Neutral)), newGuarded(t, "", says(policy.ExplicitDeny))
	require.Equal(t, let, ask(t, allow, idToken(t)))
	require.Equal(t, unauthorized, ask(t, allow, ""))
	require.Equal(t, unauthorized, ask(t, silent, ""))
	require.Equal(t, answer{403, "AccessDeniedException", `{"Message":"User is not authorized to access this resource"}`}, ask(t, silent, idToken(t)))
	denied := answer{403, "AccessDeniedException", `{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: ` +
		`arn:aws:execute-api:us-east-1:********9012:a1b2c3d4e5/$default/GET/pets with an explicit deny in a resource-based policy"}`}
	require.Equal(t, denied, ask(t, deny, idToken(t)))
	require.Equal(t, denied, ask(t, deny, ""))
}

func TestKnownTokensDoNotAllocate(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	core := newGuarded(t, "", nil)
	rc := request(t, idToken(t))
	core.Handle(rc)
	require.Equal(t, 200, rc.Response.StatusCode())
	require.Zero(t, testing.AllocsPerRun(100, func() { core.Handle(rc) }))
}

// BenchmarkKnown is a request whose token was verified before.
func BenchmarkKnown(b *testing.B) {
	core := newGuarded(b, "", nil)
	rc := request(b, idToken(b))
	b.ReportAllocs()
	for b.Loop() {
		core.Handle(rc)
	}
}
