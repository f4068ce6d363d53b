// Package schemas compares compiled schemas with validators that interpret them. schema_gw.go is what the generator makes
// of testdata/openapi.json.
package schemas

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi-validator/schema_validation"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/emit"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	generator "github.com/gatewright/gatewright/gen/schema"
	"github.com/gatewright/gatewright/gen/source"
	"github.com/gatewright/gatewright/runtime/schema"
	"github.com/gatewright/gatewright/runtime/value"
)

var update = flag.Bool("update", false, "write the generated Go anew")

// candidate is a schema and a body that is valid.
type candidate struct {
	name  string
	model string
	valid func(value.Value, *schema.Report) bool
}

func candidates() []candidate {
	return []candidate{{"flat", "Flat", validFlat}, {"nested", "Nested", validNested}, {"tree", "Tree", validTree}}
}

func read(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return strings.TrimSpace(string(text))
}

// TestGenerated compares schema_gw.go with what the generator makes.
func TestGenerated(t *testing.T) {
	root, problems := source.Parse(&source.File{Path: "testdata/openapi.json", Data: []byte(read(t, "openapi.json"))})
	require.Empty(t, problems)
	api := &model.API{Version: model.OpenAPI31, Files: []*source.File{root.File}}
	for _, p := range root.Get("components").Get("schemas").Pairs() {
		api.Schemas = append(api.Schemas, &model.Schema{Name: p.Key, Node: p.Value})
	}
	set := generator.New(api, generator.Options{})
	for _, named := range api.Schemas {
		set.Body(named.Node, named.Name.Value)
	}
	file, found := set.File()
	require.Empty(t, found)
	files, err := emit.Program(&plan.Program{Package: "schemas", Files: []plan.File{file}})
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("schema_gw.go", files[0].Text, 0o644))
	}
	old, err := os.ReadFile("schema_gw.go")
	require.NoError(t, err)
	require.Equal(t, string(old), string(files[0].Text), "go test -update writes it anew")
}

// TestAllocations asks for no memory for valid bodies, neither to check nor, once a document was used, to parse.
func TestAllocations(t *testing.T) {
	for _, c := range candidates() {
		text := read(t, c.name+".json")
		var d value.Document
		body, err := d.Parse(text)
		require.NoError(t, err)
		var r schema.Report
		require.True(t, c.valid(body, &r), "%s: %s", c.name, r.Java())
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if !c.valid(body, nil) {
				t.Error("not valid")
			}
		}), c.name)
	}
}

// other compiles a schema for santhosh-tekuri/jsonschema.
func other(t testing.TB, name string) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(read(t, "openapi.json")))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, c.AddResource("http://bench.invalid/openapi.json", document))
	s, err := c.Compile("http://bench.invalid/openapi.json#/components/schemas/" + name)
	require.NoError(t, err)
	return s
}

// BenchmarkBodies reads JSON and validates it: gatewright, santhosh-tekuri/jsonschema and libopenapi-validator. The
// lines that end in check leave reading out.
func BenchmarkBodies(b *testing.B) {
	document, err := libopenapi.NewDocument([]byte(read(b, "openapi.json")))
	require.NoError(b, err)
	v3, errs := document.BuildV3Model()
	require.NoError(b, errs)
	for _, c := range candidates() {
		text := read(b, c.name+".json")
		b.Run(c.name+"/gatewright", func(b *testing.B) { ours(b, c, text) })
		b.Run(c.name+"/gatewright-check", func(b *testing.B) {
			var d value.Document
			body, err := d.Parse(text)
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if !c.valid(body, nil) {
					b.Fatal("not valid")
				}
			}
		})
		b.Run(c.name+"/santhosh", func(b *testing.B) { santhosh(b, other(b, c.model), text) })
		b.Run(c.name+"/santhosh-check", func(b *testing.B) {
			s := other(b, c.model)
			body, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if s.Validate(body) != nil {
					b.Fatal("not valid")
				}
			}
		})
		proxy, _ := v3.Model.Components.Schemas.Get(c.model)
		b.Run(c.name+"/libopenapi", func(b *testing.B) { libopenapiOf(b, proxy.Schema(), text) })
	}
}

func ours(b *testing.B, c candidate, text string) {
	var d value.Document
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		body, err := d.Parse(text)
		if err != nil || !c.valid(body, nil) {
			b.Fatal("not valid")
		}
		d.Reset()
	}
}

func santhosh(b *testing.B, s *jsonschema.Schema, text string) {
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		body, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil || s.Validate(body) != nil {
			b.Fatal("not valid")
		}
	}
}

func libopenapiOf(b *testing.B, s *base.Schema, text string) {
	v := schema_validation.NewSchemaValidator()
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if ok, errs := v.ValidateSchemaString(s, text); !ok {
			b.Fatal(errs[0].Message)
		}
	}
}
