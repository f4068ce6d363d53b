package usageplan

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/apikey"
)

const (
	aliceKey = "alice-key-0123456789"
	bobKey   = "bob-key-0123456789ab"
	newKey   = "new-key-0123456789ab"
)

func hashed(value string) string {
	sum := sha256.Sum256([]byte(value))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func document() Config {
	return Config{
		Keys: []apikey.Key{{Name: "alice", Value: hashed(aliceKey)}, {Name: "bob", Value: hashed(bobKey)}},
		Plans: []Plan{
			{Name: "gold", Keys: []string{"alice"}},
			{Name: "silver", Stages: []string{"beta"}, Keys: []string{"bob"}},
		},
	}
}

// start is a gateway with one route behind the plans of cfg.
func start(t *testing.T, cfg Config) *gw.Core {
	t.Helper()
	core, err := build(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	return core
}

func build(cfg Config) (*gw.Core, error) {
	core := gw.NewCore(&gw.API{Title: "test", Stages: []gw.Stage{{Name: "beta"}, {Name: "prod"}}})
	plans := New(core, cfg)
	return core, core.Start(func(c *gw.Ctx) gw.Fault {
		if f := plans.Admit(c); f != gw.OK {
			return f
		}
		_, id := c.APIKey()
		c.RequestCtx().SetBodyString(id)
		return gw.OK
	})
}

// ask is the status of a request with a key.
func ask(core *gw.Core, stage, key string) int {
	request := httptest.NewRequest(http.MethodGet, "/"+stage+"/x", nil)
	request.Header.Set("X-Api-Key", key)
	recorder := httptest.NewRecorder()
	core.ServeHTTP(recorder, request)
	return recorder.Code
}

func TestPlansAdmitTheirKeys(t *testing.T) {
	core := start(t, document())
	for _, c := range []struct {
		stage, key string
		want       int
	}{
		{"prod", aliceKey, 200}, {"beta", aliceKey, 200}, {"beta", bobKey, 200}, {"prod", bobKey, 403}, {"prod", "", 403}, {"prod", newKey, 403},
	} {
		require.Equal(t, c.want, ask(core, c.stage, c.key), "%s %s", c.stage, c.key)
	}
}

func TestOverrides(t *testing.T) {
	core := start(t, document())
	value, off := hashed(newKey), false
	require.NoError(t, core.Apply(gw.Overrides{
		APIKeys:  map[string]gw.APIKeyOverride{"new": {Value: &value}, "alice": {Enabled: &off}},
		PlanKeys: map[string][]string{"gold": {"alice", "new"}},
	}))
	require.Equal(t, 200, ask(core, "prod", newKey))
	require.Equal(t, 403, ask(core, "prod", aliceKey), "a key that is switched off")

	require.ErrorContains(t, core.Apply(gw.Overrides{PlanKeys: map[string][]string{"gold": {"nobody"}}}), `no API key "nobody"`)
	require.ErrorContains(t, core.Apply(gw.Overrides{PlanKeys: map[string][]string{"bronze": {"alice"}}}), `usage plan "bronze" is not one of the document's`)
	require.ErrorContains(t, core.Apply(gw.Overrides{PlanKeys: map[string][]string{"gold": {"bob"}}}), `API key "bob" has another plan for stage "beta"`)
	require.Equal(t, 200, ask(core, "prod", newKey), "what was in force stays")
	require.Equal(t, 403, ask(core, "prod", aliceKey))

	require.NoError(t, core.Apply(gw.Overrides{}))
	require.Equal(t, 403, ask(core, "prod", newKey), "the document's again")
	require.Equal(t, 200, ask(core, "prod", aliceKey))
}

func TestKeysOfTheAuthorizer(t *testing.T) {
	cfg := document()
	cfg.FromAuthorizer = true
	core := gw.NewCore(&gw.API{Title: "test"})
	cfg.Plans = cfg.Plans[:1]
	plans := New(core, cfg)
	said := &gw.Authorization{Key: aliceKey}
	require.NoError(t, core.Start(func(c *gw.Ctx) gw.Fault {
		if c.Query("who") != "" {
			c.Authorize(said)
		}
		return plans.Admit(c)
	}))
	defer core.Close()
	for target, want := range map[string]int{"/x?who=alice": 200, "/x": 403} {
		request := httptest.NewRequest(http.MethodGet, target, nil)
		request.Header.Set("X-Api-Key", aliceKey) // does not count
		recorder := httptest.NewRecorder()
		core.ServeHTTP(recorder, request)
		require.Equal(t, want, recorder.Code, target)
	}
}

func TestWrongPlans(t *testing.T) {
	cfg := document()
	cfg.Plans = append(cfg.Plans, Plan{Name: "more", Keys: []string{"alice"}})
	_, err := build(cfg)
	require.ErrorContains(t, err, `API key "alice" has another plan`)
}

func TestAdmitAllocatesNothing(t *testing.T) {
	core := gw.NewCore(&gw.API{Title: "test", Stages: []gw.Stage{{Name: "beta"}, {Name: "prod"}}})
	plans := New(core, document())
	var allocations float64
	require.NoError(t, core.Start(func(c *gw.Ctx) gw.Fault {
		allocations = testing.AllocsPerRun(100, func() { plans.Admit(c) })
		return plans.Admit(c)
	}))
	defer core.Close()
	require.Equal(t, 200, ask(core, "prod", aliceKey))
	if !raceEnabled {
		require.Zero(t, allocations)
	}
}
