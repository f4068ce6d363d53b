package schema_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/schema"
	"github.com/gatewright/gatewright/gen/source"
)

// compile compiles the definitions of a Swagger document, or the schemas of one of OpenAPI 3.1.
func compile(t *testing.T, version model.Version, text string) (plan.File, []diag.Diagnostic) {
	t.Helper()
	root, problems := source.Parse(&source.File{Path: "api.yaml", Data: []byte(text)})
	require.Empty(t, problems)
	api := &model.API{Version: version, Files: []*source.File{root.File}}
	for _, p := range root.Get("definitions").Pairs() {
		api.Schemas = append(api.Schemas, &model.Schema{Name: p.Key, Node: p.Value})
	}
	set := schema.New(api, schema.Options{})
	for _, named := range api.Schemas {
		set.Body(named.Node, named.Name.Value)
	}
	return set.File()
}

func TestFindings(t *testing.T) {
	for text, want := range map[string]string{
		"{type: strnig}":            "error GW4501 2:13 type must be a type of JSON Schema, or a list of those",
		"{maxLength: '10'}":         "error GW4501 2:18 maxLength must be a whole number that is not negative, not a text",
		"{$ref: '#/definitions/B'}": `error GW4502 2:14 the reference "#/definitions/B" cannot be followed: there is no such schema`,
		"{$ref: 'https://apigateway.amazonaws.com/restapis/x/models/B'}": `error GW4502 2:14 the reference "https://apigateway.amazonaws.com/restapis/x/models/B" cannot be followed: there is no model "B"`,
		"{pattern: '[a-'}":                          "error GW4503 2:17 no engine accepts the pattern: a class is not closed at character 4",
		"{$ref: '#/definitions/A'}":                 "error GW4504 2:13 the reference leads back to itself",
		"{allOf: [{$ref: '#/definitions/A'}]}":      "error GW4504 2:6 the schema applies itself to the same value without end",
		"{minLength: 5, maxLength: 2}":              "error GW4505 2:18 minLength is above maxLength: nothing is valid",
		"{maxLenght: 5}":                            `warning GW4506 2:7 JSON Schema has no keyword "maxLenght"; it checks nothing`,
		"{type: string, format: datetime}":          `warning GW4507 2:29 the format "datetime" is not known; it checks nothing`,
		"{type: string, enum: [1]}":                 "warning GW4508 2:27 no value of the enum is of type string: nothing is valid",
		"{items: {$ref: '#/definitions/A'}}":        "",
		"{properties: {maxLenght: {type: string}}}": "",
	} {
		_, found := compile(t, model.Swagger20, "definitions:\n  A: "+text+"\n")
		var got []string
		for _, d := range found {
			got = append(got, d.Severity.String()+" "+string(d.Code)+" "+strings.TrimPrefix(d.Span.String(), "api.yaml:")+" "+d.Message)
		}
		assert.Equal(t, want, strings.Join(got, "\n"), text)
	}
}

// TestSharing asks for one function for each schema, however often it is used.
func TestSharing(t *testing.T) {
	file, found := compile(t, model.Swagger20, `definitions:
  Pet: {properties: {owner: {$ref: '#/definitions/Owner'}, sitter: {$ref: '#/definitions/Owner'}, parents: {items: {$ref: '#/definitions/Pet'}}}}
  Owner: {required: [name]}
  One: {properties: {size: {required: [w, h], description: here}}}
  Two: {properties: {size: {required: [w, h], description: there}}}
`)
	require.Empty(t, found)
	var names []string
	for _, d := range file.Decls {
		if f, ok := d.(plan.Func); ok {
			names = append(names, f.Name)
		}
	}
	require.Equal(t, []string{"validOne", "validOneSize", "validOwner", "validPet", "validPetParents", "validTwo"}, names)
}
