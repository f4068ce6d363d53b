package server

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
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

// TestManyKeyOverrides: a hundred thousand keys are read in seconds, not minutes.
func TestManyKeyOverrides(t *testing.T) {
	const count = 100_000
	var text strings.Builder
	text.WriteString("x-gateway-api-keys:\n")
	for n := range count {
		fmt.Fprintf(&text, "  key-%d: {enabled: true}\n", n)
	}
	begun := time.Now()
	file, err := read(t, text.String())
	require.NoError(t, err)
	require.Len(t, file.Keys, count)
	require.Less(t, time.Since(begun), 30*time.Second)
}
