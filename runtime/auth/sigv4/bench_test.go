package sigv4

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	gw "github.com/gatewright/gatewright/runtime"
)

// bench is a request and the rest of a gateway, which Authenticate's cost is told apart from.
func bench(t testing.TB, raw []byte) (rc *fasthttp.RequestCtx, run func()) {
	g := newGateway(t, Config{}, gw.API{})
	rc = received(t, raw)
	g.core.Handle(rc)
	require.Equal(t, 200, rc.Response.StatusCode(), "%s", rc.Response.Body())
	return rc, func() { g.core.Handle(rc) }
}

// shapes are what is measured.
func shapes(t testing.TB) map[string][]byte {
	body := strings.Repeat("x", 1024)
	return map[string][]byte{
		"header": signed(t, request(t, "GET", "/prod/pets/7?size=10&page=2", "", "Accept", "application/json"), alice, testTime),
		"token":  signed(t, request(t, "GET", "/prod/pets/7?size=10&page=2", "", "Accept", "application/json"), bob, testTime),
		"body":   signed(t, request(t, "POST", "/prod/pets/7", body, "Content-Type", "application/json"), alice, testTime),
		"query":  presigned(t, request(t, "GET", "/prod/pets/7?size=10", ""), alice, testTime),
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	for _, name := range []string{"header", "token", "body", "query"} {
		b.Run(name, func(b *testing.B) {
			_, run := bench(b, shapes(b)[name])
			b.ReportAllocs()
			for b.Loop() {
				run()
			}
		})
	}
	b.Run("nothing", func(b *testing.B) {
		core := gw.NewCore(&gw.API{Title: "test"})
		require.NoError(b, core.Start(func(c *gw.Ctx) gw.Fault { return c.Respond(200).Text("x") }))
		rc := received(b, shapes(b)["header"])
		b.ReportAllocs()
		for b.Loop() {
			core.Handle(rc)
		}
	})
	b.Run("unknown key", func(b *testing.B) {
		g := newGateway(b, Config{}, gw.API{})
		rc := received(b, []byte(strings.Replace(string(shapes(b)["header"]), "AKIDEXAMPLE", "AKIDUNKNOWN", 1)))
		b.ReportAllocs()
		for b.Loop() {
			g.core.Handle(rc)
		}
	})
}

func TestAllocations(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	for name, most := range map[string]float64{"header": 0, "token": 0, "body": 0, "query": 8} {
		_, run := bench(t, shapes(t)[name])
		require.LessOrEqual(t, testing.AllocsPerRun(100, run), most, name)
	}
}
