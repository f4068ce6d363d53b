package validation

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/load"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// loaded is the API of a document.
func loaded(t *testing.T, text string) *model.API {
	t.Helper()
	path := filepath.Join(t.TempDir(), "api.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	found := &diag.List{}
	api := load.Load(context.Background(), load.Options{Paths: []string{path}}, found)
	require.NotNil(t, api)
	require.Zero(t, found.Errors())
	return api
}

const head = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\nservers: [{url: 'http://a.example'}]\n"

func TestTypesOfSchemas(t *testing.T) {
	for _, test := range []struct {
		schema string
		want   types
	}{
		{"{}", 0},
		{"{type: integer}", numberType},
		{"{type: string, nullable: true}", stringType | nullType},
		{"{type: [integer, 'null']}", numberType | nullType},
		{"{enum: [1, a, null, true]}", numberType | stringType | nullType | booleanType},
		{"{properties: {a: {}}}", objectType},
		{"{items: {type: string}}", arrayType},
		{"{$ref: '#/components/schemas/Name'}", stringType},
		{"{$ref: 'https://apigateway.amazonaws.com/restapis/x/models/Name'}", stringType},
		{"{anyOf: [{type: integer}, {type: array, items: {}}]}", numberType | arrayType},
		{"{anyOf: [{type: integer}, {}]}", 0},
		{"{allOf: [{type: [integer, string]}, {type: string}]}", stringType},
		{"{type: string, oneOf: [{minLength: 1}, {}]}", stringType},
		{"{$ref: '#/components/schemas/Loop'}", 0},
	} {
		api := loaded(t, head+"paths:\n  /a:\n    get: {parameters: [{name: a, in: query, schema: "+test.schema+"}], responses: {}}\n"+
			"components: {schemas: {Name: {type: string}, Loop: {allOf: [{$ref: '#/components/schemas/Loop'}]}}}\n")
		s := New(api, Options{})
		require.Equal(t, test.want, s.typesOf(*api.Paths[0].Operations[0].Parameters[0].Schema, 0), test.schema)
	}
}

func TestModes(t *testing.T) {
	for _, test := range []struct {
		document string
		want     Mode
		written  bool
	}{
		{"paths: {/a: {get: {responses: {}}}}", Strict, false},
		{"x-gateway-api: {type: REST}\npaths: {/a: {get: {responses: {}}}}", Amazon, false},
		{"x-gateway-validate: strict\npaths: {/a: {get: {responses: {}}}}", Strict, true},
		{"x-gateway-validate: strict\npaths: {/a: {x-gateway-validate: 'off', get: {responses: {}}}}", Off, true},
		{"x-gateway-validate: strict\npaths: {/a: {x-gateway-validate: 'off', get: {x-gateway-validate: amazon, responses: {}}}}", Amazon, true},
	} {
		api := loaded(t, head+test.document)
		mode, written := ModeOf(api, api.Paths[0], api.Paths[0].Operations[0])
		require.Equal(t, test.want, mode, test.document)
		require.Equal(t, test.written, written, test.document)
	}
}

// TestNothingToCheck holds what costs nothing at run time.
func TestNothingToCheck(t *testing.T) {
	api := loaded(t, head+`paths:
  /a/{id}:
    post:
      parameters:
        - {name: id, in: path, required: true, schema: {type: string, description: any}}
        - {name: q, in: query, schema: {$ref: "#/components/schemas/Name"}}
        - {name: Authorization, in: header, required: true, schema: {type: string, minLength: 4}}
      responses: {}
components: {schemas: {Name: {type: string}}}
`)
	s := New(api, Options{})
	steps := s.Steps(Route{Item: api.Paths[0], Op: api.Paths[0].Operations[0], Name: "a", PathParams: []string{"id"},
		Shared: func(string, plan.Value) plan.Value { return plan.Name("shared") }})
	require.Empty(t, steps)
	require.Empty(t, s.File().Decls)
}
