package guard

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Set to look longer, and at other spellings: GATEWRIGHT_GUARD_TIME=10m GATEWRIGHT_GUARD_SEED=7 go test -run Spelling ./golden/guard
const (
	timeVariable = "GATEWRIGHT_GUARD_TIME"
	seedVariable = "GATEWRIGHT_GUARD_SEED"
)

// caller is somebody with what it brings, and the guards that let it through.
type caller struct {
	name   string
	header [][2]string
	passes []string
}

// callers are strangers, with nothing and with what is worth nothing, and one with a key.
func callers(t *testing.T, w *world) []caller {
	forged := strings.Replace(w.issuer.token(t, "k0"), ".", ".e", 1)
	return []caller{
		{"nobody", nil, nil},
		{"a wrong key", [][2]string{{"X-Api-Key", unguessable()}}, nil},
		{"a forged token", [][2]string{{"Authorization", "Bearer " + forged}}, nil},
		{"a signature of nothing", [][2]string{{"X-Amz-Date", time.Now().UTC().Format("20060102T150405Z")}, {"Authorization", "AWS4-HMAC-SHA256 Credential=AKIDALICE/" +
			time.Now().UTC().Format("20060102") + "/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + strings.Repeat("0", 64)}}, nil},
		{"other people's headers", [][2]string{{"X-Original-Url", "/open/x"}, {"X-Rewrite-Url", "/open/x"}, {"X-Forwarded-Prefix", "/open"}, {"X-Forwarded-Host", "localhost"}}, nil},
		{"a key", [][2]string{{"X-Api-Key", w.secrets["ALICE_KEY"]}}, []string{"key"}},
	}
}

// tally is what a run met, so that it cannot be about nothing.
type tally struct {
	mu                        sync.Mutex
	asked, refused, open, let int
}

// TestSpellings sends paths in every odd spelling: what reaches the backend must be nothing that a guard stands before, and
// what does not must be answered by a guard or refused for its form.
func TestSpellings(t *testing.T) {
	w := newWorld(t)
	g := w.start(t, "spelling.yaml")
	seed, limit := uint64(1), 4*time.Second
	if text := os.Getenv(seedVariable); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
		seed = n
	}
	if text := os.Getenv(timeVariable); text != "" {
		d, err := time.ParseDuration(text)
		require.NoError(t, err)
		limit = d
	}
	var found tally
	ends := time.Now().Add(limit)
	var group sync.WaitGroup
	for n, c := range []client{&client1{t: t, address: g.Listen}, &client2{t: t, address: g.Listen}, &client1{t: t, address: g.Listen}} {
		group.Go(func() {
			defer c.close()
			random := rand.New(rand.NewPCG(seed, uint64(n)))
			all := callers(t, w)
			for i := 0; time.Now().Before(ends) && !t.Failed(); i++ {
				who := all[random.IntN(len(all))]
				w.try(t, c, spelled(random), who, fmt.Sprintf("%d-%d", n, i), &found)
			}
		})
	}
	group.Wait()
	t.Logf("seed %d: %d requests, %d refused by guards, %d open ones and %d with a good key at the backend", seed, found.asked, found.refused, found.open, found.let)
	require.Greater(t, found.asked, 1000)
	for name, n := range map[string]int{"refused": found.refused, "open": found.open, "let in": found.let} {
		require.Greater(t, n, found.asked/500, name)
	}
	g.keepsQuiet(w.secrets["ALICE_KEY"], w.secrets["ALICE_SECRET"])
}

// try sends one request and judges what became of it.
func (w *world) try(t *testing.T, c client, s spelling, who caller, probe string, found *tally) {
	header := append([][2]string{{"X-Probe", probe}}, who.header...)
	if s.override != "" {
		header = append(header, [2]string{"X-HTTP-Method-Override", s.override})
	}
	status, kind := c.send(s, header)
	got, reached := w.backend.take(probe)
	said := fmt.Sprintf("%s: %q is answered with %d %s", who.name, s, status, kind)
	found.mu.Lock()
	defer found.mu.Unlock()
	found.asked++
	if !reached {
		if assert.True(t, status == 0 || status >= 400 && status < 500, said) && slices.Contains([]string{
			"ForbiddenException", "UnauthorizedException", "InvalidSignatureException", "AccessDeniedException", "IncompleteSignatureException",
		}, kind) {
			found.refused++
		}
		return
	}
	said += fmt.Sprintf(" and reaches the backend as %s %q", got.method, got.target)
	assert.Equal(t, 200, status, said)
	if !strings.HasPrefix(got.target, "/") {
		assert.Fail(t, "no path", said)
		return
	}
	r := meant(got.method, strictly(got.target))
	if !assert.NotNil(t, r, said) {
		return
	}
	assert.True(t, r.guard == "" || slices.Contains(who.passes, r.guard), "%s, which is %s %s", said, r.method, r.path)
	if r.guard == "" {
		found.open++
	} else {
		found.let++
	}
	if r.apart() {
		for _, method := range []string{got.method, got.header.Get("X-Http-Method-Override")} {
			if again := meant(method, carelessly(got.target)); again != nil {
				assert.Equal(t, "", again.guard, "%s, which is taken for %s %s", said, again.method, again.path)
			}
		}
	}
}
