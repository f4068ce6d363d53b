package httpproxy

import (
	"bytes"
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
)

// asking is a backend that asks for certificates without having to get one, and answers with the name in it.
type asking struct {
	url         string
	cert        string
	connections atomic.Int32
	resumed     atomic.Int32
	checked     chan string // whose health checks came
}

func newAsking(t *testing.T) *asking {
	t.Helper()
	id := newIdentity(t, "ip", time.Now().Add(time.Hour))
	a := &asking{cert: id.cert, checked: make(chan string, 10)}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := "nobody"
		if len(r.TLS.PeerCertificates) > 0 {
			name = r.TLS.PeerCertificates[0].Subject.CommonName
		}
		if r.TLS.DidResume {
			a.resumed.Add(1)
		}
		if r.URL.Path == "/healthz" {
			a.checked <- name
			return
		}
		_, _ = io.WriteString(w, name)
	}))
	server.Config.ErrorLog = discard
	server.TLS = &tls.Config{Certificates: []tls.Certificate{id.pair}, ClientAuth: tls.RequestClientCert}
	server.TLS.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		a.connections.Add(1)
		return nil, nil
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	a.url = server.URL
	return a
}

func pairOf(id identity) gw.KeyPair { return gw.KeyPair{CertFile: id.cert, KeyFile: id.key} }

// shownIn are four stages: two with certificates, one with the first one's, and one without.
func shownIn(t *testing.T) []gw.Stage {
	t.Helper()
	a, b := newIdentity(t, "a", time.Now().Add(time.Hour)), newIdentity(t, "b", time.Now().Add(time.Hour))
	return []gw.Stage{
		{Name: "none"}, {Name: "a", ClientCertificate: pairOf(a)}, {Name: "b", ClientCertificate: pairOf(b)}, {Name: "again", ClientCertificate: pairOf(a)},
	}
}

var shown = map[string]string{"none": "nobody", "a": "a", "b": "b", "again": "a"}

// sweep closes what is idle, so that the next request opens a connection.
func (u *Upstream) sweep() {
	for _, target := range u.set.Load().targets {
		target.pool.Sweep(time.Now().Add(time.Hour))
		for _, pool := range target.stages {
			pool.Sweep(time.Now().Add(time.Hour))
		}
	}
}

func TestStagesShowTheirCertificates(t *testing.T) {
	backend := newAsking(t)
	cfg := to(backend.url)
	cfg.TLS.CAFile = backend.cert
	g := startStages(t, shownIn(t), gw.REST, cfg, proxy)
	for range 3 {
		for stage, want := range shown {
			require.Equal(t, want, g.ask(t, "GET", "/"+stage+"/x", "").body, stage)
		}
	}
	require.Equal(t, int32(3), backend.connections.Load(), "one for each certificate, and one without")
	require.Zero(t, backend.resumed.Load())
	g.up.sweep()
	for stage, want := range shown {
		require.Equal(t, want, g.ask(t, "POST", "/"+stage+"/x", "body").body, stage)
	}
	require.Equal(t, int32(6), backend.connections.Load())
	require.Positive(t, backend.resumed.Load(), "sessions are resumed, each by its own stage")

	var all sync.WaitGroup
	for stage, want := range shown {
		for range 4 {
			p := g.dial(t)
			all.Go(func() {
				for range 20 {
					if got := p.ask(t, "GET", "/"+stage+"/x", "").body; got != want {
						t.Errorf("stage %s showed %s", stage, got)
					}
				}
			})
		}
	}
	all.Wait()
}

func TestWhoShowsWhat(t *testing.T) {
	backend := newAsking(t)
	own := newIdentity(t, "own", time.Now().Add(time.Hour))
	with := func(tls TLS, kind string) Config {
		tls.CAFile = backend.cert
		return Config{Targets: targetsOf([]string{backend.url}), TLS: tls, Kind: kind}
	}
	for name, c := range map[string]struct {
		cfg    Config
		send   func(*gateway, *gw.Ctx) gw.Fault
		stages []gw.Stage
		want   map[string]string
	}{
		"the upstream's own wins": {with(TLS{CertFile: own.cert, KeyFile: own.key}, ""), proxy, shownIn(t), map[string]string{"none": "own", "a": "own", "b": "own"}},
		"services see none":       {with(TLS{}, "aws"), proxy, shownIn(t), map[string]string{"none": "nobody", "a": "nobody", "b": "nobody"}},
		"one stage alone":         {with(TLS{}, ""), proxy, shownIn(t)[1:2], map[string]string{"a": "a"}},
		"hosts known late": {with(TLS{}, ""), func(g *gateway, c *gw.Ctx) gw.Fault {
			out := c.Outbound("ANY", patience)
			out.Literal(backend.url + "/")
			out.Path(c.Tail(0))
			return g.dyn.Proxy(c, out)
		}, shownIn(t), shown},
	} {
		g := startStages(t, c.stages, gw.REST, c.cfg, c.send)
		for range 2 {
			for stage, want := range c.want {
				require.Equal(t, want, g.ask(t, "GET", "/"+stage+"/x", "").body, "%s: %s", name, stage)
			}
		}
	}
}

