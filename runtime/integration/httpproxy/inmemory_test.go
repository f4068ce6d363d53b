package httpproxy

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/stretchr/testify/require"
)

// unreachable is an address that is never dialed: a test that did so would fail.
const unreachable = "https://backend.invalid:8443/base"

func TestExchangesStandInForBackends(t *testing.T) {
	var mu sync.Mutex
	var seen []*gw.Exchange
	var reply gw.ExchangeReply
	cfg := to(unreachable)
	cfg.Health.Path = "/healthz"
	cfg.TLS.CAFile = "missing.pem"
	cfg.Retries = Retries{Attempts: 1, Connect: true, Budget: -1}
	for name, send := range map[string]func(*gateway, *gw.Ctx) gw.Fault{"proxy": proxy, "invoke": invoke} {
		g := start(t, gw.REST, cfg, send, gw.WithExchange(func(x *gw.Exchange) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, x)
			x.Reply = reply
		}))
		long := strings.Repeat("0123456789abcdef", 10<<10)
		for _, test := range []struct {
			method, body string
			chunked      bool
			reply        gw.ExchangeReply
			status       int
			answer       string
			asked        int
		}{
			{"POST", "short", false, gw.ExchangeReply{Status: 201, Body: []byte("made")}, 201, "made", 1},
			{"POST", long, false, gw.ExchangeReply{Body: []byte(long)}, 200, long, 1},
			{"POST", long, true, gw.ExchangeReply{Body: []byte("whole")}, 200, "whole", 1},
			{"GET", "", false, gw.ExchangeReply{Status: 204}, 204, "", 1},
			{"GET", "", false, gw.ExchangeReply{Failure: gw.TimedOut}, 504, "", 1},
			{"POST", "x", false, gw.ExchangeReply{Failure: gw.Broke}, 504, "", 1},
			{"GET", "", false, gw.ExchangeReply{Failure: gw.Broke}, 504, "", 2}, // may be sent twice
		} {
			mu.Lock()
			seen, reply = nil, test.reply
			reply.Headers = []gw.Field{{Name: "X-From", Value: "memory"}, {Name: "Content-Length", Value: "7"}}
			mu.Unlock()
			var body io.Reader = strings.NewReader(test.body)
			if test.chunked {
				body = struct{ io.Reader }{body}
			}
			request, err := http.NewRequest(test.method, "http://"+g.addr+"/a/b?c=d", body)
			require.NoError(t, err)
			response, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			text, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			say := fmt.Sprintf("%s %s %v", name, test.method, test.reply.Status)
			require.Equal(t, test.status, response.StatusCode, say)
			mu.Lock()
			asked := slices.Clone(seen)
			mu.Unlock()
			require.Len(t, asked, test.asked, say)
			if test.reply.Failure == gw.Answered {
				require.Equal(t, test.answer, string(text), say)
				require.Equal(t, "memory", response.Header.Get("X-From"), say)
			}
			x := asked[0]
			want := "https://backend.invalid:8443/base/a/b"
			if name == "proxy" {
				want += "?c=d"
			}
			require.Equal(t, []string{"http", "backend", test.method, want}, []string{x.Kind, x.Target, x.Method, x.URI}, say)
			require.Equal(t, test.body, string(x.Body), say)
			require.Equal(t, gw.Field{Name: "Host", Value: "backend.invalid:8443"}, x.Headers[0], say)
		}
	}
}

func TestHeadIsAnsweredWithItsLength(t *testing.T) {
	g := start(t, gw.REST, to(unreachable), proxy, gw.WithExchange(func(x *gw.Exchange) {
		x.Reply.Headers = []gw.Field{{Name: "Content-Length", Value: "7"}}
	}))
	response, err := http.Head("http://" + g.addr + "/a")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.EqualValues(t, 7, response.ContentLength)
}

func TestDynamicBackendsAreStoodInForToo(t *testing.T) {
	asked := make(chan string, 1)
	g := start(t, gw.REST, Config{}, func(g *gateway, c *gw.Ctx) gw.Fault {
		out := c.Outbound("GET", patience)
		out.Literal("http://")
		out.Raw("there.invalid")
		out.Literal("/x")
		return g.dyn.Proxy(c, out)
	}, gw.WithExchange(func(x *gw.Exchange) { asked <- x.URI }))
	response, err := http.Get("http://" + g.addr + "/a?b=c")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, 200, response.StatusCode)
	require.Equal(t, "http://there.invalid/x?b=c", <-asked)
}
