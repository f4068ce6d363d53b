package emit

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCombinationsCompile puts the settings of integrations together at random and vets what they are compiled to:
// whatever a document leaves out or repeats, no variable is unused, declared twice or out of reach.
func TestCombinationsCompile(t *testing.T) {
	type object = map[string]any
	random := rand.New(rand.NewPCG(3, 4))
	m := newModule(t)
	for file := range 4 {
		paths := object{}
		for i := range 60 {
			paths[fmt.Sprintf("/p%d/{id}", i)] = object{
				"parameters": []object{
					{"name": "id", "in": "path", "required": true, "schema": object{"type": "string"}},
					{"name": "q", "in": "query", "schema": object{"type": "string"}},
					{"name": "H", "in": "header", "schema": object{"type": "string"}},
				},
				"post": object{
					"responses":                       object{"200": object{"headers": object{"A": object{}, "B": object{}}}, "400": object{}, "404": object{}},
					"x-amazon-apigateway-integration": randomIntegration(random),
				},
			}
		}
		document := object{
			"openapi": "3.0.3", "info": object{"title": "t", "version": "1"}, "paths": paths,
			"x-gateway-upstreams":                    object{"up": object{"targets": []string{"http://10.0.0.1"}}},
			"x-amazon-apigateway-binary-media-types": []string{"image/png"}[file%2:],
		}
		text, err := json.Marshal(document)
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "openapi.json")
		require.NoError(t, os.WriteFile(path, text, 0o644))
		set := generate(t, path, everythingAllowed()...)
		requireHarmless(t, set)
		for _, name := range set.Names() {
			m.add(filepath.Join(fmt.Sprintf("gateway%d", file), name), set.Text(name))
		}
	}
	m.run("vet", "./...")
}

// randomIntegration has each setting with some chance, and each value of it.
func randomIntegration(random *rand.Rand) map[string]any {
	in := map[string]any{
		"type":       pick(random, "http", "http", "http_proxy", "mock", "mock", "aws_proxy"),
		"httpMethod": pick(random, "POST", "GET", "ANY"),
		"uri": pick(random, "https://a.example/{id}?x={id}", "https://a.example", "http://up/{b}/{b}", "https://${stageVariables.host}/{b}",
			"http://b.example/${stageVariables.x}"),
		"passthroughBehavior": pick(random, "when_no_match", "when_no_templates", "never"),
		"contentHandling":     pick(random, "CONVERT_TO_TEXT", "CONVERT_TO_BINARY"),
	}
	if random.IntN(2) == 0 {
		delete(in, "contentHandling")
	}
	if random.IntN(4) == 0 {
		in["connectionType"], in["connectionId"] = "VPC_LINK", pick(random, "up", "${stageVariables.link}", "unknown")
	}
	in["requestParameters"] = some(random, map[string]any{
		"integration.request.path.id":                "method.request.path.id",
		"integration.request.path.b":                 "method.request.body.a.b",
		"integration.request.querystring.a":          "method.request.body.a",
		"integration.request.querystring.m":          "method.request.multivaluequerystring.q",
		"integration.request.header.A":               "method.request.body",
		"integration.request.header.Out":             "method.request.body.c",
		"integration.request.header.c":               "method.request.multivalueheader.H",
		"integration.request.header.E":               "''",
		"integration.request.header.V":               "context.identity.vpcId",
		"integration.request.header.Host":            "'h.example'",
		"integration.request.header.Via":             "'never sent'",
		"integration.request.header.X-Amzn-Trace-Id": "'refused'",
	}, 4)
	if random.IntN(8) > 0 {
		delete(in["requestParameters"].(map[string]any), "integration.request.header.X-Amzn-Trace-Id")
	}
	template := pick(random, `{"statusCode": 200}`, `{statusCode: 404}`, "")
	in["requestTemplates"] = some(random, map[string]any{
		"application/json": template, "text/plain": `{"statusCode": 404}`, "$default": `{"statusCode": 200}`, "Text/Plain; charset=utf-8": "{statusCode: 200}",
	}, 3)
	responses := some(random, map[string]any{
		"default": randomResponse(random), "4\\d{2}": randomResponse(random), "404": randomResponse(random), "200": randomResponse(random), "no status": randomResponse(random),
	}, 2)
	if random.IntN(10) > 0 {
		in["responses"] = responses
	}
	return in
}

func randomResponse(random *rand.Rand) map[string]any {
	r := map[string]any{
		"statusCode": pick(random, "200", "400", "404"),
		"responseParameters": some(random, map[string]any{
			"method.response.header.A": pick(random, "integration.response.header.A", "integration.response.body.a", "integration.response.body", "context.requestId"),
			"method.response.header.B": pick(random, "integration.response.multivalueheader.A", "integration.response.body.b[0]", "'b'"),
		}, 2),
		"responseTemplates": some(random, map[string]any{
			"application/json": pick(random, "", "{}"), "text/plain": "t", "$default": "d", "a/b": "",
		}, 3),
	}
	if random.IntN(3) == 0 {
		r["contentHandling"] = pick(random, "CONVERT_TO_TEXT", "CONVERT_TO_BINARY")
	}
	return r
}

func pick(random *rand.Rand, from ...string) string { return from[random.IntN(len(from))] }

// some keeps about one of n entries.
func some(random *rand.Rand, from map[string]any, n int) map[string]any {
	kept := map[string]any{}
	for _, key := range sortedKeys(from) {
		if random.IntN(n) == 0 {
			kept[key] = from[key]
		}
	}
	return kept
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