// TestOneStageAtTheRoot mounts one of the stages.
func TestOneStageAtTheRoot(t *testing.T) {
	backend := newAsking(t)
	cfg := to(backend.url)
	cfg.TLS.CAFile = backend.cert
	g := startStages(t, shownIn(t), gw.REST, cfg, proxy, gw.WithStage("b"))
	require.Equal(t, "b", g.ask(t, "GET", "/x", "").body)
}

func TestHealthChecksShowACertificate(t *testing.T) {
	backend := newAsking(t)
	cfg := to(backend.url)
	cfg.TLS.CAFile, cfg.Health = backend.cert, Health{Path: "/healthz", Interval: time.Hour, Timeout: patience}
	startStages(t, shownIn(t), gw.REST, cfg, proxy)
	require.Equal(t, "a", <-backend.checked)
}

func TestMissingCertificateOfAStage(t *testing.T) {
	core := gw.NewCore(&gw.API{Title: "test", Stages: []gw.Stage{{Name: "prod", ClientCertificate: gw.KeyPair{CertFile: "/nowhere", KeyFile: "/nowhere"}}}})
	NewUpstream(core, Config{Name: "pets", Targets: targetsOf([]string{"https://x"})})
	NewDynamic(core, Config{Name: "late"})
	err := core.Start(func(*gw.Ctx) gw.Fault { return gw.OK })
	require.ErrorContains(t, err, `upstream "pets": tls, with clientCertificate of a stage: certFile: open /nowhere`)
	require.ErrorContains(t, err, `upstream "late": tls, with clientCertificate of a stage: certFile: open /nowhere`)
}

// sharedLog is a log that the test reads while a gateway may write it.
type sharedLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *sharedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *sharedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestRenewedFiles renews a stage's certificate, and what the backend is trusted by.
func TestRenewedFiles(t *testing.T) {
	backend := newAsking(t)
	stages := shownIn(t)[1:3]
	authority := backend.cert
	cfg := to(backend.url)
	cfg.TLS.CAFile = authority
	var clock atomic.Int64
	var logs sharedLog
	clock.Store(time.Now().Unix())
	g := startStages(t, stages, gw.REST, cfg, proxy, gw.WithClock(func() time.Time { return time.Unix(clock.Load(), 0) }),
		gw.WithLogger(slog.New(slog.NewTextHandler(&logs, nil))))
	see := func(stage, want string) {
		t.Helper()
		g.up.sweep()
		require.Equal(t, want, g.ask(t, "GET", "/"+stage+"/x", "").body)
	}
	put := func(path, from string) {
		t.Helper()
		text, err := os.ReadFile(from)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, text, 0o600))
	}
	pass := func(d time.Duration) { clock.Add(int64(d / time.Second)) }
	see("a", "a")
	see("a", "a")
	require.Positive(t, backend.resumed.Load())

	renewed := newIdentity(t, "renewed", time.Now().Add(time.Hour))
	pair := stages[0].ClientCertificate
	put(pair.CertFile, renewed.cert)
	pass(lookEvery)
	see("a", "a") // the key is not there yet
	put(pair.KeyFile, renewed.key)
	pass(time.Second)
	see("a", "a") // nobody has looked yet
	pass(time.Second)
	before := backend.resumed.Load()
	see("a", "renewed")
	require.Equal(t, before, backend.resumed.Load(), "the session of before would show the certificate of before")
	see("b", "b")
	see("a", "renewed")
	require.Greater(t, backend.resumed.Load(), before)
	require.Equal(t, 1, strings.Count(logs.String(), "files not taken"), logs.String())

	good, err := os.ReadFile(authority)
	require.NoError(t, err)
	require.NoError(t, os.Remove(authority))
	pass(lookEvery)
	see("a", "renewed") // what was in force stays
	put(authority, renewed.cert)
	pass(lookEvery)
	g.up.sweep()
	require.Equal(t, 504, g.ask(t, "GET", "/a/x", "").status, "the backend is trusted no more")
	require.NoError(t, os.WriteFile(authority, good, 0o600))
	pass(lookEvery)
	see("a", "renewed")
}
