package emit

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/write"
)

// shuffled writes a document whose paths, methods, stages and upstreams stand in the order of the sequence.
func shuffled(t *testing.T, order []int) string {
	item := func(i int) string {
		backends := []string{
			`"x-gateway-upstream": "one"`, `"x-gateway-upstream": "two"`, `"x-gateway-upstream": "http://host%d.example"`,
			`"x-amazon-apigateway-integration": {"type": "http_proxy", "httpMethod": "GET", "uri": "https://Two/%d",
				"requestParameters": {"integration.request.header.X": "method.request.body.a"}}`,
		}
		backend := backends[i%len(backends)]
		if strings.Contains(backend, "%d") {
			backend = fmt.Sprintf(backend, i%3)
		}
		operation := fmt.Sprintf(`{"operationId": "same", "responses": {}, %s}`, backend)
		get, post := `"get": `+operation, `"post": `+operation
		if order[0] > 2 {
			get, post = post, get
		}
		return fmt.Sprintf(`"/p/%d": {%s, %s}`, i, get, post)
	}
	var items []string
	for _, i := range order {
		items = append(items, item(i))
	}
	entries := []string{`"one": {"targets": ["http://10.0.0.1"]}`, `"two": {"targets": ["http://10.0.0.2"]}`}
	stages := []string{`"prod": {"variables": {"a": "1", "b": "2"}}`, `"dev": {}`}
	if order[0] > 2 {
		entries[0], entries[1] = entries[1], entries[0]
		stages[0], stages[1] = stages[1], `"prod": {"variables": {"b": "2", "a": "1"}}`
	}
	text := fmt.Sprintf(`{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "x-gateway-upstreams": {%s}, "x-gateway-stages": {%s}, "paths": {%s}}`,
		strings.Join(entries, ","), strings.Join(stages, ","), strings.Join(items, ","))
	require.True(t, json.Valid([]byte(text)), text)
	path := filepath.Join(t.TempDir(), "openapi.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

// TestOrderOfDocumentChangesNothing also holds that two runs give the same bytes.
func TestOrderOfDocumentChangesNothing(t *testing.T) {
	first := generate(t, shuffled(t, []int{0, 1, 2, 3, 4, 5, 6, 7}))
	for _, order := range [][]int{{0, 1, 2, 3, 4, 5, 6, 7}, {7, 6, 5, 4, 3, 2, 1, 0}, {3, 1, 4, 0, 5, 2, 7, 6}} {
		requireEqualSets(t, first, generate(t, shuffled(t, order)))
	}
}

func requireEqualSets(t *testing.T, want, got *write.Set) {
	t.Helper()
	require.Equal(t, want.Names(), got.Names())
	for _, name := range want.Names() {
		require.Equal(t, string(want.Text(name)), string(got.Text(name)), name)
	}
}

// TestOneChangedPathIsOneChangedFile beside the gateway's, which names the deployment.
func TestOneChangedPathIsOneChangedFile(t *testing.T) {
	const document = `{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "servers": [{"url": "http://a.example"}],
		"paths": {"/a": {"get": {"responses": {}}}, "/b": {"get": {"summary": %q, "responses": {}}}, "/c": {"get": {"responses": {}}}}}`
	build := func(summary string) *write.Set {
		path := filepath.Join(t.TempDir(), "openapi.json")
		require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, document, summary), 0o644))
		return generate(t, path)
	}
	before, after := build("one"), build("other")
	var changed []string
	for _, name := range before.Names() {
		if string(before.Text(name)) != string(after.Text(name)) {
			changed = append(changed, name)
		}
	}
	require.Equal(t, []string{"b_gw.go", "gateway_gw.go"}, changed)
}
