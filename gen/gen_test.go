package gen

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/emit"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

func writeDocument(t *testing.T, text string) string {
	path := filepath.Join(t.TempDir(), "openapi.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

const pets = `openapi: 3.0.3
info: {title: Pets, version: "1"}
servers: [{url: "http://127.0.0.1:8080/v1"}]
paths:
  /pets: {get: {responses: {}}}
`

func TestGenerate(t *testing.T) {
	path := writeDocument(t, pets)
	result, found := Generate(context.Background(), Options{Document: path, Package: "petstore"})
	require.Zero(t, found.Len())
	require.Equal(t, []string{path}, result.Documents)
	require.Equal(t, []string{"gateway_gw.go", "pets_gw.go", "routes_gw.go"}, result.Files.Names())
	require.Contains(t, string(result.Files.Text("gateway_gw.go")), emit.Header+"\n// source: openapi.yaml\n\n// Package petstore is")
	require.Len(t, result.Program.Routes, 1)
	require.Equal(t, "forward to http://127.0.0.1:8080/v1", result.Program.Routes[0].Backend)
}

func TestGenerateStopsAtErrors(t *testing.T) {
	path := writeDocument(t, pets+"  /lost: {get: {x-gateway-upstream: lost, responses: {}}}\n")
	result, found := Generate(context.Background(), Options{Document: path, Package: "petstore"})
	require.Positive(t, found.Errors())
	require.Nil(t, result.Program)
	require.Nil(t, result.Files)
	require.Equal(t, []string{path}, result.Documents, "a watcher needs the files of a broken document too")

	result, found = Generate(context.Background(), Options{Document: path + ".none", Package: "petstore"})
	require.Positive(t, found.Errors())
	require.Equal(t, []string{path + ".none"}, result.Documents)
}

func TestOptionsThatCannotBeTaken(t *testing.T) {
	path := writeDocument(t, pets)
	for _, o := range []Options{
		{Document: path, Package: "p", BasePath: "append"},
		{Document: path, Package: "p", Allow: []diag.Code{"GW0000"}},
		{Document: path, Package: "p", With: []string{"redis", "oracle"}},
		{Document: path, Package: "p", Allow: []diag.Code{diag.Internal}},
	} {
		found := Check(context.Background(), o)
		shown, _ := found.Sorted()
		require.Len(t, shown, 1)
		require.Equal(t, diag.BadOption, shown[0].Code)
	}
}

// TestInternalErrorsNameTheirItem lowers a model that no check would let through.
func TestParts(t *testing.T) {
	path := writeDocument(t, pets)
	with := func(names ...string) string {
		result, found := Generate(context.Background(), Options{Document: path, Package: "petstore", With: names})
		require.Zero(t, found.Len())
		return string(result.Files.Text("gateway_gw.go"))
	}
	require.NotContains(t, with(), "Parts()")
	require.Equal(t, with(Parts()...), with(append(Parts(), Parts()...)...), "each once, in one order")
	for _, name := range Parts() {
		require.Contains(t, with(name), name+".Part{}")
	}
}

func TestInternalErrorsNameTheirItem(t *testing.T) {
	op := &model.Operation{Method: "GET", Gateway: model.RouteSettings{Upstream: &source.String{Value: "lost"}}}
	api := &model.API{
		Files: []*source.File{{Path: "openapi.yaml", Name: "openapi.yaml"}},
		Paths: []*model.PathItem{{Path: source.String{Value: "/pets"}, Operations: []*model.Operation{op}}},
	}
	found := &diag.List{}
	require.Nil(t, lowered(api, Options{Package: "p"}, found))
	shown, _ := found.Sorted()
	require.Len(t, shown, 1)
	require.Equal(t, diag.Internal, shown[0].Code)
	require.Contains(t, shown[0].Message, `lowering GET /pets: no upstream is named "lost"`)
}
