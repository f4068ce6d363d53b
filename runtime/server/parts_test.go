package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

// cellar is a part of a gateway that keeps something.
type cellar struct{ given *string }

func (cellar) Flags() []gw.PartFlag {
	return []gw.PartFlag{
		{Name: "cellar", Value: "WHERE", Help: "where the cellar is", Check: func(v string) error {
			if v == "nowhere" {
				return errors.New("it must be somewhere")
			}
			return nil
		}},
		{Name: "cellar-key", Value: "KEY", Help: "what opens it"},
	}
}

func (c cellar) Options(value func(string) string) ([]gw.Option, error) {
	if value("cellar") == "" && value("cellar-key") != "" {
		return nil, errors.New("--cellar-key needs --cellar")
	}
	*c.given = value("cellar") + " " + value("cellar-key")
	return nil, nil
}

// runWith runs a gateway that has the part.
func runWith(t *testing.T, env func(string) (string, bool), args ...string) (code int, given, stdout, stderr string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	stop() // it ends as soon as it is ready
	var out, errs bytes.Buffer
	code = run(ctx, process{
		construct: generalize(newNothing), parts: []gw.Part{cellar{&given}}, env: env, stdout: &out, stderr: &errs,
		args: append([]string{"gateway", "--listen", "127.0.0.1:0", "--admin-listen", "off"}, args...),
	})
	return code, given, out.String(), errs.String()
}

func TestFlagsOfParts(t *testing.T) {
	code, given, _, _ := runWith(t, environment("GATEWRIGHT_CELLAR", "below", "GATEWRIGHT_CELLAR_KEY", "brass"), "--cellar", "above")
	require.Equal(t, exitOK, code)
	require.Equal(t, "above brass", given)
	_, _, help, _ := runWith(t, empty, "--help")
	require.Contains(t, help, "  --cellar WHERE\n      where the cellar is\n")
	for _, c := range []struct{ flag, value, want string }{
		{"--cellar", "nowhere", "gateway: --cellar: it must be somewhere\n"},
		{"--cellar-key", "brass", "gateway: --cellar-key needs --cellar\n"},
	} {
		code, _, _, errs := runWith(t, empty, c.flag, c.value)
		require.Equal(t, exitUsage, code)
		require.Contains(t, errs, c.want)
	}
	code, given, version, _ := runWith(t, empty, "--version", "--cellar", "above")
	require.Equal(t, exitOK, code)
	require.Empty(t, given, "nothing is opened")
	require.Contains(t, version, "deployment")
	code, _, errs := run1(t, "--cellar", "above")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "unknown flag --cellar")
}

func TestReadinessTellsAilments(t *testing.T) {
	core, err := newNothing()
	require.NoError(t, err)
	defer core.Close()
	var ails error
	core.OnAilment(func() error { return ails })
	a := newAdmin(core, newMetrics(&nothing), slog.New(slog.DiscardHandler))
	a.ready.Store(true)
	require.Equal(t, "200 ready\n", page(t, a, "/readyz"))
	ails = errors.New("limits are kept by each gateway alone")
	require.Equal(t, "200 ready\nlimits are kept by each gateway alone\n", page(t, a, "/readyz"))
	core.OnHealth(func() error { return errors.New("limits are closed") })
	require.Equal(t, "503 limits are closed\n", page(t, a, "/readyz"))
}

// page is the status and the text of an admin page.
func page(t *testing.T, a *admin, path string) string {
	t.Helper()
	w := httptest.NewRecorder()
	a.server.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	text, err := io.ReadAll(w.Result().Body)
	require.NoError(t, err)
	return w.Result().Status[:4] + string(text)
}

func TestCommandLineHasNoPasswords(t *testing.T) {
	before := os.Args
	defer func() { os.Args = before }()
	os.Args = []string{"gateway", "--redis", "redis+sentinel://user:hush@hush@a,b/main?ca=x@y&sentinel-password=hush&b=c", "--redis=rediss://:hush@[::1]:6379", "--upstream", "a=http://b/c@d"}
	core, err := newNothing()
	require.NoError(t, err)
	defer core.Close()
	a := newAdmin(core, newMetrics(&nothing), slog.New(slog.DiscardHandler))
	require.Equal(t, "200 gateway\x00--redis\x00redis+sentinel://***@a,b/main?ca=x@y&sentinel-password=***&b=c\x00--redis=rediss://***@[::1]:6379\x00--upstream\x00a=http://b/c@d",
		page(t, a, "/debug/pprof/cmdline"))
}

// attic is a store that is up, or not.
type attic struct{ err error }

func (attic) Line(limit.Line) limit.Shared                 { return nil }
func (attic) Admit(time.Time, []limit.Shared) (int, error) { return -1, nil }
func (attic) Return([]limit.Shared)                        {}
func (attic) Remembers() bool                              { return true }
func (attic) Nodes() int                                   { return 3 }
func (s attic) Healthy() error                             { return s.err }
func (attic) Close() error                                 { return nil }

func TestMetricsOfTheStore(t *testing.T) {
	core, err := newNothing()
	require.NoError(t, err)
	defer core.Close()
	for up, s := range map[string]attic{"1": {}, "0": {errors.New("away")}} {
		m := newMetrics(&nothing)
		m.store(s, func() int64 { return 7 })
		text := page(t, newAdmin(core, m, slog.New(slog.DiscardHandler)), "/metrics")
		require.Contains(t, text, "\ngatewright_store_up "+up+"\n")
		require.Contains(t, text, "\ngatewright_store_gateways 3\n")
		require.Contains(t, text, "\ngatewright_store_missed_total 7\n")
	}
}
