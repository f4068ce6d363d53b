package sigv4

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	patience = 20 * time.Second
	role     = "arn:aws:iam::123456789012:role/x"
)

// clock is a clock that is set.
type clock struct{ at atomic.Pointer[time.Time] }

func (c *clock) now() time.Time      { return *c.at.Load() }
func (c *clock) add(d time.Duration) { at := c.now().Add(d); c.at.Store(&at) }

// isolate keeps the machine's own configuration from the SDK.
func isolate(t *testing.T) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION",
		"AWS_ENDPOINT_URL", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

func withKey(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKID")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "SECRET")
}

// chain is a chain whose log goes to said.
func chain(t *testing.T) (ch *Chain, c *clock, said *lines) {
	t.Helper()
	c, said = &clock{}, &lines{}
	now := time.Now()
	c.at.Store(&now)
	core := gw.NewCore(&gw.API{ID: "a1"}, gw.WithClock(c.now), gw.WithLogger(slog.New(slog.NewTextHandler(said, nil))))
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	require.Same(t, Of(core), Of(core), "one for each gateway")
	return Of(core), c, said
}

type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func soon() time.Time { return time.Now().Add(patience) }

func TestKeyOfTheEnvironment(t *testing.T) {
	withKey(t)
	ch, _, _ := chain(t)
	c, err := ch.Credentials("", soon())
	require.NoError(t, err)
	require.Equal(t, "AKID", c.keys.AccessKeyID)
	again, err := ch.Credentials("", time.Time{})
	require.NoError(t, err)
	require.Same(t, c, again)
	require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = ch.Credentials("", time.Time{}) }))
}

func TestNoCredentials(t *testing.T) {
	isolate(t)
	ch, _, said := chain(t)
	_, err := ch.Credentials("", soon())
	require.ErrorIs(t, err, ErrNone)
	_, err = ch.Credentials("", soon())
	require.ErrorIs(t, err, ErrNone)
	require.Equal(t, 1, bytes.Count([]byte(said.String()), []byte("no AWS credentials\"")), "in the pause nothing is tried: %s", said)
}

