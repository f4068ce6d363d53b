package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/front/fast"
)

func empty(string) (string, bool) { return "", false }

func environment(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

func TestSettingsOfFlagsAndEnvironment(t *testing.T) {
	s, err := parse([]string{
		"--listen", ":1", "-stage=prod", "--stage-variable", "a=1", "--stage-variable=b=x=y", "--upstream", "pets=http://a,https://b/c",
		"--trusted-proxies", "10.0.0.0/8, 192.168.1.7,::1", "--max-body", "10MiB", "--max-head", "8KiB", "--idle-timeout", "off",
		"--log-level", "debug", "--rate-limit-headers", "--https-redirect=false", "--tls-cert", "c", "--tls-key", "k",
	}, environment(
		"GATEWRIGHT_LISTEN", ":2", "GATEWRIGHT_PLAIN_LISTEN", "127.0.0.1:0", "GATEWRIGHT_STAGE_VARIABLE", "a=0 c=3",
		"GATEWRIGHT_UPSTREAM", "pets=http://x\ndogs=http://y", "GATEWRIGHT_DRAIN_TIMEOUT", "1m30s", "GATEWRIGHT_HTTPS_REDIRECT", "true",
		"GATEWRIGHT_MAX_BODY", "", "GATEWRIGHT_HELP", "true", "UNRELATED", "x",
	))
	require.NoError(t, err)
	require.Equal(t, ":1", s.listen)
	require.Equal(t, "127.0.0.1:0", s.plainListen)
	require.Equal(t, "127.0.0.1:9901", s.adminListen)
	require.Equal(t, "prod", s.stage)
	require.Equal(t, map[string]string{"a": "1", "b": "x=y", "c": "3"}, s.variables)
	require.Equal(t, map[string][]string{"pets": {"http://a", "https://b/c"}, "dogs": {"http://y"}}, s.upstreams)
	require.Equal(t, []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.168.1.7/32"), netip.MustParsePrefix("::1/128"),
	}, s.trustedProxies)
	require.Equal(t, int64(10<<20), s.limits.Body)
	require.Equal(t, 8<<10, s.limits.Head)
	require.Equal(t, time.Duration(-1), s.limits.IdleTime)
	require.Equal(t, 90*time.Second, s.drainTimeout)
	require.Equal(t, slog.LevelDebug, s.logLevel)
	require.True(t, s.rateLimitHeaders)
	require.False(t, s.httpsRedirect)
	require.False(t, s.help)
}

func TestWrongSettings(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"--bogus", "unknown flag --bogus"},
		{"--listen", "--listen needs a value"},
		{"--listen nowhere", `--listen: "nowhere" is no HOST:PORT`},
		{"--listen :99999", `--listen: ":99999" is no HOST:PORT`},
		{"argument", `unexpected argument "argument"`},
		{"--stage-variable x", `--stage-variable: "x" is no NAME=VALUE`},
		{"--upstream pets", `--upstream: "pets" is no NAME=URL`},
		{"--upstream pets=10.0.0.1", `--upstream: "10.0.0.1" is no http or https URL`},
		{"--upstream pets=http://a?b", `--upstream: "http://a?b" must end with its path`},
		{"--trusted-proxies 10.0.0.0/40", `--trusted-proxies: "10.0.0.0/40" is neither an address nor a network such as 10.0.0.0/8`},
		{"--max-body 1TB", `--max-body: "1TB" is no size such as 65536, 64KiB, 10MiB or 1GiB`},
		{"--max-body 9223372036854775807GiB", `--max-body: "9223372036854775807GiB" is no size such as 65536, 64KiB, 10MiB or 1GiB`},
		{"--max-head 1KiB", `--max-head: "1KiB" is not between 4KiB and 1MiB`},
		{"--head-timeout 0s", `--head-timeout: "0s" is neither a duration such as 30s nor off`},
		{"--shed-after 9ms", `--shed-after: "9ms" is less than 10ms`},
		{"--shed-after soon", `--shed-after: "soon" is neither a duration such as 30s nor off`},
		{"--drain-delay -1s", `--drain-delay: "-1s" is no duration such as 30s or 1m30s`},
		{"--log-format xml", "--log-format: it is text or json"},
		{"--log-level loud", `--log-level: slog: level string "loud": unknown name`},
		{"--aws-limits=maybe", `--aws-limits: "maybe" is neither true nor false`},
		{"--tls-cert c", "--tls-cert and --tls-key go together"},
		{"--https-redirect", "--https-redirect needs --plain-listen"},
		{"--proxy-protocol", "--proxy-protocol needs --trusted-proxies"},
		{"--listen off", "--listen and --plain-listen cannot both be off"},
		{"--https-redirect --plain-listen :80 --listen off --tls-cert c --tls-key k", "--https-redirect needs --listen"},
	} {
		_, err := parse(strings.Fields(c.args), empty)
		require.EqualError(t, err, c.want, c.args)
	}
	for _, c := range []struct{ args, want string }{
		{"--client-ca c", "--client-ca needs --tls-cert and --tls-key"},
		{"--https-redirect --plain-listen :80", "--https-redirect needs --tls-cert and --tls-key"},
	} {
		s, err := parse(strings.Fields(c.args), empty)
		require.NoError(t, err)
		require.EqualError(t, s.checkSecure(false), c.want)
		require.NoError(t, s.checkSecure(true))
	}
	_, err := parse(nil, environment("GATEWRIGHT_LISTEN", "x"))
	require.EqualError(t, err, `GATEWRIGHT_LISTEN: "x" is no HOST:PORT`)
}

