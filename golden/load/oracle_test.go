// Package load compares the loader with libopenapi.
package load

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi/datamodel"
	v2 "github.com/pb33f/libopenapi/datamodel/high/v2"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/load"
	"github.com/gatewright/gatewright/gen/model"
)

const (
	// own are the documents of the loader's own tests.
	own = "../../gen/load/testdata"
	// corpus is a folder of documents that other people wrote, where a checkout has one beside it.
	corpus = "../../../shared/corpus"
)

// TestLibopenapiReadsTheSame compares what the loader reads with what libopenapi's object model says: operations,
// their ids, parameters, request bodies and responses.
func TestLibopenapiReadsTheSame(t *testing.T) {
	for _, name := range []string{"swagger.yaml", "openapi30.json", "openapi31.yaml"} {
		t.Run(name, func(t *testing.T) { assert.NotEmpty(t, compare(t, filepath.Join(own, name))) })
	}
}

// TestLibopenapiReadsTheCorpusTheSame does so for other people's documents, those that libopenapi and the loader take.
func TestLibopenapiReadsTheCorpusTheSame(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no corpus of other people's documents beside the checkout")
	}
	var paths []string
	require.NoError(t, filepath.WalkDir(corpus, func(path string, _ fs.DirEntry, err error) error {
		if slices.Contains([]string{".json", ".yaml", ".yml"}, filepath.Ext(path)) {
			paths = append(paths, path)
		}
		return err
	}))
	compared := 0
	for _, path := range paths {
		var found diag.List
		if api := load.Load(context.Background(), load.Options{Paths: []string{path}}, &found); api == nil || api.Version == 0 || inTemplate(api) {
			continue
		}
		compared++
		t.Run(filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path), func(t *testing.T) { compare(t, path) })
	}
	assert.Greater(t, compared, 20)
}

// inTemplate reports whether a document stands in a CloudFormation template, which libopenapi does not read.
func inTemplate(api *model.API) bool {
	return len(api.Paths) > 0 && strings.HasPrefix(api.Paths[0].Pointer, "/Resources/")
}

// compare compares one document and returns its operations. Placeholders left in it are no matter here.
func compare(t *testing.T, path string) []string {
	var found diag.List
	require.NoError(t, found.Allow(diag.Unresolved))
	api := load.Load(context.Background(), load.Options{Paths: []string{path}}, &found)
	require.NotNil(t, api)
	ours := read(api)
	assert.Equal(t, strings.Join(theirs(t, path), "\n"), strings.Join(ours, "\n"))
	return ours
}

// read writes what the loader read, an operation a line, sorted.
func read(api *model.API) []string {
	var lines []string
	for _, item := range api.Paths {
		for _, op := range item.Operations {
			if op.Method == "ANY" {
				continue // an extension
			}
			var parameters, responses []string
			for _, p := range op.Parameters {
				parameters = append(parameters, parameter(p.In, p.Name.Value, p.Required))
			}
			for _, r := range op.Responses {
				var types []string
				if api.Version != model.Swagger20 {
					for _, c := range r.Content {
						types = append(types, c.Name.Value)
					}
				}
				responses = append(responses, response(r.Status.Value, types))
			}
			body := ""
			if op.RequestBody != nil && api.Version != model.Swagger20 {
				for _, c := range op.RequestBody.Content {
					body += " " + c.Name.Value
				}
			}
			lines = append(lines, operation(strings.ToLower(op.Method), item.Path.Value, op.OperationID.Value, body, parameters, responses))
		}
	}
	slices.Sort(lines)
	return lines
}

func parameter(in, name string, required bool) string {
	return fmt.Sprintf("%s:%s:%v", in, name, required)
}

func response(status string, types []string) string {
	slices.Sort(types)
	return status + "=" + strings.Join(types, "+")
}

func operation(method, path, id, body string, parameters, responses []string) string {
	slices.Sort(parameters)
	slices.Sort(responses)
	return fmt.Sprintf("%s %s %q body%s %v %v", method, path, id, body, parameters, responses)
}

// theirs writes what libopenapi reads in the same form.
func theirs(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	config := datamodel.NewDocumentConfiguration()
	config.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	document, err := libopenapi.NewDocumentWithConfiguration(data, config)
	require.NoError(t, err)
	var lines []string
	if document.GetSpecInfo().SpecFormat == datamodel.OAS2 {
		built, err := document.BuildV2Model()
		require.NoError(t, err)
		for path, item := range built.Model.Paths.PathItems.FromOldest() {
			for method, op := range item.GetOperations().FromOldest() {
				lines = append(lines, swagger(method, path, item.Parameters, op))
			}
		}
	} else {
		built, err := document.BuildV3Model()
		if built == nil {
			require.NoError(t, err)
		}
		for path, item := range built.Model.Paths.PathItems.FromOldest() {
			for method, op := range item.GetOperations().FromOldest() {
				lines = append(lines, openapi(method, path, item.Parameters, op))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func swagger(method, path string, shared []*v2.Parameter, op *v2.Operation) string {
	var parameters, responses []string
	own := map[string]bool{}
	for _, p := range op.Parameters {
		own[p.In+p.Name] = true
	}
	for i, p := range append(slices.Clone(op.Parameters), shared...) {
		if p.In == "body" || p.In == "formData" || i >= len(op.Parameters) && own[p.In+p.Name] {
			continue
		}
		parameters = append(parameters, parameter(p.In, p.Name, p.Required != nil && *p.Required))
	}
	for status := range op.Responses.Codes.FromOldest() {
		responses = append(responses, response(status, nil))
	}
	if op.Responses.Default != nil {
		responses = append(responses, response("default", nil))
	}
	return operation(method, path, op.OperationId, "", parameters, responses)
}

func openapi(method, path string, shared []*v3.Parameter, op *v3.Operation) string {
	var parameters, responses []string
	own := map[string]bool{}
	for _, p := range op.Parameters {
		own[p.In+p.Name] = true
	}
	for i, p := range append(slices.Clone(op.Parameters), shared...) {
		if i >= len(op.Parameters) && own[p.In+p.Name] {
			continue
		}
		parameters = append(parameters, parameter(p.In, p.Name, p.Required != nil && *p.Required))
	}
	one := func(status string, r *v3.Response) {
		var types []string
		for name := range r.Content.FromOldest() {
			types = append(types, name)
		}
		responses = append(responses, response(status, types))
	}
	if op.Responses != nil {
		for status, r := range op.Responses.Codes.FromOldest() {
			one(status, r)
		}
		if op.Responses.Default != nil {
			one("default", op.Responses.Default)
		}
	}
	body := ""
	if op.RequestBody != nil {
		for name := range op.RequestBody.Content.FromOldest() {
			body += " " + name
		}
	}
	return operation(method, path, op.OperationId, body, parameters, responses)
}