func TestEndpoints(t *testing.T) {
	withKey(t)
	file := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(file, []byte("[default]\nservices = local\n[services local]\nsns =\n  endpoint_url = http://file:1\n"), 0o600))
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://secrets:1")
	t.Setenv("AWS_ENDPOINT_URL", "http://all:1")
	ch, _, _ := chain(t)
	for id, want := range map[string]string{"Secrets Manager": "http://secrets:1", "SNS": "http://file:1", "SQS": "http://all:1"} {
		got, err := ch.Endpoint(id, soon())
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	t.Setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
	ch, _, _ = chain(t)
	got, err := ch.Endpoint("SQS", soon())
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestBrokenConfiguration(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_PROFILE", "missing")
	ch, _, said := chain(t)
	_, err := ch.Endpoint("SQS", soon())
	require.ErrorIs(t, err, ErrNone)
	_, err = ch.Credentials("", soon())
	require.ErrorIs(t, err, ErrNone)
	require.Contains(t, said.String(), "missing")
}

// roles answers AssumeRole; each key lives for life and has a number.
type roles struct {
	asked atomic.Int32
	life  time.Duration
	now   func() time.Time
	hold  chan struct{} // nil: it answers at once
	down  atomic.Bool
	form  atomic.Value
}

func (s *roles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := s.asked.Add(1)
	_ = r.ParseForm() // only then does the server see the client leave
	if s.hold != nil {
		select {
		case <-s.hold:
		case <-r.Context().Done():
			return
		}
	}
	if s.down.Load() {
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprint(w, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`)
		return
	}
	s.form.Store(r.Form.Encode() + " " + r.Header.Get("Authorization")[:40])
	_, _ = fmt.Fprintf(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLE%d</AccessKeyId><SecretAccessKey>ROLESECRET</SecretAccessKey>`+
		`<SessionToken>T</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
		n, s.now().Add(s.life).UTC().Format(time.RFC3339))
}

func (s *roles) start(t *testing.T) {
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL_STS", server.URL)
}

func TestRolesAreTakenOnOnce(t *testing.T) {
	withKey(t)
	s := &roles{life: time.Hour, now: time.Now, hold: make(chan struct{})}
	s.start(t)
	ch, _, _ := chain(t)
	var all sync.WaitGroup
	got := make(chan string, 50)
	for range cap(got) {
		all.Go(func() {
			c, err := ch.Credentials(role, soon())
			got <- fmt.Sprint(c, err)
		})
	}
	require.Eventually(t, func() bool { return s.asked.Load() == 1 }, patience, time.Millisecond)
	close(s.hold)
	all.Wait()
	close(got)
	for text := range got {
		require.Equal(t, "AWS credentials ROLE1 <nil>", text)
	}
	require.EqualValues(t, 1, s.asked.Load())
	require.Contains(t, s.form.Load(), "Credential=AKID/")
	require.Contains(t, s.form.Load(), "RoleSessionName=gatewrighta1")
}

func TestRolesAreRenewedAheadOfTheirEnd(t *testing.T) {
	withKey(t)
	ch, c, said := chain(t)
	s := &roles{life: time.Hour, now: c.now}
	s.start(t)
	_, err := ch.Credentials(role, soon())
	require.NoError(t, err)
	c.add(54 * time.Minute)
	keep, err := ch.Credentials(role, soon())
	require.NoError(t, err)
	require.Equal(t, "ROLE1", keep.keys.AccessKeyID)
	require.EqualValues(t, 1, s.asked.Load())

	s.down.Store(true)
	c.add(2 * time.Minute)
	keep, err = ch.Credentials(role, soon())
	require.NoError(t, err, "the old key signs while a new one is fetched, or cannot be had")
	require.Equal(t, "ROLE1", keep.keys.AccessKeyID)
	require.Eventually(t, func() bool { return bytes.Contains([]byte(said.String()), []byte("AccessDenied")) }, patience, time.Millisecond)

	s.down.Store(false)
	c.add(2 * pauseAfter)
	require.Eventually(t, func() bool {
		renewed, err := ch.Credentials(role, soon())
		return err == nil && renewed.keys.AccessKeyID == "ROLE3"
	}, patience, time.Millisecond)

	s.down.Store(true)
	c.add(2 * time.Hour)
	_, err = ch.Credentials(role, soon())
	require.ErrorIs(t, err, ErrNone, "one that has ended signs nothing")
	require.NotContains(t, said.String(), "SECRET")
}

func TestLateCredentials(t *testing.T) {
	withKey(t)
	s := &roles{life: time.Hour, now: time.Now, hold: make(chan struct{})}
	s.start(t)
	ch, _, _ := chain(t)
	_, err := ch.Credentials(role, time.Now().Add(20*time.Millisecond))
	require.ErrorIs(t, err, ErrLate)
	require.NoError(t, ch.core.Close(), "what is under way ends with the gateway")
	_, err = ch.Credentials(role, soon())
	require.ErrorIs(t, err, ErrNone)
}

func TestRolesThatHaveEndedAlready(t *testing.T) {
	withKey(t)
	s := &roles{life: -time.Minute, now: time.Now}
	s.start(t)
	ch, _, _ := chain(t)
	_, err := ch.Credentials(role, soon())
	require.ErrorIs(t, err, ErrNone)
	require.ErrorContains(t, err, "ended at")
}

func TestRolesAreBounded(t *testing.T) {
	withKey(t)
	ch, _, _ := chain(t)
	first := ch.source("r0")
	for i := range maxRoles + 10 {
		ch.source(fmt.Sprint("r", i))
	}
	require.Len(t, ch.sources, maxRoles)
	require.NotSame(t, first, ch.source("r0"))
}

func TestProcessesAreNotQuoted(t *testing.T) {
	isolate(t)
	dir := t.TempDir()
	file, output := filepath.Join(dir, "config"), filepath.Join(dir, "output")
	text, err := json.Marshal("not what is expected: VERYSECRET")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(output, text, 0o600))
	require.NoError(t, os.WriteFile(file, []byte("[default]\ncredential_process = cat "+output+"\n"), 0o600))
	t.Setenv("AWS_CONFIG_FILE", file)
	ch, _, said := chain(t)
	_, err = ch.Credentials("", soon())
	require.ErrorIs(t, err, ErrNone)
	require.ErrorContains(t, err, "credential_process")
	require.NotContains(t, err.Error()+said.String(), "VERYSECRET")
}