func TestShedAfter(t *testing.T) {
	s, err := parse([]string{"--shed-after", "50ms"}, empty)
	if !fast.TellsWaits {
		require.ErrorContains(t, err, "--shed-after: this system")
		return
	}
	require.NoError(t, err)
	require.Equal(t, 50*time.Millisecond, s.shedAfter)
	s, err = parse([]string{"--shed-after", "off"}, environment("GATEWRIGHT_SHED_AFTER", "1s"))
	require.NoError(t, err)
	require.LessOrEqual(t, s.shedAfter, time.Duration(0))
}

func TestBalancers(t *testing.T) {
	s, err := parse([]string{"--trusted-proxies", "10.0.0.0/8,2001:db8::/32"}, empty)
	require.NoError(t, err)
	require.Nil(t, s.balancer(), "off by default")
	s, err = parse([]string{"--trusted-proxies", "10.0.0.0/8,fe80::1", "--proxy-protocol"}, empty)
	require.NoError(t, err)
	is := s.balancer()
	for addr, want := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "11.1.2.3": false, "fe80::1": true, "fe80::2": false,
	} {
		require.Equal(t, want, is(&net.TCPAddr{IP: net.ParseIP(addr), Port: 1, Zone: "eth0"}), addr)
	}
	require.False(t, is(&net.UnixAddr{Name: "/socket"}))
	require.False(t, is(&net.TCPAddr{}))
}

func TestAWSLimits(t *testing.T) {
	for _, c := range []struct {
		args string
		want int64
	}{{"", -1}, {"--aws-limits", 10 << 20}, {"--aws-limits --max-body 1MiB", 1 << 20}, {"--aws-limits --max-body 1GiB", 10 << 20}} {
		s, err := parse(strings.Fields(c.args), empty)
		require.NoError(t, err)
		require.Equal(t, c.want, s.limits.Body, c.args)
	}
}

// nothing is an API with one stage and one route.
var nothing = gw.API{
	Title: "Nothing", Version: "2", Deployment: "abcdefghij", Stages: []gw.Stage{{Name: "s"}},
	Routes: []*gw.Route{{ID: "r", Method: "GET", Path: "/<r>", Backend: "mock"}}, Allowed: []string{"a finding"},
}

func newNothing(options ...gw.Option) (*gw.Core, error) {
	core := gw.NewCore(&nothing, options...)
	return core, core.Start(func(c *gw.Ctx) gw.Fault { return c.NoRoute(func(*gw.Path, gw.Method) int { return 0 }) })
}

func run1(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Run(context.Background(), newNothing, args, empty, &out, &errs)
	return code, out.String(), errs.String()
}

func TestExitCodes(t *testing.T) {
	code, _, errs := run1(t, "--bogus")
	require.Equal(t, 2, code)
	require.Equal(t, "gateway: unknown flag --bogus\nRun gateway --help for the flags.\n", errs)
	for _, help := range []string{"--help", "-h"} {
		code, out, errs := run1(t, help)
		require.Zero(t, code)
		require.Empty(t, errs)
		for _, o := range options(nil) {
			require.Contains(t, out, "  --"+o.name)
		}
		require.Contains(t, out, "Examples:")
	}
	code, out, _ := run1(t, "--version")
	require.Zero(t, code)
	require.True(t, strings.HasPrefix(out, "Nothing 2\ndeployment abcdefghij\n"), out)
	for _, c := range [][]string{
		{"--stage", "none"}, {"--upstream", "none=http://a"}, {"--overrides", "/does/not/exist"}, {"--access-log", "/does/not/exist"},
		{"--tls-cert", "/does/not/exist", "--tls-key", "/does/not/exist"}, {"--listen", "203.0.113.1:0"},
		{"--listen", "127.0.0.1:0", "--admin-listen", "off", "--ready-file", "/does/not/exist"},
	} {
		code, _, errs := run1(t, c...)
		require.Equal(t, 1, code, c)
		require.Equal(t, 1, strings.Count(errs, "cannot start"), errs)
	}
}

