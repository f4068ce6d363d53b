package server

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
)

// read reads overrides with that text.
func read(t *testing.T, text string) (*overridesFile, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "overrides.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return readOverrides(path)
}

func TestKeyOverrides(t *testing.T) {
	file, err := read(t, `
x-gateway-api-keys:
  alice: &alice {value: "sha256:00", enabled: false, customerId: c-1}
  bob: *alice
  carol: {enabled: true}
  dave:
`)
	require.NoError(t, err)
	require.Len(t, file.Keys, 4)
	for _, name := range []string{"alice", "bob"} {
		key := file.Keys[name]
		require.Equal(t, []any{"sha256:00", false, "c-1"}, []any{*key.value, *key.enabled, *key.customerID}, name)
	}
	carol := file.Keys["carol"]
	require.True(t, *carol.enabled)
	require.Nil(t, carol.value)
	require.Equal(t, keyOverride{}, file.Keys["dave"])
	for text, want := range map[string]string{
		"x-gateway-api-keys: [a]":                             "must be an object",
		"x-gateway-api-keys: {a: b}":                          `API key "a": it must be an object`,
		"x-gateway-api-keys: {a: {secret: b}}":                `line 1: API key "a": "secret" cannot be overridden`,
		"x-gateway-api-keys: {a: {}, b: {}, a: {}}":           `API key "a" stands there twice`,
		"x-gateway-api-keys: {a: {enabled: perhaps}}":         `API key "a": `,
		"x-gateway-api-keys: {a: {}}\nx-gateway-api-keys: {}": "x-gateway-api-keys",
	} {
		_, err := read(t, text)
		require.ErrorContains(t, err, want, text)
	}
}

// TestManyKeyOverrides: a hundred thousand keys are read in seconds, not minutes, in YAML and in JSON.
func TestManyKeyOverrides(t *testing.T) {
	const count = 100_000
	var inYAML, inJSON strings.Builder
	inYAML.WriteString("x-gateway-api-keys:\n")
	inJSON.WriteString(`{"x-gateway-api-keys": {`)
	for n := range count {
		fmt.Fprintf(&inYAML, "  key-%d: {enabled: true}\n", n)
		fmt.Fprintf(&inJSON, `"key-%d": {"enabled": true},`+"\n", n)
	}
	inJSON.WriteString(`"last": {}}}`)
	for keys, text := range map[int]string{count: inYAML.String(), count + 1: inJSON.String()} {
		begun := time.Now()
		file, err := read(t, text)
		require.NoError(t, err)
		require.Len(t, file.Keys, keys)
		require.Less(t, time.Since(begun), 30*time.Second)
	}
}

// BenchmarkKeyOverrides reads a hundred thousand keys of one plan.
func BenchmarkKeyOverrides(b *testing.B) {
	var inYAML, inJSON, names strings.Builder
	for n := range 100_000 {
		fmt.Fprintf(&inYAML, "  key-%d: {value: \"sha256:%064x\"}\n", n, n)
		fmt.Fprintf(&inJSON, ",\n"+`"key-%d": {"value": "sha256:%064x"}`, n, n)
		fmt.Fprintf(&names, `, "key-%d"`, n)
	}
	for name, text := range map[string]string{
		"yaml": "x-gateway-usage-plans: {gold: {keys: [" + names.String()[2:] + "]}}\nx-gateway-api-keys:\n" + inYAML.String(),
		"json": `{"x-gateway-usage-plans": {"gold": {"keys": [` + names.String()[2:] + `]}}, "x-gateway-api-keys": {` + inJSON.String()[1:] + `}}`,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := decodeOverrides(strings.NewReader(text)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What is JSON is read as the YAML package reads it, mistakes and their lines included.
func TestOverridesInJSON(t *testing.T) {
	for text, want := range map[string]string{
		`{"x-gateway-api-keys": {"a": {"value": "sha256:00", "enabled": false, "customerId": null}, "b": null}}`: "",
		`{"x-gateway-stages": {"s": {"variables": {"a": 1, "b": 1.50, "c": "\u00e4\/\"", "d": true}}}}`:          "",
		`{"x-gateway-throttle": {"rateLimit": 0.5, "burstLimit": 2}}`:                                            "",
		`{"x-gateway-upstreams": {"u": {"targets": ["http://h", {"url": "http://i"}]}}}`:                         "",
		"{\n\"x-gateway-api-keys\": {\n\"a\": {\"secret\": 1}}}":                                                 "line 3: ",
		"{\n\"x-gateway-key\": {}}":                       "line 2: ",
		`{"x-gateway-api-keys": {"a": {}, "a": {}}}`:      "twice",
		`{"x-gateway-upstreams": {"u": {"targets": []}}}`: "no targets",
		`{"x-gateway-api-keys": {"a": {}}`:                "flow mapping",
	} {
		file, err := read(t, text)
		same, inYAML := decodeYAML([]byte(text))
		require.Equal(t, same, file, text)
		require.Equal(t, inYAML == nil, err == nil, text)
		if want != "" {
			require.ErrorContains(t, err, want, text)
		}
	}
}

// FuzzOverrides reads anything, without more time or memory than its size deserves.
func FuzzOverrides(f *testing.F) {
	for _, seed := range []string{
		"x-gateway-stages: {s: {throttle: {rateLimit: 1, burstLimit: 2}, methods: {GET /a: {throttle: {rateLimit: 1e3}}}}}",
		"x-gateway-usage-plans: {p: {quota: {limit: 1, period: DAY, offset: 0}, stages: {s: {methods: {/a/GET: {throttle: {burstLimit: 1}}}}}}}",
		"paths: &a {/b: {get: *a, x-gateway-throttle: {concurrent: .nan}}}",
		"paths: {/a: {x-gateway-throttle: {concurrent: 1, rateLimit: &n 0.5, burstLimit: *n}}}",
		"x-gateway-account: {throttle: {rateLimit: -0, burstLimit: 1e999}}",
		"x-gateway-throttle:",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		file, err := decodeOverrides(strings.NewReader(text))
		if err != nil {
			return
		}
		if same, err := decodeYAML([]byte(text)); err == nil && !strings.Contains(text, "-0") { // a variable's, which JSON reads as 0
			require.Equal(t, same, file)
		}
		var limits gw.LimitOverrides
		file.addLimits(&limits)
		for at, place := range limits.Places {
			if at != "" && !strings.Contains(at, "/") || place.PerSecond != nil && *place.PerSecond != *place.PerSecond {
				t.Errorf("%q: %v", at, place)
			}
		}
	})
}
