package emit

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen"
	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/write"
)

// hostileDocument puts text wherever a document may have any.
func hostileDocument(t testing.TB, text string) string {
	type object = map[string]any
	type list = []any
	integration := object{
		"type": "http", "httpMethod": "POST", "uri": "https://pets.example/x",
		"requestTemplates":  object{"application/json": "x" + text, text: "y"},
		"requestParameters": object{"integration.request.header.X": "'" + text + "'"},
		"responses": object{
			"default": object{
				"statusCode":         "200",
				"responseParameters": object{"method.response.header.X": "'" + text + "'"},
				"responseTemplates":  object{"application/json": text, "text/" + text: "z"},
			},
			"4\\d{2}":           object{"statusCode": "400"},
			"(?:" + text + ")?": object{"statusCode": "400"},
		},
	}
	header := object{"headers": object{"X": object{"schema": object{"type": "string"}}}, "description": text}
	operation := func(id string) object {
		return object{
			"operationId": id, "summary": text, "description": text, "tags": list{text},
			"responses": object{"200": header, "400": header}, "x-amazon-apigateway-integration": integration,
		}
	}
	document := object{
		"openapi":                                "3.0.3",
		"info":                                   object{"title": text, "version": text, "description": text},
		"x-amazon-apigateway-binary-media-types": list{text},
		"x-amazon-apigateway-gateway-responses": object{"DEFAULT_4XX": object{
			"responseParameters": object{"gatewayresponse.header.X": "'" + text + "'"},
			"responseTemplates":  object{"application/json": text, text: text},
		}},
		"x-gateway-upstreams": object{text: object{"targets": list{"http://10.0.0.1"}, "hashOn": "header:" + text, "balance": "hash"}},
		"paths": object{
			"/a":                object{"get": operation(text), "post": operation("func"), "put": operation("_")},
			"/" + text:          object{"get": operation("init")},
			"/b/{" + text + "}": object{"get": operation("Gateway"), "parameters": list{object{"name": text, "in": "path", "required": true}}},
			"/c":                object{"get": object{"x-gateway-upstream": text, "responses": object{}}},
		},
	}
	data, err := json.Marshal(document)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "openapi.json")
	require.NoError(t, os.WriteFile(path, data, 0o644))
	return path
}

// everythingAllowed are the codes that can be allowed at all, so that as much text as possible gets through.
func everythingAllowed() []diag.Code {
	var codes []diag.Code
	for _, info := range diag.Codes() {
		if info.Allowed != "" {
			codes = append(codes, info.Code)
		}
	}
	return codes
}

var hostileTexts = []string{
	"harmless", "func", "init", "_", "main", "*/ func init() { panic(1) } /*", "`+evil()+`", "\n//go:build ignore\n", "//go:linkname a b",
	"\r\npackage evil\r\n", "\" + evil() + \"", "\u202eevil\u2066", "\u2028line\u2029", "\x00", "日本語", "a`b\n\tc \n", "{{evil}}", "%s%d%!",
	"+build ignore", "export Evil", "line evil.go:1", "\ufeff", "# heading", "é\u0301",
}

func TestHostileTextIsNeverCode(t *testing.T) {
	for _, text := range hostileTexts {
		hostile(t, text, true)
	}
}

func FuzzHostileText(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { hostile(t, text, false) })
}

