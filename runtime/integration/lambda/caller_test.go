package lambda

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
)

// What is known of a caller stands in requestContext (rest.md, section 7.1).
func TestEventSaysWhoCalls(t *testing.T) {
	cert := &gw.ClientCertificate{PEM: "-----BEGIN CERTIFICATE-----\n", SubjectDN: "CN=alice", IssuerDN: "CN=Partners", SerialNumber: "5",
		NotBefore: "May 28 12:30:02 2019 GMT", NotAfter: "Aug  5 09:36:04 2029 GMT"}
	for name, c := range map[string]struct {
		known  func(*gw.Ctx)
		member string // of requestContext
		want   string // among others
	}{
		"an authorizer": {func(c *gw.Ctx) {
			c.Authorize(&gw.Authorization{Principal: "u1", Values: []gw.AuthorizerValue{{Name: "customer", Value: "7"}}, Latency: -1})
		}, "authorizer", `{"customer":"7","principalId":"u1"}`},
		"a token": {func(c *gw.Ctx) {
			c.Authorize(&gw.Authorization{Claims: []gw.AuthorizerValue{{Name: "sub", Value: "u1"}, {Name: "scope", Value: `a "b"`}}, Latency: -1})
		}, "authorizer", `{"claims":{"sub":"u1","scope":"a \"b\""}}`},
		"an API key": {func(c *gw.Ctx) { c.UseAPIKey("key-of-alice", "smf1x1b91t") }, "identity", `{"apiKey":"key-of-alice","apiKeyId":"smf1x1b91t"}`},
		"a signature": {func(c *gw.Ctx) {
			c.Identify(&gw.Identity{AccountID: "123456789012", Caller: "AIDA", User: "AIDA", UserARN: "arn:aws:iam::123456789012:user/alice", AccessKey: "AKID"})
		}, "identity", `{"accountId":"123456789012","caller":"AIDA","user":"AIDA","userArn":"arn:aws:iam::123456789012:user/alice","accessKey":"AKID"}`},
		"a certificate": {func(c *gw.Ctx) { c.SetClientCertificate(cert) }, "identity", `{"clientCert":{"clientCertPem":"-----BEGIN CERTIFICATE-----\n",
			"subjectDN":"CN=alice","issuerDN":"CN=Partners","serialNumber":"5","validity":{"notBefore":"May 28 12:30:02 2019 GMT","notAfter":"Aug  5 09:36:04 2029 GMT"}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			var got event
			g := start(t, itemAPI(), noting(t, &got), func(g *gateway, ctx *gw.Ctx) gw.Fault {
				c.known(ctx)
				return proxying(g, ctx)
			})
			require.Contains(t, g.ask(t, get("/prod/items/7")), "HTTP/1.1 200 OK")
			require.NotNil(t, got.RequestContext[c.member])
			said, want := members(t, got.RequestContext[c.member]), members(t, []byte(c.want))
			for key := range want {
				require.Equal(t, want[key], said[key], key)
			}
			if c.member == "authorizer" {
				require.Len(t, said, len(want))
			}
		})
	}
}

// TestEventsHaveNoSignature keeps from functions what they could send the request again with.
func TestEventsHaveNoSignature(t *testing.T) {
	var got event
	g := start(t, itemAPI(), noting(t, &got), func(g *gateway, ctx *gw.Ctx) gw.Fault {
		if ctx.Query("signed") != "" {
			ctx.Identify(&gw.Identity{AccessKey: "AKID"})
		}
		return proxying(g, ctx)
	})
	g.ask(t, get("/prod/items/7?signed=1", "Authorization: AWS4-HMAC-SHA256 x", "X-Amz-Date: y"))
	require.NotContains(t, got.Headers, "Authorization")
	require.Equal(t, "y", got.Headers["X-Amz-Date"])
	g.ask(t, get("/prod/items/7", "Authorization: Bearer x"))
	require.Equal(t, "Bearer x", got.Headers["Authorization"])
}

// noting is a function that answers nothing and notes its event in got.
func noting(t *testing.T, got *event) *fake {
	return &fake{invoke: func(call *function.Call, answer *function.Answer) error {
		*got = parsed(t, string(call.Payload))
		answer.Payload = append(answer.Payload, "{}"...)
		return nil
	}}
}

func members(t *testing.T, text []byte) (m map[string]any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, &m))
	return m
}
