package redis

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gatewright/gatewright/golden/peers/redisserver"
	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// flags are a command line's, by name.
type flags map[string]string

func (f flags) value(name string) string { return f[name] }

func TestFlagsThatAreWrong(t *testing.T) {
	checks := map[string]func(string) error{}
	for _, f := range (Part{}).Flags() {
		checks[f.Name] = f.Check
	}
	for _, c := range []struct{ flag, value, want string }{
		{"redis", "http://user:hush@h", "the URL of Redis starts with"},
		{"redis", "redis://user:hush@a,b", "several hosts"},
		{"redis-mode", "strict", `"strict" is no mode: exact, leased or local`},
		{"redis-password", "hush", "a password is not written down, but named"},
		{"redis-password", "env:", "a password is not written down, but named"},
		{"redis-password", "sha256:hush", "a password is not written down, but named"},
		{"redis-wait", "50", "no duration between"},
		{"redis-wait", "0s", "no duration between"},
		{"redis-wait", "1m", "no duration between"},
	} {
		err := checks[c.flag](c.value)
		require.ErrorContains(t, err, c.want, c.value)
		require.NotContains(t, err.Error(), "hush")
	}
	for flag, value := range (flags{"redis": "redis://h", "redis-mode": "exact", "redis-password": "env:X", "redis-wait": "1s"}) {
		require.NoError(t, checks[flag](value))
	}
	for _, flag := range []string{"redis-mode", "redis-password", "redis-wait"} {
		_, err := Part{}.Options(flags{flag: "env:X"}.value)
		require.EqualError(t, err, "--"+flag+" needs --redis")
	}
	options, err := Part{}.Options(flags{}.value)
	require.NoError(t, err)
	require.Empty(t, options)
}

// log is a log that is read while it is written.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// open is a gateway with limits of these policies; its store is nil where it does not start.
func open(t *testing.T, f flags, policies ...limit.Policy) (*gw.Core, limit.Store, *log, error) {
	t.Helper()
	options, err := Part{}.Options(f.value)
	require.NoError(t, err)
	told := &log{}
	core := gw.NewCore(&gw.API{Title: "test", ID: "a1b2c3d4e5"}, append(options, gw.WithLogger(slog.New(slog.NewTextHandler(told, nil))))...)
	store := core.OpenStore(policies)
	err = core.Start(func(*gw.Ctx) gw.Fault { return gw.OK })
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	return core, store, told, err
}

func TestAnswers(t *testing.T) {
	redis := redisserver.Start(t, "--requirepass", "hush hush")
	secret := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(secret, []byte("hush hush\n"), 0o600))
	t.Setenv("REDIS_PASSWORD_OF_THE_TEST", "hush hush")
	for i, f := range []flags{
		{"redis": "redis://:hush%20hush@" + redis.Addr},
		{"redis": redis.URL(), "redis-password": "file:" + secret, "redis-mode": "exact", "redis-wait": "1s"},
		{"redis": redis.URL(), "redis-password": "env:REDIS_PASSWORD_OF_THE_TEST", "redis-mode": "local"},
	} {
		core, store, told, err := open(t, f, limit.Closed, limit.Local)
		require.NoError(t, err)
		require.Same(t, store, core.SharedStore())
		require.Empty(t, core.Unfit())
		require.Empty(t, core.Ailing())
		require.Equal(t, f["redis-mode"] != "local", store.Remembers())
		line := store.Line(limit.Line{Name: "b", Tag: "client", Rate: limit.Rate{PerSecond: 0.001, Burst: 10}})
		refused, err := store.Admit(time.Now().Add(time.Minute), []limit.Shared{line})
		require.NoError(t, err)
		require.Equal(t, -1, refused, "flags %d", i)
		require.NotContains(t, told.String(), "hush")
	}
}

// A Redis that refuses the gateway ends its start only where limits do not hold without it; readiness tells either way.
func TestRefusesTheGateway(t *testing.T) {
	redis := redisserver.Start(t, "--requirepass", "right")
	old := redisserver.StartOld(t)
	for _, c := range []struct {
		name, url, want string
	}{
		{"wrong password", "redis://:hush@" + redis.Addr, "wrong user or password"},
		{"no password", redis.URL(), "asks for a password"},
		{"too old", "redis://" + old, `too old: "4.0.14"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := flags{"redis": c.url}
			_, store, _, err := open(t, f, limit.Local, limit.Closed)
			require.ErrorContains(t, err, "--redis: redis at")
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "hush")
			require.Nil(t, store)

			core, store, told, err := open(t, f, limit.Open, limit.Local)
			require.NoError(t, err)
			require.Error(t, store.Healthy())
			require.Empty(t, core.Unfit())
			require.Len(t, core.Ailing(), 1)
			require.ErrorContains(t, core.Ailing()[0], "limits are kept by each gateway alone or open: redis is not available")
			require.ErrorContains(t, core.Ailing()[0], c.want)
			require.Contains(t, told.String(), `level=ERROR msg="redis cannot be used"`)
			require.NotContains(t, told.String()+core.Ailing()[0].Error(), "hush")

			f["redis-mode"] = "local"
			core, _, _, err = open(t, f, limit.Closed)
			require.NoError(t, err, "in local mode requests do not depend on it")
			require.Empty(t, core.Unfit())
			require.ErrorContains(t, errors.Join(core.Ailing()...), "limits are divided by the gateways that were last seen")
		})
	}
}

// A Redis that is not there yet keeps nobody from starting.
func TestNotThereYet(t *testing.T) {
	redis := redisserver.New(t)
	redis.Args = []string{"--port", redis.Addr[strings.LastIndex(redis.Addr, ":")+1:], "--bind", "127.0.0.1", "--dir", redis.Dir, "--save", ""}
	closed, _, _, err := open(t, flags{"redis": redis.URL()}, limit.Closed)
	require.NoError(t, err)
	local, _, _, err := open(t, flags{"redis": redis.URL()}, limit.Local)
	require.NoError(t, err)
	require.ErrorContains(t, errors.Join(closed.Unfit()...), "limits are closed: redis is not available")
	require.Empty(t, local.Unfit())
	require.ErrorContains(t, errors.Join(local.Ailing()...), "limits are kept by each gateway alone: redis is not available")
	redis.Run()
	redisserver.Eventually(t, "both are well", func() bool { return len(closed.Unfit()) == 0 && len(local.Ailing()) == 0 })
}

func TestPasswordThatIsNowhere(t *testing.T) {
	for source, want := range map[string]string{
		"env:NO_SUCH_VARIABLE_OF_THE_TEST": "--redis-password: the variable NO_SUCH_VARIABLE_OF_THE_TEST is not set",
		"file:" + t.TempDir() + "/none":    "--redis-password: open ",
	} {
		_, _, _, err := open(t, flags{"redis": "redis://127.0.0.1:1", "redis-password": source}, limit.Local)
		require.ErrorContains(t, err, want)
	}
}

// Who asks for shared limits where the document has none is told.
func TestNothingToShare(t *testing.T) {
	options, err := Part{}.Options(flags{"redis": "redis://127.0.0.1:1"}.value)
	require.NoError(t, err)
	told := &log{}
	core := gw.NewCore(&gw.API{Title: "test"}, append(options, gw.WithLogger(slog.New(slog.NewTextHandler(told, nil))))...)
	require.NoError(t, core.Start(func(*gw.Ctx) gw.Fault { return gw.OK }))
	require.NoError(t, core.Close())
	require.Nil(t, core.SharedStore())
	require.Contains(t, told.String(), `msg="limits are to be shared, but the document has none" api=test`)
}