// hostile compiles documents full of text, with every place that does not take it left out in turn. Whatever is
// generated must be harmless.
func hostile(t *testing.T, text string, atLeastOnce bool) {
	result, found := gen.Generate(context.Background(), gen.Options{Document: hostileDocument(t, text), Package: "gateway", Allow: everythingAllowed()})
	for _, d := range must(found.Sorted()) {
		require.NotEqual(t, diag.Internal, d.Code, "%q: %s", text, d.Message)
	}
	if result.Files != nil {
		requireHarmless(t, result.Files)
	}
	// The places that take any text at all.
	const tolerant = `{"openapi": "3.0.3", "info": {"title": %[1]s, "version": %[1]s}, "paths": {"/a": {
		"get": {"operationId": %[1]s, "summary": %[1]s, "responses": {"200": {"headers": {"X": {}}}}, "x-amazon-apigateway-integration": {"type": "mock",
			"requestTemplates": {"application/json": "{\"statusCode\": 200}"}, "responses": {"default": {"statusCode": "200",
			"responseParameters": {"method.response.header.X": %[2]s}}}}}}}}`
	name, _ := json.Marshal(text)
	value, _ := json.Marshal("'" + text + "'")
	path := filepath.Join(t.TempDir(), "openapi.json")
	require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, tolerant, name, value), 0o644))
	result, found = gen.Generate(context.Background(), gen.Options{Document: path, Package: "gateway", Allow: everythingAllowed()})
	for _, d := range must(found.Sorted()) {
		require.NotEqual(t, diag.Internal, d.Code, "%q: %s", text, d.Message)
	}
	if result.Files != nil {
		requireHarmless(t, result.Files)
	}
	if text == "harmless" && atLeastOnce {
		require.NotNil(t, result.Files, "even a harmless text is refused")
	}
}

// allowedImports are what generated code may import.
var allowedImports = []string{
	"time", "github.com/gatewright/gatewright/runtime", "github.com/gatewright/gatewright/runtime/abi", "github.com/gatewright/gatewright/runtime/vtl",
	"github.com/gatewright/gatewright/runtime/integration/httpproxy", "github.com/gatewright/gatewright/runtime/integration/mock",
}

// requireHarmless holds what generated code may consist of.
func requireHarmless(t *testing.T, set *write.Set) {
	t.Helper()
	seen := map[string]bool{}
	for _, name := range set.Names() {
		text := string(set.Text(name))
		require.False(t, seen[strings.ToLower(name)], "the file %s twice where case does not count", name)
		seen[strings.ToLower(name)] = true
		require.Regexp(t, `^[A-Za-z0-9][A-Za-z0-9_]*_gw\.go$`, name)
		for _, r := range text {
			require.True(t, r == '\n' || r == '\t' || unicode.IsPrint(r), "%s holds the character %U", name, r)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
		require.NoError(t, err)
		require.Equal(t, "gateway", file.Name.Name)
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			require.True(t, slices.Contains(allowedImports, path), path)
		}
		for _, group := range file.Comments {
			for _, c := range group.List {
				require.True(t, strings.HasPrefix(c.Text, "// ") || c.Text == "//", "%s has the comment %q", name, c.Text)
			}
		}
		for _, decl := range file.Decls {
			requireExpected(t, name, decl)
		}
	}
}

// requireExpected holds which declarations there may be.
func requireExpected(t *testing.T, name string, decl ast.Decl) {
	t.Helper()
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		word := decl.Name.Name
		isRouter := decl.Recv == nil && (word == "New" || strings.HasPrefix(word, "match"))
		isHandler := decl.Recv != nil && (strings.HasPrefix(word, "serve") || word == "upstreamNamed")
		require.True(t, isRouter || isHandler, "%s declares the function %s", name, word)
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				require.Equal(t, "Gateway", spec.Name.Name)
			case *ast.ValueSpec:
				for _, value := range spec.Values {
					requireData(t, name, value)
				}
			}
		}
	}
}

// requireData holds that the value of a variable or constant calls nothing but functions of the runtime.
func requireData(t *testing.T, name string, value ast.Expr) {
	t.Helper()
	ast.Inspect(value, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			t.Errorf("%s has a function literal among its data", name)
		case *ast.CallExpr:
			selector, ok := n.Fun.(*ast.SelectorExpr)
			require.True(t, ok, "%s calls something of its own among its data", name)
			pkg, ok := selector.X.(*ast.Ident)
			require.True(t, ok && (pkg.Name == "gw" || pkg.Name == "abi"), "%s calls %v among its data", name, selector)
		}
		return true
	})
}