// TestUsageFileOfNothing: a file that nothing is kept in is not taken silently.
func TestUsageFileOfNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "usage")
	code, _, errs := run1(t, "--usage-file", path, "--overrides", "/does/not/exist")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "the document has no usage plan that counts: nothing is kept in the usage file")
	require.NoFileExists(t, path)
}

func TestOverridesFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "overrides.yaml")
	for _, c := range []struct{ text, want string }{
		{"x-gateway-stages: {s: {variables: {a: b}}}", ""},
		{`{"x-gateway-upstreams": {"u": {"targets": ["http://a", {"url": "https://b"}]}}}`, ""},
		{"x-gateway-stages: {s: {throttle: {rateLimit: 1}}}", ""},
		{"x-gateway-stages: {s: {tracing: {sampling: 1}}}", "tracing"},
		{"x-gateway-functions: {}", `line 1: "x-gateway-functions" cannot be overridden`},
		{"x-gateway-account:\n  throtle: {rateLimit: 1}", `line 2: "throtle" cannot be overridden`},
		{"\nx-gateway-throttle: {rateLimit: a}", `construct errors: line 2: rateLimit: "a" is no number`},
		{"[]", "line 1: !!seq cannot stand here"},
		{"x-gateway-stages: {s: 5}", "line 1: !!int `5` cannot stand here"},
		{"x-gateway-usage-plans: {g: {keys: {a: b}}}", "line 1: !!map cannot stand here"},
		{"x-gateway-upstreams: {u: {targets: []}}", "has no targets"},
		{"x-gateway-upstreams: {u: {targets: [ftp://a]}}", `"ftp://a" is no http or https URL`},
		{"x-gateway-upstreams: {u: {targets: [{url: http://a, weight: 2}]}}", `line 1: "weight" of a target cannot be overridden`},
		{"x-gateway-upstreams: {u: {targets: [[http://a]]}}", "a target is a URL or {url: URL}"},
		{"x-gateway-stages: [", path},
		{"---\nx-gateway-stages: {s: {throttle: {rateLimit: 1}}}\n...\n# the end\n", ""},
		{"x-gateway-stages: {s: {throttle: {rateLimit: 1}}}\n---\nx-gateway-stages: {t: {throttle: {rateLimit: 1}}}", "something stands behind the first YAML document"},
		{"x-gateway-stages: {s: {throttle: {rateLimit: 1}}}\n---\n", ""},
		{"x-gateway-stages: {s: {throttle: {rateLimit: 1}}}\n---\n]", "something stands behind the first YAML document"},
		{"", "is empty"},
	} {
		require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
		file, err := readOverrides(path)
		if c.want != "" {
			require.ErrorContains(t, err, c.want, c.text)
			continue
		}
		require.NoError(t, err, c.text)
		require.NotNil(t, file)
	}
}

func TestFlagsWinOverOverrides(t *testing.T) {
	path := filepath.Join(t.TempDir(), "overrides.yaml")
	require.NoError(t, os.WriteFile(path, []byte(`
x-gateway-stages: {s: {variables: {a: file, b: file}}}
x-gateway-upstreams: {u: {targets: [http://file]}, v: {targets: [http://file]}}
`), 0o600))
	s, err := parse([]string{"--overrides", path, "--stage-variable", "a=flag", "--upstream", "u=http://flag"}, empty)
	require.NoError(t, err)
	var got gw.Overrides
	require.NoError(t, s.override(func(o gw.Overrides) error {
		got = o
		return nil
	}))
	require.Equal(t, gw.Overrides{
		Variables: map[string]map[string]string{"s": {"a": "flag", "b": "file"}},
		Upstreams: map[string][]string{"u": {"http://flag"}, "v": {"http://file"}},
	}, got)
	failing := errors.New("no such stage")
	require.ErrorIs(t, s.override(func(gw.Overrides) error { return failing }), failing)
}

