package server

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	gw "github.com/gatewright/gatewright/runtime"
)

// admin is the listener for operators and their tools.
type admin struct {
	api     *gw.API
	unfit   func() []error
	ailing  func() []error
	metrics *metrics
	ready   atomic.Bool
	server  *http.Server
}

// Limits of the admin listener's own server. Profiles take as long as they are asked to, so there is no write limit.
const (
	adminHeadTime = 10 * time.Second
	adminIdleTime = 60 * time.Second
)

func newAdmin(g Gateway, m *metrics, logger *slog.Logger) *admin {
	a := &admin{api: g.API(), unfit: g.Unfit, ailing: g.Ailing, metrics: m}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /routes", a.routes)
	mux.HandleFunc("GET /version", a.version)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", a.commandLine)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("POST /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	for _, page := range g.Pages() {
		mux.Handle("GET "+page.Path, page.Handler)
	}
	a.server = &http.Server{
		Handler: mux, ReadHeaderTimeout: adminHeadTime, IdleTimeout: adminIdleTime,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	return a
}

// credentials are what stands before the host of a URL, and passwords in its query.
var credentials = regexp.MustCompile(`://[^/?#\s]*@|password=[^&\x00]*`)

// commandLine is pprof's page of the command line, without passwords in URLs.
func (a *admin) commandLine(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(credentials.ReplaceAllStringFunc(strings.Join(os.Args, "\x00"), func(secret string) string {
		if strings.HasSuffix(secret, "@") {
			return "://***@"
		}
		return "password=***"
	}))) // the client is gone
}

// readyz says whether new requests should come here: not before everything listens, and not once the end has begun.
func (a *admin) readyz(w http.ResponseWriter, _ *http.Request) {
	if !a.ready.Load() {
		say(w, http.StatusServiceUnavailable, "not ready")
		return
	}
	if unfit := a.unfit(); len(unfit) > 0 {
		say(w, http.StatusServiceUnavailable, errors.Join(unfit...).Error())
		return
	}
	say(w, http.StatusOK, errors.Join(append([]error{errors.New("ready")}, a.ailing()...)...).Error())
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the client is gone
}

// routePage is one route of /routes.
type routePage struct {
	ID      string `json:"id"`
	Method  string `json:"method"`
	Path    string `json:"path"`
	Backend string `json:"backend"`
}

// routes lists what the gateway serves, and the findings that were taken knowingly when it was generated.
func (a *admin) routes(w http.ResponseWriter, _ *http.Request) {
	page := struct {
		Title   string      `json:"title"`
		Version string      `json:"version"`
		Stages  []string    `json:"stages"`
		Routes  []routePage `json:"routes"`
		Allowed []string    `json:"allowed"`
	}{a.api.Title, a.api.Version, []string{}, []routePage{}, append([]string{}, a.api.Allowed...)}
	for _, s := range a.api.Stages {
		page.Stages = append(page.Stages, s.Name)
	}
	for _, r := range a.api.Routes {
		page.Routes = append(page.Routes, routePage{r.ID, r.Method, r.Path, r.Backend})
	}
	writeJSON(w, page)
}

func (a *admin) version(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]string{
		"title": a.api.Title, "version": a.api.Version, "deployment": a.api.Deployment, "runtime": moduleVersion(),
	})
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(value) // the client is gone
}
