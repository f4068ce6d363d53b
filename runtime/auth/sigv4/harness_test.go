package sigv4

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
	"go.uber.org/goleak"

	gw "github.com/gatewright/gatewright/runtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	aliceSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	bobSecret   = "bob/secret"
	bobToken    = "bob+session/token=="
)

var (
	testTime = time.Date(2024, 5, 24, 14, 55, 44, 0, time.UTC)
	alice    = aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: aliceSecret}
	bob      = aws.Credentials{AccessKeyID: "ASIABOB", SecretAccessKey: bobSecret, SessionToken: bobToken}
)

// gateway is a gateway behind whose only route a Verifier stands.
type gateway struct {
	core     *gw.Core
	verifier *Verifier
	caller   *Caller // of the latest request, nil when it was refused
	raw      []byte  // the body that a backend would get
	body     string  // it, after send
}

func newGateway(t testing.TB, cfg Config, api gw.API, options ...gw.Option) *gateway {
	t.Helper()
	t.Setenv("ALICE_SECRET", aliceSecret)
	t.Setenv("BOB_SECRET", bobSecret)
	t.Setenv("BOB_TOKEN", bobToken)
	if cfg.Principals == nil {
		cfg.Principals = []Principal{
			{AccessKeyID: alice.AccessKeyID, Secret: "env:ALICE_SECRET", ARN: "arn:aws:iam::123456789012:user/team/alice"},
			{AccessKeyID: bob.AccessKeyID, Secret: "env:BOB_SECRET", SessionToken: "env:BOB_TOKEN", ARN: "arn:aws:sts::210987654321:assumed-role/dev/bob"},
		}
	}
	api.Title = "test"
	options = append([]gw.Option{
		gw.WithClock(func() time.Time { return testTime }),
		gw.WithLogger(slog.New(slog.DiscardHandler)),
	}, options...)
	g := &gateway{core: gw.NewCore(&api, options...)}
	g.verifier = New(g.core, cfg)
	require.NoError(t, g.core.Start(g.serve))
	t.Cleanup(func() { require.NoError(t, g.core.Close()) })
	return g
}

func (g *gateway) serve(c *gw.Ctx) gw.Fault {
	who, f := g.verifier.Authenticate(c)
	g.caller = who
	if f != gw.OK {
		return f
	}
	body, f := c.Body()
	g.raw = append(g.raw[:0], body...)
	if f != gw.OK {
		return f
	}
	return c.Respond(200).Text(who.ARN)
}

// peer is a connection from nowhere.
type peer struct{ net.Conn }

func (peer) RemoteAddr() net.Addr { return &net.TCPAddr{} }
func (peer) LocalAddr() net.Addr  { return &net.TCPAddr{} }

func received(t testing.TB, raw []byte) *fasthttp.RequestCtx {
	t.Helper()
	rc := new(fasthttp.RequestCtx)
	rc.Init2(peer{}, nil, false)
	rc.Request.Header.DisableNormalizing()
	r := bufio.NewReaderSize(bytes.NewReader(raw), 256<<10)
	require.NoError(t, rc.Request.Header.Read(r))
	require.NoError(t, rc.Request.ContinueReadBody(r, 0, false))
	return rc
}

// answer is what became of a request.
type answer struct {
	status          int
	errorType, body string
}

func (g *gateway) send(t testing.TB, raw []byte) answer {
	t.Helper()
	rc := received(t, raw)
	g.caller, g.raw = nil, g.raw[:0]
	g.core.Handle(rc)
	g.body = string(g.raw)
	return answer{rc.Response.StatusCode(), string(rc.Response.Header.Peek("x-amzn-ErrorType")), string(rc.Response.Body())}
}

// hashOf is the hash of a body.
func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// request is a request for signing.
func request(t testing.TB, method, target, body string, headers ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, "https://api.example.com"+target, strings.NewReader(body))
	require.NoError(t, err)
	if body == "" {
		r.Body = nil
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

// signed is r as it is sent, signed by the SDK.
func signed(t testing.TB, r *http.Request, by aws.Credentials, at time.Time) []byte {
	t.Helper()
	body := bodyOf(t, r)
	hash := hashOf(body)
	if said := r.Header.Get("X-Amz-Content-Sha256"); said != "" {
		hash = said
	}
	require.NoError(t, v4.NewSigner().SignHTTP(context.Background(), by, r, hash, "execute-api", "us-east-1", at))
	return wire(t, r)
}

func bodyOf(t testing.TB, r *http.Request) string {
	t.Helper()
	if r.GetBody == nil || r.Body == nil {
		return ""
	}
	fresh, err := r.GetBody()
	require.NoError(t, err)
	body, err := io.ReadAll(fresh)
	require.NoError(t, err)
	return string(body)
}

func wire(t testing.TB, r *http.Request) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, r.Write(&b))
	return b.Bytes()
}

// presigned is a request in the query form, made by the SDK.
func presigned(t testing.TB, r *http.Request, by aws.Credentials, at time.Time) []byte {
	t.Helper()
	body := bodyOf(t, r)
	uri, header, err := v4.NewSigner().PresignHTTP(context.Background(), by, r, hashOf(body), "execute-api", "us-east-1", at)
	require.NoError(t, err)
	again, err := http.NewRequest(r.Method, uri, strings.NewReader(body))
	require.NoError(t, err)
	if body == "" {
		again.Body = nil
	}
	again.Header = header
	return wire(t, again)
}

// tool is the path of a program that a test needs.
func tool(t *testing.T, name, install string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name+" is missing: "+install)
	}
	return path
}

func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		require.FailNow(t, why)
	}
	t.Skip(why)
}