func TestFollow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	write := func(text string) {
		require.NoError(t, os.WriteFile(path+".new", []byte(text), 0o600))
		require.NoError(t, os.Rename(path+".new", path))
	}
	write("one")
	core := gw.NewCore(&nothing)
	broken := errors.New("broken")
	var isBroken atomic.Bool
	core.OnReload("a file", []string{path}, func() error {
		if isBroken.Load() {
			return broken
		}
		return nil
	})
	core.OnReload("no file", nil, func() error { return nil })

	type told struct {
		what string
		err  error
	}
	ticks, all, reported := make(chan time.Time), make(chan struct{}), make(chan told)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		follow(ctx, ticks, all, core.HotFiles, func(h *gw.HotFiles, err error) { reported <- told{h.What(), err} })
	}()
	ticks <- time.Time{}
	ticks <- time.Time{} // taken only when the look before is over
	isBroken.Store(true)
	write("two")
	select { // the look of the tick before may have yet to come
	case ticks <- time.Time{}:
		require.Equal(t, told{"a file", broken}, <-reported)
	case first := <-reported:
		require.Equal(t, told{"a file", broken}, first)
	}
	ticks <- time.Time{} // the same again: nothing to tell
	all <- struct{}{}
	require.Equal(t, told{"a file", broken}, <-reported)
	require.Equal(t, told{"no file", nil}, <-reported)
	cancel()
	<-done
}

func TestAdminPages(t *testing.T) {
	m := newMetrics(&nothing)
	m.connections(func() int { return 7 }, func() int64 { return 3 }, func() int64 { return 5 }, func() int64 { return 9 })
	core, err := newNothing()
	require.NoError(t, err)
	defer core.Close()
	var unfit error
	core.OnHealth(func() error { return unfit })
	a := newAdmin(core, m, slog.New(slog.DiscardHandler))
	ask := func(path string) (int, string) {
		w := httptest.NewRecorder()
		a.server.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		text, err := io.ReadAll(w.Result().Body)
		require.NoError(t, err)
		return w.Code, string(text)
	}
	code, text := ask("/readyz")
	require.Equal(t, 503, code)
	require.Equal(t, "not ready\n", text)
	a.ready.Store(true)
	code, _ = ask("/readyz")
	require.Equal(t, 200, code)
	unfit = errors.New("the store is away")
	code, text = ask("/readyz")
	require.Equal(t, 503, code)
	require.Equal(t, "the store is away\n", text)
	code, text = ask("/healthz")
	require.Equal(t, 200, code)
	require.Equal(t, "ok\n", text)
	_, text = ask("/routes")
	require.JSONEq(t, `{"title": "Nothing", "version": "2", "stages": ["s"], "allowed": ["a finding"],
		"routes": [{"id": "r", "method": "GET", "path": "/<r>", "backend": "mock"}]}`, text)
	require.Contains(t, text, "/<r>", "not escaped for HTML")
	_, text = ask("/version")
	require.Contains(t, text, `"deployment": "abcdefghij"`)
	code, _ = ask("/debug/pprof/")
	require.Equal(t, 200, code)
	code, _ = ask("/")
	require.Equal(t, 404, code)

	m.observe(0, gw.GET, 200, 3*time.Millisecond)
	m.observe(-1, gw.UnknownMethod, 404, time.Millisecond)
	_, text = ask("/metrics")
	require.Contains(t, text, `http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",http_route="/<r>",le="0.005"} 1`)
	require.Contains(t, text, `http_server_request_duration_seconds_count{http_request_method="_OTHER",http_response_status_code="404",http_route=""} 1`)
	require.Contains(t, text, "gatewright_connections 7\n")
	require.Contains(t, text, "gatewright_requests_refused_total 3\n")
	require.Contains(t, text, "gatewright_connections_unproven_total 5\n")
	require.Contains(t, text, "gatewright_shed_total 9\n")
}

func TestObservingCostsNoAllocation(t *testing.T) {
	m := newMetrics(&nothing)
	require.Zero(t, testing.AllocsPerRun(100, func() { m.observe(0, gw.GET, 200, time.Millisecond) }))
}

func BenchmarkObserve(b *testing.B) {
	m := newMetrics(&nothing)
	m.observe(0, gw.POST, 404, time.Millisecond)
	for b.Loop() {
		m.observe(0, gw.GET, 200, 300*time.Microsecond)
	}
}

func TestHostOfARedirect(t *testing.T) {
	for in, want := range map[string]string{
		"a.example": "a.example", "a.example:80": "a.example", "127.0.0.1:8080": "127.0.0.1", "[::1]:80": "[::1]", "[::1]": "[::1]",
		"a/b": "", "a@b": "", "a b": "", "": "", "a:b:c": "", "[x]": "x",
	} {
		require.Equal(t, want, hostOnly(in), in)
	}
	var ctx fasthttp.RequestCtx
	ctx.Request.SetRequestURI("http://elsewhere/")
	ctx.Request.Header.SetHost("a")
	refused := 0
	redirect("443", func(_ *fasthttp.RequestCtx, status int) { refused = status })(&ctx)
	require.Equal(t, 400, refused, "only a path is repeated")
}

func TestContainerLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "memory.max")
	require.Zero(t, containerLimit(path))
	for text, want := range map[string]int64{"max\n": 0, "1073741824\n": 1 << 30} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		require.Equal(t, want, containerLimit(path))
	}
}
