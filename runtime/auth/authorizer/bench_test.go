package authorizer

import (
	"bufio"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	gw "github.com/gatewright/gatewright/runtime"
)

const readers = `{"principalId":"u","policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:*:*:a1b2c3d4e5/*/GET/*"}]},"context":{"a":"1"}}`

// cached is a request whose result is kept, and what serves it.
func cached(t testing.TB) func() {
	g := newGuarded(t, token, says(readers))
	var rc fasthttp.RequestCtx
	rc.Request.Header.DisableNormalizing()
	raw := "GET /pets/7 HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: " + strings.Repeat("token", 100) + "\r\n\r\n"
	require.NoError(t, rc.Request.Read(bufio.NewReader(strings.NewReader(raw))))
	g.Handle(&rc)
	require.Equal(t, 200, rc.Response.StatusCode(), "%s", rc.Response.Body())
	return func() {
		rc.Response.Reset()
		g.Handle(&rc)
	}
}

// BenchmarkCached is a whole request without a backend, and the same without the authorizer.
func BenchmarkCached(b *testing.B) {
	b.Run("authorizer", func(b *testing.B) {
		run := cached(b)
		b.ReportAllocs()
		for b.Loop() {
			run()
		}
	})
	b.Run("nothing", func(b *testing.B) {
		core := gw.NewCore(&gw.API{Title: "Open"})
		require.NoError(b, core.Start(func(c *gw.Ctx) gw.Fault { return c.Respond(200).Text("u") }))
		defer core.Close()
		var rc fasthttp.RequestCtx
		rc.Request.Header.DisableNormalizing()
		require.NoError(b, rc.Request.Read(bufio.NewReader(strings.NewReader("GET /pets/7 HTTP/1.1\r\nHost: api.example.com\r\n\r\n"))))
		b.ReportAllocs()
		for b.Loop() {
			rc.Response.Reset()
			core.Handle(&rc)
		}
	})
}
